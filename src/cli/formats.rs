//! The names of formats on the command line, which are those of [`Format::code`].

use clap::ValueEnum;

use crate::app::saving::PublicForm;
use crate::format::Format;

/// Files that hold a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PrivateFormat {
    /// OpenSSH's own
    Openssh,
    /// PuTTY's, version 3
    Ppk,
    /// PuTTY's, version 2, for programs older than PuTTY 0.75
    Ppk2,
}

impl PrivateFormat {
    pub(super) fn format(self) -> Format {
        match self {
            Self::Openssh => Format::OpenSsh,
            Self::Ppk => Format::Ppk3,
            Self::Ppk2 => Format::Ppk2,
        }
    }
}

/// Texts that hold a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PublicFormat {
    /// One line, for servers and web sites
    #[value(alias = "public")]
    Openssh,
    /// Several lines, as PuTTYgen saves public keys
    Rfc4716,
}

impl PublicFormat {
    pub(super) fn form(self) -> PublicForm {
        match self {
            Self::Openssh => PublicForm::Line,
            Self::Rfc4716 => PublicForm::Rfc4716,
        }
    }
}

/// Everything that a key can be converted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AnyFormat {
    /// The private key in OpenSSH's own format
    Openssh,
    /// The private key in PuTTY's format, version 3
    Ppk,
    /// The private key in PuTTY's format, version 2, for programs older than PuTTY 0.75
    Ppk2,
    /// The public key in one line
    Public,
    /// The public key as PuTTYgen saves it
    Rfc4716,
}

/// Which half of the key a format holds.
pub(super) enum Half {
    Private(PrivateFormat),
    Public(PublicFormat),
}

impl AnyFormat {
    pub(super) fn half(self) -> Half {
        match self {
            Self::Openssh => Half::Private(PrivateFormat::Openssh),
            Self::Ppk => Half::Private(PrivateFormat::Ppk),
            Self::Ppk2 => Half::Private(PrivateFormat::Ppk2),
            Self::Public => Half::Public(PublicFormat::Openssh),
            Self::Rfc4716 => Half::Public(PublicFormat::Rfc4716),
        }
    }
}

//! The names of formats on the command line: those of [`Format::code`] wherever a file can be private
//! or public, and shorter ones where only public keys are meant.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::engine::saving::PublicForm;
use crate::format::{EncodeError, Format};
use crate::key::Algorithm;

/// Files that hold a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PrivateFormat {
    /// OpenSSH's own
    Openssh,
    /// PuTTY's, version 3
    Ppk,
    /// PuTTY's, version 2, for programs older than PuTTY 0.75
    Ppk2,
    /// What OpenSSL and OpenSSH wrote until 2018 (PKCS#1, SEC1); a passphrase protects it badly
    Pem,
    /// What OpenSSL writes today, as text
    Pkcs8,
    /// The same in bytes, as Java and Windows have it
    Pkcs8Der,
    /// The one of ssh.com (Tectia), for RSA and DSA; a passphrase protects it badly
    Sshcom,
    /// A JSON Web Key, which cannot have a passphrase
    Jwk,
    /// Dropbear's own, for routers and small devices; it cannot have a passphrase
    Dropbear,
}

impl PrivateFormat {
    pub(super) fn format(self) -> Format {
        match self {
            Self::Openssh => Format::OpenSsh,
            Self::Ppk => Format::Ppk3,
            Self::Ppk2 => Format::Ppk2,
            Self::Pem => Format::Pem,
            Self::Pkcs8 => Format::Pkcs8,
            Self::Pkcs8Der => Format::Pkcs8Der,
            Self::Sshcom => Format::SshCom,
            Self::Jwk => Format::Jwk,
            Self::Dropbear => Format::Dropbear,
        }
    }

    /// What the same name stands for where a file holds a public key only.
    fn public(self) -> Option<PublicFormat> {
        match self {
            Self::Openssh => Some(PublicFormat::Openssh),
            Self::Pem | Self::Pkcs8 => Some(PublicFormat::Pem),
            Self::Jwk => Some(PublicFormat::Jwk),
            Self::Ppk | Self::Ppk2 | Self::Pkcs8Der | Self::Sshcom | Self::Dropbear => None,
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
    /// What OpenSSL calls a public key, and ssh-keygen PKCS8
    #[value(alias = "spki")]
    Pem,
    /// The older form of OpenSSL, for RSA
    #[value(alias = "pkcs1-public")]
    Pkcs1,
    /// A JSON Web Key
    #[value(alias = "jwk-public")]
    Jwk,
}

impl PublicFormat {
    pub(super) fn form(self) -> PublicForm {
        match self {
            Self::Openssh => PublicForm::Line,
            Self::Rfc4716 => PublicForm::Rfc4716,
            Self::Pem => PublicForm::Spki,
            Self::Pkcs1 => PublicForm::Pkcs1,
            Self::Jwk => PublicForm::Jwk,
        }
    }
}

/// Everything that a key can be converted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnyFormat {
    Private(PrivateFormat),
    Public(PublicFormat),
}

impl AnyFormat {
    /// What is made of a file that holds a public key only; nothing where that cannot be.
    pub(super) fn of_public(self) -> Option<PublicFormat> {
        match self {
            Self::Private(format) => format.public(),
            Self::Public(format) => Some(format),
        }
    }
}

impl ValueEnum for AnyFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Private(PrivateFormat::Openssh),
            Self::Private(PrivateFormat::Ppk),
            Self::Private(PrivateFormat::Ppk2),
            Self::Private(PrivateFormat::Pem),
            Self::Private(PrivateFormat::Pkcs8),
            Self::Private(PrivateFormat::Pkcs8Der),
            Self::Private(PrivateFormat::Sshcom),
            Self::Private(PrivateFormat::Jwk),
            Self::Private(PrivateFormat::Dropbear),
            Self::Public(PublicFormat::Openssh),
            Self::Public(PublicFormat::Rfc4716),
            Self::Public(PublicFormat::Pem),
            Self::Public(PublicFormat::Pkcs1),
            Self::Public(PublicFormat::Jwk),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Private(format) => format.to_possible_value()?,
            Self::Public(format) => {
                let (name, help) = match format {
                    PublicFormat::Openssh => ("public", "The public key in one line"),
                    PublicFormat::Rfc4716 => ("rfc4716", "The public key as PuTTYgen saves it"),
                    PublicFormat::Pem => ("spki", "The public key as OpenSSL has it"),
                    PublicFormat::Pkcs1 => ("pkcs1-public", "The public RSA key in OpenSSL's older form"),
                    PublicFormat::Jwk => ("jwk-public", "The public key as a JSON Web Key"),
                };
                PossibleValue::new(name).help(help)
            }
        })
    }
}

/// Sees to it that keys of this type can be in files of this format.
///
/// # Errors
/// They cannot.
pub(super) fn ensure_holds(format: Format, algorithm: Algorithm) -> Result<(), EncodeError> {
    if format.holds(algorithm) {
        Ok(())
    } else {
        Err(EncodeError::Unsupported {
            format: format.code(),
            algorithm: algorithm.name(),
        })
    }
}

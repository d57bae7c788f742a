//! Key files: from bytes to keys and back.
//!
//! [`parse`] looks at the content, never at the name. What it returns says how far one gets without a
//! passphrase: a private key, a locked one whose public half may be known, or a public key.

mod armour;
pub mod certificate;
pub mod cost;
mod error;
pub mod key_lines;
pub mod openssh;
pub mod ppk;
pub mod public_line;
pub mod rfc4716;

pub use certificate::Certificate;
pub use cost::{Argon2Params, Argon2Variant, Consent, Cost};
pub use error::{DecodeError, EncodeError, Fault, Foreign};
pub use openssh::Cipher;

use rand_core::CryptoRng;

use crate::key::{KeyPair, PublicKey};
use crate::secret::{Passphrase, SecretBytes};

/// The kinds of files that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// `-----BEGIN OPENSSH PRIVATE KEY-----`.
    OpenSsh,
    /// `PuTTY-User-Key-File-2`.
    Ppk2,
    /// `PuTTY-User-Key-File-3`, of PuTTY 0.75 and later.
    Ppk3,
    /// One line: type, base64, comment.
    PublicLine,
    /// `---- BEGIN SSH2 PUBLIC KEY ----`.
    Rfc4716,
}

impl Format {
    /// The word for it in `--format`, `--to` and `--json`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::OpenSsh => "openssh",
            Self::Ppk2 => "ppk2",
            Self::Ppk3 => "ppk",
            Self::PublicLine => "public",
            Self::Rfc4716 => "rfc4716",
        }
    }

    /// Its name in a sentence.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::OpenSsh => "OpenSSH private key",
            Self::Ppk2 => "PuTTY private key (PPK version 2)",
            Self::Ppk3 => "PuTTY private key (PPK version 3)",
            Self::PublicLine => "OpenSSH public key",
            Self::Rfc4716 => "SSH2 public key (RFC 4716)",
        }
    }
}

/// How a private key file is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protection {
    /// It is not.
    None,
    /// As OpenSSH does it: bcrypt_pbkdf, then this cipher.
    OpenSsh {
        /// The cipher.
        cipher: Cipher,
        /// The rounds of bcrypt_pbkdf.
        rounds: u32,
    },
    /// As PPK version 3 does it: Argon2, then AES-256-CBC and HMAC-SHA-256.
    Ppk3(Argon2Params),
    /// As PPK version 2 does it: two rounds of SHA-1, then AES-256-CBC.
    PpkSha1,
}

impl Protection {
    /// Whether a passphrase is needed.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        *self != Self::None
    }

    /// The cipher's SSH name: `aes256-ctr`, …; nothing where there is none.
    #[must_use]
    pub fn cipher_name(&self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::OpenSsh { cipher, .. } => Some(cipher.as_str()),
            Self::Ppk3(_) | Self::PpkSha1 => Some("aes256-cbc"),
        }
    }

    /// What opening the file costs.
    #[must_use]
    pub fn cost(&self) -> Cost {
        match self {
            Self::None | Self::PpkSha1 => Cost::Nothing,
            Self::OpenSsh { rounds, .. } => Cost::Bcrypt { rounds: *rounds },
            Self::Ppk3(params) => Cost::Argon2(*params),
        }
    }
}

/// What a private key file holds, once it is open.
#[derive(Debug)]
pub struct PrivateFile {
    /// Which kind of file it was.
    pub format: Format,
    /// How it was encrypted.
    pub protection: Protection,
    /// Both halves of the key.
    pub key: KeyPair,
    /// The comment as it stands in the file: any bytes at all.
    pub comment: Vec<u8>,
    /// The certificate that a PPK file may carry with its key.
    pub certificate: Option<Certificate>,
}

/// What a public key file holds.
#[derive(Clone, Debug)]
pub struct PublicFile {
    /// Which kind of file it was.
    pub format: Format,
    /// The key; of a certificate, the key that it certifies.
    pub key: PublicKey,
    /// The comment as it stands in the file.
    pub comment: Vec<u8>,
    /// The certificate, where it is one.
    pub certificate: Option<Certificate>,
}

/// An encrypted private key file: what can be told before the passphrase is known.
#[derive(Debug)]
pub struct LockedFile {
    /// Which kind of file it is.
    pub format: Format,
    /// How it is encrypted.
    pub protection: Protection,
    /// The public half, which stands in clear. Nothing vouches for it until the file is open.
    pub public: PublicKey,
    /// The comment, where it stands in clear (PPK), equally unvouched for.
    pub comment: Option<Vec<u8>>,
    /// The certificate that a PPK file may carry with its key.
    pub certificate: Option<Certificate>,
    sealed: Sealed,
}

#[derive(Debug)]
enum Sealed {
    OpenSsh(openssh::Sealed),
    Ppk(ppk::Sealed),
}

impl LockedFile {
    /// Opens the file.
    ///
    /// # Errors
    /// [`DecodeError::WrongPassphrase`]; [`DecodeError::CostsMuch`] when the key derivation costs
    /// more than is usual and `consent` was not given; and what can be wrong inside.
    pub fn unlock(&self, passphrase: &Passphrase, consent: Consent) -> Result<PrivateFile, DecodeError> {
        if passphrase.is_empty() {
            return Err(DecodeError::NeedsPassphrase);
        }
        self.protection.cost().check(consent)?;
        match &self.sealed {
            Sealed::OpenSsh(sealed) => sealed.open(self, passphrase),
            Sealed::Ppk(sealed) => sealed.open(self, passphrase),
        }
    }
}

/// What a file turned out to be.
#[derive(Debug)]
pub enum Parsed {
    /// A private key that needs no passphrase.
    Private(PrivateFile),
    /// A private key that needs one.
    Locked(LockedFile),
    /// A public key.
    Public(PublicFile),
}

/// Reads a key file of any known kind, by its content.
///
/// A byte order mark, CRLF and blank lines around the key are taken in stride.
///
/// # Errors
/// [`DecodeError`] names the cause.
pub fn parse(bytes: &[u8]) -> Result<Parsed, DecodeError> {
    let bytes = armour::without_byte_order_mark(bytes)?;
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    let text = armour::without_leading_blank_lines(bytes);
    if text.starts_with(openssh::BEGIN) {
        openssh::parse(text)
    } else if text.starts_with(ppk::MAGIC) {
        ppk::parse(text)
    } else if text.starts_with(rfc4716::BEGIN) {
        rfc4716::parse(text).map(Parsed::Public)
    } else if let Some(line) = public_line::candidate(text) {
        public_line::parse(line).map(Parsed::Public)
    } else {
        Err(error::foreign(text))
    }
}

/// A private key file to be written.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Both halves of the key.
    pub key: &'a KeyPair,
    /// Goes into the file as it is; [`crate::key::comment::Comment`] sees to it that it can.
    pub comment: &'a crate::key::comment::Comment,
    /// Goes into a PPK file; other formats have no room for it.
    pub certificate: Option<&'a Certificate>,
}

/// The kinds of private key files that can be written, with their settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivateEncoding {
    /// OpenSSH's own, with the cipher and the rounds of bcrypt_pbkdf that protect it.
    OpenSsh {
        /// The cipher; unused without a passphrase.
        cipher: Cipher,
        /// The rounds of bcrypt_pbkdf, at least 1; unused without a passphrase.
        rounds: u32,
    },
    /// PPK version 3, with the Argon2 that protects it; unused without a passphrase.
    Ppk3(Argon2Params),
    /// PPK version 2, for programs older than PuTTY 0.75.
    Ppk2,
}

impl PrivateEncoding {
    /// OpenSSH's defaults since 9.4: aes256-ctr and 24 rounds.
    pub const OPENSSH: Self = Self::OpenSsh {
        cipher: Cipher::Aes256Ctr,
        rounds: 24,
    };

    /// The kind of file that is written.
    #[must_use]
    pub fn format(&self) -> Format {
        match self {
            Self::OpenSsh { .. } => Format::OpenSsh,
            Self::Ppk3(_) => Format::Ppk3,
            Self::Ppk2 => Format::Ppk2,
        }
    }

    /// How a file with a passphrase will be encrypted.
    #[must_use]
    pub fn protection(&self) -> Protection {
        match *self {
            Self::OpenSsh { cipher, rounds } => Protection::OpenSsh { cipher, rounds },
            Self::Ppk3(params) => Protection::Ppk3(params),
            Self::Ppk2 => Protection::PpkSha1,
        }
    }

    /// What opening the file will cost.
    #[must_use]
    pub fn cost(&self) -> Cost {
        self.protection().cost()
    }
}

/// Writes a private key file; without a passphrase, unencrypted. Salts come from `rng`.
///
/// # Errors
/// [`EncodeError`] when the format cannot hold this key or the cost is out of bounds.
pub fn encode_private(
    outgoing: Outgoing<'_>,
    encoding: &PrivateEncoding,
    passphrase: Option<&Passphrase>,
    rng: &mut impl CryptoRng,
) -> Result<SecretBytes, EncodeError> {
    let passphrase = passphrase.filter(|passphrase| !passphrase.is_empty());
    if passphrase.is_some() {
        encoding
            .cost()
            .check(Consent::Given)
            .map_err(|_| EncodeError::Cost)?;
    }
    match encoding {
        PrivateEncoding::OpenSsh { cipher, rounds } => {
            openssh::encode(outgoing, passphrase.map(|p| (p, *cipher, *rounds)), rng)
        }
        PrivateEncoding::Ppk3(params) => ppk::encode_v3(outgoing, passphrase.map(|p| (p, *params)), rng),
        PrivateEncoding::Ppk2 => ppk::encode_v2(outgoing, passphrase),
    }
}

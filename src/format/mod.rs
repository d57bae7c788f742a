//! Key files: from bytes to keys and back.
//!
//! [`parse`] looks at the content, never at the name. What it returns says how far one gets without a
//! passphrase: a private key, a locked one whose public half may be known, or a public key.

mod addresses;
pub mod agent;
pub mod allowed_signers;
mod armour;
mod asn1;
pub mod authorized_keys;
pub mod carrier;
mod cbc;
pub mod certificate;
mod code_pages;
mod cost;
mod dropbear;
mod error;
pub mod for_ssh;
mod foreign;
pub mod jwk;
mod kdf;
pub mod key_lines;
mod kinds;
pub mod known_hosts;
mod limits;
mod line_file;
pub mod mend;
mod oid;
pub mod one_line;
pub mod openssh;
pub(crate) mod pattern;
mod pem;
mod pkcs12;
mod pkcs8;
pub mod ppk;
pub mod public_line;
pub mod reading;
pub mod rfc4716;
pub mod spki;
mod ssh1;
pub mod ssh_config;
mod sshcom;
pub mod sshsig;
mod traditional;

pub use armour::Wrapping;
pub use cbc::CbcCipher;
pub use certificate::{Certificate, CertificateKind, CertificateOption, OtherKey, Validity};
pub use code_pages::passphrase_as;
pub use cost::Cost;
pub use error::{DecodeError, EncodeError, Fault, Foreign};
pub use kdf::{Argon2Params, Argon2Variant, Prf, ScryptParams};
pub use kinds::Format;
pub use limits::Consent;
pub use line_file::{ListError, MAX_CONFIG_FILE, MAX_LIST_FILE, find_again};
pub use openssh::Cipher;
pub use pkcs8::pbe::{Pbes1, Pbes2, Pbes2Kdf};
pub use ssh1::Ssh1Key;

use rand_core::CryptoRng;

use crate::key::{KeyPair, PublicKey};
use crate::secret::{Passphrase, SecretBytes};

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
    /// As PPK versions 1 and 2 do it: two rounds of SHA-1, then AES-256-CBC.
    PpkSha1,
    /// As ssh.com does it: one round of MD5, then triple DES.
    SshCom,
    /// As traditional PEM does it: one round of MD5, then this cipher.
    Pem(CbcCipher),
    /// As PKCS#8 does it today.
    Pbes2(Pbes2),
    /// As PKCS#8 did it before 2016.
    Pbes1 {
        /// How exactly.
        scheme: Pbes1,
        /// How often its hash is repeated.
        iterations: u32,
    },
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
            Self::SshCom => Some("3des-cbc"),
            Self::Pem(cipher) => Some(cipher.name()),
            Self::Pbes2(pbes2) => Some(pbes2.cipher.name()),
            Self::Pbes1 { scheme, .. } => Some(scheme.cipher().name()),
        }
    }

    /// What opening the file costs.
    #[must_use]
    pub fn cost(&self) -> Cost {
        match self {
            Self::None | Self::PpkSha1 | Self::SshCom | Self::Pem(_) => Cost::Nothing,
            Self::OpenSsh { rounds, .. } => Cost::Bcrypt { rounds: *rounds },
            Self::Ppk3(params) => Cost::Argon2(*params),
            Self::Pbes2(pbes2) => pbes2.cost(),
            Self::Pbes1 { iterations, .. } => Cost::Pbkdf2 {
                iterations: *iterations,
            },
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
    /// Whether certificates of X.509 lie in the file beside the key, which SSH has no use for.
    pub has_x509: bool,
    /// Whether it has a CRLF somewhere, as lines end on Windows; in a file that is no text that is chance.
    pub has_crlf: bool,
    /// The encoding of the passphrase that opened it, where that is not UTF-8 as it was typed.
    pub passphrase_encoding: Option<&'static str>,
}

impl PrivateFile {
    /// What a file holds that needs no passphrase.
    fn plain(format: Format, key: KeyPair, comment: Vec<u8>) -> Self {
        Self {
            format,
            protection: Protection::None,
            key,
            comment,
            certificate: None,
            has_x509: false,
            has_crlf: false,
            passphrase_encoding: None,
        }
    }

    /// What a locked file turned out to hold.
    fn unlocked(file: &LockedFile, key: KeyPair, comment: Vec<u8>) -> Self {
        Self {
            format: file.format,
            protection: file.protection.clone(),
            key,
            comment,
            certificate: file.certificate.clone(),
            has_x509: false,
            has_crlf: file.has_crlf,
            passphrase_encoding: None,
        }
    }

    /// Puts a certificate beside the key, in place of the one that may be there.
    ///
    /// # Errors
    /// The certificate is for another key.
    pub fn attach(&mut self, certificate: Certificate) -> Result<(), OtherKey> {
        certificate.certifies(self.key.public())?;
        self.certificate = Some(certificate);
        Ok(())
    }

    /// Takes the certificate away from the key.
    pub fn detach(&mut self) -> Option<Certificate> {
        self.certificate.take()
    }
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
    /// The public half, where it stands in clear (OpenSSH, PPK). Nothing vouches for it until the file
    /// is open.
    pub public: Option<PublicKey>,
    /// The comment, where it stands in clear (PPK), equally unvouched for.
    pub comment: Option<Vec<u8>>,
    /// The certificate that a PPK file may carry with its key.
    pub certificate: Option<Certificate>,
    /// Whether it has a CRLF somewhere; see [`PrivateFile::has_crlf`].
    pub has_crlf: bool,
    sealed: Sealed,
}

#[derive(Debug)]
enum Sealed {
    OpenSsh(openssh::Sealed),
    Ppk(ppk::Sealed),
    Pem(pem::Sealed),
    Pkcs8(pkcs8::Sealed),
    SshCom(sshcom::Sealed),
    Pkcs12(Box<pkcs12::Sealed>),
}

impl LockedFile {
    /// Opens the file. A passphrase with letters beyond ASCII is tried in the encodings of other programs too.
    ///
    /// # Errors
    /// [`DecodeError::WrongPassphrase`]; [`DecodeError::CostsMuch`] when the key derivation costs
    /// more than is usual and `consent` was not given; and what can be wrong inside.
    pub fn unlock(&self, passphrase: &Passphrase, consent: Consent) -> Result<PrivateFile, DecodeError> {
        if passphrase.is_empty() {
            return Err(DecodeError::NeedsPassphrase);
        }
        self.protection.cost().check(consent)?;
        let opened = self.open(passphrase);
        if !matches!(opened, Err(DecodeError::WrongPassphrase)) {
            return opened;
        }
        for (encoding, other) in code_pages::others(passphrase) {
            if let Ok(mut file) = self.open(&other) {
                file.passphrase_encoding = Some(encoding);
                return Ok(file);
            }
        }
        opened
    }

    fn open(&self, passphrase: &Passphrase) -> Result<PrivateFile, DecodeError> {
        match &self.sealed {
            Sealed::OpenSsh(sealed) => sealed.open(self, passphrase),
            Sealed::Ppk(sealed) => sealed.open(self, passphrase),
            Sealed::Pem(sealed) => sealed.open(self, passphrase),
            Sealed::Pkcs8(sealed) => sealed.open(self, passphrase),
            Sealed::SshCom(sealed) => sealed.open(self, passphrase),
            Sealed::Pkcs12(sealed) => sealed.open(self, passphrase),
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

impl Parsed {
    /// Which kind of file it is.
    #[must_use]
    pub fn format(&self) -> Format {
        match self {
            Self::Private(file) => file.format,
            Self::Locked(file) => file.format,
            Self::Public(file) => file.format,
        }
    }

    /// The public key, where it can be told without the passphrase.
    #[must_use]
    pub fn public(&self) -> Option<&PublicKey> {
        match self {
            Self::Private(file) => Some(file.key.public()),
            Self::Locked(file) => file.public.as_ref(),
            Self::Public(file) => Some(&file.key),
        }
    }

    /// The certificate that stands in the file.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        match self {
            Self::Private(file) => file.certificate.as_ref(),
            Self::Locked(file) => file.certificate.as_ref(),
            Self::Public(file) => file.certificate.as_ref(),
        }
    }
}

/// Reads a key file of any known kind, by its content.
///
/// A byte order mark, CRLF and blank lines around the key are taken in stride.
///
/// # Errors
/// [`DecodeError`] names the cause.
pub fn parse(bytes: &[u8]) -> Result<Parsed, DecodeError> {
    let mut parsed = read(bytes)?;
    let has_crlf = || bytes.windows(2).any(|pair| pair == b"\r\n");
    match &mut parsed {
        Parsed::Private(file) => file.has_crlf = has_crlf(),
        Parsed::Locked(file) => file.has_crlf = has_crlf(),
        Parsed::Public(_) => {}
    }
    Ok(parsed)
}

fn read(bytes: &[u8]) -> Result<Parsed, DecodeError> {
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
    } else if text.starts_with(sshcom::BEGIN) {
        sshcom::parse(text)
    } else if text.starts_with(ssh1::MAGIC) {
        Err(DecodeError::Ssh1(ssh1::private(text)?))
    } else if let Some(key) = ssh1::public(text) {
        Err(DecodeError::Ssh1(key))
    } else if jwk::is_candidate(text) {
        jwk::parse(text)
    } else if let Some(line) = public_line::candidate(text) {
        public_line::parse(line).map(Parsed::Public)
    } else if dropbear::is_candidate(bytes) {
        dropbear::parse(bytes)
    } else if pkcs12::is_indefinite(bytes) {
        pkcs12::parse(bytes)
    } else if asn1::kind::of(bytes).is_some() {
        // What looks like lines of text in its numbers is none.
        pem::parse_der(bytes)
    } else if let Some(text) = pem::find(text) {
        pem::parse(text)
    } else if armour::first_block(text).is_some_and(|block| block.starts_with(openssh::BEGIN)) {
        // Text in front of it, which ssh does not take either.
        Err(Fault::Header("-----BEGIN OPENSSH PRIVATE KEY-----").into())
    } else if asn1::kind::is_candidate(bytes) {
        pem::parse_der(bytes)
    } else {
        Err(match foreign::foreign(text) {
            // Options, or the names of hosts, stand before the keys.
            DecodeError::NotAKeyFile(Foreign::Text) if key_lines::holds_several(text) => {
                DecodeError::MultipleKeys
            }
            foreign => foreign,
        })
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
    /// ssh.com's, for RSA and DSA; its passphrase is protected badly.
    SshCom,
    /// A JSON Web Key, which is never encrypted: a passphrase is refused.
    Jwk,
    /// Dropbear's own, which is never encrypted: a passphrase is refused.
    Dropbear,
    /// Traditional PEM, for programs that know nothing newer; its passphrase is protected badly.
    Pem {
        /// The cipher; unused without a passphrase.
        cipher: CbcCipher,
    },
    /// PKCS#8, with what protects it; unused without a passphrase.
    Pkcs8 {
        /// As text or as bytes.
        wrapping: Wrapping,
        /// Key derivation and cipher.
        pbes2: Pbes2,
    },
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
            Self::SshCom => Format::SshCom,
            Self::Jwk => Format::Jwk,
            Self::Dropbear => Format::Dropbear,
            Self::Pem { .. } => Format::Pem,
            Self::Pkcs8 { wrapping, .. } => pkcs8::format(*wrapping),
        }
    }

    /// How a file with a passphrase will be encrypted.
    #[must_use]
    pub fn protection(&self) -> Protection {
        match *self {
            Self::OpenSsh { cipher, rounds } => Protection::OpenSsh { cipher, rounds },
            Self::Ppk3(params) => Protection::Ppk3(params),
            Self::Ppk2 => Protection::PpkSha1,
            Self::SshCom => Protection::SshCom,
            Self::Jwk | Self::Dropbear => Protection::None,
            Self::Pem { cipher } => Protection::Pem(cipher),
            Self::Pkcs8 { pbes2, .. } => Protection::Pbes2(pbes2),
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
        PrivateEncoding::Jwk | PrivateEncoding::Dropbear if passphrase.is_some() => {
            Err(EncodeError::NoEncryption)
        }
        PrivateEncoding::Dropbear => dropbear::encode(outgoing),
        PrivateEncoding::Jwk => jwk::encode(outgoing),
        PrivateEncoding::SshCom => sshcom::encode(outgoing, passphrase, rng),
        PrivateEncoding::Pem { cipher } => pem::encode(outgoing, passphrase.map(|p| (p, *cipher)), rng),
        PrivateEncoding::Pkcs8 { wrapping, pbes2 } => {
            pkcs8::encode(outgoing, *wrapping, passphrase.map(|p| (p, *pbes2)), rng)
        }
    }
}

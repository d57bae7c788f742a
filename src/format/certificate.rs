//! OpenSSH certificates (PROTOCOL.certkeys): a public key, what it may be used for, and the signature of
//! an authority over both.

mod host;
pub mod making;
mod text;

pub use host::HostCertificateFault;
pub use text::moment;

use super::error::printable;
use super::{DecodeError, Fault};
use crate::key::signature::{SignatureError, Verified, verify};
use crate::key::wire::{Reader, WireError};
use crate::key::{Algorithm, PublicKey};

/// What certificate types end in, but for the latest of them.
const SUFFIX: &str = "-cert-v01@openssh.com";
const SETTLED: &str = "-cert";
/// As many as OpenSSH reads.
const MOST_PRINCIPALS: usize = 256;
/// OpenSSH knows a dozen options in all.
const MOST_OPTIONS: usize = 256;
/// The critical options that OpenSSH knows; it refuses a certificate with another one.
const KNOWN_CRITICAL: [&str; 3] = ["force-command", "source-address", "verify-required"];

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateKind {
    /// A person logs in with it.
    User,
    /// A server shows it.
    Host,
}

/// An option of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CertificateOption {
    /// `force-command`, `permit-pty`, …
    pub name: String,
    /// What stands behind it: nothing, or usually a string with its length before it.
    pub data: Vec<u8>,
}

impl CertificateOption {
    /// The text behind the name, where it is one.
    #[must_use]
    pub fn text(&self) -> Option<&[u8]> {
        let mut reader = Reader::new(&self.data);
        let text = reader.string().ok()?;
        reader.end().ok()?;
        Some(text)
    }
}

/// How a certificate stands at a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Validity {
    /// It counts.
    Valid,
    /// It does not count yet.
    NotYetValid,
    /// It no longer counts.
    Expired,
}

/// A certificate that its authority did sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    name: String,
    blob: Vec<u8>,
    key: PublicKey,
    serial: u64,
    kind: CertificateKind,
    key_id: Vec<u8>,
    principals: Vec<Vec<u8>>,
    valid_after: u64,
    valid_before: u64,
    critical_options: Vec<CertificateOption>,
    extensions: Vec<CertificateOption>,
    authority: PublicKey,
    signature: Verified,
}

/// A certificate certifies another key than the one it was put beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the certificate is for a different public key")]
pub struct OtherKey;

impl Certificate {
    /// Whether `name` is the type of a certificate.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        name.ends_with(SUFFIX) || name.ends_with(SETTLED) && certified(name).is_some()
    }

    /// Reads the wire form, and verifies the authority's signature.
    ///
    /// # Errors
    /// The type or the authority's is unknown, the layout is broken, or
    /// [`DecodeError::BadSignature`].
    pub fn from_wire(blob: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(blob);
        let name = reader.text()?;
        let algorithm = certified(name).ok_or_else(|| DecodeError::UnsupportedKeyType(printable(name)))?;
        let _nonce = reader.string()?;
        let key = PublicKey::read_fields(algorithm, &mut reader)?;
        let serial = uint64(&mut reader)?;
        let kind = match reader.uint32()? {
            1 => CertificateKind::User,
            2 => CertificateKind::Host,
            _ => return Err(Fault::Value("type of the certificate").into()),
        };
        let key_id = reader.string()?;
        let principals = principals(reader.string()?)?;
        let (valid_after, valid_before) = (uint64(&mut reader)?, uint64(&mut reader)?);
        let critical_options = options(reader.string()?).ok_or(Fault::Value("critical options"))?;
        let extensions = options(reader.string()?).ok_or(Fault::Value("extensions"))?;
        let _reserved = reader.string()?;
        let authority = authority(reader.string()?)?;
        let signed = &blob[..blob.len() - reader.rest().len()];
        let signature = reader.string()?;
        reader.end()?;
        if key_id.contains(&0) {
            return Err(Fault::Value("key ID").into());
        }
        Ok(Self {
            name: name.to_owned(),
            key,
            serial,
            kind,
            key_id: key_id.to_vec(),
            principals,
            valid_after,
            valid_before,
            critical_options,
            extensions,
            signature: verify(&authority, signed, signature)?,
            authority,
            blob: blob.to_vec(),
        })
    }

    /// Its type: `ssh-ed25519-cert-v01@openssh.com`, …
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The wire form.
    #[must_use]
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// The key that it certifies.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The number that its authority gave it, often 0.
    #[must_use]
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// For people or for servers.
    #[must_use]
    pub fn kind(&self) -> CertificateKind {
        self.kind
    }

    /// What the server writes into its log, any bytes but NUL.
    #[must_use]
    pub fn key_id(&self) -> &[u8] {
        &self.key_id
    }

    /// The user or host names that it is good for.
    #[must_use]
    pub fn principals(&self) -> &[Vec<u8>] {
        &self.principals
    }

    /// From when it counts, in seconds since 1970 (UTC); 0 is from ever.
    #[must_use]
    pub fn valid_after(&self) -> u64 {
        self.valid_after
    }

    /// When it ceases to count, in seconds since 1970 (UTC); the largest number is never.
    #[must_use]
    pub fn valid_before(&self) -> u64 {
        self.valid_before
    }

    /// How it stands at `now`, in seconds since 1970 (UTC).
    #[must_use]
    pub fn validity(&self, now: u64) -> Validity {
        if now < self.valid_after {
            Validity::NotYetValid
        } else if now >= self.valid_before {
            Validity::Expired
        } else {
            Validity::Valid
        }
    }

    /// The options that a server must know, or refuse the certificate.
    #[must_use]
    pub fn critical_options(&self) -> &[CertificateOption] {
        &self.critical_options
    }

    /// The critical options that OpenSSH does not know.
    pub fn unknown_critical_options(&self) -> impl Iterator<Item = &CertificateOption> {
        let options = self.critical_options.iter();
        options.filter(|option| !KNOWN_CRITICAL.contains(&option.name.as_str()))
    }

    /// The options that a server may ignore; most of them permit something.
    #[must_use]
    pub fn extensions(&self) -> &[CertificateOption] {
        &self.extensions
    }

    /// The authority's public key.
    #[must_use]
    pub fn authority(&self) -> &PublicKey {
        &self.authority
    }

    /// How the authority signed.
    #[must_use]
    pub fn signature(&self) -> Verified {
        self.signature
    }

    /// Sees to it that it is for `key`.
    ///
    /// # Errors
    /// [`OtherKey`].
    pub fn certifies(&self, key: &PublicKey) -> Result<(), OtherKey> {
        if self.key == *key { Ok(()) } else { Err(OtherKey) }
    }
}

/// Reads the wire form of a key or of a certificate.
pub(super) fn key_or_certificate(blob: &[u8]) -> Result<(PublicKey, Option<Certificate>), DecodeError> {
    if Certificate::is_name(Reader::new(blob).text()?) {
        let certificate = Certificate::from_wire(blob)?;
        return Ok((certificate.key().clone(), Some(certificate)));
    }
    Ok((PublicKey::from_wire(blob)?, None))
}

/// The kind of key that certificates of this type certify.
fn certified(name: &str) -> Option<Algorithm> {
    Algorithm::ALL
        .into_iter()
        .find(|algorithm| algorithm.certificate_name() == name)
}

fn authority(blob: &[u8]) -> Result<PublicKey, DecodeError> {
    // Authorities are plain keys; OpenSSH has no chains.
    if Certificate::is_name(Reader::new(blob).text()?) {
        return Err(Fault::Value("signature key").into());
    }
    Ok(PublicKey::from_wire(blob)?)
}

fn uint64(reader: &mut Reader<'_>) -> Result<u64, WireError> {
    let bytes = reader.bytes(8)?.first_chunk().ok_or(WireError::Short)?;
    Ok(u64::from_be_bytes(*bytes))
}

/// Names, one string behind the other. A length that points behind their end is a fault of its own,
/// not a file that was cut short.
fn principals(packed: &[u8]) -> Result<Vec<Vec<u8>>, Fault> {
    let mut reader = Reader::new(packed);
    let mut names = Vec::new();
    while !reader.rest().is_empty() {
        let name = reader.string().ok().filter(|name| !name.contains(&0));
        let name = name.filter(|_| names.len() < MOST_PRINCIPALS);
        names.push(name.ok_or(Fault::Value("valid principals"))?.to_vec());
    }
    Ok(names)
}

/// Names and data, one behind the other.
fn options(packed: &[u8]) -> Option<Vec<CertificateOption>> {
    let mut reader = Reader::new(packed);
    let mut options = Vec::new();
    while !reader.rest().is_empty() {
        let name = reader.text().ok()?.to_owned();
        let data = reader.string().ok()?.to_vec();
        if options.len() == MOST_OPTIONS {
            return None;
        }
        options.push(CertificateOption { name, data });
    }
    Some(options)
}

impl From<SignatureError> for DecodeError {
    fn from(error: SignatureError) -> Self {
        Self::BadSignature(error)
    }
}

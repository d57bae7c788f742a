//! OpenSSH certificates (PROTOCOL.certkeys), as far as they ride along with a key.

use super::{DecodeError, Fault};
use crate::key::wire::Reader;
use crate::key::{Algorithm, PublicKey};

/// What certificate types end in.
const SUFFIX: &str = "-cert-v01@openssh.com";

/// A certificate, kept byte for byte, and the key that it certifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    name: String,
    blob: Vec<u8>,
    key: PublicKey,
}

impl Certificate {
    /// Whether `name` is the type of a certificate.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        name.ends_with(SUFFIX)
    }

    /// Reads the wire form as far as the key that it certifies.
    ///
    /// # Errors
    /// The type is unknown, or the layout is broken before the end of the key.
    pub fn from_wire(blob: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(blob);
        let name = reader.text()?;
        let algorithm =
            certified(name).ok_or_else(|| DecodeError::UnsupportedKeyType(super::error::printable(name)))?;
        let _nonce = reader.string()?;
        let key = PublicKey::read_fields(algorithm, &mut reader)?;
        if reader.rest().is_empty() {
            return Err(Fault::Wire(crate::key::wire::WireError::Short).into());
        }
        Ok(Self {
            name: name.to_owned(),
            blob: blob.to_vec(),
            key,
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
}

/// Reads the wire form of a key or of a certificate.
pub(super) fn key_or_certificate(blob: &[u8]) -> Result<(PublicKey, Option<Certificate>), DecodeError> {
    if Certificate::is_name(Reader::new(blob).text()?) {
        let certificate = Certificate::from_wire(blob)?;
        return Ok((certificate.key().clone(), Some(certificate)));
    }
    Ok((PublicKey::from_wire(blob)?, None))
}

/// The kind of key that certificates of this type certify. Security keys put their suffix elsewhere:
/// `sk-ssh-ed25519-cert-v01@openssh.com` certifies `sk-ssh-ed25519@openssh.com`.
fn certified(name: &str) -> Option<Algorithm> {
    let stem = name.strip_suffix(SUFFIX)?;
    Algorithm::from_name(stem).or_else(|| Algorithm::from_name(&format!("{stem}@openssh.com")))
}

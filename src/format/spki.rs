//! Public keys as OpenSSL has them: `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7) for every type, and
//! `RSAPublicKey` (RFC 8017 §A.1.1).

use super::armour::{self, Wrapping};
use super::asn1::algorithm::{self, KeyType};
use super::asn1::{Fields, bits, lone_uint, sequence, uint};
use super::{DecodeError, EncodeError};
use crate::key::wire::WireError;
use crate::key::{PublicKey, validate};
use crate::secret::SecretBytes;

const LABEL: &str = "PUBLIC KEY";
const PKCS1_LABEL: &str = "RSA PUBLIC KEY";

/// Reads a `SubjectPublicKeyInfo`.
pub(super) fn read(bytes: &[u8]) -> Result<PublicKey, DecodeError> {
    let mut fields = Fields::of_sequence(bytes)?;
    let key_type = KeyType::read(fields.sequence()?)?;
    let bytes = fields.bits()?;
    fields.end()?;
    let key = match key_type {
        KeyType::Rsa => return read_pkcs1(bytes),
        KeyType::Dsa { p, q, g } => {
            let [p, q, g, y] = [p, q, g, lone_uint(bytes)?].map(<[u8]>::to_vec);
            PublicKey::Dsa { p, q, g, y }
        }
        KeyType::Ecdsa(curve) => PublicKey::Ecdsa {
            curve,
            point: validate::uncompressed_point(curve, bytes)?,
        },
        KeyType::Ed25519 => PublicKey::Ed25519(bytes.try_into().map_err(|_| WireError::WrongLength)?),
        KeyType::Ed448 => PublicKey::Ed448(bytes.try_into().map_err(|_| WireError::WrongLength)?),
    };
    validate::public_key(&key)?;
    Ok(key)
}

/// Reads an `RSAPublicKey`.
pub(super) fn read_pkcs1(bytes: &[u8]) -> Result<PublicKey, DecodeError> {
    let mut fields = Fields::of_sequence(bytes)?;
    let (n, e) = (fields.uint()?.to_vec(), fields.uint()?.to_vec());
    fields.end()?;
    let key = PublicKey::Rsa { e, n };
    validate::public_key(&key)?;
    Ok(key)
}

/// Writes a public key as OpenSSL does by itself: `PUBLIC KEY`.
///
/// # Errors
/// The key is one that only SSH knows.
pub fn encode(key: &PublicKey, wrapping: Wrapping) -> Result<Vec<u8>, EncodeError> {
    let (Some(algorithm), Some(public)) = (algorithm::write(key), public_bytes(key)) else {
        return Err(unsupported("SubjectPublicKeyInfo", key));
    };
    Ok(wrapped(LABEL, wrapping, &sequence(&[algorithm, bits(&public)])))
}

/// Writes an RSA public key as `ssh-keygen -e -m PEM` does: `RSA PUBLIC KEY`.
///
/// # Errors
/// The key is not an RSA key.
pub fn encode_pkcs1(key: &PublicKey, wrapping: Wrapping) -> Result<Vec<u8>, EncodeError> {
    let PublicKey::Rsa { e, n } = key else {
        return Err(unsupported("PKCS#1", key));
    };
    Ok(wrapped(PKCS1_LABEL, wrapping, &sequence(&[uint(n), uint(e)])))
}

fn unsupported(format: &'static str, key: &PublicKey) -> EncodeError {
    EncodeError::Unsupported {
        format,
        algorithm: key.algorithm().name(),
    }
}

fn wrapped(label: &str, wrapping: Wrapping, bytes: &SecretBytes) -> Vec<u8> {
    let bytes = bytes.expose();
    match wrapping {
        Wrapping::Pem => armour::pem(label, "", bytes).expose().to_vec(),
        Wrapping::Der => bytes.to_vec(),
    }
}

/// What stands in the BIT STRING; nothing for keys that only SSH knows.
fn public_bytes(key: &PublicKey) -> Option<Vec<u8>> {
    Some(match key {
        PublicKey::Rsa { e, n } => sequence(&[uint(n), uint(e)]).expose().to_vec(),
        PublicKey::Dsa { y, .. } => uint(y).expose().to_vec(),
        PublicKey::Ecdsa { point, .. } => point.clone(),
        PublicKey::Ed25519(key) => key.to_vec(),
        PublicKey::Ed448(key) => key.to_vec(),
        PublicKey::SkEcdsa { .. } | PublicKey::SkEd25519 { .. } | PublicKey::MlDsa44Ed25519 { .. } => {
            return None;
        }
    })
}

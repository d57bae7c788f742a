//! The wire form of a public key, read (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4, OpenSSH's PROTOCOL.u2f).

use super::mldsa;
use super::points::uncompressed_point;
use super::public::PublicKey;
use super::spec::{Algorithm, Curve};
use super::unsound::Unsound;
use super::validate;
use super::wire::{MAX_NUMBER_BYTES, Reader, WireError};

/// Why bytes are not a public key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// The layout is broken.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The layout is sound, but this kind of key is not known.
    #[error("keys of type {0} are not supported")]
    Unsupported(String),
    /// The numbers make no key.
    #[error(transparent)]
    Unsound(#[from] Unsound),
}

impl PublicKey {
    /// Reads the wire form; nothing may be left over.
    ///
    /// # Errors
    /// The layout is broken, the kind is unknown, or the numbers make no key.
    pub fn from_wire(bytes: &[u8]) -> Result<Self, PublicKeyError> {
        let mut reader = Reader::new(bytes);
        let name = reader.text()?;
        let algorithm =
            Algorithm::from_name(name).ok_or_else(|| PublicKeyError::Unsupported(name.to_owned()))?;
        let key = Self::read_fields(algorithm, &mut reader)?;
        reader.end()?;
        Ok(key)
    }

    /// Reads the fields behind the type's name, in the order of the public form.
    pub(crate) fn read_fields(algorithm: Algorithm, reader: &mut Reader<'_>) -> Result<Self, PublicKeyError> {
        let key = match algorithm {
            Algorithm::Rsa => Self::Rsa {
                e: reader.mpint()?.to_vec(),
                n: reader.mpint()?.to_vec(),
            },
            Algorithm::Dsa => Self::Dsa {
                p: reader.mpint()?.to_vec(),
                q: reader.mpint()?.to_vec(),
                g: reader.mpint()?.to_vec(),
                y: reader.mpint()?.to_vec(),
            },
            Algorithm::Ecdsa(curve) => Self::Ecdsa {
                curve,
                point: read_point(curve, reader)?,
            },
            Algorithm::Ed25519 => Self::Ed25519(reader.array()?),
            Algorithm::Ed448 => Self::Ed448(reader.array()?),
            Algorithm::SkEcdsa => Self::SkEcdsa {
                point: read_point(Curve::P256, reader)?,
                application: read_application(reader)?,
            },
            Algorithm::SkEd25519 => Self::SkEd25519 {
                key: reader.array()?,
                application: read_application(reader)?,
            },
            Algorithm::MlDsa44Ed25519(naming) => Self::MlDsa44Ed25519 {
                naming,
                key: reader.array::<{ mldsa::PUBLIC_LEN }>()?.to_vec(),
            },
        };
        validate::public_key(&key)?;
        Ok(key)
    }
}

/// The curve's name, then the point; a compressed point is written out, for the fingerprint of a key
/// is that of its uncompressed form (RFC 5656 §3.1).
fn read_point(curve: Curve, reader: &mut Reader<'_>) -> Result<Vec<u8>, PublicKeyError> {
    let name = reader.text()?;
    if name != curve.name() {
        let is_known = Curve::ALL.iter().any(|known| known.name() == name);
        return Err(if is_known {
            Unsound::CurveNames.into()
        } else {
            PublicKeyError::Unsupported(format!("ECDSA on {name}"))
        });
    }
    Ok(uncompressed_point(curve, reader.string()?)?)
}

fn read_application(reader: &mut Reader<'_>) -> Result<Vec<u8>, WireError> {
    let application = reader.string()?;
    if application.len() > MAX_NUMBER_BYTES {
        return Err(WireError::TooLarge);
    }
    Ok(application.to_vec())
}

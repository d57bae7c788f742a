//! The type of a key as PKCS#8 and `SubjectPublicKeyInfo` name it: an object identifier and, for some
//! types, parameters (RFC 3279 §2.3, RFC 5480 §2.1, RFC 8410 §3).

use der::Tag;

use super::{Fields, null, oid, sequence, uint};
use crate::format::oid as known;
use crate::format::{DecodeError, Fault};
use crate::key::PublicKey;
use crate::key::spec::Curve;
use crate::secret::SecretBytes;

/// A type of key, with the parameters that are part of the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum KeyType<'a> {
    Rsa,
    Dsa { p: &'a [u8], q: &'a [u8], g: &'a [u8] },
    Ecdsa(Curve),
    Ed25519,
    Ed448,
}

impl<'a> KeyType<'a> {
    /// Reads the fields of an `AlgorithmIdentifier`.
    pub(in crate::format) fn read(mut fields: Fields<'a>) -> Result<Self, DecodeError> {
        let algorithm = fields.oid()?;
        let key_type = if algorithm == known::RSA {
            fields.optional_null()?;
            Self::Rsa
        } else if algorithm == known::DSA {
            let mut group = fields.sequence()?;
            let (p, q, g) = (group.uint()?, group.uint()?, group.uint()?);
            group.end()?;
            Self::Dsa { p, q, g }
        } else if algorithm == known::EC {
            Self::Ecdsa(curve(&mut fields)?)
        } else if algorithm == known::ED25519 {
            Self::Ed25519
        } else if algorithm == known::ED448 {
            Self::Ed448
        } else {
            return Err(DecodeError::UnsupportedKeyType(known::name(algorithm)));
        };
        if fields.is_finished() {
            Ok(key_type)
        } else {
            Err(Fault::Parameters.into())
        }
    }
}

/// Writes the `AlgorithmIdentifier` of a key; nothing for keys that only SSH knows.
pub(in crate::format) fn write(key: &PublicKey) -> Option<SecretBytes> {
    let fields = match key {
        PublicKey::Rsa { .. } => vec![oid(known::RSA), null()],
        PublicKey::Dsa { p, q, g, .. } => vec![oid(known::DSA), sequence(&[uint(p), uint(q), uint(g)])],
        PublicKey::Ecdsa { curve, .. } => vec![oid(known::EC), oid(known::of_curve(*curve))],
        PublicKey::Ed25519(_) => vec![oid(known::ED25519)],
        PublicKey::Ed448(_) => vec![oid(known::ED448)],
        PublicKey::SkEcdsa { .. } | PublicKey::SkEd25519 { .. } | PublicKey::MlDsa44Ed25519 { .. } => {
            return None;
        }
    };
    Some(sequence(&fields))
}

/// Reads the name of a curve. A curve that is written out in numbers is refused even where the
/// numbers are those of a known one: they are how CVE-2020-0601 slipped in a generator of its own.
pub(in crate::format) fn curve(fields: &mut Fields<'_>) -> Result<Curve, DecodeError> {
    match fields.peek() {
        Some(Tag::ObjectIdentifier) => {}
        Some(Tag::Sequence) => {
            let explicit = "ECDSA with a curve written out in numbers";
            return Err(DecodeError::UnsupportedKeyType(explicit.to_owned()));
        }
        _ => return Err(Fault::Parameters.into()),
    }
    let name = fields.oid()?;
    let curve = Curve::ALL
        .into_iter()
        .find(|curve| known::of_curve(*curve) == name);
    curve.ok_or_else(|| DecodeError::UnsupportedKeyType(format!("ECDSA on {}", known::name(name))))
}

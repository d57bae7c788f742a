//! Whether the numbers of a key make a sound key.
//!
//! No reader of key files that was looked at checks all of this (`ssh-keygen` and `puttygen` open
//! RSA keys whose modulus is not the product of the primes and Ed25519 keys whose halves belong to
//! two people), so it is done here, once, for every format. Bounds come first: the numbers are
//! hostile until shown otherwise, and none of these checks takes longer than one signature.

use p256::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use p256::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, PublicKey as Point, SecretKey};
use zeroize::Zeroizing;

use super::dsa;
use super::mldsa;
use super::pair::PrivateKey;
use super::public::PublicKey;
use super::rsa::{self, RsaFault};
use super::spec::{Curve, RsaBits};
use super::wire::bit_len;
use crate::secret::SecretBytes;

/// Why numbers make no sound key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// The public half is not the one that belongs to the private half.
    #[error("the private and the public half belong to different keys")]
    HalvesDiffer,
    /// A point of an elliptic curve that does not lie on it, or is its neutral element.
    #[error("the public key is not a point on its curve")]
    OffCurve,
    /// Type name and curve name contradict each other.
    #[error("the key names two different curves")]
    CurveNames,
    /// An ECDSA scalar of zero, or not below the order of the curve.
    #[error("the private number lies outside the order of the curve")]
    ScalarRange,
    /// An Ed25519 or Ed448 point of small order: everybody could sign for it.
    #[error("the public key is one of the few points that protect nothing")]
    WeakPoint,
    /// An RSA modulus under 512 bits, which is broken in hours, or over 16384.
    #[error("an RSA modulus of {0} bits is outside what can be used (512 to 16384)")]
    RsaSize(u32),
    /// The RSA numbers contradict each other.
    #[error(transparent)]
    Rsa(#[from] RsaFault),
    /// The DSA group or number is not one.
    #[error("the DSA numbers do not make a key")]
    Dsa,
}

/// The shortest RSA modulus that is opened at all, in bits, so that an old key can still be looked at.
const MIN_RSA_BITS: u32 = 512;

/// Judges a public key by itself.
///
/// # Errors
/// Names what is wrong.
pub fn public_key(key: &PublicKey) -> Result<(), Unsound> {
    match key {
        PublicKey::Rsa { e, n } => {
            let bits = bit_len(n);
            if !(MIN_RSA_BITS..=RsaBits::MAX).contains(&bits) {
                return Err(Unsound::RsaSize(bits));
            }
            Ok(rsa::public_numbers(n, e)?)
        }
        PublicKey::Dsa { p, q, g, y } => dsa::group([p, q, g, y]),
        PublicKey::Ecdsa { curve, point } => uncompressed_point(*curve, point).map(drop),
        PublicKey::SkEcdsa { point, .. } => uncompressed_point(Curve::P256, point).map(drop),
        PublicKey::Ed25519(key) | PublicKey::SkEd25519 { key, .. } => ed25519_point(key),
        PublicKey::MlDsa44Ed25519(key) => ed25519_point(&mldsa::ed25519(key).ok_or(Unsound::OffCurve)?),
        PublicKey::Ed448(key) => ed448_goldilocks::VerifyingKey::from_bytes(key)
            .map(drop)
            .map_err(|_| Unsound::OffCurve),
    }
}

/// Judges two halves together; the public one has passed [`public_key`].
///
/// # Errors
/// Names what does not fit.
pub fn pair(public: &PublicKey, private: &PrivateKey) -> Result<(), Unsound> {
    match (public, private) {
        (PublicKey::Rsa { e, n }, PrivateKey::Rsa { d, p, q, iqmp }) => {
            rsa::consistency(n, e, d.expose(), p.expose(), q.expose(), iqmp.expose())?;
            Ok(())
        }
        (PublicKey::Dsa { p, q, g, y }, PrivateKey::Dsa { x }) => dsa::pair([p, q, g, y], x),
        (PublicKey::Ecdsa { curve, point }, PrivateKey::Ecdsa { scalar }) => {
            fits(&ecdsa_point(*curve, scalar)?, point)
        }
        (PublicKey::Ed25519(key), PrivateKey::Ed25519 { seed }) => fits(&ed25519_public(seed)?, key),
        (PublicKey::Ed448(key), PrivateKey::Ed448 { seed }) => fits(&ed448_public(seed)?, key),
        (PublicKey::MlDsa44Ed25519(key), PrivateKey::MlDsa44Ed25519 { seeds }) => {
            fits(&mldsa::public(seeds)?, key)
        }
        (PublicKey::SkEcdsa { .. } | PublicKey::SkEd25519 { .. }, PrivateKey::SecurityKey { .. }) => Ok(()),
        _ => Err(Unsound::HalvesDiffer),
    }
}

fn fits(computed: &[u8], stated: &[u8]) -> Result<(), Unsound> {
    if computed == stated {
        Ok(())
    } else {
        Err(Unsound::HalvesDiffer)
    }
}

/// The Ed25519 public key of a seed.
///
/// # Errors
/// [`Unsound::HalvesDiffer`] unless the seed has 32 bytes.
pub fn ed25519_public(seed: &SecretBytes) -> Result<[u8; 32], Unsound> {
    let seed: Zeroizing<[u8; 32]> =
        Zeroizing::new(seed.expose().try_into().map_err(|_| Unsound::HalvesDiffer)?);
    Ok(ed25519_dalek::SigningKey::from_bytes(&seed)
        .verifying_key()
        .to_bytes())
}

/// The Ed448 public key of a seed.
///
/// # Errors
/// [`Unsound::HalvesDiffer`] unless the seed has 57 bytes.
pub fn ed448_public(seed: &SecretBytes) -> Result<[u8; 57], Unsound> {
    let key = ed448_goldilocks::SigningKey::try_from(seed.expose()).map_err(|_| Unsound::HalvesDiffer)?;
    Ok(key.verifying_key().to_bytes())
}

/// The ECDSA public point, uncompressed, of a scalar.
///
/// # Errors
/// [`Unsound::ScalarRange`].
pub fn ecdsa_point(curve: Curve, scalar: &SecretBytes) -> Result<Vec<u8>, Unsound> {
    match curve {
        Curve::P256 => point_of::<p256::NistP256>(curve, scalar),
        Curve::P384 => point_of::<p384::NistP384>(curve, scalar),
        Curve::P521 => point_of::<p521::NistP521>(curve, scalar),
    }
}

fn point_of<C>(curve: Curve, scalar: &SecretBytes) -> Result<Vec<u8>, Unsound>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let padded = left_padded(scalar.expose(), curve.bytes()).ok_or(Unsound::ScalarRange)?;
    let key = SecretKey::<C>::from_slice(padded.expose()).map_err(|_| Unsound::ScalarRange)?;
    Ok(key.public_key().to_sec1_point(false).as_bytes().to_vec())
}

/// `number` with zeros before it, `len` bytes in all; nothing when it is longer than that.
#[must_use]
pub fn left_padded(number: &[u8], len: usize) -> Option<SecretBytes> {
    let zeros = len.checked_sub(number.len())?;
    let mut padded = SecretBytes::with_capacity(len);
    padded.extend(&vec![0; zeros]);
    padded.extend(number);
    Some(padded)
}

/// A SEC1 point, compressed or not, as an uncompressed one.
///
/// # Errors
/// [`Unsound::OffCurve`], also for the neutral element and for the hybrid form that nothing writes.
pub fn uncompressed_point(curve: Curve, point: &[u8]) -> Result<Vec<u8>, Unsound> {
    match curve {
        Curve::P256 => expand::<p256::NistP256>(point),
        Curve::P384 => expand::<p384::NistP384>(point),
        Curve::P521 => expand::<p521::NistP521>(point),
    }
}

fn expand<C>(point: &[u8]) -> Result<Vec<u8>, Unsound>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let key = Point::<C>::from_sec1_bytes(point).map_err(|_| Unsound::OffCurve)?;
    Ok(key.to_sec1_point(false).as_bytes().to_vec())
}

fn ed25519_point(key: &[u8; 32]) -> Result<(), Unsound> {
    let point = ed25519_dalek::VerifyingKey::from_bytes(key).map_err(|_| Unsound::OffCurve)?;
    if point.is_weak() {
        return Err(Unsound::WeakPoint);
    }
    // A y-coordinate of p or more has a second, shorter spelling; RFC 8032 §5.1.3 refuses it.
    if point.to_edwards().compress().to_bytes() != *key {
        return Err(Unsound::OffCurve);
    }
    Ok(())
}

//! The points of elliptic curves that public keys are: of a private number, and whether they are one (SEC 1
//! §2.3.4, RFC 8032 §5.1.3, §5.2.3).

use p256::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use p256::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, PublicKey as Point, SecretKey};
use zeroize::Zeroizing;

use super::spec::Curve;
use super::unsound::Unsound;
use super::wire::left_padded;
use crate::secret::SecretBytes;

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

/// Whether a string of 32 bytes is an Ed25519 key that protects something.
pub(super) fn ed25519_point(key: &[u8; 32]) -> Result<(), Unsound> {
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

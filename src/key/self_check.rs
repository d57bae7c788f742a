//! One signature, made and verified: the last check before a person sees a new key.
//!
//! FIPS 140-3 asks for it under the name of pairwise consistency test: a fault of the arithmetic, of
//! the memory or of this program shows here and not on the day of the first login.

use p256::ecdsa::signature::{Signer, Verifier};
use zeroize::Zeroizing;

use super::crew::Crew;
use super::dsa;
use super::pair::{KeyPair, PrivateKey};
use super::public::PublicKey;
use super::rsa;
use super::spec::Curve;
use super::validate::left_padded;
use crate::secret::SecretBytes;

const MESSAGE: &[u8] = b"keywright checks that this key signs";

/// Whether a signature by the private half verifies with the public half. An RSA key signs with two
/// hands, if there are.
///
/// False also for kinds that this program cannot sign with: security keys, whose private half is
/// elsewhere, and ML-DSA.
#[must_use]
pub fn signs(key: &KeyPair, crew: &dyn Crew) -> bool {
    match (key.public(), key.private()) {
        (PublicKey::Rsa { e, n }, PrivateKey::Rsa { d, p, q, iqmp }) => {
            rsa::signs(n, e, d.expose(), p.expose(), q.expose(), iqmp.expose(), crew)
        }
        (PublicKey::Ecdsa { curve, point }, PrivateKey::Ecdsa { scalar }) => {
            ecdsa_signs(*curve, point, scalar).unwrap_or(false)
        }
        (PublicKey::Ed25519(public), PrivateKey::Ed25519 { seed }) => {
            ed25519_signs(public, seed).unwrap_or(false)
        }
        (PublicKey::Dsa { p, q, g, y }, PrivateKey::Dsa { x }) => dsa::signs([p, q, g, y], x, MESSAGE),
        (PublicKey::Ed448(public), PrivateKey::Ed448 { seed }) => ed448_signs(public, seed).unwrap_or(false),
        _ => false,
    }
}

fn ed25519_signs(public: &[u8; 32], seed: &SecretBytes) -> Option<bool> {
    let seed: Zeroizing<[u8; 32]> = Zeroizing::new(seed.expose().try_into().ok()?);
    let signature = ed25519_dalek::SigningKey::from_bytes(&seed).sign(MESSAGE);
    let public = ed25519_dalek::VerifyingKey::from_bytes(public).ok()?;
    Some(public.verify_strict(MESSAGE, &signature).is_ok())
}

fn ed448_signs(public: &[u8; 57], seed: &SecretBytes) -> Option<bool> {
    let signature = ed448_goldilocks::SigningKey::try_from(seed.expose())
        .ok()?
        .sign_raw(MESSAGE);
    let public = ed448_goldilocks::VerifyingKey::from_bytes(public).ok()?;
    Some(public.verify_raw(&signature, MESSAGE).is_ok())
}

/// One curve: the scalar signs, the point that stands in the public key verifies.
macro_rules! signs_on {
    ($curve:ident, $scalar:expr, $point:expr) => {{
        let signature: $curve::ecdsa::Signature = $curve::ecdsa::SigningKey::from_slice($scalar.expose())
            .ok()?
            .sign(MESSAGE);
        let public = $curve::ecdsa::VerifyingKey::from_sec1_bytes($point).ok()?;
        Some(public.verify(MESSAGE, &signature).is_ok())
    }};
}

fn ecdsa_signs(curve: Curve, point: &[u8], scalar: &SecretBytes) -> Option<bool> {
    let scalar = left_padded(scalar.expose(), curve.bytes())?;
    match curve {
        Curve::P256 => signs_on!(p256, scalar, point),
        Curve::P384 => signs_on!(p384, scalar, point),
        Curve::P521 => signs_on!(p521, scalar, point),
    }
}

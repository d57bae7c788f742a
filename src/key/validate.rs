//! Whether the numbers of a key make a sound key.
//!
//! No reader of key files that was looked at checks all of this (`ssh-keygen` and `puttygen` open
//! RSA keys whose modulus is not the product of the primes and Ed25519 keys whose halves belong to
//! two people), so it is done here, once, for every format. Bounds come first: the numbers are
//! hostile until shown otherwise, and none of these checks takes longer than one signature.

use super::dsa;
use super::mldsa;
use super::points::ed25519_point;
use super::private::PrivateKey;
use super::public::PublicKey;
use super::rsa;
use super::spec::{Curve, RsaBits};
use super::wire::bit_len;

pub use super::points::{ecdsa_point, ed448_public, ed25519_public, uncompressed_point};
pub use super::unsound::Unsound;

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
        PublicKey::MlDsa44Ed25519 { key, .. } => {
            ed25519_point(&mldsa::ed25519(key).ok_or(Unsound::OffCurve)?)
        }
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
        (PublicKey::MlDsa44Ed25519 { key, .. }, PrivateKey::MlDsa44Ed25519 { seeds }) => {
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

//! One signature, made and verified: the last check before a person sees a new key.
//!
//! FIPS 140-3 asks for it under the name of pairwise consistency test: a fault of the arithmetic, of
//! the memory or of this program shows here and not on the day of the first login.

use rand_core::CryptoRng;

use super::crew::Crew;
use super::dsa;
use super::mldsa;
use super::pair::KeyPair;
use super::private::PrivateKey;
use super::public::PublicKey;
use super::rsa;
use super::sign::{RsaHash, sign};
use crate::secret::SecretBytes;

const MESSAGE: &[u8] = b"keywright checks that this key signs";

/// Whether a signature by the private half verifies with the public half. An RSA key is tried with two
/// hands, if there are.
///
/// False also for security keys, whose private half is elsewhere.
#[must_use]
pub fn signs(key: &KeyPair, crew: &dyn Crew, rng: &mut (impl CryptoRng + ?Sized)) -> bool {
    match (key.public(), key.private()) {
        (PublicKey::Rsa { e, .. }, PrivateKey::Rsa { d, p, q, .. }) => {
            rsa::signs(e, [d.expose(), p.expose(), q.expose()], crew, rng)
        }
        (PublicKey::Dsa { p, q, g, y }, PrivateKey::Dsa { x }) => dsa::signs([p, q, g, y], x, MESSAGE),
        (PublicKey::Ed448(public), PrivateKey::Ed448 { seed }) => ed448_signs(public, seed).unwrap_or(false),
        (PublicKey::MlDsa44Ed25519 { key, .. }, PrivateKey::MlDsa44Ed25519 { seeds }) => {
            mldsa::signs(key, seeds, MESSAGE)
        }
        // What does not verify is not given out.
        _ => sign(key, RsaHash::Sha256, MESSAGE, rng).is_ok(),
    }
}

fn ed448_signs(public: &[u8; 57], seed: &SecretBytes) -> Option<bool> {
    let signature = ed448_goldilocks::SigningKey::try_from(seed.expose())
        .ok()?
        .sign_raw(MESSAGE);
    let public = ed448_goldilocks::VerifyingKey::from_bytes(public).ok()?;
    Some(public.verify_raw(&signature, MESSAGE).is_ok())
}

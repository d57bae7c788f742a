//! Signatures of RSA keys as SSH has them (RFC 8332, RFC 8017 §8.2), made and verified by the crate `rsa`.

use rand_core::CryptoRng;
use rsa::{Pkcs1v15Sign, RsaPublicKey};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use super::super::wire::left_padded;
use super::check::{parsed, public_numbers, whole};

/// With what a message is hashed before it is signed.
#[derive(Clone, Copy, Debug)]
pub(in crate::key) enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Hash {
    /// The padding that goes with it, and the hash of a message.
    fn of(self, message: &[u8]) -> (Pkcs1v15Sign, Vec<u8>) {
        match self {
            Self::Sha1 => (Pkcs1v15Sign::new::<Sha1>(), Sha1::digest(message).to_vec()),
            Self::Sha256 => (Pkcs1v15Sign::new::<Sha256>(), Sha256::digest(message).to_vec()),
            Self::Sha512 => (Pkcs1v15Sign::new::<Sha512>(), Sha512::digest(message).to_vec()),
        }
    }
}

/// The signature of a message, as long as the modulus; numbers come as in [`consistency`](super::consistency). `None`
/// where they are no key, or one too short for the hash.
///
/// The crate blinds what it raises to the private exponent, and gives out only what the public exponent has undone: a
/// signature that is wrong would give the factors away.
pub(in crate::key) fn sign(
    n: &[u8],
    e: &[u8],
    private: [&[u8]; 4],
    hash: Hash,
    message: &[u8],
    rng: &mut (impl CryptoRng + ?Sized),
) -> Option<Vec<u8>> {
    let key = whole(n, e, private).ok()?;
    let (padding, digest) = hash.of(message);
    key.sign_with_rng(rng, padding, &digest).ok()
}

/// Whether `signature` is that of the message.
///
/// A signature that lost leading zeros is taken, as OpenSSH takes it; a longer one is not.
pub(in crate::key) fn verifies(n: &[u8], e: &[u8], hash: Hash, message: &[u8], signature: &[u8]) -> bool {
    let Some(signature) = left_padded(signature, n.len()).filter(|_| public_numbers(n, e).is_ok()) else {
        return false;
    };
    let (Ok(mut n), Ok(mut e)) = (parsed(n), parsed(e)) else {
        return false;
    };
    let [n, e] = [&mut n, &mut e].map(|number| std::mem::take(&mut **number));
    let (padding, digest) = hash.of(message);
    RsaPublicKey::new_unchecked(n, e)
        .verify(padding, &digest, signature.expose())
        .is_ok()
}

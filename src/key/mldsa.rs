//! ML-DSA-44 and Ed25519 in one key: `ssh-mldsa44-ed25519` of OpenSSH 10.6, and the experiment of 10.4 and 10.5, of which
//! nothing but the name differs (FIPS 204, draft-miller-sshm-mldsa44-ed25519-composite-sigs).
//!
//! Keys and signatures are those of the two kinds one behind the other, ML-DSA's first. Both sign the
//! same text, and a signature stands only when both do.

use ed25519_dalek::{Signer as _, Verifier as _};
use ml_dsa::{KeyInit as _, Keypair as _, MlDsa44, Signature, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha512};
use zeroize::Zeroizing;

use super::points;
use super::unsound::Unsound;
use crate::secret::{SecretArray, SecretBytes};

/// The bytes of a public key: 1312 of ML-DSA-44 and 32 of Ed25519.
pub const PUBLIC_LEN: usize = ML_DSA_PUBLIC_LEN + 32;
const ML_DSA_PUBLIC_LEN: usize = 1312;
/// The bytes of a private key: a seed of 32 for each.
pub const SEEDS_LEN: usize = 64;
const ML_DSA_SIGNATURE_LEN: usize = 2420;

const PREFIX: &[u8] = b"CompositeAlgorithmSignatures2025";
const LABEL: &[u8] = b"COMPSIG-MLDSA44-Ed25519-SHA512";

/// The public key of two seeds.
///
/// # Errors
/// [`Unsound::HalvesDiffer`] unless there are 64 bytes.
pub(super) fn public(seeds: &SecretBytes) -> Result<Vec<u8>, Unsound> {
    let (first, second) = seeds
        .expose()
        .split_at_checked(SEEDS_LEN / 2)
        .ok_or(Unsound::HalvesDiffer)?;
    let first: SecretArray<32> = SecretArray::new(first.try_into().map_err(|_| Unsound::HalvesDiffer)?);
    let seed = Zeroizing::new(ml_dsa::Seed::from(*first));
    let key = SigningKey::<MlDsa44>::from_seed(&seed);
    let mut both = key.verifying_key().encode().to_vec();
    both.extend(points::ed25519_public(&SecretBytes::copy_of(second))?);
    Ok(both)
}

/// Whether a signature by the two seeds verifies with `key`.
pub(super) fn signs(key: &[u8], seeds: &SecretBytes, message: &[u8]) -> bool {
    signature(seeds, message).is_some_and(|signature| verifies(key, message, &signature))
}

/// Both signatures, one behind the other; nothing unless there are 64 bytes.
fn signature(seeds: &SecretBytes, message: &[u8]) -> Option<Vec<u8>> {
    let (first, second) = seeds.expose().split_at_checked(SEEDS_LEN / 2)?;
    let first: SecretArray<32> = SecretArray::new(first.try_into().ok()?);
    let second: SecretArray<32> = SecretArray::new(second.try_into().ok()?);
    let seed = Zeroizing::new(ml_dsa::Seed::from(*first));
    let signed = to_be_signed(message);
    let key = SigningKey::<MlDsa44>::from_seed(&seed);
    let pq = key.expanded_key().sign_deterministic(&signed, LABEL).ok()?;
    let classic = ed25519_dalek::SigningKey::from_bytes(&second).sign(&signed);
    Some([&pq.encode()[..], &classic.to_bytes()].concat())
}

/// What both halves sign instead of the message.
fn to_be_signed(message: &[u8]) -> Vec<u8> {
    [PREFIX, LABEL, &[0], &Sha512::digest(message)].concat()
}

/// The Ed25519 half of a public key; every string of 1312 bytes is an ML-DSA-44 key.
pub(super) fn ed25519(key: &[u8]) -> Option<[u8; 32]> {
    (key.len() == PUBLIC_LEN)
        .then(|| key.last_chunk().copied())
        .flatten()
}

/// Whether both halves of `signature` are those of `key` over `message`.
pub(super) fn verifies(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let signed = to_be_signed(message);
    let (Some(point), Some((pq, classic))) = (ed25519(key), signature.split_at_checked(ML_DSA_SIGNATURE_LEN))
    else {
        return false;
    };
    let pq_key = VerifyingKey::<MlDsa44>::new_from_slice(&key[..ML_DSA_PUBLIC_LEN]);
    let (Ok(pq_key), Ok(pq)) = (pq_key, Signature::<MlDsa44>::try_from(pq)) else {
        return false;
    };
    let (Ok(classic_key), Ok(classic)) = (
        ed25519_dalek::VerifyingKey::from_bytes(&point),
        ed25519_dalek::Signature::from_slice(classic),
    ) else {
        return false;
    };
    pq_key.verify_with_context(&signed, LABEL, &pq) && classic_key.verify(&signed, &classic).is_ok()
}

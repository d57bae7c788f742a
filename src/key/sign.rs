//! Signing as SSH does (RFC 4253 §6.6, RFC 5656 §3.1.2, RFC 8332, RFC 8709).

use p256::ecdsa::signature::Signer as _;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::pair::KeyPair;
use super::private::PrivateKey;
use super::public::PublicKey;
use super::rsa::{self, Hash};
use super::signature::verify;
use super::spec::{Algorithm, Curve};
use super::wire::{Writer, left_padded};
use crate::secret::SecretBytes;

/// With what an RSA key signs; keys of other types leave no choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RsaHash {
    /// `rsa-sha2-256`.
    Sha256,
    /// `rsa-sha2-512`.
    Sha512,
}

/// Why a key does not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Its private half is in a device, or this program does not sign with such keys.
    #[error("this program cannot log in with keys of type {}", .0.name())]
    Unsupported(Algorithm),
    /// The arithmetic came to a result that does not verify.
    #[error("the key made a signature that does not fit it")]
    Wrong,
}

/// The name of the scheme that `key` signs with: `ssh-ed25519`, `rsa-sha2-512`, …
#[must_use]
pub fn scheme(key: &PublicKey, hash: RsaHash) -> &'static str {
    match (key, hash) {
        (PublicKey::Rsa { .. }, RsaHash::Sha256) => "rsa-sha2-256",
        (PublicKey::Rsa { .. }, RsaHash::Sha512) => "rsa-sha2-512",
        _ => key.algorithm().name(),
    }
}

/// Whether [`sign`] knows what to do with keys like this.
#[must_use]
pub fn can_sign(key: &KeyPair) -> bool {
    matches!(
        key.private(),
        PrivateKey::Rsa { .. } | PrivateKey::Ecdsa { .. } | PrivateKey::Ed25519 { .. }
    )
}

/// The SSH signature (scheme and blob) of `message` by `key`, which was seen to verify: one that does not could give the
/// key away. RSA is blinded with `rng`; the others draw nothing.
///
/// Not with DSA and Ed448, which OpenSSH does not take, and not with security keys.
///
/// # Errors
/// See [`SignError`].
pub fn sign(
    key: &KeyPair,
    hash: RsaHash,
    message: &[u8],
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Vec<u8>, SignError> {
    let blob = match (key.public(), key.private()) {
        (PublicKey::Rsa { e, n }, PrivateKey::Rsa { d, p, q, iqmp }) => {
            let hash = match hash {
                RsaHash::Sha256 => Hash::Sha256,
                RsaHash::Sha512 => Hash::Sha512,
            };
            rsa::sign(n, e, [d, p, q, iqmp].map(SecretBytes::expose), hash, message, rng)
        }
        (PublicKey::Ecdsa { curve, .. }, PrivateKey::Ecdsa { scalar }) => ecdsa(*curve, scalar, message),
        (PublicKey::Ed25519(_), PrivateKey::Ed25519 { seed }) => ed25519(seed, message),
        _ => return Err(SignError::Unsupported(key.algorithm())),
    };
    given_out(key.public(), hash, message, &blob.ok_or(SignError::Wrong)?)
}

/// A signature with the name of its scheme, if it verifies.
fn given_out(key: &PublicKey, hash: RsaHash, message: &[u8], blob: &[u8]) -> Result<Vec<u8>, SignError> {
    let mut out = Writer::new();
    out.string(scheme(key, hash).as_bytes()).string(blob);
    let signature = out.finish_public();
    // That of an RSA key was verified where it was made, however large the public exponent is.
    let fits = matches!(key, PublicKey::Rsa { .. }) || verify(key, message, &signature).is_ok();
    if fits {
        Ok(signature)
    } else {
        Err(SignError::Wrong)
    }
}

fn ed25519(seed: &SecretBytes, message: &[u8]) -> Option<Vec<u8>> {
    let seed: Zeroizing<[u8; 32]> = Zeroizing::new(seed.expose().try_into().ok()?);
    let signature = ed25519_dalek::SigningKey::from_bytes(&seed).sign(message);
    Some(signature.to_bytes().to_vec())
}

fn ecdsa(curve: Curve, scalar: &SecretBytes, message: &[u8]) -> Option<Vec<u8>> {
    let scalar = left_padded(scalar.expose(), curve.bytes())?;
    /// One curve: r and s, each as long as the order.
    macro_rules! signed_on {
        ($curve:ident) => {{
            let key = $curve::ecdsa::SigningKey::from_slice(scalar.expose()).ok()?;
            let signature: $curve::ecdsa::Signature = key.sign(message);
            signature.to_bytes().to_vec()
        }};
    }
    let both = match curve {
        Curve::P256 => signed_on!(p256),
        Curve::P384 => signed_on!(p384),
        Curve::P521 => signed_on!(p521),
    };
    let (r, s) = both.split_at_checked(curve.bytes())?;
    let mut out = Writer::new();
    out.mpint(r).mpint(s);
    Some(out.finish_public())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::ChaCha20Rng;

    use super::*;
    use crate::key::generate::generate;
    use crate::key::spec::{KeySpec, RsaBits};
    use crate::key::watch::Unwatched;

    #[test]
    fn what_is_signed_is_verified_and_says_how_it_was_signed() {
        let rsa = KeySpec::Rsa(RsaBits::new(2048).unwrap());
        let specs = [Curve::P256, Curve::P384, Curve::P521].map(KeySpec::Ecdsa);
        for spec in specs.into_iter().chain([KeySpec::Ed25519, rsa]) {
            let key = generate(spec, &mut ChaCha20Rng::seed_from_u64(7), &Unwatched).unwrap();
            assert!(can_sign(&key));
            for hash in [RsaHash::Sha256, RsaHash::Sha512] {
                for message in [&b""[..], b"message", &[0xff; 10_000]] {
                    let signature = sign(&key, hash, message, &mut ChaCha20Rng::seed_from_u64(8)).unwrap();
                    let verified = verify(key.public(), message, &signature).unwrap();
                    assert_eq!(
                        (verified.scheme, verified.is_sha1),
                        (scheme(key.public(), hash), false)
                    );
                    assert!(verify(key.public(), b"another", &signature).is_err());
                }
            }
        }
    }

    #[test]
    fn a_key_that_no_server_takes_does_not_sign() {
        let seed = SecretBytes::new(vec![7; 57]);
        let public = PublicKey::Ed448(crate::key::validate::ed448_public(&seed).unwrap());
        let key = KeyPair::new(public, PrivateKey::Ed448 { seed }).unwrap();
        assert!(!can_sign(&key));
        assert_eq!(
            sign(&key, RsaHash::Sha256, b"x", &mut ChaCha20Rng::seed_from_u64(1)),
            Err(SignError::Unsupported(Algorithm::Ed448))
        );
    }
    #[test]
    fn a_signature_that_does_not_verify_is_not_given_out() {
        for spec in [KeySpec::Ecdsa(Curve::P256), KeySpec::Ed25519] {
            let [key, other] =
                [1, 2].map(|seed| generate(spec, &mut ChaCha20Rng::seed_from_u64(seed), &Unwatched).unwrap());
            let blob = match other.private() {
                PrivateKey::Ecdsa { scalar } => ecdsa(Curve::P256, scalar, b"message"),
                PrivateKey::Ed25519 { seed } => ed25519(seed, b"message"),
                _ => None,
            };
            let given_out = |key: &KeyPair| {
                given_out(key.public(), RsaHash::Sha256, b"message", blob.as_ref().unwrap()).map(drop)
            };
            assert_eq!(
                (given_out(&other), given_out(&key)),
                (Ok(()), Err(SignError::Wrong))
            );
        }
    }

    #[test]
    fn an_rsa_signature_is_the_same_whatever_it_was_blinded_with() {
        let spec = KeySpec::Rsa(RsaBits::new_short(1024).unwrap());
        let key = generate(spec, &mut ChaCha20Rng::seed_from_u64(7), &Unwatched).unwrap();
        let signed = [1, 2].map(|seed| {
            sign(
                &key,
                RsaHash::Sha512,
                b"message",
                &mut ChaCha20Rng::seed_from_u64(seed),
            )
            .unwrap()
        });
        assert_eq!(signed[0], signed[1]);
    }
}

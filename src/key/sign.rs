//! Signing as SSH does (RFC 4253 §6.6, RFC 5656 §3.1.2, RFC 8332, RFC 8709).

use p256::ecdsa::signature::Signer as _;
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use super::pair::KeyPair;
use super::private::PrivateKey;
use super::public::PublicKey;
use super::rsa::{self, Hashed};
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

/// The SSH signature (scheme and blob) of `message` by `key`.
///
/// Not with DSA and Ed448, which OpenSSH does not take, and not with security keys.
///
/// # Errors
/// See [`SignError`].
pub fn sign(key: &KeyPair, hash: RsaHash, message: &[u8]) -> Result<Vec<u8>, SignError> {
    let blob = match (key.public(), key.private()) {
        (PublicKey::Rsa { e, n }, PrivateKey::Rsa { d, p, q, iqmp }) => {
            let hashed = match hash {
                RsaHash::Sha256 => Hashed::Sha256(Sha256::digest(message).into()),
                RsaHash::Sha512 => Hashed::Sha512(Sha512::digest(message).into()),
            };
            rsa::sign(n, e, [d, p, q, iqmp].map(SecretBytes::expose), hashed)
        }
        (PublicKey::Ecdsa { curve, .. }, PrivateKey::Ecdsa { scalar }) => ecdsa(*curve, scalar, message),
        (PublicKey::Ed25519(_), PrivateKey::Ed25519 { seed }) => ed25519(seed, message),
        _ => return Err(SignError::Unsupported(key.algorithm())),
    };
    let mut out = Writer::new();
    out.string(scheme(key.public(), hash).as_bytes())
        .string(&blob.ok_or(SignError::Wrong)?);
    Ok(out.finish_public())
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
    use crate::key::signature::verify;
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
                    let signature = sign(&key, hash, message).unwrap();
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
            sign(&key, RsaHash::Sha256, b"x"),
            Err(SignError::Unsupported(Algorithm::Ed448))
        );
    }
}

//! Making a key: draw it, join its halves, sign with it once, and only then show it.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::pair::KeyPair;
use super::private::PrivateKey;
use super::public::PublicKey;
use super::rsa;
use super::spec::{Curve, KeySpec, Naming};
use super::validate::{self, Unsound};
use super::watch::{Progress, Watch};
use super::{dsa, mldsa, prime, self_check};
use crate::secret::SecretBytes;
use prime::Search;

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    /// The person changed their mind.
    #[error("the key generation was cancelled")]
    Cancelled,
    /// The new key's numbers contradict each other: a fault of this program or of the machine.
    #[error("the new key failed its check: {0}")]
    Unsound(#[from] Unsound),
    /// The new key's signature does not verify: a fault of this program or of the machine.
    #[error("the new key failed its check: a signature made with it does not verify")]
    BadSignature,
}

impl From<prime::Cancelled> for GenerateError {
    fn from(_: prime::Cancelled) -> Self {
        Self::Cancelled
    }
}

/// Makes a key from `rng`, which must be seeded as [`super::entropy`] says.
///
/// The same `rng` gives the same key. Before it is returned, the pair's numbers are checked against
/// each other and a signature is made and verified.
///
/// # Errors
/// See [`GenerateError`].
pub fn generate(
    spec: KeySpec,
    rng: &mut impl CryptoRng,
    watch: &dyn Watch,
) -> Result<KeyPair, GenerateError> {
    generate_with(spec, rng, &Search::alone(watch))
}

/// The same, with the engine and the hands that are given. With several hands the key depends on which
/// of them was first.
///
/// # Errors
/// See [`GenerateError`].
pub fn generate_with(
    spec: KeySpec,
    rng: &mut impl CryptoRng,
    search: &Search<'_>,
) -> Result<KeyPair, GenerateError> {
    let watch = search.watch;
    if watch.is_cancelled() {
        return Err(GenerateError::Cancelled);
    }
    let (public, private) = match spec {
        KeySpec::Ed25519 => ed25519(rng)?,
        KeySpec::Ecdsa(curve) => ecdsa(curve, rng)?,
        KeySpec::Ed448 => ed448(rng)?,
        KeySpec::MlDsa44Ed25519 => mldsa44_ed25519(rng)?,
        KeySpec::Dsa => {
            let numbers = dsa::generate(rng, watch)?;
            let public = PublicKey::Dsa {
                p: numbers.p,
                q: numbers.q,
                g: numbers.g,
                y: numbers.y,
            };
            (public, PrivateKey::Dsa { x: numbers.x })
        }
        KeySpec::Rsa(bits) => {
            let numbers = rsa::generate(bits, rng, search)?;
            let public = PublicKey::Rsa {
                e: numbers.e,
                n: numbers.n,
            };
            let private = PrivateKey::Rsa {
                d: numbers.d,
                p: numbers.p,
                q: numbers.q,
                iqmp: numbers.iqmp,
            };
            (public, private)
        }
    };
    watch.progress(Progress::Checking);
    validate::public_key(&public)?;
    let pair = KeyPair::new(public, private)?;
    if !self_check::signs(&pair, search.crew, rng) {
        return Err(GenerateError::BadSignature);
    }
    if watch.is_cancelled() {
        return Err(GenerateError::Cancelled);
    }
    Ok(pair)
}

fn ed25519(rng: &mut impl CryptoRng) -> Result<(PublicKey, PrivateKey), Unsound> {
    let mut seed = Zeroizing::new([0; 32]);
    rng.fill_bytes(seed.as_mut());
    let seed = SecretBytes::copy_of(seed.as_ref());
    Ok((
        PublicKey::Ed25519(validate::ed25519_public(&seed)?),
        PrivateKey::Ed25519 { seed },
    ))
}

fn ed448(rng: &mut impl CryptoRng) -> Result<(PublicKey, PrivateKey), Unsound> {
    let mut seed = Zeroizing::new([0; 57]);
    rng.fill_bytes(seed.as_mut());
    let seed = SecretBytes::copy_of(seed.as_ref());
    Ok((
        PublicKey::Ed448(validate::ed448_public(&seed)?),
        PrivateKey::Ed448 { seed },
    ))
}

/// Two seeds that have nothing to do with each other.
fn mldsa44_ed25519(rng: &mut impl CryptoRng) -> Result<(PublicKey, PrivateKey), Unsound> {
    let mut seeds = Zeroizing::new([0; mldsa::SEEDS_LEN]);
    rng.fill_bytes(seeds.as_mut());
    let seeds = SecretBytes::copy_of(seeds.as_ref());
    let public = PublicKey::MlDsa44Ed25519 {
        naming: Naming::Settled,
        key: mldsa::public(&seeds)?,
    };
    Ok((public, PrivateKey::MlDsa44Ed25519 { seeds }))
}

/// Draws scalars until one lies in `1..order` (FIPS 186-5 A.2.2), so that all are equally likely.
fn ecdsa(curve: Curve, rng: &mut impl CryptoRng) -> Result<(PublicKey, PrivateKey), Unsound> {
    // P-521 has nine bits in its first byte too many; without this mask 127 draws in 128 would fail.
    let first_byte_mask = 0xff >> (curve.bytes() * 8 - curve.bits() as usize);
    let mut draw = Zeroizing::new(vec![0; curve.bytes()]);
    loop {
        rng.fill_bytes(&mut draw);
        draw[0] &= first_byte_mask;
        let scalar = SecretBytes::copy_of(super::wire::minimal(&draw));
        match validate::ecdsa_point(curve, &scalar) {
            Ok(point) => return Ok((PublicKey::Ecdsa { curve, point }, PrivateKey::Ecdsa { scalar })),
            Err(Unsound::ScalarRange) => {}
            Err(other) => return Err(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;

    use super::*;
    use crate::key::spec::RsaBits;
    use crate::key::watch::Unwatched;

    fn made(spec: KeySpec, seed: u64) -> KeyPair {
        generate(spec, &mut ChaCha20Rng::seed_from_u64(seed), &Unwatched).unwrap()
    }

    #[test]
    fn every_kind_is_made_as_asked() {
        let rsa = KeySpec::Rsa(RsaBits::new(2048).unwrap());
        for (spec, name, bits) in [
            (KeySpec::Ed25519, "ssh-ed25519", 256),
            (KeySpec::Ed448, "ssh-ed448", 448),
            (KeySpec::Dsa, "ssh-dss", 1024),
            (KeySpec::MlDsa44Ed25519, "ssh-mldsa44-ed25519", 256),
            (rsa, "ssh-rsa", 2048),
            (KeySpec::Ecdsa(Curve::P256), "ecdsa-sha2-nistp256", 256),
            (KeySpec::Ecdsa(Curve::P384), "ecdsa-sha2-nistp384", 384),
            (KeySpec::Ecdsa(Curve::P521), "ecdsa-sha2-nistp521", 521),
        ] {
            let key = made(spec, 1);
            assert_eq!((key.algorithm().name(), key.public().bits()), (name, bits));
        }
    }

    #[test]
    fn the_same_generator_gives_the_same_key_and_another_gives_another() {
        for spec in [KeySpec::Ed25519, KeySpec::Ecdsa(Curve::P521)] {
            assert_eq!(made(spec, 7).public(), made(spec, 7).public());
            assert_ne!(made(spec, 7).public(), made(spec, 8).public());
        }
    }

    #[test]
    fn a_cancelled_generation_makes_no_key() {
        struct Impatient;
        impl Watch for Impatient {
            fn progress(&self, _: Progress) {}
            fn is_cancelled(&self) -> bool {
                true
            }
        }
        for spec in [KeySpec::Ed25519, KeySpec::Rsa(RsaBits::default())] {
            let result = generate(spec, &mut ChaCha20Rng::seed_from_u64(1), &Impatient);
            assert_eq!(result.map(drop), Err(GenerateError::Cancelled));
        }
    }
}

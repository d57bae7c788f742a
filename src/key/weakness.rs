//! What is known to be bad about a public key: the attacks that cost milliseconds, tried out.
//!
//! All of it works on the public half alone, as an attacker's does. That nothing is found here does
//! not make a key good; it only rules out what has gone wrong in the field: short and close primes,
//! the chips of CVE-2017-15361, numbers with small factors, and keys whose private half is public.

mod debian;
mod known;
mod rsa;

use super::public::PublicKey;
use super::spec::{Curve, Naming};

/// Something known to be bad about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Weakness {
    /// An RSA modulus under 2048 bits.
    RsaShort {
        /// Its size.
        bits: u32,
    },
    /// A public exponent under 65537: sound by itself, but attacks on careless padding need one.
    RsaSmallExponent {
        /// It.
        exponent: u32,
    },
    /// A public exponent over 64 bits, which several programs refuse.
    RsaLargeExponent {
        /// Its size.
        bits: u32,
    },
    /// The two primes are so close together that Fermat's method finds them (CVE-2022-26320).
    RsaCloseFactors {
        /// How many steps it took.
        steps: u32,
    },
    /// Made by the library of CVE-2017-15361 (ROCA), which can be seen from the modulus.
    RsaRoca,
    /// A divisor under 65536.
    RsaSmallFactor {
        /// The smallest one.
        factor: u32,
    },
    /// The private exponent is so small that Wiener's method finds it.
    RsaSmallPrivateExponent,
    /// DSA, which OpenSSH no longer accepts.
    Dsa,
    /// P-521: PuTTY 0.68 to 0.80 gave such keys away by their signatures (CVE-2024-31497).
    P521PuttyBias,
    /// ML-DSA-44 with Ed25519 under the name that the type had as an experiment.
    MlDsaExperiment,
    /// Its private half is published: in an appliance's firmware, a tutorial or a test suite.
    KnownCompromised,
    /// Made by Debian's OpenSSL of 2006 to 2008, whose random numbers can be guessed (CVE-2008-0166).
    DebianGuessable,
}

impl Weakness {
    /// The stable word for it in `--json`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::RsaShort { .. } => "rsa-short",
            Self::RsaSmallExponent { .. } => "rsa-small-e",
            Self::RsaLargeExponent { .. } => "rsa-large-e",
            Self::RsaCloseFactors { .. } => "rsa-fermat",
            Self::RsaRoca => "rsa-roca",
            Self::RsaSmallFactor { .. } => "rsa-small-factor",
            Self::RsaSmallPrivateExponent => "rsa-small-d",
            Self::Dsa => "dsa",
            Self::P521PuttyBias => "p521-putty-bias",
            Self::MlDsaExperiment => "mldsa-experiment",
            Self::KnownCompromised | Self::DebianGuessable => "known-compromised",
        }
    }
}

/// What is known to be bad about `key`, the worst first.
#[must_use]
pub fn weaknesses(key: &PublicKey) -> Vec<Weakness> {
    let mut found = Vec::new();
    if debian::is_guessable(key) {
        found.push(Weakness::DebianGuessable);
    } else if known::is_published(key) {
        found.push(Weakness::KnownCompromised);
    }
    match key {
        PublicKey::Rsa { e, n } => found.extend(rsa::weaknesses(n, e)),
        PublicKey::Dsa { .. } => found.push(Weakness::Dsa),
        PublicKey::Ecdsa {
            curve: Curve::P521, ..
        } => found.push(Weakness::P521PuttyBias),
        PublicKey::MlDsa44Ed25519 {
            naming: Naming::Experiment,
            ..
        } => found.push(Weakness::MlDsaExperiment),
        PublicKey::Ecdsa { .. }
        | PublicKey::Ed25519(_)
        | PublicKey::Ed448(_)
        | PublicKey::SkEcdsa { .. }
        | PublicKey::SkEd25519 { .. }
        | PublicKey::MlDsa44Ed25519 { .. } => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use crypto_bigint::{BoxedUint, ConcatenatingMul as _, Limb, NonZero, Resize as _};
    use crypto_primes::{Flavor, is_prime, random_prime};
    use rand::SeedableRng as _;
    use rand::rngs::ChaCha20Rng;

    use super::*;
    use crate::key::generate::generate;
    use crate::key::spec::{KeySpec, RsaBits};
    use crate::key::watch::Unwatched;

    fn rsa(n: &BoxedUint, e: &BoxedUint) -> PublicKey {
        let bytes = |number: &BoxedUint| number.to_be_bytes_trimmed_vartime().into_vec();
        PublicKey::Rsa {
            e: bytes(e),
            n: bytes(n),
        }
    }

    fn codes(n: &BoxedUint, e: u32) -> Vec<&'static str> {
        let found = weaknesses(&rsa(n, &BoxedUint::from(e)));
        found.into_iter().map(Weakness::code).collect()
    }

    fn prime(bits: u32, seed: u64) -> BoxedUint {
        random_prime(&mut ChaCha20Rng::seed_from_u64(seed), Flavor::Any, bits)
    }

    #[test]
    fn a_short_modulus_and_odd_exponents_are_named() {
        let (p, q) = (prime(1024, 1), prime(1024, 2));
        let n = p.concatenating_mul(&q);
        assert_eq!(codes(&n, 65537), Vec::<&str>::new());
        assert_eq!(codes(&n, 3), ["rsa-small-e"]);
        assert_eq!(codes(&p, 65537), ["rsa-short"]);
        let e = BoxedUint::from(0x1_0000_0000_0000_0001_u128);
        assert_eq!(
            weaknesses(&rsa(&n, &e)),
            [Weakness::RsaLargeExponent { bits: 65 }]
        );
    }

    #[test]
    fn primes_close_together_are_found() {
        let p = prime(1024, 3);
        // The next prime lies a few hundred further on.
        let mut q = p.clone();
        while q == p || !is_prime(Flavor::Any, &q) {
            q = q.wrapping_add(Limb::from(2_u32));
        }
        for other in [&p, &q] {
            assert_eq!(codes(&p.concatenating_mul(other), 65537), ["rsa-fermat"]);
        }
    }

    #[test]
    fn a_small_factor_is_named() {
        let n = prime(2100, 4).concatenating_mul(&BoxedUint::from(65_521_u32));
        assert_eq!(
            weaknesses(&rsa(&n, &BoxedUint::from(65537_u32))),
            [Weakness::RsaSmallFactor { factor: 65_521 }]
        );
    }

    #[test]
    fn powers_of_65537_are_taken_for_what_the_chip_makes() {
        let base = BoxedUint::from(65537_u32);
        // An odd power is not the product of two factors that lie close together.
        let square = base.concatenating_mul(&base);
        let mut power = base;
        while power.bits_vartime() < 2100 {
            power = power.concatenating_mul(&square);
        }
        // Its only divisor is 65537, which lies above the small factors.
        assert_eq!(codes(&power, 65537), ["rsa-roca"]);
        assert!(!codes(&power.wrapping_add(Limb::from(2_u32)), 65537).contains(&"rsa-roca"));
    }

    #[test]
    fn a_small_private_exponent_is_found_up_to_the_bound() {
        for (size, is_found) in [(40, true), (254, true), (300, false)] {
            let (p, q) = (prime(512, 5), prime(512, 6));
            let one = BoxedUint::from(1_u32);
            let phi = p.wrapping_sub(&one).concatenating_mul(&q.wrapping_sub(&one));
            let d = prime(size, 7).resize(phi.bits_precision());
            let phi = NonZero::new(phi).unwrap();
            let e = d.invert_mod(&phi).unwrap();
            let found = weaknesses(&rsa(&p.concatenating_mul(&q), &e));
            assert_eq!(
                found.contains(&Weakness::RsaSmallPrivateExponent),
                is_found,
                "{size} bits"
            );
        }
    }

    /// The window asks on its own thread, so even the largest key must not make it stutter.
    #[test]
    fn the_largest_keys_are_judged_in_no_time() {
        // Not made of two primes: what counts is the size, and that no attack ends early.
        let (part, e) = (prime(2048, 8), BoxedUint::from(65537_u32));
        let n = (9..16).fold(part, |n, seed| n.concatenating_mul(&prime(2048, seed)));
        let key = rsa(&n, &e);
        let large_e = (18..24).fold(prime(2048, 17), |e, seed| e.concatenating_mul(&prime(2048, seed)));
        let hostile = rsa(&n, &large_e);
        for (key, most_millis) in [(key, 250), (hostile, 2000)] {
            let start = std::time::Instant::now();
            let found = weaknesses(&key);
            let took = start.elapsed();
            println!("{took:?} for {found:?}");
            assert!(took.as_millis() < most_millis, "{took:?}");
        }
    }

    #[test]
    fn a_new_key_has_no_weakness() {
        for seed in 0..12 {
            let rsa = KeySpec::Rsa(RsaBits::new(2048 + u32::try_from(seed).unwrap() * 33).unwrap());
            for spec in [KeySpec::Ed25519, KeySpec::Ecdsa(Curve::P256), rsa] {
                let key = generate(spec, &mut ChaCha20Rng::seed_from_u64(seed), &Unwatched).unwrap();
                assert_eq!(weaknesses(key.public()), [], "{spec} from seed {seed}");
            }
        }
    }
}

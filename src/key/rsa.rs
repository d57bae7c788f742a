//! From two primes to an RSA key, and whether six numbers are one (RFC 8017 §3, FIPS 186-5 A.1).

#![expect(
    clippy::many_single_char_names,
    reason = "n, e, d, p and q are what RSA calls them"
)]

mod check;
mod factors;
mod first;
mod signature;

use crypto_bigint::{BoxedUint, ConcatenatingMul as _, Gcd as _, Limb, NonZero, Odd, Resize as _};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::prime::{self, Cancelled, Search, SecretUint};
use super::spec::{RsaBits, RsaExponent};
use super::watch::Progress;
use super::wire::minimal;
use crate::secret::SecretBytes;

pub use check::{RsaFault, consistency, public_numbers};
pub use factors::{coefficient, factors};
pub use first::signs;
pub(super) use signature::{Hash, sign, verifies};

/// The numbers of an RSA key: unsigned, big-endian, without leading zeros.
#[derive(Debug)]
pub struct RsaNumbers {
    /// The modulus, p · q.
    pub n: Vec<u8>,
    /// The public exponent.
    pub e: Vec<u8>,
    /// The private exponent: e · d is 1 modulo p − 1 and q − 1.
    pub d: SecretBytes,
    /// One prime; the larger one in the keys made here.
    pub p: SecretBytes,
    /// The other prime.
    pub q: SecretBytes,
    /// The inverse of q modulo p.
    pub iqmp: SecretBytes,
}

/// Makes an RSA key with a modulus of exactly so many bits.
///
/// The bounds are those of FIPS 186-5 A.1.1. With a single hand, the same randomness gives the same key.
///
/// # Errors
/// When the watch says that the key is no longer wanted.
pub fn generate(
    bits: RsaBits,
    rng: &mut (impl CryptoRng + ?Sized),
    search: &Search<'_>,
) -> Result<RsaNumbers, Cancelled> {
    let bits = bits.get();
    // A modulus with an odd number of bits has one factor that is a bit longer.
    let mut rng = prime::stream(rng);
    loop {
        let longer = prime::source(bits.div_ceil(2), search, &mut rng)?;
        let shorter = prime::source(bits / 2, search, &mut rng)?;
        let [p, q] = prime::find([&*longer, &*shorter], search, &mut rng)?;
        search.watch.progress(Progress::Checking);
        if let Some(numbers) = assemble(&p, &q, bits, search.policy.exponent) {
            return Ok(numbers);
        }
    }
}

/// The key of two primes that suit the exponent.
///
/// `None` if they are so close together, or the private exponent so small, that the key could be
/// found out. Among random primes that does not happen in the lifetime of the universe.
fn assemble(p: &SecretUint, q: &SecretUint, bits: u32, exponent: RsaExponent) -> Option<RsaNumbers> {
    let (p, q) = if **p > **q { (p, q) } else { (q, p) };
    let q = SecretUint::new((&**q).resize(p.bits_precision()));

    let distance = SecretUint::new(p.wrapping_sub(&*q));
    if distance.bits() <= bits / 2 - 99 {
        return None;
    }
    let p_less_1 = SecretUint::new(p.wrapping_sub(Limb::ONE));
    let q_less_1 = SecretUint::new(q.wrapping_sub(Limb::ONE));
    let common = Zeroizing::new(NonZero::new(p_less_1.gcd(&q_less_1)).into_option()?);
    let q_part = SecretUint::new(q_less_1.wrapping_div(&*common));
    let lambda = SecretUint::new(p_less_1.concatenating_mul(&*q_part));
    let d = private_exponent(&lambda, exponent)?;
    if d.bits() <= bits / 2 {
        return None;
    }
    let modulus_p = Zeroizing::new(Odd::new(BoxedUint::clone(p)).into_option()?);
    let iqmp = SecretUint::new(q.invert_odd_mod(&modulus_p).into_option()?);
    Some(RsaNumbers {
        n: p.concatenating_mul(&*q).to_be_bytes_trimmed_vartime().into_vec(),
        e: exponent
            .get()
            .to_be_bytes()
            .into_iter()
            .skip_while(|byte| *byte == 0)
            .collect(),
        d: secret_bytes(&d),
        p: secret_bytes(p),
        q: secret_bytes(&q),
        iqmp: secret_bytes(&iqmp),
    })
}

/// The d for which e · d is 1 modulo λ, if there is one.
///
/// It is (k · λ + 1) / e for the one k under e with which that is a whole number, so instead of an
/// inverse of a number of thousands of bits, one modulo e does.
fn private_exponent(lambda: &BoxedUint, exponent: RsaExponent) -> Option<SecretUint> {
    let e = NonZero::new(Limb::from(exponent.get())).into_option()?;
    let rest = u32::try_from(lambda.rem_limb(e).0).ok()?;
    let k = exponent.get() - inverse(rest, exponent.get())?;
    let multiple = SecretUint::new(lambda.concatenating_mul(&BoxedUint::from(k)));
    let numerator = SecretUint::new(multiple.wrapping_add(Limb::ONE));
    let (d, rest) = numerator.div_rem_limb(e);
    let d = SecretUint::new(d);
    (rest == Limb::ZERO).then_some(d)
}

/// The inverse of a number modulo another one, by Euclid's algorithm.
fn inverse(number: u32, modulus: u32) -> Option<u32> {
    let (mut rests, mut factors) = ((i64::from(modulus), i64::from(number)), (0, 1));
    while rests.1 != 0 {
        let quotient = rests.0 / rests.1;
        rests = (rests.1, rests.0 - quotient * rests.1);
        factors = (factors.1, factors.0 - quotient * factors.1);
    }
    if rests.0 != 1 {
        return None;
    }
    u32::try_from(factors.0.rem_euclid(i64::from(modulus))).ok()
}

/// The private exponent modulo p − 1 and modulo q − 1, which PEM files carry to sign faster
/// (RFC 8017 §3.2). Nothing for factors that are not over 1.
#[must_use]
pub fn reduced_exponents(d: &[u8], p: &[u8], q: &[u8]) -> Option<[SecretBytes; 2]> {
    let d = SecretUint::new(BoxedUint::from_be_slice_vartime(d));
    let reduced = |factor: &[u8]| {
        let factor = SecretUint::new(BoxedUint::from_be_slice_vartime(factor));
        if bool::from(factor.is_zero()) {
            return None;
        }
        let less_one = NonZero::new(factor.wrapping_sub(Limb::ONE)).into_option();
        let less_one = Zeroizing::new(less_one?);
        Some(secret_bytes(&SecretUint::new(d.rem(&*less_one))))
    };
    Some([reduced(p)?, reduced(q)?])
}

/// The bytes of a secret number without leading zeros.
fn secret_bytes(number: &BoxedUint) -> SecretBytes {
    let padded = Zeroizing::new(number.to_be_bytes().into_vec());
    SecretBytes::copy_of(minimal(&padded))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use rand::SeedableRng as _;
    use rand::rngs::ChaCha20Rng;
    use rsa::RsaPrivateKey;

    use super::*;
    use crate::key::crew::Alone;
    use crate::key::watch::{Unwatched, Watch};

    pub(super) fn key_of(bits: u32, seed: u64) -> RsaNumbers {
        let bits = RsaBits::new_short(bits).expect("a possible size");
        generate(
            bits,
            &mut ChaCha20Rng::seed_from_u64(seed),
            &Search::alone(&Unwatched),
        )
        .expect("nobody cancels")
    }

    pub(super) fn number(bytes: &[u8]) -> BoxedUint {
        BoxedUint::from_be_slice_vartime(bytes)
    }

    pub(super) fn signs_with(key: &RsaNumbers) -> bool {
        let [d, p, q, iqmp] = [&key.d, &key.p, &key.q, &key.iqmp].map(SecretBytes::expose);
        consistency(&key.n, &key.e, d, p, q, iqmp).is_ok()
            && signs(&key.e, [d, p, q], &Alone, &mut ChaCha20Rng::seed_from_u64(1))
    }

    /// Judges a key by FIPS 186-5 A.1.1 and by the crate `rsa`.
    fn check(key: &RsaNumbers, bits: u32) {
        assert_eq!(number(&key.n).bits_vartime(), bits);
        let [d, p, q] = [&key.d, &key.p, &key.q].map(|secret| number(secret.expose()));
        assert_eq!(p.bits_vartime(), bits.div_ceil(2));
        assert_eq!(q.bits_vartime(), bits / 2);
        assert!(p > q);
        for factor in [&p, &q] {
            // 2 · factor² ≥ 2^(2 · bits), so factor ≥ √2 · 2^(bits − 1).
            let square = factor.concatenating_mul(factor);
            assert_eq!(
                square.bits_vartime(),
                2 * factor.bits_vartime(),
                "at least √½ of its range"
            );
        }
        assert!(p.wrapping_sub(&q).bits_vartime() > bits / 2 - 99);
        assert!(d.bits_vartime() > bits / 2);
        assert!(key.n[0] != 0 && key.d.expose()[0] != 0 && key.iqmp.expose().first() != Some(&0));
        let judged = RsaPrivateKey::from_components(number(&key.n), number(&key.e), d, vec![p, q]);
        assert!(judged.is_ok(), "{judged:?}");
        assert!(signs_with(key));
    }

    #[test]
    fn the_primes_are_as_the_policy_asks_for() {
        use crate::key::prime::{Policy, Proof};
        let bits = RsaBits::new_short(1024).expect("a possible size");
        let policies = [Proof::Probable, Proof::Proven, Proof::ProvenEven]
            .into_iter()
            .flat_map(|proof| [false, true].map(|is_strong| (proof, is_strong)));
        for (seed, (proof, is_strong)) in (0..).zip(policies) {
            for exponent in [3, 35, 65537] {
                let policy = Policy {
                    proof,
                    is_strong,
                    exponent: RsaExponent::new(exponent).expect("odd"),
                };
                let search = Search {
                    policy,
                    ..Search::alone(&Unwatched)
                };
                let mut rng = ChaCha20Rng::seed_from_u64(seed);
                let key = generate(bits, &mut rng, &search).expect("nobody cancels");
                assert_eq!(number(&key.e), BoxedUint::from(exponent));
                check(&key, 1024);
            }
        }
    }

    #[test]
    fn an_inverse_is_one_or_there_is_none() {
        for (number, modulus) in [(1, 3), (2, 35), (34, 35), (65536, 65537), (7, u32::MAX)] {
            let inverse = u64::from(inverse(number, modulus).expect("nothing in common"));
            assert_eq!(inverse * u64::from(number) % u64::from(modulus), 1);
        }
        for (number, modulus) in [(0, 3), (5, 35), (14, 35)] {
            assert_eq!(inverse(number, modulus), None);
        }
    }

    #[test]
    fn short_keys_are_valid() {
        for seed in 0..60 {
            check(&key_of(1024, seed), 1024);
        }
    }

    #[test]
    fn sizes_that_are_no_multiple_of_anything_are_exact() {
        for (seed, bits) in (0..).zip([
            1025, 1026, 1027, 1031, 1087, 1151, 1537, 2047, 2048, 2049, 3071, 3072,
        ]) {
            check(&key_of(bits, seed), bits);
        }
    }

    #[test]
    fn reduced_exponents_are_the_private_one_modulo_each_factor_less_one() {
        let key = key_of(1024, 9);
        let [d, p, q] = [&key.d, &key.p, &key.q].map(SecretBytes::expose);
        let reduced = reduced_exponents(d, p, q).expect("factors over 1");
        for (reduced, factor) in reduced.iter().zip([p, q]) {
            let less_one = number(factor).wrapping_sub(Limb::ONE);
            let less_one = NonZero::new(less_one).expect("not zero");
            assert_eq!(number(reduced.expose()), number(d).rem(&less_one));
        }
        for factor in [&[][..], &[0], &[1]] {
            assert_eq!(reduced_exponents(d, p, factor), None);
        }
    }

    #[test]
    fn the_same_randomness_gives_the_same_key() {
        let [first, again, other] = [key_of(1024, 1), key_of(1024, 1), key_of(1024, 2)];
        assert_eq!(first.n, again.n);
        assert_ne!(first.n, other.n);
    }

    #[test]
    fn close_factors_are_refused() {
        let p = (1_u32..).map(|k| BoxedUint::from(k).resize(512));
        let top = BoxedUint::one_with_precision(512).wrapping_shl_vartime(511);
        let mut close = p.map(|k| SecretUint::new(top.wrapping_add(k.wrapping_shl_vartime(411))));
        let (first, second) = (close.next().expect("endless"), close.next().expect("endless"));
        // They are 2^411 apart, and the least distance for 1024 bits is 2^412.
        assert!(assemble(&first, &second, 1024, RsaExponent::default()).is_none());
    }

    #[test]
    fn a_cancelled_key_is_not_made() {
        struct Cancel(AtomicBool);
        impl Watch for Cancel {
            fn progress(&self, progress: Progress) {
                // One prime has been found.
                if matches!(progress, Progress::Searching { done, .. } if done >= 0.5) {
                    self.0.store(true, Ordering::Relaxed);
                }
            }
            fn is_cancelled(&self) -> bool {
                self.0.load(Ordering::Relaxed)
            }
        }
        let bits = RsaBits::new_short(1024).expect("a possible size");
        let watch = Cancel(AtomicBool::new(false));
        let made = generate(bits, &mut ChaCha20Rng::seed_from_u64(1), &Search::alone(&watch));
        assert_eq!(made.err(), Some(Cancelled));
    }
}

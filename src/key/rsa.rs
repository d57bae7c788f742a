//! From two primes to an RSA key, and whether six numbers are one (RFC 8017 §3, FIPS 186-5 A.1).

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, ConcatenatingMul as _, Gcd as _, Limb, NonZero, Odd, Resize as _, Word};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::prime::{self, Cancelled, Candidates, Portable, SecretUint, SmallPrimes, Which};
use super::spec::RsaBits;
use super::watch::{Progress, Watch};
use crate::secret::SecretBytes;

/// The public exponent of every key made here: the one that everybody uses.
const EXPONENT: u32 = 65537;

/// Public exponents of foreign keys may have up to as many bits (FIPS 186-5 A.1.1, criterion 1).
const MAX_EXPONENT_BITS: u32 = 256;

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

/// Why numbers are no RSA key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RsaFault {
    /// A number is larger than any key's, and is not looked at further.
    #[error("a number of the RSA key has more than 16384 bits")]
    TooLarge,
    /// The modulus is even, so half the numbers have no signature.
    #[error("the RSA modulus is even")]
    EvenModulus,
    /// The public exponent is even, so it has no private counterpart.
    #[error("the public exponent of the RSA key is even")]
    EvenExponent,
    /// The public exponent is 1 (or 0), so a signature is the message itself.
    #[error("the public exponent of the RSA key is less than 3")]
    ExponentTooSmall,
    /// The public exponent has more than 256 bits.
    #[error("the public exponent of the RSA key has more than 256 bits")]
    ExponentTooLarge,
    /// The modulus is not the product of the two factors.
    #[error("the RSA modulus is not the product of its two factors")]
    ModulusIsNotProduct,
    /// A factor is 1, or both are the same.
    #[error("the RSA modulus is not made of two different factors")]
    FactorsTrivial,
    /// A factor has a small divisor. That this is absent does not yet make it prime.
    #[error("a factor of the RSA modulus is not prime")]
    FactorNotPrime,
    /// The private exponent is not less than the modulus.
    #[error("the private exponent of the RSA key is larger than the modulus")]
    PrivateExponentTooLarge,
    /// What the private exponent signs, the public one does not verify.
    #[error("the private exponent of the RSA key does not belong to the public one")]
    ExponentsDoNotMatch,
    /// The coefficient is not the inverse of q modulo p, so signatures would give the key away.
    #[error("the coefficient of the RSA key does not belong to its factors")]
    CoefficientWrong,
}

/// Makes an RSA key with the public exponent 65537 and a modulus of exactly so many bits.
///
/// The bounds are those of FIPS 186-5 A.1.1. The same randomness gives the same key.
///
/// # Errors
/// When the watch says that the key is no longer wanted.
pub fn generate(bits: RsaBits, rng: &mut impl CryptoRng, watch: &dyn Watch) -> Result<RsaNumbers, Cancelled> {
    let bits = bits.get();
    // A modulus with an odd number of bits has one factor that is a bit longer.
    let longer = Candidates::new(bits.div_ceil(2), EXPONENT);
    let shorter = Candidates::new(bits / 2, EXPONENT);
    loop {
        let p = prime::find(&longer, &Portable, Which { index: 1, of: 2 }, rng, watch)?;
        let q = prime::find(&shorter, &Portable, Which { index: 2, of: 2 }, rng, watch)?;
        watch.progress(Progress::Checking);
        if let Some(numbers) = assemble(&p, &q, bits) {
            return Ok(numbers);
        }
    }
}

/// The key of two primes that are not 1 modulo [`EXPONENT`].
///
/// `None` if they are so close together, or the private exponent so small, that the key could be
/// found out. Among random primes that does not happen in the lifetime of the universe.
fn assemble(p: &SecretUint, q: &SecretUint, bits: u32) -> Option<RsaNumbers> {
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
    let d = private_exponent(&lambda)?;
    if d.bits() <= bits / 2 {
        return None;
    }
    let modulus_p = Zeroizing::new(Odd::new(BoxedUint::clone(p)).into_option()?);
    let iqmp = SecretUint::new(q.invert_odd_mod(&modulus_p).into_option()?);
    Some(RsaNumbers {
        n: p.concatenating_mul(&*q).to_be_bytes_trimmed_vartime().into_vec(),
        e: EXPONENT
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

/// The d for which [`EXPONENT`] · d is 1 modulo λ, if there is one.
///
/// It is (k · λ + 1) / e for the one k under e with which that is a whole number, so instead of an
/// inverse of a number of thousands of bits, one modulo 65537 does.
fn private_exponent(lambda: &BoxedUint) -> Option<SecretUint> {
    let exponent = NonZero::new(Limb::from(EXPONENT)).into_option()?;
    let rest = lambda.rem_limb(exponent).0;
    let inverse = inverse_modulo_exponent(rest)?;
    let k = BoxedUint::from(Limb(Word::from(EXPONENT) - inverse));
    let multiple = SecretUint::new(lambda.concatenating_mul(&k));
    let numerator = SecretUint::new(multiple.wrapping_add(Limb::ONE));
    let (d, rest) = numerator.div_rem_limb(exponent);
    let d = SecretUint::new(d);
    (rest == Limb::ZERO).then_some(d)
}

/// The inverse modulo [`EXPONENT`], a prime, by Fermat's little theorem: a^(e−2).
fn inverse_modulo_exponent(number: Word) -> Option<Word> {
    let modulus = u64::from(EXPONENT);
    let mut inverse = 1;
    let mut square = u64::from(u32::try_from(number).ok()?);
    let mut exponent = EXPONENT - 2;
    while exponent > 0 {
        if exponent & 1 == 1 {
            inverse = inverse * square % modulus;
        }
        square = square * square % modulus;
        exponent >>= 1;
    }
    let inverse = Word::try_from(inverse).ok()?;
    (inverse != 0).then_some(inverse)
}

/// The bytes of a secret number without leading zeros.
fn secret_bytes(number: &BoxedUint) -> SecretBytes {
    let padded = Zeroizing::new(number.to_be_bytes().into_vec());
    SecretBytes::copy_of(without_leading_zeros(&padded))
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

/// Whether a modulus and a public exponent can be those of a key.
///
/// Takes big-endian numbers of any length, quickly.
///
/// # Errors
/// Names the first fault.
pub fn public_consistency(n: &[u8], e: &[u8]) -> Result<(), RsaFault> {
    let n = parsed(n)?;
    let e = parsed(e)?;
    if odd(&n).is_none() {
        return Err(RsaFault::EvenModulus);
    }
    if odd(&e).is_none() {
        return Err(RsaFault::EvenExponent);
    }
    match e.bits() {
        ..=1 => Err(RsaFault::ExponentTooSmall),
        2..=MAX_EXPONENT_BITS => Ok(()),
        _ => Err(RsaFault::ExponentTooLarge),
    }
}

/// Whether six numbers belong together as an RSA key.
///
/// Takes big-endian numbers of any length from anybody: it neither panics nor takes long. Whether
/// the factors are prime it does not find out, apart from small divisors; [`self_check`] does, since
/// with a composite factor a signature does not verify.
///
/// # Errors
/// Names the first fault.
pub fn consistency(n: &[u8], e: &[u8], d: &[u8], p: &[u8], q: &[u8], iqmp: &[u8]) -> Result<(), RsaFault> {
    Checked::new(n, e, d, p, q, iqmp).map(drop)
}

/// Whether the numbers belong together and what they sign can be verified.
///
/// Signs a fixed message as RFC 8017 §8.2.1 with SHA-256, the fast way with both factors, and raises
/// it to the public exponent. Works up to 16384 bits, and takes half a second there.
#[must_use]
pub fn self_check(numbers: &RsaNumbers) -> bool {
    let RsaNumbers { n, e, d, p, q, iqmp } = numbers;
    signs(n, e, d.expose(), p.expose(), q.expose(), iqmp.expose())
}

/// As [`self_check`], for numbers that stand apart.
#[must_use]
pub fn signs(n: &[u8], e: &[u8], d: &[u8], p: &[u8], q: &[u8], iqmp: &[u8]) -> bool {
    Checked::new(n, e, d, p, q, iqmp).is_ok_and(|key| key.verifies_what_it_signs())
}

/// Six numbers that belong together.
struct Checked {
    n: Odd<BoxedUint>,
    e: BoxedUint,
    d: SecretUint,
    p: Factor,
    q: Factor,
    iqmp: SecretUint,
}

/// An odd number from 3 up, and what comes before it.
struct Factor {
    value: Zeroizing<Odd<BoxedUint>>,
    less_one: Zeroizing<NonZero<BoxedUint>>,
}

impl Checked {
    fn new(n: &[u8], e: &[u8], d: &[u8], p: &[u8], q: &[u8], iqmp: &[u8]) -> Result<Self, RsaFault> {
        public_consistency(n, e)?;
        let [n, e, d, p, q, iqmp] = [
            parsed(n)?,
            parsed(e)?,
            parsed(d)?,
            parsed(p)?,
            parsed(q)?,
            parsed(iqmp)?,
        ];

        // The modulus is odd, so where this holds both factors are odd too.
        let product = SecretUint::new(p.concatenating_mul(&*q));
        let (Some(modulus), true) = (odd(&n), product == n) else {
            return Err(RsaFault::ModulusIsNotProduct);
        };
        let (Some(factor_p), Some(factor_q), true) = (Factor::new(&p), Factor::new(&q), p != q) else {
            return Err(RsaFault::FactorsTrivial);
        };
        if factor_p.has_small_divisor() || factor_q.has_small_divisor() {
            return Err(RsaFault::FactorNotPrime);
        }
        if *d >= *n {
            return Err(RsaFault::PrivateExponentTooLarge);
        }
        let product = SecretUint::new(e.concatenating_mul(&*d));
        if !is_one_modulo(&product, &factor_p.less_one) || !is_one_modulo(&product, &factor_q.less_one) {
            return Err(RsaFault::ExponentsDoNotMatch);
        }
        let product = SecretUint::new(iqmp.concatenating_mul(&*q));
        if *iqmp >= *p || !is_one_modulo(&product, factor_p.value.as_nz_ref()) {
            return Err(RsaFault::CoefficientWrong);
        }
        Ok(Self {
            n: modulus,
            e: BoxedUint::clone(&e),
            d,
            p: factor_p,
            q: factor_q,
            iqmp,
        })
    }

    fn verifies_what_it_signs(&self) -> bool {
        let Some(message) = padded_message(&self.n) else {
            return false;
        };
        let params = BoxedMontyParams::new_vartime(self.n.clone());
        let signature = BoxedMontyForm::new(self.sign(&message), &params);
        signature.pow(&self.e).retrieve() == message
    }

    /// The message to the power of d modulo n (RFC 8017 §5.1.2, by way of both factors).
    fn sign(&self, message: &BoxedUint) -> BoxedUint {
        let (p, q) = (self.p.value.as_nz_ref(), self.q.value.as_nz_ref());
        let modulo_p = self.p.power(message, &self.d);
        let modulo_q = self.q.power(message, &self.d);
        let modulo_q_modulo_p = SecretUint::new(modulo_q.rem(p));
        let difference = SecretUint::new(modulo_p.sub_mod(&modulo_q_modulo_p, p));
        let quotient = SecretUint::new(difference.mul_mod(&self.iqmp, p));
        let multiple = SecretUint::new(quotient.concatenating_mul(q.as_ref()));
        multiple.wrapping_add(&*modulo_q).resize(self.n.bits_precision())
    }
}

impl Factor {
    fn new(value: &BoxedUint) -> Option<Self> {
        let less_one = NonZero::new(value.wrapping_sub(Limb::ONE)).into_option()?;
        Some(Self {
            value: Zeroizing::new(odd(value)?),
            less_one: Zeroizing::new(less_one),
        })
    }

    /// Looks for divisors up to 2048. A factor so small that it could be one of them is let through.
    fn has_small_divisor(&self) -> bool {
        self.value.bits() > 16 && SmallPrimes::below(2048).divide(&self.value)
    }

    /// A number to a power, modulo this factor.
    fn power(&self, number: &BoxedUint, exponent: &BoxedUint) -> SecretUint {
        let exponent = SecretUint::new(exponent.rem(&*self.less_one));
        let params = BoxedMontyParams::new(Odd::clone(&self.value));
        let base = BoxedMontyForm::new(number.rem(self.value.as_nz_ref()), &params);
        let power = Zeroizing::new(base.pow(&exponent));
        SecretUint::new(power.retrieve())
    }
}

/// What is signed for a test, padded to the size of the modulus (RFC 8017 §9.2). `None` if the
/// modulus is too short for it.
fn padded_message(modulus: &BoxedUint) -> Option<BoxedUint> {
    const SHA_256_INFO: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20,
    ];
    let digest = Sha256::digest(b"keywright signs this to see whether a key works");
    let len = modulus.bits().div_ceil(8) as usize;
    let padding = len
        .checked_sub(3 + SHA_256_INFO.len() + digest.len())
        .filter(|padding| *padding >= 8)?;
    let message = [
        &[0, 1],
        vec![0xff; padding].as_slice(),
        &[0],
        &SHA_256_INFO,
        &digest,
    ]
    .concat();
    BoxedUint::from_be_slice(&message, modulus.bits_precision()).ok()
}

/// A number from its big-endian bytes, if it has at most 16384 bits.
fn parsed(bytes: &[u8]) -> Result<SecretUint, RsaFault> {
    let bytes = without_leading_zeros(bytes);
    let bits = u32::try_from(bytes.len()).map_or(u32::MAX, |len| len.saturating_mul(8));
    if bits > RsaBits::MAX {
        return Err(RsaFault::TooLarge);
    }
    let number = BoxedUint::from_be_slice(bytes, bits.max(Limb::BITS)).map_err(|_| RsaFault::TooLarge)?;
    Ok(SecretUint::new(number))
}

fn odd(number: &BoxedUint) -> Option<Odd<BoxedUint>> {
    Odd::new(number.clone()).into_option()
}

fn is_one_modulo(number: &BoxedUint, modulus: &NonZero<BoxedUint>) -> bool {
    SecretUint::new(number.rem(modulus)).is_one().into()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use rand::SeedableRng as _;
    use rand::rngs::ChaCha20Rng;
    use rsa::RsaPrivateKey;

    use super::*;
    use crate::key::watch::Unwatched;

    fn key_of(bits: u32, seed: u64) -> RsaNumbers {
        let bits = RsaBits::new_short(bits).expect("a possible size");
        generate(bits, &mut ChaCha20Rng::seed_from_u64(seed), &Unwatched).expect("nobody cancels")
    }

    fn number(bytes: &[u8]) -> BoxedUint {
        BoxedUint::from_be_slice_vartime(bytes)
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
        assert!(self_check(key));
    }

    #[test]
    fn short_keys_are_valid() {
        for seed in 0..40 {
            check(&key_of(1024, seed), 1024);
        }
    }

    #[test]
    fn sizes_that_are_no_multiple_of_anything_are_exact() {
        for (seed, bits) in (0..).zip([1025, 1026, 1027, 1031, 1087, 1151, 1537, 2047, 2048, 2049]) {
            check(&key_of(bits, seed), bits);
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
        let mut close = p.map(|k| SecretUint::new(top.wrapping_add(&k.wrapping_shl_vartime(411))));
        let (first, second) = (close.next().expect("endless"), close.next().expect("endless"));
        // They are 2^411 apart, and the least distance for 1024 bits is 2^412.
        assert!(assemble(&first, &second, 1024).is_none());
    }

    #[test]
    fn each_fault_is_named() {
        let key = key_of(1024, 5);
        let [n, e] = [&key.n, &key.e].map(Vec::as_slice);
        let [d, p, q, iqmp] = [&key.d, &key.p, &key.q, &key.iqmp].map(SecretBytes::expose);
        let other = key_of(1024, 6);
        let padded = [&[0; 5], n].concat();
        let huge = [1; 2049];
        let even = number(n).wrapping_sub(Limb::ONE).to_be_bytes();
        // d + n does the same as d, but is no reduced exponent.
        let large_d = number(n).concatenating_add(number(d)).to_be_bytes();
        let square = number(p).concatenating_mul(&number(p)).to_be_bytes();
        let times_3 = number(n).concatenating_mul(&BoxedUint::from(3_u32)).to_be_bytes();
        let p_times_3 = number(p).concatenating_mul(&BoxedUint::from(3_u32)).to_be_bytes();
        let large_iqmp = number(iqmp).concatenating_add(number(p)).to_be_bytes();
        let large_e = [1; 33];
        for (expected, n, e, d, p, q, iqmp) in [
            (Ok(()), n, e, d, p, q, iqmp),
            (Ok(()), &padded, e, d, p, q, iqmp),
            (Err(RsaFault::TooLarge), &huge, e, d, p, q, iqmp),
            (Err(RsaFault::TooLarge), n, e, &huge, p, q, iqmp),
            (Err(RsaFault::TooLarge), n, e, d, p, q, &huge),
            (Err(RsaFault::EvenModulus), &even, e, d, p, q, iqmp),
            (Err(RsaFault::EvenModulus), &[], e, d, p, q, iqmp),
            (Err(RsaFault::EvenExponent), n, &[1, 0, 0], d, p, q, iqmp),
            (Err(RsaFault::EvenExponent), n, &[], d, p, q, iqmp),
            (Err(RsaFault::ExponentTooSmall), n, &[0, 1], d, p, q, iqmp),
            (Err(RsaFault::ExponentTooLarge), n, &large_e, d, p, q, iqmp),
            (Err(RsaFault::ModulusIsNotProduct), n, e, d, p, p, iqmp),
            (Err(RsaFault::ModulusIsNotProduct), &other.n, e, d, p, q, iqmp),
            (Err(RsaFault::ModulusIsNotProduct), n, e, d, &[], &[], &[]),
            (Err(RsaFault::FactorsTrivial), n, e, d, n, &[1], &[1]),
            (Err(RsaFault::FactorsTrivial), n, e, d, &[1], n, &[]),
            (Err(RsaFault::FactorsTrivial), &square, e, d, p, p, &[1]),
            (Err(RsaFault::FactorNotPrime), &times_3, e, d, &p_times_3, q, iqmp),
            (Err(RsaFault::PrivateExponentTooLarge), n, e, &large_d, p, q, iqmp),
            (
                Err(RsaFault::ExponentsDoNotMatch),
                n,
                e,
                other.d.expose(),
                p,
                q,
                iqmp,
            ),
            (Err(RsaFault::ExponentsDoNotMatch), n, e, &[], p, q, iqmp),
            (Err(RsaFault::ExponentsDoNotMatch), n, &[3], d, p, q, iqmp),
            (Err(RsaFault::CoefficientWrong), n, e, d, q, p, iqmp),
            (Err(RsaFault::CoefficientWrong), n, e, d, p, q, &[]),
            (Err(RsaFault::CoefficientWrong), n, e, d, p, q, &large_iqmp),
        ] {
            assert_eq!(consistency(n, e, d, p, q, iqmp), expected);
        }
    }

    #[test]
    fn a_key_whose_factors_stand_the_other_way_round_is_one_too() {
        let key = key_of(1024, 7);
        let [p, q] = [&key.p, &key.q].map(|secret| odd(&number(secret.expose())).expect("a prime"));
        let inverse = p
            .as_ref()
            .invert_odd_mod(&q)
            .into_option()
            .expect("different primes");
        let turned = RsaNumbers {
            iqmp: secret_bytes(&inverse),
            p: key.q,
            q: key.p,
            ..key
        };
        assert!(self_check(&turned));
    }

    #[test]
    fn a_composite_factor_shows_when_something_is_signed() {
        // p is the product of two primes over 2048, and d fits it as if it were a prime.
        let composite = number(&key_of(1024, 8).n);
        let other = number(key_of(2048, 9).p.expose());
        let made = assemble(&SecretUint::new(composite), &SecretUint::new(other), 2048);
        let key = made.expect("e has an inverse");
        assert_eq!(
            consistency(
                &key.n,
                &key.e,
                key.d.expose(),
                key.p.expose(),
                key.q.expose(),
                key.iqmp.expose()
            ),
            Ok(())
        );
        assert!(!self_check(&key));
    }

    #[test]
    fn hostile_numbers_neither_panic_nor_take_long() {
        let shapes: Vec<Vec<u8>> = [0, 1, 2, 8, 9, 64, 65, 2048]
            .into_iter()
            .flat_map(|len| [0x00, 0x01, 0x80, 0xff].map(|byte| vec![byte; len]))
            .collect();
        let mut state = 1_usize;
        let mut shape = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005 % usize::MAX)
                .wrapping_add(1_442_695);
            &shapes[(state >> 13) % shapes.len()]
        };
        for _ in 0..3000 {
            let [n, e, d, p, q, iqmp] = std::array::from_fn(|_| shape());
            assert!(consistency(n, e, d, p, q, iqmp).is_err());
        }
    }

    #[test]
    fn a_cancelled_key_is_not_made() {
        struct Cancel(AtomicBool);
        impl Watch for Cancel {
            fn progress(&self, progress: Progress) {
                // The second prime has been begun.
                if matches!(progress, Progress::Prime { index: 2, .. }) {
                    self.0.store(true, Ordering::Relaxed);
                }
            }
            fn is_cancelled(&self) -> bool {
                self.0.load(Ordering::Relaxed)
            }
        }
        let bits = RsaBits::new_short(1024).expect("a possible size");
        let made = generate(
            bits,
            &mut ChaCha20Rng::seed_from_u64(1),
            &Cancel(AtomicBool::new(false)),
        );
        assert_eq!(made.err(), Some(Cancelled));
    }
}

//! Whether six numbers are an RSA key. They may come from anybody.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, ConcatenatingMul as _, Limb, NonZero, Odd, Resize as _};
use keywright_sift::SmallPrimes;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::super::crew::{Alone, Crew};
use super::super::prime::{SecretUint, words_of};
use super::super::spec::RsaBits;
use super::super::wire::left_padded;
use super::without_leading_zeros;

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
    /// The public exponent is not less than the modulus.
    #[error("the public exponent of the RSA key is larger than the modulus")]
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
    /// An exponent that a PEM file carries for one factor is not the private exponent modulo that
    /// factor less one.
    #[error("an exponent for one factor of the RSA key does not belong to the private exponent")]
    ReducedExponentWrong,
}

/// Whether a modulus and a public exponent can be those of a key.
///
/// Takes big-endian numbers of any length, quickly.
///
/// # Errors
/// Names the first fault.
pub fn public_numbers(n: &[u8], e: &[u8]) -> Result<(), RsaFault> {
    let n = parsed(n)?;
    let e = parsed(e)?;
    if odd(&n).is_none() {
        return Err(RsaFault::EvenModulus);
    }
    if odd(&e).is_none() {
        return Err(RsaFault::EvenExponent);
    }
    if e.bits() <= 1 {
        return Err(RsaFault::ExponentTooSmall);
    }
    if *e >= *n {
        return Err(RsaFault::ExponentTooLarge);
    }
    Ok(())
}

/// Whether six numbers belong together as an RSA key.
///
/// Takes big-endian numbers of any length from anybody: it neither panics nor takes long. Whether
/// the factors are prime it does not find out, apart from small divisors; [`signs`] does, since
/// with a composite factor a signature does not verify.
///
/// # Errors
/// Names the first fault.
pub fn consistency(n: &[u8], e: &[u8], d: &[u8], p: &[u8], q: &[u8], iqmp: &[u8]) -> Result<(), RsaFault> {
    Checked::new(n, e, d, p, q, iqmp).map(drop)
}

/// Whether six numbers belong together and what they sign can be verified.
///
/// Signs a fixed message as RFC 8017 §8.2.1 with SHA-256, the fast way with both factors, and raises
/// the signature to the public exponent. Works up to 16384 bits, where it takes more than half a
/// second.
#[must_use]
pub fn signs(n: &[u8], e: &[u8], d: &[u8], p: &[u8], q: &[u8], iqmp: &[u8], crew: &dyn Crew) -> bool {
    Checked::new(n, e, d, p, q, iqmp).is_ok_and(|key| key.verifies_what_it_signs(crew))
}

/// The signature of a hash (RFC 8017 §8.2.1), as long as the modulus; numbers come as in [`signs`]. `None` where
/// they are no key, or one too short for the hash.
pub(in crate::key) fn sign(
    n: &[u8],
    e: &[u8],
    [d, p, q, iqmp]: [&[u8]; 4],
    hashed: Hashed,
) -> Option<Vec<u8>> {
    let key = Checked::new(n, e, d, p, q, iqmp).ok()?;
    let message = padded(&hashed, &key.n)?;
    let signature = key.signature(&message, &Alone)?.to_be_bytes();
    let len = key.n.bits().div_ceil(8) as usize;
    let signature = left_padded(without_leading_zeros(&signature), len)?;
    Some(signature.expose().to_vec())
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
        public_numbers(n, e)?;
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

    fn verifies_what_it_signs(&self, crew: &dyn Crew) -> bool {
        padded_message(&self.n).is_some_and(|message| self.signature(&message, crew).is_some())
    }

    /// A signature that was seen to verify: one that does not would give the factors away.
    fn signature(&self, message: &BoxedUint, crew: &dyn Crew) -> Option<BoxedUint> {
        let signature = self.sign(message, crew);
        let params = BoxedMontyParams::new_vartime(self.n.clone());
        let back = BoxedMontyForm::new(signature.clone(), &params).pow(&self.e);
        (back.retrieve() == *message).then_some(signature)
    }

    /// The message to the power of d modulo n (RFC 8017 §5.1.2, by way of both factors).
    fn sign(&self, message: &BoxedUint, crew: &dyn Crew) -> BoxedUint {
        let (p, q) = (self.p.value.as_nz_ref(), self.q.value.as_nz_ref());
        let mut modulo_p = SecretUint::new(BoxedUint::zero());
        let mut modulo_q = SecretUint::new(BoxedUint::zero());
        crew.both(
            &mut || {
                modulo_p = self.p.power(message, &self.d);
            },
            &mut || {
                modulo_q = self.q.power(message, &self.d);
            },
        );
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
        self.value.bits() > 16 && SmallPrimes::below(2048).divide(&words_of(&self.value))
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

/// A message's hash, and with what it was made.
#[derive(Clone, Copy, Debug)]
pub(in crate::key) enum Hashed {
    Sha1([u8; 20]),
    Sha256([u8; 32]),
    Sha512([u8; 64]),
}

impl Hashed {
    /// The `DigestInfo` of RFC 8017 §9.2, note 1.
    fn info(&self) -> Vec<u8> {
        const SHA_1: &[u8] = &[0x30, 0x21, 0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0, 4, 0x14];
        let sha_2 = |len: u8, number: u8| {
            let outer = [0x30, 0x11 + len, 0x30, 0x0d];
            let oid = [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, number];
            [&outer[..], &oid, &[5, 0, 4, len]].concat()
        };
        match self {
            Self::Sha1(digest) => [SHA_1, digest].concat(),
            Self::Sha256(digest) => [&sha_2(32, 1)[..], digest].concat(),
            Self::Sha512(digest) => [&sha_2(64, 3)[..], digest].concat(),
        }
    }
}

/// Whether `signature` is that of the hash (RFC 8017 §8.2.2).
///
/// A signature that lost leading zeros is taken, as OpenSSH takes it; a longer one is not.
pub(in crate::key) fn verifies(n: &[u8], e: &[u8], hashed: Hashed, signature: &[u8]) -> bool {
    if public_numbers(n, e).is_err() || signature.len() > n.len() {
        return false;
    }
    let (Ok(n), Ok(e), Ok(signature)) = (parsed(n), parsed(e), parsed(signature)) else {
        return false;
    };
    let (Some(n), true) = (odd(&n), *signature < *n) else {
        return false;
    };
    let Some(message) = padded(&hashed, &n) else {
        return false;
    };
    let params = BoxedMontyParams::new_vartime(n);
    let signature = BoxedUint::clone(&signature).resize(params.bits_precision());
    BoxedMontyForm::new(signature, &params).pow(&e).retrieve() == message
}

/// What is signed for a test, padded to the size of the modulus.
fn padded_message(modulus: &BoxedUint) -> Option<BoxedUint> {
    let digest = Sha256::digest(b"keywright signs this to see whether a key works");
    padded(&Hashed::Sha256(digest.into()), modulus)
}

/// A hash padded to the size of the modulus (RFC 8017 §9.2). `None` if the modulus is too short for it.
fn padded(hashed: &Hashed, modulus: &BoxedUint) -> Option<BoxedUint> {
    let info = hashed.info();
    let len = modulus.bits().div_ceil(8) as usize;
    let padding = len.checked_sub(3 + info.len()).filter(|padding| *padding >= 8)?;
    let message = [&[0, 1], vec![0xff; padding].as_slice(), &[0], &info].concat();
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
    use super::super::tests::{key_of, number, signs_with};
    use super::super::{RsaExponent, RsaNumbers, assemble, secret_bytes};
    use super::*;
    use crate::secret::SecretBytes;

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
        // The next odd number after n.
        let large_e = number(n).wrapping_add(Limb::from(2_u32)).to_be_bytes();
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
    fn every_flipped_bit_is_noticed() {
        let key = key_of(1024, 10);
        let [d, p, q, iqmp] = [&key.d, &key.p, &key.q, &key.iqmp].map(SecretBytes::expose);
        let intact = [key.n.as_slice(), &key.e, d, p, q, iqmp];
        for index in 0..intact.len() {
            for bit in 0..intact[index].len() * 8 {
                let mut flipped = intact[index].to_vec();
                flipped[bit / 8] ^= 1 << (bit % 8);
                let mut numbers = intact;
                numbers[index] = &flipped;
                let [n, e, d, p, q, iqmp] = numbers;
                assert!(
                    consistency(n, e, d, p, q, iqmp).is_err(),
                    "bit {bit} of number {index}"
                );
            }
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
        assert!(signs_with(&turned));
    }

    #[test]
    fn a_composite_factor_shows_when_something_is_signed() {
        // p is the product of two primes over 2048, and d fits it as if it were a prime.
        let composite = number(&key_of(1024, 8).n);
        let other = number(key_of(2048, 9).p.expose());
        let made = assemble(
            &SecretUint::new(composite),
            &SecretUint::new(other),
            2048,
            RsaExponent::default(),
        );
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
        assert!(!signs_with(&key));
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
}

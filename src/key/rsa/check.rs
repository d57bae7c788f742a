//! Whether six numbers are an RSA key. They may come from anybody.

use crypto_bigint::{BoxedUint, ConcatenatingMul as _, Integer as _, Limb, Resize as _};
use keywright_sift::SmallPrimes;
use rsa::RsaPrivateKey;
use rsa::traits::PrivateKeyParts as _;

use super::super::prime::{SecretUint, words_of};
use super::super::spec::RsaBits;
use super::super::wire::minimal;

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
    if bool::from(n.is_even()) {
        return Err(RsaFault::EvenModulus);
    }
    if bool::from(e.is_even()) {
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
/// the factors are prime it does not find out, apart from small divisors; [`signs`](super::signs) does, since
/// with a composite factor a signature does not verify.
///
/// # Errors
/// Names the first fault.
pub fn consistency(n: &[u8], e: &[u8], d: &[u8], p: &[u8], q: &[u8], iqmp: &[u8]) -> Result<(), RsaFault> {
    whole(n, e, [d, p, q, iqmp]).map(drop)
}

/// Six numbers that belong together, as the crate `rsa` has them.
///
/// The crate judges whether the exponents belong to each other and to the factors, and knows the coefficient. What it
/// does not look at comes before: it takes factors that are the same or have small divisors, and a private exponent
/// of any size. Its own bounds of the modulus and the public exponent are left out; those of this program are
/// [`public_numbers`] and [`RsaBits::MAX`].
pub(super) fn whole(n: &[u8], e: &[u8], [d, p, q, iqmp]: [&[u8]; 4]) -> Result<RsaPrivateKey, RsaFault> {
    public_numbers(n, e)?;
    let [mut n, mut e] = [parsed(n)?, parsed(e)?];
    let [d, mut p, mut q, iqmp] = [parsed(d)?, parsed(p)?, parsed(q)?, parsed(iqmp)?];

    // The modulus is odd, so where this holds both factors are odd too.
    if SecretUint::new(p.concatenating_mul(&*q)) != n {
        return Err(RsaFault::ModulusIsNotProduct);
    }
    if p == q || bool::from(p.is_one() | q.is_one()) {
        return Err(RsaFault::FactorsTrivial);
    }
    if has_small_divisor(&p) || has_small_divisor(&q) {
        return Err(RsaFault::FactorNotPrime);
    }
    if *d >= *n {
        return Err(RsaFault::PrivateExponentTooLarge);
    }
    // The numbers move, so that no copy of them is left; the crate wants d to be as wide as the modulus.
    let d = (&*d).resize(n.bits_precision());
    let [n, e, p, q] = [&mut n, &mut e, &mut p, &mut q].map(|number| std::mem::take(&mut **number));
    let key = RsaPrivateKey::from_components_with_large_exponent(n, e, d, vec![p, q])
        .map_err(|_| RsaFault::ExponentsDoNotMatch)?;
    let coefficient = key.qinv().map(|inverse| SecretUint::new(inverse.retrieve()));
    if coefficient.as_ref() != Some(&iqmp) {
        return Err(RsaFault::CoefficientWrong);
    }
    Ok(key)
}

/// Looks for divisors up to 2048. A factor so small that it could be one of them is let through.
fn has_small_divisor(factor: &BoxedUint) -> bool {
    factor.bits() > 16 && SmallPrimes::below(2048).divide(&words_of(factor))
}

/// A number from its big-endian bytes, if it has at most 16384 bits.
pub(super) fn parsed(bytes: &[u8]) -> Result<SecretUint, RsaFault> {
    let bytes = minimal(bytes);
    let bits = u32::try_from(bytes.len()).map_or(u32::MAX, |len| len.saturating_mul(8));
    if bits > RsaBits::MAX {
        return Err(RsaFault::TooLarge);
    }
    let number = BoxedUint::from_be_slice(bytes, bits.max(Limb::BITS)).map_err(|_| RsaFault::TooLarge)?;
    Ok(SecretUint::new(number))
}

#[cfg(test)]
mod tests {
    use crypto_bigint::Odd;

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
        let [p, q] = [&key.p, &key.q].map(|secret| Odd::new(number(secret.expose())).expect("a prime"));
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

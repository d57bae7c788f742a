//! What to try when something is to be known about a prime beforehand: numbers of an arithmetic
//! progression.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{
    BoxedUint, ConcatenatingMul as _, Gcd as _, Limb, NonZero, Odd, RandomMod as _, Resize as _,
};
use keywright_sift::SmallPrimes;
use rand::rngs::ChaCha20Rng;

use super::candidates::{Forbidden, SQRT_2, chance_of_prime};
use super::words::{SecretWords, words_of};
use super::{Cancelled, Draw, SecretUint, Source};
use crate::key::spec::RsaExponent;

/// Up to where small divisors are looked for. Each number is divided by itself here, so that more
/// primes would not pay.
const LIMIT: u32 = 1 << 14;

/// Random numbers `first + k · step` from √2 · 2^(bits−1) to 2^bits, each as likely as the others,
/// without those that have a small divisor.
pub(super) struct Progression {
    bits: u32,
    first: SecretUint,
    step: SecretUint,
    least_k: SecretUint,
    count: NonZero<BoxedUint>,
    small_primes: SmallPrimes,
    forbidden: Forbidden,
    proof: Option<SecretUint>,
}

impl Progression {
    /// The numbers that are `first` modulo the even `step`, that suit the `exponent`, if one is
    /// given. Nothing if the step is so large that hardly any are left.
    pub(super) fn new(
        bits: u32,
        first: &BoxedUint,
        step: &BoxedUint,
        exponent: Option<RsaExponent>,
    ) -> Option<Self> {
        // One bit more, so that no sum wraps.
        let wide = |number: &BoxedUint| SecretUint::new(number.resize(bits + 64));
        let (first, step) = (wide(first), wide(step));
        let divisor = NonZero::new(BoxedUint::clone(&step)).into_option()?;
        let one = SecretUint::new(BoxedUint::one_with_precision(bits + 64));
        let end = SecretUint::new(one.wrapping_shl_vartime(bits));
        let least = wide(&BoxedUint::from(SQRT_2));
        let least = SecretUint::new(least.wrapping_shl_vartime(bits - u64::BITS));
        let steps_to = |limit: &BoxedUint| {
            // ⌈(limit − first) / step⌉; the first one lies below the least.
            let distance = SecretUint::new(
                limit
                    .wrapping_sub(&*first)
                    .wrapping_add(&*step)
                    .wrapping_sub(&*one),
            );
            SecretUint::new(distance.wrapping_div(&divisor))
        };
        if *first >= *least {
            return None;
        }
        let least_k = steps_to(&least);
        let count = steps_to(&end).wrapping_sub(&*least_k);
        (count.bits_vartime() >= 16).then_some(())?;
        Some(Self {
            bits,
            first,
            step,
            least_k,
            count: NonZero::new(count).into_option()?,
            small_primes: SmallPrimes::below(LIMIT),
            forbidden: Forbidden::new(exponent),
            proof: None,
        })
    }

    /// The same, where `factor` is a prime that divides every number less one, and is so large that
    /// this proves them prime.
    pub(super) fn proved_by(self, factor: &SecretUint) -> Self {
        debug_assert!(
            2 * factor.bits_vartime() > self.bits,
            "Pocklington needs a larger factor"
        );
        Self {
            proof: Some(factor.clone()),
            ..self
        }
    }
}

impl Source for Progression {
    fn bits(&self) -> u32 {
        self.bits
    }

    fn chance_of_prime(&self) -> f64 {
        chance_of_prime(self.bits, LIMIT)
    }

    fn begin<'a>(
        &'a self,
        _: &mut ChaCha20Rng,
        _: &dyn Fn() -> bool,
    ) -> Result<Box<dyn Draw + 'a>, Cancelled> {
        Ok(Box::new(self))
    }

    fn proves(&self, number: &SecretUint) -> bool {
        let Some(factor) = &self.proof else {
            return true;
        };
        pocklington(number, factor).unwrap_or(false)
    }
}

impl Draw for &Progression {
    fn next(&mut self, rng: &mut ChaCha20Rng, stop: &dyn Fn() -> bool) -> Result<SecretWords, Cancelled> {
        loop {
            if stop() {
                return Err(Cancelled);
            }
            let k = SecretUint::new(BoxedUint::random_mod_vartime(rng, &self.count));
            let k = SecretUint::new(k.wrapping_add(&*self.least_k));
            let multiple = SecretUint::new(self.step.concatenating_mul(&*k));
            let multiple = SecretUint::new((&*multiple).resize(self.bits + 64));
            let number = SecretUint::new(multiple.wrapping_add(&*self.first));
            let mut words = words_of(&number);
            words.truncate(self.bits.div_ceil(64) as usize);
            if !self.forbidden.has(&words) && !self.small_primes.divide(&words) {
                return Ok(words);
            }
        }
    }
}

/// Pocklington's criterion to the base 2: when the prime `factor` of `number − 1` is larger than the
/// root of `number`, `2^(number−1)` is 1 and `2^((number−1)/factor) − 1` has no divisor in common with
/// `number`, then `number` is prime.
fn pocklington(number: &SecretUint, factor: &SecretUint) -> Option<bool> {
    let modulus = Odd::new(BoxedUint::clone(number)).into_option()?;
    let less_one = SecretUint::new(number.wrapping_sub(Limb::ONE));
    let divisor = NonZero::new((&**factor).resize(number.bits_precision())).into_option()?;
    let (cofactor, rest) = less_one.div_rem(&divisor);
    if !bool::from(rest.is_zero()) || 2 * factor.bits_vartime() <= number.bits_vartime() + 1 {
        return Some(false);
    }
    let params = BoxedMontyParams::new(modulus.clone());
    let two = BoxedUint::from(2_u32).resize(number.bits_precision());
    let power = BoxedMontyForm::new(two, &params).pow(&SecretUint::new(cofactor));
    let is_one = power.pow(&divisor).retrieve() == BoxedUint::one_with_precision(number.bits_precision());
    let distance = SecretUint::new(power.retrieve().wrapping_sub(Limb::ONE));
    let shared = SecretUint::new(distance.gcd(&**number));
    Some(is_one && shared.bits_vartime() == 1)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;
    use crate::key::prime::words::number_of;

    fn number(decimal: u128) -> BoxedUint {
        BoxedUint::from(decimal)
    }

    #[test]
    fn every_number_of_a_progression_is_of_its_size_and_residue() {
        let (first, step) = (number(7), number(1 << 90 | 2));
        let progression = Progression::new(160, &first, &step, Some(RsaExponent::default())).expect("room");
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for _ in 0..50 {
            let words = (&progression).next(&mut rng, &|| false).expect("nobody cancels");
            let drawn = number_of(&words, 160);
            assert_eq!(drawn.bits_vartime(), 160);
            let divisor = NonZero::new((&step).resize(160)).expect("not zero");
            assert_eq!(drawn.rem(&divisor), (&first).resize(160));
        }
    }

    #[test]
    fn a_step_that_leaves_no_room_is_none() {
        assert!(
            Progression::new(
                160,
                &number(1),
                &BoxedUint::one_with_precision(160).wrapping_shl_vartime(158),
                None
            )
            .is_none()
        );
    }

    #[test]
    fn pocklington_proves_primes_and_nothing_else() {
        let wrap = |decimal| SecretUint::new(number(decimal));
        // 2^127 − 1 − 1 = 2 · 3^3 · 7^2 · 19 · 43 · 73 · 127 · 337 · 5419 · 92737 · 649657 · 77158673929
        let mersenne = wrap((1 << 127) - 1);
        assert_eq!(
            pocklington(&mersenne, &wrap(77_158_673_929)),
            Some(false),
            "too small a factor"
        );
        // 227 = 2 · 113 + 1, 113 is prime and over √227.
        assert_eq!(pocklington(&wrap(227), &wrap(113)), Some(true));
        // 341 = 11 · 31 passes Fermat's test to the base 2, and 340 = 4 · 5 · 17.
        assert_eq!(pocklington(&wrap(341), &wrap(17)), Some(false));
        // No divisor of number − 1 at all.
        assert_eq!(pocklington(&wrap(227), &wrap(127)), Some(false));
    }
}

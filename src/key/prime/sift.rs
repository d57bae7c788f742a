//! How to sift candidates: Fermat's test to the base 2, which can be interrupted.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Choice, CtAssign as _, Limb, MontyForm, MontyMultiplier as _, Odd};
use zeroize::Zeroizing;

use super::super::watch::Watch;
use super::{Cancelled, SecretUint};

/// How many squarings are made before it asks whether to go on: about 2 ms at 8192 bits.
const SQUARINGS_BETWEEN_QUESTIONS: u32 = 64;

/// Finds out quickly which candidates are composite.
///
/// It must let every prime pass, and should let hardly anything else pass.
pub(in crate::key) trait Sift {
    /// How many candidates it likes to get at once.
    fn lanes(&self) -> usize;

    /// For each of the odd candidates, whether it may be prime.
    fn sift(&self, batch: &[SecretUint], watch: &dyn Watch) -> Result<Vec<bool>, Cancelled>;
}

/// Works on every processor: one candidate at a time, on the arithmetic of `crypto-bigint`.
///
/// The judge's own first test would do the same, but cannot be interrupted, and takes half a second
/// for the largest candidates.
pub(in crate::key) struct Portable;

impl Sift for Portable {
    fn lanes(&self) -> usize {
        1
    }

    fn sift(&self, batch: &[SecretUint], watch: &dyn Watch) -> Result<Vec<bool>, Cancelled> {
        batch
            .iter()
            .map(|candidate| passes_fermat(candidate, watch))
            .collect()
    }
}

/// Whether 2^(n−1) = 1 modulo the odd n, as it is for a prime.
///
/// Every squaring is followed by the same steps, whatever the bits of n are.
fn passes_fermat(candidate: &SecretUint, watch: &dyn Watch) -> Result<bool, Cancelled> {
    let Some(modulus) = Odd::new(BoxedUint::clone(candidate)).into_option() else {
        return Ok(false);
    };
    let params = BoxedMontyParams::new_vartime(modulus);
    let modulus = params.modulus().as_nz_ref();
    let exponent = SecretUint::new(candidate.wrapping_sub(Limb::ONE));

    let mut multiplier = <BoxedMontyForm as MontyForm>::Multiplier::from(&params);
    let mut power = Zeroizing::new(BoxedMontyForm::one(&params));
    let mut doubled = SecretUint::new(BoxedUint::zero_with_precision(params.bits_precision()));
    for position in (0..exponent.bits_vartime()).rev() {
        if position % SQUARINGS_BETWEEN_QUESTIONS == 0 && watch.is_cancelled() {
            return Err(Cancelled);
        }
        multiplier.square_assign(&mut power);
        let power = power.as_montgomery_mut();
        doubled.as_mut_limbs().copy_from_slice(power.as_limbs());
        doubled.add_mod_assign(power, modulus);
        power.ct_assign(&doubled, exponent.bit(position));
    }
    let is_one: Choice = SecretUint::new(power.retrieve()).is_one();
    Ok(is_one.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::watch::Unwatched;

    fn passes(candidate: BoxedUint) -> bool {
        passes_fermat(&SecretUint::new(candidate), &Unwatched).expect("nobody cancels")
    }

    #[test]
    fn every_small_number_is_judged_as_fermat_does() {
        // The composite numbers under 3000 that pass, OEIS A001567.
        let pseudoprimes = [341, 561, 645, 1105, 1387, 1729, 1905, 2047, 2465, 2701, 2821];
        for number in (3..3000_u32).step_by(2) {
            let is_prime = (3..number).step_by(2).all(|divisor| number % divisor != 0);
            let expected = is_prime || pseudoprimes.contains(&number);
            assert_eq!(passes(BoxedUint::from(number)), expected, "{number}");
        }
    }

    #[test]
    fn a_mersenne_prime_passes_and_its_neighbours_do_not() {
        for exponent in [521, 607, 1279, 2203] {
            let power = BoxedUint::one_with_precision(exponent + 1).wrapping_shl_vartime(exponent);
            assert!(passes(power.wrapping_sub(Limb::ONE)), "2^{exponent} - 1");
            assert!(!passes(power.wrapping_sub(Limb::from(3_u32))), "2^{exponent} - 3");
            assert!(!passes(power.wrapping_add(Limb::ONE)), "2^{exponent} + 1");
        }
    }

    #[test]
    fn an_even_number_is_not_taken() {
        assert!(!passes(BoxedUint::from(1024_u32)));
    }
}

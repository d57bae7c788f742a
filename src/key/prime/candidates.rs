//! What to try: random odd numbers of the right size without small divisors.

use crypto_bigint::{BitOps as _, BoxedUint, Limb, NonZero, RandomBits as _, Reciprocal, Resize as _, Word};
use rand_core::CryptoRng;

use super::super::watch::Watch;
use super::{Cancelled, SecretUint};

/// ⌈√2 · 2^63⌉, the first 64 bits of the least candidate.
const SQRT_2: u64 = 0xb504_f333_f9de_6485;

/// e^γ, from Mertens' third theorem: of the odd numbers, a share of `2 / (e^γ · ln B)` has no prime
/// divisor under B.
const E_TO_GAMMA: f64 = 1.781_072_417_990_198;

/// Random odd numbers from √2 · 2^(bits−1) to 2^bits, each as likely as the others, without those
/// that have a small divisor and those from which no RSA key with the exponent can be made.
///
/// The bounds are FIPS 186-5's (A.1.1, criterion 2): the product of two such numbers always has as
/// many bits as both together.
pub(in crate::key) struct Candidates {
    bits: u32,
    least: BoxedUint,
    small_primes: SmallPrimes,
    exponent: NonZero<Limb>,
}

impl Candidates {
    /// Candidates of at least 64 bits, which are not 1 modulo the prime `exponent`.
    pub(in crate::key) fn new(bits: u32, exponent: u32) -> Self {
        assert!(
            bits >= u64::BITS,
            "shorter candidates could be small primes themselves"
        );
        let least = BoxedUint::from(SQRT_2)
            .resize(bits)
            .wrapping_shl_vartime(bits - u64::BITS);
        let exponent = NonZero::new(Limb::from(exponent)).expect("an exponent is not zero");
        Self {
            bits,
            least,
            small_primes: SmallPrimes::below(sieve_limit(bits)),
            exponent,
        }
    }

    /// The next candidate.
    pub(super) fn draw(
        &self,
        rng: &mut (impl CryptoRng + ?Sized),
        watch: &dyn Watch,
    ) -> Result<SecretUint, Cancelled> {
        loop {
            if watch.is_cancelled() {
                return Err(Cancelled);
            }
            let mut candidate = SecretUint::new(BoxedUint::random_bits(rng, self.bits));
            candidate.set_bit_vartime(self.bits - 1, true);
            candidate.set_bit_vartime(0, true);
            if *candidate >= self.least
                && candidate.rem_limb(self.exponent) != Limb::ONE
                && !self.small_primes.divide(&candidate)
            {
                return Ok(candidate);
            }
        }
    }

    /// The chance that a candidate is prime: 2 / ln N for odd numbers N, over the share that is left
    /// when those with a small divisor are gone.
    pub(super) fn chance_of_prime(&self) -> f64 {
        let ln_candidate = f64::from(self.bits) * std::f64::consts::LN_2;
        let ln_limit = f64::from(sieve_limit(self.bits)).ln();
        E_TO_GAMMA * ln_limit / ln_candidate
    }
}

/// Up to where small divisors are looked for. The costlier a candidate is to test, the more it pays
/// to find one: dividing by four more primes takes as long as a few multiplications.
fn sieve_limit(bits: u32) -> u32 {
    match bits {
        ..=1024 => 1 << 14,
        1025..=2048 => 1 << 16,
        2049..=4096 => 1 << 17,
        _ => 1 << 19,
    }
}

/// The odd primes under some limit, in groups whose product fits a machine word, so that one long
/// division serves a group.
pub(in crate::key) struct SmallPrimes {
    groups: Vec<Group>,
}

struct Group {
    product: Reciprocal,
    primes: Vec<Word>,
}

impl SmallPrimes {
    /// The odd primes under `limit`.
    pub(in crate::key) fn below(limit: u32) -> Self {
        let mut groups = Vec::new();
        let mut primes = Vec::new();
        let mut product: Word = 1;
        for prime in odd_primes_below(limit) {
            let prime = Word::from(prime);
            product = if let Some(larger) = product.checked_mul(prime) {
                larger
            } else {
                groups.push(Group::new(product, std::mem::take(&mut primes)));
                prime
            };
            primes.push(prime);
        }
        groups.push(Group::new(product, primes));
        Self { groups }
    }

    /// Whether one of them divides `number` (as each does itself, and all of them 0).
    pub(in crate::key) fn divide(&self, number: &BoxedUint) -> bool {
        self.divisor(number).is_some()
    }

    /// The smallest of them that divides `number`.
    pub(in crate::key) fn divisor(&self, number: &BoxedUint) -> Option<Word> {
        self.groups.iter().find_map(|group| {
            let rest = number.rem_limb_with_reciprocal(&group.product).0;
            let mut divisors = group.primes.iter().filter(|prime| rest.is_multiple_of(**prime));
            divisors.next().copied()
        })
    }
}

impl Group {
    fn new(product: Word, primes: Vec<Word>) -> Self {
        let product = NonZero::new(Limb(product)).expect("a product of primes is not zero");
        Self {
            product: Reciprocal::new(product),
            primes,
        }
    }
}

/// The odd primes under `limit`, by the sieve of Eratosthenes.
fn odd_primes_below(limit: u32) -> impl Iterator<Item = u32> {
    let limit = limit as usize;
    let mut composite = vec![false; limit];
    for factor in (3..limit).step_by(2).take_while(|factor| factor * factor < limit) {
        if !composite[factor] {
            for multiple in (factor * factor..limit).step_by(2 * factor) {
                composite[multiple] = true;
            }
        }
    }
    (3..)
        .step_by(2)
        .zip(composite.into_iter().skip(3).step_by(2))
        .filter_map(|(n, c)| (!c).then_some(n))
}

#[cfg(test)]
mod tests {
    use crypto_bigint::ConcatenatingMul as _;
    use rand::SeedableRng as _;
    use rand::rngs::ChaCha20Rng;

    use super::*;
    use crate::key::watch::Unwatched;

    #[test]
    fn the_small_primes_are_all_there() {
        assert_eq!(
            odd_primes_below(30).collect::<Vec<_>>(),
            [3, 5, 7, 11, 13, 17, 19, 23, 29]
        );
        // π(2^14) and π(2^19), OEIS A007053, without the 2.
        assert_eq!(odd_primes_below(1 << 14).count(), 1900 - 1);
        assert_eq!(odd_primes_below(1 << 19).count(), 43390 - 1);
        assert_eq!(odd_primes_below((1 << 16) + 2).last(), Some(65537));
    }

    #[test]
    fn a_small_divisor_is_found_wherever_it_stands() {
        let small_primes = SmallPrimes::below(1 << 14);
        // 2^521 − 1 is a prime, so it has no small divisor and its multiples only the one.
        let prime = BoxedUint::one_with_precision(576)
            .wrapping_shl_vartime(521)
            .wrapping_sub(Limb::ONE);
        assert!(!small_primes.divide(&prime));
        for divisor in odd_primes_below(1 << 14) {
            assert!(
                small_primes.divide(&prime.wrapping_mul(BoxedUint::from(divisor))),
                "{divisor}"
            );
        }
    }

    #[test]
    fn the_product_of_two_candidates_has_the_bits_of_both() {
        for (first, second) in [(512, 512), (513, 512), (1024, 1024)] {
            let smallest = Candidates::new(first, 65537).least;
            let product = smallest.concatenating_mul(&Candidates::new(second, 65537).least);
            assert_eq!(product.bits_vartime(), first + second);
        }
    }

    #[test]
    fn candidates_are_spread_over_their_whole_range() {
        let candidates = Candidates::new(96, 65537);
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let mut counts = [0_u32; 8];
        for _ in 0..4000 {
            let candidate = candidates.draw(&mut rng, &Unwatched).expect("nobody cancels");
            assert_eq!(candidate.bits_vartime(), 96);
            assert!(*candidate >= candidates.least);
            assert_ne!(candidate.rem_limb(candidates.exponent), Limb::ONE);
            assert!(candidate.bit_vartime(0));
            let top = f64::from(u16::try_from(candidate.shr(80).as_words()[0]).expect("16 bits are left"));
            let least = 65536.0 / std::f64::consts::SQRT_2;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 7")]
            let eighth = ((top - least).max(0.0) / (65536.0 - least) * 8.0) as usize;
            counts[eighth] += 1;
        }
        assert!(
            counts.iter().all(|count| (420..580).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn a_candidate_that_would_be_1_modulo_the_exponent_is_not_drawn() {
        // Of the odd numbers that 3 does not divide, half are 1 modulo 3.
        let candidates = Candidates::new(64, 3);
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        for _ in 0..100 {
            let candidate = candidates.draw(&mut rng, &Unwatched).expect("nobody cancels");
            assert_eq!(candidate.rem_limb(candidates.exponent), Limb::from(2_u32));
        }
    }
}

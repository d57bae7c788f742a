//! The judge: whether what has passed the sift is prime.
//!
//! Three tests, all of which a prime passes: Miller and Rabin's to the base 2 and to a random base, by the crate
//! `crypto-primes`, and the strong Lucas test of Baillie and Wagstaff with Selfridge's parameters, by the sift's own
//! arithmetic. The first and the last together are the Baillie–PSW test ("Lucas pseudoprimes", 1980, §6; FIPS 186-5, B.3.1
//! and B.3.3), to which no composite number is known that passes.
//!
//! The crate's word is independent of all that was computed before, and stands even if the arithmetic of sift and Lucas
//! test were wrong from the ground up. A random number that passes two rounds with random bases is composite with a
//! chance of less than 2^-70 for 1024 bits and 2^-89 for 1536 (Damgård, Landrock and Pomerance, "Average case error
//! estimates for the strong probable prime test", 1993), and that is a bound, not what is to be expected.

use crypto_bigint::{BoxedUint, Odd};
use crypto_primes::hazmat::MillerRabin;
use rand::rngs::ChaCha20Rng;

use super::words::words_of;
use super::{Search, SecretUint};

/// Whether the number passes all of it; with two hands, if there are. `bases` gives the random base.
pub(super) fn is_prime(number: &SecretUint, search: &Search<'_>, bases: &mut ChaCha20Rng) -> bool {
    let Some(odd) = Odd::new(BoxedUint::clone(number)).into_option() else {
        return false;
    };
    let mut words = words_of(number);
    while words.pop_if(|last| *last == 0).is_some() {}
    let (mut miller_rabin, mut lucas) = (false, false);
    let mut odd = Some(odd);
    search
        .crew
        .both(&mut || lucas = search.engine.strong_lucas(&words), &mut || {
            miller_rabin = odd.take().map(MillerRabin::new).is_some_and(|test| {
                test.test_base_two().is_probably_prime() && test.test_random_base(bases).is_probably_prime()
            });
        });
    miller_rabin && lucas
}

#[cfg(test)]
mod tests {
    use crypto_bigint::{ConcatenatingMul as _, Limb};
    use crypto_primes::Flavor;
    use rand::SeedableRng as _;
    use rand_core::Rng as _;

    use super::*;
    use crate::key::watch::Unwatched;
    use keywright_sift::Engine;

    /// What all engines say.
    fn judged(number: &BoxedUint, rng: &mut ChaCha20Rng) -> bool {
        let answers = Engine::ALL
            .into_iter()
            .filter(|engine| engine.is_here())
            .map(|engine| {
                let search = Search {
                    engine,
                    ..Search::alone(&Unwatched)
                };
                is_prime(&SecretUint::new(number.clone()), &search, rng)
            });
        let answers: Vec<bool> = answers.collect();
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{number}");
        answers[0]
    }

    fn is_prime_elsewhere(number: &BoxedUint) -> bool {
        crypto_primes::is_prime(Flavor::Any, number)
    }

    /// How many numbers are tried: 1000, or what `scripts/prove-primes` asks for.
    fn how_many() -> u64 {
        let asked = std::env::var("KEYWRIGHT_NUMBERS");
        asked.map_or(1000, |number| number.parse().expect("a number"))
    }

    #[test]
    fn small_numbers_are_judged_as_the_sieve_has_it() {
        // Among them are the least pseudoprimes of every kind: 46 strong ones to the base 2, 219 of Lucas's sequences and
        // 43 of Carmichael's numbers lie below 10^6.
        let limit = (50 * how_many()).min(1_000_000);
        let limit = usize::try_from(limit).expect("it is small");
        let mut is_composite = vec![false; limit];
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for number in (3..limit).step_by(2) {
            if !is_composite[number] {
                is_composite
                    .iter_mut()
                    .skip(number * number)
                    .step_by(number)
                    .for_each(|each| *each = true);
            }
            let value = BoxedUint::from(number as u64);
            assert_eq!(judged(&value, &mut rng), !is_composite[number], "{number}");
        }
        assert!(!judged(&BoxedUint::from(1_u32), &mut rng) && !judged(&BoxedUint::from(2_u32), &mut rng));
    }

    #[test]
    fn numbers_of_any_size_are_judged_as_an_independent_library_judges_them() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let mut primes = 0;
        for _ in 0..how_many() {
            let bits = 64 + rng.next_u32() % if rng.next_u32() % 64 == 0 { 2000 } else { 300 };
            let one = BoxedUint::one_with_precision(bits);
            let mut bytes = vec![0; bits.div_ceil(8) as usize];
            rng.fill_bytes(&mut bytes);
            let drawn = BoxedUint::from_le_slice_truncated(&bytes, bits);
            let mut number = drawn.bitor(&one).bitor(&one.wrapping_shl_vartime(bits - 1));
            // One in four is made the next prime.
            let is_walked = bits < 364 && rng.next_u32() % 4 == 0;
            while is_walked && !is_prime_elsewhere(&number) {
                number = number.wrapping_add(Limb::from(2_u32));
            }
            let expected = is_prime_elsewhere(&number);
            primes += u64::from(expected);
            assert_eq!(judged(&number, &mut rng), expected, "{number}");
        }
        assert!(primes > how_many() / 8, "{primes}");
    }

    #[test]
    fn what_was_made_to_fool_a_test_does_not_fool_the_judge() {
        let decimal = |digits| BoxedUint::from_str_radix_vartime(digits, 10).expect("digits");
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        // Arnault's number of 1995 passes Miller and Rabin's test to all prime bases below 307.
        let p = decimal(
            "29674495668685510550154174642905332730771991799853043350995075531276838753171770199594238596428121188033\
             664754218345562493168782883",
        );
        let factor = |times: u32| {
            let multiple = p
                .wrapping_sub(Limb::ONE)
                .concatenating_mul(&BoxedUint::from(times));
            multiple.wrapping_add(Limb::ONE)
        };
        let arnault = p.concatenating_mul(&factor(313)).concatenating_mul(&factor(353));
        // Bleichenbacher's passes to all bases up to 100; the others are the least for the first 9, 12 and 13 primes.
        let others = [
            "68528663395046912244223605902738356719751082784386681071",
            "3825123056546413051",
            "318665857834031151167461",
            "3317044064679887385961981",
        ];
        for number in [arnault].into_iter().chain(others.map(decimal)) {
            let odd = Odd::new(number.clone()).into_option().expect("odd");
            assert!(
                MillerRabin::new(odd).test_base_two().is_probably_prime(),
                "{number}"
            );
            assert!(!judged(&number, &mut rng), "{number}");
        }
        // The first product p(p+2) of twin primes from 24·10^25 on that passes the strong Lucas test.
        let twins = decimal("57600000000000000000033782400000000000000004953344399");
        assert!(Engine::best().strong_lucas(&words_of(&twins)));
        assert!(!judged(&twins, &mut rng));
    }
}

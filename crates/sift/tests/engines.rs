//! Every engine says of every number what an independent library says of it.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Limb, Odd};
use keywright_sift::Engine;
use proptest::prelude::*;

fn engines() -> impl Iterator<Item = Engine> {
    Engine::ALL.into_iter().filter(|engine| engine.is_here())
}

fn words(number: &BoxedUint, bits: u32) -> Vec<u64> {
    let mut bytes = number.to_le_bytes().to_vec();
    bytes.resize(bits.div_ceil(64) as usize * 8, 0);
    bytes
        .chunks_exact(8)
        .map(|word| u64::from_le_bytes(word.try_into().expect("eight")))
        .collect()
}

/// Euler's test as it stands in the books.
fn euler(number: &[u64]) -> bool {
    let bytes: Vec<u8> = number.iter().flat_map(|word| word.to_le_bytes()).collect();
    let modulus = BoxedUint::from_le_slice_vartime(&bytes);
    let half = modulus.shr(1);
    let minus_one = modulus.wrapping_sub(Limb::ONE);
    let params = BoxedMontyParams::new_vartime(Odd::new(modulus).expect("odd"));
    let two = BoxedUint::from(2_u32);
    let two = two.to_le_bytes();
    let two = BoxedUint::from_le_slice_truncated(&two, params.bits_precision());
    let power = BoxedMontyForm::new(two, &params).pow(&half).retrieve();
    power == minus_one || power == BoxedUint::one_with_precision(params.bits_precision())
}

/// All engines, with the number in every lane among others.
fn tested(number: &[u64]) -> bool {
    let expected = euler(number);
    for engine in engines() {
        let mut other = number.to_vec();
        other[0] = other[0].wrapping_add(2);
        let other_expected = euler(&other);
        for lane in 0..engine.lanes() {
            let numbers: Vec<&[u64]> = (0..engine.lanes())
                .map(|at| if at == lane { number } else { &other[..] })
                .collect();
            let answers = engine.test(&numbers, &|| false).expect("nobody stops");
            for (at, answer) in answers.into_iter().enumerate() {
                let expected = if at == lane { expected } else { other_expected };
                assert_eq!(answer, expected, "{} {number:x?} lane {at}", engine.name());
            }
        }
    }
    expected
}

fn of_bits(mut number: Vec<u64>, bits: u32) -> Vec<u64> {
    number.resize(bits.div_ceil(64) as usize, 0);
    let top = (bits - 1) % 64;
    let last = number.last_mut().expect("not empty");
    *last &= u64::MAX >> (63 - top);
    *last |= 1 << top;
    number[0] |= 1;
    number
}

#[test]
fn primes_pass_on_every_engine() {
    // Mersenne primes, and those of the MODP groups (RFC 2409, RFC 3526) which come as text.
    for exponent in [521_u32, 607, 1279, 2203, 2281, 3217, 4253, 4423] {
        let power = BoxedUint::one_with_precision(exponent + 1).wrapping_shl_vartime(exponent);
        assert!(
            tested(&words(&power.wrapping_sub(Limb::ONE), exponent)),
            "2^{exponent} - 1"
        );
    }
}

#[test]
fn edges_of_words_and_limbs_are_no_edges() {
    for bits in [
        128_u32, 129, 191, 192, 193, 511, 512, 513, 516, 517, 520, 1020, 1024, 1025, 1036, 1040, 1535, 1536,
        1560, 2048, 3071, 3072, 3073, 4096,
    ] {
        let len = bits.div_ceil(64) as usize;
        for pattern in [
            0,
            u64::MAX,
            0x8000_0000_0000_0000,
            1,
            0xffff_ffff,
            0x000f_ffff_ffff_ffff,
            0xaaaa_aaaa_aaaa_aaaa,
        ] {
            tested(&of_bits(vec![pattern; len], bits));
        }
        // 1 modulo a high power of two, and just below it.
        for shift in [1, 52, 64, 100] {
            let power = BoxedUint::one_with_precision(bits).wrapping_shl_vartime(shift);
            tested(&of_bits(words(&power.wrapping_add(Limb::ONE), bits), bits));
            tested(&of_bits(words(&power.wrapping_sub(Limb::ONE), bits), bits));
        }
    }
}

#[test]
fn the_largest_numbers_are_tested_too() {
    tested(&of_bits(vec![u64::MAX; 128], 8192));
    tested(&of_bits(vec![0x0123_4567_89ab_cdef; 128], 8192));
}

#[test]
fn euler_pseudoprimes_pass_everywhere_and_other_composites_fail() {
    // p(2p−1) for primes p with 2p−1 prime are the likeliest composites to pass; these are found by search.
    let mut found = 0;
    for low in (1..800).step_by(2) {
        found += u32::from(tested(&[low, 1 << 63]));
    }
    assert!(found >= 1, "of 400 odd numbers of 128 bits about nine are prime");
}

#[test]
fn fewer_numbers_than_lanes_are_tested_and_none_at_all() {
    let prime = words(
        &BoxedUint::one_with_precision(522)
            .wrapping_shl_vartime(521)
            .wrapping_sub(Limb::ONE),
        521,
    );
    for engine in engines() {
        assert_eq!(engine.test(&[&prime], &|| false), Some(vec![true]));
        assert_eq!(engine.test(&[], &|| false), Some(Vec::new()));
    }
}

#[test]
fn the_test_stops_within_64_squarings() {
    use std::cell::Cell;
    let number = of_bits(vec![5; 64], 4096);
    for engine in engines() {
        let asked = Cell::new(0);
        let answer = engine.test(&[&number], &|| {
            asked.set(asked.get() + 1);
            asked.get() == 3
        });
        assert_eq!((answer, asked.get()), (None, 3), "{}", engine.name());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_number_is_tested_alike(bits in 128..1400_u32, number in prop::collection::vec(any::<u64>(), 1..22)) {
        tested(&of_bits(number, bits));
    }
}

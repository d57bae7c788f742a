//! The strong Lucas test says of every number what its definition says, and an independent library.
//!
//! `KEYWRIGHT_NUMBERS` says how many numbers are tried, `scripts/prove-primes` how it went with 100,000.

use crypto_bigint::rand_core::Rng as _;
use crypto_bigint::{BoxedUint, ConcatenatingMul as _, Odd};
use crypto_primes::hazmat::{LucasCheck, MillerRabin, SelfridgeBase, lucas_test};
use keywright_sift::Engine;
use proptest::test_runner::{RngAlgorithm, TestRng};

fn how_many() -> u64 {
    let asked = std::env::var("KEYWRIGHT_NUMBERS");
    asked.map_or(1000, |number| number.parse().expect("a number"))
}

fn randomness() -> TestRng {
    TestRng::deterministic_rng(RngAlgorithm::ChaCha)
}

fn words(number: &BoxedUint) -> Vec<u64> {
    let mut bytes = number.to_le_bytes().to_vec();
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    let (words, _) = bytes.as_chunks();
    let mut words: Vec<u64> = words.iter().map(|word| u64::from_le_bytes(*word)).collect();
    while words.last() == Some(&0) {
        words.pop();
    }
    words
}

fn number(words: &[u64]) -> BoxedUint {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    BoxedUint::from_le_slice_vartime(&bytes)
}

fn odd(number: &BoxedUint) -> Odd<BoxedUint> {
    Odd::new(number.clone()).expect("it is odd")
}

/// What the library says, and all engines with it.
fn passes(number: &BoxedUint) -> bool {
    let expected = lucas_test(odd(number), SelfridgeBase, LucasCheck::Strong).is_probably_prime();
    for engine in Engine::ALL.into_iter().filter(|engine| engine.is_here()) {
        let found = engine.strong_lucas(&words(number));
        assert_eq!(found, expected, "{}, {number}", engine.name());
    }
    expected
}

fn is_prime(number: &BoxedUint) -> bool {
    crypto_primes::is_prime(crypto_primes::Flavor::Any, number)
}

/// The same test as Baillie and Wagstaff put it, with no thought for speed; for small numbers.
mod definition {
    fn gcd(a: u64, b: u64) -> u64 {
        if b == 0 { a } else { gcd(b, a % b) }
    }

    /// Euler's criterion for each prime of n.
    fn jacobi(a: i64, n: u64) -> i64 {
        let mut symbol = 1;
        for (prime, times) in factors(n) {
            let modulus = i64::try_from(prime).expect("small");
            let residue = u64::try_from(a.rem_euclid(modulus)).expect("not negative");
            let euler = (0..(prime - 1) / 2).fold(1, |power, _| power * residue % prime);
            let legendre = match euler {
                0 => 0,
                1 => 1,
                _ => -1,
            };
            symbol *= (0..times).fold(1, |power, _| power * legendre);
        }
        symbol
    }

    fn factors(mut n: u64) -> Vec<(u64, u32)> {
        let mut found = Vec::new();
        let mut divisor = 3;
        while n > 1 {
            if divisor * divisor > n {
                divisor = n;
            }
            let mut times = 0;
            while n.is_multiple_of(divisor) {
                n /= divisor;
                times += 1;
            }
            if times > 0 {
                found.push((divisor, times));
            }
            divisor += 2;
        }
        found
    }

    pub(super) fn is_prime(n: u64) -> bool {
        factors(n) == [(n, 1)]
    }

    /// U and V of the sequence with P = 1 and this Q, at `index`, modulo n: one step at a time.
    fn sequence(q: i64, n: u64, index: u64) -> (u64, u64) {
        let n = i128::from(n);
        let step = |before: i128, last: i128| (last - i128::from(q) * before).rem_euclid(n);
        let (mut u, mut v) = ((0, 1), (2, 1));
        for _ in 0..index {
            u = (u.1, step(u.0, u.1));
            v = (v.1, step(v.0, v.1));
        }
        let small = |number: i128| u64::try_from(number.rem_euclid(n)).expect("below n");
        (small(u.0), small(v.0))
    }

    pub(super) fn passes(n: u64) -> bool {
        let root = n.isqrt();
        if root * root == n {
            return false;
        }
        let mut d = 5_i64;
        loop {
            let size = d.unsigned_abs();
            if !size.is_multiple_of(n) && gcd(size, n) > 1 {
                return false;
            }
            if jacobi(d, n) == -1 {
                break;
            }
            d = if d > 0 { -(d + 2) } else { -d + 2 };
        }
        let q = (1 - d) / 4;
        let twos = (n + 1).trailing_zeros();
        let odd = (n + 1) >> twos;
        sequence(q, n, odd).0 == 0 || (0..twos).any(|r| sequence(q, n, odd << r).1 == 0)
    }
}

#[test]
fn small_numbers_pass_as_the_definition_has_it() {
    let mut pseudoprimes = Vec::new();
    for n in (3..6000).step_by(2) {
        let expected = definition::passes(n);
        assert_eq!(Engine::Portable.strong_lucas(&[n]), expected, "{n}");
        if expected && !definition::is_prime(n) {
            pseudoprimes.push(n);
        }
    }
    // The first of A217255 in the On-Line Encyclopedia of Integer Sequences.
    assert_eq!(pseudoprimes, [5459, 5777]);
}

#[test]
fn all_odd_numbers_pass_as_the_library_has_it_and_few_of_them_are_composite() {
    let limit = (50 * how_many()).min(1_000_000);
    let mut composite = 0;
    for n in (3..limit).step_by(2) {
        let value = BoxedUint::from(n);
        if passes(&value) && !is_prime(&value) {
            composite += 1;
        }
    }
    // Baillie and Wagstaff count 12 strong Lucas pseudoprimes below 10^5 and 58 below 10^6 (their table 2).
    match limit {
        50_000 => assert_eq!(composite, 9),
        1_000_000 => assert_eq!(composite, 58),
        _ => {}
    }
}

#[test]
fn numbers_of_any_size_pass_as_the_library_has_it() {
    let mut rng = randomness();
    let mut primes = 0;
    for _ in 0..how_many() {
        // Most of them short, so that many can be tried; all lengths of words and limbs among them.
        let bits = match rng.next_u32() % 64 {
            0 => 64 + rng.next_u32() % 2000,
            1..16 => 64 + rng.next_u32() % 600,
            _ => 64 + rng.next_u32() % 200,
        };
        let mut drawn: Vec<u64> = (0..bits.div_ceil(64)).map(|_| rng.next_u64()).collect();
        let top = (bits - 1) % 64;
        let last = drawn.last_mut().expect("not empty");
        *last = *last & u64::MAX >> (63 - top) | 1 << top;
        drawn[0] |= 1;
        let mut value = number(&drawn);
        // One in four of the short ones is made the next prime.
        let is_walked = bits < 300 && rng.next_u32().is_multiple_of(4);
        while is_walked && !is_prime(&value) {
            value = value.wrapping_add(BoxedUint::from(2_u32));
        }
        let is_prime = is_prime(&value);
        primes += u64::from(is_prime);
        assert!(passes(&value) || !is_prime, "{value}");
    }
    assert!(primes > how_many() / 6, "{primes}");
}

#[test]
fn squares_end_and_do_not_pass() {
    let mut rng = randomness();
    for words in 1..20 {
        let drawn: Vec<u64> = (0..words).map(|_| rng.next_u64() | 1).collect();
        let root = number(&drawn);
        assert!(!passes(&root.concatenating_mul(&root)), "{root}");
    }
    for root in (3_u64..2000).step_by(2) {
        assert!(!passes(&BoxedUint::from(root * root)), "{root}");
    }
}

fn times(number: &BoxedUint, factor: u32) -> BoxedUint {
    number.concatenating_mul(&BoxedUint::from(factor))
}

fn plus(number: &BoxedUint, term: u32) -> BoxedUint {
    number.concatenating_add(BoxedUint::from(term))
}

fn product(factors: &[BoxedUint]) -> BoxedUint {
    factors.iter().fold(BoxedUint::from(1_u32), |product, factor| {
        product.concatenating_mul(factor)
    })
}

/// So many products of primes, all of which `primes` makes of one number.
fn products(count: usize, primes: impl Fn(&BoxedUint) -> Vec<BoxedUint>) -> Vec<BoxedUint> {
    let mut rng = randomness();
    let mut found = Vec::new();
    while found.len() < count {
        let bits = rng.next_u32() % 20;
        let seed = number(&[rng.next_u64(), 1 << bits]);
        let factors = primes(&seed);
        if factors.iter().all(is_prime) {
            found.push(product(&factors));
        }
    }
    found
}

#[test]
fn products_of_twin_primes_pass_as_often_as_the_library_says() {
    // For p(p+2), n + 1 is (p+1)²: where D is no residue modulo p, and one modulo p + 2, U(n+1) is 0. Where D is −7, and
    // so Q is 2, which is no residue modulo 3 and 5 (modulo 8), they pass the strong test too.
    let twins = products(24, |seed| {
        let p = plus(&times(seed, 24), 11);
        vec![p.clone(), plus(&p, 2)]
    });
    let regular = |n: &BoxedUint| lucas_test(odd(n), SelfridgeBase, LucasCheck::Regular).is_probably_prime();
    let fooled = twins.iter().filter(|n| regular(n)).count();
    let strongly = twins.iter().filter(|n| passes(n)).count();
    assert!(strongly > 0 && fooled > strongly, "{strongly} and {fooled} of 24");
}

#[test]
fn composites_that_fool_fermat_and_miller_and_rabin_do_not_pass() {
    // n − 1 is divisible by p − 1, and Fermat's test to every second base is passed.
    let doubled = products(12, |seed| {
        let p = plus(&times(seed, 6), 1);
        vec![p.clone(), plus(&times(seed, 12), 1)]
    });
    // Chernick's Carmichael numbers.
    let chernick = products(3, |seed| {
        [6, 12, 18].map(|factor| plus(&times(seed, factor), 1)).to_vec()
    });
    // Arnault, "Constructing Carmichael numbers which are strong pseudoprimes to several bases" (1995): to all prime
    // bases below 307.
    let p = decimal(
        "29674495668685510550154174642905332730771991799853043350995075531276838753171770199594238596428121188033664\
         754218345562493168782883",
    );
    let less = p.wrapping_sub(BoxedUint::from(1_u32));
    let arnault = product(&[
        p.clone(),
        plus(&times(&less, 313), 1),
        plus(&times(&less, 353), 1),
    ]);
    // Bleichenbacher's, to all bases up to 100, and the least ones to the first 9, 12 and 13 primes.
    let others = [
        "68528663395046912244223605902738356719751082784386681071",
        "3825123056546413051",
        "318665857834031151167461",
        "3317044064679887385961981",
    ];
    assert!(
        MillerRabin::new(odd(&arnault))
            .test_base_two()
            .is_probably_prime()
    );
    for n in doubled
        .iter()
        .chain(&chernick)
        .chain([&arnault])
        .chain(&others.map(decimal))
    {
        assert!(!passes(n), "{n}");
    }
}

fn decimal(digits: &str) -> BoxedUint {
    BoxedUint::from_str_radix_vartime(digits, 10).expect("digits")
}

//! What can be seen from an RSA key's modulus and public exponent in milliseconds.

use std::sync::LazyLock;

use crypto_bigint::{BoxedUint, ConcatenatingMul as _, Limb, NonZero, Resize as _, Word};
use keywright_sift::SmallPrimes;

use super::super::prime::words_of;
use super::super::wire::bit_len;
use super::Weakness;

/// Below this size a modulus is called short.
const LEAST_BITS: u32 = 2048;
/// The exponent that everybody uses.
const USUAL_EXPONENT: u32 = 65537;
/// OpenSSL refuses larger ones for long moduli.
const MOST_EXPONENT_BITS: u32 = 64;
/// How far Fermat's method goes. Primes that are drawn independently would take it longer than the
/// universe exists; those of CVE-2022-26320 fell within a few steps.
const FERMAT_STEPS: u32 = 100;

/// Divisors are looked for below this.
static SMALL_PRIMES: LazyLock<SmallPrimes> = LazyLock::new(|| SmallPrimes::below(1 << 16));

/// What is bad about the odd modulus `n` with the exponent `e`, the worst first.
pub(super) fn weaknesses(n: &[u8], e: &[u8]) -> Vec<Weakness> {
    let bits = bit_len(n);
    let modulus = BoxedUint::from_be_slice_vartime(n);
    let exponent = BoxedUint::from_be_slice_vartime(e);
    let small_exponent = small(&exponent).filter(|e| *e < USUAL_EXPONENT);
    let large_exponent = Some(bit_len(e)).filter(|bits| *bits > MOST_EXPONENT_BITS);
    [
        SMALL_PRIMES
            .divisor(&words_of(&modulus))
            .map(|factor| Weakness::RsaSmallFactor { factor }),
        fermat(&modulus).map(|steps| Weakness::RsaCloseFactors { steps }),
        wiener(&modulus, &exponent).then_some(Weakness::RsaSmallPrivateExponent),
        is_roca(&modulus).then_some(Weakness::RsaRoca),
        (bits < LEAST_BITS).then_some(Weakness::RsaShort { bits }),
        small_exponent.map(|exponent| Weakness::RsaSmallExponent { exponent }),
        large_exponent.map(|bits| Weakness::RsaLargeExponent { bits }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn small(number: &BoxedUint) -> Option<u32> {
    (number.bits_vartime() <= u32::BITS)
        .then(|| number.as_words().first().copied().unwrap_or_default())
        .and_then(|word| u32::try_from(word).ok())
}

/// The steps in which Fermat's method finds two factors: n = a² − b² for an a just above √n.
fn fermat(n: &BoxedUint) -> Option<u32> {
    // Room for a², which may be a bit longer than n.
    let width = n.bits_precision() + Limb::BITS;
    let n = n.resize(width);
    let root = n.floor_sqrt_vartime().resize(width);
    if root.wrapping_mul(&root) == n {
        return Some(0);
    }
    let mut a = root.wrapping_add(Limb::ONE);
    let mut b_squared = a.wrapping_mul(&a).wrapping_sub(&n);
    for step in 1..=FERMAT_STEPS {
        if is_square(&b_squared) {
            return Some(step);
        }
        // (a + 1)² − n = a² − n + 2a + 1.
        let next = a.wrapping_add(Limb::ONE);
        b_squared = b_squared.wrapping_add(&a).wrapping_add(&next);
        a = next;
    }
    None
}

/// Whether `number` is the square of a whole number.
fn is_square(number: &BoxedUint) -> bool {
    // Of the numbers that are no squares, 99 in 100 show it modulo one of these (Cohen, "A course in
    // computational algebraic number theory", algorithm 1.7.3).
    const MODULI: [Word; 4] = [64, 63, 65, 11];
    let may_be = MODULI.iter().all(|modulus| {
        let rest = remainder(number, *modulus);
        (0..*modulus).any(|root| root * root % modulus == rest)
    });
    may_be && number.checked_sqrt_vartime().is_some()
}

fn remainder(number: &BoxedUint, modulus: Word) -> Word {
    NonZero::new(Limb(modulus))
        .into_option()
        .map_or(0, |modulus| number.rem_limb(modulus).0)
}

/// Whether the modulus is of the kind that the library of CVE-2017-15361 made.
///
/// Its primes are powers of 65537 modulo the product of the first primes, and so is their product.
/// These are the primes up to 167 modulo which the powers of 65537 are not nearly all numbers (Nemec
/// et al., "The return of Coppersmith's attack", 2017); a random modulus fits all of them once in
/// 2·10⁸.
fn is_roca(n: &BoxedUint) -> bool {
    const PRIMES: [Word; 17] = [
        11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157,
    ];
    PRIMES.iter().all(|prime| {
        let rest = remainder(n, *prime);
        let generator = 65537 % prime;
        let mut power = 1;
        (0..*prime).any(|_| {
            power = power * generator % prime;
            power == rest
        })
    })
}

/// Whether Wiener's method finds the private exponent: it does when d is under a third of ⁴√n (Wiener,
/// "Cryptanalysis of short RSA secret exponents", 1990).
///
/// e/n then is so near to k/d, where e·d = g + k·φ(n) for a small g, that k/d is one of its convergents.
/// Euclid's algorithm finds those, and what it leaves over for this one is k·n − e·d, which is
/// k·(p + q − 1) − g.
fn wiener(n: &BoxedUint, e: &BoxedUint) -> bool {
    let bits = n.bits_vartime();
    // e·d is larger than φ(n), so with an exponent of this size d is too large.
    if e.bits_vartime() <= bits / 2 {
        return false;
    }
    let most_bits = bits / 4 + 8;
    let width = most_bits + Limb::BITS;
    let [zero, one] = [0_u32, 1].map(|number| BoxedUint::from(number).resize(width));
    let (mut k_before, mut k) = (one.clone(), zero.clone());
    let (mut d_before, mut d) = (zero, one);
    let (mut dividend, mut divisor) = (n.clone(), e.clone());
    // Where the convergent is too large, k·n − e·d is positive: for every second one.
    let mut is_above = false;
    while let Some(by) = NonZero::new(divisor.clone()).into_option() {
        let (quotient, rest) = dividend.div_rem_vartime(&by);
        let quotient = shortened(&quotient);
        if quotient.bits_vartime() + d.bits_vartime() > most_bits {
            return false;
        }
        (dividend, divisor) = (divisor, shortened(&rest));
        let next = |before: &BoxedUint, now: &BoxedUint| {
            quotient.concatenating_mul(now).resize(width).wrapping_add(before)
        };
        (k_before, k) = (k.clone(), next(&k_before, &k));
        (d_before, d) = (d.clone(), next(&d_before, &d));
        is_above = !is_above;
        if is_above && splits(n, &k, &divisor) {
            return true;
        }
    }
    false
}

/// A number in as few words as hold it, so that what is done with it takes no longer than it must.
fn shortened(number: &BoxedUint) -> BoxedUint {
    number.resize(number.bits_vartime().max(Limb::BITS))
}

/// Whether `left` = k·(p + q − 1) − g for a small g and the factors p and q of n, which are the roots
/// of x² − (p + q)·x + n.
fn splits(n: &BoxedUint, k: &BoxedUint, left: &BoxedUint) -> bool {
    let Some(k) = NonZero::new(shortened(k)).into_option() else {
        return false;
    };
    let (quotient, rest) = left.div_rem_vartime(&k);
    // The sum is the quotient rounded up, and one more.
    let missing = k.wrapping_sub(&rest);
    let is_exact: bool = rest.is_zero().into();
    if !is_exact && missing.bits_vartime() > 32 {
        return false;
    }
    let rounded = Limb::from(if is_exact { 1_u32 } else { 2 });
    let width = quotient.bits_precision() + Limb::BITS;
    let sum = quotient.resize(width).wrapping_add(rounded);
    let square = sum.concatenating_mul(&sum);
    let width = square.bits_precision().max(n.bits_precision()) + Limb::BITS;
    let square = square.resize(width);
    let four_n = n.resize(width).wrapping_shl_vartime(2);
    square >= four_n && is_square(&square.wrapping_sub(&four_n))
}

//! Sums of numbers modulo another one, in words of 64 bits. Which instructions run depends on the size alone.

#![expect(
    clippy::inline_always,
    reason = "else it would not be compiled for its caller's features"
)]

use zeroize::Zeroizing;

/// Little-endian words, wiped when they are dropped.
pub(crate) type Words = Zeroizing<Vec<u64>>;

/// x −= y if `condition` is 1, not if it is 0; says whether that borrowed from beyond the last word.
#[inline(always)]
pub(crate) fn take_away_if(x: &mut [u64], y: &[u64], condition: u64) -> u64 {
    let mask = condition.wrapping_neg();
    let mut borrow = false;
    for (x, y) in x.iter_mut().zip(y) {
        (*x, borrow) = x.borrowing_sub(y & mask, borrow);
    }
    u64::from(borrow)
}

/// x += y if `condition` is 1, not if it is 0; what goes beyond the last word is left out.
#[inline(always)]
fn add_if(x: &mut [u64], y: &[u64], condition: u64) {
    let mask = condition.wrapping_neg();
    let mut carry = false;
    for (x, y) in x.iter_mut().zip(y) {
        (*x, carry) = x.carrying_add(y & mask, carry);
    }
}

/// Brings x, which has `carry` more than its words and is less than 2n, below n.
#[inline(always)]
pub(crate) fn bring_below(x: &mut [u64], carry: u64, n: &[u64]) {
    let borrow = take_away_if(x, n, 1);
    // It was less than n after all.
    add_if(x, n, borrow & !carry & 1);
}

/// x = 2x modulo n.
#[inline(always)]
pub(crate) fn double(x: &mut [u64], n: &[u64]) {
    let mut carry = 0;
    for word in x.iter_mut() {
        (*word, carry) = (*word << 1 | carry, *word >> 63);
    }
    bring_below(x, carry, n);
}

/// x = x − y modulo n.
#[inline(always)]
pub(crate) fn take_away(x: &mut [u64], y: &[u64], n: &[u64]) {
    let borrow = take_away_if(x, y, 1);
    add_if(x, n, borrow);
}

/// 2^exponent modulo the odd n of exactly `bits` bits, for an exponent of at least `bits` − 1.
pub(crate) fn power_of_two(exponent: usize, n: &[u64], bits: u32) -> Words {
    let mut power = Zeroizing::new(vec![0; n.len()]);
    let start = bits as usize - 1;
    // It has as many bits as n, and is less, for n is odd; unless n is 1.
    power[start / 64] = 1 << (start % 64);
    for _ in start..exponent {
        double(&mut power, n);
    }
    power
}

/// The rest of a number on division by a small one.
pub(crate) fn rest(number: &[u64], divisor: u64) -> u64 {
    let append = |rest: u64, word: &u64| {
        let rest = (u128::from(rest) << 64 | u128::from(*word)) % u128::from(divisor);
        u64::try_from(rest).unwrap_or_default()
    };
    number.iter().rev().fold(0, append)
}

/// x / divisor modulo n, for a small divisor that has no common one with n, and x below n.
pub(crate) fn divide(x: &[u64], divisor: u64, n: &[u64]) -> Words {
    // x + times · n is a multiple of the divisor, and less than n times it.
    let mut times = 0;
    let (mut sum, step) = (rest(x, divisor), rest(n, divisor));
    while sum != 0 && times < divisor {
        sum = (sum + step) % divisor;
        times += 1;
    }
    let mut multiple = Zeroizing::new(Vec::with_capacity(n.len() + 1));
    let mut above = 0;
    for (x, n) in x.iter().zip(n) {
        let word;
        (word, above) = n.carrying_mul_add(times, *x, above);
        multiple.push(word);
    }
    multiple.push(above);
    let mut rest = 0;
    for word in multiple.iter_mut().rev() {
        let dividend = u128::from(rest) << 64 | u128::from(*word);
        *word = u64::try_from(dividend / u128::from(divisor)).unwrap_or_default();
        rest = u64::try_from(dividend % u128::from(divisor)).unwrap_or_default();
    }
    multiple.truncate(n.len());
    multiple
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::words;

    /// Numbers of two words, next to all that may be an edge.
    fn numbers_below(n: u128) -> Vec<u128> {
        let mut numbers = vec![
            0,
            1,
            2,
            1 << 63,
            1 << 64,
            (1 << 64) - 1,
            n / 2,
            n / 2 + 1,
            n - 2,
            n - 1,
        ];
        numbers.retain(|number| *number < n);
        numbers
    }

    const MODULI: [u128; 5] = [
        u128::MAX,
        (1 << 127) + 1,
        (1 << 127) - 1,
        (1 << 64) + 1,
        0xb504_f333_f9de_6484_0123_4567_89ab_cdef,
    ];

    /// a + b modulo n, for a and b below n.
    fn sum(a: u128, b: u128, n: u128) -> u128 {
        if a >= n - b { a - (n - b) } else { a + b }
    }

    #[test]
    fn sums_and_differences_are_those_modulo_n() {
        for n in MODULI {
            for a in numbers_below(n) {
                let mut doubled = words(a);
                double(&mut doubled, &words(n));
                assert_eq!(doubled, words(sum(a, a, n)), "2 · {a} modulo {n}");
                for b in numbers_below(n) {
                    let mut difference = words(a);
                    take_away(&mut difference, &words(b), &words(n));
                    let expected = if a >= b { a - b } else { n - (b - a) };
                    assert_eq!(difference, words(expected), "{a} − {b} modulo {n}");
                }
            }
        }
    }

    #[test]
    fn a_quotient_times_the_divisor_is_the_dividend() {
        for n in MODULI {
            let prime_divisors = [2, 3, 7, 11, 13, 1009].into_iter();
            for divisor in prime_divisors.filter(|divisor| rest(&words(n), *divisor) != 0) {
                for a in numbers_below(n) {
                    let quotient = divide(&words(a), divisor, &words(n));
                    let quotient = u128::from(quotient[1]) << 64 | u128::from(quotient[0]);
                    assert!(quotient < n);
                    let product = (0..divisor).fold(0, |product, _| sum(product, quotient, n));
                    assert_eq!(product, a, "{a} / {divisor} modulo {n}");
                }
            }
        }
    }

    #[test]
    fn powers_of_two_are_reduced() {
        for n in MODULI {
            let bits = 128 - n.leading_zeros();
            for exponent in [127, 128, 129, 300] {
                let expected = (0..exponent).fold(1, |power, _| sum(power, power, n));
                assert_eq!(*power_of_two(exponent, &words(n), bits), words(expected));
            }
        }
    }
}

//! One number at a time, in words of 64 bits. On x86-64 the same source is compiled a second time for
//! processors that multiply without touching the carry (BMI2).

#![expect(
    clippy::inline_always,
    reason = "else it would not be compiled for its caller's features"
)]

use zeroize::Zeroizing;

use crate::exponent::{Exponent, negated_inverse};
use crate::lucas::{self, Sequence};
use crate::residues::{Words, bring_below, take_away, take_away_if};

/// How many squarings are made before it asks whether to stop.
pub(crate) const SQUARINGS_BETWEEN_QUESTIONS: usize = 64;

pub(crate) fn test(number: &[u64], bits: u32, stop: &dyn Fn() -> bool) -> Option<bool> {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "bmi2")]
        fn with_bmi2(number: &[u64], bits: u32, stop: &dyn Fn() -> bool) -> Option<bool> {
            climb(number, bits, stop)
        }

        if std::arch::is_x86_feature_detected!("bmi2") {
            #[expect(unsafe_code, reason = "BMI2 is here, as was just asked")]
            return unsafe { with_bmi2(number, bits, stop) };
        }
    }
    climb(number, bits, stop)
}

#[inline(always)]
fn climb(number: &[u64], bits: u32, stop: &dyn Fn() -> bool) -> Option<bool> {
    let len = number.len();
    let exponent = Exponent::new(number, bits, 64 * len);
    let mut power = Power::new(number, bits);
    power.x[exponent.start / 64] = 1 << (exponent.start % 64);
    for left in (0..exponent.steps).rev() {
        power.square();
        power.double_if(exponent.doubling(left));
        if left % SQUARINGS_BETWEEN_QUESTIONS == 0 && stop() {
            return None;
        }
    }
    Some(power.ends_well())
}

/// A number x below R = 2^(64·len), which stands for x/R modulo n.
struct Power<'a> {
    n: &'a [u64],
    /// n, shifted so far to the left that its highest bit is the highest of the words: what is taken
    /// away when x grows out of them.
    shifted: Zeroizing<Vec<u64>>,
    /// `−1/n` modulo 2^128.
    inverse: u128,
    x: Zeroizing<Vec<u64>>,
    /// Twice as long as x.
    product: Zeroizing<Vec<u64>>,
}

impl<'a> Power<'a> {
    fn new(n: &'a [u64], bits: u32) -> Self {
        let shift = (64 - bits % 64) % 64;
        let mut shifted = Zeroizing::new(n.to_vec());
        if shift > 0 {
            let mut below = 0;
            for word in shifted.iter_mut() {
                (*word, below) = (*word << shift | below, *word >> (64 - shift));
            }
        }
        Self {
            n,
            shifted,
            inverse: negated_inverse_of_two(n[0], n.get(1).copied().unwrap_or_default()),
            x: Zeroizing::new(vec![0; n.len()]),
            product: Zeroizing::new(vec![0; 2 * n.len()]),
        }
    }

    #[inline(always)]
    fn square(&mut self) {
        square(&self.x, &mut self.product);
        self.reduce();
    }

    /// x = product / R modulo n, below R again.
    #[inline(always)]
    fn reduce(&mut self) {
        let carry = cancel(&mut self.product, self.n, self.inverse);
        self.x.copy_from_slice(&self.product[self.n.len()..]);
        take_away_if(&mut self.x, &self.shifted, carry);
    }

    /// x = x · 2^doubling modulo n, for a doubling of 0 or 1.
    #[inline(always)]
    fn double_if(&mut self, doubling: u64) {
        let mut carry = 0;
        for word in self.x.iter_mut() {
            (*word, carry) = (*word << doubling | carry, *word >> 63 & doubling);
        }
        // The shifted n is at least R/2, so that twice is enough.
        for _ in 0..2 {
            carry -= take_away_if(&mut self.x, &self.shifted, carry) & carry;
        }
    }

    fn ends_well(mut self) -> bool {
        let len = self.n.len();
        self.product[..len].copy_from_slice(&self.x);
        self.product[len..].fill(0);
        self.reduce();
        // Now x is what it stood for: at most n, because what was reduced was less than R.
        let is_one = self.x[0] == 1 && self.x[1..].iter().all(|word| *word == 0);
        let is_minus_one = self.x[0] == self.n[0] - 1 && self.x[1..] == self.n[1..];
        is_one | is_minus_one
    }
}

/// The strong Lucas test of an odd number.
pub(crate) fn strong_lucas(number: &[u64]) -> bool {
    lucas::passes(number, climb_lucas, descend_lucas)
}

/// W(d) and W(d+1), below n.
fn climb_lucas(sequence: &Sequence<'_>) -> [Words; 2] {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "bmi2")]
        fn with_bmi2(sequence: &Sequence<'_>) -> [Words; 2] {
            ladder(sequence)
        }

        if std::arch::is_x86_feature_detected!("bmi2") {
            #[expect(unsafe_code, reason = "BMI2 is here, as was just asked")]
            return unsafe { with_bmi2(sequence) };
        }
    }
    ladder(sequence)
}

#[inline(always)]
fn ladder(sequence: &Sequence<'_>) -> [Words; 2] {
    let mut modulus = Modulus::new(sequence.n);
    let [two, p] = sequence.start(64 * sequence.n.len());
    let (mut low, mut high) = (two.clone(), p.clone());
    for left in (0..sequence.steps).rev() {
        let bit = sequence.bit(left);
        // Of k and k + 1 it goes on to 2k and 2k + 1, or to 2k + 1 and 2k + 2: one is the square's, one the product's.
        swap_if(&mut low, &mut high, bit);
        modulus.multiply(&mut high, &low);
        take_away(&mut high, &p, sequence.n);
        modulus.square(&mut low);
        take_away(&mut low, &two, sequence.n);
        swap_if(&mut low, &mut high, bit);
    }
    for value in [&mut low, &mut high] {
        modulus.bring_out(value);
    }
    [low, high]
}

/// Whether one of so many is 0 modulo n: `first`, W(2k) if `first` is W(k), and so on.
pub(crate) fn descend_lucas(sequence: &Sequence<'_>, first: &[u64], count: usize) -> bool {
    if count == 0 {
        return false;
    }
    let mut modulus = Modulus::new(sequence.n);
    let [two, _] = sequence.start(64 * sequence.n.len());
    let mut value = Zeroizing::new(first.to_vec());
    modulus.bring_in(&mut value, sequence.bits);
    for _ in 0..count {
        if value.iter().all(|word| *word == 0) {
            return true;
        }
        modulus.square(&mut value);
        take_away(&mut value, &two, sequence.n);
    }
    false
}

/// Multiplies numbers below n, which stand for themselves over R modulo n, and keeps them below n.
struct Modulus<'a> {
    n: &'a [u64],
    /// `−1/n` modulo 2^128.
    inverse: u128,
    product: Words,
}

impl<'a> Modulus<'a> {
    fn new(n: &'a [u64]) -> Self {
        Self {
            n,
            inverse: negated_inverse_of_two(n[0], n.get(1).copied().unwrap_or_default()),
            product: Zeroizing::new(vec![0; 2 * n.len()]),
        }
    }

    /// x = x².
    #[inline(always)]
    fn square(&mut self, x: &mut [u64]) {
        square(x, &mut self.product);
        self.reduce(x);
    }

    /// x = x · y.
    #[inline(always)]
    fn multiply(&mut self, x: &mut [u64], y: &[u64]) {
        multiply(x, y, &mut self.product);
        self.reduce(x);
    }

    /// What x stands for, in its place.
    #[inline(always)]
    fn bring_out(&mut self, x: &mut [u64]) {
        let len = x.len();
        self.product[..len].copy_from_slice(x);
        self.product[len..].fill(0);
        self.reduce(x);
    }

    /// What stands for x, in its place, for an n of so many bits.
    fn bring_in(&mut self, x: &mut [u64], bits: u32) {
        let square_of_r = crate::residues::power_of_two(128 * self.n.len(), self.n, bits);
        self.multiply(x, &square_of_r);
    }

    /// x = product / R modulo n.
    #[inline(always)]
    fn reduce(&mut self, x: &mut [u64]) {
        let carry = cancel(&mut self.product, self.n, self.inverse);
        x.copy_from_slice(&self.product[self.n.len()..]);
        bring_below(x, carry, self.n);
    }
}

/// Swaps both if `condition` is 1, not if it is 0.
#[inline(always)]
fn swap_if(x: &mut [u64], y: &mut [u64], condition: u64) {
    let mask = condition.wrapping_neg();
    for (x, y) in x.iter_mut().zip(y) {
        let difference = (*x ^ *y) & mask;
        *x ^= difference;
        *y ^= difference;
    }
}

/// Adds a multiple of n that makes the lower half of the product zero; returns what goes beyond the upper one.
#[inline(always)]
fn cancel(product: &mut [u64], n: &[u64], inverse: u128) -> u64 {
    let len = n.len();
    let mut carry = false;
    let mut at = 0;
    while at + 2 <= len {
        let low = product[at..].first_chunk().map_or(0, |words| two_words(*words));
        let quotient = halves(low.wrapping_mul(inverse));
        let above = add_two_rows(&mut product[at..at + len], n, quotient, 0);
        for (word, above) in product[at + len..].iter_mut().zip(above) {
            (*word, carry) = word.carrying_add(above, carry);
        }
        at += 2;
    }
    if at < len {
        let [inverse, _] = halves(inverse);
        let quotient = product[at].wrapping_mul(inverse);
        let above = add_row(&mut product[at..at + len], n, quotient);
        (product[at + len], carry) = product[at + len].carrying_add(above, carry);
    }
    u64::from(carry)
}

/// product = x · y, for two slices of one length.
#[inline(always)]
fn multiply(x: &[u64], y: &[u64], product: &mut [u64]) {
    product.fill(0);
    let len = x.len();
    let mut at = 0;
    while at + 2 <= len {
        let above = add_two_rows(&mut product[at..at + len], y, [x[at], x[at + 1]], 0);
        product[at + len..at + len + 2].copy_from_slice(&above);
        at += 2;
    }
    if at < len {
        product[at + len] = add_row(&mut product[at..at + len], y, x[at]);
    }
}

/// product = x². Every pair of different words once, all that doubled, and the squares added.
#[inline(always)]
fn square(x: &[u64], product: &mut [u64]) {
    let len = x.len();
    product.fill(0);
    let mut at = 0;
    while at + 2 <= len {
        let (pair, behind) = x[at..].split_at(2);
        let (row, above) = product[2 * at + 1..].split_at_mut(behind.len() + 1);
        let carry;
        (row[0], carry) = pair[0].carrying_mul_add(pair[1], row[0], 0);
        let carries = add_two_rows(&mut row[1..], behind, [pair[0], pair[1]], carry);
        above[..2].copy_from_slice(&carries);
        at += 2;
    }
    let mut carry = false;
    let mut shifted_out = 0;
    let (pairs, _) = product.as_chunks_mut::<2>();
    for (pair, word) in pairs.iter_mut().zip(x) {
        let (low, high) = word.carrying_mul(*word, 0);
        let doubled = [pair[0] << 1 | shifted_out, pair[1] << 1 | pair[0] >> 63];
        shifted_out = pair[1] >> 63;
        (pair[0], carry) = doubled[0].carrying_add(low, carry);
        (pair[1], carry) = doubled[1].carrying_add(high, carry);
    }
}

/// sum += x · factor, for two slices of one length; returns what goes beyond the last word.
#[inline(always)]
fn add_row(sum: &mut [u64], x: &[u64], factor: u64) -> u64 {
    let mut above = 0;
    for (sum, x) in sum.iter_mut().zip(x) {
        (*sum, above) = x.carrying_mul_add(factor, *sum, above);
    }
    above
}

/// sum += x · factors + `below`, for two slices of one length and a factor of two words; returns what goes beyond
/// the last word.
///
/// Both words in one pass: each word of the sum is fetched and put back once, and the processor works on two
/// chains of carries at a time.
#[inline(always)]
fn add_two_rows(sum: &mut [u64], x: &[u64], factors: [u64; 2], below: u64) -> [u64; 2] {
    let mut chain = Chain {
        carries: [below, 0],
        before: 0,
    };
    let (sum_fours, sum_rest) = sum.as_chunks_mut::<4>();
    let (x_fours, x_rest) = x.as_chunks::<4>();
    for (sum, x) in sum_fours.iter_mut().zip(x_fours) {
        *sum = [
            chain.next(sum[0], x[0], factors),
            chain.next(sum[1], x[1], factors),
            chain.next(sum[2], x[2], factors),
            chain.next(sum[3], x[3], factors),
        ];
    }
    for (sum, x) in sum_rest.iter_mut().zip(x_rest) {
        *sum = chain.next(*sum, *x, factors);
    }
    let [low, high] = chain.carries;
    let (low, high) = chain.before.carrying_mul_add(factors[1], low, high);
    [low, high]
}

/// What is on its way from one word of a sum to the next.
struct Chain {
    carries: [u64; 2],
    /// The word of x before, which the second factor has still to come to.
    before: u64,
}

impl Chain {
    #[inline(always)]
    fn next(&mut self, sum: u64, x: u64, factors: [u64; 2]) -> u64 {
        let [first, second] = self.carries;
        let (sum, first) = x.carrying_mul_add(factors[0], sum, first);
        let (sum, second) = self.before.carrying_mul_add(factors[1], sum, second);
        self.carries = [first, second];
        self.before = x;
        sum
    }
}

/// `−1/n` modulo 2^128, of the two lowest words of an odd n.
fn negated_inverse_of_two(low: u64, high: u64) -> u128 {
    let n = two_words([low, high]);
    // Right in 64 bits; one more of Newton's steps makes that 128.
    let inverse = u128::from(negated_inverse(low).wrapping_neg());
    let inverse = inverse.wrapping_mul(2_u128.wrapping_sub(n.wrapping_mul(inverse)));
    inverse.wrapping_neg()
}

fn two_words([low, high]: [u64; 2]) -> u128 {
    u128::from(low) | u128::from(high) << 64
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
fn halves(number: u128) -> [u64; 2] {
    [number as u64, (number >> 64) as u64]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_and_without_bmi2_it_is_the_same() {
        // 2^127 − 1 is a prime; the others are not.
        for (number, is_prime) in [
            ((1 << 127) - 1, true),
            ((1 << 127) + 1, false),
            (u128::MAX, false),
        ] {
            let words = crate::lanes::words(number);
            let bits = 128 - number.leading_zeros();
            assert_eq!(climb(&words, bits, &|| false), Some(is_prime));
            assert_eq!(test(&words, bits, &|| false), Some(is_prime));
        }
    }
}

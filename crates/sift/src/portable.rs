//! One number at a time, in words of 64 bits. On x86-64 the same source is compiled a second time for
//! processors that multiply without touching the carry (BMI2).

#![expect(
    clippy::inline_always,
    reason = "else it would not be compiled for its caller's features"
)]

use zeroize::Zeroizing;

use crate::exponent::{Exponent, negated_inverse};

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
    inverse: u64,
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
            inverse: negated_inverse(n[0]),
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
        let len = self.n.len();
        let mut carry = false;
        for at in 0..len {
            let quotient = self.product[at].wrapping_mul(self.inverse);
            let above = add_row(&mut self.product[at..at + len], self.n, quotient);
            (self.product[at + len], carry) = self.product[at + len].carrying_add(above, carry);
        }
        self.x.copy_from_slice(&self.product[len..]);
        take_away_if(&mut self.x, &self.shifted, u64::from(carry));
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

/// x −= y if `condition` is 1, not if it is 0; says whether that borrowed from beyond the last word.
#[inline(always)]
fn take_away_if(x: &mut [u64], y: &[u64], condition: u64) -> u64 {
    let mask = condition.wrapping_neg();
    let mut borrow = false;
    for (x, y) in x.iter_mut().zip(y) {
        (*x, borrow) = x.borrowing_sub(y & mask, borrow);
    }
    u64::from(borrow)
}

/// product = x². Every pair of different words once, all that doubled, and the squares added.
#[inline(always)]
fn square(x: &[u64], product: &mut [u64]) {
    let len = x.len();
    product.fill(0);
    for at in 0..len {
        let (row, above) = product[2 * at + 1..=at + len].split_at_mut(len - 1 - at);
        above[0] = add_row(row, &x[at + 1..], x[at]);
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
    let (sum_fours, sum_rest) = sum.as_chunks_mut::<4>();
    let (x_fours, x_rest) = x.as_chunks::<4>();
    let mut above = 0;
    for (sum, x) in sum_fours.iter_mut().zip(x_fours) {
        above = add_four(sum, x, factor, above);
    }
    for (sum, x) in sum_rest.iter_mut().zip(x_rest) {
        (*sum, above) = x.carrying_mul_add(factor, *sum, above);
    }
    above
}

/// Four words of [`add_row`], as three chains of additions that the processor runs beside each other.
#[inline(always)]
fn add_four(sum: &mut [u64; 4], x: &[u64; 4], factor: u64, below: u64) -> u64 {
    let products = x.map(|word| word.carrying_mul(factor, 0));
    let [(p0, h0), (p1, h1), (p2, h2), (p3, h3)] = products;
    let (p1, carry) = p1.overflowing_add(h0);
    let (p2, carry) = p2.carrying_add(h1, carry);
    let (p3, carry) = p3.carrying_add(h2, carry);
    // The high half of a product is at most 2^64 − 2, so this and the next two cannot overflow.
    let p4 = h3.wrapping_add(u64::from(carry));

    let (p0, carry) = p0.overflowing_add(below);
    let (p1, carry) = p1.carrying_add(0, carry);
    let (p2, carry) = p2.carrying_add(0, carry);
    let (p3, carry) = p3.carrying_add(0, carry);
    let p4 = p4.wrapping_add(u64::from(carry));

    let (s0, carry) = sum[0].overflowing_add(p0);
    let (s1, carry) = sum[1].carrying_add(p1, carry);
    let (s2, carry) = sum[2].carrying_add(p2, carry);
    let (s3, carry) = sum[3].carrying_add(p3, carry);
    *sum = [s0, s1, s2, s3];
    p4.wrapping_add(u64::from(carry))
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

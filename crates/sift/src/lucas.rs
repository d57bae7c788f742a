//! The strong Lucas test with Selfridge's parameters: Baillie and Wagstaff, "Lucas pseudoprimes" (Mathematics of
//! Computation 35, 1980), §3 and method A of §6. FIPS 186-5, B.3.3, asks less of the same sequence: that
//! U(n+1) is 0.
//!
//! D is the first of 5, −7, 9, −11, … whose Jacobi symbol (D/n) is −1, P is 1 and Q is (1−D)/4. With n + 1 = d · 2^s
//! for an odd d, n passes if U(d) is 0 modulo n, or V(d·2^r) is for an r from 0 to s − 1. Every odd prime does.
//!
//! # How it is computed
//!
//! The roots a and b of x² − x + Q have the product Q, so Q^k would have to be carried along. Their quotients a/b and
//! b/a have the product 1, and are the roots of x² − P'x + 1 with P' = a/b + b/a = 1/Q − 2. The sequence
//! W(k) = (a/b)^k + (b/a)^k of these says all the same:
//!
//! * With x for (a/b)^d and y for a/b, U(d) is 0 if x is 1, and V(d) is 0 if x is −1. So W(d) = x + 1/x must be 2 or
//!   −2 and x − 1/x must be 0. Now (x − 1/x)(y − 1/y) is 2·W(d+1) − P'·W(d), and y − 1/y has an inverse, for its square
//!   is D/Q². So what is asked is whether W(d) is 2 and W(d+1) is P', or W(d) is −2 and W(d+1) is −P'.
//! * V(d·2^r) for an r from 1 on is Q^(d·2^(r−1)) · W(d·2^(r−1)).
//!
//! Each step from k to 2k or 2k + 1 is one square and one product:
//! W(2k) = W(k)² − 2, W(2k+1) = W(k)·W(k+1) − P', W(2k+2) = W(k+1)² − 2.
//!
//! # Time
//!
//! The steps are the same for all numbers of a size with as many ones at their end. That number, which D is taken and
//! whether n looks like a square at first sight can be told from the time that it takes: a few bits of thousands.

use zeroize::Zeroizing;

use crate::residues::{Words, divide, power_of_two, rest, take_away};

/// What is climbed: the sequence W modulo `n`, up to d and d + 1.
pub(crate) struct Sequence<'a> {
    /// The odd number, of exactly `bits` bits.
    pub(crate) n: &'a [u64],
    pub(crate) bits: u32,
    /// The odd part of n + 1.
    d: Words,
    /// How many bits d has.
    pub(crate) steps: usize,
    /// Q, without its sign.
    q: u64,
    q_is_negative: bool,
}

impl Sequence<'_> {
    /// The bit of d with `left` more to come, 0 or 1.
    pub(crate) fn bit(&self, left: usize) -> u64 {
        self.d[left / 64] >> (left % 64) & 1
    }

    /// 2 and P' times 2^width, modulo n: as they stand in Montgomery form. `width` is 0 or at least the size of n.
    pub(crate) fn start(&self, width: usize) -> [Words; 2] {
        let one = if width == 0 {
            let mut one = Zeroizing::new(vec![0; self.n.len()]);
            one[0] = 1;
            one
        } else {
            power_of_two(width, self.n, self.bits)
        };
        let two = doubled(&one, self.n);
        let mut p = divide(&one, self.q, self.n);
        if self.q_is_negative {
            p = negated(&p, self.n);
        }
        take_away(&mut p, &two, self.n);
        [two, p]
    }
}

/// Whether the odd `number` passes. `climb` computes W(d) and W(d+1), below n; `descend` says whether one of W(d),
/// W(2d), W(4d), … is 0, where it is given the first and how many there are.
pub(crate) fn passes(
    number: &[u64],
    climb: impl FnOnce(&Sequence<'_>) -> [Words; 2],
    descend: impl FnOnce(&Sequence<'_>, &[u64], usize) -> bool,
) -> bool {
    let bits = number.len() * 64 - number.last().map_or(0, |last| last.leading_zeros() as usize);
    if bits < 2 || is_square(number) {
        return false;
    }
    let Some((q, q_is_negative)) = selfridge(number) else {
        return false;
    };
    let mut d = Zeroizing::new(number.to_vec());
    d.push(0);
    increment(&mut d);
    let twos = trailing_zeros(&d);
    shift_right(&mut d, twos);
    let sequence = Sequence {
        n: number,
        bits: u32::try_from(bits).unwrap_or(u32::MAX),
        steps: d.len() * 64 - leading_zeros(&d),
        d,
        q,
        q_is_negative,
    };
    let [at_d, behind] = climb(&sequence);
    let [two, p] = sequence.start(0);
    let is = |value: &[u64], expected: &[u64]| value == expected;
    (is(&at_d, &two) && is(&behind, &p))
        || (is(&at_d, &negated(&two, number)) && is(&behind, &negated(&p, number)))
        || descend(&sequence, &at_d, twos - 1)
}

/// |Q| and whether Q is negative, by method A; nothing if the number was found to be composite on the way.
///
/// That number has no divisor in common with Q: all primes up to |Q| have been among the divisors of the D before.
fn selfridge(number: &[u64]) -> Option<(u64, bool)> {
    for size in (5_u64..).step_by(2) {
        // 5, −7, 9, −11, … are 1 modulo 4, and so (D/n) is (n/|D|).
        match jacobi(rest(number, size), size) {
            -1 => {
                // (1 − D)/4, which is negative where D is not.
                return Some(((size + 1) / 4, size % 4 == 1));
            }
            // A divisor; the number itself is none that would make it composite.
            0 if number[0] > size || number.iter().skip(1).any(|word| *word != 0) => return None,
            _ => {}
        }
    }
    None
}

/// The Jacobi symbol (a/n), for an odd n.
fn jacobi(a: u64, n: u64) -> i8 {
    let (mut a, mut n, mut sign) = (a % n, n, 1);
    while a != 0 {
        let twos = a.trailing_zeros();
        a >>= twos;
        if twos % 2 == 1 && matches!(n % 8, 3 | 5) {
            sign = -sign;
        }
        if a % 4 == 3 && n % 4 == 3 {
            sign = -sign;
        }
        (a, n) = (n % a, a);
    }
    if n == 1 { sign } else { 0 }
}

/// Whether the odd number is a square, for which no D would be found.
fn is_square(number: &[u64]) -> bool {
    /// Of all numbers one in thousand passes these.
    const PRIMES: [u64; 8] = [3, 5, 7, 11, 13, 17, 19, 23];
    const PRODUCT: u64 = 3 * 5 * 7 * 11 * 13 * 17 * 19 * 23;
    if number[0] % 8 != 1 {
        return false;
    }
    let rest = rest(number, PRODUCT);
    if PRIMES.iter().any(|prime| jacobi(rest % prime, *prime) == -1) {
        return false;
    }
    // The root is found from its highest bit on, as by hand.
    let mut root = Zeroizing::new(vec![0; number.len() + 1]);
    let mut left = Zeroizing::new(vec![0; number.len() + 1]);
    for at in (0..number.len() * 32).rev() {
        shift_left_and_append(&mut left, 2, number[at / 32] >> (at % 32 * 2) & 3);
        // 2 · root · 2 + 1 is taken away if it goes in.
        shift_left_and_append(&mut root, 2, 1);
        let goes_in = left.iter().rev().ge(root.iter().rev());
        if goes_in {
            subtract(&mut left, &root);
        }
        shift_right(&mut root, 2);
        shift_left_and_append(&mut root, 1, u64::from(goes_in));
    }
    left.iter().all(|word| *word == 0)
}

fn subtract(x: &mut [u64], y: &[u64]) {
    let mut borrow = false;
    for (x, y) in x.iter_mut().zip(y) {
        (*x, borrow) = x.borrowing_sub(*y, borrow);
    }
}

fn increment(x: &mut [u64]) {
    let mut carry = true;
    for word in x {
        (*word, carry) = word.carrying_add(0, carry);
    }
}

fn doubled(x: &[u64], n: &[u64]) -> Words {
    let mut twice = Zeroizing::new(x.to_vec());
    crate::residues::double(&mut twice, n);
    twice
}

/// −x modulo n.
fn negated(x: &[u64], n: &[u64]) -> Words {
    let mut negated = Zeroizing::new(vec![0; n.len()]);
    take_away(&mut negated, x, n);
    negated
}

/// How many zeros a number that is not 0 ends with.
fn trailing_zeros(x: &[u64]) -> usize {
    let words = x.iter().take_while(|word| **word == 0).count();
    words * 64 + x.get(words).map_or(0, |word| word.trailing_zeros() as usize)
}

fn leading_zeros(x: &[u64]) -> usize {
    let words = x.iter().rev().take_while(|word| **word == 0).count();
    let last = x
        .len()
        .checked_sub(words + 1)
        .map_or(0, |at| x[at].leading_zeros());
    words * 64 + last as usize
}

fn shift_right(x: &mut [u64], by: usize) {
    let (words, bits) = (by / 64, by % 64);
    for at in 0..x.len() {
        let low = x.get(at + words).copied().unwrap_or_default() >> bits;
        let above = x.get(at + words + 1).copied().unwrap_or_default();
        x[at] = low | if bits > 0 { above << (64 - bits) } else { 0 };
    }
}

/// x = x · 2^bits + tail, for fewer than 64 bits.
fn shift_left_and_append(x: &mut [u64], bits: u32, tail: u64) {
    let mut below = tail;
    for word in x {
        (*word, below) = (*word << bits | below, *word >> (64 - bits));
    }
}

//! Euler's exponent, in the form in which the engines climb it.

use zeroize::Zeroizing;

/// How to come to `2^−((n−1)/2)`: from a power of two by squarings, each followed by a doubling or not.
///
/// In Montgomery form a number x stands for x/R, where R is `2^width`. So the word with the single bit
/// `start` stands for `2^(start − width)`, and no division by n is needed to begin. From there every step
/// doubles the exponent and adds a bit to it. The exponent is negative because `start` must be less
/// than `width`; the sign does not matter, for 1 and −1 are their own inverses.
pub(crate) struct Exponent {
    /// Which bit is set in the word to start with.
    pub(crate) start: usize,
    /// How many squarings there are.
    pub(crate) steps: usize,
    /// Bit i says whether the squaring with i more to come is followed by a doubling.
    doublings: Zeroizing<Vec<u64>>,
}

impl Exponent {
    /// For the odd `number` of exactly `bits` bits, which must be 128 or more, and `width`, which must
    /// be as many or more.
    pub(crate) fn new(number: &[u64], bits: u32, width: usize) -> Self {
        // (n−1)/2 = head · 2^steps + tail, where head has as many bits as fit below the width.
        let head_bits = width.ilog2() as usize;
        let steps = bits as usize - 1 - head_bits;
        let half = |at: usize| {
            let above = number.get(at + 1).copied().unwrap_or_default();
            number[at] >> 1 | above << 63
        };
        let head = {
            let (word, shift) = (steps / 64, steps % 64);
            let above = if shift > 0 && word + 1 < number.len() {
                half(word + 1) << (64 - shift)
            } else {
                0
            };
            let head = (half(word) >> shift | above) & ((1 << head_bits) - 1);
            usize::try_from(head).unwrap_or(usize::MAX)
        };
        // The tail is negated modulo 2^steps, which takes one more from the head unless it was zero.
        let mut doublings = Zeroizing::new(vec![0; steps.div_ceil(64)]);
        let mut borrows = true;
        let mut is_zero = true;
        for (at, negated) in doublings.iter_mut().enumerate() {
            let left = steps - 64 * at;
            let mask = if left < 64 { (1 << left) - 1 } else { u64::MAX };
            let word = half(at) & mask;
            is_zero &= word == 0;
            let (sum, carry) = (!word).overflowing_add(u64::from(borrows));
            (*negated, borrows) = (sum & mask, carry);
        }
        Self {
            start: width - head - usize::from(!is_zero),
            steps,
            doublings,
        }
    }

    /// Whether the squaring with `left` more to come is followed by a doubling: 0 or 1.
    pub(crate) fn doubling(&self, left: usize) -> u64 {
        self.doublings[left / 64] >> (left % 64) & 1
    }
}

/// `−1/n` modulo `2^64` for an odd n, by Newton's iteration.
pub(crate) fn negated_inverse(n: u64) -> u64 {
    // Right in 5 bits, then in 10, 20, 40, 80.
    let mut inverse = n.wrapping_mul(3) ^ 2;
    for _ in 0..4 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(n.wrapping_mul(inverse)));
    }
    inverse.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_negated_inverse_is_one() {
        for n in [
            1_u64,
            3,
            5,
            0xffff_ffff_ffff_ffff,
            0x8000_0000_0000_0001,
            0xdead_beef_cafe_babf,
        ] {
            assert_eq!(n.wrapping_mul(negated_inverse(n)), u64::MAX, "{n:x}");
        }
    }

    #[test]
    fn the_steps_lead_to_the_exponent() {
        for number in [
            (1_u128 << 127) + 1,
            u128::MAX,
            0xb504_f333_f9de_6484_0123_4567_89ab_cdef,
            0x8000_0000_0000_0001_0000_0000_0000_0001,
            (1 << 127) + (1 << 121) - 1,
        ] {
            let words = crate::lanes::words(number);
            for width in [128, 132, 140, 192, 256, 520] {
                let exponent = Exponent::new(&words, 128, width);
                let signed = |number| i128::try_from(number).expect("it is small");
                let mut reached = signed(exponent.start) - signed(width);
                for left in (0..exponent.steps).rev() {
                    reached = reached
                        .wrapping_mul(2)
                        .wrapping_add(i128::from(exponent.doubling(left)));
                }
                let wanted = ((number - 1) / 2).cast_signed();
                assert_eq!(reached, -wanted, "{number:x}, {width}");
            }
        }
    }
}

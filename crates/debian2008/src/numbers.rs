//! Large numbers as that OpenSSL drew them. They are little-endian words of 64 bits.

use std::cmp::Ordering;

use crypto_bigint::BoxedUint;

use crate::generator::Generator;

/// The two highest bits of a number that is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Top {
    /// As they come.
    Any,
    /// Both are set.
    Two,
}

/// A number of so many bits; one that is to be prime is made odd.
pub(crate) fn draw(generator: &mut Generator, bits: usize, top: Top) -> Vec<u64> {
    let mut bytes = vec![0; bits.div_ceil(8)];
    generator.put_in_time();
    generator.fill(&mut bytes);
    let mut words = from_be(&bytes);
    let unused = words.len() * 64 - bits;
    if let Some(last) = words.last_mut() {
        *last &= u64::MAX >> unused;
    }
    if top == Top::Two {
        for bit in [bits - 1, bits - 2] {
            words[bit / 64] |= 1 << (bit % 64);
        }
        words[0] |= 1;
    }
    words
}

/// A number below `range`, which has no leading zero word.
///
/// It is drawn again until it is small enough. Where the range begins with the bits 100, it is drawn from
/// one bit more, and the range is taken away up to twice.
pub(crate) fn draw_below(generator: &mut Generator, range: &[u64]) -> Vec<u64> {
    let bits = bit_len(range);
    let is_set = |bit: usize| range[bit / 64] >> (bit % 64) & 1 == 1;
    let is_small = !is_set(bits - 2) && !is_set(bits - 3);
    loop {
        let mut drawn = draw(generator, bits + usize::from(is_small), Top::Any);
        let mut range = range.to_vec();
        range.resize(drawn.len(), 0);
        for _ in 0..2 * u8::from(is_small) {
            if compare(&drawn, &range) != Ordering::Less {
                take_away(&mut drawn, &range);
            }
        }
        if compare(&drawn, &range) == Ordering::Less {
            return drawn;
        }
    }
}

/// Words from big-endian bytes.
pub(crate) fn from_be(bytes: &[u8]) -> Vec<u64> {
    let word = |chunk: &[u8]| chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    bytes.rchunks(8).map(word).collect()
}

/// Big-endian bytes.
pub(crate) fn to_be(words: &[u64]) -> Vec<u8> {
    words.iter().rev().flat_map(|word| word.to_be_bytes()).collect()
}

pub(crate) fn boxed(words: &[u64]) -> BoxedUint {
    BoxedUint::from_be_slice_vartime(&to_be(words))
}

/// The size of a number without leading zero words.
pub(crate) fn bit_len(words: &[u64]) -> usize {
    let leading = words.last().map_or(0, |last| last.leading_zeros());
    words.len() * 64 - leading as usize
}

/// Of two numbers with as many words.
fn compare(left: &[u64], right: &[u64]) -> Ordering {
    left.iter().rev().cmp(right.iter().rev())
}

/// left −= right, which is not larger.
fn take_away(left: &mut [u64], right: &[u64]) {
    let mut borrow = false;
    for (left, right) in left.iter_mut().zip(right) {
        let (difference, first) = left.overflowing_sub(*right);
        let (difference, second) = difference.overflowing_sub(u64::from(borrow));
        *left = difference;
        borrow = first || second;
    }
}

/// number += small; what the highest word carries is lost.
pub(crate) fn add(number: &mut [u64], small: u64) {
    let mut carry = small;
    for word in number {
        let (sum, carries) = word.overflowing_add(carry);
        *word = sum;
        carry = u64::from(carries);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_words_and_bytes_again() {
        let words = from_be(&[1, 0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(words, [2, 1]);
        assert_eq!(to_be(&words)[7..], [1, 0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(bit_len(&words), 65);
    }

    #[test]
    fn sums_and_differences_carry() {
        let mut number = [u64::MAX, 1];
        add(&mut number, 1);
        assert_eq!(number, [0, 2]);
        take_away(&mut number, &[1, 0]);
        assert_eq!(number, [u64::MAX, 1]);
    }
}

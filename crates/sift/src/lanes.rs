//! Numbers in limbs of another size than 64 bits.

use zeroize::Zeroizing;

use crate::residues::Words;

/// The limb at `index` of `number` when it is cut into limbs of `radix` bits.
#[cfg_attr(
    not(target_arch = "x86_64"),
    expect(dead_code, reason = "the vector engines ask for it")
)]
pub(crate) fn limb(number: &[u64], index: usize, radix: usize) -> u64 {
    let (word, shift) = (index * radix / 64, index * radix % 64);
    let low = number.get(word).copied().unwrap_or_default() >> shift;
    let above = number.get(word + 1).copied().unwrap_or_default();
    let high = if shift > 0 { above << (64 - shift) } else { 0 };
    (low | high) & ((1 << radix) - 1)
}

/// The number of these limbs, each below 2^radix, in so many words.
#[cfg_attr(
    not(target_arch = "x86_64"),
    expect(dead_code, reason = "a vector engine asks for it")
)]
pub(crate) fn from_limbs(limbs: impl Iterator<Item = u64>, radix: usize, len: usize) -> Words {
    let mut words = Zeroizing::new(vec![0; len]);
    for (index, limb) in limbs.enumerate() {
        let (word, shift) = (index * radix / 64, index * radix % 64);
        if let Some(word) = words.get_mut(word) {
            *word |= limb << shift;
        }
        if let Some(word) = words.get_mut(word + 1)
            && shift + radix > 64
        {
            *word |= limb >> (64 - shift);
        }
    }
    words
}

/// A number for tests.
#[cfg(test)]
pub(crate) fn words(number: u128) -> [u64; 2] {
    let half = |number: u128| u64::try_from(number & u128::from(u64::MAX)).expect("64 bits");
    [half(number), half(number >> 64)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limbs_put_together_are_the_number() {
        let whole = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210_u128;
        for radix in [27, 28, 52] {
            for index in 0..=128_usize.div_ceil(radix) {
                let shift = u32::try_from(index * radix).expect("it is small");
                let expected = whole.checked_shr(shift).unwrap_or(0) & ((1 << radix) - 1);
                let found = u128::from(limb(&words(whole), index, radix));
                assert_eq!(found, expected, "{index} of {radix}");
            }
            let limbs = (0..=128_usize.div_ceil(radix)).map(|index| limb(&words(whole), index, radix));
            assert_eq!(*from_limbs(limbs, radix, 2), words(whole));
        }
    }
}

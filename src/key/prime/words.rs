//! Large numbers as words, which the sift works on, and as `crypto-bigint` has them.

use crypto_bigint::BoxedUint;
use zeroize::Zeroizing;

use super::SecretUint;

/// Little-endian words of 64 bits, on every system, wiped when they are dropped.
pub(in crate::key) type SecretWords = Zeroizing<Vec<u64>>;

/// The number in words.
pub(in crate::key) fn words_of(number: &BoxedUint) -> SecretWords {
    let bytes = Zeroizing::new(number.to_le_bytes().into_vec());
    let words = bytes.chunks(8).map(|bytes| {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(word)
    });
    Zeroizing::new(words.collect())
}

/// The number of these words, which has `bits` bits at most.
pub(super) fn number_of(words: &[u64], bits: u32) -> SecretUint {
    let bytes: Zeroizing<Vec<u8>> =
        Zeroizing::new(words.iter().flat_map(|word| word.to_le_bytes()).collect());
    SecretUint::new(BoxedUint::from_le_slice_truncated(&bytes, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_are_the_same() {
        for bits in [64_u32, 65, 128, 513, 1024] {
            let number = BoxedUint::one_with_precision(bits).wrapping_shl_vartime(bits - 1);
            let words = words_of(&number);
            assert_eq!(*number_of(&words, bits), number, "{bits}");
            assert_eq!(words.iter().filter(|word| **word != 0).count(), 1);
        }
    }
}

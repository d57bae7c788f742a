//! Division by many small primes at once.

/// How many primes are divided by side by side; compilers make vectors of them.
const SIDE_BY_SIDE: usize = 32;

/// The odd primes under some limit.
///
/// A number is reduced modulo each as Montgomery has it, one word of 32 bits at a time, so that there
/// is no division and no remainder, but zero stays zero.
#[derive(Debug)]
pub struct SmallPrimes {
    blocks: Vec<Block>,
}

#[derive(Debug)]
struct Block {
    primes: [u32; SIDE_BY_SIDE],
    /// −1/p modulo 2^32.
    inverses: [u32; SIDE_BY_SIDE],
}

impl SmallPrimes {
    /// The odd primes under `limit`, which is at most 2^31.
    ///
    /// # Panics
    /// If the limit is higher.
    #[must_use]
    pub fn below(limit: u32) -> Self {
        assert!(limit <= 1 << 31, "such primes are not small");
        let mut primes = odd_primes_below(limit);
        // Whoever asks twice for the last one is told the same.
        if let Some(last) = primes.last().copied() {
            primes.resize(primes.len().next_multiple_of(SIDE_BY_SIDE), last);
        }
        let (blocks, _) = primes.as_chunks::<SIDE_BY_SIDE>();
        let blocks = blocks.iter().map(|primes| Block::new(*primes)).collect();
        Self { blocks }
    }

    /// Whether one of them divides the number, given as little-endian words (as each prime does
    /// itself, and all of them 0).
    #[must_use]
    pub fn divide(&self, number: &[u64]) -> bool {
        self.divisor(number).is_some()
    }

    /// The smallest of them that divides the number.
    #[must_use]
    pub fn divisor(&self, number: &[u64]) -> Option<u32> {
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx512f")
                && std::arch::is_x86_feature_detected!("avx512dq")
            {
                #[expect(unsafe_code, reason = "AVX-512 F and DQ are here, as was just asked")]
                return unsafe { divisor_avx512(&self.blocks, number) };
            }
            if std::arch::is_x86_feature_detected!("avx2") {
                #[expect(unsafe_code, reason = "AVX2 is here, as was just asked")]
                return unsafe { divisor_avx2(&self.blocks, number) };
            }
        }
        divisor(&self.blocks, number)
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq")]
fn divisor_avx512(blocks: &[Block], number: &[u64]) -> Option<u32> {
    divisor(blocks, number)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn divisor_avx2(blocks: &[Block], number: &[u64]) -> Option<u32> {
    divisor(blocks, number)
}

/// Compiled once for each of the functions above, with what their processors have.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "else it would not be compiled for their features"
)]
fn divisor(blocks: &[Block], number: &[u64]) -> Option<u32> {
    blocks.iter().find_map(|block| block.divisor(number))
}

impl Block {
    fn new(primes: [u32; SIDE_BY_SIDE]) -> Self {
        Self {
            primes,
            inverses: primes.map(negated_inverse),
        }
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "else it would not be compiled for its caller's features"
    )]
    fn divisor(&self, number: &[u64]) -> Option<u32> {
        // Each stays at most p: (p + 2^32 − 1 + (2^32 − 1) · p) / 2^32 is less than p + 1.
        let mut rests = [0_u64; SIDE_BY_SIDE];
        for word in number {
            for half in [*word & 0xffff_ffff, *word >> 32] {
                for (rest, (prime, inverse)) in rests.iter_mut().zip(self.primes.iter().zip(&self.inverses)) {
                    let sum = *rest + half;
                    let quotient = low_half(sum).wrapping_mul(*inverse);
                    *rest = (sum + u64::from(quotient) * u64::from(*prime)) >> 32;
                }
            }
        }
        let mut is_found = false;
        for (rest, prime) in rests.iter().zip(&self.primes) {
            is_found |= *rest == 0 || *rest == u64::from(*prime);
        }
        if !is_found {
            return None;
        }
        let mut both = rests.iter().zip(&self.primes);
        both.find_map(|(rest, prime)| (*rest == 0 || *rest == u64::from(*prime)).then_some(*prime))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the lower half is what is asked for"
)]
#[expect(
    clippy::inline_always,
    reason = "else it would not be compiled for its caller's features"
)]
#[inline(always)]
fn low_half(number: u64) -> u32 {
    number as u32
}

/// `−1/n` modulo `2^32` for an odd n.
fn negated_inverse(n: u32) -> u32 {
    let inverse = crate::exponent::negated_inverse(u64::from(n));
    low_half(inverse)
}

/// The odd primes under `limit`, by the sieve of Eratosthenes over the odd numbers.
fn odd_primes_below(limit: u32) -> Vec<u32> {
    let len = limit as usize;
    let mut is_composite = vec![false; len];
    for factor in (3..len).step_by(2).take_while(|factor| factor * factor < len) {
        if !is_composite[factor] {
            for multiple in (factor * factor..len).step_by(2 * factor) {
                is_composite[multiple] = true;
            }
        }
    }
    let numbers = (0..limit).zip(is_composite);
    let odd = numbers.skip(3).step_by(2);
    odd.filter_map(|(number, is_composite)| (!is_composite).then_some(number))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_small_primes_are_all_there() {
        assert_eq!(odd_primes_below(30), [3, 5, 7, 11, 13, 17, 19, 23, 29]);
        // π(2^14) and π(2^19), OEIS A007053, without the 2.
        assert_eq!(odd_primes_below(1 << 14).len(), 1900 - 1);
        assert_eq!(odd_primes_below(1 << 19).len(), 43390 - 1);
        assert_eq!(odd_primes_below((1 << 16) + 2).last(), Some(&65537));
    }

    #[test]
    fn a_small_divisor_is_found_wherever_it_stands() {
        let small_primes = SmallPrimes::below(1 << 14);
        // 2^127 − 1 is a prime, so it has no small divisor and its multiples only the one.
        let prime = (1_u128 << 127) - 1;
        let words = crate::lanes::words(prime);
        assert!(!small_primes.divide(&words));
        for divisor in odd_primes_below(1 << 14) {
            let (low, above) = words[0].carrying_mul(u64::from(divisor), 0);
            let (middle, high) = words[1].carrying_mul(u64::from(divisor), above);
            assert_eq!(small_primes.divisor(&[low, middle, high]), Some(divisor));
        }
        assert!(small_primes.divide(&[0, 0]), "everything divides 0");
        assert!(small_primes.divide(&[3]));
    }

    #[test]
    fn every_way_finds_the_same() {
        let small_primes = SmallPrimes::below(1 << 12);
        let mut state = 1_u64;
        for _ in 0..300 {
            let number = [(); 5].map(|()| {
                state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                state ^ state >> 33
            });
            assert_eq!(
                small_primes.divisor(&number),
                divisor(&small_primes.blocks, &number)
            );
        }
    }
}

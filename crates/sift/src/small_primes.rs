//! Division by many small primes at once.

use zeroize::Zeroizing;

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
    /// 2^33 modulo p.
    twos: [u32; SIDE_BY_SIDE],
    /// How often p goes into 2^32.
    most: [u32; SIDE_BY_SIDE],
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
        fastest(Divisor(&self.blocks, number))
    }

    /// The odd numbers of a window: those that are `base` but for the lower 32 bits, of which only the
    /// lowest may be set in it.
    ///
    /// # Panics
    /// If another one of them is, or if the primes go on beyond 2^31.
    #[must_use]
    pub fn window(&self, base: &[u64]) -> Window<'_> {
        assert!(
            base.first().is_some_and(|word| word & 0xffff_ffff == 1),
            "a window begins where it begins"
        );
        Window {
            blocks: &self.blocks,
            halves: fastest(Halves(&self.blocks, base)),
        }
    }
}

/// 2^31 odd numbers with the same upper bits. To find out whether one of them has a small divisor
/// takes one short multiplication for each prime, however long the numbers are.
pub struct Window<'a> {
    blocks: &'a [Block],
    /// Half the base, modulo each prime.
    halves: Zeroizing<Vec<[u32; SIDE_BY_SIDE]>>,
}

impl std::fmt::Debug for Window<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Window").finish_non_exhaustive()
    }
}

impl Window<'_> {
    /// Whether one of the primes divides `base + 2 · offset`.
    ///
    /// # Panics
    /// If the offset does not lie below 2^31.
    #[must_use]
    pub fn has_divisor(&self, offset: u32) -> bool {
        assert!(offset < 1 << 31, "it is outside of the window");
        fastest(HasDivisor(self, offset))
    }
}

/// Work on blocks, which is compiled once for each kind of processor.
trait Work {
    type Answer;

    fn run(self) -> Self::Answer;
}

/// Does it with what this processor has.
fn fastest<W: Work>(work: W) -> W::Answer {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512dq,avx512vl")]
        fn with_avx512<W: Work>(work: W) -> W::Answer {
            work.run()
        }

        #[target_feature(enable = "avx2")]
        fn with_avx2<W: Work>(work: W) -> W::Answer {
            work.run()
        }

        if std::arch::is_x86_feature_detected!("avx512f")
            && std::arch::is_x86_feature_detected!("avx512dq")
            && std::arch::is_x86_feature_detected!("avx512vl")
        {
            #[expect(unsafe_code, reason = "AVX-512 F, DQ and VL are here, as was just asked")]
            return unsafe { with_avx512(work) };
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            #[expect(unsafe_code, reason = "AVX2 is here, as was just asked")]
            return unsafe { with_avx2(work) };
        }
    }
    work.run()
}

struct Divisor<'a>(&'a [Block], &'a [u64]);

#[expect(
    clippy::inline_always,
    reason = "else it would not be compiled for its caller's features"
)]
impl Work for Divisor<'_> {
    type Answer = Option<u32>;

    #[inline(always)]
    fn run(self) -> Option<u32> {
        let Self(blocks, number) = self;
        blocks.iter().find_map(|block| block.divisor(number))
    }
}

struct Halves<'a>(&'a [Block], &'a [u64]);

#[expect(
    clippy::inline_always,
    reason = "else it would not be compiled for its caller's features"
)]
impl Work for Halves<'_> {
    type Answer = Zeroizing<Vec<[u32; SIDE_BY_SIDE]>>;

    #[inline(always)]
    fn run(self) -> Self::Answer {
        let Self(blocks, base) = self;
        // Of the full size at once: a vector that grows leaves copies.
        let mut halves = Zeroizing::new(vec![[0; SIDE_BY_SIDE]; blocks.len()]);
        for (half, block) in halves.iter_mut().zip(blocks) {
            *half = block.half(base);
        }
        halves
    }
}

struct HasDivisor<'a>(&'a Window<'a>, u32);

#[expect(
    clippy::inline_always,
    reason = "else it would not be compiled for its caller's features"
)]
impl Work for HasDivisor<'_> {
    type Answer = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let Self(window, offset) = self;
        let mut both = window.blocks.iter().zip(window.halves.iter());
        both.any(|(block, halves)| block.divides_sum(halves, offset))
    }
}

#[expect(
    clippy::inline_always,
    reason = "else it would not be compiled for its caller's features"
)]
impl Block {
    fn new(primes: [u32; SIDE_BY_SIDE]) -> Self {
        Self {
            primes,
            inverses: primes.map(negated_inverse),
            twos: primes.map(|prime| low_half((1 << 33) % u64::from(prime))),
            most: primes.map(|prime| u32::MAX / prime),
        }
    }

    /// The number / 2^(64·len) modulo each prime, or the prime itself for 0.
    #[inline(always)]
    fn rests(&self, number: &[u64]) -> [u64; SIDE_BY_SIDE] {
        // Each stays at most p: (p + 2^32 − 1 + (2^32 − 1) · p) / 2^32 is less than p + 1.
        let mut rests = [0_u64; SIDE_BY_SIDE];
        for word in number {
            for half in [*word & 0xffff_ffff, *word >> 32] {
                for rest in &mut rests {
                    *rest += half;
                }
                self.reduce(&mut rests);
            }
        }
        rests
    }

    /// Divides each by 2^32 modulo its prime.
    #[inline(always)]
    fn reduce(&self, numbers: &mut [u64; SIDE_BY_SIDE]) {
        for (number, (prime, inverse)) in numbers.iter_mut().zip(self.primes.iter().zip(&self.inverses)) {
            let quotient = low_half(*number).wrapping_mul(*inverse);
            *number = (*number + u64::from(quotient) * u64::from(*prime)) >> 32;
        }
    }

    #[inline(always)]
    fn divisor(&self, number: &[u64]) -> Option<u32> {
        let rests = self.rests(number);
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

    /// Half the number modulo each prime, or the prime itself for 0.
    #[inline(always)]
    fn half(&self, number: &[u64]) -> [u32; SIDE_BY_SIDE] {
        // 2^(e + 32), from e = 0 to 64·len: a product, divided by 2^32, adds up the e.
        let exponent = 64 * number.len();
        let mut powers = self.twos.map(u64::from);
        for bit in (0..exponent.ilog2()).rev() {
            for power in &mut powers {
                *power *= *power;
            }
            self.reduce(&mut powers);
            if exponent >> bit & 1 == 1 {
                // By 2^33, and divided by 2^32.
                for (power, two) in powers.iter_mut().zip(&self.twos) {
                    *power *= u64::from(*two);
                }
                self.reduce(&mut powers);
            }
        }
        let mut rests = self.rests(number);
        for (rest, power) in rests.iter_mut().zip(&powers) {
            *rest *= power;
        }
        self.reduce(&mut rests);
        let mut halves = [0; SIDE_BY_SIDE];
        for (half, (rest, prime)) in halves.iter_mut().zip(rests.iter().zip(&self.primes)) {
            let even = *rest + (*rest & 1) * u64::from(*prime);
            *half = low_half(even >> 1);
        }
        halves
    }

    /// Whether a prime divides the sum of its half and the offset.
    #[inline(always)]
    fn divides_sum(&self, halves: &[u32; SIDE_BY_SIDE], offset: u32) -> bool {
        // Of all numbers below 2^32, the multiples of p are those that times 1/p are small.
        let mut is_found = 0;
        for (half, (inverse, most)) in halves.iter().zip(self.inverses.iter().zip(&self.most)) {
            let negated_sum = 0_u32.wrapping_sub(half + offset);
            is_found |= u32::from(negated_sum.wrapping_mul(*inverse) <= *most);
        }
        is_found != 0
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
    // At i stands 2i + 1.
    let len = limit as usize / 2;
    let mut is_composite = vec![false; len];
    for index in 1..len {
        let first_multiple = 2 * index * (index + 1);
        if first_multiple >= len {
            break;
        }
        if !is_composite[index] {
            for multiple in (first_multiple..len).step_by(2 * index + 1) {
                is_composite[multiple] = true;
            }
        }
    }
    let numbers = (1..limit).step_by(2).zip(is_composite).skip(1);
    numbers
        .filter_map(|(number, is_composite)| (!is_composite).then_some(number))
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
                Divisor(&small_primes.blocks, &number).run()
            );
        }
    }

    #[test]
    fn a_window_knows_which_of_its_numbers_have_a_divisor() {
        let mut state = 7_u64;
        let mut random = || {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            state ^ state >> 33
        };
        for limit in [4, 200, 1 << 12, 1 << 16] {
            let small_primes = SmallPrimes::below(limit);
            for len in 1..6 {
                let mut base: Vec<u64> = (0..len).map(|_| random()).collect();
                base[0] = base[0] & !0xffff_ffff | 1;
                let window = small_primes.window(&base);
                let random_offsets = (0..200).map(|_| low_half(random() >> 33));
                let mut found = 0;
                for offset in (0..200).chain(random_offsets).chain([(1 << 31) - 1]) {
                    let mut number = base.clone();
                    number[0] |= u64::from(offset) << 1;
                    let has_divisor = small_primes.divide(&number);
                    assert_eq!(
                        window.has_divisor(offset),
                        has_divisor,
                        "{limit}, {base:x?}, {offset}"
                    );
                    assert_eq!(HasDivisor(&window, offset).run(), has_divisor);
                    found += u32::from(has_divisor);
                }
                assert!((1..401).contains(&found));
            }
        }
    }

    #[test]
    fn the_largest_primes_have_windows_too() {
        // 2^31 − 1 is the largest; of the window only two numbers are multiples.
        let prime = (1_u32 << 31) - 1;
        let blocks = vec![Block::new([prime; SIDE_BY_SIDE])];
        let small_primes = SmallPrimes { blocks };
        let window = small_primes.window(&[1]);
        for offset in [0, 1, (prime - 1) / 2, prime - 1, prime] {
            let is_multiple = (2 * u64::from(offset) + 1).is_multiple_of(u64::from(prime));
            assert_eq!(window.has_divisor(offset), is_multiple, "{offset}");
        }
        let words = [1, u64::from(prime) << 20];
        let rest = (u128::from(words[1]) << 64 | 1) % u128::from(prime);
        let prime_wide = u128::from(prime);
        let half = (rest + (rest % 2) * prime_wide) >> 1;
        let offset = u32::try_from((prime_wide - half) % prime_wide).expect("it is below the prime");
        assert!(small_primes.window(&words).has_divisor(offset));
        assert!(!small_primes.window(&words).has_divisor(offset ^ 1));
    }
}

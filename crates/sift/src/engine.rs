//! The engines, and which of them this processor has.

use crate::portable;

/// A way to make Euler's test to the base 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// One number at a time in words of 64 bits; on every processor.
    Portable,
    /// Four numbers at once in limbs of 27 or 28 bits; on x86-64 with AVX2.
    Avx2,
    /// Eight numbers at once in limbs of 52 bits; on x86-64 with AVX-512 F and IFMA.
    Ifma,
}

impl Engine {
    /// All of them, the fastest last.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Ifma];

    /// The sizes of numbers that can be tested, in bits.
    pub const BITS: std::ops::RangeInclusive<u32> = 128..=8192;

    /// The fastest one that runs here.
    #[must_use]
    pub fn best() -> Self {
        let mut here = Self::ALL.into_iter().rev().filter(|engine| engine.is_here());
        here.next().unwrap_or(Self::Portable)
    }

    /// Whether this processor has what it needs.
    #[must_use]
    pub fn is_here(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => std::arch::is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Self::Ifma => {
                std::arch::is_x86_feature_detected!("avx512f")
                    && std::arch::is_x86_feature_detected!("avx512ifma")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Ifma => false,
        }
    }

    /// Its name: `portable`, `avx2`, `ifma`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Ifma => "ifma",
        }
    }

    /// How many numbers it tests at once: fewer take as long.
    #[must_use]
    pub fn lanes(self) -> usize {
        match self {
            Self::Portable => 1,
            Self::Avx2 => 4,
            Self::Ifma => 8,
        }
    }

    /// For each number `n`, whether `2^((n−1)/2)` is 1 or −1 modulo `n`, as it is for every odd prime.
    ///
    /// Numbers are little-endian words of 64 bits. `stop` is asked every 64 squarings; if it says yes
    /// there is no answer.
    ///
    /// # Panics
    /// If there are more numbers than [`Engine::lanes`], or the numbers are not odd and of one size
    /// within [`Engine::BITS`], or the engine is not here.
    #[must_use]
    pub fn test(self, numbers: &[&[u64]], stop: &dyn Fn() -> bool) -> Option<Vec<bool>> {
        assert!(self.is_here(), "this processor has no {}", self.name());
        assert!(numbers.len() <= self.lanes(), "too many numbers at once");
        let bits = numbers.first().map_or(0, |number| bits(number));
        let is_fit = |number: &&[u64]| {
            number.len() == limbs(bits)
                && self::bits(number) == bits
                && number.first().is_some_and(|word| word & 1 == 1)
        };
        if numbers.is_empty() {
            return Some(Vec::new());
        }
        assert!(
            Self::BITS.contains(&bits) && numbers.iter().all(is_fit),
            "numbers must be odd and of one size"
        );
        let passed = match self {
            Self::Portable => u8::from(portable::test(numbers[0], bits, stop)?),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                let numbers = std::array::from_fn(|lane| *numbers.get(lane).unwrap_or(&numbers[0]));
                #[expect(unsafe_code, reason = "AVX2 is here, as was asked above")]
                unsafe {
                    crate::avx2::test(&numbers, bits, stop)?
                }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Ifma => {
                let numbers = std::array::from_fn(|lane| *numbers.get(lane).unwrap_or(&numbers[0]));
                #[expect(unsafe_code, reason = "AVX-512 F and IFMA are here, as was asked above")]
                unsafe {
                    crate::ifma::test(&numbers, bits, stop)?
                }
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Ifma => 0,
        };
        Some((0..numbers.len()).map(|lane| passed >> lane & 1 == 1).collect())
    }

    /// Whether `number` passes the strong Lucas test with Selfridge's parameters, as every odd prime does.
    ///
    /// The number is odd, in little-endian words of 64 bits without leading zero words, and of any size.
    ///
    /// # Panics
    /// If it is even, or the engine is not here.
    #[must_use]
    pub fn strong_lucas(self, number: &[u64]) -> bool {
        assert!(self.is_here(), "this processor has no {}", self.name());
        assert!(
            number.first().is_some_and(|word| word & 1 == 1) && number.last() != Some(&0),
            "the number must be odd, without leading zeros"
        );
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Ifma if Self::BITS.contains(&bits(number)) => {
                #[expect(unsafe_code, reason = "AVX-512 F and IFMA are here, as was asked above")]
                unsafe {
                    crate::ifma::strong_lucas(number)
                }
            }
            // Each step waits for the one before, and has work for two lanes of four: those of AVX2 take longer for it
            // than the multiplier for whole words.
            _ => portable::strong_lucas(number),
        }
    }
}

/// The size of a number without leading zero words, in bits.
fn bits(number: &[u64]) -> u32 {
    let Some((last, rest)) = number.split_last() else {
        return 0;
    };
    let len = u32::try_from(rest.len()).unwrap_or(u32::MAX);
    len.saturating_mul(64).saturating_add(64 - last.leading_zeros())
}

/// How many words a number of so many bits has.
fn limbs(bits: u32) -> usize {
    bits.div_ceil(64) as usize
}

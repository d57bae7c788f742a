//! The search for an RSA key.

use crypto_bigint::ConcatenatingMul as _;

use crate::generator::Generator;
use crate::numbers::{Top, add, bit_len, boxed, draw, draw_below};
use crate::sieve::Sieve;

/// A key that is being looked for.
pub(crate) struct Search {
    generator: Generator,
    e: u64,
    bits: usize,
    first: Option<Vec<u64>>,
    candidate: Vec<u64>,
}

impl Search {
    pub(crate) fn new(generator: Generator, e: u64, bits: usize) -> Self {
        Self {
            generator,
            e,
            bits,
            first: None,
            candidate: Vec::new(),
        }
    }

    /// The next number that may be one of the primes. Each begins with a new random number.
    pub(crate) fn candidate(&mut self, sieve: &Sieve) -> &[u64] {
        let bits = match self.first {
            None => self.bits.div_ceil(2),
            Some(_) => self.bits / 2,
        };
        self.candidate = draw(&mut self.generator, bits, Top::Two);
        let distance = sieve.next(&self.candidate);
        add(&mut self.candidate, distance);
        &self.candidate
    }

    /// Goes on knowing whether the candidate is prime; the modulus, if it is the second prime.
    ///
    /// Miller and Rabin's test took a random base, and more of them from each number that passed.
    pub(crate) fn judge(&mut self, is_prime: bool) -> Option<Vec<u8>> {
        let mut below = self.candidate.clone();
        below[0] -= 1;
        let rounds = if is_prime {
            rounds(bit_len(&self.candidate))
        } else {
            1
        };
        for _ in 0..rounds {
            draw_below(&mut self.generator, &below);
        }
        // p − 1 must have no divisor in common with e. 65537 is prime, and the sieve sees to those of 35.
        let rest = |rest: u128, word: &u64| (rest << 64 | u128::from(*word)) % u128::from(self.e);
        let is_fit = below.iter().rev().fold(0, rest) != 0;
        if !is_prime || !is_fit {
            return None;
        }
        let found = std::mem::take(&mut self.candidate);
        let Some(first) = &self.first else {
            self.first = Some(found);
            return None;
        };
        let modulus = boxed(first).concatenating_mul(&boxed(&found));
        Some(modulus.to_be_bytes_trimmed_vartime().into_vec())
    }
}

/// How many random bases a number of so many bits had to pass.
fn rounds(bits: usize) -> usize {
    match bits {
        1300.. => 2,
        850.. => 3,
        650.. => 4,
        550.. => 5,
        450.. => 6,
        400.. => 7,
        350.. => 8,
        300.. => 9,
        _ => 12,
    }
}

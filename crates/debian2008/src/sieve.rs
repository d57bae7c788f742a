//! Which numbers that OpenSSL took for candidates, by the 2047 odd primes up to 17863.

/// How many primes.
const PRIMES: usize = 2047;

/// The last of them.
pub(crate) const LAST: u32 = 17863;

/// How many are reduced side by side; compilers make vectors of them.
const SIDE_BY_SIDE: usize = 32;

/// How many of the blocks are sieved with; whether a prime of the others divides is asked only of what they leave.
const SIEVED: usize = 8;

/// How many even steps are looked at in one go: less than the primes of the other blocks. Of 115 odd numbers one is a candidate.
const STEPS: usize = 512;

/// The primes, and what numbers of up to so many halves of words need to be reduced by them.
pub(crate) struct Sieve {
    primes: Vec<[u64; SIDE_BY_SIDE]>,
    /// −1/p modulo 2^32.
    inverses: Vec<[u64; SIDE_BY_SIDE]>,
    /// 2^40/p, rounded up.
    reciprocals: Vec<[u64; SIDE_BY_SIDE]>,
    /// For each half of a word the power of two that it stands for, times 2^32, modulo each prime.
    powers: Vec<Vec<[u32; SIDE_BY_SIDE]>>,
}

impl Sieve {
    /// For numbers of up to so many words.
    pub(crate) fn new(words: usize) -> Self {
        let is_prime = |number: &u64| {
            (3..)
                .step_by(2)
                .take_while(|d| d * d <= *number)
                .all(|d| !number.is_multiple_of(d))
        };
        let mut primes: Vec<u64> = (3..).step_by(2).filter(is_prime).take(PRIMES).collect();
        // The last one once more fills the last block.
        primes.resize(PRIMES.next_multiple_of(SIDE_BY_SIDE), primes[PRIMES - 1]);
        let primes = primes.as_chunks::<SIDE_BY_SIDE>().0.to_vec();
        let inverse = |prime: u64| {
            // Newton's method doubles the bits that are right, of which three are at the start.
            let inverse = (0..4).fold(prime, |x, _| {
                x.wrapping_mul(2_u64.wrapping_sub(prime.wrapping_mul(x)))
            });
            inverse.wrapping_neg() & HALF
        };
        let powers = |primes: &[u64; SIDE_BY_SIDE]| {
            let powers = std::iter::successors(Some(primes.map(|prime| (1 << 32) % prime)), |last| {
                Some(std::array::from_fn(|lane| (last[lane] << 32) % primes[lane]))
            });
            let narrow = |power: u64| u32::try_from(power).unwrap_or_default();
            powers.take(2 * words).map(|block| block.map(narrow)).collect()
        };
        Self {
            inverses: primes.iter().map(|block| block.map(inverse)).collect(),
            reciprocals: primes
                .iter()
                .map(|block| block.map(|prime| (1 << 40) / prime + 1))
                .collect(),
            powers: primes.iter().map(powers).collect(),
            primes,
        }
    }

    /// The number modulo each prime.
    fn residues(&self, number: &[u64]) -> Vec<[u64; SIDE_BY_SIDE]> {
        let mut residues = Vec::with_capacity(self.primes.len());
        for (index, primes) in self.primes.iter().enumerate() {
            // Each product has at most 32 + 15 bits, so that thousands of them fit into a word.
            let mut sums = [0_u64; SIDE_BY_SIDE];
            for (word, powers) in number.iter().zip(self.powers[index].as_chunks::<2>().0) {
                let [low, high] = [word & HALF, word >> 32];
                for lane in 0..SIDE_BY_SIDE {
                    sums[lane] += low * u64::from(powers[0][lane]) + high * u64::from(powers[1][lane]);
                }
            }
            let (inverses, reciprocals) = (&self.inverses[index], &self.reciprocals[index]);
            for lane in 0..SIDE_BY_SIDE {
                // Montgomery's way to divide by 2^32 modulo p; what is left has some 20 bits.
                let multiple = ((sums[lane] & HALF) * inverses[lane]) & HALF;
                let rest = (sums[lane] + multiple * primes[lane]) >> 32;
                sums[lane] = rest - ((rest * reciprocals[lane]) >> 40) * primes[lane];
            }
            residues.push(sums);
        }
        residues
    }

    /// How far behind the odd number `from` the first odd number p lies of which none of the primes divides p or p − 1.
    pub(crate) fn next(&self, from: &[u64]) -> u64 {
        let mut residues = self.residues(from);
        for window in 0.. {
            let start = window * STEPS as u64 * 2;
            if window > 0 {
                for (residues, primes) in residues.iter_mut().zip(&self.primes) {
                    for (residue, prime) in residues.iter_mut().zip(primes) {
                        *residue = (*residue + 2 * STEPS as u64) % prime;
                    }
                }
            }
            let is_out = self.is_out(&residues[..SIEVED]);
            let left = (0..).step_by(2).zip(is_out).filter(|(_, is_out)| !is_out);
            for (distance, _) in left {
                let pairs = residues.iter().zip(&self.primes).skip(SIEVED);
                if !pairs
                    .into_iter()
                    .any(|(residues, primes)| is_hit(residues, primes, distance))
                {
                    return start + distance;
                }
            }
        }
        0
    }

    /// Which of the steps are out for the first primes.
    fn is_out(&self, residues: &[[u64; SIDE_BY_SIDE]]) -> [bool; STEPS] {
        let mut is_out = [false; STEPS];
        for (prime, residue) in self.primes.as_flattened().iter().zip(residues.as_flattened()) {
            // It is as far to a p that is divided, and one further to one of which p − 1 is.
            let divided = if *residue == 0 { 0 } else { prime - residue };
            let before = if *residue == 1 { 0 } else { divided + 1 };
            for distance in [divided, before] {
                let even = distance + prime * (distance & 1);
                for step in (even / 2..STEPS as u64).step_by(usize::try_from(*prime).unwrap_or(STEPS)) {
                    is_out[usize::try_from(step).unwrap_or_default()] = true;
                }
            }
        }
        is_out
    }
}

/// Whether one of the primes, which are larger than the distance, divides p or p − 1 so far from the number with these residues.
fn is_hit(residues: &[u64; SIDE_BY_SIDE], primes: &[u64; SIDE_BY_SIDE], distance: u64) -> bool {
    let mut is_hit = false;
    for (residue, prime) in residues.iter().zip(primes) {
        let sum = residue + distance;
        is_hit |= sum == *prime || sum == prime + 1 || sum <= 1;
    }
    is_hit
}

const HALF: u64 = u32::MAX as u64;

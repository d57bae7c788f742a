//! The search for a DSA key of 1024 bits with parameters of its own (FIPS 186-2, appendix 2.2).

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, NonZero, Odd, Resize as _};
use keywright_sift::SmallPrimes;

use crate::generator::Generator;
use crate::numbers::{boxed, draw_below, from_be};

const BITS: u32 = 1024;
const SEED: usize = 20;

/// How many random bases each of the primes had to pass.
const ROUNDS: usize = 50;

/// How many p are tried for one q.
const TRIES: usize = 4096;

/// A key that is being looked for.
pub(crate) struct Search {
    generator: Generator,
    seed: [u8; SEED],
    candidate: Vec<u64>,
    /// The divisor, once it is found, and how many p have been tried with it.
    q: Option<(BoxedUint, usize)>,
}

impl Search {
    pub(crate) fn new(generator: Generator) -> Self {
        Self {
            generator,
            seed: [0; SEED],
            candidate: Vec::new(),
            q: None,
        }
    }

    /// The next number that may be one of the primes, and has no small divisor.
    pub(crate) fn candidate(&mut self, small: &SmallPrimes) -> &[u64] {
        loop {
            match &mut self.q {
                Some((_, TRIES)) => {
                    self.q = None;
                    continue;
                }
                Some((q, tries)) => {
                    *tries += 1;
                    let Some(p) = next_p(&mut self.seed, q) else {
                        continue;
                    };
                    self.candidate = p;
                }
                None => self.candidate = self.next_q(),
            }
            if !small.divide(&self.candidate) {
                return &self.candidate;
            }
        }
    }

    fn next_q(&mut self) -> Vec<u64> {
        self.generator.fill(&mut self.seed);
        let mut bytes = sha1(&self.seed);
        increment(&mut self.seed);
        for (byte, other) in bytes.iter_mut().zip(sha1(&self.seed)) {
            *byte ^= other;
        }
        bytes[0] |= 0x80;
        bytes[SEED - 1] |= 1;
        from_be(&bytes)
    }

    /// Goes on knowing whether the candidate is prime; the public number y, if it is the second prime.
    pub(crate) fn judge(&mut self, is_prime: bool) -> Option<Vec<u8>> {
        let mut below = self.candidate.clone();
        below[0] -= 1;
        for _ in 0..if is_prime { ROUNDS } else { 1 } {
            draw_below(&mut self.generator, &below);
        }
        if !is_prime {
            return None;
        }
        let Some((q, _)) = &self.q else {
            self.q = Some((boxed(&self.candidate), 0));
            return None;
        };
        let range = from_be(&q.to_be_bytes_trimmed_vartime());
        let x = loop {
            let x = draw_below(&mut self.generator, &range);
            if x.iter().any(|word| *word != 0) {
                break boxed(&x);
            }
        };
        public(&boxed(&self.candidate), &boxed(&below), q, &x)
    }
}

/// y = g^x modulo p, where g is the first of 2, 3, … to the power (p−1)/q that is not 1.
fn public(p: &BoxedUint, below: &BoxedUint, q: &BoxedUint, x: &BoxedUint) -> Option<Vec<u8>> {
    let q = NonZero::new(q.clone()).into_option()?;
    let cofactor = below.wrapping_div_vartime(&q);
    let params = BoxedMontyParams::new_vartime(Odd::new(p.clone()).into_option()?);
    let mut g = (2_u64..).map(|base| {
        let base = BoxedUint::from_be_slice_truncated(&base.to_be_bytes(), p.bits_precision());
        BoxedMontyForm::new(base, &params).pow(&cofactor)
    });
    let g = g.find(|g| *g != BoxedMontyForm::one(&params))?;
    let public = g.pow(x).retrieve();
    Some(public.to_be_bytes_trimmed_vartime().into_vec())
}

/// The next p that goes with q, unless it is too small.
fn next_p(seed: &mut [u8; SEED], q: &BoxedUint) -> Option<Vec<u64>> {
    const BYTES: usize = BITS as usize / 8;
    let mut bytes = Vec::new();
    while bytes.len() < BYTES {
        increment(seed);
        bytes.splice(0..0, sha1(seed));
    }
    let mut bytes = bytes.split_off(bytes.len() - BYTES);
    bytes[0] |= 0x80;
    let x = BoxedUint::from_be_slice_vartime(&bytes);
    let twice = NonZero::new(q.resize(BITS).shl(1)).into_option()?;
    let rest = x.rem_vartime(&twice).resize(BITS);
    // p = x − (rest − 1)
    let p = x
        .wrapping_sub(&rest)
        .wrapping_add(BoxedUint::one_with_precision(BITS));
    (p.bits_vartime() == BITS).then(|| from_be(&p.to_be_bytes()))
}

fn increment(seed: &mut [u8; SEED]) {
    for byte in seed.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
}

fn sha1(bytes: &[u8]) -> [u8; SEED] {
    use sha1::Digest as _;
    sha1::Sha1::digest(bytes).into()
}

//! What to try: random odd numbers of the right size without small divisors.
//!
//! To draw each number afresh would mean to divide each by all the small primes. So the upper bits are
//! drawn once for a search, uniformly, and only the lower 32 afresh for each candidate: all candidates
//! lie in one window of 2^31 odd numbers, and so many short numbers are quickly sifted. This is the way
//! of Fouque and Tibouchi ("Close to uniform prime number generation with fewer random bits", 2014).
//!
//! # How evenly
//!
//! Every window is as likely as the others, and within it every prime. So a prime is the likelier the
//! fewer others there are in its window; but there are millions: 2^32 / ln N, four million near 2^1536.
//! If primes are spread as if by chance, as all experience and theory say, that number varies by its
//! root: by one in two thousand there, and by one in nine hundred among numbers of 8192 bits. No prime is
//! noticeably preferred, and less than a thousandth of a bit of entropy is lost. Walking on from a random
//! start to the next prime, as many programs do, prefers those after long gaps by the length of the gap.

use std::sync::{Arc, Mutex};

use keywright_sift::{SmallPrimes, Window};
use rand::rngs::ChaCha20Rng;
use rand_core::Rng as _;
use zeroize::Zeroizing;

use super::words::SecretWords;
use super::{Cancelled, Draw, Source};
use crate::key::spec::RsaExponent;

/// ⌈√2 · 2^63⌉, the first 64 bits of the least candidate.
pub(super) const SQRT_2: u64 = 0xb504_f333_f9de_6485;

/// e^γ, from Mertens' third theorem: of the odd numbers, a share of `2 / (e^γ · ln B)` has no prime
/// divisor under B.
const E_TO_GAMMA: f64 = 1.781_072_417_990_198;

/// Random odd numbers from √2 · 2^(bits−1) to 2^bits, in a window that is drawn, without those that
/// have a small divisor and those from which no RSA key with the exponent can be made.
///
/// The bounds are FIPS 186-5's (A.1.1, criterion 2): the product of two such numbers always has as
/// many bits as both together.
pub(in crate::key) struct Candidates {
    bits: u32,
    limit: u32,
    small_primes: Arc<SmallPrimes>,
    forbidden: Forbidden,
}

impl Candidates {
    /// Candidates of at least 128 bits, that suit the `exponent`, if one is given. With `lanes` numbers
    /// sifted at once, sifting costs less, and so less is divided before.
    pub(in crate::key) fn new(bits: u32, exponent: Option<RsaExponent>, lanes: usize) -> Self {
        assert!(
            bits >= 128,
            "shorter candidates could be small primes themselves, and the sift refuses them"
        );
        let limit = division_limit(bits, lanes);
        Self {
            bits,
            limit,
            small_primes: small_primes(limit),
            forbidden: Forbidden::new(exponent),
        }
    }

    /// The first number of a random window.
    fn base(&self, rng: &mut ChaCha20Rng, stop: &dyn Fn() -> bool) -> Result<SecretWords, Cancelled> {
        let mut bytes = Zeroizing::new(vec![0; self.bits.div_ceil(64) as usize * 8]);
        let mut words = SecretWords::new(vec![0; bytes.len() / 8]);
        loop {
            if stop() {
                return Err(Cancelled);
            }
            rng.fill_bytes(&mut bytes);
            let (eights, _) = bytes.as_chunks::<8>();
            for (word, eight) in words.iter_mut().zip(eights) {
                *word = u64::from_le_bytes(*eight);
            }
            self.fit(&mut words);
            if first_64_bits(&words) >= SQRT_2 {
                return Ok(words);
            }
        }
    }

    /// Clears the lower 32 bits but for the lowest, and makes the number one of exactly so many bits.
    fn fit(&self, words: &mut [u64]) {
        if let [first, ..] = words {
            *first = *first & !0xffff_ffff | 1;
        }
        if let Some(last) = words.last_mut() {
            let top = (self.bits - 1) % 64;
            *last = *last & u64::MAX >> (63 - top) | 1 << top;
        }
    }
}

impl Source for Candidates {
    fn bits(&self) -> u32 {
        self.bits
    }

    fn chance_of_prime(&self) -> f64 {
        chance_of_prime(self.bits, self.limit)
    }

    fn begin<'a>(
        &'a self,
        rng: &mut ChaCha20Rng,
        stop: &dyn Fn() -> bool,
    ) -> Result<Box<dyn Draw + 'a>, Cancelled> {
        let base = self.base(rng, stop)?;
        Ok(Box::new(InWindow {
            candidates: self,
            window: self.small_primes.window(&base),
            base,
        }))
    }
}

/// The candidates of one window.
struct InWindow<'a> {
    candidates: &'a Candidates,
    base: SecretWords,
    window: Window<'a>,
}

impl Draw for InWindow<'_> {
    fn next(&mut self, rng: &mut ChaCha20Rng, stop: &dyn Fn() -> bool) -> Result<SecretWords, Cancelled> {
        loop {
            if stop() {
                return Err(Cancelled);
            }
            let offset = rng.next_u32() >> 1;
            if !self.window.has_divisor(offset) {
                let mut words = self.base.clone();
                words[0] |= u64::from(offset) << 1;
                if !self.candidates.forbidden.has(&words) {
                    return Ok(words);
                }
            }
        }
    }
}

/// The chance that an odd number of so many bits without a divisor under `limit` is prime: 2 / ln N for
/// odd numbers N, over the share that is left when those with a small divisor are gone.
pub(super) fn chance_of_prime(bits: u32, limit: u32) -> f64 {
    let ln_candidate = f64::from(bits) * std::f64::consts::LN_2;
    E_TO_GAMMA * f64::from(limit).ln() / ln_candidate
}

/// The primes modulo which a prime factor of an RSA key must not be 1: those of the exponent.
pub(super) struct Forbidden(Vec<u32>);

impl Forbidden {
    pub(super) fn new(exponent: Option<RsaExponent>) -> Self {
        Self(exponent.map(RsaExponent::factors).unwrap_or_default())
    }

    /// Whether the number is 1 modulo one of them.
    pub(super) fn has(&self, words: &[u64]) -> bool {
        self.0.iter().any(|prime| {
            let modulus = u128::from(*prime);
            let append = |rest: u128, word: &u64| (rest << 64 | u128::from(*word)) % modulus;
            words.iter().rev().fold(0, append) == 1
        })
    }
}

/// The first 64 bits of a number of at least so many.
fn first_64_bits(words: &[u64]) -> u64 {
    match *words {
        [.., below, last] => {
            let unused = last.leading_zeros();
            // A word has 64 bits; to shift by all of them is not a shift.
            last << unused | below.checked_shr(64 - unused).unwrap_or_default()
        }
        _ => 0,
    }
}

/// Up to where small divisors are looked for. The costlier a candidate is to sift, the more it pays
/// to find one before (`scripts/measure-rsa`).
fn division_limit(bits: u32, lanes: usize) -> u32 {
    let limit: u32 = match bits {
        ..=768 => 1 << 17,
        769..=1280 => 1 << 18,
        1281..=1792 => 1 << 19,
        1793..=3072 => 1 << 20,
        _ => 1 << 21,
    };
    match lanes {
        ..=4 => limit,
        _ => limit / 2,
    }
}

/// The primes under the limit. The last table is kept: the other prime of the key wants it again.
fn small_primes(limit: u32) -> Arc<SmallPrimes> {
    static LAST: Mutex<Option<(u32, Arc<SmallPrimes>)>> = Mutex::new(None);
    let Ok(mut last) = LAST.lock() else {
        return Arc::new(SmallPrimes::below(limit));
    };
    match &*last {
        Some((its_limit, primes)) if *its_limit == limit => Arc::clone(primes),
        _ => {
            let primes = Arc::new(SmallPrimes::below(limit));
            *last = Some((limit, Arc::clone(&primes)));
            primes
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::ChaCha20Rng;

    use super::*;
    use crate::key::prime::words::number_of;

    /// The first candidate of a new window.
    fn draw(candidates: &Candidates, rng: &mut ChaCha20Rng) -> SecretWords {
        let mut draw = candidates.begin(rng, &|| false).expect("nobody cancels");
        draw.next(rng, &|| false).expect("nobody cancels")
    }

    #[test]
    fn the_product_of_two_candidates_has_the_bits_of_both() {
        // The least candidate's first 64 bits, squared, reach the 128th bit.
        assert_eq!((u128::from(SQRT_2) * u128::from(SQRT_2)).leading_zeros(), 0);
        assert_ne!(
            (u128::from(SQRT_2 - 1) * u128::from(SQRT_2 - 1)).leading_zeros(),
            0
        );
    }

    #[test]
    fn candidates_have_their_size_whatever_it_is() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for bits in [128, 129, 191, 192, 193, 512, 513, 1023, 1024, 1025] {
            let candidates = Candidates::new(bits, Some(RsaExponent::default()), 1);
            for _ in 0..20 {
                let drawn = draw(&candidates, &mut rng);
                assert_eq!(number_of(&drawn, bits + 1).bits_vartime(), bits);
                assert!(first_64_bits(&drawn) >= SQRT_2);
                assert_eq!(drawn[0] & 1, 1);
                assert!(!candidates.forbidden.has(&drawn));
            }
        }
    }

    #[test]
    fn candidates_are_spread_over_their_whole_range() {
        let candidates = Candidates::new(130, None, 1);
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let mut counts = [0_u32; 8];
        for _ in 0..4000 {
            let drawn = draw(&candidates, &mut rng);
            let top = u16::try_from(first_64_bits(&drawn) >> 48).expect("16 bits are left");
            let least = 65536.0 / std::f64::consts::SQRT_2;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 7")]
            let eighth = ((f64::from(top) - least).max(0.0) / (65536.0 - least) * 8.0) as usize;
            counts[eighth] += 1;
        }
        assert!(
            counts.iter().all(|count| (420..580).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn a_candidate_that_would_be_1_modulo_a_factor_of_the_exponent_is_not_drawn() {
        // Of the odd numbers that 3 does not divide, half are 1 modulo 3.
        let candidates = Candidates::new(128, RsaExponent::new(15).ok(), 1);
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        for _ in 0..100 {
            let drawn = draw(&candidates, &mut rng);
            let whole = u128::from(drawn[1]) << 64 | u128::from(drawn[0]);
            assert!(whole % 3 == 2 && whole % 5 > 1, "{whole}");
        }
    }

    #[test]
    fn candidates_of_one_window_differ_in_their_lower_bits_alone() {
        let candidates = Candidates::new(512, Some(RsaExponent::default()), 1);
        let mut rng = ChaCha20Rng::seed_from_u64(6);
        let mut draw = candidates.begin(&mut rng, &|| false).expect("nobody cancels");
        let mut next = || draw.next(&mut rng, &|| false).expect("nobody cancels");
        let first = next();
        let mut seen = vec![first[0]];
        for _ in 0..200 {
            let words = next();
            assert_eq!(words[1..], first[1..]);
            assert_eq!(words[0] >> 32, first[0] >> 32);
            assert!(!candidates.small_primes.divide(&words));
            seen.push(words[0]);
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 201);
        // Of 2^31 numbers each is as likely: no eighth of the window stays empty.
        let mut eighths = [0; 8];
        for word in seen {
            eighths[(word >> 29 & 7) as usize] += 1;
        }
        assert!(eighths.iter().all(|count| (9..45).contains(count)), "{eighths:?}");
    }
}

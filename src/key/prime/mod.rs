//! The search for a prime: what to try (`candidates`), how to sift it (`sift`), who judges, and
//! whom to tell ([`Watch`]).
//!
//! Candidates are drawn afresh each time, uniformly from a range, as FIPS 186-5 A.1.3 has it. Walking
//! on from a random start would save a tenth of the time, but prefers primes after long gaps, which
//! can be told from uniform ones (Fouque and Tibouchi, "Close to uniform prime number generation with
//! fewer random bits", 2014).
//!
//! A sift is fast and is not trusted: what it lets through goes to the judge, the Baillie–PSW test,
//! to which no composite number is known that passes. So a fault in a sift can cost time but can
//! never make a key weak, and faster ones may be put in its place.
//!
//! # When it stops
//!
//! The draw and the sift ask every few milliseconds whether to go on. The judge cannot: it takes 40 ms
//! for the primes of a 4096-bit key, but two seconds for those of a 16384-bit one. It is called about
//! once for each prime, so hardly anybody who cancels has to wait for it.
//!
//! # What does not stay behind
//!
//! Every candidate here is wiped when it is dropped. The libraries' own temporaries are not all
//! wiped: what Montgomery multiplication is prepared with, and what the judge works on. Which numbers
//! were rejected is of no use to anybody; the time that trial division and rejection take depends on
//! them alone.

mod candidates;
mod sift;

use crypto_bigint::BoxedUint;
use crypto_primes::Flavor;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

pub(super) use candidates::{Candidates, SmallPrimes};
pub(super) use sift::{Portable, Sift};

use super::watch::{Progress, Watch};

/// A number that is wiped when it is dropped.
pub(super) type SecretUint = Zeroizing<BoxedUint>;

/// The work was no longer wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// Which of several primes is looked for, counted from 1, and how many there will be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Which {
    pub(super) index: u8,
    pub(super) of: u8,
}

/// Draws candidates until one of them is prime.
///
/// The same randomness gives the same prime, whatever the sift.
pub(super) fn find(
    candidates: &Candidates,
    sift: &impl Sift,
    which: Which,
    rng: &mut (impl CryptoRng + ?Sized),
    watch: &dyn Watch,
) -> Result<SecretUint, Cancelled> {
    let mut tally = Tally::new(candidates.chance_of_prime(), which);
    let mut batch = Vec::with_capacity(sift.lanes());
    loop {
        tally.tell(watch);
        batch.clear();
        while batch.len() < sift.lanes() {
            batch.push(candidates.draw(rng, watch)?);
        }
        let passed = sift.sift(&batch, watch)?;
        tally.count(batch.len());
        for (candidate, passed) in batch.drain(..).zip(passed) {
            if passed && crypto_primes::is_prime(Flavor::Any, &*candidate) {
                return Ok(candidate);
            }
        }
    }
}

/// Counts the tries, and says what share of the expected work they are.
pub(super) struct Tally {
    which: Which,
    /// The chance that one try finds a prime.
    chance: f64,
    /// The chance that as many tries as were made would have found none.
    missed: f64,
}

impl Tally {
    pub(super) fn new(chance: f64, which: Which) -> Self {
        Self {
            which,
            chance,
            missed: 1.0,
        }
    }

    pub(super) fn count(&mut self, tries: usize) {
        for _ in 0..tries {
            self.missed *= 1.0 - self.chance;
        }
    }

    pub(super) fn tell(&self, watch: &dyn Watch) {
        #[expect(clippy::cast_possible_truncation, reason = "a bar needs no more digits")]
        let done = (1.0 - self.missed) as f32;
        let Which { index, of } = self.which;
        watch.progress(Progress::Prime { index, of, done });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU32, Ordering};

    use rand::SeedableRng as _;
    use rand::rngs::ChaCha20Rng;

    use super::*;
    use crate::key::watch::Unwatched;

    const FIRST: Which = Which { index: 1, of: 2 };

    /// Lets everything through, eight at a time.
    struct Careless;

    impl Sift for Careless {
        fn lanes(&self) -> usize {
            8
        }

        fn sift(&self, batch: &[SecretUint], _: &dyn Watch) -> Result<Vec<bool>, Cancelled> {
            Ok(vec![true; batch.len()])
        }
    }

    #[test]
    fn a_sift_that_is_wrong_cannot_make_a_composite_pass() {
        let candidates = Candidates::new(512, 65537);
        for seed in 0..5 {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let careful = find(&candidates, &Portable, FIRST, &mut rng, &Unwatched);
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let careless = find(&candidates, &Careless, FIRST, &mut rng, &Unwatched);
            assert_eq!(careful, careless, "both take the first prime of the same stream");
        }
    }

    #[test]
    fn the_bar_grows_and_is_half_full_about_every_second_time() {
        struct Bar(Mutex<Vec<f32>>);
        impl Watch for Bar {
            fn progress(&self, progress: Progress) {
                let Progress::Prime {
                    index: 1,
                    of: 2,
                    done,
                } = progress
                else {
                    panic!("{progress:?}");
                };
                self.0.lock().expect("one thread").push(done);
            }
            fn is_cancelled(&self) -> bool {
                false
            }
        }
        let candidates = Candidates::new(512, 65537);
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut over_half = 0;
        for _ in 0..200 {
            let bar = Bar(Mutex::default());
            find(&candidates, &Portable, FIRST, &mut rng, &bar).expect("nobody cancels");
            let bar = bar.0.into_inner().expect("one thread");
            assert!(
                bar[0] <= 0.0 && bar.is_sorted() && bar.iter().all(|done| *done < 1.0),
                "{bar:?}"
            );
            over_half += u32::from(bar.last().is_some_and(|last| *last > 0.5));
        }
        assert!((70..=130).contains(&over_half), "{over_half} of 200");
    }

    #[test]
    fn the_search_stops_wherever_it_is_told_to() {
        struct StopAt(AtomicU32);
        impl Watch for StopAt {
            fn progress(&self, _: Progress) {}
            fn is_cancelled(&self) -> bool {
                self.0.fetch_sub(1, Ordering::Relaxed) == 0
            }
        }
        let candidates = Candidates::new(2048, 65537);
        for questions in 0..100 {
            let mut rng = ChaCha20Rng::seed_from_u64(2);
            let watch = StopAt(AtomicU32::new(questions));
            assert_eq!(
                find(&candidates, &Portable, FIRST, &mut rng, &watch),
                Err(Cancelled)
            );
        }
    }
}

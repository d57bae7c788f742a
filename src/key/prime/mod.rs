//! The search for primes: what to try ([`Candidates`]), how to sift it (the crate `keywright-sift`),
//! who judges, with how many hands ([`Crew`]), and whom to tell ([`Watch`]).
//!
//! Candidates are drawn afresh each time, uniformly from a range, as FIPS 186-5 A.1.3 has it. Walking
//! on from a random start would save a tenth of the time, but prefers primes after long gaps, which
//! can be told from uniform ones (Fouque and Tibouchi, "Close to uniform prime number generation with
//! fewer random bits", 2014).
//!
//! The sift is fast and is not trusted: what it lets through goes to the judge, the Baillie–PSW test,
//! to which no composite number is known that passes. So a fault in the sift can cost time but can
//! never make a key weak. Among random candidates of 512 bits or more, the chance that a composite one
//! passes even the two Miller–Rabin tests that sift and judge make is below 2^-128 by far more than the
//! bounds of Damgård, Landrock and Pomerance need; the judge's Lucas test comes on top.
//!
//! # When it stops
//!
//! Draw and sift ask every few milliseconds whether to go on. The judge cannot: it takes 40 ms for a
//! prime of a 4096-bit key, and up to two seconds for one of a 16384-bit key. It is called about once
//! for each prime, and whoever cancels does not wait for it: [`crate::app::job::Job`] forgets the thread.
//!
//! # What does not stay behind
//!
//! Every candidate here is wiped when it is dropped. The libraries' own temporaries are not all
//! wiped: what the judge works on, and what the sift has in registers. Which numbers were rejected is
//! of no use to anybody; the time that division and rejection take depends on them alone. The sift
//! runs the same instructions for every number of a size; that is what OpenSSL and BoringSSL promise.

mod candidates;
mod tally;
mod words;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crypto_bigint::BoxedUint;
use crypto_primes::Flavor;
use keywright_sift::Engine;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

pub(super) use candidates::Candidates;
pub(super) use tally::Tally;
pub(super) use words::words_of;

use super::crew::{Alone, Crew};
use super::watch::Watch;

/// A number that is wiped when it is dropped.
pub(super) type SecretUint = Zeroizing<BoxedUint>;

/// The work was no longer wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// How to search.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// What sifts.
    pub engine: Engine,
    /// Who works. With a single hand, the same randomness gives the same primes, whatever the engine.
    pub crew: &'a dyn Crew,
    /// Who is told, and may stop it.
    pub watch: &'a dyn Watch,
}

impl std::fmt::Debug for Search<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search")
            .field("engine", &self.engine)
            .field("crew", &self.crew.size())
            .finish_non_exhaustive()
    }
}

impl<'a> Search<'a> {
    /// With the best engine and a single hand.
    #[must_use]
    pub fn alone(watch: &'a dyn Watch) -> Self {
        Self {
            engine: Engine::best(),
            crew: &Alone,
            watch,
        }
    }
}

/// One prime that is looked for.
struct Wanted<'a> {
    candidates: &'a Candidates,
    prime: Mutex<Option<SecretUint>>,
    is_found: AtomicBool,
    tally: Tally,
}

/// Looks for two primes side by side: one each, and when one is found, the other with all hands.
pub(super) fn find_two(
    of: [&Candidates; 2],
    search: &Search<'_>,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<[SecretUint; 2], Cancelled> {
    let wanted = of.map(|candidates| Wanted {
        candidates,
        prime: Mutex::new(None),
        is_found: AtomicBool::new(false),
        tally: Tally::new(candidates.chance_of_prime()),
    });
    let hands = search.crew.size().max(1);
    // A stream for each hand and prime, so that none waits for another, and so that what is drawn
    // for one prime does not depend on how many candidates the other took.
    let streams: Vec<[Mutex<ChaCha20Rng>; 2]> = (0..hands)
        .map(|_| [(); 2].map(|()| Mutex::new(stream(rng))))
        .collect();
    search.crew.run(&|hand| {
        for index in [hand % 2, 1 - hand % 2] {
            if let Some(Ok(mut rng)) = streams.get(hand).map(|both| both[index].lock()) {
                look_for(&wanted, index, search, &mut rng);
            }
        }
    });
    let found = wanted.map(|wanted| wanted.prime.into_inner().ok().flatten());
    match found {
        [Some(first), Some(second)] => Ok([first, second]),
        _ => Err(Cancelled),
    }
}

fn stream(rng: &mut (impl CryptoRng + ?Sized)) -> ChaCha20Rng {
    let mut seed = Zeroizing::new([0; 32]);
    rng.fill_bytes(seed.as_mut());
    ChaCha20Rng::from_seed(*seed)
}

/// One hand's share: until the prime is found, here or elsewhere, or nobody wants it any more.
fn look_for(wanted: &[Wanted<'_>; 2], index: usize, search: &Search<'_>, rng: &mut ChaCha20Rng) {
    let Wanted {
        candidates,
        prime,
        is_found,
        tally,
    } = &wanted[index];
    let stop = || is_found.load(Ordering::Relaxed) || search.watch.is_cancelled();
    while !stop() {
        Tally::tell([&wanted[0].tally, &wanted[1].tally], search.watch);
        let mut batch = Vec::with_capacity(search.engine.lanes());
        while batch.len() < search.engine.lanes() {
            match candidates.draw(rng, &stop) {
                Ok(candidate) => batch.push(candidate),
                Err(Cancelled) => return,
            }
        }
        let numbers: Vec<&[u64]> = batch.iter().map(|words| words.as_slice()).collect();
        let Some(passed) = search.engine.test(&numbers, &stop) else {
            return;
        };
        tally.count(batch.len());
        for (words, passed) in batch.iter().zip(passed) {
            let number = words::number_of(words, candidates.bits());
            if passed && crypto_primes::is_prime(Flavor::Any, &*number) {
                if let Ok(mut prime) = prime.lock() {
                    prime.get_or_insert(number);
                }
                is_found.store(true, Ordering::Relaxed);
                tally.finish();
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use super::*;
    use crate::key::watch::{Progress, Unwatched};

    fn engines() -> impl Iterator<Item = Engine> {
        Engine::ALL.into_iter().filter(|engine| engine.is_here())
    }

    fn found(engine: Engine, seed: u64) -> [SecretUint; 2] {
        let longer = Candidates::new(513, 65537, engine.lanes());
        let shorter = Candidates::new(512, 65537, engine.lanes());
        let search = Search {
            engine,
            ..Search::alone(&Unwatched)
        };
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        find_two([&longer, &shorter], &search, &mut rng).expect("nobody cancels")
    }

    #[test]
    fn every_engine_finds_the_same_primes() {
        for seed in 0..3 {
            let expected = found(Engine::Portable, seed);
            for engine in engines() {
                let primes = found(engine, seed);
                assert_eq!(primes, expected, "{}", engine.name());
                let sizes = primes.each_ref().map(|prime| prime.bits_vartime());
                assert_eq!(sizes, [513, 512]);
            }
        }
    }

    /// As many threads as asked for.
    struct Threads(usize);

    impl Crew for Threads {
        fn size(&self) -> usize {
            self.0
        }

        fn run(&self, work: &(dyn Fn(usize) + Sync)) {
            std::thread::scope(|scope| {
                for hand in 0..self.0 {
                    scope.spawn(move || work(hand));
                }
            });
        }
    }

    #[test]
    fn any_number_of_hands_finds_two_primes() {
        let candidates = Candidates::new(512, 65537, Engine::best().lanes());
        for hands in [1, 2, 3, 8] {
            let search = Search {
                crew: &Threads(hands),
                ..Search::alone(&Unwatched)
            };
            let mut rng = ChaCha20Rng::seed_from_u64(5);
            let [first, second] =
                find_two([&candidates, &candidates], &search, &mut rng).expect("nobody cancels");
            assert_ne!(first, second);
            for prime in [first, second] {
                assert!(crypto_primes::is_prime(Flavor::Any, &*prime));
            }
        }
    }

    #[test]
    fn the_search_stops_wherever_it_is_told_to() {
        struct StopAt(AtomicU32);
        impl Watch for StopAt {
            fn progress(&self, _: Progress) {}
            fn is_cancelled(&self) -> bool {
                let left = self.0.load(Ordering::Relaxed);
                self.0.store(left.saturating_sub(1), Ordering::Relaxed);
                left == 0
            }
        }
        for engine in engines() {
            let candidates = Candidates::new(2048, 65537, engine.lanes());
            for questions in 0..60 {
                let mut rng = ChaCha20Rng::seed_from_u64(2);
                let watch = StopAt(AtomicU32::new(questions));
                let search = Search {
                    engine,
                    ..Search::alone(&watch)
                };
                let found = find_two([&candidates, &candidates], &search, &mut rng);
                assert_eq!(found.err(), Some(Cancelled));
            }
        }
    }
}

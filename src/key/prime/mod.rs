//! The search for primes: what to try ([`Policy`]), how to sift it (the crate `keywright-sift`),
//! who judges, with how many hands ([`Crew`]), and whom to tell ([`Watch`]).
//!
//! Candidates lie in a window of 2^31 odd numbers, which is drawn uniformly, and in which they are
//! (`candidates.rs` says how evenly that spreads the primes). The bounds are FIPS 186-5's.
//!
//! The sift is fast and is not trusted: what it lets through goes to the judge (`judge.rs`), to whose tests no
//! composite number is known that passes. So a fault in the sift can cost time but can never make a key
//! weak.
//!
//! # When it stops
//!
//! Draw and sift ask every few milliseconds whether to go on. The judge cannot: it takes 10 ms for a
//! prime of a 4096-bit key, and up to half a second for one of a 16384-bit key. It is called about once
//! for each prime, and whoever cancels does not wait for it: [`crate::engine::job::Job`] forgets the thread.
//!
//! # What does not stay behind
//!
//! Every candidate here is wiped when it is dropped. The libraries' own temporaries are not: the two Miller–Rabin tests copy
//! the number that they judge. The programs' allocator wipes those when they are freed ([`crate::secret::Wiped`]).
//! Which numbers were rejected is of no use to anybody; the time that division and rejection take depends on them alone. The sift
//! runs the same instructions for every number of a size; that is what OpenSSL and BoringSSL promise.

mod candidates;
mod judge;
mod policy;
mod progression;
mod tally;
mod words;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crypto_bigint::BoxedUint;
use keywright_sift::Engine;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

pub use policy::{Policy, Proof};

use candidates::Candidates;
pub(super) use policy::source;
pub(super) use tally::Tally;
use words::SecretWords;
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
    /// What is asked of the primes.
    pub policy: Policy,
}

impl std::fmt::Debug for Search<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search")
            .field("engine", &self.engine)
            .field("crew", &self.crew.size())
            .field("policy", &self.policy)
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
            policy: Policy::default(),
        }
    }
}

/// Where candidates come from.
pub(super) trait Source: Sync {
    /// The size of each, in bits.
    fn bits(&self) -> u32;

    /// The chance that one of them is prime.
    fn chance_of_prime(&self) -> f64;

    /// Begins to draw, for one hand.
    fn begin<'a>(
        &'a self,
        rng: &mut ChaCha20Rng,
        stop: &dyn Fn() -> bool,
    ) -> Result<Box<dyn Draw + 'a>, Cancelled>;

    /// Whether it is prime for a reason of its own, beside the judge's word; for what has none, yes.
    fn proves(&self, _: &SecretUint) -> bool {
        true
    }
}

/// One hand's candidates.
pub(super) trait Draw {
    /// The next one: odd, without small divisors.
    fn next(&mut self, rng: &mut ChaCha20Rng, stop: &dyn Fn() -> bool) -> Result<SecretWords, Cancelled>;
}

/// One prime that is looked for.
struct Wanted<'a> {
    source: &'a dyn Source,
    prime: Mutex<Option<SecretUint>>,
    /// Whether a hand has a number that has passed the sift, which is a prime but for a miracle.
    is_taken: AtomicBool,
    tally: Tally,
}

/// Looks for several primes side by side: each hand begins with another one, and goes on with the next
/// when one is found.
pub(super) fn find<const N: usize>(
    of: [&dyn Source; N],
    search: &Search<'_>,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<[SecretUint; N], Cancelled> {
    let wanted = of.map(|source| Wanted {
        source,
        prime: Mutex::new(None),
        is_taken: AtomicBool::new(false),
        tally: Tally::new(source.chance_of_prime()),
    });
    let hands = search.crew.size().max(1);
    // A stream for each hand and prime, so that none waits for another, and so that what is drawn
    // for one prime does not depend on how many candidates another took.
    let streams: Vec<[Mutex<ChaCha20Rng>; N]> = (0..hands)
        .map(|_| std::array::from_fn(|_| Mutex::new(stream(rng))))
        .collect();
    search.crew.run(&|hand| {
        for index in (0..N).map(|index| (hand + index) % N) {
            if let Some(Ok(mut rng)) = streams.get(hand).map(|streams| streams[index].lock()) {
                look_for(&wanted, index, search, &mut rng);
            }
        }
    });
    let mut found = Vec::with_capacity(N);
    for wanted in wanted {
        found.push(wanted.prime.into_inner().ok().flatten().ok_or(Cancelled)?);
    }
    found.try_into().map_err(|_| Cancelled)
}

/// A generator with a seed from `rng`.
pub(super) fn stream(rng: &mut (impl CryptoRng + ?Sized)) -> ChaCha20Rng {
    let mut seed = Zeroizing::new([0; 32]);
    rng.fill_bytes(seed.as_mut());
    ChaCha20Rng::from_seed(*seed)
}

/// One hand's share: until the prime is found, here or elsewhere, or nobody wants it any more.
fn look_for<const N: usize>(
    wanted: &[Wanted<'_>; N],
    index: usize,
    search: &Search<'_>,
    rng: &mut ChaCha20Rng,
) {
    let Wanted {
        source,
        prime,
        is_taken,
        tally,
    } = &wanted[index];
    let stop = || is_taken.load(Ordering::Relaxed) || search.watch.is_cancelled();
    // What the judge draws is no matter of how many candidates were drawn before it, which the engine decides.
    let mut bases = ChaCha20Rng::from_seed(*Zeroizing::new(rng.get_seed()));
    bases.set_stream(1);
    let Ok(mut candidates) = source.begin(rng, &stop) else {
        return;
    };
    while !stop() {
        Tally::tell(wanted.each_ref().map(|wanted| &wanted.tally), search.watch);
        let mut batch = Vec::with_capacity(search.engine.lanes());
        while batch.len() < search.engine.lanes() {
            match candidates.next(rng, &stop) {
                Ok(candidate) => batch.push(candidate),
                Err(Cancelled) => return,
            }
        }
        let numbers: Vec<&[u64]> = batch.iter().map(|words| words.as_slice()).collect();
        // The judge is quick with numbers that are too small to be sifted.
        let passed = if Engine::BITS.contains(&source.bits()) {
            search.engine.test(&numbers, &stop)
        } else {
            Some(vec![true; numbers.len()])
        };
        let Some(passed) = passed else { return };
        tally.count(batch.len());
        for (words, passed) in batch.iter().zip(passed) {
            if !passed {
                continue;
            }
            // The others leave this prime alone: their hands are worth more to the judge.
            is_taken.store(true, Ordering::Relaxed);
            let number = words::number_of(words, source.bits());
            if judge::is_prime(&number, search, &mut bases) && source.proves(&number) {
                if let Ok(mut prime) = prime.lock() {
                    prime.get_or_insert(number);
                }
                tally.finish();
                return;
            }
            is_taken.store(false, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use crypto_primes::Flavor;

    use super::*;
    use crate::key::watch::{Progress, Unwatched};

    fn engines() -> impl Iterator<Item = Engine> {
        Engine::ALL.into_iter().filter(|engine| engine.is_here())
    }

    fn found(engine: Engine, seed: u64) -> [SecretUint; 2] {
        let longer = Candidates::new(513, None, engine.lanes());
        let shorter = Candidates::new(512, None, engine.lanes());
        let search = Search {
            engine,
            ..Search::alone(&Unwatched)
        };
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        find([&longer, &shorter], &search, &mut rng).expect("nobody cancels")
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
        let candidates = Candidates::new(512, None, Engine::best().lanes());
        for hands in [1, 2, 3, 8] {
            let search = Search {
                crew: &Threads(hands),
                ..Search::alone(&Unwatched)
            };
            let mut rng = ChaCha20Rng::seed_from_u64(5);
            let [first, second] =
                find([&candidates, &candidates], &search, &mut rng).expect("nobody cancels");
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
            let candidates = Candidates::new(2048, None, engine.lanes());
            for questions in 0..60 {
                let mut rng = ChaCha20Rng::seed_from_u64(2);
                let watch = StopAt(AtomicU32::new(questions));
                let search = Search {
                    engine,
                    ..Search::alone(&watch)
                };
                let found = find([&candidates, &candidates], &search, &mut rng);
                assert_eq!(found.err(), Some(Cancelled));
            }
        }
    }
}

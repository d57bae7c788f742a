//! How far a search is: the share of the work that lies behind, for work that has no certain end.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::key::watch::{Progress, Watch};

/// Counts the tries for one prime.
pub(in crate::key) struct Tally {
    /// The chance that one try finds it.
    chance: f64,
    tries: AtomicU64,
    is_found: AtomicBool,
}

impl Tally {
    pub(in crate::key) fn new(chance: f64) -> Self {
        Self {
            chance,
            tries: AtomicU64::new(0),
            is_found: AtomicBool::new(false),
        }
    }

    pub(in crate::key) fn count(&self, tries: usize) {
        self.tries.fetch_add(tries as u64, Ordering::Relaxed);
    }

    pub(super) fn finish(&self) {
        self.is_found.store(true, Ordering::Relaxed);
    }

    #[expect(clippy::cast_precision_loss, reason = "a bar needs no more digits")]
    fn tries(&self) -> f64 {
        self.tries.load(Ordering::Relaxed) as f64
    }

    /// The chance that as many tries would have found it by now.
    fn done(&self) -> f64 {
        if self.is_found.load(Ordering::Relaxed) {
            return 1.0;
        }
        -(self.tries() * (-self.chance).ln_1p()).exp_m1()
    }

    /// How many more tries are to be expected.
    fn left(&self) -> f64 {
        if self.is_found.load(Ordering::Relaxed) {
            return 0.0;
        }
        1.0 / self.chance
    }

    /// Says how far the search for all these is.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "a bar needs no more digits"
    )]
    pub(in crate::key) fn tell<const N: usize>(tallies: [&Self; N], watch: &dyn Watch) {
        let done: f64 = tallies.iter().map(|tally| tally.done()).sum();
        let left: f64 = tallies.iter().map(|tally| tally.left()).sum();
        let tries: f64 = tallies.iter().map(|tally| tally.tries()).sum();
        watch.progress(Progress::Searching {
            done: (done / N as f64) as f32,
            left: (left / tries) as f32,
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Bar(Mutex<Vec<[f32; 2]>>);

    impl Watch for Bar {
        fn progress(&self, progress: Progress) {
            let Progress::Searching { done, left } = progress else {
                panic!("{progress:?}");
            };
            self.0.lock().expect("one thread").push([done, left]);
        }
        fn is_cancelled(&self) -> bool {
            false
        }
    }

    #[test]
    fn the_bar_is_half_full_when_every_second_search_would_be_over_and_says_what_is_left() {
        // (1 − 1/100)^69 is just under a half.
        let (one, other) = (Tally::new(0.01), Tally::new(0.01));
        let bar = Bar::default();
        Tally::tell([&one, &other], &bar);
        for tally in [&one, &other] {
            tally.count(69);
        }
        Tally::tell([&one, &other], &bar);
        one.finish();
        Tally::tell([&one, &other], &bar);
        let bar = bar.0.into_inner().expect("one thread");
        let done = |at: usize| bar[at][0];
        assert!(
            done(0) == 0.0 && (0.5..0.51).contains(&done(1)) && (0.75..0.76).contains(&done(2)),
            "{bar:?}"
        );
        // A hundred tries are to be expected for each, 138 have been made.
        let left = |at: usize| bar[at][1];
        assert!(
            left(0).is_infinite() && (1.44..1.46).contains(&left(1)) && (0.72..0.73).contains(&left(2)),
            "{bar:?}"
        );
    }
}

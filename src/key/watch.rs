//! How long work tells what it is doing, and how it is told to stop.

/// What the search for a key is doing now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// Looking for primes: `done` is the share of the expected work that lies behind, in `0.0..=1.0`. It
    /// is a probability, so it approaches 1 without ever promising the end.
    Searching {
        /// For each prime, the chance `1 − (1 − p)^tries` that as many tries would have found it by
        /// now, or 1 when it is found; the mean of these.
        done: f32,
        /// How many more tries are to be expected, for each that has been made; infinite before the
        /// first one. However many have been made, that many more are to be expected: chance has
        /// no memory.
        left: f32,
    },
    /// Both halves are there; they are put together and signed with once.
    Checking,
}

impl Progress {
    /// One figure for a bar, in `0.0..=1.0`, that never runs backwards within one generation.
    #[must_use]
    pub fn fraction(self) -> f32 {
        match self {
            Self::Searching { done, .. } => done.clamp(0.0, 0.99),
            Self::Checking => 0.99,
        }
    }
}

/// Somebody who watches long work and may stop it.
pub trait Watch: Sync {
    /// Called often, from the working thread; must return at once.
    fn progress(&self, progress: Progress);

    /// How far work has come that is told in words, such as “12 keys, 4 tried so far”; safe to show.
    fn tell(&self, _words: &str) {}

    /// Whether the work is no longer wanted. Asked at least every 50 ms where the arithmetic allows.
    fn is_cancelled(&self) -> bool;

    /// Does a part of the work that must not be left half done; it says whether it has changed anything. Whoever ends the
    /// program waits for it.
    fn whole(&self, part: &mut dyn FnMut() -> bool) {
        part();
    }
}

/// Nobody watches: for tests and for work that takes no time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&self, _: Progress) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}

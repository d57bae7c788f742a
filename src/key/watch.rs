//! How long work tells what it is doing, and how it is told to stop.

/// What the search for a key is doing now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// Looking for a prime: `done` is the share of the expected work that lies behind, in
    /// `0.0..1.0`. It is a probability, so it approaches 1 without ever promising the end.
    Prime {
        /// Which prime, counted from 1.
        index: u8,
        /// How many primes there will be.
        of: u8,
        /// `1 − (1 − p)^tries`: the chance that as many tries would have found one by now.
        done: f32,
    },
    /// Both halves are there; they are put together and signed with once.
    Checking,
}

impl Progress {
    /// One figure for a bar, in `0.0..=1.0`, that never runs backwards within one generation.
    #[must_use]
    pub fn fraction(self) -> f32 {
        match self {
            Self::Prime { index, of, done } => {
                let before = f32::from(index.saturating_sub(1));
                ((before + done.clamp(0.0, 1.0)) / f32::from(of.max(1))).min(0.99)
            }
            Self::Checking => 0.99,
        }
    }
}

/// Somebody who watches long work and may stop it.
pub trait Watch: Sync {
    /// Called often, from the working thread; must return at once.
    fn progress(&self, progress: Progress);

    /// Whether the work is no longer wanted. Asked at least every 50 ms where the arithmetic allows.
    fn is_cancelled(&self) -> bool;
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

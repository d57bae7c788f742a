//! Who works: this floor has no threads of its own, so whoever has some lends them.

/// Several hands for one piece of work.
pub trait Crew: Sync {
    /// How many there are, at least 1.
    fn size(&self) -> usize;

    /// Calls `work` with 0, 1, … up to the size, all at once, and returns when all have returned.
    fn run(&self, work: &(dyn Fn(usize) + Sync));

    /// Does both, beside each other where there are hands for it, and returns when both are done.
    fn both(&self, one: &mut (dyn FnMut() + Send), other: &mut (dyn FnMut() + Send)) {
        one();
        other();
    }
}

/// A single hand: the same work in the same order every time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Crew for Alone {
    fn size(&self) -> usize {
        1
    }

    fn run(&self, work: &(dyn Fn(usize) + Sync)) {
        work(0);
    }
}

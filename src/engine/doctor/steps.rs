//! The steps of an examination, each told when it is made.

use std::fmt;
use std::sync::Arc;

use super::verdict::Step;

/// Is told each step when it is made, on the thread that makes it; must return at once.
pub type Tell = Arc<dyn Fn(&Step) + Send + Sync>;

/// The steps that were made so far.
#[derive(Clone)]
pub(super) struct Steps {
    all: Vec<Step>,
    tell: Tell,
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all.fmt(f)
    }
}

impl Steps {
    /// None yet.
    pub(super) fn told_to(tell: Tell) -> Self {
        Self {
            all: Vec::new(),
            tell,
        }
    }

    pub(super) fn push(&mut self, step: Step) {
        (self.tell)(&step);
        self.all.push(step);
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Step> {
        self.all.iter()
    }

    pub(super) fn into_all(self) -> Vec<Step> {
        self.all
    }
}

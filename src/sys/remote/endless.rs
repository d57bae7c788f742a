//! A command that comes to no end: what is known of it when another one is wanted.

use super::{RemoteFault, Step};

/// What a command did that came to no end within the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endless {
    /// It said nothing.
    Silent(u64),
    /// It went on saying something.
    Talking(u64),
}

impl Endless {
    pub(super) fn of(fault: &RemoteFault) -> Option<Self> {
        match fault {
            RemoteFault::TimedOut { secs, .. } => Some(Self::Silent(*secs)),
            RemoteFault::Unfinished { secs, .. } => Some(Self::Talking(*secs)),
            _ => None,
        }
    }

    pub(super) fn at(self, step: Step) -> RemoteFault {
        match self {
            Self::Silent(secs) => RemoteFault::TimedOut { step, secs },
            Self::Talking(secs) => RemoteFault::Unfinished { step, secs },
        }
    }
}

//! What goes on beside the page: a file dialog, a file being read, files being written.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::Page;
use crate::app::desktop::Picked;
use crate::app::dialog::Purpose;
use crate::engine::Problem;
use crate::engine::describe::Warning;
use crate::engine::job::Job;
use crate::engine::saving::{Plan, Stored};
use crate::format::{Certificate, DecodeError, LockedFile, Parsed, Ssh1Key};
use crate::secret::Passphrase;
use crate::sys::files::{ReadError, Seen};

/// One thing at a time.
#[derive(Debug)]
pub(super) enum Task {
    Picking {
        purpose: Purpose,
        job: Job<Picked>,
    },
    Opening {
        path: Option<PathBuf>,
        /// Where the key is shown then.
        page: Page,
        job: Job<Result<Opened, Refused>>,
    },
    ReadingCertificate {
        path: PathBuf,
        job: Job<Result<Certificate, Problem>>,
    },
    Saving {
        plan: Plan,
        purpose: Purpose,
        job: Job<Result<Written, Problem>>,
    },
}

/// A file that was read, and what its owner ought to know of it.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) parsed: Parsed,
    pub(super) warnings: Vec<Warning>,
    /// What was in the file; nothing where it came from no file.
    pub(super) seen: Option<Seen>,
}

/// Files that were written.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// What came of it.
    pub(super) stored: Stored,
    /// Copies of what was replaced, where that was more than a key.
    pub(super) kept: Vec<PathBuf>,
    /// The private one, if it is encrypted.
    pub(super) locked: Option<Arc<LockedFile>>,
    /// With which passphrase, to be compared once more and forgotten.
    pub(super) passphrase: Passphrase,
}

/// Why a file was not opened.
#[derive(Debug)]
pub(super) enum Refused {
    /// It holds a key that nothing uses any more.
    Ssh1(Box<Ssh1Key>),
    /// Anything else.
    Other(Problem),
}

impl From<DecodeError> for Refused {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::Ssh1(key) => Self::Ssh1(Box::new(key)),
            other => Self::Other(other.into()),
        }
    }
}

impl From<ReadError> for Refused {
    fn from(error: ReadError) -> Self {
        Self::Other(error.into())
    }
}

impl Task {
    pub(super) fn is_saving(&self) -> bool {
        matches!(self, Self::Saving { .. })
    }

    pub(super) fn title(&self) -> &'static str {
        match self {
            Self::Picking {
                purpose: Purpose::Open(_) | Purpose::Examine | Purpose::AddCertificate,
                ..
            } => "Choose a file in the dialog…",
            Self::Picking { .. } => "Choose where to save in the dialog…",
            Self::Opening { .. } | Self::ReadingCertificate { .. } => "Opening…",
            Self::Saving { .. } => "Saving…",
        }
    }
}

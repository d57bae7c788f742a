//! What goes on beside the page: a file dialog, a file being read, files being written.

use std::path::PathBuf;

use crate::app::Problem;
use crate::app::desktop::Picked;
use crate::app::dialog::Purpose;
use crate::app::job::Job;
use crate::app::saving::Plan;
use crate::format::Parsed;
use crate::sys::permissions::Access;

/// One thing at a time.
#[derive(Debug)]
pub(super) enum Task {
    Picking {
        purpose: Purpose,
        job: Job<Picked>,
    },
    Opening {
        path: Option<PathBuf>,
        job: Job<Result<Opened, Problem>>,
    },
    Saving {
        plan: Plan,
        purpose: Purpose,
        job: Job<Result<(), Problem>>,
    },
}

/// A file that was read, and who else may read it.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) parsed: Parsed,
    pub(super) access: Option<Access>,
}

impl Task {
    pub(super) fn is_saving(&self) -> bool {
        matches!(self, Self::Saving { .. })
    }

    pub(super) fn title(&self) -> &'static str {
        match self {
            Self::Picking {
                purpose: Purpose::Open,
                ..
            } => "Choose a file in the dialog…",
            Self::Picking { .. } => "Choose where to save in the dialog…",
            Self::Opening { .. } => "Opening…",
            Self::Saving { .. } => "Saving…",
        }
    }
}

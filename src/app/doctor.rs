//! The page that says why a login does not work: what it was given, and what came of that.

use std::fmt;
use std::path::PathBuf;

use crate::engine::Problem;
use crate::engine::doctor::Examination;
use crate::engine::doctor::mend::Mend;
use crate::engine::job::Job;

/// The page, as it stands.
#[derive(Default)]
pub struct Doctor {
    /// What was printed, as it was typed or pasted; at most [`Self::FIELD`] bytes.
    pub log: String,
    /// What was pasted and is too long for a field.
    pub long_log: Option<String>,
    /// What was found last.
    pub found: Option<Found>,
    pub(super) job: Option<(Subject, Job<Found>)>,
    pub(super) is_repairing: bool,
}

impl fmt::Debug for Doctor {
    // What was printed may hold what nobody else is to see.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doctor")
            .field("found", &self.found)
            .field("examining", &self.examining())
            .finish_non_exhaustive()
    }
}

impl Doctor {
    /// As much as a field is given to lay out in every frame.
    pub const FIELD: usize = 64 << 10;

    /// What is being examined.
    #[must_use]
    pub fn examining(&self) -> Option<&Subject> {
        self.job.as_ref().map(|(subject, _)| subject)
    }
}

/// What is examined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Keys, configuration and agents of this computer.
    Here,
    /// What was typed or pasted.
    Log,
    /// A file: a key, or else a log.
    File(PathBuf),
}

/// What was found.
#[derive(Debug)]
pub struct Found {
    /// What was examined.
    pub subject: Subject,
    /// What it comes to.
    pub examination: Result<Examination, Problem>,
    /// What can be put right here, without losing anything.
    pub mends: Vec<Mend>,
    /// What was put right before that, in sentences.
    pub done: Vec<String>,
    /// What could not be.
    pub failed: Vec<Problem>,
}

/// Something to be done on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DoctorCommand {
    /// Examine this computer.
    ExamineHere,
    /// Examine what was typed or pasted.
    ExamineLog,
    /// Paste what was printed, and examine it.
    Paste,
    /// Choose a file to examine.
    Choose,
    /// Examine this file.
    ExamineFile(PathBuf),
    /// Put right what can be put right, and look again.
    Repair,
    /// Copy the command of this verdict.
    CopyCommand(usize),
    /// Put away what was found.
    Close,
}

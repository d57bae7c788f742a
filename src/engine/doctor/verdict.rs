//! What an examination comes to.

use super::about::{About, Who};
use super::advice::{self, Advice};
use super::cause::Cause;
use super::mend::Mend;
use crate::key::comment::escaped;

/// As many verdicts as are told.
pub const MOST_VERDICTS: usize = 3;
/// As much of a line as is shown as evidence, in characters.
const LONGEST_EVIDENCE: usize = 300;

/// How sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It would explain what was seen, as other things would.
    Possible,
    /// It explains what was seen better than anything else.
    Likely,
    /// It was seen, or proved.
    Certain,
}

impl Certainty {
    /// The stable word for it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// From where a piece of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// This line of the log.
    Line(usize),
    /// A file on this computer.
    File,
    /// A step of the examination.
    Step,
}

/// What speaks for a verdict, or against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Where it is from.
    pub source: Source,
    /// What was seen, safe to print.
    pub text: String,
    /// Whether it speaks against the verdict.
    pub contradicts: bool,
}

impl Evidence {
    /// A piece of evidence from anywhere.
    #[must_use]
    pub fn new(source: Source, text: &str) -> Self {
        let text = escaped(text.trim().as_bytes());
        let text = match text.char_indices().nth(LONGEST_EVIDENCE) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        };
        Self {
            source,
            text,
            contradicts: false,
        }
    }

    /// The same, against the verdict.
    #[must_use]
    pub fn against(mut self) -> Self {
        self.contradicts = true;
        self
    }
}

/// What ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What to do: sentences.
    pub what: String,
    /// The command that does it; nothing where there is none.
    pub command: Option<String>,
    /// What this program does when it is told to; nothing where it cannot.
    pub mend: Option<Mend>,
}

/// What an examination comes to: one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Which.
    pub cause: Cause,
    /// How sure that is.
    pub certainty: Certainty,
    /// In one sentence.
    pub message: String,
    /// What speaks for it, and against.
    pub evidence: Vec<Evidence>,
    /// What ends it.
    pub fix: Option<Fix>,
    /// Who has to act; nobody where all is well.
    pub who: Option<Who>,
    /// The file that it is about.
    pub file: Option<String>,
}

impl Verdict {
    /// The verdict with the words that belong to the cause.
    #[must_use]
    pub fn new(cause: Cause, certainty: Certainty, about: &About) -> Self {
        let Advice {
            message,
            what,
            command,
            who,
        } = advice::advise(cause, about);
        Self {
            cause,
            certainty,
            message,
            evidence: Vec::new(),
            fix: (!what.is_empty()).then_some(Fix {
                what,
                command,
                mend: None,
            }),
            who,
            file: about.file.clone(),
        }
    }

    /// With one more piece of evidence.
    #[must_use]
    pub fn seen(mut self, evidence: Evidence) -> Self {
        if !self.evidence.contains(&evidence) {
            self.evidence.push(evidence);
        }
        self
    }

    /// Whether it says that nothing is wrong.
    #[must_use]
    pub fn is_well(&self) -> bool {
        matches!(self.cause, Cause::Works | Cause::TakesTheKey)
    }
}

/// A step that was made, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was looked at.
    pub what: String,
    /// What came of it.
    pub found: String,
    /// Whether that was well.
    pub is_well: bool,
}

impl Step {
    /// A step that found all well.
    #[must_use]
    pub fn well(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            found: found.into(),
            is_well: true,
        }
    }

    /// A step that found something wrong.
    #[must_use]
    pub fn ill(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            is_well: false,
            ..Self::well(what, found)
        }
    }
}

/// What an examination found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examination {
    /// The best first, three at most.
    pub verdicts: Vec<Verdict>,
    /// What was done for that.
    pub steps: Vec<Step>,
}

impl Examination {
    /// One that comes to these, the best first: each cause once.
    #[must_use]
    pub fn of(all: Vec<Verdict>, steps: Vec<Step>) -> Self {
        let mut verdicts: Vec<Verdict> = Vec::new();
        for verdict in all {
            if let Some(same) = verdicts.iter_mut().find(|same| same.cause == verdict.cause) {
                same.certainty = same.certainty.max(verdict.certainty);
                continue;
            }
            if verdicts.len() < MOST_VERDICTS {
                verdicts.push(verdict);
            }
        }
        Self { verdicts, steps }
    }

    /// Without what cannot be put right as long as no passphrase is given.
    #[must_use]
    pub fn without_passphrase(mut self) -> Self {
        let fixes = self
            .verdicts
            .iter_mut()
            .filter_map(|verdict| verdict.fix.as_mut());
        for fix in fixes {
            fix.mend.take_if(|mend| mend.needs_passphrase());
        }
        self
    }

    /// What the verdicts have ready to put right on this computer, each once.
    #[must_use]
    pub fn mends(&self) -> Vec<Mend> {
        let mut mends: Vec<Mend> = Vec::new();
        let fixes = self.verdicts.iter().filter_map(|verdict| verdict.fix.as_ref());
        for mend in fixes.filter_map(|fix| fix.mend.clone()) {
            if mend.is_harmless() && !mends.contains(&mend) {
                mends.push(mend);
            }
        }
        mends
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.verdicts.iter().all(Verdict::is_well)
    }
}

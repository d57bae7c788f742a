//! What the Doctor may put right itself, when it is told to.

use std::path::{Path, PathBuf};

use crate::engine::Problem;
use crate::engine::keys::repair::{announcement as announced, apply, subject as subject_of};
use crate::engine::keys::{Remedy, Whose};
use crate::engine::only_key::OnlyKey;

/// What can be put right on this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mend {
    /// A file or folder.
    Here(Remedy),
    /// ssh's configuration: for a server it names one key, which is tried there first, and an agent's others are not.
    OneKey {
        /// The server, as it is typed.
        alias: String,
        /// The key.
        file: PathBuf,
    },
}

impl Mend {
    /// Whether nothing can be lost by it.
    pub(super) fn is_harmless(&self) -> bool {
        match self {
            Self::Here(remedy) => remedy.is_harmless(),
            Self::OneKey { .. } => true,
        }
    }
}

/// What would be done, in words behind “to”.
#[must_use]
pub fn announcement(mend: &Mend, whose: &Whose) -> String {
    match mend {
        Mend::Here(remedy) => announced(remedy, whose),
        Mend::OneKey { alias, file } => format!(
            "add lines about {alias} to ssh's configuration, by which {} is tried there first, and of an agent only keys that the configuration names",
            whose.short(file)
        ),
    }
}

/// The same: a sentence.
#[must_use]
pub fn would(mend: &Mend, whose: &Whose) -> String {
    format!("Would {}.", announcement(mend, whose))
}

/// The file that it is about.
#[must_use]
pub fn subject(mend: &Mend) -> &Path {
    match mend {
        Mend::Here(remedy) => subject_of(remedy),
        Mend::OneKey { file, .. } => file,
    }
}

/// Does it; what was done is a sentence.
///
/// # Errors
/// It could not be done, and nothing was changed.
pub fn mend(mend: &Mend, whose: &Whose) -> Result<String, Problem> {
    match mend {
        Mend::Here(remedy) => apply(remedy, whose),
        Mend::OneKey { alias, file } => {
            let entry = OnlyKey::plan(whose, alias, file)?;
            entry.write()?;
            Ok(format!(
                "{} has lines about {alias} now: {} is tried there first, and of an agent only keys that the configuration names.",
                whose.short(entry.path()),
                whose.short(file)
            ))
        }
    }
}

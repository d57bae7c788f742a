//! Dialogs about the hosts that ssh knows, about who may log in here, and about forms for keys.

use std::path::PathBuf;

use crate::engine::Problem;
use crate::engine::authorized::Row;
use crate::engine::conditions::Conditions;
use crate::engine::job::Job;
use crate::engine::known_hosts::Known;
use crate::engine::lists::Change;
use crate::engine::providers::{PROVIDERS, Provider};

/// Something that was done to a list, and can be taken back.
#[derive(Clone, Debug)]
pub struct Done {
    /// What, in sentences.
    pub text: String,
    /// How it is taken back; nothing where it was.
    pub change: Option<Change>,
}

/// A list in a file, as it is shown, and what is done to it.
#[derive(Debug)]
pub struct Listed<T> {
    /// The file.
    pub path: PathBuf,
    /// Its lines; nothing until they are read.
    pub lines: Option<Result<Vec<T>, Problem>>,
    /// What was done last.
    pub done: Option<Done>,
    /// Why nothing came of what was asked last.
    pub problem: Option<Problem>,
    /// What goes on.
    pub job: Option<Job<Outcome<T>>>,
}

/// What was done, if anything, and how the list is now.
pub type Outcome<T> = (Result<Option<Done>, Problem>, Result<Vec<T>, Problem>);

impl<T> Listed<T> {
    /// The list in the file at `path`, which is still to be read.
    pub(in crate::app) fn at(path: PathBuf) -> Self {
        Self {
            path,
            lines: None,
            done: None,
            problem: None,
            job: None,
        }
    }

    /// The lines, once they are there.
    #[must_use]
    pub fn lines(&self) -> &[T] {
        match &self.lines {
            Some(Ok(lines)) => lines,
            Some(Err(_)) | None => &[],
        }
    }
}

/// Shows the hosts that ssh knows, and forgets some.
#[derive(Debug)]
pub struct KnownHosts {
    /// Those that are found by `word`.
    pub listed: Listed<Known>,
    /// What is being typed to find a host.
    pub word: String,
    /// By what those that are shown were found.
    pub(in crate::app) found_by: String,
    /// The host whose key is shown as a picture.
    pub pictured: Option<Pictured>,
}

/// A host: its line, and it and its key as they are told. When a line goes, another one comes to its place.
pub type Pictured = (usize, String, String);

/// Shows who may log in here, and lets keys in and out.
#[derive(Debug)]
pub struct Authorized {
    /// The lines.
    pub listed: Listed<Row>,
    /// Under which conditions the open key may log in.
    pub conditions: Conditions,
    /// Whether these are unfolded.
    pub shows_conditions: bool,
    /// The line whose removal would let nobody in any more, while that is asked.
    pub asks_about: Option<usize>,
}

/// Shows whose form the open key can be pasted into.
#[derive(Clone, Copy, Debug)]
pub struct Providers {
    /// Whose.
    pub chosen: &'static Provider,
}

impl Default for Providers {
    fn default() -> Self {
        Self {
            chosen: &PROVIDERS[0],
        }
    }
}

//! Dialogs about the hosts that ssh knows, about who may log in here, and about forms for keys.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::app::Problem;
use crate::app::authorized::{Row, expiry};
use crate::app::job::Job;
use crate::app::known_hosts::Host;
use crate::app::lists::Change;
use crate::app::providers::{PROVIDERS, Provider};
use crate::format::authorized_keys::{Command, FromList, NewOptions, Right};

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
    pub listed: Listed<Host>,
    /// What is being typed to find a host.
    pub word: String,
    /// By what those that are shown were found.
    pub(in crate::app) found_by: String,
    /// The line whose key is shown as a picture.
    pub pictured: Option<usize>,
}

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

/// The conditions of a key, as they are being typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Hosts, addresses and networks; nothing for all.
    pub from: String,
    /// The only command; nothing for all.
    pub command: String,
    /// The day on which it ends; nothing for never.
    pub expires: String,
    /// Nothing is allowed but what is named.
    pub restrict: bool,
    /// What is allowed all the same, or else what is forbidden.
    pub rights: BTreeSet<Right>,
}

impl Conditions {
    /// The options that say so.
    ///
    /// # Errors
    /// Something that was typed cannot be one.
    pub fn options(&self) -> Result<NewOptions, Problem> {
        let typed = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(NewOptions {
            restrict: self.restrict,
            rights: self.rights.iter().map(|right| (*right, self.restrict)).collect(),
            from: typed(&self.from).map(|text| FromList::new(&text)).transpose()?,
            command: typed(&self.command).map(|text| Command::new(&text)).transpose()?,
            expiry: typed(&self.expires).map(|text| expiry(&text)).transpose()?,
        })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_options_or_a_problem() {
        let typed = Conditions {
            from: " 10.0.0.0/8 ".to_owned(),
            command: "uptime".to_owned(),
            expires: "2030-01-31".to_owned(),
            restrict: true,
            rights: BTreeSet::from([Right::Pty]),
        };
        assert_eq!(
            typed.options().unwrap().to_string(),
            "restrict,pty,from=\"10.0.0.0/8\",command=\"uptime\",expiry-time=\"20300131\""
        );
        let forbidding = Conditions {
            rights: BTreeSet::from([Right::Pty]),
            ..Conditions::default()
        };
        assert_eq!(forbidding.options().unwrap().to_string(), "no-pty");
        assert_eq!(Conditions::default().options().unwrap(), NewOptions::default());
        for (from, command, expires) in [("10.0.0.1/8", "", ""), ("", "a\\", ""), ("", "", "soon")] {
            let typed = Conditions {
                from: from.to_owned(),
                command: command.to_owned(),
                expires: expires.to_owned(),
                ..Conditions::default()
            };
            assert_eq!(typed.options().unwrap_err().code, "usage");
        }
    }
}

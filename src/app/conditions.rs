//! Under which conditions a key may log in, as they are being typed: here, or on a server.

use std::collections::BTreeSet;

use crate::app::authorized::expiry;
use crate::app::stage::Document;
use crate::app::{App, Problem};
use crate::format::authorized_keys::{Command, FromList, NewLine, NewOptions, Right};

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
    /// Whether there are none.
    #[must_use]
    pub fn are_none(&self) -> bool {
        *self == Self::default()
    }

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

impl App {
    /// The line by which the open key could log in somewhere, under the conditions that are typed.
    ///
    /// # Errors
    /// One of them cannot be a condition, or the comment is none. Nothing where there is no key.
    #[must_use]
    pub fn new_authorized_line(&self, conditions: &Conditions) -> Option<Result<NewLine, Problem>> {
        self.document().map(|document| line(document, conditions))
    }
}

fn line(document: &Document, conditions: &Conditions) -> Result<NewLine, Problem> {
    let comment = document.draft.checked_comment()?;
    Ok(NewLine::new(document.public(), &conditions.options()?, &comment))
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

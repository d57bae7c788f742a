//! Under which conditions a key may log in, as they are being typed: here, or on a server.

use std::collections::BTreeSet;

use crate::engine::Problem;
use crate::engine::authorized::{check_to_come, expiry};
use crate::format::authorized_keys::{Command, FromList, NewOptions, Right};

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
    /// Something that was typed cannot be one, or the day is over.
    pub fn options(&self) -> Result<NewOptions, Problem> {
        let typed = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let expiry = typed(&self.expires).map(|text| expiry(&text)).transpose()?;
        expiry.map_or(Ok(()), check_to_come)?;
        Ok(NewOptions {
            restrict: self.restrict,
            rights: self.rights.iter().map(|right| (*right, self.restrict)).collect(),
            from: typed(&self.from).map(|text| FromList::new(&text)).transpose()?,
            command: typed(&self.command).map(|text| Command::new(&text)).transpose()?,
            expiry,
        })
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
            expires: "2099-01-31".to_owned(),
            restrict: true,
            rights: BTreeSet::from([Right::Pty]),
        };
        assert_eq!(
            typed.options().unwrap().to_string(),
            "restrict,pty,from=\"10.0.0.0/8\",command=\"uptime\",expiry-time=\"20990131\""
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

    fn refused(expires: &str) -> String {
        let typed = Conditions {
            expires: expires.to_owned(),
            ..Conditions::default()
        };
        typed.options().unwrap_err().what
    }

    #[test]
    fn a_day_that_is_over_is_refused() {
        assert_eq!(refused("2020-01-01"), "2020-01-01 is over already");
        assert_eq!(refused("202001011200Z"), "2020-01-01 is over already");
    }

    #[test]
    fn what_is_no_day_is_told_as_it_was_typed() {
        assert_eq!(refused("2020-13-45"), "2020-13-45 is no day");
    }
}

//! Advice about lists of keys and hosts, and about ssh's configuration.

use super::{Blame, Problem};
use crate::format::ListError;
use crate::format::authorized_keys::{CommandError, FromListError};
use crate::format::known_hosts::HostNameError;
use crate::format::ssh_config::{BlockError, WordError};
use crate::sys::files::EditError;

impl From<&EditError> for Problem {
    fn from(error: &EditError) -> Self {
        let (code, blame, hint) = match error {
            EditError::Read(error) => return error.into(),
            EditError::Write(error) => return error.into(),
            EditError::TooLarge { .. } => (
                "too-large",
                Blame::Key,
                "Look what the file is; lists of keys and settings are much smaller.",
            ),
            EditError::Changed { .. } => (
                "io-changed",
                Blame::World,
                "What the other program wrote is kept. Look at the file as it is now, and try again.",
            ),
        };
        Self::new(code, blame, error.to_string(), hint).unchanged()
    }
}

impl From<&ListError> for Problem {
    fn from(error: &ListError) -> Self {
        let (code, hint) = match error {
            ListError::TooLarge { .. } => (
                "too-large",
                "Look what the file is; lists of keys and settings are much smaller.",
            ),
            ListError::Utf16 => (
                "malformed",
                "ssh cannot read this file either. Save it as UTF-8 in a text editor, without a byte order mark.",
            ),
        };
        Self::new(code, Blame::Key, error.to_string(), hint)
    }
}

impl From<&BlockError> for Problem {
    fn from(error: &BlockError) -> Self {
        let hint = match error {
            BlockError::NoEnd { .. } | BlockError::NoBeginning { .. } => {
                "Take the lines that Keywright made, and the mark that is left, out in a text editor; then try again."
            }
            BlockError::Second { .. } => "Take one of the two out in a text editor; then try again.",
        };
        Self::new("malformed", Blame::Key, error.to_string(), hint).unchanged()
    }
}

impl From<&HostNameError> for Problem {
    fn from(error: &HostNameError) -> Self {
        let hint = "Give the host as you would to ssh: a name or an address, and the port by itself.";
        Self::new("usage", Blame::Usage, error.to_string(), hint)
    }
}

impl From<&CommandError> for Problem {
    fn from(error: &CommandError) -> Self {
        let hint = match error {
            CommandError::Character(_) => "A command is one line of visible text. Take that character out.",
            CommandError::Backslash => "Put a blank behind the backslash, or take it out.",
        };
        Self::new("usage", Blame::Usage, error.to_string(), hint)
    }
}

impl From<&FromListError> for Problem {
    fn from(error: &FromListError) -> Self {
        let hint = match error {
            FromListError::Empty | FromListError::Name(_) => {
                "Give names, addresses or networks with commas between them: *.example.org,192.0.2.0/24."
            }
            FromListError::Network(_) => {
                "Behind the bits that count there are only zeros in the address of a network: 192.0.2.0/24."
            }
        };
        Self::new("usage", Blame::Usage, error.to_string(), hint)
    }
}

impl From<&WordError> for Problem {
    fn from(error: &WordError) -> Self {
        let hint = match error {
            WordError::Empty => "Give a value.",
            WordError::Character(_) => "A value is one line of visible text. Take that character out.",
        };
        Self::new("usage", Blame::Usage, error.to_string(), hint)
    }
}

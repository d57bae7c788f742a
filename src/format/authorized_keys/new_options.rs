//! The options of a line to be written: what sshd reads of them is what was meant.

use std::collections::BTreeMap;
use std::fmt;

use super::{Expiry, Right};
use crate::format::addresses::is_network;
use crate::key::comment::{Comment, CommentError};

/// The options of a new line; by default, none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewOptions {
    /// None of the rights but those that are granted; also none that later versions of sshd may know.
    pub restrict: bool,
    /// Rights that are granted, or taken.
    pub rights: BTreeMap<Right, bool>,
    /// From where alone.
    pub from: Option<FromList>,
    /// The only command.
    pub command: Option<Command>,
    /// Until when.
    pub expiry: Option<Expiry>,
}

impl fmt::Display for NewOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let restrict = self.restrict.then(|| "restrict".to_owned());
        let rights = self.rights.iter().map(|(right, is_granted)| {
            let no = if *is_granted { "" } else { "no-" };
            format!("{no}{}", right.name())
        });
        let from = self.from.iter().map(|from| format!("from=\"{}\"", from.0));
        let command = self.command.iter();
        let command = command.map(|command| format!("command=\"{}\"", command.0.replace('"', "\\\"")));
        let expiry = self
            .expiry
            .iter()
            .map(|expiry| format!("expiry-time=\"{expiry}\""));
        let all = restrict
            .into_iter()
            .chain(rights)
            .chain(from)
            .chain(command)
            .chain(expiry);
        f.write_str(&all.collect::<Vec<_>>().join(","))
    }
}

/// A command that can stand between quotation marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command(String);

/// Why a command cannot stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// A line break, or what cannot be seen.
    #[error("the command has U+{:04X} as its character {}", u32::from(.0.character), .0.position)]
    Character(CommentError),
    /// sshd would take the quotation mark behind it for a part of the command.
    #[error("the command ends in a backslash")]
    Backslash,
}

impl Command {
    /// A command as somebody typed it.
    ///
    /// # Errors
    /// It has a character that cannot stand there, or a backslash at its end.
    pub fn new(text: &str) -> Result<Self, CommandError> {
        Comment::new(text).map_err(CommandError::Character)?;
        if text.ends_with('\\') {
            return Err(CommandError::Backslash);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Hosts, addresses and networks with commas between them; `*` and `?` stand for anything, `!` for all but.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FromList(String);

/// Why a list of hosts is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FromListError {
    /// There is nothing in it, or nothing between two commas.
    #[error("a name is missing in the list of hosts")]
    Empty,
    /// A character that no name and no address has.
    #[error("“{0}” is no host, address or network")]
    Name(String),
    /// `10.0.0.0/33`, or `10.1.2.3/8`, with which sshd lets nobody in.
    #[error("{0} is no network: the address and the number of bits do not fit together")]
    Network(String),
}

impl FromList {
    /// A list as somebody typed it; blanks around its parts are left out.
    ///
    /// # Errors
    /// Names the part that is at fault.
    pub fn new(text: &str) -> Result<Self, FromListError> {
        let parts = text.split(',').map(|part| {
            let part = part.trim();
            let pattern = part.strip_prefix('!').unwrap_or(part);
            if pattern.is_empty() {
                return Err(FromListError::Empty);
            }
            let is_name = |c: char| c.is_ascii_alphanumeric() || "-._:*?/%[]".contains(c);
            if !pattern.chars().all(is_name) {
                return Err(FromListError::Name(
                    Comment::cleaned(part.as_bytes()).0.to_string(),
                ));
            }
            match pattern.split_once('/') {
                Some((address, bits)) if !is_network(address, bits) => {
                    Err(FromListError::Network(part.to_owned()))
                }
                _ => Ok(part),
            }
        });
        Ok(Self(parts.collect::<Result<Vec<_>, _>>()?.join(",")))
    }

    /// The list.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::super::{KeyOption, Options};
    use super::*;

    #[test]
    fn all_options_are_written_in_one_word_that_reads_back() {
        let options = NewOptions {
            restrict: true,
            rights: BTreeMap::from([(Right::Pty, true), (Right::UserRc, false)]),
            from: Some(FromList::new("*.example.org, 10.0.0.0/8,!10.1.2.3, fe80::/10").unwrap()),
            command: Some(Command::new(r#"echo "a\" , b\n $(id) 'c'"#).unwrap()),
            expiry: Expiry::at_start_of(2030, 12, 31),
        };
        let text = options.to_string();
        assert_eq!(
            text,
            concat!(
                r#"restrict,pty,no-user-rc,from="*.example.org,10.0.0.0/8,!10.1.2.3,fe80::/10","#,
                r#"command="echo \"a\\" , b\n $(id) 'c'",expiry-time="20301231""#
            )
        );
        let read: Vec<_> = Options::new(text.as_bytes())
            .iter()
            .collect::<Result<_, _>>()
            .unwrap();
        let command = options.command.unwrap();
        assert!(read.contains(&KeyOption::Command(command.as_str().as_bytes().into())));
        assert_eq!(read.len(), 6);
        assert_eq!(NewOptions::default().to_string(), "");
    }

    #[test]
    fn a_command_that_cannot_be_quoted_is_refused() {
        assert_eq!(Command::new("dir C:\\"), Err(CommandError::Backslash));
        for text in ["a\nb", "a\rb", "a\0b", "a\u{202e}b"] {
            assert!(
                matches!(Command::new(text), Err(CommandError::Character(_))),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_list_of_hosts_that_would_let_nobody_in_is_refused() {
        for (text, error) in [
            ("", FromListError::Empty),
            ("a,,b", FromListError::Empty),
            ("!", FromListError::Empty),
            ("a b", FromListError::Name("a b".to_owned())),
            ("a\"b", FromListError::Name("a\"b".to_owned())),
            ("10.0.0.1/8", FromListError::Network("10.0.0.1/8".to_owned())),
            ("10.0.0.0/33", FromListError::Network("10.0.0.0/33".to_owned())),
            ("!host/8", FromListError::Network("!host/8".to_owned())),
            ("::1/64", FromListError::Network("::1/64".to_owned())),
        ] {
            assert_eq!(FromList::new(text), Err(error), "{text}");
        }
        for text in ["0.0.0.0/0", "10.0.0.1/32", "::1/128", "::/0"] {
            assert_eq!(FromList::new(text).unwrap().as_str(), text);
        }
    }
}

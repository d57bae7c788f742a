//! The list of keys as it was found on a server.

use crate::engine::faults::{By, Loose};

/// The longest list that is taken on, in bytes. The shell's command has the same number.
pub(super) const MAX_LIST: usize = 1 << 20;

/// By which way a server's files are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Commands of a POSIX shell.
    Shell,
    /// File transfer, where no shell answers.
    Files,
}

/// What nologin says, and sshd where only files are given (`internal-sftp`).
const NO_SHELL: [&str; 2] = [
    "This account is currently not available",
    "This service allows sftp connections only",
];

/// What is known of the shell of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// There is one.
    Answers,
    /// None has answered; there may be one for whoever logs in all the same.
    Silent,
    /// There is none: files are all that the account is for.
    None,
}

/// Which list of keys is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Site {
    /// The one that servers read as they come.
    #[default]
    Usual,
    /// The account's own, also where all administrators of a Windows have one together.
    Own,
    /// The one that the server's settings name: a path that begins with `/`, or in the home folder with `./`.
    At(String),
    /// The one in which `JumpCloud`'s agent keeps what is not its own when it writes the usual one anew.
    Kept,
}

/// What the name of that list has behind the name of the usual one.
pub(super) const KEPT: &str = ".jcorig";

/// The list of keys of the account that is logged in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How it was reached.
    pub way: Way,
    /// Whether the server has said that the account has no shell.
    pub has_no_shell: bool,
    /// Whether the account sees a part of the server only: the list that counts may lie outside.
    pub is_shut: bool,
    /// Which one it is.
    pub site: Site,
    /// Whether `JumpCloud`'s agent keeps another one beside it.
    pub has_kept: bool,
    /// Where it lies, safe to print: `~/.ssh/authorized_keys`.
    pub place: String,
    /// What is in it; nothing where there is no such file.
    pub list: Option<Vec<u8>>,
    /// What makes sshd pass over the list, where it is as strict as it is by default.
    pub loose: Vec<Loose>,
}

impl Found {
    /// Whether anything stands in it.
    #[must_use]
    pub fn has_lines(&self) -> bool {
        self.list.as_ref().is_some_and(|list| !list.is_empty())
    }

    /// Whether it is the one list of all administrators of a Windows.
    pub(super) fn is_of_administrators(&self) -> bool {
        self.way == Way::Files && self.site == Site::Usual && !self.place.starts_with('~')
    }

    /// The same where a shell has said this in the place of an answer.
    pub(super) fn told_by_shell(self, said: &str) -> Self {
        let has_no_shell = NO_SHELL.iter().any(|words| said.contains(words));
        Self { has_no_shell, ..self }
    }

    /// What is known of a shell there, on a server that says that it is this software. That of Windows has one, though none of
    /// POSIX.
    #[must_use]
    pub fn shell(&self, software: &str) -> Shell {
        match self.way {
            Way::Shell => Shell::Answers,
            Way::Files if software.contains("Windows") => Shell::Answers,
            Way::Files if self.has_no_shell => Shell::None,
            Way::Files => Shell::Silent,
        }
    }
}

/// What makes sshd distrust a file with these permissions, in the letters of `ls -l` or as their bits.
pub(super) fn looseness(bits: u32, owner: Option<u32>, user: Option<u32>) -> Option<By> {
    match (owner, user) {
        (Some(owner), Some(user)) if owner != user && owner != 0 => Some(By::Owner(owner)),
        _ if bits & 0o002 != 0 => Some(By::Everybody),
        _ if bits & 0o020 != 0 => Some(By::Group),
        _ => None,
    }
}

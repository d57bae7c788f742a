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
    /// Whether it is the one list of all administrators of a Windows.
    pub(super) fn is_of_administrators(&self) -> bool {
        self.way == Way::Files && self.site == Site::Usual && !self.place.starts_with('~')
    }

    /// Whether no shell has answered on a server that says that it is this software: there may be one for whoever logs in
    /// all the same. That of Windows has a shell, though none of POSIX.
    #[must_use]
    pub fn may_be_files_only(&self, software: &str) -> bool {
        self.way == Way::Files && !software.contains("Windows")
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

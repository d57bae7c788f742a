//! Saving keys: which files come of it, and all of them or none.

mod plan;
mod strength;

pub use plan::{
    Encoded, OutgoingPublic, Plan, Planned, PublicForm, certificate_beside, encode_private, file_beside,
    write_public,
};
pub use strength::Strength;

/// What “Save private key” writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// An OpenSSH file, and beside it the public key in `.pub`.
    OpenSsh,
    /// A PuTTY file.
    Ppk,
    /// OpenSSH, `.pub` and PuTTY at once.
    Both,
    /// A PuTTY file that programs older than PuTTY 0.75 read.
    Ppk2,
}

impl Choice {
    /// All of them, in the order of the window.
    pub const ALL: [Self; 4] = [Self::OpenSsh, Self::Ppk, Self::Both, Self::Ppk2];

    /// Its name in the window.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::OpenSsh => "OpenSSH + .pub",
            Self::Ppk => "PuTTY .ppk",
            Self::Both => "OpenSSH and PuTTY",
            Self::Ppk2 => "PuTTY .ppk, version 2",
        }
    }

    /// What it is good for.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::OpenSsh => "for ssh on Linux, macOS and Windows, for Git and most other programs",
            Self::Ppk => "for PuTTY, WinSCP and FileZilla",
            Self::Both => "the same key for both, in one go",
            Self::Ppk2 => "for PuTTY before 0.75 and programs that say “key format too new”",
        }
    }
}

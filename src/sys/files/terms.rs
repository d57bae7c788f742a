//! On what terms a file is saved: who may read it, and what becomes of one that is there already.

use crate::sys::seen::Seen;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// The owner alone, from the moment the file exists: mode 0600; on Windows the owner, SYSTEM
    /// and Administrators.
    Private,
    /// Everybody, as far as the system's habits allow: mode 0644 less the umask; on Windows what
    /// the folder passes on.
    Public,
}

/// What becomes of a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and the write fails with [`WriteError::Exists`](super::WriteError::Exists), even if it appeared only a
    /// moment before.
    Refuse,
    /// It is replaced, whatever is in it, once the new one is complete. A symbolic link stays, and the file that it leads to
    /// is replaced. It has to be this user's own: the new file would be.
    Replace,
    /// The same, but of a file that has this in it: a person was asked about that one. Where another program has written
    /// meanwhile, it stays, and the write fails with [`WriteError::Changed`](super::WriteError::Changed).
    Agreed(Seen),
    /// The same, and the new file is the old one with a change in it: it goes on belonging to whom it belongs.
    Change(Seen),
}

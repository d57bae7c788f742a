//! Advice about files: reading them, writing them.

use std::path::Path;

use super::{Blame, Problem};
use crate::sys::files::{ReadError, WriteError};
use crate::sys::permissions::is_own;

impl From<&ReadError> for Problem {
    fn from(error: &ReadError) -> Self {
        let (code, hint) = match error {
            ReadError::NotFound { .. } => ("io-not-found", "Check the name and the folder."),
            ReadError::Denied { .. } => (
                "io-denied",
                "Sign in as the user whose key it is, or have its owner give you a copy.",
            ),
            ReadError::NotRegular { .. } => ("io-not-regular", "Choose a file, not a folder or a device."),
            ReadError::TooLarge { .. } => (
                "too-large",
                "Choose the key's own file; keys are a few thousand bytes.",
            ),
            ReadError::Changed { .. } => (
                "io-changed",
                "Another program is writing it. Wait until it has finished, and try again.",
            ),
            ReadError::Io { .. } => (
                "io-error",
                "Check that the disk is there and can be read, and try again.",
            ),
        };
        Self::new(code, Blame::World, error.to_string(), hint)
    }
}

/// Whether the folder of a file belongs to this user, and was made read-only.
fn is_own_and_locked(path: &Path) -> bool {
    lies_in_own(path) && !path.parent().is_some_and(lets_its_owner_write)
}

fn lies_in_own(path: &Path) -> bool {
    path.parent()
        .is_some_and(|folder| is_own(folder).unwrap_or(false))
}

/// By its mode; on Windows that cannot be told so simply.
#[cfg(unix)]
fn lets_its_owner_write(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    folder.metadata().is_ok_and(|data| data.mode() & 0o300 == 0o300)
}

#[cfg(not(unix))]
fn lets_its_owner_write(_: &Path) -> bool {
    false
}

impl From<&WriteError> for Problem {
    fn from(error: &WriteError) -> Self {
        use WriteError as E;
        let (code, hint) = match error {
            E::Exists { .. } => (
                "exists",
                "Choose another name, or say that it may be replaced (--force).",
            ),
            E::NoFolder { .. } => ("io-not-found", "Make the folder first, or choose another one."),
            E::BadName { .. } => ("io-error", "Choose another file name."),
            E::Twice { .. } => ("io-error", "Give each file a name of its own."),
            E::Denied { path } if is_own_and_locked(path) => (
                "io-denied",
                if cfg!(windows) {
                    "The folder is yours, but does not let you write in it. Look at its properties, under Security."
                } else {
                    "The folder is yours, but does not let you write in it: chmod u+rwx on the folder lets you."
                },
            ),
            E::Denied { path } if lies_in_own(path) => (
                "io-denied",
                "The folder is yours, and its mode lets you write in it. Something else holds it: it or the file may be locked against changes (“lsattr -d” shows an i then, and “chattr -i”, as root, ends that).",
            ),
            E::Denied { .. } => ("io-denied", "Choose a folder of your own, such as ~/.ssh."),
            E::Full { .. } => (
                "io-error",
                "What was there before is still whole. Make room, or save in another place.",
            ),
            E::SizeLimit { .. } => (
                "io-error",
                "Raise the limit (“ulimit -f” shows it), and try again.",
            ),
            E::ReadOnly { .. } => ("io-denied", "Save in another place."),
            E::NotRegular { .. } => (
                "io-not-regular",
                "Choose another name, or move away what is in the way.",
            ),
            E::DanglingLink { .. } => (
                "io-symlink",
                "Remove the link, or make the file that it leads to.",
            ),
            E::ForeignLink { .. } => (
                "io-symlink",
                "Whoever made the link decides where it leads. Name the file that it leads to, if that is what you mean, or take the link away.",
            ),
            E::NotYours { .. } => (
                "io-denied",
                "It would become yours, and its owner could no longer use it. Choose another name, or sign in as its owner.",
            ),
            E::Changed { .. } => (
                "io-changed",
                "What the other program wrote is kept. Look at the file as it is now, and try again.",
            ),
            E::InUse { .. } => ("io-error", "Close the other program, and try again."),
            E::Mismatch { .. } => ("io-error", "The disk may be failing. Save in another place."),
            E::Unsynced { .. } => (
                "io-error",
                "The file is there. Before you rely on it, open it once more, and keep a copy on another disk.",
            ),
            E::NotUndone { .. } => (
                "io-error",
                "Look at the files named here before you go on; what was replaced is still beside its old place.",
            ),
            E::Io { .. } => ("io-error", "Check the disk, or save in another place."),
        };
        let problem = Self::new(code, Blame::World, error.to_string(), hint);
        match error {
            E::Unsynced { .. } => problem.done(),
            E::NotUndone { .. } => problem,
            _ => problem.unchanged(),
        }
    }
}

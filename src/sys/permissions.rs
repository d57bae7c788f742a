//! Who may read a private key, by the rules that `ssh` itself goes by.

use std::io;
use std::path::Path;

#[cfg(any(windows, test))]
mod sddl;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
pub(super) mod windows;

#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

/// Who may read a file, apart from those to whom a system denies nothing: root on Unix; SYSTEM,
/// Administrators and `TrustedInstaller` on Windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Its owner alone: `ssh` takes it.
    OwnerOnly,
    /// Others as well: `ssh` refuses it as "too open".
    Loose {
        /// The mode (`0644`), or on Windows who has any right to it (`Everyone, Users`).
        detail: String,
    },
    /// It belongs to somebody else. On Unix `ssh` takes it as it is; on Windows it refuses it.
    NotOwned {
        /// The user number, or on Windows the security identifier.
        owner: String,
    },
}

/// Who may read the file at `path`; symbolic links are followed.
///
/// # Errors
/// If the system does not tell.
pub fn audit_private(path: &Path) -> io::Result<Access> {
    platform::audit_private(path)
}

/// Takes from everybody but the owner what they may do with the file at `path`. The owner can read
/// it afterwards, and write it if they could before.
///
/// # Errors
/// If the system does not allow it, as on a disk that knows no owners.
pub fn tighten_private(path: &Path) -> io::Result<()> {
    platform::tighten_private(path)
}

/// Who may change what is at `path`, a folder or a file that others may read, apart from its owner and those to
/// whom a system denies nothing: by this `sshd` judges the home folder, `~/.ssh` and the lists in it
/// (`StrictModes`), and `ssh` its configuration. Symbolic links are followed.
///
/// # Errors
/// If the system does not tell.
pub fn audit_shared(path: &Path) -> io::Result<Access> {
    platform::audit_shared(path)
}

/// Whether the disk with the private file at `path` knows no owners, so that nothing can keep the file from the other users of
/// this computer: sticks and cards (FAT, exFAT), Windows' disks seen from Linux, some shares. Where that cannot be told, no.
#[must_use]
pub fn knows_no_owners(path: &Path) -> bool {
    platform::knows_no_owners(path)
}

/// Whether what is at `path` belongs to this user; symbolic links are followed.
///
/// # Errors
/// If the system does not tell.
pub fn is_own(path: &Path) -> io::Result<bool> {
    platform::is_own(path)
}

/// Whether everybody may make, replace and take away files in the folder at `path`: not where each may do that with their own
/// alone, as in `/tmp`.
///
/// # Errors
/// If the system does not tell.
pub fn lets_all_write(path: &Path) -> io::Result<bool> {
    platform::lets_all_write(path)
}

/// Takes from everybody but the owner the right to change what is at `path`; on Windows, any right.
///
/// # Errors
/// If the system does not allow it, as on a disk that knows no owners.
pub fn tighten_shared(path: &Path) -> io::Result<()> {
    platform::tighten_shared(path)
}

/// Whether a pipe was made by this user or by the system, and so by nobody who lies in wait.
///
/// # Errors
/// If the system does not tell.
#[cfg(windows)]
pub(super) fn is_pipe_of_user_or_system(pipe: &std::fs::File) -> io::Result<bool> {
    windows::is_pipe_of_user_or_system(pipe)
}

/// Makes the folder at `path`, open to its owner alone, in a folder that exists. One that is there
/// already stays as it is.
///
/// # Errors
/// If it cannot be made, or something that is no folder has the name.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    match platform::create_private_folder(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        result => result,
    }
}

/// Makes the folder at `path`, open to its owner alone, in a folder that exists.
///
/// # Errors
/// If it cannot be made, or something has the name already.
pub fn create_new_private_folder(path: &Path) -> io::Result<()> {
    platform::create_private_folder(path)
}

/// Makes the folder at `path` and those above it that do not exist, each open to its owner alone.
///
/// # Errors
/// If one of them cannot be made.
pub fn create_private_folders(path: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = path.ancestors().take_while(|folder| !folder.is_dir()).collect();
    missing.into_iter().rev().try_for_each(create_private_folder)
}

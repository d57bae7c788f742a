//! On Windows only administrators make links, unless a person allows it to all; so each is followed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::{self, Path, PathBuf};

use windows_sys::Win32::Storage::FileSystem::SECURITY_IDENTIFICATION;

use super::{Road, Way};

/// A folder, by its path.
pub(in crate::sys) type Held = PathBuf;

/// The folder has to exist, and what the last name stands for need not.
pub(super) fn follow(path: &Path, follows_the_last: bool) -> io::Result<Way> {
    let is_link = || fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let is_linked = follows_the_last && is_link();
    let place = if is_linked {
        fs::canonicalize(path)?
    } else {
        path::absolute(path)?
    };
    // Windows makes a device of the names that it reserves: `nul` becomes `\\.\nul`.
    let (Some(folder), Some(name)) = (place.parent(), place.file_name()) else {
        return Err(ErrorKind::InvalidFilename.into());
    };
    if !fs::metadata(folder)?.is_dir() {
        return Err(ErrorKind::NotADirectory.into());
    }
    Ok(Way {
        folder: folder.to_owned(),
        name: name.to_owned(),
        road: Road {
            folder: folder.to_owned(),
            is_linked,
            strangers: Vec::new(),
        },
    })
}

/// Opens a file for reading. Should a pipe have taken its place, that pipe's server must not act in our name.
pub(in crate::sys) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .security_qos_flags(SECURITY_IDENTIFICATION)
        .open(path)
}

//! The names in a folder. The standard library's own way ends the program where the folder cannot be closed.

use std::ffi::OsString;
use std::io;
use std::path::Path;

/// The names in a folder, as they come; `.` and `..` are left out.
pub(super) struct Names(Inner);

#[cfg(unix)]
type Inner = rustix::fs::Dir;
#[cfg(windows)]
type Inner = std::fs::ReadDir;

impl Names {
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        open(folder).map(Self)
    }
}

#[cfg(unix)]
fn open(folder: &Path) -> io::Result<Inner> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = rustix::io::retry_on_intr(|| rustix::fs::open(folder, flags, Mode::empty()))?;
    Ok(rustix::fs::Dir::new(folder)?)
}

#[cfg(windows)]
fn open(folder: &Path) -> io::Result<Inner> {
    std::fs::read_dir(folder)
}

impl Iterator for Names {
    type Item = io::Result<OsString>;

    #[cfg(unix)]
    fn next(&mut self) -> Option<Self::Item> {
        use std::os::unix::ffi::OsStringExt as _;
        loop {
            match self.0.next()? {
                Ok(entry) if [c".", c".."].contains(&entry.file_name()) => {}
                Ok(entry) => return Some(Ok(OsString::from_vec(entry.file_name().to_bytes().to_vec()))),
                Err(error) => return Some(Err(error.into())),
            }
        }
    }

    #[cfg(windows)]
    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.map(|entry| entry.file_name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::files::{Existing, write_public};

    #[test]
    fn every_name_in_a_folder_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["a", ".hidden"] {
            write_public(&folder.path().join(name), b"", Existing::Refuse).expect("written");
        }
        let names = Names::of(folder.path()).expect("it is there");
        let mut names: Vec<_> = names.collect::<io::Result<_>>().expect("readable");
        names.sort();
        assert_eq!(names, [".hidden", "a"]);
        assert!(Names::of(&folder.path().join("a")).is_err());
    }
}

//! Copies of files that are going to be changed, kept in a folder beside them.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::aside::{MOST, remove_folder};
use super::fault::WriteError;
use super::remove;
use super::terms::Existing;
use super::write::write_private;
use crate::sys::permissions::{create_new_private_folder, create_private_folder};
use crate::sys::seen::Seen;

/// Copies of files.
#[derive(Debug)]
pub struct Kept {
    folder: PathBuf,
    files: Vec<(PathBuf, Seen)>,
}

/// Writes what is in some files, each under its name, to a new folder `name` in the folder `parent`, where things lie that
/// were taken away; all or none.
///
/// # Errors
/// Nothing was written.
pub fn keep(files: &[(&OsStr, &[u8])], parent: &Path, name: &str) -> Result<Kept, WriteError> {
    let fail = |source| WriteError::new(parent, source);
    create_private_folder(parent).map_err(fail)?;
    let mut kept = Kept {
        folder: new_folder(parent, name).map_err(fail)?,
        files: Vec::new(),
    };
    for (name, bytes) in files {
        let path = kept.folder.join(name);
        if let Err(error) = write_private(&path, bytes, Existing::Refuse) {
            kept.discard();
            return Err(error);
        }
        kept.files.push((path, Seen::of(bytes)));
    }
    Ok(kept)
}

/// Makes the folder `name`, or that with a number.
fn new_folder(parent: &Path, name: &str) -> io::Result<PathBuf> {
    for number in 1..=MOST {
        let folder = match number {
            1 => parent.join(name),
            _ => parent.join(format!("{name}-{number}")),
        };
        match create_new_private_folder(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

impl Kept {
    /// The copies.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        self.files.iter().map(|(path, _)| path.clone()).collect()
    }

    /// Takes them away again, for the change was not made.
    pub fn discard(self) {
        for (path, seen) in &self.files {
            if let Err(error) = remove(path, seen) {
                log::warn!("{error}");
            }
        }
        remove_folder(&self.folder);
        // One in which other things lie stays.
        self.folder.parent().into_iter().for_each(remove_folder);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn copies_lie_in_a_folder_of_their_own_until_they_are_discarded() {
        let place = tempfile::tempdir().expect("a folder");
        let parent = place.path().join("removed");
        let files: [(&OsStr, &[u8]); 2] = [(OsStr::new("id"), b"one"), (OsStr::new("id.pub"), b"two")];
        let first = keep(&files, &parent, "id-2026-11-30").expect("kept");
        let second = keep(&files, &parent, "id-2026-11-30").expect("kept");
        assert_eq!(fs::read(parent.join("id-2026-11-30/id")).expect("there"), b"one");
        assert_eq!(
            fs::read(parent.join("id-2026-11-30-2/id.pub")).expect("there"),
            b"two"
        );
        second.discard();
        assert!(!parent.join("id-2026-11-30-2").exists());
        assert_eq!(first.files().len(), 2);
        first.discard();
        assert!(!parent.exists(), "nothing else lay there");
    }
}

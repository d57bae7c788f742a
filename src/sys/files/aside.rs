//! Moving files out of the way so that they can come back. Nothing is deleted, and nothing is replaced.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::fault::WriteError;
use super::list::MOST_ENTRIES;
use super::read::ReadError;
use super::taken;
use crate::sys::permissions::{create_new_private_folder, create_private_folder};

/// How many folders of one name are tried.
const MOST: u32 = 1000;

/// Files that were moved, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// The folder that they lie in now; it was made for them, and is open to its owner alone.
    pub folder: PathBuf,
    moved: Vec<(PathBuf, PathBuf)>,
}

/// Moves `files`, which lie in one folder, to a new folder `name` in the folder `parent`, all or none. Of a
/// link the link is moved. Nothing is copied: `parent` has to be on the same disk.
///
/// # Errors
/// Nothing was moved, except where [`WriteError::NotUndone`] says so.
pub fn set_aside(files: &[PathBuf], parent: &Path, name: &str) -> Result<Aside, WriteError> {
    let fail = |source| WriteError::new(parent, source);
    create_private_folder(parent).map_err(fail)?;
    let mut aside = Aside {
        folder: new_folder(parent, name).map_err(fail)?,
        moved: Vec::new(),
    };
    for file in files {
        let Some(name) = file.file_name() else { continue };
        // Nobody else knows the new folder, so nothing has this name in it.
        let to = aside.folder.join(name);
        match fs::rename(file, &to) {
            Ok(()) => aside.moved.push((file.clone(), to)),
            Err(source) => {
                let cause = WriteError::new(file, source);
                return Err(match aside.undo() {
                    Ok(()) => cause,
                    Err(Stuck { from, to, source }) => WriteError::NotUndone {
                        path: from,
                        old: Some(to),
                        source,
                        cause: Box::new(cause),
                    },
                });
            }
        }
    }
    Ok(aside)
}

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

/// What [`set_aside`] has moved to folders in `parent` at any time, with the way back to the folder `to`; nothing where
/// there is no such folder. By name, and links to folders are no folders here.
///
/// # Errors
/// `parent` cannot be read.
pub fn asides_in(parent: &Path, to: &Path) -> Result<Vec<Aside>, ReadError> {
    let folders = match entries(parent) {
        Ok(folders) => folders,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(ReadError::new(parent, error)),
    };
    let mut found = Vec::new();
    for (_, folder) in folders.into_iter().filter(|(_, path)| is_folder(path)) {
        match entries(&folder) {
            Ok(files) => {
                let files = files.into_iter().filter(|(_, path)| !is_folder(path));
                let moved: Vec<_> = files.map(|(name, path)| (to.join(name), path)).collect();
                if !moved.is_empty() {
                    found.push(Aside { folder, moved });
                }
            }
            // It is somebody else's, and what is known of the others helps.
            Err(error) => log::warn!("{} could not be looked into: {error}", folder.display()),
        }
    }
    Ok(found)
}

/// Names and paths of what lies in a folder, in the order of names.
fn entries(folder: &Path) -> io::Result<Vec<(OsString, PathBuf)>> {
    let mut entries = fs::read_dir(folder)?
        .take(MOST_ENTRIES)
        .map(|entry| entry.map(|entry| (entry.file_name(), entry.path())))
        .collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

impl Aside {
    /// The places where the files were.
    #[must_use]
    pub fn places(&self) -> Vec<PathBuf> {
        self.moved.iter().map(|(from, _)| from.clone()).collect()
    }

    /// The files as they lie now.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        self.moved.iter().map(|(_, to)| to.clone()).collect()
    }

    /// Says whether everything can go back to where it was.
    ///
    /// # Errors
    /// [`WriteError::Exists`] if something has taken a place meanwhile.
    pub fn check(&self) -> Result<(), WriteError> {
        match taken(self.places()).pop() {
            Some(path) => Err(WriteError::Exists { path }),
            None => Ok(()),
        }
    }

    /// Moves everything back to where it was.
    ///
    /// # Errors
    /// [`WriteError::Exists`] if something has taken a place meanwhile, and then nothing was moved; or what the
    /// system says of the file that stayed.
    pub fn put_back(&mut self) -> Result<(), WriteError> {
        self.check()?;
        self.undo()
            .map_err(|Stuck { from, source, .. }| WriteError::new(&from, source))
    }

    fn undo(&mut self) -> Result<(), Stuck> {
        while let Some((from, to)) = self.moved.pop() {
            if let Err(source) = fs::rename(&to, &from) {
                return Err(Stuck { from, to, source });
            }
        }
        for folder in [Some(self.folder.as_path()), self.folder.parent()]
            .into_iter()
            .flatten()
        {
            // One that holds something else stays.
            if let Err(error) = fs::remove_dir(folder) {
                log::debug!("{} stays: {error}", folder.display());
                break;
            }
        }
        Ok(())
    }
}

/// A file that did not come back.
struct Stuck {
    from: PathBuf,
    to: PathBuf,
    source: io::Error,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::files::{Existing, write_private};

    fn laid_out() -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().expect("a folder");
        let files: Vec<PathBuf> = ["id", "id.pub"]
            .iter()
            .map(|name| folder.path().join(name))
            .collect();
        for file in &files {
            write_private(file, b"x", Existing::Refuse).expect("written");
        }
        (folder, files)
    }

    #[test]
    fn what_is_set_aside_comes_back_and_leaves_nothing() {
        let (folder, files) = laid_out();
        let removed = folder.path().join("removed");
        let mut aside = set_aside(&files, &removed, "id").expect("moved");
        assert!(files.iter().all(|file| !file.exists()));
        assert!(aside.files().iter().all(|file| file.exists()));
        aside.put_back().expect("back");
        assert!(files.iter().all(|file| file.exists()) && !removed.exists());
    }

    #[test]
    fn what_was_set_aside_in_another_run_is_found_and_comes_back() {
        let (folder, files) = laid_out();
        let removed = folder.path().join("removed");
        assert_eq!(asides_in(&removed, folder.path()).expect("there is nothing"), []);
        let aside = set_aside(&files, &removed, "id").expect("moved");
        let mut found = asides_in(&removed, folder.path()).expect("it is ours");
        assert_eq!(found, [aside]);
        found[0].put_back().expect("back");
        assert!(files.iter().all(|file| file.exists()) && !removed.exists());
    }

    #[test]
    fn two_of_one_name_get_folders_of_their_own() {
        let (folder, files) = laid_out();
        let removed = folder.path().join("removed");
        set_aside(&files, &removed, "id").expect("moved");
        for file in &files {
            write_private(file, b"y", Existing::Refuse).expect("written");
        }
        let second = set_aside(&files, &removed, "id").expect("moved");
        assert!(second.folder.ends_with("id-2"));
    }

    #[test]
    fn nothing_moves_when_one_cannot() {
        let (folder, mut files) = laid_out();
        files.push(folder.path().join("missing"));
        set_aside(&files, &folder.path().join("removed"), "id").expect_err("one is missing");
        assert!(files[..2].iter().all(|file| file.exists()));
        assert!(!folder.path().join("removed").exists());
    }

    #[test]
    fn nothing_comes_back_over_something_else() {
        let (folder, files) = laid_out();
        let mut aside = set_aside(&files, &folder.path().join("removed"), "id").expect("moved");
        write_private(&files[1], b"y", Existing::Refuse).expect("written");
        assert!(matches!(aside.put_back(), Err(WriteError::Exists { .. })));
        assert!(!files[0].exists() && aside.files().iter().all(|file| file.exists()));
    }
}

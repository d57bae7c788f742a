//! Moving files out of the way so that they can come back. Nothing is deleted, and nothing is replaced.
//!
//! While they are being moved, here or back, their folder has a name that says so; its own name it gets when all of them are in
//! it. So what a program leaves half moved that is ended in the middle is told from what was taken away.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::fault::WriteError;
use super::folder::{Folder, Turn};
use super::list::MOST_ENTRIES;
use super::names::{Group, Purpose, is_temporary, parse};
use super::read::ReadError;
use super::taken;
use crate::sys::entries::Names;
use crate::sys::journal;
use crate::sys::permissions::{create_new_private_folder, create_private_folder};
use crate::sys::way::Way;

/// How many folders of one name are tried.
pub(super) const MOST: u32 = 1000;

/// Files that were moved, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// The folder that they lie in now; it was made for them, and is open to its owner alone.
    pub folder: PathBuf,
    moved: Vec<(PathBuf, PathBuf)>,
}

/// What lies in the folders for what was taken away.
#[derive(Debug, Default)]
pub struct Asides {
    /// What can come back.
    pub found: Vec<Aside>,
    /// Folders that could not be looked into.
    pub unread: Vec<ReadError>,
}

/// A folder that is held, and its path.
struct Held {
    folder: Folder,
    path: PathBuf,
}

impl Held {
    /// The folder at `path`. Links of others on the way to it are not followed.
    fn open(path: &Path) -> Result<Self, WriteError> {
        let fail = |source| WriteError::new(path, source);
        // Any name does; what is held is the folder.
        let way = Way::to_name(&path.join("x")).map_err(fail)?;
        let folder = Folder::of(way.folder);
        let owner = folder.itself().map_err(fail)?.owner();
        way.road
            .check(owner)
            .map_err(|stranger| WriteError::ForeignLink {
                path: path.to_owned(),
                link: stranger.to_string(),
            })?;
        Ok(Self {
            folder,
            path: path.to_owned(),
        })
    }

    fn turn(&self) -> Result<Turn, WriteError> {
        let turn = self.folder.wait_for_turn();
        turn.map_err(|source| WriteError::new(&self.path, source))
    }

    fn move_to(&self, name: &OsStr, to: &Self, new: &OsStr) -> io::Result<()> {
        journal::touch(&self.path.join(name));
        journal::touch(&to.path.join(new));
        self.folder.move_new(name, &to.folder, new)
    }

    fn rename_folder(&self, name: &OsStr, new: &OsStr) -> io::Result<()> {
        journal::touch(&self.path.join(name));
        journal::touch(&self.path.join(new));
        self.folder.rename_folder_new(name, new)
    }

    /// One that holds something else stays.
    fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        journal::touch(&self.path.join(name));
        self.folder.remove_folder(name)
    }
}

/// Moves `files`, which lie in one folder, to a new folder `name` in the folder `parent`, all or none. Of a
/// link the link is moved. Nothing is copied: `parent` has to be on the same disk.
///
/// # Errors
/// Nothing was moved, except where [`WriteError::NotUndone`] says so.
pub fn set_aside(files: &[PathBuf], parent: &Path, name: &str) -> Result<Aside, WriteError> {
    let named = files.iter().map(|file| {
        let name = file.file_name().unwrap_or_default().to_owned();
        (file.clone(), name)
    });
    set_aside_as(&named.collect::<Vec<_>>(), parent, name)
}

/// The same, and each file gets the name beside it, which it will have when it comes back.
///
/// # Errors
/// Nothing was moved, except where [`WriteError::NotUndone`] says so.
pub fn set_aside_as(files: &[(PathBuf, OsString)], parent: &Path, name: &str) -> Result<Aside, WriteError> {
    let fail = |source| WriteError::new(parent, source);
    let Some(origin) = files.first().and_then(|(file, _)| file.parent()) else {
        return Err(fail(io::ErrorKind::InvalidInput.into()));
    };
    let origin = Held::open(origin)?;
    let _turn = origin.turn()?;
    let has_made = !parent.is_dir();
    create_private_folder(parent).map_err(fail)?;
    let held = Held::open(parent).map_err(|error| match error {
        // What is closed is that folder, and not the one that it is in.
        WriteError::Denied { .. } => WriteError::Denied {
            path: parent.join(name),
        },
        error => error,
    });
    let moved = held.and_then(|removed| move_in(files, &origin, &removed, name));
    if moved.is_err() && has_made {
        remove_folder(parent);
    }
    moved
}

fn move_in(
    files: &[(PathBuf, OsString)],
    origin: &Held,
    removed: &Held,
    name: &str,
) -> Result<Aside, WriteError> {
    // What cannot be made is in that folder, which may be closed.
    let fail = |source| WriteError::new(&removed.path.join(name), source);
    let working = Group::new().name(0, Purpose::Aside, OsStr::new(name));
    create_new_private_folder(&removed.path.join(&working)).map_err(fail)?;
    let mut way = Moving {
        folder: Held::open(&removed.path.join(&working))?,
        origin,
        moved: Vec::new(),
    };
    let all = files.iter().try_for_each(|(file, name)| way.take_in(file, name));
    let all = all.and_then(|()| give_name(removed, &working, name).map_err(fail));
    match all {
        Ok(folder) => {
            let moved = files.iter().map(|(file, name)| {
                let from = file.with_file_name(name);
                (from, folder.join(name))
            });
            Ok(Aside {
                moved: moved.collect(),
                folder,
            })
        }
        Err(cause) => {
            let undone = way.take_out();
            tell_what_stays(&removed.path.join(&working), &removed.remove_folder(&working));
            Err(match undone {
                Ok(()) => cause,
                Err((from, to, source)) => WriteError::NotUndone {
                    path: from,
                    old: Some(to),
                    source,
                    cause: Box::new(cause),
                },
            })
        }
    }
}

/// Files on their way into a folder.
struct Moving<'a> {
    folder: Held,
    origin: &'a Held,
    /// Where each was, and what it is called in the folder.
    moved: Vec<(PathBuf, OsString)>,
}

impl Moving<'_> {
    fn take_in(&mut self, file: &Path, name: &OsStr) -> Result<(), WriteError> {
        let old = file.file_name().unwrap_or_default();
        let moved = self.origin.move_to(old, &self.folder, name);
        moved.map_err(|source| match source.kind() {
            // Not the folder: that is held.
            io::ErrorKind::NotFound => WriteError::Changed {
                path: file.to_owned(),
            },
            _ => WriteError::new(file, source),
        })?;
        self.moved.push((file.to_owned(), name.to_owned()));
        Ok(())
    }

    /// Moves all of them back; what did not come back, and where it is.
    fn take_out(&mut self) -> Result<(), (PathBuf, PathBuf, io::Error)> {
        while let Some((file, name)) = self.moved.pop() {
            let old = file.file_name().unwrap_or_default();
            if let Err(source) = self.folder.move_to(&name, self.origin, old) {
                return Err((file, self.folder.path.join(&name), source));
            }
        }
        Ok(())
    }
}

/// Calls the folder `name`, or that with a number.
fn give_name(removed: &Held, working: &OsStr, name: &str) -> io::Result<PathBuf> {
    for number in 1..=MOST {
        let name = match number {
            1 => name.to_owned(),
            _ => format!("{name}-{number}"),
        };
        match removed.rename_folder(working, OsStr::new(&name)) {
            Ok(()) => return Ok(removed.path.join(name)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

pub(super) fn remove_folder(path: &Path) {
    journal::touch(path);
    // One that holds something else stays.
    tell_what_stays(path, &fs::remove_dir(path));
}

/// Says which empty folder is left behind. One that holds something else is not ours to remove, and one that is gone need not be.
fn tell_what_stays(path: &Path, removed: &io::Result<()>) {
    use io::ErrorKind::{AlreadyExists, DirectoryNotEmpty, NotFound};
    if let Err(error) = removed
        && ![AlreadyExists, DirectoryNotEmpty, NotFound].contains(&error.kind())
    {
        log::warn!("{} could not be removed: {error}", path.display());
    }
}

/// What [`set_aside`] has moved to folders in `parent` at any time, with the way back to the folder `to`; nothing where
/// there is no such folder. By name, and links to folders are no folders here.
///
/// # Errors
/// `parent` cannot be read.
pub fn asides_in(parent: &Path, to: &Path) -> Result<Asides, ReadError> {
    let folders = match entries(parent) {
        Ok(folders) => folders,
        Err(error) if is_no_folder(&error) => return Ok(Asides::default()),
        Err(error) => return Err(ReadError::new(parent, error)),
    };
    let mut asides = Asides::default();
    for (name, folder) in folders.into_iter().filter(|(_, path)| is_folder(path)) {
        if is_temporary(&name) {
            continue;
        }
        match Aside::of(&folder, to) {
            Ok(aside) if aside.moved.is_empty() => {}
            Ok(aside) => asides.found.push(aside),
            Err(error) => asides.unread.push(ReadError::new(&folder, error)),
        }
    }
    Ok(asides)
}

/// Names and paths of what lies in a folder, in the order of names.
fn entries(folder: &Path) -> io::Result<Vec<(OsString, PathBuf)>> {
    let mut entries = Names::of(folder)?
        .take(MOST_ENTRIES)
        .map(|name| name.map(|name| (name.clone(), folder.join(name))))
        .collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

pub(super) fn is_no_folder(error: &io::Error) -> bool {
    [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory].contains(&error.kind())
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

impl Aside {
    /// What lies in `folder`, which is to go to `to`.
    pub(super) fn of(folder: &Path, to: &Path) -> io::Result<Self> {
        let files = entries(folder)?.into_iter().filter(|(_, path)| !is_folder(path));
        Ok(Self {
            folder: folder.to_owned(),
            moved: files.map(|(name, path)| (to.join(name), path)).collect(),
        })
    }

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

    /// Calls a folder in which files are being moved by the name that it was to get: so they are among what was taken away, and
    /// can come back another time.
    ///
    /// # Errors
    /// The system does not let this user do it.
    pub fn leave_moved(&mut self) -> Result<(), WriteError> {
        let bad_name = || WriteError::BadName {
            path: self.folder.clone(),
        };
        let parent = self.folder.parent().ok_or_else(bad_name)?;
        let working = self.folder.file_name().ok_or_else(bad_name)?.to_owned();
        let name = parse(&working).and_then(|temporary| temporary.target);
        let name = name.unwrap_or_else(|| "recovered".into());
        let removed = Held::open(parent)?;
        let folder = give_name(&removed, &working, &name.to_string_lossy());
        let folder = folder.map_err(|source| WriteError::new(&self.folder, source))?;
        for (_, to) in &mut self.moved {
            *to = folder.join(to.file_name().unwrap_or_default());
        }
        self.folder = folder;
        Ok(())
    }

    /// Moves everything back to where it was, or nothing.
    ///
    /// # Errors
    /// [`WriteError::Exists`] if something has taken a place meanwhile; or what the system says of the file that stayed, and
    /// then the others are where they were before, except where [`WriteError::NotUndone`] says otherwise.
    pub fn put_back(&mut self) -> Result<(), WriteError> {
        self.check()?;
        let (Some(parent), Some(name)) = (self.folder.parent(), self.folder.file_name()) else {
            return Err(WriteError::BadName {
                path: self.folder.clone(),
            });
        };
        let Some(origin) = self.moved.first().and_then(|(from, _)| from.parent()) else {
            remove_folder(&self.folder);
            return Ok(());
        };
        let (origin, removed) = (Held::open(origin)?, Held::open(parent)?);
        let _turn = origin.turn()?;
        let fail = |source| WriteError::new(&self.folder, source);
        // What is being moved already, and was broken off, has such a name.
        let working = if is_temporary(name) {
            name.to_owned()
        } else {
            let working = Group::new().name(0, Purpose::Aside, name);
            removed.rename_folder(name, &working).map_err(fail)?;
            working
        };
        match self.move_out(&origin, &removed.path.join(&working)) {
            Ok(()) => {
                // Something else that was put there stays there.
                let cleared = removed.remove_folder(&working);
                if cleared.is_err() && !is_temporary(name) {
                    removed.rename_folder(&working, name).map_err(fail)?;
                }
                tell_what_stays(&self.folder, &cleared);
                remove_folder(parent);
                self.moved.clear();
                Ok(())
            }
            Err(cause) => {
                if !is_temporary(name) {
                    removed.rename_folder(&working, name).map_err(fail)?;
                }
                Err(cause)
            }
        }
    }

    fn move_out(&self, origin: &Held, working: &Path) -> Result<(), WriteError> {
        let folder = Held::open(working)?;
        for (index, (from, to)) in self.moved.iter().enumerate() {
            let names = |from: &Path, to: &Path| {
                let name = |path: &Path| path.file_name().unwrap_or_default().to_owned();
                (name(to), name(from))
            };
            let (lies_as, was) = names(from, to);
            let Err(source) = folder.move_to(&lies_as, origin, &was) else {
                continue;
            };
            let cause = WriteError::new(from, source);
            for (from, to) in self.moved[..index].iter().rev() {
                let (lies_as, was) = names(from, to);
                if let Err(source) = origin.move_to(&was, &folder, &lies_as) {
                    return Err(WriteError::NotUndone {
                        path: to.clone(),
                        old: Some(from.clone()),
                        source,
                        cause: Box::new(cause),
                    });
                }
            }
            return Err(cause);
        }
        Ok(())
    }
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
        let found = || asides_in(&removed, folder.path()).expect("it is ours").found;
        assert_eq!(found(), []);
        let aside = set_aside(&files, &removed, "id").expect("moved");
        let mut found = found();
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

    #[test]
    fn what_cannot_go_back_takes_the_others_along() {
        let (folder, files) = laid_out();
        let mut aside = set_aside(&files, &folder.path().join("removed"), "id").expect("moved");
        // One of them is gone when it comes to that one.
        fs::remove_file(&aside.files()[1]).expect("removed");
        aside.put_back().expect_err("one is missing");
        assert!(aside.files()[0].exists() && files.iter().all(|file| !file.exists()));
        assert!(aside.folder.ends_with("id"));
    }

    #[test]
    fn a_file_that_comes_back_has_the_name_that_it_was_given() {
        let (folder, files) = laid_out();
        let named = [(files[0].clone(), OsString::from("better"))];
        let mut aside = set_aside_as(&named, &folder.path().join("removed"), "id").expect("moved");
        aside.put_back().expect("back");
        assert!(folder.path().join("better").exists() && !files[0].exists());
    }
}

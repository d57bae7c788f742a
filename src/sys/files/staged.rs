//! A file on its way: written beside its target, then given the target's name.

use std::collections::hash_map::RandomState;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{self, Path, PathBuf};

use zeroize::Zeroizing;

use super::fault::WriteError;
use super::folder::Folder;
use super::terms::{Existing, Secrecy};

/// Where a file shall go.
#[derive(Debug)]
pub(super) struct Target {
    /// As asked for, to be named in errors.
    path: PathBuf,
    folder: PathBuf,
    name: OsString,
    existing: Existing,
    /// What is there now.
    found: Option<Metadata>,
}

impl Target {
    /// Looks at what is there, and follows symbolic links to the file that is to be replaced.
    pub(super) fn resolve(path: &Path, existing: Existing) -> Result<Self, WriteError> {
        let fail = |source| WriteError::new(path, source);
        let bad_name = || WriteError::BadName {
            path: path.to_owned(),
        };
        if path.file_name().is_none() {
            return Err(bad_name());
        }
        let found = match fs::symlink_metadata(path) {
            Ok(found) => Some(found),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(fail(error)),
        };
        let (place, found) = match (found, existing) {
            (None, _) => (path.to_owned(), None),
            (Some(_), Existing::Refuse) => {
                return Err(WriteError::Exists {
                    path: path.to_owned(),
                });
            }
            (Some(found), Existing::Replace) if found.is_symlink() => {
                let leads_to = fs::canonicalize(path).map_err(|error| match error.kind() {
                    ErrorKind::NotFound => WriteError::DanglingLink {
                        path: path.to_owned(),
                    },
                    _ => fail(error),
                })?;
                let found = fs::metadata(&leads_to).map_err(fail)?;
                (leads_to, Some(found))
            }
            (Some(found), Existing::Replace) => (path.to_owned(), Some(found)),
        };
        if found.as_ref().is_some_and(|found| !found.is_file()) {
            return Err(WriteError::NotRegular {
                path: path.to_owned(),
            });
        }
        let absolute = path::absolute(&place).map_err(fail)?;
        match (absolute.parent(), absolute.file_name()) {
            (Some(folder), Some(name)) => Ok(Self {
                path: path.to_owned(),
                folder: folder.to_owned(),
                name: name.to_owned(),
                existing,
                found,
            }),
            // Windows makes a device of the names that it reserves: `nul` becomes `\\.\nul`.
            _ => Err(bad_name()),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether both name the same file. Two names that only the disk holds for equal, such as
    /// `ID` and `id`, are told apart no earlier than there.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.folder == other.folder && self.name == other.name
    }

    fn fail(&self, source: io::Error) -> WriteError {
        WriteError::new(&self.path, source)
    }
}

/// A complete new file beside its target. Dropped before it was published, it is removed.
#[derive(Debug)]
pub(super) struct Staged {
    target: Target,
    folder: Folder,
    /// The name it has for now.
    temporary: OsString,
    is_published: bool,
}

impl Staged {
    /// Writes `bytes` beside `target`, has the disk confirm them, and reads them back.
    pub(super) fn write(target: Target, bytes: &[u8], secrecy: Secrecy) -> Result<Self, WriteError> {
        let (staged, file) = Self::create(target, secrecy)?;
        if let Some(found) = &staged.target.found {
            Folder::keep_owner(&file, found);
        }
        staged.filled(file, bytes)
    }

    /// The same with the rights of the file at `like`, less that of others to write.
    pub(super) fn write_like(target: Target, bytes: &[u8], like: &Path) -> Result<Self, WriteError> {
        let (staged, file) = Self::create(target, Secrecy::Private)?;
        staged
            .folder
            .take_after(&file, &staged.temporary, like)
            .map_err(|source| staged.target.fail(source))?;
        staged.filled(file, bytes)
    }

    /// The same for the owner of the folder alone: a file that root makes for somebody is theirs.
    pub(super) fn write_new(target: Target, bytes: &[u8]) -> Result<Self, WriteError> {
        let (staged, file) = Self::create(target, Secrecy::Private)?;
        let folder = fs::metadata(&staged.target.folder).map_err(|source| staged.target.fail(source))?;
        Folder::keep_owner(&file, &folder);
        staged.filled(file, bytes)
    }

    /// An empty file, which is removed should anything fail.
    fn create(target: Target, secrecy: Secrecy) -> Result<(Self, File), WriteError> {
        let folder = Folder::open(&target.folder).map_err(|source| target.fail(source))?;
        let temporary = temporary_name("new");
        let file = folder
            .create_new(&temporary, secrecy)
            .map_err(|source| target.fail(source))?;
        let staged = Self {
            target,
            folder,
            temporary,
            is_published: false,
        };
        Ok((staged, file))
    }

    fn filled(self, mut file: File, bytes: &[u8]) -> Result<Self, WriteError> {
        match fill(&mut file, bytes) {
            Ok(true) => Ok(self),
            Ok(false) => Err(WriteError::Mismatch {
                path: self.target.path.clone(),
            }),
            Err(source) => Err(self.target.fail(source)),
        }
    }

    /// Gives the file its name, for good.
    pub(super) fn publish(mut self) -> Result<Published, WriteError> {
        match self.target.existing {
            Existing::Refuse => self.folder.rename_new(&self.temporary, &self.target.name),
            Existing::Replace => self.folder.rename_over(&self.temporary, &self.target.name),
        }
        .map_err(|source| self.target.fail(source))?;
        self.is_published = true;
        Ok(Published { new: self, old: None })
    }

    /// Gives the file its name, and keeps what was there under another one until
    /// [`Published::discard_old`].
    pub(super) fn publish_revocably(mut self) -> Result<Published, WriteError> {
        let old = match self.target.existing {
            Existing::Refuse => None,
            Existing::Replace => self.set_old_aside().map_err(|source| self.target.fail(source))?,
        };
        let Some(old) = old else { return self.publish() };
        if let Err(source) = self.folder.rename_over(&self.temporary, &self.target.name) {
            let cause = self.target.fail(source);
            return Err(match self.put_back(&old) {
                Ok(()) => cause,
                Err(source) => WriteError::NotUndone {
                    path: self.target.path.clone(),
                    old: Some(self.target.folder.join(&old)),
                    source,
                    cause: Box::new(cause),
                },
            });
        }
        self.is_published = true;
        Ok(Published {
            new: self,
            old: Some(old),
        })
    }

    /// Gives what is at the target a second name; `None` if nothing is there.
    fn set_old_aside(&self) -> io::Result<Option<OsString>> {
        let old = temporary_name("old");
        let is_there = match self.folder.link(&self.target.name, &old) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(error),
            // No hard links on this disk, or not to another's file. Then the target is without a
            // file for a moment, which is why a link is tried first.
            Err(_) => self.folder.rename_new(&self.target.name, &old),
        };
        match is_there {
            Ok(()) => Ok(Some(old)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn put_back(&self, old: &OsString) -> io::Result<()> {
        self.folder.rename_over(old, &self.target.name)?;
        // Renaming one link of a file over another of the same file does nothing (rename(2)).
        match self.folder.remove(old) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.is_published
            && let Err(error) = self.folder.remove(&self.temporary)
        {
            let left = self.target.folder.join(&self.temporary);
            log::warn!("{} could not be removed: {error}", left.display());
        }
    }
}

/// A new file under its own name.
#[derive(Debug)]
pub(super) struct Published {
    new: Staged,
    /// The name that the file it replaced has for now.
    old: Option<OsString>,
}

impl Published {
    pub(super) fn path(&self) -> &Path {
        &self.new.target.path
    }

    /// Where the replaced file lies for now.
    pub(super) fn old(&self) -> Option<PathBuf> {
        self.old.as_ref().map(|old| self.new.target.folder.join(old))
    }

    /// Takes the new file away and puts the old one back, if there was one.
    pub(super) fn undo(&self) -> io::Result<()> {
        match &self.old {
            Some(old) => self.new.put_back(old),
            None => self.new.folder.remove(&self.new.target.name),
        }
    }

    /// Lets go of the replaced file.
    pub(super) fn discard_old(&self) {
        if let Some(old) = &self.old
            && let Err(error) = self.new.folder.remove(old)
        {
            let left = self.new.target.folder.join(old);
            log::warn!("{} could not be removed: {error}", left.display());
        }
    }

    /// Has the disk confirm the new name.
    pub(super) fn sync(&self) -> Result<(), WriteError> {
        let unsynced = |source| WriteError::Unsynced {
            path: self.path().to_owned(),
            source,
        };
        self.new.folder.sync().map_err(unsynced)
    }
}

/// Writes `bytes` through to the disk; whether they read back the same.
fn fill(file: &mut File, bytes: &[u8]) -> io::Result<bool> {
    file.write_all(bytes)?;
    file.sync_all()?;
    file.rewind()?;
    let mut back = Zeroizing::new(vec![0; bytes.len()]);
    match file.read_exact(&mut back) {
        Ok(()) => Ok(back.as_slice() == bytes && usize::try_from(file.metadata()?.len()) == Ok(bytes.len())),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// A name that nothing has yet. It is short, because the target's may be as long as names get, and
/// says whose it is, because a power cut can leave the file behind.
fn temporary_name(purpose: &str) -> OsString {
    // Unpredictable enough: where the name is taken after all, creating it fails.
    let unique = RandomState::new().build_hasher().finish();
    format!(".keywright-{unique:016x}.{purpose}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_file_comes_back_whether_it_was_linked_or_moved_and_replaced_or_not() {
        for (is_moved, is_replaced) in [(false, false), (false, true), (true, false), (true, true)] {
            let temporary = tempfile::tempdir().expect("a folder");
            let path = temporary.path().join("id");
            File::create(&path)
                .and_then(|mut file| file.write_all(b"old"))
                .expect("written");
            let target = Target::resolve(&path, Existing::Replace).expect("a file");
            let new = Staged::write(target, b"new", Secrecy::Private).expect("written");

            let (name, old) = (OsString::from("id"), OsString::from("old"));
            if is_moved {
                new.folder.rename_new(&name, &old)
            } else {
                new.folder.link(&name, &old)
            }
            .expect("set aside");
            if is_replaced {
                let stand_in = temporary.path().join("stand-in");
                File::create(&stand_in).expect("created");
                fs::rename(stand_in, &path).expect("replaced");
            }
            new.put_back(&old).expect("back");
            drop(new);

            assert_eq!(
                fs::read(&path).expect("there"),
                b"old",
                "{is_moved} {is_replaced}"
            );
            assert_eq!(fs::read_dir(temporary.path()).expect("a folder").count(), 1);
        }
    }
}

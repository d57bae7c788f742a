//! A file on its way: written beside its target, then given the target's name.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::fault::WriteError;
use super::folder::{Folder, Found};
use super::names::{Group, Purpose};
use super::target::Target;
use super::terms::{Existing, Secrecy};
use crate::sys::journal;
use crate::sys::seen::Seen;

/// A complete new file beside its target. Dropped before it was published, it is removed.
#[derive(Debug)]
pub(super) struct Staged {
    target: Target,
    group: Group,
    index: usize,
    /// The name it has for now.
    temporary: OsString,
    is_published: bool,
}

impl Staged {
    /// Writes `bytes` beside `target`, has the disk confirm them, and reads them back. It is the file of this number in
    /// `group`.
    pub(super) fn write(
        target: Target,
        group: (Group, usize),
        bytes: &[u8],
        secrecy: Secrecy,
    ) -> Result<Self, WriteError> {
        let (staged, file) = Self::create(target, group, secrecy)?;
        staged.check_owner(&file)?;
        staged.filled(file, bytes)
    }

    /// The same with the rights of the file `like`, less that of others to write.
    pub(super) fn write_like(
        target: Target,
        group: (Group, usize),
        bytes: &[u8],
        like: &Found,
    ) -> Result<Self, WriteError> {
        let (staged, file) = Self::create(target, group, Secrecy::Private)?;
        staged
            .target
            .folder
            .take_after(&file, &staged.temporary, like)
            .map_err(|source| staged.not_given(source, like))?;
        staged.filled(file, bytes)
    }

    /// The same for the owner of the folder alone: a list that root makes for somebody is theirs.
    pub(super) fn write_new(target: Target, group: (Group, usize), bytes: &[u8]) -> Result<Self, WriteError> {
        let (staged, file) = Self::create(target, group, Secrecy::Private)?;
        let folder = staged.target.folder.itself();
        let folder = folder.map_err(|source| staged.target.fail(source))?;
        if let Err(error) = Folder::give_to_owner_of(&file, &folder) {
            log::debug!("the new file does not belong to the owner of its folder: {error}");
        }
        staged.filled(file, bytes)
    }

    /// An empty file, which is removed should anything fail.
    fn create(
        target: Target,
        (group, index): (Group, usize),
        secrecy: Secrecy,
    ) -> Result<(Self, File), WriteError> {
        let temporary = group.name(index, Purpose::New, &target.name);
        journal::touch(&target.beside(&temporary));
        let file = target.folder.create_new(&temporary, secrecy);
        let file = file.map_err(|source| target.fail(source))?;
        let staged = Self {
            target,
            group,
            index,
            temporary,
            is_published: false,
        };
        Ok((staged, file))
    }

    /// A file with a change in it goes on belonging to whom it belongs. What is new belongs to who makes it, and so it takes
    /// no other's place.
    fn check_owner(&self, file: &File) -> Result<(), WriteError> {
        let Some(found) = &self.target.found else {
            return Ok(());
        };
        match self.target.existing {
            Existing::Change(_) => {
                Folder::give_to_owner_of(file, found).map_err(|source| self.not_given(source, found))
            }
            Existing::Refuse | Existing::Replace | Existing::Agreed(_) => {
                match Folder::has_owner_of(file, found) {
                    Ok(true) => Ok(()),
                    Ok(false) => Err(self.not_yours(found)),
                    Err(source) => Err(self.target.fail(source)),
                }
            }
        }
    }

    fn not_given(&self, source: io::Error, owned: &Found) -> WriteError {
        match source.kind() {
            ErrorKind::PermissionDenied => self.not_yours(owned),
            _ => self.target.fail(source),
        }
    }

    fn not_yours(&self, owned: &Found) -> WriteError {
        WriteError::NotYours {
            path: self.target.path().to_owned(),
            owner: owned.owner(),
        }
    }

    fn filled(self, mut file: File, bytes: &[u8]) -> Result<Self, WriteError> {
        match fill(&mut file, bytes) {
            Ok(true) => Ok(self),
            Ok(false) => Err(WriteError::Mismatch {
                path: self.target.path().to_owned(),
            }),
            Err(source) => Err(self.target.fail(source)),
        }
    }

    /// Gives the file its name, for good.
    pub(super) fn publish(self) -> Result<Published, WriteError> {
        self.publish_over(None)
    }

    /// Gives the file its name, and keeps what was there under another one until
    /// [`Published::discard_old`].
    pub(super) fn publish_revocably(self) -> Result<Published, WriteError> {
        let aside = match self.target.existing {
            Existing::Refuse => None,
            Existing::Replace | Existing::Agreed(_) | Existing::Change(_) => {
                self.set_old_aside().map_err(|source| self.target.fail(source))?
            }
        };
        self.publish_over(aside)
    }

    fn publish_over(mut self, aside: Option<Aside>) -> Result<Published, WriteError> {
        journal::touch(&self.target.place());
        match self.take_name(aside.as_ref()) {
            Ok(()) => {
                self.is_published = true;
                Ok(Published {
                    old: aside.map(|aside| aside.name),
                    new: self,
                })
            }
            Err(cause) => Err(match aside.map(|aside| (self.put_back(&aside.name), aside)) {
                None | Some((Ok(()), _)) => cause,
                Some((Err(source), Aside { name: old, .. })) => WriteError::NotUndone {
                    path: self.target.path().to_owned(),
                    old: Some(self.target.beside(&old)),
                    source,
                    cause: Box::new(cause),
                },
            }),
        }
    }

    fn take_name(&self, aside: Option<&Aside>) -> Result<(), WriteError> {
        let Target { folder, name, .. } = &self.target;
        let renamed = match (self.target.existing, aside) {
            // Its name is free for this moment.
            (Existing::Agreed(seen) | Existing::Change(seen), Some(aside)) if !aside.is_linked => {
                match folder.find(&aside.name, &seen) {
                    Ok(Some(_)) => folder.rename_new(&self.temporary, name),
                    Ok(None) => return Err(self.changed()),
                    Err(error) => Err(error),
                }
            }
            (Existing::Agreed(seen) | Existing::Change(seen), _) => return self.take_name_of(&seen),
            (Existing::Refuse, _) => folder.rename_new(&self.temporary, name),
            (Existing::Replace, _) => folder.rename_over(&self.temporary, name),
        };
        renamed.map_err(|source| self.target.fail(source))
    }

    /// Takes the name of a file, if it is the one that was read. Other programs know of no turns; so where the system can do
    /// it, the two files change names, and then it is looked once more at what was replaced.
    fn take_name_of(&self, seen: &Seen) -> Result<(), WriteError> {
        let Target { folder, name, .. } = &self.target;
        let fail = |source| self.target.fail(source);
        if folder.find(name, seen).map_err(fail)?.is_none() {
            return Err(self.changed());
        }
        match folder.exchange(&self.temporary, name) {
            Err(error) if error.kind() == ErrorKind::Unsupported => {
                return folder.rename_over(&self.temporary, name).map_err(fail);
            }
            exchanged => exchanged.map_err(fail)?,
        }
        // The temporary name is the old file's now.
        let cause = match folder.find(&self.temporary, seen) {
            Ok(Some(_)) => {
                if let Err(error) = folder.remove(&self.temporary) {
                    let left = self.target.beside(&self.temporary);
                    log::warn!("{} could not be removed: {error}", left.display());
                }
                return Ok(());
            }
            Ok(None) => self.changed(),
            Err(error) => fail(error),
        };
        match folder.exchange(&self.temporary, name) {
            Ok(()) => Err(cause),
            Err(source) => Err(WriteError::NotUndone {
                path: self.target.path().to_owned(),
                old: Some(self.target.beside(&self.temporary)),
                source,
                cause: Box::new(cause),
            }),
        }
    }

    fn changed(&self) -> WriteError {
        WriteError::Changed {
            path: self.target.path().to_owned(),
        }
    }

    /// Gives what is at the target a second name; `None` if nothing is there.
    fn set_old_aside(&self) -> io::Result<Option<Aside>> {
        let Target { folder, name, .. } = &self.target;
        let old = self.group.name(self.index, Purpose::Old, name);
        journal::touch(&self.target.beside(&old));
        let is_there = match folder.link(name, &old) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(error),
            // No hard links on this disk, or not to another's file. Then the target is without a
            // file for a moment, which is why a link is tried first.
            Err(_) => {
                journal::touch(&self.target.place());
                folder.rename_new(name, &old).map(|()| false)
            }
        };
        match is_there {
            Ok(is_linked) => Ok(Some(Aside { name: old, is_linked })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn put_back(&self, old: &OsString) -> io::Result<()> {
        self.target.folder.rename_over(old, &self.target.name)?;
        // Renaming one link of a file over another of the same file does nothing (rename(2)).
        match self.target.folder.remove(old) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.is_published
            && let Err(error) = self.target.folder.remove(&self.temporary)
        {
            let left = self.target.beside(&self.temporary);
            log::warn!("{} could not be removed: {error}", left.display());
        }
    }
}

/// The file that is to be replaced, under its second name.
#[derive(Debug)]
struct Aside {
    name: OsString,
    /// Whether it has its first name as well.
    is_linked: bool,
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
        self.new.target.path()
    }

    /// Where the replaced file lies for now.
    pub(super) fn old(&self) -> Option<PathBuf> {
        self.old.as_ref().map(|old| self.new.target.beside(old))
    }

    /// The other names under which a file that was changed goes on as it was.
    pub(super) fn other_names(&self) -> Option<(PathBuf, &Found)> {
        let Target { existing, found, .. } = &self.new.target;
        let found = found.as_ref().filter(|found| found.other_names() > 0)?;
        matches!(existing, Existing::Change(_)).then(|| (self.path().to_owned(), found))
    }

    /// Takes the new file away and puts the old one back, if there was one.
    pub(super) fn undo(&self) -> io::Result<()> {
        match &self.old {
            Some(old) => self.new.put_back(old),
            None => self.new.target.folder.remove(&self.new.target.name),
        }
    }

    /// Lets go of the replaced file.
    pub(super) fn discard_old(&self) {
        if let Some(old) = &self.old
            && let Err(error) = self.new.target.folder.remove(old)
        {
            let left = self.new.target.beside(old);
            log::warn!("{} could not be removed: {error}", left.display());
        }
    }

    /// Has the disk confirm the new name.
    pub(super) fn sync(&self) -> Result<(), WriteError> {
        let unsynced = |source| WriteError::Unsynced {
            path: self.path().to_owned(),
            source,
        };
        self.new.target.folder.sync().map_err(unsynced)
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn create(path: &Path, bytes: &[u8]) {
        let written = File::create(path).and_then(|mut file| file.write_all(bytes));
        written.expect("written");
    }

    #[test]
    fn an_old_file_comes_back_whether_it_was_linked_or_moved_and_replaced_or_not() {
        for (is_moved, is_replaced) in [(false, false), (false, true), (true, false), (true, true)] {
            let temporary = tempfile::tempdir().expect("a folder");
            let path = temporary.path().join("id");
            create(&path, b"old");
            let target = Target::resolve(&path, Existing::Replace).expect("a file");
            let new = Staged::write(target, (Group::new(), 0), b"new", Secrecy::Private).expect("written");

            let (name, old) = (OsString::from("id"), OsString::from("old"));
            if is_moved {
                new.target.folder.rename_new(&name, &old)
            } else {
                new.target.folder.link(&name, &old)
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

    #[test]
    fn a_file_that_was_moved_for_want_of_links_is_compared_all_the_same() {
        for (there, is_it) in [(b"old", true), (b"new", false)] {
            let temporary = tempfile::tempdir().expect("a folder");
            let path = temporary.path().join("id");
            create(&path, there);
            let target = Target::resolve(&path, Existing::Change(Seen::of(b"old"))).expect("a file");
            let new = Staged::write(target, (Group::new(), 0), b"NEW", Secrecy::Private).expect("written");
            let old = OsString::from("old");
            new.target
                .folder
                .rename_new(&OsString::from("id"), &old)
                .expect("moved");
            let aside = Aside {
                name: old,
                is_linked: false,
            };
            let published = new.publish_over(Some(aside));
            assert_eq!(published.is_ok(), is_it);
            let holds = fs::read(&path).expect("there");
            assert_eq!(holds, if is_it { b"NEW" } else { there });
        }
    }
}

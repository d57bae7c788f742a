//! Editing lists that other programs write as well: `known_hosts`, `authorized_keys`, ssh's configuration.
//!
//! What is there is read whole and replaced whole, with its owner, its mode or access list and a backup; and
//! not at all where another program wrote to it meanwhile. Whoever had it open when a new one took its place (`>>`, an
//! installer) and writes to what is no list any more loses nothing either: the old one is looked at once more, and what
//! was appended to it comes to the new one. Windows lets nobody replace a file that another program writes to.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::time::Duration;

use super::fault::WriteError;
use super::folder::{Folder, Turn};
use super::leftovers::tell_of_leftovers;
use super::names::Group;
use super::read::{ReadError, read_up_to};
use super::staged::Staged;
use super::target::Target;
use super::terms::Existing;
use super::write::publish;
use crate::sys::permissions;
use crate::sys::seen::Seen;
use crate::sys::way::Way;

/// How often [`edit`] begins anew before it gives up. Others change such files by hand, or once a login.
const ATTEMPTS: u32 = 5;
/// Whoever has opened a list to append to it has done so by then.
#[cfg(unix)]
const LATE: Duration = Duration::from_millis(50);

/// What becomes of a file that an edit replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backup {
    /// Nothing of it is kept.
    None,
    /// It is kept as `FILE.old`, as `ssh-keygen -R` does; an earlier one is replaced.
    Old,
    /// It is kept as `FILE.bak`; an earlier one is replaced.
    Bak,
}

impl Backup {
    /// Where the backup of the file at `path` lies.
    #[must_use]
    pub fn place(self, path: &Path) -> Option<PathBuf> {
        let ending = match self {
            Self::None => return None,
            Self::Old => ".old",
            Self::Bak => ".bak",
        };
        let mut name = OsString::from(path);
        name.push(ending);
        Some(name.into())
    }
}

/// Why a list was not edited; nothing was changed, but for what [`WriteError`] says of itself.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what its name says")]
pub enum EditError {
    /// It could not be read.
    #[error(transparent)]
    Read(ReadError),
    /// It could not be written.
    #[error(transparent)]
    Write(WriteError),
    /// Larger than any such file; sizes are in bytes.
    #[error("{} has {size} bytes, more than the {max} that such a file may have", path.display())]
    TooLarge { path: PathBuf, size: u64, max: u64 },
    /// Another program wrote to the file since it was read.
    #[error("{} was changed by another program meanwhile", path.display())]
    Changed { path: PathBuf },
}

impl From<WriteError> for EditError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Changed { path } => Self::Changed { path },
            error => Self::Write(error),
        }
    }
}

impl From<ReadError> for EditError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::TooLarge { path, size, max } => Self::TooLarge { path, size, max },
            ReadError::Changed { path } => Self::Changed { path },
            error => Self::Read(error),
        }
    }
}

/// A list as it was read, which it must still be when it is replaced.
#[derive(Clone, Debug)]
pub struct ListFile {
    path: PathBuf,
    max: usize,
    /// Nothing where there was no file.
    before: Option<Vec<u8>>,
}

/// What an edit left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// Where the file as it was lies now. Nothing where none was asked for, none was there, or nothing had to
    /// be changed.
    pub backup: Option<PathBuf>,
}

impl ListFile {
    /// Reads the file at `path`, of no more than `max` bytes; links are followed. One that is not there is an
    /// empty list.
    ///
    /// # Errors
    /// See [`EditError`].
    pub fn open(path: &Path, max: usize) -> Result<Self, EditError> {
        let before = read(path, max)?;
        Ok(Self {
            path: path.to_owned(),
            max,
            before,
        })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there was a file.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.before.is_some()
    }

    /// What was in it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.before.as_deref().unwrap_or_default()
    }

    /// Replaces the file by `bytes`, in one step and once they are safely on the disk.
    ///
    /// Owner, group and mode stay, or the access list on Windows, but nobody else may write to it afterwards:
    /// neither sshd nor ssh takes such a file. A new file is its owner's alone, and so is its folder where that
    /// has to be made. A link stays a link, and what it leads to is replaced.
    ///
    /// # Errors
    /// See [`EditError`].
    pub fn save(&self, bytes: &[u8], backup: Backup) -> Result<Saved, EditError> {
        let _turn = wait_for_turn(&self.path)?;
        self.replace(bytes, backup)
    }

    fn replace(&self, bytes: &[u8], backup: Backup) -> Result<Saved, EditError> {
        self.check_unchanged()?;
        if self.bytes() == bytes {
            return Ok(Saved::default());
        }
        let backup = backup.place(&self.path).filter(|_| self.is_there());
        let group = Group::new();
        let mut staged = Vec::new();
        let new = if let Some(before) = &self.before {
            let mut target = Target::resolve(&self.path, Existing::Change(Seen::of(before)))?;
            // Whoever may have the list may have what it was; nobody else gets it.
            let like = target.found.clone().ok_or_else(|| self.changed())?;
            tell_of_leftovers(&target);
            if let Some(backup) = &backup {
                let kept = Target::named(backup)?;
                staged.push(Staged::write_like(kept, (group, 0), before, &like)?);
            }
            target.look()?;
            Staged::write_like(target, (group, 1), bytes, &like)?
        } else {
            make_folder(&self.path)?;
            let target = Target::resolve(&self.path, Existing::Refuse);
            Staged::write_new(
                target.map_err(|error| self.lost_to_another(error))?,
                (group, 1),
                bytes,
            )?
        };
        staged.push(new);
        #[cfg(unix)]
        let old = self.is_there().then(|| crate::sys::way::open(&self.path).ok());
        let _written = publish(staged).map_err(|error| self.lost_to_another(error))?;
        #[cfg(unix)]
        if let Some(old) = old.flatten() {
            self.bring_over(old)?;
        }
        Ok(Saved { backup })
    }

    /// What was appended to the old list, which has lost its name to a new one, comes to that one. If it was written anew
    /// just before, it gets its place back.
    #[cfg(unix)]
    fn bring_over(&self, old: fs::File) -> Result<(), EditError> {
        use std::io::Read as _;
        std::thread::sleep(LATE);
        let mut was = Vec::new();
        let read = old.take(self.max as u64).read_to_end(&mut was);
        read.map_err(|source| ReadError::new(&self.path, source))?;
        if was == self.bytes() {
            return Ok(());
        }
        let late = was.strip_prefix(self.bytes());
        let mut attempts = 1;
        loop {
            let now = Self::open(&self.path, self.max)?;
            let bytes = match late {
                Some(late) if now.bytes().last().is_none_or(|byte| *byte == b'\n') => {
                    [now.bytes(), late].concat()
                }
                Some(late) => [now.bytes(), b"\n", late].concat(),
                None => was.clone(),
            };
            match now.replace(&bytes, Backup::None) {
                Err(EditError::Changed { .. }) if attempts < ATTEMPTS => attempts += 1,
                replaced => {
                    replaced?;
                    break;
                }
            }
        }
        match late {
            Some(_) => Ok(()),
            None => Err(self.changed()),
        }
    }

    /// Where there was no file and by now there is one, another program has made it.
    fn lost_to_another(&self, error: WriteError) -> EditError {
        match error {
            WriteError::Exists { path } if path == self.path => self.changed(),
            error => error.into(),
        }
    }

    fn check_unchanged(&self) -> Result<(), EditError> {
        if read(&self.path, self.max)? == self.before {
            Ok(())
        } else {
            Err(self.changed())
        }
    }

    fn changed(&self) -> EditError {
        EditError::Changed {
            path: self.path.clone(),
        }
    }
}

/// Edits the list at `path`: `change` makes new bytes of those that are there, and says what it did. Where another
/// program wrote meanwhile, it is asked again; so it must go by what it finds there, not by the numbers of lines.
///
/// # Errors
/// Those of [`ListFile`], and what `change` complains of.
pub fn edit<T, E: From<EditError>>(
    path: &Path,
    max: usize,
    backup: Backup,
    mut change: impl FnMut(&[u8]) -> Result<(Vec<u8>, T), E>,
) -> Result<(T, Saved), E> {
    let _turn = wait_for_turn(path).map_err(EditError::from)?;
    let mut attempts = 1;
    loop {
        let file = ListFile::open(path, max)?;
        let (bytes, done) = change(file.bytes())?;
        match file.replace(&bytes, backup) {
            Err(EditError::Changed { .. }) if attempts < ATTEMPTS => attempts += 1,
            saved => return Ok((done, saved?)),
        }
    }
}

/// Waits until no other of these programs changes files in the folder of the file at `path`: the second one shall
/// see what the first one wrote. There is nothing to wait for in a folder that is still to be made.
fn wait_for_turn(path: &Path) -> Result<Option<Turn>, WriteError> {
    // What is wrong with the folder is told when it is written to.
    let Ok(way) = Way::to(path) else { return Ok(None) };
    let turn = Folder::of(way.folder).wait_for_turn();
    Ok(Some(turn.map_err(|source| WriteError::new(path, source))?))
}

/// What is at `path`; nothing where no file is.
fn read(path: &Path, max: usize) -> Result<Option<Vec<u8>>, EditError> {
    match read_up_to(path, max as u64) {
        Ok(bytes) => Ok(Some(bytes.expose().to_vec())),
        Err(ReadError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes the folder of the file at `path` where it is missing, but not those above it.
fn make_folder(path: &Path) -> Result<(), WriteError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    if fs::metadata(folder).is_ok() {
        return Ok(());
    }
    permissions::create_private_folder(folder).map_err(|source| WriteError::new(folder, source))
}

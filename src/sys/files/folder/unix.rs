//! Folders on Unix: held open, so that what happens in them happens in one and the same folder
//! whatever becomes of its path.

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{self, AtFlags, FlockOperation, Gid, Mode, OFlags, Uid};
use rustix::io::{Errno, retry_on_intr};

use super::super::terms::Secrecy;

/// Nothing needs the folder to be readable, and on Linux it can be held without.
#[cfg(any(target_os = "linux", target_os = "android"))]
const HOLD: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const HOLD: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// What the system calls answer that a disk has no means for.
const UNSUPPORTED: [Errno; 5] = [
    Errno::INVAL,
    Errno::NOSYS,
    Errno::NOTSUP,
    Errno::OPNOTSUPP,
    Errno::PERM,
];

/// A list is replaced within milliseconds; whoever holds a folder longer than this has stopped in the middle.
const PATIENCE: Duration = Duration::from_secs(5);
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(in super::super) struct Folder(OwnedFd);

/// A lock on a folder; nothing where the disk knows none.
#[derive(Debug)]
pub(in super::super) struct Turn(#[expect(dead_code, reason = "held, not used")] Option<OwnedFd>);

impl Folder {
    pub(in super::super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(retry_on_intr(|| fs::open(path, HOLD, Mode::empty()))?))
    }

    /// A new empty file, open for writing and for reading back.
    pub(in super::super) fn create_new(&self, name: &OsStr, secrecy: Secrecy) -> io::Result<File> {
        let mode = match secrecy {
            Secrecy::Private => Mode::RUSR | Mode::WUSR,
            Secrecy::Public => Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::ROTH,
        };
        self.create(name, mode)
    }

    fn create(&self, name: &OsStr, mode: Mode) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(retry_on_intr(|| fs::openat(&self.0, name, flags, mode))?.into())
    }

    /// Gives `file` to whom the one that it will replace belongs, so that root can change another's
    /// key without locking them out. Nobody else can give files away, and then it stays as it is.
    pub(in super::super) fn keep_owner(file: &File, replaced: &Metadata) {
        let is_same = |own: Metadata| (own.uid(), own.gid()) == (replaced.uid(), replaced.gid());
        if file.metadata().is_ok_and(is_same) {
            return;
        }
        let (uid, gid) = (Uid::from_raw(replaced.uid()), Gid::from_raw(replaced.gid()));
        if let Err(error) = fs::fchown(file, Some(uid), Some(gid)) {
            log::debug!("the new file does not take on the owner of the one that it replaces: {error}");
        }
    }

    /// Gives `file`, called `name` here, the owner, group and mode of the one at `like`, but lets nobody else
    /// write to it. It is not made where it would belong to somebody else than before: sshd would no longer
    /// take it, or its owner no longer read it.
    #[expect(
        clippy::unused_self,
        reason = "as on Windows, where the file goes by its name"
    )]
    pub(in super::super) fn take_after(&self, file: &File, _name: &OsStr, like: &Path) -> io::Result<()> {
        let like = std::fs::metadata(like)?;
        Self::keep_owner(file, &like);
        let own = file.metadata()?;
        if own.uid() != like.uid() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let others = if own.gid() == like.gid() { 0o055 } else { 0o005 };
        let mode = like.mode() & (0o700 | others);
        file.set_permissions(std::fs::Permissions::from_mode(mode))
    }

    /// Waits until no other of these programs edits a list in this folder.
    pub(in super::super) fn wait_for_turn(&self) -> io::Result<Turn> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = match retry_on_intr(|| fs::openat(&self.0, ".", flags, Mode::empty())) {
            Err(Errno::ACCESS) => return Ok(Turn(None)),
            folder => folder?,
        };
        let start = Instant::now();
        loop {
            match retry_on_intr(|| fs::flock(&folder, FlockOperation::NonBlockingLockExclusive)) {
                Ok(()) => return Ok(Turn(Some(folder))),
                Err(Errno::WOULDBLOCK) if start.elapsed() < PATIENCE => thread::sleep(BETWEEN_ATTEMPTS),
                Err(Errno::WOULDBLOCK) => return Err(io::ErrorKind::ResourceBusy.into()),
                // Network disks may know no locks; the file is looked at once more in any case.
                Err(_) => return Ok(Turn(None)),
            }
        }
    }

    /// Renames, and fails with `AlreadyExists` if there is a file called `to`.
    pub(in super::super) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        match self.rename_exclusively(from, to) {
            Err(error) if UNSUPPORTED.contains(&error) => {}
            renamed => return Ok(renamed?),
        }
        match self.link_and_remove(from, to) {
            Err(error) if UNSUPPORTED.contains(&error) => self.claim_and_rename(from, to),
            renamed => Ok(renamed?),
        }
    }

    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    fn rename_exclusively(&self, from: &OsStr, to: &OsStr) -> Result<(), Errno> {
        fs::renameat_with(&self.0, from, &self.0, to, fs::RenameFlags::NOREPLACE)
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    fn rename_exclusively(&self, _: &OsStr, _: &OsStr) -> Result<(), Errno> {
        Err(Errno::NOSYS)
    }

    /// For NFS and the systems that cannot rename exclusively: a link never replaces.
    fn link_and_remove(&self, from: &OsStr, to: &OsStr) -> Result<(), Errno> {
        fs::linkat(&self.0, from, &self.0, to, AtFlags::empty())?;
        fs::unlinkat(&self.0, from, AtFlags::empty()).inspect_err(|_| {
            // Having failed must not leave the file in place.
            if let Err(error) = fs::unlinkat(&self.0, to, AtFlags::empty()) {
                log::warn!("a file could not be removed: {error}");
            }
        })
    }

    /// For disks that have neither, such as FAT over FUSE: an empty file of our own holds the name
    /// until the real one replaces it.
    fn claim_and_rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        drop(self.create(to, Mode::RUSR | Mode::WUSR)?);
        self.rename_over(from, to).inspect_err(|_| {
            if let Err(error) = self.remove(to) {
                log::warn!("an empty file could not be removed: {error}");
            }
        })
    }

    /// Renames; a file called `to` is replaced.
    pub(in super::super) fn rename_over(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(fs::renameat(&self.0, from, &self.0, to)?)
    }

    /// Gives a file a second name.
    pub(in super::super) fn link(&self, name: &OsStr, second: &OsStr) -> io::Result<()> {
        Ok(fs::linkat(&self.0, name, &self.0, second, AtFlags::empty())?)
    }

    pub(in super::super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        Ok(fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Has the disk confirm which names there are, where folders can be synced at all.
    pub(in super::super) fn sync(&self) -> io::Result<()> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match retry_on_intr(|| fs::openat(&self.0, ".", flags, Mode::empty())) {
            Err(Errno::ACCESS) => Ok(()),
            Err(error) => Err(error.into()),
            Ok(folder) => match retry_on_intr(|| fs::fsync(&folder)) {
                Err(error) if !UNSUPPORTED.contains(&error) => Err(error.into()),
                _ => Ok(()),
            },
        }
    }
}

/// Unix lets open files be replaced.
pub(in super::super) fn is_in_use(_: &io::Error) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::io::Write as _;

    use super::*;

    /// What every way to rename without replacing must do.
    fn check(rename: impl Fn(&Folder, &OsStr, &OsStr) -> io::Result<()>) {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(temporary.path()).expect("a folder");
        let [new, id, rival] = ["new", "id", "rival"].map(OsStr::new);
        let read = |name: &OsStr| std::fs::read(temporary.path().join(name)).expect("readable");
        let count = || std::fs::read_dir(temporary.path()).expect("a folder").count();

        folder
            .create_new(new, Secrecy::Private)
            .expect("created")
            .write_all(b"new")
            .expect("written");
        rename(&folder, new, id).expect("the name is free");
        assert_eq!((read(id), count()), (b"new".to_vec(), 1));

        folder
            .create_new(rival, Secrecy::Private)
            .expect("created")
            .write_all(b"rival")
            .expect("written");
        let refused = rename(&folder, rival, id).expect_err("the name is taken");
        assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
        assert_eq!(
            (read(id), read(rival), count()),
            (b"new".to_vec(), b"rival".to_vec(), 2)
        );
    }

    #[test]
    fn each_way_to_rename_refuses_a_taken_name() {
        check(Folder::rename_new);
        check(|folder, from, to| Ok(folder.link_and_remove(from, to)?));
        check(Folder::claim_and_rename);
    }

    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    #[test]
    fn this_system_renames_exclusively_in_one_step() {
        check(|folder, from, to| Ok(folder.rename_exclusively(from, to)?));
    }

    #[test]
    fn a_claim_that_came_to_nothing_leaves_no_empty_file() {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(temporary.path()).expect("a folder");
        let gone = folder
            .claim_and_rename(OsStr::new("gone"), OsStr::new("id"))
            .expect_err("no such file");
        assert_eq!(gone.kind(), ErrorKind::NotFound);
        assert_eq!(std::fs::read_dir(temporary.path()).expect("a folder").count(), 0);
    }
}

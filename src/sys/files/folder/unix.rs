//! Folders on Unix: held open, so that what happens in them happens in one and the same folder
//! whatever becomes of its path.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{self, AtFlags, FileType, FlockOperation, Gid, Mode, OFlags, Stat, Uid};
use rustix::io::{Errno, retry_on_intr};

use super::super::terms::Secrecy;
use crate::sys::seen::Seen;
use crate::sys::way::{GENTLY, Held};

/// What the system calls answer that a disk has no means for.
const UNSUPPORTED: [Errno; 5] = [
    Errno::INVAL,
    Errno::NOSYS,
    Errno::NOTSUP,
    Errno::OPNOTSUPP,
    Errno::PERM,
];

/// A file is replaced within milliseconds; whoever holds a folder longer than this has stopped in the middle.
const PATIENCE: Duration = Duration::from_secs(5);
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(in super::super) struct Folder(Held);

/// By what a folder is told from others.
pub(in super::super) type FolderId = (u64, u64);

thread_local! {
    /// The folders whose turn this thread has already.
    static HELD: RefCell<Vec<FolderId>> = const { RefCell::new(Vec::new()) };
}

/// A lock on a folder, for this thread; nothing where the disk knows none.
#[derive(Debug)]
pub(in super::super) struct Turn {
    id: FolderId,
    lock: Option<OwnedFd>,
    /// Whether somebody further up has it.
    is_inner: bool,
}

impl Turn {
    /// Whether nobody else of these programs can be in the midst of something in this folder.
    pub(in super::super) fn is_certain(&self) -> bool {
        self.lock.is_some() || self.is_inner
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.lock.is_some() {
            HELD.with_borrow_mut(|held| held.retain(|id| *id != self.id));
        }
    }
}

/// What has a name in a folder.
#[derive(Clone, Debug)]
pub(in super::super) struct Found(Stat);

impl Found {
    pub(in super::super) fn is_file(&self) -> bool {
        self.kind() == FileType::RegularFile
    }

    pub(in super::super) fn is_link(&self) -> bool {
        self.kind() == FileType::Symlink
    }

    fn kind(&self) -> FileType {
        FileType::from_raw_mode(self.0.st_mode)
    }

    /// Whose it is.
    pub(in super::super) fn owner(&self) -> u32 {
        self.0.st_uid
    }

    /// How many names it has besides this one.
    #[cfg_attr(
        not(target_os = "macos"),
        expect(clippy::unnecessary_cast, reason = "as wide as each system has it")
    )]
    pub(in super::super) fn other_names(&self) -> u64 {
        (self.0.st_nlink as u64).saturating_sub(1)
    }

    /// By which number the disk knows it.
    #[cfg_attr(
        target_pointer_width = "64",
        expect(clippy::unnecessary_cast, reason = "as wide as each system has it")
    )]
    pub(in super::super) fn number(&self) -> u64 {
        self.0.st_ino as u64
    }

    /// Whether both are the same thing, whatever it is called.
    pub(in super::super) fn is_same_as(&self, other: &Self) -> bool {
        (self.0.st_dev, self.0.st_ino) == (other.0.st_dev, other.0.st_ino)
    }
}

impl Folder {
    pub(in super::super) fn of(held: Held) -> Self {
        Self(held)
    }

    /// The folder itself.
    pub(in super::super) fn itself(&self) -> io::Result<Found> {
        Ok(Found(fs::fstat(&self.0)?))
    }

    #[expect(clippy::unnecessary_cast, reason = "as wide as each system has them")]
    pub(in super::super) fn id(&self) -> io::Result<FolderId> {
        let Found(stat) = self.itself()?;
        Ok((stat.st_dev as u64, stat.st_ino as u64))
    }

    /// What has this name; a link is found itself.
    pub(in super::super) fn look(&self, name: &OsStr) -> io::Result<Option<Found>> {
        match fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(Found(stat))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The file with this name, if `seen` is what is in it. Owner and content are of one and the same file.
    pub(in super::super) fn find(&self, name: &OsStr, seen: &Seen) -> io::Result<Option<Found>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | GENTLY;
        let mut file = match retry_on_intr(|| fs::openat(&self.0, name, flags, Mode::empty())) {
            Ok(file) => File::from(file),
            // A link is none of the files that were read.
            Err(Errno::NOENT | Errno::LOOP) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let found = Found(fs::fstat(&file)?);
        Ok((found.is_file() && seen.is_in(&mut file)?).then_some(found))
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

    /// Whether `file`, which is new, belongs to whom `found` belongs. On a disk that knows no owners everything belongs to
    /// the same one, whoever that is.
    pub(in super::super) fn has_owner_of(file: &File, found: &Found) -> io::Result<bool> {
        Ok(fs::fstat(file)?.st_uid == found.owner())
    }

    /// Gives `file`, which is new, to whom `found` belongs. Only root can give files away.
    pub(in super::super) fn give_to_owner_of(file: &File, found: &Found) -> io::Result<()> {
        let Found(Stat { st_uid, st_gid, .. }) = found;
        let own = fs::fstat(file)?;
        if (own.st_uid, own.st_gid) == (*st_uid, *st_gid) {
            return Ok(());
        }
        match fs::fchown(file, Some(Uid::from_raw(*st_uid)), Some(Gid::from_raw(*st_gid))) {
            // The group alone gives nobody a right, for the mode goes by it.
            Err(error) if own.st_uid == *st_uid => {
                log::debug!("the new file does not take on the group of the one that it replaces: {error}");
                Ok(())
            }
            Err(_) => Err(io::ErrorKind::PermissionDenied.into()),
            Ok(()) => Ok(()),
        }
    }

    /// Gives `file`, called `name` here, the owner, group and mode of the one called `like`, but lets nobody else write to
    /// it. It is not made where it would belong to somebody else than before: sshd would no longer take it, or its owner no
    /// longer read it.
    #[expect(
        clippy::unused_self,
        reason = "as on Windows, where the file goes by its name"
    )]
    pub(in super::super) fn take_after(&self, file: &File, _name: &OsStr, like: &Found) -> io::Result<()> {
        Self::give_to_owner_of(file, like)?;
        let Found(like) = like;
        let others = if fs::fstat(file)?.st_gid == like.st_gid {
            0o055
        } else {
            0o005
        };
        let mode = Mode::from_raw_mode(like.st_mode) & Mode::from_raw_mode(0o700 | others);
        Ok(fs::fchmod(file, mode)?)
    }

    /// Waits until no other of these programs, and no other thread of this one, changes files in this folder.
    pub(in super::super) fn wait_for_turn(&self) -> io::Result<Turn> {
        self.turn_within(PATIENCE)
    }

    /// The same for whoever waits no longer than this.
    pub(in super::super) fn turn_within(&self, patience: Duration) -> io::Result<Turn> {
        let id = self.id()?;
        // Whoever edits a list may write other files on the way.
        let is_inner = HELD.with_borrow(|held| held.contains(&id));
        let without = Turn {
            id,
            lock: None,
            is_inner,
        };
        if is_inner {
            return Ok(without);
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = match retry_on_intr(|| fs::openat(&self.0, ".", flags, Mode::empty())) {
            Err(Errno::ACCESS) => return Ok(without),
            folder => folder?,
        };
        let start = Instant::now();
        loop {
            match retry_on_intr(|| fs::flock(&folder, FlockOperation::NonBlockingLockExclusive)) {
                Ok(()) => {
                    HELD.with_borrow_mut(|held| held.push(id));
                    return Ok(Turn {
                        lock: Some(folder),
                        ..without
                    });
                }
                Err(Errno::WOULDBLOCK) if start.elapsed() < patience => thread::sleep(BETWEEN_ATTEMPTS),
                Err(Errno::WOULDBLOCK) => return Err(io::ErrorKind::ResourceBusy.into()),
                // Network disks may know no locks; the file is looked at once more in any case.
                Err(_) => return Ok(without),
            }
        }
    }

    /// Has two files change names, in one step. `Unsupported` where the disk cannot do that.
    pub(in super::super) fn exchange(&self, one: &OsStr, other: &OsStr) -> io::Result<()> {
        match self.exchange_at_once(one, other) {
            Err(error) if UNSUPPORTED.contains(&error) => Err(io::ErrorKind::Unsupported.into()),
            exchanged => Ok(exchanged?),
        }
    }

    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    fn exchange_at_once(&self, one: &OsStr, other: &OsStr) -> Result<(), Errno> {
        fs::renameat_with(&self.0, one, &self.0, other, fs::RenameFlags::EXCHANGE)
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    fn exchange_at_once(&self, _: &OsStr, _: &OsStr) -> Result<(), Errno> {
        Err(Errno::NOSYS)
    }

    /// Renames, and fails with `AlreadyExists` if there is a file called `to`.
    pub(in super::super) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        self.move_new(from, self, to)
    }

    /// Moves a file to another folder of the same disk, and fails with `AlreadyExists` if there is one called `to`.
    pub(in super::super) fn move_new(&self, from: &OsStr, folder: &Self, to: &OsStr) -> io::Result<()> {
        match self.rename_exclusively(from, folder, to) {
            Err(error) if UNSUPPORTED.contains(&error) => {}
            renamed => return Ok(renamed?),
        }
        match self.link_and_remove(from, folder, to) {
            Err(error) if UNSUPPORTED.contains(&error) => self.claim_and_rename(from, folder, to),
            renamed => Ok(renamed?),
        }
    }

    /// Renames a folder, and fails with `AlreadyExists` if there is anything called `to`.
    pub(in super::super) fn rename_folder_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        match self.rename_exclusively(from, self, to) {
            Err(error) if UNSUPPORTED.contains(&error) => {}
            renamed => return Ok(renamed?),
        }
        // A folder takes the place of an empty one.
        fs::mkdirat(&self.0, to, Mode::RWXU)?;
        self.rename_over(from, to).inspect_err(|_| {
            if let Err(error) = self.remove_folder(to) {
                log::warn!("an empty folder could not be removed: {error}");
            }
        })
    }

    /// Takes an empty folder away.
    pub(in super::super) fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        Ok(fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR)?)
    }

    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    fn rename_exclusively(&self, from: &OsStr, folder: &Self, to: &OsStr) -> Result<(), Errno> {
        fs::renameat_with(&self.0, from, &folder.0, to, fs::RenameFlags::NOREPLACE)
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    fn rename_exclusively(&self, _: &OsStr, _: &Self, _: &OsStr) -> Result<(), Errno> {
        Err(Errno::NOSYS)
    }

    /// For NFS and the systems that cannot rename exclusively: a link never replaces.
    fn link_and_remove(&self, from: &OsStr, folder: &Self, to: &OsStr) -> Result<(), Errno> {
        fs::linkat(&self.0, from, &folder.0, to, AtFlags::empty())?;
        fs::unlinkat(&self.0, from, AtFlags::empty()).inspect_err(|_| {
            // Having failed must not leave the file in place.
            if let Err(error) = fs::unlinkat(&folder.0, to, AtFlags::empty()) {
                log::warn!("a file could not be removed: {error}");
            }
        })
    }

    /// For disks that have neither, such as FAT over FUSE: an empty file of our own holds the name
    /// until the real one replaces it.
    fn claim_and_rename(&self, from: &OsStr, folder: &Self, to: &OsStr) -> io::Result<()> {
        drop(folder.create(to, Mode::RUSR | Mode::WUSR)?);
        fs::renameat(&self.0, from, &folder.0, to)
            .map_err(io::Error::from)
            .inspect_err(|_| {
                if let Err(error) = folder.remove(to) {
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
    use crate::sys::way::Way;

    fn open(path: &std::path::Path) -> Folder {
        Folder::of(Way::to(&path.join("x")).expect("a folder").folder)
    }

    /// What every way to rename without replacing must do.
    fn check(rename: impl Fn(&Folder, &OsStr, &OsStr) -> io::Result<()>) {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = open(temporary.path());
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
        check(|folder, from, to| Ok(folder.link_and_remove(from, folder, to)?));
        check(|folder, from, to| folder.claim_and_rename(from, folder, to));
    }

    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    #[test]
    fn this_system_renames_exclusively_in_one_step() {
        check(|folder, from, to| Ok(folder.rename_exclusively(from, folder, to)?));
    }

    #[test]
    fn a_claim_that_came_to_nothing_leaves_no_empty_file() {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = open(temporary.path());
        let gone = folder
            .claim_and_rename(OsStr::new("gone"), &folder, OsStr::new("id"))
            .expect_err("no such file");
        assert_eq!(gone.kind(), ErrorKind::NotFound);
        assert_eq!(std::fs::read_dir(temporary.path()).expect("a folder").count(), 0);
    }
}

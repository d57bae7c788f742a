//! Folders on Windows, named by their path.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind};
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::path::Path;
use std::thread;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION, GENERIC_READ, GENERIC_WRITE,
    INVALID_HANDLE_VALUE, WAIT_ABANDONED, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, CreateFileW, FILE_ATTRIBUTE_NORMAL, MOVE_FILE_FLAGS, MOVEFILE_REPLACE_EXISTING,
    MOVEFILE_WRITE_THROUGH, MoveFileExW,
};
use windows_sys::Win32::System::Threading::{CreateMutexW, ReleaseMutex, WaitForSingleObject};

use super::super::terms::Secrecy;
use crate::sys::permissions::windows::{Attributes, Scope, copy_access, wide};
use crate::sys::seen::Seen;
use crate::sys::way::{self, Held};

/// Virus scanners and other readers hold a file for some milliseconds, and have let go when asked
/// again. In all that is a second, which only a file that cannot be replaced at all costs.
const ATTEMPTS: u32 = 50;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(20);

/// A file is replaced within milliseconds; whoever holds a folder longer than this has stopped in the middle.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(in super::super) struct Folder(Held);

/// By what a folder is told from others: the name of its mutex.
pub(in super::super) type FolderId = Vec<u16>;

/// What has a name in a folder.
#[derive(Clone, Debug)]
pub(in super::super) struct Found {
    path: Held,
    metadata: Metadata,
}

impl Found {
    pub(in super::super) fn is_file(&self) -> bool {
        self.metadata.is_file()
    }

    pub(in super::super) fn is_link(&self) -> bool {
        self.metadata.is_symlink()
    }

    /// Access lists decide here, and whoever may replace a file may.
    #[expect(clippy::unused_self, reason = "as on Unix, where owners count")]
    pub(in super::super) fn owner(&self) -> u32 {
        0
    }

    /// Other names are not told here.
    #[expect(clippy::unused_self, reason = "as on Unix, where they are told")]
    pub(in super::super) fn other_names(&self) -> u64 {
        0
    }

    /// Nor numbers.
    #[expect(clippy::unused_self, reason = "as on Unix, where they are told")]
    pub(in super::super) fn number(&self) -> u64 {
        0
    }

    /// Whether both are the same thing, whatever it is called; no, where that is not told.
    pub(in super::super) fn is_same_as(&self, other: &Self) -> bool {
        let told = |found: &Self| {
            (
                found.metadata.created().ok(),
                found.metadata.modified().ok(),
                found.metadata.len(),
            )
        };
        self.metadata.is_file() && told(self) == told(other)
    }
}

/// A mutex that all of these programs know by the folder's name, for folders themselves cannot be locked here. It
/// belongs to the thread that waited for it; if that ends, it goes on to the next.
#[derive(Debug)]
pub(in super::super) struct Turn(OwnedHandle);

impl Turn {
    /// Whether nobody else of these programs can be in the midst of something in this folder.
    #[expect(clippy::unused_self, reason = "as on Unix, where some disks know no locks")]
    pub(in super::super) fn is_certain(&self) -> bool {
        true
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        #[expect(unsafe_code, reason = "the standard library has no mutex between programs")]
        // SAFETY: the handle is open as long as `self`.
        unsafe {
            // It fails only where the mutex is another thread's, and then nothing is to be done.
            ReleaseMutex(self.0.as_raw_handle());
        }
    }
}

impl Folder {
    pub(in super::super) fn of(held: Held) -> Self {
        Self(held)
    }

    /// The folder itself.
    pub(in super::super) fn itself(&self) -> io::Result<Found> {
        let metadata = fs::metadata(&self.0)?;
        let path = self.0.clone();
        Ok(Found { path, metadata })
    }

    #[expect(clippy::unnecessary_wraps, reason = "as on Unix, where the system is asked")]
    pub(in super::super) fn id(&self) -> io::Result<FolderId> {
        // Some disks do not tell the whole name; then the one that was given has to do.
        Ok(mutex_name(
            &fs::canonicalize(&self.0).unwrap_or_else(|_| self.0.clone()),
        ))
    }

    /// What has this name; a link is found itself.
    pub(in super::super) fn look(&self, name: &OsStr) -> io::Result<Option<Found>> {
        let path = self.0.join(name);
        match fs::symlink_metadata(&path) {
            Ok(metadata) => Ok(Some(Found { path, metadata })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The file with this name, if `seen` is what is in it.
    pub(in super::super) fn find(&self, name: &OsStr, seen: &Seen) -> io::Result<Option<Found>> {
        let Some(found) = self.look(name)?.filter(Found::is_file) else {
            return Ok(None);
        };
        Ok(seen.is_in(&mut way::open(&found.path)?)?.then_some(found))
    }

    /// A new empty file, open for writing and for reading back, that nobody else can open meanwhile.
    pub(in super::super) fn create_new(&self, name: &OsStr, secrecy: Secrecy) -> io::Result<File> {
        let path = wide(&self.0.join(name))?;
        let attributes = match secrecy {
            Secrecy::Private => Some(Attributes::owner_only(Scope::File)?),
            Secrecy::Public => None,
        };
        let attributes = attributes.as_ref().map_or(std::ptr::null(), Attributes::as_ptr);
        #[expect(
            unsafe_code,
            reason = "the standard library cannot create a file with an access list"
        )]
        // SAFETY: `path` ends in a zero, `attributes` is null or lives until the end of this
        // function, and the handle is owned by nobody else.
        unsafe {
            let handle = CreateFileW(
                path.as_ptr(),
                GENERIC_READ | GENERIC_WRITE,
                0,
                attributes,
                CREATE_NEW,
                FILE_ATTRIBUTE_NORMAL,
                std::ptr::null_mut(),
            );
            if handle == INVALID_HANDLE_VALUE {
                return Err(io::Error::last_os_error());
            }
            Ok(File::from_raw_handle(handle))
        }
    }

    /// Access lists decide here, and whoever may replace a file may.
    #[expect(clippy::unnecessary_wraps, reason = "as on Unix, where the system is asked")]
    pub(in super::super) fn has_owner_of(_: &File, _: &Found) -> io::Result<bool> {
        Ok(true)
    }

    /// Whoever may replace a file here also stays among those who may read the new one.
    #[expect(clippy::unnecessary_wraps, reason = "as on Unix, where the system is asked")]
    pub(in super::super) fn give_to_owner_of(_: &File, _: &Found) -> io::Result<()> {
        Ok(())
    }

    /// Gives the file called `name` here the access list of another one.
    pub(in super::super) fn take_after(&self, _: &File, name: &OsStr, like: &Found) -> io::Result<()> {
        copy_access(&like.path, &self.0.join(name))
    }

    /// Waits until no other of these programs, and no other thread of this one, changes files in this folder.
    pub(in super::super) fn wait_for_turn(&self) -> io::Result<Turn> {
        self.turn_within(PATIENCE)
    }

    /// The same for whoever waits no longer than this. A thread that has the turn gets it once more.
    pub(in super::super) fn turn_within(&self, patience: Duration) -> io::Result<Turn> {
        let name = self.id()?;
        let patience = u32::try_from(patience.as_millis()).unwrap_or(u32::MAX);
        #[expect(unsafe_code, reason = "the standard library has no mutex between programs")]
        // SAFETY: `name` ends in a zero, no access list is given, and the handle is owned by nobody else.
        unsafe {
            let handle = CreateMutexW(std::ptr::null(), 0, name.as_ptr());
            if handle.is_null() {
                return Err(io::Error::last_os_error());
            }
            let mutex = OwnedHandle::from_raw_handle(handle);
            match WaitForSingleObject(mutex.as_raw_handle(), patience) {
                // Files are replaced in one step each: whoever died with the mutex has left whole ones.
                WAIT_OBJECT_0 | WAIT_ABANDONED => Ok(Turn(mutex)),
                WAIT_TIMEOUT => Err(ErrorKind::ResourceBusy.into()),
                _ => Err(io::Error::last_os_error()),
            }
        }
    }

    /// Renames, and fails with `AlreadyExists` if there is a file called `to`.
    pub(in super::super) fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        self.move_new(from, self, to)
    }

    /// Moves a file to another folder of the same disk, and fails with `AlreadyExists` if there is one called `to`.
    pub(in super::super) fn move_new(&self, from: &OsStr, folder: &Self, to: &OsStr) -> io::Result<()> {
        let (from, to) = (self.0.join(from), folder.0.join(to));
        patiently(|| move_file(&from, &to, MOVEFILE_WRITE_THROUGH))
    }

    /// Renames a folder, and fails with `AlreadyExists` if there is anything called `to`.
    pub(in super::super) fn rename_folder_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        self.move_new(from, self, to)
    }

    /// Takes an empty folder away.
    pub(in super::super) fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_dir(self.0.join(name))
    }

    /// Renames; a file called `to` is replaced.
    pub(in super::super) fn rename_over(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        let (from, to) = (self.0.join(from), self.0.join(to));
        patiently(
            || match move_file(&from, &to, MOVEFILE_WRITE_THROUGH | MOVEFILE_REPLACE_EXISTING) {
                // Somebody may be reading the old file; the standard library also knows the newer call
                // that replaces it under their eyes, as on Unix.
                Err(error) if is(&error, ERROR_ACCESS_DENIED) => fs::rename(&from, &to),
                moved => moved,
            },
        )
    }

    /// There is no such call here.
    #[expect(clippy::unused_self, reason = "as on Unix, where there is")]
    pub(in super::super) fn exchange(&self, _: &OsStr, _: &OsStr) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }

    /// Gives a file a second name.
    pub(in super::super) fn link(&self, name: &OsStr, second: &OsStr) -> io::Result<()> {
        fs::hard_link(self.0.join(name), self.0.join(second))
    }

    pub(in super::super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }

    /// Nothing is left to confirm: `MOVEFILE_WRITE_THROUGH` has waited for the disk.
    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "as on Unix, where there is more to do"
    )]
    pub(in super::super) fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Of this user's session. Paths may be longer than such a name can be, and have `\` in them.
fn mutex_name(folder: &Path) -> Vec<u16> {
    let folder = folder.to_string_lossy().to_lowercase();
    let hash = base16ct::lower::encode_string(&Sha256::digest(folder));
    let name = format!(r"Local\Keywright-lists-{hash}");
    OsStr::new(&name).encode_wide().chain([0]).collect()
}

fn move_file(from: &Path, to: &Path, flags: MOVE_FILE_FLAGS) -> io::Result<()> {
    let (from, to) = (wide(from)?, wide(to)?);
    #[expect(
        unsafe_code,
        reason = "the standard library always replaces, and does not wait for the disk"
    )]
    // SAFETY: both paths end in a zero.
    let is_moved = unsafe { MoveFileExW(from.as_ptr(), to.as_ptr(), flags) } != 0;
    if is_moved {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Asks again for a while if somebody seems to hold a file.
fn patiently(mut rename: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    for _ in 1..ATTEMPTS {
        match rename() {
            Err(error) if is_in_use(&error) || is(&error, ERROR_ACCESS_DENIED) => {
                thread::sleep(BETWEEN_ATTEMPTS);
            }
            done => return done,
        }
    }
    rename()
}

/// Whether another program has the file open in a way that keeps others out.
pub(in super::super) fn is_in_use(error: &io::Error) -> bool {
    is(error, ERROR_SHARING_VIOLATION) || is(error, ERROR_LOCK_VIOLATION)
}

fn is(error: &io::Error, code: u32) -> bool {
    error.raw_os_error() == Some(code.cast_signed())
}

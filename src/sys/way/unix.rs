//! Links on Unix, followed one by one.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{self, Component, Path, PathBuf};

#[cfg(not(any(target_os = "linux", target_os = "android")))]
use rustix::fs::AtFlags;
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};

use super::{Road, Stranger, Way};

/// As many as Linux follows.
const MOST_LINKS: usize = 40;

/// Nothing needs a folder to be readable, and on Linux it can be held without.
#[cfg(any(target_os = "linux", target_os = "android"))]
const HOLD: OFlags = OFlags::PATH;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const HOLD: OFlags = OFlags::RDONLY;

/// A folder, held open.
pub(in crate::sys) type Held = rustix::fd::OwnedFd;

/// What a name stands for in a folder.
enum Found {
    Nothing,
    Link { owner: u32, leads_to: PathBuf },
    Other,
}

/// Goes from the root, each folder held and each link judged. What the last name stands for need not exist.
pub(super) fn follow(path: &Path, follows_the_last: bool) -> io::Result<Way> {
    let trusted = [
        rustix::process::geteuid().as_raw(),
        0,
        // In a container root may have another number, or be nobody that it knows.
        rustix::fs::stat("/")?.st_uid,
    ];
    let absolute = path::absolute(path)?;
    // What is still to be gone, the next part last.
    let mut ahead = parts(&absolute);
    let (mut here, mut folder_path) = (root()?, PathBuf::from("/"));
    let (mut strangers, mut links, mut is_linked) = (Vec::new(), 0, false);
    while let Some(name) = ahead.pop() {
        let is_last = ahead.is_empty();
        if name == ".." {
            here = enter(&here, &name)?;
            folder_path.pop();
            continue;
        }
        match look(&here, &name)? {
            Found::Link { owner, leads_to } if !is_last || follows_the_last => {
                links += 1;
                if links > MOST_LINKS {
                    return Err(Errno::LOOP.into());
                }
                if !trusted.contains(&owner) {
                    let link = folder_path.join(&name);
                    strangers.push(Stranger { link, owner });
                }
                if leads_to.is_absolute() {
                    (here, folder_path) = (root()?, PathBuf::from("/"));
                }
                is_linked |= is_last;
                ahead.extend(parts(&leads_to));
            }
            _ if is_last => {
                let road = Road {
                    folder: folder_path,
                    is_linked,
                    strangers,
                };
                return Ok(Way {
                    folder: here,
                    name,
                    road,
                });
            }
            Found::Nothing => return Err(ErrorKind::NotFound.into()),
            Found::Link { .. } | Found::Other => {
                here = enter(&here, &name)?;
                folder_path.push(name);
            }
        }
    }
    // The root, or a folder by way of `..`.
    Err(ErrorKind::IsADirectory.into())
}

/// The parts of a path, the last one first.
fn parts(path: &Path) -> Vec<OsString> {
    let names = path.components().rev().filter_map(|part| match part {
        Component::Normal(_) | Component::ParentDir => Some(part.as_os_str().to_owned()),
        Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
    });
    names.collect()
}

fn root() -> io::Result<Held> {
    let flags = HOLD | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(retry_on_intr(|| rustix::fs::open("/", flags, Mode::empty()))?)
}

fn enter(folder: &Held, name: &OsStr) -> io::Result<Held> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let enter = |how| retry_on_intr(|| rustix::fs::openat(folder, name, flags | how, Mode::empty()));
    match enter(HOLD) {
        // macOS holds what may only be gone through by another flag, `O_EXEC` (open(2) there).
        Err(Errno::ACCESS) if cfg!(target_vendor = "apple") => {
            Ok(enter(OFlags::from_bits_retain(0x4000_0000))?)
        }
        entered => Ok(entered?),
    }
}

/// The owner of a link and what it leads to, of one and the same link.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn look(folder: &Held, name: &OsStr) -> io::Result<Found> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let held = match retry_on_intr(|| rustix::fs::openat(folder, name, flags, Mode::empty())) {
        Err(Errno::NOENT) => return Ok(Found::Nothing),
        held => held?,
    };
    let found = rustix::fs::fstat(&held)?;
    if FileType::from_raw_mode(found.st_mode) != FileType::Symlink {
        return Ok(Found::Other);
    }
    let leads_to = rustix::fs::readlinkat(&held, "", Vec::new())?;
    Ok(Found::Link {
        owner: found.st_uid,
        leads_to: OsString::from_vec(leads_to.into_bytes()).into(),
    })
}

/// The same where links cannot be held: looked at before and after.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn look(folder: &Held, name: &OsStr) -> io::Result<Found> {
    let stat = || rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
    let before = match stat() {
        Err(Errno::NOENT) => return Ok(Found::Nothing),
        before => before?,
    };
    if FileType::from_raw_mode(before.st_mode) != FileType::Symlink {
        return Ok(Found::Other);
    }
    let leads_to = rustix::fs::readlinkat(folder, name, Vec::new())?;
    let after = stat()?;
    if (before.st_dev, before.st_ino) != (after.st_dev, after.st_ino) {
        return Err(ErrorKind::ResourceBusy.into());
    }
    Ok(Found::Link {
        owner: after.st_uid,
        leads_to: OsString::from_vec(leads_to.into_bytes()).into(),
    })
}

/// How a file is opened that others may have put there. Should a pipe or a terminal have taken its place: nobody waits for a
/// writer, or becomes the terminal's owner.
pub(in crate::sys) const GENTLY: OFlags = OFlags::NONBLOCK.union(OFlags::NOCTTY);

/// Opens a file for reading, and never waits.
pub(in crate::sys) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(GENTLY.bits().cast_signed())
        .open(path)
}

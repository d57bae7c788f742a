//! Modes: `ssh` refuses a private key of the user's own if group or others have any right to it, and what
//! tells it or `sshd` whom to trust if they may write it.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
#[cfg(any(target_os = "linux", target_os = "android"))]
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::{Errno, retry_on_intr};

use super::Access;
use crate::sys::journal;
use crate::sys::way::{GENTLY, Way};

const GROUP_AND_OTHERS: u32 = 0o077;
const OTHERS_WRITE: u32 = 0o022;
const ALL_WRITE: u32 = 0o002;
const STICKY: u32 = 0o1000;
const ROOT: u32 = 0;
const OWNER_READS: u32 = 0o400;
const OWNER_WRITES: u32 = 0o200;

pub(super) fn audit_private(path: &Path) -> io::Result<Access> {
    let found = fs::metadata(path)?;
    let mode = found.mode() & 0o7777;
    Ok(if found.uid() != rustix::process::getuid().as_raw() {
        Access::NotOwned {
            owner: found.uid().to_string(),
        }
    } else if mode & GROUP_AND_OTHERS == 0 {
        Access::OwnerOnly
    } else {
        Access::Loose {
            detail: format!("{mode:04o}"),
        }
    })
}

pub(super) fn tighten_private(path: &Path) -> io::Result<()> {
    // Read-only is a choice that some make for their keys, and `ssh` is content with it.
    change_mode(path, |mode| OWNER_READS | (mode & OWNER_WRITES))
}

pub(super) fn audit_shared(path: &Path) -> io::Result<Access> {
    let found = fs::metadata(path)?;
    let mode = found.mode() & 0o7777;
    Ok(
        if ![rustix::process::getuid().as_raw(), ROOT].contains(&found.uid()) {
            Access::NotOwned {
                owner: found.uid().to_string(),
            }
        } else if mode & OTHERS_WRITE == 0 {
            Access::OwnerOnly
        } else {
            Access::Loose {
                detail: format!("{mode:04o}"),
            }
        },
    )
}

/// By the kind of the file system (`linux/magic.h`). Those that can know owners, and often do not, give each file the same
/// mode; nobody lets a key be run as a program otherwise.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn knows_no_owners(path: &Path) -> bool {
    const NEVER: [u64; 2] = [0x4d44, 0x2011_bab0];
    /// FUSE, 9p, SMB (two of them), and the shared folders of two virtual machines.
    const OFTEN: [u64; 6] = [
        0x6573_5546,
        0x0102_1997,
        0xff53_4d42,
        0xfe53_4d42,
        0x786f_4256,
        0xbacb_acbc,
    ];
    const RUNS: u32 = 0o111;
    let (Ok(system), Ok(found)) = (rustix::fs::statfs(path), fs::metadata(path)) else {
        return false;
    };
    // The same 32 bits, whatever the type has for a sign.
    #[expect(clippy::cast_sign_loss, reason = "a number that says a kind has no sign")]
    let kind = system.f_type as u64 & 0xffff_ffff;
    NEVER.contains(&kind) || (OFTEN.contains(&kind) && found.mode() & RUNS != 0)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn knows_no_owners(_: &Path) -> bool {
    false
}

pub(super) fn is_own(path: &Path) -> io::Result<bool> {
    Ok(fs::metadata(path)?.uid() == rustix::process::getuid().as_raw())
}

pub(super) fn lets_all_write(path: &Path) -> io::Result<bool> {
    let mode = fs::metadata(path)?.mode();
    Ok(mode & ALL_WRITE != 0 && mode & STICKY == 0)
}

pub(super) fn tighten_shared(path: &Path) -> io::Result<()> {
    change_mode(path, |mode| mode & !OTHERS_WRITE)
}

/// Changes the mode of an ordinary file or a folder: of the very one that was looked at, whatever has its name by then. Another's
/// link is not followed: root would give the mode of their file to one of its own.
fn change_mode(path: &Path, change: impl Fn(u32) -> u32) -> io::Result<()> {
    let Way { folder, name, road } = Way::to(path)?;
    // Opening a device alone can do things.
    let found = rustix::fs::statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW)?;
    if ![FileType::RegularFile, FileType::Directory].contains(&FileType::from_raw_mode(found.st_mode)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let open = |flags: OFlags| {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC | GENTLY;
        retry_on_intr(|| rustix::fs::openat(&folder, &name, flags, Mode::empty()))
    };
    let permissions = |found: &Stat| Permissions::from_mode(change(mode_of(found)));
    let check = |found: &Stat| road.check(found.st_uid).map_err(io::Error::other);
    journal::touch(&road.folder.join(&name));
    match open(OFlags::RDONLY) {
        Err(Errno::ACCESS) => {}
        file => {
            let file = File::from(file?);
            let found = rustix::fs::fstat(&file)?;
            check(&found)?;
            return file.set_permissions(permissions(&found));
        }
    }
    // What may not be read can be held here, and has a name of its own then.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let held = open(OFlags::PATH)?;
        let found = rustix::fs::fstat(&held)?;
        check(&found)?;
        fs::set_permissions(format!("/proc/self/fd/{}", held.as_raw_fd()), permissions(&found))
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        check(&found)?;
        let mode = Mode::from(permissions(&found).mode() as rustix::fs::RawMode);
        Ok(rustix::fs::chmodat(
            &folder,
            &name,
            mode,
            AtFlags::SYMLINK_NOFOLLOW,
        )?)
    }
}

#[allow(clippy::useless_conversion, reason = "modes are narrower on some systems")]
fn mode_of(found: &Stat) -> u32 {
    u32::from(found.st_mode) & 0o7777
}

pub(super) fn create_private_folder(path: &Path) -> io::Result<()> {
    journal::touch(path);
    DirBuilder::new().mode(0o700).create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_to_write_is_taken_from_a_folder_that_others_may_change() {
        let folder = tempfile::tempdir().expect("a folder");
        for (before, after, is_loose) in [
            (0o755, 0o755, false),
            (0o775, 0o755, true),
            (0o1777, 0o1755, true),
        ] {
            fs::set_permissions(folder.path(), Permissions::from_mode(before)).expect("it is ours");
            let audit = audit_shared(folder.path()).expect("it is there");
            assert_eq!(matches!(audit, Access::Loose { .. }), is_loose, "{before:o}");
            tighten_shared(folder.path()).expect("it is ours");
            let mode = fs::metadata(folder.path()).expect("it is there").mode() & 0o7777;
            assert_eq!(mode, after, "{before:o}");
        }
    }
}

//! Modes: `ssh` refuses a private key of the user's own if group or others have any right to it, and what
//! tells it or `sshd` whom to trust if they may write it.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

use super::Access;

const GROUP_AND_OTHERS: u32 = 0o077;
const OTHERS_WRITE: u32 = 0o022;
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
    let mode = OWNER_READS | (fs::metadata(path)?.mode() & OWNER_WRITES);
    fs::set_permissions(path, Permissions::from_mode(mode))
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

pub(super) fn tighten_shared(path: &Path) -> io::Result<()> {
    let mode = fs::metadata(path)?.mode() & 0o7777 & !OTHERS_WRITE;
    fs::set_permissions(path, Permissions::from_mode(mode))
}

pub(super) fn create_private_folder(path: &Path) -> io::Result<()> {
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

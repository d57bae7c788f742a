//! Modes: `ssh` refuses a private key of the user's own if group or others have any right to it.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

use super::Access;

const GROUP_AND_OTHERS: u32 = 0o077;
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

pub(super) fn create_private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

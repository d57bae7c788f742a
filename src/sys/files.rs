//! Key files and lists: read within limits, and written whole or not at all.

mod aside;
mod edit;
mod fault;
mod folder;
mod list;
mod read;
mod staged;
mod terms;
mod write;

use std::fs;
use std::path::{Path, PathBuf};

pub use aside::{Aside, asides_in, set_aside};
pub use edit::{Backup, EditError, ListFile, Saved, edit};
pub use fault::WriteError;
pub use list::{Candidate, Candidates, MOST_ENTRIES, candidate, candidates};
pub use read::{MAX_KEY_FILE, ReadError, read_key};
pub use terms::{Existing, Secrecy};
pub use write::{Save, write_private, write_public, write_together};

/// Which of `paths` there is already something at, be it a link that leads nowhere: what to ask
/// about before saving with [`Existing::Replace`].
#[must_use]
pub fn taken<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Vec<PathBuf> {
    let is_taken = |path: &P| fs::symlink_metadata(path).is_ok();
    paths
        .into_iter()
        .filter(is_taken)
        .map(|path| path.as_ref().to_owned())
        .collect()
}

/// Takes away the file at `path`; of a link, the link.
///
/// # Errors
/// The system does not let this user do it.
pub fn remove(path: &Path) -> Result<(), WriteError> {
    fs::remove_file(path).map_err(|source| WriteError::new(path, source))
}

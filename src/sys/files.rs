//! Key files and lists: read within limits, and written whole or not at all.

mod aside;
mod edit;
mod fault;
mod folder;
mod list;
mod names;
mod read;
mod staged;
mod target;
mod terms;
mod write;

use std::fs;
use std::path::{Path, PathBuf};

use super::journal;
use target::{Target, take_turns};

pub use super::seen::Seen;
pub use aside::{Aside, asides_in, set_aside};
pub use edit::{Backup, EditError, ListFile, Saved, edit};
pub use fault::WriteError;
pub use list::{Candidate, Candidates, MOST_ENTRIES, candidate, candidates};
pub use read::{MAX_KEY_FILE, ReadError, read_key, seen};
pub use terms::{Existing, Secrecy};
pub use write::{OtherNames, Save, Written, write_private, write_public, write_together};

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

/// Takes away the file at `path`, in which this was read; of a link, the link.
///
/// # Errors
/// [`WriteError::Changed`] where something else is in it by now, or the system does not let this user do it.
pub fn remove(path: &Path, read: &Seen) -> Result<(), WriteError> {
    let mut targets = [Target::resolve(path, Existing::Change(*read))?];
    let _turns = take_turns(&mut targets)?;
    let [target] = &targets;
    match target.folder.find(&target.name, read) {
        Ok(Some(_)) => {}
        Ok(None) => {
            return Err(WriteError::Changed {
                path: path.to_owned(),
            });
        }
        Err(error) => return Err(target.fail(error)),
    }
    journal::touch(path);
    fs::remove_file(path).map_err(|source| WriteError::new(path, source))
}

//! Key files and lists: read within limits, and written whole or not at all.
//!
//! What everything here keeps to:
//!
//! 1. What is written takes its name's place: beside it, to the disk, read back, compared, renamed.
//! 2. A link with the name of a key or a list is followed, one with the name of a backup or of anything set aside is not.
//! 3. A link is followed only if it belongs to this user, to root, or to whom belongs what it leads to (`sys::way`).
//! 4. The folder is held open from the first look to the last rename, and what is judged is what is changed.
//! 5. A file with a change in it goes on belonging to whom it belonged; where that cannot be, it is not changed.
//! 6. What is new belongs to who makes it, and takes nobody else's place. So root gives to nobody what was not theirs.
//! 7. What a change was made from must still be there when it takes its place; programs of ours take turns in a folder.
//! 8. Into a stream a private key goes only if that is one's own: opened before, or readable by nobody else.
//! 9. Files on their way have names that say what they are (`names`), so that the next program can tell and mend.
//! 10. Whatever is going to be touched is noted before (`sys::journal`), so that what is said afterwards is what is there.

mod aside;
mod edit;
mod fault;
mod folder;
mod keep;
mod leftovers;
mod list;
mod names;
mod read;
mod staged;
mod stream;
mod target;
mod terms;
mod write;

use std::fs;
use std::path::{Path, PathBuf};

use super::journal;
use target::{Target, take_turns};

pub use super::seen::Seen;
pub use aside::{Aside, Asides, asides_in, set_aside, set_aside_as};
pub use edit::{Backup, EditError, ListFile, Saved, edit};
pub use fault::WriteError;
pub use keep::{Kept, keep};
pub use leftovers::{Leftover, Remains, in_turn, leftovers};
pub use list::{Candidate, Candidates, MOST_ENTRIES, candidate, candidates};
pub use names::is_temporary;
pub use read::{MAX_KEY_FILE, ReadError, read_key, read_pieces, read_stream, read_through, seen};
pub use stream::{StreamError, check_stream, is_descriptor, is_standard_output, is_stream, write_stream};
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

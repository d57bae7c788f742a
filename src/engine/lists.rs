//! Changes to lists of keys and hosts: made in one step, with a backup, and taken back where that was wrong.

use std::path::{Path, PathBuf};

use super::{Blame, Problem};
use crate::format::MAX_LIST_FILE;
use crate::key::comment::escaped;
use crate::sys::files::{Backup, EditError, ListFile, edit};
use crate::sys::home;

/// A change that was made to a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    path: PathBuf,
    before: Vec<u8>,
    after: Vec<u8>,
    /// Where the list as it was lies; nothing where there was none.
    pub backup: Option<PathBuf>,
}

impl Change {
    /// Edits the list at `path` as it is by now: `change` makes new bytes of those that are there, and says what it did.
    /// Where another program writes meanwhile, it is asked again, so it must go by what it finds.
    ///
    /// # Errors
    /// It cannot be read or written, or `change` finds a fault in it.
    pub fn edit<T>(
        path: &Path,
        backup: Backup,
        mut change: impl FnMut(&[u8]) -> Result<(Vec<u8>, T), Problem>,
    ) -> Result<(Self, T), Problem> {
        let ((before, after, done), saved) = edit(path, MAX_LIST_FILE, backup, |bytes| {
            let (after, done) = change(bytes)?;
            Ok::<_, Problem>((after.clone(), (bytes.to_vec(), after, done)))
        })?;
        let change = Self {
            path: path.to_owned(),
            before,
            after,
            backup: saved.backup,
        };
        Ok((change, done))
    }

    /// Replaces the list as it was read by `after`.
    ///
    /// # Errors
    /// It cannot be written, or is no longer what was read.
    pub fn make(list: &ListFile, after: Vec<u8>, backup: Backup) -> Result<Self, Problem> {
        let saved = list.save(&after, backup)?;
        Ok(Self {
            path: list.path().to_owned(),
            before: list.bytes().to_vec(),
            after,
            backup: saved.backup,
        })
    }

    /// Where the list lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the list what it was before.
    ///
    /// # Errors
    /// It cannot be written, or somebody has changed it since.
    pub fn undo(&self) -> Result<(), Problem> {
        let path = &self.path;
        let put_back = |there: &[u8]| {
            if there == self.after {
                Ok((self.before.clone(), ()))
            } else {
                Err(EditError::Changed { path: path.clone() })
            }
        };
        edit(path, MAX_LIST_FILE, Backup::None, put_back).map_err(Problem::from)?;
        Ok(())
    }
}

/// Where the list called `name` lies, unless somebody named it: in the folder in which ssh looks.
///
/// # Errors
/// This user's home is not known.
pub fn place(named: Option<&Path>, name: &str) -> Result<PathBuf, Problem> {
    let place = named.map(home::expand_tilde).or_else(|| home::default_path(name));
    place.ok_or_else(|| no_home(name))
}

/// It is not known where the list called `name` lies.
pub(crate) fn no_home(name: &str) -> Problem {
    Problem::new(
        "usage",
        Blame::Usage,
        format!("it is not known where your {name} lies, because your home folder is not"),
        "Set the variable HOME, or name the file to keywright-cli.",
    )
}

/// A path as it may be shown.
pub(super) fn shown(path: &Path) -> String {
    escaped(path.as_os_str().as_encoded_bytes())
}

/// The list is no longer what was shown.
pub(super) fn changed(path: &Path) -> Problem {
    let path = path.to_owned();
    EditError::Changed { path }.into()
}

/// There is no line of this number.
pub(super) fn no_line(path: &Path, number: usize) -> Problem {
    Problem::new(
        "not-in-list",
        Blame::Key,
        format!("{} has no line {number}", shown(path)),
        "List it again: the numbers change with every line that is taken away.",
    )
    .unchanged()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_else_has_added_since_is_not_taken_back_and_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("list");
        let open = || ListFile::open(&path, MAX_LIST_FILE).expect("a list");
        let change = Change::make(&open(), b"a\n".to_vec(), Backup::None).expect("written");
        Change::make(&open(), b"a\nb\n".to_vec(), Backup::None).expect("written");
        let refused = change.undo().expect_err("it is another list");
        assert_eq!(refused.code, changed(&path).code);
        assert_eq!(open().bytes(), b"a\nb\n");
    }
}

//! Writing key files so that, whatever happens, the old one or the new one is there, whole.

use std::fmt;
use std::path::{Path, PathBuf};

use super::fault::WriteError;
use super::leftovers::tell_of_leftovers;
use super::names::Group;
use super::staged::{Published, Staged};
use super::target::{Target, take_turns};
use super::terms::{Existing, Secrecy};

/// One file to be written.
#[derive(Clone)]
pub struct Save<'a> {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub bytes: &'a [u8],
    /// Who may read it.
    pub secrecy: Secrecy,
    /// What becomes of a file that is there already.
    pub existing: Existing,
}

impl fmt::Debug for Save<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Save")
            .field("path", &self.path)
            .field("secrecy", &self.secrecy)
            .field("existing", &self.existing)
            .finish_non_exhaustive()
    }
}

/// Writes a file that only its owner may read, as [`write_together`] does.
///
/// # Errors
/// See [`WriteError`].
pub fn write_private(path: &Path, bytes: &[u8], existing: Existing) -> Result<(), WriteError> {
    write(path, bytes, Secrecy::Private, existing)
}

/// Writes a file that everybody may read, as [`write_together`] does.
///
/// # Errors
/// See [`WriteError`].
pub fn write_public(path: &Path, bytes: &[u8], existing: Existing) -> Result<(), WriteError> {
    write(path, bytes, Secrecy::Public, existing)
}

fn write(path: &Path, bytes: &[u8], secrecy: Secrecy, existing: Existing) -> Result<(), WriteError> {
    let path = path.to_owned();
    let save = Save {
        path,
        bytes,
        secrecy,
        existing,
    };
    write_together(&[save]).map(|_| ())
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Written {
    /// Changed files that go on as they were under other names.
    pub other_names: Vec<OtherNames>,
}

/// A file that had several names (hard links), of which one is the changed file's now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherNames {
    /// The one.
    pub path: PathBuf,
    /// How many others there are.
    pub count: u64,
    /// By which number the disk knows the old file.
    pub inode: u64,
}

/// Writes all of `saves`, or none.
///
/// Each is first written to a new file beside its target, synced and read back: a full disk shows
/// here, while nothing has changed yet. Then the new files take their names, in the order given,
/// one atomic rename each. Should one of these fail, those before it are undone. So a reader finds
/// the old file or the new one, never half of either; and what is replaced takes on the rights
/// that `secrecy` asks for, however loose the old ones were.
///
/// On a disk that knows no owners, as most USB sticks do, even a private file is open to whoever
/// may use the disk; [`audit_private`](crate::sys::permissions::audit_private) tells afterwards.
///
/// # Errors
/// See [`WriteError`]; all but two of them mean that everything is as before.
pub fn write_together(saves: &[Save<'_>]) -> Result<Written, WriteError> {
    let mut targets = saves
        .iter()
        .map(|save| Target::resolve(&save.path, save.existing))
        .collect::<Result<Vec<_>, _>>()?;
    let _turns = take_turns(&mut targets)?;
    targets
        .first()
        .iter()
        .for_each(|target| tell_of_leftovers(target));
    publish(stage(targets, saves)?)
}

/// Writes each of `saves` beside its target. Dropping the result takes them away again.
fn stage(targets: Vec<Target>, saves: &[Save<'_>]) -> Result<Vec<Staged>, WriteError> {
    for (index, target) in targets.iter().enumerate() {
        if targets
            .iter()
            .take(index)
            .any(|earlier| earlier.is_same_as(target))
        {
            return Err(WriteError::Twice {
                path: target.path().to_owned(),
            });
        }
    }
    let group = Group::new();
    let files = targets.into_iter().zip(saves).enumerate();
    files
        .map(|(index, (target, save))| Staged::write(target, (group, index), save.bytes, save.secrecy))
        .collect()
}

/// Gives all of `staged` their names, or none.
pub(super) fn publish(staged: Vec<Staged>) -> Result<Written, WriteError> {
    let is_one = staged.len() == 1;
    let mut published = Vec::with_capacity(staged.len());
    for staged in staged {
        // Of several each has to be undone should a later one fail, and until the last one is in place it shows by the old
        // files how far all of it had come, should the program be ended.
        let new = if is_one {
            staged.publish()
        } else {
            staged.publish_revocably()
        };
        match new {
            Ok(new) => published.push(new),
            Err(cause) => return Err(undo(published, cause)),
        }
    }
    published.iter().for_each(Published::discard_old);
    published.iter().try_for_each(Published::sync)?;
    Ok(Written {
        other_names: published.iter().filter_map(other_names).collect(),
    })
}

fn other_names(new: &Published) -> Option<OtherNames> {
    let (path, found) = new.other_names()?;
    Some(OtherNames {
        path,
        count: found.other_names(),
        inode: found.number(),
    })
}

/// Takes back `published`, latest first, because of `cause`; returns what to report.
fn undo(published: Vec<Published>, cause: WriteError) -> WriteError {
    let mut report = cause;
    for new in published.into_iter().rev() {
        if let Err(source) = new.undo() {
            report = WriteError::NotUndone {
                path: new.path().to_owned(),
                old: new.old(),
                source,
                cause: Box::new(report),
            };
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn save<'a>(path: &Path, bytes: &'a [u8], existing: Existing) -> Save<'a> {
        Save {
            path: path.to_owned(),
            bytes,
            secrecy: Secrecy::Private,
            existing,
        }
    }

    #[expect(clippy::disallowed_methods, reason = "lays out what is there before")]
    fn lay_out(path: &Path, bytes: &[u8]) {
        fs::write(path, bytes).expect("written");
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .collect();
        names.sort();
        names
    }

    fn staged(saves: &[Save<'_>]) -> Vec<Staged> {
        let targets = saves
            .iter()
            .map(|save| Target::resolve(&save.path, save.existing));
        let targets = targets
            .collect::<Result<Vec<_>, _>>()
            .expect("nothing is in the way");
        stage(targets, saves).expect("staged")
    }

    #[test]
    fn a_name_lost_at_the_last_moment_undoes_what_was_published_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let [replaced, created, contested, later] =
            ["replaced", "created", "contested", "later"].map(|name| folder.path().join(name));
        lay_out(&replaced, b"old");
        let staged = staged(&[
            save(&replaced, b"new", Existing::Replace),
            save(&created, b"new", Existing::Replace),
            save(&contested, b"new", Existing::Refuse),
            save(&later, b"new", Existing::Refuse),
        ]);
        lay_out(&contested, b"somebody else's");

        let error = publish(staged).expect_err("the name is taken");
        assert!(
            matches!(&error, WriteError::Exists { path } if *path == contested),
            "{error}"
        );
        assert_eq!(names(folder.path()), ["contested", "replaced"]);
        assert_eq!(fs::read(&replaced).expect("kept"), b"old");
        assert_eq!(fs::read(&contested).expect("kept"), b"somebody else's");
    }

    #[test]
    fn what_was_staged_and_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let staged = staged(&[save(&folder.path().join("id"), b"new", Existing::Refuse)]);
        assert_eq!(names(folder.path()).len(), 1);
        drop(staged);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_save_does_not_print_its_bytes() {
        let printed = format!("{:?}", save(Path::new("id"), b"hunter2", Existing::Refuse));
        assert!(
            !printed.contains("hunter2") && !printed.contains("104"),
            "{printed}"
        );
    }
}

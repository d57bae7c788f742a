//! What this program has touched on the disk, and how that was before: so that what is said after a failure is what is there,
//! and not what was meant.
//!
//! Whoever changes a file or makes one calls `touch` before; whoever tells of it wraps the work in [`watch`]. Both go by
//! the thread: a job sees what it did itself.

use std::cell::RefCell;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::seen::Seen;
use super::way;

/// Larger files are told apart by their times.
const MOST_READ: u64 = 8 << 20;

/// How something that was touched differs from what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub path: PathBuf,
    /// How.
    pub kind: Kind,
}

/// The ways in which it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing was there.
    New,
    /// Something else was there.
    Changed,
    /// Nothing is there any more.
    Gone,
    /// The system does not tell what is there.
    Unknown,
}

/// What came of work that was watched.
#[derive(Debug)]
pub struct Watched<T> {
    /// What the work returned.
    pub result: T,
    /// Whether anything was touched at all.
    pub has_touched: bool,
    /// What is not as it was, in the order in which it was touched.
    pub differences: Vec<Difference>,
}

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Nothing,
    /// In a folder that this user is not let into.
    Closed,
    Unknown,
    There {
        /// By what the same thing is told from another one with its name.
        id: Id,
        len: u64,
        modified: Option<SystemTime>,
        rights: Rights,
        /// What is in it, where it is an ordinary file that can be read.
        content: Option<Seen>,
    },
}

thread_local! {
    /// One list for each [`watch`] that goes on, the innermost last.
    static TOUCHED: RefCell<Vec<Vec<(PathBuf, State)>>> = const { RefCell::new(Vec::new()) };
}

/// Does `work`, and says how what it touched differs from before.
pub fn watch<T>(work: impl FnOnce() -> T) -> Watched<T> {
    TOUCHED.with_borrow_mut(|lists| lists.push(Vec::new()));
    let result = work();
    let touched = TOUCHED.with_borrow_mut(|lists| {
        let touched = lists.pop().unwrap_or_default();
        if let Some(outer) = lists.last_mut() {
            for (path, state) in &touched {
                note(outer, path, || state.clone());
            }
        }
        touched
    });
    let differences = touched.iter().filter_map(|(path, before)| {
        let kind = difference(before, &State::of(path))?;
        let path = path.clone();
        Some(Difference { path, kind })
    });
    Watched {
        result,
        has_touched: !touched.is_empty(),
        differences: differences.collect(),
    }
}

/// Notes how it is at `path`, where that is not known yet: something will be made, changed or taken away there. Where nothing was
/// in the beginning, nothing was below it: what lies there by now came there since, as with a folder that got its name.
pub(super) fn touch(path: &Path) {
    TOUCHED.with_borrow_mut(|lists| {
        if let Some(list) = lists.last_mut() {
            note(list, path, || State::of(path));
        }
    });
}

fn note(list: &mut Vec<(PathBuf, State)>, path: &Path, state: impl FnOnce() -> State) {
    if list.iter().any(|(known, _)| known == path) {
        return;
    }
    let is_new = |(known, before): &(PathBuf, State)| *before == State::Nothing && path.starts_with(known);
    let before = if list.iter().any(is_new) {
        State::Nothing
    } else {
        state()
    };
    list.push((path.to_owned(), before));
}

fn difference(before: &State, after: &State) -> Option<Kind> {
    match (before, after) {
        // Whoever is not let in changes nothing there.
        (State::Nothing, State::Nothing) | (State::Closed, State::Closed) => None,
        (State::Unknown | State::Closed, _) | (_, State::Unknown | State::Closed) => Some(Kind::Unknown),
        (State::Nothing, State::There { .. }) => Some(Kind::New),
        (State::There { .. }, State::Nothing) => Some(Kind::Gone),
        (State::There { .. }, State::There { .. }) => (!before.is_as(after)).then_some(Kind::Changed),
    }
}

impl State {
    fn of(path: &Path) -> Self {
        let found = match fs::symlink_metadata(path) {
            Ok(found) => found,
            Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => {
                return Self::Nothing;
            }
            Err(error) if error.kind() == ErrorKind::PermissionDenied => return Self::Closed,
            Err(_) => return Self::Unknown,
        };
        let is_read = found.is_file() && found.len() <= MOST_READ;
        Self::There {
            id: id(&found),
            len: if found.is_dir() { 0 } else { found.len() },
            // A folder's time is that of what is made in it.
            modified: found.modified().ok().filter(|_| !found.is_dir()),
            rights: rights(&found),
            content: is_read.then(|| content(path)).flatten(),
        }
    }

    /// Whether both are the same: the very same thing, or one of the same content and rights.
    fn is_as(&self, other: &Self) -> bool {
        let (
            Self::There {
                id,
                len,
                modified,
                rights,
                content,
            },
            Self::There {
                id: other_id,
                len: other_len,
                modified: other_modified,
                rights: other_rights,
                content: other_content,
            },
        ) = (self, other)
        else {
            return self == other;
        };
        let is_untouched = id == other_id && modified == other_modified;
        let has_same_content = content.is_some() && content == other_content;
        rights == other_rights && len == other_len && (is_untouched || has_same_content)
    }
}

fn content(path: &Path) -> Option<Seen> {
    Seen::of_file(&mut way::open(path).ok()?).ok()
}

#[cfg(unix)]
type Id = (u64, u64);
#[cfg(unix)]
type Rights = (u32, u32, u32);

#[cfg(unix)]
fn id(found: &fs::Metadata) -> Id {
    use std::os::unix::fs::MetadataExt as _;
    (found.dev(), found.ino())
}

#[cfg(unix)]
fn rights(found: &fs::Metadata) -> Rights {
    use std::os::unix::fs::MetadataExt as _;
    (found.mode(), found.uid(), found.gid())
}

#[cfg(windows)]
type Id = Option<SystemTime>;
#[cfg(windows)]
type Rights = u32;

#[cfg(windows)]
fn id(found: &fs::Metadata) -> Id {
    found.created().ok()
}

#[cfg(windows)]
fn rights(found: &fs::Metadata) -> Rights {
    use std::os::windows::fs::MetadataExt as _;
    found.file_attributes()
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "changes files behind the journal's back"
)]
mod tests {
    use super::*;

    #[test]
    fn what_was_touched_is_told_by_what_is_there_in_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let [same, new, gone, changed, fleeting] =
            ["same", "new", "gone", "changed", "fleeting"].map(|name| folder.path().join(name));
        for path in [&same, &gone, &changed] {
            fs::write(path, b"old").expect("written");
        }
        let watched = watch(|| {
            for path in [&same, &new, &gone, &changed, &fleeting] {
                touch(path);
            }
            // Another file of the same content is as good.
            fs::remove_file(&same).expect("removed");
            for (path, bytes) in [
                (&same, b"old"),
                (&new, b"new"),
                (&changed, b"new"),
                (&fleeting, b"new"),
            ] {
                fs::write(path, bytes).expect("written");
            }
            fs::remove_file(&gone).expect("removed");
            fs::remove_file(&fleeting).expect("removed");
        });
        let told: Vec<_> = watched
            .differences
            .into_iter()
            .map(|one| (one.path, one.kind))
            .collect();
        let expected = [(new, Kind::New), (gone, Kind::Gone), (changed, Kind::Changed)];
        assert!(watched.has_touched);
        assert_eq!(told, expected);
    }

    #[test]
    fn what_a_new_name_of_a_folder_led_to_was_not_there_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let [old, new, file] = ["old", "new", "file"].map(|name| folder.path().join(name));
        let way = new.join("file");
        fs::write(&file, b"key").expect("written");
        let watched = watch(|| {
            for path in [&old, &file, &old.join("file")] {
                touch(path);
            }
            fs::create_dir(&old).expect("made");
            fs::rename(&file, old.join("file")).expect("moved");
            touch(&new);
            fs::rename(&old, &new).expect("renamed");
            touch(&way);
            fs::rename(&way, &file).expect("moved back");
            fs::remove_dir(&new).expect("removed");
        });
        assert!(watched.has_touched);
        assert_eq!(watched.differences, []);
    }

    #[test]
    fn who_watches_from_outside_sees_what_was_done_inside() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new");
        let outer = watch(|| {
            let inner = watch(|| touch(&path));
            assert!(inner.has_touched && inner.differences.is_empty());
            fs::write(&path, b"x").expect("written");
        });
        assert_eq!(outer.differences.len(), 1);
    }
}

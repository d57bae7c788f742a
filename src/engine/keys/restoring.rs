//! Putting back what was taken away: now or years later, from the folder “removed” in which it lies.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{Whose, removal};
use crate::engine::{Blame, Problem};
use crate::key::comment::escaped;
use crate::sys::files::{Aside, asides_in, taken};

/// Files that were taken away together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restorable {
    aside: Aside,
    taken: Vec<PathBuf>,
}

impl Restorable {
    /// What it is called: after its first file, and the day. As it may be shown.
    #[must_use]
    pub fn name(&self) -> String {
        escaped(self.raw_name().as_encoded_bytes())
    }

    fn raw_name(&self) -> &OsStr {
        self.aside.folder.file_name().unwrap_or_default()
    }

    /// The folder in which the files lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.aside.folder
    }

    /// Where the files were, and will be.
    #[must_use]
    pub fn places(&self) -> Vec<PathBuf> {
        self.aside.places()
    }

    /// The places at which something else lay when this was listed.
    #[must_use]
    pub fn taken(&self) -> &[PathBuf] {
        &self.taken
    }

    /// Says whether everything can go back.
    ///
    /// # Errors
    /// Something has taken a place meanwhile.
    pub fn check(&self) -> Result<(), Problem> {
        Ok(self.aside.check()?)
    }

    /// Moves everything back.
    ///
    /// # Errors
    /// Something has taken a place meanwhile; then nothing was moved.
    pub fn put_back(mut self) -> Result<(), Problem> {
        Ok(self.aside.put_back()?)
    }

    fn is_called(&self, name: &OsStr) -> bool {
        self.raw_name() == name
    }

    fn has_file(&self, name: &OsStr) -> bool {
        self.places().iter().any(|place| place.file_name() == Some(name))
    }
}

/// The folders that keys of the list lie in or have lain in, whoever asks for no other.
#[must_use]
pub fn usual_folders(whose: &Whose) -> Vec<PathBuf> {
    let register = whose.store.read().register;
    // Those that were opened somewhere, too: they are among the keys, and are taken away with their copies.
    let files = [register.files(), register.seen()].concat();
    let beside = files.iter().filter_map(|file| file.parent());
    let mut folders: Vec<PathBuf> = whose.ssh_folder().into_iter().collect();
    for folder in register.folders().into_iter().chain(beside.map(Path::to_owned)) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

/// What was taken away from `folders`, and can come back; and what of it could not be looked at.
#[must_use]
pub fn restorable(folders: &[PathBuf]) -> (Vec<Restorable>, Vec<Problem>) {
    let (mut found, mut unread) = (Vec::new(), Vec::new());
    for folder in folders {
        match asides_in(&removal::folder_in(folder), folder) {
            Ok(asides) => {
                found.extend(asides.found.into_iter().map(|aside| Restorable {
                    taken: taken(aside.places()),
                    aside,
                }));
                unread.extend(asides.unread.into_iter().map(Problem::from));
            }
            Err(error) => unread.push(error.into()),
        }
    }
    (found, unread)
}

/// The one that is called `name`, or else the one that a file of this name is in.
///
/// # Errors
/// There is none, or there are several.
pub fn find(all: Vec<Restorable>, name: &OsStr, whose: &Whose) -> Result<Restorable, Problem> {
    let (called, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.is_called(name));
    let mut found = called;
    if found.is_empty() {
        found.extend(others.into_iter().filter(|one| one.has_file(name)));
    }
    let shown = escaped(name.as_encoded_bytes());
    match (found.pop(), found.is_empty()) {
        (None, _) => Err(Problem::new(
            "io-not-found",
            Blame::World,
            format!("nothing called {shown} was removed"),
            "Without a name, “keywright-cli keys restore” lists what was. What lay in another folder is found by its path.",
        )),
        (Some(one), true) => Ok(one),
        (Some(last), false) => {
            found.push(last);
            let folders: Vec<String> = found.iter().map(|one| whose.short(one.folder())).collect();
            Err(Problem::new(
                "usage",
                Blame::Usage,
                format!("{shown} was removed more than once: {}", folders.join(", ")),
                "Name the last part of one of these folders; where they are called the same, say --in FOLDER as well.",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::files::{Existing, set_aside, write_private};

    /// A folder of keys from which these were removed, one after the other.
    fn removed(names: &[&str]) -> (tempfile::TempDir, Vec<Restorable>) {
        let folder = tempfile::tempdir().expect("a folder");
        for name in names {
            let file = folder.path().join(name);
            write_private(&file, b"x", Existing::Refuse).expect("written");
            set_aside(&[file], &removal::folder_in(folder.path()), "key").expect("moved");
        }
        let (all, unread) = restorable(&[folder.path().to_owned()]);
        assert!(unread.is_empty(), "{unread:?}");
        (folder, all)
    }

    #[test]
    fn what_was_removed_is_found_by_its_own_name_and_by_that_of_its_file() {
        let (folder, all) = removed(&["id", "work"]);
        for (name, place) in [("key", "id"), ("key-2", "work"), ("work", "work")] {
            let found = find(all.clone(), OsStr::new(name), &Whose::default()).expect("one");
            assert_eq!(found.places(), [folder.path().join(place)], "{name}");
        }
        let missing = find(all, OsStr::new("other"), &Whose::default());
        assert_eq!(missing.expect_err("none").code, "io-not-found");
    }

    #[test]
    fn a_file_that_was_removed_twice_is_asked_about() {
        let (_folder, all) = removed(&["id", "id"]);
        let found = find(all.clone(), OsStr::new("id"), &Whose::default());
        assert_eq!(found.expect_err("two").code, "usage");
        find(all, OsStr::new("key-2"), &Whose::default()).expect("one");
    }
}

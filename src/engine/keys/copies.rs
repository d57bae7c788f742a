//! Which files of a key are taken away: it may lie in several, and one of them may be meant.

use std::path::{Path, PathBuf};

use super::Key;
use super::key::Kind;
use super::removal::Removal;
use crate::engine::Problem;
use crate::engine::saving::{certificate_beside, file_beside};

/// A file of a key, and what lies beside it for it alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The files; the first one is what it is called after.
    pub files: Vec<PathBuf>,
    /// Whether it is taken away.
    pub goes: bool,
}

/// The files of a key, and what its owner wants of them.
#[derive(Clone, Debug)]
pub struct Copies {
    key: Key,
    /// In the order in which they are shown.
    pub all: Vec<Copy>,
}

impl Copies {
    /// All of them go. Of the default key the file stays that ssh is told to try, if there are others.
    #[must_use]
    pub fn of(key: &Key) -> Self {
        let mut all: Vec<Copy> = Vec::new();
        for file in &key.files {
            let of = all.iter_mut().find(|copy| copy.takes_along(&file.path));
            match of {
                Some(copy) if file.kind != Kind::Private => copy.files.push(file.path.clone()),
                _ => all.push(Copy {
                    files: vec![file.path.clone()],
                    goes: true,
                }),
            }
        }
        let mut copies = Self {
            key: key.clone(),
            all,
        };
        if key.is_default && copies.all.len() > 1 {
            let first = key.main_file();
            copies.choose(|copy| copy.main_file() != first);
        }
        copies
    }

    /// The one with this file goes, and the others stay.
    #[must_use]
    pub fn only(key: &Key, file: &Path) -> Self {
        let mut copies = Self::of(key);
        copies.choose(|copy| copy.files.iter().any(|own| own == file));
        copies
    }

    fn choose(&mut self, goes: impl Fn(&Copy) -> bool) {
        for copy in &mut self.all {
            copy.goes = goes(copy);
        }
    }

    /// The key that they are of.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The files of those that go.
    #[must_use]
    pub fn going(&self) -> Vec<PathBuf> {
        self.files(true)
    }

    /// The files of those that stay.
    #[must_use]
    pub fn staying(&self) -> Vec<PathBuf> {
        self.files(false)
    }

    fn files(&self, goes: bool) -> Vec<PathBuf> {
        let copies = self.all.iter().filter(|copy| copy.goes == goes);
        copies.flat_map(|copy| copy.files.clone()).collect()
    }

    /// What is to be moved.
    ///
    /// # Errors
    /// The default key would be gone, or the file of it that ssh is told to try.
    pub fn removal(&self) -> Result<Removal, Problem> {
        Removal::of_files(&self.key, self.going())
    }
}

impl Copy {
    fn main_file(&self) -> Option<&Path> {
        self.files.first().map(PathBuf::as_path)
    }

    /// Whether what lies at `path` belongs to its first file.
    fn takes_along(&self, path: &Path) -> bool {
        self.main_file()
            .is_some_and(|main| [file_beside(main), certificate_beside(main)].contains(&path.to_owned()))
    }
}

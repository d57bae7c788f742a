//! Taking a key away: its files are moved to a folder “removed” beside them, and can come back.
//!
//! They do not go to the system's own trash, for that empties itself, and a key may be the only way into a
//! server. On its own disk and in a folder for its owner alone it is never copied.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Key, Whose};
use crate::engine::opening::{self, certificate_of};
use crate::engine::saving::{certificate_beside, file_beside};
use crate::engine::{Blame, Problem};
use crate::format::Parsed;
use crate::sys::clock::local_date;
use crate::sys::files::{Aside, set_aside};

/// The folder beside the keys.
const FOLDER: &str = "removed";

/// What is going to be moved; nothing is yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The files, of one key.
    pub files: Vec<PathBuf>,
    /// What its owner has to think of before: sentences.
    pub cautions: Vec<String>,
}

/// What was moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    asides: Vec<Aside>,
}

impl Removal {
    /// The private key in `path`, with the public half and the certificate that lie beside it; or the public key
    /// in it.
    ///
    /// # Errors
    /// It is the default key, or the file is no key.
    pub fn of_file(key: Option<&Key>, path: &Path) -> Result<Self, Problem> {
        let parsed = opening::open_file(path)?;
        let mut files = vec![path.to_owned()];
        if let (Parsed::Private(_) | Parsed::Locked(_), Some(public)) = (&parsed, parsed.public()) {
            if matches!(
                opening::public_beside(path, public)?,
                opening::Beside::SameKey(..)
            ) {
                files.push(file_beside(path));
            }
            if certificate_of(path, public)?.is_some() {
                files.push(certificate_beside(path));
            }
        }
        match key {
            Some(key) => Self::of_files(key, files),
            None => Ok(Self {
                files,
                cautions: Vec::new(),
            }),
        }
    }

    /// The files at these paths, and what lies beside them of the keys in them.
    #[must_use]
    pub fn of_paths(paths: &[PathBuf]) -> Self {
        let mut files: Vec<PathBuf> = Vec::new();
        for path in paths {
            let with_others = Self::of_file(None, path).map(|removal| removal.files);
            for file in with_others.unwrap_or_else(|_| vec![path.clone()]) {
                if !files.contains(&file) {
                    files.push(file);
                }
            }
        }
        Self {
            files,
            cautions: Vec::new(),
        }
    }

    /// These files of a key.
    ///
    /// # Errors
    /// It is the default key, and ssh would no longer find it.
    pub(super) fn of_files(key: &Key, files: Vec<PathBuf>) -> Result<Self, Problem> {
        let mut cautions = Vec::new();
        let has_private = |path: &PathBuf| {
            let private = |file: &&super::KeyFile| file.kind == super::key::Kind::Private;
            key.files.iter().filter(private).any(|file| file.path == *path)
        };
        let goes = files.iter().any(has_private);
        let stays = key
            .files
            .iter()
            .any(|file| has_private(&file.path) && !files.contains(&file.path));
        // ssh is told to try this one.
        let first = key.file_for_ssh().map(|file| &file.path);
        let is_lost = !stays || first.is_some_and(|first| files.contains(first));
        if goes && is_lost && key.is_default {
            return Err(is_default(key));
        }
        if goes && !stays && !key.installed.is_empty() {
            let servers: Vec<String> = key
                .installed
                .iter()
                .map(|on| crate::key::comment::escaped(on.server.as_bytes()))
                .collect();
            cautions.push(format!(
                "It was installed on {}. Make sure that you get in there without it, and take it off there first.",
                servers.join(", ")
            ));
        }
        Ok(Self { files, cautions })
    }

    /// Where the files will lie, for each folder that they lie in now.
    #[must_use]
    pub fn folders(&self) -> Vec<PathBuf> {
        let folders: BTreeSet<PathBuf> = self.files.iter().map(|file| folder_for(file)).collect();
        folders.into_iter().collect()
    }

    /// Moves them, all or none.
    ///
    /// # Errors
    /// They could not be moved, and lie where they were.
    pub fn make(&self) -> Result<Removed, Problem> {
        let mut groups: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for file in &self.files {
            groups.entry(folder_for(file)).or_default().push(file.clone());
        }
        let mut removed = Removed { asides: Vec::new() };
        for (folder, files) in groups {
            let name = files.first().map(|file| name_for(file)).unwrap_or_default();
            match set_aside(&files, &folder, &name) {
                Ok(aside) => removed.asides.push(aside),
                Err(error) => {
                    if let Err(problem) = removed.put_back() {
                        log::warn!("{}", problem.what);
                    }
                    return Err(error.into());
                }
            }
        }
        Ok(removed)
    }
}

impl Removed {
    /// The folders in which the files lie now.
    #[must_use]
    pub fn folders(&self) -> Vec<&Path> {
        self.asides.iter().map(|aside| aside.folder.as_path()).collect()
    }

    /// The files as they lie now.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        self.asides.iter().flat_map(Aside::files).collect()
    }

    /// Moves everything back.
    ///
    /// # Errors
    /// Something has taken a place meanwhile; then nothing was moved there.
    pub fn put_back(&mut self) -> Result<(), Problem> {
        self.asides.iter_mut().try_for_each(|aside| Ok(aside.put_back()?))
    }

    /// What was done, in a sentence.
    #[must_use]
    pub fn sentence(&self, title: &str, whose: &Whose) -> String {
        let folders: Vec<String> = self.folders().iter().map(|folder| whose.short(folder)).collect();
        format!("Moved {title} to {}.", folders.join(" and "))
    }
}

/// Where what is taken away from beside `file` goes.
pub(super) fn folder_for(file: &Path) -> PathBuf {
    folder_in(file.parent().unwrap_or(Path::new("")))
}

/// Where what is taken away from `folder` goes.
pub(super) fn folder_in(folder: &Path) -> PathBuf {
    folder.join(FOLDER)
}

/// What its folder there is called: `id_ed25519-2026-11-26`.
pub(super) fn name_for(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let (year, month, day) = local_date();
    format!("{name}-{year:04}-{month:02}-{day:02}")
}

fn is_default(key: &Key) -> Problem {
    Problem::new(
        "in-use",
        Blame::Key,
        format!(
            "{} is your default key: ssh tries it first on every server",
            key.title()
        ),
        "Make another one the default key first, or none.",
    )
    .unchanged()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::told_by_disk;
    use crate::sys::files::{Existing, write_private};

    #[test]
    fn what_came_back_because_something_else_could_not_go_was_not_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = ["one", "two"].map(|name| {
            let beside = folder.path().join(name);
            crate::sys::permissions::create_private_folder(&beside).expect("made");
            let file = beside.join("id");
            write_private(&file, b"key", Existing::Refuse).expect("written");
            file
        });
        // Where the second is to go lies a file.
        write_private(&folder_for(&files[1]), b"x", Existing::Refuse).expect("written");
        let removal = Removal {
            files: files.to_vec(),
            cautions: Vec::new(),
        };
        let problem = told_by_disk(|| removal.make()).expect_err("the second cannot go");
        assert!(files.iter().all(|file| file.exists()));
        assert!(
            problem.hint.starts_with("Nothing was changed."),
            "{}",
            problem.hint
        );
    }
}

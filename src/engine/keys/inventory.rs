//! All keys in the usual folder and in those that a person has added, as they are now.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::finding::{Finding, Place};
use super::gather::{self, Seen};
use super::key::{Key, KeyId};
use super::register::Register;
use super::restoring::{Restorable, restorable, usual_folders};
use super::tried::Tried;
use super::{Remedy, Whose};
use crate::engine::Problem;
use crate::engine::describe::Description;
use crate::format::ssh_config::SshConfig;
use crate::format::{self, DecodeError};
use crate::key::watch::Watch;
use crate::sys::files::{Candidate, ReadError, candidate, candidates, read_key};
use crate::sys::permissions::audit_shared;
use crate::sys::remote::read_config_of;

/// What lies in `~/.ssh` and holds public keys of others, or none.
const NO_KEYS: [&str; 8] = [
    "allowed_signers",
    "authorized_keys",
    "authorized_keys2",
    "config",
    "environment",
    "known_hosts",
    "known_hosts2",
    "rc",
];

/// What they are called as they were before somebody changed them.
const OF_BACKUPS: [&str; 3] = [".bak", ".old", "~"];

/// Those of them that others must not change.
const LISTS: [&str; 2] = ["authorized_keys", "config"];

/// A file that was meant to be a key and is none that can be read.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Where it lies.
    pub path: PathBuf,
    /// Why.
    pub problem: Problem,
}

/// Everything that was found.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// The keys, the default one first, and the others by what they are called.
    pub keys: Vec<Key>,
    /// Files that are at fault.
    pub broken: Vec<Broken>,
    /// What is wrong with folders and with ssh's own files.
    pub places: Vec<Finding>,
    /// Folders and files that could not be looked at.
    pub unread: Vec<Problem>,
    /// Why no names are known: a sentence.
    pub trouble: Option<String>,
    /// The folders that were looked into.
    pub folders: Vec<PathBuf>,
    /// The folders and files that a person has added.
    pub added: Vec<PathBuf>,
    /// What was taken away, and can come back.
    pub removed: Vec<Restorable>,
}

impl Inventory {
    /// Looks at everything: in `folders`, or else in the usual place and what was added to it. Half of it, if
    /// `watch` says that nobody wants to know any more.
    #[must_use]
    pub fn read(whose: &Whose, folders: &[PathBuf], watch: &dyn Watch) -> Self {
        let known = whose.store.read();
        let mut inventory = Self {
            trouble: known.trouble,
            added: [known.register.folders(), known.register.files()].concat(),
            ..Self::default()
        };
        let config = inventory.read_config(whose);
        let found = inventory.list(whose, &known.register, folders);
        let seen = inventory.look_at(&found, watch);
        inventory.look_for_removed(whose, folders);
        let tried = Tried::of(whose, &config);
        inventory.keys = gather::gather(seen, &known.register, &tried, whose);
        // Nothing is said of the home folder to somebody who looks into another one.
        if folders.is_empty() {
            inventory.audit_places(whose);
        }
        inventory
    }

    /// The key that is recognised by `id`.
    #[must_use]
    pub fn key(&self, id: &KeyId) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == *id)
    }

    /// The key that one of the files is of.
    #[must_use]
    pub fn key_in(&self, path: &Path) -> Option<&Key> {
        self.keys
            .iter()
            .find(|key| key.files.iter().any(|file| file.path == path))
    }

    /// The default key.
    #[must_use]
    pub fn default_key(&self) -> Option<&Key> {
        self.keys.iter().find(|key| key.is_default)
    }

    /// All that can be put right without a question.
    #[must_use]
    pub fn remedies(&self) -> Vec<&Remedy> {
        let of_keys = self.keys.iter().flat_map(|key| &key.findings);
        self.places
            .iter()
            .chain(of_keys)
            .filter_map(|finding| finding.remedy.as_ref())
            .filter(|remedy| remedy.is_harmless())
            .collect()
    }

    fn read_config(&mut self, whose: &Whose) -> SshConfig {
        read_config_of(whose.home.as_deref()).unwrap_or_else(|error| {
            self.unread.push(error.into());
            SshConfig::default()
        })
    }

    /// The files that may be keys, each once.
    fn list(&mut self, whose: &Whose, register: &Register, folders: &[PathBuf]) -> Vec<Candidate> {
        let is_usual = folders.is_empty();
        let usual = whose.ssh_folder().filter(|_| is_usual);
        let folders: Vec<PathBuf> = if is_usual {
            usual.iter().cloned().chain(register.folders()).collect()
        } else {
            folders.to_vec()
        };
        let mut found = Vec::new();
        for folder in folders {
            if self.folders.contains(&folder) {
                continue;
            }
            match candidates(&folder) {
                Ok(listed) => {
                    if listed.is_cut {
                        self.unread.push(too_many(&folder));
                    }
                    found.extend(listed.files);
                }
                // Nobody has keys yet.
                Err(ReadError::NotFound { .. }) if Some(&folder) == usual.as_ref() => {}
                Err(error) => self.unread.push(error.into()),
            }
            self.folders.push(folder);
        }
        if is_usual {
            found.extend(register.files().iter().filter_map(|path| candidate(path)));
        }
        let mut known = BTreeSet::new();
        found.retain(|file| may_hold_key(&file.path) && known.insert(file.path.clone()));
        found
    }

    fn look_for_removed(&mut self, whose: &Whose, folders: &[PathBuf]) {
        let found = if folders.is_empty() {
            restorable(&usual_folders(whose))
        } else {
            restorable(folders)
        };
        match found {
            Ok(removed) => self.removed = removed,
            Err(problem) => self.unread.push(problem),
        }
    }

    fn look_at(&mut self, found: &[Candidate], watch: &dyn Watch) -> Vec<Seen> {
        let mut seen = Vec::with_capacity(found.len());
        for file in found {
            if watch.is_cancelled() {
                break;
            }
            match look(file) {
                Ok(Some(one)) => seen.push(one),
                Ok(None) => {}
                Err(problem) => self.broken.push(Broken {
                    path: file.path.clone(),
                    problem,
                }),
            }
        }
        seen
    }

    fn audit_places(&mut self, whose: &Whose) {
        // sshd on Windows looks at the files alone, and whole home folders are not this program's to change there.
        let home = whose.home.iter().filter(|_| cfg!(unix));
        let home = home.map(|home| (home.clone(), Place::Home));
        let folders = whose
            .ssh_folder()
            .into_iter()
            .map(|folder| (folder, Place::Folder));
        let lists = whose
            .ssh_folder()
            .into_iter()
            .flat_map(|folder| LISTS.map(|name| (folder.join(name), Place::List)));
        for (path, place) in home.chain(folders).chain(lists) {
            // What is not there needs no protection.
            if let Ok(access) = audit_shared(&path) {
                self.places
                    .extend(Finding::of_place(&path, place, &access, whose));
            }
        }
    }
}

fn may_hold_key(path: &Path) -> bool {
    let Some(name) = path.file_name() else {
        return false;
    };
    // What this program or ssh-keygen had begun to write when the power failed.
    let is_temporary = name.as_encoded_bytes().starts_with(b".keywright-");
    let name = name.to_string_lossy();
    let before = OF_BACKUPS.iter().find_map(|ending| name.strip_suffix(ending));
    let is_list = |name: &str| NO_KEYS.contains(&name);
    !is_temporary && !is_list(&name) && !before.is_some_and(is_list)
}

/// What one file is; nothing where it is no key at all.
fn look(file: &Candidate) -> Result<Option<Seen>, Problem> {
    let bytes = match read_key(&file.path) {
        Ok(bytes) => bytes,
        // It has gone, or was put in another's place, since it was listed.
        Err(ReadError::NotFound { .. } | ReadError::NotRegular { .. } | ReadError::TooLarge { .. }) => {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    match format::parse(bytes.expose()) {
        Ok(parsed) => Ok(Some(Seen {
            path: file.path.clone(),
            modified: file.modified,
            described: Description::of(&parsed, Some(&file.path)),
        })),
        // Other files lie about in any folder, and lists of keys are somebody else's.
        Err(DecodeError::Empty | DecodeError::NotAKeyFile(_) | DecodeError::MultipleKeys) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn too_many(folder: &Path) -> Problem {
    Problem::new(
        "limit",
        crate::engine::Blame::Key,
        format!(
            "{} has more than {} files, and not all of them were looked at",
            folder.display(),
            crate::sys::files::MOST_ENTRIES
        ),
        "Keep keys in a folder of their own.",
    )
}

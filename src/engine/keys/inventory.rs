//! All keys in the usual folder and in those that a person has added, as they are now.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::finding::{Finding, Place};
use super::gather::{self, Seen};
use super::holding::may_hold_key;
use super::key::{Key, KeyId};
use super::register::Register;
use super::restoring::{Restorable, restorable, usual_folders};
use super::tidying::{Tidying, is_list};
use super::tried::Tried;
use super::{Remedy, Whose, own_lines, unfinished};
use crate::engine::describe::Description;
use crate::engine::saving::{certificate_beside, file_beside};
use crate::engine::{Blame, Problem};
use crate::format::mend::Accident;
use crate::format::reading::{self, Reading};
use crate::format::ssh_config::Configuration;
use crate::format::{self, DecodeError, Parsed};
use crate::key::watch::Watch;
use crate::sys::files::{Candidate, ReadError, candidate, candidates, is_descriptor, read_key};
use crate::sys::permissions::audit_shared;
use crate::sys::remote::read_config_of;

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
    /// Whether these are the usual ones, and nobody asked for others.
    pub is_usual: bool,
    /// The folders and files that a person has added.
    pub added: Vec<PathBuf>,
    /// What was taken away, and can come back.
    pub removed: Vec<Restorable>,
    /// The files that somebody asked for by their names.
    named: Vec<PathBuf>,
}

impl Inventory {
    /// Looks at everything: in `folders`, which may be files as well, or else in the usual place and what was added to it.
    /// Half of it, if `watch` says that nobody wants to know any more.
    #[must_use]
    pub fn read(whose: &Whose, folders: &[PathBuf], watch: &dyn Watch) -> Self {
        let known = whose.store.read();
        let mut inventory = Self {
            trouble: known.trouble,
            added: [
                known.register.folders(),
                known.register.files(),
                known.register.seen(),
            ]
            .concat(),
            is_usual: folders.is_empty(),
            ..Self::default()
        };
        let config = inventory.read_config(whose);
        let found = inventory.list(whose, &known.register, folders);
        let seen = inventory.look_at(&found, watch);
        inventory.look_for_removed(whose, folders);
        inventory.look_for_unfinished(whose);
        let mut tried = Tried::of(whose, &config);
        if tried.names_for_all {
            tried.renewable = own_lines::renewable(whose);
        }
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
        let all = self.places.iter().chain(of_keys);
        let mut remedies = Vec::new();
        for remedy in all.filter_map(|finding| finding.remedy.as_ref()) {
            // One mends all that was broken off in a folder.
            if remedy.is_harmless() && !remedies.contains(&remedy) {
                remedies.push(remedy);
            }
        }
        remedies
    }

    /// What a program left that was ended in the middle.
    pub fn unfinished(&self) -> impl Iterator<Item = &Finding> {
        self.places
            .iter()
            .filter(|finding| matches!(finding.remedy, Some(Remedy::Finish(_))))
    }

    /// What mends it: to be done before anything else, for it may be what is the matter with the keys.
    #[must_use]
    pub fn remedies_of_unfinished(&self) -> Vec<Remedy> {
        let mut remedies = Vec::new();
        for remedy in self.unfinished().filter_map(|finding| finding.remedy.clone()) {
            if !remedies.contains(&remedy) {
                remedies.push(remedy);
            }
        }
        remedies
    }

    /// What could not be looked at: folders, and files that could be keys.
    pub fn unseen(&self) -> impl Iterator<Item = &Problem> {
        let is_unseen =
            |broken: &&Broken| broken.problem.blame == Blame::World || self.named.contains(&broken.path);
        let files = self.broken.iter().filter(is_unseen);
        self.unread.iter().chain(files.map(|broken| &broken.problem))
    }

    fn read_config(&mut self, whose: &Whose) -> Configuration {
        read_config_of(whose.home.as_deref()).unwrap_or_else(|error| {
            self.unread.push(error.into());
            Configuration::default()
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
            if !is_usual && !folder.is_dir() {
                found.extend(self.named_file(folder, whose));
                continue;
            }
            match candidates(&folder) {
                Ok(listed) => {
                    if listed.is_cut {
                        self.unread.push(too_many(&folder));
                    }
                    self.unread.extend(listed.unread.into_iter().map(Problem::from));
                    found.extend(listed.files);
                }
                // Nobody has keys yet, unless there is nowhere that they could be.
                Err(ReadError::NotFound { .. }) if Some(&folder) == usual.as_ref() => {
                    self.unread.extend(whose.check_home().err());
                }
                Err(error) => self.unread.push(error.into()),
            }
            self.folders.push(folder);
        }
        if is_usual {
            if usual.is_none() {
                self.unread.extend(whose.check_home().err());
            }
            for path in register.files() {
                match candidate(&path) {
                    Ok(file) => found.extend(file),
                    Err(error) => self.unread.push(error.into()),
                }
            }
            // Nobody has asked for these: one that has gone, with a stick say, is not missed.
            let seen = register.seen().into_iter();
            // What belongs to them lies beside them.
            let seen = seen.flat_map(|path| [file_beside(&path), certificate_beside(&path), path]);
            found.extend(seen.filter_map(|path| candidate(&path).ok().flatten()));
        }
        let mut known = BTreeSet::new();
        found.retain(|file| may_hold_key(&file.path) && known.insert(file.path.clone()));
        found
    }

    /// What was named instead of a folder: one file, and what belongs to it.
    fn named_file(&mut self, path: PathBuf, whose: &Whose) -> Vec<Candidate> {
        let found = match std::fs::metadata(&path) {
            Ok(found) if found.is_file() => candidate(&path),
            // It can be read once, and lies nowhere.
            Ok(_) if is_descriptor(&path) => Ok(Some(Candidate {
                path: path.clone(),
                modified: None,
            })),
            Ok(_) => Err(ReadError::NotRegular { path: path.clone() }),
            Err(error) => Err(ReadError::new(&path, error)),
        };
        let one = match found {
            Ok(Some(one)) => one,
            Ok(None) => {
                self.unread.extend(read_key(&path).err().map(Problem::from));
                return Vec::new();
            }
            Err(error) => {
                self.unread.push(error.into());
                return Vec::new();
            }
        };
        if path
            .file_name()
            .is_some_and(|name| LISTS.iter().any(|list| name == *list))
        {
            self.audit_place(&path, Place::List, whose);
            return Vec::new();
        }
        // The other half of the pair says what is the matter with this one.
        let private = path
            .extension()
            .filter(|ending| *ending == "pub")
            .map(|_| path.with_extension(""));
        let beside = [Some(file_beside(&path)), private];
        self.named.push(path);
        let beside = beside
            .into_iter()
            .flatten()
            .filter_map(|path| candidate(&path).ok().flatten());
        beside.chain([one]).collect()
    }

    fn look_for_removed(&mut self, whose: &Whose, folders: &[PathBuf]) {
        let (removed, unread) = if folders.is_empty() {
            restorable(&usual_folders(whose))
        } else {
            restorable(folders)
        };
        self.removed = removed;
        // That a folder cannot be looked into is said once.
        let new = unread
            .into_iter()
            .filter(|problem| !self.unread.contains(problem));
        let new: Vec<Problem> = new.collect();
        self.unread.extend(new);
    }

    /// In all folders that are looked into, and where it is kept what keys are called.
    fn look_for_unfinished(&mut self, whose: &Whose) {
        let own = whose.store.folder().filter(|_| self.is_usual);
        let folders: BTreeSet<&Path> = self.folders.iter().map(PathBuf::as_path).chain(own).collect();
        for folder in folders {
            match unfinished::findings(folder, whose) {
                Ok(found) => self.places.extend(found),
                // The folder itself cannot be looked into, which is said already.
                Err(problem) => {
                    if self.unread.is_empty() {
                        self.unread.push(problem);
                    }
                }
            }
        }
    }

    fn look_at(&mut self, found: &[Candidate], watch: &dyn Watch) -> Vec<Seen> {
        let mut seen = Vec::with_capacity(found.len());
        for file in found {
            if watch.is_cancelled() {
                break;
            }
            match look(file) {
                Ok(one) => seen.push(one),
                // Other files lie about in any folder, and lists of keys are somebody else's.
                Err(Unseen::NoKey(_)) if !self.named.contains(&file.path) => {}
                Err(Unseen::NoKey(problem) | Unseen::AtFault(problem)) => self.broken.push(Broken {
                    path: file.path.clone(),
                    problem,
                }),
            }
        }
        seen
    }

    fn audit_places(&mut self, whose: &Whose) {
        // sshd on Windows looks at the files alone, and whole home folders are not this program's to change there.
        // Nor is what is no folder, such as the `/dev/null` that some services have for one.
        let home = whose.home.iter().filter(|home| cfg!(unix) && home.is_dir());
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
            self.audit_place(&path, place, whose);
        }
    }

    fn audit_place(&mut self, path: &Path, place: Place, whose: &Whose) {
        match audit_shared(path) {
            Ok(access) => self.places.extend(Finding::of_place(path, place, &access, whose)),
            Err(error) => match ReadError::new(path, error) {
                // What is not there needs no protection.
                ReadError::NotFound { .. } => {}
                error => {
                    let problem = error.into();
                    if !self.unread.contains(&problem) {
                        self.unread.push(problem);
                    }
                }
            },
        }
        // That a list cannot be read is said by whoever is asked for it.
        if is_list(path)
            && let Ok(tidying) = Tidying::open(path)
            && tidying.is_needed()
        {
            let places = tidying.mended().len();
            self.places.push(Finding::mangled_list(path, places, whose));
        }
    }
}

/// Why no key was found in a file.
enum Unseen {
    /// There is none, or not any more.
    NoKey(Problem),
    /// It was meant to be one.
    AtFault(Problem),
}

/// What one file is. It is read once, for a pipe can be read no more often.
fn look(file: &Candidate) -> Result<Seen, Unseen> {
    let bytes = read_key(&file.path).map_err(|error| match error {
        // It has gone, or was put in another's place, since it was listed.
        ReadError::NotFound { .. } | ReadError::NotRegular { .. } | ReadError::TooLarge { .. } => {
            Unseen::NoKey(error.into())
        }
        error => Unseen::AtFault(error.into()),
    })?;
    let path = Some(file.path.as_path()).filter(|path| !is_descriptor(path));
    let seen = |described| Seen {
        path: file.path.clone(),
        modified: file.modified,
        described,
    };
    // A key that is a part of something else is not taken out of it unasked.
    let is_own = |reading: &Reading| {
        let has_company = reading.accidents.iter().any(Accident::has_company);
        !has_company && !matches!(reading.parsed, Parsed::Public(_))
    };
    let reading = reading::read(bytes.expose());
    if let Ok(reading) = &reading
        && is_own(reading)
    {
        return Ok(seen(Description::of_reading(reading, path)));
    }
    match format::parse(bytes.expose()) {
        Ok(parsed) => Ok(seen(Description::of(&parsed, path))),
        Err(DecodeError::Empty | DecodeError::NotAKeyFile(_) | DecodeError::MultipleKeys) => Err(
            Unseen::NoKey(reading.map_or_else(Problem::from, |_| in_company())),
        ),
        Err(error) => Err(Unseen::AtFault(error.into())),
    }
}

/// A file was named in which a key is a part of something else.
fn in_company() -> Problem {
    Problem::new(
        "not-a-key-file",
        Blame::Key,
        "the file holds other things beside the key, or several keys",
        "Take the key out into a file of its own: keywright-cli repair FILE -o OUT.",
    )
}

fn too_many(folder: &Path) -> Problem {
    Problem::new(
        "limit",
        Blame::Key,
        format!(
            "{} has more than {} files, and not all of them were looked at",
            folder.display(),
            crate::sys::files::MOST_ENTRIES
        ),
        "Keep keys in a folder of their own.",
    )
}

//! All keys in the usual folder and in those that a person has added, as they are now.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::finding::{Finding, Grade, Place};
use super::gather::{self, Seen};
use super::holding::may_hold_key;
use super::register::{Installed, KeyName, Register};
use super::restoring::{Restorable, restorable, usual_folders};
use super::tried::Tried;
use super::{Remedy, Whose, unfinished};
use crate::engine::describe::Description;
use crate::engine::{Blame, Problem};
use crate::format::ssh_config::SshConfig;
use crate::format::{self, DecodeError, Format, public_line};
use crate::key::comment::Comment;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::key::watch::Watch;
use crate::sys::files::{Candidate, ReadError, candidate, candidates, read_key};
use crate::sys::permissions::audit_shared;
use crate::sys::remote::read_config_of;

/// Those of them that others must not change.
const LISTS: [&str; 2] = ["authorized_keys", "config"];

/// What a key is recognised by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyId {
    /// Its SHA-256 fingerprint.
    Fingerprint(Fingerprint),
    /// Its file, where nothing but the passphrase shows which key is in it.
    File(PathBuf),
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The private half, in whatever format.
    Private,
    /// The public half.
    Public,
    /// A certificate.
    Certificate,
}

/// A file that holds a key, or half of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What it is for.
    pub kind: Kind,
    /// The kind of file.
    pub format: Option<Format>,
    /// Whether a passphrase is needed to use it.
    pub is_encrypted: bool,
    /// When it was last written, in seconds since 1970 (UTC).
    pub modified: Option<u64>,
}

/// A key, in one file or several.
#[derive(Clone, Debug)]
pub struct Key {
    /// By what it is recognised.
    pub id: KeyId,
    /// What its owner calls it.
    pub name: Option<KeyName>,
    /// Whether it is the one to be tried first.
    pub is_default: bool,
    /// The servers that it was installed on.
    pub installed: Vec<Installed>,
    /// What can be said of it without its passphrase.
    pub described: Description,
    /// Its files: private ones first, and of these the ones that ssh reads.
    pub files: Vec<KeyFile>,
    /// What is the matter with it, the worst first.
    pub findings: Vec<Finding>,
}

impl Key {
    /// What it is called: by its owner, or else by its file.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.name {
            Some(name) => name.as_str().to_owned(),
            None => self.file_name(),
        }
    }

    /// The name of its first file, as it may be shown.
    #[must_use]
    pub fn file_name(&self) -> String {
        let name = self.files.first().and_then(|file| file.path.file_name());
        let name = name.unwrap_or_default().as_encoded_bytes();
        crate::key::comment::escaped(name)
    }

    /// The file with its private half that ssh reads, or else another program.
    #[must_use]
    pub fn private_file(&self) -> Option<&KeyFile> {
        self.files.iter().find(|file| file.kind == Kind::Private)
    }

    /// The private file that ssh can use.
    #[must_use]
    pub fn file_for_ssh(&self) -> Option<&KeyFile> {
        self.private_file()
            .filter(|file| file.format.is_some_and(is_for_ssh))
    }

    /// The file to open: the private one where there is one.
    #[must_use]
    pub fn main_file(&self) -> Option<&Path> {
        self.files.first().map(|file| file.path.as_path())
    }

    /// Its SHA-256 fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> Option<&Fingerprint> {
        match &self.id {
            KeyId::Fingerprint(fingerprint) => Some(fingerprint),
            KeyId::File(_) => None,
        }
    }

    /// The line for authorized_keys, with its comment.
    #[must_use]
    pub fn public_line(&self) -> Option<String> {
        let public = self.described.public.as_ref()?;
        let comment = self.described.comment.as_deref().unwrap_or_default();
        Some(public_line::encode(public, &Comment::cleaned(comment).0))
    }

    /// When its first file was last written, in seconds since 1970 (UTC).
    #[must_use]
    pub fn modified(&self) -> Option<u64> {
        self.files.first()?.modified
    }

    /// Whether a search for `text`, in lower case, finds it.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let has = |field: &str| field.to_lowercase().contains(text);
        has(&self.title())
            || self
                .described
                .shown_comment()
                .is_some_and(|comment| has(&comment))
            || self
                .fingerprint()
                .is_some_and(|fingerprint| has(&fingerprint.to_string()))
            || self.described.title().is_some_and(|title| has(&title))
            || self.files.iter().any(|file| has(&file.path.to_string_lossy()))
            || self.installed.iter().any(|on| has(&on.server))
    }

    /// How much the worst of what is the matter with it matters.
    #[must_use]
    pub fn worst(&self) -> Option<Grade> {
        self.findings.iter().map(|finding| finding.grade).max()
    }
}

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
    /// What is the matter with folders and with ssh's own files.
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
            is_usual: folders.is_empty(),
            ..Self::default()
        };
        let config = inventory.read_config(whose);
        let found = inventory.list(whose, &known.register, folders);
        let seen = inventory.look_at(&found, watch);
        inventory.look_for_removed(whose, folders);
        inventory.look_for_unfinished(whose);
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
        let files = self.broken.iter().map(|broken| &broken.problem);
        self.unread
            .iter()
            .chain(files.filter(|problem| problem.blame == Blame::World))
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
        }
        let mut known = BTreeSet::new();
        found.retain(|file| may_hold_key(&file.path) && known.insert(file.path.clone()));
        found
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
            match audit_shared(&path) {
                Ok(access) => self
                    .places
                    .extend(Finding::of_place(&path, place, &access, whose)),
                Err(error) => match ReadError::new(&path, error) {
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
        }
    }
}

/// Whether ssh reads private keys of this format.
#[must_use]
pub fn is_for_ssh(format: Format) -> bool {
    matches!(format, Format::OpenSsh | Format::Pem | Format::Pkcs8)
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
        Blame::Key,
        format!(
            "{} has more than {} files, and not all of them were looked at",
            folder.display(),
            crate::sys::files::MOST_ENTRIES
        ),
        "Keep keys in a folder of their own.",
    )
}

/// By what a key with this fingerprint is recognised.
#[must_use]
pub fn id_of(key: &crate::key::PublicKey) -> KeyId {
    KeyId::Fingerprint(Fingerprint::of(key, FingerprintKind::Sha256))
}

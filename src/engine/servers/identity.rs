//! The keys that are here: with which one can sign in, and which are marked as one's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::Problem;
use crate::engine::opening::{self, take_up_certificate};
use crate::engine::saving::file_beside;
use crate::format::agent::{Held, ListedKey};
use crate::format::{Certificate, LockedFile, Parsed, PrivateFile};
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::key::{KeyPair, PublicKey};
use crate::sys::agent::Agent;
use crate::sys::files::candidates;
use crate::sys::home::{default_path, ssh_folder, with_tilde};
use crate::sys::remote::Target;

/// The names that ssh tries by itself, in its order (ssh(1), `-i`), without those of security keys.
const USUAL: [&str; 4] = ["id_ed25519", "id_ecdsa", "id_rsa", "id_dsa"];

/// A key to sign in with.
#[derive(Debug)]
pub enum Identity {
    /// It can sign.
    Open(OpenKey),
    /// In a file that needs its passphrase.
    Locked(PathBuf, Box<LockedFile>),
}

/// A key that can sign.
#[derive(Debug)]
pub enum OpenKey {
    /// In an agent.
    Agent(Agent, Box<ListedKey>),
    /// In a file.
    File(PathBuf, Box<PrivateFile>),
    /// In the window.
    Held(Arc<KeyPair>),
}

impl OpenKey {
    /// Its public half, where its type is known.
    #[must_use]
    pub fn public(&self) -> Option<&PublicKey> {
        match self {
            Self::Agent(_, listed) => listed.key(),
            Self::File(_, file) => Some(file.key.public()),
            Self::Held(key) => Some(key.public()),
        }
    }

    /// The certificate that goes with it.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        match self {
            Self::Agent(_, listed) => match &listed.held {
                Held::Certificate(certificate) => Some(certificate),
                Held::Key(_) | Held::Unknown(_) => None,
            },
            Self::File(_, file) => file.certificate.as_ref(),
            Self::Held(_) => None,
        }
    }

    /// What people know it by, safe to show: its file, or its comment and fingerprint.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::File(path, _) => file_name(path),
            Self::Held(key) => fingerprint_of(key.public()),
            Self::Agent(_, listed) => {
                let comment = escaped(listed.comment.trim_ascii());
                let fingerprint = listed.key().map(fingerprint_of).unwrap_or_default();
                [comment.as_str(), &fingerprint].join(" ").trim().to_owned()
            }
        }
    }

    /// Whether it can be offered as it is. An agent has an entry of its own for each certificate.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        !matches!(self, Self::Agent(_, listed) if matches!(listed.held, Held::Certificate(_)))
    }
}

impl Identity {
    /// Its public half, where that can be told.
    #[must_use]
    pub fn public(&self) -> Option<&PublicKey> {
        match self {
            Self::Open(key) => key.public(),
            Self::Locked(_, file) => file.public.as_ref(),
        }
    }

    /// The key, where it can sign.
    #[must_use]
    pub fn into_open(self) -> Option<OpenKey> {
        match self {
            Self::Open(key) => Some(key),
            Self::Locked(..) => None,
        }
    }

    /// Whether a certificate goes with it, by which it may be let in where the key alone is not.
    #[must_use]
    pub fn has_certificate(&self) -> bool {
        match self {
            Self::Open(key) => key.certificate().is_some(),
            Self::Locked(..) => false,
        }
    }

    /// The private key in the file at `path`, or the one whose public half lies there: in one of the agents, beside it, or
    /// in another file there or in ssh's folder.
    ///
    /// # Errors
    /// The file is no key file. Nothing where the private half is not found.
    pub fn named(path: &Path, agents: &[Agent]) -> Result<Option<Self>, Problem> {
        let public = match opening::open_file(path)? {
            Parsed::Private(file) => return Ok(Some(Self::open(path, file))),
            Parsed::Locked(file) => {
                let path = path.to_owned();
                let in_agent = file.public.as_ref().and_then(|key| in_agents(agents, key));
                return Ok(Some(
                    in_agent.unwrap_or_else(|| Self::Locked(path, Box::new(file))),
                ));
            }
            Parsed::Public(file) => file.key,
        };
        if let Some(found) = in_agents(agents, &public) {
            return Ok(Some(found));
        }
        let beside = path.with_extension("");
        let is_public = path.extension().is_some_and(|extension| extension == "pub");
        let found = is_public.then(|| Self::at(&beside)).flatten();
        let found = found.filter(|found| found.public() == Some(&public));
        Ok(found.or_else(|| Self::of(&public, path)))
    }

    /// The private half of a key from a file of another name, in the folder of `path` or in ssh's own; one that is open
    /// rather than one that is locked.
    fn of(public: &PublicKey, path: &Path) -> Option<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.map_or_else(|| PathBuf::from("."), Path::to_owned);
        let folders = [Some(folder), ssh_folder()].into_iter().flatten();
        let files = folders.filter_map(|folder| candidates(&folder).ok());
        let files = files.flat_map(|found| found.files);
        let all = files.filter_map(|file| Self::at(&file.path));
        let (open, locked): (Vec<_>, Vec<_>) = all
            .filter(|found| found.public() == Some(public))
            .partition(|found| matches!(found, Self::Open(_)));
        open.into_iter().chain(locked).next()
    }

    /// The key of an open file, with the certificate that ssh would find.
    pub(super) fn open(path: &Path, mut file: PrivateFile) -> Self {
        take_up_certificate(&mut file, path);
        Self::Open(OpenKey::File(path.to_owned(), Box::new(file)))
    }

    /// The same key with the certificate that ssh's configuration names for a server (`CertificateFile`); nothing where it
    /// names none for this key, or the file brings one of its own.
    pub(super) fn certified_for(self, target: &Target) -> Self {
        self.certified_by(&certificates_for(target))
    }

    fn certified_by(mut self, certificates: &[Certificate]) -> Self {
        if let Self::Open(OpenKey::File(_, file)) = &mut self
            && file.certificate.is_none()
        {
            file.certificate = of_key(certificates, file.key.public()).cloned();
        }
        self
    }

    /// The private key at `path`, if there is one.
    fn at(path: &Path) -> Option<Self> {
        match opening::open_file(path) {
            Ok(Parsed::Private(file)) => Some(Self::open(path, file)),
            Ok(Parsed::Locked(file)) => Some(Self::Locked(path.to_owned(), Box::new(file))),
            Ok(Parsed::Public(_)) | Err(_) => None,
        }
    }
}

/// What a key is called that lies in a file, safe to show.
pub(in crate::engine) fn file_name(path: &Path) -> String {
    escaped(with_tilde(path).as_os_str().as_encoded_bytes())
}

fn fingerprint_of(key: &PublicKey) -> String {
    Fingerprint::of(key, FingerprintKind::Sha256).to_string()
}

/// The keys that the agents hold. One that does not answer holds none.
fn of_agents(agents: &[Agent]) -> Vec<Identity> {
    let mut found = Vec::new();
    for agent in agents {
        let keys = agent.list().unwrap_or_default();
        let known = keys
            .into_iter()
            .filter(|listed| !matches!(listed.held, Held::Unknown(_)));
        found.extend(known.map(|listed| Identity::Open(OpenKey::Agent(agent.clone(), Box::new(listed)))));
    }
    found
}

/// The certificates that ssh's configuration names for a server.
fn certificates_for(target: &Target) -> Vec<Certificate> {
    let named = target.settings().all("certificatefile");
    let paths = named.filter_map(|word| target.file(std::str::from_utf8(word).ok()?));
    paths
        .filter_map(|path| match opening::open_file(&path) {
            Ok(Parsed::Public(file)) => file.certificate,
            _ => None,
        })
        .collect()
}

/// Whether ssh's configuration names a certificate of this key for a server.
pub(super) fn has_certificate_for(target: &Target, key: &PublicKey) -> bool {
    of_key(&certificates_for(target), key).is_some()
}

fn of_key<'a>(certificates: &'a [Certificate], key: &PublicKey) -> Option<&'a Certificate> {
    certificates.iter().find(|certificate| certificate.key() == key)
}

/// The same keys, and before those of them that have one of these certificates, them with it: an agent signs for a
/// certificate as for its key.
fn certified(held: Vec<Identity>, certificates: &[Certificate]) -> Vec<Identity> {
    let mut all = Vec::new();
    for identity in held {
        if let Identity::Open(OpenKey::Agent(agent, listed)) = &identity
            && let Held::Key(key) = &listed.held
            && let Some(certificate) = of_key(certificates, key)
        {
            let mut listed = listed.clone();
            listed.held = Held::Certificate(Box::new(certificate.clone()));
            all.push(Identity::Open(OpenKey::Agent(agent.clone(), listed)));
        }
        all.push(identity);
    }
    all
}

fn in_agents(agents: &[Agent], key: &PublicKey) -> Option<Identity> {
    let found = of_agents(agents).into_iter();
    let mut found = found.filter(|identity| {
        let listed = match identity {
            Identity::Open(OpenKey::Agent(_, listed)) => &listed.held,
            Identity::Open(OpenKey::File(..) | OpenKey::Held(_)) | Identity::Locked(..) => return false,
        };
        matches!(listed, Held::Key(held) if held == key)
    });
    found.next()
}

/// The keys that there are for a server.
struct There {
    /// Those of the agents whose files are named, or have a usual name.
    wanted: Vec<Identity>,
    /// All others of the agents.
    others: Vec<Identity>,
    /// Files that no agent has opened.
    files: Vec<Identity>,
}

impl There {
    /// As far as keys of their types are accepted there.
    fn of(target: &Target, agents: &[Agent]) -> Self {
        let paths = tried_by_ssh(target);
        let may_try = |identity: &Identity| {
            identity
                .public()
                .is_none_or(|key| target.takes_keys(key.algorithm()))
        };
        let certificates = certificates_for(target);
        let mut held = certified(of_agents(agents), &certificates);
        held.retain(may_try);
        let files = paths.iter().filter_map(|path| Identity::at(path));
        let files = files.map(|file| file.certified_by(&certificates)).filter(may_try);
        let is_held = |file: &Identity| held.iter().any(|held| held.public() == file.public());
        let files: Vec<Identity> = files
            .filter(|file| file.has_certificate() || !is_held(file))
            .collect();
        let public: Vec<PublicKey> = paths.iter().filter_map(|path| public_at(path)).collect();
        let is_wanted = |identity: &Identity| identity.public().is_some_and(|key| public.contains(key));
        let (wanted, others) = held.into_iter().partition(is_wanted);
        Self {
            wanted,
            others,
            files,
        }
    }
}

/// The keys in the order in which ssh offers them: of an agent those that are named or have a usual name, its others unless
/// only named ones may be tried (`IdentitiesOnly`), and then files.
#[must_use]
pub fn in_order_of_ssh(target: &Target, agents: &[Agent]) -> Vec<Identity> {
    let is_only = target.settings().identities_only();
    let there = There::of(target, agents);
    let others = there.others.into_iter().filter(|_| !is_only);
    there
        .wanted
        .into_iter()
        .chain(others)
        .chain(there.files)
        .collect()
}

/// The keys to sign in with as ssh would: those of the agents, and the files that its configuration names for this
/// server or that have a usual name.
///
/// A key that is named comes first, wherever it can sign: servers hear only a few. Where only named ones may be tried
/// (`IdentitiesOnly`), the others of the agents stay out; so do keys of types that are not accepted there.
#[must_use]
pub fn to_try(target: &Target, agents: &[Agent]) -> Vec<Identity> {
    let settings = target.settings();
    if settings.identity_files().is_empty() && !settings.identities_only() {
        return in_order_of_ssh(target, agents);
    }
    let is_only = settings.identities_only();
    let there = There::of(target, agents);
    let (open, locked): (Vec<_>, Vec<_>) = there
        .files
        .into_iter()
        .partition(|file| matches!(file, Identity::Open(_)));
    let others = there.others.into_iter().filter(|_| !is_only);
    there
        .wanted
        .into_iter()
        .chain(open)
        .chain(others)
        .chain(locked)
        .collect()
}

/// The public half of the key whose private half lies at `path`, or would if an agent did not have it.
fn public_at(path: &Path) -> Option<PublicKey> {
    let beside = file_beside(path);
    let mut files = [path, &beside].into_iter();
    files.find_map(|path| opening::open_file(path).ok()?.public().cloned())
}

/// Where those keys lie, whether or not they are there.
pub(in crate::engine) fn tried_by_ssh(target: &Target) -> Vec<PathBuf> {
    let named = target.settings().identity_files();
    if named.is_empty() {
        USUAL.iter().filter_map(|name| default_path(name)).collect()
    } else {
        let files = named.iter().filter(|name| !name.eq_ignore_ascii_case("none"));
        files.filter_map(|name| target.file(name)).collect()
    }
}

/// The public halves of all keys that are here: in the agents, and of the private files in `~/.ssh`.
#[must_use]
pub fn all_public(agents: &[Agent]) -> Vec<PublicKey> {
    let in_agents = of_agents(agents);
    let found = ssh_folder().and_then(|folder| candidates(&folder).ok());
    let paths = found
        .into_iter()
        .flat_map(|found| found.files)
        .map(|file| file.path);
    let in_files = paths.filter_map(|path| Identity::at(&path));
    let all = in_agents.into_iter().chain(in_files);
    let mut keys: Vec<PublicKey> = Vec::new();
    for key in all.filter_map(|identity| identity.public().cloned()) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

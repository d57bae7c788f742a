//! My keys: which there are, what they are called, and what is wrong with them.
//!
//! All of it blocks, and is called on a job's thread or by the console program.

pub mod added;
pub mod age;
pub mod copies;
pub mod default_key;
pub mod finding;
mod gather;
pub mod held;
mod holding;
pub mod inventory;
pub mod key;
pub mod mending;
pub(in crate::engine) mod own_lines;
pub mod register;
pub mod removal;
pub mod repair;
pub mod restoring;
pub mod store;
pub mod taken_off;
pub mod tidying;
mod tried;
mod unfinished;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub use finding::{Finding, Grade, Remedy};
pub use inventory::{Broken, Inventory};
pub use key::{Key, KeyFile, KeyId, Kind};
pub use register::{Edit, Installed, Register};
pub use store::Store;
pub use tried::{has_any, is_tried_by_name};

use crate::engine::saving::file_beside;
use crate::engine::{Blame, Problem, opening};
use crate::format::{self, Parsed};
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::sys::clock::local_date;
use crate::sys::files::{ReadError, read_key};
use crate::sys::home;

/// Whose keys these are.
#[derive(Clone, Debug, Default)]
pub struct Whose {
    /// The home folder; where it is not known there is no usual folder of keys.
    pub home: Option<PathBuf>,
    /// What was said about the keys.
    pub store: Store,
}

impl Whose {
    /// Those of the user who runs this program.
    #[must_use]
    pub fn of_user() -> Self {
        Self {
            home: home::home(),
            store: Store::of_user(),
        }
    }

    /// The folder in which every SSH program looks for keys. It need not exist.
    #[must_use]
    pub fn ssh_folder(&self) -> Option<PathBuf> {
        self.home.as_deref().map(home::ssh_folder_in)
    }

    /// Where no usual folder of keys can be, and why; nothing where all is well.
    ///
    /// # Errors
    /// The home folder is not known, or is no folder.
    pub fn check_home(&self) -> Result<(), Problem> {
        let Some(home) = &self.home else {
            return Err(no_home());
        };
        match std::fs::metadata(home) {
            Ok(found) if found.is_dir() => Ok(()),
            Ok(_) => Err(no_folder(home, "is no folder")),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(no_folder(home, "does not exist")),
            // Whether it can be looked into shows when that is tried.
            Err(_) => Ok(()),
        }
    }

    /// ssh's configuration. It need not exist.
    #[must_use]
    pub fn config(&self) -> Option<PathBuf> {
        self.ssh_folder().map(|folder| folder.join("config"))
    }

    /// A path as people write it, with `~` for the home folder, and as it may be shown.
    #[must_use]
    pub fn short(&self, path: &Path) -> String {
        let short = home::with_tilde_in(self.home.as_deref(), path);
        escaped(short.as_os_str().as_encoded_bytes())
    }
}

/// Which key is in the file at `path`, as far as that can be told without its passphrase: by itself, or by the
/// `FILE.pub` beside it.
///
/// # Errors
/// The file is no key, or nothing shows which one.
pub fn identify(path: &Path) -> Result<Fingerprint, Problem> {
    let parsed = opening::open_file(path)?;
    let of = |key: &PublicKey| Fingerprint::of(key, FingerprintKind::Sha256);
    if let Some(key) = parsed.public() {
        return Ok(of(key));
    }
    let beside = match read_key(&file_beside(path)) {
        Err(error @ (ReadError::Denied { .. } | ReadError::Io { .. })) => return Err(error.into()),
        beside => beside.ok(),
    };
    let parsed = beside.and_then(|bytes| format::parse(bytes.expose()).ok());
    match parsed {
        Some(Parsed::Public(file)) => Ok(of(&file.key)),
        _ => Err(hidden(path)),
    }
}

fn no_home() -> Problem {
    Problem::new(
        "usage",
        Blame::Usage,
        "it is not known where your keys lie, because your home folder is not",
        "Set the variable HOME to its full path, or name a folder of keys.",
    )
}

fn no_folder(home: &Path, why: &str) -> Problem {
    let home = escaped(home.as_os_str().as_encoded_bytes());
    Problem::new(
        "usage",
        Blame::Usage,
        format!("your home folder {home} {why}, and so there is no usual folder of keys"),
        "Set HOME to your home folder, or name a folder of keys.",
    )
}

fn hidden(path: &Path) -> Problem {
    Problem::new(
        "needs-passphrase",
        Blame::Passphrase,
        format!(
            "only the passphrase of {} shows which key is in it",
            escaped(path.as_os_str().as_encoded_bytes())
        ),
        "Save its public key beside it first: keywright-cli public FILE > FILE.pub.",
    )
}

/// What its owner calls a key; nothing where it has no name, or names are not known.
pub fn names_of<'a>(store: &Store, keys: impl IntoIterator<Item = &'a PublicKey>) -> Vec<Option<String>> {
    let register = store.read().register;
    let name = |key: &PublicKey| {
        let name = register.name(&Fingerprint::of(key, FingerprintKind::Sha256))?;
        Some(name.as_str().to_owned())
    };
    keys.into_iter().map(name).collect()
}

/// Remembers that a key was installed on a server today.
///
/// # Errors
/// It cannot be written down; the key is installed all the same.
pub fn note_installed(store: &Store, key: &PublicKey, server: &str) -> Result<(), Problem> {
    let (year, month, day) = local_date();
    let on = Installed {
        server: server.to_owned(),
        date: format!("{year:04}-{month:02}-{day:02}"),
    };
    let key = Fingerprint::of(key, FingerprintKind::Sha256);
    store.change(&[Edit::Install { key, on }])?;
    Ok(())
}

/// Remembers that a key was taken off a server.
///
/// # Errors
/// It cannot be written down; the key is gone from there all the same.
pub fn note_taken_off(store: &Store, key: &PublicKey, server: &str) -> Result<(), Problem> {
    let key = Fingerprint::of(key, FingerprintKind::Sha256);
    let server = server.to_owned();
    store.change(&[Edit::TakeOff { key, server }])?;
    Ok(())
}

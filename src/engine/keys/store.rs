//! The register's file: read, and changed as it is by then, so that two windows do not undo each other.

use std::path::Path;

use super::register::{Edit, Register};
use crate::engine::own_file;
use crate::engine::{Blame, Problem};
use crate::sys::settings_place::{self, Place};

/// The most bytes of a register: ten thousand keys with names.
const LARGEST: usize = 4 << 20;

/// Where the register lies.
#[derive(Clone, Debug, Default)]
pub struct Store {
    place: Option<Place>,
    taken_off: Option<Place>,
}

/// A register, and what is wrong with its file.
#[derive(Debug, Default)]
pub struct Read {
    /// What it says; nothing where it cannot be read.
    pub register: Register,
    /// Why nothing is known: a sentence.
    pub trouble: Option<String>,
}

impl Store {
    /// Beside the settings that lie at `settings`; nowhere where these are not kept either.
    #[must_use]
    pub fn beside(settings: Option<&Place>) -> Self {
        Self {
            place: settings.map(Place::of_keys),
            taken_off: settings.map(Place::of_taken_off),
        }
    }

    /// That of the user who runs this program.
    #[must_use]
    pub fn of_user() -> Self {
        Self::beside(settings_place::find().as_ref())
    }

    /// Where it is written down what was taken off servers.
    pub(super) fn place_of_taken_off(&self) -> Option<Place> {
        self.taken_off.clone()
    }

    /// The folder of its file.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.place.as_ref()?.path().parent()
    }

    /// Reads the file. Whatever is there, keys can be listed: without names where it cannot be read.
    #[must_use]
    pub fn read(&self) -> Read {
        let Some(place) = &self.place else {
            return Read::default();
        };
        let why = match own_file::read(place) {
            Ok(None) => return Read::default(),
            Ok(Some(bytes)) => match Register::parse(&bytes) {
                Ok(register) => {
                    return Read {
                        register,
                        trouble: None,
                    };
                }
                Err(damage) => format!("{} is damaged: {damage}", place.path().display()),
            },
            Err(error) => error.to_string(),
        };
        Read {
            register: Register::default(),
            trouble: Some(format!("Names and the default key are not known: {why}.")),
        }
    }

    /// Makes changes in the file as it is by now, and hands over what it says then. A damaged one is copied
    /// before.
    ///
    /// # Errors
    /// The file can be neither read nor written; then nothing was changed.
    pub fn change(&self, edits: &[Edit]) -> Result<Register, Problem> {
        let place = self.place.as_ref().ok_or_else(nowhere)?;
        own_file::edit(place, LARGEST, |bytes| {
            let mut register = match Register::parse(bytes) {
                Ok(register) => register,
                Err(damage) => {
                    let copy = own_file::keep_copy(place, bytes)?;
                    log::warn!(
                        "the names of keys were damaged ({damage}); the old file is kept as {}",
                        copy.display()
                    );
                    Register::default()
                }
            };
            let before = register.to_text();
            for edit in edits {
                register.apply(edit);
            }
            let text = register.to_text();
            // A file that says nothing is not made.
            let is_same = text == before;
            let bytes = if is_same {
                bytes.to_vec()
            } else {
                text.into_bytes()
            };
            Ok((bytes, register))
        })
    }
}

fn nowhere() -> Problem {
    Problem::new(
        "io-error",
        Blame::World,
        "this system does not say where names of keys can be kept",
        "Set HOME, or put an empty keywright.toml beside the program.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::key_name::KeyName;
    use crate::key::fingerprint::{Fingerprint, FingerprintKind};

    fn name(seed: u8) -> Edit {
        Edit::Name {
            key: key(seed),
            name: KeyName::new(&format!("key {seed}")).ok(),
        }
    }

    fn key(seed: u8) -> Fingerprint {
        Fingerprint::of_wire(&[seed], FingerprintKind::Sha256)
    }

    #[test]
    fn windows_that_change_at_once_do_not_undo_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::OfUser(folder.path().join("keywright/settings.toml"));
        let store = Store::beside(Some(&place));
        std::thread::scope(|scope| {
            for seed in 0..8 {
                let store = store.clone();
                scope.spawn(move || store.change(&[name(seed)]).expect("it is written"));
            }
        });
        let register = store.read().register;
        for seed in 0..8 {
            assert!(register.name(&key(seed)).is_some(), "{}", register.to_text());
        }
    }

    #[test]
    fn a_damaged_file_is_told_and_copied_before_it_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::OfUser(folder.path().join("settings.toml"));
        let (store, path) = (Store::beside(Some(&place)), folder.path().join("keys.toml"));
        crate::sys::files::write_public(&path, b"default = ", crate::sys::files::Existing::Refuse)
            .expect("written");
        let trouble = store.read().trouble.expect("it is told");
        assert!(trouble.contains("is damaged: line 1"), "{trouble}");
        store.change(&[name(1)]).expect("it is written");
        assert!(store.read().trouble.is_none());
        let copy = folder.path().join("keys.damaged.toml");
        assert_eq!(std::fs::read(copy).expect("a copy"), b"default = ");
    }

    #[test]
    fn without_a_place_nothing_is_kept_and_that_is_said() {
        let problem = Store::beside(None)
            .change(&[name(1)])
            .expect_err("there is no place");
        assert_eq!(problem.code, "io-error");
    }
}

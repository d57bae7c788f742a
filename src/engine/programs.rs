//! Which file of a key a program takes, and what it does not take.
//!
//! What is known is in `programs/list.rs`, with its date and where it is from; `docs/formats.md` shows it, and
//! `tests/interop/programs.rs` has those programs read the files that can be had.

mod list;

pub use list::{AS_OF, PROGRAMS};

use super::providers::Takes;
use super::saving::{OutgoingPublic, PublicForm};
use super::{Blame, Problem};
use crate::format::Format;
use crate::format::carrier::{Carrier, Half};
use crate::key::PublicKey;

/// A program, or a service, that wants a key in a file of a certain kind.
#[derive(Debug, PartialEq, Eq)]
pub struct Program {
    /// The word for it on a command line.
    pub code: &'static str,
    /// Its name.
    pub title: &'static str,
    /// The keys that it takes, and the file that each goes into.
    pub files: &'static [(Takes, Format)],
    /// How it takes the public half.
    pub public: PublicForm,
    /// Whether it opens files with a passphrase.
    pub takes_passphrase: bool,
    /// The program that reads these files in the tests; otherwise it is what its makers say.
    pub tried_with: Option<&'static str>,
    /// Where this is written down.
    pub source: &'static str,
    /// What else it does not take, and how the file is used: sentences, or nothing.
    pub note: &'static str,
}

impl Program {
    /// The one that is called so on a command line.
    #[must_use]
    pub fn called(code: &str) -> Option<&'static Self> {
        PROGRAMS.iter().find(|program| program.code == code)
    }

    /// What else there is to know about it, where its name has not been said.
    #[must_use]
    pub fn told(&self) -> String {
        match self.note.strip_prefix("It ") {
            Some(rest) => format!("{} {rest}", self.title),
            None => format!("{}: {}", self.title, self.note),
        }
    }

    /// The keys that it takes, in words: “Ed25519, RSA from 2048 bits on”.
    #[must_use]
    pub fn taken(&self) -> String {
        let titles: Vec<String> = self.files.iter().map(|(takes, _)| takes.title()).collect();
        titles.join(", ")
    }

    /// The file that this key goes into.
    ///
    /// # Errors
    /// The program does not take such keys; says which it takes.
    pub fn format(&self, key: &PublicKey) -> Result<Format, Problem> {
        let file = self.files.iter().find(|(takes, _)| takes.fits(key));
        file.map(|(_, format)| *format).ok_or_else(|| {
            let what = match key {
                PublicKey::Rsa { .. } => format!("{} takes no RSA keys of {} bits", self.title, key.bits()),
                _ => format!("{} takes no {} keys", self.title, key.algorithm().title()),
            };
            let hint = format!(
                "It takes: {} (as of {AS_OF}). Make a key of that kind for it; you can have several.",
                self.taken()
            );
            Problem::new("unsupported-key-type", Blame::Key, what, hint)
        })
    }

    /// Sees to it that the file gets no passphrase where the program cannot ask for one.
    ///
    /// # Errors
    /// It would get one.
    pub fn check_passphrase(&self, has_passphrase: bool) -> Result<(), Problem> {
        if !has_passphrase || self.takes_passphrase {
            return Ok(());
        }
        Err(Problem::new(
            "unsupported-format",
            Blame::Key,
            format!("{} opens no files with a passphrase", self.title),
            "Save the key without one (--no-passphrase), and keep that file where nobody else can read it.",
        ))
    }
}

/// What a key is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A part of another file.
    Carried(Carrier),
    /// This program.
    Program(&'static Program),
}

impl Purpose {
    /// All of them, in the order in which they are offered.
    pub fn all() -> impl Iterator<Item = Self> {
        let carried = Carrier::ALL.into_iter().map(Self::Carried);
        carried.chain(PROGRAMS.iter().map(Self::Program))
    }

    /// Its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Carried(carrier) => carrier.title(),
            Self::Program(program) => program.title,
        }
    }

    /// The public half for it.
    ///
    /// # Errors
    /// The program does not take such keys.
    pub fn public_text(self, outgoing: OutgoingPublic<'_>) -> Result<String, Problem> {
        match self {
            Self::Program(program) => {
                program.format(outgoing.key)?;
                Ok(program.public.text(outgoing)?)
            }
            Self::Carried(carrier) => carried(carrier, &PublicForm::Line.text(outgoing)?),
        }
    }
}

/// The text of a public key in this.
///
/// # Errors
/// Never for what [`PublicForm::text`] gives.
pub fn carried(carrier: Carrier, text: &str) -> Result<String, Problem> {
    let bytes = carrier.carry(text.as_bytes(), Half::Public)?;
    Ok(String::from_utf8_lossy(bytes.expose()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_has_a_name_of_its_own_and_files_that_hold_its_keys() {
        let mut codes: Vec<&str> = PROGRAMS.iter().map(|program| program.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), PROGRAMS.len());
        for program in PROGRAMS {
            assert_eq!(Program::called(program.code), Some(program));
            assert!(program.source.starts_with("https://"), "{}", program.code);
            assert!(program.told().starts_with(program.title), "{}", program.told());
            for (takes, format) in program.files {
                for algorithm in takes.algorithms() {
                    assert!(format.holds(algorithm), "{}: {takes:?}", program.code);
                    assert!(
                        program.public.format().holds(algorithm),
                        "{}: {takes:?}",
                        program.code
                    );
                }
            }
        }
    }
}

//! The key that `puttygen` loads, opened as far as its output needs it.

use std::path::Path;

use crate::cli::console::Console;
use crate::cli::key_file::{KeyFile, Opened};
use crate::cli::passphrases::OldPassphrase;
use crate::cli::{terminal, usage};
use crate::engine::Problem;
use crate::engine::opening::Found;
use crate::format::{Certificate, EncodeError, Format, LockedFile, Parsed, PrivateFile, Ssh1Key};
use crate::key::PublicKey;
use crate::secret::Passphrase;
use crate::sys::files::Seen;

/// What PuTTY calls the keys of files that have no room for a comment.
const IMPORTED: &[u8] = b"imported-openssh-key";

/// A key, and what is known of it.
pub(super) struct Input {
    pub(super) key: PublicKey,
    /// Nothing for a public key without one, which PuTTY tells from one that is empty.
    pub(super) comment: Option<Vec<u8>>,
    pub(super) certificate: Option<Certificate>,
    /// The whole file, where its private half is open.
    pub(super) private: Option<PrivateFile>,
    /// The passphrase that opened it.
    pub(super) passphrase: Option<Passphrase>,
    /// What was in the file.
    pub(super) seen: Seen,
}

/// What a file turned out to hold.
pub(super) enum Read {
    Key(Box<Input>),
    Ssh1(Ssh1Key),
}

/// What must be open for the output.
#[derive(Clone, Copy)]
pub(super) struct Wants {
    pub(super) private: bool,
    pub(super) comment: bool,
    /// Whether standard input holds nothing else, so that the passphrase may be there.
    pub(super) input_is_free: bool,
}

impl Input {
    /// Reads `file`, and opens it where that is needed, with the passphrase in the file
    /// `old_passphrase`; otherwise it is asked for, or read from standard input where nobody can be
    /// asked.
    pub(super) fn read(
        file: &KeyFile,
        old_passphrase: Option<&Path>,
        wants: Wants,
        console: Console,
    ) -> Result<Read, Problem> {
        let source = match (old_passphrase, file) {
            (None, KeyFile::At(_)) if wants.input_is_free && !terminal::is_there() => Some(Path::new("-")),
            (given, _) => given,
        };
        let old = OldPassphrase::in_file(source.map(Path::to_owned));
        if old_passphrase.is_some() {
            file.check_input(old.takes_standard_input())?;
        }
        let (parsed, seen) = match file.look_to_change()? {
            (Found::Key(reading), seen) => (reading.parsed, seen),
            (Found::Ssh1(key), _) => return Ok(Read::Ssh1(key)),
        };
        Ok(Read::Key(Box::new(match parsed {
            Parsed::Public(file) => Self {
                comment: Some(file.comment).filter(|comment| !comment.is_empty()),
                key: file.key,
                certificate: file.certificate,
                private: None,
                passphrase: None,
                seen,
            },
            Parsed::Locked(locked) => match Self::of_locked(&locked, wants, seen) {
                Some(shown) => shown,
                None => Self::of_open(
                    file.open_private(Parsed::Locked(locked), &old, console)
                        .map_err(where_to_give_it)?,
                    seen,
                ),
            },
            parsed @ Parsed::Private(_) => Self::of_open(file.open_private(parsed, &old, console)?, seen),
        })))
    }

    /// What a locked file shows, where that is enough.
    fn of_locked(file: &LockedFile, wants: Wants, seen: Seen) -> Option<Self> {
        if wants.private || (wants.comment && file.comment.is_none()) {
            return None;
        }
        Some(Self {
            key: file.public.clone()?,
            comment: file.comment.clone(),
            certificate: file.certificate.clone(),
            private: None,
            passphrase: None,
            seen,
        })
    }

    fn of_open(Opened { file, passphrase }: Opened, seen: Seen) -> Self {
        Self {
            key: file.key.public().clone(),
            comment: Some(comment(file.format, &file.comment)),
            certificate: file.certificate.clone(),
            private: Some(file),
            passphrase,
            seen,
        }
    }
}

/// The options for passphrases have other names here than with the other commands.
fn where_to_give_it(problem: Problem) -> Problem {
    if problem.code != "needs-passphrase" {
        return problem;
    }
    problem.with_hint("Give it with --old-passphrase FILE, or on standard input.")
}

fn comment(format: Format, comment: &[u8]) -> Vec<u8> {
    if format.holds_comment() { comment } else { IMPORTED }.to_vec()
}

/// The certificate in `file`, which must be for `key`.
pub(super) fn certificate_for(file: &KeyFile, key: &PublicKey) -> Result<Certificate, Problem> {
    let parsed = file.parse()?;
    let certificate = parsed.certificate().ok_or_else(|| {
        usage::problem(
            format!("{} is no certificate", file.name()),
            "Name a certificate, often a file ending in -cert.pub.",
        )
    })?;
    certificate
        .certifies(key)
        .map_err(|_| EncodeError::OtherCertificate)?;
    Ok(certificate.clone())
}

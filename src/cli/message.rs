//! The files that are signed and checked: of any size, and of any kind.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::console::{Console, shown};
use super::standard_input::standard_input;
use super::{usage, work};
use crate::engine::Problem;
use crate::format::sshsig::MessageHash;
use crate::sys::files::{ReadError, read_pieces, read_through};

/// A file on the command line; `-` is standard input.
#[derive(Clone, Debug)]
pub(super) enum Message {
    StandardInput,
    At(PathBuf),
}

impl From<OsString> for Message {
    fn from(word: OsString) -> Self {
        if word == "-" || word == "/dev/stdin" {
            Self::StandardInput
        } else {
            Self::At(word.into())
        }
    }
}

impl Message {
    /// Its name as it may be printed.
    pub(super) fn name(&self) -> String {
        match self {
            Self::StandardInput => "-".to_owned(),
            Self::At(path) => shown(path),
        }
    }

    pub(super) fn is_standard_input(&self) -> bool {
        matches!(self, Self::StandardInput)
    }

    /// Where it lies, unless it comes from standard input.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::StandardInput => None,
            Self::At(path) => Some(path),
        }
    }

    /// The hash of all that is in it.
    pub(super) fn digest(&self, hash: MessageHash, console: Console) -> Result<Vec<u8>, Problem> {
        let message = self.clone();
        let digest = work::run(console, "Reading the file", move |_| message.read(hash))?;
        Ok(digest?)
    }

    fn read(&self, hash: MessageHash) -> Result<Vec<u8>, ReadError> {
        let mut hasher = hash.hasher();
        let take = &mut |piece: &[u8]| hasher.update(piece);
        match self {
            Self::StandardInput => {
                let name = Path::new("standard input");
                let mut input = standard_input().map_err(|source| ReadError::new(name, source))?;
                read_pieces(&mut input, name, take)?;
            }
            Self::At(path) => read_through(path, take)?,
        }
        Ok(hasher.finish())
    }
}

/// What a signature is for, as it stands on the command line.
pub(super) fn namespace(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err("it is empty, or has characters in it that cannot be printed");
    }
    Ok(text.to_owned())
}

/// What is said where standard input is named twice.
pub(super) fn only_one_from_standard_input() -> Problem {
    usage::problem(
        "only one thing can come from standard input",
        "Name files for the others.",
    )
}

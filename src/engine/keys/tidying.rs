//! A list of who may log in, of which sshd does not read all as it is: put right line by line, and what was there is kept.

use std::ffi::OsStr;
use std::path::Path;

use super::mending::Mended;
use super::removal;
use crate::engine::Problem;
use crate::format::MAX_LIST_FILE;
use crate::format::authorized_keys::{ListAccident, Tidied, tidy};
use crate::sys::files::{Backup, EditError, ListFile, edit, keep};

/// A list that was read, and what comes of it.
#[derive(Debug)]
pub struct Tidying {
    bytes: Vec<u8>,
    tidied: Option<Tidied>,
}

/// Whether a file is such a list, by its name: what is in one could as well be a key.
#[must_use]
pub fn is_list(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().contains("authorized_keys")
}

impl Tidying {
    /// Reads the list at `path`.
    ///
    /// # Errors
    /// It cannot be read, or is larger than any list.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let list = ListFile::open(path, MAX_LIST_FILE)?;
        if !list.is_there() {
            let path = path.to_owned();
            return Err(crate::sys::files::ReadError::NotFound { path }.into());
        }
        let bytes = list.bytes().to_vec();
        Ok(Self {
            tidied: tidy(&bytes),
            bytes,
        })
    }

    /// Whether there is anything to put right.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        self.tidied.is_some()
    }

    /// What is put right, each with the line of the new list that it is about.
    #[must_use]
    pub fn mended(&self) -> &[(usize, ListAccident)] {
        self.tidied.as_ref().map_or(&[], |tidied| &tidied.mended)
    }

    /// The list as it should be.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.tidied.as_ref().map_or(&self.bytes, |tidied| &tidied.text)
    }

    /// Puts it in the place of the one at `path`, which this was read from, and keeps that one in a folder beside it.
    ///
    /// # Errors
    /// Nothing was changed; another program has written meanwhile, say.
    pub fn put_in_place(&self, path: &Path) -> Result<Mended, Problem> {
        let copies: [(&OsStr, &[u8]); 1] = [(path.file_name().unwrap_or_default(), &self.bytes)];
        let kept = keep(&copies, &removal::folder_for(path), &removal::name_for(path))?;
        let done = edit(path, MAX_LIST_FILE, Backup::None, |there| {
            if there == self.bytes {
                Ok((self.text().to_vec(), ()))
            } else {
                Err(EditError::Changed {
                    path: path.to_owned(),
                })
            }
        });
        if let Err(error) = done {
            kept.discard();
            return Err(error.into());
        }
        Ok(Mended {
            kept: kept.files(),
            public: None,
            note: None,
        })
    }
}

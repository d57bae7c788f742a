//! The way to a file: which links on it are followed.
//!
//! A link is followed that belongs to this user, to root, or to whom belongs what it leads to. Another's link could lead to any
//! file of this user's, or of root's where root works for somebody: to a place that its owner may not write to, but whoever
//! follows may. Where the system itself guards links (`fs.protected_symlinks`), it does so in folders like `/tmp` alone.
//!
//! What is found is held on to: the folder stays the one that was looked at, whatever becomes of its path.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

#[cfg(unix)]
pub(super) use platform::GENTLY;
pub(super) use platform::{Held, open};

/// Where a path leads.
#[derive(Debug)]
pub(super) struct Way {
    /// The folder that the last name is in.
    pub(super) folder: Held,
    /// The last name.
    pub(super) name: OsString,
    /// What was come by.
    pub(super) road: Road,
}

impl Way {
    /// Follows all links, the last one too. What the last name stands for need not exist.
    pub(super) fn to(path: &Path) -> io::Result<Self> {
        platform::follow(path, true)
    }

    /// Follows all links but the last one: the last name is meant itself.
    pub(super) fn to_name(path: &Path) -> io::Result<Self> {
        platform::follow(path, false)
    }
}

/// The way as it was gone.
#[derive(Debug)]
pub(super) struct Road {
    /// The path of the folder, without links.
    pub(super) folder: PathBuf,
    /// Whether a link had the name that the path ends with, and was followed.
    pub(super) is_linked: bool,
    /// The links of others that were followed.
    strangers: Vec<Stranger>,
}

impl Road {
    /// Whether it may be gone to what belongs to `owner`: to the file, or where there is none to the folder that it will be in.
    pub(super) fn check(&self, owner: u32) -> Result<(), Stranger> {
        match self.strangers.iter().find(|stranger| stranger.owner != owner) {
            Some(stranger) => Err(stranger.clone()),
            None => Ok(()),
        }
    }
}

/// A link that is not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stranger {
    /// Where it lies.
    link: PathBuf,
    /// Whose it is, as a number.
    owner: u32,
}

impl std::fmt::Display for Stranger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { link, owner } = self;
        write!(
            f,
            "the link {} belongs to somebody else (user {owner})",
            link.display()
        )
    }
}

impl std::error::Error for Stranger {}

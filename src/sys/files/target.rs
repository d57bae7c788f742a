//! Where a file shall go: the folder is held, and what is there now was looked at.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::fault::WriteError;
use super::folder::{Folder, Found, Turn};
use super::terms::Existing;
use crate::sys::way::{Road, Way};

/// Where a file shall go.
#[derive(Debug)]
pub(super) struct Target {
    /// As asked for, to be named in errors.
    path: PathBuf,
    road: Road,
    pub(super) folder: Folder,
    pub(super) name: OsString,
    pub(super) existing: Existing,
    /// What is there now.
    pub(super) found: Option<Found>,
    /// Whether the name is meant even where a link has it.
    replaces_links: bool,
}

impl Target {
    /// Looks at what is there, and follows symbolic links to the file that is to be replaced.
    pub(super) fn resolve(path: &Path, existing: Existing) -> Result<Self, WriteError> {
        if path.file_name().is_none() {
            return Err(WriteError::BadName {
                path: path.to_owned(),
            });
        }
        let way = match existing {
            Existing::Refuse => Way::to_name(path),
            Existing::Replace | Existing::Agreed(_) | Existing::Change(_) => Way::to(path),
        };
        Self::at(path, way, existing, false)
    }

    /// The name itself, whatever is there: a link is replaced, and what it leads to stays.
    pub(super) fn named(path: &Path) -> Result<Self, WriteError> {
        Self::at(path, Way::to_name(path), Existing::Replace, true)
    }

    fn at(
        path: &Path,
        way: io::Result<Way>,
        existing: Existing,
        replaces_links: bool,
    ) -> Result<Self, WriteError> {
        let Way { folder, name, road } = way.map_err(|error| match error.kind() {
            ErrorKind::NotFound if fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) => {
                dangling(path)
            }
            _ => WriteError::new(path, error),
        })?;
        let mut target = Self {
            path: path.to_owned(),
            road,
            folder: Folder::of(folder),
            name,
            existing,
            found: None,
            replaces_links,
        };
        target.look()?;
        Ok(target)
    }

    /// Looks at what is there, once more where somebody else may have had a turn meanwhile.
    pub(super) fn look(&mut self) -> Result<(), WriteError> {
        let path = || self.path.clone();
        let fail = |source| WriteError::new(&self.path, source);
        let found = self.folder.look(&self.name).map_err(fail)?;
        match &found {
            Some(_) if self.existing == Existing::Refuse => return Err(WriteError::Exists { path: path() }),
            Some(found) if !(found.is_file() || self.replaces_links && found.is_link()) => {
                return Err(WriteError::NotRegular { path: path() });
            }
            None if self.road.is_linked => return Err(dangling(&self.path)),
            _ => {}
        }
        let owner = match &found {
            Some(found) if !self.replaces_links => found.owner(),
            _ => self.folder.itself().map_err(fail)?.owner(),
        };
        self.road
            .check(owner)
            .map_err(|stranger| WriteError::ForeignLink {
                path: path(),
                link: stranger.to_string(),
            })?;
        self.found = found;
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder without links.
    pub(super) fn folder_path(&self) -> &Path {
        &self.road.folder
    }

    /// Where it lies in truth, once all links are followed.
    pub(super) fn place(&self) -> PathBuf {
        self.road.folder.join(&self.name)
    }

    /// Where a file called `name` lies beside it.
    pub(super) fn beside(&self, name: &OsString) -> PathBuf {
        self.road.folder.join(name)
    }

    /// Whether both name the same file. Two names that only the disk holds for equal, such as
    /// `ID` and `id`, are told apart no earlier than there.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.road.folder == other.road.folder && self.name == other.name
    }

    pub(super) fn fail(&self, source: io::Error) -> WriteError {
        WriteError::new(&self.path, source)
    }
}

fn dangling(path: &Path) -> WriteError {
    WriteError::DanglingLink {
        path: path.to_owned(),
    }
}

/// Waits until it is this program's turn in all folders of `targets`, and looks again at what is there. In each folder one
/// program after the other changes files: so no two do half each, and nobody's change is lost to another's.
pub(super) fn take_turns(targets: &mut [Target]) -> Result<Vec<Turn>, WriteError> {
    let mut order = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        let id = target.folder.id().map_err(|source| target.fail(source))?;
        order.push((id, index));
    }
    // Everybody goes in the same order, so that no two wait for each other.
    order.sort_unstable();
    order.dedup_by(|one, other| one.0 == other.0);
    let mut turns = Vec::new();
    for (_, index) in order {
        let target = &targets[index];
        turns.push(
            target
                .folder
                .wait_for_turn()
                .map_err(|source| target.fail(source))?,
        );
    }
    targets.iter_mut().try_for_each(Target::look)?;
    Ok(turns)
}

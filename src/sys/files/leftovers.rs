//! What a program left that was ended while it changed files: found by its names, and told by what lies where.
//!
//! Each step of a change is one rename, so what is there says how far it had come. `….old.NAME` is the same file as NAME until the
//! new one has taken its place; the `….new` files of a group are gone once all have.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::aside::{Aside, is_no_folder};
use super::fault::WriteError;
use super::folder::{Folder, Found};
use super::names::{Group, Purpose, parse};
use super::target::Target;
use crate::sys::entries::Names;
use crate::sys::journal;
use crate::sys::way::Way;

/// The most leftovers that are told.
const MOST: usize = 1000;
/// Whoever only looks does not wait for those who work.
const PATIENCE: Duration = Duration::from_millis(300);
/// Where nobody can tell whether a program still works, it has stopped if it has not gone on for so long.
const STILL: Duration = Duration::from_mins(1);

/// A file or a folder that a program has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Where it lies.
    pub path: PathBuf,
    /// The name that it was to take, or had; nothing where its own does not say so.
    pub place: Option<PathBuf>,
    /// What it is.
    pub remains: Remains,
}

/// What a program can leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remains {
    /// A file that was being written, perhaps not whole.
    Begun,
    /// The very file that is at its place, under a second name.
    Twin,
    /// The file that was at its place before a change that was broken off half way, and has to be taken back.
    ToPutBack,
    /// The file that was at its place before it was replaced, which was done.
    Replaced,
    /// A folder with files that were being moved, away or back.
    Moving(Aside),
}

/// What was left in `folder`; and of what was being moved from there to the folder `removed`, or back. Nothing where there is
/// no such folder, or where other programs of ours are just at work.
///
/// # Errors
/// A folder cannot be read; or something was begun just now, and the disk cannot tell whether somebody is still at it
/// (`ResourceBusy`).
pub fn leftovers(folder: &Path, removed: &Path) -> io::Result<Vec<Leftover>> {
    let Some((held, mut names)) = temporaries(folder)? else {
        return Ok(Vec::new());
    };
    let moving = match temporaries(removed)? {
        Some((_, names)) => names,
        None => Vec::new(),
    };
    if names.is_empty() && moving.is_empty() {
        return Ok(Vec::new());
    }
    let is_certain = match held.turn_within(PATIENCE) {
        Ok(turn) => turn.is_certain(),
        // They are at work.
        Err(error) if error.kind() == io::ErrorKind::ResourceBusy => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    // While this program waited for its turn, the others may have finished.
    names.retain(|name| fs::symlink_metadata(folder.join(name)).is_ok());
    let moving = moving.into_iter().map(|name| removed.join(name));
    let moving: Vec<PathBuf> = moving.filter(|path| path.is_dir()).collect();
    let mut paths = names.iter().map(|name| folder.join(name)).chain(moving.clone());
    if !is_certain && !paths.all(|path| is_still(&path)) {
        return Err(io::ErrorKind::ResourceBusy.into());
    }
    let mut groups: BTreeMap<Option<Group>, Vec<OsString>> = BTreeMap::new();
    for name in names {
        if let Some(temporary) = parse(&name) {
            groups.entry(temporary.group).or_default().push(name);
        }
    }
    let mut found = Vec::new();
    for (group, names) in groups {
        found.extend(of_group(folder, &held, group, &names)?);
    }
    for path in moving {
        found.push(Leftover {
            remains: Remains::Moving(Aside::of(&path, folder)?),
            place: None,
            path,
        });
    }
    Ok(found)
}

/// Says in the log that something was left in a folder in which files are going to be changed.
pub(super) fn tell_of_leftovers(target: &Target) {
    let folder = target.folder_path();
    match temporaries(folder) {
        Ok(Some((_, names))) if !names.is_empty() => log::warn!(
            "{} is left from a change that was broken off; “keywright-cli keys repair {}” looks after it",
            folder.join(&names[0]).display(),
            folder.display()
        ),
        Ok(_) => {}
        Err(error) => log::debug!("{}: {error}", folder.display()),
    }
}

/// A folder, held, and the names in it that are of this program's making; nothing where there is no such folder.
fn temporaries(folder: &Path) -> io::Result<Option<(Folder, Vec<OsString>)>> {
    let names = match Names::of(folder) {
        Ok(names) => names,
        Err(error) if is_no_folder(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut ours = Vec::new();
    for name in names {
        let name = name?;
        if ours.len() < MOST && parse(&name).is_some() {
            ours.push(name);
        }
    }
    ours.sort();
    let held = Folder::of(Way::to_name(&folder.join("x"))?.folder);
    Ok(Some((held, ours)))
}

fn is_still(path: &Path) -> bool {
    let modified = fs::symlink_metadata(path).and_then(|found| found.modified());
    let since = modified.map(|modified| modified.elapsed().unwrap_or_default());
    since.is_ok_and(|since| since >= STILL)
}

/// One file of a group.
struct Member {
    name: OsString,
    purpose: Purpose,
    target: Option<OsString>,
    found: Option<Found>,
    /// What is at its place now.
    there: Option<Found>,
}

impl Member {
    fn is_what_is_there(&self) -> bool {
        match (&self.found, &self.there) {
            (Some(found), Some(there)) => found.is_same_as(there),
            _ => false,
        }
    }
}

fn of_group(
    folder: &Path,
    held: &Folder,
    group: Option<Group>,
    names: &[OsString],
) -> io::Result<Vec<Leftover>> {
    let mut members = Vec::new();
    for name in names {
        let Some(temporary) = parse(name) else { continue };
        let there = match &temporary.target {
            Some(target) => held.look(target)?,
            None => None,
        };
        members.push(Member {
            name: name.clone(),
            purpose: temporary.purpose,
            target: temporary.target,
            found: held.look(name)?,
            there,
        });
    }
    let old_of = |member: &Member| {
        let mut olds = members.iter().filter(|other| other.purpose == Purpose::Old);
        olds.find(|other| other.target.is_some() && other.target == member.target)
    };
    // A new file that has not taken its name: its place is still the old one's, or free, or was never another's.
    let waits = |member: &&Member| match old_of(member) {
        _ if member.purpose != Purpose::New => false,
        Some(old) => old.is_what_is_there() || old.there.is_none(),
        None => true,
    };
    let is_half = group.is_some() && members.iter().any(|member| waits(&member));
    let remains = |member: &Member| match member.purpose {
        Purpose::Old if member.is_what_is_there() => Remains::Twin,
        Purpose::Old if member.target.is_some() && (is_half || member.there.is_none()) => Remains::ToPutBack,
        Purpose::Old => Remains::Replaced,
        // After two files have changed names, the old one may have both of these.
        Purpose::New if is_twin_of(member, old_of(member)) => Remains::Twin,
        Purpose::New | Purpose::Aside => Remains::Begun,
    };
    Ok(members
        .iter()
        .map(|member| Leftover {
            path: folder.join(&member.name),
            place: member.target.as_ref().map(|target| folder.join(target)),
            remains: remains(member),
        })
        .collect())
}

fn is_twin_of(member: &Member, old: Option<&Member>) -> bool {
    match (&member.found, old.and_then(|old| old.found.as_ref())) {
        (Some(found), Some(old)) => found.is_same_as(old),
        _ => false,
    }
}

/// Waits until it is this program's turn in `folder`, and does `work` then: nobody of ours changes anything there meanwhile.
///
/// # Errors
/// It does not come to its turn, or those of `work`.
pub fn in_turn<T, E: From<WriteError>>(folder: &Path, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let fail = |source| WriteError::new(folder, source);
    let way = Way::to_name(&folder.join("x")).map_err(fail)?;
    let held = Folder::of(way.folder);
    let _turn = held.wait_for_turn().map_err(fail)?;
    work()
}

impl Leftover {
    /// Takes the file away.
    ///
    /// # Errors
    /// The system does not let this user do it.
    pub fn clear_away(&self) -> Result<(), WriteError> {
        let folder = self.folder()?;
        journal::touch(&self.path);
        let removed = if self.path.is_dir() {
            folder.remove_folder(&self.file_name())
        } else {
            folder.remove(&self.file_name())
        };
        removed.map_err(|source| WriteError::new(&self.path, source))
    }

    /// Gives the file the name that it had, or was to take. What has that name now is replaced, where it is the old file that
    /// comes back; a new one replaces nothing.
    ///
    /// # Errors
    /// The system does not let this user do it.
    pub fn put_in_place(&self) -> Result<(), WriteError> {
        let Some(place) = &self.place else {
            return Err(WriteError::BadName {
                path: self.path.clone(),
            });
        };
        let (folder, name) = (self.folder()?, place.file_name().unwrap_or_default());
        journal::touch(&self.path);
        journal::touch(place);
        let renamed = match self.remains {
            Remains::ToPutBack => folder.rename_over(&self.file_name(), name),
            _ => folder.rename_new(&self.file_name(), name),
        };
        renamed.map_err(|source| WriteError::new(place, source))
    }

    fn folder(&self) -> Result<Folder, WriteError> {
        let way = Way::to_name(&self.path);
        Ok(Folder::of(
            way.map_err(|source| WriteError::new(&self.path, source))?.folder,
        ))
    }

    fn file_name(&self) -> OsString {
        self.path.file_name().unwrap_or_default().to_owned()
    }
}

//! Folders and key files outside the usual folder that are among the keys as well. They stay where they are; only
//! their place is remembered.

use std::path::{Path, PathBuf};

use super::{Edit, Whose};
use crate::engine::{Blame, Problem, opening};

/// Has a folder, or one key file, among the keys; hands over its place as it is remembered.
///
/// # Errors
/// There is no such folder, the file is no key, or its place cannot be written down.
pub fn add(whose: &Whose, place: &Path) -> Result<PathBuf, Problem> {
    let place = absolute(place);
    if place.to_str().is_none() {
        return Err(Problem::new(
            "usage",
            Blame::Usage,
            format!("{} has a name that is not text", whose.short(&place)),
            "Rename it, and add it then.",
        ));
    }
    let edit = if place.is_dir() {
        Edit::AddFolder(place.clone())
    } else {
        opening::open_file(&place)?;
        Edit::AddFile(place.clone())
    };
    whose.store.change(&[edit])?;
    Ok(place)
}

/// Has a private key file that was saved or opened among the keys, for as long as it lies where it does. Those that are
/// found anyway need not be remembered.
///
/// # Errors
/// Its place cannot be written down.
pub fn see(whose: &Whose, path: &Path) -> Result<(), Problem> {
    let path = absolute(path);
    let register = whose.store.read().register;
    let folder = path.parent();
    let is_looked_into = folder.is_some_and(|folder| {
        whose.ssh_folder().as_deref() == Some(folder)
            || register.folders().iter().any(|known| known == folder)
    });
    if is_looked_into || register.files().contains(&path) || register.seen().last() == Some(&path) {
        return Ok(());
    }
    whose.store.change(&[Edit::See(path)])?;
    Ok(())
}

/// Has a folder or file no longer among the keys; hands over its place as it was remembered.
///
/// # Errors
/// It was not added, or that cannot be written down.
pub fn forget(whose: &Whose, place: &Path) -> Result<PathBuf, Problem> {
    let place = absolute(place);
    let register = whose.store.read().register;
    let known = [register.folders(), register.files(), register.seen()].concat();
    if !known.contains(&place) {
        return Err(Problem::new(
            "io-not-found",
            Blame::World,
            format!("{} was not added", whose.short(&place)),
            "~/.ssh is always looked into. What was added is shown where more is added.",
        ));
    }
    let edits = [Edit::ForgetFolder(place.clone()), Edit::ForgetFile(place.clone())];
    whose.store.change(&edits)?;
    Ok(place)
}

/// The same path from wherever the program is started.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

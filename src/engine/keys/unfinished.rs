//! What a program left that was ended in the middle: said, and mended.
//!
//! A change that was broken off half way is taken back. What was begun is cleared away, unless it is a private key that is
//! nowhere else: such a one is kept in the folder “removed”, from where it comes back by name.

use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::holding::may_hold_key;
use super::removal;
use super::{Remedy, Whose};
use crate::engine::Problem;
use crate::engine::saving::file_beside;
use crate::format::{self, Parsed};
use crate::key::PublicKey;
use crate::secret::SecretBytes;
use crate::sys::files::{
    Leftover, ReadError, Remains, candidates, in_turn, leftovers, read_key, set_aside_as, taken,
};

/// What a leftover was to be called, where nothing says so.
const NAMELESS: &str = "recovered-key";

/// What was left in `folder`.
///
/// # Errors
/// It cannot be looked into.
pub(super) fn findings(folder: &Path, whose: &Whose) -> Result<Vec<Finding>, Problem> {
    let found = look(folder)?;
    Ok(found
        .iter()
        .map(|leftover| {
            let (message, hint) = told(leftover, whose);
            Finding::unfinished(&leftover.path, message, hint, Remedy::Finish(folder.to_owned()))
        })
        .collect())
}

fn look(folder: &Path) -> Result<Vec<Leftover>, Problem> {
    let found = leftovers(folder, &removal::folder_in(folder));
    found.map_err(|error| ReadError::new(folder, error).into())
}

fn told(leftover: &Leftover, whose: &Whose) -> (String, &'static str) {
    let path = whose.short(&leftover.path);
    let place = match &leftover.place {
        Some(place) => whose.short(place),
        None => "another file".to_owned(),
    };
    match &leftover.remains {
        Remains::Begun => (
            format!("{path} was begun, to become {place}, when the program was ended"),
            "Repairing clears it away; a private key that is nowhere else is kept in the folder “removed”.",
        ),
        Remains::Twin => (
            format!("{path} is a second name of {place}, left when the program was ended"),
            "Repairing takes that name away; the file stays.",
        ),
        Remains::ToPutBack => (
            format!(
                "{path} is {place} as it was before a change in the midst of which the program was ended"
            ),
            "Repairing puts it back; a private key that lies in its place and is nowhere else is kept in the folder “removed”.",
        ),
        Remains::Replaced => (
            format!("{path} is what {place} was before it was replaced"),
            "Repairing clears it away; a private key that is nowhere else is kept in the folder “removed”.",
        ),
        Remains::Moving(aside) => (
            match aside.places().len() {
                0 => format!("{path} is an empty folder, left when the program was ended"),
                _ => format!(
                    "{} had been moved to {path} when the program was ended",
                    all(&aside.places(), whose)
                ),
            },
            "Repairing puts back where it was what was being moved, or keeps it in the folder “removed” where something else lies there.",
        ),
    }
}

fn all(paths: &[PathBuf], whose: &Whose) -> String {
    let names: Vec<String> = paths.iter().map(|path| whose.short(path)).collect();
    names.join(" and ")
}

/// What mending will do with what was left in `folder`.
pub(super) fn announcement(folder: &Path, whose: &Whose) -> String {
    format!(
        "take back or finish what was broken off in {}",
        whose.short(folder)
    )
}

/// Mends what was left in `folder`; what was done, in sentences.
///
/// # Errors
/// It cannot be looked into, or the system does not let this user do it.
pub(super) fn mend(folder: &Path, whose: &Whose) -> Result<String, Problem> {
    in_turn(folder, || {
        // As it is by now: nobody else can be at work.
        let mut found = look(folder)?;
        // What has to come back goes first, for what it displaces may be a leftover's only other place.
        found.sort_by_key(|leftover| leftover.remains != Remains::ToPutBack);
        let mut done = Vec::new();
        for leftover in &found {
            done.push(mend_one(leftover, folder, whose)?);
        }
        Ok(if done.is_empty() {
            format!("Nothing is left of a change in {}.", whose.short(folder))
        } else {
            done.join(" ")
        })
    })
}

fn mend_one(leftover: &Leftover, folder: &Path, whose: &Whose) -> Result<String, Problem> {
    let place = leftover.place.as_deref();
    match &leftover.remains {
        Remains::Moving(aside) if aside.places().is_empty() => clear_away(leftover, whose),
        Remains::Moving(aside) => {
            let mut aside = aside.clone();
            let places = aside.places();
            if aside.check().is_ok() {
                aside.put_back()?;
                return Ok(format!("Put back {}.", all(&places, whose)));
            }
            // Something else lies there by now.
            aside.leave_moved()?;
            Ok(format!("Kept {}.", all(&aside.files(), whose)))
        }
        Remains::Twin => clear_away(leftover, whose),
        Remains::ToPutBack => {
            let mut done = Vec::new();
            if let Some(place) = place
                && is_only_here(place, folder)?
            {
                done.push(keep(place, place, whose)?);
            }
            leftover.put_in_place()?;
            let place = place.unwrap_or(&leftover.path);
            done.push(format!("{} is as it was before.", whose.short(place)));
            Ok(done.join(" "))
        }
        Remains::Begun | Remains::Replaced => {
            if let Some(place) = place.filter(|place| finishes(&leftover.path, place)) {
                leftover.put_in_place()?;
                return Ok(format!("The public key is in {} now.", whose.short(place)));
            }
            if is_only_here(&leftover.path, folder)? {
                let name = place.unwrap_or(Path::new(NAMELESS));
                return keep(&leftover.path, name, whose);
            }
            clear_away(leftover, whose)
        }
    }
}

fn clear_away(leftover: &Leftover, whose: &Whose) -> Result<String, Problem> {
    leftover.clear_away()?;
    Ok(format!("Cleared away {}.", whose.short(&leftover.path)))
}

/// Moves a file to the folder “removed”; it comes back with this name.
fn keep(path: &Path, name: &Path, whose: &Whose) -> Result<String, Problem> {
    let file_name = name.file_name().unwrap_or_default().to_owned();
    let aside = set_aside_as(
        &[(path.to_owned(), file_name)],
        &removal::folder_for(path),
        &removal::name_for(name),
    )?;
    Ok(format!(
        "Kept {} as {}.",
        whose.short(name),
        all(&aside.files(), whose)
    ))
}

/// Whether the file at `path` is the public half, whole, that the private key beside `place` still lacks.
fn finishes(path: &Path, place: &Path) -> bool {
    let is_of = |key: &PublicKey| {
        let private = place.with_extension("");
        file_beside(&private) == place
            && matches!(private_in(&private), Ok(Some(beside)) if beside.is_of(key))
    };
    let bytes = read_key(path)
        .ok()
        .filter(|bytes| bytes.expose().ends_with(b"\n"));
    let parsed = bytes.and_then(|bytes| format::parse(bytes.expose()).ok());
    let is_public = matches!(parsed, Some(Parsed::Public(file)) if is_of(&file.key));
    is_public && taken([place]).is_empty()
}

/// A private key, as far as its file shows which one it is.
struct Private {
    public: Option<PublicKey>,
    bytes: SecretBytes,
}

impl Private {
    /// Where nothing but the passphrase shows it, it may be.
    fn is_of(&self, key: &PublicKey) -> bool {
        self.public.as_ref().is_none_or(|own| own == key)
    }

    fn is_same_as(&self, other: &Self) -> bool {
        self.bytes.expose() == other.bytes.expose() || self.public.is_some() && self.public == other.public
    }
}

/// The private key in the file at `path`, if one is in it. What may not be read could be any, and is not thrown away.
fn private_in(path: &Path) -> Result<Option<Private>, Problem> {
    let bytes = match read_key(path) {
        Ok(bytes) => bytes,
        Err(ReadError::NotFound { .. } | ReadError::NotRegular { .. } | ReadError::TooLarge { .. }) => {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let public = match format::parse(bytes.expose()) {
        Ok(Parsed::Private(file)) => Some(file.key.public().clone()),
        Ok(Parsed::Locked(file)) => file.public,
        Ok(Parsed::Public(_)) | Err(_) => return Ok(None),
    };
    Ok(Some(Private { public, bytes }))
}

/// Whether a private key is in the file at `path`, and in no other file of its folder that has a name of its own.
fn is_only_here(path: &Path, folder: &Path) -> Result<bool, Problem> {
    let Some(key) = private_in(path)? else {
        return Ok(false);
    };
    let others = candidates(folder)?.files;
    let mut others = others
        .iter()
        .filter(|other| other.path != path && may_hold_key(&other.path));
    // One that cannot be read is no other place.
    let is_there =
        others.any(|other| matches!(private_in(&other.path), Ok(Some(other)) if other.is_same_as(&key)));
    Ok(!is_there)
}

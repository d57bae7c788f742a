//! What was taken off a list is put back.

use super::edit::{Edit, Edited, Whole, Written, edit};
use super::found::{Found, Site};
use super::lines::Removed;
use crate::engine::faults::ServerFault;
use crate::format::authorized_keys::AuthorizedKeys;
use crate::key::watch::Watch;
use crate::sys::remote::Remote;

/// Lines that were taken off a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenOff {
    lines: Vec<Vec<u8>>,
    written: Option<Written>,
}

impl TakenOff {
    /// Those that were taken off just now.
    #[must_use]
    pub fn of(removed: &Removed) -> Self {
        Self {
            lines: removed.lines.clone(),
            written: removed.written.clone(),
        }
    }

    /// Those that were taken off some other day.
    #[must_use]
    pub fn of_lines(lines: Vec<Vec<u8>>) -> Self {
        Self { lines, written: None }
    }

    /// They.
    #[must_use]
    pub fn lines(&self) -> &[Vec<u8>] {
        &self.lines
    }
}

/// Puts lines back: the list is byte for byte what it was, if nobody else changed it since; otherwise they come behind all
/// others.
///
/// # Errors
/// The list cannot be changed, and is what it was.
pub fn put_back(remote: &mut dyn Remote, taken: &TakenOff, watch: &dyn Watch) -> Result<Found, ServerFault> {
    let mut putting = Putting { taken };
    let Edited { found, .. } = edit(remote, &Site::Usual, &mut putting, watch)?;
    if found.has_kept {
        let taken = TakenOff::of_lines(taken.lines.clone());
        edit(remote, &Site::Kept, &mut Putting { taken: &taken }, &Whole(watch))?;
    }
    Ok(found)
}

struct Putting<'a> {
    taken: &'a TakenOff,
}

impl Edit for Putting<'_> {
    fn apply(&mut self, now: &Found, mut keys: AuthorizedKeys) -> Result<Option<Vec<u8>>, ServerFault> {
        match &self.taken.written {
            Some(written) if written.after == now.list => Ok(written.before.clone()),
            _ => {
                for line in &self.taken.lines {
                    keys.put_back(line);
                }
                Ok(Some(keys.into_bytes()))
            }
        }
    }

    fn holds(&self, keys: &AuthorizedKeys) -> bool {
        let is_there = |line: &Vec<u8>| keys.lines().any(|there| there.text == *line);
        self.taken.lines.iter().all(is_there)
    }
}

//! What was taken off a list is put back.

use sha2::{Digest as _, Sha256};

use super::edit::{Edit, Edited, Whole, Written, edit};
use super::found::{Found, Site};
use super::lines::{Chosen, Removed, TakenLine, to_be_taken};
use crate::engine::faults::ServerFault;
use crate::format::authorized_keys::AuthorizedKeys;
use crate::key::watch::Watch;
use crate::sys::remote::Remote;

/// Lines that were taken off a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenOff {
    lines: Vec<TakenLine>,
    /// The SHA-256 of the list without them, where that is known.
    left: Option<Vec<u8>>,
    written: Option<Written>,
}

impl TakenOff {
    /// Those that were taken off just now.
    #[must_use]
    pub fn of(removed: &Removed) -> Self {
        let after = removed
            .written
            .as_ref()
            .and_then(|written| written.after.as_deref());
        Self {
            lines: removed.lines.clone(),
            left: after.map(digest),
            written: removed.written.clone(),
        }
    }

    /// Those that removing would take off a list that was found; nothing where there are none.
    #[must_use]
    pub fn to_come(found: &Found, chosen: &Chosen) -> Option<Self> {
        let (lines, after) = to_be_taken(found, chosen)?;
        let left = Some(digest(&after));
        Some(Self::of_lines(lines, left))
    }

    /// Those that were taken off some other day, and the SHA-256 of what was left then.
    #[must_use]
    pub fn of_lines(lines: Vec<TakenLine>, left: Option<Vec<u8>>) -> Self {
        let written = None;
        Self { lines, left, written }
    }

    /// They.
    #[must_use]
    pub fn lines(&self) -> &[TakenLine] {
        &self.lines
    }

    /// The SHA-256 of the list without them, where that is known.
    #[must_use]
    pub fn left(&self) -> Option<&[u8]> {
        self.left.as_deref()
    }
}

fn digest(list: &[u8]) -> Vec<u8> {
    Sha256::digest(list).to_vec()
}

/// What came of putting lines back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutBack {
    /// The list, read back.
    pub found: Found,
    /// Whether anything had to be put back: nothing, where all of it stands there.
    pub is_changed: bool,
    /// Whether nobody else has changed the list since.
    pub is_all: bool,
    /// Whether other lines stood there before.
    pub has_others: bool,
}

/// Puts lines back: the list is byte for byte what it was, if nobody else changed it since; otherwise they come behind all
/// others.
///
/// # Errors
/// The list cannot be changed, and is what it was.
pub fn put_back(
    remote: &mut dyn Remote,
    taken: &TakenOff,
    watch: &dyn Watch,
) -> Result<PutBack, ServerFault> {
    let mut putting = Putting { taken };
    let Edited { found, written } = edit(remote, &Site::Usual, &mut putting, watch)?;
    if found.has_kept {
        let taken = TakenOff::of_lines(taken.lines.clone(), None);
        edit(remote, &Site::Kept, &mut Putting { taken: &taken }, &Whole(watch))?;
    }
    Ok(PutBack {
        found,
        is_changed: written.is_some(),
        has_others: (written.as_ref())
            .is_none_or(|written| written.before.as_ref().is_some_and(|list| !list.is_empty())),
        is_all: written.is_none_or(|written| written.is_all),
    })
}

struct Putting<'a> {
    taken: &'a TakenOff,
}

impl Putting<'_> {
    /// How many lines like this one there are to be.
    fn wanted(&self, line: &TakenLine) -> usize {
        let alike = self.taken.lines.iter().filter(|other| other.text == line.text);
        line.stay + alike.count()
    }
}

impl Edit for Putting<'_> {
    fn apply(&mut self, now: &Found, mut keys: AuthorizedKeys) -> Result<Option<Vec<u8>>, ServerFault> {
        if let Some(written) = self
            .taken
            .written
            .as_ref()
            .filter(|written| written.after == now.list)
        {
            return Ok(written.before.clone());
        }
        let is_what_was_left = self
            .taken
            .left
            .as_ref()
            .is_some_and(|left| *left == digest(now.list.as_deref().unwrap_or_default()));
        if is_what_was_left {
            let lines = self.taken.lines.iter();
            let lines: Vec<(usize, &[u8])> = lines.map(|line| (line.number, &line.text[..])).collect();
            keys.put_back_at(&lines);
        } else {
            for line in &self.taken.lines {
                if keys.count(&line.text) < self.wanted(line) {
                    keys.put_back(&line.text);
                }
            }
        }
        let after = keys.into_bytes();
        Ok(match &now.list {
            None if after.is_empty() => None,
            _ => Some(after),
        })
    }

    fn holds(&self, keys: &AuthorizedKeys) -> bool {
        let lines = self.taken.lines.iter();
        lines
            .into_iter()
            .all(|line| keys.count(&line.text) >= self.wanted(line))
    }
}

//! A key is put on a server, and taken off again.

use super::edit::{Edit, Whole, Written, edit, edit_elsewhere, parse_of, without_a_line};
use super::found::{Found, Site};
use super::lines::{Known, LastWayIn, keep_a_way_in};
use super::managed;
use super::session::Session;
use crate::engine::describe::Warning;
use crate::engine::faults::ServerFault;
use crate::format::authorized_keys::{Added, AuthorizedKeys, NewLine};
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::key::watch::Watch;
use crate::sys::remote::Remote;

/// What came of installing a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The list, read back.
    pub found: Found,
    /// The key.
    pub key: PublicKey,
    /// Its line, counted from 1.
    pub line: usize,
    /// What stands before the key in that line, safe to print; empty where nothing does.
    pub options: String,
    /// That this is not what was asked for, where the key stood there already.
    pub warning: Option<Warning>,
    /// That another program writes the list, and what becomes of the line.
    pub managed: Option<Warning>,
    /// How the list was changed; nothing where the key stood there already.
    pub undo: Option<Undo>,
    /// The line that was to stand there.
    pub(super) asked: NewLine,
}

/// What takes exactly that off again which installing has put there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    site: Site,
    line: NewLine,
    written: Option<Written>,
}

impl Undo {
    /// Of a line that was put there some other day.
    #[must_use]
    pub fn of_line(line: NewLine) -> Self {
        Self {
            site: Site::Usual,
            line,
            written: None,
        }
    }

    /// Whose line it is.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        self.line.key()
    }

    /// The list as it was before the line was put there; nothing where there was none, or that is not known.
    #[must_use]
    pub fn before(&self) -> Option<&[u8]> {
        self.written.as_ref()?.before.as_deref()
    }
}

impl Installed {
    /// That the server reads another list as well, seen by the one that was there before.
    #[must_use]
    pub fn another_list(&self, session: &Session) -> Option<String> {
        let before = match &self.undo {
            Some(undo) => undo.before(),
            None => self.found.list.as_deref(),
        };
        session.another_list(&self.found.place, before)
    }

    /// Whether other lines stood there before it.
    #[must_use]
    pub fn has_others(&self) -> bool {
        self.undo
            .as_ref()
            .and_then(Undo::before)
            .is_some_and(|list| !list.is_empty())
    }

    /// Whether all that was read back is what was written; otherwise somebody else has changed the list since.
    #[must_use]
    pub fn is_all(&self) -> bool {
        let written = self.undo.as_ref().and_then(|undo| undo.written.as_ref());
        written.is_none_or(|written| written.is_all)
    }
}

/// What came of taking a line off again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The list, read back.
    pub found: Found,
    /// How it was changed.
    pub written: Option<Written>,
}

/// Puts a key's line on a server, unless the key has one there.
///
/// # Errors
/// The list cannot be changed, and is what it was.
pub fn install(remote: &mut dyn Remote, line: &NewLine, watch: &dyn Watch) -> Result<Installed, ServerFault> {
    install_at(remote, &Site::Usual, line, watch)
}

/// The same for this list of the account's.
pub(super) fn install_at(
    remote: &mut dyn Remote,
    site: &Site,
    line: &NewLine,
    watch: &dyn Watch,
) -> Result<Installed, ServerFault> {
    let mut adding = Adding { line };
    let edited = edit(remote, site, &mut adding, watch)?;
    if edited.found.has_kept {
        edit(remote, &Site::Kept, &mut adding, &Whole(watch))?;
    }
    let keys = super::edit::parse(&edited.found)?;
    let mut entries = keys.entries().filter(|(_, entry)| entry.is_for(line.key()));
    let (number, entry) = entries
        .next()
        .ok_or_else(|| ServerFault::KeepsChanging(edited.found.place.clone()))?;
    let options = entry.options.text();
    Ok(Installed {
        key: line.key().clone(),
        asked: line.clone(),
        line: number,
        options: escaped(options),
        warning: (options != line.options().as_bytes()).then(|| others_stay(options)),
        managed: edited
            .written
            .as_ref()
            .and_then(|_| managed::after_adding(&edited.found)),
        undo: edited.written.map(|written| Undo {
            site: site.clone(),
            line: line.clone(),
            written: Some(written),
        }),
        found: edited.found,
    })
}

/// A line is not rewritten behind its owner's back, neither to loosen its conditions nor to tighten them.
fn others_stay(options: &[u8]) -> Warning {
    let (under, hint) = if options.is_empty() {
        (
            "without restrictions".to_owned(),
            "It may still do everything there. To restrict it, take the key off the server, and put it there anew.",
        )
    } else {
        (
            format!("with other restrictions: {}", escaped(options)),
            "Those still hold. To change them, take the key off the server, and put it there anew.",
        )
    };
    Warning {
        code: "other-conditions",
        message: format!("the key was there already, {under}"),
        hint,
    }
}

/// The line of `key` in a list that was found, where it has one.
///
/// # Errors
/// It is no list.
pub fn line_in(found: &Found, key: &PublicKey) -> Result<Option<usize>, ServerFault> {
    Ok(super::edit::parse(found)?.lines_of(key).next())
}

/// Takes off what installing has put there: the file is byte for byte what it was, if nobody else changed it
/// since; otherwise the line goes and all else stays.
///
/// # Errors
/// The line is not there; no key of `known` would be left, and that was not agreed to; or the list cannot be changed,
/// and is what it was.
pub fn undo(
    remote: &mut dyn Remote,
    undo: &Undo,
    known: &Known,
    last: LastWayIn,
    watch: &dyn Watch,
) -> Result<Undone, ServerFault> {
    let mut undoing = Undoing { undo, known, last };
    let edited = match edit(remote, &undo.site, &mut undoing, watch) {
        Err(fault @ ServerFault::NoSuchLine(_)) if undo.site == Site::Usual => {
            edit_elsewhere(remote, &mut undoing, fault, watch)?
        }
        edited => edited?,
    };
    if edited.found.has_kept {
        let undo = Undo::of_line(undo.line.clone());
        let mut undoing = Undoing {
            undo: &undo,
            known,
            // Nobody is let in by this one.
            last: LastWayIn::Goes,
        };
        without_a_line(edit(remote, &Site::Kept, &mut undoing, &Whole(watch)))?;
    }
    Ok(Undone {
        found: edited.found,
        written: edited.written,
    })
}

struct Adding<'a> {
    line: &'a NewLine,
}

impl Edit for Adding<'_> {
    fn apply(&mut self, now: &Found, mut keys: AuthorizedKeys) -> Result<Option<Vec<u8>>, ServerFault> {
        Ok(match keys.add(self.line) {
            Added::Added => Some(keys.into_bytes()),
            Added::AlreadyThere(_) => now.list.clone(),
        })
    }

    fn holds(&self, keys: &AuthorizedKeys) -> bool {
        keys.lines_of(self.line.key()).next().is_some()
    }
}

struct Undoing<'a> {
    undo: &'a Undo,
    known: &'a Known,
    last: LastWayIn,
}

impl Undoing<'_> {
    fn lines(&self, keys: &AuthorizedKeys) -> Vec<usize> {
        let text = self.undo.line.as_str().as_bytes();
        let lines = keys.lines().filter(|line| line.text == text);
        lines.map(|line| line.number).collect()
    }
}

impl Edit for Undoing<'_> {
    fn apply(&mut self, now: &Found, mut keys: AuthorizedKeys) -> Result<Option<Vec<u8>>, ServerFault> {
        match &self.undo.written {
            Some(written) if written.after == now.list => {
                let before = parse_of(&now.place, written.before.clone().unwrap_or_default())?;
                keep_a_way_in(now, &before, self.known, self.last)?;
                Ok(written.before.clone())
            }
            _ => {
                let line = self.lines(&keys).pop();
                let line = line.ok_or_else(|| ServerFault::NoSuchLine(now.place.clone()))?;
                keys.remove(&[line].into());
                keep_a_way_in(now, &keys, self.known, self.last)?;
                Ok(Some(keys.into_bytes()))
            }
        }
    }

    fn holds(&self, keys: &AuthorizedKeys) -> bool {
        self.lines(keys).is_empty()
    }
}

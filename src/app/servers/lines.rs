//! The lines of a server's list of keys, as they are shown, and how some are taken off.

use std::collections::BTreeSet;

use super::edit::{Edit, Written, edit, parse};
use super::fault::ServerFault;
use super::found::Found;
use crate::app::authorized::why_ignored;
use crate::format::PublicFile;
use crate::format::authorized_keys::{AuthorizedKeys, Content, Entry};
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::key::watch::Watch;
use crate::sys::remote::Remote;

/// Which keys are whose, for marking them.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Those whose private halves are here: in the usual folder, in an agent, or named.
    pub mine: Vec<PublicKey>,
    /// The one that this session logged in with; nothing where a password did, which still does.
    pub in_use: Option<PublicKey>,
}

/// Whether the way that this session came in by does not depend on the list: a password, or a key that another list
/// names.
fn has_another_way(lines: &[ListedLine]) -> bool {
    let mut keys = lines.iter().filter_map(|line| line.key.as_ref().ok());
    !keys.any(|key| key.is_in_use)
}

/// A line of the list, as it is shown: remarks and blank lines are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedLine {
    /// Which one, counted from 1.
    pub number: usize,
    /// All of its bytes, without what ends it.
    pub text: Vec<u8>,
    /// Its key; or why sshd passes over the line.
    pub key: Result<ListedKey, String>,
}

/// The key of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// The key.
    pub key: PublicKey,
    /// What stands before it, safe to print; empty where nothing does.
    pub options: String,
    /// What stands behind it, safe to print.
    pub comment: String,
    /// Whether certificates that it signed let in, and not the key itself.
    pub is_authority: bool,
    /// Why sshd passes over the line although there is a key in it.
    pub ignored: Option<String>,
    /// Whether its private half is here.
    pub is_mine: bool,
    /// Whether this session logged in with it.
    pub is_in_use: bool,
}

impl ListedKey {
    /// The key's fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.key, FingerprintKind::Sha256)
    }

    /// Whether whoever is here can log in by it.
    fn lets_me_in(&self) -> bool {
        (self.is_mine || self.is_in_use) && !self.is_authority && self.ignored.is_none()
    }
}

/// The lines of the list that was found.
///
/// # Errors
/// It is no list.
pub fn lines(found: &Found, known: &Known) -> Result<Vec<ListedLine>, ServerFault> {
    let keys = parse(found)?;
    let line = |line: crate::format::authorized_keys::Line<'_>| {
        let key = match line.content {
            Content::Blank | Content::Remark => return None,
            Content::Key(entry) => Ok(listed(&entry, known)),
            Content::Unreadable(fault) => Err(fault.to_string()),
        };
        Some(ListedLine {
            number: line.number,
            text: line.text.to_vec(),
            key,
        })
    };
    Ok(keys.lines().filter_map(line).collect())
}

fn listed(entry: &Entry<'_>, known: &Known) -> ListedKey {
    let PublicFile { key, comment, .. } = &entry.key;
    ListedKey {
        key: key.clone(),
        options: escaped(entry.options.text()),
        comment: escaped(comment),
        is_authority: entry.options.is_authority(),
        ignored: why_ignored(entry),
        is_mine: known.mine.contains(key),
        is_in_use: known.in_use.as_ref() == Some(key),
    }
}

/// What is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Every line that lets the owner of this key in.
    Key(PublicKey),
    /// These lines, as they were shown.
    Lines(Vec<ListedLine>),
}

/// Whether the last way in may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastWayIn {
    /// Yes, it was asked.
    Goes,
    /// No.
    Stays,
}

/// What came of removing lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The list, read back.
    pub found: Found,
    /// The keys that went, for proving that they let nobody in any more.
    pub keys: Vec<PublicKey>,
    /// How many lines went.
    pub count: usize,
    /// How the list was changed.
    pub written: Option<Written>,
}

/// Takes lines off the list and keeps all others byte for byte.
///
/// # Errors
/// No key of `known` would be left, and that was not agreed to; a line is not what was shown; or the list cannot
/// be changed, and is what it was.
pub fn remove(
    remote: &mut dyn Remote,
    chosen: &Chosen,
    known: &Known,
    last: LastWayIn,
    watch: &dyn Watch,
) -> Result<Removed, ServerFault> {
    let mut removing = Removing {
        chosen,
        known,
        last,
        keys: Vec::new(),
        texts: Vec::new(),
    };
    let edited = edit(remote, &mut removing, watch)?;
    Ok(Removed {
        found: edited.found,
        count: removing.texts.len(),
        keys: removing.keys,
        written: edited.written,
    })
}

struct Removing<'a> {
    chosen: &'a Chosen,
    known: &'a Known,
    last: LastWayIn,
    keys: Vec<PublicKey>,
    /// The lines that go, and how many like it are to stay.
    texts: Vec<(Vec<u8>, usize)>,
}

impl Removing<'_> {
    fn numbers(&self, now: &Found, keys: &AuthorizedKeys) -> Result<BTreeSet<usize>, ServerFault> {
        let place = || now.place.clone();
        let numbers: BTreeSet<usize> = match self.chosen {
            Chosen::Key(key) => keys.lines_of(key).collect(),
            Chosen::Lines(lines) => {
                for shown in lines {
                    let is_there = keys
                        .lines()
                        .any(|line| line.number == shown.number && line.text == shown.text);
                    if !is_there {
                        let line = shown.number;
                        return Err(ServerFault::OtherLine { place: place(), line });
                    }
                }
                lines.iter().map(|line| line.number).collect()
            }
        };
        if numbers.is_empty() {
            return Err(ServerFault::NoSuchLine(place()));
        }
        Ok(numbers)
    }
}

impl Edit for Removing<'_> {
    fn apply(&mut self, now: &Found, mut keys: AuthorizedKeys) -> Result<Option<Vec<u8>>, ServerFault> {
        let numbers = self.numbers(now, &keys)?;
        let lines = lines(now, self.known)?;
        let has_another_way = has_another_way(&lines);
        let (gone, left): (Vec<_>, Vec<_>) =
            lines.into_iter().partition(|line| numbers.contains(&line.number));
        let lets_in = |lines: &[ListedLine]| {
            let mut keys = lines.iter().filter_map(|line| line.key.as_ref().ok());
            keys.any(ListedKey::lets_me_in)
        };
        let is_last = lets_in(&gone) && !lets_in(&left) && !has_another_way;
        if is_last && self.last == LastWayIn::Stays {
            return Err(ServerFault::LastWayIn(now.place.clone()));
        }
        let stay = |text: &[u8]| left.iter().filter(|line| line.text == text).count();
        self.texts = gone
            .iter()
            .map(|line| (line.text.clone(), stay(&line.text)))
            .collect();
        self.keys = gone
            .into_iter()
            .filter_map(|line| Some(line.key.ok()?.key))
            .collect();
        keys.remove(&numbers);
        Ok(Some(keys.into_bytes()))
    }

    fn holds(&self, keys: &AuthorizedKeys) -> bool {
        let count = |text: &[u8]| keys.lines().filter(|line| line.text == text).count();
        self.texts.iter().all(|(text, stay)| count(text) <= *stay)
    }
}

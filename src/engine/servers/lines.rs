//! The lines of a server's list of keys, as they are shown, and how some are taken off.

use std::collections::BTreeSet;

use super::edit::{Edit, Whole, Written, edit, edit_elsewhere, parse, parse_of, without_a_line};
use super::found::{Found, Site};
use super::managed::after_removing;
use super::session::SignedInBy;
use crate::engine::authorized::why_ignored;
use crate::engine::describe::Warning;
use crate::engine::faults::ServerFault;
use crate::format::PublicFile;
use crate::format::authorized_keys::{AuthorizedKeys, Content, Entry, KeyOption};
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::key::watch::Watch;
use crate::sys::remote::Remote;

/// Which keys are whose, and by what somebody is in.
#[derive(Clone, Debug)]
pub struct Known {
    /// Those whose private halves are here: in the usual folder, in an agent, or named.
    mine: Vec<PublicKey>,
    /// By what this session came in.
    by: SignedInBy,
    /// Whether it was the list that let it in, when that was first looked at. Otherwise it was a password, or another
    /// list, and still is.
    is_by_list: bool,
}

impl Known {
    /// What is known where the list was this one when the session came in.
    ///
    /// # Errors
    /// It is no list.
    pub fn of(mut mine: Vec<PublicKey>, by: SignedInBy, list: Option<&[u8]>) -> Result<Self, ServerFault> {
        mine.extend(by.key().cloned());
        let mut known = Self {
            mine,
            by,
            is_by_list: false,
        };
        let keys = parse_of("the list of keys", list.unwrap_or_default().to_vec())?;
        known.is_by_list = read(&keys, &known).iter().any(ListedLine::is_in_use);
        Ok(known)
    }

    /// Whether this session came in by such an entry.
    fn is_in_use(&self, entry: &PublicKey, is_authority: bool) -> bool {
        match &self.by {
            SignedInBy::Key(key) => key == entry && !is_authority,
            SignedInBy::Certificate { authority, .. } => authority == entry && is_authority,
            SignedInBy::Password | SignedInBy::Answers | SignedInBy::Nothing => false,
        }
    }
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

impl ListedLine {
    fn is_in_use(&self) -> bool {
        self.key.as_ref().is_ok_and(|key| key.is_in_use)
    }

    fn lets_me_in(&self) -> bool {
        self.key.as_ref().is_ok_and(ListedKey::lets_me_in)
    }
}

/// The key of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// The key.
    pub key: PublicKey,
    /// What its owner calls it; filled in by whoever knows.
    pub name: Option<String>,
    /// What stands before it, safe to print; empty where nothing does.
    pub options: String,
    /// What stands behind it, safe to print.
    pub comment: String,
    /// Whether certificates that it signed let in, and not the key itself.
    pub is_authority: bool,
    /// Why sshd passes over the line although there is a key in it.
    pub ignored: Option<String>,
    reach: Reach,
    /// Whether its private half is here.
    pub is_mine: bool,
    /// Whether this session logged in with it, or with a certificate that it signed.
    pub is_in_use: bool,
}

/// When and for what a line lets its key in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Always, and for a shell.
    Free,
    /// From some places, until some day, or for one command.
    Bound,
}

impl Reach {
    fn of(entry: &Entry<'_>) -> Self {
        use KeyOption as O;
        let binds = |option: O<'_>| matches!(option, O::Command(_) | O::From(_) | O::ExpiryTime(_));
        if entry.options.iter().flatten().any(binds) {
            Self::Bound
        } else {
            Self::Free
        }
    }
}

impl ListedKey {
    /// The key's fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.key, FingerprintKind::Sha256)
    }

    /// Whether whoever is here can log in by it.
    fn lets_me_in(&self) -> bool {
        let is_for_me = self.is_in_use || (self.is_mine && !self.is_authority && self.reach == Reach::Free);
        is_for_me && self.ignored.is_none()
    }
}

/// The lines of the list that was found.
///
/// # Errors
/// It is no list.
pub fn lines(found: &Found, known: &Known) -> Result<Vec<ListedLine>, ServerFault> {
    Ok(read(&parse(found)?, known))
}

fn read(keys: &AuthorizedKeys, known: &Known) -> Vec<ListedLine> {
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
    keys.lines().filter_map(line).collect()
}

fn listed(entry: &Entry<'_>, known: &Known) -> ListedKey {
    let PublicFile { key, comment, .. } = &entry.key;
    ListedKey {
        key: key.clone(),
        name: None,
        options: escaped(entry.options.text()),
        comment: escaped(comment),
        is_authority: entry.options.is_authority(),
        ignored: why_ignored(entry),
        reach: Reach::of(entry),
        is_mine: known.mine.contains(key),
        is_in_use: known.is_in_use(key, entry.options.is_authority()),
    }
}

impl ListedLine {
    /// Gives the keys of these lines the names that `name_of` knows.
    pub fn call_all(lines: &mut [Self], name_of: impl FnOnce(&[PublicKey]) -> Vec<Option<String>>) {
        let mut keys: Vec<&mut ListedKey> = lines
            .iter_mut()
            .filter_map(|line| line.key.as_mut().ok())
            .collect();
        let public: Vec<PublicKey> = keys.iter().map(|key| key.key.clone()).collect();
        for (key, name) in keys.iter_mut().zip(name_of(&public)) {
            key.name = name;
        }
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

/// Refuses a change of the list after which nobody who is here could log in any more, unless that was agreed to.
pub(super) fn keep_a_way_in(
    now: &Found,
    after: &AuthorizedKeys,
    known: &Known,
    last: LastWayIn,
) -> Result<(), ServerFault> {
    let before = lines(now, known)?;
    let has_another_way = !known.is_by_list && !before.iter().any(ListedLine::is_in_use);
    let is_one_left = read(after, known).iter().any(ListedLine::lets_me_in);
    let is_last = before.iter().any(ListedLine::lets_me_in) && !is_one_left && !has_another_way;
    if is_last && last == LastWayIn::Stays {
        return Err(ServerFault::LastWayIn(now.place.clone()));
    }
    Ok(())
}

/// A key that went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedKey {
    /// It.
    pub key: PublicKey,
    /// Whether certificates that it signed let in, and not the key itself.
    pub is_authority: bool,
    /// Whether another line of the list has it as well.
    pub stays: bool,
}

/// A line that is taken off a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenLine {
    /// Without what ended it.
    pub text: Vec<u8>,
    /// Which one it was, counted from 1.
    pub number: usize,
    /// How many lines just like it stay: one that has the same key twice means something else than one that has it once.
    pub stay: usize,
}

/// What came of removing lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The list, read back.
    pub found: Found,
    /// The keys that went, for proving that they let nobody in any more.
    pub keys: Vec<RemovedKey>,
    /// How many lines went.
    pub count: usize,
    /// They, as they were.
    pub lines: Vec<TakenLine>,
    /// How the list was changed.
    pub written: Option<Written>,
    /// That another program writes the list, and what becomes of it.
    pub managed: Option<Warning>,
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
        taken: Vec::new(),
    };
    let edited = match edit(remote, &Site::Usual, &mut removing, watch) {
        Err(fault @ ServerFault::NoSuchLine(_)) if matches!(chosen, Chosen::Key(_)) => {
            edit_elsewhere(remote, &mut removing, fault, watch)?
        }
        edited => edited?,
    };
    if edited.found.has_kept {
        for gone in &removing.keys {
            let mut removing = Removing {
                chosen: &Chosen::Key(gone.key.clone()),
                known,
                // Nobody is let in by this one.
                last: LastWayIn::Goes,
                keys: Vec::new(),
                taken: Vec::new(),
            };
            without_a_line(edit(remote, &Site::Kept, &mut removing, &Whole(watch)))?;
        }
    }
    let left = parse(&edited.found)?;
    for gone in &mut removing.keys {
        gone.stays = left.entries().any(|(_, entry)| {
            let is_it = entry.key.key == gone.key && entry.key.certificate.is_none();
            is_it && entry.options.is_authority() == gone.is_authority
        });
    }
    let managed = edited.found.clone();
    Ok(Removed {
        found: edited.found,
        count: removing.taken.len(),
        lines: removing.taken,
        keys: removing.keys,
        written: edited.written,
        managed: after_removing(&managed),
    })
}

/// What removing these lines from a list that was found would take off it, and what would be left; nothing where there are
/// none.
pub(super) fn to_be_taken(found: &Found, chosen: &Chosen) -> Option<(Vec<TakenLine>, Vec<u8>)> {
    let known = Known::of(Vec::new(), SignedInBy::Password, found.list.as_deref()).ok()?;
    let mut removing = Removing {
        chosen,
        known: &known,
        last: LastWayIn::Goes,
        keys: Vec::new(),
        taken: Vec::new(),
    };
    let after = removing.apply(found, parse(found).ok()?).ok()??;
    Some((removing.taken, after))
}

struct Removing<'a> {
    chosen: &'a Chosen,
    known: &'a Known,
    last: LastWayIn,
    keys: Vec<RemovedKey>,
    taken: Vec<TakenLine>,
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
        let (gone, left): (Vec<_>, Vec<_>) =
            lines.into_iter().partition(|line| numbers.contains(&line.number));
        keys.remove(&numbers);
        keep_a_way_in(now, &keys, self.known, self.last)?;
        let stay = |text: &[u8]| left.iter().filter(|line| line.text == text).count();
        self.taken = gone
            .iter()
            .map(|line| TakenLine {
                text: line.text.clone(),
                number: line.number,
                stay: stay(&line.text),
            })
            .collect();
        self.keys = gone
            .into_iter()
            .filter_map(|line| line.key.ok())
            .map(|listed| RemovedKey {
                key: listed.key,
                is_authority: listed.is_authority,
                stays: false,
            })
            .collect();
        Ok(Some(keys.into_bytes()))
    }

    fn holds(&self, keys: &AuthorizedKeys) -> bool {
        let count = |text: &[u8]| keys.lines().filter(|line| line.text == text).count();
        self.taken.iter().all(|line| count(&line.text) <= line.stay)
    }
}

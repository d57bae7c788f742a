//! `known_hosts`: which keys belong to which hosts (sshd(8), “Ssh known hosts file format”).
//!
//! A line is read as ssh reads it. Edits add or take away whole lines; every other byte of the file stays.

mod names;

use std::collections::BTreeSet;

use rand_core::CryptoRng;

use super::line_file::{self, MAX_LIST_FILE, RawLine, RawLines, is_blank, raw_lines, trim_start};
use super::{Certificate, DecodeError, PublicFile, public_line};
use crate::key::PublicKey;
use crate::key::comment::Comment;

pub use names::{HostName, HostNameError, Names};

/// The file, as text that can be read and edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownHosts {
    text: Vec<u8>,
}

/// What the file says about a host and the key that it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// This line knows the host by this key.
    Known {
        /// Its number.
        line: usize,
    },
    /// No line knows the host.
    New,
    /// The host is known, but by other keys; that they are of another type makes no difference to ssh. Keys that
    /// cannot be read do not count.
    Changed {
        /// The lines that know it.
        lines: Vec<usize>,
    },
    /// This line says that the key must never be trusted.
    Revoked {
        /// Its number.
        line: usize,
    },
}

/// What a host shows to say who it is.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// A key.
    Key(&'a PublicKey),
    /// A key with a certificate; whether it is valid, and for this host, is another question.
    Certificate(&'a Certificate),
}

/// What becomes of a line that knows a host by a pattern, and so knows others as well, when that host is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByPattern {
    /// It stays, and knows the host.
    Stays,
    /// It goes, and nobody is known by it any more.
    Goes,
    /// It excepts the host, and knows the others.
    Excepts,
}

/// The lines that forgetting a host has changed, by the numbers that they had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// They are gone.
    pub gone: BTreeSet<usize>,
    /// They know other hosts still.
    pub changed: BTreeSet<usize>,
}

/// What a line says about its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// It is the host's.
    None,
    /// `@cert-authority`: it signs the certificates of hosts.
    CertAuthority,
    /// `@revoked`: it must never be trusted.
    Revoked,
}

/// One line of the file.
#[derive(Debug)]
pub struct Line<'a> {
    /// Which one, counted from 1.
    pub number: usize,
    /// All of it, without what ends it.
    pub text: &'a [u8],
    /// What it holds.
    pub content: Content<'a>,
}

/// What a line holds.
#[derive(Debug)]
pub enum Content<'a> {
    /// Nothing, or a remark behind `#`.
    Remark,
    /// Hosts and a key.
    Host(Entry<'a>),
    /// Something that ssh passes over.
    Unreadable(LineFault),
}

/// Hosts and a key, which is not read yet: a file may have many.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// What is said about the key.
    pub marker: Marker,
    /// The hosts.
    pub names: Names<'a>,
    key: &'a [u8],
}

impl<'a> Entry<'a> {
    /// The key and the comment behind it.
    ///
    /// # Errors
    /// It is broken, or of a type that is not known here.
    pub fn key(&self) -> Result<PublicFile, DecodeError> {
        public_line::parse(self.key)
    }

    /// The type of key that the line names, known or not.
    #[must_use]
    pub fn key_type(&self) -> &'a [u8] {
        self.key.split(|byte| is_blank(*byte)).next().unwrap_or_default()
    }

    /// What stands behind the key, which need not be sound for that.
    fn comment(&self) -> &'a [u8] {
        let (_, behind_type) = split_word(self.key);
        split_word(behind_type).1
    }

    fn holds(&self, key: &PublicKey) -> bool {
        self.key_type() == key.algorithm().name().as_bytes()
            && self
                .key()
                .is_ok_and(|file| file.key == *key && file.certificate.is_none())
    }

    /// Whether ssh would count it as a key, which does not ask for the soundness of its numbers.
    fn is_key_to_ssh(&self) -> bool {
        matches!(self.key(), Ok(_) | Err(DecodeError::Inconsistent(_)))
    }
}

/// Why ssh passes over a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// A word behind `@` that is no marker, or two of them.
    #[error("the word that begins with @ is no marker that ssh knows")]
    Marker,
    /// There is nothing behind the hosts.
    #[error("there is no key behind the host")]
    NoKey,
    /// The hidden name of a host is broken.
    #[error("the hidden name of the host is damaged")]
    Hash,
}

line_file::whole_file!(KnownHosts, MAX_LIST_FILE);

impl KnownHosts {
    /// Its lines. Each is read when it is asked for.
    #[must_use]
    pub fn lines(&self) -> Lines<'_> {
        Lines(raw_lines(&self.text))
    }

    /// The hosts in it, with the numbers of their lines.
    pub fn entries(&self) -> impl Iterator<Item = (usize, Entry<'_>)> {
        self.lines().filter_map(|line| match line.content {
            Content::Host(entry) => Some((line.number, entry)),
            Content::Remark | Content::Unreadable(_) => None,
        })
    }

    /// The lines that speak of this host, of whatever kind; `[host]:port` is another name than `host`.
    pub fn lines_of(&self, host: &HostName) -> impl Iterator<Item = (usize, Entry<'_>)> {
        self.entries()
            .filter(|(_, entry)| entry.names.matches(host.as_str()))
    }

    /// What the file says about the key that a host shows.
    ///
    /// As ssh does, a host at an unusual port that has no line of its own is looked up without its port. That
    /// other keys are known of it does not count then; that this one is revoked does, of which ssh only warns.
    #[must_use]
    pub fn lookup(&self, host: &HostName, shown: Shown<'_>) -> Lookup {
        match self.lookup_name(host.as_str(), shown) {
            Lookup::New => {}
            found => return found,
        }
        let without_port = host.without_port();
        match without_port.map(|name| self.lookup_name(name, shown)) {
            Some(found @ (Lookup::Known { .. } | Lookup::Revoked { .. })) => found,
            Some(Lookup::New | Lookup::Changed { .. }) | None => Lookup::New,
        }
    }

    fn lookup_name(&self, name: &str, shown: Shown<'_>) -> Lookup {
        let (key, authority) = match shown {
            Shown::Key(key) => (key, None),
            Shown::Certificate(certificate) => (certificate.key(), Some(certificate.authority())),
        };
        let wanted = match shown {
            Shown::Key(_) => Marker::None,
            Shown::Certificate(_) => Marker::CertAuthority,
        };
        let (mut known, mut others) = (None, Vec::new());
        for (line, entry) in self.entries().filter(|(_, entry)| entry.names.matches(name)) {
            if entry.marker == Marker::Revoked {
                if entry.holds(key) || authority.is_some_and(|authority| entry.holds(authority)) {
                    return Lookup::Revoked { line };
                }
            } else if entry.marker != wanted || known.is_some() {
                // Nothing more is asked of it.
            } else if entry.holds(authority.unwrap_or(key)) {
                known = Some(line);
            } else if authority.is_none() && entry.is_key_to_ssh() {
                others.push(line);
            }
        }
        match known {
            Some(line) => Lookup::Known { line },
            None if others.is_empty() => Lookup::New,
            None => Lookup::Changed { lines: others },
        }
    }

    /// Adds a line for a host and its key, with the name in clear.
    pub fn add(&mut self, host: &HostName, key: &PublicKey) {
        self.add_line(host.as_str(), key);
    }

    /// Adds a line for a host and its key, with the name hidden, as `HashKnownHosts yes` does.
    pub fn add_hashed(&mut self, host: &HostName, key: &PublicKey, rng: &mut impl CryptoRng) {
        self.add_line(&names::hidden(host.as_str(), rng), key);
    }

    fn add_line(&mut self, name: &str, key: &PublicKey) {
        let key = public_line::encode(key, &Comment::default());
        line_file::append(&mut self.text, format!("{name} {key}").as_bytes());
    }

    /// Forgets a host as `ssh-keygen -R` does: takes away each line that knows it, also by a pattern or along
    /// with other hosts, but no marked ones. The numbers that they had are returned.
    pub fn remove(&mut self, host: &HostName) -> BTreeSet<usize> {
        let lines = self.lines_of(host);
        let numbers = lines
            .filter(|(_, entry)| entry.marker == Marker::None)
            .map(|(number, _)| number)
            .collect();
        line_file::remove(&mut self.text, &numbers);
        numbers
    }

    /// The lines that know this host by a pattern, and so know others as well; not the marked ones.
    pub fn patterns_for(&self, host: &HostName) -> impl Iterator<Item = (usize, Entry<'_>)> {
        self.lines_of(host)
            .filter(|(_, entry)| entry.marker == Marker::None && entry.names.has_pattern())
    }

    /// Forgets a host, and no other one: from a line with several names its own goes, and a line of its own goes whole. What
    /// becomes of those that know it by a pattern is said by `by_pattern`; marked ones stay.
    pub fn forget(&mut self, host: &HostName, by_pattern: ByPattern) -> Forgotten {
        let mut forgotten = Forgotten::default();
        let mut text = Vec::with_capacity(self.text.len());
        for line in raw_lines(&self.text) {
            let found = entry(&line).ok().flatten();
            let found =
                found.filter(|entry| entry.marker == Marker::None && entry.names.matches(host.as_str()));
            let left = match found {
                None => None,
                Some(entry) if !entry.names.has_pattern() => Some(entry.names.without(host.as_str())),
                Some(entry) => match by_pattern {
                    ByPattern::Stays => None,
                    ByPattern::Goes => Some(None),
                    ByPattern::Excepts => Some(Some(
                        [b"!", host.as_str().as_bytes(), b",", entry.names.text()].concat(),
                    )),
                },
            };
            match (left, found) {
                (Some(None), _) => {
                    forgotten.gone.insert(line.number);
                }
                (Some(Some(names)), Some(entry)) => {
                    // Nothing but blanks stands before the names of an unmarked line.
                    let start = line.whole.len() - trim_start(line.whole).len();
                    text.extend(&line.whole[..start]);
                    text.extend(names);
                    text.extend(&line.whole[start + entry.names.text().len()..]);
                    forgotten.changed.insert(line.number);
                }
                _ => text.extend(line.whole),
            }
        }
        self.text = text;
        forgotten
    }

    /// Takes lines away; numbers that there are none of do nothing. How many went is returned.
    pub fn remove_lines(&mut self, numbers: &BTreeSet<usize>) -> usize {
        line_file::remove(&mut self.text, numbers)
    }

    /// The lines that may be meant by a word: it is a part of a name, or of the comment, or all of a hidden
    /// name. Case does not count.
    pub fn search(&self, word: &str) -> impl Iterator<Item = (usize, Entry<'_>)> {
        let word = word.trim().to_ascii_lowercase();
        self.entries().filter(move |(_, entry)| {
            entry.names.matches(&word)
                || word.is_empty()
                || entry.names.patterns().any(|pattern| contains(pattern, &word))
                || contains(entry.comment(), &word)
        })
    }
}

fn contains(text: &[u8], word: &str) -> bool {
    !word.is_empty()
        && text
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// The lines of a file.
#[derive(Clone, Debug)]
pub struct Lines<'a>(RawLines<'a>);

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let line = self.0.next()?;
        let content = match entry(&line) {
            Ok(Some(entry)) => Content::Host(entry),
            Ok(None) => Content::Remark,
            Err(fault) => Content::Unreadable(fault),
        };
        Some(Line {
            number: line.number,
            text: line.text(),
            content,
        })
    }
}

fn entry<'a>(line: &RawLine<'a>) -> Result<Option<Entry<'a>>, LineFault> {
    let text = trim_start(line.seen());
    if text.trim_ascii().is_empty() || text.starts_with(b"#") {
        return Ok(None);
    }
    let (marker, text) = match text {
        [b'@', ..] => {
            let (word, behind) = split_word(text);
            let marker = match word {
                b"@cert-authority" => Marker::CertAuthority,
                b"@revoked" => Marker::Revoked,
                _ => return Err(LineFault::Marker),
            };
            if behind.starts_with(b"@") {
                return Err(LineFault::Marker);
            }
            (marker, behind)
        }
        _ => (Marker::None, text),
    };
    let (names, key) = split_word(text);
    if matches!(key.first(), None | Some(b'#')) {
        return Err(LineFault::NoKey);
    }
    Ok(Some(Entry {
        marker,
        names: Names::new(names).ok_or(LineFault::Hash)?,
        key,
    }))
}

fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| is_blank(*byte));
    let (word, behind) = text.split_at(end.unwrap_or(text.len()));
    (word, trim_start(behind))
}

#[cfg(test)]
mod tests;

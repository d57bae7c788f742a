//! Which lines are signs of what: patterns, not sentences, for wording has changed between releases.

mod client;
mod others;
mod server;

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind, StartKind};

use super::pattern::Pattern;
use super::sign::{Side, Sign, Symptom, row};
use crate::engine::doctor::about::About;
use crate::key::comment::escaped;

/// What shows that a text is about SSH.
const TALK: &[Symptom] = &[
    row("ssh: ", "", Sign::Talk),
    row("ssh-", "", Sign::Talk),
    row(".ssh/", "", Sign::Talk),
    row("sshd", "", Sign::Talk),
    row("openssh", "", Sign::Talk),
    row("git@", "", Sign::Talk),
    row("publickey", "", Sign::Talk),
    row("putty", "", Sign::Talk),
    row("paramiko", "", Sign::Talk),
    row("libssh", "", Sign::Talk),
    row("dropbear", "", Sign::Talk),
    row("known_hosts", "", Sign::Talk),
    row("authorized_keys", "", Sign::Talk),
];

/// What a line says.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    pub(super) sign: Sign,
    pub(super) side: Side,
    pub(super) about: About,
    /// Whether others use the words as well.
    pub(super) is_ambiguous: bool,
}

struct Known {
    symptom: Symptom,
    pattern: Pattern,
    side: Side,
    is_ambiguous: bool,
}

struct Table {
    known: Vec<Known>,
    anchors: Option<AhoCorasick>,
}

/// All of them. Building it takes some milliseconds, once.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let tables = [
        (client::CLIENT, Side::Client, false),
        (server::SERVER, Side::Server, false),
        (others::OTHERS, Side::Client, false),
        (others::AMBIGUOUS, Side::Client, true),
        (TALK, Side::Client, false),
    ];
    let known: Vec<Known> = tables
        .into_iter()
        .flat_map(|(table, side, is_ambiguous)| {
            table.iter().map(move |symptom| Known {
                symptom: *symptom,
                pattern: Pattern::new(symptom.pattern),
                side,
                is_ambiguous,
            })
        })
        .collect();
    let anchors = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        // A log may have a million lines: one look for each byte, for some megabytes of memory.
        .kind(Some(AhoCorasickKind::DFA))
        .start_kind(StartKind::Unanchored)
        .build(known.iter().map(|known| known.pattern.anchor()));
    Table {
        known,
        anchors: anchors.ok(),
    }
});

/// The patterns whose telling words stand in a text; each once, in the order of the tables.
pub(super) fn found_in(text: &str) -> Vec<usize> {
    let Some(anchors) = &TABLE.anchors else {
        return Vec::new();
    };
    let mut found: Vec<usize> = anchors
        .find_overlapping_iter(text)
        .map(|found| found.pattern().as_usize())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether this pattern says only that a text is about SSH.
pub(super) fn is_talk(index: usize) -> bool {
    TABLE
        .known
        .get(index)
        .is_some_and(|known| known.symptom.sign == Sign::Talk)
}

/// What a line says by this pattern; nothing where it does not fit.
pub(super) fn read(index: usize, line: &str, lower: &str) -> Option<Hit> {
    let known = TABLE.known.get(index)?;
    let holes = known.pattern.holes(line, lower)?;
    let mut about = About::default();
    let begins_with_hole = known.symptom.pattern.starts_with('*');
    for (index, (letter, hole)) in known.symptom.holes.chars().zip(holes).enumerate() {
        let hole = match letter {
            // What a program or a build server puts in front is no part of the name.
            'f' if index == 0 && begins_with_hole => hole.rsplit(' ').next().unwrap_or(hole),
            'f' => of_key(hole),
            'h' => of_host(hole),
            _ => hole,
        };
        let hole = hole.trim_matches(['"', '\'', ' ']);
        if hole.is_empty() || hole.len() > 1024 {
            continue;
        }
        let place = match letter {
            'f' => &mut about.file,
            'u' => &mut about.user,
            'h' => &mut about.host,
            's' => &mut about.said,
            _ => continue,
        };
        place.get_or_insert_with(|| escaped(hole.as_bytes()));
    }
    if let Some((host, port)) = about.host.as_deref().and_then(in_brackets) {
        (about.host, about.port) = (Some(host.to_owned()), port);
    }
    Some(Hit {
        sign: known.symptom.sign,
        side: known.side,
        about,
        is_ambiguous: known.is_ambiguous,
    })
}

/// The host where its port, a number or its address stand behind it, or before it who came from there.
fn of_host(text: &str) -> &str {
    let text = text.split_once(" port ").map_or(text, |(host, _)| host);
    let text = text.split_once(" (").map_or(text, |(host, _)| host);
    let is_visitor = text.starts_with("authenticating user ") || text.starts_with("invalid user ");
    if is_visitor {
        text.rsplit(' ').next().unwrap_or(text)
    } else {
        text
    }
}

/// A host and its port where they stand as in `known_hosts`; no port where it is the usual one.
fn in_brackets(host: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = host.strip_prefix('[')?.split_once("]:")?;
    let port: u16 = port.parse().ok()?;
    Some((host, Some(port).filter(|port| *port != 22)))
}

/// The file of a key that was followed by its kind, its fingerprint and from where it is.
fn of_key(text: &str) -> &str {
    if let Some((before, _)) = text.split_once(" SHA256:") {
        return before.rsplit_once(' ').map_or(before, |(file, _)| file);
    }
    let text = text.strip_suffix(" agent").unwrap_or(text).trim_end();
    text.strip_suffix(" explicit").unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_in_lower_case_and_has_words_that_tell() {
        for known in &TABLE.known {
            let pattern = known.symptom.pattern;
            assert_eq!(pattern, pattern.to_ascii_lowercase());
            assert!(known.pattern.anchor().len() >= 4, "{pattern}");
            let holes = pattern.matches('*').count();
            let told = known.symptom.holes.trim_end_matches('-').len();
            assert!(told <= holes, "{pattern} has {holes} holes and tells of {told}");
        }
        assert!(TABLE.anchors.is_some());
    }
}

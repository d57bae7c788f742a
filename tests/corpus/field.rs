//! Key files as people bring them: what happened to each is undone and said, and what is no whole key is refused.

use std::time::{Duration, Instant};

use keywright::engine::describe::Description;
use keywright::format::mend::Accident;
use keywright::format::reading::{self, Reading};
use keywright::format::{Consent, DecodeError, Parsed};
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};

use crate::allocation::peak_of;
use crate::manifest::{Entry, Outcome, corpus, entries, passphrase};

/// What a file may take that was read and mended.
const MOST_MEMORY: usize = 64 << 20;
const MOST_TIME: Duration = Duration::from_secs(2);

/// How much was compared.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    entries: usize,
    opened: usize,
    refused: usize,
    mended: usize,
    for_ssh: usize,
}

/// What a file turned out to hold.
struct Found {
    described: Description,
    was_locked: bool,
}

fn open(entry: &Entry, bytes: &[u8]) -> Result<Found, DecodeError> {
    let reading = reading::read(bytes)?;
    let Reading {
        parsed: Parsed::Locked(file),
        ..
    } = &reading
    else {
        return Ok(Found {
            described: Description::of_reading(&reading, None),
            was_locked: false,
        });
    };
    let typed = entry
        .passphrase()
        .expect("a locked file has its passphrase in the manifest");
    let opened = file.unlock(&passphrase(&typed), Consent::NotGiven)?;
    let reading = Reading {
        parsed: Parsed::Private(opened),
        ..reading
    };
    Ok(Found {
        described: Description::of_reading(&reading, None),
        was_locked: true,
    })
}

impl Tally {
    /// Holds one file to its entry; returns what is wrong.
    fn look_at(&mut self, entry: &Entry) -> Vec<String> {
        let mut wrong = Vec::new();
        self.entries += 1;
        let bytes = entry.read();
        let start = Instant::now();
        let (result, peak) = peak_of(|| reading::read(&bytes).map(drop));
        let taken = start.elapsed();
        if taken > MOST_TIME {
            wrong.push(format!("took {taken:?}"));
        }
        if peak > MOST_MEMORY {
            wrong.push(format!("took {peak} bytes"));
        }
        drop(result);
        match (open(entry, &bytes), entry.outcome()) {
            (Ok(_), Outcome::Refused) => wrong.push("opened, but must be refused".to_owned()),
            (Err(error), Outcome::Ok) => wrong.push(format!("refused ({error}), but must be opened")),
            (Err(error), Outcome::Refused | Outcome::Either) => {
                self.refused += 1;
                let codes = entry.error_codes().unwrap_or_default();
                if !codes.iter().any(|code| code == error.code()) {
                    wrong.push(format!("refused as {} ({error}), not as {codes:?}", error.code()));
                }
            }
            (Ok(found), Outcome::Ok | Outcome::Either) => {
                self.opened += 1;
                compare_key(entry, &found, &mut wrong);
                self.compare_mends(entry, &found, &mut wrong);
            }
        }
        wrong
    }

    fn compare_mends(&mut self, entry: &Entry, found: &Found, wrong: &mut Vec<String>) {
        let ours: Vec<&str> = found.described.mended.iter().map(Accident::code).collect();
        let (expected, may) = (entry.words("mended"), entry.words("may"));
        if !expected.is_empty() {
            self.mended += 1;
            if !ours.iter().any(|code| expected.iter().any(|named| named == code)) {
                wrong.push(format!("mended {ours:?}, none of {expected:?}"));
            }
        }
        let untrue = ours
            .iter()
            .filter(|code| !expected.iter().chain(&may).any(|named| named == *code));
        wrong.extend(untrue.map(|code| format!("says {code}, which is not true")));
        if let Some(reads) = entry.flag("ssh_reads") {
            self.for_ssh += 1;
            let ours = found.described.for_ssh;
            if ours.is_none_or(|ours| ours.is_ok() != reads) {
                wrong.push(format!("ssh reads it: {reads}; said {ours:?}"));
            }
        }
    }
}

fn compare_key(entry: &Entry, found: &Found, wrong: &mut Vec<String>) {
    let described = &found.described;
    let ours = described
        .public
        .as_ref()
        .map(|key| Fingerprint::of(key, FingerprintKind::Sha256).to_string());
    if ours.as_deref() != entry.text("fp_sha256") && entry.text("fp_sha256").is_some() {
        wrong.push(format!("fingerprint {ours:?}"));
    }
    if let Some(stated) = entry.text("comment") {
        let ours = described
            .comment
            .as_deref()
            .map(|comment| keywright::key::comment::Comment::cleaned(comment).0);
        if ours.as_ref().map(keywright::key::comment::Comment::as_str) != Some(stated) {
            wrong.push(format!("comment {ours:?}, not {stated:?}"));
        }
    }
    for (name, is_so) in [
        ("private", described.has_private),
        ("encrypted", found.was_locked),
    ] {
        if entry.flag(name).is_some_and(|stated| stated != is_so) {
            wrong.push(format!("{name}: {is_so}"));
        }
    }
}

#[test]
fn what_people_bring_is_read_as_its_manifest_says() {
    let mut tally = Tally::default();
    let mut complaints = Vec::new();
    for entry in entries(&corpus("field")) {
        let wrong = tally.look_at(&entry);
        let name = entry.name();
        if !wrong.is_empty() {
            complaints.push(format!("{name}: {}", wrong.join("; ")));
        }
    }
    assert!(
        complaints.is_empty(),
        "{}:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
    let expected = Tally {
        entries: 215,
        opened: 163,
        refused: 52,
        mended: 130,
        for_ssh: 163,
    };
    assert_eq!(
        tally, expected,
        "more or less was compared than there was to compare"
    );
}

//! A log: what its lines say about why somebody did not get in.
//!
//! Patterns, not sentences: the wording has changed between releases. First the lines are cleaned, then each is looked
//! through for the words that tell, and what is found is put to the attempt that it belongs to.

mod attempt;
mod judge;
mod lines;
mod pattern;
mod reasons;
mod sign;
mod symptoms;
mod wording;

use std::collections::HashMap;
use std::io::{self, BufRead};

use attempt::{Attempt, Attempts};
use judge::Outcome;
use lines::{Lines, cleaned, spelled_out, without_quoting};
use sign::{Side, Sign};

pub(super) use reasons::wanted_user;

use super::about::About;
use super::cause::Cause;
use super::verdict::{Certainty, Examination, Step, Verdict};
use crate::engine::plural::counted;

/// As much of two lines as is looked through where one may go on in the other, in bytes.
const SEAM: usize = 64;

/// Looks through a log.
///
/// # Errors
/// It cannot be read.
pub fn examine(source: impl BufRead) -> io::Result<Examination> {
    let mut reader = Reader::default();
    let mut lines = Lines::of(source);
    while let Some(line) = lines.next()? {
        reader.count += 1;
        let line = cleaned(line);
        if line.contains('\\') {
            for part in spelled_out(&line) {
                reader.take(&part);
            }
        } else {
            reader.take(&line);
        }
    }
    let is_cut = lines.is_cut;
    Ok(reader.concluded(is_cut))
}

/// What has been read until now.
#[derive(Default)]
struct Reader {
    count: usize,
    /// How many lines that makes, where one holds several.
    parts: usize,
    before: String,
    /// What would have fitted the line before, if it had gone on.
    begun: Vec<usize>,
    attempts: Attempts,
    /// Whether a line was about SSH, and whether one was about something beside it.
    has_talk: bool,
    elsewhere: Option<(usize, String)>,
    ambiguous: Vec<(symptoms::Hit, (usize, usize), String)>,
    /// Whether the computer is gone that has written it.
    is_of_build: bool,
}

impl Reader {
    /// Takes up a line.
    fn take(&mut self, line: &str) {
        self.parts += 1;
        self.is_of_build = self.is_of_build || wording::is_of_build(line);
        let mut hits = Vec::new();
        let begun = std::mem::take(&mut self.begun);
        let mut found = symptoms::found_in(line);
        // That it is about SSH need be seen but once.
        found.retain(|index| !self.has_talk || !symptoms::is_talk(*index));
        if !found.is_empty() {
            let lower = line.to_ascii_lowercase();
            for index in found {
                match symptoms::read(index, line, &lower) {
                    Some(hit) => hits.push((hit, line.to_owned())),
                    None => self.begun.push(index),
                }
            }
        }
        // A terminal or a mail program may have broken a line: its telling words stand before the break, behind it, or
        // across it.
        if !self.before.is_empty() && !line.is_empty() {
            let behind = self.begun.iter().copied();
            let broken: Vec<usize> = begun.into_iter().chain(behind).collect();
            hits.extend(across(&self.before, line, &broken));
        }
        self.keep(hits);
        self.before.clear();
        self.before.push_str(line);
    }

    fn keep(&mut self, hits: Vec<(symptoms::Hit, String)>) {
        let mut seen: Vec<Sign> = Vec::new();
        let mut has_cause = false;
        for (hit, text) in hits {
            match hit.sign {
                Sign::Talk => {
                    self.has_talk = true;
                    continue;
                }
                Sign::Elsewhere => {
                    self.elsewhere.get_or_insert((self.count, text));
                    continue;
                }
                // What a line says is what the first pattern says that fits it.
                Sign::Points(..) if std::mem::replace(&mut has_cause, true) => continue,
                sign if seen.contains(&sign) => continue,
                sign => seen.push(sign),
            }
            if hit.is_ambiguous {
                if self.ambiguous.len() < 64 {
                    self.ambiguous
                        .push((hit.clone(), (self.count, self.parts), text.clone()));
                }
                if !self.has_talk {
                    continue;
                }
            }
            self.put(hit, (self.count, self.parts), &text);
        }
    }

    fn put(&mut self, mut hit: symptoms::Hit, line: (usize, usize), text: &str) {
        let process = process_of(text);
        if process.is_some() || text.contains("[preauth]") {
            if hit.sign == Sign::Closed {
                return;
            }
            hit.side = Side::Server;
        }
        self.attempts.take(hit, process, line, text);
    }

    fn concluded(mut self, is_cut: bool) -> Examination {
        // Words that others use as well, in front of the first that only SSH has.
        if self.has_talk && self.attempts.all().is_empty() {
            for (hit, line, text) in std::mem::take(&mut self.ambiguous) {
                self.put(hit, line, &text);
            }
        }
        let mut steps = vec![Step::well("log", counted(self.count, "line"))];
        if is_cut {
            steps.push(Step::ill("log", "only the first 1,024 MiB were looked through"));
        }
        let attempts = self.attempts.all();
        if attempts.len() > 1 {
            steps.push(Step::well("attempts", attempts.len().to_string()));
        }
        let mut verdicts = verdicts(attempts);
        if self.is_of_build {
            verdicts.iter_mut().for_each(wording::put_for_build);
        }
        if !verdicts.is_empty() {
            return Examination::of(verdicts, steps);
        }
        Examination::of(vec![self.nothing()], steps)
    }

    /// The verdict on a log that says nothing.
    fn nothing(&self) -> Verdict {
        if let Some((line, text)) = &self.elsewhere {
            let evidence = super::Evidence::new(super::Source::Line(*line), text);
            return Verdict::new(Cause::NotAboutKeys, Certainty::Likely, &About::default()).seen(evidence);
        }
        if self.has_talk {
            let about = About::said("This log ends before ssh tried a key; run it with -v");
            return Verdict::new(Cause::Unknown, Certainty::Possible, &about);
        }
        Verdict::new(Cause::NotAboutKeys, Certainty::Likely, &About::default())
    }
}

/// What all attempts come to: the last one at each server counts, and those that failed before those that did not.
fn verdicts(attempts: &[Attempt]) -> Vec<Verdict> {
    let mut latest: HashMap<(Side, Option<String>, Option<String>), usize> = HashMap::new();
    let outcomes: Vec<Outcome> = attempts.iter().map(judge::judge).collect();
    // A server writes of visitors who leave what a client prints of servers that hang up.
    let is_servers = attempts.iter().any(|attempt| attempt.side == Side::Server);
    let is_leaving = |attempt: &Attempt| attempt.events.iter().all(|event| event.sign == Sign::Closed);
    for (index, (attempt, outcome)) in attempts.iter().zip(&outcomes).enumerate() {
        let says_nothing = matches!(outcome, Outcome::Silent(None)) || is_servers && is_leaving(attempt);
        if !says_nothing {
            let about = attempt.about();
            latest.insert((attempt.side, about.host, about.user), index);
        }
    }
    let mut latest: Vec<usize> = latest.into_values().collect();
    latest.sort_unstable_by(|one, other| other.cmp(one));
    let mut failed = Vec::new();
    let mut works = Vec::new();
    let mut silent = Vec::new();
    for index in latest {
        match &outcomes[index] {
            Outcome::Fails(verdicts) => failed.extend(verdicts.iter().cloned()),
            Outcome::Works(verdict) => works.push(verdict.clone()),
            Outcome::Silent(verdict) => silent.extend(verdict.clone()),
        }
    }
    // A server's log tells the reason for what a client can only say is so.
    let is_explained = failed.iter().any(|verdict: &Verdict| {
        verdict.cause != Cause::KeyNotAuthorized && verdict.certainty == Certainty::Certain
    });
    if is_explained {
        failed.sort_by_key(|verdict| is_general(verdict.cause));
    }
    // A penalty for what was refused is no reason for it: it turns away whoever comes next.
    failed
        .sort_by_key(|verdict| verdict.cause == Cause::TurnedAway && verdict.certainty < Certainty::Certain);
    for rest in [works, silent] {
        if failed.is_empty() {
            failed = rest;
        }
    }
    failed
}

fn is_general(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::KeyNotAuthorized | Cause::SignatureRefused | Cause::ConnectionClosed
    )
}

/// Two lines that were one, broken within a word or between two.
fn joined(before: &str, line: &str) -> [String; 2] {
    let line = without_quoting(line);
    let before = before.trim_end();
    [format!("{before}{line}"), format!("{before} {line}")]
}

/// What stands across the end of a line; `broken` is what would fit one of the two if more stood there.
fn across(before: &str, line: &str, broken: &[usize]) -> Vec<(symptoms::Hit, String)> {
    let start = floor(before, before.trim_end().len().saturating_sub(SEAM));
    let rest = without_quoting(line);
    let seams = joined(&before[start..], &rest[..floor(rest, SEAM)]);
    let mut in_one: Option<Vec<usize>> = None;
    let mut whole: Option<[String; 2]> = None;
    for (at, seam) in seams.iter().enumerate() {
        let mut candidates = symptoms::found_in(seam);
        if !candidates.is_empty() {
            // What stands in one of the two lines was found there.
            let in_one =
                in_one.get_or_insert_with(|| [symptoms::found_in(before), symptoms::found_in(line)].concat());
            candidates.retain(|index| !in_one.contains(index));
        }
        candidates.extend(broken);
        let hits = candidates.into_iter().filter_map(|index| {
            let whole = &whole.get_or_insert_with(|| joined(before, line))[at];
            Some((
                symptoms::read(index, whole, &whole.to_ascii_lowercase())?,
                whole.clone(),
            ))
        });
        let hits: Vec<(symptoms::Hit, String)> = hits.collect();
        if !hits.is_empty() {
            return hits;
        }
    }
    Vec::new()
}

/// The last place up to `at` where a character begins.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The number of the process that has written a line of a server's log: `sshd[123]:`.
fn process_of(text: &str) -> Option<u32> {
    ["sshd[", "sshd-session[", "sshd-auth[", "dropbear["]
        .iter()
        .find_map(|name| {
            let behind = &text[text.find(name)? + name.len()..];
            behind.split(']').next()?.parse().ok()
        })
}

#[cfg(test)]
mod tests;

//! Public keys in one line, wherever in a text they stand.

use std::ops::Range;

use super::accident::{Accident, Accidents};
use super::around::{Place, line_start, open_quote, surroundings};
use super::blob::{MOST_PLUSES, chars_needed, decoded, wire_name};
use super::body::may_end_before;
use super::court::{Court, Verdict};
use super::letters::{Letter, find, is_blank, is_tidy, letter, lines, run_len, space_len, trim, trim_end};
use super::prefix::{Ends, Rule, WAYS, stripped};
use crate::format::{Certificate, DecodeError, Fault};
use crate::key::Algorithm;
use crate::secret::SecretBytes;

/// What the names of types begin with.
const STARTS: [&[u8]; 4] = [b"ssh-", b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-"];
/// What the base64 of every public key begins with: three zero bytes.
const ZEROS: &[u8] = b"AAAA";
/// More characters than any public key or certificate has.
const LONGEST: usize = 64 << 10;
/// More lines than a public key is broken into.
const MOST_BREAKS: usize = 400;

/// A public key in a text.
#[derive(Debug)]
pub(super) struct Sight {
    pub(super) verdict: Verdict,
    pub(super) accidents: Accidents,
    /// Whether its comment has nothing in it that may belong to what is around it.
    pub(super) is_tidy: bool,
    /// Whether the names of hosts, or options, stand before it.
    pub(super) has_lead: bool,
    pub(super) span: Range<usize>,
}

/// Looks for keys in the part `range` of a text until `found` says that there are enough.
pub(super) fn search(
    text: &[u8],
    range: Range<usize>,
    court: &mut Court,
    mut found: impl FnMut(&mut Court, Sight) -> bool,
) {
    let mut at = range.start;
    while let Some(name) = next_name(text, at..range.end) {
        at = name.end;
        match read_at(text, &name, range.end, court) {
            Ok(sight) => {
                at = sight.span.end;
                if !found(court, sight) {
                    return;
                }
            }
            Err(Some(error)) => court.miss(2, error),
            Err(None) => {}
        }
    }
}

/// The next name of a type that is known.
fn next_name(text: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    let mut at = range.start;
    while at < range.end {
        let rest = &text[at..range.end];
        let is_start = matches!(rest[0], b's' | b'e') && STARTS.iter().any(|start| rest.starts_with(start));
        let is_word = at > 0
            && (text[at - 1].is_ascii_alphanumeric() || matches!(text[at - 1], b'-' | b'_' | b'/' | b'.'));
        if is_start && !is_word {
            let len = rest
                .iter()
                .take(64)
                .take_while(|byte| byte.is_ascii_alphanumeric() || b"-@.".contains(byte))
                .count();
            let name = std::str::from_utf8(&rest[..len]).unwrap_or_default();
            if Algorithm::from_name(name).is_some() || Certificate::is_name(name) {
                return Some(at..at + len);
            }
        }
        at += 1;
    }
    None
}

/// Reads the key behind the name of its type.
fn read_at(
    text: &[u8],
    name: &Range<usize>,
    end: usize,
    court: &mut Court,
) -> Result<Sight, Option<DecodeError>> {
    let gap = space_len(&text[name.end..end]);
    let start = name.end + gap;
    if gap == 0 || !text[start..end].starts_with(ZEROS) {
        return Err(None);
    }
    let whole = Whole {
        text,
        from: name.start,
        start,
        end,
    };
    let (verdict, reading, comment) = whole.read(Some(&text[name.clone()]), court)?;
    let is_odd_gap = lines(&text[name.end..start]).any(|line| !line.end.is_empty())
        || !text[name.end..start].iter().all(u8::is_ascii);
    let accidents = reading.accidents.with_if(is_odd_gap, Accident::BlanksInBase64);
    Ok(seen(text, name.start..comment.end, &comment, verdict, accidents))
}

/// A place where a key may stand.
struct Whole<'a> {
    text: &'a [u8],
    /// Where its line begins, with the name of its type.
    from: usize,
    /// Where its base64 begins.
    start: usize,
    end: usize,
}

impl<'a> Whole<'a> {
    /// The one key that comes of its base64. Nothing but its length speaks for a public key: where one comes out when
    /// blanks are left out, and another one when each of them was a plus, nobody knows which it was.
    fn read(
        &self,
        name: Option<&[u8]>,
        court: &mut Court,
    ) -> Result<(Verdict, Blob, Comment<'a>), Option<DecodeError>> {
        let mut fault = None;
        let mut found: Option<(Verdict, Blob, Comment<'a>)> = None;
        for reading in blobs(self.text, self.start..self.end) {
            let inside = reading.name.clone();
            let name = match (name, &inside) {
                (Some(name), Some(inside)) if inside.as_bytes() != name => return Err(None),
                (Some(name), _) => name,
                (None, Some(inside)) => inside.as_bytes(),
                (None, None) => continue,
            };
            let comment = comment(self.text, self.from, reading.end, self.end);
            let mut line = SecretBytes::copy_of(name);
            line.extend(b" ");
            line.extend(&reading.text);
            if !comment.text.is_empty() {
                line.extend(b" ");
                line.extend(comment.text);
            }
            line.extend(b"\n");
            match (court.judge(&line), &found) {
                (Ok(verdict), None) => {
                    let is_plain = reading.accidents.without(Accident::PaddingLost).is_empty();
                    found = Some((verdict, reading, comment));
                    if is_plain {
                        break;
                    }
                }
                (Ok(verdict), Some((other, ..))) if court.is_same(verdict, *other) => {}
                (Ok(_), Some(_)) => return Err(Some(Fault::Blanks.into())),
                (Err(error), _) => fault = fault.or(Some(error)),
            }
        }
        found.ok_or(fault)
    }
}

/// Reads a key that is all of a text, without the name of its type.
pub(super) fn bare(text: &[u8], court: &mut Court) -> Option<Sight> {
    let start = space_len(text);
    let quote = text[start..]
        .iter()
        .take_while(|byte| matches!(byte, b'"' | b'\'' | b'`'))
        .count();
    let start = start + quote;
    if !text[start..].starts_with(ZEROS) {
        return None;
    }
    let whole = Whole {
        text,
        from: start,
        start,
        end: text.len(),
    };
    match whole.read(None, court) {
        Ok((verdict, reading, comment)) => {
            let accidents = reading.accidents.with(Accident::MarksMissing);
            Some(seen(text, start..comment.end, &comment, verdict, accidents))
        }
        Err(fault) => {
            if let Some(fault) = fault {
                court.miss(1, fault);
            }
            None
        }
    }
}

fn seen(
    text: &[u8],
    span: Range<usize>,
    comment: &Comment<'_>,
    verdict: Verdict,
    accidents: Accidents,
) -> Sight {
    let lead = trim_end(&text[line_start(text, span.start)..span.start]);
    let is_user = lead.strip_suffix(b":").is_some_and(|user| {
        lead.len() == text[line_start(text, span.start)..span.start].len()
            && !user.is_empty()
            && user
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-@".contains(byte))
    });
    let around = if is_user {
        let start = span.start - lead.len();
        let found = surroundings(
            text,
            &Place {
                span: start..span.end,
                way: WAYS[0],
            },
        );
        found.with(Accident::UserPrefix)
    } else {
        around_key(text, &span)
    };
    // Behind a colon, an equals sign or the dash of a list a key is a value; behind a blank it has an owner.
    let is_value = is_blank(lead)
        || lead.last().is_some_and(|last| b":=->*[({,|".contains(last))
        || open_quote(lead).is_some();
    Sight {
        verdict,
        accidents: accidents.and(around),
        is_tidy: comment.is_tidy,
        has_lead: !is_value,
        span,
    }
}

/// What stands around the key; in front of it there may be the marks of a mail's answer or of a list.
fn around_key(text: &[u8], span: &Range<usize>) -> Accidents {
    let lead = &text[line_start(text, span.start)..span.start];
    for way in WAYS {
        let fits = !way.is_empty()
            && way.len() == 1
            && !is_blank(lead)
            && stripped(&[lead], way, Ends::default())
                .is_some_and(|left| left.lines.iter().all(|rest| is_blank(rest)));
        if fits && matches!(way[0], Rule::Quotes | Rule::Numbers | Rule::List | Rule::Remarks) {
            let found = surroundings(
                text,
                &Place {
                    span: span.clone(),
                    way,
                },
            )
            .with(way[0].accident());
            let is_list = found.has(Accident::InsideYaml);
            return if is_list {
                found.without(Accident::TextBefore).without(Accident::TextBehind)
            } else {
                found
            };
        }
    }
    surroundings(
        text,
        &Place {
            span: span.clone(),
            way: WAYS[0],
        },
    )
}

/// One way to read the base64 of a key.
struct Blob {
    /// With its `=`.
    text: Vec<u8>,
    /// Behind its last character.
    end: usize,
    /// The type that it says it is of.
    name: Option<String>,
    accidents: Accidents,
}

/// Each way to read the base64 that begins at the start of `range`, the plainest first.
fn blobs(text: &[u8], range: Range<usize>) -> impl Iterator<Item = Blob> + '_ {
    let word = run_len(&text[range.clone()], |kind| {
        matches!(kind, Letter::Base64 | Letter::Pad)
    });
    let plain = std::iter::once_with({
        let range = range.clone();
        move || blob(text, range.start..range.start + word, Gap::None)
    });
    let others = [Gap::Dropped, Gap::Plus]
        .into_iter()
        .map(move |gap| blob(text, range.clone(), gap));
    plain.chain(others).flatten()
}

/// What a blank inside the base64 is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Dropped,
    Plus,
}

fn blob(text: &[u8], range: Range<usize>, gap: Gap) -> Option<Blob> {
    let mut taken: Vec<u8> = Vec::new();
    let mut needed = None;
    let (mut at, mut end, mut breaks, mut pluses) = (range.start, range.start, 0, 0);
    let (mut accidents, mut dropped) = (Accidents::NONE, 0);
    while at < range.end && taken.len() < LONGEST && needed.is_none_or(|needed| taken.len() < needed) {
        let (kind, len) = letter(&text[at..range.end]);
        match kind {
            Letter::Base64 => {
                pluses = 0;
                taken.extend_from_slice(&text[at..at + len]);
                end = at + len;
            }
            Letter::Blank if gap == Gap::Plus && text[at] == b' ' => {
                pluses += 1;
                if pluses > MOST_PLUSES {
                    return None;
                }
                taken.push(b'+');
                accidents = accidents.with(Accident::PlusBecameBlank);
                end = at + len;
            }
            Letter::Blank | Letter::Nothing if gap == Gap::Dropped => {
                dropped += usize::from(kind == Letter::Blank);
                accidents = accidents.with(Accident::BlanksInBase64);
            }
            Letter::Break if gap != Gap::None && breaks < MOST_BREAKS => {
                breaks += 1;
                accidents = accidents.with(Accident::BlanksInBase64);
                // The marks of a mail stand in front of each line.
                at += run_len(&text[at + len..range.end], |kind| {
                    matches!(kind, Letter::Blank | Letter::Break)
                });
                while matches!(text.get(at + len), Some(b'>')) {
                    at += 1 + run_len(&text[at + len + 1..range.end], |kind| kind == Letter::Blank);
                }
            }
            _ => break,
        }
        at += len;
        // What says how long a key is stands within its first bytes.
        let is_time = matches!(taken.len(), 64 | 256 | 1024 | 4096);
        if needed.is_none() && is_time {
            needed = chars_needed(&taken);
        }
    }
    needed = needed.or_else(|| chars_needed(&taken));
    // A plain word may be too short: its own reader says so best.
    let is_another = |needed: usize| needed < taken.len() || (needed > taken.len() && gap != Gap::None);
    if needed.is_some_and(is_another) {
        return None;
    }
    if may_end_before(&taken, dropped) {
        return None;
    }
    let pads = text[end..range.end]
        .iter()
        .take_while(|byte| **byte == b'=')
        .count();
    // What goes on is no key of this length.
    if matches!(
        text.get(end + pads).map(|next| letter(&[*next]).0),
        Some(Letter::Base64 | Letter::Pad)
    ) {
        return None;
    }
    let missing = (4 - taken.len() % 4) % 4;
    let is_lost = pads < missing && missing < 3;
    let bytes = decoded(&taken);
    let name = bytes
        .as_ref()
        .and_then(|bytes| wire_name(bytes.expose()))
        .map(str::to_owned);
    if missing < 3 {
        taken.resize(taken.len() + missing, b'=');
    }
    Some(Blob {
        text: taken,
        end: end + pads,
        name,
        accidents: accidents.with_if(is_lost, Accident::PaddingLost),
    })
}

/// What stands behind a key in its line.
struct Comment<'a> {
    text: &'a [u8],
    end: usize,
    is_tidy: bool,
}

/// The comment behind the key at `from`; `start` is where the key begins, for a quotation mark may stand before it.
fn comment(text: &[u8], start: usize, from: usize, end: usize) -> Comment<'_> {
    let line = lines(&text[from..end]).next().map_or(&[][..], |line| line.text);
    let begins = matches!(letter(line), (Letter::Blank, _)) && !line.is_empty();
    if !begins {
        return Comment {
            text: &[],
            end: from,
            is_tidy: true,
        };
    }
    let mut found = line;
    let before = &text[line_start(text, start)..start];
    if let Some((close, _)) = open_quote(before)
        && let Some(at) = find(line, close)
    {
        found = &line[..at];
    }
    let found = trim_end(found);
    let is_tidy = is_tidy(found) && !found.iter().any(|byte| matches!(byte, b'"' | b'{' | b'}'));
    Comment {
        text: trim(found),
        end: from + found.len(),
        is_tidy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHHBiy+qf5wvs9KqcC8yxESawbCcvvN+eiq42PhxWPck";

    fn found(text: &str) -> Vec<(Accidents, bool)> {
        let mut court = Court::default();
        let mut found = Vec::new();
        search(text.as_bytes(), 0..text.len(), &mut court, |_, sight| {
            found.push((sight.accidents, sight.has_lead));
            true
        });
        found
    }

    #[test]
    fn a_public_key_is_found_wherever_it_stands() {
        use Accident as A;
        for (text, accidents, has_lead) in [
            (KEY.to_owned(), &[][..], false),
            (format!("{KEY} me@host\n"), &[], false),
            (format!("\"{KEY} me@host\"\n"), &[A::Quoted], false),
            (
                format!("export KEY=\"{KEY} me\"\n"),
                &[A::Quoted, A::InsideText],
                false,
            ),
            (format!("> {KEY} me\n"), &[A::QuoteMarks], false),
            (format!("keys:\n  - {KEY} me\n"), &[A::InsideYaml], false),
            (format!("alice:{KEY} me\n"), &[A::UserPrefix], false),
            (format!("github.com {KEY}\n"), &[A::TextBefore], true),
            (format!("no-pty {KEY}\n"), &[A::TextBefore], true),
            (KEY.replacen(' ', "\u{a0} ", 1), &[A::BlanksInBase64], false),
            (KEY.replace("IHHB", "IH HB"), &[A::BlanksInBase64], false),
            (KEY.replace("IHHB", "IH\nHB"), &[A::BlanksInBase64], false),
            (
                format!("{} laptop", KEY.replace('+', " ")),
                &[A::PlusBecameBlank],
                false,
            ),
        ] {
            assert_eq!(found(&text), [(Accidents::of(accidents), has_lead)], "{text:?}");
        }
        for text in [
            KEY.replace("ssh-ed25519", "ssh-rsa"),
            KEY.replace("ssh-ed25519 ", "ssh-ed25519"),
            format!("x{KEY}"),
            KEY[..60].to_owned(),
            // Without the blanks the comment would be the end of another key.
            format!("{} me", KEY.replace('+', " ")),
        ] {
            assert!(found(&text).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_base64_alone_says_what_it_is() {
        let mut court = Court::default();
        let blob = KEY.split(' ').nth(1).unwrap();
        let sight = bare(blob.as_bytes(), &mut court).unwrap();
        assert_eq!(sight.accidents, Accidents::of(&[Accident::MarksMissing]));
        assert!(bare(format!("KEY {blob}").as_bytes(), &mut court).is_none());
    }
}

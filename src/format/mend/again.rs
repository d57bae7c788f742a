//! Base64 in which there is text: a whole key file once more, as secrets are stored.

use base64ct::{Base64, Encoding as _};

use super::body::{Extent, readings};
use super::letters::{Letter, is_blank, letter, lines, offset, trim, trim_end};
use super::prefix::{Ends, Rule, WAYS, stripped};
use crate::format::pkcs12;
use crate::secret::SecretBytes;

/// A shorter word holds no key.
const SHORTEST: usize = 40;
/// How many characters of a word show whether there is text in it.
const SAMPLE: usize = 64;
/// More words are not looked at.
const MOST: usize = 256;
/// How many times as much as the text itself is looked at for what may belong together, and how much besides.
const MOST_AGAIN: usize = 4;
const LEAST_ROOM: usize = 256 << 10;
/// More lines are not put together.
const MOST_LINES: usize = 8192;

/// Hands out the text of each part of `text` that is text in base64. A part may be broken into lines.
pub(super) fn decoded_texts(text: &[u8], mut each: impl FnMut(&SecretBytes)) {
    let mut at = 0;
    let mut count = 0;
    // The lines below each word may have to be looked at, and in a hostile text each of them begins as text does.
    let mut room = MOST_AGAIN * text.len() + LEAST_ROOM;
    while at < text.len() && count < MOST {
        let (kind, len) = letter(&text[at..]);
        if kind != Letter::Base64 {
            at += len;
            continue;
        }
        let word = word_len(&text[at..]);
        if word >= SHORTEST && begins_text(&text[at..at + word]) {
            count += 1;
            let rest = &text[at..text.len().min(at + room)];
            let (found, looked_at) = in_lines(rest);
            room -= looked_at;
            if let Some((decoded, len)) = found {
                each(&decoded);
                at += len.max(word);
                continue;
            }
            // What follows in the same line or in the next ones is something else.
            if let Some(decoded) = decoded(&[&text[at..at + word]]) {
                each(&decoded);
            }
        }
        at += word;
    }
}

/// The PKCS#12 store that all of a text is in base64, as clouds hand it out and secrets hold it.
pub(super) fn store(text: &[u8]) -> Option<SecretBytes> {
    let text = trim(text);
    // A SEQUENCE of more than 255 bytes, or of a length that is told by its end.
    if !text.starts_with(b"MI") {
        return None;
    }
    let mut chars = SecretBytes::with_capacity(text.len());
    for byte in text.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        chars.extend(&[*byte]);
    }
    let mut bytes = SecretBytes::new(vec![0; chars.len() / 4 * 3 + 3]);
    let len = Base64::decode(chars.expose(), bytes.expose_mut()).ok()?.len();
    bytes.truncate(len);
    pkcs12::is_store(bytes.expose()).then_some(bytes)
}

/// The alphabet of web addresses has two other signs.
fn is_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

fn word_len(text: &[u8]) -> usize {
    let chars = text.iter().take_while(|byte| is_char(**byte)).count();
    chars
        + text[chars..]
            .iter()
            .take(2)
            .take_while(|byte| **byte == b'=')
            .count()
}

/// The text in the first line and those that follow it, whatever stands in front of them, as long as they are of the
/// kind; and how far they reach. Also how many bytes had to be looked at.
fn in_lines(text: &[u8]) -> (Option<(SecretBytes, usize)>, usize) {
    let others = || lines(text).map(|line| line.text).take(MOST_LINES).skip(1);
    let fitting = |way: &[Rule]| {
        let of_kind = |line: &&[u8]| {
            let rest = stripped(&[line], way, Ends::default());
            rest.is_some_and(|rest| rest.lines.iter().all(|rest| is_base64(rest) || is_blank(rest)))
        };
        others().take_while(of_kind).count()
    };
    // The ways that fit the most lines come first; of several the plainest.
    let mut ways: Vec<(usize, &'static [Rule])> = WAYS.iter().map(|way| (fitting(way), *way)).collect();
    ways.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let most = ways.first().map_or(0, |(count, _)| *count);
    let all: Vec<&[u8]> = lines(text).map(|line| line.text).take(most + 1).collect();
    let looked_at = all
        .iter()
        .map(|line| line.len() + 1)
        .sum::<usize>()
        .min(text.len());
    let found = all
        .split_first()
        .and_then(|(first, others)| put_together(text, first, others, &ways));
    (found, looked_at)
}

/// The text in `first` and `others`, read in those of the ways that fit the most of them.
fn put_together(
    text: &[u8],
    first: &[u8],
    others: &[&[u8]],
    ways: &[(usize, &'static [Rule])],
) -> Option<(SecretBytes, usize)> {
    let most = others.len();
    ways.iter()
        .copied()
        .take_while(|(count, _)| *count == most)
        .find_map(|(count, way)| {
            let rest = stripped(&others[..count], way, Ends::default())?;
            let rest = rest.lines.into_iter().filter(|line| !is_blank(line));
            let whole: Vec<&[u8]> = std::iter::once(first).chain(rest).collect();
            // Base64 ends with its first `=`, or with the first line that is shorter than the others.
            let crude = [Rule::LastWord, Rule::Column];
            if way.iter().any(|rule| crude.contains(rule))
                && let Some(found) = decoded(&[first]).filter(|found| found.expose().ends_with(b"\n"))
            {
                // A value that ends as texts do is whole, whatever stands in the line below.
                return Some((found, first.len()));
            }
            let padded = whole.iter().position(|line| trim_end(line).ends_with(b"="));
            let short = whole.iter().position(|line| trim(line).len() < trim(first).len());
            [padded, short, Some(whole.len() - 1)]
                .into_iter()
                .flatten()
                .find_map(|last| {
                    let found = decoded(&whole[..=last])?;
                    let end = whole[last];
                    Some((found, offset(text, end) + end.len()))
                })
        })
}

fn is_base64(line: &[u8]) -> bool {
    let mut at = 0;
    while at < line.len() {
        let (kind, len) = letter(&line[at..]);
        if !is_char(line[at]) && !matches!(kind, Letter::Pad | Letter::Blank | Letter::Nothing) {
            return false;
        }
        at += len;
    }
    true
}

/// The text that these lines are in base64.
fn decoded(lines: &[&[u8]]) -> Option<SecretBytes> {
    if lines
        .iter()
        .any(|line| line.iter().any(|byte| matches!(byte, b'-' | b'_')))
    {
        let mut standard = SecretBytes::with_capacity(lines.iter().map(|line| line.len()).sum());
        for line in lines {
            standard.extend(line);
        }
        for byte in standard.expose_mut() {
            *byte = match *byte {
                b'-' => b'+',
                b'_' => b'/',
                other => other,
            };
        }
        return text_of(&[standard.expose()]);
    }
    text_of(lines)
}

fn text_of(lines: &[&[u8]]) -> Option<SecretBytes> {
    let blobs = readings(lines, Extent::Whole).filter_map(|reading| reading.blob());
    blobs.map(|(blob, _)| blob).find(|blob| is_text(blob.expose()))
}

/// Whether a word begins with text in base64.
fn begins_text(word: &[u8]) -> bool {
    let sample = &word[..word.len().min(SAMPLE) / 4 * 4];
    decoded(&[sample]).is_some()
}

/// Whether these bytes may be text: with next to no control characters, or UTF-16.
fn is_text(bytes: &[u8]) -> bool {
    let zeros = |from: usize| {
        bytes
            .iter()
            .skip(from)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let is_wide = [0, 1]
        .into_iter()
        .any(|from| zeros(from) * 8 >= bytes.len() * 3 && zeros(1 - from) == 0);
    // What old programs put behind a text may be there.
    let end = bytes
        .iter()
        .rposition(|byte| !matches!(byte, 0 | 0x1a))
        .map_or(0, |last| last + 1);
    let controls = bytes[..end]
        .iter()
        .filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace())
        .count();
    // A sample may end within a character.
    let strays: usize = bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    let is_long = bytes.len() >= 16 && end * 2 >= bytes.len();
    is_long && (is_wide || (controls == 0 && strays * 16 <= bytes.len() + 32))
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding as _};

    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        decoded_texts(text.as_bytes(), |text| {
            found.push(String::from_utf8(text.expose().to_vec()).unwrap());
        });
        found
    }

    #[test]
    fn text_in_base64_is_found_broken_into_lines_and_among_other_words() {
        let text = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n\u{2212}\u{2212}é\n";
        let word = Base64::encode_string(text.as_bytes());
        let wrapped = format!("  {}\n  {}\n", &word[..64], &word[64..]);
        let quoted = format!("> {}\n> {}\n", &word[..64], &word[64..]);
        let address = word.replace('+', "-").replace('/', "_");
        for carrier in [
            word.clone(),
            wrapped,
            quoted,
            address,
            format!("id_rsa: {word}\nuser: dTE=\n"),
            format!("\"{}\"", word.trim_end_matches('=')),
        ] {
            assert_eq!(found(&carrier), [text], "{carrier}");
        }
        assert_eq!(found(&format!("{word}\n{word}\n")).concat(), text.repeat(2));
        let binary = Base64::encode_string(&(0..90).collect::<Vec<u8>>());
        for other in ["Lorem ipsum dolor sit amet", &binary, &"A".repeat(100)] {
            assert!(found(other).is_empty(), "{other}");
        }
    }
}

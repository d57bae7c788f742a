//! Where a key’s text was really changed: what is lost there cannot be made up, but it can be named; and whether anything
//! was passed over in it.

use super::letters::{Letter, is_blank, letter, lines, offset, trim};
use crate::format::Fault;

/// The line between two marks that differs from all others, if there is one: a character that does not belong there,
/// or more or fewer of them than in its neighbours. Lines are counted from the one with BEGIN.
pub(super) fn odd_line(region: &[u8]) -> Option<Fault> {
    let mut lens = Vec::new();
    for (number, line) in lines(region).enumerate().take(1 << 13) {
        let line_number = number + 1;
        let line = trim(line.text);
        if line.is_empty() || line.contains(&b':') {
            continue;
        }
        if let Some((column, character)) = foreign(line) {
            return Some(Fault::ForeignCharacter {
                line: line_number,
                column,
                character,
            });
        }
        lens.push((line_number, line.len()));
    }
    // The last line may be shorter.
    let (last, others) = lens.split_last()?;
    let usual = usual_len(others)?;
    let mut odd = others.iter().filter(|(_, len)| *len != usual);
    let (line, len) = *odd
        .next()
        .or_else(|| Some(last).filter(|(_, len)| *len > usual))?;
    odd.next()
        .is_none()
        .then_some(Fault::OddLine { line, len, usual })
}

/// The length that most lines have, and more than half of them.
fn usual_len(lens: &[(usize, usize)]) -> Option<usize> {
    let usual = lens.get(lens.len() / 2)?.1;
    let mut sorted: Vec<usize> = lens.iter().map(|(_, len)| *len).collect();
    sorted.sort_unstable();
    let middle = sorted[sorted.len() / 2];
    let count = |len| sorted.iter().filter(|other| **other == len).count();
    let best = if count(middle) >= count(usual) {
        middle
    } else {
        usual
    };
    (count(best) > 1 && count(best) * 2 > sorted.len()).then_some(best)
}

/// The first character that base64 does not have, and which one of its line it is.
fn foreign(line: &[u8]) -> Option<(usize, char)> {
    let (mut at, mut column) = (0, 0);
    while at < line.len() {
        column += 1;
        let (kind, len) = letter(&line[at..]);
        if matches!(kind, Letter::Other | Letter::Dash) {
            let end = (at + 4).min(line.len());
            let chunk = line[at..end].utf8_chunks().next()?;
            let character = chunk
                .valid()
                .chars()
                .next()
                .unwrap_or(char::REPLACEMENT_CHARACTER);
            return Some((column, character));
        }
        at += len;
    }
    None
}

/// Behind the last character of base64 in a line, of which so many are `left`; nothing where none is.
pub(super) fn end_within(line: &[u8], left: &mut usize) -> Option<usize> {
    let mut end = None;
    for (at, byte) in line.iter().enumerate() {
        let is_char = byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
        if is_char && *left > 0 {
            *left -= 1;
            end = Some(at + 1);
        } else if *byte == b'=' && *left == 0 && end == Some(at) {
            end = Some(at + 1);
        }
    }
    end
}

/// Whether the first `chars` characters of base64 in these pieces of a text stand there one behind the other: no line that says
/// something was passed over between them, and the last of them does not begin a longer word.
pub(super) fn is_unbroken(text: &[u8], pieces: &[&[u8]], chars: usize) -> bool {
    let mut left = chars;
    let mut end = None;
    for piece in pieces {
        let Some(within) = end_within(piece, &mut left) else {
            continue;
        };
        let start = offset(text, piece);
        if end.is_some_and(|end| !is_gap(text.get(end..start).unwrap_or_default())) {
            return false;
        }
        end = Some(start + within);
        if left == 0 {
            break;
        }
    }
    let behind = end.and_then(|end| text.get(end..)).unwrap_or_default();
    behind.is_empty() || letter(behind).0 != Letter::Base64
}

/// Whether what stands between two pieces is no more than the end of a line, and what stands in front of the next one.
fn is_gap(gap: &[u8]) -> bool {
    let mut parts = gap.split(|byte| *byte == b'\n');
    let behind = parts.next().unwrap_or_default();
    let mut between: Vec<&[u8]> = parts.collect();
    // The last part stands in front of the next piece in its line.
    let is_one_line = between.pop().is_none();
    let escapes = [&b"\\n"[..], b"\\r"];
    let is_escape = |at: usize| at > 0 && escapes.contains(&&behind[at - 1..=at]);
    let mut letters = behind
        .iter()
        .enumerate()
        .filter(|(_, byte)| byte.is_ascii_alphabetic());
    let is_end = is_one_line || letters.all(|(at, _)| is_escape(at));
    let says_nothing = |line: &&[u8]| {
        let is_sign = |byte: &u8| byte.is_ascii_whitespace() || b">|#/*;".contains(byte);
        is_blank(line) || line.iter().all(is_sign)
    };
    is_end && between.iter().all(says_nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_differs_is_named() {
        let text = |lines: &[&str]| format!("\n{}\n", lines.join("\n"));
        for (lines, fault) in [
            (&["AAAA", "AAAA", "AAAA", "AA"][..], None),
            (
                &["AAAA", "AAA", "AAAA", "AAAA", "AA"],
                Some(Fault::OddLine {
                    line: 3,
                    len: 3,
                    usual: 4,
                }),
            ),
            (
                &["AAAA", "AAAA", "AAAAA", "AAAA", "AA"],
                Some(Fault::OddLine {
                    line: 4,
                    len: 5,
                    usual: 4,
                }),
            ),
            (
                &["AAAA", "AAAA", "AAAAAA"],
                Some(Fault::OddLine {
                    line: 4,
                    len: 6,
                    usual: 4,
                }),
            ),
            (&["AAAA", "AAA", "AAAA", "AAA", "AAAA", "AA"], None),
            (
                &["AAAA", "A*AA", "AA"],
                Some(Fault::ForeignCharacter {
                    line: 3,
                    column: 2,
                    character: '*',
                }),
            ),
            (
                &["AAAA", "A…AA", "AA"],
                Some(Fault::ForeignCharacter {
                    line: 3,
                    column: 2,
                    character: '…',
                }),
            ),
            (&["AAAA"], None),
        ] {
            assert_eq!(odd_line(text(lines).as_bytes()), fault, "{lines:?}");
        }
    }

    #[test]
    fn pieces_are_unbroken_where_nothing_was_passed_over() {
        for (text, marks, is_one) in [
            ("AAAA\nBBBB\n", "AAAA BBBB", true),
            ("> AAAA\n>\n> BBBB\n", "AAAA BBBB", true),
            ("\"AAAA\\n\" +\n\"BBBB\"\n", "AAAA BBBB", true),
            ("12:00 x AAAA\n12:01 y BBBB\n", "AAAA BBBB", true),
            ("AAAA\nother\nBBBB\n", "AAAA BBBB", false),
            ("AAAA\n\u{4e00}\u{4e01}\nBBBB\n", "AAAA BBBB", false),
            ("AAAA-Lines\nBBBB\n", "AAAA BBBB", false),
            ("AAAA\nBBBBate\n", "AAAA BBBB", false),
            ("AAAA\nBBBB-Lines: 1\n", "AAAA BBBB", true),
        ] {
            let mut at = 0;
            let pieces: Vec<&[u8]> = marks
                .split(' ')
                .map(|mark| {
                    let start = at + text[at..].find(mark).unwrap();
                    at = start + mark.len();
                    &text.as_bytes()[start..at]
                })
                .collect();
            assert_eq!(is_unbroken(text.as_bytes(), &pieces, 8), is_one, "{text:?}");
        }
    }
}

//! Where a key’s text was really changed: what is lost there cannot be made up, but it can be named.

use super::letters::{Letter, letter, lines, trim};
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
}

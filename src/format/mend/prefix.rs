//! What stands in front of each line of a key: the marks of a mail, numbers, dashes of a list, times.

use super::accident::{Accident, Accidents};
use super::letters::{Letter, is_blank, letter, trim, trim_end, trim_start};

/// A way to take off what stands in front of the lines, and around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// `> `, as mail programs put it.
    Quotes,
    /// `12: `, `  12\t`.
    Numbers,
    /// `- `, as a list has it.
    List,
    /// `# `, `// `, `; `.
    Remarks,
    /// `+` or `-`, as a list of changes has it.
    Changes,
    /// Anything with a blank behind it: the time in a log.
    LastWord,
    /// As much as stands in front of the first mark: the time in a log, before headers that have blanks in them.
    Column,
    /// What a program's text has around its strings.
    Signs,
    /// Anything that is not base64, on both sides: quotation marks and commas of a program's text.
    Longest,
}

/// The rules one after the other, each tried where those before it led to no key.
pub(super) const WAYS: [&[Rule]; 15] = [
    &[],
    &[Rule::Quotes],
    &[Rule::Numbers],
    &[Rule::List],
    &[Rule::Remarks],
    &[Rule::Numbers, Rule::Quotes],
    &[Rule::Quotes, Rule::Numbers],
    &[Rule::LastWord],
    &[Rule::Remarks, Rule::Numbers],
    &[Rule::Changes],
    &[Rule::Column],
    &[Rule::Signs],
    &[Rule::List, Rule::Signs],
    &[Rule::List, Rule::Longest],
    &[Rule::Longest],
];

/// So long a word in the line of a mark is a part of the key.
const LEAST_IN_LINE_OF_MARK: usize = 16;

impl Rule {
    /// What it says of a key that it was needed for.
    pub(super) fn accident(self) -> Accident {
        match self {
            Self::Quotes => Accident::QuoteMarks,
            Self::Numbers => Accident::LineNumbers,
            Self::List => Accident::InsideYaml,
            Self::Remarks | Self::Changes | Self::LastWord | Self::Column | Self::Signs | Self::Longest => {
                Accident::InsideText
            }
        }
    }

    /// Whether it takes off whatever there is, so that it says little about the text.
    pub(super) fn is_crude(self) -> bool {
        matches!(self, Self::Signs | Self::Longest)
    }

    /// What is left of a line; nothing where the line does not begin as the rule says. So many bytes stand in front
    /// of the first mark.
    fn rest(self, line: &[u8], column: usize) -> Option<&[u8]> {
        match self {
            Self::Quotes => {
                let mut rest = trim_start(line);
                let before = rest.len();
                while let [b'>' | b'|', behind @ ..] = rest {
                    rest = match behind {
                        [b' ' | b'\t', further @ ..] => further,
                        _ => behind,
                    };
                }
                (rest.len() < before).then_some(rest)
            }
            Self::Numbers => {
                let line = trim_start(line);
                let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let rest = &line[digits..];
                let separators = b":.|)]>-\t ";
                let is_separated =
                    rest.is_empty() || rest.first().is_some_and(|byte| separators.contains(byte));
                if digits == 0 || digits > 7 || !is_separated {
                    return None;
                }
                let sign = rest
                    .iter()
                    .take(1)
                    .filter(|byte| separators[..6].contains(byte))
                    .count();
                Some(without_one_blank(&rest[sign..]))
            }
            Self::List => match trim_start(line) {
                b"-" => Some(&[]),
                [b'-', b' ' | b'\t', rest @ ..] => Some(rest),
                _ => None,
            },
            Self::Remarks => {
                let line = trim_start(line);
                let starts: [&[u8]; 8] = [b"///", b"//", b"#", b";", b"--", b"*", b"%", b"REM "];
                let rest = starts.into_iter().find_map(|start| line.strip_prefix(start));
                rest.map(without_one_blank)
            }
            Self::Changes => match line {
                [b'+' | b'-' | b' ', rest @ ..] => Some(rest),
                _ => None,
            },
            Self::LastWord => {
                let line = trim_end(line);
                let start = last_blank(line)?;
                (!is_blank(&line[..start])).then_some(&line[start..])
            }
            Self::Column => line.get(column..).filter(|_| column > 0),
            Self::Signs => Some(without_signs(line)),
            Self::Longest => Some(longest(line)),
        }
    }
}

/// What stands between quotation marks; without such, what is left when the signs of programs are taken off.
fn without_signs(line: &[u8]) -> &[u8] {
    let is_sign = |byte: &&u8| b",;.()&_$+ \t".contains(byte);
    let quote = line.iter().position(|byte| matches!(byte, b'"' | b'\''));
    if let Some(open) = quote {
        let close = line.iter().rposition(|byte| *byte == line[open]);
        let inside = match close {
            Some(close) if close > open => &line[open + 1..close],
            // One of both stands in the line before or behind.
            _ if trim(&line[..open]).is_empty() => &line[open + 1..],
            _ => &line[..open],
        };
        return if inside.iter().all(|byte| is_sign(&byte)) {
            &[]
        } else {
            inside
        };
    }
    let is_edge = |byte: &&u8| is_sign(byte) && **byte != b'+';
    let start = line.iter().take_while(is_edge).count();
    let end = line[start..].iter().rev().take_while(is_edge).count();
    &line[start..line.len() - end]
}

/// A blank belongs to what stands before it.
fn without_one_blank(line: &[u8]) -> &[u8] {
    match line {
        [b' ' | b'\t', rest @ ..] => rest,
        _ => line,
    }
}

/// Behind the last blank of a line.
fn last_blank(line: &[u8]) -> Option<usize> {
    let (mut at, mut found) = (0, None);
    while at < line.len() {
        let (kind, len) = letter(&line[at..]);
        at += len;
        if kind == Letter::Blank {
            found = Some(at);
        }
    }
    found
}

/// The longest run of base64 in a line; nothing of it where all of them are signs of a program's text.
pub(super) fn longest(line: &[u8]) -> &[u8] {
    let (mut at, mut start, mut best) = (0, 0, 0..0);
    let close = |start: usize, end: usize, best: &mut std::ops::Range<usize>| {
        let is_sign = line[start..end]
            .iter()
            .all(|byte| matches!(byte, b'+' | b'/' | b'='));
        if !is_sign && end - start > best.len() {
            *best = start..end;
        }
    };
    while at < line.len() {
        let (kind, len) = letter(&line[at..]);
        if !matches!(kind, Letter::Base64 | Letter::Pad) {
            close(start, at, &mut best);
            start = at + len;
        }
        at += len;
    }
    close(start, line.len(), &mut best);
    &line[best]
}

/// The lines of a key without what stands in front of them.
#[derive(Debug)]
pub(super) struct Stripped<'a> {
    pub(super) lines: Vec<&'a [u8]>,
    /// What was taken off.
    pub(super) accidents: Accidents,
}

/// How the first and the last of some lines differ from the others.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ends {
    /// Whether they hold what stands in the same line as the marks, which need not begin as the others do.
    pub(super) are_of_marks: bool,
    /// How many bytes stand in front of the first mark.
    pub(super) column: usize,
}

/// Takes off what one of [`WAYS`] says; nothing where it does not fit all the lines.
pub(super) fn stripped<'a>(lines: &[&'a [u8]], way: &[Rule], ends: Ends) -> Option<Stripped<'a>> {
    let last = lines.len().saturating_sub(1);
    let mut found = Vec::with_capacity(lines.len());
    for (number, line) in lines.iter().enumerate() {
        let is_end = ends.are_of_marks && (number == 0 || number == last);
        let mut rest = Some(*line);
        for rule in way {
            rest = rest.and_then(|line| {
                if is_blank(line) {
                    Some(line)
                } else {
                    rule.rest(line, ends.column)
                }
            });
        }
        match rest {
            Some(rest) if is_end && !may_be_payload(rest) => {}
            Some(rest) if is_end && way.contains(&Rule::Longest) && rest.len() < LEAST_IN_LINE_OF_MARK => {}
            Some(rest) => found.push(rest),
            None if is_end => {
                if may_be_payload(line) {
                    found.push(line);
                }
            }
            None => return None,
        }
    }
    let accidents = way.iter().map(|rule| rule.accident()).collect::<Vec<_>>();
    Some(Stripped {
        lines: found,
        accidents: Accidents::of(&accidents),
    })
}

/// Whether what stands in the line of a mark may belong to the key: quotation marks and commas do not.
pub(super) fn may_be_payload(part: &[u8]) -> bool {
    let part = trim(part);
    let has_word = part.split(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')));
    let is_base64 = || {
        let mut at = 0;
        while at < part.len() {
            let (kind, len) = letter(&part[at..]);
            if !matches!(
                kind,
                Letter::Base64 | Letter::Pad | Letter::Blank | Letter::Nothing
            ) {
                return false;
            }
            at += len;
        }
        !part.is_empty()
    };
    is_base64()
        || has_word
            .into_iter()
            .any(|word| word.len() >= LEAST_IN_LINE_OF_MARK)
}

/// Whether the first character of a line is a blank.
pub(super) fn is_indented(line: &[u8]) -> bool {
    matches!(letter(line).0, Letter::Blank) && !is_blank(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(rule: Rule, line: &str) -> Option<&str> {
        rule.rest(line.as_bytes(), 4)
            .map(|rest| std::str::from_utf8(rest).unwrap())
    }

    #[test]
    fn each_rule_takes_off_what_it_is_for_and_no_more() {
        for (rule, line, left) in [
            (Rule::Quotes, "> AAEC", "AAEC"),
            (Rule::Quotes, "  >> > AAEC", "AAEC"),
            (Rule::Quotes, ">", ""),
            (Rule::Numbers, "     2\tAAEC", "AAEC"),
            (Rule::Numbers, "12: AAEC", "AAEC"),
            (Rule::Numbers, "12 AAEC", "AAEC"),
            (Rule::Numbers, "12", ""),
            (Rule::List, "  - AAEC", "AAEC"),
            (Rule::Remarks, " # AAEC", "AAEC"),
            (Rule::Remarks, "//AAEC", "AAEC"),
            (Rule::Changes, "+AAEC", "AAEC"),
            (Rule::LastWord, "[2026-11-30T04:52:01.000Z] AAEC ", "AAEC"),
            (Rule::Column, "[1] AAEC", "AAEC"),
            (Rule::Signs, "    \"AA EC+\" +", "AA EC+"),
            (Rule::Signs, "AAEC+,", "AAEC+"),
            (Rule::Longest, "    \"AAEC\\n\" +", "AAEC"),
            (Rule::Longest, "\" +", ""),
            (Rule::Longest, "'AA+C=',", "AA+C="),
        ] {
            assert_eq!(rest(rule, line), Some(left), "{rule:?} {line:?}");
        }
        for (rule, line) in [
            (Rule::Quotes, "AAEC"),
            (Rule::Numbers, "12AAEC"),
            (Rule::Numbers, "AAEC"),
            (Rule::List, "-AAEC"),
            (Rule::Remarks, "AAEC"),
            (Rule::LastWord, "  AAEC"),
        ] {
            assert_eq!(rest(rule, line), None, "{rule:?} {line:?}");
        }
    }

    #[test]
    fn a_way_holds_for_every_line_but_those_of_the_marks() {
        let lines: [&[u8]; 4] = [b"\",", b"> AAEC", b">", b"> "];
        let found = stripped(
            &lines,
            &[Rule::Quotes],
            Ends {
                are_of_marks: true,
                column: 0,
            },
        )
        .unwrap();
        assert_eq!(found.lines, [&b"AAEC"[..], b""]);
        assert_eq!(found.accidents, Accidents::of(&[Accident::QuoteMarks]));
        assert!(stripped(&[b"> AAEC", b"AAEC"], &[Rule::Quotes], Ends::default()).is_none());
    }
}

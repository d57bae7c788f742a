//! What a server says, made safe to show: it may come from an enemy.
//!
//! A server would like to look like this program: it could ask for the passphrase of a key on this computer in our own
//! words. So what it says stands either inside a sentence of ours, as one line ([`line`]), or by itself ([`said`]), each
//! line behind `(user@host) `, as ssh has it, and so short that no terminal folds it: what a terminal folds goes on at its
//! left edge, where only our own words begin.

use std::fmt::Display;

use crate::key::comment::escaped;

/// The longest line that is shown in a sentence, in characters.
const LONGEST_LINE: usize = 300;
/// As many lines as are shown of a longer text.
pub(super) const MOST_LINES: usize = 40;
/// As many columns as a line has that stands by itself, with its mark.
const WIDTH: usize = 76;
/// As many columns as the server's name has in the mark.
const LONGEST_NAME: usize = 36;

/// One line for a sentence of ours, whatever was sent; what steers terminals or directions is spelled out, and the end of
/// a long one cut off. It does not close the quotation marks in which it stands.
pub(super) fn line(bytes: &[u8]) -> String {
    let bytes = bytes.trim_ascii();
    let bytes = bytes.get(..LONGEST_LINE * 4).unwrap_or(bytes);
    let text = escaped(bytes).replace(['“', '”'], "\"");
    match text.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// What a server says or asks: some lines, each cleaned and marked as its own. Nothing where it says nothing.
pub(super) fn said(by: &impl Display, text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let mark = mark(by);
    let width = WIDTH - columns(&mark);
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let cleaned = escaped(line.trim_end().as_bytes());
        let mut rest = cleaned.as_str();
        loop {
            if lines.len() == MOST_LINES {
                lines.push(format!("{mark}…"));
                return lines.join("\n");
            }
            let (first, behind) = folded(rest, width);
            lines.push(format!("{mark}{first}").trim_end().to_owned());
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
    }
    lines.join("\n")
}

/// The same of a question, of which at least the mark is there.
pub(super) fn asked(by: &impl Display, text: &str) -> String {
    let said = said(by, text);
    if said.is_empty() {
        return mark(by).trim_end().to_owned();
    }
    said
}

fn mark(by: &impl Display) -> String {
    let name = by.to_string();
    match cut(&name, LONGEST_NAME) {
        (name, "") => format!("({name}) "),
        (beginning, _) => format!("({beginning}…) "),
    }
}

/// As much as goes into one line, up to a blank where there is one, and what is left for the next.
fn folded(text: &str, width: usize) -> (&str, &str) {
    let (first, behind) = cut(text, width);
    match first.rfind(' ') {
        Some(blank) if !behind.is_empty() && blank > first.len() / 2 => text.split_at(blank + 1),
        _ => (first, behind),
    }
}

/// What fits into so many columns, and the rest.
fn cut(text: &str, width: usize) -> (&str, &str) {
    let mut used = 0;
    let too_far = text.char_indices().find(|(_, character)| {
        used += columns_of(*character);
        used > width
    });
    text.split_at(too_far.map_or(text.len(), |(at, _)| at))
}

fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// As many columns as a character takes at most.
fn columns_of(character: char) -> usize {
    if character.is_ascii() { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_server_says_steers_a_terminal() {
        assert_eq!(line(b" Pass\x1b[2Jword:\r\n"), r"Pass\u{1b}[2Jword:");
        assert_eq!(line("a\u{202e}b\nc".as_bytes()), r"a\u{202e}b\nc");
        assert_eq!(line(b"\xff"), r"\xff");
        assert_eq!(
            said(&"jo@h", "one\r\n\r\ntwo\x07\u{2066}\n\n"),
            "(jo@h) one\n(jo@h)\n(jo@h) two\\u{7}\\u{2066}"
        );
        assert_eq!(said(&"jo@h", " \r\n"), "");
        assert_eq!(asked(&"jo@h", " \r\n"), "(jo@h)");
    }

    #[test]
    fn what_is_too_long_is_cut_off() {
        assert_eq!(
            line("ü".repeat(5000).as_bytes()).chars().count(),
            LONGEST_LINE + 1
        );
        for text in ["x\n".repeat(5000), "x".repeat(500_000), " x".repeat(500_000)] {
            assert_eq!(said(&"jo@h", &text).lines().count(), MOST_LINES + 1);
        }
    }

    #[test]
    fn a_quotation_is_not_closed_by_what_is_quoted() {
        assert_eq!(line("a” b “c".as_bytes()), "a\" b \"c");
    }

    #[test]
    fn no_line_of_a_server_begins_at_the_left_edge() {
        let long_name = format!("{}@{}", "ü".repeat(60), "h".repeat(200));
        for name in ["jo@example.org", &long_name] {
            let mark = mark(&name);
            for filler in [" ", "x", "…", "漢", "x "] {
                let text = format!("{} Passphrase of ~/.ssh/id_ed25519: ", filler.repeat(90));
                let said = said(&name, &text);
                let joined: String = said.lines().map(|line| &line[mark.len()..]).collect();
                for line in said.lines() {
                    assert!(line.starts_with(&mark), "{line}");
                    assert!(columns(line) <= WIDTH, "{line}");
                }
                let squeezed = |text: &str| text.replace(' ', "");
                assert_eq!(squeezed(&joined), squeezed(&text));
            }
        }
    }
}

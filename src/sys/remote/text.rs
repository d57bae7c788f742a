//! What a server says, made safe to show: it may come from an enemy.

use crate::key::comment::escaped;

/// The longest line that is shown, in characters.
const LONGEST_LINE: usize = 300;
/// As many lines as are shown of a longer text.
const MOST_LINES: usize = 40;

/// One line, whatever was sent; what steers terminals or directions is spelled out, and the end of a long one cut off.
pub(super) fn line(bytes: &[u8]) -> String {
    let bytes = bytes.get(..LONGEST_LINE * 4).unwrap_or(bytes).trim_ascii();
    let text = escaped(bytes);
    match text.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Several lines, each cleaned, without blank ones at the end.
pub(super) fn paragraph(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .take(MOST_LINES)
        .map(|text| line(text.as_bytes()))
        .collect();
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_server_says_steers_a_terminal() {
        assert_eq!(line(b" Pass\x1b[2Jword:\r\n"), r"Pass\u{1b}[2Jword:");
        assert_eq!(line("a\u{202e}b\nc".as_bytes()), r"a\u{202e}b\nc");
        assert_eq!(line(b"\xff"), r"\xff");
        assert_eq!(paragraph("one\r\ntwo\x07\n\n"), "one\ntwo\\u{7}");
    }

    #[test]
    fn what_is_too_long_is_cut_off() {
        assert_eq!(
            line("ü".repeat(5000).as_bytes()).chars().count(),
            LONGEST_LINE + 1
        );
        assert_eq!(paragraph(&"x\n".repeat(5000)).lines().count(), MOST_LINES);
    }
}

//! What characters are to a key's text, whatever program has exchanged them for prettier ones.

/// What a character is to a key's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letter {
    /// One of the 64 of base64.
    Base64,
    /// `=`.
    Pad,
    /// A blank of any width.
    Blank,
    /// What ends a line.
    Break,
    /// A dash of any length.
    Dash,
    /// A character that cannot be seen.
    Nothing,
    /// Another one.
    Other,
}

/// The first character of `text`, and how many bytes it has. What is not UTF-8 is Windows-1252.
pub(super) fn letter(text: &[u8]) -> (Letter, usize) {
    let kind = match text {
        [b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/', ..] => Letter::Base64,
        [b'=', ..] => Letter::Pad,
        [b' ' | b'\t', ..] => Letter::Blank,
        [b'\n' | b'\r' | 0x0b | 0x0c, ..] => Letter::Break,
        [b'-', ..] => Letter::Dash,
        [first, ..] if first.is_ascii() => Letter::Other,
        _ => return of_many(text),
    };
    (kind, 1)
}

fn of_many(text: &[u8]) -> (Letter, usize) {
    let window = &text[..text.len().min(4)];
    let character = window
        .utf8_chunks()
        .next()
        .and_then(|chunk| chunk.valid().chars().next());
    match (character, text.first()) {
        (Some(character), _) => (of_character(character), character.len_utf8()),
        (None, Some(0x96 | 0x97)) => (Letter::Dash, 1),
        (None, Some(0xa0)) => (Letter::Blank, 1),
        (None, Some(0xad)) => (Letter::Nothing, 1),
        _ => (Letter::Other, 1),
    }
}

fn of_character(character: char) -> Letter {
    match character {
        '\u{85}' | '\u{2028}' | '\u{2029}' => Letter::Break,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            Letter::Blank
        }
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => {
            Letter::Nothing
        }
        '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{2212}'
        | '\u{2500}'
        | '\u{2501}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff0d}' => Letter::Dash,
        _ => Letter::Other,
    }
}

/// A line, what ends it, and where it stands in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Without what ends it.
    pub(super) text: &'a [u8],
    /// LF, CRLF, a character of another kind, or nothing.
    pub(super) end: &'a [u8],
}

/// The lines of a text, whatever ends them.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = Line<'_>> + Clone {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut at = 0;
        while at < text.len() {
            let (kind, len) = letter(&text[at..]);
            if kind == Letter::Break {
                let len = if text[at..].starts_with(b"\r\n") { 2 } else { len };
                rest = Some(&text[at + len..]);
                return Some(Line {
                    text: &text[..at],
                    end: &text[at..at + len],
                });
            }
            at += len;
        }
        rest = None;
        (!text.is_empty()).then_some(Line { text, end: &[] })
    })
}

/// How many bytes of blanks and of nothing `text` begins with.
pub(super) fn blank_len(text: &[u8]) -> usize {
    run_len(text, |kind| matches!(kind, Letter::Blank | Letter::Nothing))
}

/// The same with line breaks among them.
pub(super) fn space_len(text: &[u8]) -> usize {
    run_len(text, |kind| {
        matches!(kind, Letter::Blank | Letter::Nothing | Letter::Break)
    })
}

/// How many bytes of characters of one kind `text` begins with.
pub(super) fn run_len(text: &[u8], is_one: impl Fn(Letter) -> bool) -> usize {
    let mut at = 0;
    while at < text.len() {
        let (kind, len) = letter(&text[at..]);
        if !is_one(kind) {
            break;
        }
        at += len;
    }
    at
}

/// `text` without blanks of any width at its beginning.
pub(super) fn trim_start(text: &[u8]) -> &[u8] {
    &text[blank_len(text)..]
}

/// `text` without blanks of any width at its end.
pub(super) fn trim_end(text: &[u8]) -> &[u8] {
    let mut end = 0;
    let mut at = 0;
    while at < text.len() {
        let (kind, len) = letter(&text[at..]);
        at += len;
        if !matches!(kind, Letter::Blank | Letter::Nothing) {
            end = at;
        }
    }
    &text[..end]
}

/// Both.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    trim_end(trim_start(text))
}

/// `text` without blanks and line breaks at both ends.
pub(super) fn trim_space(text: &[u8]) -> &[u8] {
    let text = &text[space_len(text)..];
    let mut end = text.len();
    while end > 0 {
        let start = (0..end).rev().find(|at| text[*at] & 0xc0 != 0x80).unwrap_or(0);
        match letter(&text[start..end]) {
            (Letter::Blank | Letter::Nothing | Letter::Break, len) if start + len == end => end = start,
            _ => break,
        }
    }
    &text[..end]
}

/// Whether nothing can be seen in `text`.
pub(super) fn is_blank(text: &[u8]) -> bool {
    blank_len(text) == text.len()
}

/// Whether nothing in `text` looks as if it were spelled out for what the text stands in.
pub(super) fn is_tidy(text: &[u8]) -> bool {
    const SIGNS: [&[u8]; 10] = [
        b"&#", b"&lt;", b"&gt;", b"&amp;", b"&quot;", b"&apos;", b"</", b"<br", b"%20", b"%0A",
    ];
    const ENDS: [&[u8]; 7] = [b"\\n", b"\\r", b"\\012", b"\\u000a", b"\\x0a", b"`n", b"\\\""];
    const BEHIND: [&[u8]; 8] = [b"\"", b"'", b"\\", b"`", b"ssh-", b"ecdsa-", b"sk-", b"-----"];
    // A comment may have such characters in it; a line break that is spelled out has nothing behind it, or what a new
    // line begins with.
    let is_spelled = |end: &&[u8]| {
        find(text, end).is_some_and(|at| {
            let rest = &text[at + end.len()..];
            rest.is_empty() || BEHIND.iter().any(|start| rest.starts_with(start))
        })
    };
    SIGNS.iter().all(|sign| find(text, sign).is_none()) && !ENDS.iter().any(is_spelled)
}

/// Where `part`, which was cut out of `text`, begins in it.
pub(super) fn offset(text: &[u8], part: &[u8]) -> usize {
    part.as_ptr().addr().saturating_sub(text.as_ptr().addr())
}

/// Where `part` begins in `text`.
pub(super) fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    let first = *part.first()?;
    let mut at = 0;
    while let Some(found) = text[at..].iter().position(|byte| *byte == first) {
        at += found;
        if text[at..].starts_with(part) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Where `part` begins in `text`, in small or capital letters; `part` is in small ones.
pub(super) fn find_any_case(text: &[u8], part: &[u8]) -> Option<usize> {
    (0..(text.len() + 1).checked_sub(part.len())?)
        .find(|at| text[*at..*at + part.len()].eq_ignore_ascii_case(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prettier_character_is_known_for_what_it_stands_for() {
        for (text, kind) in [
            ("\u{a0}", Letter::Blank),
            ("\u{3000}", Letter::Blank),
            ("\u{200b}", Letter::Nothing),
            ("\u{feff}", Letter::Nothing),
            ("\u{ad}", Letter::Nothing),
            ("\u{2014}", Letter::Dash),
            ("\u{2212}", Letter::Dash),
            ("\u{ff0d}", Letter::Dash),
            ("\u{2028}", Letter::Break),
            ("\u{85}", Letter::Break),
        ] {
            assert_eq!(letter(text.as_bytes()), (kind, text.len()), "{text:?}");
        }
        for text in ["é", "…", "“", "ｂ", "\u{1f511}", "*"] {
            assert_eq!(letter(text.as_bytes()), (Letter::Other, text.len()), "{text:?}");
        }
        assert_eq!(letter(b"\xe2\x80"), (Letter::Other, 1));
        assert_eq!(
            (letter(b"\x97-"), letter(b"\xa0a")),
            ((Letter::Dash, 1), (Letter::Blank, 1))
        );
    }

    #[test]
    fn lines_end_in_whatever_a_program_ends_them_with() {
        for end in ["\n", "\r\n", "\r", "\u{2028}", "\u{85}", "\u{b}"] {
            let text = format!("a{end}{end}b c{end}d");
            let found: Vec<_> = lines(text.as_bytes()).map(|line| (line.text, line.end)).collect();
            let end = end.as_bytes();
            assert_eq!(
                found,
                [(&b"a"[..], end), (b"", end), (b"b c", end), (b"d", b"")],
                "{end:?}"
            );
        }
        assert_eq!(lines(b"").count(), 0);
    }

    #[test]
    fn blanks_of_any_width_are_cut_off() {
        let text = " \u{a0}a \u{200b}b\u{2003}\t".as_bytes();
        assert_eq!(trim(text), "a \u{200b}b".as_bytes());
        assert_eq!(
            trim_space("\u{feff}\n a\u{2028}b \r\n\u{a0}".as_bytes()),
            "a\u{2028}b".as_bytes()
        );
        assert!(is_blank("\u{a0} \u{2060}".as_bytes()) && is_blank(b""));
        assert_eq!(trim_space(" \n\u{a0}".as_bytes()), b"");
    }
}

//! A key's comment, held so that it can enter a one-line format and be shown.
//!
//! A public key is one line of text whose end is the comment, and so a comment with a newline in it
//! is a second key: whoever appends such a line to `authorized_keys` lets its author in. Terminals
//! obey control characters, and the characters that steer writing direction make a line look like
//! another one. None of them is part of what anybody wants to say about a key.

use std::fmt;

/// A comment without any character that could end a line, steer a terminal, or hide.
///
/// Leading and trailing spaces are kept, and there is no limit to its length: a file is limited as
/// a whole when it is read, and cutting a comment would lose what the owner wrote on the next save.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Comment(String);

/// Why a text is no comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the comment has {} as its character {position}", name_of(*.character))]
pub struct CommentError {
    /// The first character that must not be there.
    pub character: char,
    /// Where it stands, in characters, counted from 1.
    pub position: usize,
}

impl Comment {
    /// A comment as somebody typed it.
    ///
    /// # Errors
    /// Names the first character that a comment must not have.
    pub fn new(text: &str) -> Result<Self, CommentError> {
        match text
            .chars()
            .enumerate()
            .find(|&(_, character)| is_forbidden(character))
        {
            Some((index, character)) => Err(CommentError {
                character,
                position: index + 1,
            }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// A comment as it stands in a file, made harmless; and whether that changed it.
    ///
    /// Bytes that are not UTF-8 are read as Windows-1252, because that is where they come from:
    /// `PuTTYgen` writes what was typed in the code page of its Windows. Where that guess is wrong
    /// the comment has strange letters, but each byte still shows as one. A tab becomes a space, and
    /// each forbidden character becomes U+FFFD (�), so that a reader sees that something was there.
    #[must_use]
    pub fn cleaned(bytes: &[u8]) -> (Self, bool) {
        let mut text = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            text.extend(chunk.valid().chars().map(|character| match character {
                '\t' => ' ',
                _ if is_forbidden(character) => char::REPLACEMENT_CHARACTER,
                _ => character,
            }));
            text.extend(chunk.invalid().iter().map(|&byte| from_windows_1252(byte)));
        }
        let changed = text.as_bytes() != bytes;
        (Self(text), changed)
    }

    /// The comment that a new key starts with: `ed25519-key-20261120`.
    ///
    /// The date is year, month and day.
    #[must_use]
    pub fn default_for(short_name: &str, (year, month, day): (i32, u8, u8)) -> Self {
        Self::cleaned(format!("{short_name}-key-{year:04}{month:02}{day:02}").as_bytes()).0
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is no character at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bytes from a file as one line that is safe to print, with what is not printable spelled out:
/// `\n`, `\u{202e}`, and `\xff` for a byte that is not UTF-8.
///
/// For showing only. A backslash stays single, because `domain\user` is a usual comment on Windows,
/// so the result cannot be read back.
#[must_use]
pub fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_forbidden(character) {
                text.extend(character.escape_default());
            } else {
                text.push(character);
            }
        }
        for byte in chunk.invalid() {
            text.extend(std::ascii::escape_default(*byte).map(char::from));
        }
    }
    text
}

/// Whether a character ends lines, steers terminals or writing direction, or cannot be seen.
pub(crate) fn is_forbidden(character: char) -> bool {
    matches!(
        character,
        // C0, DEL and C1: line ends, the escape that starts a terminal command, its one-byte form.
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        // Marks, embeddings, overrides and isolates of writing direction (UAX 9).
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        // Line and paragraph separators, which some programs take for the end of a line.
        | '\u{2028}' | '\u{2029}'
        // Characters without a picture: two comments that look alike must be alike.
        | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// How to speak of a character that cannot be printed.
fn name_of(character: char) -> String {
    match character {
        '\n' | '\r' => "a line break".to_owned(),
        '\t' => "a tab".to_owned(),
        '\0' => "a NUL byte".to_owned(),
        '\u{1b}' => "an escape character".to_owned(),
        _ => format!("U+{:04X}", u32::from(character)),
    }
}

/// A byte that is not UTF-8, as the Windows code page of Western Europe reads it.
fn from_windows_1252(byte: u8) -> char {
    const FROM_80_TO_9F: [char; 32] = [
        '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}',
        '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => FROM_80_TO_9F[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_comment_is_kept_as_it_is() {
        let long = "x".repeat(70_000);
        for text in [
            "",
            " ",
            "  spaces kept  ",
            "José – 汉字 🔑",
            "שלום مرحبا",
            "a\\b#\"$(id)`;|&<>%n",
            &long,
        ] {
            assert_eq!(Comment::new(text).expect("it is harmless").as_str(), text);
            assert_eq!(
                Comment::cleaned(text.as_bytes()),
                (Comment(text.to_owned()), false)
            );
            assert_eq!(escaped(text.as_bytes()), text);
        }
    }

    #[test]
    fn a_forbidden_character_is_named_with_its_place() {
        for (text, character, position, said) in [
            (
                "x\nssh-ed25519 AAAA attacker",
                '\n',
                2,
                "the comment has a line break as its character 2",
            ),
            ("\r", '\r', 1, "the comment has a line break as its character 1"),
            ("é\0b\n", '\0', 2, "the comment has a NUL byte as its character 2"),
            (
                "\u{1b}[2J",
                '\u{1b}',
                1,
                "the comment has an escape character as its character 1",
            ),
            (
                "ab\u{202e}c",
                '\u{202e}',
                3,
                "the comment has U+202E as its character 3",
            ),
            ("a\tb", '\t', 2, "the comment has a tab as its character 2"),
        ] {
            let error = Comment::new(text).expect_err("it is dangerous");
            assert_eq!(error, CommentError { character, position });
            assert_eq!(error.to_string(), said);
        }
    }

    #[test]
    fn a_comment_from_a_file_never_keeps_a_forbidden_character() {
        for point in (0..=0x10_ffff).filter_map(char::from_u32) {
            let text = format!("a{point}b");
            let (comment, changed) = Comment::cleaned(text.as_bytes());
            assert_eq!(Comment::new(comment.as_str()), Ok(comment.clone()));
            assert_eq!(changed, is_forbidden(point), "{point:?}");
            assert!(!point.is_control() || changed, "{point:?}");
            assert!(!escaped(text.as_bytes()).chars().any(is_forbidden), "{point:?}");
        }
    }

    #[test]
    fn a_comment_from_a_file_shows_where_something_was_taken_out() {
        for (bytes, cleaned, shown) in [
            (
                &b"x\nssh-ed25519 AAAA"[..],
                "x\u{fffd}ssh-ed25519 AAAA",
                "x\\nssh-ed25519 AAAA",
            ),
            (b"tab\there", "tab here", "tab\\there"),
            ("a\u{202e}b".as_bytes(), "a\u{fffd}b", "a\\u{202e}b"),
            (b"J\xfcrgen", "Jürgen", "J\\xfcrgen"),
            (b"\x9b2J \x80 \x81", "›2J € \u{fffd}", "\\x9b2J \\x80 \\x81"),
            (b"\xc3\xbc \xfc \xc0\xaf", "ü ü À¯", "ü \\xfc \\xc0\\xaf"),
        ] {
            assert_eq!(Comment::cleaned(bytes), (Comment(cleaned.to_owned()), true));
            assert_eq!(escaped(bytes), shown);
        }
    }

    #[test]
    fn a_new_key_is_named_after_its_type_and_its_day() {
        assert_eq!(
            Comment::default_for("ed25519", (2026, 11, 2)).as_str(),
            "ed25519-key-20261102"
        );
    }
}

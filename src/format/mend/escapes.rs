//! Characters that are spelled out behind a backslash, as programs and shells do it; and mail's `=3D`.

use super::letters::{Letter, blank_len, lines, run_len, trim};
use crate::secret::SecretBytes;

/// `text` with what stands behind each backslash read as programs do; nothing where there is nothing to be read so.
pub(super) fn unescaped(text: &[u8]) -> Option<SecretBytes> {
    let escape = text.iter().position(|byte| matches!(byte, b'\\' | b'`'))?;
    let mut found = SecretBytes::with_capacity(text.len());
    found.extend(&text[..escape]);
    let mut rest = &text[escape..];
    let mut is_changed = false;
    while let [first, behind @ ..] = rest {
        let (character, len) = match (first, behind) {
            (b'\\', _) => escape_at(behind),
            // PowerShell's own.
            (b'`', [b'n', ..]) => (Some('\n'), 1),
            (b'`', [b'r', ..]) => (Some('\r'), 1),
            _ => (None, usize::MAX),
        };
        if len == usize::MAX {
            found.extend(&[*first]);
            rest = behind;
            continue;
        }
        is_changed = true;
        if let Some(character) = character {
            found.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        rest = &behind[len..];
    }
    is_changed.then_some(found)
}

/// What stands behind a backslash, and how many bytes of it there are; no such thing is the largest number.
fn escape_at(behind: &[u8]) -> (Option<char>, usize) {
    let hex = |from: usize, digits: usize| {
        let digits = behind.get(from..from + digits)?;
        let digits = std::str::from_utf8(digits).ok()?;
        char::from_u32(u32::from_str_radix(digits, 16).ok()?)
    };
    match behind {
        [b'n', ..] => (Some('\n'), 1),
        [b'r', ..] => (Some('\r'), 1),
        [b't', ..] => (Some('\t'), 1),
        [
            sign @ (b'"' | b'\'' | b'\\' | b'/' | b'`' | b'=' | b'-' | b' ' | b'+' | b'$' | b':'),
            ..,
        ] => (Some(char::from(*sign)), 1),
        // The line goes on in the next one.
        [b'\r', b'\n', ..] => (None, 2),
        [b'\n', ..] => (None, 1),
        [b'u', b'{', ..] => braced(behind),
        [b'u', ..] => hex(1, 4).map_or((None, usize::MAX), |character| (Some(character), 5)),
        [b'x', ..] => hex(1, 2).map_or((None, usize::MAX), |character| (Some(character), 3)),
        [b'0'..=b'3', b'0'..=b'7', b'0'..=b'7', ..] => {
            let value = behind[..3]
                .iter()
                .fold(0_u8, |sum, digit| (sum << 3) | (digit - b'0'));
            (Some(char::from(value)), 3)
        }
        _ => (None, usize::MAX),
    }
}

/// `u{2b}`.
fn braced(behind: &[u8]) -> (Option<char>, usize) {
    let digits = behind[2..]
        .iter()
        .take(7)
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    let text = std::str::from_utf8(&behind[2..2 + digits]).unwrap_or_default();
    match (
        behind.get(2 + digits),
        u32::from_str_radix(text, 16).ok().and_then(char::from_u32),
    ) {
        (Some(b'}'), Some(character)) => (Some(character), 3 + digits),
        _ => (None, usize::MAX),
    }
}

/// `text` out of a mail in quoted-printable (RFC 2045 §6.7); nothing where it is none.
pub(super) fn from_quoted_printable(text: &[u8]) -> Option<SecretBytes> {
    let mut found = SecretBytes::with_capacity(text.len());
    let (mut at, mut is_read) = (0, false);
    while at < text.len() {
        let behind = &text[at + 1..];
        match (text[at], behind) {
            (b'=', [high, low, ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                found.extend(&[byte_of([*high, *low])]);
                is_read |= [*high, *low] == *b"3D";
                at += 3;
            }
            (b'=', _) if goes_on(behind).is_some() => {
                let len = goes_on(behind).unwrap_or_default();
                // Base64 ends in `=` as well, but no word follows that.
                is_read |= behind.get(len).is_some_and(u8::is_ascii_alphanumeric);
                at += 1 + len;
            }
            (byte, _) => {
                found.extend(&[byte]);
                at += 1;
            }
        }
    }
    is_read.then_some(found)
}

/// How much stands between a `=` at the end of a line and the line that it goes on in.
fn goes_on(behind: &[u8]) -> Option<usize> {
    let mut at = blank_len(behind);
    let breaks = run_len(&behind[at..], |kind| kind == Letter::Break);
    at += breaks;
    // The answer to a mail has its marks there.
    let marks = run_len(&behind[at..], |kind| kind == Letter::Blank);
    if breaks > 0 && behind.get(at + marks) == Some(&b'>') {
        at += behind[at..]
            .iter()
            .take_while(|byte| matches!(byte, b'>' | b' '))
            .count();
    }
    (breaks > 0).then_some(at)
}

/// What a file of commands writes with `echo`, a line each; nothing where it is none.
pub(super) fn from_echoes(text: &[u8]) -> Option<SecretBytes> {
    let mut found = SecretBytes::with_capacity(text.len());
    let mut count = 0;
    for line in lines(text).map(|line| trim(line.text)) {
        let line = line.strip_prefix(b"@").unwrap_or(line);
        let Some(said) = line.strip_prefix(b"echo ") else {
            continue;
        };
        let into = said.iter().rposition(|byte| *byte == b'>')?;
        found.extend(said[..into].strip_suffix(b">").unwrap_or(&said[..into]));
        found.extend(b"\n");
        count += 1;
    }
    (count > 1).then_some(found)
}

/// The byte that two hexadecimal digits stand for.
pub(super) fn byte_of(digits: [u8; 2]) -> u8 {
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or_default();
    u8::try_from(value(digits[0]) << 4 | value(digits[1])).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        unescaped(text.as_bytes()).map(|text| String::from_utf8(text.expose().to_vec()).unwrap())
    }

    #[test]
    fn what_stands_behind_a_backslash_is_read_once() {
        for (text, expected) in [
            ("a\\nb", "a\nb"),
            ("a\\r\\nb", "a\r\nb"),
            ("a\\\\nb", "a\\nb"),
            ("\\u002b\\x2F\\053\\u{3d}", "+/+="),
            ("\\\"a\\/b\\\"", "\"a/b\""),
            ("a\\\nb", "ab"),
            ("a`nb", "a\nb"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", "abc", "domain\\user", "\\u12", "\\", "a`b"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_mail_is_read_where_its_equals_signs_are_spelled_out() {
        let text = from_quoted_printable(b"AAE=3D\r\nAA=\r\nEC\n").unwrap();
        assert_eq!(text.expose(), b"AAE=\r\nAAEC\n");
        assert!(from_quoted_printable(b"AAE=\n-----END X-----\n").is_none());
    }

    #[test]
    fn what_a_file_of_commands_writes_is_read() {
        let text = from_echoes(b"@echo AAEC>> key\r\n@echo AA+=>>key\r\npause\r\n").unwrap();
        assert_eq!(text.expose(), b"AAEC\nAA+=\n");
        assert!(from_echoes(b"echo AAEC\necho AAEC\n").is_none());
        assert!(from_echoes(b"echo AAEC>> key\n").is_none());
    }
}

//! Text in two bytes a character, and marks that say which encoding it is.

use super::accident::{Accident, Accidents};
use crate::secret::SecretBytes;

/// The mark in front of UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// `text` in UTF-8 without the mark in front of it, where it is UTF-16, wholly or in some of its lines.
pub(super) fn from_utf16(text: &[u8]) -> Option<(SecretBytes, Accidents)> {
    let (is_big, is_marked) = match text {
        [0xff, 0xfe, ..] => (false, true),
        [0xfe, 0xff, ..] => (true, true),
        [0, ..] => (true, false),
        _ => (false, false),
    };
    let zeros: usize = text.iter().map(|byte| usize::from(*byte == 0)).sum();
    // Keys are ASCII, so that nearly every second byte is zero; a few zeros are something else.
    let has_many = zeros * 4 >= text.len() && text.len() >= 16;
    let is_utf16 = has_many || (is_marked && zeros > 0);
    if !is_utf16 {
        return None;
    }
    let units = text.chunks_exact(2).map(|pair| {
        let pair = [pair[0], pair[1]];
        if is_big {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        }
    });
    let is_whole = text.len().is_multiple_of(2) && zeros * 3 >= text.len();
    let mut found = SecretBytes::with_capacity(text.len() * 3 / 4 + 16);
    if is_whole {
        for character in char::decode_utf16(units) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            found.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    } else {
        // PowerShell has added lines in UTF-16 to others.
        for (at, byte) in text.iter().enumerate() {
            let is_mark = matches!(&text[at..], [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
                || at > 0 && matches!(&text[at - 1..=at], [0xff, 0xfe] | [0xfe, 0xff]);
            if *byte != 0 && !is_mark {
                found.extend(&[*byte]);
            }
        }
    }
    let (text, _) = without_mark(found.expose());
    let text = SecretBytes::copy_of(text);
    Some((text, Accidents::of(&[Accident::Utf16])))
}

/// `text` without the mark in front of UTF-8, and whether it had one.
pub(super) fn without_mark(text: &[u8]) -> (&[u8], bool) {
    match text.strip_prefix(MARK) {
        Some(rest) => (rest, true),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_bytes_a_character_are_read_in_either_order_with_and_without_a_mark() {
        let text = "-----BEGIN X-----\r\nSchlüssel\r\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            little.clone(),
            big.clone(),
            [&[0xff, 0xfe][..], &little].concat(),
            [&[0xfe, 0xff][..], &big].concat(),
        ] {
            let (found, accidents) = from_utf16(&bytes).unwrap();
            assert_eq!(found.expose(), text.as_bytes());
            assert_eq!(accidents, Accidents::of(&[Accident::Utf16]));
        }
        let mixed = [&b"ssh-ed25519 AAAA a\n"[..], &[0xff, 0xfe], &little].concat();
        let (found, _) = from_utf16(&mixed).unwrap();
        assert!(
            found
                .expose()
                .starts_with(b"ssh-ed25519 AAAA a\n-----BEGIN X-----\r\n")
        );
    }

    #[test]
    fn other_bytes_are_not_taken_for_it() {
        for bytes in [
            &b"-----BEGIN OPENSSH PRIVATE KEY-----\n\0"[..],
            b"",
            b"\0\0",
            b"\xff\xfe",
            &[0x30, 0, 1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5],
        ] {
            assert!(from_utf16(bytes).is_none(), "{bytes:?}");
        }
    }
}

//! The text around a key: lines, base64, byte order marks.

use base64ct::{Base64, Encoding};

use super::{DecodeError, Fault};
use crate::secret::SecretBytes;

/// Takes a UTF-8 byte order mark away.
///
/// # Errors
/// [`Fault::Utf16`] for text that Windows tools saved with two bytes a character.
pub(super) fn without_byte_order_mark(bytes: &[u8]) -> Result<&[u8], DecodeError> {
    let utf16_without_mark = matches!(bytes, [b'-' | b'P' | b's', 0, ..] | [0, b'-' | b'P' | b's', ..]);
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || utf16_without_mark {
        // Random bytes may begin so too; text has a zero in every second place.
        let pairs = bytes.len() / 2;
        let zeros = bytes.chunks(2).filter(|pair| pair.contains(&0)).count();
        if pairs > 4 && zeros + 4 >= pairs {
            return Err(Fault::Utf16.into());
        }
    }
    Ok(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

/// Takes blank space before the first character away.
pub(super) fn without_leading_blank_lines(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii_start()
}

/// The lines of a text whose lines end in LF, CRLF or CR.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    Lines { rest: Some(text) }
}

struct Lines<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            self.rest = None;
            return (!rest.is_empty()).then_some(rest);
        };
        let next = if rest[end..].starts_with(b"\r\n") {
            end + 2
        } else {
            end + 1
        };
        self.rest = Some(&rest[next..]);
        Some(&rest[..end])
    }
}

/// Decodes base64 that carries its padding and no blank space.
///
/// # Errors
/// [`Fault::Base64`].
pub(super) fn base64(text: &[u8]) -> Result<SecretBytes, DecodeError> {
    let mut bytes = SecretBytes::new(vec![0; text.len() / 4 * 3 + 3]);
    let len = Base64::decode(text, bytes.expose_mut())
        .map_err(|_| Fault::Base64)?
        .len();
    bytes.truncate(len);
    Ok(bytes)
}

/// Encodes `bytes` in lines of `width` characters, each ended by LF.
pub(super) fn wrapped_base64(bytes: &[u8], width: usize) -> SecretBytes {
    let mut flat = SecretBytes::new(vec![0; Base64::encoded_len(bytes)]);
    // The buffer has the exact length that the encoder asks for, so it cannot be too small.
    let len = Base64::encode(bytes, flat.expose_mut()).map_or(0, str::len);
    let mut text = SecretBytes::with_capacity(len + len / width + 2);
    for line in flat.expose()[..len].chunks(width) {
        text.extend(line);
        text.extend(b"\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_lf_crlf_or_cr() {
        for text in ["a\nb\n\nc", "a\r\nb\r\n\r\nc", "a\rb\r\rc", "a\nb\n\nc\n"] {
            let found: Vec<&[u8]> = lines(text.as_bytes()).collect();
            assert_eq!(found, [&b"a"[..], b"b", b"", b"c"], "{text:?}");
        }
        assert_eq!(lines(b"").count(), 0);
    }

    #[test]
    fn utf_16_is_named() {
        let text = "-----BEGIN OPENSSH PRIVATE KEY-----";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = [&[0xff, 0xfe][..], &little].concat();
        for bytes in [little, big, marked] {
            assert_eq!(
                without_byte_order_mark(&bytes),
                Err(DecodeError::Malformed(Fault::Utf16))
            );
        }
    }

    #[test]
    fn base64_is_wrapped_and_read_back() {
        let bytes: Vec<u8> = (0..100).collect();
        let text = wrapped_base64(&bytes, 64);
        let widths: Vec<usize> = lines(text.expose()).map(<[u8]>::len).collect();
        assert_eq!(widths, [64, 64, 8]);
        let flat: Vec<u8> = lines(text.expose()).flatten().copied().collect();
        assert_eq!(base64(&flat).unwrap().expose(), bytes);
    }
}

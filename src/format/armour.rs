//! The text around a key: lines, base64, byte order marks.

use base64ct::{Base64, Encoding};

use super::{DecodeError, Fault};
use crate::secret::SecretBytes;

/// How the bytes of a key are wrapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Wrapping {
    /// As text: base64 between two lines.
    #[default]
    Pem,
    /// As they are.
    Der,
}

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

/// The lines of a text whose lines end in LF, CRLF or CR, or in CRCRLF, which is what becomes of CRLF
/// that goes through text mode once more.
pub(super) fn lines(text: &[u8]) -> Lines<'_> {
    Lines { rest: Some(text) }
}

/// See [`lines`].
#[derive(Clone)]
pub(super) struct Lines<'a> {
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
        let next = match &rest[end..] {
            [b'\r', b'\r', b'\n', ..] => end + 3,
            [b'\r', b'\n', ..] => end + 2,
            _ => end + 1,
        };
        self.rest = Some(&rest[next..]);
        Some(&rest[..end])
    }
}

/// Decodes base64 that carries its padding and no blank space.
///
/// # Errors
/// [`Fault::Blanks`] where only blank space is in the way, [`Fault::Base64Length`] where only their number is wrong, else
/// [`Fault::Base64`].
pub(super) fn base64(text: &[u8]) -> Result<SecretBytes, DecodeError> {
    decoded(text).ok_or_else(|| {
        let bare = without_blanks(text);
        let is_whole_without = bare.len() < text.len() && decoded(bare.expose()).is_some();
        let fault = if is_whole_without {
            Fault::Blanks
        } else if is_base64(bare.expose()) {
            Fault::Base64Length
        } else {
            Fault::Base64
        };
        fault.into()
    })
}

fn decoded(text: &[u8]) -> Option<SecretBytes> {
    let mut bytes = SecretBytes::new(vec![0; text.len() / 4 * 3 + 3]);
    let len = Base64::decode(text, bytes.expose_mut()).ok()?.len();
    bytes.truncate(len);
    Some(bytes)
}

/// Whether nothing but base64 is there, be it of any length.
fn is_base64(text: &[u8]) -> bool {
    let is_char = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let pads = text.iter().rev().take_while(|byte| **byte == b'=').count();
    pads <= 2 && text[..text.len() - pads].iter().all(is_char)
}

/// Blanks that keyboards, web pages and word processors make: also no-break space, zero-width space and
/// a byte order mark.
fn without_blanks(text: &[u8]) -> SecretBytes {
    const WIDE: [&[u8]; 3] = [b"\xc2\xa0", b"\xe2\x80\x8b", b"\xef\xbb\xbf"];
    let mut bare = SecretBytes::with_capacity(text.len());
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        if let Some(wide) = WIDE.into_iter().find_map(|wide| rest.strip_prefix(wide)) {
            rest = wide;
            continue;
        }
        if !first.is_ascii_whitespace() {
            bare.extend(&[*first]);
        }
        rest = behind;
    }
    bare
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

/// How a text block begins, and how it ends.
pub(super) const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";
/// Programs write two; of more than this no list is kept.
const MOST_HEADERS: usize = 16;
/// Characters in a line of PEM (RFC 7468 §2).
const PEM_WIDTH: usize = 64;

/// A text block: base64 between two lines that name what it is (RFC 7468), perhaps with the headers
/// of RFC 1421.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) label: &'a [u8],
    pub(super) headers: Vec<(&'a [u8], &'a [u8])>,
    pub(super) body: SecretBytes,
}

/// The label of a line that begins or ends a block; `start` is [`BEGIN`] or [`END`].
fn label_in<'a>(line: &'a [u8], start: &[u8]) -> Option<&'a [u8]> {
    let label = line.trim_ascii().strip_prefix(start)?.strip_suffix(DASHES)?;
    // A whole key on one line ends like its first line.
    (!has_dashes(label)).then_some(label)
}

fn has_dashes(text: &[u8]) -> bool {
    text.windows(DASHES.len()).any(|part| part == DASHES)
}

/// The label of the block that `text` begins with.
pub(super) fn label(text: &[u8]) -> Option<&[u8]> {
    label_in(lines(text).next()?, BEGIN)
}

/// `text` from the first line on that begins a block.
pub(super) fn first_block(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    while !rest.is_empty() {
        let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let end = rest.iter().position(is_end).unwrap_or(rest.len());
        let line = rest[..end].trim_ascii_start();
        if line.starts_with(BEGIN) {
            return Some(&rest[end - line.len()..]);
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    None
}

/// Reads the block that `text` begins with, and sees to it that nothing is behind it.
pub(super) fn block(text: &[u8]) -> Result<Block<'_>, DecodeError> {
    let mut lines = lines(text);
    let first = lines.next().unwrap_or_default();
    let Some(label) = label_in(first, BEGIN) else {
        // All on one line, as when line breaks were lost in a form or an environment variable.
        return Err(if first.strip_prefix(BEGIN).is_some_and(has_dashes) {
            Fault::OneLine.into()
        } else {
            DecodeError::Truncated
        });
    };
    let mut headers = Vec::new();
    let mut body = SecretBytes::with_capacity(text.len());
    loop {
        let line = lines.next().ok_or(DecodeError::Truncated)?.trim_ascii();
        if label_in(line, END) == Some(label) {
            break;
        }
        if line.starts_with(BEGIN) {
            return Err(DecodeError::MultipleKeys);
        }
        if line.starts_with(b"-") {
            let end = [END, label, DASHES].concat();
            return Err(if end.starts_with(line) {
                DecodeError::Truncated
            } else {
                Fault::Header("-----END").into()
            });
        }
        match line.iter().position(|byte| *byte == b':') {
            Some(colon) if body.is_empty() && headers.len() < MOST_HEADERS => {
                headers.push((line[..colon].trim_ascii(), line[colon + 1..].trim_ascii()));
            }
            _ => body.extend(line),
        }
    }
    let mut behind = lines.map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    if let Some(line) = behind.next() {
        let is_key = label_in(line, BEGIN).is_some_and(|label| label.ends_with(b" KEY"));
        return Err(if is_key {
            DecodeError::MultipleKeys
        } else {
            DecodeError::TrailingData
        });
    }
    if body.is_empty() {
        return Err(DecodeError::Truncated);
    }
    let body = base64(body.expose())?;
    Ok(Block { label, headers, body })
}

/// Writes a PEM file; `headers` is empty, or lines that each end in LF.
pub(super) fn pem(label: &str, headers: &str, body: &[u8]) -> SecretBytes {
    let body = wrapped_base64(body, PEM_WIDTH);
    let mut text = SecretBytes::with_capacity(body.len() + headers.len() + 2 * label.len() + 40);
    text.extend(format!("-----BEGIN {label}-----\n{headers}").as_bytes());
    if !headers.is_empty() {
        text.extend(b"\n");
    }
    text.extend(body.expose());
    text.extend(format!("-----END {label}-----\n").as_bytes());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_lf_crlf_or_cr() {
        for text in [
            "a\nb\n\nc",
            "a\r\nb\r\n\r\nc",
            "a\rb\r\rc",
            "a\nb\n\nc\n",
            "a\r\r\nb\r\r\n\r\r\nc\r\r\n",
        ] {
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

    fn block_fault(text: &str) -> Option<DecodeError> {
        block(text.as_bytes()).err()
    }

    #[test]
    fn a_block_is_read_with_its_headers_and_whatever_its_line_ends() {
        let text = "-----BEGIN X KEY-----\nProc-Type: 4,ENCRYPTED\nA:b\n\n AAEC\t\nAwQ=\n-----END X KEY-----";
        for text in [
            text.to_owned(),
            text.replace('\n', "\r\n"),
            text.to_owned() + "\n\n",
        ] {
            let block = block(text.as_bytes()).unwrap();
            assert_eq!(block.label, b"X KEY");
            assert_eq!(
                block.headers,
                [(&b"Proc-Type"[..], &b"4,ENCRYPTED"[..]), (b"A", b"b")]
            );
            assert_eq!(block.body.expose(), [0, 1, 2, 3, 4]);
        }
    }

    #[test]
    fn each_fault_of_a_block_is_named() {
        let whole = "-----BEGIN X KEY-----\nAAEC\n-----END X KEY-----\n";
        for len in 0..whole.len() - 1 {
            assert_eq!(block_fault(&whole[..len]), Some(DecodeError::Truncated), "{len}");
        }
        for (text, fault) in [
            (whole.replace('\n', " "), Fault::OneLine.into()),
            (whole.replace("AAEC", "AA*C"), Fault::Base64.into()),
            (whole.replace("AAEC", "AAECA"), Fault::Base64Length.into()),
            (whole.replace("AAEC", "AA="), Fault::Base64Length.into()),
            (whole.replace("AAEC", "AA EC"), Fault::Blanks.into()),
            (whole.replace("AAEC", "AA\u{200b}E\u{a0}C"), Fault::Blanks.into()),
            (whole.replace("AAEC", "AA EC*"), Fault::Base64.into()),
            (whole.replace("END X", "END Y"), Fault::Header("-----END").into()),
            (whole.replace("AAEC\n", ""), DecodeError::Truncated),
            (whole.repeat(2), DecodeError::MultipleKeys),
            (
                whole.to_owned() + "-----BEGIN CERTIFICATE-----",
                DecodeError::TrailingData,
            ),
            (whole.to_owned() + "more", DecodeError::TrailingData),
        ] {
            assert_eq!(block_fault(&text), Some(fault), "{text}");
        }
    }

    #[test]
    fn the_first_block_is_found_behind_other_text() {
        let text = b"some words\r\n\n  -----BEGIN X-----\nAAEC";
        assert_eq!(first_block(text), Some(&b"-----BEGIN X-----\nAAEC"[..]));
        assert_eq!(first_block(b"words -----BEGIN X-----"), None);
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

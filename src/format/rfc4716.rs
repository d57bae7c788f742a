//! The SSH public key file format of RFC 4716: what PuTTYgen calls a public key file.

use super::armour::{base64, lines, wrapped_base64};
use super::certificate::key_or_certificate;
use super::{Certificate, DecodeError, Fault, Format, PublicFile};
use crate::key::PublicKey;
use crate::key::comment::Comment;
use crate::secret::SecretBytes;

pub(super) const BEGIN: &[u8] = b"---- BEGIN SSH2 PUBLIC KEY ----";
const END: &str = "---- END SSH2 PUBLIC KEY ----";
/// A header's value may have 1024 bytes (RFC 4716 §3.3); PuTTYgen does not keep to it, so neither do we.
const MAX_HEADER: usize = 64 << 10;
/// Characters in a line of base64, as `puttygen` writes them; RFC 4716 §3 allows 72.
const LINE_WIDTH: usize = 64;

pub(super) fn parse(text: &[u8]) -> Result<PublicFile, DecodeError> {
    let mut lines = lines(text);
    if lines.next().map(<[u8]>::trim_ascii) != Some(BEGIN) {
        return Err(Fault::Header("---- BEGIN SSH2 PUBLIC KEY ----").into());
    }
    let (comment, body) = comment_and_body(text.len(), &mut lines, END, comment_of)?;
    nothing_behind(lines, <[u8]>::is_empty)?;
    if body.is_empty() {
        return Err(Fault::NoKeyBlob.into());
    }
    let (key, certificate) = key_or_certificate(base64(body.expose())?.expose())?;
    Ok(PublicFile {
        format: Format::Rfc4716,
        key,
        comment,
        certificate,
    })
}

/// The comment and the base64 between the first line and `end`, in any file of this style: at most `room`
/// bytes. `comment_of` finds the comment in a header.
pub(super) fn comment_and_body<'a>(
    room: usize,
    lines: &mut impl Iterator<Item = &'a [u8]>,
    end: &'static str,
    comment_of: fn(&[u8]) -> Option<Vec<u8>>,
) -> Result<(Vec<u8>, SecretBytes), DecodeError> {
    let mut comment = Vec::new();
    let mut body = SecretBytes::with_capacity(room);
    loop {
        let line = lines.next().ok_or(DecodeError::Truncated)?;
        let trimmed = line.trim_ascii();
        if trimmed == end.as_bytes() {
            return Ok((comment, body));
        }
        if body.is_empty() && line.contains(&b':') {
            if let Some(value) = comment_of(&continued(line, lines)?) {
                comment = value;
            }
        } else if trimmed.starts_with(b"-") {
            return Err(if end.as_bytes().starts_with(trimmed) {
                DecodeError::Truncated
            } else {
                Fault::Header(end).into()
            });
        } else {
            body.extend(trimmed);
        }
    }
}

/// Whether a file has headers besides the comment, which are not written again.
#[must_use]
pub fn has_other_headers(bytes: &[u8]) -> bool {
    let is_header = |line: &&[u8]| line.contains(&b':') && header(line, b"comment").is_none();
    let mut lines = super::armour::lines(bytes).skip_while(|line| line.trim_ascii().is_empty());
    let is_block = lines.next().is_some_and(|first| first.trim_ascii() == BEGIN);
    is_block && lines.any(|line| is_header(&line))
}

/// Sees to it that behind the end there are only lines that are nothing.
pub(super) fn nothing_behind<'a>(
    lines: impl Iterator<Item = &'a [u8]>,
    is_nothing: fn(&[u8]) -> bool,
) -> Result<(), DecodeError> {
    match lines.map(<[u8]>::trim_ascii).find(|line| !is_nothing(line)) {
        None => Ok(()),
        Some(line) if line.starts_with(b"---- BEGIN ") => Err(DecodeError::MultipleKeys),
        Some(_) => Err(DecodeError::TrailingData),
    }
}

/// A header line, with the lines that it is continued on behind a backslash (RFC 4716 §3.3).
fn continued<'a>(first: &[u8], lines: &mut impl Iterator<Item = &'a [u8]>) -> Result<Vec<u8>, DecodeError> {
    let mut header = first.to_vec();
    while header.last() == Some(&b'\\') {
        header.pop();
        header.extend_from_slice(lines.next().ok_or(DecodeError::Truncated)?);
        if header.len() > MAX_HEADER {
            return Err(Fault::Value("Comment").into());
        }
    }
    Ok(header)
}

/// The value of the header `name`, if `line` is that one.
pub(super) fn header<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let is_named = line[..colon].trim_ascii().eq_ignore_ascii_case(name);
    is_named.then(|| line[colon + 1..].trim_ascii())
}

/// The value of a `Comment` header: quotes around it are not part of it (RFC 4716 §3.3.2), and
/// PuTTYgen puts a backslash before quotes and backslashes within.
fn comment_of(header: &[u8]) -> Option<Vec<u8>> {
    let value = self::header(header, b"comment")?;
    let Some(quoted) = value
        .strip_prefix(b"\"")
        .and_then(|value| value.strip_suffix(b"\""))
    else {
        return Some(value.to_vec());
    };
    let mut comment = Vec::with_capacity(quoted.len());
    let mut bytes = quoted.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => comment.extend(bytes.next()),
            _ => comment.push(*byte),
        }
    }
    Some(comment)
}

/// Writes the file, lines ended by LF.
#[must_use]
pub fn encode(key: &PublicKey, comment: &Comment) -> String {
    file(&key.to_wire(), comment)
}

/// The same for a certificate.
#[must_use]
pub fn encode_certificate(certificate: &Certificate, comment: &Comment) -> String {
    file(certificate.blob(), comment)
}

fn file(blob: &[u8], comment: &Comment) -> String {
    let quoted = comment.as_str().replace('\\', "\\\\").replace('"', "\\\"");
    let body = wrapped_base64(blob, LINE_WIDTH);
    format!(
        "{}\nComment: \"{quoted}\"\n{}{}\n",
        String::from_utf8_lossy(BEGIN),
        String::from_utf8_lossy(body.expose()),
        END,
    )
}

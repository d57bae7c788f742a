//! The SSH public key file format of RFC 4716: what PuTTYgen calls a public key file.

use super::armour::{base64, lines, wrapped_base64};
use super::certificate::key_or_certificate;
use super::{Certificate, DecodeError, Fault, Format, PublicFile};
use crate::key::PublicKey;
use crate::key::comment::Comment;

pub(super) const BEGIN: &[u8] = b"---- BEGIN SSH2 PUBLIC KEY ----";
const END: &[u8] = b"---- END SSH2 PUBLIC KEY ----";
/// A header's value may have 1024 bytes (RFC 4716 §3.3); PuTTYgen does not keep to it, so neither do we.
const MAX_HEADER: usize = 64 << 10;
/// Characters in a line of base64, as `puttygen` writes them; RFC 4716 §3 allows 72.
const LINE_WIDTH: usize = 64;

pub(super) fn parse(text: &[u8]) -> Result<PublicFile, DecodeError> {
    let mut lines = lines(text);
    if lines.next().map(<[u8]>::trim_ascii) != Some(BEGIN) {
        return Err(Fault::Header("---- BEGIN SSH2 PUBLIC KEY ----").into());
    }
    let mut comment = Vec::new();
    let mut body = Vec::new();
    loop {
        let line = lines.next().ok_or(DecodeError::Truncated)?;
        let trimmed = line.trim_ascii();
        if trimmed == END {
            break;
        }
        if body.is_empty() && line.contains(&b':') {
            let header = continued(line, &mut lines)?;
            if let Some(value) = comment_of(&header) {
                comment = value;
            }
        } else if trimmed.starts_with(b"-") {
            return Err(if END.starts_with(trimmed) {
                DecodeError::Truncated
            } else {
                Fault::Header("---- END SSH2 PUBLIC KEY ----").into()
            });
        } else {
            body.extend_from_slice(trimmed);
        }
    }
    if let Some(line) = lines.map(<[u8]>::trim_ascii).find(|line| !line.is_empty()) {
        let is_key = line.starts_with(b"---- BEGIN ");
        return Err(if is_key {
            DecodeError::MultipleKeys
        } else {
            DecodeError::TrailingData
        });
    }
    if body.is_empty() {
        return Err(Fault::NoKeyBlob.into());
    }
    let (key, certificate) = key_or_certificate(base64(&body)?.expose())?;
    Ok(PublicFile {
        format: Format::Rfc4716,
        key,
        comment,
        certificate,
    })
}

/// A header line, with the lines that it is continued on behind a backslash (RFC 4716 §3.3).
pub(super) fn continued<'a>(
    first: &[u8],
    lines: &mut impl Iterator<Item = &'a [u8]>,
) -> Result<Vec<u8>, DecodeError> {
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
        String::from_utf8_lossy(END),
    )
}

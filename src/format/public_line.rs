//! A public key in one line: type, base64, comment (sshd(8), section on `authorized_keys`).

use base64ct::{Base64, Encoding};

use super::armour::base64;
use super::certificate::key_or_certificate;
use super::{Certificate, DecodeError, Fault, Format, PublicFile};
use crate::key::comment::Comment;
use crate::key::wire::Writer;
use crate::key::{Algorithm, PublicKey};

/// The base64 of the longest key or certificate is shorter.
const LONGEST_KEY: usize = 16 << 10;

/// The one line that may be a public key: its first word looks like a type.
pub(super) fn candidate(text: &[u8]) -> Option<&[u8]> {
    let first = text.split(u8::is_ascii_whitespace).next()?;
    let is_type = std::str::from_utf8(first).is_ok_and(|word| {
        word.len() <= 64
            && (Certificate::is_name(word)
                || Algorithm::from_name(word).is_some()
                || ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"]
                    .iter()
                    .any(|start| word.starts_with(start)))
            && word.bytes().all(|byte| byte.is_ascii_graphic())
    });
    is_type.then_some(text)
}

/// Whether a private key or another block of text begins here.
fn is_beginning(line: &[u8]) -> bool {
    ["-----BEGIN ", "---- BEGIN ", "PuTTY-User-Key-File-"]
        .iter()
        .any(|start| line.starts_with(start.as_bytes()))
}

/// Reads the line, and sees to it that it is the only one.
pub(super) fn parse(text: &[u8]) -> Result<PublicFile, DecodeError> {
    let ended_by_lf = text.split(|byte| *byte == b'\n');
    let mut lines = ended_by_lf
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.trim_ascii().is_empty());
    let line = lines.next().unwrap_or_default();
    if let Some(next) = lines.next() {
        // Private keys begin with such a line, whatever their format.
        let is_key = candidate(next).is_some() || is_beginning(next);
        // One long base64 word that begins a line is the rest of a key that an editor has wrapped.
        let is_base64 = base64_end(next.trim_ascii()) >= 16;
        return Err(match (is_key, is_base64) {
            (true, _) => DecodeError::MultipleKeys,
            (_, true) => Fault::BrokenLine.into(),
            _ => DecodeError::TrailingData,
        });
    }
    let (name, rest) = split_word(line);
    let (blob, comment) = split_word(rest.trim_ascii_start());
    let name = std::str::from_utf8(name).map_err(|_| Fault::TypeNames)?;
    if blob.is_empty() {
        return Err(Fault::NoKeyBlob.into());
    }
    let (key, certificate) = key_in(blob).map_err(|error| {
        if error == DecodeError::Truncated && !begins_as(blob, name) {
            return Fault::NoKeyBlob.into();
        }
        let is_whole_without_blanks = joined(blob, comment).any(|blob| key_in(&blob).is_ok());
        if is_whole_without_blanks {
            Fault::Blanks.into()
        } else {
            error
        }
    })?;
    let inside = certificate
        .as_ref()
        .map_or(key.algorithm().name(), Certificate::name);
    if inside != name {
        return Err(Fault::TypeNames.into());
    }
    Ok(PublicFile {
        format: Format::PublicLine,
        key,
        comment: comment.to_vec(),
        certificate,
    })
}

/// Whether base64 begins as a key of this type does, as far as it goes.
fn begins_as(blob: &[u8], name: &str) -> bool {
    let mut start = Writer::new();
    start.string(name.as_bytes());
    let start = start.finish_public();
    base64(&blob[..blob.len() / 4 * 4]).is_ok_and(|bytes| {
        let len = bytes.len().min(start.len());
        len > 0 && bytes.expose()[..len] == start[..len]
    })
}

fn key_in(blob: &[u8]) -> Result<(PublicKey, Option<Certificate>), DecodeError> {
    match base64(blob) {
        Ok(bytes) => key_or_certificate(bytes.expose()),
        // Cut within a group of four characters: what the whole groups hold says so.
        Err(error) => {
            match base64(&blob[..blob.len() / 4 * 4]).map(|bytes| key_or_certificate(bytes.expose())) {
                Ok(Err(DecodeError::Truncated)) => Err(DecodeError::Truncated),
                Ok(_) | Err(_) => Err(error),
            }
        }
    }
}

/// The key with one, two, three words of what seems to be the comment: a web page or a mail breaks a
/// long word into several.
fn joined(blob: &[u8], comment: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let words = comment.split(u8::is_ascii_whitespace);
    let words = words.filter(|word| !word.is_empty());
    words.scan(blob.to_vec(), |joined, word| {
        let is_possible = joined.len() + word.len() <= LONGEST_KEY;
        joined.extend(word.iter().filter(|_| is_possible));
        is_possible.then(|| joined.clone())
    })
}

fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(text.len());
    (&text[..end], text.get(end + 1..).unwrap_or_default())
}

fn base64_end(text: &[u8]) -> usize {
    text.iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || b"+/=".contains(byte)))
        .unwrap_or(text.len())
}

/// The line without its end; without a comment there is no blank behind the key either.
#[must_use]
pub fn encode(key: &PublicKey, comment: &Comment) -> String {
    line(key.algorithm().name(), &key.to_wire(), comment)
}

/// The line of a certificate, as `id_…-cert.pub` holds it.
#[must_use]
pub fn encode_certificate(certificate: &Certificate, comment: &Comment) -> String {
    line(certificate.name(), certificate.blob(), comment)
}

fn line(name: &str, blob: &[u8], comment: &Comment) -> String {
    let mut line = format!("{name} {}", Base64::encode_string(blob));
    if !comment.is_empty() {
        line.push(' ');
        line.push_str(comment.as_str());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_behind_a_public_one_is_another_key() {
        let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAsIZCADdQ60Iiu4lwVXB8NdXK0QK+J4Nt6YOAlz4Y8u";
        for behind in [
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "PuTTY-User-Key-File-3: ssh-ed25519",
            "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----",
        ] {
            let text = format!("{line}\n{behind}\nb3BlbnNzaC1rZXktdjEA\n");
            assert_eq!(
                parse(text.as_bytes()).err(),
                Some(DecodeError::MultipleKeys),
                "{behind}"
            );
        }
    }
}

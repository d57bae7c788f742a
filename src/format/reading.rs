//! Reading a key file whatever happened to it: as strictly as ever first, and where that does not do, mended.

use super::armour::{without_byte_order_mark, without_leading_blank_lines};
use super::for_ssh::{self, NotForSsh};
use super::mend::{Accidents, Mended, mend};
use super::{DecodeError, Fault, Foreign, Format, Parsed, pem, ppk};
use crate::secret::SecretBytes;

/// A key file that was read.
#[derive(Debug)]
pub struct Reading {
    /// What it is.
    pub parsed: Parsed,
    /// What had to be undone to read it.
    pub accidents: Accidents,
    /// The file as its format writes it and with nothing beside the key; nothing where it is so already.
    pub clean: Option<SecretBytes>,
    /// Whether OpenSSH reads the file as it is, and if not, why.
    pub for_ssh: Result<(), NotForSsh>,
}

/// Reads a key file of any known kind, by its content. What happened to it on its way is undone, as far as the key
/// itself proves that it is whole.
///
/// # Errors
/// [`DecodeError`] names the cause.
pub fn read(bytes: &[u8]) -> Result<Reading, DecodeError> {
    match super::parse(bytes) {
        Ok(parsed) => of_strict(bytes, parsed),
        Err(error @ (DecodeError::Ssh1(_) | DecodeError::Empty)) => Err(error),
        Err(error) => match mend(bytes) {
            // Several lines of one key are a list all the same.
            Ok(mended)
                if error == DecodeError::MultipleKeys && matches!(mended.parsed, Parsed::Public(_)) =>
            {
                Err(error)
            }
            Ok(mended) => Ok(Reading {
                for_ssh: for_ssh::check(bytes, as_it_was(&mended), &mended.parsed),
                parsed: mended.parsed,
                accidents: mended.accidents,
                clean: Some(mended.text),
            }),
            Err(found) => Err(nearer(error, found)),
        },
    }
}

/// The file as its format writes it, with the bytes of the key as they were where OpenSSL takes those too.
fn as_it_was(mended: &Mended) -> &[u8] {
    let irregular = mended
        .irregular
        .as_ref()
        .filter(|_| mended.parsed.format() != Format::OpenSsh);
    irregular.unwrap_or(&mended.text).expose()
}

/// What was read at once may all the same be no file that its own program reads, or hold more than the key.
fn of_strict(bytes: &[u8], parsed: Parsed) -> Result<Reading, DecodeError> {
    let text = own_text(bytes, &parsed);
    let for_ssh = for_ssh::check(bytes, text, &parsed);
    let is_sound = is_tidy(bytes, parsed.format()) && for_ssh::is_laid_out(bytes, text, &parsed);
    let mended = if is_sound { None } else { Some(mend(bytes)) };
    let (parsed, accidents, clean) = match mended {
        // Where nothing was undone there is nothing to put right.
        Some(Ok(mended)) if mended.parsed.public() == parsed.public() && !mended.accidents.is_empty() => {
            // A comment may have got blanks of the lines' ends, which a locked file shows to nobody but its passphrase.
            let is_locked = matches!(mended.parsed, Parsed::Locked(_));
            let parsed = if is_locked { mended.parsed } else { parsed };
            (parsed, mended.accidents, Some(mended.text))
        }
        Some(Err(Some(DecodeError::MultipleKeys))) => return Err(DecodeError::MultipleKeys),
        _ => (parsed, Accidents::NONE, None),
    };
    Ok(Reading {
        parsed,
        accidents,
        clean,
        for_ssh,
    })
}

/// Where in a file the key begins that was read.
fn own_text<'a>(bytes: &'a [u8], parsed: &Parsed) -> &'a [u8] {
    let text = without_leading_blank_lines(without_byte_order_mark(bytes).unwrap_or(bytes));
    match parsed.format() {
        Format::Pem | Format::Pkcs8 | Format::Spki | Format::Pkcs1Public => pem::find(text).unwrap_or(text),
        _ => text,
    }
}

/// Whether a file of a kind that OpenSSH and OpenSSL do not read looks as its own program writes it.
fn is_tidy(bytes: &[u8], format: Format) -> bool {
    let lines = || {
        bytes
            .split(|byte| *byte == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    };
    match format {
        // PuTTY writes a check last.
        Format::Ppk1 | Format::Ppk2 | Format::Ppk3 => {
            let last = lines().rfind(|line| !line.is_empty());
            let files = lines().filter(|line| line.starts_with(ppk::MAGIC)).count();
            let is_trailed = lines()
                .any(|line| line.trim_ascii_end().len() < line.len() && !line.starts_with(b"Comment:"));
            files == 1
                && !is_trailed
                && bytes.starts_with(ppk::MAGIC)
                && last.is_some_and(|line| line.starts_with(b"Private-"))
        }
        Format::Rfc4716 | Format::SshCom => {
            bytes.starts_with(b"----") && lines().all(|line| line.trim_ascii().len() == line.len())
        }
        Format::Jwk => !bytes.starts_with(b"\xef\xbb\xbf"),
        _ => true,
    }
}

/// Which of two refusals says more: that of the strict reader, or that of what came nearest to a key.
fn nearer(strict: DecodeError, found: Option<DecodeError>) -> DecodeError {
    use DecodeError as E;
    let is_vague = match &strict {
        E::NotAKeyFile(Foreign::Text | Foreign::Binary | Foreign::OtherPem)
        | E::Truncated
        | E::TrailingData
        | E::MultipleKeys => true,
        E::Malformed(fault) => matches!(
            fault,
            Fault::OneLine
                | Fault::Header(_)
                | Fault::Blanks
                | Fault::Base64
                | Fault::Base64Length
                | Fault::BlockLength
                | Fault::Utf16
                | Fault::BrokenLine
                | Fault::Json
                | Fault::Value(_)
                | Fault::Field
        ),
        _ => false,
    };
    match found {
        Some(E::MultipleKeys) => E::MultipleKeys,
        // Several keys of which none is whole are several keys.
        Some(found) if is_vague && strict != E::MultipleKeys => found,
        _ => strict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_that_looks_like_the_beginning_of_a_key_is_nothing_to_put_right() {
        let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIlizSIN3DQV78VPNjVvvwjgf+P5HqbPYCYu3BOMdjAE me -----BEGIN OPENSSH PRIVATE KEY-----\n";
        let reading = read(line.as_bytes()).expect("a public key");
        assert!(reading.clean.is_none() && reading.accidents.is_empty());
    }
}

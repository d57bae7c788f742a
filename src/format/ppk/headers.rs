//! The lines of a PPK file, one header after the other, and the parts in base64 behind two of them.

use super::{Check, MAGIC, MAX_LINES, MAX_SALT_LEN, Version};
use crate::format::armour::base64;
use crate::format::error::printable;
use crate::format::{Argon2Params, Argon2Variant, Certificate, DecodeError, Fault};
use crate::key::Algorithm;
use crate::secret::SecretBytes;

/// Takes the lines of a file one header after the other, in their fixed order.
pub(super) struct Headers<I> {
    pub(super) lines: I,
    /// How many lines the file has.
    pub(super) total: usize,
    /// The line of the last part that differs from the others.
    pub(super) odd: Option<Fault>,
}

impl<'a, I: Iterator<Item = &'a [u8]> + Clone> Headers<I> {
    /// The first line: version and type of key.
    pub(super) fn first(&mut self) -> Result<(Version, String), DecodeError> {
        const NAME: &str = "PuTTY-User-Key-File";
        let line = self.lines.next().ok_or(DecodeError::Truncated)?;
        let rest = line.strip_prefix(MAGIC).ok_or(Fault::Header(NAME))?;
        let colon = rest
            .iter()
            .position(|byte| *byte == b':')
            .ok_or(DecodeError::Truncated)?;
        let version = match &rest[..colon] {
            b"1" => Version::V1,
            b"2" => Version::V2,
            b"3" => Version::V3,
            other if other.len() <= 4 && other.iter().all(u8::is_ascii_digit) => {
                let number = String::from_utf8_lossy(other);
                return Err(DecodeError::UnsupportedFormat(format!("PPK version {number}")));
            }
            _ => return Err(Fault::Header(NAME).into()),
        };
        let name = std::str::from_utf8(rest[colon + 1..].trim_ascii()).map_err(|_| Fault::Value(NAME))?;
        let stem_is_known = Algorithm::from_name(name).is_some() || Certificate::is_name(name);
        if !stem_is_known {
            let is_name =
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<');
            return Err(if is_name {
                DecodeError::UnsupportedKeyType(printable(name))
            } else {
                Fault::Value(NAME).into()
            });
        }
        Ok((version, name.to_owned()))
    }

    /// The value of the next header, which must be `name`. Exactly one blank separates the two; a
    /// comment's further blanks belong to it.
    pub(super) fn value(&mut self, name: &'static str) -> Result<&'a [u8], DecodeError> {
        let line = self.lines.next().ok_or(DecodeError::Truncated)?;
        let value = line
            .strip_prefix(name.as_bytes())
            .and_then(|rest| rest.strip_prefix(b":"))
            .ok_or(Fault::Header(name))?;
        Ok(value.strip_prefix(b" ").unwrap_or(value))
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<String, DecodeError> {
        let value = self.value(name)?;
        Ok(String::from_utf8_lossy(value.trim_ascii()).into_owned())
    }

    pub(super) fn number(&mut self, name: &'static str) -> Result<u32, DecodeError> {
        let text = self.text(name)?;
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| is_plain);
        Ok(number.ok_or(Fault::Value(name))?)
    }

    pub(super) fn hex(&mut self, name: &'static str) -> Result<Vec<u8>, DecodeError> {
        let text = self.text(name)?;
        match base16ct::mixed::decode_vec(&text) {
            Ok(bytes) if !bytes.is_empty() => Ok(bytes),
            _ => Err(Fault::Value(name).into()),
        }
    }

    /// The last line of a file.
    pub(super) fn check(&mut self, version: Version) -> Result<Check, DecodeError> {
        const HASH: &str = "Private-Hash";
        let mut ahead = self.lines.clone();
        let is_hash = ahead.next().is_some_and(|line| line.starts_with(HASH.as_bytes()));
        if version == Version::V1 && is_hash {
            self.hex(HASH).map(Check::Hash)
        } else {
            self.hex("Private-MAC").map(Check::Mac)
        }
    }

    /// A part in base64, behind the number of its lines.
    pub(super) fn part(&mut self, name: &'static str) -> Result<SecretBytes, DecodeError> {
        let count = self.number(name)? as usize;
        if count > MAX_LINES {
            return Err(Fault::Value(name).into());
        }
        // It grows with the lines that are there; their number is only a promise.
        let mut body = SecretBytes::default();
        let first = self.total - self.lines.clone().count();
        let mut all = Vec::new();
        for found in 0..count {
            let line = self.lines.next().ok_or(DecodeError::Truncated)?.trim_ascii();
            if line.contains(&b':') {
                return Err(wrong_count(name, count, found));
            }
            all.push(line);
            body.extend(line);
        }
        let mut ahead = self.lines.clone();
        // Where nothing follows, the last line was cut within a group of four characters.
        let is_cut = ahead.next().is_none();
        let is_more = |line: &&[u8]| !line.trim_ascii().is_empty() && !line.contains(&b':');
        let more = self.lines.clone().take(MAX_LINES).take_while(is_more).count();
        if more > 0 {
            return Err(wrong_count(name, count, count + more));
        }
        self.odd = odd_line(first, &all);
        match base64(body.expose()) {
            Err(_) if is_cut => Err(DecodeError::Truncated),
            Err(DecodeError::Malformed(fault @ (Fault::Base64 | Fault::Base64Length))) => {
                Err(self.odd.take().unwrap_or(fault).into())
            }
            read => read,
        }
    }

    pub(super) fn key_derivation(&mut self) -> Result<(Argon2Params, Vec<u8>), DecodeError> {
        let name = self.text("Key-Derivation")?;
        let variant = Argon2Variant::ALL
            .into_iter()
            .find(|variant| variant.name() == name)
            .ok_or_else(|| DecodeError::UnsupportedKdf(printable(&name)))?;
        let params = Argon2Params {
            variant,
            mem_kib: self.number("Argon2-Memory")?,
            passes: self.number("Argon2-Passes")?,
            parallelism: self.number("Argon2-Parallelism")?,
        };
        let salt = self.hex("Argon2-Salt")?;
        if !params.is_defined() {
            return Err(Fault::Value("Argon2-Memory").into());
        }
        // Argon2 wants eight bytes at least (RFC 9106 §3.1).
        if !(8..=MAX_SALT_LEN).contains(&salt.len()) {
            return Err(Fault::Value("Argon2-Salt").into());
        }
        Ok((params, salt))
    }
}

fn wrong_count(header: &'static str, stated: usize, found: usize) -> DecodeError {
    let fault = Fault::LineCount {
        header,
        stated,
        found,
    };
    fault.into()
}

/// A line with a character that does not belong there, or the one that is not as long as all others but the last, if there is
/// one; the first is number `first`, from 0.
fn odd_line(first: usize, all: &[&[u8]]) -> Option<Fault> {
    /// The characters of a line as PuTTY writes it.
    const WIDTH: usize = 64;
    let is_foreign = |byte: &u8| !byte.is_ascii_alphanumeric() && !b"+/=".contains(byte);
    let foreign = (all.iter().enumerate())
        .find_map(|(place, line)| Some((place, line, line.iter().position(is_foreign)?)));
    if let Some((place, line, at)) = foreign {
        return Some(Fault::ForeignCharacter {
            line: first + place + 1,
            column: at + 1,
            character: String::from_utf8_lossy(&line[at..]).chars().next()?,
        });
    }
    let (_, full) = all.split_last()?;
    let mut odd = full.iter().enumerate().filter(|(_, line)| line.len() != WIDTH);
    match (odd.next(), odd.next()) {
        (Some((place, line)), None) => Some(Fault::OddLine {
            line: first + place + 1,
            len: line.len(),
            usual: WIDTH,
        }),
        _ => None,
    }
}

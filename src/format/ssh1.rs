//! Keys of SSH 1: told apart and shown, never used. The protocol is broken since 1998, OpenSSH dropped
//! it in 2017, and no other format can hold its keys.

use std::fmt;

use md5::{Digest as _, Md5};

use crate::key::comment::escaped;
use crate::key::wire::{MAX_NUMBER_BYTES, Reader, WireError, bit_len};

pub(super) const MAGIC: &[u8] = b"SSH PRIVATE KEY FILE FORMAT 1.1\n\0";
/// Decimal digits of the largest number.
const MAX_DIGITS: usize = 4933;

/// What can be said about a key of SSH 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ssh1Key {
    /// The size of the modulus.
    pub bits: u32,
    /// MD5 of modulus and exponent, as `ssh-keygen -l` printed it.
    pub fingerprint: String,
    /// The comment as it stands in the file.
    pub comment: Vec<u8>,
    /// Whether the file has the private half.
    pub is_private: bool,
    /// Whether the private half is encrypted.
    pub is_encrypted: bool,
}

impl fmt::Display for Ssh1Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = if self.is_private { "private" } else { "public" };
        write!(
            f,
            "a {half} SSH-1 key of {} bits, MD5 {}",
            self.bits, self.fingerprint
        )?;
        if !self.comment.is_empty() {
            write!(f, ", “{}”", escaped(&self.comment))?;
        }
        Ok(())
    }
}

/// Reads a private file, which begins with [`MAGIC`], as far as it stands in clear.
pub(super) fn private(file: &[u8]) -> Result<Ssh1Key, WireError> {
    let mut reader = Reader::new(file.get(MAGIC.len()..).unwrap_or_default());
    let cipher = reader.byte()?;
    let _reserved = reader.uint32()?;
    let _bits = reader.uint32()?;
    let (n, e) = (number(&mut reader)?, number(&mut reader)?);
    let comment = reader.string()?.to_vec();
    if reader.rest().is_empty() {
        return Err(WireError::Short);
    }
    Ok(Ssh1Key {
        is_private: true,
        is_encrypted: cipher != 0,
        ..public_half(n, e, comment)
    })
}

/// Reads a public line: bits, exponent and modulus in decimal, and a comment. Nothing where it is none.
pub(super) fn public(text: &[u8]) -> Option<Ssh1Key> {
    let line = text.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    let mut words = line.splitn(4, u8::is_ascii_whitespace);
    let bits: u32 = std::str::from_utf8(words.next()?).ok()?.parse().ok()?;
    let (e, n) = (decimal(words.next()?)?, decimal(words.next()?)?);
    let comment = words.next().unwrap_or_default().to_vec();
    // PuTTY and OpenSSH have it so too; other lists of numbers are no keys.
    (bit_len(&n) == bits).then(|| public_half(&n, &e, comment))
}

fn public_half(n: &[u8], e: &[u8], comment: Vec<u8>) -> Ssh1Key {
    let digest = Md5::new().chain_update(n).chain_update(e).finalize();
    let pairs: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ssh1Key {
        bits: bit_len(n),
        fingerprint: pairs.join(":"),
        comment,
        is_private: false,
        is_encrypted: false,
    }
}

/// A number with its size in bits before it, in two bytes.
fn number<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], WireError> {
    let bits = u16::from_be_bytes([reader.byte()?, reader.byte()?]);
    let len = usize::from(bits).div_ceil(8);
    if len > MAX_NUMBER_BYTES {
        return Err(WireError::TooLarge);
    }
    reader.bytes(len)
}

/// A decimal number as big-endian bytes.
fn decimal(digits: &[u8]) -> Option<Vec<u8>> {
    if digits.is_empty() || digits.len() > MAX_DIGITS || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut limbs: Vec<u32> = Vec::new();
    for digit in digits {
        let mut carry = u64::from(digit - b'0');
        for limb in &mut limbs {
            let [low, high] = halves(u64::from(*limb) * 10 + carry);
            *limb = low;
            carry = u64::from(high);
        }
        if carry > 0 {
            limbs.push(halves(carry)[0]);
        }
    }
    let bytes: Vec<u8> = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
    Some(crate::key::wire::minimal(&bytes).to_vec())
}

/// The lower and the upper half.
#[expect(clippy::cast_possible_truncation, reason = "that is what a half is")]
fn halves(number: u64) -> [u32; 2] {
    [number as u32, (number >> 32) as u32]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus(name: &str) -> Vec<u8> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/real/putty/");
        std::fs::read(format!("{folder}{name}")).unwrap()
    }

    /// The fingerprints are what `puttygen -l` prints.
    #[test]
    fn a_key_is_shown_with_its_size_fingerprint_and_comment() {
        let private = private(&corpus("rsa1_ssh1_enc")).unwrap();
        assert!(private.is_private && private.is_encrypted);
        assert_eq!(
            private.to_string(),
            "a private SSH-1 key of 1024 bits, MD5 25:06:b9:24:82:02:a9:59:87:78:96:57:6c:80:8b:ec, “ssh1 key”"
        );
        let public = public(&corpus("rsa1_ssh1.pub")).unwrap();
        assert!(!public.is_private && !public.is_encrypted);
        assert_eq!(
            public.to_string(),
            "a public SSH-1 key of 1024 bits, MD5 fc:f5:ae:0a:b3:40:f5:ff:0b:b0:a1:10:aa:a7:07:9b, “ssh1 key”"
        );
    }

    #[test]
    fn other_numbers_are_no_key() {
        for text in ["", "1 2 3", "1024 65537", "8 3 254x", "8 3 127", "2026 11 20"] {
            assert_eq!(public(text.as_bytes()), None, "{text}");
        }
        assert_eq!(public(b"8 3 254").unwrap().bits, 8);
    }

    #[test]
    fn decimals_are_read_at_every_length() {
        let mut number = 1_u128;
        while let Some(next) = number.checked_mul(7) {
            number = next;
            let bytes = number.to_be_bytes();
            let expected = crate::key::wire::minimal(&bytes);
            assert_eq!(decimal(number.to_string().as_bytes()).unwrap(), expected);
        }
    }
}

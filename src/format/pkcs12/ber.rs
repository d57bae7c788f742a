//! BER (ITU-T X.690 §8) as PKCS#12 is often written: fields whose length is told by their end, and strings in pieces. They
//! become what DER would have.

use der::asn1::AnyRef;
use der::{Tag, TagNumber, Tagged as _};

use crate::format::asn1::Fields;
use crate::secret::SecretBytes;

/// How deep fields may lie in each other; a store has nine levels.
const DEEPEST: u32 = 24;
const OCTETS: u8 = 0x04;
const CONSTRUCTED: u8 = 0x20;

/// The one field that `bytes` are, with definite lengths; nothing where it has them, or is none.
pub(super) fn definite(bytes: &[u8]) -> Option<SecretBytes> {
    let is_indefinite = bytes.get(1) == Some(&0x80) || bytes.first() == Some(&(OCTETS | CONSTRUCTED));
    if !is_indefinite {
        return None;
    }
    let mut rest = bytes;
    let field = field(&mut rest, 0)?;
    rest.is_empty().then_some(field)
}

/// Takes one field off the front.
fn field(rest: &mut &[u8], depth: u32) -> Option<SecretBytes> {
    let (tag, length, behind) = match **rest {
        [tag, length, ref behind @ ..] if depth <= DEEPEST && tag & 0x1f != 0x1f => (tag, length, behind),
        _ => return None,
    };
    *rest = behind;
    let is_constructed = tag & CONSTRUCTED != 0;
    let mut value = if length == 0x80 {
        let mut fields = SecretBytes::default();
        while rest.get(..2)? != [0, 0] {
            fields.extend(field(rest, depth + 1)?.expose());
        }
        *rest = &rest[2..];
        is_constructed.then_some(fields)?
    } else {
        let (value, behind) = rest.split_at_checked(definite_length(length, rest)?)?;
        *rest = behind;
        if is_constructed {
            let (mut inner, mut fields) = (value, SecretBytes::default());
            while !inner.is_empty() {
                fields.extend(field(&mut inner, depth + 1)?.expose());
            }
            fields
        } else {
            SecretBytes::copy_of(value)
        }
    };
    let is_string = tag == OCTETS | CONSTRUCTED;
    if is_string {
        value = pieces(value.expose())?;
    }
    let tag = if is_string { OCTETS } else { tag };
    let mut whole = SecretBytes::with_capacity(value.len() + 6);
    whole.extend(&[tag]);
    whole.extend(&length_of(value.len()));
    whole.extend(value.expose());
    Some(whole)
}

/// The length that a definite one is, taken off the front where it has bytes of its own.
fn definite_length(first: u8, rest: &mut &[u8]) -> Option<usize> {
    if first < 0x80 {
        return Some(first.into());
    }
    let (bytes, behind) = rest.split_at_checked(usize::from(first & 0x7f))?;
    *rest = behind;
    let is_small = bytes.len() <= 4;
    is_small.then(|| bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
}

fn length_of(len: usize) -> Vec<u8> {
    if let (..0x80, Ok(short)) = (len, u8::try_from(len)) {
        return vec![short];
    }
    let bytes = len.to_be_bytes();
    let skipped = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut length = vec![0x80 | u8::try_from(bytes.len() - skipped).unwrap_or_default()];
    length.extend(&bytes[skipped..]);
    length
}

/// The pieces of a string, one behind the other.
fn pieces(fields: &[u8]) -> Option<SecretBytes> {
    let mut fields = Fields::of_value(fields).ok()?;
    let mut whole = SecretBytes::default();
    while !fields.is_finished() {
        whole.extend(fields.octets().ok()?);
    }
    Some(whole)
}

/// What an OCTET STRING under the tag `[0]` holds, be it in pieces.
pub(super) fn implicit_octets(field: AnyRef<'_>) -> Option<SecretBytes> {
    match field.tag() {
        Tag::ContextSpecific {
            constructed: false,
            number: TagNumber(0),
        } => Some(SecretBytes::copy_of(field.value())),
        Tag::ContextSpecific {
            constructed: true,
            number: TagNumber(0),
        } => pieces(field.value()),
        _ => None,
    }
}

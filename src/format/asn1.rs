//! DER (ITU-T X.690): how PEM files lay keys out in bytes.
//!
//! Tags and lengths are read by the crate `der`, which takes nothing but the one shortest spelling.
//! Fields are taken one after the other, and only as deep as a key goes, so that hostile nesting
//! leads nowhere.

pub(super) mod algorithm;
pub(super) mod kind;

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Encode as _, ErrorKind, Header, Length, Reader as _, SliceReader, Tag, TagNumber, Tagged as _};

use super::{DecodeError, Fault};
use crate::key::wire::{MAX_NUMBER_BYTES, WireError, minimal};
use crate::secret::SecretBytes;

/// Takes fields off the front of a SEQUENCE.
#[derive(Clone)]
pub(super) struct Fields<'a>(SliceReader<'a>);

impl<'a> Fields<'a> {
    /// The fields of the one SEQUENCE that all of `bytes` is.
    pub(super) fn of_sequence(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut outer = Self::new(bytes)?;
        let field: AnyRef<'_> = outer.0.decode().map_err(|error: der::Error| match error.kind() {
            ErrorKind::Incomplete { .. } => DecodeError::Truncated,
            _ => Fault::FieldLength.into(),
        })?;
        if field.tag() != Tag::Sequence {
            return Err(Fault::Field.into());
        }
        if outer.is_finished() {
            Self::new(field.value())
        } else {
            Err(DecodeError::TrailingData)
        }
    }

    /// The fields that a field holds.
    pub(super) fn of_value(value: &'a [u8]) -> Result<Self, DecodeError> {
        Self::new(value)
    }

    fn new(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        SliceReader::new(bytes)
            .map(Self)
            .map_err(|_| Fault::FieldLength.into())
    }

    /// The kind of the next field, if there is one.
    pub(super) fn peek(&self) -> Option<Tag> {
        Tag::peek(&self.0).ok()
    }

    /// Whether nothing is left.
    pub(super) fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    /// The next field, whatever it is.
    pub(super) fn any(&mut self) -> Result<AnyRef<'a>, DecodeError> {
        if self.is_finished() {
            return Err(Fault::Field.into());
        }
        self.0.decode().map_err(|_| Fault::FieldLength.into())
    }

    fn field(&mut self, tag: Tag) -> Result<&'a [u8], DecodeError> {
        let field = self.any()?;
        if field.tag() == tag {
            Ok(field.value())
        } else {
            Err(Fault::Field.into())
        }
    }

    /// An INTEGER that is not negative, as big-endian bytes without leading zeros; zero is empty.
    pub(super) fn uint(&mut self) -> Result<&'a [u8], DecodeError> {
        let number = match self.field(Tag::Integer)? {
            [0, rest @ ..] if rest.first().is_none_or(|next| *next >= 0x80) => rest,
            [0, ..] => return Err(WireError::NotMinimal.into()),
            [first, ..] if *first >= 0x80 => return Err(WireError::Negative.into()),
            [] => return Err(WireError::WrongLength.into()),
            number => number,
        };
        if number.len() > MAX_NUMBER_BYTES {
            return Err(WireError::TooLarge.into());
        }
        Ok(number)
    }

    /// An INTEGER that counts something; what is larger than any count is the largest.
    pub(super) fn count(&mut self) -> Result<u64, DecodeError> {
        let number = self.uint()?;
        let fold = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Ok(if number.len() > 8 {
            u64::MAX
        } else {
            number.iter().fold(0, fold)
        })
    }

    /// An OCTET STRING.
    pub(super) fn octets(&mut self) -> Result<&'a [u8], DecodeError> {
        self.field(Tag::OctetString)
    }

    /// A BIT STRING of whole bytes.
    pub(super) fn bits(&mut self) -> Result<&'a [u8], DecodeError> {
        whole_bytes(self.field(Tag::BitString)?)
    }

    /// An OBJECT IDENTIFIER.
    pub(super) fn oid(&mut self) -> Result<ObjectIdentifier, DecodeError> {
        let bytes = self.field(Tag::ObjectIdentifier)?;
        ObjectIdentifier::from_bytes(bytes).map_err(|_| Fault::Field.into())
    }

    /// The fields of a SEQUENCE within.
    pub(super) fn sequence(&mut self) -> Result<Self, DecodeError> {
        Self::new(self.field(Tag::Sequence)?)
    }

    /// The fields of the explicitly tagged `[number]`, if that comes next.
    pub(super) fn tagged(&mut self, number: u32) -> Result<Option<Self>, DecodeError> {
        if self.peek() != Some(context(number)) {
            return Ok(None);
        }
        Self::new(self.any()?.value()).map(Some)
    }

    /// NULL, if anything comes next at all.
    pub(super) fn optional_null(&mut self) -> Result<(), DecodeError> {
        if self.is_finished() || self.any()?.is_null() {
            Ok(())
        } else {
            Err(Fault::Field.into())
        }
    }

    /// Says that everything has been read.
    pub(super) fn end(&self) -> Result<(), DecodeError> {
        if self.is_finished() {
            Ok(())
        } else {
            Err(WireError::Trailing.into())
        }
    }
}

/// The number that an INTEGER which is all of `bytes` holds.
pub(super) fn lone_uint(bytes: &[u8]) -> Result<&[u8], DecodeError> {
    let mut fields = Fields::new(bytes)?;
    let number = fields.uint()?;
    fields.end()?;
    Ok(number)
}

/// The bytes of a BIT STRING's value whose first byte says that no bit is unused.
pub(super) fn whole_bytes(value: &[u8]) -> Result<&[u8], DecodeError> {
    value.strip_prefix(&[0]).ok_or_else(|| Fault::Field.into())
}

/// The tag of an explicitly tagged field.
fn context(number: u32) -> Tag {
    Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(number),
    }
}

/// A field of these bytes, one part behind the other.
///
/// # Panics
/// Over 256 MiB, which nothing in this program comes near: files are capped at 1 MiB.
fn write(tag: Tag, parts: &[&[u8]]) -> SecretBytes {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let length = Length::try_from(len).expect("a field of a key is under 256 MiB");
    let mut header = [0; 16];
    let header = Header::new(tag, length)
        .encode_to_slice(&mut header)
        .expect("tag and length take at most 6 bytes");
    let mut field = SecretBytes::with_capacity(header.len() + len);
    field.extend(header);
    for part in parts {
        field.extend(part);
    }
    field
}

/// A field as it was read.
pub(super) fn again(field: &AnyRef<'_>) -> SecretBytes {
    write(field.tag(), &[field.value()])
}

/// The public half in PKCS#8 (RFC 5958 §2): the value of a BIT STRING under a tag that takes its place.
pub(super) fn public_half(bits: &[u8]) -> SecretBytes {
    let tag = Tag::ContextSpecific {
        constructed: false,
        number: TagNumber(1),
    };
    write(tag, &[bits])
}

/// A SEQUENCE of these fields.
pub(super) fn sequence(fields: &[SecretBytes]) -> SecretBytes {
    let parts: Vec<&[u8]> = fields.iter().map(SecretBytes::expose).collect();
    write(Tag::Sequence, &parts)
}

/// An INTEGER of a big-endian number that is not negative.
pub(super) fn uint(number: &[u8]) -> SecretBytes {
    let number = minimal(number);
    let needs_zero = number.first().is_none_or(|first| *first >= 0x80);
    write(Tag::Integer, &[if needs_zero { &[0] } else { &[] }, number])
}

/// An INTEGER that counts something.
pub(super) fn count(number: u64) -> SecretBytes {
    uint(&number.to_be_bytes())
}

/// An OCTET STRING.
pub(super) fn octets(bytes: &[u8]) -> SecretBytes {
    write(Tag::OctetString, &[bytes])
}

/// A BIT STRING of whole bytes.
pub(super) fn bits(bytes: &[u8]) -> SecretBytes {
    write(Tag::BitString, &[&[0], bytes])
}

/// An OBJECT IDENTIFIER.
pub(super) fn oid(oid: ObjectIdentifier) -> SecretBytes {
    write(Tag::ObjectIdentifier, &[oid.as_bytes()])
}

/// NULL.
pub(super) fn null() -> SecretBytes {
    write(Tag::Null, &[])
}

/// A field with the explicit tag `[number]` around it.
pub(super) fn tagged(number: u32, field: &SecretBytes) -> SecretBytes {
    write(context(number), &[field.expose()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_uint(bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
        lone_uint(bytes).map(<[u8]>::to_vec)
    }

    // The examples of X.690 §8.3, by way of the crate `der`'s own reading.
    #[test]
    fn numbers_are_written_in_their_shortest_form_and_read_back() {
        for (number, der) in [
            (&[][..], &[2, 1, 0][..]),
            (&[0x7f], &[2, 1, 0x7f]),
            (&[0x80], &[2, 2, 0, 0x80]),
            (&[0, 0, 1, 0], &[2, 2, 1, 0]),
        ] {
            assert_eq!(uint(number).expose(), der);
            assert_eq!(read_uint(der).as_deref(), Ok(minimal(number)));
        }
    }

    #[test]
    fn each_bad_number_has_its_own_fault() {
        for (der, fault) in [
            (&[2, 1, 0x80][..], WireError::Negative.into()),
            (&[2, 2, 0, 0x7f], WireError::NotMinimal.into()),
            (&[2, 0], WireError::WrongLength.into()),
            (&[2, 1, 1, 5, 0], WireError::Trailing.into()),
            (&[2, 3, 1], Fault::FieldLength.into()),
            (&[2, 0x81, 1, 1], Fault::FieldLength.into()),
            (&[4, 1, 1], Fault::Field.into()),
            (&[], Fault::Field.into()),
        ] {
            assert_eq!(read_uint(der), Err(fault), "{der:?}");
        }
        let large = uint(&[1; MAX_NUMBER_BYTES + 1]);
        assert_eq!(read_uint(large.expose()), Err(DecodeError::NumberTooLarge));
    }

    #[test]
    fn a_sequence_that_is_cut_or_followed_by_something_is_told_apart() {
        let whole = sequence(&[null(), octets(&[1, 2, 3])]);
        for len in 0..whole.len() {
            let fault = Fields::of_sequence(&whole.expose()[..len]).err();
            assert_eq!(fault, Some(DecodeError::Truncated), "{len} bytes");
        }
        let more = [whole.expose(), &[0]].concat();
        assert_eq!(Fields::of_sequence(&more).err(), Some(DecodeError::TrailingData));
    }

    #[test]
    fn counts_too_large_for_any_purpose_are_the_largest() {
        for (bytes, expected) in [(&[1, 0][..], 256), (&[1; 9], u64::MAX)] {
            let der = sequence(&[uint(bytes)]);
            let mut fields = Fields::of_sequence(der.expose()).unwrap();
            assert_eq!(fields.count(), Ok(expected));
        }
    }
}

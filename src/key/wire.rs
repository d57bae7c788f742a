//! The data types of RFC 4251 §5: how SSH lays keys out in bytes.

use crate::secret::SecretBytes;

/// Why bytes are not what RFC 4251 lays out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The bytes end inside a field.
    #[error("the data ends in the middle of a field")]
    Short,
    /// An mpint has its sign bit set; no number in a key is negative.
    #[error("a number in the key is negative")]
    Negative,
    /// An mpint carries zero bytes that it does not need; two spellings of one key would have two
    /// fingerprints.
    #[error("a number in the key is not in its shortest form")]
    NotMinimal,
    /// A number is larger than any key's may be.
    #[error("a number in the key is larger than any key may have")]
    TooLarge,
    /// A fixed-length field has another length.
    #[error("a field of the key has the wrong length")]
    WrongLength,
    /// Text that must be ASCII or UTF-8 is neither.
    #[error("a name in the key is not text")]
    NotText,
    /// Bytes are left over behind the last field.
    #[error("there are bytes behind the end of the key")]
    Trailing,
}

/// The largest number that a key may hold, in bytes: a 16384-bit modulus.
pub const MAX_NUMBER_BYTES: usize = 16384 / 8;

/// Takes fields off the front of a byte string.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads `bytes` from their start.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read yet.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Exactly `len` bytes.
    ///
    /// # Errors
    /// [`WireError::Short`] when fewer are left.
    pub fn bytes(&mut self, len: usize) -> Result<&'a [u8], WireError> {
        let (head, rest) = self.rest.split_at_checked(len).ok_or(WireError::Short)?;
        self.rest = rest;
        Ok(head)
    }

    /// A `byte`.
    ///
    /// # Errors
    /// [`WireError::Short`] when nothing is left.
    pub fn byte(&mut self) -> Result<u8, WireError> {
        Ok(self.bytes(1)?[0])
    }

    /// A `uint32`, big-endian.
    ///
    /// # Errors
    /// [`WireError::Short`] when fewer than four bytes are left.
    pub fn uint32(&mut self) -> Result<u32, WireError> {
        let bytes = self.bytes(4)?;
        Ok(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// A `string`: its length, then as many bytes.
    ///
    /// # Errors
    /// [`WireError::Short`] when the length promises more than is left.
    pub fn string(&mut self) -> Result<&'a [u8], WireError> {
        let len = self.uint32()?;
        self.bytes(usize::try_from(len).map_err(|_| WireError::Short)?)
    }

    /// A `string` that holds a name.
    ///
    /// # Errors
    /// As [`string`](Self::string), and [`WireError::NotText`].
    pub fn text(&mut self) -> Result<&'a str, WireError> {
        std::str::from_utf8(self.string()?).map_err(|_| WireError::NotText)
    }

    /// A `string` of exactly `N` bytes.
    ///
    /// # Errors
    /// As [`string`](Self::string), and [`WireError::WrongLength`].
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        self.string()?.try_into().map_err(|_| WireError::WrongLength)
    }

    /// An `mpint` that is not negative, as big-endian bytes without leading zeros; zero is empty.
    ///
    /// # Errors
    /// [`WireError::Negative`], [`WireError::NotMinimal`], [`WireError::TooLarge`] over
    /// [`MAX_NUMBER_BYTES`], and as [`string`](Self::string).
    pub fn mpint(&mut self) -> Result<&'a [u8], WireError> {
        let bytes = self.string()?;
        let number = match bytes {
            [0, next, ..] if *next >= 0x80 => &bytes[1..],
            [0, ..] => return Err(WireError::NotMinimal),
            [first, ..] if *first >= 0x80 => return Err(WireError::Negative),
            _ => bytes,
        };
        if number.len() > MAX_NUMBER_BYTES {
            return Err(WireError::TooLarge);
        }
        Ok(number)
    }

    /// The private number of an ECDSA key, as big-endian bytes without leading zeros.
    ///
    /// An mpint, or with as many zeros in front as make it `len` bytes: so the Rust crate `ssh-key`
    /// writes it, which shows in half of its P-521 keys, and OpenSSH reads it. No fingerprint depends
    /// on how a private number is spelled.
    ///
    /// # Errors
    /// As [`mpint`](Self::mpint).
    pub fn scalar(&mut self, len: usize) -> Result<&'a [u8], WireError> {
        let mut padded = self.clone();
        let bytes = padded.string()?;
        if bytes.len() == len && bytes.first() == Some(&0) {
            *self = padded;
            return Ok(minimal(bytes));
        }
        self.mpint()
    }

    /// Says that everything has been read.
    ///
    /// # Errors
    /// [`WireError::Trailing`] when something is left.
    pub fn end(self) -> Result<(), WireError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(WireError::Trailing)
        }
    }
}

/// Lays fields one behind the other, in a buffer that is wiped when dropped.
#[derive(Debug, Default)]
pub struct Writer(SecretBytes);

impl Writer {
    /// Starts with nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend(bytes);
        self
    }

    /// A `byte`.
    pub fn byte(&mut self, byte: u8) -> &mut Self {
        self.bytes(&[byte])
    }

    /// A `uint32`, big-endian.
    pub fn uint32(&mut self, number: u32) -> &mut Self {
        self.bytes(&number.to_be_bytes())
    }

    /// A `string`: its length, then its bytes.
    ///
    /// # Panics
    /// Over 4 GiB, which nothing in this program comes near: files are capped at 1 MiB.
    pub fn string(&mut self, bytes: &[u8]) -> &mut Self {
        let len = u32::try_from(bytes.len()).expect("a field of a key is under 4 GiB");
        self.uint32(len).bytes(bytes)
    }

    /// An `mpint` from big-endian bytes, in its shortest form.
    ///
    /// # Panics
    /// As [`string`](Self::string).
    pub fn mpint(&mut self, number: &[u8]) -> &mut Self {
        let number = minimal(number);
        if number.first().is_some_and(|byte| *byte >= 0x80) {
            let len = u32::try_from(number.len() + 1).expect("a field of a key is under 4 GiB");
            self.uint32(len).byte(0).bytes(number)
        } else {
            self.string(number)
        }
    }

    /// What has been written.
    #[must_use]
    pub fn finish(self) -> SecretBytes {
        self.0
    }

    /// What has been written, where it is public.
    #[must_use]
    pub fn finish_public(self) -> Vec<u8> {
        self.0.expose().to_vec()
    }
}

/// Big-endian `number` without leading zeros.
#[must_use]
pub fn minimal(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

/// `number` with zeros before it, `len` bytes in all; nothing when it is longer than that.
#[must_use]
pub fn left_padded(number: &[u8], len: usize) -> Option<SecretBytes> {
    let zeros = len.checked_sub(number.len())?;
    let mut padded = SecretBytes::with_capacity(len);
    padded.extend(&vec![0; zeros]);
    padded.extend(number);
    Some(padded)
}

/// The size in bits of the big-endian `number`.
#[must_use]
pub fn bit_len(number: &[u8]) -> u32 {
    let number = minimal(number);
    match number.first() {
        None => 0,
        Some(first) => {
            let below = u32::try_from(number.len() - 1).unwrap_or(u32::MAX / 8);
            below.saturating_mul(8) + (8 - first.leading_zeros())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 4251 §5 gives these spellings of mpints.
    #[test]
    fn zeros_in_front_of_a_scalar_are_taken_up_to_its_length() {
        let scalar = |bytes: &[u8]| {
            let mut framed = Writer::new();
            framed.string(bytes).byte(9);
            let framed = framed.finish_public();
            let mut reader = Reader::new(&framed);
            let number = reader.scalar(3).map(<[u8]>::to_vec)?;
            assert_eq!(reader.rest(), [9]);
            Ok(number)
        };
        assert_eq!(scalar(&[0, 0, 7]), Ok(vec![7]));
        assert_eq!(scalar(&[0, 0x80, 7]), Ok(vec![0x80, 7]));
        assert_eq!(scalar(&[1, 2, 7]), Ok(vec![1, 2, 7]));
        assert_eq!(scalar(&[0, 0x81, 2, 7]), Ok(vec![0x81, 2, 7]));
        assert_eq!(scalar(&[0, 7]), Err(WireError::NotMinimal));
        assert_eq!(scalar(&[0, 0, 0, 7]), Err(WireError::NotMinimal));
        assert_eq!(scalar(&[0x81, 2, 7]), Err(WireError::Negative));
    }

    #[test]
    fn mpints_are_read_and_written_as_the_rfc_spells_them() {
        for (number, wire) in [
            (&[][..], &[0, 0, 0, 0][..]),
            (
                &[0x09, 0xa3, 0x78, 0xf9, 0xb2, 0xe3, 0x32, 0xa7],
                &[0, 0, 0, 8, 0x09, 0xa3, 0x78, 0xf9, 0xb2, 0xe3, 0x32, 0xa7],
            ),
            (&[0x80], &[0, 0, 0, 2, 0, 0x80]),
        ] {
            let mut writer = Writer::new();
            writer.mpint(number);
            assert_eq!(writer.finish_public(), wire);
            assert_eq!(Reader::new(wire).mpint(), Ok(number));
        }
    }

    #[test]
    fn every_bad_mpint_has_its_own_fault() {
        for (wire, fault) in [
            (&[0, 0, 0, 2, 0xed, 0xcc][..], WireError::Negative),
            (&[0, 0, 0, 2, 0, 0x7f], WireError::NotMinimal),
            (&[0, 0, 0, 1, 0], WireError::NotMinimal),
            (&[0, 0, 0, 2, 1], WireError::Short),
            (&[0xff, 0xff, 0xff, 0xff, 1], WireError::Short),
        ] {
            assert_eq!(Reader::new(wire).mpint(), Err(fault), "{wire:?}");
        }
        let mut writer = Writer::new();
        writer.mpint(&[1; MAX_NUMBER_BYTES + 1]);
        assert_eq!(
            Reader::new(&writer.finish_public()).mpint(),
            Err(WireError::TooLarge)
        );
    }

    #[test]
    fn bits_are_counted_from_the_highest_one() {
        for (number, bits) in [
            (&[][..], 0),
            (&[0, 0], 0),
            (&[1], 1),
            (&[0, 0xff], 8),
            (&[1, 0], 9),
        ] {
            assert_eq!(bit_len(number), bits, "{number:?}");
        }
    }
}

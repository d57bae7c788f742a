//! What lies in a PKCS#12 store: keys, certificates, and other things in “bags” (RFC 7292 §4.2).

use der::asn1::ObjectIdentifier;

use super::{Encrypted, definite};
use crate::format::asn1::Fields;
use crate::format::pkcs8::pbe_layout::Scheme;
use crate::format::{DecodeError, Fault, oid};
use crate::key::KeyPair;
use crate::secret::{Passphrase, SecretBytes};

/// How deep bags may lie in bags; programs do not do so at all.
const DEEPEST: u32 = 2;
/// More than this no store of one key and its certificates has.
const MOST_BAGS: usize = 256;

/// A private key.
#[derive(Debug)]
pub(super) enum Key {
    /// As it is.
    Open(SecretBytes),
    /// Encrypted for itself.
    Locked(Encrypted),
}

/// The bags that are of interest.
#[derive(Debug, Default)]
pub(super) struct Bags {
    pub(super) keys: Vec<Key>,
    pub(super) certificates: usize,
    /// What the first key is called.
    name: Vec<u8>,
    seen: usize,
}

impl Bags {
    /// Adds those of a `SafeContents`.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        let bytes = definite(bytes);
        self.read_all(Fields::of_sequence(bytes.expose())?, 0)
    }

    fn read_all(&mut self, mut list: Fields<'_>, depth: u32) -> Result<(), DecodeError> {
        if depth > DEEPEST {
            return Err(Fault::Field.into());
        }
        while !list.is_finished() {
            self.seen += 1;
            if self.seen > MOST_BAGS {
                return Err(Fault::Value("number of entries").into());
            }
            let mut bag = list.sequence()?;
            let kind = bag.oid()?;
            let mut value = bag.tagged(0)?.ok_or(Fault::Field)?;
            if kind == oid::KEY_BAG {
                let key = value.any()?;
                self.take(Key::Open(crate::format::asn1::again(&key)), bag)?;
            } else if kind == oid::SHROUDED_KEY_BAG {
                let mut fields = value.sequence()?;
                let scheme = Scheme::read(fields.sequence()?)?;
                let key = Encrypted::new(scheme, fields.octets()?)?;
                self.take(Key::Locked(key), bag)?;
            } else if kind == oid::CERTIFICATE_BAG {
                self.certificates += 1;
            } else if kind == oid::SAFE_CONTENTS_BAG {
                self.read_all(value.sequence()?, depth + 1)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, key: Key, behind: Fields<'_>) -> Result<(), DecodeError> {
        if self.keys.is_empty() {
            self.name = name_in(behind)?.unwrap_or_default();
        }
        self.keys.push(key);
        Ok(())
    }

    /// What the key is called in the store, in UTF-8.
    pub(super) fn name(&self) -> Vec<u8> {
        self.name.clone()
    }

    /// The first key.
    pub(super) fn open(&self, passphrase: Option<&Passphrase>) -> Result<KeyPair, DecodeError> {
        let key = self.keys.first().ok_or(DecodeError::NeedsPassphrase)?;
        key.read(passphrase)
    }
}

/// The attribute `friendlyName` among those that stand behind a bag's value.
fn name_in(mut behind: Fields<'_>) -> Result<Option<Vec<u8>>, DecodeError> {
    if behind.is_finished() {
        return Ok(None);
    }
    let mut attributes = Fields::of_value(behind.any()?.value())?;
    while !attributes.is_finished() {
        let mut attribute = attributes.sequence()?;
        let kind: ObjectIdentifier = attribute.oid()?;
        let mut values = Fields::of_value(attribute.any()?.value())?;
        if kind == oid::FRIENDLY_NAME && !values.is_finished() {
            let (units, _) = values.any()?.value().as_chunks::<2>();
            let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
            return Ok(Some(String::from_utf16_lossy(&units).into_bytes()));
        }
    }
    Ok(None)
}

//! PKCS#12 (RFC 7292): a store of keys and certificates, as browsers, Windows, macOS, Java and cloud consoles hand it out.
//! The one private key in it is read; certificates of X.509 are passed over, for SSH has no use for them. Never written.

mod bags;
mod ber;
mod mac;

use super::asn1::Fields;
use super::asn1::kind::{self, Kind};
use super::pkcs8::pbe_layout::Scheme;
use super::{Consent, Cost, DecodeError, Foreign, Format, LockedFile, Parsed, PrivateFile, Protection};
use super::{oid, pkcs8};
use crate::secret::{Passphrase, SecretBytes};
use bags::{Bags, Key};
use mac::Mac;

/// Programs write two parts, one for keys and one for certificates.
const MOST_PARTS: usize = 16;
/// A store is opened with the empty passphrase, which some consoles give it, where that costs no more than this.
const MOST_ITERATIONS_UNASKED: u64 = 50_000;

/// What is known of a store before its passphrase is.
#[derive(Debug)]
pub(super) struct Sealed {
    /// Nothing where nothing proves that the store is whole.
    mac: Option<Mac>,
    /// All that the check is made over.
    contents: SecretBytes,
    /// What stands in clear, where keys may be encrypted each for itself.
    clear: Bags,
    /// What is encrypted as a whole.
    parts: Vec<Encrypted>,
}

/// Something encrypted.
#[derive(Debug)]
struct Encrypted {
    scheme: Scheme,
    ciphertext: SecretBytes,
}

impl Encrypted {
    fn new(scheme: Scheme, ciphertext: &[u8]) -> Result<Self, DecodeError> {
        if !scheme.cipher().can_have_made(ciphertext) {
            return Err(super::Fault::BlockLength.into());
        }
        Ok(Self {
            scheme,
            ciphertext: SecretBytes::copy_of(ciphertext),
        })
    }

    /// Decrypts; nothing when the passphrase is another one.
    fn open(&self, passphrase: &Passphrase) -> Option<SecretBytes> {
        let keys = self.scheme.derive(passphrase)?;
        let cipher = self.scheme.cipher();
        cipher
            .decrypt(keys.key.expose(), keys.iv.expose(), self.ciphertext.expose())
            .filter(|plain| Fields::of_sequence(definite(plain.expose()).expose()).is_ok())
    }

    fn cost(&self) -> Cost {
        self.scheme.protection().cost()
    }
}

/// The bytes with definite lengths: many programs write PKCS#12 as BER.
fn definite(bytes: &[u8]) -> SecretBytes {
    ber::definite(bytes).unwrap_or_else(|| SecretBytes::copy_of(bytes))
}

/// Whether bytes are such a store with lengths that are told by their end.
pub(super) fn is_indefinite(bytes: &[u8]) -> bool {
    // SEQUENCE, INTEGER 3, SEQUENCE.
    matches!(bytes, [0x30, 0x80, 0x02, 0x01, 0x03, 0x30, ..])
}

/// Whether bytes are a store, or begin as one in BER does.
pub(super) fn is_store(bytes: &[u8]) -> bool {
    is_indefinite(bytes) || kind::of(bytes) == Some(Kind::Pkcs12)
}

/// Reads a store as far as that goes without its passphrase.
pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, DecodeError> {
    let bytes = definite(bytes);
    let sealed = Sealed::read(bytes.expose())?;
    sealed.check_cost()?;
    let in_clear = sealed.clear.keys.iter().filter(|key| key.is_open()).count();
    if sealed.clear.keys.len() > 1 {
        return Err(DecodeError::MultipleKeys);
    }
    if in_clear == 1 {
        let file = PrivateFile::plain(Format::Pkcs12, sealed.clear.open(None)?, sealed.clear.name());
        return Ok(Parsed::Private(PrivateFile {
            has_x509: sealed.clear.certificates > 0 || !sealed.parts.is_empty(),
            ..file
        }));
    }
    let protection = match (sealed.clear.keys.first(), sealed.parts.first()) {
        (Some(key), _) => key.protection(),
        (None, Some(part)) => part.scheme.protection(),
        (None, None) => return Err(DecodeError::NotAKeyFile(Foreign::Pkcs12)),
    };
    if sealed.iterations() <= MOST_ITERATIONS_UNASKED
        && let Ok(opened) = sealed.unlock(Protection::None, &Passphrase::default())
    {
        return Ok(Parsed::Private(opened));
    }
    Ok(Parsed::Locked(LockedFile {
        format: Format::Pkcs12,
        protection,
        public: None,
        // What stands in the encrypted parts is not known.
        comment: (!sealed.clear.keys.is_empty()).then(|| sealed.clear.name()),
        certificate: None,
        has_crlf: false,
        sealed: super::Sealed::Pkcs12(Box::new(sealed)),
    }))
}

impl Sealed {
    fn read(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut fields = Fields::of_sequence(bytes)?;
        if fields.count()? != 3 {
            return Err(super::Fault::Value("version").into());
        }
        let mut safe = fields.sequence()?;
        let kind = safe.oid()?;
        if kind != oid::PKCS7_DATA {
            let what = "PKCS#12 that is sealed with a public key instead of a passphrase";
            return Err(DecodeError::UnsupportedFormat(what.to_owned()));
        }
        let contents = SecretBytes::copy_of(content(&mut safe)?.octets()?);
        let mac = if fields.is_finished() {
            None
        } else {
            Some(Mac::read(fields.sequence()?)?)
        };
        fields.end()?;

        let mut clear = Bags::default();
        let mut parts = Vec::new();
        let list = definite(contents.expose());
        let mut list = Fields::of_sequence(list.expose())?;
        let mut count = 0;
        while !list.is_finished() {
            count += 1;
            if count > MOST_PARTS {
                return Err(super::Fault::Value("number of parts").into());
            }
            let mut part = list.sequence()?;
            let kind = part.oid()?;
            if kind == oid::PKCS7_DATA {
                clear.read(content(&mut part)?.octets()?)?;
            } else if kind == oid::PKCS7_ENCRYPTED_DATA {
                parts.push(encrypted(&mut part)?);
            }
        }
        Ok(Self {
            mac,
            contents,
            clear,
            parts,
        })
    }

    /// Sees to it that nothing but the key's own derivation, of which the owner is told, costs much.
    fn check_cost(&self) -> Result<(), DecodeError> {
        for key in &self.clear.keys {
            key.protection().cost().check(Consent::Given)?;
        }
        let mut parts = self.parts.iter().map(Encrypted::cost);
        if self.clear.keys.is_empty()
            && let Some(own) = parts.next()
        {
            own.check(Consent::Given)?;
        }
        let beside = parts.map(iterations).sum::<u64>() + self.mac.as_ref().map_or(0, Mac::iterations);
        let beside = Cost::Pbkdf2 {
            iterations: u32::try_from(beside).unwrap_or(u32::MAX),
        };
        match beside.check(Consent::NotGiven) {
            Ok(()) => Ok(()),
            Err(_) => Err(DecodeError::CostsTooMuch(beside)),
        }
    }

    fn iterations(&self) -> u64 {
        let keys = self.clear.keys.iter().map(|key| key.protection().cost());
        let parts = self.parts.iter().map(Encrypted::cost);
        keys.chain(parts).map(iterations).sum::<u64>() + self.mac.as_ref().map_or(0, Mac::iterations)
    }

    pub(super) fn open(
        &self,
        file: &LockedFile,
        passphrase: &Passphrase,
    ) -> Result<PrivateFile, DecodeError> {
        self.unlock(file.protection.clone(), passphrase)
    }

    fn unlock(&self, protection: Protection, passphrase: &Passphrase) -> Result<PrivateFile, DecodeError> {
        let is_right = match &self.mac {
            Some(mac) => Some(mac.fits(passphrase, self.contents.expose())?),
            None => None,
        };
        let mut inner = Bags::default();
        let mut is_open = false;
        for part in &self.parts {
            // What is no key may have a passphrase of its own.
            if let Some(plain) = part.open(passphrase) {
                inner.read(plain.expose())?;
                is_open = true;
            }
        }
        let certificates = self.clear.certificates + inner.certificates;
        let bags = match (self.clear.keys.len() + inner.keys.len(), is_open) {
            (1, _) if inner.keys.is_empty() => &self.clear,
            (1, _) => &inner,
            (0, true) => return Err(DecodeError::NotAKeyFile(Foreign::Pkcs12)),
            (0, false) if is_right == Some(true) => return Err(DecodeError::Corrupt(super::Fault::NotWhole)),
            (0, false) => return Err(DecodeError::WrongPassphrase),
            _ => return Err(DecodeError::MultipleKeys),
        };
        let key = match (bags.open(Some(passphrase)), is_right) {
            // The check has proved the passphrase.
            (Err(DecodeError::WrongPassphrase), Some(true)) => {
                return Err(DecodeError::Corrupt(super::Fault::NotWhole));
            }
            (Ok(_), Some(false)) => return Err(DecodeError::BadMac),
            (key, _) => key?,
        };
        let file = PrivateFile::plain(Format::Pkcs12, key, bags.name());
        Ok(PrivateFile {
            protection,
            has_x509: certificates > 0,
            ..file
        })
    }
}

/// How often a key derivation repeats its hash; one that is costly in another way is as good as endless.
fn iterations(cost: Cost) -> u64 {
    match cost {
        Cost::Nothing => 0,
        Cost::Pbkdf2 { iterations } => iterations.into(),
        Cost::Bcrypt { .. } | Cost::Argon2(_) | Cost::Scrypt(_) => u64::from(u32::MAX),
    }
}

/// What a `ContentInfo` (RFC 5652 §3) holds behind its type.
fn content<'a>(info: &mut Fields<'a>) -> Result<Fields<'a>, DecodeError> {
    let content = info.tagged(0)?;
    info.end()?;
    content.ok_or_else(|| super::Fault::Field.into())
}

/// An `EncryptedData` (RFC 5652 §8).
fn encrypted(info: &mut Fields<'_>) -> Result<Encrypted, DecodeError> {
    let mut data = content(info)?.sequence()?;
    data.count()?;
    let mut inner = data.sequence()?;
    inner.oid()?;
    let scheme = Scheme::read(inner.sequence()?)?;
    let field = inner.any()?;
    let ciphertext = ber::implicit_octets(field).ok_or(super::Fault::Field)?;
    Encrypted::new(scheme, ciphertext.expose())
}

impl Key {
    fn is_open(&self) -> bool {
        matches!(self, Self::Open(_))
    }

    fn protection(&self) -> Protection {
        match self {
            Self::Open(_) => Protection::None,
            Self::Locked(encrypted) => encrypted.scheme.protection(),
        }
    }

    fn read(&self, passphrase: Option<&Passphrase>) -> Result<crate::key::KeyPair, DecodeError> {
        match (self, passphrase) {
            (Self::Open(plain), _) => pkcs8::read(plain.expose()),
            (Self::Locked(_), None) => Err(DecodeError::NeedsPassphrase),
            (Self::Locked(encrypted), Some(passphrase)) => {
                let plain = encrypted.open(passphrase).ok_or(DecodeError::WrongPassphrase)?;
                pkcs8::read(plain.expose())
            }
        }
    }
}

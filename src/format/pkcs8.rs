//! PKCS#8: one layout for every type of key (RFC 5958), plain or encrypted with a passphrase.
//!
//! Version 1 without the public key is written: OpenSSL 3.0 and `ssh-keygen` refuse version 2.

pub(super) mod pbe;
pub(super) mod pbe_layout;

use der::{Tag, TagNumber, Tagged as _};
use rand_core::CryptoRng;

use super::armour::{self, Wrapping};
use super::asn1::algorithm::{self, KeyType};
use super::asn1::{Fields, count, lone_uint, octets, sequence, uint, whole_bytes};
use super::traditional::{read_ec, read_rsa, write_ec, write_rsa};
use super::{DecodeError, EncodeError, Fault, Format, LockedFile, Outgoing, PrivateFile};
use crate::key::dsa;
use crate::key::validate::{self, Unsound};
use crate::key::wire::WireError;
use crate::key::{KeyPair, PrivateKey, PublicKey};
use crate::secret::{Passphrase, SecretBytes};
use pbe::Pbes2;
use pbe_layout::Scheme;

const LABEL: &str = "PRIVATE KEY";
const ENCRYPTED_LABEL: &str = "ENCRYPTED PRIVATE KEY";
/// The bytes of salt that are written; RFC 8018 §4.1 asks for 8 at least, NIST SP 800-132 for 16.
const SALT_LEN: usize = 16;

/// The kind of file that PKCS#8 in this wrapping is.
pub(super) fn format(wrapping: Wrapping) -> Format {
    match wrapping {
        Wrapping::Pem => Format::Pkcs8,
        Wrapping::Der => Format::Pkcs8Der,
    }
}

/// The encrypted part of a file.
#[derive(Debug)]
pub(super) struct Sealed {
    scheme: Scheme,
    ciphertext: SecretBytes,
}

/// Reads a `OneAsymmetricKey`, version 1 or 2.
pub(super) fn read(bytes: &[u8]) -> Result<KeyPair, DecodeError> {
    let mut fields = Fields::of_sequence(bytes)?;
    if fields.count()? > 1 {
        return Err(Fault::Value("version").into());
    }
    let key_type = KeyType::read(fields.sequence()?)?;
    let private = fields.octets()?;
    let stated = read_attributes(&mut fields)?;
    let key = match key_type {
        KeyType::Rsa => read_rsa(private)?,
        KeyType::Dsa { p, q, g } => read_dsa(p, q, g, private)?,
        KeyType::Ecdsa(curve) => read_ec(private, Some(curve))?,
        KeyType::Ed25519 => {
            let seed = read_seed(private, 32)?;
            let public = PublicKey::Ed25519(validate::ed25519_public(&seed)?);
            KeyPair::new(public, PrivateKey::Ed25519 { seed })?
        }
        KeyType::Ed448 => {
            let seed = read_seed(private, 57)?;
            let public = PublicKey::Ed448(validate::ed448_public(&seed)?);
            KeyPair::new(public, PrivateKey::Ed448 { seed })?
        }
    };
    match (key.public(), stated) {
        (PublicKey::Ed25519(public), Some(stated)) if stated != public => Err(Unsound::HalvesDiffer.into()),
        (PublicKey::Ed448(public), Some(stated)) if stated != public => Err(Unsound::HalvesDiffer.into()),
        _ => Ok(key),
    }
}

/// What may stand behind the private key: attributes, which say nothing about the key, and in
/// version 2 the public key.
fn read_attributes<'a>(fields: &mut Fields<'a>) -> Result<Option<&'a [u8]>, DecodeError> {
    let mut public = None;
    while !fields.is_finished() {
        let field = fields.any()?;
        match field.tag() {
            Tag::ContextSpecific {
                constructed: true,
                number: TagNumber(0),
            } => {}
            Tag::ContextSpecific {
                constructed: false,
                number: TagNumber(1),
            } => public = Some(whole_bytes(field.value())?),
            _ => return Err(Fault::Field.into()),
        }
    }
    Ok(public)
}

/// A `CurvePrivateKey` (RFC 8410 §7): an OCTET STRING within the OCTET STRING.
fn read_seed(private: &[u8], len: u8) -> Result<SecretBytes, DecodeError> {
    match private {
        [4, stated, seed @ ..] if *stated == len && seed.len() == usize::from(len) => {
            Ok(SecretBytes::copy_of(seed))
        }
        _ => Err(WireError::WrongLength.into()),
    }
}

#[expect(clippy::many_single_char_names, reason = "the names of FIPS 186-4 §4.1")]
fn read_dsa(p: &[u8], q: &[u8], g: &[u8], private: &[u8]) -> Result<KeyPair, DecodeError> {
    let x = SecretBytes::copy_of(lone_uint(private)?);
    let [p, q, g] = [p, q, g].map(<[u8]>::to_vec);
    let y = dsa::public(&p, &g, &x)?;
    let public = PublicKey::Dsa { p, q, g, y };
    validate::public_key(&public)?;
    Ok(KeyPair::new(public, PrivateKey::Dsa { x })?)
}

/// Reads an `EncryptedPrivateKeyInfo` as far as that goes without a passphrase.
pub(super) fn read_locked(bytes: &[u8], wrapping: Wrapping) -> Result<LockedFile, DecodeError> {
    let mut fields = Fields::of_sequence(bytes)?;
    let scheme = Scheme::read(fields.sequence()?)?;
    let ciphertext = SecretBytes::copy_of(fields.octets()?);
    fields.end()?;
    if !scheme.cipher().can_have_made(ciphertext.expose()) {
        return Err(Fault::BlockLength.into());
    }
    let protection = scheme.protection();
    protection.cost().check(super::Consent::Given)?;
    Ok(LockedFile {
        format: format(wrapping),
        protection,
        public: None,
        // There is no place for one.
        comment: Some(Vec::new()),
        certificate: None,
        has_crlf: false,
        sealed: super::Sealed::Pkcs8(Sealed { scheme, ciphertext }),
    })
}

impl Sealed {
    pub(super) fn open(
        &self,
        file: &LockedFile,
        passphrase: &Passphrase,
    ) -> Result<PrivateFile, DecodeError> {
        // The numbers were looked at when the file was read.
        let no_memory = || DecodeError::NoMemory(file.protection.cost());
        let keys = self.scheme.derive(passphrase).ok_or_else(no_memory)?;
        let (key, iv) = (keys.key.expose(), keys.iv.expose());
        let plain = self
            .scheme
            .cipher()
            .decrypt_key(key, iv, self.ciphertext.expose())?;
        Ok(PrivateFile::unlocked(file, read(plain.expose())?, Vec::new()))
    }
}

/// Writes a `OneAsymmetricKey` of version 1; nothing for keys that only SSH knows.
fn write(key: &KeyPair) -> Option<SecretBytes> {
    let private = match key.private() {
        PrivateKey::Rsa { .. } => write_rsa(key)?,
        PrivateKey::Dsa { x } => uint(x.expose()),
        PrivateKey::Ecdsa { .. } => write_ec(key, None)?,
        PrivateKey::Ed25519 { seed } | PrivateKey::Ed448 { seed } => octets(seed.expose()),
        PrivateKey::SecurityKey { .. } | PrivateKey::MlDsa44Ed25519 { .. } => return None,
    };
    let algorithm = algorithm::write(key.public())?;
    Some(sequence(&[count(0), algorithm, octets(private.expose())]))
}

/// Writes a file.
pub(super) fn encode(
    outgoing: Outgoing<'_>,
    wrapping: Wrapping,
    protection: Option<(&Passphrase, Pbes2)>,
    rng: &mut impl CryptoRng,
) -> Result<SecretBytes, EncodeError> {
    let plain = write(outgoing.key).ok_or(EncodeError::Unsupported {
        format: "PKCS#8",
        algorithm: outgoing.key.algorithm().name(),
    })?;
    let (label, bytes) = match protection {
        None => (LABEL, plain),
        Some((passphrase, pbes2)) => {
            let mut salt = vec![0; SALT_LEN];
            rng.fill_bytes(&mut salt);
            let mut iv = vec![0; pbes2.cipher.block_len()];
            rng.fill_bytes(&mut iv);
            let scheme = Scheme::Pbes2 { pbes2, salt, iv };
            let keys = scheme.derive(passphrase).ok_or(EncodeError::Cost)?;
            let ciphertext = pbes2
                .cipher
                .encrypt(keys.key.expose(), keys.iv.expose(), &plain)?;
            let fields = [scheme.write()?, octets(ciphertext.expose())];
            (ENCRYPTED_LABEL, sequence(&fields))
        }
    };
    Ok(match wrapping {
        Wrapping::Pem => armour::pem(label, "", bytes.expose()),
        Wrapping::Der => bytes,
    })
}

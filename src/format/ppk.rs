//! PuTTY's private key files, versions 1 to 3 (PuTTY manual, appendix C); version 1 is read only.
//!
//! Where the manual and PuTTY differ, PuTTY is followed: the private part of an Ed25519 or Ed448 key
//! is its seed as a fixed-length string, not an mpint, and the bytes that fill up the last block are
//! the start of a SHA-1 of what stands before them.

mod headers;

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use rand_core::CryptoRng;
use sha1::{Digest, Sha1};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::armour::{lines, wrapped_base64};
use super::certificate::key_or_certificate;
use super::error::printable;
use super::{
    Argon2Params, Certificate, DecodeError, EncodeError, Fault, Format, LockedFile, Outgoing, Parsed,
    PrivateFile, Protection,
};
use crate::key::validate::Unsound;
use crate::key::wire::{Reader, WireError, Writer};
use crate::key::{KeyPair, PrivateKey, PublicKey};
use crate::secret::{Passphrase, SecretBytes};
use headers::Headers;

pub(super) const MAGIC: &[u8] = b"PuTTY-User-Key-File-";
/// Characters in a line of base64, as `puttygen` writes them.
const LINE_WIDTH: usize = 64;
/// Lines that PuTTY accepts in one part.
const MAX_LINES: usize = 5460;
/// The bytes of salt, as `puttygen` writes them.
const SALT_LEN: usize = 16;
/// The longest salt that is read, in bytes.
const MAX_SALT_LEN: usize = 1024;
const BLOCK: usize = 16;
const NOTHING: &str = "none";
const AES: &str = "aes256-cbc";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    /// Written by no release of PuTTY, only by snapshots of 2000 and 2001.
    V1,
    V2,
    V3,
}

impl Version {
    fn format(self) -> Format {
        match self {
            Self::V1 => Format::Ppk1,
            Self::V2 => Format::Ppk2,
            Self::V3 => Format::Ppk3,
        }
    }
}

/// What stands in a file, as it stands there.
#[derive(Debug)]
struct Body {
    version: Version,
    algorithm: String,
    encryption: &'static str,
    comment: Vec<u8>,
    public: Vec<u8>,
    private: SecretBytes,
    check: Check,
}

/// What vouches for a file.
#[derive(Debug)]
enum Check {
    Mac(Vec<u8>),
    /// A plain SHA-1 of the private part, in version 1.
    Hash(Vec<u8>),
}

/// The encrypted part of a file, and what its MAC covers.
#[derive(Debug)]
pub(super) struct Sealed {
    body: Body,
    key: PublicKey,
    salt: Vec<u8>,
}

/// What decrypts a file and proves that it is whole.
struct Keys {
    cipher: Zeroizing<[u8; 32]>,
    iv: Zeroizing<[u8; BLOCK]>,
    mac: SecretBytes,
}

/// Reads a file that begins with [`MAGIC`].
pub(super) fn parse(text: &[u8]) -> Result<Parsed, DecodeError> {
    let mut headers = Headers {
        lines: lines(text),
        total: lines(text).count(),
        odd: None,
    };
    let (version, algorithm) = headers.first()?;
    let encryption = match headers.text("Encryption")?.as_str() {
        NOTHING => NOTHING,
        AES => AES,
        other => return Err(DecodeError::UnsupportedCipher(printable(other))),
    };
    let comment = headers.value("Comment")?.to_vec();
    let public = headers.part("Public-Lines")?.expose().to_vec();
    let kdf = match (version, encryption) {
        (Version::V3, AES) => Some(headers.key_derivation()?),
        _ => None,
    };
    let private = headers.part("Private-Lines")?;
    let odd = headers.odd.take();
    let check = headers.check(version)?;
    let body = Body {
        version,
        algorithm,
        encryption,
        comment,
        public,
        private,
        check,
    };

    let (key, certificate) = key_or_certificate(&body.public)?;
    let name = certificate
        .as_ref()
        .map_or(key.algorithm().name(), Certificate::name);
    if name != body.algorithm {
        return Err(Fault::TypeNames.into());
    }
    if encryption == NOTHING {
        let keys = match version {
            Version::V3 => SecretBytes::default(),
            Version::V1 | Version::V2 => sha1_keys(&Passphrase::default()).mac,
        };
        if !body.mac_fits(&keys, body.private.expose()) {
            return Err(DecodeError::BadMac);
        }
        let private = read_private(version, &key, body.private.expose(), 0)?;
        return Ok(Parsed::Private(PrivateFile {
            certificate,
            ..PrivateFile::plain(version.format(), KeyPair::new(key, private)?, body.comment)
        }));
    }
    if body.private.is_empty() || !body.private.len().is_multiple_of(BLOCK) {
        return Err(odd.unwrap_or(Fault::BlockLength).into());
    }
    let (protection, salt) = match kdf {
        Some((params, salt)) => (Protection::Ppk3(params), salt),
        None => (Protection::PpkSha1, Vec::new()),
    };
    Ok(Parsed::Locked(LockedFile {
        format: version.format(),
        protection,
        public: Some(key.clone()),
        comment: Some(body.comment.clone()),
        certificate,
        has_crlf: false,
        sealed: super::Sealed::Ppk(Sealed { body, key, salt }),
    }))
}

impl Sealed {
    pub(super) fn open(
        &self,
        file: &LockedFile,
        passphrase: &Passphrase,
    ) -> Result<PrivateFile, DecodeError> {
        let keys = match &file.protection {
            Protection::Ppk3(params) => {
                // The numbers were looked at when the file was read.
                argon2_keys(passphrase, params, &self.salt)
                    .ok_or(DecodeError::NoMemory(file.protection.cost()))?
            }
            _ => sha1_keys(passphrase),
        };
        let mut plain = SecretBytes::copy_of(self.body.private.expose());
        cbc::Decryptor::<aes::Aes256>::new(&(*keys.cipher).into(), &(*keys.iv).into())
            .decrypt_padded::<NoPadding>(plain.expose_mut())
            .map_err(|_| Fault::BlockLength)?;
        if !self.body.mac_fits(&keys.mac, plain.expose()) {
            return Err(if begins_as_private(&self.key, plain.expose()) {
                DecodeError::BadMac
            } else {
                DecodeError::WrongPassphrase
            });
        }
        let private = read_private(self.body.version, &self.key, plain.expose(), BLOCK - 1)?;
        let key = KeyPair::new(self.key.clone(), private)?;
        Ok(PrivateFile::unlocked(file, key, self.body.comment.clone()))
    }
}

impl Body {
    fn mac_fits(&self, key: &SecretBytes, plain: &[u8]) -> bool {
        match &self.check {
            Check::Hash(hash) => Sha1::digest(plain).as_slice().ct_eq(hash).into(),
            Check::Mac(stated) => mac(
                self.version,
                key,
                &self.algorithm,
                self.encryption,
                &self.comment,
                &self.public,
                plain,
            )
            .ct_eq(stated)
            .into(),
        }
    }
}

/// HMAC over everything that the file says, so that no part of it can be exchanged; in version 1 over
/// the private part alone.
fn mac(
    version: Version,
    key: &SecretBytes,
    algorithm: &str,
    encryption: &str,
    comment: &[u8],
    public: &[u8],
    private: &[u8],
) -> Vec<u8> {
    let mut covered = Writer::new();
    covered
        .string(algorithm.as_bytes())
        .string(encryption.as_bytes())
        .string(comment)
        .string(public)
        .string(private);
    let covered = covered.finish();
    match version {
        Version::V3 => hmac::<Hmac<Sha256>>(key, &covered),
        Version::V2 => hmac::<Hmac<Sha1>>(key, &covered),
        Version::V1 => hmac::<Hmac<Sha1>>(key, &SecretBytes::copy_of(private)),
    }
}

fn hmac<M: Mac + KeyInit>(key: &SecretBytes, covered: &SecretBytes) -> Vec<u8> {
    // HMAC takes a key of any length (RFC 2104 §2).
    let mut mac = <M as KeyInit>::new_from_slice(key.expose()).expect("HMAC takes keys of any length");
    mac.update(covered.expose());
    mac.finalize().into_bytes().to_vec()
}

fn argon2_keys(passphrase: &Passphrase, params: &Argon2Params, salt: &[u8]) -> Option<Keys> {
    let derived = params.derive(passphrase, salt, 80)?;
    let (cipher, rest) = derived.expose().split_at(32);
    let (iv, mac) = rest.split_at(BLOCK);
    Some(Keys {
        cipher: Zeroizing::new(cipher.try_into().ok()?),
        iv: Zeroizing::new(iv.try_into().ok()?),
        mac: SecretBytes::copy_of(mac),
    })
}

fn sha1_keys(passphrase: &Passphrase) -> Keys {
    let mut cipher = Zeroizing::new([0; 32]);
    let first = Sha1::new()
        .chain_update([0, 0, 0, 0])
        .chain_update(passphrase.expose())
        .finalize();
    let second = Sha1::new()
        .chain_update([0, 0, 0, 1])
        .chain_update(passphrase.expose())
        .finalize();
    cipher[..20].copy_from_slice(&first);
    cipher[20..].copy_from_slice(&second[..12]);
    let mac = Sha1::new()
        .chain_update(b"putty-private-key-file-mac-key")
        .chain_update(passphrase.expose())
        .finalize();
    Keys {
        cipher,
        iv: Zeroizing::new([0; BLOCK]),
        mac: SecretBytes::copy_of(&mac),
    }
}

/// Whether the private part begins with a number that is no longer than it can be, as it does by chance once in millions of
/// passphrases.
fn begins_as_private(public: &PublicKey, plain: &[u8]) -> bool {
    let longest = match public {
        PublicKey::Rsa { n, .. } => n.len() + 1,
        PublicKey::Dsa { q, .. } => q.len() + 1,
        PublicKey::Ecdsa { curve, .. } => curve.bytes() + 1,
        PublicKey::Ed25519(_) => 32,
        PublicKey::Ed448(_) => 57,
        PublicKey::SkEcdsa { .. } | PublicKey::SkEd25519 { .. } | PublicKey::MlDsa44Ed25519 { .. } => 0,
    };
    let first = Reader::new(plain).string();
    first.is_ok_and(|number| (1..=longest).contains(&number.len()))
}

/// Reads the private part, behind which at most `max_padding` bytes may follow.
fn read_private(
    version: Version,
    public: &PublicKey,
    plain: &[u8],
    max_padding: usize,
) -> Result<PrivateKey, DecodeError> {
    let mut reader = Reader::new(plain);
    let secret = |bytes: Result<&[u8], WireError>| bytes.map(SecretBytes::copy_of);
    let private = match public {
        PublicKey::Rsa { .. } => PrivateKey::Rsa {
            d: secret(reader.mpint())?,
            p: secret(reader.mpint())?,
            q: secret(reader.mpint())?,
            iqmp: secret(reader.mpint())?,
        },
        PublicKey::Dsa { p, q, g, .. } => {
            let x = secret(reader.mpint())?;
            if version == Version::V1 {
                // A hash of the group, to tell a key from one with another's numbers.
                let mut group = Writer::new();
                group.mpint(p).mpint(q).mpint(g);
                if reader.string()? != Sha1::digest(group.finish().expose()).as_slice() {
                    return Err(Unsound::Dsa.into());
                }
            }
            PrivateKey::Dsa { x }
        }
        PublicKey::Ecdsa { .. } => PrivateKey::Ecdsa {
            scalar: secret(reader.mpint())?,
        },
        PublicKey::Ed25519(_) => PrivateKey::Ed25519 {
            seed: secret(reader.string())?,
        },
        PublicKey::Ed448(_) => PrivateKey::Ed448 {
            seed: secret(reader.string())?,
        },
        PublicKey::SkEcdsa { .. } | PublicKey::SkEd25519 { .. } | PublicKey::MlDsa44Ed25519 { .. } => {
            return Err(DecodeError::UnsupportedKeyType(
                public.algorithm().name().to_owned(),
            ));
        }
    };
    if reader.rest().len() > max_padding {
        return Err(Fault::Wire(WireError::Trailing).into());
    }
    Ok(private)
}

/// The private part before padding; nothing for keys that PuTTY has no files for.
fn write_private(private: &PrivateKey) -> Option<SecretBytes> {
    let mut out = Writer::new();
    match private {
        PrivateKey::Rsa { d, p, q, iqmp } => out
            .mpint(d.expose())
            .mpint(p.expose())
            .mpint(q.expose())
            .mpint(iqmp.expose()),
        PrivateKey::Dsa { x } => out.mpint(x.expose()),
        PrivateKey::Ecdsa { scalar } => out.mpint(scalar.expose()),
        PrivateKey::Ed25519 { seed } | PrivateKey::Ed448 { seed } => out.string(seed.expose()),
        PrivateKey::SecurityKey { .. } | PrivateKey::MlDsa44Ed25519 { .. } => return None,
    };
    Some(out.finish())
}

/// Writes version 3; `protection` is passphrase and Argon2's numbers.
pub(super) fn encode_v3(
    outgoing: Outgoing<'_>,
    protection: Option<(&Passphrase, Argon2Params)>,
    rng: &mut impl CryptoRng,
) -> Result<SecretBytes, EncodeError> {
    let Some((passphrase, params)) = protection else {
        let mac_key_without_passphrase = SecretBytes::default();
        return encode(outgoing, Version::V3, None, &mac_key_without_passphrase, "");
    };
    if !params.is_defined() {
        return Err(EncodeError::Cost);
    }
    let mut salt = [0; SALT_LEN];
    rng.fill_bytes(&mut salt);
    let keys = argon2_keys(passphrase, &params, &salt).ok_or(EncodeError::Cost)?;
    let kdf_lines = format!(
        "Key-Derivation: {}\nArgon2-Memory: {}\nArgon2-Passes: {}\nArgon2-Parallelism: {}\nArgon2-Salt: {}\n",
        params.variant.name(),
        params.mem_kib,
        params.passes,
        params.parallelism,
        base16ct::lower::encode_string(&salt),
    );
    encode(outgoing, Version::V3, Some(&keys), &keys.mac, &kdf_lines)
}

/// Writes version 2.
pub(super) fn encode_v2(
    outgoing: Outgoing<'_>,
    passphrase: Option<&Passphrase>,
) -> Result<SecretBytes, EncodeError> {
    match passphrase {
        Some(passphrase) => {
            let keys = sha1_keys(passphrase);
            encode(outgoing, Version::V2, Some(&keys), &keys.mac, "")
        }
        None => encode(
            outgoing,
            Version::V2,
            None,
            &sha1_keys(&Passphrase::default()).mac,
            "",
        ),
    }
}

fn encode(
    outgoing: Outgoing<'_>,
    version: Version,
    keys: Option<&Keys>,
    mac_key: &SecretBytes,
    kdf_lines: &str,
) -> Result<SecretBytes, EncodeError> {
    let algorithm = outgoing.key.algorithm();
    let mut private = write_private(outgoing.key.private()).ok_or(EncodeError::Unsupported {
        format: "PuTTY",
        algorithm: algorithm.name(),
    })?;
    if let Some(certificate) = outgoing.certificate {
        certificate
            .certifies(outgoing.key.public())
            .map_err(|_| EncodeError::OtherCertificate)?;
    }
    let (name, public) = match outgoing.certificate {
        Some(certificate) => (certificate.name(), certificate.blob().to_vec()),
        None => (algorithm.name(), outgoing.key.public().to_wire()),
    };
    let comment = outgoing.comment.as_str();
    let encryption = if keys.is_some() { AES } else { NOTHING };
    if keys.is_some() {
        let filling = Sha1::digest(private.expose());
        let missing = private.len().next_multiple_of(BLOCK) - private.len();
        private.extend(&filling[..missing]);
    }
    let mac = mac(
        version,
        mac_key,
        name,
        encryption,
        comment.as_bytes(),
        &public,
        private.expose(),
    );
    if let Some(keys) = keys {
        let len = private.len();
        cbc::Encryptor::<aes::Aes256>::new(&(*keys.cipher).into(), &(*keys.iv).into())
            .encrypt_padded::<NoPadding>(private.expose_mut(), len)
            .map_err(|_| EncodeError::Cipher)?;
    }

    let version = if version == Version::V3 { 3 } else { 2 };
    let public = wrapped_base64(&public, LINE_WIDTH);
    let private = wrapped_base64(private.expose(), LINE_WIDTH);
    let mut text = SecretBytes::with_capacity(public.len() + private.len() + comment.len() + 512);
    text.extend(format!("PuTTY-User-Key-File-{version}: {name}\nEncryption: {encryption}\n").as_bytes());
    text.extend(format!("Comment: {comment}\nPublic-Lines: {}\n", line_count(&public)).as_bytes());
    text.extend(public.expose());
    text.extend(kdf_lines.as_bytes());
    text.extend(format!("Private-Lines: {}\n", line_count(&private)).as_bytes());
    text.extend(private.expose());
    text.extend(format!("Private-MAC: {}\n", base16ct::lower::encode_string(&mac)).as_bytes());
    Ok(text)
}

fn line_count(text: &SecretBytes) -> usize {
    lines(text.expose()).count()
}

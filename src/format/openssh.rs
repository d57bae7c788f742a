//! OpenSSH's private key format (PROTOCOL.key in OpenSSH's sources).

use rand_core::CryptoRng;
pub use ssh_cipher::Cipher;
use zeroize::Zeroizing;

use super::armour::{block, wrapped_base64};
use super::error::printable;
use super::kdf::bcrypt;
use super::{DecodeError, EncodeError, Fault, Format, LockedFile, Outgoing, Parsed, PrivateFile, Protection};
use crate::key::wire::{Reader, WireError, Writer};
use crate::key::{Algorithm, KeyPair, PrivateKey, PublicKey, PublicKeyError};
use crate::secret::{Passphrase, SecretBytes};

pub(super) const BEGIN: &[u8] = b"-----BEGIN OPENSSH PRIVATE KEY-----";
const LABEL: &[u8] = b"OPENSSH PRIVATE KEY";
const END: &[u8] = b"-----END OPENSSH PRIVATE KEY-----";
const MAGIC: &[u8] = b"openssh-key-v1\0";
/// Characters in a line of base64, as `ssh-keygen` writes them.
const LINE_WIDTH: usize = 70;
/// The bytes of salt, as `ssh-keygen` writes them.
const SALT_LEN: usize = 16;
/// The bytes of an authentication tag, the same for AES-GCM and ChaCha20-Poly1305.
const TAG_LEN: usize = 16;

/// The most bytes that salt and rounds may take.
const MAX_KDF_OPTIONS: u32 = 4096;
/// More keys than this in one file are a number that was damaged; OpenSSH itself reads only one.
const MOST_KEYS: u32 = 64;

/// The encrypted part of a file.
#[derive(Debug)]
pub(super) struct Sealed {
    public: PublicKey,
    cipher: Cipher,
    rounds: u32,
    salt: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Option<[u8; TAG_LEN]>,
}

/// Reads a file that begins with [`BEGIN`].
pub(super) fn parse(text: &[u8]) -> Result<Parsed, DecodeError> {
    let block = block(text)?;
    if block.label != LABEL || !block.headers.is_empty() {
        return Err(Fault::Base64.into());
    }
    let mut reader = Reader::new(block.body.expose());
    if reader.bytes(MAGIC.len())? != MAGIC {
        return Err(DecodeError::Corrupt(Fault::Magic));
    }
    let cipher_name = reader.text()?;
    let cipher =
        Cipher::new(cipher_name).map_err(|_| DecodeError::UnsupportedCipher(printable(cipher_name)))?;
    let kdf_name = reader.text()?;
    // Salt and rounds; where far more is promised, the length was damaged and nothing is missing.
    let is_damaged = reader.clone().uint32().is_ok_and(|len| len > MAX_KDF_OPTIONS);
    if is_damaged {
        return Err(Fault::Value("KDF options").into());
    }
    let kdf_options = reader.string()?;
    match reader.uint32()? {
        1 => {}
        2..=MOST_KEYS => return Err(DecodeError::MultipleKeys),
        _ => return Err(Fault::Value("number of keys").into()),
    }
    let public = reader.string()?;
    let private = reader.string()?;
    let rest = reader.rest();

    if private.is_empty() || private.len() % cipher.block_size() != 0 {
        return Err(Fault::BlockLength.into());
    }
    match (cipher, kdf_name) {
        (Cipher::None, "none") => {
            if !kdf_options.is_empty() {
                return Err(Fault::Value("KDF options").into());
            }
            if !rest.is_empty() {
                return Err(DecodeError::TrailingData);
            }
            let public = public_half(public)?;
            let (key, comment) = read_private(private, &public, DecodeError::Corrupt(Fault::CheckNumbers))?;
            Ok(Parsed::Private(PrivateFile::plain(Format::OpenSsh, key, comment)))
        }
        (Cipher::None, _) | (_, "none") => Err(Fault::CipherWithoutKdf.into()),
        (_, "bcrypt") => {
            let mut options = Reader::new(kdf_options);
            let (salt, rounds) = match (options.string(), options.uint32(), options.end()) {
                (Ok(salt), Ok(rounds), Ok(())) => (salt.to_vec(), rounds),
                _ => return Err(Fault::Value("KDF options").into()),
            };
            if salt.is_empty() || rounds == 0 {
                return Err(Fault::Value("KDF options").into());
            }
            let tag = read_tag(cipher, rest)?;
            let protection = Protection::OpenSsh { cipher, rounds };
            let public = public_half(public)?;
            Ok(Parsed::Locked(LockedFile {
                format: Format::OpenSsh,
                protection,
                public: Some(public.clone()),
                comment: None,
                certificate: None,
                has_crlf: false,
                sealed: super::Sealed::OpenSsh(Sealed {
                    public,
                    cipher,
                    rounds,
                    salt,
                    ciphertext: private.to_vec(),
                    tag,
                }),
            }))
        }
        _ => Err(DecodeError::UnsupportedKdf(printable(kdf_name))),
    }
}

fn read_tag(cipher: Cipher, rest: &[u8]) -> Result<Option<[u8; TAG_LEN]>, DecodeError> {
    if !cipher.has_tag() {
        return if rest.is_empty() {
            Ok(None)
        } else {
            Err(DecodeError::TrailingData)
        };
    }
    match rest.len() {
        TAG_LEN => Ok(rest.try_into().ok()),
        len if len < TAG_LEN => Err(DecodeError::Truncated),
        _ => Err(DecodeError::TrailingData),
    }
}

impl Sealed {
    pub(super) fn open(
        &self,
        file: &LockedFile,
        passphrase: &Passphrase,
    ) -> Result<PrivateFile, DecodeError> {
        let keys =
            derive(self.cipher, passphrase, &self.salt, self.rounds).ok_or(Fault::Value("KDF options"))?;
        let mut plain = SecretBytes::copy_of(&self.ciphertext);
        self.cipher
            .decrypt(&keys.key, &keys.iv, plain.expose_mut(), self.tag.map(Into::into))
            .map_err(|_| DecodeError::WrongPassphrase)?;
        let read = read_private(plain.expose(), &self.public, DecodeError::WrongPassphrase);
        let (key, comment) = read.map_err(|error| match error {
            // The check numbers have proved the passphrase, and nothing is cut off: the file says how long this part is.
            DecodeError::Malformed(Fault::Wire(_) | Fault::Padding) => DecodeError::Corrupt(Fault::NotWhole),
            error => error,
        })?;
        Ok(PrivateFile::unlocked(file, key, comment))
    }
}

struct Keys {
    key: Zeroizing<Vec<u8>>,
    iv: Zeroizing<Vec<u8>>,
}

fn derive(cipher: Cipher, passphrase: &Passphrase, salt: &[u8], rounds: u32) -> Option<Keys> {
    let (key_len, iv_len) = cipher.key_and_iv_size()?;
    // OpenSSH's ChaCha20-Poly1305 takes a key of 64 bytes, of which a file needs the first 32, and
    // counts packets instead of taking a nonce; a file is packet 0.
    let (derived_len, iv) = match cipher {
        Cipher::ChaCha20Poly1305 => (64, Some(vec![0; iv_len])),
        _ => (key_len + iv_len, None),
    };
    let derived = bcrypt(passphrase, salt, rounds, derived_len)?;
    let (key, rest) = derived.expose().split_at(key_len);
    Some(Keys {
        key: Zeroizing::new(key.to_vec()),
        iv: Zeroizing::new(iv.unwrap_or_else(|| rest[..iv_len].to_vec())),
    })
}

/// The public key within a file; the file goes on behind it, so that one that is too short is not what was cut off.
fn public_half(blob: &[u8]) -> Result<PublicKey, DecodeError> {
    match PublicKey::from_wire(blob) {
        Err(PublicKeyError::Wire(WireError::Short)) => Err(Fault::Wire(WireError::Short).into()),
        result => Ok(result?),
    }
}

/// Reads the private part; `unmatched` is what differing check numbers mean.
fn read_private(
    plain: &[u8],
    outer: &PublicKey,
    unmatched: DecodeError,
) -> Result<(KeyPair, Vec<u8>), DecodeError> {
    let read = fields_of_private(plain, outer, unmatched);
    // The file says how long this part is: what is too short in it was not cut off.
    read.map_err(|error| match error {
        DecodeError::Truncated => Fault::Wire(WireError::Short).into(),
        error => error,
    })
}

fn fields_of_private(
    plain: &[u8],
    outer: &PublicKey,
    unmatched: DecodeError,
) -> Result<(KeyPair, Vec<u8>), DecodeError> {
    let mut reader = Reader::new(plain);
    if reader.uint32()? != reader.uint32()? {
        return Err(unmatched);
    }
    let name = reader.text()?;
    let algorithm =
        Algorithm::from_name(name).ok_or_else(|| DecodeError::UnsupportedKeyType(printable(name)))?;
    let (public, private) = read_halves(algorithm, &mut reader)?;
    if public != *outer {
        return Err(crate::key::validate::Unsound::HalvesDiffer.into());
    }
    let comment = reader.string()?.to_vec();
    let is_padding = |(place, byte): (usize, &u8)| usize::from(*byte) == (place + 1) & 0xff;
    if !reader.rest().iter().enumerate().all(is_padding) {
        return Err(Fault::Padding.into());
    }
    Ok((KeyPair::new(public, private)?, comment))
}

/// Public and private fields in the order of this format, which is a third one for RSA.
#[expect(clippy::many_single_char_names, reason = "the names of RFC 8017")]
fn read_halves(
    algorithm: Algorithm,
    reader: &mut Reader<'_>,
) -> Result<(PublicKey, PrivateKey), DecodeError> {
    let secret = |bytes: Result<&[u8], WireError>| bytes.map(SecretBytes::copy_of);
    Ok(match algorithm {
        Algorithm::Rsa => {
            let (n, e) = (reader.mpint()?.to_vec(), reader.mpint()?.to_vec());
            let public = PublicKey::Rsa { e, n };
            crate::key::validate::public_key(&public)?;
            let (d, iqmp) = (secret(reader.mpint())?, secret(reader.mpint())?);
            let (p, q) = (secret(reader.mpint())?, secret(reader.mpint())?);
            (public, PrivateKey::Rsa { d, p, q, iqmp })
        }
        Algorithm::Dsa => (
            PublicKey::read_fields(algorithm, reader)?,
            PrivateKey::Dsa {
                x: secret(reader.mpint())?,
            },
        ),
        Algorithm::Ecdsa(curve) => (
            PublicKey::read_fields(algorithm, reader)?,
            PrivateKey::Ecdsa {
                scalar: secret(reader.scalar(curve.bytes()))?,
            },
        ),
        Algorithm::Ed25519 | Algorithm::Ed448 => {
            let public = PublicKey::read_fields(algorithm, reader)?;
            let public_len = if algorithm == Algorithm::Ed25519 { 32 } else { 57 };
            let both = reader.string()?;
            // The seed, and once more the public key: a copy that differs is a trap (RUSTSEC-2022-0093).
            let (seed, repeated) = both
                .split_at_checked(public_len)
                .ok_or(Fault::Wire(WireError::WrongLength))?;
            if repeated.len() != public_len {
                return Err(Fault::Wire(WireError::WrongLength).into());
            }
            let stated = match &public {
                PublicKey::Ed25519(key) => &key[..],
                PublicKey::Ed448(key) => &key[..],
                _ => &[],
            };
            if repeated != stated {
                return Err(crate::key::validate::Unsound::HalvesDiffer.into());
            }
            let seed = SecretBytes::copy_of(seed);
            let private = match algorithm {
                Algorithm::Ed25519 => PrivateKey::Ed25519 { seed },
                _ => PrivateKey::Ed448 { seed },
            };
            (public, private)
        }
        Algorithm::MlDsa44Ed25519(_) => (
            PublicKey::read_fields(algorithm, reader)?,
            PrivateKey::MlDsa44Ed25519 {
                seeds: secret(reader.string())?,
            },
        ),
        Algorithm::SkEcdsa | Algorithm::SkEd25519 => (
            PublicKey::read_fields(algorithm, reader)?,
            PrivateKey::SecurityKey {
                flags: reader.byte()?,
                handle: secret(reader.string())?,
                reserved: reader.string()?.to_vec(),
            },
        ),
    })
}

/// The same bytes of a file without passphrase whose private part is filled up as some programs do it: not at all, with
/// zeros, from zero on, or with how many bytes there are; nothing where that is not so.
pub(super) fn with_usual_padding(blob: &[u8]) -> Option<SecretBytes> {
    const NO_CIPHER: &[u8] = b"\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01";
    let mut reader = Reader::new(blob.strip_prefix(MAGIC)?.strip_prefix(NO_CIPHER)?);
    let public = reader.string().ok()?;
    let private = reader.string().ok()?;
    reader.end().ok()?;
    let mut reader = Reader::new(private);
    if reader.uint32().ok()? != reader.uint32().ok()? {
        return None;
    }
    let algorithm = Algorithm::from_name(reader.text().ok()?)?;
    read_halves(algorithm, &mut reader).ok()?;
    reader.string().ok()?;
    let padding = reader.rest();
    let counts_from =
        |first: usize| (padding.iter().enumerate()).all(|(place, byte)| usize::from(*byte) == place + first);
    let is_all = |one: usize| padding.iter().all(|byte| usize::from(*byte) == one);
    let is_known = is_all(0) || is_all(padding.len()) || counts_from(0) || counts_from(1);
    if padding.len() > 16 || !is_known {
        return None;
    }
    let mut plain = SecretBytes::copy_of(&private[..private.len() - padding.len()]);
    fill_up(&mut plain, Cipher::None);
    let mut out = Writer::new();
    out.bytes(MAGIC)
        .bytes(NO_CIPHER)
        .string(public)
        .string(plain.expose());
    Some(out.finish())
}

/// Writes a file; `protection` is passphrase, cipher and rounds of bcrypt_pbkdf.
pub(super) fn encode(
    outgoing: Outgoing<'_>,
    protection: Option<(&Passphrase, Cipher, u32)>,
    rng: &mut impl CryptoRng,
) -> Result<SecretBytes, EncodeError> {
    let cipher = protection.map_or(Cipher::None, |(_, cipher, _)| cipher);
    let mut plain = write_private(outgoing, cipher, rng);
    let mut out = Writer::new();
    out.bytes(MAGIC).string(cipher.as_str().as_bytes());
    let tag = match protection {
        None => {
            out.string(b"none").string(b"");
            None
        }
        Some((passphrase, cipher, rounds)) => {
            let mut salt = [0; SALT_LEN];
            rng.fill_bytes(&mut salt);
            let mut options = Writer::new();
            options.string(&salt).uint32(rounds);
            out.string(b"bcrypt").string(options.finish().expose());
            let keys = derive(cipher, passphrase, &salt, rounds).ok_or(EncodeError::Cost)?;
            cipher
                .encrypt(&keys.key, &keys.iv, plain.expose_mut())
                .map_err(|_| EncodeError::Cipher)?
        }
    };
    out.uint32(1)
        .string(&outgoing.key.public().to_wire())
        .string(plain.expose());
    if let Some(tag) = tag {
        out.bytes(&tag);
    }

    let mut text = SecretBytes::copy_of(BEGIN);
    text.extend(b"\n");
    text.extend(wrapped_base64(out.finish().expose(), LINE_WIDTH).expose());
    text.extend(END);
    text.extend(b"\n");
    Ok(text)
}

fn write_private(outgoing: Outgoing<'_>, cipher: Cipher, rng: &mut impl CryptoRng) -> SecretBytes {
    let check = rng.next_u32();
    let mut out = Writer::new();
    out.uint32(check)
        .uint32(check)
        .string(outgoing.key.algorithm().name().as_bytes());
    write_public_half(outgoing.key.public(), &mut out);
    write_private_half(outgoing.key, &mut out);
    out.string(outgoing.comment.as_str().as_bytes());
    let mut plain = out.finish();
    fill_up(&mut plain, cipher);
    plain
}

/// Fills the private part up to whole blocks.
fn fill_up(plain: &mut SecretBytes, cipher: Cipher) {
    let mut next = 1;
    while !plain.len().is_multiple_of(cipher.block_size()) {
        plain.extend(&[next]);
        next += 1;
    }
}

/// The public fields in the order of this format, which agents take keys in as well.
pub(super) fn write_public_half(public: &PublicKey, out: &mut Writer) {
    match public {
        PublicKey::Rsa { e, n } => {
            out.mpint(n).mpint(e);
        }
        public => public.write_fields(out),
    }
}

/// The private fields that follow them.
pub(super) fn write_private_half(key: &KeyPair, out: &mut Writer) {
    match key.private() {
        PrivateKey::Rsa { d, p, q, iqmp } => out
            .mpint(d.expose())
            .mpint(iqmp.expose())
            .mpint(p.expose())
            .mpint(q.expose()),
        PrivateKey::Dsa { x } => out.mpint(x.expose()),
        PrivateKey::Ecdsa { scalar } => out.mpint(scalar.expose()),
        PrivateKey::Ed25519 { seed } | PrivateKey::Ed448 { seed } => {
            let mut both = SecretBytes::with_capacity(seed.len() * 2);
            both.extend(seed.expose());
            match key.public() {
                PublicKey::Ed25519(key) => both.extend(key),
                PublicKey::Ed448(key) => both.extend(key),
                _ => {}
            }
            out.string(both.expose())
        }
        PrivateKey::MlDsa44Ed25519 { seeds } => out.string(seeds.expose()),
        PrivateKey::SecurityKey {
            flags,
            handle,
            reserved,
        } => out.byte(*flags).string(handle.expose()).string(reserved),
    };
}

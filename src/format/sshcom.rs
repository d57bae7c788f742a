//! Private keys of ssh.com's SSH 2 (Tectia): RSA and DSA, encrypted with triple DES or not at all.
//!
//! No specification is public. The layout is a magic number, the length of it all, the kind of key,
//! the cipher and the private part; its numbers are preceded by their size in bits. The public half
//! is encrypted together with the private one.

use md5::{Digest as _, Md5};
use rand_core::CryptoRng;

use super::armour::{base64, lines, wrapped_base64};
use super::error::printable;
use super::openssh::Cipher;
use super::rfc4716::{comment_and_body, header, nothing_behind};
use super::{DecodeError, EncodeError, Fault, Format, LockedFile, Outgoing, Parsed, PrivateFile, Protection};
use crate::key::wire::{MAX_NUMBER_BYTES, Reader, WireError, Writer, bit_len, minimal};
use crate::key::{KeyPair, PrivateKey, PublicKey, validate};
use crate::secret::{Passphrase, SecretBytes};

pub(super) const BEGIN: &[u8] = b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----";
const END: &str = "---- END SSH2 ENCRYPTED PRIVATE KEY ----";
const MAGIC: u32 = 0x3f6f_f9eb;
const RSA: &str = "if-modn{sign{rsa-pkcs1-sha1},encrypt{rsa-pkcs1v2-oaep}}";
const DSA: &str = "dl-modp{sign{dsa-nist-sha1},dh{plain}}";
/// What RSA keys begin with, whatever they are for; DSA keys likewise.
const RSA_START: &str = "if-modn{";
const DSA_START: &str = "dl-modp{";
const NOTHING: &str = "none";
const TRIPLE_DES: &str = "3des-cbc";
const BLOCK: usize = 8;
const LINE_WIDTH: usize = 70;
/// Characters of a comment in one line, which may have 72 in all.
const COMMENT_WIDTH: usize = 60;

#[derive(Clone, Copy, Debug)]
enum Kind {
    Rsa,
    Dsa,
}

/// The encrypted part of a file.
#[derive(Debug)]
pub(super) struct Sealed {
    kind: Kind,
    ciphertext: Vec<u8>,
}

/// Reads a file that begins with [`BEGIN`].
pub(super) fn parse(text: &[u8]) -> Result<Parsed, DecodeError> {
    let (comment, blob) = unarmoured(text)?;
    let mut reader = Reader::new(blob.expose());
    if reader.uint32()? != MAGIC {
        return Err(DecodeError::Corrupt(Fault::Magic));
    }
    let len = reader.uint32()? as usize;
    if blob.len() < len {
        return Err(DecodeError::Truncated);
    }
    let name = reader.text()?;
    let kind = match name {
        name if name.starts_with(RSA_START) => Kind::Rsa,
        name if name.starts_with(DSA_START) => Kind::Dsa,
        _ => return Err(DecodeError::UnsupportedKeyType(printable(name))),
    };
    let cipher = reader.text()?;
    let private = reader.string()?;
    reader.end()?;
    match cipher {
        NOTHING => {
            let key = read_private(kind, private)?;
            Ok(Parsed::Private(PrivateFile::plain(Format::SshCom, key, comment)))
        }
        TRIPLE_DES if private.is_empty() || !private.len().is_multiple_of(BLOCK) => {
            Err(Fault::BlockLength.into())
        }
        TRIPLE_DES => Ok(Parsed::Locked(LockedFile {
            format: Format::SshCom,
            protection: Protection::SshCom,
            public: None,
            comment: Some(comment),
            certificate: None,
            has_crlf: false,
            sealed: super::Sealed::SshCom(Sealed {
                kind,
                ciphertext: private.to_vec(),
            }),
        })),
        other => Err(DecodeError::UnsupportedCipher(printable(other))),
    }
}

/// The comment, and the bytes between the two marker lines.
fn unarmoured(text: &[u8]) -> Result<(Vec<u8>, SecretBytes), DecodeError> {
    let mut lines = lines(text);
    if lines.next().map(<[u8]>::trim_ascii) != Some(BEGIN) {
        return Err(DecodeError::Truncated);
    }
    let (comment, body) = comment_and_body(text.len(), &mut lines, END, comment_of)?;
    // OpenSSH's own sample of the format has a line of dashes behind its end.
    nothing_behind(lines, |line| line.iter().all(|byte| *byte == b'-'))?;
    if body.is_empty() {
        return Err(DecodeError::Truncated);
    }
    Ok((comment, base64(body.expose())?))
}

/// The value of a `Comment` header without the quotes around it; unlike RFC 4716's, no character in
/// it is preceded by a backslash.
fn comment_of(line: &[u8]) -> Option<Vec<u8>> {
    let value = header(line, b"comment")?;
    let inside = value
        .strip_prefix(b"\"")
        .and_then(|value| value.strip_suffix(b"\""));
    Some(inside.unwrap_or(value).to_vec())
}

impl Sealed {
    pub(super) fn open(
        &self,
        file: &LockedFile,
        passphrase: &Passphrase,
    ) -> Result<PrivateFile, DecodeError> {
        let mut plain = SecretBytes::copy_of(&self.ciphertext);
        Cipher::TdesCbc
            .decrypt(derive(passphrase).expose(), &[0; BLOCK], plain.expose_mut(), None)
            .map_err(|_| Fault::BlockLength)?;
        // Nothing vouches for the passphrase but that there is a key.
        let key = read_private(self.kind, plain.expose()).map_err(|error| match error {
            DecodeError::Inconsistent(_) => error,
            _ => DecodeError::WrongPassphrase,
        })?;
        let comment = file.comment.clone().unwrap_or_default();
        Ok(PrivateFile::unlocked(file, key, comment))
    }
}

/// The key of triple DES: MD5 of the passphrase, then of the passphrase and that.
fn derive(passphrase: &Passphrase) -> SecretBytes {
    let first = Md5::digest(passphrase.expose());
    let second = Md5::new()
        .chain_update(passphrase.expose())
        .chain_update(first)
        .finalize();
    let mut key = SecretBytes::with_capacity(32);
    key.extend(&first);
    key.extend(&second);
    key.truncate(24);
    key
}

/// Reads the private part: its length, the numbers, and what fills up the last block.
#[expect(
    clippy::many_single_char_names,
    reason = "the names of RFC 8017 and FIPS 186-4"
)]
fn read_private(kind: Kind, plain: &[u8]) -> Result<KeyPair, DecodeError> {
    let mut outer = Reader::new(plain);
    let mut reader = Reader::new(outer.string()?);
    if outer.rest().len() >= BLOCK {
        return Err(Fault::Wire(WireError::Trailing).into());
    }
    let mut number = || number(&mut reader);
    let (public, private) = match kind {
        Kind::Rsa => {
            let (e, d, n) = (number()?, number()?, number()?);
            // Their p is our q: the coefficient is the inverse of the first prime modulo the second.
            let (iqmp, q, p) = (number()?, number()?, number()?);
            let public = PublicKey::Rsa {
                e: e.expose().to_vec(),
                n: n.expose().to_vec(),
            };
            (public, PrivateKey::Rsa { d, p, q, iqmp })
        }
        Kind::Dsa => {
            // A number other than 0 would name a group that the file does not hold.
            if !number()?.is_empty() {
                return Err(DecodeError::UnsupportedKeyType(
                    "DSA with a named group".to_owned(),
                ));
            }
            let [p, g, q, y] = [number()?, number()?, number()?, number()?].map(|n| n.expose().to_vec());
            (PublicKey::Dsa { p, q, g, y }, PrivateKey::Dsa { x: number()? })
        }
    };
    reader.end()?;
    validate::public_key(&public)?;
    Ok(KeyPair::new(public, private)?)
}

/// A number with its size in bits before it.
fn number(reader: &mut Reader<'_>) -> Result<SecretBytes, WireError> {
    let len = reader.uint32()?.div_ceil(8) as usize;
    if len > MAX_NUMBER_BYTES {
        return Err(WireError::TooLarge);
    }
    reader.bytes(len).map(minimal).map(SecretBytes::copy_of)
}

fn write_number(out: &mut Writer, number: &[u8]) {
    out.uint32(bit_len(number)).bytes(minimal(number));
}

/// Writes a file; encrypted with triple DES, the only cipher that everything takes that reads them.
pub(super) fn encode(
    outgoing: Outgoing<'_>,
    passphrase: Option<&Passphrase>,
    rng: &mut impl CryptoRng,
) -> Result<SecretBytes, EncodeError> {
    let mut numbers = Writer::new();
    let name = match (outgoing.key.public(), outgoing.key.private()) {
        (PublicKey::Rsa { e, n }, PrivateKey::Rsa { d, p, q, iqmp }) => {
            for number in [e, d.expose(), n, iqmp.expose(), q.expose(), p.expose()] {
                write_number(&mut numbers, number);
            }
            RSA
        }
        (PublicKey::Dsa { p, q, g, y }, PrivateKey::Dsa { x }) => {
            for number in [&[], p.as_slice(), g, q, y, x.expose()] {
                write_number(&mut numbers, number);
            }
            DSA
        }
        _ => {
            return Err(EncodeError::Unsupported {
                format: "ssh.com",
                algorithm: outgoing.key.algorithm().name(),
            });
        }
    };
    let mut private = Writer::new();
    private.string(numbers.finish().expose());
    let mut private = private.finish();
    let cipher = match passphrase {
        None => NOTHING,
        Some(passphrase) => {
            let mut filling = [0; BLOCK];
            rng.fill_bytes(&mut filling);
            private.extend(&filling[..private.len().next_multiple_of(BLOCK) - private.len()]);
            Cipher::TdesCbc
                .encrypt(derive(passphrase).expose(), &[0; BLOCK], private.expose_mut())
                .map_err(|_| EncodeError::Cipher)?;
            TRIPLE_DES
        }
    };
    let mut rest = Writer::new();
    rest.string(name.as_bytes())
        .string(cipher.as_bytes())
        .string(private.expose());
    let rest = rest.finish();
    let mut blob = Writer::new();
    // Files are capped at 1 MiB.
    let len = u32::try_from(rest.len() + 8).map_err(|_| EncodeError::Cipher)?;
    blob.uint32(MAGIC).uint32(len).bytes(rest.expose());

    let mut text = SecretBytes::copy_of(BEGIN);
    text.extend(b"\nComment: \"");
    text.extend(folded(outgoing.comment.as_str()).as_bytes());
    text.extend(b"\"\n");
    text.extend(wrapped_base64(blob.finish().expose(), LINE_WIDTH).expose());
    text.extend(END.as_bytes());
    text.extend(b"\n");
    Ok(text)
}

/// A comment in lines that end in a backslash where the next one goes on.
fn folded(comment: &str) -> String {
    let mut folded = String::with_capacity(comment.len() + comment.len() / COMMENT_WIDTH * 2);
    for (at, character) in comment.chars().enumerate() {
        if at > 0 && at % COMMENT_WIDTH == 0 {
            folded.push_str("\\\n");
        }
        folded.push(character);
    }
    folded
}

//! Whether OpenSSH reads a file as it is.
//!
//! As `ssh-keygen` 10.6 does, with OpenSSL 3 beneath it: its own format is looked for with exact marks and line ends
//! (`private2_uudecode` in OpenSSH's `sshkey.c`), everything else goes to OpenSSL (`PEM_read_bio`), and a public key is
//! a line in which one word may stand before it (`do_fingerprint` in `ssh-keygen.c`). How the file is protected against
//! other users is not asked here.

use std::fmt;

use base64ct::{Base64, Encoding as _};

use super::armour::block;
use super::asn1::kind::{self, Kind};
use super::key_lines::field_len;
use super::{
    CbcCipher, DecodeError, Format, Parsed, Pbes2Kdf, Protection, PublicFile, ScryptParams, public_line,
};
use crate::key::spec::Naming;
use crate::key::{Algorithm, PublicKey};
use crate::secret::SecretBytes;

/// Why OpenSSH does not read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotForSsh {
    /// It does not know this kind of file.
    Kind(Format),
    /// The text is not laid out as it has to be, or says another format than it holds.
    Layout,
    /// It has no such keys, or no longer has them.
    Type(Algorithm),
    /// It takes RSA keys of 1024 bits and more.
    ShortRsa {
        /// How many bits this one has.
        bits: u32,
    },
    /// OpenSSL has put the cipher aside.
    Cipher(&'static str),
    /// OpenSSL grants a key derivation 32 MiB.
    Memory,
    /// It hands a passphrase over as it is typed, and the file takes it in another encoding.
    Passphrase,
}

impl fmt::Display for NotForSsh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(format) => write!(f, "ssh does not read files of the kind {}", format.title()),
            Self::Layout => f.write_str("ssh does not read the text of the file as it is"),
            Self::Type(algorithm) => write!(f, "today’s ssh has no keys of type {}", algorithm.name()),
            Self::ShortRsa { bits } => write!(f, "ssh refuses RSA keys of {bits} bits"),
            Self::Cipher(name) => write!(f, "today’s ssh does not open files with the cipher {name}"),
            Self::Passphrase => {
                f.write_str("ssh hands the passphrase over in another encoding than the file takes it in")
            }
            Self::Memory => {
                f.write_str("ssh does not grant the file’s key derivation as much memory as it wants")
            }
        }
    }
}

/// OpenSSH's own first and last line, with what ends them.
const BEGIN: &[u8] = b"-----BEGIN OPENSSH PRIVATE KEY-----\n";
const END: &[u8] = b"-----END OPENSSH PRIVATE KEY-----\n";
/// The fewest bits of an RSA key (`SSH_RSA_MINIMUM_MODULUS_SIZE`).
const LEAST_RSA_BITS: u32 = 1024;
/// What OpenSSL's scrypt may take (`SCRYPT_MAX_MEM`).
const MOST_SCRYPT_BYTES: u64 = 32 << 20;

/// Says whether OpenSSH reads the file `bytes`; `clean` is the same key as its format writes it, and `parsed` what it
/// is.
///
/// # Errors
/// Why it does not.
pub(super) fn check(bytes: &[u8], clean: &[u8], parsed: &Parsed) -> Result<(), NotForSsh> {
    let format = parsed.format();
    if !matches!(
        format,
        Format::OpenSsh | Format::Pem | Format::Pkcs8 | Format::PublicLine
    ) {
        return Err(NotForSsh::Kind(format));
    }
    check_type(parsed.public(), format)?;
    check_protection(parsed)?;
    if is_laid_out(bytes, clean, parsed) {
        Ok(())
    } else {
        Err(NotForSsh::Layout)
    }
}

/// Whether the text of a file is laid out as OpenSSH and OpenSSL want it, be the key in it one that they know or not.
/// Of the kinds of files that neither of them reads it says nothing.
pub(super) fn is_laid_out(bytes: &[u8], clean: &[u8], parsed: &Parsed) -> bool {
    let is_same = |read: Option<PemBlock>| {
        read.is_some_and(|read| Some(&read.body) == body(clean).as_ref() && read.suits())
    };
    match (parsed.format(), parsed) {
        (Format::OpenSsh, _) => openssh_body(bytes).is_some_and(|read| Some(read) == body(clean)),
        (Format::Pem | Format::Pkcs8, _) => is_same(pem_body(bytes, &PRIVATE)),
        (Format::Spki | Format::Pkcs1Public, _) => is_same(pem_body(bytes, &PUBLIC)),
        (Format::PublicLine, Parsed::Public(file)) => has_line(bytes, file),
        _ => true,
    }
}

fn body(clean: &[u8]) -> Option<SecretBytes> {
    block(clean).ok().map(|block| block.body)
}

fn check_type(key: Option<&PublicKey>, format: Format) -> Result<(), NotForSsh> {
    let Some(key) = key else { return Ok(()) };
    let is_public = format == Format::PublicLine;
    match key.algorithm() {
        // The experiment's name is not read any more.
        algorithm @ (Algorithm::Dsa | Algorithm::Ed448 | Algorithm::MlDsa44Ed25519(Naming::Experiment)) => {
            Err(NotForSsh::Type(algorithm))
        }
        Algorithm::Rsa if key.bits() < LEAST_RSA_BITS && !is_public => {
            Err(NotForSsh::ShortRsa { bits: key.bits() })
        }
        _ => Ok(()),
    }
}

fn check_protection(parsed: &Parsed) -> Result<(), NotForSsh> {
    let protection = match parsed {
        Parsed::Private(file) => &file.protection,
        Parsed::Locked(file) => &file.protection,
        Parsed::Public(_) => return Ok(()),
    };
    let is_old = CbcCipher::is_broken;
    match protection {
        Protection::Pem(cipher) if is_old(*cipher) => Err(NotForSsh::Cipher(cipher.name())),
        Protection::Pbes2(pbes2) if is_old(pbes2.cipher) => Err(NotForSsh::Cipher(pbes2.cipher.name())),
        Protection::Pbes1 { scheme, .. } if is_old(scheme.cipher()) => {
            Err(NotForSsh::Cipher(scheme.cipher().name()))
        }
        Protection::Pbes2(pbes2) => match pbes2.kdf {
            Pbes2Kdf::Scrypt(params) if scrypt_bytes(&params) > MOST_SCRYPT_BYTES => Err(NotForSsh::Memory),
            Pbes2Kdf::Scrypt(_) | Pbes2Kdf::Pbkdf2 { .. } => Ok(()),
        },
        _ => Ok(()),
    }
}

/// What OpenSSL counts: the blocks, those to mix in, and the results (RFC 7914 §5, §6).
fn scrypt_bytes(params: &ScryptParams) -> u64 {
    let (n, r, p) = (params.n(), u64::from(params.r()), u64::from(params.p()));
    p.saturating_mul(128 * r)
        .saturating_add((32 * r).saturating_mul(n.saturating_add(2)).saturating_mul(4))
}

/// The bytes of a file of OpenSSH's own format as OpenSSH decodes them.
fn openssh_body(bytes: &[u8]) -> Option<SecretBytes> {
    let text = bytes.strip_prefix(BEGIN)?;
    // The end stands behind a line feed, which may be that of the first line.
    let mut at = 0;
    let end = loop {
        at += text[at..].iter().position(|byte| *byte == b'\n')? + 1;
        if text[at..].starts_with(END) {
            break at;
        }
    };
    // Line breaks are taken out; then blanks may stand anywhere but within what fills it up.
    let mut chars = SecretBytes::with_capacity(end);
    let mut pads = 0;
    for byte in text[..end]
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace() && **byte != 0x0b)
    {
        match byte {
            // What stands behind a zero is not seen.
            0 => break,
            b'=' => pads += 1,
            _ if pads > 0 => return None,
            byte => chars.extend(&[*byte]),
        }
    }
    (pads == (4 - chars.len() % 4) % 4)
        .then(|| decoded(chars, pads))
        .flatten()
}

fn decoded(mut chars: SecretBytes, pads: usize) -> Option<SecretBytes> {
    chars.extend(&b"=="[..pads.min(2)]);
    let mut bytes = SecretBytes::new(vec![0; chars.len() / 4 * 3 + 3]);
    let len = Base64::decode(chars.expose(), bytes.expose_mut()).ok()?.len();
    bytes.truncate(len);
    Some(bytes)
}

/// A block as OpenSSL reads it.
struct PemBlock {
    label: Vec<u8>,
    is_encrypted: bool,
    body: SecretBytes,
}

impl PemBlock {
    /// Whether OpenSSL takes what is in it for what the label says; of what is encrypted nothing is known.
    fn suits(&self) -> bool {
        let kind = kind::of(self.body.expose());
        match self.label.as_slice() {
            _ if self.is_encrypted => true,
            b"PRIVATE KEY" => kind == Some(Kind::Pkcs8),
            b"ENCRYPTED PRIVATE KEY" => kind == Some(Kind::EncryptedPkcs8),
            b"RSA PRIVATE KEY" => matches!(kind, Some(Kind::Rsa | Kind::Pkcs8)),
            b"EC PRIVATE KEY" => matches!(kind, Some(Kind::Ec | Kind::Pkcs8)),
            b"DSA PRIVATE KEY" => matches!(kind, Some(Kind::Dsa | Kind::Pkcs8)),
            b"PUBLIC KEY" => kind == Some(Kind::Spki),
            b"RSA PUBLIC KEY" => kind == Some(Kind::RsaPublic),
            _ => false,
        }
    }
}

/// OpenSSL reads lines in parts of so many characters.
const LINE: usize = 254;

/// The labels of blocks that OpenSSL takes for private keys.
const PRIVATE: [&[u8]; 5] = [
    b"PRIVATE KEY",
    b"ENCRYPTED PRIVATE KEY",
    b"RSA PRIVATE KEY",
    b"EC PRIVATE KEY",
    b"DSA PRIVATE KEY",
];
/// Those that it takes for public ones.
const PUBLIC: [&[u8]; 2] = [b"PUBLIC KEY", b"RSA PUBLIC KEY"];

/// The first block with one of these labels.
fn pem_body(bytes: &[u8], labels: &[&[u8]]) -> Option<PemBlock> {
    // A mark in front of UTF-8 is passed over.
    let mut lines = PemLines {
        rest: bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
    };
    loop {
        let label = loop {
            let line = lines.next()?.0;
            if let Some(label) = line
                .strip_prefix(b"-----BEGIN ")
                .and_then(|rest| rest.strip_suffix(b"-----"))
            {
                break label.to_vec();
            }
        };
        let block = pem_block(label, &mut lines)?;
        if labels.contains(&block.label.as_slice()) {
            return Some(block);
        }
    }
}

/// What stands between `BEGIN` and the end of the block (`get_header_and_data`).
fn pem_block(label: Vec<u8>, lines: &mut PemLines<'_>) -> Option<PemBlock> {
    let (mut before, mut behind) = (SecretBytes::default(), SecretBytes::default());
    let (mut has_blank, mut has_colon, mut is_last, mut was_part) = (false, false, false, false);
    loop {
        let (line, is_part) = lines.next()?;
        let follows_part = std::mem::replace(&mut was_part, is_part);
        has_colon |= !has_blank && line.contains(&b':');
        if line.is_empty() {
            if !follows_part {
                if has_blank {
                    return None;
                }
                has_blank = true;
            }
            continue;
        }
        if let Some(rest) = line.strip_prefix(b"-----END ") {
            if !rest
                .strip_prefix(label.as_slice())
                .is_some_and(|rest| rest.starts_with(b"-----") && rest.len() == 5)
            {
                return None;
            }
            break;
        }
        if is_last {
            return None;
        }
        let into = if has_blank { &mut behind } else { &mut before };
        into.extend(line);
        into.extend(b"\n");
        if has_blank {
            if line.len() > 64 {
                return None;
            }
            is_last = line.len() < 64;
        }
    }
    let (header, data) = match (has_blank, has_colon) {
        (false, false) => (SecretBytes::default(), before),
        _ => (before, behind),
    };
    let is_encrypted = !header.is_empty();
    if is_encrypted && !is_header(header.expose()) {
        return None;
    }
    let body = openssl_decoded(data.expose())?;
    (!body.is_empty()).then_some(PemBlock {
        label,
        is_encrypted,
        body,
    })
}

/// Whether these lines say how a block is encrypted (`PEM_get_EVP_CIPHER_INFO`).
fn is_header(text: &[u8]) -> bool {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let trimmed = |text: &'static [u8], of: &[u8]| -> Option<Vec<u8>> {
        let rest = of.strip_prefix(text)?;
        Some(rest[rest.iter().take_while(|byte| is_blank(byte)).count()..].to_vec())
    };
    let mut lines = text.split(|byte| *byte == b'\n');
    let kind = lines.next().and_then(|line| trimmed(b"Proc-Type:", line));
    let kind = kind
        .and_then(|rest| trimmed(b"4,", &rest))
        .and_then(|rest| trimmed(b"ENCRYPTED", &rest));
    let cipher = lines.next().and_then(|line| trimmed(b"DEK-Info:", line));
    kind.is_some_and(|rest| rest.is_empty()) && cipher.is_some()
}

/// Base64 as OpenSSL decodes it: blanks mean nothing, and behind `=` only `=` may follow.
fn openssl_decoded(text: &[u8]) -> Option<SecretBytes> {
    let mut chars = SecretBytes::with_capacity(text.len());
    let mut pads = 0;
    for byte in text {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'=' if pads < 2 => pads += 1,
            byte if pads == 0 && (byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')) => {
                chars.extend(&[*byte]);
            }
            _ => return None,
        }
    }
    ((chars.len() + pads).is_multiple_of(4))
        .then(|| decoded(chars, pads))
        .flatten()
}

/// The lines of a text as OpenSSL reads them: without what is no character at their ends, and long ones in parts.
struct PemLines<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for PemLines<'a> {
    /// A line or a part of one, and whether the line goes on.
    type Item = (&'a [u8], bool);

    fn next(&mut self) -> Option<(&'a [u8], bool)> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().take(LINE).position(|byte| *byte == b'\n');
        let len = end.map_or(self.rest.len().min(LINE), |end| end + 1);
        let (line, rest) = self.rest.split_at(len);
        self.rest = rest;
        // Characters are signed, so what is not ASCII counts as less than a blank.
        let text_len = line
            .iter()
            .rposition(|byte| *byte > b' ' && byte.is_ascii())
            .map_or(0, |last| last + 1);
        Some((&line[..text_len], end.is_none() && len == LINE))
    }
}

/// Whether a line holds the key, perhaps behind one word.
fn has_line(bytes: &[u8], file: &PublicFile) -> bool {
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = &line[..line
            .iter()
            .position(|byte| matches!(byte, b'\r' | 0))
            .unwrap_or(line.len())];
        let line = trim_blanks(line);
        let is_private = || line.windows(11).any(|part| part == b"PRIVATE KEY");
        if number == 0 && is_private() {
            return false;
        }
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let field = field_len(line);
        let starts_with_number = std::str::from_utf8(&line[..field])
            .is_ok_and(|word| word.parse::<i64>().is_ok_and(|number| number != 0));
        let behind = trim_blanks(line.get(field + 1..).unwrap_or_default());
        let candidates = [Some(line), Some(behind).filter(|_| !starts_with_number)];
        let is_key = |line: &[u8]| match key_in(line) {
            Ok(found) => found.key == file.key && found.certificate.is_some() == file.certificate.is_some(),
            Err(_) => false,
        };
        if candidates.into_iter().flatten().any(is_key) {
            return true;
        }
    }
    false
}

fn key_in(line: &[u8]) -> Result<PublicFile, DecodeError> {
    public_line::candidate(line).ok_or(DecodeError::Empty)?;
    public_line::parse(line)
}

fn trim_blanks(line: &[u8]) -> &[u8] {
    &line[line
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()..]
}

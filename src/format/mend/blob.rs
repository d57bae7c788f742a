//! What bytes out of base64 are, told by how they begin, and how long they say that they are.

use base64ct::{Base64, Encoding as _};

use super::marks::Label;
use crate::format::asn1::kind::{self, Kind};
use crate::key::Algorithm;
use crate::key::wire::Reader;
use crate::secret::SecretBytes;

/// As many blanks side by side are taken for a `+` each. More `+` in a row stand in one key of a hundred thousand; but a line
/// that was cut off and filled up with blanks has them in exactly the length of a key, and a public key proves no more than that.
pub(super) const MOST_PLUSES: usize = 3;

/// What OpenSSH's own format begins with.
const OPENSSH: &[u8] = b"openssh-key-v1\0";
/// What ssh.com's format begins with.
const SSH_COM: &[u8] = &[0x3f, 0x6f, 0xf9, 0xeb];
/// More bytes than any key has, be its comment as long as it may.
const LONGEST: usize = 1 << 20;

/// What a blob is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// OpenSSH's own format for private keys.
    OpenSsh,
    /// ssh.com's format for private keys.
    SshCom,
    /// DER.
    Der(Kind),
    /// A public key or a certificate as SSH sends it.
    Wire,
}

impl Content {
    /// What all of `blob` is.
    pub(super) fn of(blob: &[u8]) -> Option<Self> {
        if blob.starts_with(OPENSSH) {
            Some(Self::OpenSsh)
        } else if blob.starts_with(SSH_COM) {
            Some(Self::SshCom)
        } else if let Some(kind) = kind::of(blob) {
            Some(Self::Der(kind))
        } else {
            wire_name(blob).map(|_| Self::Wire)
        }
    }

    /// What should stand around it; nothing for what is no key.
    pub(super) fn label(self) -> Option<Label> {
        Some(match self {
            Self::OpenSsh => Label::OpenSsh,
            Self::SshCom => Label::SshCom,
            Self::Wire => Label::SshPublic,
            Self::Der(Kind::Rsa) => Label::Rsa,
            Self::Der(Kind::Ec) => Label::Ec,
            Self::Der(Kind::Dsa) => Label::Dsa,
            Self::Der(Kind::Pkcs8) => Label::Pkcs8,
            Self::Der(Kind::EncryptedPkcs8) => Label::EncryptedPkcs8,
            Self::Der(Kind::Spki) => Label::Spki,
            Self::Der(Kind::RsaPublic) => Label::RsaPublic,
            // No text stands around it.
            Self::Der(Kind::Pkcs12 | Kind::Foreign(_)) => return None,
        })
    }

    /// Whether it is a private key, be it locked.
    pub(super) fn is_private(self) -> bool {
        match self {
            Self::OpenSsh | Self::SshCom => true,
            Self::Der(kind) => matches!(
                kind,
                Kind::Rsa | Kind::Ec | Kind::Dsa | Kind::Pkcs8 | Kind::EncryptedPkcs8
            ),
            Self::Wire => false,
        }
    }
}

/// The type of key that a blob of SSH's begins with.
pub(super) fn wire_name(blob: &[u8]) -> Option<&str> {
    let name = Reader::new(blob).text().ok()?;
    let is_known = Algorithm::from_name(name).is_some() || crate::format::Certificate::is_name(name);
    is_known.then_some(name)
}

/// How many bytes it has in all that begins with `start`; nothing where `start` is too short to say so, or is no
/// key.
pub(super) fn length(start: &[u8]) -> Option<usize> {
    let len = if start.starts_with(OPENSSH) {
        openssh_len(start)
    } else if start.starts_with(SSH_COM) {
        let mut reader = Reader::new(start.get(4..)?);
        Some(reader.uint32().ok()? as usize)
    } else if start.first() == Some(&0x30) {
        der_len(start)
    } else {
        wire_len(start)
    }?;
    (len <= LONGEST).then_some(len)
}

fn openssh_len(start: &[u8]) -> Option<usize> {
    let mut reader = Reader::new(&start[OPENSSH.len()..]);
    let cipher = reader.text().ok()?;
    let tag_len = if cipher.contains("gcm") || cipher.contains("poly1305") {
        16
    } else {
        0
    };
    for _ in 0..2 {
        reader.string().ok()?;
    }
    if reader.uint32().ok()? != 1 {
        return None;
    }
    reader.string().ok()?;
    let private_len = reader.uint32().ok()? as usize;
    let header_len = start.len() - reader.rest().len();
    header_len.checked_add(private_len)?.checked_add(tag_len)
}

/// A SEQUENCE that begins with a number or a SEQUENCE, as every key in DER does.
fn der_len(start: &[u8]) -> Option<usize> {
    let (header, len) = match start {
        [0x30, len, ..] if *len < 0x80 => (2, usize::from(*len)),
        [0x30, 0x81, len, ..] if *len >= 0x80 => (3, usize::from(*len)),
        [0x30, 0x82, high, low, ..] if *high > 0 => (4, usize::from(*high) << 8 | usize::from(*low)),
        _ => return None,
    };
    matches!(start.get(header), Some(0x02 | 0x30)).then_some(header + len)
}

/// The type's name, and as many fields as that type has.
fn wire_len(start: &[u8]) -> Option<usize> {
    let algorithm = Algorithm::from_name(wire_name(start)?)?;
    let mut reader = Reader::new(start);
    let mut len = 0_usize;
    for _ in 0..=fields_of(algorithm) {
        let field = reader.uint32().ok()? as usize;
        len = len.checked_add(4)?.checked_add(field)?;
        if len > LONGEST {
            return None;
        }
        // Of the last field the length is enough.
        reader.bytes(field.min(reader.rest().len())).ok()?;
    }
    Some(len)
}

/// How many fields stand behind the name of the type.
fn fields_of(algorithm: Algorithm) -> usize {
    match algorithm {
        Algorithm::Dsa => 4,
        Algorithm::SkEcdsa => 3,
        Algorithm::Rsa | Algorithm::Ecdsa(_) | Algorithm::SkEd25519 => 2,
        Algorithm::Ed25519 | Algorithm::Ed448 | Algorithm::MlDsa44Ed25519(_) => 1,
    }
}

/// How many characters of base64 so many bytes have, without the `=` at their end.
pub(super) fn chars(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

/// The bytes of `text`, which has characters of base64 only and no `=`.
pub(super) fn decoded(text: &[u8]) -> Option<SecretBytes> {
    let (whole, rest) = text.split_at(text.len() / 4 * 4);
    let mut bytes = SecretBytes::new(vec![0; text.len() / 4 * 3 + 3]);
    let len = Base64::decode(whole, bytes.expose_mut()).ok()?.len();
    let more = match rest {
        [] => 0,
        [_] => return None,
        [first, second, more @ ..] => {
            let third = *more.first().unwrap_or(&b'=');
            let last = [*first, *second, third, b'='];
            Base64::decode(last, &mut bytes.expose_mut()[len..]).ok()?.len()
        }
    };
    bytes.truncate(len + more);
    Some(bytes)
}

/// How long the key is that begins with these characters of base64; as [`length`].
pub(super) fn chars_needed(text: &[u8]) -> Option<usize> {
    // What says how long a key is stands within its first bytes, except in OpenSSH's format, where the public half
    // stands before it.
    for most in [64, 4096, text.len()] {
        let part = &text[..text.len().min(most) / 4 * 4];
        let mut bytes = SecretBytes::new(vec![0; part.len() / 4 * 3]);
        let len = Base64::decode(part, bytes.expose_mut()).ok()?.len();
        if let Some(needed) = length(&bytes.expose()[..len]) {
            return Some(chars(needed));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_with_and_without_what_fills_it_up() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("AA", &[0]),
            ("AAE", &[0, 1]),
            ("AAEC", &[0, 1, 2]),
            ("AAECAw", &[0, 1, 2, 3]),
        ] {
            assert_eq!(decoded(text.as_bytes()).unwrap().expose(), bytes, "{text}");
        }
        // A single character is none, and one with bits to spare was changed.
        for text in ["A", "AAAAA", "AB", "A*"] {
            assert!(decoded(text.as_bytes()).is_none(), "{text}");
        }
        assert_eq!([0, 1, 2, 3, 4].map(chars), [0, 2, 3, 4, 6]);
    }

    #[test]
    fn a_key_says_how_long_it_is_before_it_ends() {
        let line = "AAAAC3NzaC1lZDI1NTE5AAAAIAsIZCADdQ60Iiu4lwVXB8NdXK0QK+J4Nt6YOAlz4Y8u";
        assert_eq!(chars_needed(line.as_bytes()), Some(68));
        assert_eq!(chars_needed(&line.as_bytes()[..40]), Some(68));
        assert_eq!(chars_needed(b"AAAA"), None);
        assert_eq!(length(&[0x30, 0x82, 1, 2, 2, 1, 0]), Some(4 + 258));
        assert_eq!(length(&[0x30, 0x2e, 2]), Some(2 + 46));
        assert_eq!(length(&[0x30, 0x2e, 4]), None);
    }
}

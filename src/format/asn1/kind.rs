//! What a piece of DER is, told by its first fields: PEM labels are often wrong, and binary files have none.

use der::Tag;

use super::Fields;
use crate::format::Foreign;
use crate::format::oid;

/// A layout that holds a key, or something else that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::format) enum Kind {
    /// `RSAPrivateKey` (RFC 8017 §A.1.2).
    Rsa,
    /// `ECPrivateKey` (RFC 5915 §3).
    Ec,
    /// The DSA key that OpenSSL has written since before there was a standard.
    Dsa,
    /// `OneAsymmetricKey` (RFC 5958 §2).
    Pkcs8,
    /// `EncryptedPrivateKeyInfo` (RFC 5958 §3).
    EncryptedPkcs8,
    /// `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
    Spki,
    /// `RSAPublicKey` (RFC 8017 §A.1.1).
    RsaPublic,
    /// `PFX` (RFC 7292 §4).
    Pkcs12,
    /// No key at all.
    Foreign(Foreign),
}

/// Whether bytes that are no text may be a DER file: they begin with a SEQUENCE that begins with a
/// number or a SEQUENCE. Cut files count, so that their fault can be named.
pub(in crate::format) fn is_candidate(bytes: &[u8]) -> bool {
    let first = match bytes {
        [0x30, len, rest @ ..] if *len < 0x80 => rest.first(),
        [0x30, 0x81, rest @ ..] => rest.get(1),
        [0x30, 0x82, rest @ ..] => rest.get(2),
        [0x30, 0x83, rest @ ..] => rest.get(3),
        _ => return false,
    };
    let is_control = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    let is_binary = bytes
        .iter()
        .take(8)
        .any(|byte| !byte.is_ascii() || is_control(byte));
    is_binary && matches!(first, Some(0x02 | 0x30))
}

/// Whether bytes begin as a private key does: a SEQUENCE, and in it the version 0 or 1. One in four thousand million others
/// does by chance.
pub(in crate::format) fn begins_as_private(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0x30, ..=0x7f, 2, 1, ..2, ..] | [0x30, 0x81, _, 2, 1, ..2, ..] | [0x30, 0x82, _, _, 2, 1, ..2, ..]
    )
}

/// What all of `bytes` is; nothing when it is none of the kinds, or too damaged to tell.
pub(in crate::format) fn of(bytes: &[u8]) -> Option<Kind> {
    let mut fields = Fields::of_sequence(bytes).ok()?;
    match fields.peek()? {
        Tag::Integer => {
            fields.any().ok()?;
            of_numbered(fields)
        }
        Tag::Sequence => {
            let inner = fields.sequence().ok()?;
            match (inner.peek()?, fields.peek()?) {
                (Tag::ObjectIdentifier, Tag::BitString) => Some(Kind::Spki),
                (Tag::ObjectIdentifier, Tag::OctetString) => Some(Kind::EncryptedPkcs8),
                (Tag::ContextSpecific { .. }, Tag::Sequence) => Some(Kind::Foreign(Foreign::X509Certificate)),
                (Tag::Integer, Tag::Sequence) => Some(Kind::Foreign(of_signed(inner))),
                _ => None,
            }
        }
        _ => None,
    }
}

/// What follows a number: a version, or the modulus of a public key.
fn of_numbered(mut fields: Fields<'_>) -> Option<Kind> {
    match fields.peek()? {
        Tag::OctetString => Some(Kind::Ec),
        Tag::Sequence => {
            let algorithm = fields.sequence().ok()?.oid().ok()?;
            let is_bag = algorithm == oid::PKCS7_DATA || algorithm == oid::PKCS7_SIGNED_DATA;
            Some(if is_bag { Kind::Pkcs12 } else { Kind::Pkcs8 })
        }
        Tag::Integer => {
            let mut numbers = 1;
            while fields.peek() == Some(Tag::Integer) {
                fields.any().ok()?;
                numbers += 1;
            }
            match (numbers, fields.is_finished()) {
                (2, true) => Some(Kind::RsaPublic),
                (6, true) => Some(Kind::Dsa),
                (9.., _) => Some(Kind::Rsa),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A certificate request has a version and then the subject's name, a certificate of version 1 a
/// serial number and then an algorithm.
fn of_signed(mut signed: Fields<'_>) -> Foreign {
    let is_algorithm = signed.any().is_ok()
        && signed
            .sequence()
            .is_ok_and(|second| second.peek() == Some(Tag::ObjectIdentifier));
    if is_algorithm {
        Foreign::X509Certificate
    } else {
        Foreign::CertificateRequest
    }
}

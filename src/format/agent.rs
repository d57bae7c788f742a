//! What is said to a key agent, and what it answers (draft-miller-ssh-agent).
//!
//! A message is a byte string with its length before it, whose first byte says what it is about. The
//! requests here have that length; the answers are taken without it.

use std::num::{NonZeroU8, NonZeroU32};
use std::str::FromStr;

use super::certificate::Certificate;
use super::error::printable;
use super::openssh::{write_private_half, write_public_half};
use crate::key::sign::RsaHash;
use crate::key::wire::{Reader, WireError, Writer};
use crate::key::{KeyPair, PublicKey};
use crate::secret::SecretBytes;

/// The longest message, without its length, that OpenSSH's agent takes or gives.
pub const MAX_MESSAGE: usize = 256 * 1024;

const FAILURE: u8 = 5;
const SUCCESS: u8 = 6;
const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;
const ADD_IDENTITY: u8 = 17;
const REMOVE_IDENTITY: u8 = 18;
const REMOVE_ALL_IDENTITIES: u8 = 19;
const ADD_ID_CONSTRAINED: u8 = 25;

const RSA_SHA2_256: u32 = 2;
const RSA_SHA2_512: u32 = 4;

const CONSTRAIN_LIFETIME: u8 = 1;
const CONSTRAIN_CONFIRM: u8 = 2;
const CONSTRAIN_EXTENSION: u8 = 255;

/// How long an agent is to keep a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime(NonZeroU32);

/// Why a text is no lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a lifetime is a number of seconds, or a time like 90s, 15m, 8h, 1h30m, 2d or 1w")]
pub struct LifetimeError;

impl Lifetime {
    /// So many hours.
    #[must_use]
    pub fn hours(hours: NonZeroU8) -> Self {
        const SECS: NonZeroU32 = NonZeroU32::new(3600).expect("an hour has some");
        Self(NonZeroU32::from(hours).saturating_mul(SECS))
    }

    /// In seconds.
    #[must_use]
    pub fn secs(self) -> u32 {
        self.0.get()
    }
}

impl FromStr for Lifetime {
    type Err = LifetimeError;

    /// As `sshd_config(5)` writes times: `600`, `90s`, `1h30m`; the sum counts.
    fn from_str(text: &str) -> Result<Self, LifetimeError> {
        let mut total = 0_u32;
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, behind) = rest.split_at(digits);
            let unit = behind.chars().next();
            let secs = match unit {
                None | Some('s' | 'S') => 1,
                Some('m' | 'M') => 60,
                Some('h' | 'H') => 3600,
                Some('d' | 'D') => 86400,
                Some('w' | 'W') => 604_800,
                Some(_) => return Err(LifetimeError),
            };
            let number: u32 = number.parse().map_err(|_| LifetimeError)?;
            let part = number.checked_mul(secs).ok_or(LifetimeError)?;
            total = total.checked_add(part).ok_or(LifetimeError)?;
            rest = &behind[unit.map_or(0, char::len_utf8)..];
        }
        NonZeroU32::new(total).map(Self).ok_or(LifetimeError)
    }
}

/// Under which conditions an agent is to hold a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Constraints {
    /// It forgets the key after this time.
    pub lifetime: Option<Lifetime>,
    /// It asks the person before each use.
    pub confirm: bool,
}

impl Constraints {
    /// Whether there is no condition.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// Asks which keys there are.
#[must_use]
pub fn list_request() -> SecretBytes {
    framed(REQUEST_IDENTITIES, &Writer::new().finish())
}

/// Hands over a key.
#[must_use]
pub fn add_request(key: &KeyPair, comment: &[u8], constraints: Constraints) -> SecretBytes {
    let mut out = Writer::new();
    out.string(key.algorithm().name().as_bytes());
    write_public_half(key.public(), &mut out);
    write_private_half(key, &mut out);
    with_constraints(out, key, comment, constraints)
}

/// Hands over a key that logs in with a certificate: for an agent, that is an entry of its own.
#[must_use]
pub fn add_certificate_request(
    key: &KeyPair,
    certificate: &Certificate,
    comment: &[u8],
    constraints: Constraints,
) -> SecretBytes {
    let mut out = Writer::new();
    out.string(certificate.name().as_bytes())
        .string(certificate.blob());
    // Of the fields that the certificate holds already, OpenSSH repeats these and no others.
    match key.public() {
        PublicKey::Rsa { .. } | PublicKey::Dsa { .. } | PublicKey::Ecdsa { .. } => {}
        PublicKey::SkEcdsa { application, .. } => {
            out.string(application);
        }
        public @ (PublicKey::Ed25519(_)
        | PublicKey::Ed448(_)
        | PublicKey::SkEd25519 { .. }
        | PublicKey::MlDsa44Ed25519 { .. }) => public.write_fields(&mut out),
    }
    write_private_half(key, &mut out);
    with_constraints(out, key, comment, constraints)
}

/// Has `message` signed by the key or certificate with this wire form; an RSA key does it with this hash. Keys of other
/// types have no such choice, and gpg-agent refuses to sign with them where one is made.
#[must_use]
pub fn sign_request(blob: &[u8], message: &[u8], hash: RsaHash) -> SecretBytes {
    let is_rsa = Reader::new(blob)
        .string()
        .is_ok_and(|name| name.starts_with(b"ssh-rsa"));
    let mut out = Writer::new();
    out.string(blob).string(message).uint32(match hash {
        _ if !is_rsa => 0,
        RsaHash::Sha256 => RSA_SHA2_256,
        RsaHash::Sha512 => RSA_SHA2_512,
    });
    framed(SIGN_REQUEST, &out.finish())
}

/// Has the key or certificate with this wire form forgotten.
#[must_use]
pub fn remove_request(blob: &[u8]) -> SecretBytes {
    let mut out = Writer::new();
    out.string(blob);
    framed(REMOVE_IDENTITY, &out.finish())
}

/// Has every key forgotten.
#[must_use]
pub fn remove_all_request() -> SecretBytes {
    framed(REMOVE_ALL_IDENTITIES, &Writer::new().finish())
}

fn with_constraints(mut out: Writer, key: &KeyPair, comment: &[u8], constraints: Constraints) -> SecretBytes {
    out.string(comment);
    let is_security_key = matches!(
        key.public(),
        PublicKey::SkEcdsa { .. } | PublicKey::SkEd25519 { .. }
    );
    if let Some(lifetime) = constraints.lifetime {
        out.byte(CONSTRAIN_LIFETIME).uint32(lifetime.secs());
    }
    if constraints.confirm {
        out.byte(CONSTRAIN_CONFIRM);
    }
    if is_security_key {
        // Which library is to talk to the device: the agent's own.
        out.byte(CONSTRAIN_EXTENSION)
            .string(b"sk-provider@openssh.com")
            .string(b"internal");
    }
    let kind = if constraints.is_none() && !is_security_key {
        ADD_IDENTITY
    } else {
        ADD_ID_CONSTRAINED
    };
    framed(kind, &out.finish())
}

fn framed(kind: u8, body: &SecretBytes) -> SecretBytes {
    let mut message = SecretBytes::with_capacity(1 + body.len());
    message.extend(&[kind]);
    message.extend(body.expose());
    let mut out = Writer::new();
    out.string(message.expose());
    out.finish()
}

/// What an agent said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has done what was asked.
    Success,
    /// It has not, and does not say why.
    Failure,
    /// The keys that it holds.
    Keys(Vec<ListedKey>),
    /// A signature: scheme and blob.
    Signature(Vec<u8>),
}

/// Why an answer makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The layout is broken.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// It is of a kind that was not asked for.
    #[error("it is of the unexpected kind {0}")]
    Kind(u8),
}

/// A key in an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// The wire form of the key or certificate.
    pub blob: Vec<u8>,
    /// The comment, any bytes.
    pub comment: Vec<u8>,
    /// What the wire form holds.
    pub held: Held,
}

/// What an entry of an agent is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// A key.
    Key(PublicKey),
    /// A key with its certificate.
    Certificate(Box<Certificate>),
    /// Something that this program does not know, or that is damaged; it has this type.
    Unknown(String),
}

impl ListedKey {
    fn new(blob: &[u8], comment: &[u8]) -> Self {
        let held = match (PublicKey::from_wire(blob), Certificate::from_wire(blob)) {
            (Ok(key), _) => Held::Key(key),
            (_, Ok(certificate)) => Held::Certificate(Box::new(certificate)),
            _ => Held::Unknown(
                Reader::new(blob)
                    .text()
                    .map_or_else(|_| "?".to_owned(), printable),
            ),
        };
        Self {
            blob: blob.to_vec(),
            comment: comment.to_vec(),
            held,
        }
    }

    /// The key; of a certificate, the one that it certifies.
    #[must_use]
    pub fn key(&self) -> Option<&PublicKey> {
        match &self.held {
            Held::Key(key) => Some(key),
            Held::Certificate(certificate) => Some(certificate.key()),
            Held::Unknown(_) => None,
        }
    }
}

/// Reads an answer, without the length before it.
///
/// # Errors
/// It makes no sense. Keys of unknown types are no error.
pub fn read_answer(message: &[u8]) -> Result<Answer, AnswerError> {
    let mut reader = Reader::new(message);
    match reader.byte()? {
        // Some agents put text behind it, for nobody.
        FAILURE => Ok(Answer::Failure),
        SUCCESS => Ok(Answer::Success),
        IDENTITIES_ANSWER => {
            let count = reader.uint32()?;
            let mut keys = Vec::new();
            for _ in 0..count {
                keys.push(ListedKey::new(reader.string()?, reader.string()?));
            }
            reader.end()?;
            Ok(Answer::Keys(keys))
        }
        SIGN_RESPONSE => {
            let signature = reader.string()?.to_vec();
            reader.end()?;
            Ok(Answer::Signature(signature))
        }
        kind => Err(AnswerError::Kind(kind)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list_of(entries: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut out = Writer::new();
        out.byte(IDENTITIES_ANSWER)
            .uint32(u32::try_from(entries.len()).unwrap());
        for (blob, comment) in entries {
            out.string(blob).string(comment);
        }
        out.finish_public()
    }

    #[test]
    fn requests_without_a_key_are_laid_out_as_the_draft_says() {
        assert_eq!(list_request().expose(), [0, 0, 0, 1, 11]);
        assert_eq!(remove_all_request().expose(), [0, 0, 0, 1, 19]);
        assert_eq!(
            remove_request(b"ab").expose(),
            [0, 0, 0, 7, 18, 0, 0, 0, 2, b'a', b'b']
        );
        assert_eq!(
            sign_request(b"a", b"b", RsaHash::Sha512).expose(),
            [0, 0, 0, 15, 13, 0, 0, 0, 1, b'a', 0, 0, 0, 1, b'b', 0, 0, 0, 0]
        );
        for (name, flags) in [
            ("ssh-rsa", 4),
            ("ssh-rsa-cert-v01@openssh.com", 4),
            ("ssh-ed25519", 0),
            ("ecdsa-sha2-nistp256-cert-v01@openssh.com", 0),
        ] {
            let mut blob = Writer::new();
            blob.string(name.as_bytes());
            let request = sign_request(&blob.finish_public(), b"b", RsaHash::Sha512);
            assert_eq!(request.expose().last(), Some(&flags), "{name}");
        }
    }

    #[test]
    fn a_key_of_an_unknown_type_stands_in_the_list_by_its_name() {
        let mut blob = Writer::new();
        blob.string(b"ssh-from-the-future\x1b").string(b"x");
        let blob = blob.finish_public();
        let known = PublicKey::Ed25519(
            *b"\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a",
        );
        let answer = list_of(&[
            (&blob, b"a"),
            (&known.to_wire(), b"b"),
            (b"", b""),
            (b"\xff\xff\xff\xff", b"d"),
        ]);
        let Ok(Answer::Keys(keys)) = read_answer(&answer) else {
            panic!("no list");
        };
        let [future, key, empty, damaged] = &keys[..] else {
            panic!("{keys:?}");
        };
        assert!(
            matches!(&future.held, Held::Unknown(name) if name.starts_with("ssh-from-the-future") && !name.contains('\x1b')),
            "{future:?}"
        );
        assert_eq!(key.held, Held::Key(known));
        assert_eq!(key.comment, b"b");
        for unreadable in [empty, damaged] {
            assert_eq!(unreadable.held, Held::Unknown("?".to_owned()));
        }
    }

    #[test]
    fn every_answer_that_makes_no_sense_has_its_fault() {
        for (message, fault) in [
            (&[][..], AnswerError::Wire(WireError::Short)),
            (&[99], AnswerError::Kind(99)),
            (&[12, 0, 0], AnswerError::Wire(WireError::Short)),
            // Four thousand million keys, and none of them there.
            (&[12, 255, 255, 255, 255], AnswerError::Wire(WireError::Short)),
            (&[12, 0, 0, 0, 0, 1], AnswerError::Wire(WireError::Trailing)),
        ] {
            assert_eq!(read_answer(message), Err(fault), "{message:?}");
        }
    }

    #[test]
    fn lifetimes_are_written_as_ssh_add_takes_them() {
        for (text, secs) in [
            ("1", 1),
            ("600", 600),
            ("90s", 90),
            ("15M", 900),
            ("1h30m", 5400),
            ("1h30", 3630),
            ("2d", 172_800),
            ("1w", 604_800),
        ] {
            assert_eq!(text.parse::<Lifetime>().map(Lifetime::secs), Ok(secs), "{text}");
        }
        for text in [
            "",
            "0",
            "0h",
            "h",
            "-1",
            "1.5h",
            "1y",
            "1é",
            "7102w",
            "4294967296",
            " 1",
        ] {
            assert_eq!(text.parse::<Lifetime>(), Err(LifetimeError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_of_answers_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), is_list: bool) {
            let mut message = bytes;
            if is_list {
                message.splice(..0, [IDENTITIES_ANSWER, 0, 0, 0]);
            }
            if let Ok(Answer::Keys(keys)) = read_answer(&message) {
                prop_assert!(keys.len() * 8 < message.len());
            }
        }
    }
}

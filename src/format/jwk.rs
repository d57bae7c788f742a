//! JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8037): RSA, ECDSA, Ed25519 and Ed448.
//!
//! The comment goes into the key ID, `kid`, the only member that is free text. Values are borrowed
//! from the file, so that no copy of a private number is left behind.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use super::error::printable;
use super::{DecodeError, EncodeError, Fault, Format, Outgoing, Parsed, PrivateFile, PublicFile};
use crate::key::comment::Comment;
use crate::key::rsa::{RsaFault, coefficient, factors, reduced_exponents};
use crate::key::spec::Curve;
use crate::key::validate::{self, Unsound};
use crate::key::wire::{left_padded, minimal};
use crate::key::{KeyPair, PrivateKey, PublicKey};
use crate::secret::SecretBytes;

/// The members that are looked at; the others say what a key may be used for.
#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow)]
    kty: Option<Cow<'a, str>>,
    #[serde(borrow)]
    kid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    crv: Option<Cow<'a, str>>,
    x: Option<&'a str>,
    y: Option<&'a str>,
    n: Option<&'a str>,
    e: Option<&'a str>,
    d: Option<&'a str>,
    p: Option<&'a str>,
    q: Option<&'a str>,
    dp: Option<&'a str>,
    dq: Option<&'a str>,
    qi: Option<&'a str>,
    oth: Option<IgnoredAny>,
}

/// A set of keys (RFC 7517 §5).
#[derive(Deserialize)]
struct Set<'a> {
    #[serde(borrow)]
    keys: First<'a>,
}

/// What Azure's key vault answers: the key, and what holds for it there.
#[derive(Deserialize)]
struct Kept<'a> {
    #[serde(borrow)]
    key: Members<'a>,
}

/// The first key of a list, and whether others follow, which are passed over: keys take far more room in
/// memory than `{}` does in a file.
struct First<'a> {
    key: Option<Members<'a>>,
    has_more: bool,
}

impl<'de: 'a, 'a> Deserialize<'de> for First<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(FirstOnly)
    }
}

struct FirstOnly;

impl<'de> Visitor<'de> for FirstOnly {
    type Value = First<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of keys")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut keys: A) -> Result<Self::Value, A::Error> {
        let key = keys.next_element()?;
        let mut has_more = false;
        while keys.next_element::<IgnoredAny>()?.is_some() {
            has_more = true;
        }
        Ok(First { key, has_more })
    }
}

/// Whether `text` may be a JSON Web Key or a set of them.
pub(super) fn is_candidate(text: &[u8]) -> bool {
    let has = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
    text.starts_with(b"{") && has(b"\"kty\"")
}

/// Whether there is more in the key than is written again: what it may be used for, certificates, or
/// a set around it.
#[must_use]
#[expect(
    clippy::zero_sized_map_values,
    reason = "the names are looked at, never the values"
)]
pub fn has_other_members(text: &[u8]) -> bool {
    const KEPT: [&str; 14] = [
        "kty", "kid", "crv", "x", "y", "n", "e", "d", "p", "q", "dp", "dq", "qi", "oth",
    ];
    let members: Result<BTreeMap<String, IgnoredAny>, _> = serde_json::from_slice(text);
    members.is_ok_and(|members| members.keys().any(|name| !KEPT.contains(&name.as_str())))
}

/// Reads a key, or a set that has only one.
pub(super) fn parse(text: &[u8]) -> Result<Parsed, DecodeError> {
    let text = std::str::from_utf8(text).map_err(|_| Fault::Json)?;
    if let Ok(Set { keys }) = serde_json::from_str::<Set<'_>>(text) {
        return match keys.key {
            Some(_) if keys.has_more => Err(DecodeError::MultipleKeys),
            Some(members) => members.parse(),
            None => Err(Fault::Value("keys").into()),
        };
    }
    if let Ok(Kept { key }) = serde_json::from_str::<Kept<'_>>(text)
        && key.kty.is_some()
        && serde_json::from_str::<Members<'_>>(text).is_ok_and(|around| around.kty.is_none())
    {
        return key.parse();
    }
    let members: Members<'_> = serde_json::from_str(text).map_err(|error| {
        if error.is_eof() {
            DecodeError::Truncated
        } else {
            Fault::Json.into()
        }
    })?;
    members.parse()
}

impl Members<'_> {
    fn parse(&self) -> Result<Parsed, DecodeError> {
        let (public, private) = match self.kty.as_deref() {
            Some("RSA" | "RSA-HSM") => self.rsa()?,
            Some("EC" | "EC-HSM") => self.ec()?,
            Some("OKP") => self.okp()?,
            Some(other) => return Err(unknown(other)),
            None => return Err(Fault::Value("kty").into()),
        };
        validate::public_key(&public)?;
        let comment = self.kid.as_deref().unwrap_or_default().as_bytes().to_vec();
        Ok(match private {
            Some(private) => {
                let key = KeyPair::new(public, private)?;
                Parsed::Private(PrivateFile::plain(Format::Jwk, key, comment))
            }
            None => Parsed::Public(PublicFile {
                format: Format::Jwk,
                key: public,
                comment,
                certificate: None,
            }),
        })
    }

    fn rsa(&self) -> Result<(PublicKey, Option<PrivateKey>), DecodeError> {
        let public = PublicKey::Rsa {
            e: number("e", self.e)?.expose().to_vec(),
            n: number("n", self.n)?.expose().to_vec(),
        };
        if self.d.is_none() {
            return Ok((public, None));
        }
        if self.oth.is_some() {
            return Err(DecodeError::UnsupportedKeyType(
                "RSA with more than two factors".to_owned(),
            ));
        }
        let d = number("d", self.d)?;
        // A key without its factors is allowed (RFC 7518 §6.3.2), but nothing writes one.
        let (p, q) = (number("p", self.p)?, number("q", self.q)?);
        let stated = [number("dp", self.dp)?, number("dq", self.dq)?];
        if reduced_exponents(d.expose(), p.expose(), q.expose()) != Some(stated) {
            return Err(Unsound::Rsa(RsaFault::ReducedExponentWrong).into());
        }
        let iqmp = number("qi", self.qi)?;
        Ok((public, Some(PrivateKey::Rsa { d, p, q, iqmp })))
    }

    fn ec(&self) -> Result<(PublicKey, Option<PrivateKey>), DecodeError> {
        let name = self.crv.as_deref().ok_or(Fault::Value("crv"))?;
        let mut curves = Curve::ALL.into_iter();
        let curve = curves
            .find(|curve| curve_name(*curve) == name)
            .ok_or_else(|| unknown(name))?;
        let fixed = |member, value| {
            let bytes = bytes(member, value)?;
            if bytes.len() == curve.bytes() {
                Ok(bytes)
            } else {
                Err(Fault::Value(member))
            }
        };
        let (x, y) = (fixed("x", self.x)?, fixed("y", self.y)?);
        let point = [&[4], x.expose(), y.expose()].concat();
        let scalar = self.d.map(|d| fixed("d", Some(d))).transpose()?;
        let private = scalar.map(|scalar| PrivateKey::Ecdsa {
            scalar: SecretBytes::copy_of(minimal(scalar.expose())),
        });
        Ok((PublicKey::Ecdsa { curve, point }, private))
    }

    fn okp(&self) -> Result<(PublicKey, Option<PrivateKey>), DecodeError> {
        let name = self.crv.as_deref().ok_or(Fault::Value("crv"))?;
        let x = bytes("x", self.x)?;
        let seed = self.d.map(|d| bytes("d", Some(d))).transpose()?;
        Ok(match name {
            "Ed25519" => (
                PublicKey::Ed25519(x.expose().try_into().map_err(|_| Fault::Value("x"))?),
                seed.map(|seed| PrivateKey::Ed25519 { seed }),
            ),
            "Ed448" => (
                PublicKey::Ed448(x.expose().try_into().map_err(|_| Fault::Value("x"))?),
                seed.map(|seed| PrivateKey::Ed448 { seed }),
            ),
            other => return Err(unknown(other)),
        })
    }
}

/// The same RSA key with all of its numbers, which may be left out (RFC 7518 §6.3.2) but for n, e and d; nothing where they
/// are there already, or do not belong together.
#[expect(clippy::many_single_char_names, reason = "the names of RFC 8017")]
pub(super) fn with_all_numbers(text: &[u8]) -> Option<SecretBytes> {
    let members: Members<'_> = serde_json::from_slice(text).ok()?;
    let optional = [members.p, members.q, members.dp, members.dq, members.qi];
    if members.oth.is_some() || !optional.iter().any(Option::is_none) {
        return None;
    }
    let required = |name, value: Option<&str>| number(name, value).ok();
    let [n, e, d] = [
        required("n", members.n)?,
        required("e", members.e)?,
        required("d", members.d)?,
    ];
    let stated = required("p", members.p).zip(required("q", members.q));
    let [p, q] = match stated {
        Some((p, q)) => [p, q],
        None => factors(n.expose(), e.expose(), d.expose())?,
    };
    let iqmp = coefficient(p.expose(), q.expose())?;
    let public = PublicKey::Rsa {
        e: e.expose().to_vec(),
        n: n.expose().to_vec(),
    };
    let key = KeyPair::new(public, PrivateKey::Rsa { d, p, q, iqmp }).ok()?;
    let (comment, _) = Comment::cleaned(members.kid.as_deref().unwrap_or_default().as_bytes());
    write(key.public(), Some(key.private()), &comment).ok()
}

fn unknown(name: &str) -> DecodeError {
    DecodeError::UnsupportedKeyType(printable(name))
}

fn curve_name(curve: Curve) -> &'static str {
    match curve {
        Curve::P256 => "P-256",
        Curve::P384 => "P-384",
        Curve::P521 => "P-521",
    }
}

fn bytes(member: &'static str, value: Option<&str>) -> Result<SecretBytes, Fault> {
    // Some programs fill it up, which RFC 7515 §2 forbids.
    let text = value.ok_or(Fault::Value(member))?.trim_end_matches('=');
    let mut bytes = SecretBytes::new(vec![0; text.len()]);
    let len = Base64UrlUnpadded::decode(text, bytes.expose_mut())
        .map_err(|_| Fault::Value(member))?
        .len();
    bytes.truncate(len);
    Ok(bytes)
}

/// A number of the key: no longer than any may be, which is seen to before anything is computed.
fn number(member: &'static str, value: Option<&str>) -> Result<SecretBytes, DecodeError> {
    let bytes = bytes(member, value)?;
    let number = minimal(bytes.expose());
    if number.len() > crate::key::wire::MAX_NUMBER_BYTES {
        return Err(DecodeError::NumberTooLarge);
    }
    Ok(SecretBytes::copy_of(number))
}

/// Writes a private key. The format has no encryption of its own.
pub(super) fn encode(outgoing: Outgoing<'_>) -> Result<SecretBytes, EncodeError> {
    write(
        outgoing.key.public(),
        Some(outgoing.key.private()),
        outgoing.comment,
    )
}

/// Writes a public key.
///
/// # Errors
/// [`EncodeError::Unsupported`] for DSA and for what only SSH knows.
pub fn encode_public(key: &PublicKey, comment: &Comment) -> Result<String, EncodeError> {
    let text = write(key, None, comment)?;
    Ok(String::from_utf8_lossy(text.expose()).into_owned())
}

fn write(
    public: &PublicKey,
    private: Option<&PrivateKey>,
    comment: &Comment,
) -> Result<SecretBytes, EncodeError> {
    let mut out = Object::new();
    match public {
        PublicKey::Rsa { e, n } => out.text("kty", "RSA").bytes("n", n).bytes("e", e),
        PublicKey::Ecdsa { curve, point } => {
            let (x, y) = point[1..].split_at(curve.bytes());
            out.text("kty", "EC").text("crv", curve_name(*curve));
            out.bytes("x", x).bytes("y", y)
        }
        PublicKey::Ed25519(x) => out.text("kty", "OKP").text("crv", "Ed25519").bytes("x", x),
        PublicKey::Ed448(x) => out.text("kty", "OKP").text("crv", "Ed448").bytes("x", x),
        PublicKey::Dsa { .. }
        | PublicKey::SkEcdsa { .. }
        | PublicKey::SkEd25519 { .. }
        | PublicKey::MlDsa44Ed25519 { .. } => return Err(unsupported(public)),
    };
    match (private, public) {
        (None, _) => {}
        (Some(PrivateKey::Rsa { d, p, q, iqmp }), _) => {
            let reduced = reduced_exponents(d.expose(), p.expose(), q.expose());
            let [dp, dq] = reduced.ok_or_else(|| unsupported(public))?;
            let members = [
                ("d", d),
                ("p", p),
                ("q", q),
                ("dp", &dp),
                ("dq", &dq),
                ("qi", iqmp),
            ];
            for (name, number) in members {
                out.bytes(name, number.expose());
            }
        }
        (Some(PrivateKey::Ecdsa { scalar }), PublicKey::Ecdsa { curve, .. }) => {
            let padded = left_padded(scalar.expose(), curve.bytes()).ok_or_else(|| unsupported(public))?;
            out.bytes("d", padded.expose());
        }
        (Some(PrivateKey::Ed25519 { seed } | PrivateKey::Ed448 { seed }), _) => {
            out.bytes("d", seed.expose());
        }
        (Some(_), _) => return Err(unsupported(public)),
    }
    if !comment.is_empty() {
        out.text("kid", comment.as_str());
    }
    Ok(out.finish())
}

fn unsupported(key: &PublicKey) -> EncodeError {
    EncodeError::Unsupported {
        format: "JWK",
        algorithm: key.algorithm().name(),
    }
}

/// A JSON object with a member a line, in a buffer that is wiped.
struct Object(SecretBytes);

impl Object {
    fn new() -> Self {
        Self(SecretBytes::copy_of(b"{"))
    }

    fn name(&mut self, name: &str) {
        let comma = if self.0.len() > 1 { "," } else { "" };
        self.0.extend(format!("{comma}\n  \"{name}\": ").as_bytes());
    }

    fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.name(name);
        self.0
            .extend(serde_json::Value::from(text).to_string().as_bytes());
        self
    }

    fn bytes(&mut self, name: &str, bytes: &[u8]) -> &mut Self {
        self.name(name);
        let mut base64 = SecretBytes::new(vec![0; Base64UrlUnpadded::encoded_len(bytes)]);
        // The buffer has the length that the encoder asks for.
        let len = Base64UrlUnpadded::encode(bytes, base64.expose_mut()).map_or(0, str::len);
        self.0.extend(b"\"");
        self.0.extend(&base64.expose()[..len]);
        self.0.extend(b"\"");
        self
    }

    fn finish(mut self) -> SecretBytes {
        self.0.extend(b"\n}\n");
        self.0
    }
}

//! Keys that are whole, and written otherwise than their formats say, by programs with a mind of their own.
//!
//! What is odd about them is put right in their bytes, and these are then read as strictly as any.

use der::asn1::AnyRef;
use der::{Tag, TagNumber, Tagged as _};

use super::accident::{Accident, Accidents};
use super::blob::Content;
use super::curve;
use crate::format::asn1::kind::Kind;
use crate::format::asn1::{Fields, again, count, octets, oid, public_half, sequence, tagged, uint};
use crate::format::oid::{EC, RSA, of_curve};
use crate::format::openssh;
use crate::key::rsa::{coefficient, factors, reduced_exponents};
use crate::secret::SecretBytes;

/// The same key as its format has it, and what was odd about it; nothing where nothing that is known is odd, or where it
/// would have to be computed and `may_compute` forbids that.
pub(super) fn regular(
    content: Content,
    blob: &[u8],
    may_compute: &mut dyn FnMut() -> bool,
) -> Option<(SecretBytes, Accidents)> {
    let (bytes, accidents) = match content {
        Content::OpenSsh => (
            openssh::with_usual_padding(blob)?,
            Accidents::of(&[Accident::OddPadding]),
        ),
        Content::Der(Kind::Rsa) => rsa(blob, may_compute)?,
        Content::Der(Kind::Ec) => ec(blob)?,
        Content::Der(Kind::Pkcs8) => pkcs8(blob, may_compute)?,
        Content::Der(_) | Content::SshCom | Content::Wire => return None,
    };
    (!accidents.is_empty()).then_some((bytes, accidents))
}

/// A `OneAsymmetricKey` (RFC 5958 §2).
fn pkcs8(blob: &[u8], may_compute: &mut dyn FnMut() -> bool) -> Option<(SecretBytes, Accidents)> {
    let mut fields = Fields::of_sequence(blob).ok()?;
    let mut accidents = Accidents::NONE;
    let mut parts = vec![count(fields.count().ok()?)];
    let mut algorithm = fields.sequence().ok()?;
    let (name, parameters) = (algorithm.oid().ok()?, algorithm.peek());
    let mut named = vec![oid(name)];
    if name == EC && parameters == Some(Tag::Sequence) {
        named.push(oid(of_curve(curve::known(algorithm.sequence().ok()?)?)));
        accidents = accidents.with(Accident::ExplicitCurve);
    }
    while !algorithm.is_finished() {
        named.push(again(&algorithm.any().ok()?));
    }
    parts.push(sequence(&named));
    let private = fields.octets().ok()?;
    let inner = if name == EC {
        ec(private)
    } else if name == RSA {
        rsa(private, may_compute)
    } else {
        None
    };
    parts.push(match inner {
        Some((private, more)) => {
            accidents = accidents.and(more);
            octets(private.expose())
        }
        None => octets(private),
    });
    let simple = parts.len();
    while !fields.is_finished() {
        let field = fields.any().ok()?;
        parts.push(if let Some(bits) = explicit_bits(&field) {
            accidents = accidents.with(Accident::ExplicitPublicKey);
            public_half(bits)
        } else {
            again(&field)
        });
    }
    let whole = sequence(&parts);
    // Where the public half is right it need not be there, and few programs read it where it belongs.
    let is_right = || crate::format::pkcs8::read(whole.expose()).is_ok();
    if accidents.has(Accident::ExplicitPublicKey) && is_right() {
        parts.truncate(simple);
        parts[0] = count(0);
        return Some((sequence(&parts), accidents));
    }
    Some((whole, accidents))
}

/// The value of a BIT STRING within `[1]`, which should stand in its place.
fn explicit_bits<'a>(field: &AnyRef<'a>) -> Option<&'a [u8]> {
    let is_explicit = field.tag()
        == Tag::ContextSpecific {
            constructed: true,
            number: TagNumber(1),
        };
    let mut within = Fields::of_value(field.value()).ok().filter(|_| is_explicit)?;
    let bits = within.any().ok()?;
    (bits.tag() == Tag::BitString && within.is_finished()).then_some(bits.value())
}

/// An `ECPrivateKey` (RFC 5915 §3).
fn ec(blob: &[u8]) -> Option<(SecretBytes, Accidents)> {
    let mut fields = Fields::of_sequence(blob).ok()?;
    let mut parts = vec![count(fields.count().ok()?), octets(fields.octets().ok()?)];
    let mut accidents = Accidents::NONE;
    if let Some(mut parameters) = fields.tagged(0).ok()? {
        let is_explicit = parameters.peek() == Some(Tag::Sequence);
        let parameters = if is_explicit {
            accidents = accidents.with(Accident::ExplicitCurve);
            oid(of_curve(curve::known(parameters.sequence().ok()?)?))
        } else {
            again(&parameters.any().ok()?)
        };
        parts.push(tagged(0, &parameters));
    }
    while !fields.is_finished() {
        parts.push(again(&fields.any().ok()?));
    }
    Some((sequence(&parts), accidents))
}

/// An `RSAPrivateKey` (RFC 8017 §A.1.2).
#[expect(clippy::many_single_char_names, reason = "the names of RFC 8017")]
fn rsa(blob: &[u8], may_compute: &mut dyn FnMut() -> bool) -> Option<(SecretBytes, Accidents)> {
    let mut fields = Fields::of_sequence(blob).ok()?;
    let version = fields.count().ok()?;
    let mut numbers: Vec<&[u8]> = Vec::with_capacity(8);
    let mut accidents = Accidents::NONE;
    while !fields.is_finished() {
        let field = fields.any().ok()?;
        let number = match field.value() {
            [0] => &[],
            [0, next, ..] if *next < 0x80 => return None,
            [0, number @ ..] => number,
            number => {
                let is_unsigned = number.first()? >= &0x80;
                accidents = accidents.with_if(is_unsigned, Accident::UnsignedIntegers);
                number
            }
        };
        if field.tag() != Tag::Integer || numbers.len() == 8 {
            return None;
        }
        numbers.push(number);
    }
    let [n, e, d, p, q, dp, dq, iqmp] = numbers.as_slice().try_into().ok()?;
    if ![p, q, dp, dq, iqmp]
        .iter()
        .any(|number: &&[u8]| number.is_empty())
    {
        let numbers: Vec<SecretBytes> = [n, e, d, p, q, dp, dq, iqmp].map(uint).into();
        let parts: Vec<SecretBytes> = std::iter::once(count(version)).chain(numbers).collect();
        return Some((sequence(&parts), accidents));
    }
    let [p, q] = if p.is_empty() || q.is_empty() {
        if !may_compute() {
            return None;
        }
        factors(n, e, d)?
    } else {
        [p, q].map(SecretBytes::copy_of)
    };
    let [dp, dq] = reduced_exponents(d, p.expose(), q.expose())?;
    let iqmp = coefficient(p.expose(), q.expose())?;
    let numbers = [p, q, dp, dq, iqmp];
    let mut parts = vec![count(version)];
    parts.extend([n, e, d].map(uint));
    parts.extend(numbers.iter().map(|number| uint(number.expose())));
    Some((sequence(&parts), accidents.with(Accident::MissingNumbers)))
}

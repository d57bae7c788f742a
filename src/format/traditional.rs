//! The private keys that OpenSSL wrote before PKCS#8: `RSAPrivateKey` (RFC 8017 §A.1.2), `ECPrivateKey`
//! (RFC 5915 §3) and a DSA key that no standard has, but every program knows.

use crate::format::asn1::algorithm::curve;
use crate::format::asn1::kind::Kind;
use crate::format::asn1::{Fields, bits, count, octets, oid, sequence, tagged, uint};
use crate::format::oid::of_curve;
use crate::format::{DecodeError, Fault};
use crate::key::rsa::{RsaFault, reduced_exponents};
use crate::key::spec::Curve;
use crate::key::validate::{self, Unsound};
use crate::key::wire::{left_padded, minimal};
use crate::key::{KeyPair, PrivateKey, PublicKey};
use crate::secret::SecretBytes;

/// Reads a key of this kind.
pub(super) fn read(kind: Kind, bytes: &[u8]) -> Result<KeyPair, DecodeError> {
    match kind {
        Kind::Ec => read_ec(bytes, None),
        Kind::Dsa => read_dsa(bytes),
        _ => read_rsa(bytes),
    }
}

/// Reads an `RSAPrivateKey`.
#[expect(clippy::many_single_char_names, reason = "the names of RFC 8017")]
pub(in crate::format) fn read_rsa(bytes: &[u8]) -> Result<KeyPair, DecodeError> {
    let mut fields = Fields::of_sequence(bytes)?;
    match fields.count()? {
        0 => {}
        1 => {
            return Err(DecodeError::UnsupportedKeyType(
                "RSA with more than two primes".to_owned(),
            ));
        }
        _ => return Err(Fault::Value("version").into()),
    }
    let (n, e) = (fields.uint()?.to_vec(), fields.uint()?.to_vec());
    let mut secret = || fields.uint().map(SecretBytes::copy_of);
    let (d, p, q) = (secret()?, secret()?, secret()?);
    let stated = [secret()?, secret()?];
    let iqmp = secret()?;
    fields.end()?;

    let public = PublicKey::Rsa { e, n };
    validate::public_key(&public)?;
    let reduced = reduced_exponents(d.expose(), p.expose(), q.expose());
    let key = KeyPair::new(public, PrivateKey::Rsa { d, p, q, iqmp })?;
    // OpenSSL signs with these two, so a wrong one would give the key away.
    if reduced != Some(stated) {
        return Err(Unsound::Rsa(RsaFault::ReducedExponentWrong).into());
    }
    Ok(key)
}

/// Reads an `ECPrivateKey`; `outer` is the curve that PKCS#8 names around it.
pub(in crate::format) fn read_ec(bytes: &[u8], outer: Option<Curve>) -> Result<KeyPair, DecodeError> {
    let mut fields = Fields::of_sequence(bytes)?;
    if fields.count()? != 1 {
        return Err(Fault::Value("version").into());
    }
    let scalar = SecretBytes::copy_of(minimal(fields.octets()?));
    let inner = match fields.tagged(0)? {
        Some(mut parameters) => Some(curve(&mut parameters)?),
        None => None,
    };
    let curve = match (outer, inner) {
        (Some(outer), Some(inner)) if outer != inner => return Err(Unsound::CurveNames.into()),
        (Some(curve), _) | (None, Some(curve)) => curve,
        (None, None) => return Err(Fault::Parameters.into()),
    };
    let computed = validate::ecdsa_point(curve, &scalar)?;
    let point = match fields.tagged(1)? {
        Some(mut point) => validate::uncompressed_point(curve, point.bits()?)?,
        None => computed,
    };
    fields.end()?;
    let public = PublicKey::Ecdsa { curve, point };
    Ok(KeyPair::new(public, PrivateKey::Ecdsa { scalar })?)
}

#[expect(clippy::many_single_char_names, reason = "the names of FIPS 186-4 §4.1")]
fn read_dsa(bytes: &[u8]) -> Result<KeyPair, DecodeError> {
    let mut fields = Fields::of_sequence(bytes)?;
    if fields.count()? != 0 {
        return Err(Fault::Value("version").into());
    }
    let mut number = || fields.uint().map(<[u8]>::to_vec);
    let (p, q, g, y) = (number()?, number()?, number()?, number()?);
    let x = SecretBytes::copy_of(fields.uint()?);
    fields.end()?;
    let public = PublicKey::Dsa { p, q, g, y };
    validate::public_key(&public)?;
    Ok(KeyPair::new(public, PrivateKey::Dsa { x })?)
}

/// The label and the bytes of a key; nothing for types that have no traditional form.
pub(super) fn write(key: &KeyPair) -> Option<(&'static str, SecretBytes)> {
    match (key.public(), key.private()) {
        (PublicKey::Rsa { .. }, _) => Some(("RSA PRIVATE KEY", write_rsa(key)?)),
        (PublicKey::Ecdsa { curve, .. }, _) => {
            let parameters = oid(of_curve(*curve));
            Some(("EC PRIVATE KEY", write_ec(key, Some(&parameters))?))
        }
        (PublicKey::Dsa { p, q, g, y }, PrivateKey::Dsa { x }) => {
            let fields = [count(0), uint(p), uint(q), uint(g), uint(y), uint(x.expose())];
            Some(("DSA PRIVATE KEY", sequence(&fields)))
        }
        _ => None,
    }
}

/// Writes an `RSAPrivateKey`.
pub(in crate::format) fn write_rsa(key: &KeyPair) -> Option<SecretBytes> {
    let (PublicKey::Rsa { e, n }, PrivateKey::Rsa { d, p, q, iqmp }) = (key.public(), key.private()) else {
        return None;
    };
    let [d, p, q, iqmp] = [d, p, q, iqmp].map(SecretBytes::expose);
    let [dp, dq] = reduced_exponents(d, p, q)?;
    Some(sequence(&[
        count(0),
        uint(n),
        uint(e),
        uint(d),
        uint(p),
        uint(q),
        uint(dp.expose()),
        uint(dq.expose()),
        uint(iqmp),
    ]))
}

/// Writes an `ECPrivateKey` with its point; within PKCS#8 the curve stands outside.
pub(in crate::format) fn write_ec(key: &KeyPair, parameters: Option<&SecretBytes>) -> Option<SecretBytes> {
    let (PublicKey::Ecdsa { curve, point }, PrivateKey::Ecdsa { scalar }) = (key.public(), key.private())
    else {
        return None;
    };
    let scalar = left_padded(scalar.expose(), curve.bytes())?;
    let mut fields = vec![count(1), octets(scalar.expose())];
    fields.extend(parameters.map(|parameters| tagged(0, parameters)));
    fields.push(tagged(1, &bits(point)));
    Some(sequence(&fields))
}

//! Dropbear's own key files (its `signkey.c`): the public key in its wire form, the private numbers behind it, and nothing
//! else; no comment, no passphrase.

use super::{DecodeError, EncodeError, Fault, Format, Outgoing, Parsed, PrivateFile};
use crate::key::rsa::coefficient;
use crate::key::validate::{Unsound, public_key};
use crate::key::wire::{Reader, WireError, Writer};
use crate::key::{Algorithm, KeyPair, PrivateKey, PublicKey};
use crate::secret::SecretBytes;

/// Whether bytes begin as such a file does: with the name of a type.
pub(super) fn is_candidate(bytes: &[u8]) -> bool {
    name(bytes).is_some_and(|name| Algorithm::from_name(name).is_some())
}

fn name(bytes: &[u8]) -> Option<&str> {
    Reader::new(bytes).text().ok()
}

pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, DecodeError> {
    let mut reader = Reader::new(bytes);
    let name = reader.text()?;
    let algorithm =
        Algorithm::from_name(name).ok_or_else(|| DecodeError::UnsupportedKeyType(name.to_owned()))?;
    let secret = |bytes: Result<&[u8], WireError>| bytes.map(SecretBytes::copy_of);
    let (public, private) = match algorithm {
        Algorithm::Rsa => {
            let public = PublicKey::read_fields(algorithm, &mut reader)?;
            let (d, p) = (secret(reader.mpint())?, secret(reader.mpint())?);
            let q = secret(reader.mpint())?;
            let iqmp = coefficient(p.expose(), q.expose()).ok_or(Unsound::HalvesDiffer)?;
            (public, PrivateKey::Rsa { d, p, q, iqmp })
        }
        Algorithm::Dsa => (
            PublicKey::read_fields(algorithm, &mut reader)?,
            PrivateKey::Dsa {
                x: secret(reader.mpint())?,
            },
        ),
        Algorithm::Ecdsa(curve) => (
            PublicKey::read_fields(algorithm, &mut reader)?,
            PrivateKey::Ecdsa {
                scalar: secret(reader.scalar(curve.bytes()))?,
            },
        ),
        Algorithm::Ed25519 => {
            let both = reader.string()?;
            let (seed, public) = both
                .split_at_checked(32)
                .ok_or(Fault::Wire(WireError::WrongLength))?;
            let public = public
                .try_into()
                .map_err(|_| Fault::Wire(WireError::WrongLength))?;
            let public = PublicKey::Ed25519(public);
            public_key(&public)?;
            let seed = SecretBytes::copy_of(seed);
            (public, PrivateKey::Ed25519 { seed })
        }
        Algorithm::Ed448 | Algorithm::SkEcdsa | Algorithm::SkEd25519 | Algorithm::MlDsa44Ed25519(_) => {
            return Err(DecodeError::UnsupportedKeyType(name.to_owned()));
        }
    };
    if reader.end().is_err() {
        return Err(DecodeError::TrailingData);
    }
    let key = KeyPair::new(public, private)?;
    Ok(Parsed::Private(PrivateFile::plain(
        Format::Dropbear,
        key,
        Vec::new(),
    )))
}

/// The file of a key.
///
/// # Errors
/// Dropbear has no keys of this type.
pub(super) fn encode(outgoing: Outgoing<'_>) -> Result<SecretBytes, EncodeError> {
    let key = outgoing.key;
    let mut out = Writer::new();
    out.string(key.algorithm().name().as_bytes());
    match (key.public(), key.private()) {
        (public @ PublicKey::Rsa { .. }, PrivateKey::Rsa { d, p, q, .. }) => {
            public.write_fields(&mut out);
            out.mpint(d.expose()).mpint(p.expose()).mpint(q.expose());
        }
        (public @ PublicKey::Dsa { .. }, PrivateKey::Dsa { x: number })
        | (public @ PublicKey::Ecdsa { .. }, PrivateKey::Ecdsa { scalar: number }) => {
            public.write_fields(&mut out);
            out.mpint(number.expose());
        }
        (PublicKey::Ed25519(public), PrivateKey::Ed25519 { seed }) => {
            let mut both = SecretBytes::with_capacity(64);
            both.extend(seed.expose());
            both.extend(public);
            out.string(both.expose());
        }
        _ => {
            return Err(EncodeError::Unsupported {
                format: Format::Dropbear.code(),
                algorithm: key.algorithm().name(),
            });
        }
    }
    Ok(out.finish())
}

//! Verifying SSH signatures (RFC 4253 §6.6, RFC 5656 §3.1.2, RFC 8332, RFC 8709, OpenSSH's PROTOCOL.u2f).

use p256::ecdsa::signature::Verifier as _;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::public::PublicKey;
use super::spec::{Curve, Naming};
use super::wire::{Reader, WireError, bit_len, left_padded};
use super::{mldsa, rsa};

/// Larger public exponents would make a verification as slow as whoever wrote the key likes.
const MOST_EXPONENT_BITS: u32 = 256;

/// A signature that fits its key and its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How it was made: `ssh-ed25519`, `rsa-sha2-512`, …
    pub scheme: &'static str,
    /// Whether it rests on SHA-1, of which two messages with one hash can be made.
    pub is_sha1: bool,
}

/// Why a signature does not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Its layout is broken.
    #[error("the layout of the signature is broken")]
    Wire(#[from] WireError),
    /// It was made in a way that does not go with the key, or that is not known.
    #[error("the signature is of another kind than its key")]
    Scheme,
    /// It is not that key's over that message.
    #[error("the signature does not fit what was signed")]
    Wrong,
}

/// Verifies the SSH signature `signature` (scheme and blob) of `message` with `key`.
///
/// # Errors
/// See [`SignatureError`].
pub fn verify(key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<Verified, SignatureError> {
    let mut reader = Reader::new(signature);
    let stated = reader.text()?;
    let blob = reader.string()?;
    let scheme = schemes(key)
        .iter()
        .find(|scheme| **scheme == stated)
        .ok_or(SignatureError::Scheme)?;
    let fits = match key {
        PublicKey::SkEcdsa { point, application } => {
            let message = security_key_message(&mut reader, application, message)?;
            ecdsa_fits(Curve::P256, point, &message, blob)
        }
        PublicKey::SkEd25519 { key, application } => {
            let message = security_key_message(&mut reader, application, message)?;
            ed25519_fits(key, &message, blob)
        }
        PublicKey::Rsa { e, n } => bit_len(e) <= MOST_EXPONENT_BITS && rsa_fits(n, e, scheme, message, blob),
        PublicKey::Dsa { p, q, g, y } => super::dsa::verifies([p, q, g, y], &Sha1::digest(message), blob),
        PublicKey::Ecdsa { curve, point } => ecdsa_fits(*curve, point, message, blob),
        PublicKey::Ed25519(key) => ed25519_fits(key, message, blob),
        PublicKey::Ed448(key) => ed448_fits(key, message, blob),
        PublicKey::MlDsa44Ed25519 { key, .. } => mldsa::verifies(key, message, blob),
    };
    reader.end()?;
    if !fits {
        return Err(SignatureError::Wrong);
    }
    Ok(Verified {
        scheme,
        is_sha1: matches!(*scheme, "ssh-rsa" | "ssh-dss"),
    })
}

/// The schemes that go with a key.
fn schemes(key: &PublicKey) -> &'static [&'static str] {
    match key {
        PublicKey::Rsa { .. } => &["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
        PublicKey::Dsa { .. } => &["ssh-dss"],
        PublicKey::Ecdsa { curve, .. } => match curve {
            Curve::P256 => &["ecdsa-sha2-nistp256"],
            Curve::P384 => &["ecdsa-sha2-nistp384"],
            Curve::P521 => &["ecdsa-sha2-nistp521"],
        },
        PublicKey::Ed25519(_) => &["ssh-ed25519"],
        PublicKey::Ed448(_) => &["ssh-ed448"],
        PublicKey::SkEcdsa { .. } => &["sk-ecdsa-sha2-nistp256@openssh.com"],
        PublicKey::SkEd25519 { .. } => &["sk-ssh-ed25519@openssh.com"],
        PublicKey::MlDsa44Ed25519 { naming, .. } => match naming {
            Naming::Settled => &["ssh-mldsa44-ed25519"],
            Naming::Experiment => &["ssh-mldsa44-ed25519@openssh.com"],
        },
    }
}

/// What a security key signs instead of the message: hashes, flags and its counter.
fn security_key_message(
    reader: &mut Reader<'_>,
    application: &[u8],
    message: &[u8],
) -> Result<Vec<u8>, WireError> {
    let flags_and_counter = reader.bytes(5)?;
    Ok([
        &Sha256::digest(application)[..],
        flags_and_counter,
        &Sha256::digest(message),
    ]
    .concat())
}

fn ed25519_fits(key: &[u8; 32], message: &[u8], blob: &[u8]) -> bool {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key);
    let signature = ed25519_dalek::Signature::from_slice(blob);
    matches!((key, signature), (Ok(key), Ok(signature)) if key.verify(message, &signature).is_ok())
}

fn ed448_fits(key: &[u8; 57], message: &[u8], blob: &[u8]) -> bool {
    let key = ed448_goldilocks::VerifyingKey::from_bytes(key);
    let signature = ed448_goldilocks::Signature::try_from(blob);
    matches!((key, signature), (Ok(key), Ok(signature)) if key.verify_raw(&signature, message).is_ok())
}

fn rsa_fits(n: &[u8], e: &[u8], scheme: &str, message: &[u8], blob: &[u8]) -> bool {
    let hash = match scheme {
        "rsa-sha2-512" => rsa::Hash::Sha512,
        "rsa-sha2-256" => rsa::Hash::Sha256,
        _ => rsa::Hash::Sha1,
    };
    rsa::verifies(n, e, hash, message, blob)
}

fn ecdsa_fits(curve: Curve, point: &[u8], message: &[u8], blob: &[u8]) -> bool {
    let mut reader = Reader::new(blob);
    let (Ok(r), Ok(s), Ok(())) = (reader.mpint(), reader.mpint(), reader.end()) else {
        return false;
    };
    let both = left_padded(r, curve.bytes()).zip(left_padded(s, curve.bytes()));
    let Some(both) = both.map(|(r, s)| [r.expose(), s.expose()].concat()) else {
        return false;
    };
    /// One curve: the signature is r and s, each as long as the order.
    macro_rules! fits_on {
        ($curve:ident, $digest:ty) => {{
            use $curve::ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier as _};
            let key = VerifyingKey::from_sec1_bytes(point);
            let signature = Signature::from_slice(&both);
            let digest = <$digest>::digest(message);
            matches!((key, signature), (Ok(key), Ok(signature)) if key.verify_prehash(&digest, &signature).is_ok())
        }};
    }
    match curve {
        Curve::P256 => fits_on!(p256, Sha256),
        Curve::P384 => fits_on!(p384, Sha384),
        Curve::P521 => fits_on!(p521, Sha512),
    }
}

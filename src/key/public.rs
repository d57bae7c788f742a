//! Public keys and their wire form (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4, OpenSSH's PROTOCOL.u2f).

use super::mldsa;
use super::spec::Curve;
use super::validate;
use super::wire::{MAX_NUMBER_BYTES, Reader, WireError, Writer, bit_len};

/// The kinds of keys that this program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSA (RFC 4253, RFC 8332).
    Rsa,
    /// DSA with a 160-bit group (RFC 4253); no longer accepted by OpenSSH.
    Dsa,
    /// ECDSA on a NIST curve (RFC 5656).
    Ecdsa(Curve),
    /// Ed25519 (RFC 8709).
    Ed25519,
    /// Ed448 (RFC 8709); PuTTY knows it, OpenSSH does not.
    Ed448,
    /// ECDSA on P-256 in a security key.
    SkEcdsa,
    /// Ed25519 in a security key.
    SkEd25519,
    /// ML-DSA-44 and Ed25519 together, which a quantum computer does not break ([`super::mldsa`]).
    MlDsa44Ed25519,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Rsa,
        Self::Dsa,
        Self::Ecdsa(Curve::P256),
        Self::Ecdsa(Curve::P384),
        Self::Ecdsa(Curve::P521),
        Self::Ed25519,
        Self::Ed448,
        Self::SkEcdsa,
        Self::SkEd25519,
        Self::MlDsa44Ed25519,
    ];

    /// The name in SSH: `ssh-ed25519`, `ecdsa-sha2-nistp256`, …
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rsa => "ssh-rsa",
            Self::Dsa => "ssh-dss",
            Self::Ecdsa(Curve::P256) => "ecdsa-sha2-nistp256",
            Self::Ecdsa(Curve::P384) => "ecdsa-sha2-nistp384",
            Self::Ecdsa(Curve::P521) => "ecdsa-sha2-nistp521",
            Self::Ed25519 => "ssh-ed25519",
            Self::Ed448 => "ssh-ed448",
            Self::SkEcdsa => "sk-ecdsa-sha2-nistp256@openssh.com",
            Self::SkEd25519 => "sk-ssh-ed25519@openssh.com",
            Self::MlDsa44Ed25519 => "ssh-mldsa44-ed25519@openssh.com",
        }
    }

    /// The kind with this SSH name, if it is known.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The word that `ssh-keygen -l` puts behind a fingerprint: `ED25519`, `RSA`, `ECDSA-SK`, …
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Rsa => "RSA",
            Self::Dsa => "DSA",
            Self::Ecdsa(_) => "ECDSA",
            Self::Ed25519 => "ED25519",
            Self::Ed448 => "ED448",
            Self::SkEcdsa => "ECDSA-SK",
            Self::SkEd25519 => "ED25519-SK",
            Self::MlDsa44Ed25519 => "MLDSA44-ED25519",
        }
    }

    /// The word in file names and default comments: `id_WORD`, `WORD-key-20261120`.
    #[must_use]
    pub fn short_name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Dsa => "dsa",
            Self::Ecdsa(_) => "ecdsa",
            Self::Ed25519 => "ed25519",
            Self::Ed448 => "ed448",
            Self::SkEcdsa => "ecdsa_sk",
            Self::SkEd25519 => "ed25519_sk",
            Self::MlDsa44Ed25519 => "mldsa44_ed25519",
        }
    }
}

/// A public key: numbers as big-endian bytes without leading zeros, points as SEC1 writes them
/// uncompressed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PublicKey {
    /// RSA.
    Rsa {
        /// The public exponent.
        e: Vec<u8>,
        /// The modulus.
        n: Vec<u8>,
    },
    /// DSA.
    Dsa {
        /// The prime of the field.
        p: Vec<u8>,
        /// The order of the group.
        q: Vec<u8>,
        /// The generator.
        g: Vec<u8>,
        /// `g^x mod p`.
        y: Vec<u8>,
    },
    /// ECDSA.
    Ecdsa {
        /// The curve.
        curve: Curve,
        /// The point: `04 ‖ x ‖ y`.
        point: Vec<u8>,
    },
    /// Ed25519.
    Ed25519([u8; 32]),
    /// Ed448.
    Ed448([u8; 57]),
    /// ECDSA on P-256 in a security key.
    SkEcdsa {
        /// The point: `04 ‖ x ‖ y`.
        point: Vec<u8>,
        /// What the security key was asked for, usually `ssh:`.
        application: Vec<u8>,
    },
    /// Ed25519 in a security key.
    SkEd25519 {
        /// The point.
        key: [u8; 32],
        /// What the security key was asked for, usually `ssh:`.
        application: Vec<u8>,
    },
    /// ML-DSA-44 and Ed25519, one public key behind the other.
    MlDsa44Ed25519(Vec<u8>),
}

/// Why bytes are not a public key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// The layout is broken.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The layout is sound, but this kind of key is not known.
    #[error("keys of type {0} are not supported")]
    Unsupported(String),
    /// The numbers make no key.
    #[error(transparent)]
    Unsound(#[from] validate::Unsound),
}

impl PublicKey {
    /// The kind of key.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rsa,
            Self::Dsa { .. } => Algorithm::Dsa,
            Self::Ecdsa { curve, .. } => Algorithm::Ecdsa(*curve),
            Self::Ed25519(_) => Algorithm::Ed25519,
            Self::Ed448(_) => Algorithm::Ed448,
            Self::SkEcdsa { .. } => Algorithm::SkEcdsa,
            Self::SkEd25519 { .. } => Algorithm::SkEd25519,
            Self::MlDsa44Ed25519(_) => Algorithm::MlDsa44Ed25519,
        }
    }

    /// The size that `ssh-keygen -l` prints: of the modulus, the field or the curve, in bits.
    #[must_use]
    pub fn bits(&self) -> u32 {
        match self {
            Self::Rsa { n, .. } => bit_len(n),
            Self::Dsa { p, .. } => bit_len(p),
            Self::Ecdsa { curve, .. } => curve.bits(),
            Self::SkEcdsa { .. } | Self::Ed25519(_) | Self::SkEd25519 { .. } | Self::MlDsa44Ed25519(_) => 256,
            Self::Ed448(_) => 448,
        }
    }

    /// The wire form: what is hashed for a fingerprint and stands in base64 in a `.pub` file.
    #[must_use]
    pub fn to_wire(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.string(self.algorithm().name().as_bytes());
        self.write_fields(&mut out);
        out.finish_public()
    }

    /// The fields behind the type's name.
    pub(crate) fn write_fields(&self, out: &mut Writer) {
        match self {
            Self::Rsa { e, n } => out.mpint(e).mpint(n),
            Self::Dsa { p, q, g, y } => out.mpint(p).mpint(q).mpint(g).mpint(y),
            Self::Ecdsa { curve, point } => out.string(curve.name().as_bytes()).string(point),
            Self::Ed25519(key) => out.string(key),
            Self::Ed448(key) => out.string(key),
            Self::SkEcdsa { point, application } => out
                .string(Curve::P256.name().as_bytes())
                .string(point)
                .string(application),
            Self::SkEd25519 { key, application } => out.string(key).string(application),
            Self::MlDsa44Ed25519(key) => out.string(key),
        };
    }

    /// Reads the wire form; nothing may be left over.
    ///
    /// # Errors
    /// The layout is broken, the kind is unknown, or the numbers make no key.
    pub fn from_wire(bytes: &[u8]) -> Result<Self, PublicKeyError> {
        let mut reader = Reader::new(bytes);
        let name = reader.text()?;
        let algorithm =
            Algorithm::from_name(name).ok_or_else(|| PublicKeyError::Unsupported(name.to_owned()))?;
        let key = Self::read_fields(algorithm, &mut reader)?;
        reader.end()?;
        Ok(key)
    }

    /// Reads the fields behind the type's name, in the order of the public form.
    pub(crate) fn read_fields(algorithm: Algorithm, reader: &mut Reader<'_>) -> Result<Self, PublicKeyError> {
        let key = match algorithm {
            Algorithm::Rsa => Self::Rsa {
                e: reader.mpint()?.to_vec(),
                n: reader.mpint()?.to_vec(),
            },
            Algorithm::Dsa => Self::Dsa {
                p: reader.mpint()?.to_vec(),
                q: reader.mpint()?.to_vec(),
                g: reader.mpint()?.to_vec(),
                y: reader.mpint()?.to_vec(),
            },
            Algorithm::Ecdsa(curve) => Self::Ecdsa {
                curve,
                point: read_point(curve, reader)?,
            },
            Algorithm::Ed25519 => Self::Ed25519(reader.array()?),
            Algorithm::Ed448 => Self::Ed448(reader.array()?),
            Algorithm::SkEcdsa => Self::SkEcdsa {
                point: read_point(Curve::P256, reader)?,
                application: read_application(reader)?,
            },
            Algorithm::SkEd25519 => Self::SkEd25519 {
                key: reader.array()?,
                application: read_application(reader)?,
            },
            Algorithm::MlDsa44Ed25519 => {
                let key = reader.array::<{ mldsa::PUBLIC_LEN }>()?;
                Self::MlDsa44Ed25519(key.to_vec())
            }
        };
        validate::public_key(&key)?;
        Ok(key)
    }
}

/// The curve's name, then the point; a compressed point is written out, for the fingerprint of a key
/// is that of its uncompressed form (RFC 5656 §3.1).
fn read_point(curve: Curve, reader: &mut Reader<'_>) -> Result<Vec<u8>, PublicKeyError> {
    let name = reader.text()?;
    if name != curve.name() {
        let is_known = Curve::ALL.iter().any(|known| known.name() == name);
        return Err(if is_known {
            validate::Unsound::CurveNames.into()
        } else {
            PublicKeyError::Unsupported(format!("ECDSA on {name}"))
        });
    }
    Ok(validate::uncompressed_point(curve, reader.string()?)?)
}

fn read_application(reader: &mut Reader<'_>) -> Result<Vec<u8>, WireError> {
    let application = reader.string()?;
    if application.len() > MAX_NUMBER_BYTES {
        return Err(WireError::TooLarge);
    }
    Ok(application.to_vec())
}

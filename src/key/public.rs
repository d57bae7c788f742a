//! Public keys, and their wire form, written (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4, OpenSSH's PROTOCOL.u2f).

use super::spec::{Algorithm, Curve, Naming};
use super::wire::{Writer, bit_len};

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
    /// ML-DSA-44 and Ed25519.
    MlDsa44Ed25519 {
        /// What the type is called.
        naming: Naming,
        /// One public key behind the other.
        key: Vec<u8>,
    },
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
            Self::MlDsa44Ed25519 { naming, .. } => Algorithm::MlDsa44Ed25519(*naming),
        }
    }

    /// The size that `ssh-keygen -l` prints: of the modulus, the field or the curve, in bits.
    #[must_use]
    pub fn bits(&self) -> u32 {
        match self {
            Self::Rsa { n, .. } => bit_len(n),
            Self::Dsa { p, .. } => bit_len(p),
            Self::Ecdsa { curve, .. } => curve.bits(),
            Self::SkEcdsa { .. }
            | Self::Ed25519(_)
            | Self::SkEd25519 { .. }
            | Self::MlDsa44Ed25519 { .. } => 256,
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

    /// The same numbers under the name that the type has for good: for servers another key, with another fingerprint.
    /// Nothing unless it has the name of an experiment.
    #[must_use]
    pub fn with_final_name(&self) -> Option<Self> {
        match self {
            Self::MlDsa44Ed25519 {
                naming: Naming::Experiment,
                key,
            } => Some(Self::MlDsa44Ed25519 {
                naming: Naming::Settled,
                key: key.clone(),
            }),
            _ => None,
        }
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
            Self::MlDsa44Ed25519 { key, .. } => out.string(key),
        };
    }
}

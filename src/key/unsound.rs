//! What can be wrong with the numbers of a key.

use super::rsa::RsaFault;

/// Why numbers make no sound key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// The public half is not the one that belongs to the private half.
    #[error("the private and the public half belong to different keys")]
    HalvesDiffer,
    /// A point of an elliptic curve that does not lie on it, or is its neutral element.
    #[error("the public key is not a point on its curve")]
    OffCurve,
    /// Type name and curve name contradict each other.
    #[error("the key names two different curves")]
    CurveNames,
    /// An ECDSA scalar of zero, or not below the order of the curve.
    #[error("the private number lies outside the order of the curve")]
    ScalarRange,
    /// An Ed25519 or Ed448 point of small order: everybody could sign for it.
    #[error("the public key is one of the few points that protect nothing")]
    WeakPoint,
    /// An RSA modulus under 512 bits, which is broken in hours, or over 16384.
    #[error("an RSA modulus of {0} bits is outside what can be used (512 to 16384)")]
    RsaSize(u32),
    /// The RSA numbers contradict each other.
    #[error(transparent)]
    Rsa(#[from] RsaFault),
    /// The DSA group or number is not one.
    #[error("the DSA numbers do not make a key")]
    Dsa,
}

//! Private keys: what only their owner may know.

use crate::secret::SecretBytes;

/// The secret half: numbers as big-endian bytes without leading zeros.
#[derive(Debug)]
pub enum PrivateKey {
    /// RSA.
    Rsa {
        /// The private exponent.
        d: SecretBytes,
        /// The larger prime.
        p: SecretBytes,
        /// The smaller prime.
        q: SecretBytes,
        /// `q⁻¹ mod p`.
        iqmp: SecretBytes,
    },
    /// DSA.
    Dsa {
        /// The exponent of `y = g^x mod p`.
        x: SecretBytes,
    },
    /// ECDSA.
    Ecdsa {
        /// The scalar.
        scalar: SecretBytes,
    },
    /// Ed25519: the 32-byte seed of RFC 8032.
    Ed25519 {
        /// The seed.
        seed: SecretBytes,
    },
    /// Ed448: the 57-byte seed of RFC 8032.
    Ed448 {
        /// The seed.
        seed: SecretBytes,
    },
    /// ML-DSA-44 and Ed25519: the 32-byte seed of each, one behind the other.
    MlDsa44Ed25519 {
        /// Both.
        seeds: SecretBytes,
    },
    /// A security key's handle; the private number never leaves the device.
    SecurityKey {
        /// `SSH_SK_*`: 1 touch required, 4 PIN required, 32 resident.
        flags: u8,
        /// What the device needs to find its key again.
        handle: SecretBytes,
        /// Kept as it was found.
        reserved: Vec<u8>,
    },
}

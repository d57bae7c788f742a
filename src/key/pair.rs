//! A private key together with its public half; a pair that does not fit together cannot be built.

use super::public::{Algorithm, PublicKey};
use super::validate::{self, Unsound};
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

/// A private key and the public key that belongs to it.
#[derive(Debug)]
pub struct KeyPair {
    public: PublicKey,
    private: PrivateKey,
}

impl KeyPair {
    /// Joins two halves.
    ///
    /// # Errors
    /// [`Unsound`] names what does not fit: halves of two keys, a modulus that is not the product of
    /// its primes, a point off its curve, …
    pub fn new(public: PublicKey, private: PrivateKey) -> Result<Self, Unsound> {
        validate::pair(&public, &private)?;
        Ok(Self { public, private })
    }

    /// The half to give away.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The half to keep.
    #[must_use]
    pub fn private(&self) -> &PrivateKey {
        &self.private
    }

    /// The kind of key.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }
}

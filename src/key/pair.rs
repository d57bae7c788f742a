//! A private key together with its public half; a pair that does not fit together cannot be built.

use super::private::PrivateKey;
use super::public::PublicKey;
use super::spec::Algorithm;
use super::unsound::Unsound;
use super::validate;

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

    /// The same numbers under the name that the type has for good ([`PublicKey::with_final_name`]).
    #[must_use]
    pub fn with_final_name(self) -> Self {
        let public = self.public.with_final_name().unwrap_or(self.public);
        Self {
            public,
            private: self.private,
        }
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

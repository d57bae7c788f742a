//! The key to make next, before it is a [`KeySpec`].

use crate::engine::Problem;
use crate::key::prime::Policy;
use crate::key::spec::{Curve, KeySpec, RsaBits};

/// What the page asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextKey {
    /// Which kind.
    pub kind: Kind,
    /// The number of bits, as typed, for RSA.
    pub rsa_bits: u32,
    /// The curve for ECDSA.
    pub curve: Curve,
    /// What is asked of its primes, for RSA.
    pub primes: Policy,
}

/// The kinds of keys that can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Ed25519.
    Ed25519,
    /// RSA.
    Rsa,
    /// ECDSA.
    Ecdsa,
    /// Ed448.
    Ed448,
    /// ML-DSA-44 with Ed25519.
    MlDsa44Ed25519,
    /// DSA.
    Dsa,
}

impl Kind {
    /// Those that are always in sight.
    pub const MAIN: [Self; 3] = [Self::Ed25519, Self::Rsa, Self::Ecdsa];
    /// Those behind “More types”.
    pub const MORE: [Self; 3] = [Self::MlDsa44Ed25519, Self::Ed448, Self::Dsa];

    /// Its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::Rsa => "RSA",
            Self::Ecdsa => "ECDSA",
            Self::Ed448 => "Ed448",
            Self::MlDsa44Ed25519 => "ML-DSA-44 with Ed25519",
            Self::Dsa => "DSA",
        }
    }

    /// Whom it is for.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Ed25519 => "Small, fast, accepted nearly everywhere.",
            Self::Rsa => "For old servers and services that insist on it.",
            Self::Ecdsa => "Where rules ask for a NIST curve.",
            Self::MlDsa44Ed25519 => {
                "Against quantum computers. For servers with OpenSSH 10.6 and later; not yet accepted by most."
            }
            Self::Ed448 => "PuTTY knows it; OpenSSH does not, so most servers refuse it.",
            Self::Dsa => "Obsolete: for devices that take nothing else. OpenSSH refuses it.",
        }
    }
}

impl Default for NextKey {
    fn default() -> Self {
        Self {
            kind: Kind::Ed25519,
            rsa_bits: RsaBits::default().get(),
            curve: Curve::P256,
            primes: Policy::default(),
        }
    }
}

impl NextKey {
    /// The key that this describes; weak ones are among them, and are asked about later.
    ///
    /// # Errors
    /// The number of bits is none that an RSA key can have.
    pub fn spec(self) -> Result<KeySpec, Problem> {
        Ok(match self.kind {
            Kind::Ed25519 => KeySpec::Ed25519,
            Kind::Rsa => KeySpec::Rsa(RsaBits::new_short(self.rsa_bits)?),
            Kind::Ecdsa => KeySpec::Ecdsa(self.curve),
            Kind::Ed448 => KeySpec::Ed448,
            Kind::MlDsa44Ed25519 => KeySpec::MlDsa44Ed25519,
            Kind::Dsa => KeySpec::Dsa,
        })
    }
}

impl NextKey {
    /// This, unless it is none or can be broken: then what was remembered `before`. Such a key is made
    /// because one device needs it, and is not to be the next one by default.
    pub(super) fn worth_remembering(self, before: Self) -> Self {
        match self.spec() {
            Ok(spec) if !is_weak(spec) => self,
            _ => before,
        }
    }
}

/// Whether this key is asked about before it is made, for it can be broken.
pub(super) fn is_weak(spec: KeySpec) -> bool {
    match spec {
        KeySpec::Rsa(bits) => bits.get() < RsaBits::MIN,
        KeySpec::Dsa => true,
        KeySpec::Ed25519 | KeySpec::Ecdsa(_) | KeySpec::Ed448 | KeySpec::MlDsa44Ed25519 => false,
    }
}

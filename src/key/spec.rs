//! What kinds of key there are, and what key to make. A size that cannot be made cannot be written down.

use std::fmt;

/// The three curves of ECDSA in SSH (RFC 5656 §10.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
}

impl Curve {
    /// All of them, smallest first.
    pub const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    /// The size of the field in bits: 256, 384 or 521.
    #[must_use]
    pub fn bits(self) -> u32 {
        match self {
            Self::P256 => 256,
            Self::P384 => 384,
            Self::P521 => 521,
        }
    }

    /// The size of a coordinate or a scalar in bytes: 32, 48 or 66.
    #[must_use]
    pub fn bytes(self) -> usize {
        self.bits().div_ceil(8) as usize
    }

    /// The curve's name inside a key: `nistp256`, `nistp384`, `nistp521`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "nistp256",
            Self::P384 => "nistp384",
            Self::P521 => "nistp521",
        }
    }
}

/// The size of the field of new DSA keys in bits: the only one that SSH ever used.
pub const DSA_BITS: u32 = 1024;

/// The size of an RSA modulus in bits: 1024 to 16384.
///
/// [`RsaBits::new`] takes only sizes that are safe today, from 2048 up;
/// [`RsaBits::new_short`] takes shorter ones too, for whoever asks for them by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RsaBits(u16);

/// Why a number of bits is no size for an RSA key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RsaBitsError {
    /// Under 1024 bits, which no SSH program of today accepts.
    #[error("an RSA key of {0} bits is too short for any SSH program (the least is 1024)")]
    TooSmall(u32),
    /// 1024 to 2047 bits: possible, but only when asked for explicitly.
    #[error("an RSA key of {0} bits can be broken; 2048 is the least that is safe")]
    Short(u32),
    /// Over 16384 bits, which OpenSSH refuses.
    #[error("an RSA key of {0} bits is larger than OpenSSH accepts (the most is 16384)")]
    TooLarge(u32),
}

impl RsaBits {
    /// The least size that is taken without a special wish.
    pub const MIN: u32 = 2048;
    /// The least size at all.
    pub const MIN_SHORT: u32 = 1024;
    /// The largest size that OpenSSH accepts.
    pub const MAX: u32 = 16384;

    /// A size from 2048 to 16384 bits.
    ///
    /// # Errors
    /// Says on which side the number lies outside.
    pub fn new(bits: u32) -> Result<Self, RsaBitsError> {
        let size = Self::new_short(bits)?;
        if bits < Self::MIN {
            return Err(RsaBitsError::Short(bits));
        }
        Ok(size)
    }

    /// A size from 1024 to 16384 bits, for a person who insists on a short key.
    ///
    /// # Errors
    /// Says on which side the number lies outside.
    pub fn new_short(bits: u32) -> Result<Self, RsaBitsError> {
        match u16::try_from(bits) {
            Ok(size) if (Self::MIN_SHORT..=Self::MAX).contains(&bits) => Ok(Self(size)),
            _ if bits < Self::MIN_SHORT => Err(RsaBitsError::TooSmall(bits)),
            _ => Err(RsaBitsError::TooLarge(bits)),
        }
    }

    /// The number of bits.
    #[must_use]
    pub fn get(self) -> u32 {
        u32::from(self.0)
    }
}

impl Default for RsaBits {
    /// 3072 bits, as `ssh-keygen` has it: about as strong as AES-128.
    fn default() -> Self {
        Self(3072)
    }
}

impl fmt::Display for RsaBits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The public exponent of an RSA key: odd, and at least 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RsaExponent(u32);

/// Why a number is no exponent for an RSA key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} cannot be the public exponent of an RSA key: it must be odd, and 3 or more")]
pub struct RsaExponentError(u32);

impl RsaExponent {
    /// An odd number of 3 or more.
    ///
    /// # Errors
    /// The number is even, or 1.
    pub fn new(number: u32) -> Result<Self, RsaExponentError> {
        if number % 2 == 1 && number >= 3 {
            Ok(Self(number))
        } else {
            Err(RsaExponentError(number))
        }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    /// The primes that divide it.
    #[must_use]
    pub fn factors(self) -> Vec<u32> {
        let mut factors = Vec::new();
        let mut rest = self.0;
        let mut divisor = 3;
        while u64::from(divisor) * u64::from(divisor) <= u64::from(rest) {
            if rest.is_multiple_of(divisor) {
                factors.push(divisor);
                while rest.is_multiple_of(divisor) {
                    rest /= divisor;
                }
            }
            divisor += 2;
        }
        if rest > 1 {
            factors.push(rest);
        }
        factors
    }
}

impl Default for RsaExponent {
    /// 65537, which everybody uses.
    fn default() -> Self {
        Self(65537)
    }
}

/// What the type of ML-DSA-44 with Ed25519 is called: the name is a part of what such keys and their signatures are, and
/// nothing else differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Naming {
    /// `ssh-mldsa44-ed25519`: since OpenSSH 10.6.
    Settled,
    /// `ssh-mldsa44-ed25519@openssh.com`: the experiment of OpenSSH 10.4 and 10.5, which 10.6 does not take.
    Experiment,
}

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
    /// ML-DSA-44 and Ed25519 together, which a quantum computer does not break (`mldsa.rs`).
    MlDsa44Ed25519(Naming),
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Rsa,
        Self::Dsa,
        Self::Ecdsa(Curve::P256),
        Self::Ecdsa(Curve::P384),
        Self::Ecdsa(Curve::P521),
        Self::Ed25519,
        Self::Ed448,
        Self::SkEcdsa,
        Self::SkEd25519,
        Self::MlDsa44Ed25519(Naming::Settled),
        Self::MlDsa44Ed25519(Naming::Experiment),
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
            Self::MlDsa44Ed25519(Naming::Settled) => "ssh-mldsa44-ed25519",
            Self::MlDsa44Ed25519(Naming::Experiment) => "ssh-mldsa44-ed25519@openssh.com",
        }
    }

    /// The name of its certificates in SSH: `ssh-ed25519-cert-v01@openssh.com`, … What stands behind an `@` stands at the
    /// end there too.
    #[must_use]
    pub fn certificate_name(self) -> String {
        match self {
            Self::MlDsa44Ed25519(Naming::Settled) => format!("{}-cert", self.name()),
            _ => format!(
                "{}-cert-v01@openssh.com",
                self.name().trim_end_matches("@openssh.com")
            ),
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
            Self::MlDsa44Ed25519(_) => "MLDSA44-ED25519",
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
            Self::MlDsa44Ed25519(_) => "mldsa44_ed25519",
        }
    }
}

/// A key to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum KeySpec {
    /// Ed25519 (RFC 8709): small, fast, accepted nearly everywhere.
    #[default]
    Ed25519,
    /// RSA (RFC 8017) with e = 65537.
    Rsa(RsaBits),
    /// ECDSA (RFC 5656).
    Ecdsa(Curve),
    /// Ed448 (RFC 8709), which PuTTY knows and OpenSSH does not.
    Ed448,
    /// DSA with 1024 bits (RFC 4253), which OpenSSH no longer accepts.
    Dsa,
    /// ML-DSA-44 and Ed25519 together, which OpenSSH accepts since 10.6.
    MlDsa44Ed25519,
}

impl KeySpec {
    /// The type's short name, as in file names and default comments: `ed25519`, `rsa`, `ecdsa`,
    /// `ed448`, `dsa`, `mldsa44_ed25519`.
    #[must_use]
    pub fn short_name(self) -> &'static str {
        self.algorithm().short_name()
    }

    /// The kind of key.
    #[must_use]
    pub fn algorithm(self) -> Algorithm {
        match self {
            Self::Ed25519 => Algorithm::Ed25519,
            Self::Rsa(_) => Algorithm::Rsa,
            Self::Ecdsa(curve) => Algorithm::Ecdsa(curve),
            Self::Ed448 => Algorithm::Ed448,
            Self::Dsa => Algorithm::Dsa,
            Self::MlDsa44Ed25519 => Algorithm::MlDsa44Ed25519(Naming::Settled),
        }
    }

    /// The name that ssh looks for by itself in `~/.ssh`: `id_ed25519`, `id_rsa`, `id_ecdsa`.
    #[must_use]
    pub fn default_file_name(self) -> String {
        format!("id_{}", self.short_name())
    }
}

impl fmt::Display for KeySpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Rsa(bits) => write!(f, "RSA, {bits} bits"),
            Self::Ecdsa(curve) => write!(f, "ECDSA {}", curve.name()),
            Self::Ed448 => f.write_str("Ed448"),
            Self::Dsa => write!(f, "DSA, {DSA_BITS} bits"),
            Self::MlDsa44Ed25519 => f.write_str("ML-DSA-44 with Ed25519"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rsa_sizes_are_judged_at_their_borders() {
        for (bits, expected) in [
            (1023, Err(RsaBitsError::TooSmall(1023))),
            (1024, Err(RsaBitsError::Short(1024))),
            (2047, Err(RsaBitsError::Short(2047))),
            (2048, Ok(2048)),
            (3071, Ok(3071)),
            (16384, Ok(16384)),
            (16385, Err(RsaBitsError::TooLarge(16385))),
            (u32::MAX, Err(RsaBitsError::TooLarge(u32::MAX))),
        ] {
            assert_eq!(RsaBits::new(bits).map(RsaBits::get), expected, "{bits} bits");
        }
        assert_eq!(RsaBits::new_short(1024).map(RsaBits::get), Ok(1024));
    }

    #[test]
    fn exponents_are_odd_and_know_their_factors() {
        for number in [0, 1, 2, 65536] {
            assert_eq!(RsaExponent::new(number), Err(RsaExponentError(number)));
        }
        for (number, factors) in [
            (3, vec![3]),
            (35, vec![5, 7]),
            (45, vec![3, 5]),
            (65537, vec![65537]),
            (u32::MAX, vec![3, 5, 17, 257, 65537]),
        ] {
            assert_eq!(RsaExponent::new(number).map(RsaExponent::factors), Ok(factors));
        }
    }

    #[test]
    fn the_default_rsa_size_is_3072() {
        assert_eq!(RsaBits::default().get(), 3072);
    }
}

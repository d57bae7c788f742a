//! What opening an encrypted file costs, in time and memory.

use std::fmt;
use std::time::Duration;

use super::kdf::{Argon2Params, Prf, ScryptParams, bcrypt, pbkdf2};
use crate::secret::Passphrase;

/// What a key derivation costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cost {
    /// Nothing to speak of.
    Nothing,
    /// bcrypt_pbkdf.
    Bcrypt {
        /// Its rounds, about 12 ms each.
        rounds: u32,
    },
    /// Argon2.
    Argon2(Argon2Params),
    /// PBKDF2, and the older functions that only repeat a hash.
    Pbkdf2 {
        /// How often, about 0.4 µs each.
        iterations: u32,
    },
    /// scrypt.
    Scrypt(ScryptParams),
}

impl Cost {
    /// Pays the cost for nothing, to see how long it takes; says whether it could be paid.
    #[must_use]
    pub fn pay(self, passphrase: &Passphrase) -> bool {
        let salt = [0; 16];
        match self {
            Self::Nothing => true,
            Self::Bcrypt { rounds } => bcrypt(passphrase, &salt, rounds, 48).is_some(),
            Self::Argon2(params) => params.derive(passphrase, &salt, 80).is_some(),
            Self::Pbkdf2 { iterations } => !pbkdf2(Prf::Sha256, passphrase, &salt, iterations, 32).is_empty(),
            Self::Scrypt(params) => params.derive(passphrase, &salt, 32).is_some(),
        }
    }

    /// About how long it takes, on a processor of 2023.
    #[must_use]
    pub fn estimate(self) -> Duration {
        match self {
            Self::Nothing => Duration::ZERO,
            Self::Bcrypt { rounds } => Duration::from_millis(12).saturating_mul(rounds),
            // 1 GiB gone over takes about a second.
            Self::Argon2(params) => Duration::from_micros(params.work_kib().saturating_mul(954) / 1000),
            Self::Pbkdf2 { iterations } => Duration::from_nanos(400).saturating_mul(iterations),
            // It writes and then reads its memory: 1 GiB takes about 3 s.
            Self::Scrypt(params) => Duration::from_micros(params.work_kib().saturating_mul(2861) / 1000),
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.estimate().as_secs_f64();
        match seconds {
            s if s < 0.05 => f.write_str("next to no time")?,
            s if s < 10.0 => write!(f, "about {s:.1} s")?,
            s if s < 120.0 => write!(f, "about {s:.0} s")?,
            s if s < 7200.0 => write!(f, "about {:.0} minutes", s / 60.0)?,
            s if s < 172_800.0 => write!(f, "about {:.0} hours", s / 3600.0)?,
            s => write!(f, "about {:.0} days", s / 86_400.0)?,
        }
        let mem_kib = match self {
            Self::Nothing | Self::Bcrypt { .. } | Self::Pbkdf2 { .. } => 0,
            Self::Argon2(params) => u64::from(params.mem_kib),
            Self::Scrypt(params) => params.mem_kib(),
        };
        match mem_kib >> 10 {
            ..=64 => Ok(()),
            mib @ 65..1024 => write!(f, " and {mib} MiB of memory"),
            mib => write!(f, " and {} GiB of memory", (mib + 512) >> 10),
        }
    }
}

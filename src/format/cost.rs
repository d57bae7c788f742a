//! What opening an encrypted file costs, and how much of it is taken without asking.
//!
//! A key derivation function is slow on purpose, and the file says how slow. A hostile file asks for
//! hours or terabytes (no program looked at has a limit), so the cost is judged before it is paid.

use std::fmt;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use bcrypt_pbkdf::bcrypt_pbkdf;
use zeroize::Zeroize;

use super::DecodeError;
use super::pkcs8::pbe::{Prf, pbkdf2};
use crate::secret::{Passphrase, SecretBytes};

/// Which of the three Argon2 functions (RFC 9106 §3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Argon2Variant {
    /// Argon2id, recommended.
    #[default]
    Id,
    /// Argon2i.
    I,
    /// Argon2d.
    D,
}

impl Argon2Variant {
    /// All of them, the recommended one first.
    pub const ALL: [Self; 3] = [Self::Id, Self::I, Self::D];

    /// Its name in a PPK file: `Argon2id`, `Argon2i`, `Argon2d`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "Argon2id",
            Self::I => "Argon2i",
            Self::D => "Argon2d",
        }
    }
}

/// What Argon2 is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Argon2Params {
    /// Which function.
    pub variant: Argon2Variant,
    /// Memory in KiB, at least 8 per lane.
    pub mem_kib: u32,
    /// How often the memory is gone over, at least 1.
    pub passes: u32,
    /// Lanes, 1 to 64 here.
    pub parallelism: u32,
}

impl Default for Argon2Params {
    /// As PuTTYgen starts: 8 MiB, 13 passes (about 0.1 s), one lane.
    fn default() -> Self {
        Self {
            variant: Argon2Variant::Id,
            mem_kib: 8192,
            passes: 13,
            parallelism: 1,
        }
    }
}

/// What scrypt (RFC 7914) is asked to do; numbers that it is not defined for cannot be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScryptParams {
    log_n: u32,
    r: u32,
    p: u32,
}

/// Whether the person has agreed to an unusual cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// Not asked yet.
    #[default]
    NotGiven,
    /// Asked, and they said yes.
    Given,
}

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

/// Rounds of bcrypt_pbkdf that are taken without asking, about 3 s.
const USUAL_ROUNDS: u32 = 256;
/// Rounds of bcrypt_pbkdf that are taken at all, about a quarter of an hour.
const MOST_ROUNDS: u32 = 65_536;
/// Memory for Argon2 that is taken without asking: 256 MiB.
const USUAL_MEM_KIB: u32 = 256 << 10;
/// Memory for Argon2 that is taken at all: 4 GiB.
const MOST_MEM_KIB: u32 = 4 << 20;
/// Memory times passes that are taken without asking: 4 GiB gone over once, about 4 s.
const USUAL_WORK_KIB: u64 = 4 << 20;
/// Memory times passes that are taken at all: 1 TiB gone over once, about a quarter of an hour.
const MOST_WORK_KIB: u64 = 1 << 30;
/// Iterations of PBKDF2 that are taken without asking, about 2 s.
const USUAL_ITERATIONS: u32 = 5_000_000;
/// Iterations of PBKDF2 that are taken at all, about a quarter of an hour.
const MOST_ITERATIONS: u32 = 2_000_000_000;
/// Memory for scrypt times its repetitions that is taken without asking: 1 GiB, about 3 s.
const USUAL_SCRYPT_KIB: u64 = 1 << 20;
/// Memory for scrypt times its repetitions that is taken at all: 256 GiB, about a quarter of an hour.
const MOST_SCRYPT_KIB: u64 = 256 << 20;
/// Lanes that are taken at all.
const MOST_LANES: u32 = 64;

impl Cost {
    /// Says whether the cost may be paid.
    ///
    /// # Errors
    /// [`DecodeError::CostsTooMuch`] beyond what may be asked for at all,
    /// [`DecodeError::CostsMuch`] beyond what is usual, unless `consent` was given.
    pub fn check(self, consent: Consent) -> Result<(), DecodeError> {
        if self.is_too_much() {
            Err(DecodeError::CostsTooMuch(self))
        } else if consent == Consent::NotGiven && self.is_unusual() {
            Err(DecodeError::CostsMuch(self))
        } else {
            Ok(())
        }
    }

    fn is_unusual(self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Bcrypt { rounds } => rounds > USUAL_ROUNDS,
            Self::Argon2(params) => params.mem_kib > USUAL_MEM_KIB || params.work_kib() > USUAL_WORK_KIB,
            Self::Pbkdf2 { iterations } => iterations > USUAL_ITERATIONS,
            Self::Scrypt(params) => {
                params.mem_kib() > u64::from(USUAL_MEM_KIB) || params.work_kib() > USUAL_SCRYPT_KIB
            }
        }
    }

    fn is_too_much(self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Bcrypt { rounds } => rounds > MOST_ROUNDS,
            Self::Argon2(params) => {
                params.mem_kib > MOST_MEM_KIB
                    || params.work_kib() > MOST_WORK_KIB
                    || params.parallelism > MOST_LANES
            }
            Self::Pbkdf2 { iterations } => iterations > MOST_ITERATIONS,
            Self::Scrypt(params) => {
                params.mem_kib() > u64::from(MOST_MEM_KIB) || params.work_kib() > MOST_SCRYPT_KIB
            }
        }
    }

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

impl Argon2Params {
    fn work_kib(&self) -> u64 {
        u64::from(self.mem_kib) * u64::from(self.passes)
    }

    /// Whether Argon2 is defined for these numbers: RFC 9106 §3.1.
    #[must_use]
    pub fn is_defined(&self) -> bool {
        self.passes >= 1
            && (1..1 << 24).contains(&self.parallelism)
            && u64::from(self.mem_kib) >= 8 * u64::from(self.parallelism)
    }

    /// Runs Argon2 version 1.3 for `len` bytes, without secret and without associated data.
    ///
    /// Nothing when the numbers are out of bounds, the salt is shorter than 8 bytes, or the memory is
    /// not to be had.
    #[must_use]
    pub fn derive(&self, passphrase: &Passphrase, salt: &[u8], len: usize) -> Option<SecretBytes> {
        let params = Params::new(self.mem_kib, self.passes, self.parallelism, Some(len)).ok()?;
        let algorithm = match self.variant {
            Argon2Variant::Id => Algorithm::Argon2id,
            Argon2Variant::I => Algorithm::Argon2i,
            Argon2Variant::D => Algorithm::Argon2d,
        };
        let count = params.block_count();
        let mut memory: Vec<Block> = Vec::new();
        memory.try_reserve_exact(count).ok()?;
        memory.resize(count, Block::new());
        let mut out = SecretBytes::new(vec![0; len]);
        let done = Argon2::new(algorithm, Version::V0x13, params).hash_password_into_with_memory(
            passphrase.expose(),
            salt,
            out.expose_mut(),
            &mut memory,
        );
        memory.iter_mut().for_each(Zeroize::zeroize);
        done.ok()?;
        Some(out)
    }
}

impl ScryptParams {
    /// Parameters for which scrypt is defined (RFC 7914 §2): `n` a power of two over 1, `r` and `p` not
    /// zero and their product under 2^30.
    #[must_use]
    pub fn new(n: u64, r: u32, p: u32) -> Option<Self> {
        let is_defined = n > 1 && n.is_power_of_two() && r > 0 && p > 0;
        let is_in_bounds = u64::from(r) * u64::from(p) < 1 << 30;
        (is_defined && is_in_bounds).then_some(Self {
            log_n: n.trailing_zeros(),
            r,
            p,
        })
    }

    /// The cost in memory and time, a power of two.
    #[must_use]
    pub fn n(self) -> u64 {
        1 << self.log_n
    }

    /// How wide a block is, in 128 bytes.
    #[must_use]
    pub fn r(self) -> u32 {
        self.r
    }

    /// How often all is done.
    #[must_use]
    pub fn p(self) -> u32 {
        self.p
    }

    /// The memory that is taken at once: `n` blocks to mix, one to mix them in, and `p` results.
    fn mem_kib(self) -> u64 {
        let blocks = self.n().saturating_add(u64::from(self.p)).saturating_add(1);
        (u64::from(self.r).saturating_mul(blocks)).saturating_add(7) / 8
    }

    /// The memory that is gone through in all.
    fn work_kib(self) -> u64 {
        self.mem_kib().saturating_mul(u64::from(self.p))
    }

    /// Runs scrypt for `len` bytes; nothing when the memory is not to be had.
    #[must_use]
    pub fn derive(self, passphrase: &Passphrase, salt: &[u8], len: usize) -> Option<SecretBytes> {
        let log_n = u8::try_from(self.log_n).ok()?;
        let params = scrypt::Params::new(log_n, self.r, self.p).ok()?;
        // scrypt takes its memory without asking whether there is any; so it is asked for here.
        let bytes = usize::try_from(self.mem_kib().checked_mul(1024)?).ok()?;
        Vec::<u8>::new().try_reserve_exact(bytes).ok()?;
        let mut out = SecretBytes::new(vec![0; len]);
        scrypt::scrypt(passphrase.expose(), salt, &params, out.expose_mut()).ok()?;
        Some(out)
    }
}

/// Runs bcrypt_pbkdf for `len` bytes; nothing when rounds or salt are empty.
pub(super) fn bcrypt(passphrase: &Passphrase, salt: &[u8], rounds: u32, len: usize) -> Option<SecretBytes> {
    let mut out = SecretBytes::new(vec![0; len]);
    bcrypt_pbkdf(passphrase.expose(), salt, rounds, out.expose_mut()).ok()?;
    Some(out)
}

//! How much of what it costs to open a file is taken without asking, and how much at all.
//!
//! A key derivation function is slow on purpose, and the file says how slow. A hostile file asks for
//! hours or terabytes (no program looked at has a limit), so the cost is judged before it is paid.

use super::DecodeError;
use super::cost::Cost;

/// Whether the person has agreed to an unusual cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// Not asked yet.
    #[default]
    NotGiven,
    /// Asked, and they said yes.
    Given,
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
}

//! The functions that make a key of a passphrase, slow on purpose: bcrypt_pbkdf, Argon2 (RFC 9106), PBKDF2 (RFC 8018 §5.2)
//! and scrypt (RFC 7914).

use argon2::{Algorithm, Argon2, Block, Params, Version};
use bcrypt_pbkdf::bcrypt_pbkdf;
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroize;

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

impl Argon2Params {
    pub(super) fn work_kib(&self) -> u64 {
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

/// What scrypt (RFC 7914) is asked to do; numbers that it is not defined for cannot be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScryptParams {
    log_n: u32,
    r: u32,
    p: u32,
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
    pub(super) fn mem_kib(self) -> u64 {
        let blocks = self.n().saturating_add(u64::from(self.p)).saturating_add(1);
        (u64::from(self.r).saturating_mul(blocks)).saturating_add(7) / 8
    }

    /// The memory that is gone through in all.
    pub(super) fn work_kib(self) -> u64 {
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

/// The hash under PBKDF2's HMAC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Prf {
    /// HMAC-SHA-1.
    Sha1,
    /// HMAC-SHA-224.
    Sha224,
    /// HMAC-SHA-256, which OpenSSL writes since 1.1.0.
    #[default]
    Sha256,
    /// HMAC-SHA-384.
    Sha384,
    /// HMAC-SHA-512.
    Sha512,
}

impl Prf {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Sha1, Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512];

    /// Its name in a sentence: `HMAC-SHA-256`, …
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "HMAC-SHA-1",
            Self::Sha224 => "HMAC-SHA-224",
            Self::Sha256 => "HMAC-SHA-256",
            Self::Sha384 => "HMAC-SHA-384",
            Self::Sha512 => "HMAC-SHA-512",
        }
    }
}

/// Runs PBKDF2 with HMAC for `len` bytes.
pub(super) fn pbkdf2(
    prf: Prf,
    passphrase: &Passphrase,
    salt: &[u8],
    iterations: u32,
    len: usize,
) -> SecretBytes {
    let mut key = SecretBytes::new(vec![0; len]);
    let run = match prf {
        Prf::Sha1 => pbkdf2_hmac::<Sha1>,
        Prf::Sha224 => pbkdf2_hmac::<Sha224>,
        Prf::Sha256 => pbkdf2_hmac::<Sha256>,
        Prf::Sha384 => pbkdf2_hmac::<Sha384>,
        Prf::Sha512 => pbkdf2_hmac::<Sha512>,
    };
    run(passphrase.expose(), salt, iterations, key.expose_mut());
    key
}

/// Runs bcrypt_pbkdf for `len` bytes; nothing when rounds or salt are empty.
pub(super) fn bcrypt(passphrase: &Passphrase, salt: &[u8], rounds: u32, len: usize) -> Option<SecretBytes> {
    let mut out = SecretBytes::new(vec![0; len]);
    bcrypt_pbkdf(passphrase.expose(), salt, rounds, out.expose_mut()).ok()?;
    Some(out)
}

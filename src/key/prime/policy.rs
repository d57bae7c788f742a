//! What is asked of the primes of an RSA key, beyond that they are prime.

use crypto_bigint::{BoxedUint, ConcatenatingMul as _, Limb, Odd, Resize as _};
use rand::RngExt as _;
use rand::rngs::ChaCha20Rng;

use super::progression::Progression;
use super::{Cancelled, Candidates, Search, SecretUint, Source, find, stream};
use crate::key::spec::RsaExponent;
use crate::key::watch::{Progress, Watch};

/// How sure it must be that the primes are prime. Nobody has ever seen the first one fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Proof {
    /// Tests that no composite number is known to pass (Baillie–PSW), on uniformly drawn candidates.
    #[default]
    Probable,
    /// A proof by Pocklington's criterion from a prime factor of p − 1 of just over half the size, which
    /// is proved so itself (Shawe-Taylor's way). Only primes with such a factor are found.
    Proven,
    /// The same, where the size of the factor is drawn as Maurer does, so that the primes are spread
    /// nearly as if they had been drawn evenly.
    ProvenEven,
}

/// What is asked of each prime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Policy {
    /// How sure it must be that it is one.
    pub proof: Proof,
    /// Whether p − 1 must have a large prime factor r, p + 1 another one, and r − 1 too (Gordon's way).
    /// Against today's factoring methods that is of no use (Rivest and Silverman, 1999); some rules ask
    /// for it.
    pub is_strong: bool,
    /// The exponent of the key: it must have no divisor in common with p − 1.
    pub exponent: RsaExponent,
}

/// Primes of up to so many bits are proved by the judge: below 2^64 no number fools it.
const PROVED_BY_JUDGE: u32 = 63;

/// The least size of what is drawn as an ordinary candidate, in bits: that of the sift.
const LEAST_BITS: u32 = 128;

/// How much larger than half the size of a prime the factor must be that proves it, in bits.
const OVER_HALF: u32 = 2;

/// How many bits are left to choose from in the progression of a strong prime.
const ROOM: u32 = 30;

/// Where the primes of a key come from: what has to be found before them is found here.
pub(in crate::key) fn source(
    bits: u32,
    search: &Search<'_>,
    rng: &mut ChaCha20Rng,
) -> Result<Box<dyn Source>, Cancelled> {
    let policy = search.policy;
    let exponent = Some(policy.exponent);
    // The bar is that of the last search, which takes nearly all of the time.
    let quiet = Quiet(search.watch);
    let search = Search {
        watch: &quiet,
        ..*search
    };
    loop {
        let source = match (policy.is_strong, policy.proof) {
            (false, Proof::Probable) => {
                return Ok(Box::new(Candidates::new(bits, exponent, search.engine.lanes())));
            }
            (false, proof) => {
                let factor = proven(factor_bits(bits, proof, rng), proof, &search, rng)?;
                above(bits, &factor, exponent)
            }
            (true, proof) => strong(bits, proof, exponent, &search, rng)?,
        };
        if let Some(source) = source {
            return Ok(Box::new(source));
        }
    }
}

/// Primes of which `factor` divides p − 1, which proves them.
fn above(bits: u32, factor: &SecretUint, exponent: Option<RsaExponent>) -> Option<Progression> {
    let one = BoxedUint::one_with_precision(bits);
    let step = SecretUint::new((&**factor).resize(bits).wrapping_shl_vartime(1));
    Some(Progression::new(bits, &one, &step, exponent)?.proved_by(factor))
}

/// A prime of exactly so many bits that is proved to be one.
fn proven(
    bits: u32,
    proof: Proof,
    search: &Search<'_>,
    rng: &mut ChaCha20Rng,
) -> Result<SecretUint, Cancelled> {
    if bits <= PROVED_BY_JUDGE {
        return Ok(small(bits, rng));
    }
    loop {
        let factor = proven(factor_bits(bits, proof, rng), proof, search, rng)?;
        if let Some(source) = above(bits, &factor, None) {
            let [prime] = find([&source], search, rng)?;
            return Ok(prime);
        }
    }
}

/// A prime of exactly so many bits, at most 63, each as likely as the others.
fn small(bits: u32, rng: &mut ChaCha20Rng) -> SecretUint {
    loop {
        let number: u64 = rng.random_range(1 << (bits - 1)..1 << bits) | 1;
        let number = SecretUint::new(BoxedUint::from(number));
        if crypto_primes::is_prime(crypto_primes::Flavor::Any, &*number) {
            return number;
        }
    }
}

/// How large the factor of p − 1 is that proves a prime p of so many bits.
fn factor_bits(bits: u32, proof: Proof, rng: &mut ChaCha20Rng) -> u32 {
    let least = bits / 2 + OVER_HALF;
    let most = bits.saturating_sub(20).max(least);
    match proof {
        Proof::Probable | Proof::Proven => least,
        Proof::ProvenEven => {
            // The share that the largest prime factor of a random number has of its size, as far as it is
            // over a half, is 2^(s−1) for an even s (Menezes et al., Handbook, 4.62).
            let share = (rng.random::<f64>() - 1.0).exp2();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a number of bits"
            )]
            let size = (f64::from(bits) * share).round() as u32;
            size.clamp(least, most)
        }
    }
}

/// Gordon's strong primes: r divides p − 1, s divides p + 1, and r − 1 has a large factor too.
fn strong(
    bits: u32,
    proof: Proof,
    exponent: Option<RsaExponent>,
    search: &Search<'_>,
    rng: &mut ChaCha20Rng,
) -> Result<Option<Progression>, Cancelled> {
    let r_bits = bits / 2 + OVER_HALF;
    let s_bits = bits - ROOM - r_bits - 1;
    let inner = match proof {
        Proof::Probable => prime(r_bits - ROOM, search, rng)?,
        proof => proven(r_bits - ROOM, proof, search, rng)?,
    };
    let Some(above_inner) = above(r_bits, &inner, None) else {
        return Ok(None);
    };
    let [r] = find([&above_inner], search, rng)?;
    let s = match proof {
        Proof::Probable => prime(s_bits, search, rng)?,
        proof => proven(s_bits, proof, search, rng)?,
    };
    Ok(between(bits, &r, &s, exponent))
}

/// The numbers that are 1 modulo r and −1 modulo s.
fn between(bits: u32, r: &SecretUint, s: &SecretUint, exponent: Option<RsaExponent>) -> Option<Progression> {
    let modulus = Odd::new(BoxedUint::clone(r)).into_option()?;
    let inverse = (&**s).resize(r.bits_precision()).rem(modulus.as_nz_ref());
    let inverse = SecretUint::new(inverse.invert_odd_mod(&modulus).into_option()?);
    // 2 · s · (1/s mod r) − 1 is 2 − 1 modulo r, −1 modulo s, and odd.
    let product = SecretUint::new(inverse.concatenating_mul(&**s));
    let first = (&*product)
        .resize(bits + 64)
        .wrapping_shl_vartime(1)
        .wrapping_sub(Limb::ONE);
    let first = SecretUint::new(first);
    let step = SecretUint::new(r.concatenating_mul(&**s));
    let step = SecretUint::new((&*step).resize(bits + 64).wrapping_shl_vartime(1));
    Some(Progression::new(bits, &first, &step, exponent)?.proved_by(r))
}

/// A probable prime, drawn evenly.
fn prime(bits: u32, search: &Search<'_>, rng: &mut ChaCha20Rng) -> Result<SecretUint, Cancelled> {
    let source = Candidates::new(bits.max(LEAST_BITS), None, search.engine.lanes());
    let [prime] = find([&source], search, &mut stream(rng))?;
    Ok(prime)
}

/// Hears when to stop, and says nothing.
struct Quiet<'a>(&'a dyn Watch);

impl Watch for Quiet<'_> {
    fn progress(&self, _: Progress) {}

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

//! DSA (FIPS 186-4 §4), for whoever still meets it: making, checking, and one signature.

#![expect(clippy::many_single_char_names, reason = "the names of FIPS 186-4 §4.1")]

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BitOps as _, BoxedUint, Limb, NonZero, Odd, RandomBits as _, Resize as _};
use crypto_primes::Flavor;
use keywright_sift::SmallPrimes;
use rand_core::CryptoRng;
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

use super::prime::{Cancelled, SecretUint, Tally, words_of};
use super::spec::DSA_BITS;
use super::unsound::Unsound;
use super::watch::Watch;
use super::wire::{bit_len, minimal};
use crate::secret::SecretBytes;

/// The size of the group's order in bits, which `ssh-dss` signatures are made for (RFC 4253 §6.6).
const ORDER_BITS: u32 = 160;

/// The sizes of a field that are looked at.
const SEEN_FIELD_BITS: std::ops::RangeInclusive<u32> = 512..=8192;

/// The sizes of the order of a group that are looked at.
const SEEN_ORDER_BITS: std::ops::RangeInclusive<u32> = 160..=512;

/// Up to where small divisors of a candidate for the field are looked for.
const SIEVE_LIMIT: u32 = 1 << 14;

/// The numbers of a DSA key: unsigned, big-endian, without leading zeros.
#[derive(Debug)]
pub(super) struct DsaNumbers {
    pub(super) p: Vec<u8>,
    pub(super) q: Vec<u8>,
    pub(super) g: Vec<u8>,
    pub(super) y: Vec<u8>,
    pub(super) x: SecretBytes,
}

/// Makes a key of 1024 bits with a group of its own, of 160 bits, as RFC 4253 wants it.
///
/// The same randomness gives the same key.
pub(super) fn generate(
    rng: &mut (impl CryptoRng + ?Sized),
    watch: &dyn Watch,
) -> Result<DsaNumbers, Cancelled> {
    let q = order(rng, watch)?;
    let p = field(&q, rng, watch)?;
    let params = BoxedMontyParams::new_vartime(p.clone());
    let cofactor = p.wrapping_sub(Limb::ONE).wrapping_div(q.as_nz_ref());
    let one = BoxedUint::one_with_precision(DSA_BITS);
    // Of the numbers from 2 up nearly all lead to a generator (FIPS 186-4 A.2.1).
    let g = (2..=u32::MAX)
        .map(|base| BoxedUint::from(base).resize(DSA_BITS))
        .map(|base| BoxedMontyForm::new(base, &params).pow(&cofactor))
        .find(|g| g.retrieve() != one)
        .unwrap_or_else(|| unreachable!("a field has at most as many such numbers as its cofactor"));
    let x = loop {
        let x = SecretUint::new(BoxedUint::random_bits(rng, ORDER_BITS));
        if !bool::from(x.is_zero()) && *x < *q {
            break x;
        }
    };
    let y = g.pow(&x).retrieve();
    Ok(DsaNumbers {
        p: bytes(&p),
        q: bytes(&q),
        g: bytes(&g.retrieve()),
        y: bytes(&y),
        x: SecretBytes::new(x.to_be_bytes_trimmed_vartime().into_vec()),
    })
}

fn order(rng: &mut (impl CryptoRng + ?Sized), watch: &dyn Watch) -> Result<Odd<BoxedUint>, Cancelled> {
    loop {
        if watch.is_cancelled() {
            return Err(Cancelled);
        }
        let mut q = BoxedUint::random_bits(rng, ORDER_BITS);
        q.set_bit_vartime(ORDER_BITS - 1, true);
        q.set_bit_vartime(0, true);
        if crypto_primes::is_prime(Flavor::Any, &q)
            && let Some(q) = Odd::new(q).into_option()
        {
            return Ok(q);
        }
    }
}

/// A prime `p` of which `p − 1` is a multiple of `q` (FIPS 186-4 A.1.1.2, step 11).
fn field(
    q: &Odd<BoxedUint>,
    rng: &mut (impl CryptoRng + ?Sized),
    watch: &dyn Watch,
) -> Result<Odd<BoxedUint>, Cancelled> {
    let small_primes = SmallPrimes::below(SIEVE_LIMIT);
    let doubled = (&**q).resize(DSA_BITS).wrapping_shl_vartime(1);
    let doubled = NonZero::new(doubled).expect("twice a prime is not zero");
    // Every candidate is odd, and about as often prime as other odd numbers of its size.
    let chance = 2.0 / (f64::from(DSA_BITS) * std::f64::consts::LN_2);
    let tally = Tally::new(chance);
    loop {
        if watch.is_cancelled() {
            return Err(Cancelled);
        }
        Tally::tell([&tally], watch);
        tally.count(1);
        let mut drawn = BoxedUint::random_bits(rng, DSA_BITS);
        drawn.set_bit_vartime(DSA_BITS - 1, true);
        let p = drawn.wrapping_sub(drawn.rem(&doubled)).wrapping_add(Limb::ONE);
        if p.bits_vartime() == DSA_BITS
            && !small_primes.divide(&words_of(&p))
            && crypto_primes::is_prime(Flavor::Any, &p)
            && let Some(p) = Odd::new(p).into_option()
        {
            return Ok(p);
        }
    }
}

fn bytes(number: &BoxedUint) -> Vec<u8> {
    number.to_be_bytes_trimmed_vartime().into_vec()
}

/// Judges the public numbers p, q, g, y: g and y must lie in a group of order q.
pub(super) fn group([p, q, g, y]: [&[u8]; 4]) -> Result<(), Unsound> {
    if !SEEN_FIELD_BITS.contains(&bit_len(p)) || !SEEN_ORDER_BITS.contains(&bit_len(q)) {
        return Err(Unsound::Dsa);
    }
    let field = modulus(p)?;
    let order = BoxedUint::from_be_slice_vartime(q);
    for member in [g, y] {
        // 1 < member < p, and it lies in the group of order q.
        if bit_len(member) < 2 || is_not_below(member, p) {
            return Err(Unsound::Dsa);
        }
        let power = element(member, &field).pow(&order);
        if power.retrieve() != BoxedUint::one_with_precision(field.bits_precision()) {
            return Err(Unsound::Dsa);
        }
    }
    Ok(())
}

/// Judges the private number x beside p, q, g, y.
pub(super) fn pair([p, q, g, y]: [&[u8]; 4], x: &SecretBytes) -> Result<(), Unsound> {
    if bit_len(x.expose()) == 0 || is_not_below(x.expose(), q) {
        return Err(Unsound::Dsa);
    }
    if public(p, g, x)? == y {
        Ok(())
    } else {
        Err(Unsound::HalvesDiffer)
    }
}

/// The public number of a private one: `g^x mod p`.
///
/// # Errors
/// [`Unsound::Dsa`] when `p` can be no field, or another number is too long for it.
pub fn public(p: &[u8], g: &[u8], x: &SecretBytes) -> Result<Vec<u8>, Unsound> {
    let is_in_bounds = SEEN_FIELD_BITS.contains(&bit_len(p))
        && bit_len(g) <= bit_len(p)
        && bit_len(x.expose()) <= *SEEN_ORDER_BITS.end();
    if !is_in_bounds {
        return Err(Unsound::Dsa);
    }
    let field = modulus(p)?;
    let exponent = Zeroizing::new(BoxedUint::from_be_slice_vartime(x.expose()));
    Ok(bytes(&element(g, &field).pow(&exponent).retrieve()))
}

/// Whether `signature`, r and s of 20 bytes each, is that of a hash by the key p, q, g, y (FIPS 186-4
/// §4.7, RFC 4253 §6.6).
pub(super) fn verifies([p, q, g, y]: [&[u8]; 4], hash: &[u8], signature: &[u8]) -> bool {
    let Some((r, s)) = signature.split_at_checked(20).filter(|(_, s)| s.len() == 20) else {
        return false;
    };
    let [r, s] = [r, s].map(minimal);
    if r.is_empty() || s.is_empty() || is_not_below(r, q) || is_not_below(s, q) {
        return false;
    }
    let Some((field, order)) = modulus(p).ok().zip(modulus(q).ok()) else {
        return false;
    };
    let group = order.modulus().as_nz_ref();
    let number = |bytes| BoxedUint::from_be_slice_truncated(bytes, order.bits_precision()).rem(group);
    let Some(w) = number(s).invert_odd_mod(order.modulus()).into_option() else {
        return false;
    };
    // The leftmost bits of the hash, as many as the order has; SHA-1 never has more.
    let [first, second] = [hash, r].map(|bytes| number(bytes).mul_mod(&w, group));
    let product = element(g, &field).pow(&first) * element(y, &field).pow(&second);
    let remainder = product.retrieve().rem(group);
    *remainder.to_be_bytes_trimmed_vartime() == *r
}

/// Whether a signature by x verifies with p, q, g, y. The signature is forgotten.
pub(super) fn signs([p, q, g, y]: [&[u8]; 4], x: &SecretBytes, message: &[u8]) -> bool {
    let signature = sign([p, q, g], x, message);
    signature.is_some_and(|signature| verifies([p, q, g, y], &Sha1::digest(message), &signature))
}

/// A signature that must not leave this program: its one-time number follows from key and message
/// alone (FIPS 186-4 §4.6).
fn sign([p, q, g]: [&[u8]; 3], x: &SecretBytes, message: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (field, order) = modulus(p).ok().zip(modulus(q).ok())?;
    let group = order.modulus().as_nz_ref();
    let number = |bytes: &[u8]| {
        let wide = Zeroizing::new(BoxedUint::from_be_slice_truncated(bytes, order.bits_precision()));
        SecretUint::new(wide.rem(group))
    };
    let once = Sha1::new_with_prefix(x.expose()).chain_update(message);
    let k = number(&once.finalize());
    let r = element(g, &field).pow(&k).retrieve().rem(group);
    let inverse = SecretUint::new(k.invert_odd_mod(order.modulus()).into_option()?);
    let product = SecretUint::new(number(x.expose()).mul_mod(&r, group));
    let sum = SecretUint::new(product.add_mod(&number(&Sha1::digest(message)), group));
    let s = sum.mul_mod(&inverse, group);
    let mut signature = Zeroizing::new(Vec::with_capacity(40));
    for half in [&r, &s] {
        let half = half.to_be_bytes_trimmed_vartime();
        let zeros = 20_usize.checked_sub(half.len())?;
        signature.extend(std::iter::repeat_n(0, zeros));
        signature.extend_from_slice(&half);
    }
    Some(signature)
}

fn modulus(p: &[u8]) -> Result<BoxedMontyParams, Unsound> {
    let modulus = Odd::new(BoxedUint::from_be_slice_vartime(p))
        .into_option()
        .ok_or(Unsound::Dsa)?;
    Ok(BoxedMontyParams::new_vartime(modulus))
}

fn element(number: &[u8], field: &BoxedMontyParams) -> BoxedMontyForm {
    let wide = BoxedUint::from_be_slice_truncated(number, field.bits_precision());
    BoxedMontyForm::new(wide, field)
}

/// Whether the big-endian `number` is `limit` or more; both without leading zeros.
fn is_not_below(number: &[u8], limit: &[u8]) -> bool {
    number
        .len()
        .cmp(&limit.len())
        .then_with(|| number.cmp(limit))
        .is_ge()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::ChaCha20Rng;

    use super::*;
    use crate::key::watch::{Progress, Unwatched};

    fn made(seed: u64) -> DsaNumbers {
        generate(&mut ChaCha20Rng::seed_from_u64(seed), &Unwatched).expect("nobody cancels")
    }

    #[test]
    fn a_new_key_has_the_sizes_of_ssh_and_signs_for_itself_alone() {
        let (ours, other) = (made(1), made(2));
        assert_eq!((bit_len(&ours.p), bit_len(&ours.q)), (DSA_BITS, ORDER_BITS));
        let public = [&ours.p, &ours.q, &ours.g, &ours.y].map(Vec::as_slice);
        assert_eq!(group(public), Ok(()));
        assert_eq!(pair(public, &ours.x), Ok(()));
        assert!(signs(public, &ours.x, b"message"));
        assert!(!signs(public, &other.x, b"message"));
        assert_ne!(ours.p, other.p, "every key has a field of its own");
    }

    #[test]
    fn the_search_stops_when_it_is_told_to() {
        struct Impatient;
        impl Watch for Impatient {
            fn progress(&self, _: Progress) {}
            fn is_cancelled(&self) -> bool {
                true
            }
        }
        let made = generate(&mut ChaCha20Rng::seed_from_u64(1), &Impatient);
        assert_eq!(made.err(), Some(Cancelled));
    }
}

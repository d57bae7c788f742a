//! DSA (FIPS 186-4 §4), for whoever still meets it: making, checking, and one signature.
//!
//! The search for the two primes is this program's, which can be watched and stopped. Members of the group, the private
//! number and signatures are the crate `dsa`'s, but for one power: some files hold the private number alone, and the crate
//! gives nobody the public number of one that it has not drawn itself.

#![expect(clippy::many_single_char_names, reason = "the names of FIPS 186-4 §4.1")]

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BitOps as _, BoxedUint, Limb, NonZero, Odd, RandomBits as _, Resize as _};
use crypto_primes::Flavor;
use dsa::signature::hazmat::PrehashVerifier as _;
use dsa::{Components, Signature, SigningKey, VerifyingKey};
use keywright_sift::SmallPrimes;
use rand_core::CryptoRng;
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

use super::prime::{Cancelled, Tally, words_of};
use super::spec::DSA_BITS;
use super::unsound::Unsound;
use super::watch::Watch;
use super::wire::{bit_len, left_padded};
use crate::secret::SecretBytes;

/// The size of the group's order in bits, which `ssh-dss` signatures are made for (RFC 4253 §6.6).
const ORDER_BITS: u32 = 160;

/// The bytes of either number of such a signature.
const HALF_BYTES: usize = 20;

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
    let g = generator(&p, &q);
    let [p, q] = [p, q].map(Odd::get);
    let components = Components::from_components(p, q, g).unwrap_or_else(|_| {
        unreachable!("an odd field of 1024 bits, an order of 160, and a number in the field")
    });
    let Ok(key) = SigningKey::try_generate_from_rng_with_components(rng, components);
    let public = key.verifying_key();
    let components = public.components();
    Ok(DsaNumbers {
        p: bytes(components.p()),
        q: bytes(components.q()),
        g: bytes(components.g()),
        y: bytes(public.y()),
        x: SecretBytes::new(bytes(key.x())),
    })
}

/// A number whose powers are as many as the order. Of the numbers from 2 up nearly all lead to one (FIPS 186-4 A.2.1).
fn generator(p: &Odd<BoxedUint>, q: &Odd<BoxedUint>) -> BoxedUint {
    let params = BoxedMontyParams::new_vartime(p.clone());
    let cofactor = p.wrapping_sub(Limb::ONE).wrapping_div(q.as_nz_ref());
    let one = BoxedUint::one_with_precision(DSA_BITS);
    (2..=u32::MAX)
        .map(|base| BoxedUint::from(base).resize(DSA_BITS))
        .map(|base| BoxedMontyForm::new(base, &params).pow(&cofactor).retrieve())
        .find(|g| *g != one)
        .unwrap_or_else(|| unreachable!("a field has at most as many such numbers as its cofactor"))
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

/// Judges the public numbers p, q, g, y: g and y must lie in a group of order q.
pub(super) fn group([p, q, g, y]: [&[u8]; 4]) -> Result<(), Unsound> {
    if !SEEN_FIELD_BITS.contains(&bit_len(p)) || !SEEN_ORDER_BITS.contains(&bit_len(q)) {
        return Err(Unsound::Dsa);
    }
    let components = components([p, q, g])?;
    for member in [g, y] {
        member_of(&components, member).map(drop)?;
    }
    Ok(())
}

/// The numbers p, q, g as the crate has them, whatever their sizes.
fn components([p, q, g]: [&[u8]; 3]) -> Result<Components, Unsound> {
    let precision = bit_len(p);
    if bit_len(q) > precision || bit_len(g) > precision {
        return Err(Unsound::Dsa);
    }
    let [p, q, g] = [(p, precision), (q, bit_len(q)), (g, precision)]
        .map(|(number, precision)| BoxedUint::from_be_slice_truncated(number, precision));
    Components::from_components_unchecked(p, q, g).map_err(|_| Unsound::Dsa)
}

/// A number of the field that is more than 1, and 1 when it is raised to the order.
fn member_of(components: &Components, number: &[u8]) -> Result<VerifyingKey, Unsound> {
    let p = &**components.p();
    let number = BoxedUint::from_be_slice(number, p.bits_precision()).map_err(|_| Unsound::Dsa)?;
    if number >= *p {
        return Err(Unsound::Dsa);
    }
    VerifyingKey::from_components(components.clone(), number).map_err(|_| Unsound::Dsa)
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
    let field = Odd::new(BoxedUint::from_be_slice_vartime(p))
        .into_option()
        .ok_or(Unsound::Dsa)?;
    let field = BoxedMontyParams::new_vartime(field);
    let g = BoxedUint::from_be_slice_truncated(g, field.bits_precision());
    let exponent = Zeroizing::new(BoxedUint::from_be_slice_vartime(x.expose()));
    Ok(bytes(&BoxedMontyForm::new(g, &field).pow(&exponent).retrieve()))
}

/// Whether `signature`, r and s of 20 bytes each, is that of a hash by the key p, q, g, y (FIPS 186-4
/// §4.7, RFC 4253 §6.6).
pub(super) fn verifies([p, q, g, y]: [&[u8]; 4], hash: &[u8], signature: &[u8]) -> bool {
    // SSH has room for the signatures of such a group alone, and the crate panics at orders nearly as long as their field.
    if bit_len(q) != ORDER_BITS || signature.len() != 2 * HALF_BYTES {
        return false;
    }
    let Ok(key) = components([p, q, g]).and_then(|components| member_of(&components, y)) else {
        return false;
    };
    let (r, s) = signature.split_at(HALF_BYTES);
    let [r, s] = [r, s].map(BoxedUint::from_be_slice_vartime);
    Signature::from_components(r, s).is_some_and(|signature| key.verify_prehash(hash, &signature).is_ok())
}

/// Whether a signature by x verifies with p, q, g, y.
pub(super) fn signs([p, q, g, y]: [&[u8]; 4], x: &SecretBytes, message: &[u8]) -> bool {
    let signature = sign([p, q, g, y], x, message);
    signature.is_some_and(|signature| verifies([p, q, g, y], &Sha1::digest(message), &signature))
}

/// The signature of a message, r and s of 20 bytes each. Its one-time number follows from key and message by RFC 6979, so
/// that it is neither repeated nor uneven.
fn sign([p, q, g, y]: [&[u8]; 4], x: &SecretBytes, message: &[u8]) -> Option<Vec<u8>> {
    if bit_len(q) != ORDER_BITS {
        return None;
    }
    let public = member_of(&components([p, q, g]).ok()?, y).ok()?;
    let x = BoxedUint::from_be_slice(x.expose(), ORDER_BITS).ok()?;
    let key = SigningKey::from_components(public, x).ok()?;
    let signature = key.sign_prehashed_rfc6979::<Sha1>(&Sha1::digest(message)).ok()?;
    let [r, s] = [signature.r(), signature.s()].map(|half| left_padded(&bytes(half), HALF_BYTES));
    Some([r?.expose(), s?.expose()].concat())
}

fn bytes(number: &BoxedUint) -> Vec<u8> {
    number.to_be_bytes_trimmed_vartime().into_vec()
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
    #[test]
    fn the_example_of_rfc_6979_is_signed_as_it_says() {
        let [p, q, g, x, y, signature] = [
            "86f5ca03dcfeb225063ff830a0c769b9dd9d6153ad91d7ce27f787c43278b447e6533b86b18bed6e8a48b784a14c252c\
             5be0dbf60b86d6385bd2f12fb763ed8873abfd3f5ba2e0a8c0a59082eac056935e529daf7c610467899c77adedfc846c\
             881870b7b19b2b58f9be0521a17002e3bdd6b86685ee90b3d9a1b02b782b1779",
            "996f967f6c8e388d9e28d01e205fba957a5698b1",
            "07b0f92546150b62514bb771e2a0c0ce387f03bda6c56b505209ff25fd3c133d89bbcd97e904e09114d9a7defdeadfc9\
             078ea544d2e401aeecc40bb9fbbf78fd87995a10a1c27cb7789b594ba7efb5c4326a9fe59a070e136db77175464adca4\
             17be5dce2f40d10a46a3a3943f26ab7fd9c0398ff8c76ee0a56826a8a88f1dbd",
            "411602cb19a6ccc34494d79d98ef1e7ed5af25f7",
            "5df5e01ded31d0297e274e1691c192fe5868fef9e19a84776454b100cf16f65392195a38b90523e2542ee61871c0440c\
             b87c322fc4b4d2ec5e1e7ec766e1be8d4ce935437dc11c3c8fd426338933ebfe739cb3465f4d3668c5e473508253b1e6\
             82f65cbdc4fae93c2ea212390e54905a86e2223170b44eaa7da5dd9ffcfb7f3b",
            "2e1a0c2562b2912caaf89186fb0f42001585da5529efb6b0aff2d7a68eb70ca313022253b9a88df5",
        ]
        .map(|hex| base16ct::lower::decode_vec(hex).expect("hexadecimal"));
        let public = [&p, &q, &g, &y].map(Vec::as_slice);
        let x = SecretBytes::new(x);
        assert_eq!((group(public), pair(public, &x)), (Ok(()), Ok(())));
        assert_eq!(sign(public, &x, b"sample"), Some(signature));
    }

    #[test]
    fn hostile_numbers_cause_no_panic() {
        let shapes = |lengths: &[usize]| -> Vec<Vec<u8>> {
            let of = |len: &usize| [1, 0x80, 0xff].map(|byte| vec![byte; *len]);
            lengths.iter().flat_map(of).collect()
        };
        for p in shapes(&[0, 63, 64, 65, 128]) {
            for q in shapes(&[0, 19, 20, 21, 32, 63, 64, 65]) {
                // In the last, g is p − 1, whose powers are 1 wherever the order is even.
                let less_one: Vec<u8> = [
                    &p[..p.len().saturating_sub(1)],
                    &p.last().map_or(vec![], |last| vec![last - 1]),
                ]
                .concat();
                for g in [vec![2], vec![1; 64], p.clone(), less_one] {
                    let public = [&p, &q, &g, &g].map(Vec::as_slice);
                    let x = SecretBytes::new(vec![5]);
                    let judged = [group(public), pair(public, &x)].map(|judged| judged.is_ok());
                    std::hint::black_box((judged, signs(public, &x, b"message")));
                    assert!(!verifies(public, &[7; 20], &[1; 40]), "{public:?}");
                }
            }
        }
    }
}

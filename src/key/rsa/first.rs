//! The first use of a new key, before anybody sees it.
//!
//! A person waits for a new key, and the crate `rsa` signs with one hand only. So each factor is tried by itself, beside
//! the other where there are hands for it, in a small key that has 3 for its other factor: the work modulo 3 is next to
//! nothing. What holds modulo both factors holds modulo their product.

use crypto_bigint::{BoxedUint, ConcatenatingMul as _, RandomMod as _, Resize as _};
use rand_core::CryptoRng;
use rsa::RsaPrivateKey;
use rsa::hazmat::rsa_decrypt_and_check;
use rsa::traits::PublicKeyParts as _;

use super::super::crew::Crew;
use super::super::prime::stream;
use super::check::parsed;

/// Whether the public exponent undoes what the private one does, modulo each factor: of the numbers of a new key, in
/// which [`consistency`](super::consistency) finds no fault. Works up to 16384 bits, where it takes more than half a
/// second.
#[must_use]
pub fn signs(e: &[u8], [d, p, q]: [&[u8]; 3], crew: &dyn Crew, rng: &mut (impl CryptoRng + ?Sized)) -> bool {
    let mut streams = [stream(rng), stream(rng)];
    let [for_p, for_q] = &mut streams;
    let (mut p_works, mut q_works) = (false, false);
    crew.both(
        &mut || p_works = works(e, d, p, for_p).unwrap_or(false),
        &mut || q_works = works(e, d, q, for_q).unwrap_or(false),
    );
    p_works && q_works
}

/// Whether a random number comes back from both exponents, one after the other, modulo three times the factor. The
/// crate blinds the first and checks by the second.
fn works(e: &[u8], d: &[u8], factor: &[u8], rng: &mut impl CryptoRng) -> Option<bool> {
    let three = BoxedUint::from(3_u32);
    let [mut e, d, mut factor] = [parsed(e).ok()?, parsed(d).ok()?, parsed(factor).ok()?];
    let n = factor.concatenating_mul(&three);
    let d = (&*d).resize(n.bits_precision().max(d.bits_precision()));
    let [e, factor] = [&mut e, &mut factor].map(|number| std::mem::take(&mut **number));
    // The coefficient is looked for modulo the first factor, so it is found at once.
    let key = RsaPrivateKey::from_components_with_large_exponent(n, e, d, vec![three, factor]).ok()?;
    let number = BoxedUint::random_mod_vartime(rng, key.n());
    Some(rsa_decrypt_and_check(&key, Some(rng), &number).is_ok())
}

//! What can be computed where an RSA key was saved without all of its numbers.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, ConcatenatingMul as _, Gcd as _, Limb, NonZero, Odd, Resize as _};
use zeroize::Zeroizing;

use super::super::prime::SecretUint;
use super::check::parsed;
use super::secret_bytes;
use crate::secret::SecretBytes;

/// The largest modulus that is taken apart; each base costs as much as a signature.
const MOST_BITS: u32 = 8192;
/// Each of them fails with half of all keys.
const BASES: [u32; 24] = [
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89,
];

/// The two factors of a modulus, the larger one first, from its two exponents (NIST SP 800-56B, appendix C). Whether all
/// of them make a key is for [`consistency`](super::consistency) to say.
#[must_use]
pub fn factors(n: &[u8], e: &[u8], d: &[u8]) -> Option<[SecretBytes; 2]> {
    let [n, e, d] = [parsed(n).ok()?, parsed(e).ok()?, parsed(d).ok()?];
    if n.bits() > MOST_BITS || n.bits() < 16 || bool::from(d.is_zero()) || e.bits() < 2 {
        return None;
    }
    // e · d − 1 is a multiple of what every power comes back after, so it is even.
    let order = SecretUint::new(d.concatenating_mul(&*e));
    let order = SecretUint::new(order.wrapping_sub(Limb::ONE));
    let twos = order.trailing_zeros();
    if twos == 0 || bool::from(order.is_zero()) {
        return None;
    }
    let odd_part = SecretUint::new(order.shr(twos));
    let params = BoxedMontyParams::new(Odd::new(BoxedUint::clone(&n)).into_option()?);
    let less_one = SecretUint::new(n.wrapping_sub(Limb::ONE));
    for base in BASES {
        let base = BoxedUint::from(base).resize(n.bits_precision());
        let mut root = Zeroizing::new(BoxedMontyForm::new(base, &params).pow(&odd_part));
        let mut is_back = false;
        for _ in 0..twos {
            let square = Zeroizing::new(root.square());
            if bool::from(square.retrieve().is_one()) {
                if let Some(found) = apart(&SecretUint::new(root.retrieve()), &n, &less_one) {
                    return Some(found);
                }
                is_back = true;
                break;
            }
            root = square;
        }
        // Every base comes back to one if the exponents belong to the modulus; others need not be tried.
        if !is_back {
            return None;
        }
    }
    None
}

/// The factors that a square root of one shows, if it is neither one nor less one.
fn apart(root: &SecretUint, n: &SecretUint, less_one: &SecretUint) -> Option<[SecretBytes; 2]> {
    if bool::from(root.is_one()) || root == less_one {
        return None;
    }
    let below = SecretUint::new(root.wrapping_sub(Limb::ONE));
    let one = SecretUint::new(below.gcd(&**n));
    let divisor = Zeroizing::new(NonZero::new(BoxedUint::clone(&one)).into_option()?);
    let (other, rest) = n.div_rem(&*divisor);
    let other = SecretUint::new(other);
    let is_apart = bool::from(rest.is_zero()) && one.bits() > 1 && other.bits() > 1;
    let (larger, smaller) = if *one > *other {
        (&one, &other)
    } else {
        (&other, &one)
    };
    is_apart.then(|| [secret_bytes(larger), secret_bytes(smaller)])
}

/// The inverse of q modulo p.
#[must_use]
pub fn coefficient(p: &[u8], q: &[u8]) -> Option<SecretBytes> {
    let [p, q] = [parsed(p).ok()?, parsed(q).ok()?];
    let modulus = Zeroizing::new(NonZero::new(BoxedUint::clone(&p)).into_option()?);
    let rest = SecretUint::new(q.rem(&*modulus));
    let rest = SecretUint::new((&*rest).resize(p.bits_precision()));
    let modulus = Zeroizing::new(Odd::new(BoxedUint::clone(&p)).into_option()?);
    let inverse = SecretUint::new(rest.invert_odd_mod(&modulus).into_option()?);
    Some(secret_bytes(&inverse))
}

#[cfg(test)]
mod tests {
    use super::super::tests::key_of;
    use super::*;

    #[test]
    fn a_key_is_taken_apart_again_by_its_exponents() {
        for seed in 0..20 {
            let key = key_of(1024, seed);
            let [p, q] = factors(&key.n, &key.e, key.d.expose()).expect("they belong together");
            assert_eq!((p.expose(), q.expose()), (key.p.expose(), key.q.expose()));
            let iqmp = coefficient(p.expose(), q.expose()).expect("both are prime");
            assert_eq!(iqmp.expose(), key.iqmp.expose());
        }
    }

    #[test]
    fn numbers_that_do_not_belong_together_have_no_factors() {
        let (key, other) = (key_of(1024, 1), key_of(1024, 2));
        assert!(factors(&key.n, &key.e, other.d.expose()).is_none());
        assert!(factors(&key.n, &key.e, &[]).is_none());
        assert!(factors(&key.n, &[], key.d.expose()).is_none());
        assert!(factors(&[], &key.e, key.d.expose()).is_none());
        assert!(factors(&[4], &key.e, key.d.expose()).is_none());
        assert!(coefficient(&[], key.q.expose()).is_none());
        assert!(coefficient(key.p.expose(), key.p.expose()).is_none());
    }
}

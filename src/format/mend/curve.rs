//! Curves that are written out in numbers (SEC 1 §C.2), known again by every one of them.
//!
//! A generator of somebody's own is how CVE-2020-0601 came about: only what is exactly a curve of NIST is one.

use der::Tag;

use crate::format::asn1::Fields;
use crate::key::spec::Curve;

/// The numbers of a curve (FIPS 186-4 §D.1.2), big-endian, in hexadecimal digits.
struct Numbers {
    /// The prime of the field; a is this less three.
    p: &'static str,
    b: &'static str,
    x: &'static str,
    y: &'static str,
    order: &'static str,
}

fn numbers(curve: Curve) -> Numbers {
    match curve {
        Curve::P256 => Numbers {
            p: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
            b: "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
            x: "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            y: "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
            order: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        },
        Curve::P384 => Numbers {
            p: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
            b: "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
            x: "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
            y: "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
            order: "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        },
        Curve::P521 => Numbers {
            p: "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            b: "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
            x: "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
            y: "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
            order: "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
        },
    }
}

fn bytes(digits: &str) -> Vec<u8> {
    base16ct::lower::decode_vec(digits).unwrap_or_default()
}

/// Which curve the numbers are that an `ECParameters` has.
#[expect(clippy::many_single_char_names, reason = "the names of SEC 1")]
pub(super) fn known(mut parameters: Fields<'_>) -> Option<Curve> {
    const PRIME_FIELD: &str = "1.2.840.10045.1.1";
    // Versions 2 and 3 say more about the seed.
    if !(1..=3).contains(&parameters.count().ok()?) {
        return None;
    }
    let mut field = parameters.sequence().ok()?;
    if field.oid().ok()?.to_string() != PRIME_FIELD {
        return None;
    }
    let p = field.uint().ok()?;
    field.end().ok()?;
    let mut curve = parameters.sequence().ok()?;
    let (a, b) = (curve.octets().ok()?, curve.octets().ok()?);
    // The seed says how b was found, and nothing more.
    if !curve.is_finished() && curve.peek() != Some(Tag::BitString) {
        return None;
    }
    let generator = parameters.octets().ok()?;
    let order = parameters.uint().ok()?;
    if !parameters.is_finished() && parameters.count().ok()? != 1 {
        return None;
    }
    Curve::ALL.into_iter().find(|curve| {
        let numbers = numbers(*curve);
        let [known_p, known_b, x, y, known_order] =
            [numbers.p, numbers.b, numbers.x, numbers.y, numbers.order].map(bytes);
        // The primes end in a byte of 255.
        let is_a = known_p
            .split_last()
            .zip(a.split_last())
            .is_some_and(|((last, before), (a_last, a_before))| last - 3 == *a_last && before == a_before);
        let is_generator = match generator.split_first() {
            Some((4, point)) => point == [x.as_slice(), &y].concat(),
            Some((mark @ (2 | 3), point)) => point == x && y.last().is_some_and(|last| 2 + last % 2 == *mark),
            _ => false,
        };
        is_a && is_generator
            && p == crate::key::wire::minimal(&known_p)
            && is_same(b, &known_b)
            && order == crate::key::wire::minimal(&known_order)
    })
}

/// Whether both are the same number; some programs leave leading zeros out.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    crate::key::wire::minimal(one) == crate::key::wire::minimal(other)
}

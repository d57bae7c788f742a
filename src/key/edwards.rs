//! The coordinates of points on the curves of Ed25519 and Ed448 (RFC 8032 §5.1.3, §5.2.3), for whoever
//! wants to see the numbers of a key: in files there is only y and one bit of x.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Limb, Odd, Resize as _};

use super::public::PublicKey;

/// x and y of the public point, big-endian without leading zeros; nothing for other kinds of keys.
#[must_use]
pub fn affine(key: &PublicKey) -> Option<[Vec<u8>; 2]> {
    match key {
        PublicKey::Ed25519(point) => Curve::ed25519()?.affine(point),
        PublicKey::Ed448(point) => Curve::ed448()?.affine(point),
        _ => None,
    }
}

/// `a·x² + y² = 1 + d·x²·y²` over a prime field.
struct Curve {
    field: BoxedMontyParams,
    a: BoxedMontyForm,
    d: BoxedMontyForm,
}

impl Curve {
    /// p = 2²⁵⁵ − 19, a = −1, d = −121665/121666.
    fn ed25519() -> Option<Self> {
        let mut prime = [0xff; 32];
        (prime[0], prime[31]) = (0x7f, 0xed);
        let field = field(&prime)?;
        let over = small(121_666, &field);
        let d = -(small(121_665, &field) * &inverse(&over, &field));
        Some(Self {
            a: -small(1, &field),
            d,
            field,
        })
    }

    /// p = 2⁴⁴⁸ − 2²²⁴ − 1, a = 1, d = −39081.
    fn ed448() -> Option<Self> {
        let mut prime = [0xff; 56];
        prime[27] = 0xfe;
        let field = field(&prime)?;
        Some(Self {
            a: small(1, &field),
            d: -small(39_081, &field),
            field,
        })
    }

    /// The coordinates of a point as RFC 8032 writes it: y little-endian, and the lowest bit of x on top.
    fn affine(&self, point: &[u8]) -> Option<[Vec<u8>; 2]> {
        let mut bytes: Vec<u8> = point.iter().rev().copied().collect();
        let is_odd = bytes.first()? & 0x80 != 0;
        *bytes.first_mut()? &= 0x7f;
        let y = element(&bytes, &self.field);
        let square = y.clone() * &y;
        // x² = (1 − y²) / (a − d·y²)
        let one = small(1, &self.field);
        let below = self.a.clone() - &(self.d.clone() * &square);
        let x_squared = (one - &square) * &inverse(&below, &self.field);
        let x = self.square_root(&x_squared)?;
        let x = if number(&x).bit_vartime(0) == is_odd {
            x
        } else {
            -x
        };
        Some([trimmed(&number(&x)), trimmed(&number(&y))])
    }

    /// One of the two square roots; nothing where there is none.
    fn square_root(&self, square: &BoxedMontyForm) -> Option<BoxedMontyForm> {
        let prime = self.field.modulus();
        let root = if prime.bit_vartime(1) {
            // p = 3 mod 4
            square.pow(&(prime.wrapping_add(Limb::from(1_u32)).wrapping_shr_vartime(2)))
        } else {
            // p = 5 mod 8
            let root = square.pow(&(prime.wrapping_add(Limb::from(3_u32)).wrapping_shr_vartime(3)));
            if root.clone() * &root == *square {
                root
            } else {
                let two = small(2, &self.field);
                root * &two.pow(&prime.wrapping_sub(Limb::from(1_u32)).wrapping_shr_vartime(2))
            }
        };
        (root.clone() * &root == *square).then_some(root)
    }
}

fn field(prime: &[u8]) -> Option<BoxedMontyParams> {
    let prime = Odd::new(BoxedUint::from_be_slice_vartime(prime)).into_option()?;
    Some(BoxedMontyParams::new_vartime(prime))
}

fn element(bytes: &[u8], field: &BoxedMontyParams) -> BoxedMontyForm {
    let number = BoxedUint::from_be_slice_vartime(bytes);
    BoxedMontyForm::new(number.resize(field.bits_precision()), field)
}

fn small(number: u32, field: &BoxedMontyParams) -> BoxedMontyForm {
    element(&number.to_be_bytes(), field)
}

/// By Fermat: the modulus is prime.
fn inverse(number: &BoxedMontyForm, field: &BoxedMontyParams) -> BoxedMontyForm {
    number.pow(&field.modulus().wrapping_sub(Limb::from(2_u32)))
}

fn number(element: &BoxedMontyForm) -> BoxedUint {
    element.retrieve()
}

fn trimmed(number: &BoxedUint) -> Vec<u8> {
    number.to_be_bytes_trimmed_vartime().into_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        base16ct::lower::encode_string(bytes)
    }

    /// The base points of RFC 7748 §4.1 and §4.2, as RFC 8032 writes them.
    #[test]
    fn the_base_points_have_the_coordinates_of_the_rfc() {
        let mut point = [0x66; 32];
        point[0] = 0x58;
        let [x, y] = affine(&PublicKey::Ed25519(point)).unwrap();
        assert_eq!(
            hex(&x),
            "216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a"
        );
        assert_eq!(
            hex(&y),
            "6666666666666666666666666666666666666666666666666666666666666658"
        );
        let y = "693f46716eb6bc248876203756c9c7624bea73736ca3984087789c1e05a0c2d73ad3ff1ce67c39c4fdbd132c4ed7c8ad9808795bf230fa14";
        let mut point = base16ct::lower::decode_vec(y).unwrap();
        point.reverse();
        point.push(0);
        let [x, found] = affine(&PublicKey::Ed448(point.try_into().unwrap())).unwrap();
        assert_eq!(
            hex(&x),
            "4f1970c66bed0ded221d15a622bf36da9e146570470f1767ea6de324a3d3a46412ae1af72ab66511433b80e18b00938e2626a82bc70cc05e"
        );
        assert_eq!(hex(&found), y);
    }

    #[test]
    fn the_upper_bit_chooses_between_the_two_points() {
        let mut point = [0x66; 32];
        point[0] = 0x58;
        point[31] |= 0x80;
        let [x, _] = affine(&PublicKey::Ed25519(point)).unwrap();
        assert_eq!(x.last().unwrap() & 1, 1);
    }

    #[test]
    fn other_keys_have_no_such_point() {
        let [e, n] = [vec![3], vec![15]];
        assert_eq!(affine(&PublicKey::Rsa { e, n }), None);
    }
}

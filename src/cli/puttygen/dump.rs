//! `-O text`: the numbers of a key as `name=value`, for scripts.

use base64ct::{Base64, Encoding as _};

use crate::format::certificate::moment;
use crate::format::{Certificate, CertificateKind, CertificateOption};
use crate::key::edwards;
use crate::key::wire::{Reader, minimal};
use crate::key::{PrivateKey, PublicKey, PublicKeyError};
use crate::secret::SecretBytes;

/// Lines of `name=value`, in a buffer that is wiped.
pub(super) struct Dump(SecretBytes);

impl Dump {
    /// The numbers of a key: its public ones, and the private ones where there are any.
    pub(super) fn of(public: &PublicKey, private: Option<&PrivateKey>) -> Self {
        let mut dump = Self(SecretBytes::default());
        dump.public(public, "");
        if let Some(private) = private {
            dump.private(private);
        }
        dump
    }

    /// And those of its certificate.
    pub(super) fn and(mut self, certificate: &Certificate) -> Result<Self, PublicKeyError> {
        let signed = Signed::of(certificate)?;
        self.blob("cert_nonce", signed.nonce);
        self.number("cert_serial", &certificate.serial().to_be_bytes());
        let kind = match certificate.kind() {
            CertificateKind::User => "user",
            CertificateKind::Host => "host",
        };
        self.text("cert_type", kind.as_bytes());
        self.text("cert_key_id", certificate.key_id());
        for (at, name) in certificate.principals().iter().enumerate() {
            self.text(&format!("cert_valid_principal_{at}"), name);
        }
        let (after, before) = (certificate.valid_after(), certificate.valid_before());
        self.number("cert_valid_after", &after.to_be_bytes());
        self.number("cert_valid_before", &before.to_be_bytes());
        if after != 0 {
            self.text("cert_valid_after_date", moment(after).as_bytes());
        }
        if before != u64::MAX {
            self.text("cert_valid_before_date", moment(before).as_bytes());
        }
        self.options("critical_option", certificate.critical_options());
        self.options("extension", certificate.extensions());
        let authority = certificate.authority();
        self.blob("cert_ca_key", &authority.to_wire());
        self.text(
            "cert_ca_key_algorithm_id",
            authority.algorithm().name().as_bytes(),
        );
        let is_known_there = !matches!(
            authority,
            PublicKey::SkEcdsa { .. } | PublicKey::SkEd25519 { .. } | PublicKey::MlDsa44Ed25519 { .. }
        );
        if is_known_there {
            self.public(authority, "cert_ca_key_");
        }
        self.blob("cert_ca_sig", signed.signature);
        Ok(self)
    }

    pub(super) fn finish(self) -> SecretBytes {
        self.0
    }

    fn public(&mut self, key: &PublicKey, prefix: &str) {
        let name = |name: &str| format!("{prefix}{name}");
        let kind = match key {
            PublicKey::Rsa { .. } => "RSA",
            PublicKey::Dsa { .. } => "DSA",
            PublicKey::Ecdsa { .. } => "ECDSA",
            PublicKey::Ed25519(_) | PublicKey::Ed448(_) => "EdDSA",
            // Types that puttygen does not know.
            PublicKey::SkEcdsa { .. } | PublicKey::SkEd25519 { .. } | PublicKey::MlDsa44Ed25519 { .. } => {
                key.algorithm().name()
            }
        };
        self.text(&name("key_type"), kind.as_bytes());
        match key {
            PublicKey::Rsa { e, n } => {
                self.number(&name("public_modulus"), n);
                self.number(&name("public_exponent"), e);
            }
            PublicKey::Dsa { p, q, g, y } => {
                for (one, number) in [("p", p), ("q", q), ("g", g), ("public_y", y)] {
                    self.number(&name(one), number);
                }
            }
            PublicKey::Ecdsa { curve, point } => {
                self.text(&name("curve_name"), curve.name().as_bytes());
                let (x, y) = point[1..].split_at(curve.bytes());
                self.point(prefix, [x, y]);
            }
            PublicKey::Ed25519(_) | PublicKey::Ed448(_) => {
                let curve = if matches!(key, PublicKey::Ed448(_)) {
                    "Ed448"
                } else {
                    "Ed25519"
                };
                self.text(&name("curve_name"), curve.as_bytes());
                if let Some([x, y]) = &edwards::affine(key) {
                    self.point(prefix, [x, y]);
                }
            }
            PublicKey::SkEcdsa { .. } | PublicKey::SkEd25519 { .. } | PublicKey::MlDsa44Ed25519 { .. } => {
                self.blob(&name("public_blob"), &key.to_wire());
            }
        }
    }

    fn private(&mut self, key: &PrivateKey) {
        match key {
            PrivateKey::Rsa { d, p, q, iqmp } => {
                for (name, number) in [
                    ("private_exponent", d),
                    ("private_p", p),
                    ("private_q", q),
                    ("private_inverse_q_mod_p", iqmp),
                ] {
                    self.number(name, number.expose());
                }
            }
            PrivateKey::Dsa { x } => self.number("private_x", x.expose()),
            PrivateKey::Ecdsa { scalar } => self.number("private_exponent", scalar.expose()),
            PrivateKey::Ed25519 { seed } | PrivateKey::Ed448 { seed } => {
                // puttygen takes the seed for a number, and EdDSA writes numbers the other way round.
                let mut number = SecretBytes::copy_of(seed.expose());
                number.expose_mut().reverse();
                self.number("private_exponent", number.expose());
            }
            PrivateKey::MlDsa44Ed25519 { seeds } => self.number("private_seeds", seeds.expose()),
            PrivateKey::SecurityKey { handle, .. } => self.number("key_handle", handle.expose()),
        }
    }

    fn point(&mut self, prefix: &str, [x, y]: [&[u8]; 2]) {
        self.number(&format!("{prefix}public_affine_x"), x);
        self.number(&format!("{prefix}public_affine_y"), y);
    }

    fn options(&mut self, name: &str, options: &[CertificateOption]) {
        for (at, option) in options.iter().enumerate() {
            self.text(&format!("cert_{name}_{at}"), option.name.as_bytes());
            self.text(&format!("cert_{name}_data_{at}"), &option.data);
        }
    }

    /// In hexadecimal digits without leading zeros.
    fn number(&mut self, name: &str, number: &[u8]) {
        self.push(&[name, "=0x"]);
        let mut digits = zeroize::Zeroizing::new([0; 2]);
        for (at, byte) in minimal(number).iter().enumerate() {
            (digits[0], digits[1]) = (digit(byte >> 4), digit(byte & 15));
            let skipped = usize::from(at == 0 && *byte < 16);
            self.0.extend(&digits[skipped..]);
        }
        if minimal(number).is_empty() {
            self.push(&["0"]);
        }
        self.push(&["\n"]);
    }

    /// In quotes; what is no visible character of ASCII is in octal digits.
    fn text(&mut self, name: &str, text: &[u8]) {
        self.push(&[name, "=\""]);
        for byte in text {
            match byte {
                b'"' | b'\\' => self.0.extend(&[b'\\', *byte]),
                b' '..=b'~' => self.0.extend(&[*byte]),
                _ => self.push(&[&format!("\\{byte:03o}")]),
            }
        }
        self.push(&["\"\n"]);
    }

    fn blob(&mut self, name: &str, blob: &[u8]) {
        self.push(&[name, "=b64(\"", &Base64::encode_string(blob), "\")\n"]);
    }

    fn push(&mut self, pieces: &[&str]) {
        for piece in pieces {
            self.0.extend(piece.as_bytes());
        }
    }
}

fn digit(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0' + nibble,
        _ => b'a' + nibble - 10,
    }
}

/// The fields of a certificate that nothing else asks for.
struct Signed<'a> {
    nonce: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Signed<'a> {
    fn of(certificate: &'a Certificate) -> Result<Self, PublicKeyError> {
        let mut reader = Reader::new(certificate.blob());
        reader.string()?;
        let nonce = reader.string()?;
        PublicKey::read_fields(certificate.key().algorithm(), &mut reader)?;
        // Serial number and kind; key ID and principals; from when and until when.
        reader.bytes(8 + 4)?;
        reader.string()?;
        reader.string()?;
        reader.bytes(8 + 8)?;
        // Critical options, extensions, what is reserved, the authority's key.
        for _ in 0..4 {
            reader.string()?;
        }
        let signature = reader.string()?;
        Ok(Self { nonce, signature })
    }
}

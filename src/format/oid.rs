//! The object identifiers of key types, curves, ciphers and key derivation functions.

use der::asn1::ObjectIdentifier;

use crate::key::spec::Curve;

const fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

// Key types: RFC 8017 §A.1, RFC 3279 §2.3, RFC 5480 §2.1.1, RFC 8410 §3.
pub(super) const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
pub(super) const DSA: ObjectIdentifier = oid("1.2.840.10040.4.1");
pub(super) const EC: ObjectIdentifier = oid("1.2.840.10045.2.1");
pub(super) const ED25519: ObjectIdentifier = oid("1.3.101.112");
pub(super) const ED448: ObjectIdentifier = oid("1.3.101.113");

// Password-based encryption: RFC 8018 §A, RFC 7914 §7.
pub(super) const PBES2: ObjectIdentifier = oid("1.2.840.113549.1.5.13");
pub(super) const PBKDF2: ObjectIdentifier = oid("1.2.840.113549.1.5.12");
pub(super) const SCRYPT: ObjectIdentifier = oid("1.3.6.1.4.1.11591.4.11");
pub(super) const PBE_MD5_DES: ObjectIdentifier = oid("1.2.840.113549.1.5.3");
pub(super) const PBE_SHA1_DES: ObjectIdentifier = oid("1.2.840.113549.1.5.10");
pub(super) const PBE_SHA1_3DES: ObjectIdentifier = oid("1.2.840.113549.1.12.1.3");
pub(super) const PBE_SHA1_2DES: ObjectIdentifier = oid("1.2.840.113549.1.12.1.4");
pub(super) const PBE_SHA1_RC2_128: ObjectIdentifier = oid("1.2.840.113549.1.12.1.5");
pub(super) const PBE_SHA1_RC2_40: ObjectIdentifier = oid("1.2.840.113549.1.12.1.6");
pub(super) const HMAC_SHA1: ObjectIdentifier = oid("1.2.840.113549.2.7");
pub(super) const HMAC_SHA224: ObjectIdentifier = oid("1.2.840.113549.2.8");
pub(super) const HMAC_SHA256: ObjectIdentifier = oid("1.2.840.113549.2.9");
pub(super) const HMAC_SHA384: ObjectIdentifier = oid("1.2.840.113549.2.10");
pub(super) const HMAC_SHA512: ObjectIdentifier = oid("1.2.840.113549.2.11");
pub(super) const DES_CBC: ObjectIdentifier = oid("1.3.14.3.2.7");
pub(super) const TRIPLE_DES_CBC: ObjectIdentifier = oid("1.2.840.113549.3.7");
pub(super) const AES128_CBC: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.2");
pub(super) const AES192_CBC: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.22");
pub(super) const AES256_CBC: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.42");
// RFC 3657 and 5794.
pub(super) const CAMELLIA128_CBC: ObjectIdentifier = oid("1.2.392.200011.61.1.1.1.2");
pub(super) const CAMELLIA192_CBC: ObjectIdentifier = oid("1.2.392.200011.61.1.1.1.3");
pub(super) const CAMELLIA256_CBC: ObjectIdentifier = oid("1.2.392.200011.61.1.1.1.4");
pub(super) const ARIA128_CBC: ObjectIdentifier = oid("1.2.410.200046.1.1.2");
pub(super) const ARIA192_CBC: ObjectIdentifier = oid("1.2.410.200046.1.1.7");
pub(super) const ARIA256_CBC: ObjectIdentifier = oid("1.2.410.200046.1.1.12");

// What a PKCS#12 file holds: RFC 7292 §4.
pub(super) const PKCS7_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
pub(super) const PKCS7_SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
pub(super) const PKCS7_ENCRYPTED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.6");
pub(super) const KEY_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.1");
pub(super) const SHROUDED_KEY_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.2");
pub(super) const CERTIFICATE_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.3");
pub(super) const SAFE_CONTENTS_BAG: ObjectIdentifier = oid("1.2.840.113549.1.12.10.1.6");
pub(super) const FRIENDLY_NAME: ObjectIdentifier = oid("1.2.840.113549.1.9.20");

// Hashes: RFC 3370 §2, RFC 5754 §2.
pub(super) const SHA1: ObjectIdentifier = oid("1.3.14.3.2.26");
pub(super) const SHA224: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.4");
pub(super) const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
pub(super) const SHA384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
pub(super) const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");

/// The object identifier of a curve (RFC 5480 §2.1.1.1).
pub(super) fn of_curve(curve: Curve) -> ObjectIdentifier {
    match curve {
        Curve::P256 => oid("1.2.840.10045.3.1.7"),
        Curve::P384 => oid("1.3.132.0.34"),
        Curve::P521 => oid("1.3.132.0.35"),
    }
}

/// The names of what is met in key files but not supported.
const NAMES: [(&str, &str); 23] = [
    ("1.2.840.113549.1.5.14", "PBMAC1"),
    ("1.2.840.113549.1.1.7", "RSAES-OAEP"),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
    ("1.2.840.113549.1.3.1", "Diffie-Hellman"),
    ("1.2.840.10046.2.1", "Diffie-Hellman"),
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
    ("1.2.840.10045.3.1.1", "P-192"),
    ("1.3.132.0.33", "P-224"),
    ("1.3.132.0.10", "secp256k1"),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"),
    ("1.2.156.10197.1.301", "SM2"),
    ("1.2.840.113549.1.5.1", "pbeWithMD2AndDES-CBC"),
    ("1.2.840.113549.1.5.6", "pbeWithMD5AndRC2-CBC"),
    ("1.2.840.113549.1.5.11", "pbeWithSHA1AndRC2-CBC"),
    ("1.2.840.113549.1.12.1.1", "pbeWithSHA1And128BitRC4"),
    ("1.2.840.113549.1.12.1.2", "pbeWithSHA1And40BitRC4"),
    ("1.2.840.113549.3.2", "rc2-cbc"),
];

/// The name of an object identifier in a sentence; for one that is not known, its numbers.
pub(super) fn name(oid: ObjectIdentifier) -> String {
    let dotted = oid.to_string();
    let known = NAMES.iter().find(|(number, _)| *number == dotted);
    known.map_or(dotted, |(_, name)| (*name).to_owned())
}

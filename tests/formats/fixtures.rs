//! A key of every type, and how each format is written and opened.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use keywright::format::{
    self, Argon2Params, Argon2Variant, CbcCipher, Certificate, Cipher, Consent, DecodeError, EncodeError,
    Format, Outgoing, Parsed, Pbes2, Pbes2Kdf, Prf, PrivateEncoding, PrivateFile, PublicFile, Wrapping, jwk,
    public_line, rfc4716, spki,
};
use keywright::key::comment::Comment;
use keywright::key::spec::{Curve, Naming};
use keywright::key::{Algorithm, KeyPair, PrivateKey, PublicKey};
use keywright::secret::{Passphrase, SecretBytes};

use crate::settings::bare;
pub(crate) use crate::settings::written;

pub(crate) const PASSPHRASE: &str = "pässword of six words";

/// The formats of private keys, in the order of the document.
pub(crate) const PRIVATE: [Format; 11] = [
    Format::OpenSsh,
    Format::Ppk3,
    Format::Ppk2,
    Format::Ppk1,
    Format::Pem,
    Format::Der,
    Format::Pkcs8,
    Format::Pkcs8Der,
    Format::SshCom,
    Format::Jwk,
    Format::Dropbear,
];

/// The formats of public keys, in the order of the document.
pub(crate) const PUBLIC: [Format; 5] = [
    Format::PublicLine,
    Format::Rfc4716,
    Format::Spki,
    Format::Pkcs1Public,
    Format::Jwk,
];

/// No passphrase, and one.
pub(crate) const PASSPHRASES: [Option<&str>; 2] = [None, Some(PASSPHRASE)];

pub(crate) fn comment() -> Comment {
    Comment::new("alice@example.org, 2026").expect("it is a comment")
}

/// A file that another program has made.
pub(crate) fn corpus(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The key files of other projects' test suites, which lie beside the repository, if they are there.
pub(crate) fn third_party() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/third_party");
    folder.is_dir().then_some(folder)
}

/// The key that stands for its type.
pub(crate) fn key(algorithm: Algorithm) -> &'static KeyPair {
    static KEYS: [OnceLock<KeyPair>; Algorithm::ALL.len()] = [const { OnceLock::new() }; _];
    let place = Algorithm::ALL.iter().position(|known| *known == algorithm);
    KEYS[place.expect("all of them are listed")].get_or_init(|| made(algorithm))
}

fn made(algorithm: Algorithm) -> KeyPair {
    let file = match algorithm {
        Algorithm::Rsa => "real/openssh/rsa2048",
        Algorithm::Dsa => "real/putty/dsa1024_v2.ppk",
        Algorithm::Ecdsa(Curve::P256) => "real/openssh/ecdsa256",
        Algorithm::Ecdsa(Curve::P384) => "real/openssh/ecdsa384",
        Algorithm::Ecdsa(Curve::P521) => "real/openssh/ecdsa521",
        Algorithm::Ed25519 => "real/openssh/ed25519",
        Algorithm::Ed448 => "real/putty/ed448_v2.ppk",
        Algorithm::MlDsa44Ed25519(Naming::Settled) => "real/openssh/mldsa44_ed25519_106",
        Algorithm::MlDsa44Ed25519(Naming::Experiment) => "real/openssh/mldsa44_ed25519",
        Algorithm::SkEcdsa | Algorithm::SkEd25519 => return security_key(algorithm),
    };
    open(&corpus(file), None).expect("it is in the corpus").key
}

/// No file of one is in the repository, for it takes a device to make one; all that a file holds is a
/// point and what the device gave to know its key again by.
fn security_key(algorithm: Algorithm) -> KeyPair {
    let application = b"ssh:".to_vec();
    let ordinary = match algorithm {
        Algorithm::SkEcdsa => Algorithm::Ecdsa(Curve::P256),
        _ => Algorithm::Ed25519,
    };
    let public = match key(ordinary).public().clone() {
        PublicKey::Ecdsa { point, .. } => PublicKey::SkEcdsa { point, application },
        PublicKey::Ed25519(key) => PublicKey::SkEd25519 { key, application },
        other => panic!("{other:?} is in no security key"),
    };
    let private = PrivateKey::SecurityKey {
        flags: 1,
        handle: SecretBytes::new((0..64).collect()),
        reserved: Vec::new(),
    };
    KeyPair::new(public, private).expect("any handle goes with any point")
}

/// How a format is written, at the least cost; nothing for what is only read, or holds no private key.
pub(crate) fn encoding(format: Format) -> Option<PrivateEncoding> {
    let pkcs8 = |wrapping| {
        let kdf = Pbes2Kdf::Pbkdf2 {
            prf: Prf::Sha256,
            iterations: 10,
        };
        let cipher = CbcCipher::Aes256;
        let pbes2 = Pbes2 { kdf, cipher };
        PrivateEncoding::Pkcs8 { wrapping, pbes2 }
    };
    Some(match format {
        Format::OpenSsh => PrivateEncoding::OpenSsh {
            cipher: Cipher::Aes256Ctr,
            rounds: 1,
        },
        Format::Ppk3 => PrivateEncoding::Ppk3(argon2(Argon2Variant::Id)),
        Format::Ppk2 => PrivateEncoding::Ppk2,
        Format::Pem => PrivateEncoding::Pem {
            cipher: CbcCipher::Aes256,
        },
        Format::Pkcs8 => pkcs8(Wrapping::Pem),
        Format::Pkcs8Der => pkcs8(Wrapping::Der),
        Format::SshCom => PrivateEncoding::SshCom,
        Format::Jwk => PrivateEncoding::Jwk,
        Format::Dropbear => PrivateEncoding::Dropbear,
        Format::Ppk1
        | Format::Der
        | Format::PublicLine
        | Format::Rfc4716
        | Format::Spki
        | Format::Pkcs1Public
        | Format::Pkcs12 => return None,
    })
}

pub(crate) fn argon2(variant: Argon2Variant) -> Argon2Params {
    Argon2Params {
        variant,
        mem_kib: 64,
        passes: 1,
        parallelism: 1,
    }
}

/// The key that stands for its type, with [`comment`] and without a certificate.
pub(crate) fn outgoing(algorithm: Algorithm, comment: &Comment) -> Outgoing<'_> {
    bare(key(algorithm), comment)
}

/// That key in a format that holds it.
pub(crate) fn file(algorithm: Algorithm, format: Format, passphrase: Option<&str>) -> Vec<u8> {
    let encoding = encoding(format).unwrap_or_else(|| panic!("{format:?} is not written"));
    written(outgoing(algorithm, &comment()), &encoding, passphrase)
        .unwrap_or_else(|error| panic!("{}: {error}", algorithm.name()))
}

/// Opens a private key file, which must be encrypted if, and only if, there is a passphrase.
pub(crate) fn open(bytes: &[u8], passphrase: Option<&str>) -> Result<PrivateFile, DecodeError> {
    crate::settings::read(bytes, passphrase)
}

pub(crate) fn open_public(bytes: &[u8]) -> Result<PublicFile, String> {
    match format::parse(bytes) {
        Ok(Parsed::Public(file)) => Ok(file),
        other => Err(format!("no public key: {other:?}")),
    }
}

/// A locked file as it is before the passphrase is known, or what it is instead.
pub(crate) fn open_locked(bytes: &[u8]) -> Result<format::LockedFile, String> {
    match format::parse(bytes) {
        Ok(Parsed::Locked(file)) => Ok(file),
        other => Err(format!("not locked: {other:?}")),
    }
}

pub(crate) fn unlock(file: &format::LockedFile, passphrase: &str) -> Result<PrivateFile, DecodeError> {
    file.unlock(&Passphrase::new(passphrase.to_owned()), Consent::NotGiven)
}

/// Writes a public key; where a format is either text or bytes, as `wrapping` says.
pub(crate) fn public_file(
    key: &PublicKey,
    comment: &Comment,
    format: Format,
    wrapping: Wrapping,
) -> Result<Vec<u8>, EncodeError> {
    Ok(match format {
        Format::PublicLine => (public_line::encode(key, comment) + "\n").into_bytes(),
        Format::Rfc4716 => rfc4716::encode(key, comment).into_bytes(),
        Format::Spki => spki::encode(key, wrapping)?,
        Format::Pkcs1Public => spki::encode_pkcs1(key, wrapping)?,
        Format::Jwk => jwk::encode_public(key, comment)?.into_bytes(),
        other => panic!("{other:?} holds private keys"),
    })
}

/// The same for a certificate, in the formats that have one.
pub(crate) fn certificate_file(certificate: &Certificate, comment: &Comment, format: Format) -> Vec<u8> {
    match format {
        Format::PublicLine => (public_line::encode_certificate(certificate, comment) + "\n").into_bytes(),
        Format::Rfc4716 => rfc4716::encode_certificate(certificate, comment).into_bytes(),
        other => panic!("{other:?} holds no certificate by itself"),
    }
}

/// Both halves and the comment in a form that leaves no byte to chance: two keys are the same if, and
/// only if, this is.
pub(crate) fn canonical(key: &KeyPair, comment: &[u8]) -> Vec<u8> {
    let comment = Comment::cleaned(comment).0;
    written(bare(key, &comment), &PrivateEncoding::OPENSSH, None).expect("this format holds every key")
}

/// The comment of a file of theirs, which has nothing in it that a comment cannot have.
pub(crate) fn comment_of(bytes: &[u8]) -> Comment {
    let (comment, is_changed) = Comment::cleaned(bytes);
    assert!(!is_changed, "{bytes:?}");
    comment
}

/// The fingerprint that the manifest of the corpus has for a file there: what the program said that
/// made it.
pub(crate) fn fingerprint_in_manifest(file: &str) -> String {
    fingerprint_in(&corpus("real/MANIFEST.json"), file)
}

/// The same out of another manifest.
pub(crate) fn fingerprint_in(manifest: &[u8], file: &str) -> String {
    let manifest: serde_json::Value = serde_json::from_slice(manifest).expect("it is JSON");
    let entries = manifest["entries"].as_array().expect("a list");
    let entry = entries.iter().find(|entry| entry["file"] == file);
    let entry = entry.unwrap_or_else(|| panic!("{file} is not in the manifest"));
    entry["fp_sha256"].as_str().expect("a text").to_owned()
}

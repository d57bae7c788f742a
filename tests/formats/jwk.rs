//! JSON Web Keys: the examples of the RFCs, and every key there and back.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::path::Path;

use keywright::format::{
    self, Consent, DecodeError, EncodeError, Fault, Format, Outgoing, Parsed, PrivateEncoding, jwk,
};
use keywright::key::comment::Comment;
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};
use keywright::key::validate::Unsound;
use keywright::key::{KeyPair, PublicKey};
use keywright::secret::Passphrase;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

/// RFC 8037, appendix A.1.
const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519",
    "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
/// RFC 7515, appendix A.3.1.
const P256: &str = r#"{"kty":"EC","crv":"P-256",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;

fn private(text: &str) -> Result<(KeyPair, Vec<u8>), DecodeError> {
    match format::parse(text.as_bytes())? {
        Parsed::Private(file) => {
            assert_eq!(file.format, Format::Jwk);
            Ok((file.key, file.comment))
        }
        other => panic!("{other:?}"),
    }
}

fn refusal(text: &str) -> DecodeError {
    format::parse(text.as_bytes()).map(drop).unwrap_err()
}

fn corpus(name: &str) -> KeyPair {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/real")
        .join(name);
    match format::parse(&std::fs::read(path).unwrap()).unwrap() {
        Parsed::Private(file) => file.key,
        Parsed::Locked(file) => {
            let passphrase = Passphrase::new("putty pass".to_owned());
            file.unlock(&passphrase, Consent::NotGiven).unwrap().key
        }
        Parsed::Public(_) => panic!("{name} is private"),
    }
}

#[test]
fn the_examples_of_the_rfcs_are_read() {
    let (key, comment) = private(ED25519).unwrap();
    let PublicKey::Ed25519(point) = key.public() else {
        panic!("it is an Ed25519 key");
    };
    // RFC 8032 §7.1, test 1, has the same key.
    assert_eq!(point[..4], [0xd7, 0x5a, 0x98, 0x01]);
    assert!(comment.is_empty());
    let (key, _) = private(P256).unwrap();
    assert_eq!(key.algorithm().name(), "ecdsa-sha2-nistp256");
    let in_a_set = format!("{{\"keys\": [{P256}]}}");
    assert_eq!(private(&in_a_set).unwrap().0.public(), key.public());
}

#[test]
fn every_key_comes_back_as_it_was() {
    let comment = Comment::new("my \"key\" \\ né").unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for name in [
        "openssh/rsa3072",
        "openssh/ed25519",
        "openssh/ecdsa256",
        "openssh/ecdsa384",
        "openssh/ecdsa521",
        "putty/ed448_v2.ppk",
    ] {
        let key = corpus(name);
        let outgoing = Outgoing {
            key: &key,
            comment: &comment,
            certificate: None,
        };
        let text = format::encode_private(outgoing, &PrivateEncoding::Jwk, None, &mut rng).unwrap();
        let text = std::str::from_utf8(text.expose()).unwrap();
        let (found, kid) = private(text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        assert_eq!(found.public(), key.public(), "{name}");
        assert_eq!(kid, comment.as_str().as_bytes());

        let public = jwk::encode_public(key.public(), &comment).unwrap();
        let Ok(Parsed::Public(file)) = format::parse(public.as_bytes()) else {
            panic!("{public}");
        };
        let [ours, theirs] =
            [&file.key, key.public()].map(|key| Fingerprint::of(key, FingerprintKind::Sha256));
        assert_eq!(ours, theirs);
        for secret in ["\"d\"", "\"p\"", "\"qi\""] {
            assert!(!public.contains(secret), "{public}");
        }
        // No part of it is a key, and no other one either.
        for len in 0..text.trim_end().len() {
            assert!(
                format::parse(&text.as_bytes()[..len]).is_err(),
                "{name} cut to {len}"
            );
        }
        let passphrase = Passphrase::new("x".to_owned());
        let refused = format::encode_private(outgoing, &PrivateEncoding::Jwk, Some(&passphrase), &mut rng);
        assert_eq!(refused.map(drop), Err(EncodeError::NoEncryption));
    }
}

#[test]
fn what_the_format_has_no_place_for_is_refused_by_name() {
    let key = corpus("putty/dsa1024_v2.ppk");
    assert_eq!(
        jwk::encode_public(key.public(), &Comment::default()),
        Err(EncodeError::Unsupported {
            format: "JWK",
            algorithm: "ssh-dss"
        })
    );
}

#[test]
fn every_fault_is_named() {
    let unsupported = |name: &str| DecodeError::UnsupportedKeyType(name.to_owned());
    let value = |member| DecodeError::Malformed(Fault::Value(member));
    for (text, expected) in [
        (r#"{"kty":"oct","k":"AAAA"}"#.to_owned(), unsupported("oct")),
        (ED25519.replace("Ed25519", "X25519"), unsupported("X25519")),
        (P256.replace("P-256", "secp256k1"), unsupported("secp256k1")),
        (P256.replace("P-256", "P-384"), value("x")),
        (ED25519.replace("\"x\"", "\"z\""), value("x")),
        (ED25519.replace("nWGx", "n/Gx"), value("d")),
        (ED25519.replace("nWGxne", "ne"), Unsound::HalvesDiffer.into()),
        (ED25519.replace("nWGx", "nWGy"), Unsound::HalvesDiffer.into()),
        (P256.replace("x_FE", "x_FF"), Unsound::OffCurve.into()),
        (
            ED25519.replace("\"OKP\"", "7"),
            DecodeError::Malformed(Fault::Json),
        ),
        (format!("{ED25519}x"), DecodeError::Malformed(Fault::Json)),
        (
            format!("{{\"keys\":[{ED25519},{P256}]}}"),
            DecodeError::MultipleKeys,
        ),
        (ED25519[..ED25519.len() - 1].to_owned(), DecodeError::Truncated),
    ] {
        assert_eq!(refusal(&text), expected, "{text}");
    }
    let deep = format!("{{\"kty\":{}", "[".repeat(100_000));
    assert_eq!(refusal(&deep).code(), "malformed");
}

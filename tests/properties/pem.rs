//! The same for the formats of OpenSSL, which hold no comment and, in part, not every type.

use keywright::format::{self, Consent, DecodeError, Format, Parsed, Pbes2, PrivateEncoding, Wrapping, spki};
use keywright::key::comment::Comment;
use keywright::secret::Passphrase;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::common::Kind;
use crate::damage::{PASSPHRASE, blows, read, strike};
use crate::strategies::{any_key, any_openssl_encoding, any_passphrase, other_passphrase};
use crate::{canonical, encoded, tries};

/// The encoding, or PKCS#8 for the types that have no traditional form.
fn fitting(kind: Kind, encoding: PrivateEncoding) -> PrivateEncoding {
    match (kind, encoding) {
        (Kind::Ed25519 | Kind::Ed448, PrivateEncoding::Pem { cipher }) => PrivateEncoding::Pkcs8 {
            wrapping: Wrapping::Pem,
            pbes2: Pbes2 {
                kdf: format::Pbes2Kdf::Pbkdf2 {
                    prf: format::Prf::Sha256,
                    iterations: 1,
                },
                cipher,
            },
        },
        (_, encoding) => encoding,
    }
}

proptest! {
    #![proptest_config(tries(192))]

    #[test]
    fn a_private_key_in_openssl_s_formats_is_read_as_it_was_written(
        kind in select(&Kind::ALL[..]),
        seed in any::<u64>(),
        encoding in any_openssl_encoding(),
        passphrase in proptest::option::weighted(0.7, any_passphrase()),
    ) {
        let new = (!matches!(kind, Kind::Rsa2048 | Kind::Rsa3072 | Kind::Dsa)).then(|| kind.new_key(seed));
        let key = new.as_ref().unwrap_or_else(|| kind.key());
        let encoding = fitting(kind, encoding);
        let comment = Comment::default();
        let bytes = encoded(key, &comment, &encoding, passphrase.as_deref());
        let file = match (format::parse(bytes.expose()), &passphrase) {
            (Ok(Parsed::Private(file)), None) => file,
            (Ok(Parsed::Locked(file)), Some(passphrase)) => {
                prop_assert_eq!(&file.public, &None);
                prop_assert_eq!(&file.protection, &encoding.protection());
                file.unlock(&Passphrase::from_bytes(passphrase.clone()), Consent::NotGiven)?
            }
            (other, _) => return Err(TestCaseError::fail(format!("{other:?}"))),
        };
        prop_assert_eq!(file.format, encoding.format());
        prop_assert_eq!(file.protection.is_encrypted(), passphrase.is_some());
        prop_assert_eq!(canonical(&file.key, &comment), canonical(key, &comment));
    }

    #[test]
    fn a_wrong_passphrase_for_openssl_s_formats_is_always_called_that(
        kind in select(&Kind::ALL[..]),
        encoding in any_openssl_encoding(),
        (right, wrong) in other_passphrase(),
    ) {
        // HMAC fills short passphrases up with zeros (RFC 2104 §2), and so takes one with zeros behind it
        // for the same.
        let trimmed = |passphrase: &[u8]| {
            let end = passphrase.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
            passphrase[..end].to_vec()
        };
        prop_assume!(trimmed(&right) != trimmed(&wrong));
        let encoding = fitting(kind, encoding);
        let bytes = encoded(kind.key(), &Comment::default(), &encoding, Some(&right));
        let Parsed::Locked(file) = format::parse(bytes.expose())? else {
            return Err(TestCaseError::fail("it is not locked"));
        };
        let opened = file.unlock(&Passphrase::from_bytes(wrong), Consent::NotGiven).map(drop);
        prop_assert_eq!(opened, Err(DecodeError::WrongPassphrase));
    }

    #[test]
    fn a_public_key_in_openssl_s_formats_is_read_as_it_was_written(key in any_key(&Kind::ALL)) {
        let key = key.get();
        for wrapping in [Wrapping::Pem, Wrapping::Der] {
            let written = [
                (Format::Spki, spki::encode(key.public(), wrapping).ok()),
                (Format::Pkcs1Public, spki::encode_pkcs1(key.public(), wrapping).ok()),
            ];
            for (format, bytes) in written {
                let Some(bytes) = bytes else { continue };
                let Parsed::Public(file) = format::parse(&bytes)? else {
                    return Err(TestCaseError::fail("it is no public key"));
                };
                prop_assert_eq!((file.format, &file.key), (format, key.public()));
            }
        }
    }
}

proptest! {
    #![proptest_config(tries(768))]

    // An Ed25519 seed in PKCS#8 has no check, so damage to it may make another key; nothing else may
    // happen, and the memory is watched by `read`.
    #[test]
    fn damage_in_openssl_s_formats_takes_no_memory_and_makes_no_other_key_with_its_public_half(
        kind in select(&Kind::ALL[..]),
        encoding in any_openssl_encoding(),
        is_locked in any::<bool>(),
        blows in blows(),
    ) {
        let encoding = fitting(kind, encoding);
        let comment = Comment::default();
        let mut bytes = encoded(kind.key(), &comment, &encoding, is_locked.then_some(PASSPHRASE))
            .expose()
            .to_vec();
        strike(&blows, &mut bytes);
        let has_public_half = matches!(kind, Kind::P256 | Kind::P384 | Kind::P521 | Kind::Rsa2048 | Kind::Rsa3072);
        if let (Ok(Some(file)), true) = (read(&bytes), has_public_half) {
            prop_assert_eq!(canonical(&file.key, &comment), canonical(kind.key(), &comment));
        }
    }

    #[test]
    fn no_bytes_in_der_make_the_reader_panic(rest in vec(any::<u8>(), 0..600), is_text in any::<bool>()) {
        let len = u16::try_from(rest.len() + 3).expect("it is short").to_be_bytes();
        let bytes = [&[0x30, 0x82, len[0], len[1], 2, 1, 0], &rest[..]].concat();
        let bytes = if is_text {
            use base64ct::{Base64, Encoding as _};
            let body = Base64::encode_string(&bytes);
            format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----").into_bytes()
        } else {
            bytes
        };
        prop_assert!(!matches!(read(&bytes), Ok(Some(_))));
    }
}

//! PEM, PKCS#8 and DER: what is written, what is read, and what is said of the rest.

use std::path::Path;

use base64ct::{Base64, Encoding as _};
use keywright::format::{
    self, CbcCipher, Consent, DecodeError, EncodeError, Fault, Foreign, Format, Parsed, Pbes2, Pbes2Kdf, Prf,
    PrivateEncoding, PrivateFile, ScryptParams, Wrapping, spki,
};
use keywright::key::{Algorithm, KeyPair, PublicKey};
use keywright::secret::Passphrase;

use crate::settings::written_bare as written;

fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/real")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn opened(bytes: &[u8]) -> PrivateFile {
    match format::parse(bytes).expect("a key") {
        Parsed::Private(file) => file,
        other => panic!("no open private key: {other:?}"),
    }
}

fn unlocked(bytes: &[u8], passphrase: &str) -> Result<PrivateFile, DecodeError> {
    match format::parse(bytes)? {
        Parsed::Locked(file) => file.unlock(&Passphrase::new(passphrase.to_owned()), Consent::NotGiven),
        other => panic!("not locked: {other:?}"),
    }
}

fn key(name: &str) -> KeyPair {
    opened(&file(name)).key
}

fn pkcs8(wrapping: Wrapping) -> PrivateEncoding {
    PrivateEncoding::Pkcs8 {
        wrapping,
        pbes2: Pbes2::default(),
    }
}

const PEM: PrivateEncoding = PrivateEncoding::Pem {
    cipher: CbcCipher::Aes256,
};

/// A key of every type that PKCS#8 holds.
const KEYS: [&str; 7] = [
    "openssl/rsa2048_pkcs8.pem",
    "openssl/ec256_sec1.pem",
    "openssh/ecdsa384_pkcs8",
    "openssl/ec521_sec1.pem",
    "openssl/ed25519_pkcs8.pem",
    "openssl/ed448_pkcs8.pem",
    "openssh/dsa1024_pem",
];

#[test]
fn what_openssl_and_ssh_keygen_wrote_is_written_the_same_to_the_byte() {
    for (name, encoding) in [
        ("openssl/rsa2048_pkcs8.pem", pkcs8(Wrapping::Pem)),
        ("openssl/rsa2048_pkcs8.der", pkcs8(Wrapping::Der)),
        ("openssl/rsa2048_e3.pem", pkcs8(Wrapping::Pem)),
        ("openssl/ec256_pkcs8.pem", pkcs8(Wrapping::Pem)),
        ("openssl/ec521_pkcs8.pem", pkcs8(Wrapping::Pem)),
        ("openssl/ed25519_pkcs8.pem", pkcs8(Wrapping::Pem)),
        ("openssl/ed448_pkcs8.pem", pkcs8(Wrapping::Pem)),
        ("openssh/ecdsa384_pkcs8", pkcs8(Wrapping::Pem)),
        ("openssh/dsa1024_pkcs8", pkcs8(Wrapping::Pem)),
        ("openssh/dsa1024_pem", PEM),
        ("openssh/ecdsa521_pem", PEM),
        ("openssl/ec256_sec1.pem", PEM),
        ("paramiko/rsa2048", PEM),
    ] {
        let theirs = file(name);
        let ours = written(&key(name), encoding, None).unwrap();
        assert!(ours == theirs, "{name}:\n{}", String::from_utf8_lossy(&ours));
    }
}

#[test]
fn public_keys_that_openssl_and_ssh_keygen_wrote_are_written_the_same_to_the_byte() {
    for (name, format) in [
        ("openssl/rsa2048_spki.pem", Format::Spki),
        ("openssl/ec256_spki.pem", Format::Spki),
        ("openssl/ec384_spki.pem", Format::Spki),
        ("openssh/dsa1024.pkcs8", Format::Spki),
        ("openssl/rsa2048_rsapub.pem", Format::Pkcs1Public),
        ("openssh/rsa8192.pem", Format::Pkcs1Public),
    ] {
        let theirs = file(name);
        let Parsed::Public(found) = format::parse(&theirs).unwrap() else {
            panic!("{name} is a public key");
        };
        assert_eq!(found.format, format, "{name}");
        let encode = match format {
            Format::Spki => spki::encode,
            _ => spki::encode_pkcs1,
        };
        assert_eq!(encode(&found.key, Wrapping::Pem).unwrap(), theirs, "{name}");
        let der = encode(&found.key, Wrapping::Der).unwrap();
        let Parsed::Public(again) = format::parse(&der).unwrap() else {
            panic!("{name} is a public key as DER too");
        };
        assert_eq!((again.format, again.key), (format, found.key), "{name}");
    }
}

#[test]
fn every_type_comes_back_from_every_form_with_and_without_a_passphrase() {
    let few = |kdf| Pbes2 {
        kdf,
        cipher: CbcCipher::Aes256,
    };
    let mut encodings: Vec<PrivateEncoding> = CbcCipher::WRITTEN
        .into_iter()
        .flat_map(|cipher| {
            let kdf = Pbes2Kdf::Pbkdf2 {
                prf: Prf::Sha256,
                iterations: 3,
            };
            let pbes2 = Pbes2 { kdf, cipher };
            [Wrapping::Pem, Wrapping::Der]
                .map(|wrapping| PrivateEncoding::Pkcs8 { wrapping, pbes2 })
                .into_iter()
                .chain([PrivateEncoding::Pem { cipher }])
        })
        .collect();
    for prf in Prf::ALL {
        let pbes2 = few(Pbes2Kdf::Pbkdf2 { prf, iterations: 2 });
        encodings.push(PrivateEncoding::Pkcs8 {
            wrapping: Wrapping::Pem,
            pbes2,
        });
    }
    let scrypt = ScryptParams::new(16, 2, 2).unwrap();
    encodings.push(PrivateEncoding::Pkcs8 {
        wrapping: Wrapping::Pem,
        pbes2: few(Pbes2Kdf::Scrypt(scrypt)),
    });

    for name in KEYS {
        let key = key(name);
        let has_traditional_form = !matches!(key.algorithm(), Algorithm::Ed25519 | Algorithm::Ed448);
        for encoding in &encodings {
            if matches!(encoding, PrivateEncoding::Pem { .. }) && !has_traditional_form {
                continue;
            }
            let plain = opened(&written(&key, *encoding, None).unwrap());
            assert_eq!(plain.key.public(), key.public(), "{name} as {encoding:?}");
            assert_eq!(plain.format, encoding.format());

            let locked = written(&key, *encoding, Some("pässword")).unwrap();
            let again = unlocked(&locked, "pässword").unwrap();
            assert_eq!(again.key.public(), key.public(), "{name} locked as {encoding:?}");
            assert_eq!(again.format, encoding.format());
            assert!(again.protection.is_encrypted());
            assert_eq!(again.protection.cost(), encoding.cost());
        }
    }
}

#[test]
fn types_that_a_form_has_no_room_for_are_refused_by_name() {
    let refused = |format, algorithm| Some(EncodeError::Unsupported { format, algorithm });
    for (name, algorithm) in [
        ("openssl/ed25519_pkcs8.pem", "ssh-ed25519"),
        ("openssl/ed448_pkcs8.pem", "ssh-ed448"),
    ] {
        assert_eq!(
            written(&key(name), PEM, None).err(),
            refused("Traditional PEM", algorithm)
        );
    }
    let public = key("openssl/ed25519_pkcs8.pem").public().clone();
    let pkcs1 = spki::encode_pkcs1(&public, Wrapping::Pem);
    assert_eq!(pkcs1.err(), refused("PKCS#1", "ssh-ed25519"));

    // The private number of a security key never leaves it, and OpenSSL knows no such type.
    let PublicKey::Ed25519(point) = public else {
        panic!("an Ed25519 key")
    };
    let security_key = PublicKey::SkEd25519 {
        key: point,
        application: b"ssh:".to_vec(),
    };
    let refusal = spki::encode(&security_key, Wrapping::Pem).err();
    assert_eq!(
        refusal,
        refused("SubjectPublicKeyInfo", "sk-ssh-ed25519@openssh.com")
    );
    let des = written(
        &key("openssh/dsa1024_pem"),
        PrivateEncoding::Pem {
            cipher: CbcCipher::Des,
        },
        Some("x"),
    );
    assert_eq!(des.err(), Some(EncodeError::WeakCipher("des-cbc")));
}

#[test]
fn a_wrong_passphrase_is_never_called_damage() {
    let key = key("openssl/ec256_sec1.pem");
    let pbes2 = Pbes2 {
        kdf: Pbes2Kdf::Pbkdf2 {
            prf: Prf::Sha1,
            iterations: 1,
        },
        cipher: CbcCipher::TripleDes,
    };
    let wrapping = Wrapping::Der;
    for encoding in [PEM, PrivateEncoding::Pkcs8 { wrapping, pbes2 }] {
        let locked = written(&key, encoding, Some("right")).unwrap();
        // One in 256 of them leaves a padding that looks right.
        for attempt in 0..1500 {
            let error = unlocked(&locked, &format!("wrong {attempt}")).err();
            assert_eq!(error, Some(DecodeError::WrongPassphrase), "{attempt}");
        }
    }
}

#[test]
fn harmless_changes_of_the_text_are_taken_in_stride() {
    let text = String::from_utf8(file("openssl/ec256_sec1.pem")).unwrap();
    let public = opened(text.as_bytes()).key.public().clone();
    let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    for changed in [
        text.replace('\n', "\r\n"),
        text.replace('\n', "\r"),
        text.trim_end().to_owned(),
        format!("\u{feff}{text}"),
        format!("\n \n{text}\n\n"),
        text.replace('\n', "  \n  "),
        format!("Private-Key: (256 bit)\npriv:\n    c9:c5\n{text}"),
        format!("{parameters}{text}"),
        // A label that says something else than what is there.
        text.replace("EC PRIVATE KEY", "PRIVATE KEY"),
        text.replace("EC PRIVATE KEY", "RSA PRIVATE KEY"),
    ] {
        assert_eq!(*opened(changed.as_bytes()).key.public(), public, "{changed}");
    }
}

#[test]
fn no_two_causes_share_a_sentence() {
    let text = String::from_utf8(file("openssl/ec256_sec1.pem")).unwrap();
    let locked = String::from_utf8(file("openssl/rsa2048_pkcs1_aes256.pem")).unwrap();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let foreign = |foreign| DecodeError::NotAKeyFile(foreign);
    let header = |name| DecodeError::Malformed(Fault::Header(name));
    // ARIA in CFB mode, whose number is the next one.
    let aria = String::from_utf8(file("openssl/rsa2048_pbes2_aria-256-cbc.pem")).unwrap();
    let aria: String = aria.lines().filter(|line| !line.starts_with('-')).collect();
    let mut feedback_mode = Base64::decode_vec(&aria).unwrap();
    let cbc = [0x2a, 0x83, 0x1a, 0x8c, 0x9a, 0x6e, 1, 1, 12];
    let place = feedback_mode
        .windows(cbc.len())
        .position(|part| part == cbc)
        .unwrap();
    feedback_mode[place + cbc.len() - 1] = 13;
    let mut sentences = Vec::new();
    for (bytes, expected) in [
        (text[..100].into(), DecodeError::Truncated),
        (
            text.replace("MHcC", "M*cC").into_bytes(),
            DecodeError::Malformed(Fault::Base64),
        ),
        (utf16, DecodeError::Malformed(Fault::Utf16)),
        (
            text.replace('\n', " ").into_bytes(),
            DecodeError::Malformed(Fault::OneLine),
        ),
        (
            b"my key:\n-----BEGIN OPENSSH PRIVATE KEY-----\n".into(),
            header("-----BEGIN OPENSSH PRIVATE KEY-----"),
        ),
        (text.repeat(2).into_bytes(), DecodeError::MultipleKeys),
        (format!("{text}and more").into_bytes(), DecodeError::TrailingData),
        (
            locked.replace("DEK-Info", "Info").into_bytes(),
            header("DEK-Info"),
        ),
        (
            locked.replace("Proc-Type", "Type").into_bytes(),
            header("Proc-Type"),
        ),
        (
            locked.replace("AES-256-CBC", "IDEA-CBC").into_bytes(),
            DecodeError::UnsupportedCipher("IDEA-CBC".to_owned()),
        ),
        (
            feedback_mode,
            DecodeError::UnsupportedCipher("1.2.410.200046.1.1.13".to_owned()),
        ),
        (
            file("openssl/rsa2048_pbes1_PBE-SHA1-RC4-128.pem"),
            DecodeError::UnsupportedKdf("pbeWithSHA1And128BitRC4".to_owned()),
        ),
        (
            file("openssl/ec_secp256k1.pem"),
            DecodeError::UnsupportedKeyType("ECDSA on secp256k1".to_owned()),
        ),
        (
            file("openssl/rsapss2048.pem"),
            DecodeError::UnsupportedKeyType("RSASSA-PSS".to_owned()),
        ),
        (
            file("openssl/x448.pem"),
            DecodeError::UnsupportedKeyType("X448".to_owned()),
        ),
        (file("openssl/x509_cert.pem"), foreign(Foreign::X509Certificate)),
        (file("openssl/dhparam.pem"), foreign(Foreign::Parameters)),
        (file("gnupg/pgp_secret.asc"), foreign(Foreign::OpenPgp)),
        (
            b"client\n<ca>\n-----BEGIN CERTIFICATE-----\n".into(),
            foreign(Foreign::OpenVpn),
        ),
        (
            b"-----BEGIN CERTIFICATE REQUEST-----\n".into(),
            foreign(Foreign::CertificateRequest),
        ),
        (
            b"-----BEGIN X509 CRL-----\n".into(),
            foreign(Foreign::RevocationList),
        ),
        (b"-----BEGIN PKCS7-----\n".into(), foreign(Foreign::Pkcs7)),
        (
            b"-----BEGIN SSH SIGNATURE-----\n".into(),
            foreign(Foreign::SshSignature),
        ),
        (b"# created\nAGE-SECRET-KEY-1QQ\n".into(), foreign(Foreign::Age)),
        (b"-----BEGIN FOO-----\n".into(), foreign(Foreign::OtherPem)),
        (
            vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2],
            foreign(Foreign::JavaKeyStore),
        ),
    ] {
        let error = format::parse(&bytes).err();
        assert_eq!(error, Some(expected), "{}", String::from_utf8_lossy(&bytes));
        sentences.extend(error.map(|error| error.to_string()));
    }
    let count = sentences.len();
    sentences.sort();
    sentences.dedup();
    assert_eq!(sentences.len(), count, "{sentences:#?}");
}

#[test]
fn an_unusual_cost_is_told_before_it_is_paid() {
    let key = key("openssl/ed25519_pkcs8.pem");
    let pbkdf2 = |iterations| Pbes2Kdf::Pbkdf2 {
        prf: Prf::Sha256,
        iterations,
    };
    // The cost stands in clear, so a cheap file is made and its number exchanged.
    let cheap = Pbes2 {
        kdf: pbkdf2(0x0123_4567),
        cipher: CbcCipher::Aes256,
    };
    assert!(cheap.cost().check(Consent::NotGiven).is_err() && cheap.cost().check(Consent::Given).is_ok());
    let few = Pbes2 {
        kdf: pbkdf2(0x1234),
        cipher: CbcCipher::Aes256,
    };
    let wrapping = Wrapping::Der;
    let bytes = written(&key, PrivateEncoding::Pkcs8 { wrapping, pbes2: few }, Some("x")).unwrap();
    let at = bytes
        .windows(4)
        .position(|field| field == [2, 2, 0x12, 0x34])
        .unwrap();
    let mut longer = bytes[..at].to_vec();
    longer.extend([2, 4, 0x01, 0x23, 0x45, 0x67]);
    longer.extend(&bytes[at + 4..]);
    // The SEQUENCEs around it, from the outermost inwards, grow by two bytes.
    grow(&mut longer, at);
    assert_eq!(
        unlocked(&longer, "x").err(),
        Some(DecodeError::CostsMuch(cheap.cost()))
    );

    for (n, r, p) in [(1 << 20, 8, 1), (1 << 14, 8, 1024)] {
        let params = ScryptParams::new(n, r, p).unwrap();
        let kdf = Pbes2Kdf::Scrypt(params);
        let cost = Pbes2 { kdf, ..few }.cost();
        assert_eq!(cost.check(Consent::NotGiven), Err(DecodeError::CostsMuch(cost)));
        assert_eq!(cost.check(Consent::Given), Ok(()));
    }
    for (n, r, p) in [(1 << 30, 8, 1), (2, 1 << 28, 1), (1 << 14, 8, 1 << 20)] {
        let kdf = Pbes2Kdf::Scrypt(ScryptParams::new(n, r, p).unwrap());
        let cost = Pbes2 { kdf, ..few }.cost();
        assert_eq!(cost.check(Consent::Given), Err(DecodeError::CostsTooMuch(cost)));
    }
    for (n, r, p) in [
        (0, 8, 1),
        (1, 8, 1),
        (3, 8, 1),
        (16, 0, 1),
        (16, 8, 0),
        (16, 1 << 15, 1 << 15),
    ] {
        assert_eq!(ScryptParams::new(n, r, p), None);
    }
}

/// Adds two to the length of every SEQUENCE that holds the field at `inner`.
fn grow(der: &mut [u8], inner: usize) {
    let mut at = 0;
    while at < inner {
        let (head, len) = match der[at + 1] {
            0x81 => (3, usize::from(der[at + 2])),
            len => (2, usize::from(len)),
        };
        let holds = der[at] == 0x30 && at + head + len > inner;
        if holds {
            der[at + head - 1] += 2;
        }
        at += if holds { head } else { head + len };
    }
}

#[test]
fn the_costs_are_said_in_words() {
    let scrypt = |n| Pbes2Kdf::Scrypt(ScryptParams::new(n, 8, 1).unwrap());
    for (kdf, words) in [
        (
            Pbes2Kdf::Pbkdf2 {
                prf: Prf::Sha256,
                iterations: 600_000,
            },
            "about 0.2 s",
        ),
        (scrypt(1 << 14), "next to no time"),
        (scrypt(1 << 17), "about 0.4 s and 128 MiB of memory"),
        (scrypt(1 << 20), "about 3.0 s and 1 GiB of memory"),
    ] {
        let pbes2 = Pbes2 {
            kdf,
            cipher: CbcCipher::Aes256,
        };
        assert_eq!(pbes2.cost().to_string(), words);
    }
}

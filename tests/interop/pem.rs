//! OpenSSL and OpenSSH read the PEM and PKCS#8 files that are written here, and the other way round.

use std::path::{Path, PathBuf};

use keywright::format::{
    self, CbcCipher, Consent, Format, Parsed, Pbes2, Pbes2Kdf, Prf, PrivateEncoding, PrivateFile,
    ScryptParams, Wrapping, public_line, spki,
};
use keywright::key::comment::Comment;
use keywright::key::{Algorithm, KeyPair, PublicKey};
use keywright::secret::Passphrase;

use crate::matrix::written_bare as written;
use crate::tools::{Folder, Tool};

const PASSPHRASE: &str = "pässword of six words";

/// What the program prints of which this is the command line; that it fails is a failure of the test.
fn run(folder: &Folder, line: &str) -> Vec<u8> {
    let mut words = line.split(' ').map(|word| word.replace("PASSPHRASE", PASSPHRASE));
    let program = words.next().expect("a program");
    words.fold(folder.tool(&program), Tool::arg).bytes().expect(line)
}

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/real")
        .join(name)
}

/// Opens a private key file, with [`PASSPHRASE`] if it wants one.
fn opened(bytes: &[u8]) -> PrivateFile {
    match format::parse(bytes).expect("a key") {
        Parsed::Private(file) => file,
        Parsed::Locked(file) => file
            .unlock(&Passphrase::new(PASSPHRASE.to_owned()), Consent::NotGiven)
            .expect("the passphrase fits"),
        Parsed::Public(_) => panic!("only a public key"),
    }
}

/// A key of every type that OpenSSL has.
fn keys() -> Vec<KeyPair> {
    let names = [
        "openssl/rsa2048_pkcs8.pem",
        "openssl/rsa2048_e3.pem",
        "openssl/ec256_pkcs8.pem",
        "openssh/ecdsa384_pkcs8",
        "openssl/ec521_pkcs8.pem",
        "openssl/ed25519_pkcs8.pem",
        "openssl/ed448_pkcs8.pem",
        "openssh/dsa1024_pkcs8",
    ];
    let read = |name| opened(&std::fs::read(corpus(name)).expect("it is in the corpus")).key;
    names.into_iter().map(read).collect()
}

fn pkcs8(kdf: Pbes2Kdf, cipher: CbcCipher) -> PrivateEncoding {
    PrivateEncoding::Pkcs8 {
        wrapping: Wrapping::Pem,
        pbes2: Pbes2 { kdf, cipher },
    }
}

fn pbkdf2(prf: Prf) -> Pbes2Kdf {
    Pbes2Kdf::Pbkdf2 {
        prf,
        iterations: 2048,
    }
}

/// The ways in which a file is written: traditional and PKCS#8, each with every cipher and hash.
fn encodings() -> Vec<PrivateEncoding> {
    let scrypt = ScryptParams::new(1 << 10, 8, 1).expect("scrypt is defined for them");
    let mut encodings: Vec<PrivateEncoding> = CbcCipher::WRITTEN
        .into_iter()
        .flat_map(|cipher| {
            [
                PrivateEncoding::Pem { cipher },
                pkcs8(pbkdf2(Prf::Sha256), cipher),
            ]
        })
        .collect();
    encodings.extend(Prf::ALL.map(|prf| pkcs8(pbkdf2(prf), CbcCipher::Aes256)));
    encodings.push(pkcs8(Pbes2Kdf::Scrypt(scrypt), CbcCipher::Aes128));
    encodings
}

#[test]
fn openssl_opens_what_is_written_here() {
    let folder = Folder::new();
    for key in keys() {
        let public = spki::encode(key.public(), Wrapping::Der).unwrap();
        for (at, encoding) in encodings().into_iter().enumerate() {
            // Ciphers have nothing to do with types, so only the first types go through all of them.
            let is_first_of_its_kind = at < 2;
            if !(is_first_of_its_kind || matches!(key.algorithm(), Algorithm::Rsa | Algorithm::Ed448)) {
                continue;
            }
            for passphrase in [None, Some(PASSPHRASE)] {
                let Ok(bytes) = written(&key, encoding, passphrase) else {
                    let has_no_traditional_form =
                        matches!(key.algorithm(), Algorithm::Ed25519 | Algorithm::Ed448);
                    assert!(encoding.format() == Format::Pem && has_no_traditional_form);
                    continue;
                };
                folder.put("key", &bytes);
                let found = run(
                    &folder,
                    "openssl pkey -in key -passin pass:PASSPHRASE -pubout -outform DER",
                );
                assert!(found == public, "{} as {encoding:?}", key.algorithm().name());
            }
        }
        let der = PrivateEncoding::Pkcs8 {
            wrapping: Wrapping::Der,
            pbes2: Pbes2::default(),
        };
        folder.put("key.der", &written(&key, der, None).unwrap());
        let found = run(
            &folder,
            "openssl pkey -in key.der -inform DER -check -pubout -outform DER",
        );
        assert!(found.ends_with(&public), "{} as DER", key.algorithm().name());
    }
}

#[test]
fn ssh_keygen_opens_what_is_written_here() {
    let folder = Folder::new();
    for key in keys() {
        // OpenSSH 9.2 reads neither from PKCS#8.
        if matches!(key.algorithm(), Algorithm::Ed25519 | Algorithm::Ed448) {
            continue;
        }
        let line = public_line::encode(key.public(), &Comment::default());
        for encoding in [
            PrivateEncoding::Pem {
                cipher: CbcCipher::Aes128,
            },
            PrivateEncoding::Pem {
                cipher: CbcCipher::TripleDes,
            },
            pkcs8(pbkdf2(Prf::Sha256), CbcCipher::Aes256),
            pkcs8(pbkdf2(Prf::Sha1), CbcCipher::Aes128),
        ] {
            for passphrase in [None, Some("five words without any blank")] {
                let passphrase = passphrase.map(|words| words.replace(' ', "-"));
                let bytes = written(&key, encoding, passphrase.as_deref()).unwrap();
                folder.put("key", &bytes);
                let asked = format!("ssh-keygen -y -P {} -f key", passphrase.unwrap_or_default());
                let found = String::from_utf8(run(&folder, &asked)).unwrap();
                assert_eq!(found.trim_end(), line, "{encoding:?}");
            }
        }
    }
}

#[test]
fn what_is_written_by_default_is_opened_by_both() {
    let folder = Folder::new();
    let key = &keys()[0];
    let wrapping = Wrapping::Pem;
    let pbes2 = Pbes2::default();
    let bytes = written(
        key,
        PrivateEncoding::Pkcs8 { wrapping, pbes2 },
        Some("opened-by-both"),
    )
    .unwrap();
    folder.put("key", &bytes);
    run(&folder, "openssl pkey -in key -passin pass:opened-by-both -noout");
    let line = String::from_utf8(run(&folder, "ssh-keygen -y -P opened-by-both -f key")).unwrap();
    assert_eq!(
        line.trim_end(),
        public_line::encode(key.public(), &Comment::default())
    );
}

#[test]
fn every_way_in_which_openssl_encrypts_is_opened_here() {
    let folder = Folder::new();
    run(
        &folder,
        "openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out plain",
    );
    let public = run(&folder, "openssl pkey -in plain -pubout -outform DER");
    let pkcs8 = "openssl pkcs8 -topk8 -in plain -out key -passout pass:PASSPHRASE";
    let mut commands = vec![
        format!("{pkcs8} -scrypt -scrypt_N 2048 -scrypt_r 4 -scrypt_p 2"),
        format!("{pkcs8} -outform DER"),
        format!("{pkcs8} -v1 PBE-SHA1-3DES"),
        format!("{pkcs8} -v1 PBE-SHA1-3DES -iter 5"),
        format!("{pkcs8} -v1 PBE-MD5-DES -provider legacy -provider default"),
        format!("{pkcs8} -v1 PBE-SHA1-DES -provider legacy -provider default"),
        format!("{pkcs8} -v2 des -provider legacy -provider default"),
    ];
    for cipher in ["aes128", "aes192", "aes256", "des3"] {
        commands.push(format!("{pkcs8} -v2 {cipher}"));
        commands.push(format!(
            "openssl ec -in plain -{cipher} -out key -passout pass:PASSPHRASE"
        ));
    }
    for hash in ["SHA1", "SHA224", "SHA256", "SHA384", "SHA512"] {
        commands.push(format!("{pkcs8} -v2 aes-256-cbc -v2prf hmacWith{hash} -iter 7"));
    }
    commands.push(
        "openssl ec -in plain -des -out key -passout pass:PASSPHRASE -provider legacy -provider default"
            .to_owned(),
    );
    for command in commands {
        run(&folder, &command);
        let file = opened(&folder.get("key"));
        assert!(file.protection.is_encrypted(), "{command}");
        assert_eq!(
            spki::encode(file.key.public(), Wrapping::Der),
            Ok(public.clone()),
            "{command}"
        );
    }
}

#[test]
fn every_type_that_openssl_makes_is_opened_here() {
    let folder = Folder::new();
    run(&folder, "openssl dsaparam -out dsa.param 1024");
    for (make, algorithm) in [
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:1024", "ssh-rsa"),
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:1031", "ssh-rsa"),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
            "ecdsa-sha2-nistp256",
        ),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:P-521",
            "ecdsa-sha2-nistp521",
        ),
        ("-algorithm ED25519", "ssh-ed25519"),
        ("-algorithm ED448", "ssh-ed448"),
        ("-paramfile dsa.param", "ssh-dss"),
    ] {
        run(&folder, &format!("openssl genpkey -quiet {make} -out pkcs8"));
        let key = opened(&folder.get("pkcs8")).key;
        assert_eq!(key.algorithm().name(), algorithm);
        let has_traditional_form = !matches!(key.algorithm(), Algorithm::Ed25519 | Algorithm::Ed448);
        for (command, expected) in [
            (
                "openssl pkcs8 -topk8 -nocrypt -in pkcs8 -outform DER -out other",
                Format::Pkcs8Der,
            ),
            ("openssl pkey -in pkcs8 -traditional -out other", Format::Pem),
            (
                "openssl pkey -in pkcs8 -traditional -outform DER -out other",
                Format::Der,
            ),
        ] {
            if expected == Format::Pkcs8Der || has_traditional_form {
                run(&folder, command);
                let file = opened(&folder.get("other"));
                assert_eq!(
                    (file.format, file.key.public()),
                    (expected, key.public()),
                    "{command}"
                );
            }
        }
        for form in ["PEM", "DER"] {
            run(
                &folder,
                &format!("openssl pkey -in pkcs8 -pubout -outform {form} -out public"),
            );
            assert_eq!(public_in(&folder.get("public")), *key.public(), "{make}");
        }
        let ours = spki::encode(key.public(), Wrapping::Pem).unwrap();
        assert_eq!(run(&folder, "openssl pkey -in pkcs8 -pubout"), ours, "{make}");
    }
}

fn public_in(bytes: &[u8]) -> PublicKey {
    match format::parse(bytes).expect("a key") {
        Parsed::Public(file) => file.key,
        other => panic!("no public key: {other:?}"),
    }
}

#[test]
fn what_ssh_keygen_writes_in_these_forms_is_opened_here() {
    let folder = Folder::new();
    for (make, algorithm) in [
        ("-t rsa -b 1024", "ssh-rsa"),
        ("-t ecdsa -b 256", "ecdsa-sha2-nistp256"),
        ("-t ecdsa -b 521", "ecdsa-sha2-nistp521"),
        ("-t dsa", "ssh-dss"),
    ] {
        for (form, format) in [("PEM", Format::Pem), ("PKCS8", Format::Pkcs8)] {
            for passphrase in ["", "secret"] {
                let name = format!("{algorithm}-{form}-{passphrase}");
                run(
                    &folder,
                    &format!("ssh-keygen -q {make} -m {form} -C x -N {passphrase} -f {name}"),
                );
                let file = match format::parse(&folder.get(&name)).unwrap() {
                    Parsed::Private(file) if passphrase.is_empty() => file,
                    Parsed::Locked(file) if !passphrase.is_empty() => file
                        .unlock(&Passphrase::new(passphrase.to_owned()), Consent::NotGiven)
                        .unwrap(),
                    other => panic!("{name}: {other:?}"),
                };
                assert_eq!((file.format, file.key.algorithm().name()), (format, algorithm));
                let line = folder.get(&format!("{name}.pub"));
                assert_eq!(public_in(&line), *file.key.public(), "{name}");
            }
        }
    }
}

#[test]
fn public_keys_go_to_ssh_keygen_and_come_back() {
    let folder = Folder::new();
    for key in keys() {
        let public = key.public();
        if matches!(key.algorithm(), Algorithm::Ed25519 | Algorithm::Ed448) {
            continue;
        }
        let line = public_line::encode(public, &Comment::default());
        folder.put("line.pub", format!("{line}\n").as_bytes());
        let ours = spki::encode(public, Wrapping::Pem).unwrap();
        assert_eq!(run(&folder, "ssh-keygen -e -m PKCS8 -f line.pub"), ours);
        folder.put("spki", &ours);
        let imported = String::from_utf8(run(&folder, "ssh-keygen -i -m PKCS8 -f spki")).unwrap();
        assert_eq!(imported.trim_end(), line);
        if key.algorithm() == Algorithm::Rsa {
            let ours = spki::encode_pkcs1(public, Wrapping::Pem).unwrap();
            assert_eq!(run(&folder, "ssh-keygen -e -m PEM -f line.pub"), ours);
            folder.put("pkcs1", &ours);
            let imported = String::from_utf8(run(&folder, "ssh-keygen -i -m PEM -f pkcs1")).unwrap();
            assert_eq!(imported.trim_end(), line);
        }
    }
}

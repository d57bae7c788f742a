//! PKCS#12 stores: the key is read out of whatever the real `openssl` writes, and out of nothing else.

use base64ct::{Base64, Encoding as _};
use keywright::format::mend::Accident;
use keywright::format::reading;
use keywright::format::{
    self, CbcCipher, Cost, DecodeError, Foreign, Format, Parsed, Pbes1, Pbes2, Pbes2Kdf, Prf, PrivateFile,
    Protection,
};
use keywright::key::Algorithm;
use keywright::key::spec::Curve;

use crate::fixtures::{PASSPHRASE, canonical, file, key, open, unlock};
use crate::judges::same_bytes;
use crate::tools::{Folder, Tool};

const TYPES: [Algorithm; 3] = [Algorithm::Rsa, Algorithm::Ecdsa(Curve::P384), Algorithm::Ed25519];
/// The key of the stores that are made by hand.
const KEY: Algorithm = Algorithm::Ecdsa(Curve::P384);

/// A store as `openssl` makes it of one of our keys and a certificate for it.
fn store(algorithm: Algorithm, passphrase: &str, arguments: &[&str]) -> Vec<u8> {
    let folder = Folder::new();
    folder.put("plain", &file(algorithm, Format::Pkcs8, None));
    let request = [
        "req",
        "-x509",
        "-key",
        "plain",
        "-subj",
        "/CN=x",
        "-out",
        "certificate",
    ];
    let made = folder.tool("openssl").args(request).output();
    made.expect("openssl makes a certificate");
    let tool = folder.tool("openssl").args([
        "pkcs12",
        "-export",
        "-inkey",
        "plain",
        "-in",
        "certificate",
        "-out",
        "store",
        "-passout",
    ]);
    let tool = arguments
        .iter()
        .fold(tool.arg(format!("pass:{passphrase}")), Tool::arg);
    tool.output().expect("openssl makes a store");
    folder.get("store")
}

fn holds(algorithm: Algorithm, found: &PrivateFile) -> Result<(), String> {
    if found.format != Format::Pkcs12 {
        return Err(format!("{:?}", found.format));
    }
    let (ours, theirs) = (canonical(key(algorithm), b""), canonical(&found.key, b""));
    same_bytes("the key", &theirs, &ours)
}

fn pbes2(cipher: CbcCipher) -> Protection {
    let kdf = Pbes2Kdf::Pbkdf2 {
        prf: Prf::Sha256,
        iterations: 10,
    };
    Protection::Pbes2(Pbes2 { kdf, cipher })
}

fn pbes1(scheme: Pbes1) -> Protection {
    Protection::Pbes1 {
        scheme,
        iterations: 10,
    }
}

#[test]
fn a_key_of_each_type_is_read_out_of_stores_of_openssl_new_and_old() {
    let old = [
        "-legacy",
        "-keypbe",
        "PBE-SHA1-RC2-40",
        "-certpbe",
        "PBE-SHA1-RC2-128",
        "-iter",
        "10",
    ];
    let kinds: [(&[&str], Protection); 6] = [
        (&["-iter", "10"], pbes2(CbcCipher::Aes256)),
        (&["-legacy", "-iter", "10"], pbes1(Pbes1::Sha1TripleDes)),
        (&old, pbes1(Pbes1::Sha1Rc2With40)),
        (
            &["-keypbe", "PBE-SHA1-2DES", "-nomac", "-iter", "10"],
            pbes1(Pbes1::Sha1TwoKeyTripleDes),
        ),
        (
            &[
                "-keypbe",
                "camellia-256-cbc",
                "-certpbe",
                "aria-128-cbc",
                "-macalg",
                "sha512",
                "-iter",
                "10",
            ],
            pbes2(CbcCipher::Camellia256),
        ),
        (
            &["-keypbe", "aes-128-cbc", "-macalg", "sha384", "-iter", "10"],
            pbes2(CbcCipher::Aes128),
        ),
    ];
    for algorithm in TYPES {
        for (arguments, protection) in &kinds {
            let bytes = store(
                algorithm,
                PASSPHRASE,
                &[&["-name", "büro"][..], arguments].concat(),
            );
            let Ok(Parsed::Locked(locked)) = format::parse(&bytes) else {
                panic!("{arguments:?}: it is locked");
            };
            assert_eq!(
                locked.comment.as_deref(),
                Some("büro".as_bytes()),
                "{arguments:?}"
            );
            let found =
                open(&bytes, Some(PASSPHRASE)).unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
            assert_eq!(&found.protection, protection, "{arguments:?}");
            assert_eq!(found.comment, "büro".as_bytes());
            assert!(found.has_x509, "{arguments:?}");
            holds(algorithm, &found).unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
            let wrong = open(&bytes, Some("another"));
            assert_eq!(wrong.err(), Some(DecodeError::WrongPassphrase), "{arguments:?}");
        }
    }
}

#[test]
fn a_store_that_nothing_protects_needs_no_passphrase() {
    let kinds: [(&str, &[&str]); 4] = [
        ("", &[]),
        ("", &["-legacy"]),
        (PASSPHRASE, &["-keypbe", "NONE", "-certpbe", "NONE", "-nomac"]),
        (PASSPHRASE, &["-keypbe", "NONE", "-certpbe", "NONE"]),
    ];
    for (passphrase, arguments) in kinds {
        let found = open(&store(KEY, passphrase, arguments), None);
        let found = found.unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
        assert_eq!((&found.protection, found.has_x509), (&Protection::None, true));
        holds(KEY, &found).expect("the same key");
    }
}

#[test]
fn a_store_without_a_private_key_is_called_that() {
    let bytes = store(KEY, PASSPHRASE, &["-nokeys"]);
    let found = open(&bytes, Some(PASSPHRASE)).err();
    assert_eq!(found, Some(DecodeError::NotAKeyFile(Foreign::Pkcs12)));
}

#[test]
fn no_changed_byte_makes_another_key_of_a_store() {
    let bytes = store(KEY, PASSPHRASE, &["-iter", "1", "-name", "x"]);
    let ours = canonical(key(KEY), b"");
    let (mut same, mut damaged) = (0, 0);
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        match open(&changed, Some(PASSPHRASE)) {
            // What the key is called, and the certificate, are not asked.
            Ok(found) => {
                assert_eq!(canonical(&found.key, b""), ours, "byte {at}");
                same += 1;
            }
            Err(DecodeError::BadMac | DecodeError::Corrupt(_)) => damaged += 1,
            Err(_) => {}
        }
    }
    assert!(damaged > 100, "{damaged} are called damaged, {same} open");
}

/// A field of DER.
fn field(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    let len = u16::try_from(value.len()).expect("it is short").to_be_bytes();
    [&[tag, 0x82, len[0], len[1]][..], &value].concat()
}

/// The bytes of PKCS#7's and PKCS#12's object identifiers, up to their last number.
const PKCS7: [u8; 10] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7];
const BAG: [u8; 12] = [6, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 0x0c, 0x0a, 1];

/// A store with these keys in clear, and what stands behind.
fn by_hand(keys: &[Vec<u8>], behind: &[u8]) -> Vec<u8> {
    let bags: Vec<u8> = keys
        .iter()
        .flat_map(|key| shortest(&field(0x30, &[&BAG, &[1], &field(0xa0, &[key])])))
        .collect();
    let contents = field(0x04, &[&field(0x30, &[&bags])]);
    let part = field(0x30, &[&PKCS7, &[1], &field(0xa0, &[&contents])]);
    let safe = field(0x04, &[&field(0x30, &[&part])]);
    let safe = field(0x30, &[&PKCS7, &[1], &field(0xa0, &[&safe])]);
    shortest(&field(0x30, &[&[2, 1, 3], &safe, behind]))
}

/// How long the header of the first field is, and what it holds.
fn header_of(field: &[u8]) -> (usize, usize) {
    match field[1] {
        0x82 => (4, usize::from(field[2]) << 8 | usize::from(field[3])),
        0x81 => (3, usize::from(field[2])),
        short => (2, usize::from(short)),
    }
}

/// The same with lengths as DER wants them, within strings that hold DER too.
fn shortest(bytes: &[u8]) -> Vec<u8> {
    let (mut rest, mut all) = (bytes, Vec::new());
    while let [tag, _, ..] = *rest {
        let (header, len) = header_of(rest);
        let value = &rest[header..header + len];
        let is_open = tag & 0x20 != 0 || (tag == 4 && matches!(value, [0x30, 0x82, ..]));
        let value = if is_open { shortest(value) } else { value.to_vec() };
        all.push(tag);
        match u8::try_from(value.len()) {
            Ok(len @ 0..0x80) => all.push(len),
            Ok(len) => all.extend([0x81, len]),
            Err(_) => all.extend(
                [
                    &[0x82][..],
                    &u16::try_from(value.len()).expect("short").to_be_bytes(),
                ]
                .concat(),
            ),
        }
        all.extend(value);
        rest = &rest[header + len..];
    }
    all
}

#[test]
fn two_keys_in_a_store_are_refused() {
    let pkcs8 = || file(KEY, Format::Pkcs8Der, None);
    let one = open(&by_hand(&[pkcs8()], &[]), None).expect("one key in a store");
    holds(KEY, &one).expect("the same key");
    let other = file(Algorithm::Ed25519, Format::Pkcs8Der, None);
    let two = open(&by_hand(&[pkcs8(), other], &[]), None).err();
    assert_eq!(two, Some(DecodeError::MultipleKeys));
}

#[test]
fn a_check_that_would_take_minutes_is_not_begun() {
    let bytes = store(KEY, PASSPHRASE, &["-iter", "1"]);
    let Ok(Parsed::Locked(_)) = format::parse(&bytes) else {
        panic!("it is locked");
    };
    // The check's salt stands last; without a number behind it, that is 1.
    let mac_of = |iterations: &[u8]| {
        let sha1: [u8; 11] = [0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0];
        let info = field(0x30, &[&sha1, &field(4, &[&[0; 20]])]);
        shortest(&field(0x30, &[&info, &[4, 2, 1, 2], iterations]))
    };
    let store = |iterations: &[u8]| by_hand(&[file(KEY, Format::Pkcs8Der, None)], &mac_of(iterations));
    assert!(open(&store(&[2, 2, 8, 0]), None).is_ok());
    let costly = open(&store(&[2, 4, 0x7f, 0xff, 0xff, 0xff]), None).err();
    let iterations = 0x7fff_ffff;
    assert_eq!(
        costly,
        Some(DecodeError::CostsTooMuch(Cost::Pbkdf2 { iterations }))
    );
}

/// DER as BER: lengths that are told by their end, and strings in pieces.
fn indefinite(bytes: &[u8]) -> Vec<u8> {
    let (mut rest, mut all) = (bytes, Vec::new());
    while let [tag, _, ..] = *rest {
        let (header, len) = header_of(rest);
        let value = &rest[header..header + len];
        match tag {
            4 if len > 60 => {
                all.extend([0x24, 0x80]);
                for piece in value.chunks(100) {
                    all.extend([4, u8::try_from(piece.len()).expect("100 at most")]);
                    all.extend(piece);
                }
                all.extend([0, 0]);
            }
            _ if tag & 0x20 != 0 => {
                all.extend([tag, 0x80]);
                all.extend(indefinite(value));
                all.extend([0, 0]);
            }
            _ => all.extend(&rest[..header + len]),
        }
        rest = &rest[header + len..];
    }
    all
}

#[test]
fn a_store_with_lengths_told_by_their_end_is_read_as_openssl_reads_it() {
    let bytes = indefinite(&store(KEY, PASSPHRASE, &["-iter", "10"]));
    let folder = Folder::new();
    folder.put("store", &bytes);
    let passphrase = format!("pass:{PASSPHRASE}");
    let judge = [
        "pkcs12",
        "-in",
        "store",
        "-nocerts",
        "-nodes",
        "-passin",
        &passphrase,
    ];
    folder
        .tool("openssl")
        .args(judge)
        .output()
        .expect("openssl reads it");
    let found = open(&bytes, Some(PASSPHRASE)).expect("it is a store");
    holds(KEY, &found).expect("the same key");
    for len in 0..bytes.len() {
        assert!(format::parse(&bytes[..len]).is_err(), "{len} bytes of it");
    }
}

#[test]
fn a_store_in_base64_is_read_alone_and_out_of_json() {
    let bytes = store(KEY, PASSPHRASE, &["-iter", "10"]);
    let plain = Base64::encode_string(&bytes);
    let lines: Vec<&str> = (0..plain.len())
        .step_by(76)
        .map(|at| &plain[at..plain.len().min(at + 76)])
        .collect();
    let in_json = format!("{{\"value\": \"{plain}\", \"contentType\": \"application/x-pkcs12\"}}");
    for (text, code) in [(lines.join("\n"), "base64-again"), (in_json, "inside-json")] {
        let found = reading::read(text.as_bytes()).expect("it is a store");
        let codes: Vec<&str> = found.accidents.iter().map(Accident::code).collect();
        assert!(
            codes.contains(&code) && codes.contains(&"base64-again"),
            "{codes:?}"
        );
        assert_eq!(found.clean.expect("the store itself").expose(), bytes);
        let Parsed::Locked(file) = found.parsed else {
            panic!("it is locked");
        };
        holds(KEY, &unlock(&file, PASSPHRASE).expect("opens")).expect("the same key");
    }
}

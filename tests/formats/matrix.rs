//! The matrix of private keys: every claim is proved, and the document is what is claimed.

use std::path::Path;

use keywright::format::{CbcCipher, EncodeError, Format, PrivateEncoding};
use keywright::key::Algorithm;
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};

use crate::claims::{Judge, Reason, Way, private};
use crate::document::document;
use crate::fixtures::{PASSPHRASE, PASSPHRASES, PRIVATE, encoding, fingerprint_in, open, third_party};
use crate::judges::{reads_ours, refuse, we_refuse, writes_for_us};
use crate::tools::hold;

/// Set to anything, the document is written instead of compared.
const BLESS: &str = "KEYWRIGHT_BLESS";

fn each_claim(way: Way, prove: impl Fn(Judge, Algorithm, Format, Option<&str>) -> Result<(), String>) {
    let mut results = Vec::new();
    for algorithm in Algorithm::ALL {
        for format in PRIVATE {
            for passphrase in PASSPHRASES {
                if let Ok(judge) = private(algorithm, format, way, passphrase.is_some()) {
                    let name = format!("{}, {format:?}, {passphrase:?}", algorithm.name());
                    let result = prove(judge, algorithm, format, passphrase);
                    results.push(result.map_err(|complaint| format!("{name}: {complaint}")));
                }
            }
        }
    }
    assert!(results.len() > 90, "only {}", results.len());
    hold(results);
}

#[test]
fn private_files_that_are_written_here_are_read_by_those_whose_format_it_is() {
    each_claim(Way::Write, reads_ours);
}

#[test]
fn private_files_of_those_whose_format_it_is_are_read_here() {
    each_claim(Way::Read, writes_for_us);
}

#[test]
fn a_key_that_a_format_has_no_room_for_is_refused_by_name() {
    let mut refused = 0;
    for algorithm in Algorithm::ALL {
        for format in PRIVATE {
            for passphrase in PASSPHRASES {
                let Err(reason) = private(algorithm, format, Way::Write, passphrase.is_some()) else {
                    continue;
                };
                let name = format!("{}, {format:?}, {passphrase:?}", algorithm.name());
                let Some(encoding) = encoding(format) else {
                    // There is nothing to ask for it by.
                    assert!(matches!(format, Format::Ppk1 | Format::Der), "{name}");
                    continue;
                };
                let error = we_refuse(algorithm, &encoding, passphrase);
                match (reason, error) {
                    (Reason::JwkIsPlain | Reason::DropbearIsPlain, Some(EncodeError::NoEncryption)) => {}
                    // That it is a JSON Web Key is said before which key it is.
                    (Reason::JwkTypes | Reason::DropbearTypes, Some(EncodeError::NoEncryption))
                        if passphrase.is_some() => {}
                    (_, Some(EncodeError::Unsupported { algorithm: named, .. })) => {
                        assert_eq!(named, algorithm.name(), "{name}");
                    }
                    (_, other) => panic!("{name}: {other:?}"),
                }
                refused += 1;
            }
        }
    }
    assert!(refused > 60, "only {refused}");
}

#[test]
fn what_the_notes_say_that_others_refuse_they_do_refuse() {
    let mut results = Vec::new();
    for algorithm in Algorithm::ALL {
        for format in [
            Format::Ppk2,
            Format::Ppk3,
            Format::SshCom,
            Format::Pem,
            Format::Der,
        ] {
            match private(algorithm, format, Way::Read, true) {
                Err(Reason::SecurityKeyInPutty | Reason::MlDsaInPutty) => {
                    results.push(refuse(algorithm, format));
                }
                // To export it, it must be in a PPK file first.
                Err(Reason::SshComTypes) if private(algorithm, Format::Ppk2, Way::Read, true).is_ok() => {
                    results.push(refuse(algorithm, format));
                }
                Err(Reason::NotTraditional) if format == Format::Pem => {
                    results.push(refuse(algorithm, format));
                }
                Err(Reason::DerIsPlain) => results.push(refuse(algorithm, format)),
                Ok(_) | Err(_) => {}
            }
        }
    }
    assert_eq!(results.len(), 8 + 5 + 2 + 5);
    hold(results);
}

/// Nothing of ssh.com's own is installed anywhere any more, but OpenSSH has kept files of it.
#[test]
fn files_that_ssh_com_itself_wrote_are_read() {
    let Some(folder) = third_party() else {
        println!("no ../shared/corpus/third_party here: ssh.com's own files were not read");
        return;
    };
    let read = |name: &str| std::fs::read(folder.join(name)).expect("it is in the corpus");
    for name in [
        "openssh-portable/rsa_ssh2.prv",
        "openssh-portable-9.8/dsa_ssh2.prv",
    ] {
        let found = open(&read(name), None).expect("it is not encrypted");
        assert_eq!(found.format, Format::SshCom, "{name}");
        let fingerprint = Fingerprint::of(found.key.public(), FingerprintKind::Sha256);
        assert_eq!(
            fingerprint.to_string(),
            fingerprint_in(&read("MANIFEST.json"), name),
            "{name}"
        );
    }
}

#[test]
fn des_is_read_but_not_written() {
    let weak = PrivateEncoding::Pem {
        cipher: CbcCipher::Des,
    };
    assert_eq!(
        we_refuse(Algorithm::Rsa, &weak, Some(PASSPHRASE)),
        Some(EncodeError::WeakCipher("des-cbc"))
    );
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "what is written is no key, and only on request"
)]
fn the_document_says_what_is_proved() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats.md");
    let expected = document();
    if std::env::var_os(BLESS).is_some() {
        std::fs::create_dir_all(path.with_file_name("")).expect("the folder can be made");
        std::fs::write(&path, &expected).expect("it can be written");
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = found.lines().zip(expected.lines()).position(|(a, b)| a != b);
    let line = differs.unwrap_or_else(|| found.lines().count().min(expected.lines().count()));
    assert!(
        found == expected,
        "docs/formats.md is not what the tests prove; its line {} is\n    {}\nand should be\n    {}\n\
         Look at the change, and if it is meant, run: {BLESS}=1 cargo test --test formats the_document",
        line + 1,
        found.lines().nth(line).unwrap_or("(missing)"),
        expected.lines().nth(line).unwrap_or("(nothing)"),
    );
}

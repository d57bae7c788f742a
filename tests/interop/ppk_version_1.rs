//! PPK version 1, which no program writes any more: made here out of version 2, judged by `puttygen`.
#![expect(clippy::disallowed_methods, reason = "lays out files for other programs")]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::path::Path;
use std::process::Command;

use keywright::format::{self, Consent, DecodeError, Format, Parsed, PrivateFile};
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};
use keywright::secret::Passphrase;

use crate::ppk1::version_1;

const PASSPHRASE: &str = "putty pass";

fn corpus(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/real/putty")
        .join(name);
    std::fs::read_to_string(path).unwrap().replace("\r\n", "\n")
}

fn open(text: &str) -> Result<PrivateFile, DecodeError> {
    match format::parse(text.as_bytes())? {
        Parsed::Private(file) => Ok(file),
        Parsed::Locked(file) => file.unlock(&Passphrase::new(PASSPHRASE.to_owned()), Consent::NotGiven),
        Parsed::Public(_) => panic!("it is a private key"),
    }
}

#[test]
fn version_1_is_read_as_puttygen_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v1.ppk");
    let passphrase = folder.path().join("passphrase");
    std::fs::write(&passphrase, PASSPHRASE).unwrap();
    for name in [
        "rsa1024_v2.ppk",
        "rsa1024_v2_enc.ppk",
        "dsa1024_v2.ppk",
        "dsa1024_v2_enc.ppk",
    ] {
        for is_hash in [true, false] {
            let text = version_1(&corpus(name), PASSPHRASE, is_hash);
            let file = open(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
            assert_eq!(file.format, Format::Ppk1);
            assert_eq!(file.key.public(), open(&corpus(name)).unwrap().key.public());

            std::fs::write(&path, &text).unwrap();
            let told = Command::new("puttygen")
                .arg(&path)
                .args(["-O", "public-openssh", "--old-passphrase"])
                .arg(&passphrase)
                .output()
                .expect("puttygen is there: apt install putty-tools");
            let told = String::from_utf8(told.stdout).unwrap();
            let Ok(Parsed::Public(public)) = format::parse(told.as_bytes()) else {
                panic!("{name}: puttygen says {told:?}\n{text}");
            };
            let [ours, theirs] =
                [file.key.public(), &public.key].map(|key| Fingerprint::of(key, FingerprintKind::Sha256));
            assert_eq!(ours, theirs, "{name}");
        }
    }
}

#[test]
fn an_altered_version_1_is_noticed() {
    let text = version_1(&corpus("rsa1024_v2.ppk"), PASSPHRASE, true);
    let altered = text.replacen("Private-Hash: ", "Private-Hash: 00", 1);
    assert_eq!(open(&altered).map(drop), Err(DecodeError::BadMac));
    // Version 2 has no hash that anybody could compute.
    let newer = text.replacen("File-1", "File-2", 1);
    assert!(matches!(open(&newer), Err(DecodeError::Malformed(_))));
}

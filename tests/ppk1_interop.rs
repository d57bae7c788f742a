//! PPK version 1, which no program writes any more: made here out of version 2, judged by `puttygen`.
#![expect(clippy::disallowed_methods, reason = "lays out files for other programs")]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::path::Path;
use std::process::Command;

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use keywright::format::{self, Consent, DecodeError, Format, Parsed, PrivateFile};
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};
use keywright::secret::Passphrase;
use sha1::{Digest as _, Sha1};

const PASSPHRASE: &str = "putty pass";

fn corpus(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/real/putty")
        .join(name);
    std::fs::read_to_string(path).unwrap().replace("\r\n", "\n")
}

fn string(bytes: &[u8]) -> Vec<u8> {
    let len = u32::try_from(bytes.len()).unwrap().to_be_bytes();
    [&len[..], bytes].concat()
}

/// The base64 behind the header `name`.
fn part(text: &str, name: &str) -> Vec<u8> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with(name));
    let count = lines.next().unwrap()[name.len()..].trim().parse().unwrap();
    Base64::decode_vec(&lines.take(count).collect::<String>()).unwrap()
}

fn cipher_key() -> [u8; 32] {
    let half = |number: u8| Sha1::digest([&[0, 0, 0, number], PASSPHRASE.as_bytes()].concat());
    let both = [half(0), half(1)].concat();
    both[..32].try_into().unwrap()
}

/// Version 1 of a file of version 2: another check, and for DSA the hash of its group.
fn version_1(v2: &str, is_hash: bool) -> String {
    let is_encrypted = v2.contains("Encryption: aes256-cbc");
    let mut plain = part(v2, "Private-Lines:");
    let key = &cipher_key().into();
    let iv = &[0; 16].into();
    if is_encrypted {
        let decryptor = cbc::Decryptor::<aes::Aes256>::new(key, iv);
        decryptor.decrypt_padded::<NoPadding>(&mut plain).unwrap();
    }
    if v2.contains(": ssh-dss") {
        let len = u32::from_be_bytes(plain[..4].try_into().unwrap()) as usize;
        plain.truncate(4 + len);
        let public = part(v2, "Public-Lines:");
        // Behind the type's name stand p, q, g and y; y is the last and as long as its length says.
        let mut rest = &public[4 + 7..];
        for _ in 0..3 {
            let len = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            rest = &rest[4 + len..];
        }
        let group = &public[4 + 7..public.len() - rest.len()];
        plain.extend(string(&Sha1::digest(group)));
        while is_encrypted && !plain.len().is_multiple_of(16) {
            plain.push(0);
        }
    }
    let check = if is_hash {
        format!("Private-Hash: {}", hex(&Sha1::digest(&plain)))
    } else {
        let passphrase = if is_encrypted { PASSPHRASE } else { "" };
        let key = Sha1::digest(["putty-private-key-file-mac-key", passphrase].concat());
        let mut mac = Hmac::<Sha1>::new_from_slice(&key).unwrap();
        mac.update(&plain);
        format!("Private-MAC: {}", hex(&mac.finalize().into_bytes()))
    };
    if is_encrypted {
        let len = plain.len();
        let encryptor = cbc::Encryptor::<aes::Aes256>::new(key, iv);
        encryptor.encrypt_padded::<NoPadding>(&mut plain, len).unwrap();
    }
    let base64 = Base64::encode_string(&plain);
    let lines: Vec<&str> = (0..base64.len())
        .step_by(64)
        .map(|at| &base64[at..base64.len().min(at + 64)])
        .collect();
    let head = v2.split("Private-Lines:").next().unwrap();
    let head = head.replacen("File-2", "File-1", 1);
    format!(
        "{head}Private-Lines: {}\n{}\n{check}\n",
        lines.len(),
        lines.join("\n")
    )
}

fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
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
            let text = version_1(&corpus(name), is_hash);
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
    let text = version_1(&corpus("rsa1024_v2.ppk"), true);
    let altered = text.replacen("Private-Hash: ", "Private-Hash: 00", 1);
    assert_eq!(open(&altered).map(drop), Err(DecodeError::BadMac));
    // Version 2 has no hash that anybody could compute.
    let newer = text.replacen("File-1", "File-2", 1);
    assert!(matches!(open(&newer), Err(DecodeError::Malformed(_))));
}

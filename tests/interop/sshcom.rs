//! ssh.com private keys, judged by `puttygen` and `ssh-keygen`.
#![expect(clippy::disallowed_methods, reason = "lays out files for other programs")]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use keywright::format::{
    self, Consent, DecodeError, EncodeError, Format, Outgoing, Parsed, PrivateEncoding, PrivateFile,
};
use keywright::key::PublicKey;
use keywright::key::comment::Comment;
use keywright::secret::Passphrase;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

const PASSPHRASE: &str = "an old passphrase";
/// In the corpus, and their comments.
const KEYS: [&str; 3] = ["rsa1024_v2.ppk", "dsa1024_v2.ppk", "dsa2048_v3.ppk"];

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/real/putty")
        .join(name)
}

fn open(bytes: &[u8], passphrase: &str) -> Result<PrivateFile, DecodeError> {
    match format::parse(bytes)? {
        Parsed::Private(file) => Ok(file),
        Parsed::Locked(file) => file.unlock(&Passphrase::new(passphrase.to_owned()), Consent::NotGiven),
        Parsed::Public(_) => panic!("it is a private key"),
    }
}

fn read(path: &Path) -> PrivateFile {
    open(&std::fs::read(path).unwrap(), PASSPHRASE)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn puttygen(arguments: &[&str], files: &[(&str, &Path)]) -> String {
    let mut command = Command::new("puttygen");
    command.args(arguments);
    for (option, path) in files {
        if !option.is_empty() {
            command.arg(option);
        }
        command.arg(path);
    }
    let output = command
        .output()
        .expect("puttygen is needed: apt install putty-tools");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn public(line: &str) -> PublicKey {
    match format::parse(line.as_bytes()) {
        Ok(Parsed::Public(file)) => file.key,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn what_puttygen_exports_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let [out, passphrase, nothing] = ["out", "passphrase", "nothing"].map(|name| folder.path().join(name));
    std::fs::write(&passphrase, PASSPHRASE).unwrap();
    std::fs::write(&nothing, "").unwrap();
    for name in KEYS {
        for (new, is_encrypted) in [(&passphrase, true), (&nothing, false)] {
            puttygen(
                &["-q", "-P", "-O", "private-sshcom"],
                &[("", &corpus(name)), ("--new-passphrase", new), ("-o", &out)],
            );
            let original = read(&corpus(name));
            let file = read(&out);
            assert_eq!(file.format, Format::SshCom);
            assert_eq!(file.protection.is_encrypted(), is_encrypted, "{name}");
            assert_eq!(file.key.public(), original.key.public(), "{name}");
            assert_eq!(file.comment, original.comment, "{name}");
            let bytes = std::fs::read(&out).unwrap();
            if is_encrypted {
                assert_eq!(
                    open(&bytes, "another").map(drop),
                    Err(DecodeError::WrongPassphrase)
                );
                assert_eq!(open(&bytes, "").map(drop), Err(DecodeError::NeedsPassphrase));
            }
            for len in 0..bytes.trim_ascii_end().len() {
                assert!(open(&bytes[..len], PASSPHRASE).is_err(), "{name} cut to {len}");
            }
        }
    }
}

#[test]
fn what_is_written_is_read_by_puttygen_and_by_ssh_keygen() {
    let folder = tempfile::tempdir().unwrap();
    let [path, passphrase] = ["key", "passphrase"].map(|name| folder.path().join(name));
    std::fs::write(&passphrase, PASSPHRASE).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let long = "a \\comment\\ with \"quotes\" that goes on and on, ".repeat(5);
    for name in KEYS {
        let original = read(&corpus(name));
        for comment in ["", "short", &long] {
            for given in [None, Some(Passphrase::new(PASSPHRASE.to_owned()))] {
                let comment = Comment::new(comment).unwrap();
                let outgoing = Outgoing {
                    key: &original.key,
                    comment: &comment,
                    certificate: None,
                };
                let text =
                    format::encode_private(outgoing, &PrivateEncoding::SshCom, given.as_ref(), &mut rng)
                        .unwrap();
                let file = open(text.expose(), PASSPHRASE).unwrap();
                assert_eq!(file.key.public(), original.key.public());
                assert_eq!(file.comment, comment.as_str().as_bytes());
                std::fs::write(&path, text.expose()).unwrap();
                let told = puttygen(
                    &["-O", "public-openssh"],
                    &[("", &path), ("--old-passphrase", &passphrase)],
                );
                assert_eq!(public(&told), *original.key.public(), "{name}");
                assert!(told.trim_end().ends_with(comment.as_str().trim_end()), "{told}");
                if given.is_none() && name.starts_with("rsa") {
                    let mut import = Command::new("ssh-keygen");
                    let output = import.arg("-i").arg("-f").arg(&path).output().unwrap();
                    let told = String::from_utf8(output.stdout).unwrap();
                    // It prints the private key, in PEM.
                    assert!(told.starts_with("-----BEGIN RSA PRIVATE KEY-----"), "{told}");
                    assert_eq!(
                        open(told.as_bytes(), "").unwrap().key.public(),
                        original.key.public()
                    );
                }
            }
        }
    }
}

#[test]
fn a_key_that_the_format_has_no_place_for_is_refused_by_name() {
    let original = read(&corpus("ed25519_v2.ppk"));
    let outgoing = Outgoing {
        key: &original.key,
        comment: &Comment::default(),
        certificate: None,
    };
    let refused = format::encode_private(
        outgoing,
        &PrivateEncoding::SshCom,
        None,
        &mut ChaCha20Rng::seed_from_u64(2),
    );
    assert_eq!(
        refused,
        Err(EncodeError::Unsupported {
            format: "ssh.com",
            algorithm: "ssh-ed25519"
        })
    );
}

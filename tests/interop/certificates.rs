//! Certificates and signatures, judged by `ssh-keygen` and `puttygen`.
#![expect(clippy::disallowed_methods, reason = "lays out files for other programs")]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use base64ct::{Base64, Encoding as _};
use keywright::format::{
    self, Argon2Params, Certificate, DecodeError, EncodeError, Outgoing, Parsed, PrivateEncoding,
    PrivateFile, PublicFile, Validity,
};
use keywright::key::comment::Comment;
use keywright::key::signature::{self, SignatureError};
use keywright::key::wire::{Reader, Writer};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use sha2::{Digest as _, Sha256, Sha512};

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/real")
        .join(name)
}

fn public(path: &Path) -> PublicFile {
    match format::parse(&std::fs::read(path).unwrap()) {
        Ok(Parsed::Public(file)) => file,
        other => panic!("{}: {other:?}", path.display()),
    }
}

fn private(path: &Path) -> PrivateFile {
    match format::parse(&std::fs::read(path).unwrap()) {
        Ok(Parsed::Private(file)) => file,
        other => panic!("{}: {other:?}", path.display()),
    }
}

fn certificate(path: &Path) -> Certificate {
    public(path).certificate.expect("it is a certificate")
}

fn ssh_keygen() -> Command {
    let mut command = Command::new("ssh-keygen");
    command.env("TZ", "UTC");
    command
}

fn told(command: &mut Command) -> String {
    let output = command
        .output()
        .expect("it is needed: apt install openssh-client putty-tools");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// What stands below the file's name.
fn theirs(path: &Path) -> String {
    let told = told(ssh_keygen().arg("-L").arg("-f").arg(path));
    let (_, below) = told.split_once('\n').unwrap();
    below.to_owned()
}

/// The same of ours, without the letter by which our times say that they are UTC.
fn ours(certificate: &Certificate) -> String {
    certificate
        .to_string()
        .lines()
        .map(|line| match line.trim_start().strip_prefix("Valid: ") {
            Some(_) => line.replace('Z', "") + "\n",
            None => line.to_owned() + "\n",
        })
        .collect()
}

#[test]
fn certificates_are_shown_as_ssh_keygen_shows_them() {
    let mut seen = 0;
    for folder in ["openssh", "asyncssh", "python"] {
        for entry in std::fs::read_dir(corpus(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            // ssh-keygen 9.2 escapes an umlaut of the key ID; we show it. And it knows no post-quantum keys.
            if !name.ends_with("-cert.pub") || name.contains("utf8") || name.contains("mldsa") {
                continue;
            }
            assert_eq!(ours(&certificate(&path)), theirs(&path), "{name}");
            seen += 1;
        }
    }
    assert!(seen >= 13, "only {seen}");
}

#[test]
fn certificates_of_every_authority_are_verified_and_no_altered_one_is() {
    let folder = tempfile::tempdir().unwrap();
    let subject = folder.path().join("subject");
    told(
        ssh_keygen()
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(&subject),
    );
    let signed = folder.path().join("subject-cert.pub");
    for (kind, bits, scheme) in [
        ("ed25519", "256", "ssh-ed25519"),
        ("ecdsa", "256", "ecdsa-sha2-nistp256"),
        ("ecdsa", "384", "ecdsa-sha2-nistp384"),
        ("ecdsa", "521", "ecdsa-sha2-nistp521"),
        ("rsa", "2048", "rsa-sha2-512"),
        ("rsa", "2048", "rsa-sha2-256"),
        ("rsa", "2048", "ssh-rsa"),
    ] {
        let authority = folder.path().join(scheme);
        let mut make = ssh_keygen();
        make.args(["-q", "-t", kind, "-b", bits, "-N", "", "-f"]);
        told(make.arg(&authority));
        let mut sign = ssh_keygen();
        sign.args([
            "-q",
            "-I",
            "an id",
            "-n",
            "alice,bob",
            "-z",
            "7",
            "-V",
            "20240101:20340101",
        ]);
        if kind == "rsa" {
            sign.args(["-t", scheme]);
        }
        told(sign.arg("-s").arg(&authority).arg(subject.with_extension("pub")));

        let found = certificate(&signed);
        assert_eq!(found.signature().scheme, scheme);
        assert_eq!(found.signature().is_sha1, scheme == "ssh-rsa");
        assert_eq!((found.serial(), found.key_id()), (7, &b"an id"[..]));
        assert_eq!(found.principals(), [b"alice".to_vec(), b"bob".to_vec()]);
        assert_eq!(*found.authority(), public(&authority.with_extension("pub")).key);
        assert_eq!(ours(&found), theirs(&signed));
        for (now, validity) in [
            (1_704_067_199, Validity::NotYetValid),
            (1_704_067_200, Validity::Valid),
            (2_019_686_399, Validity::Valid),
            (2_019_686_400, Validity::Expired),
        ] {
            assert_eq!(found.validity(now), validity, "{now}");
        }
        for at in 0..found.blob().len() {
            let mut altered = found.blob().to_vec();
            altered[at] ^= 1 << (at % 8);
            assert!(Certificate::from_wire(&altered).is_err(), "{scheme}: byte {at}");
        }
        // Inside the names nothing else is wrong.
        let at = found
            .blob()
            .windows(5)
            .position(|bytes| bytes == b"alice")
            .unwrap();
        let mut altered = found.blob().to_vec();
        altered[at] = b'A';
        let error = Certificate::from_wire(&altered).unwrap_err();
        assert_eq!(error, DecodeError::BadSignature(SignatureError::Wrong));
        assert_eq!(error.code(), "bad-signature");
        std::fs::remove_file(&signed).unwrap();
    }
}

#[test]
fn a_certificate_goes_into_a_ppk_file_with_its_key_and_out_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("certified.ppk");
    let mut key = private(&corpus("openssh/ed25519"));
    let comment = Comment::new("certified").unwrap();
    let other = certificate(&corpus("openssh/cert_user_ecdsa256-cert.pub"));
    assert!(key.attach(other.clone()).is_err());
    assert!(key.detach().is_none());

    let subject = folder.path().join("subject.pub");
    let line = format::public_line::encode(key.key.public(), &comment);
    std::fs::write(&subject, line).unwrap();
    let authority = folder.path().join("authority");
    told(
        ssh_keygen()
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(&authority),
    );
    told(
        ssh_keygen()
            .args(["-q", "-I", "id", "-n", "alice", "-s"])
            .arg(&authority)
            .arg(&subject),
    );
    key.attach(certificate(&folder.path().join("subject-cert.pub")))
        .unwrap();

    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let mut write = |certificate| {
        let outgoing = Outgoing {
            key: &key.key,
            comment: &comment,
            certificate,
        };
        format::encode_private(
            outgoing,
            &PrivateEncoding::Ppk3(Argon2Params::default()),
            None,
            &mut rng,
        )
    };
    assert_eq!(write(Some(&other)), Err(EncodeError::OtherCertificate));
    std::fs::write(&path, write(key.certificate.as_ref()).unwrap().expose()).unwrap();
    let info = told(Command::new("puttygen").arg(&path).arg("--cert-info"));
    assert!(info.contains("alice"), "{info}");

    let mut read = private(&path);
    assert_eq!(read.certificate, key.certificate);
    assert_eq!(read.detach(), key.certificate);
    assert!(read.certificate.is_none());
}

/// OpenSSH's test suite has a signature by a key of every kind, over the same text.
#[test]
fn signatures_of_every_kind_of_key_are_verified() {
    const SIGNED: &[u8] = b"This is a test, this is only a test";
    let suites = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/third_party");
    if !suites.is_dir() {
        println!("no ../shared/corpus/third_party here: nothing was verified");
        return;
    }
    for (file, scheme) in [
        (
            "openssh-portable/unittests_sshsig_testdata_ed25519.sig",
            "ssh-ed25519",
        ),
        (
            "openssh-portable/unittests_sshsig_testdata_ecdsa.sig",
            "ecdsa-sha2-nistp256",
        ),
        (
            "openssh-portable/unittests_sshsig_testdata_rsa.sig",
            "rsa-sha2-512",
        ),
        (
            "openssh-portable/unittests_sshsig_testdata_ecdsa_sk.sig",
            "sk-ecdsa-sha2-nistp256@openssh.com",
        ),
        (
            "openssh-portable/unittests_sshsig_testdata_ed25519_sk.sig",
            "sk-ssh-ed25519@openssh.com",
        ),
        (
            "openssh-portable/unittests_sshsig_testdata_mldsa44-ed25519.sig",
            "ssh-mldsa44-ed25519@openssh.com",
        ),
        (
            "openssh-portable-9.8/unittests_sshsig_testdata_dsa.sig",
            "ssh-dss",
        ),
    ] {
        let text = std::fs::read_to_string(suites.join(file)).unwrap();
        let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        let blob = Base64::decode_vec(&body).unwrap();
        let mut reader = Reader::new(&blob[10..]);
        let key = keywright::key::PublicKey::from_wire(reader.string().unwrap()).unwrap();
        let namespace = reader.string().unwrap();
        let reserved = reader.string().unwrap();
        let hash = reader.text().unwrap();
        let digest = match hash {
            "sha256" => Sha256::digest(SIGNED).to_vec(),
            _ => Sha512::digest(SIGNED).to_vec(),
        };
        let mut message = Writer::new();
        message
            .bytes(b"SSHSIG")
            .string(namespace)
            .string(reserved)
            .string(hash.as_bytes())
            .string(&digest);
        let message = message.finish_public();
        let signature = reader.string().unwrap();
        let verified = signature::verify(&key, &message, signature);
        assert_eq!(verified.map(|verified| verified.scheme), Ok(scheme), "{file}");
        for at in 0..signature.len() {
            let mut altered = signature.to_vec();
            altered[at] ^= 0x40;
            assert!(
                signature::verify(&key, &message, &altered).is_err(),
                "{file}: byte {at}"
            );
        }
        assert!(
            signature::verify(&key, &message[1..], signature).is_err(),
            "{file}"
        );
    }
}

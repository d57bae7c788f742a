//! Private key files that `ssh-keygen` and `puttygen` write, read by us.

use keywright::format::{Argon2Params, Cipher, DecodeError, Format, PrivateFile, Protection, public_line};
use keywright::key::comment::Comment;
use keywright::key::crew::Alone;
use keywright::key::self_check;
use keywright::key::sign::{RsaHash, can_sign, sign};
use keywright::key::{KeyPair, PrivateKey};
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

use crate::common::Kind;
use crate::matrix::{
    FEW_ROUNDS, Secret, argon2, made_by_puttygen, name_of, none_and_secrets, openssh, ours, read, secrets,
};
use crate::tools::{Folder, Tool, hold, openssh_version, same};

const COMMENT: &str = "made by them, 2026";

/// Type and bits as `ssh-keygen` wants them; nothing for what it does not make.
fn openssh_type(kind: Kind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        Kind::Ed25519 => ("ed25519", "256"),
        Kind::P256 => ("ecdsa", "256"),
        Kind::P384 => ("ecdsa", "384"),
        Kind::P521 => ("ecdsa", "521"),
        Kind::Rsa2048 => ("rsa", "2048"),
        Kind::Rsa3072 => ("rsa", "3072"),
        Kind::Ed448 | Kind::Dsa => return None,
    })
}

/// Type and bits as `puttygen` wants them.
fn putty_type(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Ed25519 => ("ed25519", "255"),
        Kind::P256 => ("ecdsa", "256"),
        Kind::P384 => ("ecdsa", "384"),
        Kind::P521 => ("ecdsa", "521"),
        Kind::Rsa2048 => ("rsa", "2048"),
        Kind::Rsa3072 => ("rsa", "3072"),
        Kind::Ed448 => ("ed448", "448"),
        Kind::Dsa => ("dsa", "1024"),
    }
}

/// Whether a file holds the key of `expected`, a public key line, and is protected as expected.
fn fits(name: &str, file: &PrivateFile, protection: &Protection, expected: &str) -> Result<(), String> {
    let (comment, is_changed) = Comment::cleaned(&file.comment);
    if is_changed {
        return Err(format!("{name}: the comment was read as {:?}", file.comment));
    }
    let line = public_line::encode(file.key.public(), &comment);
    same(name, &line, expected.trim_end_matches('\n'))?;
    if file.protection != *protection {
        return Err(format!("{name}: {:?} instead of {protection:?}", file.protection));
    }
    let is_dsa = file.key.algorithm().short_name() == "dsa";
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    if !is_dsa && !self_check::signs(&file.key, &Alone, &mut rng) {
        return Err(format!("{name}: what the private half signs does not verify"));
    }
    let signed = can_sign(&file.key).then(|| sign(&file.key, RsaHash::Sha512, b"to log in", &mut rng));
    match signed {
        Some(Err(error)) => Err(format!("{name}: {error}")),
        _ => Ok(()),
    }
}

fn check_ssh_keygen(kind: Kind, cipher: Cipher, secret: Option<Secret>, rounds: u32) -> Result<(), String> {
    let name = format!("ssh-keygen, {kind:?}, {cipher:?}, {}", name_of(secret));
    let folder = Folder::new();
    let (type_name, bits) = openssh_type(kind).ok_or("ssh-keygen makes no such keys")?;
    let passphrase = secret.map(|secret| secret.text);
    folder
        .tool("ssh-keygen")
        .args(["-q", "-t", type_name, "-b", bits, "-C", COMMENT, "-f", "key"])
        .args(["-Z", cipher.as_str(), "-a", &rounds.to_string()])
        .args(["-N", passphrase.unwrap_or_default()])
        .output()?;
    let file = read(&folder.get("key"), passphrase).map_err(|error| format!("{name}: {error}"))?;
    let protection = match secret {
        Some(_) => Protection::OpenSsh { cipher, rounds },
        None => Protection::None,
    };
    fits(&name, &file, &protection, &folder.get_text("key.pub"))
}

fn check_kind_of_ssh_keygen(kind: Kind) {
    let mut results = Vec::new();
    for cipher in [Cipher::Aes256Ctr, Cipher::Aes256Gcm] {
        for secret in none_and_secrets() {
            results.push(check_ssh_keygen(kind, cipher, secret, FEW_ROUNDS));
        }
    }
    hold(results);
}

/// Makes one key with `puttygen`, and every file of it that `puttygen` can write.
fn check_kind_of_puttygen(kind: Kind) {
    let folder = Folder::new();
    folder.put("nothing", b"");
    let (type_name, bits) = putty_type(kind);
    folder
        .tool("puttygen")
        .args(["-q", "-t", type_name, "-b", bits, "-C", COMMENT, "-o", "key.ppk"])
        .args(["--new-passphrase", "nothing"])
        .output()
        .expect("puttygen makes a key");
    let expected = folder
        .tool("puttygen")
        .args(["key.ppk", "-O", "public-openssh"])
        .output()
        .expect("puttygen reads what it wrote");

    let mut results = Vec::new();
    let mut check = |format, arguments: &[&str], secret: Option<Secret>, protection: Protection| {
        let name = format!("puttygen, {kind:?}, {arguments:?}, {}", name_of(secret));
        let passphrase = secret.map(|secret| secret.text);
        folder.put("passphrase", passphrase.unwrap_or_default().as_bytes());
        let tool = folder.tool("puttygen").args([
            "key.ppk",
            "-o",
            "written",
            "-P",
            "--new-passphrase",
            "passphrase",
        ]);
        let written = arguments.iter().fold(tool, Tool::arg).output();
        results.push(written.and_then(|_| {
            let file =
                read(&folder.get("written"), passphrase).map_err(|error| format!("{name}: {error}"))?;
            if file.format != format {
                return Err(format!("{name}: read as {:?}", file.format));
            }
            fits(&name, &file, &protection, &expected)
        }));
    };
    for secret in none_and_secrets() {
        let protected = |protection| secret.map_or(Protection::None, |_| protection);
        check(
            Format::Ppk2,
            &["-O", "private", "--ppk-param", "version=2"],
            secret,
            protected(Protection::PpkSha1),
        );
        for params in argon2() {
            check(
                Format::Ppk3,
                &["-O", "private", "--ppk-param", &ppk_parameters(&params)],
                secret,
                protected(Protection::Ppk3(params)),
            );
        }
        check(
            Format::OpenSsh,
            &["-O", "private-openssh-new"],
            secret,
            protected(Protection::OpenSsh {
                cipher: Cipher::Aes256Ctr,
                rounds: 16,
            }),
        );
    }
    hold(results);
}

fn ppk_parameters(params: &Argon2Params) -> String {
    format!(
        "version=3,kdf={},memory={},passes={},parallelism={}",
        params.variant.name().to_lowercase(),
        params.mem_kib,
        params.passes,
        params.parallelism
    )
}

#[test]
fn ed25519_files_of_ssh_keygen_are_read() {
    check_kind_of_ssh_keygen(Kind::Ed25519);
}

#[test]
fn ecdsa_files_of_ssh_keygen_are_read() {
    for kind in [Kind::P256, Kind::P384, Kind::P521] {
        check_kind_of_ssh_keygen(kind);
    }
}

#[test]
fn rsa_2048_files_of_ssh_keygen_are_read() {
    check_kind_of_ssh_keygen(Kind::Rsa2048);
}

#[test]
fn rsa_3072_files_of_ssh_keygen_are_read() {
    check_kind_of_ssh_keygen(Kind::Rsa3072);
}

#[test]
fn ed25519_files_of_puttygen_are_read() {
    check_kind_of_puttygen(Kind::Ed25519);
}

#[test]
fn p256_files_of_puttygen_are_read() {
    check_kind_of_puttygen(Kind::P256);
}

#[test]
fn p384_files_of_puttygen_are_read() {
    check_kind_of_puttygen(Kind::P384);
}

#[test]
fn p521_files_of_puttygen_are_read() {
    check_kind_of_puttygen(Kind::P521);
}

#[test]
fn rsa_2048_files_of_puttygen_are_read() {
    check_kind_of_puttygen(Kind::Rsa2048);
}

#[test]
fn rsa_3072_files_of_puttygen_are_read() {
    check_kind_of_puttygen(Kind::Rsa3072);
}

#[test]
fn ed448_files_of_puttygen_are_read() {
    check_kind_of_puttygen(Kind::Ed448);
}

#[test]
fn dsa_files_of_puttygen_are_read() {
    check_kind_of_puttygen(Kind::Dsa);
}

#[test]
fn every_cipher_of_ssh_keygen_is_read() {
    let offered = Folder::new()
        .tool("ssh-keygen")
        .args(["-Q", "cipher"])
        .output()
        .or_else(|_| Folder::new().tool("ssh").args(["-Q", "cipher"]).output())
        .expect("ssh lists its ciphers");
    let [_, utf8, _] = secrets();
    let ciphers: Vec<Cipher> = offered
        .lines()
        .map(|name| Cipher::new(name).unwrap_or_else(|_| panic!("ssh offers {name}, which we do not know")))
        .collect();
    assert!(ciphers.len() >= 10, "only {ciphers:?}");
    let check = |cipher: &Cipher| check_ssh_keygen(Kind::Ed25519, *cipher, Some(utf8), FEW_ROUNDS);
    hold(ciphers.iter().map(check).collect());
}

/// The Rust crate `ssh-key` pads the private number to the length of the curve, against RFC 4251 §5.
#[test]
fn a_private_number_with_zeros_in_front_is_read_by_us_as_by_ssh_keygen() {
    let has_zeros = |key: &KeyPair| match key.private() {
        PrivateKey::Ecdsa { scalar } => scalar.len() < 66,
        _ => false,
    };
    let key = (0..200)
        .map(|number| Kind::P521.new_key(number))
        .find(has_zeros)
        .expect("half of them have");
    let comment = Comment::new(COMMENT).expect("it is a comment");
    let file = ours(&key, &comment, &openssh(Cipher::Aes256Ctr), None);
    let padded = ssh_key::PrivateKey::from_openssh(&file)
        .and_then(|key| key.to_openssh(ssh_key::LineEnding::LF))
        .expect("ssh-key reads and writes it");

    let expected = public_line::encode(key.public(), &comment);
    let folder = Folder::new();
    folder.put("key", padded.as_bytes());
    let printed = folder
        .tool("ssh-keygen")
        .args(["-y", "-P", "", "-f", "key"])
        .output()
        .expect("ssh-keygen reads it");
    assert_eq!(printed.trim_end(), expected);
    let read = read(padded.as_bytes(), None).expect("we read it");
    fits("ssh-key", &read, &Protection::None, &expected).expect("it is the same key");
}

#[test]
fn files_at_the_usual_cost_of_the_others_are_read() {
    let [ascii, ..] = secrets();
    let folder = Folder::new();
    folder
        .tool("ssh-keygen")
        .args([
            "-q", "-t", "ed25519", "-C", COMMENT, "-f", "key", "-N", ascii.text,
        ])
        .output()
        .expect("ssh-keygen makes a key");
    let file = read(&folder.get("key"), Some(ascii.text)).expect("it is read");
    let rounds = match openssh_version() {
        Some(version) if version < (9, 4) => 16,
        _ => 24,
    };
    let cipher = Cipher::Aes256Ctr;
    let protection = Protection::OpenSsh { cipher, rounds };
    fits("ssh-keygen", &file, &protection, &folder.get_text("key.pub")).expect("it is the same key");

    // How many passes puttygen makes depends on the machine: it takes a tenth of a second.
    folder.put("passphrase", ascii.text.as_bytes());
    made_by_puttygen(&folder, "passphrase")
        .output()
        .expect("puttygen makes a key");
    let file = read(&folder.get("key.ppk"), Some(ascii.text)).expect("it is read");
    let Protection::Ppk3(params) = file.protection else {
        panic!("{:?}", file.protection);
    };
    let usual = Argon2Params {
        passes: params.passes,
        ..Argon2Params::default()
    };
    assert_eq!(params, usual);
    folder
        .tool("puttygen")
        .args(["key", "-o", "13.ppk", "-O", "private", "--ppk-param", "passes=13"])
        .args(["--old-passphrase", "passphrase", "--new-passphrase", "passphrase"])
        .output()
        .expect("puttygen converts a key");
    let file = read(&folder.get("13.ppk"), Some(ascii.text)).expect("it is read");
    let protection = Protection::Ppk3(Argon2Params::default());
    fits("puttygen", &file, &protection, &folder.get_text("key.pub")).expect("it is the same key");
}

#[test]
fn a_wrong_passphrase_for_their_files_is_called_that() {
    let folder = Folder::new();
    folder.put("passphrase", b"right");
    folder.put("nothing", b"");
    let mut results = Vec::new();
    for cipher in [
        "aes256-ctr",
        "aes256-gcm@openssh.com",
        "chacha20-poly1305@openssh.com",
    ] {
        folder
            .tool("ssh-keygen")
            .args([
                "-q", "-t", "ed25519", "-N", "right", "-a", "4", "-Z", cipher, "-f", cipher,
            ])
            .output()
            .expect("ssh-keygen makes a key");
        results.push((cipher, folder.get(cipher)));
    }
    for parameters in ["version=2", "version=3,memory=64,passes=1"] {
        made_by_puttygen(&folder, "passphrase")
            .args(["--ppk-param", parameters])
            .output()
            .expect("puttygen makes a key");
        results.push((parameters, folder.get("key.ppk")));
    }
    for (name, file) in results {
        assert_eq!(
            read(&file, Some("wrong")).err(),
            Some(DecodeError::WrongPassphrase),
            "{name}"
        );
    }
}

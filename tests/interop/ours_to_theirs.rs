//! Private key files that we write, read by `ssh-keygen` and `puttygen`.

use keywright::format::{Argon2Params, Cipher, PrivateEncoding, public_line};
use keywright::key::comment::Comment;

use crate::common::{Kind, OPENSSH_CIPHERS};
use crate::matrix::{Secret, argon2, name_of, none_and_secrets, openssh, ours, reread_by_puttygen, secrets};
use crate::refusals::puttygen_refusal;
use crate::tools::{Folder, hold, same};

const COMMENT: &str = "made by us, 2026";

/// One file: a key, how it is written, and its passphrase.
struct Cell {
    kind: Kind,
    encoding: PrivateEncoding,
    secret: Option<Secret>,
}

impl Cell {
    fn name(&self) -> String {
        format!("{:?}, {:?}, {}", self.kind, self.encoding, name_of(self.secret))
    }

    /// Writes it, and holds every program that should read it to that.
    fn check(&self) -> Result<(), String> {
        let folder = Folder::new();
        let comment = Comment::new(COMMENT).map_err(|error| error.to_string())?;
        let key = self.kind.key();
        let passphrase = self.secret.map(|secret| secret.text);
        folder.put("key", &ours(key, &comment, &self.encoding, passphrase));
        let expected = public_line::encode(key.public(), &comment) + "\n";

        let cipher = match self.encoding {
            PrivateEncoding::OpenSsh { cipher, .. } => Some(cipher),
            PrivateEncoding::Ppk3(_) | PrivateEncoding::Ppk2 => None,
            // OpenSSL and others judge these, in tests of their own.
            PrivateEncoding::Pem { .. }
            | PrivateEncoding::Pkcs8 { .. }
            | PrivateEncoding::SshCom
            | PrivateEncoding::Jwk
            | PrivateEncoding::Dropbear => return Ok(()),
        };
        if cipher.is_some() && is_known_to_openssh(self.kind) {
            let printed = folder
                .tool("ssh-keygen")
                .args(["-y", "-P", passphrase.unwrap_or_default(), "-f", "key"])
                .output()
                .map_err(|complaint| format!("{}: {complaint}", self.name()))?;
            same(&format!("ssh-keygen, {}", self.name()), &printed, &expected)?;
        }

        let ran = reread_by_puttygen(&folder, "key", passphrase);
        let refusal = cipher.filter(|_| passphrase.is_some()).and_then(puttygen_refusal);
        match refusal {
            Some(words) if !ran.is_success && ran.stderr.contains(words) => Ok(()),
            Some(_) => Err(format!(
                "{}: puttygen does not refuse this as it used to: {}",
                self.name(),
                ran.complaint()
            )),
            None if ran.is_success => {
                let expected = ours(key, &comment, &PrivateEncoding::Ppk2, None);
                let expected = String::from_utf8_lossy(&expected);
                same(
                    &format!("puttygen, {}", self.name()),
                    &folder.get_text("reread"),
                    &expected,
                )
            }
            None => Err(format!("{}: {}", self.name(), ran.complaint())),
        }
    }
}

/// Ed448 was never, DSA is no longer.
fn is_known_to_openssh(kind: Kind) -> bool {
    !matches!(kind, Kind::Ed448 | Kind::Dsa)
}

/// Every encoding of one kind of key with every passphrase.
fn check_kind(kind: Kind) {
    let mut encodings = vec![
        openssh(Cipher::Aes256Ctr),
        openssh(Cipher::Aes256Gcm),
        PrivateEncoding::Ppk2,
    ];
    encodings.extend(argon2().map(PrivateEncoding::Ppk3));
    let mut results = Vec::new();
    for encoding in encodings {
        for secret in none_and_secrets() {
            let cell = Cell {
                kind,
                encoding,
                secret,
            };
            results.push(cell.check());
        }
    }
    hold(results);
}

#[test]
fn ed25519_files_are_read_by_the_others() {
    check_kind(Kind::Ed25519);
}

#[test]
fn p256_files_are_read_by_the_others() {
    check_kind(Kind::P256);
}

#[test]
fn p384_files_are_read_by_the_others() {
    check_kind(Kind::P384);
}

#[test]
fn p521_files_are_read_by_the_others() {
    check_kind(Kind::P521);
}

#[test]
fn rsa_2048_files_are_read_by_the_others() {
    check_kind(Kind::Rsa2048);
}

#[test]
fn rsa_3072_files_are_read_by_the_others() {
    check_kind(Kind::Rsa3072);
}

#[test]
fn ed448_files_are_read_by_puttygen() {
    check_kind(Kind::Ed448);
}

#[test]
fn dsa_files_are_read_by_puttygen() {
    check_kind(Kind::Dsa);
}

#[test]
fn files_at_their_usual_cost_are_read_by_the_others() {
    let [ascii, ..] = secrets();
    let encodings = [
        PrivateEncoding::OPENSSH,
        PrivateEncoding::Ppk3(Argon2Params::default()),
    ];
    let cell = |encoding| Cell {
        kind: Kind::Ed25519,
        encoding,
        secret: Some(ascii),
    };
    hold(encodings.map(|encoding| cell(encoding).check()).into());
}

#[test]
fn every_cipher_that_we_write_is_read_by_ssh_keygen() {
    let [_, utf8, _] = secrets();
    let cell = |cipher| Cell {
        kind: Kind::Ed25519,
        encoding: openssh(cipher),
        secret: Some(utf8),
    };
    hold(OPENSSH_CIPHERS.map(|cipher| cell(cipher).check()).into());
}

#[test]
fn a_wrong_passphrase_for_our_files_is_one_for_the_others_too() {
    let folder = Folder::new();
    let (key, comment) = (Kind::Ed25519.key(), Comment::default());
    for cipher in [Cipher::Aes256Ctr, Cipher::Aes256Gcm] {
        folder.put("key", &ours(key, &comment, &openssh(cipher), Some("right")));
        let ran = folder
            .tool("ssh-keygen")
            .args(["-y", "-P", "wrong", "-f", "key"])
            .run();
        assert!(!ran.is_success, "{cipher:?}");
        assert!(ran.stderr.contains("incorrect passphrase"), "{}", ran.complaint());
    }
    let encodings = [
        openssh(Cipher::Aes256Ctr),
        PrivateEncoding::Ppk2,
        PrivateEncoding::Ppk3(argon2()[0]),
    ];
    for encoding in encodings {
        folder.put("key", &ours(key, &comment, &encoding, Some("right")));
        let ran = reread_by_puttygen(&folder, "key", Some("wrong"));
        assert!(!ran.is_success, "{encoding:?}");
        let words = ["wrong passphrase", "decryption check failed"];
        let is_named = words.iter().any(|words| ran.stderr.contains(words));
        assert!(is_named, "{}", ran.complaint());
    }
}

/// A PPK file without random salt is determined by its key, comment and passphrase.
#[test]
fn ppk_files_are_byte_for_byte_those_of_puttygen() {
    let comment = Comment::new(COMMENT).expect("it is a comment");
    let mut results = Vec::new();
    for kind in Kind::ALL {
        for (encoding, version, secret) in [
            (PrivateEncoding::Ppk2, 2, None),
            (PrivateEncoding::Ppk2, 2, Some("right")),
            (PrivateEncoding::Ppk3(Argon2Params::default()), 3, None),
        ] {
            let folder = Folder::new();
            folder.put("passphrase", secret.unwrap_or_default().as_bytes());
            folder.put("ours", &ours(kind.key(), &comment, &encoding, secret));
            let written = folder
                .tool("puttygen")
                .args(["ours", "-O", "private", "-o", "theirs", "--reencrypt"])
                .args(["--old-passphrase", "passphrase"])
                .args(["--new-passphrase", "passphrase"])
                .args(["--ppk-param", &format!("version={version}")])
                .output();
            results.push(written.and_then(|_| {
                let (ours, theirs) = (folder.get_text("ours"), folder.get_text("theirs"));
                same(
                    &format!("{kind:?}, version {version}, {secret:?}"),
                    &ours,
                    &theirs,
                )
            }));
        }
    }
    hold(results);
}

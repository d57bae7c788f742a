//! One function for each target.
//!
//! Most put their bytes inside a file that is whole on the outside; bytes that begin like a file are
//! also taken as one, so that the text around a key is tried as well.

use keywright::engine::agents;
use keywright::format::agent::{self, Answer, Held};
use keywright::format::key_lines::{self, Listing};
use keywright::format::{Certificate, Parsed};
use keywright::key::comment::{Comment, escaped};
use keywright::key::fingerprint::FingerprintKind;
use keywright::key::wire::Reader;

use crate::check::{self, allowance, watched};
use crate::wrap;

/// What the encrypted files among the seeds are protected with; the first byte chooses.
pub const PASSPHRASES: [&[u8]; 16] = [
    b"passphrase",
    b"sslpass",
    b"cipherpass",
    b"putty pass",
    b"pypass",
    b"export pass",
    b"asyncpass",
    b"pempass",
    b"argon",
    b"ecpass",
    b"edpass",
    b"rounds",
    b"mekmitasdigoat",
    b"hunter42",
    b"libssh2",
    b"pw",
];

/// A file of any kind.
pub fn file(bytes: &[u8]) {
    if let Some(parsed) = check::read(bytes) {
        check::file(&parsed);
    }
}

/// As a file where it begins like one, else as what stands in one.
fn file_or(bytes: &[u8], begins: &[u8], wrap: impl FnOnce(&[u8]) -> Vec<u8>) {
    if bytes.starts_with(begins) {
        file(bytes);
    } else {
        file(&wrap(bytes));
    }
}

/// OpenSSH's private key files.
pub fn openssh(bytes: &[u8]) {
    file_or(bytes, b"-----BEGIN", |inside| {
        wrap::pem("OPENSSH PRIVATE KEY", inside)
    });
}

/// PPK files: the first byte chooses the version.
pub fn ppk(bytes: &[u8]) {
    if bytes.starts_with(b"PuTTY-") {
        file(bytes);
    } else if let Some((version, parts)) = bytes.split_first()
        && let Some(whole) = wrap::ppk(version % 2 == 1, parts)
    {
        file(&whole);
    }
}

/// PEM: the first byte chooses the label.
pub fn pem(bytes: &[u8]) {
    if bytes.starts_with(b"-----BEGIN") {
        file(bytes);
    } else if let Some((label, inside)) = bytes.split_first() {
        file(&wrap::pem(
            wrap::LABELS[usize::from(*label) % wrap::LABELS.len()],
            inside,
        ));
    }
}

/// PKCS#8, plain and encrypted.
pub fn pkcs8(bytes: &[u8]) {
    file_or(bytes, b"-----BEGIN", |inside| wrap::pem("PRIVATE KEY", inside));
}

/// Binary files.
pub fn der(bytes: &[u8]) {
    file(bytes);
}

/// ssh.com's private key files.
pub fn sshcom(bytes: &[u8]) {
    file_or(bytes, b"----", wrap::sshcom);
}

/// RFC 4716.
pub fn rfc4716(bytes: &[u8]) {
    file_or(bytes, b"----", wrap::rfc4716);
}

/// Public key lines.
pub fn public_line(bytes: &[u8]) {
    file_or(bytes, b"s", wrap::public_line);
}

/// Lists of keys.
pub fn key_lines(bytes: &[u8]) {
    match watched(allowance(bytes.len()), || key_lines::parse(bytes)) {
        Ok(Listing::One(parsed)) => check::file(&parsed),
        Ok(Listing::Lines(lines)) => {
            assert!(lines.clone().any(|line| line.key.is_ok()));
            assert!(lines.clone().is_sorted_by(|one, next| one.number < next.number));
            for line in lines {
                check::printable(&escaped(&line.lead));
                match line.key {
                    Ok(file) => check::public(&file),
                    Err(error) => check::refused(&error),
                }
            }
        }
        Err(error) => check::refused(&error),
    }
}

pub use crate::lists::{authorized_keys, known_hosts, ssh_config};
pub use crate::logs::log;
pub use crate::signatures::{allowed_signers, sshsig};

/// Certificates: the first byte chooses whether they are signed here.
pub fn certificate(bytes: &[u8]) {
    let Some((is_signed, bytes)) = bytes.split_first() else {
        return;
    };
    let signed = wrap::certificate(bytes);
    let blob = if is_signed % 2 == 1 { &signed } else { bytes };
    match watched(allowance(blob.len()), || Certificate::from_wire(blob)) {
        Ok(certificate) => {
            assert_eq!(certificate.blob(), blob);
            check::certificate_text(&certificate);
            file(&wrap::public_line(blob));
        }
        Err(error) => check::refused(&error),
    }
}

/// What a key agent answers; where its kind is missing, it is a list of keys.
pub fn agent(bytes: &[u8]) {
    let listed = [&[12], bytes].concat();
    let is_of_a_kind = bytes.first().is_some_and(|kind| [5, 6, 12, 14].contains(kind));
    let answer = if is_of_a_kind { bytes } else { &listed };
    // No more than a quarter of a megabyte is ever taken from an agent, whatever becomes of it.
    match watched(usize::MAX, || agent::read_answer(answer)) {
        Ok(Answer::Keys(keys)) => {
            for key in keys {
                check::printable(&escaped(&key.comment));
                check::printable(&agents::line_of(&key, FingerprintKind::Sha256));
                match &key.held {
                    Held::Key(public) => assert!(public.bits() > 0),
                    Held::Certificate(certificate) => assert_eq!(certificate.blob(), key.blob),
                    Held::Unknown(name) => check::printable(name),
                }
            }
        }
        Ok(Answer::Success | Answer::Failure | Answer::Signature(_)) => {}
        Err(error) => check::printable(&error.to_string()),
    }
}

/// JSON Web Keys.
pub fn jwk(bytes: &[u8]) {
    file_or(bytes, b"{", |members| [b"{\"kty\":", members, b"}"].concat());
}

/// SSH 1, private where its magic word is missing, and public where it begins with a digit.
pub fn ssh1(bytes: &[u8]) {
    if bytes.first().is_some_and(u8::is_ascii_digit) || bytes.starts_with(b"SSH PRIVATE") {
        file(bytes);
    } else {
        file(&[b"SSH PRIVATE KEY FILE FORMAT 1.1\n\0", bytes].concat());
    }
}

/// OpenSSL's public keys: the first byte chooses the label.
pub fn spki(bytes: &[u8]) {
    if bytes.starts_with(b"-----BEGIN") {
        file(bytes);
    } else if let Some((label, inside)) = bytes.split_first() {
        file(&wrap::pem(
            ["PUBLIC KEY", "RSA PUBLIC KEY"][usize::from(label % 2)],
            inside,
        ));
    }
}

/// The data types of RFC 4251, and comments.
pub fn wire(bytes: &[u8]) {
    check::wire(bytes);
    let (comment, _) = Comment::cleaned(bytes);
    check::printable(comment.as_str());
    check::printable(&escaped(bytes));
    let mut reader = Reader::new(bytes);
    // Each kind of field in turn, as long as anything is left.
    loop {
        let before = reader.rest().len();
        let is_read = reader.mpint().is_ok() || reader.text().is_ok() || reader.array::<32>().is_ok();
        if !is_read && reader.string().is_err() && reader.byte().is_err() {
            break;
        }
        assert!(reader.rest().len() < before, "nothing was read");
    }
}

/// Encrypted files: the first byte chooses the passphrase.
pub fn unlock(bytes: &[u8]) {
    let Some((choice, bytes)) = bytes.split_first() else {
        return;
    };
    let passphrase = PASSPHRASES[usize::from(*choice) % PASSPHRASES.len()];
    if let Some(parsed) = check::read(bytes)
        && let Some(file) = check::unlocked(parsed, bytes.len(), passphrase)
    {
        check::private(&file);
        check::file(&Parsed::Private(file));
    }
}

/// Private keys, in every format and back.
pub fn roundtrip(bytes: &[u8]) {
    match check::read(bytes) {
        Some(Parsed::Private(file)) => check::private_in_all_formats(&file),
        Some(Parsed::Public(file)) => check::public(&file),
        _ => {}
    }
}

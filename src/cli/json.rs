//! The shapes of `--json`. Scripts depend on every name here.

use serde_json::{Value, json};

use crate::app::Problem;
use crate::app::describe::Description;
use crate::format::{Certificate, Format, Pbes2Kdf, Protection};
use crate::key::PublicKey;
use crate::key::comment::{Comment, is_forbidden};
use crate::key::fingerprint::FingerprintKind;

/// What `info` tells about a key; the other commands tell the same about what they wrote.
pub(super) fn key(file: &str, key: &Description) -> Value {
    let warnings: Vec<Value> = key
        .warnings
        .iter()
        .map(|warning| json!({ "code": warning.code, "message": warning.message, "hint": warning.hint }))
        .collect();
    json!({
        "file": file,
        "format": key.format.map(Format::code),
        "type": key.public.as_ref().map(|public| public.algorithm().name()),
        "bits": key.public.as_ref().map(PublicKey::bits),
        "comment": key.comment.as_deref().map(comment),
        "encrypted": key.protection.as_ref().is_some_and(Protection::is_encrypted),
        "cipher": key.protection.as_ref().and_then(Protection::cipher_name),
        "kdf": key.protection.as_ref().map_or(Value::Null, kdf),
        "fingerprint_sha256": key.fingerprint(FingerprintKind::Sha256).map(|print| print.to_string()),
        "fingerprint_md5": key.fingerprint(FingerprintKind::Md5).map(|print| print.bare()),
        "public_key": key.public_line(),
        "private": key.has_private,
        "certificate": key.certificate.as_ref().map_or(Value::Null, certificate),
        "warnings": warnings,
    })
}

/// What `fingerprint` and `public` tell about a key.
pub(super) fn identity(file: &str, key: &Description) -> Value {
    json!({
        "file": file,
        "type": key.public.as_ref().map(|public| public.algorithm().name()),
        "bits": key.public.as_ref().map(PublicKey::bits),
        "comment": key.comment.as_deref().map(comment),
        "fingerprint_sha256": key.fingerprint(FingerprintKind::Sha256).map(|print| print.to_string()),
        "fingerprint_md5": key.fingerprint(FingerprintKind::Md5).map(|print| print.bare()),
    })
}

pub(super) fn error(problem: &Problem) -> Value {
    json!({ "code": problem.code, "message": problem.what, "hint": problem.hint })
}

/// The comment as it is where it is text; [`printable`] sees to it that it can be printed.
fn comment(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => Comment::cleaned(bytes).0.to_string(),
    }
}

fn kdf(protection: &Protection) -> Value {
    match protection {
        Protection::None => Value::Null,
        Protection::OpenSsh { rounds, .. } => json!({ "name": "bcrypt", "rounds": rounds }),
        Protection::Ppk3(argon2) => json!({
            "name": argon2.variant.name().to_lowercase(),
            "memory_kib": argon2.mem_kib,
            "passes": argon2.passes,
            "parallelism": argon2.parallelism,
        }),
        Protection::PpkSha1 => json!({ "name": "sha1" }),
        Protection::SshCom => json!({ "name": "md5" }),
        Protection::Pem(_) => json!({ "name": "openssl-md5" }),
        Protection::Pbes1 { iterations, .. } => json!({ "name": "pbes1", "iterations": iterations }),
        Protection::Pbes2(pbes2) => match pbes2.kdf {
            Pbes2Kdf::Pbkdf2 { prf, iterations } => {
                json!({ "name": "pbkdf2", "prf": prf.name().to_lowercase(), "iterations": iterations })
            }
            Pbes2Kdf::Scrypt(params) => {
                json!({ "name": "scrypt", "n": params.n(), "r": params.r(), "p": params.p() })
            }
        },
    }
}

fn certificate(certificate: &Certificate) -> Value {
    json!({ "type": certificate.name() })
}

/// The object in one line, with every character that could steer a terminal as `\u…`: such characters
/// stand only within its strings.
pub(super) fn printable(object: &Value) -> String {
    let text = object.to_string();
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if is_forbidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                printable.extend(["\\u", &format!("{unit:04x}")]);
            }
        } else {
            printable.push(character);
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_printed_as_a_code_and_read_back_as_it_was() {
        let hostile = "a\u{1b}[2J\n\u{202e}b\u{9b}\u{7f}\u{e0041}é\"\\";
        let line = printable(&json!({ "comment": hostile }));
        assert!(!line.chars().any(is_forbidden), "{line}");
        let back: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(back["comment"], hostile);
    }
}

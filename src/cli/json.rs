//! The shapes of `--json`. Scripts depend on every name here.

use serde_json::{Value, json};

use crate::engine::Problem;
use crate::engine::describe::{Description, Warning, ssh1_warning};
use crate::format::mend::{Accident, Accidents};
use crate::format::{Certificate, CertificateKind, CertificateOption, Format, Pbes2Kdf, Protection, Ssh1Key};
use crate::key::PublicKey;
use crate::key::comment::{Comment, is_forbidden};
use crate::key::fingerprint::{Fingerprint, FingerprintKind};

/// What `info` tells about a key; the other commands tell the same about what they wrote.
pub(super) fn key(file: &str, key: &Description) -> Value {
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
        "warnings": warnings(&key.warnings),
    })
}

/// What `info` tells about a file besides: what had to be undone to read it, and whether ssh reads it as it is.
pub(super) fn reading(object: &mut Value, key: &Description) {
    object["mended"] = mended(key.mended);
    object["x509_certificates"] = key.has_x509.into();
    if let Some(for_ssh) = key.for_ssh {
        object["read_by_ssh"] = for_ssh.is_ok().into();
        object["read_by_ssh_why"] = for_ssh.err().map(|why| why.to_string()).into();
    }
}

/// What had to be undone to read a file.
pub(super) fn mended(accidents: Accidents) -> Value {
    let shape = |accident: Accident| json!({ "code": accident.code(), "message": accident.to_string() });
    accidents.iter().map(shape).collect()
}

/// The same about a key of SSH 1.
pub(super) fn ssh1(file: &str, key: &Ssh1Key) -> Value {
    json!({
        "file": file,
        "format": "ssh1",
        "type": "rsa1",
        "bits": key.bits,
        "comment": comment(&key.comment),
        "encrypted": key.is_encrypted,
        "cipher": null,
        "kdf": null,
        "fingerprint_sha256": null,
        "fingerprint_md5": key.fingerprint,
        "public_key": null,
        "private": key.is_private,
        "certificate": null,
        "warnings": warnings(&[ssh1_warning()]),
        "mended": [],
        "x509_certificates": false,
        "read_by_ssh": false,
        "read_by_ssh_why": "today’s ssh has no keys of SSH 1",
    })
}

/// What a command says beside what it did.
pub(super) fn warnings(warnings: &[Warning]) -> Value {
    let shape =
        |warning: &Warning| json!({ "code": warning.code, "message": warning.message, "hint": warning.hint });
    warnings.iter().map(shape).collect()
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
pub(super) fn comment(bytes: &[u8]) -> String {
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

/// A certificate: what `ssh-keygen -L` tells. Times are seconds since 1970 (UTC); null is from ever, or
/// forever.
pub(super) fn certificate(certificate: &Certificate) -> Value {
    let principals = certificate.principals().iter();
    let authority = certificate.authority();
    let after = certificate.valid_after();
    let before = certificate.valid_before();
    json!({
        "type": certificate.name(),
        "kind": match certificate.kind() {
            CertificateKind::User => "user",
            CertificateKind::Host => "host",
        },
        "key_id": comment(certificate.key_id()),
        "serial": certificate.serial(),
        "valid_after": (after != 0).then_some(after),
        "valid_before": (before != u64::MAX).then_some(before),
        "valid": certificate.validity_text(),
        "principals": principals.map(|name| comment(name)).collect::<Vec<_>>(),
        "critical_options": options(certificate.critical_options()),
        "extensions": options(certificate.extensions()),
        "ca_type": authority.algorithm().name(),
        "ca_fingerprint_sha256": Fingerprint::of(authority, FingerprintKind::Sha256).to_string(),
        "signature_algorithm": certificate.signature().scheme,
        "fingerprint_sha256": Fingerprint::of_wire(certificate.blob(), FingerprintKind::Sha256).to_string(),
    })
}

/// Name and text of each; the text is null where there is none, and bytes that are no text are in
/// hexadecimal digits.
fn options(options: &[CertificateOption]) -> Value {
    let shape = |option: &CertificateOption| {
        let value = match option.text() {
            Some(text) => Value::from(comment(text)),
            None if option.data.is_empty() => Value::Null,
            None => Value::from(base16ct::lower::encode_string(&option.data)),
        };
        json!({ "name": option.name, "value": value })
    };
    options.iter().map(shape).collect()
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

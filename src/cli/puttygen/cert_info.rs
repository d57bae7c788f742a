//! `-O cert-info` and `-O fingerprint`: certificates and keys in PuTTY's words.

use crate::engine::certificate_facts::PERMISSIONS;
use crate::format::certificate::moment;
use crate::format::{Certificate, CertificateKind};
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};

/// The fingerprint with the type's name before it, that of the certificate where there is one.
pub(super) fn fingerprint_line(
    key: &PublicKey,
    certificate: Option<&Certificate>,
    fingerprint: &Fingerprint,
) -> String {
    let name = certificate.map_or(key.algorithm().name(), Certificate::name);
    let bits = match key {
        // PuTTY counts the bits of the curve's field.
        PublicKey::Ed25519(_) => " 255".to_owned(),
        // Types that it does not know have no size there.
        PublicKey::SkEcdsa { .. } | PublicKey::SkEd25519 { .. } | PublicKey::MlDsa44Ed25519 { .. } => {
            String::new()
        }
        _ => format!(" {}", key.bits()),
    };
    let fingerprint = match fingerprint.kind() {
        FingerprintKind::Sha256 => fingerprint.to_string(),
        FingerprintKind::Md5 => fingerprint.bare(),
    };
    format!("{name}{bits} {fingerprint}")
}

/// What a certificate says.
pub(super) fn text(certificate: &Certificate) -> String {
    let is_user = certificate.kind() == CertificateKind::User;
    let (kind, whose) = if is_user {
        ("user authentication key", "user")
    } else {
        ("host key", "host")
    };
    let principals = certificate.principals().iter().map(|name| escaped(name));
    let mut lines = vec![
        format!("Certificate type: {kind}"),
        format!(
            "Valid {whose} names: {}",
            principals.collect::<Vec<_>>().join(",")
        ),
        format!("Validity period: {}", period(certificate)),
    ];
    for option in certificate.critical_options() {
        let title = match option.name.as_str() {
            "force-command" => "Forced remote command",
            "source-address" => "Permitted client IP addresses",
            _ => continue,
        };
        if let Some(text) = option.text() {
            lines.push(format!("{title}: {}", escaped(text)));
        }
    }
    let extensions = certificate.extensions();
    let has = |name: &str| extensions.iter().any(|option| option.name == name);
    for (name, title) in PERMISSIONS {
        if is_user && !has(name) {
            lines.push(format!("{title}: no"));
        }
    }
    let sha256 = |wire: &[u8]| Fingerprint::of_wire(wire, FingerprintKind::Sha256);
    let authority = certificate.authority();
    lines.extend([
        format!("Certificate ID string: {}", escaped(certificate.key_id())),
        format!("Certificate serial number: {}", certificate.serial()),
        format!(
            "Fingerprint of signing CA key: {}",
            fingerprint_line(authority, None, &sha256(&authority.to_wire()))
        ),
        format!(
            "Fingerprint including certificate: {}",
            fingerprint_line(certificate.key(), Some(certificate), &sha256(certificate.blob()))
        ),
    ]);
    lines.join("\n") + "\n"
}

fn period(certificate: &Certificate) -> String {
    let (after, before) = (certificate.valid_after(), certificate.valid_before());
    match (after, before) {
        (0, u64::MAX) => "forever".to_owned(),
        (0, _) => format!("until {}", moment(before)),
        (_, u64::MAX) => format!("after {}", moment(after)),
        _ => format!("{} - {}", moment(after), moment(before)),
    }
}

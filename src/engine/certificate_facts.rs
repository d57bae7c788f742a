//! What a certificate says, in PuTTYgen's words and in its order.

use crate::format::{Certificate, CertificateKind};
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};

/// One line of what is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub name: &'static str,
    /// What holds.
    pub value: String,
}

/// What a user certificate permits unless it leaves it out.
pub const PERMISSIONS: [(&str, &str); 5] = [
    ("permit-X11-forwarding", "X11 forwarding permitted"),
    ("permit-agent-forwarding", "Agent forwarding permitted"),
    ("permit-port-forwarding", "Port forwarding permitted"),
    ("permit-pty", "PTY allocation permitted"),
    ("permit-user-rc", "Running user ~/.ssh.rc permitted"),
];

/// Everything that `certificate` says. What could hide or turn text around is escaped.
#[must_use]
pub fn facts(certificate: &Certificate) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |name, value: String| facts.push(Fact { name, value });
    let is_user = certificate.kind() == CertificateKind::User;
    let (kind, names) = if is_user {
        ("user authentication key", "Valid user names")
    } else {
        ("host key", "Valid host names")
    };
    add("Certificate type", kind.to_owned());
    add(names, principals(certificate));
    add("Validity period", certificate.validity_in_words());
    for option in certificate.critical_options() {
        let name = match option.name.as_str() {
            "source-address" => "Permitted client IP addresses",
            "force-command" => "Forced remote command",
            "verify-required" => {
                add("PIN or finger at the security key", "required".to_owned());
                continue;
            }
            _ => {
                let name = escaped(option.name.as_bytes());
                add(
                    "Unknown critical option",
                    format!("{name}: OpenSSH refuses the certificate"),
                );
                continue;
            }
        };
        add(name, escaped(option.text().unwrap_or(&option.data)));
    }
    let has = |name: &str| certificate.extensions().iter().any(|option| option.name == name);
    if is_user {
        let (granted, withheld): (Vec<_>, Vec<_>) = PERMISSIONS.into_iter().partition(|(name, _)| has(name));
        let granted: Vec<&str> = granted
            .into_iter()
            .map(|(_, title)| title.trim_end_matches(" permitted"))
            .collect();
        if !granted.is_empty() {
            add("Permitted", granted.join(", "));
        }
        for (_, title) in withheld {
            add(title, "no".to_owned());
        }
    }
    if has("no-touch-required") {
        add("Touching the security key", "not required".to_owned());
    }
    let is_known = |name: &str| {
        name == "no-touch-required" || PERMISSIONS.iter().any(|(permission, _)| *permission == name)
    };
    for option in certificate
        .extensions()
        .iter()
        .filter(|option| !is_known(&option.name))
    {
        let name = escaped(option.name.as_bytes());
        let value = option.text().map(escaped).filter(|text| !text.is_empty());
        add(
            "Other extension",
            value.map_or(name.clone(), |value| format!("{name} {value}")),
        );
    }
    add("Certificate ID string", quoted(certificate.key_id()));
    add("Certificate serial number", certificate.serial().to_string());
    let authority = certificate.authority();
    add(
        "Fingerprint of signing CA key",
        format!(
            "{} {}",
            authority.algorithm().name(),
            Fingerprint::of(authority, FingerprintKind::Sha256)
        ),
    );
    add("Signed with", certificate.signature().scheme.to_owned());
    add(
        "Fingerprint including certificate",
        Fingerprint::of_wire(certificate.blob(), FingerprintKind::Sha256).to_string(),
    );
    add(
        "Fingerprint of the key alone",
        Fingerprint::of(certificate.key(), FingerprintKind::Sha256).to_string(),
    );
    facts
}

/// “User certificate "alice@laptop", valid forever”.
#[must_use]
pub fn summary(certificate: &Certificate) -> String {
    let kind = match certificate.kind() {
        CertificateKind::User => "User",
        CertificateKind::Host => "Host",
    };
    format!(
        "{kind} certificate {}, valid {}",
        quoted(certificate.key_id()),
        certificate.validity_in_words()
    )
}

fn principals(certificate: &Certificate) -> String {
    let names: Vec<String> = certificate
        .principals()
        .iter()
        .map(|name| escaped(name))
        .collect();
    if names.is_empty() {
        "any, for none are named".to_owned()
    } else {
        names.join(", ")
    }
}

fn quoted(bytes: &[u8]) -> String {
    format!("“{}”", escaped(bytes))
}

//! What a file is that no reader took.

use super::{DecodeError, Foreign, armour};

/// Names it.
pub(super) fn foreign(text: &[u8]) -> DecodeError {
    let is_blank = text.iter().all(u8::is_ascii_whitespace);
    let is_text = std::str::from_utf8(text).is_ok_and(|text| !text.contains('\0'));
    DecodeError::NotAKeyFile(match (is_blank, is_text) {
        (true, _) => Foreign::Blank,
        (_, true) => of_text(text),
        _ if text.starts_with(&[0xfe, 0xed, 0xfe, 0xed]) => Foreign::JavaKeyStore,
        _ if text.starts_with(b"SSHKRL\n\0") => Foreign::RevokedKeys,
        _ if is_openpgp(text) => Foreign::OpenPgp,
        _ => Foreign::Binary,
    })
}

/// A packet with a key (RFC 9580 §4.2, §5.5), or a keybox with many.
fn is_openpgp(bytes: &[u8]) -> bool {
    const KEYBOX: &[u8] = b"KBXf";
    let is_packet = match bytes {
        // In the old form the tag, 5 or 6, is followed by the length in 1, 2 or 4 bytes.
        [0x94 | 0x98, _, version, ..]
        | [0x95 | 0x99, _, _, version, ..]
        | [0x96 | 0x9a, _, _, _, _, version, ..]
        | [0xc5 | 0xc6, 0..192, version, ..]
        | [0xc5 | 0xc6, 192..224, _, version, ..] => (3..=6).contains(version),
        _ => false,
    };
    is_packet || bytes.get(8..12) == Some(KEYBOX)
}

/// What a block with this label holds; every one that this program reads is a key of some kind, and
/// so is not asked for here.
pub(super) fn of_label(label: &[u8]) -> Foreign {
    match label {
        b"CERTIFICATE" | b"X509 CERTIFICATE" | b"TRUSTED CERTIFICATE" => Foreign::X509Certificate,
        b"CERTIFICATE REQUEST" | b"NEW CERTIFICATE REQUEST" => Foreign::CertificateRequest,
        b"X509 CRL" => Foreign::RevocationList,
        b"PKCS7" | b"PKCS #7 SIGNED DATA" | b"CMS" => Foreign::Pkcs7,
        b"SSH SIGNATURE" => Foreign::SshSignature,
        b"OpenVPN Static key V1" => Foreign::OpenVpn,
        b"AGE ENCRYPTED FILE" => Foreign::Age,
        _ if label.ends_with(b" PARAMETERS") => Foreign::Parameters,
        _ if label.starts_with(b"PGP ") => Foreign::OpenPgp,
        _ if label.starts_with(b"OpenVPN ") => Foreign::OpenVpn,
        _ => Foreign::OtherPem,
    }
}

fn of_text(text: &[u8]) -> Foreign {
    let begins = |starts: &[&[u8]]| {
        let mut lines = armour::lines(text).map(<[u8]>::trim_ascii);
        lines.any(|line| starts.iter().any(|start| line.starts_with(start)))
    };
    // A profile has its certificates and keys within, each between marks of its own.
    if begins(&[b"<ca>", b"<cert>", b"<tls-auth>", b"<tls-crypt>"]) {
        Foreign::OpenVpn
    } else if begins(&[b"AGE-SECRET-KEY-", b"age-encryption.org/"]) {
        Foreign::Age
    } else if let Some(block) = armour::first_block(text) {
        armour::label(block).map_or(Foreign::OtherPem, of_label)
    } else {
        Foreign::Text
    }
}

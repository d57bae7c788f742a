//! Files around the bytes of the fuzzer, whole on the outside, so that the inside is what is tried.

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, Mac};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

/// Every label that a PEM file with a key may have.
pub const LABELS: [&str; 7] = [
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "DSA PRIVATE KEY",
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "PUBLIC KEY",
    "RSA PUBLIC KEY",
];

/// PEM with this label.
#[must_use]
pub fn pem(label: &str, inside: &[u8]) -> Vec<u8> {
    format!(
        "-----BEGIN {label}-----\n{}-----END {label}-----\n",
        wrapped(inside)
    )
    .into_bytes()
}

/// An ssh.com private key file, with the comment `c`.
#[must_use]
pub fn sshcom(inside: &[u8]) -> Vec<u8> {
    format!(
        "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: \"c\"\n{}---- END SSH2 ENCRYPTED PRIVATE KEY ----\n",
        wrapped(inside)
    )
    .into_bytes()
}

/// An RFC 4716 file.
#[must_use]
pub fn rfc4716(blob: &[u8]) -> Vec<u8> {
    format!(
        "---- BEGIN SSH2 PUBLIC KEY ----\n{}---- END SSH2 PUBLIC KEY ----\n",
        wrapped(blob)
    )
    .into_bytes()
}

/// A line with the type that the wire form names, and a comment.
#[must_use]
pub fn public_line(blob: &[u8]) -> Vec<u8> {
    [
        name(blob),
        b" ",
        Base64::encode_string(blob).as_bytes(),
        b" a comment\n",
    ]
    .concat()
}

/// What the wire form `blob` says it is.
fn name(blob: &[u8]) -> &[u8] {
    split(blob).map_or(b"ssh-ed25519", |(name, _)| name)
}

fn wrapped(bytes: &[u8]) -> String {
    let text = Base64::encode_string(bytes);
    let mut lines = String::with_capacity(text.len() + text.len() / 64 + 1);
    for line in text.as_bytes().chunks(64) {
        lines.extend(line.iter().map(|byte| char::from(*byte)));
        lines.push('\n');
    }
    lines
}

/// Splits a `string` of RFC 4251 off.
#[must_use]
pub fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_be_bytes(*len) as usize)
}

/// Bytes as a `string` of RFC 4251.
#[must_use]
pub fn string(bytes: &[u8]) -> Vec<u8> {
    let len = u32::try_from(bytes.len()).expect("an input of the fuzzer is short");
    [&len.to_be_bytes(), bytes].concat()
}

/// An unencrypted PPK file with the MAC that anybody can compute for it. The public part is a
/// `string`, the private one what is behind it.
#[must_use]
pub fn ppk(is_version_3: bool, parts: &[u8]) -> Option<Vec<u8>> {
    let (public, private) = split(parts)?;
    let algorithm = name(public);
    let covered: Vec<u8> = [algorithm, b"none", b"c", public, private]
        .into_iter()
        .flat_map(string)
        .collect();
    let (version, mac) = if is_version_3 {
        ('3', hex(&mac::<Hmac<Sha256>>(&[], &covered)))
    } else {
        let key = Sha1::digest(b"putty-private-key-file-mac-key");
        ('2', hex(&mac::<Hmac<Sha1>>(&key, &covered)))
    };
    let algorithm = String::from_utf8_lossy(algorithm);
    let (public, private) = (wrapped(public), wrapped(private));
    let text = format!(
        "PuTTY-User-Key-File-{version}: {algorithm}\nEncryption: none\nComment: c\nPublic-Lines: {}\n{public}\
         Private-Lines: {}\n{private}Private-MAC: {mac}\n",
        public.lines().count(),
        private.lines().count(),
    );
    Some(text.into_bytes())
}

fn mac<M: Mac + hmac::KeyInit>(key: &[u8], covered: &[u8]) -> Vec<u8> {
    let mut mac = <M as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(covered);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

/// A certificate of the fields up to its authority, signed by an authority whose key is known to all.
#[must_use]
pub fn certificate(fields: &[u8]) -> Vec<u8> {
    let authority = SigningKey::from_bytes(&[7; 32]);
    let key = authority.verifying_key();
    let public = [string(b"ssh-ed25519"), string(key.as_bytes())].concat();
    let mut blob = [fields, &string(&public)].concat();
    let signature = authority.sign(&blob).to_bytes();
    blob.extend(string(&[string(b"ssh-ed25519"), string(&signature)].concat()));
    blob
}

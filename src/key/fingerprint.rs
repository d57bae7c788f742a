//! Fingerprints of public keys, as `ssh-keygen -l` prints them.

use std::fmt;

use base64ct::{Base64Unpadded, Encoding};
use md5::Md5;
use sha2::{Digest, Sha256};

use super::public::PublicKey;

/// With which function a public key is hashed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FingerprintKind {
    /// `SHA256:` and 43 characters of base64: today's.
    #[default]
    Sha256,
    /// Sixteen pairs of hexadecimal digits: OpenSSH's before 2015, still asked for by some web forms.
    Md5,
}

impl FingerprintKind {
    /// The name at the foot of a randomart: `SHA256` or `MD5`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA256",
            Self::Md5 => "MD5",
        }
    }
}

/// Whether a word is a fingerprint, or would be one: no file is meant by it, for that would be `./SHA256:…`.
#[must_use]
pub fn is_fingerprint(word: &str) -> bool {
    word.starts_with("SHA256:") || word.starts_with("MD5:")
}

/// A public key's hash.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    kind: FingerprintKind,
    digest: Vec<u8>,
}

impl Fingerprint {
    /// The fingerprint of `key`.
    #[must_use]
    pub fn of(key: &PublicKey, kind: FingerprintKind) -> Self {
        Self::of_wire(&key.to_wire(), kind)
    }

    /// The fingerprint of a key in its wire form.
    #[must_use]
    pub fn of_wire(wire: &[u8], kind: FingerprintKind) -> Self {
        let digest = match kind {
            FingerprintKind::Sha256 => Sha256::digest(wire).to_vec(),
            FingerprintKind::Md5 => Md5::digest(wire).to_vec(),
        };
        Self { kind, digest }
    }

    /// With which function it was made.
    #[must_use]
    pub fn kind(&self) -> FingerprintKind {
        self.kind
    }

    /// The hash itself: 32 bytes of SHA-256 or 16 of MD5.
    #[must_use]
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }

    /// The hash alone: `7xqnZw…` or `20:12:58:…`.
    #[must_use]
    pub fn bare(&self) -> String {
        match self.kind {
            FingerprintKind::Sha256 => Base64Unpadded::encode_string(&self.digest),
            FingerprintKind::Md5 => {
                let pairs: Vec<String> = self.digest.iter().map(|byte| format!("{byte:02x}")).collect();
                pairs.join(":")
            }
        }
    }
}

impl fmt::Display for Fingerprint {
    /// As `ssh-keygen -l` prints it: `SHA256:7xqnZw…` or `MD5:20:12:58:…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.name(), self.bare())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

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

    /// What somebody means by what they typed: also without the name of the hash, with the padding behind it that other
    /// programs write, or in capitals where the digits are hexadecimal. Nothing where it is no fingerprint.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        use FingerprintKind::{Md5, Sha256};
        let text = text.trim();
        let named = text.split_once(':').and_then(|(name, bare)| {
            let kind = [Sha256, Md5]
                .into_iter()
                .find(|kind| name.eq_ignore_ascii_case(kind.name()));
            Some((kind?, bare))
        });
        let unnamed = if text.contains(':') { Md5 } else { Sha256 };
        let (kind, bare) = named.unwrap_or((unnamed, text));
        let (digest, len) = match kind {
            Sha256 => (Base64Unpadded::decode_vec(bare.trim_end_matches('=')).ok()?, 32),
            Md5 => {
                let pairs = bare.split(':').map(|pair| base16ct::mixed::decode_vec(pair).ok());
                let pairs = pairs.map(|pair| pair.filter(|pair| pair.len() == 1));
                (pairs.collect::<Option<Vec<_>>>()?.concat(), 16)
            }
        };
        (digest.len() == len).then_some(Self { kind, digest })
    }

    /// Whether somebody means this one by what they [typed](Self::typed).
    #[must_use]
    pub fn is_typed(&self, text: &str) -> bool {
        Self::typed(text).as_ref() == Some(self)
    }

    /// Whether it is the key's, of whichever kind it is.
    #[must_use]
    pub fn is_of(&self, key: &PublicKey) -> bool {
        Self::of(key, self.kind) == *self
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_known_in_all_the_ways_in_which_it_is_typed() {
        let sha256 = Fingerprint::of_wire(b"a key", FingerprintKind::Sha256);
        let md5 = Fingerprint::of_wire(b"a key", FingerprintKind::Md5);
        let (bare, pairs) = (sha256.bare(), md5.bare());
        for text in [
            format!("SHA256:{bare}"),
            format!("sha256:{bare}="),
            bare.clone(),
            format!(" {bare}\n"),
        ] {
            assert!(sha256.is_typed(&text) && !md5.is_typed(&text), "{text}");
            assert!(Fingerprint::typed(&text).is_some(), "{text}");
        }
        for text in [format!("MD5:{pairs}"), pairs.clone(), pairs.to_uppercase()] {
            assert!(md5.is_typed(&text) && !sha256.is_typed(&text), "{text}");
            assert!(Fingerprint::typed(&text).is_some(), "{text}");
        }
        for text in ["", "SHA256:", &bare[1..], &bare.to_lowercase(), &pairs[3..]] {
            assert!(!sha256.is_typed(text) && !md5.is_typed(text), "{text}");
        }
        for text in [
            "",
            "SHA256:",
            "bogus",
            "SHA256:abc",
            &bare[1..],
            &pairs[3..],
            "MD5:0g:00",
        ] {
            assert!(Fingerprint::typed(text).is_none(), "{text}");
        }
    }
}

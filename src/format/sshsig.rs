//! Signatures of files: `SSH SIGNATURE` (OpenSSH's PROTOCOL.sshsig), as `ssh-keygen -Y sign` makes them.
//!
//! The crate ssh-key, which has these too, reads no certificates as signers and knows neither Ed448 nor ML-DSA; so the frame is
//! read here, by the reader and the verifier that read all else.

use std::fmt;

use sha2::{Digest as _, Sha256, Sha512};

use super::armour::{self, without_byte_order_mark};
use super::certificate::key_or_certificate;
use super::error::printable;
use super::{Certificate, DecodeError};
use crate::key::PublicKey;
use crate::key::signature::{SignatureError, Verified, verify};
use crate::key::wire::{Reader, WireError, Writer};

const MAGIC: &[u8] = b"SSHSIG";
const VERSION: u32 = 1;
const LABEL: &str = "SSH SIGNATURE";
/// As wide as ssh-keygen writes it.
const WIDTH: usize = 70;

/// By which hash a file is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MessageHash {
    /// SHA-256.
    Sha256,
    /// SHA-512, which ssh-keygen takes where nothing is said.
    #[default]
    Sha512,
}

impl MessageHash {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sha256, Self::Sha512];

    /// Its name in signatures.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// Takes a message bit by bit.
    #[must_use]
    pub fn hasher(self) -> Hasher {
        match self {
            Self::Sha256 => Hasher::Sha256(Sha256::new()),
            Self::Sha512 => Hasher::Sha512(Sha512::new()),
        }
    }
}

/// A message that is being hashed, of any length.
#[derive(Clone, Debug)]
pub enum Hasher {
    /// By SHA-256.
    Sha256(Sha256),
    /// By SHA-512.
    Sha512(Sha512),
}

impl Hasher {
    /// Takes what comes next.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
        }
    }

    /// The hash of all that was taken.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha256(hasher) => hasher.finalize().to_vec(),
            Self::Sha512(hasher) => hasher.finalize().to_vec(),
        }
    }
}

/// What the key signs: not the message, but its hash, with what it is for.
#[must_use]
pub fn signed_data(namespace: &str, hash: MessageHash, digest: &[u8]) -> Vec<u8> {
    let mut out = Writer::new();
    out.bytes(MAGIC).string(namespace.as_bytes()).string(b"");
    out.string(hash.name().as_bytes()).string(digest);
    out.finish_public()
}

/// By what a file was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedBy {
    /// A key.
    Key(PublicKey),
    /// A key that an authority has certified.
    Certificate(Box<Certificate>),
}

impl SignedBy {
    /// The key, without what certifies it.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        match self {
            Self::Key(key) => key,
            Self::Certificate(certificate) => certificate.key(),
        }
    }
}

/// Why a file is no such signature, or none that can be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SshSigError {
    /// It is something else.
    #[error("this is not an SSH signature, which begins with -----BEGIN SSH SIGNATURE-----")]
    NotASignature,
    /// The text around it is broken.
    #[error("{0}")]
    Text(DecodeError),
    /// Its layout is broken.
    #[error("the layout of the signature is broken")]
    Wire(#[from] WireError),
    /// Of a version that is not known.
    #[error("the signature is of version {0}, and only version 1 is known")]
    Version(u32),
    /// By a hash that is not known.
    #[error("the signature is over a hash ({0}) that is not known or not safe")]
    Hash(String),
    /// It does not say what it is for, or not in text.
    #[error("the signature does not say what it is for (its namespace)")]
    Namespace,
    /// The key in it cannot be read.
    #[error("the key in the signature cannot be read: {0}")]
    Key(DecodeError),
}

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It was made for something else.
    #[error("it was made for “{found}”, not for “{wanted}”")]
    Namespace {
        /// What for.
        found: String,
        /// What it should be for.
        wanted: String,
    },
    /// It is not by that key over that file.
    #[error("{0}")]
    Signature(#[from] SignatureError),
    /// It rests on SHA-1.
    #[error("it was made with SHA-1, which is no longer safe")]
    Sha1,
}

/// A signature, which fits its file or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SshSignature {
    signer: SignedBy,
    namespace: String,
    hash: MessageHash,
    signature: Vec<u8>,
}

impl SshSignature {
    /// A signature (scheme and blob) of [`signed_data`] that `signer` has made.
    #[must_use]
    pub fn new(signer: SignedBy, namespace: &str, hash: MessageHash, signature: Vec<u8>) -> Self {
        Self {
            signer,
            namespace: namespace.to_owned(),
            hash,
            signature,
        }
    }

    /// Reads the text of a signature.
    ///
    /// # Errors
    /// See [`SshSigError`].
    pub fn parse(text: &[u8]) -> Result<Self, SshSigError> {
        let text = without_byte_order_mark(text).map_err(SshSigError::Text)?;
        let text = text.trim_ascii_start();
        if armour::label(text) != Some(LABEL.as_bytes()) {
            return Err(SshSigError::NotASignature);
        }
        let block = armour::block(text).map_err(SshSigError::Text)?;
        Self::from_wire(block.body.expose())
    }

    /// Reads the wire form.
    ///
    /// # Errors
    /// See [`SshSigError`].
    pub fn from_wire(bytes: &[u8]) -> Result<Self, SshSigError> {
        let mut reader = Reader::new(bytes);
        if reader.bytes(MAGIC.len())? != MAGIC {
            return Err(SshSigError::NotASignature);
        }
        match reader.uint32()? {
            VERSION => {}
            other => return Err(SshSigError::Version(other)),
        }
        let signer = signed_by(reader.string()?).map_err(SshSigError::Key)?;
        let namespace = reader.string()?;
        // Room for what may come; ssh-keygen passes over it, and it is not signed.
        let _reserved = reader.string()?;
        let hash = reader.string()?;
        let signature = reader.string()?.to_vec();
        reader.end()?;
        let hash = MessageHash::ALL
            .into_iter()
            .find(|known| known.name().as_bytes() == hash)
            .ok_or_else(|| SshSigError::Hash(printable(&String::from_utf8_lossy(hash))))?;
        let namespace = std::str::from_utf8(namespace).ok();
        let namespace = namespace.filter(|name| !name.is_empty() && !name.contains('\0'));
        Ok(Self {
            signer,
            namespace: namespace.ok_or(SshSigError::Namespace)?.to_owned(),
            hash,
            signature,
        })
    }

    /// The text of the signature.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = Writer::new();
        out.bytes(MAGIC).uint32(VERSION);
        match &self.signer {
            SignedBy::Key(key) => out.string(&key.to_wire()),
            SignedBy::Certificate(certificate) => out.string(certificate.blob()),
        };
        out.string(self.namespace.as_bytes()).string(b"");
        out.string(self.hash.name().as_bytes()).string(&self.signature);
        let body = armour::wrapped_base64(&out.finish_public(), WIDTH);
        let body = String::from_utf8_lossy(body.expose());
        format!("-----BEGIN {LABEL}-----\n{body}-----END {LABEL}-----\n")
    }

    /// By whom it says that it is.
    #[must_use]
    pub fn signer(&self) -> &SignedBy {
        &self.signer
    }

    /// What it says that it is for: `file`, `git`, …
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// By which hash the file was taken.
    #[must_use]
    pub fn hash(&self) -> MessageHash {
        self.hash
    }

    /// Whether it is by the key in it, over the file with this hash, and for this.
    ///
    /// # Errors
    /// It is not: see [`Unfit`].
    pub fn check(&self, namespace: &str, digest: &[u8]) -> Result<Verified, Unfit> {
        if self.namespace != namespace {
            return Err(Unfit::Namespace {
                found: printable(&self.namespace),
                wanted: printable(namespace),
            });
        }
        let data = signed_data(namespace, self.hash, digest);
        let verified = verify(self.signer.key(), &data, &self.signature)?;
        if verified.is_sha1 {
            return Err(Unfit::Sha1);
        }
        Ok(verified)
    }
}

fn signed_by(blob: &[u8]) -> Result<SignedBy, DecodeError> {
    let (key, certificate) = key_or_certificate(blob)?;
    Ok(certificate.map_or(SignedBy::Key(key), |certificate| {
        SignedBy::Certificate(Box::new(certificate))
    }))
}

impl fmt::Display for MessageHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::ChaCha20Rng;

    use super::*;
    use crate::key::generate::generate;
    use crate::key::sign::{RsaHash, sign};
    use crate::key::spec::KeySpec;
    use crate::key::watch::Unwatched;

    fn hashed(hash: MessageHash, message: &[u8]) -> Vec<u8> {
        let mut hasher = hash.hasher();
        hasher.update(message);
        hasher.finish()
    }

    fn signed(hash: MessageHash, message: &[u8]) -> SshSignature {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let key = generate(KeySpec::Ed25519, &mut rng, &Unwatched).unwrap();
        let data = signed_data("file", hash, &hashed(hash, message));
        let signature = sign(&key, RsaHash::Sha512, &data, &mut rng).unwrap();
        SshSignature::new(SignedBy::Key(key.public().clone()), "file", hash, signature)
    }

    #[test]
    fn a_signature_is_read_as_it_was_written_whatever_ends_its_lines() {
        for hash in MessageHash::ALL {
            let made = signed(hash, b"hello");
            let text = made.to_text();
            for text in [
                text.clone(),
                text.replace('\n', "\r\n"),
                text.trim_end().to_owned(),
                format!("\u{feff}\n{text}\n"),
            ] {
                assert_eq!(SshSignature::parse(text.as_bytes()).as_ref(), Ok(&made));
            }
            assert!(made.check("file", &hashed(hash, b"hello")).is_ok());
        }
    }

    #[test]
    fn a_signature_does_not_count_for_another_message_or_another_purpose() {
        let made = signed(MessageHash::Sha512, b"hello");
        let digest = hashed(MessageHash::Sha512, b"hello");
        assert!(matches!(made.check("git", &digest), Err(Unfit::Namespace { .. })));
        let other = hashed(MessageHash::Sha512, b"hello!");
        assert_eq!(
            made.check("file", &other),
            Err(Unfit::Signature(SignatureError::Wrong))
        );
    }

    /// Each byte of it, changed in each of three ways: nothing else is ever called good.
    #[test]
    fn a_signature_that_was_changed_anywhere_does_not_count() {
        let made = signed(MessageHash::Sha256, b"hello");
        let digest = hashed(MessageHash::Sha256, b"hello");
        let mut out = Writer::new();
        let block = armour::block(made.to_text().as_bytes()).unwrap().body;
        out.bytes(block.expose());
        let wire = out.finish_public();
        for at in 0..wire.len() {
            for change in [1_u8, 0x80, 0xff] {
                let mut changed = wire.clone();
                changed[at] ^= change;
                let is_good = SshSignature::from_wire(&changed)
                    .is_ok_and(|signature| signature.check("file", &digest).is_ok());
                assert!(!is_good, "byte {at}");
            }
        }
        for end in 0..wire.len() {
            assert!(SshSignature::from_wire(&wire[..end]).is_err());
        }
        assert!(SshSignature::from_wire(&[&wire[..], b"x"].concat()).is_err());
    }

    #[test]
    fn what_is_no_signature_is_said_to_be_none() {
        for text in [
            &b""[..],
            b"hello",
            b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        ] {
            assert_eq!(SshSignature::parse(text), Err(SshSigError::NotASignature));
        }
    }
}

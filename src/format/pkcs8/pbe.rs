//! How PKCS#8 files turn a passphrase into keys: PBES2 (RFC 8018) with PBKDF2 or scrypt (RFC 7914),
//! and the older schemes that are read, never written (PBES1, and PKCS#12's, RFC 7292 appendix B).

use md5::Md5;
use sha1::Sha1;
use sha1::digest::common::BlockSizeUser;
use sha1::digest::{Digest, Output};
use zeroize::Zeroize as _;

use crate::format::cbc::CbcCipher;
use crate::format::cost::Cost;
use crate::format::kdf::{Prf, ScryptParams, pbkdf2};
use crate::secret::{Passphrase, SecretBytes};

/// The key derivation of PBES2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pbes2Kdf {
    /// PBKDF2.
    Pbkdf2 {
        /// The hash that it repeats.
        prf: Prf,
        /// How often, at least once.
        iterations: u32,
    },
    /// scrypt.
    Scrypt(ScryptParams),
}

/// What protects a PKCS#8 file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pbes2 {
    /// From passphrase to key.
    pub kdf: Pbes2Kdf,
    /// From key to file.
    pub cipher: CbcCipher,
}

impl Default for Pbes2 {
    /// What every reader of PKCS#8 since 2016 opens, and 600 000 iterations, the least that OWASP asks
    /// of HMAC-SHA-256 (2023): a quarter of a second for the owner. OpenSSL's own default is 2048.
    /// scrypt would be harder on attackers, but Java, macOS and older libraries cannot read it.
    fn default() -> Self {
        Self {
            kdf: Pbes2Kdf::Pbkdf2 {
                prf: Prf::Sha256,
                iterations: 600_000,
            },
            cipher: CbcCipher::Aes256,
        }
    }
}

impl Pbes2 {
    /// What opening the file costs.
    #[must_use]
    pub fn cost(&self) -> Cost {
        match self.kdf {
            Pbes2Kdf::Pbkdf2 { iterations, .. } => Cost::Pbkdf2 { iterations },
            Pbes2Kdf::Scrypt(params) => Cost::Scrypt(params),
        }
    }

    /// Derives the key; nothing when scrypt's memory is not to be had.
    pub(super) fn key(&self, passphrase: &Passphrase, salt: &[u8]) -> Option<SecretBytes> {
        let len = self.cipher.key_len();
        match self.kdf {
            Pbes2Kdf::Pbkdf2 { prf, iterations } => Some(pbkdf2(prf, passphrase, salt, iterations, len)),
            Pbes2Kdf::Scrypt(params) => params.derive(passphrase, salt, len),
        }
    }
}

/// The schemes from before PBES2 that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pbes1 {
    /// `pbeWithMD5AndDES-CBC`, which `openssl pkcs8` wrote until 2016.
    Md5Des,
    /// `pbeWithSHA1AndDES-CBC`.
    Sha1Des,
    /// `pbeWithSHAAnd3-KeyTripleDES-CBC`, PKCS#12's.
    Sha1TripleDes,
    /// `pbeWithSHAAnd2-KeyTripleDES-CBC`, PKCS#12's.
    Sha1TwoKeyTripleDes,
    /// `pbeWithSHAAnd128BitRC2-CBC`, PKCS#12's.
    Sha1Rc2With128,
    /// `pbewithSHAAnd40BitRC2-CBC`, PKCS#12's.
    Sha1Rc2With40,
}

impl Pbes1 {
    /// The cipher in it.
    #[must_use]
    pub fn cipher(self) -> CbcCipher {
        match self {
            Self::Md5Des | Self::Sha1Des => CbcCipher::Des,
            Self::Sha1TripleDes | Self::Sha1TwoKeyTripleDes => CbcCipher::TripleDes,
            Self::Sha1Rc2With128 => CbcCipher::Rc2With128,
            Self::Sha1Rc2With40 => CbcCipher::Rc2With40,
        }
    }

    /// The key, and behind it the IV.
    pub(super) fn derive(self, passphrase: &Passphrase, salt: &[u8], iterations: u32) -> SecretBytes {
        match self {
            Self::Md5Des => pbkdf1::<Md5>(passphrase, salt, iterations),
            Self::Sha1Des => pbkdf1::<Sha1>(passphrase, salt, iterations),
            Self::Sha1TripleDes | Self::Sha1Rc2With128 | Self::Sha1Rc2With40 => {
                let len = self.cipher().key_len();
                Self::key_and_iv(
                    pkcs12::<Sha1>(Purpose::Key, len, passphrase, salt, iterations),
                    passphrase,
                    salt,
                    iterations,
                )
            }
            Self::Sha1TwoKeyTripleDes => {
                let mut key = pkcs12::<Sha1>(Purpose::Key, 16, passphrase, salt, iterations);
                let first = SecretBytes::copy_of(&key.expose()[..8]);
                key.extend(first.expose());
                Self::key_and_iv(key, passphrase, salt, iterations)
            }
        }
    }

    fn key_and_iv(
        mut key: SecretBytes,
        passphrase: &Passphrase,
        salt: &[u8],
        iterations: u32,
    ) -> SecretBytes {
        key.extend(pkcs12::<Sha1>(Purpose::Iv, 8, passphrase, salt, iterations).expose());
        key
    }
}

fn hashed<D: Digest>(parts: &[&[u8]], iterations: u32) -> Output<D> {
    let mut hash = D::new();
    for part in parts {
        hash.update(part);
    }
    let mut digest = hash.finalize();
    for _ in 1..iterations {
        digest = D::digest(&digest);
    }
    digest
}

/// PBKDF1 (RFC 8018 §5.1), 16 bytes.
fn pbkdf1<D: Digest>(passphrase: &Passphrase, salt: &[u8], iterations: u32) -> SecretBytes {
    let mut digest = hashed::<D>(&[passphrase.expose(), salt], iterations);
    let key = SecretBytes::copy_of(&digest[..16]);
    digest.as_mut_slice().zeroize();
    key
}

/// What a key of PKCS#12's key derivation is for (RFC 7292 §B.3).
#[derive(Clone, Copy, Debug)]
pub(in crate::format) enum Purpose {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

/// The key derivation of PKCS#12 (RFC 7292 §B.2).
pub(in crate::format) fn pkcs12<D: Digest + BlockSizeUser>(
    purpose: Purpose,
    len: usize,
    passphrase: &Passphrase,
    salt: &[u8],
    iterations: u32,
) -> SecretBytes {
    let block_len = D::block_size();
    let repeated = |bytes: &[u8]| {
        let filled = bytes.len().next_multiple_of(block_len);
        SecretBytes::new(bytes.iter().copied().cycle().take(filled).collect())
    };
    let mut state = repeated(salt);
    state.extend(repeated(bmp_string(passphrase).expose()).expose());
    let diversifier = vec![purpose as u8; block_len];
    let mut key = SecretBytes::with_capacity(len + <D as Digest>::output_size());
    while key.len() < len {
        let mut digest = hashed::<D>(&[&diversifier, state.expose()], iterations);
        key.extend(&digest);
        // The state is taken as numbers of one block each, and digest + 1 added to every one of them.
        for block in state.expose_mut().chunks_mut(block_len) {
            let mut carry = 1;
            for (at, byte) in block.iter_mut().enumerate().rev() {
                let sum = u16::from(*byte) + u16::from(digest[at % digest.len()]) + carry;
                let [high, low] = sum.to_be_bytes();
                *byte = low;
                carry = u16::from(high);
            }
        }
        digest.as_mut_slice().zeroize();
    }
    key.truncate(len);
    key
}

/// A passphrase as PKCS#12 has it: UTF-16, big-endian, ended by a zero. What is no UTF-8 is taken for
/// Latin-1, as OpenSSL does.
fn bmp_string(passphrase: &Passphrase) -> SecretBytes {
    let mut wide = SecretBytes::with_capacity(2 * passphrase.expose().len() + 2);
    if let Ok(text) = std::str::from_utf8(passphrase.expose()) {
        for unit in text.encode_utf16() {
            wide.extend(&unit.to_be_bytes());
        }
    } else {
        for byte in passphrase.expose() {
            wide.extend(&[0, *byte]);
        }
    }
    wide.extend(&[0, 0]);
    wide
}

//! The encryption of traditional PEM files: the headers of RFC 1421 §4.6, and the key derivation of
//! OpenSSL's `EVP_BytesToKey` with one round of MD5.

use md5::{Digest as _, Md5};

use crate::format::cbc::CbcCipher;
use crate::format::error::printable;
use crate::format::{DecodeError, Fault};
use crate::secret::{Passphrase, SecretBytes};

/// The bytes of the IV that serve as salt.
const SALT_LEN: usize = 8;

/// What the header `DEK-Info` says.
#[derive(Debug)]
pub(super) struct Dek {
    pub(super) cipher: CbcCipher,
    pub(super) iv: Vec<u8>,
}

impl Dek {
    /// Reads the headers of a block; nothing when they do not speak of encryption.
    pub(super) fn read(headers: &[(&[u8], &[u8])]) -> Result<Option<Self>, DecodeError> {
        let value = |name: &[u8]| {
            let header = headers
                .iter()
                .find(|(header, _)| header.eq_ignore_ascii_case(name));
            header.map(|(_, value)| *value)
        };
        let is_encrypted =
            value(b"Proc-Type").is_some_and(|value| value.trim_ascii_end().ends_with(b"ENCRYPTED"));
        let info = match (is_encrypted, value(b"DEK-Info")) {
            (false, None) => return Ok(None),
            (true, None) => return Err(Fault::Header("DEK-Info").into()),
            (false, Some(_)) => return Err(Fault::Header("Proc-Type").into()),
            (true, Some(info)) => info,
        };
        let comma = info.iter().position(|byte| *byte == b',');
        let (name, iv) = info.split_at(comma.ok_or(Fault::Value("DEK-Info"))?);
        let name = String::from_utf8_lossy(name.trim_ascii());
        let cipher = cipher_named(&name).ok_or_else(|| DecodeError::UnsupportedCipher(printable(&name)))?;
        let iv = base16ct::mixed::decode_vec(iv[1..].trim_ascii()).map_err(|_| Fault::Value("DEK-Info"))?;
        if iv.len() != cipher.block_len() {
            return Err(Fault::Value("DEK-Info").into());
        }
        Ok(Some(Self { cipher, iv }))
    }

    /// Writes the headers.
    pub(super) fn write(&self) -> String {
        let iv = base16ct::upper::encode_string(&self.iv);
        format!(
            "Proc-Type: 4,ENCRYPTED\nDEK-Info: {},{iv}\n",
            name_of(self.cipher)
        )
    }

    /// Derives the key: MD5 over what it gave last, the passphrase and the salt, until there is enough.
    pub(super) fn key(&self, passphrase: &Passphrase) -> SecretBytes {
        let wanted = self.cipher.key_len();
        let mut key = SecretBytes::with_capacity(wanted + 16);
        while key.len() < wanted {
            let last = key.len().saturating_sub(16);
            let digest = SecretBytes::new(
                Md5::new()
                    .chain_update(&key.expose()[last..])
                    .chain_update(passphrase.expose())
                    .chain_update(&self.iv[..SALT_LEN])
                    .finalize()
                    .to_vec(),
            );
            key.extend(digest.expose());
        }
        key.truncate(wanted);
        key
    }
}

/// All that OpenSSL and `ssh-keygen` have written.
const CIPHERS: [CbcCipher; 13] = [
    CbcCipher::Des,
    CbcCipher::Rc2With40,
    CbcCipher::Rc2With128,
    CbcCipher::TripleDes,
    CbcCipher::Aes128,
    CbcCipher::Aes192,
    CbcCipher::Aes256,
    CbcCipher::Camellia128,
    CbcCipher::Camellia192,
    CbcCipher::Camellia256,
    CbcCipher::Aria128,
    CbcCipher::Aria192,
    CbcCipher::Aria256,
];

fn cipher_named(name: &str) -> Option<CbcCipher> {
    CIPHERS
        .into_iter()
        .find(|cipher| name_of(*cipher).eq_ignore_ascii_case(name))
}

fn name_of(cipher: CbcCipher) -> &'static str {
    match cipher {
        CbcCipher::Des => "DES-CBC",
        CbcCipher::TripleDes => "DES-EDE3-CBC",
        CbcCipher::Rc2With40 => "RC2-40-CBC",
        CbcCipher::Rc2With128 => "RC2-CBC",
        CbcCipher::Aes128 => "AES-128-CBC",
        CbcCipher::Aes192 => "AES-192-CBC",
        CbcCipher::Aes256 => "AES-256-CBC",
        CbcCipher::Camellia128 => "CAMELLIA-128-CBC",
        CbcCipher::Camellia192 => "CAMELLIA-192-CBC",
        CbcCipher::Camellia256 => "CAMELLIA-256-CBC",
        CbcCipher::Aria128 => "ARIA-128-CBC",
        CbcCipher::Aria192 => "ARIA-192-CBC",
        CbcCipher::Aria256 => "ARIA-256-CBC",
    }
}

//! Block ciphers in CBC mode with the padding of PKCS#7: what protects PEM and PKCS#8 files.

use aes::cipher::block_padding::{NoPadding, Pkcs7};
use aes::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt as _, BlockModeEncrypt as _, KeyInit,
    KeyIvInit as _,
};
use aes::{Aes128, Aes192, Aes256};
use aria::{Aria128, Aria192, Aria256};
use camellia::{Camellia128, Camellia192, Camellia256};
use des::{Des, TdesEde3};
use rc2::Rc2;

use super::asn1::Fields;
use super::asn1::kind;
use super::{DecodeError, EncodeError, Fault};
use crate::secret::SecretBytes;

/// A cipher of PEM and PKCS#8 files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CbcCipher {
    /// DES, which a hobbyist breaks in days: read, never written.
    Des,
    /// RC2 with 40 bits, which anybody breaks in hours: read, never written.
    Rc2With40,
    /// RC2 with 128 bits: read, never written.
    Rc2With128,
    /// Triple DES with three keys.
    TripleDes,
    /// AES with 128 bits.
    Aes128,
    /// AES with 192 bits.
    Aes192,
    /// AES with 256 bits.
    #[default]
    Aes256,
    /// Camellia (RFC 3713) with 128 bits.
    Camellia128,
    /// Camellia with 192 bits.
    Camellia192,
    /// Camellia with 256 bits.
    Camellia256,
    /// ARIA (RFC 5794) with 128 bits.
    Aria128,
    /// ARIA with 192 bits.
    Aria192,
    /// ARIA with 256 bits.
    Aria256,
}

impl CbcCipher {
    /// The ones that are written, the best first.
    pub const WRITTEN: [Self; 10] = [
        Self::Aes256,
        Self::Aes192,
        Self::Aes128,
        Self::Camellia256,
        Self::Camellia192,
        Self::Camellia128,
        Self::Aria256,
        Self::Aria192,
        Self::Aria128,
        Self::TripleDes,
    ];

    /// Its name as SSH would write it: `aes256-cbc`, `3des-cbc`, …
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Des => "des-cbc",
            Self::Rc2With40 => "rc2-40-cbc",
            Self::Rc2With128 => "rc2-128-cbc",
            Self::TripleDes => "3des-cbc",
            Self::Aes128 => "aes128-cbc",
            Self::Aes192 => "aes192-cbc",
            Self::Aes256 => "aes256-cbc",
            Self::Camellia128 => "camellia128-cbc",
            Self::Camellia192 => "camellia192-cbc",
            Self::Camellia256 => "camellia256-cbc",
            Self::Aria128 => "aria128-cbc",
            Self::Aria192 => "aria192-cbc",
            Self::Aria256 => "aria256-cbc",
        }
    }

    /// The bytes of a key.
    pub(super) fn key_len(self) -> usize {
        match self {
            Self::Rc2With40 => 5,
            Self::Des => 8,
            Self::TripleDes | Self::Aes192 | Self::Camellia192 | Self::Aria192 => 24,
            Self::Rc2With128 | Self::Aes128 | Self::Camellia128 | Self::Aria128 => 16,
            Self::Aes256 | Self::Camellia256 | Self::Aria256 => 32,
        }
    }

    /// The bytes of a block, and of what CBC starts with.
    pub(super) fn block_len(self) -> usize {
        match self {
            Self::Des | Self::TripleDes | Self::Rc2With40 | Self::Rc2With128 => 8,
            Self::Aes128
            | Self::Aes192
            | Self::Aes256
            | Self::Camellia128
            | Self::Camellia192
            | Self::Camellia256
            | Self::Aria128
            | Self::Aria192
            | Self::Aria256 => 16,
        }
    }

    /// Whether it protects so little that it is not written, and today's OpenSSL has put it aside.
    #[must_use]
    pub fn is_broken(self) -> bool {
        matches!(self, Self::Des | Self::Rc2With40 | Self::Rc2With128)
    }

    /// Whether `ciphertext` can have come out of this cipher.
    pub(super) fn can_have_made(self, ciphertext: &[u8]) -> bool {
        !ciphertext.is_empty() && ciphertext.len().is_multiple_of(self.block_len())
    }

    /// Encrypts.
    ///
    /// # Errors
    /// [`EncodeError::WeakCipher`] for DES and RC2; [`EncodeError::Cipher`] when key or IV have a wrong length.
    pub(super) fn encrypt(
        self,
        key: &[u8],
        iv: &[u8],
        plain: &SecretBytes,
    ) -> Result<SecretBytes, EncodeError> {
        let encrypted = match self {
            Self::Des | Self::Rc2With40 | Self::Rc2With128 => {
                return Err(EncodeError::WeakCipher(self.name()));
            }
            Self::TripleDes => encrypt::<TdesEde3>(key, iv, plain),
            Self::Aes128 => encrypt::<Aes128>(key, iv, plain),
            Self::Aes192 => encrypt::<Aes192>(key, iv, plain),
            Self::Aes256 => encrypt::<Aes256>(key, iv, plain),
            Self::Camellia128 => encrypt::<Camellia128>(key, iv, plain),
            Self::Camellia192 => encrypt::<Camellia192>(key, iv, plain),
            Self::Camellia256 => encrypt::<Camellia256>(key, iv, plain),
            Self::Aria128 => encrypt::<Aria128>(key, iv, plain),
            Self::Aria192 => encrypt::<Aria192>(key, iv, plain),
            Self::Aria256 => encrypt::<Aria256>(key, iv, plain),
        };
        encrypted.ok_or(EncodeError::Cipher)
    }

    /// Decrypts; nothing when the padding is wrong, as it nearly always is with a wrong key.
    pub(super) fn decrypt(self, key: &[u8], iv: &[u8], ciphertext: &[u8]) -> Option<SecretBytes> {
        let mut plain = self.decrypt_blocks(key, iv, ciphertext)?;
        let filling = *plain.expose().last()?;
        let len = plain.len().checked_sub(filling.into())?;
        let is_filled = (1..=self.block_len()).contains(&usize::from(filling));
        if !is_filled || plain.expose()[len..].iter().any(|byte| *byte != filling) {
            return None;
        }
        plain.truncate(len);
        Some(plain)
    }

    /// Decrypts a key in DER.
    ///
    /// # Errors
    /// [`DecodeError::WrongPassphrase`]; or [`Fault::NotWhole`] where what comes out begins as a key does and is none.
    pub(super) fn decrypt_key(
        self,
        key: &[u8],
        iv: &[u8],
        ciphertext: &[u8],
    ) -> Result<SecretBytes, DecodeError> {
        // One wrong key in 256 leaves a padding that looks right; it leaves no whole SEQUENCE.
        let plain = self.decrypt(key, iv, ciphertext);
        if let Some(plain) = plain.filter(|plain| Fields::of_sequence(plain.expose()).is_ok()) {
            return Ok(plain);
        }
        let is_begun = self
            .decrypt_blocks(key, iv, ciphertext)
            .is_some_and(|plain| kind::begins_as_private(plain.expose()));
        Err(if is_begun {
            DecodeError::Corrupt(Fault::NotWhole)
        } else {
            DecodeError::WrongPassphrase
        })
    }

    fn decrypt_blocks(self, key: &[u8], iv: &[u8], ciphertext: &[u8]) -> Option<SecretBytes> {
        match self {
            Self::Des => decrypt::<Des>(key, iv, ciphertext),
            // How many bits count follows from the key's length.
            Self::Rc2With40 | Self::Rc2With128 => decrypt::<Rc2>(key, iv, ciphertext),
            Self::TripleDes => decrypt::<TdesEde3>(key, iv, ciphertext),
            Self::Aes128 => decrypt::<Aes128>(key, iv, ciphertext),
            Self::Aes192 => decrypt::<Aes192>(key, iv, ciphertext),
            Self::Aes256 => decrypt::<Aes256>(key, iv, ciphertext),
            Self::Camellia128 => decrypt::<Camellia128>(key, iv, ciphertext),
            Self::Camellia192 => decrypt::<Camellia192>(key, iv, ciphertext),
            Self::Camellia256 => decrypt::<Camellia256>(key, iv, ciphertext),
            Self::Aria128 => decrypt::<Aria128>(key, iv, ciphertext),
            Self::Aria192 => decrypt::<Aria192>(key, iv, ciphertext),
            Self::Aria256 => decrypt::<Aria256>(key, iv, ciphertext),
        }
    }
}

fn encrypt<C: BlockCipherEncrypt + KeyInit>(
    key: &[u8],
    iv: &[u8],
    plain: &SecretBytes,
) -> Option<SecretBytes> {
    let len = plain.len();
    let mut text = SecretBytes::with_capacity(len + C::block_size());
    text.extend(plain.expose());
    text.extend(&vec![0; C::block_size() - len % C::block_size()]);
    cbc::Encryptor::<C>::new_from_slices(key, iv)
        .ok()?
        .encrypt_padded::<Pkcs7>(text.expose_mut(), len)
        .ok()?;
    Some(text)
}

/// Decrypts whole blocks; what fills up the last one stays.
fn decrypt<C: BlockCipherDecrypt + KeyInit>(key: &[u8], iv: &[u8], ciphertext: &[u8]) -> Option<SecretBytes> {
    let mut text = SecretBytes::copy_of(ciphertext);
    cbc::Decryptor::<C>::new_from_slices(key, iv)
        .ok()?
        .decrypt_padded::<NoPadding>(text.expose_mut())
        .ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encrypted_is_decrypted_whatever_its_length() {
        for cipher in CbcCipher::WRITTEN {
            let (key, iv) = (vec![7; cipher.key_len()], vec![9; cipher.block_len()]);
            for len in 0..40 {
                let plain = SecretBytes::new((0..len).collect());
                let text = cipher.encrypt(&key, &iv, &plain).unwrap();
                assert!(cipher.can_have_made(text.expose()) && text.len() > plain.len());
                assert_eq!(cipher.decrypt(&key, &iv, text.expose()), Some(plain));
            }
        }
    }

    #[test]
    fn des_is_not_written() {
        let weak = CbcCipher::Des.encrypt(&[1; 8], &[2; 8], &SecretBytes::default());
        assert_eq!(weak, Err(EncodeError::WeakCipher("des-cbc")));
    }
}

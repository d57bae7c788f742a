//! Bytes that must not be printed, copied by accident or left behind in memory.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Secret bytes: private numbers, seeds, whole private key files.
///
/// Wiped when dropped and when they move to a larger buffer; compared in constant time; absent
/// from `Debug`. Reading is spelled [`expose`](Self::expose), so that a review can find it.
#[derive(Default, Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Takes over `bytes`; nothing is copied.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// An empty buffer that holds `capacity` bytes before it has to move.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// Copies `bytes` into a buffer that wipes itself. Wiping the source stays the caller's duty.
    #[must_use]
    pub fn copy_of(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// The bytes themselves.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The bytes themselves, to be changed in place.
    pub fn expose_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Appends `bytes`. A full buffer moves to one twice its size, and the old one is wiped.
    pub fn extend(&mut self, bytes: &[u8]) {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            let mut roomier = Vec::with_capacity(needed.max(self.0.capacity() * 2));
            roomier.extend_from_slice(&self.0);
            self.0.zeroize();
            self.0 = roomier;
        }
        self.0.extend_from_slice(bytes);
    }

    /// Keeps the first `len` bytes and wipes the rest.
    pub fn truncate(&mut self, len: usize) {
        if let Some(rest) = self.0.get_mut(len..) {
            rest.zeroize();
        }
        self.0.truncate(len);
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretBytes {}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(…)")
    }
}

/// What a person types to open a private key.
///
/// Kept as bytes: no format says how a passphrase is encoded, so a file made elsewhere may need
/// bytes that are not UTF-8. What is typed in this program is UTF-8.
#[derive(Default, Zeroize, ZeroizeOnDrop)]
pub struct Passphrase(SecretBytes);

impl Passphrase {
    /// Takes over `text`; nothing is copied.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(SecretBytes::new(text.into_bytes()))
    }

    /// Takes over `bytes`; nothing is copied.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(SecretBytes::new(bytes))
    }

    /// A second copy, for a job that runs beside the one that holds the first.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self(SecretBytes::copy_of(self.expose()))
    }

    /// The bytes of the passphrase.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }

    /// Whether it has no byte; files are written unencrypted then.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether both are the same, compared in constant time.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// A fixed-size secret, wiped when dropped.
pub type SecretArray<const N: usize> = Zeroizing<[u8; N]>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print_itself() {
        let secret = SecretBytes::copy_of(b"hunter2");
        let passphrase = Passphrase::new("hunter2".to_owned());
        let printed = format!("{secret:?} {passphrase:?}");
        assert!(!printed.contains("hunter2"), "{printed}");
    }

    #[test]
    fn a_secret_keeps_its_bytes_when_it_moves_to_a_larger_buffer() {
        let mut secret = SecretBytes::with_capacity(1);
        for byte in 0..=255 {
            secret.extend(&[byte]);
        }
        assert_eq!(secret.expose(), (0..=255).collect::<Vec<u8>>());
    }

    #[test]
    fn passphrases_compare_by_their_bytes() {
        let typed = Passphrase::new("päss".to_owned());
        assert!(typed.is_same_as(&Passphrase::from_bytes("päss".as_bytes().to_vec())));
        assert!(!typed.is_same_as(&Passphrase::new("pass".to_owned())));
        assert!(typed.is_same_as(&typed.duplicate()));
    }
}

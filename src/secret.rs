//! Bytes that must not be printed, copied by accident or left behind in memory.

mod memory;
mod vault;

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

pub use memory::{Wiped, forget_stack, forgetting};
use vault::in_vault;
pub use vault::open_vault;

/// Secret bytes: private numbers, seeds, whole private key files.
///
/// Wiped when dropped and when they move to a larger buffer; in the [vault](open_vault) of the programs, if
/// they fit; compared in constant time; absent from `Debug`. Reading is spelled [`expose`](Self::expose), so that a review can find it.
#[derive(Default, Zeroize, ZeroizeOnDrop)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Takes over `bytes`, and leaves none where they were.
    #[must_use]
    pub fn new(mut bytes: Vec<u8>) -> Self {
        let moved = Self::copy_of(&bytes);
        bytes.zeroize();
        moved
    }

    /// An empty buffer that holds `capacity` bytes before it has to move.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self(in_vault(|| Vec::with_capacity(capacity)))
    }

    /// Copies `bytes` into a buffer that wipes itself. Wiping the source stays the caller's duty.
    #[must_use]
    pub fn copy_of(bytes: &[u8]) -> Self {
        Self(in_vault(|| bytes.to_vec()))
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
            let roomier = needed.max(self.0.capacity() * 2);
            let mut roomier = in_vault(|| Vec::with_capacity(roomier));
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
    /// Takes over `text`, and leaves nothing where it was.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(SecretBytes::new(text.into_bytes()))
    }

    /// Takes over `bytes`, and leaves none where they were.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(SecretBytes::new(bytes))
    }

    /// Takes over `bytes`; nothing is copied.
    #[must_use]
    pub fn from_secret(bytes: SecretBytes) -> Self {
        Self(bytes)
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

/// A passphrase while it is being typed.
///
/// Its room is fixed and reserved at once, so that no keystroke moves it and leaves a copy behind;
/// what does not fit is not taken. It is wiped when cleared and when dropped.
pub struct TypedPassphrase(Zeroizing<String>);

impl TypedPassphrase {
    /// How many bytes can be typed.
    pub const MAX_BYTES: usize = 4096;

    /// Nothing typed yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Zeroizing::new(in_vault(|| {
            String::with_capacity(Self::MAX_BYTES)
        })))
    }

    /// What has been typed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether nothing has been typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts as many characters of `text` as there is room for at byte `at`, which must lie between
    /// two characters; says how many bytes went in.
    pub fn insert(&mut self, at: usize, text: &str) -> usize {
        let room = Self::MAX_BYTES - self.0.len();
        let fits = text.floor_char_boundary(room);
        self.0.insert_str(at, &text[..fits]);
        fits
    }

    /// Takes the bytes of `range` out, whose ends must lie between characters.
    pub fn delete(&mut self, range: std::ops::Range<usize>) {
        let len = self.0.len();
        let removed = range.len();
        self.0.replace_range(range, "");
        // The characters behind moved forward; what they left behind is overwritten and cut again.
        let filler = "\0".repeat(removed);
        self.0.push_str(&filler);
        self.0.truncate(len - removed);
    }

    /// Forgets what was typed.
    pub fn clear(&mut self) {
        self.0.zeroize();
    }

    /// A passphrase of what has been typed; what was typed stays.
    #[must_use]
    pub fn to_passphrase(&self) -> Passphrase {
        Passphrase::from_bytes(self.0.as_bytes().to_vec())
    }

    /// Whether both are the same, compared in constant time.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Default for TypedPassphrase {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TypedPassphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedPassphrase(…)")
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
    fn a_typed_passphrase_never_moves_and_never_grows_over_its_room() {
        let mut typed = TypedPassphrase::new();
        let place = typed.expose().as_ptr();
        assert_eq!(typed.insert(0, "aé"), 3);
        assert_eq!(typed.insert(1, "ü"), 2);
        assert_eq!(typed.expose(), "aüé");
        typed.delete(1..3);
        assert_eq!(typed.expose(), "aé");
        let long = "é".repeat(TypedPassphrase::MAX_BYTES);
        assert_eq!(typed.insert(3, &long), TypedPassphrase::MAX_BYTES - 4);
        assert_eq!(typed.expose().len(), TypedPassphrase::MAX_BYTES - 1);
        assert_eq!(typed.expose().as_ptr(), place);
        typed.clear();
        assert!(typed.is_empty());
    }

    #[test]
    fn passphrases_compare_by_their_bytes() {
        let typed = Passphrase::new("päss".to_owned());
        assert!(typed.is_same_as(&Passphrase::from_bytes("päss".as_bytes().to_vec())));
        assert!(!typed.is_same_as(&Passphrase::new("pass".to_owned())));
        assert!(typed.is_same_as(&typed.duplicate()));
    }
}

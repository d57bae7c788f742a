//! What was in a file when it was read: enough to notice that something else is there by now, and no help to whoever wants
//! to know what it was.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The length and the SHA-256 hash of a file's bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    len: u64,
    digest: [u8; 32],
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seen({} bytes)", self.len)
    }
}

impl Seen {
    /// A file of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            len: bytes.len() as u64,
            digest: Sha256::digest(bytes).into(),
        }
    }

    /// A file that is open, from where it stands.
    pub(super) fn of_file(file: &mut File) -> io::Result<Self> {
        let (mut len, mut hash) = (0, Sha256::new());
        let mut chunk = Zeroizing::new([0; 8192]);
        loop {
            match file.read(chunk.as_mut()) {
                Ok(0) => break,
                Ok(read) => {
                    len += read as u64;
                    hash.update(&chunk[..read]);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self {
            len,
            digest: hash.finalize().into(),
        })
    }

    /// Whether this is what is in a file that is open. One of another length is not read.
    pub(super) fn is_in(&self, file: &mut File) -> io::Result<bool> {
        Ok(file.metadata()?.len() == self.len && Self::of_file(file)? == *self)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, Write as _};

    use super::*;

    #[test]
    fn a_file_of_the_same_bytes_is_known_again_and_no_other() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&[7; 10_000]).expect("written");
        for (bytes, is_it) in [
            (vec![7; 10_000], true),
            (vec![7; 9_999], false),
            (vec![8; 10_000], false),
        ] {
            file.rewind().expect("a file");
            assert_eq!(Seen::of(&bytes).is_in(&mut file).expect("readable"), is_it);
        }
    }
}

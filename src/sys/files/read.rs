//! Reading a key file without being led into waiting, into reading for ever, or into half a file.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::stream::is_given;
use crate::secret::SecretBytes;
use crate::sys::seen::Seen;
use crate::sys::way;

/// The largest file taken for a key, in bytes. An RSA key of 16384 bits, the largest there is,
/// takes about 13 KiB.
pub const MAX_KEY_FILE: u64 = 1 << 20;

/// Why a key file could not be read.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what its name says")]
pub enum ReadError {
    /// There is nothing at that path, or a link that leads nowhere.
    #[error("there is no file {}", path.display())]
    NotFound { path: PathBuf },
    /// The system does not let this user read it.
    #[error("no permission to read {}", path.display())]
    Denied { path: PathBuf },
    /// A folder, a device, a pipe or a socket: no key lies in those, and some never end.
    #[error("{} is not an ordinary file", path.display())]
    NotRegular { path: PathBuf },
    /// Larger than any key; sizes are in bytes.
    #[error("{} has {size} bytes, more than the {max} that a key file may have", path.display())]
    TooLarge { path: PathBuf, size: u64, max: u64 },
    /// Another program wrote to the file meanwhile, so what was read may be half old, half new.
    #[error("{} changed while it was being read", path.display())]
    Changed { path: PathBuf },
    /// Anything else that the system reported.
    #[error("{} could not be read: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl ReadError {
    /// What went wrong with the file at `path`.
    pub(crate) fn new(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            // Nothing can have a name that the system does not allow.
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename => {
                Self::NotFound { path }
            }
            ErrorKind::PermissionDenied => Self::Denied { path },
            ErrorKind::IsADirectory => Self::NotRegular { path },
            ErrorKind::ResourceBusy => Self::Changed { path },
            _ => Self::Io { path, source },
        }
    }
}

/// The whole of a file that may hold a private key. Symbolic links are followed.
///
/// # Errors
/// See [`ReadError`]. What is not an ordinary file is refused without being opened, and no more
/// than [`MAX_KEY_FILE`] bytes are ever read.
pub fn read_key(path: &Path) -> Result<SecretBytes, ReadError> {
    read_up_to(path, MAX_KEY_FILE)
}

/// What is in the file at `path`, to be compared with what is there later; nothing where there is no file.
///
/// # Errors
/// See [`ReadError`].
pub fn seen(path: &Path) -> Result<Option<Seen>, ReadError> {
    match read_key(path) {
        Ok(bytes) => Ok(Some(Seen::of(bytes.expose()))),
        Err(ReadError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The whole of a file of no more than `max` bytes.
pub(super) fn read_up_to(path: &Path, max: u64) -> Result<SecretBytes, ReadError> {
    let fail = |source| ReadError::new(path, source);
    if is_given(path) {
        let mut stream = File::open(path).map_err(fail)?;
        return read_stream(&mut stream, path, max);
    }
    let (mut file, size) = open_regular(path)?;
    if size > max {
        return Err(ReadError::TooLarge {
            path: path.to_owned(),
            size,
            max,
        });
    }
    if size == 0 {
        // What the kernel has in its own files is as long as it turns out to be.
        return read_stream(&mut file, path, max);
    }
    read_exactly(&mut file, size)
        .map_err(fail)?
        .ok_or_else(|| ReadError::Changed {
            path: path.to_owned(),
        })
}

/// An ordinary file, and how many bytes it has. Symbolic links are followed.
fn open_regular(path: &Path) -> Result<(File, u64), ReadError> {
    let fail = |source| ReadError::new(path, source);
    let not_regular = || ReadError::NotRegular {
        path: path.to_owned(),
    };
    // Opening alone can do things: a tape rewinds, a watchdog starts to count. So look first, and
    // look again at what was in fact opened.
    if !fs::metadata(path).map_err(fail)?.is_file() {
        return Err(not_regular());
    }
    let file = way::open(path).map_err(fail)?;
    let found = file.metadata().map_err(fail)?;
    if !found.is_file() {
        return Err(not_regular());
    }
    Ok((file, found.len()))
}

/// Hands a file of any size to `take`, one piece after the other; no key, and so nothing of it is wiped.
///
/// # Errors
/// See [`ReadError`]. What is not an ordinary file is refused without being opened, unless a shell has handed it over.
pub fn read_through(path: &Path, take: &mut dyn FnMut(&[u8])) -> Result<(), ReadError> {
    let mut file = if is_given(path) {
        File::open(path).map_err(|source| ReadError::new(path, source))?
    } else {
        open_regular(path)?.0
    };
    read_pieces(&mut file, path, take)
}

/// The same with what comes out of `stream`.
///
/// # Errors
/// See [`ReadError`].
pub fn read_pieces(
    stream: &mut impl Read,
    path: &Path,
    take: &mut dyn FnMut(&[u8]),
) -> Result<(), ReadError> {
    let mut piece = vec![0; 64 << 10];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(len) => take(&piece[..len]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(source) => return Err(ReadError::new(path, source)),
        }
    }
}

/// All that comes out of `stream`, up to `max` bytes.
///
/// # Errors
/// See [`ReadError`].
pub fn read_stream(stream: &mut impl Read, path: &Path, max: u64) -> Result<SecretBytes, ReadError> {
    let mut bytes = SecretBytes::default();
    let mut chunk = zeroize::Zeroizing::new([0; 8192]);
    loop {
        match stream.read(chunk.as_mut()) {
            Ok(0) => return Ok(bytes),
            Ok(len) => bytes.extend(&chunk[..len]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(source) => return Err(ReadError::new(path, source)),
        }
        let size = bytes.len() as u64;
        if size > max {
            return Err(ReadError::TooLarge {
                path: path.to_owned(),
                size,
                max,
            });
        }
    }
}

/// The `size` bytes that `file` is said to have; `None` if it has fewer or more by now.
fn read_exactly(file: &mut File, size: u64) -> io::Result<Option<SecretBytes>> {
    let len = usize::try_from(size).map_err(|_| ErrorKind::FileTooLarge)?;
    // The exact size at once: a buffer that grows would leave copies behind.
    let mut bytes = SecretBytes::new(vec![0; len]);
    match file.read_exact(bytes.expose_mut()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut beyond = SecretBytes::new(vec![0; 1]);
    let has_grown = match file.read_exact(beyond.expose_mut()) {
        Ok(()) => true,
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => false,
        Err(error) => return Err(error),
    };
    Ok((!has_grown && file.metadata()?.len() == size).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::*;

    #[test]
    fn a_file_that_shrinks_or_grows_after_its_size_was_taken_is_noticed() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"12345").expect("written");
        for (size, holds) in [(4, false), (5, true), (6, false)] {
            file.rewind().expect("a file");
            let read = read_exactly(&mut file, size).expect("readable");
            assert_eq!(read.is_some(), holds, "{size} bytes of 5");
        }
    }
}

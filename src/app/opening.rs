//! Opening key files.

use std::path::Path;

use crate::app::Problem;
use crate::format::{self, Parsed};
use crate::sys::files::read_key;

/// Reads the file at `path` and says what it is.
///
/// # Errors
/// It cannot be read, or it is no key file. A private key that is given where its public half was
/// asked for, or the other way round, is no error here.
pub fn open_file(path: &Path) -> Result<Parsed, Problem> {
    let bytes = read_key(path)?;
    parse(bytes.expose())
}

/// Says what `bytes`, from a file or the clipboard, are.
///
/// # Errors
/// They are no key.
pub fn parse(bytes: &[u8]) -> Result<Parsed, Problem> {
    Ok(format::parse(bytes)?)
}

//! Where the output goes. `puttygen` replaces whatever lies at `-o`; here a file is replaced unasked
//! only where nothing can be lost by it.

use std::path::Path;

use crate::cli::console::{Console, print};
use crate::cli::interrupt;
use crate::cli::private_file::{Place, is_stream, may_write, write_stream};
use crate::engine::Problem;
use crate::engine::saving::Plan;
use crate::format::{self, Parsed, PrivateEncoding};
use crate::key::PublicKey;
use crate::secret::SecretBytes;
use crate::sys::files::{Existing, Secrecy, read_key, write_private, write_public};

/// A text that is not a private key file.
pub(super) struct Text {
    pub(super) bytes: SecretBytes,
    pub(super) secrecy: Secrecy,
    /// Whether it is a public key, which may take the place of another one.
    pub(super) is_public_key: bool,
}

impl Text {
    /// Writes it to `out`, or to standard output where nothing is named.
    pub(super) fn deliver(&self, out: Option<&Path>, console: Console) -> Result<(), Problem> {
        let bytes = self.bytes.expose();
        let Some(out) = out.filter(|out| !is_standard_output(out)) else {
            return print(bytes);
        };
        if is_stream(out) {
            return write_stream(out, bytes);
        }
        let existing = if self.may_replace(out) {
            Existing::Replace
        } else {
            may_write(&Plan::public_line(out), console)?
        };
        interrupt::uninterrupted(|| {
            Ok(match self.secrecy {
                Secrecy::Private => write_private(out, bytes, existing),
                Secrecy::Public => write_public(out, bytes, existing),
            }?)
        })
    }

    /// Whether nothing is lost with the file at `path`: it is empty, or it is the same already, or one
    /// public key makes room for another, which can be made again.
    fn may_replace(&self, path: &Path) -> bool {
        let Ok(there) = read_key(path) else { return false };
        let there = there.expose();
        let is_public = || matches!(format::parse(there), Ok(Parsed::Public(_)));
        there.is_empty() || there == self.bytes.expose() || (self.is_public_key && is_public())
    }
}

/// Where a private key goes: the file at `out`, where it takes the place of an empty file, or of one
/// with the same `key`; of another one only if that is said.
pub(super) fn place(
    out: &Path,
    key: Option<&PublicKey>,
    encoding: PrivateEncoding,
    console: Console,
) -> Result<Place, Problem> {
    if is_standard_output(out) {
        return Ok(Place::StandardOutput);
    }
    let holds_nothing_else = read_key(out).is_ok_and(|there| {
        let there = there.expose();
        let is_same = || {
            let parsed = format::parse(there).ok();
            parsed.is_some_and(|parsed| key.is_some() && parsed.public() == key)
        };
        there.is_empty() || is_same()
    });
    if holds_nothing_else {
        return Ok(Place::in_place(Plan::single(out, encoding)));
    }
    Place::new(out, encoding, None, console)
}

/// Whether a name stands for standard output, which may be redirected to a file.
fn is_standard_output(path: &Path) -> bool {
    let names = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
    names.iter().any(|name| path.as_os_str() == *name)
}

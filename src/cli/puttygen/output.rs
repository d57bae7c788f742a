//! Where the output goes. `puttygen` replaces whatever lies at `-o`; here a file is replaced unasked
//! only where nothing can be lost by it.

use std::path::Path;

use crate::cli::console::{Console, print};
use crate::cli::interrupt;
use crate::cli::private_file::{Place, may_write};
use crate::engine::Problem;
use crate::engine::describe::written_without_owners;
use crate::engine::saving::Plan;
use crate::format::{self, Parsed, PrivateEncoding};
use crate::key::PublicKey;
use crate::secret::SecretBytes;
use crate::sys::files::{
    Existing, Secrecy, Seen, is_standard_output, is_stream, read_key, write_private, write_public,
    write_stream,
};

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
            return Ok(write_stream(out, bytes)?);
        }
        let existing = if let Some(there) = self.may_replace(out) {
            Existing::Agreed(there)
        } else {
            let plan = may_write(Plan::public_line(out), console)?;
            plan.terms().next().unwrap_or(Existing::Refuse)
        };
        interrupt::uninterrupted(|| match self.secrecy {
            Secrecy::Private => write_private(out, bytes, existing),
            Secrecy::Public => write_public(out, bytes, existing),
        })?;
        if self.secrecy == Secrecy::Private {
            console.warn_all(&Vec::from_iter(written_without_owners(out)));
        }
        Ok(())
    }

    /// What is in the file at `path`, where nothing is lost with it: it is empty, or it is the same already, or one
    /// public key makes room for another, which can be made again.
    fn may_replace(&self, path: &Path) -> Option<Seen> {
        let there = read_key(path).ok()?;
        let there = there.expose();
        let is_public = || matches!(format::parse(there), Ok(Parsed::Public(_)));
        let loses_nothing =
            there.is_empty() || there == self.bytes.expose() || (self.is_public_key && is_public());
        loses_nothing.then(|| Seen::of(there))
    }
}

/// Where a private key goes: the file at `out`, where it takes the place of an empty file, or of one
/// with the same key as in the file `source`; of another one only if that is said.
pub(super) fn place(
    out: &Path,
    source: Option<(&PublicKey, Option<&Path>, Seen)>,
    encoding: PrivateEncoding,
    console: Console,
) -> Result<Place, Problem> {
    if is_standard_output(out) {
        return Ok(Place::StandardOutput);
    }
    let key = source.map(|(key, ..)| key);
    let holds_nothing_else = read_key(out).ok().and_then(|there| {
        let there = there.expose();
        let is_same = || {
            let parsed = format::parse(there).ok();
            parsed.is_some_and(|parsed| parsed.public().is_some() && parsed.public() == key)
        };
        (there.is_empty() || is_same()).then(|| Seen::of(there))
    });
    if let Some(there) = holds_nothing_else {
        let plan = Plan::single(out, encoding);
        // The key goes back into the file that it came from; another one that lies there may be somebody else's.
        let is_source = source.is_some_and(|(_, path, read)| path == Some(out) && read == there);
        return Ok(Place::in_place(if is_source {
            plan.changing(there)
        } else {
            plan.replacing_this(there)
        }));
    }
    Place::new(out, encoding, None, console)
}

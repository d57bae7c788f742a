//! Files on the command line that are none: `-`, `/dev/stdin`, and what a shell makes of `<(…)`. They are read wherever a file
//! is named; what goes by the place of a file refuses them.

use std::path::{Path, PathBuf};

use super::usage;
use crate::engine::Problem;
use crate::sys::files::is_descriptor;

/// Whether what is named is read as it comes, and lies nowhere. `./-` is a file.
pub(super) fn is_piped(path: &Path) -> bool {
    path == Path::new("-") || is_descriptor(path)
}

/// Where to read what is named; `-` is standard input, where the system has a name for that.
pub(super) fn source(path: &Path) -> PathBuf {
    if cfg!(unix) && path == Path::new("-") {
        PathBuf::from("/dev/stdin")
    } else {
        path.to_owned()
    }
}

/// The same path, for what changes a file where it lies or remembers its place.
pub(super) fn placed(path: &Path) -> Result<&Path, Problem> {
    if is_piped(path) {
        return Err(without_a_place());
    }
    Ok(path)
}

/// Standard input or a pipe was named where a file has to lie somewhere.
pub(super) fn without_a_place() -> Problem {
    usage::problem(
        "standard input and pipes lie nowhere: they cannot be changed in place, nor found again",
        "Name the file itself; save what comes from another program in one first.",
    )
}

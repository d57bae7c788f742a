//! What lies in a folder, without looking into it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::read::{MAX_KEY_FILE, ReadError};
use crate::sys::entries::Names;

/// The most entries of a folder that are looked at: nobody has so many keys, and a mail folder has more.
pub const MOST_ENTRIES: usize = 10_000;

/// A file that is small enough for a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where it lies.
    pub path: PathBuf,
    /// When it was last written, in seconds since 1970 (UTC).
    pub modified: Option<u64>,
}

/// The files of a folder.
#[derive(Debug, Default)]
pub struct Candidates {
    /// In the order of their names.
    pub files: Vec<Candidate>,
    /// Whether there are more than [`MOST_ENTRIES`], and the others were left out.
    pub is_cut: bool,
    /// Of which the system does not tell what they are.
    pub unread: Vec<ReadError>,
}

/// The ordinary files in `folder` that are no larger than a key; a link to one counts. Nothing is opened, and
/// folders in it are not looked into.
///
/// # Errors
/// The folder does not exist or cannot be read.
pub fn candidates(folder: &Path) -> Result<Candidates, ReadError> {
    let fail = |source| ReadError::new(folder, source);
    let mut found = Candidates::default();
    for name in Names::of(folder).map_err(fail)? {
        if found.files.len() >= MOST_ENTRIES {
            found.is_cut = true;
            break;
        }
        match candidate(&folder.join(name.map_err(fail)?)) {
            Ok(file) => found.files.extend(file),
            Err(error) => found.unread.push(error),
        }
    }
    found.files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

/// The file at `path`, unless there is none that could be a key.
///
/// # Errors
/// The system does not tell what is there.
pub fn candidate(path: &Path) -> Result<Option<Candidate>, ReadError> {
    let found = match fs::metadata(path).map_err(|error| ReadError::new(path, error)) {
        Ok(found) => found,
        Err(ReadError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let since = |time: std::time::SystemTime| time.duration_since(UNIX_EPOCH).ok();
    Ok(
        (found.is_file() && found.len() <= MAX_KEY_FILE).then(|| Candidate {
            path: path.to_owned(),
            modified: found.modified().ok().and_then(since).map(|time| time.as_secs()),
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::files::{Existing, write_public};

    #[test]
    fn only_ordinary_files_are_candidates() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["b", "a"] {
            write_public(&folder.path().join(name), b"x", Existing::Refuse).expect("written");
        }
        fs::create_dir(folder.path().join("c")).expect("a folder");
        #[cfg(unix)]
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("d")).expect("a socket");
        let found = candidates(folder.path()).expect("it can be read");
        let names: Vec<_> = found
            .files
            .iter()
            .filter_map(|file| file.path.file_name())
            .collect();
        assert_eq!(names, ["a", "b"]);
        assert!(found.files.iter().all(|file| file.modified.is_some()) && !found.is_cut);
        let missing = candidates(&folder.path().join("no"));
        assert!(matches!(missing, Err(ReadError::NotFound { .. })));
    }
}

//! Files of this program's own: TOML, in the place that the system has for them, never half written. What
//! cannot be read is never overwritten, and what is damaged is copied first.

use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, TomlError};

use crate::engine::{Blame, Problem, lost};
use crate::sys::files::{
    self, Backup, Existing, ReadError, WriteError, read_key, write_private, write_public,
};
use crate::sys::permissions::create_private_folders;
use crate::sys::randomness;
use crate::sys::settings_place::Place;

/// How many damaged files are kept beside the good one before somebody has to look at them.
const MOST_COPIES: u32 = 20;

/// Why a text is no such file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Damage {
    /// It is not text.
    #[error("it is not UTF-8 text")]
    NotText,
    /// It does not follow the rules of TOML 1.0.
    #[error("line {line}: {message}")]
    NotToml { line: usize, message: String },
    /// A value stands where a table belongs.
    #[error("“{0}” is no table")]
    NoTable(String),
    /// Something else stands where a list belongs.
    #[error("“{0}” is no list")]
    NoList(String),
}

impl Damage {
    fn of(text: &str, error: &TomlError) -> Self {
        let begin = error.span().map_or(0, |span| span.start);
        let before = text.get(..begin).unwrap_or_default();
        Self::NotToml {
            line: before.lines().count().max(1),
            message: error.message().lines().collect::<Vec<_>>().join(", "),
        }
    }
}

/// Takes the bytes of a file apart; says whether there was nothing in it.
pub(crate) fn parse(bytes: &[u8]) -> Result<(DocumentMut, bool), Damage> {
    // Windows' own editor puts a mark before UTF-8.
    let text = std::str::from_utf8(bytes).map_err(|_| Damage::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = text.parse().map_err(|error| Damage::of(text, &error))?;
    Ok((document, text.trim().is_empty()))
}

/// The bytes of the file at `place`; none where there is no file.
pub(crate) fn read(place: &Place) -> Result<Option<Vec<u8>>, ReadError> {
    match read_key(place.path()) {
        Ok(bytes) => {
            seed_tables(place)?;
            Ok(Some(bytes.expose().to_vec()))
        }
        Err(ReadError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Edits the file at `place` as it is by now, and makes its folder where that is missing. Where another window writes
/// meanwhile, `change` is asked again.
pub(crate) fn edit<T>(
    place: &Place,
    max: usize,
    change: impl FnMut(&[u8]) -> Result<(Vec<u8>, T), Problem>,
) -> Result<T, Problem> {
    seed_tables(place)?;
    make_folder(place)?;
    let mut change = change;
    let mut made = None;
    let edited = files::edit(place.path(), max, Backup::None, |bytes| {
        let (bytes, done) = change(bytes)?;
        made = Some(done);
        Ok::<_, Problem>((bytes, ()))
    });
    match (edited, made) {
        (Ok(_), Some(done)) => Ok(done),
        // Should the power fail now, the former file holds.
        (Err(problem), Some(done)) if problem.is_done() => {
            log::warn!("{}", problem.what);
            Ok(done)
        }
        (Err(problem), _) => Err(problem),
        (Ok(_), None) => Err(lost()),
    }
}

/// A document is made of hash tables.
fn seed_tables(place: &Place) -> Result<(), ReadError> {
    randomness::seed_tables().map_err(|error| ReadError::new(place.path(), error))
}

/// Makes the folder of the user's own files where that is missing.
pub(crate) fn make_folder(place: &Place) -> Result<(), Problem> {
    if let (Place::OfUser(_), Some(folder)) = (place, place.path().parent()) {
        create_private_folders(folder).map_err(|error| no_folder(folder, &error))?;
    }
    Ok(())
}

/// Puts `bytes` at `path`, for nobody but the user where `place` is the user's own.
pub(crate) fn put(place: &Place, path: &Path, bytes: &[u8], existing: Existing) -> Result<(), WriteError> {
    let written = match place {
        Place::OfUser(_) => write_private(path, bytes, existing),
        // On another computer its owner is somebody else, and has to read it all the same.
        Place::Portable(_) => write_public(path, bytes, existing),
    };
    match written {
        // Should the power fail now, the former file holds.
        Err(WriteError::Unsynced { path, source }) => {
            log::warn!("{} is not confirmed: {source}", path.display());
            Ok(())
        }
        result => result,
    }
}

/// Keeps a damaged file beside its place, under a name that nothing has yet.
pub(crate) fn keep_copy(place: &Place, bytes: &[u8]) -> Result<PathBuf, Problem> {
    let mut taken = None;
    for number in 1..=MOST_COPIES {
        let extension = match number {
            1 => "damaged.toml".to_owned(),
            _ => format!("damaged-{number}.toml"),
        };
        let path = place.path().with_extension(extension);
        match put(place, &path, bytes, Existing::Refuse) {
            Ok(()) => return Ok(path),
            Err(error @ WriteError::Exists { .. }) => taken = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    Err(taken.map_or_else(lost, Problem::from))
}

fn no_folder(folder: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        "io-denied",
        Blame::World,
        format!("the folder {} could not be made: {error}", folder.display()),
        "Make the folder, or let the program do it.",
    )
}

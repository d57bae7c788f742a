//! Why a file could not be written.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::folder::is_in_use;

/// Why nothing was written; [`Unsynced`](Self::Unsynced) and [`NotUndone`](Self::NotUndone) alone
/// leave something new behind.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what its name says")]
pub enum WriteError {
    /// There is a file already, and it was not to be replaced.
    #[error("{} exists already", path.display())]
    Exists { path: PathBuf },
    /// The folder does not exist, or is no folder.
    #[error("there is no folder {}", folder.display())]
    NoFolder { folder: PathBuf },
    /// The path names no file: it ends in `..`, say, or has a name that the system does not allow.
    #[error("{} is not a possible file name", path.display())]
    BadName { path: PathBuf },
    /// The same path was given for two files.
    #[error("{} was given for two files", path.display())]
    Twice { path: PathBuf },
    /// The system does not let this user write there.
    #[error("no permission to write {}", path.display())]
    Denied { path: PathBuf },
    /// The disk, or this user's share of it, is full.
    #[error("there is no room for {}", path.display())]
    Full { path: PathBuf },
    /// The file would be larger than this program may make one.
    #[error("{} would be larger than the limit on the size of files lets it be", path.display())]
    SizeLimit { path: PathBuf },
    /// The disk is write-protected.
    #[error("the disk of {} is read-only", path.display())]
    ReadOnly { path: PathBuf },
    /// A folder, a device, a pipe or a socket is in the way.
    #[error("{} is not an ordinary file", path.display())]
    NotRegular { path: PathBuf },
    /// A symbolic link is in the way that leads to no file.
    #[error("{} is a link to a file that does not exist", path.display())]
    DanglingLink { path: PathBuf },
    /// A symbolic link of somebody else's is on the way: it could lead to any file of this user's.
    #[error("{link} is on the way to {}, and is not followed", path.display())]
    ForeignLink {
        path: PathBuf,
        /// Which link, and whose: “the link … belongs to somebody else (user …)”.
        link: String,
    },
    /// The file that is there belongs to somebody else, and the new one would be this user's.
    #[error("{} belongs to somebody else (user {owner})", path.display())]
    NotYours { path: PathBuf, owner: u32 },
    /// Another program wrote to the file since it was read.
    #[error("{} was changed by another program meanwhile", path.display())]
    Changed { path: PathBuf },
    /// Another program holds the file open, as happens on Windows.
    #[error("{} is in use by another program", path.display())]
    InUse { path: PathBuf },
    /// What the disk gave back is not what was written.
    #[error("{} did not read back as it was written", path.display())]
    Mismatch { path: PathBuf },
    /// Written and in place, but the disk would not confirm that it survives a power cut.
    #[error("{} is written, but the disk did not confirm it: {source}", path.display())]
    Unsynced { path: PathBuf, source: io::Error },
    /// One of several files could not be written, and an earlier one could not be taken back.
    #[error("{cause}; {} was replaced before that and could not be restored: {source}", path.display())]
    NotUndone {
        path: PathBuf,
        /// Where the file that used to be at `path` lies now, if there was one.
        old: Option<PathBuf>,
        /// Why the change to `path` could not be undone.
        source: io::Error,
        /// Why it had to be undone.
        cause: Box<WriteError>,
    },
    /// Anything else that the system reported.
    #[error("{} could not be written: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl WriteError {
    pub(super) fn new(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::AlreadyExists => Self::Exists { path },
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::NoFolder {
                folder: path.parent().map(Path::to_owned).unwrap_or(path),
            },
            // Also what Windows answers to names of devices, and FAT to characters that it lacks.
            ErrorKind::InvalidFilename | ErrorKind::InvalidInput => Self::BadName { path },
            ErrorKind::PermissionDenied => Self::Denied { path },
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full { path },
            ErrorKind::FileTooLarge => Self::SizeLimit { path },
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            ErrorKind::IsADirectory => Self::NotRegular { path },
            ErrorKind::ResourceBusy => Self::InUse { path },
            _ if is_in_use(&source) => Self::InUse { path },
            _ => Self::Io { path, source },
        }
    }
}

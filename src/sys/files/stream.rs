//! Streams: pipes and devices into which something is written as it is. Nothing there can be replaced or half written, and who
//! reads from it has it; so a stream has to be one's own.

use std::path::{Path, PathBuf};

#[cfg(unix)]
pub(super) use unix::is_given;
#[cfg(unix)]
pub use unix::{check_stream, is_descriptor, is_stream, write_stream};
#[cfg(windows)]
pub(super) use windows::is_given;
#[cfg(windows)]
pub use windows::{check_stream, is_descriptor, is_stream, write_stream};

/// Why nothing is written to a stream, or not all.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what its name says")]
pub enum StreamError {
    /// It belongs to somebody else, or a link of theirs leads there.
    #[error("the stream {} belongs to somebody else", path.display())]
    NotYours { path: PathBuf },
    /// Others may read from it as well.
    #[error("others may read from the pipe {}", path.display())]
    OpenToOthers { path: PathBuf },
    /// Nobody opens it for reading.
    #[error("nobody reads from {}", path.display())]
    NobodyReads { path: PathBuf },
    /// Anything else that the system reported.
    #[error("{} could not be written: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
}

/// Whether a path names standard output, which may be redirected to a file.
#[must_use]
pub fn is_standard_output(path: &Path) -> bool {
    let names = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
    names.iter().any(|name| path.as_os_str() == *name)
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, File, OpenOptions};
    use std::io::{self, Write as _};
    use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
    use std::path::Path;
    use std::thread;
    use std::time::{Duration, Instant};

    use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
    use rustix::io::{Errno, retry_on_intr};

    use super::StreamError;
    use crate::sys::way::{GENTLY, Way};

    /// How long somebody may take to open the other end of a pipe.
    const PATIENCE: Duration = Duration::from_secs(5);
    const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(20);

    /// Whether a stream is at `path`: what this program was started with, a pipe, or a device such as `/dev/null`.
    #[must_use]
    pub fn is_stream(path: &Path) -> bool {
        let kind = || fs::metadata(path).map(|found| found.file_type());
        is_descriptor(path) || kind().is_ok_and(|kind| kind.is_fifo() || kind.is_char_device())
    }

    /// Whether `path` names a pipe or a device from which this program was started to read: what a shell makes of `<(…)`.
    pub(in crate::sys::files) fn is_given(path: &Path) -> bool {
        let is_file = || fs::metadata(path).is_ok_and(|found| found.is_file());
        is_descriptor(path) && !is_file()
    }

    /// Whether a path names a file that was open when the program was started: what a shell makes of `<(…)`, `>(…)` and
    /// `3>FILE`.
    #[must_use]
    pub fn is_descriptor(path: &Path) -> bool {
        let Some(path) = path.to_str() else { return false };
        let number = ["/dev/fd/", "/proc/self/fd/"]
            .iter()
            .find_map(|folder| path.strip_prefix(folder));
        ["/dev/stdin", "/dev/stdout", "/dev/stderr"].contains(&path)
            || number.is_some_and(|number| number.parse::<u16>().is_ok())
    }

    /// Says before long work whether something may be written there.
    ///
    /// # Errors
    /// It is somebody else's, or others may read from it.
    pub fn check_stream(path: &Path) -> Result<(), StreamError> {
        if is_descriptor(path) {
            return Ok(());
        }
        let fail = |source| StreamError::Io {
            path: path.to_owned(),
            source,
        };
        let way = Way::to(path).map_err(fail)?;
        let found = rustix::fs::statat(&way.folder, &way.name, AtFlags::SYMLINK_NOFOLLOW);
        judge(path, &way, &found.map_err(|error| fail(error.into()))?)
    }

    fn judge(path: &Path, way: &Way, found: &Stat) -> Result<(), StreamError> {
        let own = rustix::process::geteuid().as_raw();
        let path = || path.to_owned();
        let is_own = match FileType::from_raw_mode(found.st_mode) {
            // The system's own devices are open to all, and none gives away what it is given.
            FileType::CharacterDevice => [own, 0].contains(&found.st_uid),
            FileType::Fifo => found.st_uid == own,
            _ => false,
        };
        if !is_own || way.road.check(found.st_uid).is_err() {
            return Err(StreamError::NotYours { path: path() });
        }
        let others_read = Mode::from_raw_mode(found.st_mode).intersects(Mode::RGRP | Mode::ROTH);
        if FileType::from_raw_mode(found.st_mode) == FileType::Fifo && others_read {
            return Err(StreamError::OpenToOthers { path: path() });
        }
        Ok(())
    }

    /// Writes `bytes` to the stream at `path`.
    ///
    /// # Errors
    /// See [`StreamError`].
    pub fn write_stream(path: &Path, bytes: &[u8]) -> Result<(), StreamError> {
        let fail = |source| StreamError::Io {
            path: path.to_owned(),
            source,
        };
        let mut stream = if is_descriptor(path) {
            // Where it is a file, what is in it stays.
            let mut options = OpenOptions::new();
            options
                .append(true)
                .custom_flags(OFlags::NOCTTY.bits().cast_signed())
                .open(path)
                .map_err(fail)?
        } else {
            check_stream(path)?;
            open(path)?
        };
        stream.write_all(bytes).map_err(fail)
    }

    /// Opens the very stream that was judged. A pipe that nobody reads from is not waited for longer than it takes to start a
    /// program.
    fn open(path: &Path) -> Result<File, StreamError> {
        let fail = |source: io::Error| StreamError::Io {
            path: path.to_owned(),
            source,
        };
        let way = Way::to(path).map_err(fail)?;
        let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | GENTLY;
        let start = Instant::now();
        let stream = loop {
            match retry_on_intr(|| rustix::fs::openat(&way.folder, &way.name, flags, Mode::empty())) {
                Err(Errno::NXIO) if start.elapsed() < PATIENCE => thread::sleep(BETWEEN_ATTEMPTS),
                Err(Errno::NXIO) => {
                    return Err(StreamError::NobodyReads {
                        path: path.to_owned(),
                    });
                }
                stream => break stream.map_err(|error| fail(error.into()))?,
            }
        };
        let found = rustix::fs::fstat(&stream).map_err(|error| fail(error.into()))?;
        judge(path, &way, &found)?;
        // A reader may take its time.
        let flags = rustix::fs::fcntl_getfl(&stream).map_err(|error| fail(error.into()))?;
        rustix::fs::fcntl_setfl(&stream, flags - OFlags::NONBLOCK).map_err(|error| fail(error.into()))?;
        Ok(stream.into())
    }
}

#[cfg(windows)]
mod windows {
    use std::fs::OpenOptions;
    use std::io::Write as _;
    use std::path::Path;

    use super::StreamError;

    /// Windows has its devices under names of their own, and no file is written there.
    #[must_use]
    pub fn is_stream(_: &Path) -> bool {
        false
    }

    /// No path there names what this program was started with.
    #[must_use]
    pub fn is_descriptor(_: &Path) -> bool {
        false
    }

    /// Nor one that can be read once.
    pub(in crate::sys::files) fn is_given(_: &Path) -> bool {
        false
    }

    /// There is none that could be somebody else's.
    ///
    /// # Errors
    /// None.
    pub fn check_stream(_: &Path) -> Result<(), StreamError> {
        Ok(())
    }

    /// Writes `bytes` to the stream at `path`.
    ///
    /// # Errors
    /// See [`StreamError`].
    pub fn write_stream(path: &Path, bytes: &[u8]) -> Result<(), StreamError> {
        let written = OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut stream| stream.write_all(bytes));
        written.map_err(|source| StreamError::Io {
            path: path.to_owned(),
            source,
        })
    }
}

//! Files on a server, by SFTP version 3 (draft-ietf-secsh-filexfer-02) and three of OpenSSH's extensions (its PROTOCOL).

use std::collections::HashMap;
use std::fmt;

use russh_sftp::client::error::Error as SftpError;
use russh_sftp::client::{Config, RawSftpSession};
use russh_sftp::protocol::{FileAttributes, OpenFlags, Packet, StatusCode};

use super::connection::{Connection, Opened, is_granted};
use super::fault::{FileTrouble, RemoteFault, Step};
use super::{Files, KIND, Stat, text};
use crate::key::watch::Watch;
use crate::key::wire::Writer;

/// How long one request may take.
const STEP_SECS: u64 = 30;
/// As much as is asked for or sent at once: what every server can do.
const PIECE: u32 = 32 << 10;
const POSIX_RENAME: &str = "posix-rename@openssh.com";
const FSYNC: &str = "fsync@openssh.com";
/// A link, in `st_mode`.
const SYMBOLIC: u32 = 0o120_000;
const LINK: &str = "hardlink@openssh.com";

/// The way to a server's files.
pub struct SftpFiles<'a> {
    connection: &'a mut Connection,
    session: RawSftpSession,
    can_replace: bool,
    can_sync: bool,
    can_link: bool,
    watch: &'a dyn Watch,
}

impl fmt::Debug for SftpFiles<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SftpFiles")
            .field("connection", &self.connection)
            .field("can_replace", &self.can_replace)
            .field("can_sync", &self.can_sync)
            .field("can_link", &self.can_link)
            .finish_non_exhaustive()
    }
}

/// A way to a server's files that was opened, by itself.
pub struct OpenedFiles {
    session: RawSftpSession,
    extensions: HashMap<String, String>,
}

impl fmt::Debug for OpenedFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenedFiles")
            .field("extensions", &self.extensions)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// Opens the way to the server's files.
    ///
    /// # Errors
    /// The connection fails, or there is no such way for this account.
    pub fn open_files(&mut self, watch: &dyn Watch) -> Result<OpenedFiles, RemoteFault> {
        let step = Step::Files;
        let opened = self.in_session(step, watch, async |mut channel| {
            let asked = channel.request_subsystem(true, "sftp").await;
            asked.map_err(|error| super::client::named(step, error))?;
            if !is_granted(&mut channel, step).await? {
                return Err(RemoteFault::NoFiles);
            }
            let limits = Config {
                request_timeout_secs: STEP_SECS,
                ..Config::default()
            };
            let session = RawSftpSession::new_with_config(channel.into_stream(), limits);
            // A shell that knows no SFTP says something else, or nothing and ends.
            let version = session.init().await.map_err(|_| RemoteFault::NoFiles)?;
            let extensions = version.extensions;
            Ok(Opened(OpenedFiles { session, extensions }))
        });
        opened.map(|Opened(opened)| opened)
    }
}

impl<'a> SftpFiles<'a> {
    /// The files of the server of a connection, by the way that was opened there.
    pub fn on(connection: &'a mut Connection, opened: OpenedFiles, watch: &'a dyn Watch) -> Self {
        let OpenedFiles { session, extensions } = opened;
        Self {
            connection,
            session,
            can_replace: extensions.contains_key(POSIX_RENAME),
            can_sync: extensions.contains_key(FSYNC),
            can_link: extensions.contains_key(LINK),
            watch,
        }
    }

    /// One request about `path`, or several that belong together.
    fn ask<T>(
        &mut self,
        path: &str,
        work: impl AsyncFnOnce(&RawSftpSession) -> Result<T, Trouble>,
    ) -> Result<T, RemoteFault> {
        let session = &self.session;
        let asked = self
            .connection
            .step((Step::Files, STEP_SECS), self.watch, async |_, _| {
                let done = work(session).await;
                Ok(Opened(done.map_err(|trouble| trouble.about(path))?))
            });
        asked.map(|Opened(done)| done)
    }
}

/// What went wrong with a request, before its path is put to it.
enum Trouble {
    Told(FileTrouble),
    Library(SftpError),
}

impl From<SftpError> for Trouble {
    fn from(error: SftpError) -> Self {
        Self::Library(error)
    }
}

impl From<FileTrouble> for Trouble {
    fn from(trouble: FileTrouble) -> Self {
        Self::Told(trouble)
    }
}

impl Trouble {
    fn about(self, path: &str) -> RemoteFault {
        let step = Step::Files;
        let trouble = match self {
            Self::Told(trouble) => trouble,
            Self::Library(SftpError::Status(status)) => match status.status_code {
                StatusCode::NoSuchFile => FileTrouble::NotThere,
                StatusCode::PermissionDenied => FileTrouble::Denied,
                StatusCode::OpUnsupported => FileTrouble::Unsupported,
                StatusCode::NoConnection | StatusCode::ConnectionLost => {
                    return RemoteFault::Closed { step, said: None };
                }
                StatusCode::Ok | StatusCode::Eof | StatusCode::Failure | StatusCode::BadMessage => {
                    FileTrouble::Failed
                }
            },
            Self::Library(SftpError::Timeout) => {
                return RemoteFault::TimedOut {
                    step,
                    secs: STEP_SECS,
                };
            }
            Self::Library(SftpError::Limited(_)) => FileTrouble::Unsupported,
            Self::Library(SftpError::UnexpectedPacket) => return RemoteFault::Nonsense { step },
            // It says so when the connection has gone, too.
            Self::Library(SftpError::IO(_) | SftpError::UnexpectedBehavior(_)) => {
                return RemoteFault::Closed { step, said: None };
            }
        };
        RemoteFault::File {
            path: text::line(path.as_bytes()),
            trouble,
        }
    }
}

impl Files for SftpFiles<'_> {
    fn real_path(&mut self, path: &str) -> Result<String, RemoteFault> {
        self.ask(path, async |session| {
            let name = session.realpath(path).await?;
            let first = name.files.into_iter().next();
            Ok(first.ok_or(SftpError::UnexpectedPacket)?.filename)
        })
    }

    fn stat(&mut self, path: &str) -> Result<Option<Stat>, RemoteFault> {
        self.ask(path, async |session| match session.stat(path).await {
            Ok(found) => Ok(Some(Stat {
                size: found.attrs.size,
                mode: found.attrs.permissions,
                owner: found.attrs.uid,
                group: found.attrs.gid,
                modified: found.attrs.mtime,
            })),
            Err(SftpError::Status(status)) if status.status_code == StatusCode::NoSuchFile => Ok(None),
            Err(error) => Err(error.into()),
        })
    }

    fn is_link(&mut self, path: &str) -> Result<bool, RemoteFault> {
        self.ask(path, async |session| match session.lstat(path).await {
            Ok(found) => Ok(found
                .attrs
                .permissions
                .is_some_and(|mode| mode & KIND == SYMBOLIC)),
            Err(SftpError::Status(status)) if status.status_code == StatusCode::NoSuchFile => Ok(false),
            Err(error) => Err(error.into()),
        })
    }

    fn read(&mut self, path: &str, max: usize) -> Result<Vec<u8>, RemoteFault> {
        self.ask(path, async |session| {
            let opened = session
                .open(path, OpenFlags::READ, FileAttributes::empty())
                .await?;
            let read = read_all(session, &opened.handle, max).await;
            // Nothing is lost by a file that stays open until the connection ends.
            drop(session.close(opened.handle).await);
            read
        })
    }

    fn write_new(&mut self, path: &str, bytes: &[u8], mode: u32) -> Result<(), RemoteFault> {
        let can_sync = self.can_sync;
        self.ask(path, async |session| {
            let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUDE;
            let opened = session.open(path, flags, rights(mode)).await?;
            let written = write_all(session, opened.handle, bytes, Start::New { mode }, can_sync).await;
            if written.is_err() {
                drop(session.remove(path).await);
            }
            written
        })
    }

    fn can_replace(&self) -> bool {
        self.can_replace
    }

    fn replace(&mut self, from: &str, to: &str) -> Result<(), RemoteFault> {
        let can_replace = self.can_replace;
        self.ask(to, async |session| {
            if !can_replace {
                session.rename(from, to).await?;
                return Ok(());
            }
            extended(session, POSIX_RENAME, from, to).await
        })
    }

    fn append(&mut self, path: &str, bytes: &[u8], size: u64) -> Result<(), RemoteFault> {
        let can_sync = self.can_sync;
        self.ask(path, async |session| {
            let flags = OpenFlags::WRITE | OpenFlags::APPEND;
            let opened = session.open(path, flags, FileAttributes::empty()).await?;
            write_all(session, opened.handle, bytes, Start::Behind { size }, can_sync).await
        })
    }

    fn link(&mut self, from: &str, to: &str) -> Result<bool, RemoteFault> {
        if !self.can_link {
            return Ok(false);
        }
        let linked = self.ask(to, async |session| extended(session, LINK, from, to).await);
        match linked {
            Ok(()) => Ok(true),
            Err(RemoteFault::File { .. }) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    fn make_folder(&mut self, path: &str, mode: u32) -> Result<(), RemoteFault> {
        self.ask(path, async |session| {
            session.mkdir(path, rights(mode)).await?;
            Ok(())
        })
    }

    fn set_mode(&mut self, path: &str, mode: u32) -> Result<(), RemoteFault> {
        self.ask(path, async |session| {
            session.setstat(path, rights(mode)).await?;
            Ok(())
        })
    }

    fn remove(&mut self, path: &str) -> Result<(), RemoteFault> {
        self.ask(path, async |session| {
            session.remove(path).await?;
            Ok(())
        })
    }

    fn remove_folder(&mut self, path: &str) -> Result<(), RemoteFault> {
        self.ask(path, async |session| {
            session.rmdir(path).await?;
            Ok(())
        })
    }
}

fn rights(mode: u32) -> FileAttributes {
    FileAttributes {
        permissions: Some(mode),
        ..FileAttributes::empty()
    }
}

/// Asks for what OpenSSH's servers do with two names.
async fn extended(session: &RawSftpSession, request: &str, from: &str, to: &str) -> Result<(), Trouble> {
    let mut names = Writer::new();
    names.string(from.as_bytes()).string(to.as_bytes());
    match session.extended(request, names.finish_public()).await? {
        Packet::Status(status) if status.status_code == StatusCode::Ok => Ok(()),
        Packet::Status(status) => Err(SftpError::Status(status).into()),
        _ => Err(SftpError::UnexpectedPacket.into()),
    }
}

/// Where in a file writing begins.
#[derive(Clone, Copy)]
enum Start {
    /// In a new one, with these rights.
    New { mode: u32 },
    /// Behind what is there.
    Behind { size: u64 },
}

async fn read_all(session: &RawSftpSession, handle: &str, max: usize) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    loop {
        let piece = match session.read(handle, bytes.len() as u64, PIECE).await {
            Ok(piece) => piece.data,
            Err(SftpError::Status(status)) if status.status_code == StatusCode::Eof => return Ok(bytes),
            Err(error) => return Err(error.into()),
        };
        if bytes.len() + piece.len() > max {
            return Err(FileTrouble::TooLarge { max }.into());
        }
        if piece.is_empty() {
            // A server that gives nothing and does not end would be asked for ever.
            return Ok(bytes);
        }
        bytes.extend_from_slice(&piece);
    }
}

async fn write_all(
    session: &RawSftpSession,
    handle: String,
    bytes: &[u8],
    start: Start,
    can_sync: bool,
) -> Result<(), Trouble> {
    let write = async {
        let start = match start {
            Start::New { mode } => {
                // The server's own mask may have taken rights away, or the file may have come with others.
                session.fsetstat(handle.as_str(), rights(mode)).await?;
                0
            }
            Start::Behind { size } => size,
        };
        for (index, piece) in bytes.chunks(PIECE as usize).enumerate() {
            let offset = start + index as u64 * u64::from(PIECE);
            session.write(handle.as_str(), offset, piece.to_vec()).await?;
        }
        if can_sync {
            session.fsync(handle.as_str()).await?;
        }
        Ok(())
    };
    let written: Result<(), SftpError> = write.await;
    // A full disk may show only here.
    let closed = session.close(handle.as_str()).await;
    written?;
    closed?;
    Ok(())
}

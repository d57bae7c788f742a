//! Agents at Unix sockets.

use std::env;
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Agent, AgentKind};
use crate::sys::entries::Names;
use crate::sys::home::{home, ssh_folder};
use crate::sys::programs::system_program;

/// Every agent that this user may have: the one that `SSH_AUTH_SOCK` names first, whether or not it
/// is there, then sockets where agents are known to listen.
#[must_use]
pub fn agents() -> Vec<Agent> {
    let named = env::var_os("SSH_AUTH_SOCK").filter(|place| !place.is_empty());
    let named = named.map(|place| Agent::at(PathBuf::from(place)));
    let mut agents: Vec<Agent> = named.into_iter().collect();
    for place in known_places() {
        let is_known = agents.iter().any(|agent| is_same(agent.place(), &place));
        if !is_known && is_own_socket(&place) {
            agents.push(Agent::found(place));
        }
    }
    agents
}

/// Where agents listen that are started with the session, or by OpenSSH 10.1 and later.
///
/// Not those that systemd would start for the question, such as GnuPG's and GNOME's: looking must
/// change nothing. Where they are in use, `SSH_AUTH_SOCK` names them.
fn known_places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    if let Some(folder) = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from) {
        places.extend(["ssh-agent.socket", "openssh_agent"].map(|name| folder.join(name)));
    }
    places.extend(home().map(|home| home.join(".1password/agent.sock")));
    let folder = ssh_folder().map(|folder| folder.join("agent"));
    let names = folder
        .iter()
        .filter_map(|folder| Some((folder, Names::of(folder).ok()?)));
    let mut started: Vec<PathBuf> = names
        .flat_map(|(folder, names)| names.flatten().map(|name| folder.join(name)))
        .collect();
    started.sort();
    places.extend(started);
    places
}

fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real(one) == real(other)
}

/// Whether there is a socket of this user's. It is only asked for its list; whose the listener is, [`is_own`] sees.
fn is_own_socket(place: &Path) -> bool {
    let found = place.metadata();
    found.is_ok_and(|found| found.file_type().is_socket() && is_trusted(found.uid(), me()))
}

/// A socket does not tell what listens behind it.
pub(super) fn kind_of(_place: &Path) -> AgentKind {
    AgentKind::Other
}

/// Whether whoever listens at the other end may be handed keys. That is asked of the system about this very connection;
/// the owner of a socket's file tells nothing, and its path may lead elsewhere a moment later.
pub(super) fn is_own(line: &Line) -> io::Result<bool> {
    Ok(is_trusted(listener(&line.stream)?, me()))
}

/// The user who listens (`SO_PEERCRED`, unix(7)).
#[cfg(target_os = "linux")]
fn listener(stream: &UnixStream) -> io::Result<u32> {
    Ok(rustix::net::sockopt::socket_peercred(stream)?.uid.as_raw())
}

/// The user who listens (getpeereid(3)).
#[cfg(not(target_os = "linux"))]
fn listener(stream: &UnixStream) -> io::Result<u32> {
    let (user, _group) = nix::unistd::getpeereid(stream)?;
    Ok(user.as_raw())
}

/// Starts OpenSSH's agent, which listens there from then on. A socket at which nobody listens any more gives way to it.
///
/// # Errors
/// Somebody listens there, or something else lies there; there is no such program, or it does not begin to listen.
pub fn start(place: &Path) -> io::Result<()> {
    match place.symlink_metadata() {
        Ok(found) if found.file_type().is_socket() => match UnixStream::connect(place) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(place)?,
            Err(error) => return Err(error),
            Ok(_) => return Err(ErrorKind::AlreadyExists.into()),
        },
        Ok(_) => return Err(ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut command = Command::new(system_program("ssh-agent").ok_or(ErrorKind::NotFound)?);
    command.arg("-a").arg(place).stdin(Stdio::null());
    let started = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if !started.success() {
        return Err(io::Error::other("ssh-agent does not begin to listen"));
    }
    Ok(())
}

fn me() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whether `owner` may be given the keys of `me`: the administrator can read them anyway.
fn is_trusted(owner: u32, me: u32) -> bool {
    owner == me || owner == 0
}

/// A connection on which everything together ends at one moment.
pub(super) struct Line {
    stream: UnixStream,
    until: Instant,
}

pub(super) fn connect(place: &Path, until: Instant) -> io::Result<Line> {
    let stream = UnixStream::connect(place)?;
    Ok(Line { stream, until })
}

impl Line {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        Ok(Some(left))
    }
}

impl Read for Line {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(into)
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_of_another_user_is_given_no_key() {
        assert!(is_trusted(1000, 1000) && is_trusted(0, 1000));
        assert!(!is_trusted(1001, 1000) && !is_trusted(1000, 0));
    }

    #[test]
    fn whoever_listens_is_known_by_the_connection() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("agent");
        let _listener = std::os::unix::net::UnixListener::bind(&place).unwrap();
        if me() == 0 {
            // Only the administrator can give a socket away; who listens at it is another matter.
            std::os::unix::fs::chown(&place, Some(12345), None).unwrap();
        }
        let line = connect(&place, Instant::now() + Duration::from_secs(5)).unwrap();
        assert_eq!(listener(&line.stream).unwrap(), me());
        assert!(is_own(&line).unwrap());
    }
}

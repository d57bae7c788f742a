//! One request and its answer, within a time.

use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{AgentFault, platform};
use crate::format::agent::MAX_MESSAGE;
use crate::secret::{SecretBytes, forgetting};

/// Who may listen at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    /// Whoever it is: it is told nothing that is not public.
    Anybody,
    /// This user, or the administrator, who can read everything anyway: it is handed a private key.
    Own,
}

/// What went wrong before its place is put to it.
enum Trouble {
    Io(io::Error),
    TooLong(u32),
    NotOwn,
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Sends `request` to the agent at `place`, and returns the answer without its length.
///
/// The conversation has a thread of its own, because some waits cannot be limited: for a socket whose
/// queue is full, for a pipe. Where such a wait outlasts `patience`, the thread is left to itself; it
/// wipes the request when the agent ends.
pub(super) fn exchange(
    place: &Path,
    request: SecretBytes,
    patience: Duration,
    peer: Peer,
) -> Result<Vec<u8>, AgentFault> {
    let until = Instant::now() + patience;
    let (sender, answer) = channel();
    let there = place.to_owned();
    let thread = thread::Builder::new().name("agent".to_owned()).spawn(move || {
        let answer = forgetting(|| converse(&there, &request, until, peer));
        // The request is wiped before anybody goes on.
        drop(request);
        // Nobody listens any more when it took too long.
        drop(sender.send(answer));
    });
    let place = place.to_owned();
    if let Err(source) = thread {
        return Err(AgentFault::Io { place, source });
    }
    let timed_out = |place| AgentFault::TimedOut {
        place,
        secs: patience.as_secs(),
    };
    match answer.recv_timeout(patience) {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(Trouble::TooLong(len))) => Err(AgentFault::TooLong { place, len }),
        Ok(Err(Trouble::NotOwn)) => Err(AgentFault::NotYours { place }),
        Ok(Err(Trouble::Io(source))) => Err(match source.kind() {
            ErrorKind::NotFound | ErrorKind::ConnectionRefused => AgentFault::NotRunning { place },
            ErrorKind::PermissionDenied => AgentFault::NotYours { place },
            ErrorKind::TimedOut | ErrorKind::WouldBlock => timed_out(place),
            ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => {
                AgentFault::HungUp { place }
            }
            _ => AgentFault::Io { place, source },
        }),
        Err(RecvTimeoutError::Timeout) => Err(timed_out(place)),
        // The thread fell over, which no answer can make it do.
        Err(RecvTimeoutError::Disconnected) => Err(AgentFault::HungUp { place }),
    }
}

fn converse(place: &Path, request: &SecretBytes, until: Instant, peer: Peer) -> Result<Vec<u8>, Trouble> {
    let mut line = platform::connect(place, until)?;
    // Whose it is, is asked of the connection itself: its path may lead elsewhere by now.
    if peer == Peer::Own && !platform::is_own(&line)? {
        return Err(Trouble::NotOwn);
    }
    line.write_all(request.expose())?;
    let mut len = [0; 4];
    line.read_exact(&mut len)?;
    let len = u32::from_be_bytes(len);
    let size = usize::try_from(len).ok().filter(|size| *size <= MAX_MESSAGE);
    let mut answer = vec![0; size.ok_or(Trouble::TooLong(len))?];
    line.read_exact(&mut answer)?;
    Ok(answer)
}

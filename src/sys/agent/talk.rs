//! One request and its answer, within a time.

use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{AgentFault, platform};
use crate::format::agent::MAX_MESSAGE;
use crate::secret::SecretBytes;

/// What went wrong before its place is put to it.
enum Trouble {
    Io(io::Error),
    TooLong(u32),
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
) -> Result<Vec<u8>, AgentFault> {
    let until = Instant::now() + patience;
    let (sender, answer) = channel();
    let there = place.to_owned();
    let thread = thread::Builder::new().name("agent".to_owned()).spawn(move || {
        // Nobody listens any more when it took too long.
        drop(sender.send(converse(&there, &request, until)));
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

fn converse(place: &Path, request: &SecretBytes, until: Instant) -> Result<Vec<u8>, Trouble> {
    let mut line = platform::connect(place, until)?;
    line.write_all(request.expose())?;
    let mut len = [0; 4];
    line.read_exact(&mut len)?;
    let len = u32::from_be_bytes(len);
    let size = usize::try_from(len).ok().filter(|size| *size <= MAX_MESSAGE);
    let mut answer = vec![0; size.ok_or(Trouble::TooLong(len))?];
    line.read_exact(&mut answer)?;
    Ok(answer)
}

//! Where waiting for the network ends and the blocking world begins: time limits, the cancel flag, and what russh says
//! in words of ours.
//!
//! A connection owns a runtime of one thread, which is the thread that calls it; between calls nothing happens.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use russh::Channel;
use russh::client::{ChannelOpenHandle, DisconnectReason, Handler, Msg, Session};
use russh::keys::PublicKeyOrCertificate;
use russh::keys::ssh_encoding::Error as Encoding;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::process::Child;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::algorithms::disagreement;
use super::fault::{Agreement, HostFault, RemoteFault, Step};
use super::host_key::HostKey;
use super::text;
use crate::format::Certificate;
use crate::key::PublicKey;
use crate::key::watch::Watch;

/// How often the cancel flag is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// As much of what a server says before it is known to speak SSH is kept, in bytes.
const OVERHEARD: usize = 512;
/// As much of what a server has everybody told is kept, in characters.
const BANNER: usize = 16 << 10;

/// Runs one step of a conversation to its end, until its time is up, or until it is no longer wanted.
///
/// After an error of this function's own the conversation is in the middle of something, and cannot go on.
pub(super) fn wait<T>(
    runtime: &Runtime,
    (step, secs): (Step, u64),
    watch: &dyn Watch,
    work: impl Future<Output = Result<T, RemoteFault>>,
) -> Result<T, RemoteFault> {
    runtime.block_on(async {
        let until = Instant::now() + Duration::from_secs(secs);
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = tokio::time::sleep(LOOK) => {}
            }
            if watch.is_cancelled() {
                return Err(RemoteFault::Cancelled { step });
            }
            if Instant::now() >= until {
                return Err(RemoteFault::TimedOut { step, secs });
            }
        }
    })
}

/// Does what cannot be interrupted on a thread of its own, which is left to itself where nobody waits any more.
///
/// The runtime's own threads for that purpose would be waited for when it is dropped.
pub(super) async fn beside<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let (sender, done) = oneshot::channel();
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        // Nobody listens any more when it took too long.
        drop(sender.send(work()));
    })?;
    done.await.map_err(|_| ErrorKind::Other.into())
}

/// What comes to light on the network's side of a connection.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Who the server proved to be.
    pub(super) host_key: Option<HostKey>,
    /// The server showed another key than it had to.
    pub(super) is_other_host: bool,
    /// The server showed a key that cannot be read.
    pub(super) is_unreadable: bool,
    /// What the server has all users told, as it came; the beginning of it.
    pub(super) banner: String,
    /// How the connection ended.
    pub(super) end: Option<End>,
    /// What came first, before it was known to be SSH.
    overheard: Vec<u8>,
    /// As many bytes as have come.
    heard: u64,
    /// The first that the command complained of by which the server is reached.
    pub(super) complaint: Vec<u8>,
    /// This computer's end of the connection, where it reaches the server straight.
    pub(super) own_end: Option<OwnEnd>,
}

/// This computer's end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnEnd {
    /// Its address.
    pub address: String,
    /// Its port.
    pub port: u16,
}

impl Findings {
    /// Whether what has come is SSH.
    fn is_ssh(&self) -> bool {
        let mut lines = self.overheard.split(|byte| *byte == b'\n');
        lines.any(|line| line.starts_with(b"SSH-"))
    }
}

/// How a connection ended.
#[derive(Debug)]
pub(super) enum End {
    /// The server said good-bye, in these words, cleaned for showing.
    Told(Option<String>),
    /// The library gave up.
    Failed(russh::Error),
}

/// Shared between the two sides of a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared(Arc<Mutex<Findings>>);

impl Shared {
    pub(super) fn look(&self) -> MutexGuard<'_, Findings> {
        // Nothing that holds it can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the server has had everybody told behind the first `known` bytes of it, cleaned for a sentence; nothing where
    /// that is nothing.
    pub(super) fn told_since(&self, known: usize) -> Option<String> {
        let findings = self.look();
        let new = findings.banner.get(known..).unwrap_or_default();
        Some(text::line(new.as_bytes())).filter(|words| !words.is_empty())
    }

    /// As many bytes as have come so far.
    pub(super) fn heard(&self) -> u64 {
        self.look().heard
    }

    /// Tells a server that was silent for too long, since so many bytes had come, from one that talked all the time.
    pub(super) fn judged(&self, fault: RemoteFault, heard: u64) -> RemoteFault {
        match fault {
            RemoteFault::TimedOut { step, secs } if self.heard() > heard => {
                RemoteFault::Unfinished { step, secs }
            }
            fault => fault,
        }
    }

    /// What was said that is no SSH, cleaned for showing; nothing where it may yet be.
    pub(super) fn foreign_words(&self) -> Option<String> {
        let findings = self.look();
        let is_all = !findings.is_ssh() && !findings.overheard.is_empty();
        is_all.then(|| text::line(&findings.overheard))
    }

    /// What the command complained of by which the server is reached, cleaned for showing.
    pub(super) fn complaint(&self) -> Option<String> {
        let said = text::line(&self.look().complaint);
        (!said.is_empty()).then_some(said)
    }

    /// The program that the server says it is: `OpenSSH_9.2p1`, …
    pub(super) fn software(&self) -> String {
        let overheard = &self.look().overheard;
        let mut lines = overheard.split(|byte| *byte == b'\n');
        let line = lines.find_map(|line| {
            line.strip_prefix(b"SSH-2.0-")
                .or_else(|| line.strip_prefix(b"SSH-1.99-"))
        });
        text::line(line.unwrap_or_default().trim_ascii_end())
    }
}

/// Listens for what russh has to tell.
pub(super) struct Listener {
    pub(super) shared: Shared,
    /// The key that must be shown.
    pub(super) expected: Option<PublicKey>,
}

impl Handler for Listener {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        let mut findings = self.shared.look();
        let Some(shown) = read_host_key(shown) else {
            findings.is_unreadable = true;
            return Ok(false);
        };
        // Keys are exchanged again later on; the server must stay the same.
        let expected = self.expected.get_or_insert_with(|| shown.key().clone());
        if expected != shown.key() {
            findings.is_other_host = true;
            return Ok(false);
        }
        findings.host_key.get_or_insert(shown);
        Ok(true)
    }

    async fn auth_banner(&mut self, banner: &str, _: &mut Session) -> Result<(), russh::Error> {
        let mut findings = self.shared.look();
        // One is usual, and another one says why nobody is let in; many would be an attempt to fill the memory.
        let room = BANNER.saturating_sub(findings.banner.chars().count());
        let is_begun = findings.banner.is_empty() || findings.banner.ends_with('\n');
        let end = if is_begun { "" } else { "\n" };
        findings
            .banner
            .extend(end.chars().chain(banner.chars()).take(room));
        Ok(())
    }

    // A server has no business here: what it wants to open is refused by letting go of the answer.

    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        answer: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        drop(answer);
        Ok(())
    }

    async fn server_channel_open_forwarded_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        answer: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        drop(answer);
        Ok(())
    }

    async fn server_channel_open_agent_forward(
        &mut self,
        _: Channel<Msg>,
        answer: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        drop(answer);
        Ok(())
    }

    async fn server_channel_open_session(
        &mut self,
        _: Channel<Msg>,
        answer: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        drop(answer);
        Ok(())
    }

    async fn server_channel_open_direct_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        answer: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        drop(answer);
        Ok(())
    }

    async fn server_channel_open_direct_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        answer: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        drop(answer);
        Ok(())
    }

    async fn server_channel_open_x11(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        answer: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        drop(answer);
        Ok(())
    }

    async fn disconnected(&mut self, reason: DisconnectReason<russh::Error>) -> Result<(), russh::Error> {
        let end = match reason {
            DisconnectReason::ReceivedDisconnect(info) => {
                let said = text::line(info.message.as_bytes());
                End::Told(Some(said).filter(|said| !said.is_empty()))
            }
            DisconnectReason::Error(error) => End::Failed(error),
        };
        self.shared.look().end.get_or_insert(end);
        Ok(())
    }
}

fn read_host_key(shown: &PublicKeyOrCertificate) -> Option<HostKey> {
    match shown {
        PublicKeyOrCertificate::PublicKey { key, .. } => {
            let key = PublicKey::from_wire(&key.to_bytes().ok()?).ok()?;
            Some(HostKey::plain(key))
        }
        PublicKeyOrCertificate::Certificate(certificate) => {
            let certificate = Certificate::from_wire(&certificate.to_bytes().ok()?).ok()?;
            Some(HostKey::certified(certificate))
        }
    }
}

/// A stream that remembers the first that came.
///
/// Whoever turns somebody away says why and is gone, and does not wait for what we say first (RFC 4253, 4.2: both begin at
/// once). So up to where it is known to speak SSH, it is no fault that it does not listen: what it said is read first.
pub(super) struct Overheard<S> {
    pub(super) stream: S,
    pub(super) shared: Shared,
    /// The command that it leads through; it ends with the stream.
    pub(super) _command: Option<Child>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Overheard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        let mut findings = self.shared.look();
        let room = OVERHEARD.saturating_sub(findings.overheard.len());
        let new = buf.filled().get(before..).unwrap_or_default();
        findings.heard = findings.heard.saturating_add(new.len() as u64);
        let new = new.get(..room).unwrap_or(new);
        findings.overheard.extend_from_slice(new);
        drop(findings);
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Overheard<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(cx, bytes);
        match &wrote {
            Poll::Ready(Err(error)) if is_gone(error) && !self.shared.look().is_ssh() => {
                Poll::Ready(Ok(bytes.len()))
            }
            _ => wrote,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// What an error of russh's means.
pub(super) fn named(step: Step, error: russh::Error) -> RemoteFault {
    use russh::Error as E;
    match error {
        E::IO(source) => named_io(step, source),
        E::Disconnect | E::HUP | E::SendError | E::RecvError => RemoteFault::Closed { step, said: None },
        E::NoCommonAlgo { kind, theirs, .. } => {
            let what = match kind {
                russh::AlgorithmKind::Kex => Agreement::KeyExchange,
                russh::AlgorithmKind::Key => Agreement::HostKey,
                russh::AlgorithmKind::Cipher => Agreement::Cipher,
                russh::AlgorithmKind::Compression => Agreement::Compression,
                russh::AlgorithmKind::Mac => Agreement::Mac,
            };
            let (theirs, lacking) = disagreement(what, &theirs);
            RemoteFault::NoCommonAlgorithm {
                what,
                theirs: text::line(theirs.join(", ").as_bytes()),
                lacking,
            }
        }
        E::SshEncoding(Encoding::CharacterEncoding) => RemoteFault::NotText { step },
        E::WrongServerSig => HostFault::False.into(),
        E::ChannelOpenFailure(_) => RemoteFault::NoSession,
        _ => RemoteFault::Nonsense { step },
    }
}

pub(super) fn named_io(step: Step, source: io::Error) -> RemoteFault {
    if is_gone(&source) || source.kind() == ErrorKind::UnexpectedEof {
        return RemoteFault::Closed { step, said: None };
    }
    RemoteFault::Io { step, source }
}

/// Whether nobody is at the other end any more.
fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
    )
}

#[cfg(test)]
mod tests {
    use russh::keys::PublicKey as TheirKey;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::key::watch::Unwatched;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";
    const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILNG8RxQbRDga5aL3RYjaQABF93BeXhbYjPhsRrCa+JQ";

    fn runtime() -> Runtime {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    }

    fn is_taken(listener: &mut Listener, line: &str) -> bool {
        let shown = PublicKeyOrCertificate::from(TheirKey::from_openssh(line).unwrap());
        runtime().block_on(listener.check_server_key(&shown)).unwrap()
    }

    #[test]
    fn what_is_said_by_somebody_who_does_not_listen_is_read_all_the_same() {
        for (words, is_written) in [("HTTP/1.1 400\r\n", true), ("SSH-2.0-tried\r\n", false)] {
            runtime().block_on(async {
                let (stream, mut theirs) = tokio::io::duplex(64);
                theirs.write_all(words.as_bytes()).await.unwrap();
                drop(theirs);
                let shared = Shared::default();
                let mut ours = Overheard {
                    stream,
                    shared: shared.clone(),
                    _command: None,
                };
                assert!(
                    ours.write_all(b"SSH-2.0-ours\r\n").await.is_ok(),
                    "nothing has come yet"
                );
                let mut said = String::new();
                ours.read_to_string(&mut said).await.unwrap();
                assert_eq!(said, words);
                let more = ours.write_all(b"more").await;
                assert_eq!(more.is_ok(), is_written, "{words}");
                let foreign = is_written.then(|| words.trim().to_owned());
                assert_eq!(shared.foreign_words(), foreign);
            });
        }
    }

    #[test]
    fn a_server_does_not_become_another_one_when_keys_are_exchanged_anew() {
        let mut listener = Listener {
            shared: Shared::default(),
            expected: None,
        };
        assert!(is_taken(&mut listener, KEY));
        assert!(is_taken(&mut listener, KEY));
        assert!(!is_taken(&mut listener, OTHER));
        assert!(listener.shared.look().is_other_host);
    }

    #[test]
    fn what_takes_too_long_is_given_up() {
        let waited = wait(
            &runtime(),
            (Step::Command, 0),
            &Unwatched,
            std::future::pending::<Result<(), _>>(),
        );
        let is_named = matches!(
            waited,
            Err(RemoteFault::TimedOut {
                step: Step::Command,
                secs: 0
            })
        );
        assert!(is_named, "{waited:?}");
    }
}

//! The way to a server: straight through the network, from another server, or through a command (`ssh_config(5)`:
//! `ConnectTimeout`, `AddressFamily`, `BindAddress`, `ProxyJump`, `ProxyCommand`).

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, join};
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::{Child, ChildStderr, Command};
use tokio::runtime::Runtime;

use super::client::{OwnEnd, Shared, beside, named_io, wait};
use super::fault::WayFault;
use super::{Hop, RemoteFault, Step, Target, Way};
use crate::format::ssh_config::Settings;
use crate::key::watch::Watch;

/// How long it may take to find a server's address and to reach it, where ssh's configuration does not say.
const CONNECT_SECS: u64 = 15;
/// How long it may take to exchange keys, and where a command asks somebody before.
const EXCHANGE_SECS: u64 = 30;
const ASKING_SECS: u64 = 120;
/// As long as it may say.
const MOST_CONNECT_SECS: u64 = 300;
/// How long one address of several may take.
const ONE_OF_SEVERAL: Duration = Duration::from_secs(5);
/// As much is kept of what a command complains of, in bytes.
const COMPLAINT: usize = 512;

/// What carries a conversation.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// The way that was gone.
pub(super) struct Carrier {
    pub(super) stream: Box<dyn Stream>,
    /// The command that it leads through, which ends when this is dropped.
    pub(super) command: Option<Child>,
}

impl Carrier {
    fn of(stream: impl Stream + 'static) -> Self {
        Self {
            stream: Box::new(stream),
            command: None,
        }
    }
}

/// Goes the way to a server, up to where it begins to speak.
pub(super) fn reach(
    runtime: &Runtime,
    behind: Option<&Hop>,
    target: &Target,
    shared: &Shared,
    watch: &dyn Watch,
) -> Result<Carrier, RemoteFault> {
    let secs = connect_secs(target.settings());
    match (target.way(), behind) {
        (_, Some(hop)) => wait(runtime, (Step::Connect, secs), watch, async {
            let channel = hop.way_to(target.host(), target.port()).await?;
            Ok(Carrier::of(channel.into_stream()))
        }),
        (Way::Jump(hop), None) => Err(WayFault::NoHop {
            host: target.alias().to_owned(),
            hop: hop.to_string(),
        }
        .into()),
        (Way::Command(command), None) => wait(runtime, (Step::Connect, secs), watch, async {
            start(command, shared, target)
        }),
        (Way::Direct, None) => {
            let stream = connect(runtime, target, secs, watch)?;
            shared.look().own_end = stream.local_addr().ok().map(|own| OwnEnd {
                address: own.ip().to_string(),
                port: own.port(),
            });
            Ok(Carrier::of(stream))
        }
    }
}

fn connect_secs(settings: &Settings) -> u64 {
    said_secs(settings).unwrap_or(CONNECT_SECS)
}

/// How long it may take until keys are exchanged. A command by which the server is reached may ask somebody first.
pub(super) fn exchange_secs(target: &Target) -> u64 {
    let usual = if matches!(target.way(), Way::Command(_)) {
        ASKING_SECS
    } else {
        EXCHANGE_SECS
    };
    said_secs(target.settings()).unwrap_or(usual)
}

/// The time that ssh's configuration allows for both.
fn said_secs(settings: &Settings) -> Option<u64> {
    // The first that is a time: `none` is none.
    let said = settings.all("connecttimeout").find_map(seconds);
    said.filter(|secs| *secs > 0)
        .map(|secs| secs.min(MOST_CONNECT_SECS))
}

/// A time as sshd and ssh write it: `90`, `1m30s` (`sshd_config(5)`, “TIME FORMATS”).
fn seconds(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let mut total: u64 = 0;
    let mut number = String::new();
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            number.push(letter);
            continue;
        }
        let unit = match letter.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        let value: u64 = number.parse().ok()?;
        total = total.checked_add(value.checked_mul(unit)?)?;
        number.clear();
    }
    if number.is_empty() {
        return (!text.is_empty()).then_some(total);
    }
    total.checked_add(number.parse().ok()?)
}

fn connect(
    runtime: &Runtime,
    target: &Target,
    secs: u64,
    watch: &dyn Watch,
) -> Result<TcpStream, RemoteFault> {
    let (host, port) = (target.host().to_owned(), target.port());
    let family = target
        .settings()
        .first("addressfamily")
        .map(<[u8]>::to_ascii_lowercase);
    let is_wanted = |address: &SocketAddr| match family.as_deref() {
        Some(b"inet") => address.is_ipv4(),
        Some(b"inet6") => address.is_ipv6(),
        _ => true,
    };
    let addresses = wait(runtime, (Step::Resolve, secs), watch, async {
        let name = host.clone();
        let found = beside("resolve", move || (name.as_str(), port).to_socket_addrs()).await;
        let found: Vec<SocketAddr> = found.and_then(|found| found).into_iter().flatten().collect();
        let addresses: Vec<SocketAddr> = found.iter().copied().filter(is_wanted).collect();
        let host = host.clone();
        match (found.is_empty(), addresses.is_empty()) {
            (true, _) => Err(RemoteFault::Resolve { host }),
            (false, true) => Err(RemoteFault::NoFamily { host }),
            (false, false) => Ok(addresses),
        }
    })?;
    let from = target.settings().first("bindaddress");
    let from = from.and_then(|from| std::str::from_utf8(from).ok()?.parse::<IpAddr>().ok());
    wait(runtime, (Step::Connect, secs), watch, async {
        let connected = connect_to_one(&addresses, from).await;
        let stream = connected.map_err(|source| match source.kind() {
            ErrorKind::ConnectionRefused => RemoteFault::Refused { host, port },
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
                RemoteFault::Unreachable { host }
            }
            ErrorKind::TimedOut => RemoteFault::TimedOut {
                step: Step::Connect,
                secs,
            },
            _ => named_io(Step::Connect, source),
        })?;
        // What is said here are short words that wait for their answers.
        stream
            .set_nodelay(true)
            .map_err(|source| named_io(Step::Connect, source))?;
        Ok(stream)
    })
}

/// One address after the other; a name often has one of IPv6 that leads nowhere.
async fn connect_to_one(addresses: &[SocketAddr], from: Option<IpAddr>) -> io::Result<TcpStream> {
    let mut last: io::Error = ErrorKind::TimedOut.into();
    for (index, address) in addresses.iter().enumerate() {
        let connecting = connect_from(*address, from);
        let connected = if index + 1 < addresses.len() {
            let limited = tokio::time::timeout(ONE_OF_SEVERAL, connecting).await;
            limited.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
        } else {
            connecting.await
        };
        match connected {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn connect_from(address: SocketAddr, from: Option<IpAddr>) -> io::Result<TcpStream> {
    let Some(from) = from.filter(|from| from.is_ipv4() == address.is_ipv4()) else {
        return TcpStream::connect(address).await;
    };
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.bind(SocketAddr::new(from, 0))?;
    socket.connect(address).await
}

/// Starts the command by which a server is reached, as ssh would.
fn start(command: &str, shared: &Shared, target: &Target) -> Result<Carrier, RemoteFault> {
    let started = shell(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let nowhere = |said: Option<String>| {
        RemoteFault::from(WayFault::Command {
            host: target.alias().to_owned(),
            said,
        })
    };
    let mut child = started.map_err(|error| nowhere(Some(error.to_string())))?;
    let (Some(output), Some(input), Some(complaints)) =
        (child.stdout.take(), child.stdin.take(), child.stderr.take())
    else {
        return Err(nowhere(None));
    };
    tokio::spawn(listen(complaints, shared.clone()));
    Ok(Carrier {
        stream: Box::new(join(output, input)),
        command: Some(child),
    })
}

#[cfg(not(windows))]
fn shell(command: &str) -> Command {
    let shell = std::env::var_os("SHELL").filter(|shell| !shell.is_empty());
    let mut started = Command::new(shell.unwrap_or_else(|| "/bin/sh".into()));
    started.arg("-c").arg(format!("exec {command}"));
    started
}

#[cfg(windows)]
fn shell(command: &str) -> Command {
    let mut started = Command::new("cmd.exe");
    // The command is quoted as its writer wanted it.
    started.arg("/c").raw_arg(command);
    started
}

/// Keeps the first that a command complains of, and lets it complain on.
async fn listen(mut complaints: ChildStderr, shared: Shared) {
    let mut bytes = [0; COMPLAINT];
    while let Ok(count) = complaints.read(&mut bytes).await {
        if count == 0 {
            break;
        }
        let kept = &mut shared.look().complaint;
        let room = COMPLAINT.saturating_sub(kept.len());
        kept.extend_from_slice(&bytes[..count.min(room)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_ssh_writes_them() {
        for (text, secs) in [
            ("90", Some(90)),
            ("1m30s", Some(90)),
            ("1m30", Some(90)),
            ("2H", Some(7200)),
            ("none", None),
            ("", None),
            ("s", None),
            ("99999999999999999999w", None),
        ] {
            assert_eq!(seconds(text.as_bytes()), secs, "{text}");
        }
    }
}

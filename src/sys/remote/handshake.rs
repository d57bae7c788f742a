//! Reaching a server and learning who it is, before anything secret is offered (RFC 4253).

use std::borrow::Cow;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use russh::SshId;
use russh::client::{self, Config, GexParams};
use russh::keys::{Algorithm as Named, EcdsaCurve, HashAlg};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

use super::algorithms::preferred;
use super::client::{Listener, Overheard, Shared, beside, named, named_io, wait};
use super::fault::{Agreement, HostFault};
use super::host_key::{HostKey, KnownHostsFiles, PinnedKey, Trust};
use super::{Connection, RemoteFault, Step, Target};
use crate::key::Algorithm;
use crate::key::spec::Curve;
use crate::key::watch::Watch;
use crate::sys::clock::unix_seconds;

/// How long it may take to find a server's address and to reach it.
const CONNECT_SECS: u64 = 15;
/// How long one address of several may take.
const ONE_OF_SEVERAL: Duration = Duration::from_secs(5);
/// How long it may take to exchange keys.
const HANDSHAKE_SECS: u64 = 30;

/// Whom one expects at the other end.
#[derive(Clone, Copy, Debug)]
pub enum Expect<'a> {
    /// Whom these lists know. Somebody else is reported.
    Listed(&'a KnownHostsFiles),
    /// The server of an earlier connection. With anybody else there is no connection.
    Pinned(&'a PinnedKey),
}

/// A server that has proved to have a key, and has been told nothing yet.
pub struct Handshake {
    connection: Connection,
    host_key: HostKey,
    trust: Trust,
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("connection", &self.connection)
            .field("trust", &self.trust)
            .finish_non_exhaustive()
    }
}

impl Handshake {
    /// Connects and exchanges keys. Nothing secret is offered.
    ///
    /// # Errors
    /// The server cannot be reached or understood, does not have the key that it shows, or is not the one pinned.
    pub fn open(target: &Target, expect: Expect<'_>, watch: &dyn Watch) -> Result<Self, RemoteFault> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|source| named_io(Step::Connect, source))?;
        let stream = reach(&runtime, target, watch)?;
        let shared = Shared::default();
        let listener = Listener {
            shared: shared.clone(),
            expected: match expect {
                Expect::Pinned(key) => Some(key.key().clone()),
                Expect::Listed(_) => None,
            },
        };
        let stream = Overheard {
            stream,
            shared: shared.clone(),
        };
        let config = Arc::new(config(target, expect));
        let step = Step::Handshake;
        let exchanged = wait(&runtime, (step, HANDSHAKE_SECS), watch, async {
            let connected = client::connect_stream(config, stream, listener).await;
            connected.map_err(|error| named(step, error))
        });
        let handle = exchanged.map_err(|fault| explained(fault, &shared, target, expect))?;
        let host_key = shared.look().host_key.clone();
        let host_key = host_key.ok_or(HostFault::Unreadable)?;
        let trust = match expect {
            Expect::Listed(lists) => lists.check(target, &host_key, unix_seconds()),
            Expect::Pinned(_) => Trust::Pinned,
        };
        Ok(Self {
            connection: Connection::new(runtime, handle, shared, target.clone()),
            host_key,
            trust,
        })
    }

    /// Who the server proved to be.
    #[must_use]
    pub fn host_key(&self) -> &HostKey {
        &self.host_key
    }

    /// What the lists say about that.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Goes on with a server that is known.
    ///
    /// # Errors
    /// It is not known; or it has changed, and there is no way on then.
    pub fn go_on(self) -> Result<Connection, RemoteFault> {
        match self.trust {
            Trust::New => Err(HostFault::Unknown.into()),
            _ => self.go_on_if_new(),
        }
    }

    /// Goes on with a server that is known, or that nobody knows yet but whose fingerprint a person has compared.
    ///
    /// # Errors
    /// It has changed, or its key is revoked, or its certificate is bad. There is no way on then.
    pub fn go_on_if_new(self) -> Result<Connection, RemoteFault> {
        match self.trust {
            Trust::Known { .. } | Trust::ByAuthority { .. } | Trust::Pinned | Trust::New => {
                Ok(self.connection)
            }
            Trust::Changed { file, lines } => {
                let shown = self.host_key.fingerprint();
                Err(HostFault::Changed { file, lines, shown }.into())
            }
            Trust::Revoked { file, line } => Err(HostFault::Revoked { file, line }.into()),
            Trust::BadCertificate { why } => Err(HostFault::Certificate { why }.into()),
        }
    }
}

/// Says it better where more is known than the library's error tells.
fn explained(fault: RemoteFault, shared: &Shared, target: &Target, expect: Expect<'_>) -> RemoteFault {
    let findings = shared.look();
    if findings.is_other_host {
        return HostFault::Other.into();
    }
    if findings.is_unreadable {
        return HostFault::Unreadable.into();
    }
    drop(findings);
    match (&fault, expect) {
        // Only the pinned key's own type was asked for.
        (
            RemoteFault::NoCommonAlgorithm {
                what: Agreement::HostKey,
                ..
            },
            Expect::Pinned(_),
        ) => HostFault::Other.into(),
        (RemoteFault::Cancelled { .. }, _) => fault,
        _ => match shared.foreign_words() {
            Some(said) => RemoteFault::NotSsh {
                host: target.host().to_owned(),
                port: target.port(),
                said,
            },
            None => shared.judged(fault, 0),
        },
    }
}

fn reach(runtime: &Runtime, target: &Target, watch: &dyn Watch) -> Result<TcpStream, RemoteFault> {
    let (host, port) = (target.host().to_owned(), target.port());
    let addresses = wait(runtime, (Step::Resolve, CONNECT_SECS), watch, async {
        let name = host.clone();
        let found = beside("resolve", move || (name.as_str(), port).to_socket_addrs()).await;
        let addresses: Vec<SocketAddr> = found.and_then(|found| found).into_iter().flatten().collect();
        if addresses.is_empty() {
            return Err(RemoteFault::Resolve { host: host.clone() });
        }
        Ok(addresses)
    })?;
    wait(runtime, (Step::Connect, CONNECT_SECS), watch, async {
        let connected = connect_to_one(&addresses).await;
        let stream = connected.map_err(|source| match source.kind() {
            ErrorKind::ConnectionRefused => RemoteFault::Refused { host, port },
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
                RemoteFault::Unreachable { host }
            }
            ErrorKind::TimedOut => RemoteFault::TimedOut {
                step: Step::Connect,
                secs: CONNECT_SECS,
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
async fn connect_to_one(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last: io::Error = ErrorKind::TimedOut.into();
    for (index, address) in addresses.iter().enumerate() {
        let connecting = TcpStream::connect(address);
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

fn config(target: &Target, expect: Expect<'_>) -> Config {
    let types: Vec<Algorithm> = match expect {
        Expect::Listed(lists) => lists.known_types(target),
        Expect::Pinned(key) => vec![key.key().algorithm()],
    };
    let names: Vec<Named> = types.into_iter().flat_map(names_of).collect();
    let is_certified = matches!(expect, Expect::Listed(lists) if lists.has_authority(target));
    let mut preferred = preferred(target.settings(), &names, is_certified);
    if let Expect::Pinned(_) = expect {
        // No other key would be taken.
        preferred.key.to_mut().retain(|name| names.contains(name));
    }
    Config {
        client_id: SshId::Standard(Cow::Borrowed(concat!(
            "SSH-2.0-Keywright_",
            env!("CARGO_PKG_VERSION")
        ))),
        // The smallest group that ssh takes, too; servers often have none that is larger.
        gex: GexParams::new(2048, 3072, 8192).unwrap_or_default(),
        preferred,
        ..Config::default()
    }
}

/// What russh calls the ways in which a server proves to have such a key.
fn names_of(algorithm: Algorithm) -> Vec<Named> {
    let curve = |curve| vec![Named::Ecdsa { curve }];
    match algorithm {
        Algorithm::Ed25519 => vec![Named::Ed25519],
        Algorithm::Ecdsa(Curve::P256) => curve(EcdsaCurve::NistP256),
        Algorithm::Ecdsa(Curve::P384) => curve(EcdsaCurve::NistP384),
        Algorithm::Ecdsa(Curve::P521) => curve(EcdsaCurve::NistP521),
        // The last one is only taken where ssh's configuration allows it.
        Algorithm::Rsa => [Some(HashAlg::Sha512), Some(HashAlg::Sha256), None]
            .map(|hash| Named::Rsa { hash })
            .to_vec(),
        Algorithm::Dsa
        | Algorithm::Ed448
        | Algorithm::SkEcdsa
        | Algorithm::SkEd25519
        | Algorithm::MlDsa44Ed25519 => Vec::new(),
    }
}

//! Reaching a server and learning who it is, before anything secret is offered (RFC 4253).

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use russh::SshId;
use russh::client::{self, Config, GexParams};
use russh::keys::{Algorithm as Named, EcdsaCurve, HashAlg};
use tokio::runtime::Builder;

use super::algorithms::preferred;
use super::client::{Listener, Overheard, Shared, named, named_io, wait};
use super::fault::{Agreement, HostFault, WayFault, Words};
use super::host_key::{HostKey, KnownHostsFiles, Trust};
use super::reaching::{exchange_secs, reach};
use super::{Connection, Hop, Refusal, RemoteFault, Step, Target, Way};
use crate::key::spec::Curve;
use crate::key::watch::Watch;
use crate::key::{Algorithm, PublicKey};
use crate::sys::clock::unix_seconds;

/// How often it is looked, and how long between, for what a command complains of that has come to its end.
const LOOKS_FOR_WORDS: usize = 15;
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// The key that a further connection must be shown, and from where it is made.
#[derive(Clone, Debug)]
pub struct PinnedKey {
    key: PublicKey,
    behind: Option<Hop>,
}

impl PinnedKey {
    /// The key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }
}

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
    /// Connects and exchanges keys. Nothing secret is offered. A server whose key is pinned is reached as before.
    ///
    /// # Errors
    /// The server cannot be reached or understood, does not have the key that it shows, or is not the one pinned.
    pub fn open(target: &Target, expect: Expect<'_>, watch: &dyn Watch) -> Result<Self, RemoteFault> {
        let behind = match expect {
            Expect::Pinned(key) => key.behind.clone(),
            Expect::Listed(_) => None,
        };
        Self::open_from(behind, target, expect, watch)
    }

    /// The same for a server to which the way leads through another one.
    ///
    /// # Errors
    /// As in [`open`](Self::open); or that one does not pass the connection on.
    pub fn open_behind(
        hop: Hop,
        target: &Target,
        expect: Expect<'_>,
        watch: &dyn Watch,
    ) -> Result<Self, RemoteFault> {
        Self::open_from(Some(hop), target, expect, watch)
    }

    fn open_from(
        behind: Option<Hop>,
        target: &Target,
        expect: Expect<'_>,
        watch: &dyn Watch,
    ) -> Result<Self, RemoteFault> {
        let runtime = if let Some(hop) = &behind {
            Arc::clone(hop.runtime())
        } else {
            let runtime = Builder::new_current_thread().enable_all().build();
            Arc::new(runtime.map_err(|source| named_io(Step::Connect, source))?)
        };
        let shared = Shared::default();
        let carrier = reach(&runtime, behind.as_ref(), target, &shared, watch)?;
        let listener = Listener {
            shared: shared.clone(),
            expected: match expect {
                Expect::Pinned(key) => Some(key.key().clone()),
                Expect::Listed(_) => None,
            },
        };
        let stream = Overheard {
            stream: carrier.stream,
            shared: shared.clone(),
            _command: carrier.command,
        };
        let config = Arc::new(config(target, expect));
        let step = Step::Handshake;
        let exchanged = wait(&runtime, (step, exchange_secs(target)), watch, async {
            let connected = client::connect_stream(config, stream, listener).await;
            let has_said = || shared.complaint().or_else(|| shared.foreign_words()).is_some();
            if connected.is_err() && matches!(target.way(), Way::Command(_)) {
                // What a command complains of comes on a way of its own, and perhaps a moment later.
                for _ in 0..LOOKS_FOR_WORDS {
                    if has_said() {
                        break;
                    }
                    tokio::time::sleep(BETWEEN_LOOKS).await;
                }
            }
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
            connection: Connection::new(runtime, handle, shared, target.clone(), behind),
            host_key,
            trust,
        })
    }

    /// For further connections, which must come to the same server by the same way.
    #[must_use]
    pub fn pinned(&self) -> PinnedKey {
        let behind = self.connection.behind().cloned();
        let key = self.host_key.key().clone();
        PinnedKey { key, behind }
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
        self.check_if_new()?;
        Ok(self.connection)
    }

    /// Whether one can go on with it at all.
    ///
    /// # Errors
    /// As in [`go_on_if_new`](Self::go_on_if_new).
    pub fn check_if_new(&self) -> Result<(), RemoteFault> {
        match self.trust.clone() {
            Trust::Known { .. } | Trust::ByAuthority { .. } | Trust::Pinned | Trust::New => Ok(()),
            Trust::Changed { file, lines } => {
                let shown = self.host_key.fingerprint();
                let words = Box::new(Words(self.connection.target().words("-p")));
                Err(HostFault::Changed {
                    file,
                    lines,
                    shown,
                    words,
                }
                .into())
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
        _ if matches!(target.way(), Way::Command(_)) && shared.software().is_empty() => WayFault::Command {
            host: target.alias().to_owned(),
            said: shared.complaint().or_else(|| shared.foreign_words()),
        }
        .into(),
        _ => match shared.foreign_words() {
            Some(said) if Refusal::of(&said) == Some(Refusal::ForNow) => RemoteFault::TurnedAway { said },
            Some(said) => RemoteFault::NotSsh {
                host: target.host().to_owned(),
                port: target.port(),
                said,
            },
            None => shared.judged(fault, 0),
        },
    }
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
        | Algorithm::MlDsa44Ed25519(_) => Vec::new(),
    }
}

//! A server in this program, which does what no `sshd` does.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use keywright::format::ssh_config::Configuration;
use keywright::key::watch::Unwatched;
use keywright::sys::remote::{Connection, Expect, Handshake, KnownHostsFiles, Target};
use russh::keys::{Algorithm, PrivateKey};
use russh::server::{Config, Handler, run_stream};
use russh::{MethodKind, MethodSet, Preferred};
use tokio::net::TcpListener;

/// A server that serves until the test program ends.
pub(crate) struct StandIn {
    port: u16,
    host_key: String,
}

impl StandIn {
    /// Each caller is served by what `make` makes.
    pub(crate) fn new<H: Handler + Send + 'static>(
        preferred: Preferred,
        make: impl Fn() -> H + Send + 'static,
    ) -> Self {
        let key = PrivateKey::random(&mut rand::rng(), Algorithm::Ed25519).expect("a key");
        let host_key = key.public_key().to_openssh().expect("its line");
        let (sender, port) = channel();
        let serving = thread::Builder::new().spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
                sender
                    .send(listener.local_addr().expect("an address").port())
                    .expect("somebody waits");
                let config = Arc::new(Config {
                    keys: vec![key],
                    methods: MethodSet::from(&[MethodKind::PublicKey, MethodKind::KeyboardInteractive][..]),
                    auth_rejection_time: Duration::ZERO,
                    preferred,
                    ..Config::default()
                });
                loop {
                    let (caller, _) = listener.accept().await.expect("a caller");
                    let served = run_stream(Arc::clone(&config), caller, make());
                    tokio::spawn(async {
                        // The caller may hang up when it likes.
                        if let Ok(session) = served.await {
                            drop(session.await);
                        }
                    });
                }
            });
        });
        serving.expect("a thread");
        let port = port.recv().expect("it listens");
        Self { port, host_key }
    }

    /// `jo@127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> String {
        format!("jo@127.0.0.1:{}", self.port)
    }

    /// Its line in a list of known hosts.
    pub(crate) fn known(&self) -> String {
        format!("[127.0.0.1]:{} {}\n", self.port, self.host_key)
    }

    /// A connection to it on which nobody has signed in.
    pub(crate) fn connect(&self) -> Connection {
        let target = Target::parse(&self.address(), &Configuration::default(), "jo").expect("a target");
        let handshake = Handshake::open(&target, Expect::Listed(&KnownHostsFiles::default()), &Unwatched);
        handshake
            .expect("it speaks SSH")
            .go_on_if_new()
            .expect("it is new")
    }
}

//! Servers that ask what no `sshd` asks.

use std::borrow::Cow;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use keywright::format::ssh_config::SshConfig;
use keywright::key::watch::Unwatched;
use keywright::secret::Passphrase;
use keywright::sys::remote::{
    Connection, Credential, Expect, Handshake, KnownHostsFiles, Method, RemoteFault, SignIn, Target,
};
use russh::Preferred;
use russh::keys::{Algorithm, PrivateKey};
use russh::server::{Auth, Config, Handler, Response, run_stream};
use tokio::net::TcpListener;

use crate::common::Kind;

/// What a server asks when it has been answered so many times.
type Ask = fn(usize) -> Auth;

struct Asker {
    ask: Ask,
    answered: usize,
}

impl Handler for Asker {
    type Error = russh::Error;

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _: &str,
        _: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, russh::Error> {
        if response.is_some() {
            self.answered += 1;
        }
        Ok((self.ask)(self.answered))
    }
}

fn asking(name: &'static str, instruction: &'static str, prompts: Vec<(Cow<'static, str>, bool)>) -> Auth {
    Auth::Partial {
        name: name.into(),
        instructions: instruction.into(),
        prompts: prompts.into(),
    }
}

/// A connection to a server that asks so.
fn connect(ask: Ask) -> Connection {
    connect_to(ask, Preferred::default())
}

/// The same, with what it has to agree on.
fn connect_to(ask: Ask, preferred: Preferred) -> Connection {
    let (sender, port) = channel();
    let serving = thread::Builder::new().spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
            sender
                .send(listener.local_addr().expect("an address").port())
                .expect("somebody waits");
            let (caller, _) = listener.accept().await.expect("a caller");
            let key = PrivateKey::random(&mut rand::rng(), Algorithm::Ed25519).expect("a key");
            let config = Config {
                keys: vec![key],
                auth_rejection_time: Duration::ZERO,
                preferred,
                ..Config::default()
            };
            let session = run_stream(Arc::new(config), caller, Asker { ask, answered: 0 }).await;
            // The caller may hang up when it likes.
            drop(session.expect("a session").await);
        });
    });
    serving.expect("a thread");
    let place = format!("127.0.0.1:{}", port.recv().expect("it listens"));
    let target = Target::parse(&place, &SshConfig::default(), "jo").expect("a target");
    let handshake = Handshake::open(&target, Expect::Listed(&KnownHostsFiles::default()), &Unwatched);
    handshake
        .expect("it speaks SSH")
        .go_on_if_new()
        .expect("it is new")
}

fn asked(connection: &mut Connection) -> Result<SignIn, RemoteFault> {
    let begun = Instant::now();
    let asked = connection.sign_in(Credential::Questions, &Unwatched);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    asked
}

#[test]
fn what_is_only_to_be_read_comes_with_the_questions_behind_it() {
    let mut connection = connect(|answered| match answered {
        0 => asking("Notice", "The password expires on Monday.", Vec::new()),
        1 => asking(
            "Code\x1b[2J",
            "From the list.",
            vec![("Code 17:\n".into(), true), ("PIN: ".into(), false)],
        ),
        _ => Auth::Accept,
    });
    let Ok(SignIn::Questions(asked)) = asked(&mut connection) else {
        panic!("no questions");
    };
    assert_eq!(asked.name, r"Code\u{1b}[2J");
    assert_eq!(
        asked.instruction,
        "Notice\nThe password expires on Monday.\nFrom the list."
    );
    let questions: Vec<_> = asked
        .questions
        .iter()
        .map(|one| (one.text.as_str(), one.is_visible))
        .collect();
    assert_eq!(questions, [("Code 17:", true), ("PIN:", false)]);
    let answers = ["a", "b"].map(|answer| Passphrase::new(answer.to_owned()));
    assert_eq!(
        connection.answer(&answers, &Unwatched).expect("an answer"),
        SignIn::Done
    );
}

#[test]
fn a_server_that_never_comes_to_a_question_is_left() {
    let mut connection = connect(|_| asking("", "Wait.", Vec::new()));
    let fault = asked(&mut connection);
    assert!(matches!(fault, Err(RemoteFault::Nonsense { .. })), "{fault:?}");
    let over = connection.sign_in(Credential::None, &Unwatched);
    assert!(matches!(over, Err(RemoteFault::Closed { .. })), "{over:?}");
}

#[test]
fn a_server_that_goes_on_asking_whatever_it_is_answered_is_left() {
    let mut connection = connect(|_| asking("", "", vec![("More: ".into(), true)]));
    let questions = asked(&mut connection);
    assert!(matches!(questions, Ok(SignIn::Questions(_))), "{questions:?}");
    // Another way is gone, and the question answered with nothing before.
    let fault = connection.sign_in(Credential::Password(&Passphrase::new("x".to_owned())), &Unwatched);
    assert!(matches!(fault, Err(RemoteFault::Nonsense { .. })), "{fault:?}");
}

#[test]
fn a_server_that_asks_a_hundred_things_is_left() {
    let mut connection = connect(|_| asking("", "", vec![("More: ".into(), true); 100]));
    let fault = asked(&mut connection);
    assert!(matches!(fault, Err(RemoteFault::Nonsense { .. })), "{fault:?}");
}

#[test]
fn a_server_that_wants_no_more_of_anything_has_refused() {
    let mut connection = connect(|_| Auth::Reject {
        proceed_with_methods: Some(russh::MethodSet::empty()),
        partial_success: false,
    });
    let refused = SignIn::Refused {
        methods: Vec::<Method>::new(),
        is_partial: false,
    };
    assert_eq!(asked(&mut connection).expect("an answer"), refused);
}

#[test]
fn a_server_that_knows_rsa_with_sha_1_only_is_named() {
    let preferred = Preferred {
        key: vec![Algorithm::Ed25519, Algorithm::Rsa { hash: None }].into(),
        ..Preferred::default()
    };
    let mut connection = connect_to(|_| Auth::reject(), preferred);
    let fault = connection.sign_in(Credential::Key(Kind::Rsa2048.key(), None), &Unwatched);
    assert!(matches!(fault, Err(RemoteFault::OnlySha1)), "{fault:?}");
    // Other keys may still be tried.
    let answer = connection.sign_in(Credential::Key(Kind::Ed25519.key(), None), &Unwatched);
    assert!(matches!(answer, Ok(SignIn::Refused { .. })), "{answer:?}");
}

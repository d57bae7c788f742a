//! Servers that ask what no `sshd` asks.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use keywright::key::watch::Unwatched;
use keywright::secret::Passphrase;
use keywright::sys::remote::{Connection, Credential, Method, RemoteFault, SignIn};
use russh::Preferred;
use russh::keys::Algorithm;
use russh::server::{Auth, Handler, Response};

use crate::common::Kind;
use crate::person::Person;
use crate::stand_in::StandIn;
use crate::terminal::Terminal;

/// What a server asks when it has been answered so many times.
type Ask = fn(usize) -> Auth;

struct Asker {
    ask: Ask,
    answered: usize,
    /// What it was told.
    heard: Arc<Mutex<Vec<String>>>,
}

impl Handler for Asker {
    type Error = russh::Error;

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _: &str,
        _: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, russh::Error> {
        if let Some(response) = response {
            self.answered += 1;
            let answers = response.map(|answer| String::from_utf8_lossy(&answer).into_owned());
            self.heard.lock().expect("nobody fell over").extend(answers);
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

/// A server that asks so, and what it is told.
fn server(ask: Ask, preferred: Preferred) -> (StandIn, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::default();
    let told = Arc::clone(&heard);
    let server = StandIn::new(preferred, move || Asker {
        ask,
        answered: 0,
        heard: Arc::clone(&told),
    });
    (server, heard)
}

/// A connection to a server that asks so.
fn connect(ask: Ask) -> Connection {
    server(ask, Preferred::default()).0.connect()
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
    let mark = format!("({}) ", connection.target());
    assert_eq!(asked.name, format!(r"{mark}Code\u{{1b}}[2J"));
    assert_eq!(
        asked.instruction,
        format!("{mark}Notice\n{mark}The password expires on Monday.\n{mark}From the list.")
    );
    let questions: Vec<_> = asked
        .questions
        .iter()
        .map(|one| (one.text.as_str(), one.is_visible))
        .collect();
    let expected = ["Code 17:", "PIN:"].map(|text| format!("{mark}{text}"));
    assert_eq!(questions, [(&*expected[0], true), (&*expected[1], false)]);
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
    let mut connection = server(|_| Auth::reject(), preferred).0.connect();
    let fault = connection.sign_in(Credential::Key(Kind::Rsa2048.key(), None), &Unwatched);
    assert!(matches!(fault, Err(RemoteFault::OnlySha1)), "{fault:?}");
    // Other keys may still be tried.
    let answer = connection.sign_in(Credential::Key(Kind::Ed25519.key(), None), &Unwatched);
    assert!(matches!(answer, Ok(SignIn::Refused { .. })), "{answer:?}");
}

/// What this program itself asks, word for word.
const OUR_QUESTION: &str = "Passphrase of ~/.ssh/id_ed25519 (empty to go on without it): ";

#[test]
fn a_servers_question_is_marked_as_the_servers_even_where_it_imitates_ours() {
    let (server, heard) = server(
        |answered| match answered {
            0 => asking(
                "Added to ~/.ssh/authorized_keys",
                "That is not the passphrase. Try again.\r\n\u{202e}Once more.\n",
                vec![(OUR_QUESTION.into(), false)],
            ),
            _ => Auth::reject(),
        },
        Preferred::default(),
    );
    let person = Person::with_known_hosts(&server.known());
    let mut terminal = Terminal::run_at(&person, &server.address(), "install", &["-k", "new"]);
    let mark = format!("({}) ", server.address());
    // It is folded, so that no terminal does it.
    let before = terminal.answer("without it): ", "typed in good faith");
    terminal.end();
    assert_eq!(*heard.lock().expect("nobody fell over"), ["typed in good faith"]);
    let lines: Vec<&str> = before
        .split(['\r', '\n'])
        .filter(|line| !line.is_empty())
        .collect();
    assert!(lines.len() > 4, "{before:?}");
    for line in lines {
        let is_marked = line.starts_with(&mark) && line.chars().count() < 80;
        assert!(is_marked, "{line:?} looks like ours: {before:?}");
    }
    assert!(!before.contains('\u{202e}'), "{before:?}");
}

#[test]
fn a_server_that_asks_round_after_round_is_left_though_somebody_answers() {
    let mut connection = connect(|_| asking("", "", vec![("More: ".into(), true)]));
    let mut answer = asked(&mut connection);
    let mut rounds = 0;
    while let Ok(SignIn::Questions(_)) = answer {
        rounds += 1;
        assert!(rounds < 50, "it goes on and on");
        answer = connection.answer(&[Passphrase::new("x".to_owned())], &Unwatched);
    }
    assert!(rounds > 5, "PAM may ask for a new password, and for a code");
    let fault = answer.expect_err("it never lets in");
    let problem = keywright::engine::Problem::from(&fault);
    assert_eq!(problem.code, "endless-questions", "{fault:?}");
    let over = connection.sign_in(Credential::None, &Unwatched);
    assert!(matches!(over, Err(RemoteFault::Closed { .. })), "{over:?}");
}

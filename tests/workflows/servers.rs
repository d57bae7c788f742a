//! Visits to servers that go wrong, without a window; those that go well are in `tests/real_window`.

use std::cell::RefCell;
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use crate::scene::Scene;
use keywright::app::command::{Command as Ask, ServerCommand};
use keywright::app::errand::{Errand, Now, Step, Visit};
use keywright::app::{App, Page};

impl Scene {
    fn visit(&mut self, address: &str) {
        address.clone_into(&mut self.app.servers.address);
        self.ask(Ask::Server(ServerCommand::Look));
    }

    /// Why the visit cannot go on.
    #[track_caller]
    fn stopped(&mut self) -> &'static str {
        let is_stopped = |app: &App| {
            let visit = app.servers.visit.as_deref();
            matches!(visit.map(|visit| &visit.now), Some(Now::Stopped { .. }))
        };
        self.wait(is_stopped);
        match self.app.servers.visit.as_deref() {
            Some(Visit {
                now: Now::Stopped { problem, .. },
                ..
            }) => {
                assert!(!problem.hint.is_empty(), "{problem:?} gives no advice");
                problem.code
            }
            other => panic!("it goes on: {other:?}"),
        }
    }
}

#[test]
fn an_address_that_is_none_is_said_before_anything_is_connected_to() {
    let mut scene = Scene::new();
    scene.visit("jo@-oProxyCommand=id");
    assert_eq!(scene.app.page, Page::Servers);
    assert_eq!(scene.stopped(), "usage");
}

#[test]
fn a_port_where_nobody_listens_is_named_and_can_be_tried_again() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("it has an address").port();
    drop(listener);
    let mut scene = Scene::new();
    scene.visit(&format!("jo@127.0.0.1:{port}"));
    assert_eq!(scene.stopped(), "connect-refused");
    scene.ask(Ask::Server(ServerCommand::TryAgain));
    assert_eq!(scene.stopped(), "connect-refused");
    scene.ask(Ask::Server(ServerCommand::Leave));
    assert!(scene.app.servers.visit.is_none());
    assert_eq!(scene.app.servers.address, format!("jo@127.0.0.1:{port}"));
}

#[test]
fn a_server_that_says_nothing_is_left_at_once() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("it has an address").port();
    let mut scene = Scene::new();
    listener.set_nonblocking(true).expect("a look now and then");
    scene.visit(&format!("jo@127.0.0.1:{port}"));
    let accepted = RefCell::new(None);
    scene.wait(|_| {
        let mut accepted = accepted.borrow_mut();
        *accepted = accepted.take().or_else(|| listener.accept().ok());
        accepted.is_some()
    });
    let begun = Instant::now();
    scene.ask(Ask::Server(ServerCommand::Leave));
    scene.wait(|app| app.servers.visit.is_none());
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(
        scene.app.status.text,
        "Stopped. Nothing was changed on the server."
    );
}

#[test]
fn a_key_that_is_in_no_file_is_not_installed() {
    let mut scene = Scene::with_key();
    scene.app.servers.address = "jo@127.0.0.1:1".to_owned();
    scene.ask(Ask::Server(ServerCommand::Install));
    assert!(scene.app.servers.visit.is_none());
}

#[test]
fn conditions_that_were_typed_stand_in_the_line_that_is_put_on_a_server() {
    let mut scene = Scene::with_saved_key();
    scene.app.servers.address = "jo@127.0.0.1:1".to_owned();
    "soon".clone_into(&mut scene.app.servers.conditions.expires);
    scene.ask(Ask::Server(ServerCommand::Install));
    assert!(scene.app.servers.visit.is_none(), "it is no day");
    "2099-01-31".clone_into(&mut scene.app.servers.conditions.expires);
    "/usr/bin/backup".clone_into(&mut scene.app.servers.conditions.command);
    scene.ask(Ask::Server(ServerCommand::Install));
    let visit = scene.app.servers.visit.as_deref().expect("it began");
    let Errand::Install { line, .. } = &visit.errand else {
        panic!("something else is done: {:?}", visit.errand);
    };
    let options = "command=\"/usr/bin/backup\",expiry-time=\"20990131\"";
    assert_eq!(line.options(), options);
    assert!(
        line.as_str().starts_with(&format!("{options} ssh-ed25519 ")),
        "{line}"
    );
}

#[test]
fn what_will_happen_is_known_before_it_does() {
    let mut scene = Scene::with_saved_key();
    scene.app.servers.address = "jo@127.0.0.1:1".to_owned();
    scene.ask(Ask::Server(ServerCommand::Install));
    let visit = scene.app.servers.visit.as_deref().expect("it began");
    let steps: Vec<Step> = visit.to_come().collect();
    assert_eq!(
        steps,
        [
            Step::Connect,
            Step::Recognise,
            Step::SignIn,
            Step::Install,
            Step::Prove
        ]
    );
    // Asking for something else does not disturb it.
    scene.ask(Ask::Server(ServerCommand::Trust));
    scene.ask(Ask::Server(ServerCommand::Undo));
    scene.ask(Ask::Server(ServerCommand::SignIn));
    assert_eq!(scene.stopped(), "connect-refused");
}

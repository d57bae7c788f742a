//! Commands on a server, and how they may end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use keywright::key::watch::{Progress, Unwatched, Watch};
use keywright::sys::remote::{MAX_OUTPUT, Output, Remote as _, RemoteFault};

use crate::common::Kind;
use crate::sshd::{Sshd, line_of};

fn serving(lines: &str) -> Sshd {
    let server = Sshd::with(lines);
    server.authorize(&line_of(Kind::Ed25519.key()));
    server
}

fn run(server: &Sshd, command: &'static str, input: &[u8]) -> Result<Output, RemoteFault> {
    server
        .signed_in(Kind::Ed25519.key())
        .run(command, input, &Unwatched)
}

/// Somebody who loses patience as soon as they are asked for the second time.
struct Impatient(AtomicBool);

impl Watch for Impatient {
    fn progress(&self, _: Progress) {}

    fn is_cancelled(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }
}

#[test]
fn a_command_reads_its_input_and_says_how_it_ended() {
    let server = serving("");
    let mut connection = server.signed_in(Kind::Ed25519.key());
    let output = connection.run("tr a-z A-Z; echo no >&2; exit 3", b"hello $(id)", &Unwatched);
    let expected = Output {
        status: Some(3),
        stdout: b"HELLO $(ID)".to_vec(),
        stderr: b"no\n".to_vec(),
    };
    assert_eq!(output.expect("it runs"), expected);
    // Another one on the same connection.
    let output = connection.run("pwd", b"", &Unwatched).expect("it runs");
    assert_eq!(
        output.stdout,
        format!("{}\n", server.home().display()).into_bytes()
    );
}

#[test]
fn much_goes_there_and_comes_back() {
    let server = serving("");
    let long: Vec<u8> = (0_u32..1_000_000).flat_map(u32::to_be_bytes).collect();
    let output = run(&server, "cat", &long).expect("it runs");
    assert!(output.stdout == long, "{} bytes", output.stdout.len());
    // It does not read what it is given.
    let output = run(&server, "exit 5", &long).expect("it runs");
    assert_eq!(output.status, Some(5));
}

#[test]
fn a_command_that_talks_on_and_on_is_stopped() {
    let server = serving("");
    let fault = run(&server, "yes", b"").expect_err("it is too much");
    assert!(
        matches!(fault, RemoteFault::TooMuchOutput { max: MAX_OUTPUT }),
        "{fault:?}"
    );
    let output = run(&server, "yes | head -c 1000000 >&2", b"").expect("it ends");
    assert_eq!(output.stderr.len(), 64 << 10);
}

#[test]
fn a_command_that_a_signal_ends_has_no_status() {
    let server = serving("");
    let output = run(&server, "kill -KILL $$", b"").expect("it runs");
    assert_eq!(output.status, None);
}

#[test]
fn an_account_without_sessions_is_named() {
    let server = serving("MaxSessions 0");
    let fault = run(&server, "true", b"").expect_err("none is allowed");
    assert!(matches!(fault, RemoteFault::NoSession), "{fault:?}");
}

#[test]
fn nothing_is_run_before_one_has_signed_in() {
    let server = serving("");
    let fault = server
        .connect()
        .run("true", b"", &Unwatched)
        .expect_err("nobody has signed in");
    assert!(matches!(fault, RemoteFault::NoSession), "{fault:?}");
}

#[test]
fn a_server_that_dies_in_the_middle_is_not_waited_for() {
    let mut server = serving("");
    let mut connection = server.signed_in(Kind::Ed25519.key());
    let begun = Instant::now();
    let ran = std::thread::scope(|scope| {
        let running = scope.spawn(|| connection.run("echo begun; exec sleep 20", b"", &Unwatched));
        std::thread::sleep(Duration::from_millis(700));
        server.kill();
        running.join().expect("no panic")
    });
    let fault = ran.expect_err("it has died");
    assert!(
        matches!(fault, RemoteFault::Closed { .. } | RemoteFault::Io { .. }),
        "{fault:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let fault = connection.run("true", b"", &Unwatched).expect_err("it is over");
    assert!(matches!(fault, RemoteFault::Closed { .. }), "{fault:?}");
}

#[test]
fn who_is_no_longer_wanted_stops_within_a_tenth_of_a_second() {
    let server = serving("");
    let mut connection = server.signed_in(Kind::Ed25519.key());
    let begun = Instant::now();
    let fault = connection.run("sleep 20", b"", &Impatient(AtomicBool::new(false)));
    let fault = fault.expect_err("it was stopped");
    assert!(matches!(fault, RemoteFault::Cancelled { .. }), "{fault:?}");
    // Two looks at the flag, one tenth of a second, and some time for a busy machine.
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    drop(connection);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

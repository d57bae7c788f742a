//! What may listen in place of a server, or not listen at all.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use keywright::engine::{Blame, Problem};
use keywright::format::ssh_config::Configuration;
use keywright::key::watch::{Progress, Unwatched, Watch};
use keywright::sys::remote::{Expect, Handshake, KnownHostsFiles, RemoteFault, Step, Target};
use rand::rngs::ChaCha20Rng;
use rand::{Rng as _, SeedableRng as _};

use crate::common::seed;
use crate::serving::free_port;

fn open_at(host: &str, watch: &dyn Watch) -> RemoteFault {
    let target = Target::parse(host, &Configuration::default(), "jo").expect("a target");
    let expect = Expect::Listed(&KnownHostsFiles::default());
    Handshake::open(&target, expect, watch).expect_err("there is no server")
}

/// Something that does `serve` with its one caller.
fn stand_in(serve: impl FnOnce(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("it has an address").port();
    let spawned = thread::Builder::new().spawn(move || {
        let (caller, _) = listener.accept().expect("a caller");
        serve(caller);
    });
    spawned.expect("a thread");
    format!("127.0.0.1:{port}")
}

/// Says `bytes` and hangs up once the caller has said something.
fn says(bytes: Vec<u8>) -> RemoteFault {
    let place = stand_in(move |mut caller| {
        // The caller may hang up on the way.
        drop(caller.write_all(&bytes));
        drop(caller.read(&mut [0; 64]));
        drop(caller.shutdown(std::net::Shutdown::Write));
        drop(caller.read_to_end(&mut Vec::new()));
    });
    let begun = Instant::now();
    let fault = open_at(&place, &Unwatched);
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{fault:?} after {:?}",
        begun.elapsed()
    );
    fault
}

/// Somebody who loses patience when asked for the third time.
struct Impatient(AtomicU32);

impl Watch for Impatient {
    fn progress(&self, _: Progress) {}

    fn is_cancelled(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) > 1
    }
}

#[test]
fn a_port_where_nobody_listens_is_named() {
    let fault = open_at(&format!("127.0.0.1:{}", free_port()), &Unwatched);
    assert!(matches!(fault, RemoteFault::Refused { .. }), "{fault:?}");
    let problem = Problem::from(&fault);
    assert_eq!((problem.code, problem.blame), ("connect-refused", Blame::World));
}

#[test]
fn a_name_that_nobody_has_is_named() {
    let fault = open_at("keywright-test.invalid", &Unwatched);
    assert!(
        matches!(
            fault,
            RemoteFault::Resolve { .. }
                | RemoteFault::TimedOut {
                    step: Step::Resolve,
                    ..
                }
        ),
        "{fault:?}"
    );
}

#[test]
fn a_port_that_closes_at_once_is_named() {
    let fault = open_at(&stand_in(drop), &Unwatched);
    assert!(
        matches!(
            fault,
            RemoteFault::Closed {
                step: Step::Handshake,
                ..
            }
        ),
        "{fault:?}"
    );
}

#[test]
fn what_speaks_something_else_is_called_no_ssh_server() {
    for (said, shown) in [
        (
            "HTTP/1.1 400 Bad Request\r\n\r\n<html>\x1b[2J",
            "HTTP/1.1 400 Bad Request",
        ),
        ("220 mail.example.org ESMTP\r\n", "220 mail.example.org ESMTP"),
        ("\x16\x03\x01\x02\0\x01", r"\u{16}"),
    ] {
        let fault = says(said.as_bytes().to_vec());
        let RemoteFault::NotSsh { said, .. } = &fault else {
            panic!("{fault:?}");
        };
        assert!(said.starts_with(shown) && !said.contains('\x1b'), "{said:?}");
    }
}

#[test]
fn a_server_that_is_full_is_called_that_in_its_words() {
    let fault = says(b"Exceeded MaxStartups\r\n".to_vec());
    let RemoteFault::TurnedAway { said } = &fault else {
        panic!("{fault:?}");
    };
    assert_eq!(said, "Exceeded MaxStartups");
}

#[test]
fn a_server_that_dies_while_keys_are_exchanged_is_named() {
    let fault = says(b"SSH-2.0-x\r\n".to_vec());
    assert!(
        matches!(
            fault,
            RemoteFault::Closed {
                step: Step::Handshake,
                ..
            }
        ),
        "{fault:?}"
    );
    // A packet that is announced and does not come.
    let fault = says(b"SSH-2.0-x\r\n\0\0\x01\0\x04\x14".to_vec());
    assert!(
        matches!(
            fault,
            RemoteFault::Closed {
                step: Step::Handshake,
                ..
            }
        ),
        "{fault:?}"
    );
}

#[test]
fn a_packet_that_is_too_long_is_not_read() {
    let fault = says(b"SSH-2.0-x\r\n\xff\xff\xff\xff\x04\x14".to_vec());
    assert!(matches!(fault, RemoteFault::Nonsense { .. }), "{fault:?}");
}

#[test]
fn nonsense_is_named_and_makes_nothing_panic() {
    let mut rng = ChaCha20Rng::seed_from_u64(seed());
    for _ in 0..40 {
        let mut bytes = vec![0; 40 + (rng.next_u32() % 400) as usize];
        rng.fill_bytes(&mut bytes);
        // A length and padding that are right, and a message of the right kind.
        let len = u32::try_from(bytes.len() + 2).expect("it is short");
        let packet = [&len.to_be_bytes()[..], &[4, 20], &bytes].concat();
        let fault = says([b"SSH-2.0-x\r\n", &packet[..]].concat());
        let is_named = matches!(
            fault,
            RemoteFault::Nonsense { .. } | RemoteFault::Closed { .. } | RemoteFault::NoCommonAlgorithm { .. }
        );
        assert!(is_named, "{fault:?} (KEYWRIGHT_TEST_SEED={})", seed());
    }
}

#[test]
fn a_silent_port_is_left_as_soon_as_nobody_wants_it() {
    let place = stand_in(|mut caller| drop(caller.read_to_end(&mut Vec::new())));
    let begun = Instant::now();
    let fault = open_at(&place, &Impatient(AtomicU32::new(0)));
    assert!(
        matches!(
            fault,
            RemoteFault::Cancelled {
                step: Step::Handshake
            }
        ),
        "{fault:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[test]
fn a_flood_is_left_when_its_time_is_up_and_not_called_silence() {
    // Messages that are to be ignored (RFC 4253 section 11.2), of which there is no end.
    let ignore = [&[0, 0, 0, 12, 6, 2][..], &[0; 10]].concat();
    let place = stand_in(move |mut caller| {
        drop(caller.write_all(b"SSH-2.0-x\r\n"));
        while caller.write_all(&ignore).is_ok() {
            thread::sleep(Duration::from_millis(5));
        }
    });
    let fault = open_at(&place, &Unwatched);
    assert!(
        matches!(
            fault,
            RemoteFault::Unfinished {
                step: Step::Handshake,
                secs: 30
            }
        ),
        "{fault:?}"
    );
}

#[test]
fn a_silent_port_is_left_when_its_time_is_up() {
    let place = stand_in(|mut caller| drop(caller.read_to_end(&mut Vec::new())));
    let fault = open_at(&place, &Unwatched);
    let is_named = matches!(
        fault,
        RemoteFault::TimedOut {
            step: Step::Handshake,
            secs: 30
        }
    );
    assert!(is_named, "{fault:?}");
}

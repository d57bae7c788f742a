//! Agents that mean harm, or are simply broken, over a real socket.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread;
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use tempfile::TempDir;

use super::*;
use crate::format::agent::{AnswerError, Held};
use crate::key::generate::generate;
use crate::key::spec::KeySpec;
use crate::key::watch::Unwatched;
use crate::key::wire::WireError;

const SOON: Duration = Duration::from_millis(400);

/// An agent that does `serve` with its one caller, once the request has come.
fn stand_in(serve: impl FnOnce(&mut UnixStream) + Send + 'static) -> (TempDir, Agent) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("agent");
    let listener = UnixListener::bind(&place).unwrap();
    let spawned = thread::Builder::new().spawn(move || {
        let (mut caller, _) = listener.accept().unwrap();
        let mut request = [0; 5];
        caller.read_exact(&mut request).unwrap();
        assert_eq!(request, [0, 0, 0, 1, 11]);
        serve(&mut caller);
    });
    spawned.unwrap();
    (folder, Agent::at(place).with_patience(SOON))
}

fn fault(serve: impl FnOnce(&mut UnixStream) + Send + 'static) -> AgentFault {
    let (_folder, agent) = stand_in(serve);
    let begun = Instant::now();
    let fault = agent.list().expect_err("it answers badly");
    assert!(begun.elapsed() < SOON * 3, "{:?}", begun.elapsed());
    fault
}

/// Says `bytes`, and waits until the caller has gone.
fn says(bytes: &'static [u8]) -> impl FnOnce(&mut UnixStream) + Send {
    move |caller| {
        // The caller may hang up on the way.
        drop(caller.write_all(bytes));
        drop(caller.read(&mut [0]));
    }
}

#[test]
fn an_agent_that_does_not_answer_is_given_up() {
    assert!(matches!(fault(says(b"")), AgentFault::TimedOut { .. }));
    // It announces four bytes and gives three.
    assert!(matches!(
        fault(says(b"\0\0\0\x04\x0c\0\0")),
        AgentFault::TimedOut { .. }
    ));
}

#[test]
fn an_agent_that_gives_a_byte_now_and_then_gains_no_time() {
    let drips = |caller: &mut UnixStream| {
        for byte in b"\0\0\0\xff".iter().chain(&[0; 255]) {
            if caller.write_all(&[*byte]).is_err() {
                return;
            }
            thread::sleep(SOON / 8);
        }
    };
    assert!(matches!(fault(drips), AgentFault::TimedOut { .. }));
}

#[test]
fn an_agent_that_takes_no_callers_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("agent");
    let _listener = UnixListener::bind(&place).unwrap();
    let agent = Agent::at(place).with_patience(SOON);
    assert!(matches!(agent.list(), Err(AgentFault::TimedOut { .. })));
}

#[test]
fn a_frame_that_is_too_long_is_not_read() {
    let said = fault(says(b"\0\x04\0\x01\x0c"));
    assert!(
        matches!(said, AgentFault::TooLong { len: 262_145, .. }),
        "{said:?}"
    );
    let said = fault(says(b"\xff\xff\xff\xff"));
    assert!(
        matches!(said, AgentFault::TooLong { len: u32::MAX, .. }),
        "{said:?}"
    );
}

#[test]
fn garbage_is_called_that() {
    let said = fault(says(b"\0\0\0\x02\x63\0"));
    assert!(
        matches!(
            said,
            AgentFault::Nonsense {
                source: AnswerError::Kind(0x63),
                ..
            }
        ),
        "{said:?}"
    );
    let said = fault(says(b"\0\0\0\0"));
    assert!(
        matches!(
            said,
            AgentFault::Nonsense {
                source: AnswerError::Wire(WireError::Short),
                ..
            }
        ),
        "{said:?}"
    );
    let said = fault(says(b"\0\0\0\x01\x06"));
    assert!(matches!(said, AgentFault::OtherAnswer { .. }), "{said:?}");
}

#[test]
fn an_agent_that_hangs_up_is_not_waited_for() {
    let said = fault(|_| {});
    assert!(matches!(said, AgentFault::HungUp { .. }), "{said:?}");
}

#[test]
fn an_agent_that_refuses_is_said_to() {
    let said = fault(says(b"\0\0\0\x01\x05"));
    assert!(
        matches!(
            said,
            AgentFault::Refused {
                asked: Asked::List,
                ..
            }
        ),
        "{said:?}"
    );
}

#[test]
fn an_unknown_key_in_the_list_does_not_hide_the_others() {
    let (_folder, agent) = stand_in(says(
        b"\0\0\0\x21\x0c\0\0\0\x02\0\0\0\x05\0\0\0\x01X\0\0\0\x01a\0\0\0\x05\0\0\0\x01Y\0\0\0\x00\x05",
    ));
    let said = agent.list().expect_err("there is a byte too many");
    assert!(matches!(said, AgentFault::Nonsense { .. }), "{said:?}");
    let (_folder, agent) = stand_in(says(
        b"\0\0\0\x20\x0c\0\0\0\x02\0\0\0\x05\0\0\0\x01X\0\0\0\x01a\0\0\0\x05\0\0\0\x01Y\0\0\0\0",
    ));
    let keys = agent.list().unwrap();
    let held: Vec<&Held> = keys.iter().map(|key| &key.held).collect();
    assert_eq!(
        held,
        [&Held::Unknown("X".to_owned()), &Held::Unknown("Y".to_owned())]
    );
}

#[test]
fn where_nobody_listens_no_agent_is_running() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("agent");
    let is_not_running = |said| assert!(matches!(said, Err(AgentFault::NotRunning { .. })), "{said:?}");
    is_not_running(Agent::at(&place).list());
    // Its agent has died, and the socket is still there.
    drop(UnixListener::bind(&place).unwrap());
    is_not_running(Agent::at(&place).list());
}

/// An agent that lists nothing, and says yes to all else.
fn liar() -> (TempDir, Agent) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("agent");
    let listener = UnixListener::bind(&place).unwrap();
    let spawned = thread::Builder::new().spawn(move || {
        for caller in listener.incoming() {
            let mut caller = caller.unwrap();
            let mut head = [0; 5];
            caller.read_exact(&mut head).unwrap();
            let answer: &[u8] = match head[4] {
                11 => b"\0\0\0\x05\x0c\0\0\0\0",
                _ => b"\0\0\0\x01\x06",
            };
            caller.write_all(answer).unwrap();
            // What is left of the request.
            drop(caller.read_to_end(&mut Vec::new()));
        }
    });
    spawned.unwrap();
    (folder, Agent::at(place).with_patience(SOON))
}

#[test]
fn a_key_that_an_agent_says_it_has_taken_is_looked_for_in_its_list() {
    let (_folder, agent) = liar();
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let key = generate(KeySpec::Ed25519, &mut rng, &Unwatched).unwrap();
    let added = agent.add(&key, None, &Comment::default(), Constraints::default());
    assert!(matches!(added, Err(AgentFault::NotKept { .. })), "{added:?}");
}

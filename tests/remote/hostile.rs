//! A server that means ill: whatever it sends, it costs little memory and an end of time, and is never made a success of.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::everybody::Everybody;
use crate::person::Person;

/// What the program needs at most, in kibibytes; without any flood it is some 40 MB.
const MOST_KIB: u64 = 160 << 10;
/// Each step has half a minute, and there are a few of them.
const LONGEST: Duration = Duration::from_secs(150);

/// How a run ended and what it printed, how long it took, and as much memory as it had at most.
fn watched(person: &Person, words: &[&str]) -> (Option<i32>, String, Duration, u64) {
    let begun = Instant::now();
    let out = person.home.path("out");
    let file = std::fs::File::create(&out).expect("a file");
    let mut child = person
        .command()
        .args(words)
        .stdout(Stdio::from(file.try_clone().expect("a hand")))
        .stderr(Stdio::from(file))
        .spawn()
        .expect("it starts");
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait().expect("it is ours") {
            break ended;
        }
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
        most = most.max(now.unwrap_or(0));
        if begun.elapsed() > LONGEST || most > MOST_KIB {
            child.kill().expect("it is ours");
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let said = std::fs::read_to_string(out).expect("text");
    (ended.code(), said, begun.elapsed(), most)
}

#[test]
fn whatever_it_sends_it_is_left_and_nothing_is_made_a_success_of() {
    std::thread::scope(|scope| {
        for (way, expected) in [
            (
                "banners",
                "came to no end within 30 s while asking the server how to sign in",
            ),
            ("stdout", "the answer of the server has more than"),
            ("stderr", "the answer of the server has more than"),
            ("drip", "came to no end within 30 s while running a command"),
            ("size", "the answer of the server has more than"),
            (
                "length",
                "the server ended the connection while working with files",
            ),
            (
                "string",
                "the server ended the connection while working with files",
            ),
            ("endless", "far more than a list of keys"),
            ("done", "~/.ssh/authorized_keys on the server"),
        ] {
            scope.spawn(move || {
                let server = Everybody::hostile(way);
                let person = Person::with_known_hosts(&server.known());
                let address = server.address();
                for words in [
                    &["install", &address, "-k", "new", "-i", "old"][..],
                    &["remove", &address, "--key", "new", "-i", "old", "--yes"],
                ] {
                    let (status, said, took, most) = watched(&person, words);
                    let run = format!("{way} {}, {took:?}, {most} KiB: {said}", words[0]);
                    assert!(most <= MOST_KIB && took <= LONGEST, "{run}");
                    assert!(said.len() < 32 << 10 && !said.contains('\x1b'), "{run}");
                    assert!(said.contains(expected), "{run}");
                    assert_eq!(status, Some(4), "{run}");
                    let is_success = |line: &str| line.starts_with("Works") || line.starts_with("Gone");
                    assert!(!said.lines().any(is_success), "{run}");
                }
            });
        }
    });
}

//! Control-C while something is done on a server.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::person::Person;
use crate::serving::PATIENCE;
use crate::sshd::{Sshd, USER};

/// A server whose account has a shell that waits `for_secs` before each command in which `word` stands, and then leaves a mark.
fn slow(word: &str, for_secs: u32) -> Sshd {
    let server = Sshd::start();
    let shell = server.folder().path("shell");
    let script = format!(
        "#!/bin/sh\ncase \"$2\" in *'{word}'*) : >\"$HOME/begun\"; sleep {for_secs};; esac\nexec /bin/sh \"$@\"\n"
    );
    server.folder().put_with_mode("shell", script.as_bytes(), 0o755);
    let accounts = server.folder().get_text("passwd");
    let changed = accounts.replacen(":/bin/sh\n", &format!(":{}\n", shell.display()), 1);
    std::fs::write(server.folder().path("passwd"), changed).expect("the accounts");
    server
}

fn begin(person: &Person, server: &Sshd, words: &[&str]) -> Child {
    let target = format!("{USER}@127.0.0.1:{}", server.port());
    let mut command = person.command();
    command
        .args(words)
        .arg(target)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().expect("it starts");
    let since = Instant::now();
    while !server.home().join("begun").exists() {
        assert!(since.elapsed() < PATIENCE, "nothing has begun: {}", server.log());
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

/// How it ended that was interrupted now: its status, what it said, and how long that took.
fn interrupt(child: Child) -> (Option<i32>, String, Duration) {
    let since = Instant::now();
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a number")).expect("not 0");
    kill_process(pid, Signal::INT).expect("it is ours");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8(output.stderr).expect("text");
    (output.status.code(), said, since.elapsed())
}

fn list(server: &Sshd) -> String {
    std::fs::read_to_string(server.authorized_keys()).expect("a list")
}

#[test]
fn while_a_list_is_only_read_an_interruption_ends_at_once() {
    let server = slow("keywright-", 20);
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    for words in [
        &["install", "-k", "new", "-i", "old"][..],
        &["remove", "-k", "old", "-i", "old"],
    ] {
        let child = begin(&person, &server, words);
        let (status, said, took) = interrupt(child);
        assert_eq!(status, Some(5), "{said}");
        assert!(
            said.contains("error: interrupted\nhint: Nothing was written."),
            "{said}"
        );
        assert!(took < Duration::from_secs(3), "{took:?}");
        assert_eq!(list(&server), person.line("old"));
        std::fs::remove_file(server.home().join("begun")).expect("it had begun");
    }
}

#[test]
fn a_list_that_is_being_written_becomes_whole_first_and_that_is_said() {
    for (words, before, after) in [
        (
            &["install", "-k", "new", "-i", "old"][..],
            "old",
            &["old", "new"][..],
        ),
        (&["remove", "-k", "new", "-i", "old"], "old new", &["old"]),
    ] {
        let server = slow("fail busy", 1);
        let person = Person::knowing(&server);
        let lines = |names: &mut dyn Iterator<Item = &str>| -> String {
            names.map(|name| person.line(name)).collect()
        };
        server.authorize(&lines(&mut before.split(' ')));
        let child = begin(&person, &server, words);
        let (status, said, _) = interrupt(child);
        assert_eq!(status, Some(5), "{said}");
        assert!(
            said.contains("note: this ends as soon as the list on the server is whole"),
            "{said}"
        );
        assert!(said.contains("was changed, and is whole"), "{said}");
        assert_eq!(list(&server), lines(&mut after.iter().copied()));
    }
}

//! `agent`, with the real `ssh-agent`, and with one that lies.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::ssh_agent::SshAgent;
use crate::support::{Home, Ran, corpus};

/// An `ssh-agent` in the folder of `home`, ended with the test, and what is asked of it there.
struct Agent<'a> {
    home: &'a Home,
    agent: SshAgent,
}

impl<'a> Agent<'a> {
    fn start(home: &'a Home) -> Self {
        let agent = SshAgent::at(home.path("agent"));
        Self { home, agent }
    }

    fn socket(&self) -> &Path {
        self.agent.socket()
    }

    fn run(&self, words: &[&str]) -> Ran {
        let mut command = self.home.command();
        Ran::of(command.env("SSH_AUTH_SOCK", self.socket()).args(words))
    }

    fn object(&self, words: &[&str]) -> Value {
        let ran = self.run(&[words, &["--json"]].concat());
        ran.expect_status(0);
        ran.object()
    }

    fn tool(&self, program: &str, words: &[&str]) -> Ran {
        let mut command = self.home.other(program);
        Ran::of(command.env("SSH_AUTH_SOCK", self.socket()).args(words))
    }

    /// What `ssh-add -l` says.
    fn listed(&self) -> String {
        self.agent.listed()
    }

    /// The keys as we list them, one a line.
    fn ours(&self) -> String {
        let ran = self.run(&["agent", "list"]);
        ran.expect_status(0);
        let (name, keys) = ran.out.split_once('\n').expect("the agent's name");
        assert_eq!(name, format!("{}:", self.socket().display()));
        keys.lines().fold(String::new(), |keys, line| {
            keys + line.strip_prefix("  ").expect("keys are indented") + "\n"
        })
    }
}

#[track_caller]
fn wait_until(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never came about");
        thread::sleep(Duration::from_millis(50));
    }
}

/// An agent at `socket` that gives every caller the same answer.
fn stand_in(home: &Home, answer: &'static [u8]) {
    let listener = UnixListener::bind(home.path("agent")).expect("a socket");
    let spawned = thread::Builder::new().spawn(move || {
        for caller in listener.incoming() {
            let mut caller = caller.expect("a caller");
            // The caller may hang up at any point.
            drop(caller.read(&mut [0; 5]));
            drop(caller.write_all(answer));
            drop(caller.read(&mut [0]));
        }
    });
    spawned.expect("a thread");
}

fn ask(home: &Home, words: &[&str]) -> Ran {
    Ran::of(
        home.command()
            .env("SSH_AUTH_SOCK", home.path("agent"))
            .args(words),
    )
}

#[test]
fn every_type_that_ssh_agent_takes_is_added_and_listed_as_ssh_add_lists_it() {
    let home = Home::new();
    let agent = Agent::start(&home);
    assert_eq!(agent.ours(), "no keys\n");
    for (name, options) in [
        ("ed25519", &["-t", "ed25519"][..]),
        ("rsa", &["-t", "rsa", "-b", "2048"]),
        ("p256", &["-t", "ecdsa", "-b", "256"]),
        ("p384", &["-t", "ecdsa", "-b", "384"]),
        ("p521", &["-t", "ecdsa", "-b", "521"]),
        ("dsa", &["-t", "dsa"]),
    ] {
        let words = [
            "generate",
            "-o",
            name,
            "-C",
            "käy of me",
            "--no-passphrase",
            "--yes",
        ];
        home.run(&[&words[..], options].concat()).expect_status(0);
        let ran = agent.run(&["agent", "add", name]);
        ran.expect_status(0);
        // It signs with it: the private half has arrived whole. ssh-keygen makes no signatures of DSA.
        if name != "dsa" {
            home.write("text", b"hello");
            let signed = agent.tool(
                "ssh-keygen",
                &["-Y", "sign", "-n", "test", "-f", &format!("{name}.pub"), "text"],
            );
            signed.expect_status(0);
            fs::remove_file(home.path("text.sig")).expect("it was written");
        }
    }
    let theirs = agent.listed();
    assert_eq!(theirs.lines().count(), 6, "{theirs}");
    assert_eq!(agent.ours(), theirs);
    let told = agent.object(&["agent", "list"]);
    assert_eq!(told["keys"].as_array().map(Vec::len), Some(6));
    let key = &told["keys"][1];
    assert_eq!((&key["type"], &key["bits"]), (&"ssh-rsa".into(), &2048.into()));
    assert_eq!(key["comment"], "käy of me");
}

#[test]
fn a_key_that_an_agent_does_not_know_is_refused_with_the_reason() {
    let home = Home::new();
    let agent = Agent::start(&home);
    home.run(&["generate", "-t", "ed448", "-o", "key", "--no-passphrase", "--yes"])
        .expect_status(0);
    let ran = agent.run(&["agent", "add", "key", "--json"]);
    ran.expect_error(4, "agent-refused");
    assert!(ran.err.contains("Ed448"), "{}", ran.err);
    assert_eq!(agent.listed(), "The agent has no identities.\n");
}

#[test]
fn a_locked_key_is_opened_for_the_agent_and_a_wrong_passphrase_gives_it_nothing() {
    let home = Home::with_locked_key();
    let agent = Agent::start(&home);
    agent
        .run(&["agent", "add", "key", "--json"])
        .expect_error(3, "needs-passphrase");
    home.write("wrong", b"not it\n");
    agent
        .run(&["agent", "add", "key", "--passphrase-file", "wrong", "--json"])
        .expect_error(3, "wrong-passphrase");
    assert_eq!(agent.listed(), "The agent has no identities.\n");
    let told = agent.object(&["agent", "add", "key", "--passphrase-file", "pass"]);
    assert_eq!(told["comment"], "me@here");
    assert_eq!(told["lifetime"], Value::Null);
    assert!(agent.listed().contains(" me@here (ED25519)\n"));
    home.run(&[
        "convert",
        "key",
        "--to",
        "ppk",
        "-o",
        "key.ppk",
        "--passphrase-file",
        "pass",
    ])
    .expect_status(0);
    // The same key again, out of PuTTY's file: an agent holds it once.
    agent.object(&["agent", "add", "key.ppk", "--passphrase-file", "pass"]);
    assert_eq!(agent.listed().lines().count(), 1);
}

#[test]
fn a_key_with_a_lifetime_is_forgotten_when_it_is_over() {
    let home = Home::with_key();
    let agent = Agent::start(&home);
    let told = agent.object(&["agent", "add", "key", "--lifetime", "3s"]);
    assert_eq!(told["lifetime"], 3);
    assert!(
        agent.listed().contains(" me@here (ED25519)\n"),
        "{}",
        agent.listed()
    );
    wait_until(|| agent.listed() == "The agent has no identities.\n");
    assert_eq!(agent.ours(), "no keys\n");
    for text in ["0", "soon", "-1"] {
        let words = ["agent", "add", "key", &format!("--lifetime={text}"), "--json"];
        agent.run(&words).expect_error(2, "usage");
    }
}

#[test]
fn a_key_with_confirmation_does_not_sign_when_the_answer_is_no() {
    let home = Home::with_key();
    let agent = Agent::start(&home);
    home.write("text", b"hello");
    let sign = || {
        let words = ["-Y", "sign", "-n", "test", "-f", "key.pub", "text"];
        let signed = agent.tool("ssh-keygen", &words);
        drop(fs::remove_file(home.path("text.sig")));
        signed
    };
    // Only the agent is to have the key.
    fs::rename(home.path("key"), home.path("elsewhere")).expect("renamed");
    agent.run(&["agent", "add", "elsewhere"]).expect_status(0);
    sign().expect_status(0);
    let told = agent.object(&["agent", "add", "elsewhere", "--confirm"]);
    assert_eq!(told["confirm"], true);
    assert!(agent.listed().contains(" me@here (ED25519)\n"));
    let refused = sign();
    assert!(refused.status != Some(0), "{}", refused.err);
    assert!(refused.err.contains("agent refused operation"), "{}", refused.err);
}

#[test]
fn a_certificate_goes_along_with_its_key_and_away_with_it() {
    let home = Home::new();
    let agent = Agent::start(&home);
    home.tool("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", "ca"]);
    for kind in ["ed25519", "rsa", "ecdsa"] {
        home.tool(
            "ssh-keygen",
            &["-q", "-t", kind, "-N", "", "-C", kind, "-f", kind],
        );
        let public = format!("{kind}.pub");
        home.tool("ssh-keygen", &["-q", "-s", "ca", "-I", "me", "-n", "me", &public]);
        let told = agent.object(&["agent", "add", kind]);
        assert_eq!(told["certificate"]["key_id"], "me");
        let listed = agent.listed();
        assert_eq!(listed.lines().count(), 2, "{listed}");
        assert!(listed.contains("-CERT)"), "{listed}");
        assert_eq!(agent.ours(), listed);
        // The certificate's private half is whole as well.
        home.write("text", b"hello");
        let certificate = format!("{kind}-cert.pub");
        let words = ["-Y", "sign", "-n", "test", "-f", &certificate, "text"];
        agent.tool("ssh-keygen", &words).expect_status(0);
        fs::remove_file(home.path("text.sig")).expect("it was written");

        let told = agent.object(&["agent", "remove", &public]);
        assert_eq!(told["removed"].as_array().map(Vec::len), Some(2));
        assert_eq!(agent.listed(), "The agent has no identities.\n");
    }
}

#[test]
fn keys_are_removed_by_file_by_fingerprint_and_all_at_once() {
    let home = Home::with_locked_key();
    let agent = Agent::start(&home);
    for name in ["one", "two", "three"] {
        home.run(&["generate", "-o", name, "-C", name, "--no-passphrase"])
            .expect_status(0);
    }
    agent
        .run(&["agent", "add", "one", "two", "three"])
        .expect_status(0);
    agent
        .run(&["agent", "add", "key", "--passphrase-file", "pass"])
        .expect_status(0);
    assert_eq!(agent.listed().lines().count(), 4);
    // The passphrase is not needed to take it away.
    agent.run(&["agent", "remove", "key"]).expect_status(0);
    let fingerprint = home.object(&["info", "two"])["fingerprint_sha256"].clone();
    let fingerprint = fingerprint.as_str().expect("text");
    agent.run(&["agent", "remove", fingerprint]).expect_status(0);
    let listed = agent.listed();
    assert!(
        listed.contains(" one (") && listed.contains(" three (") && listed.lines().count() == 2,
        "{listed}"
    );
    agent
        .run(&["agent", "remove", "two", "--json"])
        .expect_error(1, "not-in-agent");
    agent.run(&["agent", "remove", "--json"]).expect_error(2, "usage");
    agent
        .run(&["agent", "remove", "--all", "one", "--json"])
        .expect_error(2, "usage");
    let told = agent.object(&["agent", "remove", "--all"]);
    assert_eq!(told["removed"].as_array().map(Vec::len), Some(2));
    assert_eq!(agent.listed(), "The agent has no identities.\n");
    let ran = agent.run(&["agent", "remove", "--all"]);
    assert_eq!(ran.out, "The agent held no keys\n");
}

#[test]
fn a_locked_agent_refuses_and_the_hint_says_how_to_unlock_it() {
    let home = Home::with_key();
    // ssh-add asks a terminal for the word, so the agent is locked by its own protocol.
    let agent = Agent::start(&home);
    let mut caller = std::os::unix::net::UnixStream::connect(agent.socket()).expect("connected");
    caller.write_all(b"\0\0\0\x07\x16\0\0\0\x02no").expect("sent");
    let mut answer = [0; 5];
    caller.read_exact(&mut answer).expect("answered");
    assert_eq!(answer, [0, 0, 0, 1, 6]);
    let ran = agent.run(&["agent", "add", "key", "--json"]);
    ran.expect_error(4, "agent-refused");
    assert!(ran.err.contains("ssh-add -X"), "{}", ran.err);
    assert_eq!(agent.ours(), "no keys\n");
}

#[test]
fn without_an_agent_it_is_said_how_to_start_one() {
    let home = Home::with_key();
    for words in [
        &["agent", "list"][..],
        &["agent", "add", "key"],
        &["agent", "remove", "key"],
    ] {
        let mut command = home.command();
        command.env_remove("SSH_AUTH_SOCK").env_remove("XDG_RUNTIME_DIR");
        let ran = Ran::of(command.args(words).arg("--json"));
        ran.expect_error(4, "agent-none");
        assert!(ran.err.contains("eval \"$(ssh-agent -s)\""), "{}", ran.err);
        let ran = ask(&home, &[words, &["--json"]].concat());
        ran.expect_error(4, "agent-none");
        assert!(ran.err.contains("no key agent listens at "), "{}", ran.err);
    }
}

#[test]
fn an_agent_is_found_where_the_session_starts_it() {
    let home = Home::with_key();
    let agent = Agent::start(&home);
    fs::create_dir_all(home.path("run")).expect("a folder");
    std::os::unix::fs::symlink(agent.socket(), home.path("run/ssh-agent.socket")).expect("a link");
    let mut command = home.command();
    command
        .env_remove("SSH_AUTH_SOCK")
        .env("XDG_RUNTIME_DIR", home.path("run"));
    Ran::of(command.args(["agent", "add", "key"])).expect_status(0);
    assert!(agent.listed().contains(" me@here (ED25519)\n"));
    // Named twice, it is still one agent.
    let mut command = home.command();
    command
        .env("SSH_AUTH_SOCK", agent.socket())
        .env("XDG_RUNTIME_DIR", home.path("run"));
    let ran = Ran::of(command.args(["agent", "list"]));
    assert_eq!(ran.out.lines().count(), 2, "{}", ran.out);
    // And --agent names another one than the environment.
    let mut command = home.command();
    command.env("SSH_AUTH_SOCK", home.path("nobody"));
    let ran = Ran::of(command.args(["agent", "list", "--agent", "agent"]));
    assert!(ran.out.contains(" me@here (ED25519)\n"), "{}", ran.out);
}

#[test]
fn an_agent_that_hangs_holds_nobody_up() {
    let home = Home::with_key();
    stand_in(&home, b"");
    let begun = Instant::now();
    let ran = ask(&home, &["agent", "list", "--json"]);
    ran.expect_error(4, "agent-timeout");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn answers_that_make_no_sense_are_told_as_such() {
    for answer in [
        &b"\xff\xff\xff\xff"[..],
        b"\0\0\0\x05\x0c\xff\xff\xff\xff",
        b"\0\0\0\0",
        b"\0\0\0\x01\x06",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ] {
        let home = Home::with_key();
        stand_in(&home, answer);
        ask(&home, &["agent", "list", "--json"]).expect_error(4, "agent-error");
    }
}

#[test]
fn an_unknown_key_with_a_hostile_comment_is_listed_and_cannot_steer_the_terminal() {
    let home = Home::new();
    stand_in(
        &home,
        b"\0\0\0\x23\x0c\0\0\0\x01\0\0\0\x0f\0\0\0\x0bssh-unknown\0\0\0\x07a\x1b[2J\nb",
    );
    let ran = ask(&home, &["agent", "list"]);
    ran.expect_status(0);
    assert_eq!(ran.out.lines().count(), 2, "{}", ran.out);
    let line = ran.out.lines().nth(1).expect("a key");
    assert!(
        line.starts_with("  ? SHA256:") && line.ends_with("(ssh-unknown)"),
        "{line}"
    );
    assert!(!crate::support::steers(&ran.out), "{}", ran.out);
    let told = ask(&home, &["agent", "list", "--json"]).object();
    assert_eq!(told["keys"][0]["type"], "ssh-unknown");
    assert_eq!(told["keys"][0]["bits"], Value::Null);
}

#[test]
fn keys_of_security_devices_are_listed() {
    let home = Home::new();
    let agent = Agent::start(&home);
    let key = corpus("malformed/semantic/container_sk_ed25519");
    let ran = agent.run(&["agent", "add", &key.display().to_string()]);
    ran.expect_status(0);
    let listed = agent.listed();
    assert!(listed.contains("(ED25519-SK)"), "{listed}");
    assert_eq!(agent.ours(), listed);
}

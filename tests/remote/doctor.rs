//! Why somebody does not get in: provoked with the real ssh and sshd, and told alike by the server when it is asked, by what
//! `ssh -v` and `ssh -vv` print of a run, and by the server's log of the same run.

mod accounts;
mod behind;
mod certificates;
mod fixes;
mod inside;
mod keys;
mod lists;
mod others;
mod ways;

use std::time::{Duration, Instant};

use keywright::engine::doctor::log;
use serde_json::Value;

use crate::person::Person;
use crate::sshd::{Sshd, USER};

/// What a server writes of a visitor who has gone.
const ENDS: [&str; 4] = [
    "Connection closed by",
    "Connection reset by",
    "Disconnected from",
    "Disconnecting ",
];

/// Somebody who wants to log in on a server.
pub(crate) struct Scene {
    pub(crate) server: Sshd,
    pub(crate) person: Person,
}

/// What was said of one run.
#[derive(Debug)]
pub(crate) struct Told {
    /// What the server said when it was asked.
    pub(crate) live: String,
    /// What `ssh -v` printed, and `ssh -vv`.
    pub(crate) v: String,
    pub(crate) vv: String,
    /// What the server wrote meanwhile.
    pub(crate) log: String,
    texts: String,
}

impl Scene {
    pub(crate) fn with(lines: &str) -> Self {
        let server = Sshd::with(lines);
        let person = Person::knowing(&server);
        Self { server, person }
    }

    /// The same, where the server's log is the system's.
    pub(crate) fn with_system_log(lines: &str) -> Self {
        let server = Sshd::with_system_log(lines);
        let person = Person::knowing(&server);
        Self { server, person }
    }

    /// Logs in with these options of ssh, and has the Doctor ask with these words of its own.
    pub(crate) fn asks(&self, ssh: &[&str], doctor: &[&str]) -> Told {
        self.asks_as(USER, ssh, doctor)
    }

    pub(crate) fn asks_as(&self, user: &str, ssh: &[&str], doctor: &[&str]) -> Told {
        self.settle();
        let before = self.server.log().len();
        let port = self.server.port().to_string();
        let known = format!(
            "UserKnownHostsFile={}",
            self.person.home.path(".ssh/known_hosts").display()
        );
        let tool = self
            .person
            .home
            .tool("ssh")
            .args(["-vv", "-F", "none", "-o", "BatchMode=yes"]);
        let tool = tool.args(["-o", &known, "-o", "GlobalKnownHostsFile=none", "-p", &port]);
        let tool = ssh.iter().fold(tool, crate::tools::Tool::arg);
        let ran = tool.arg(format!("{user}@127.0.0.1")).arg("true").run();
        let vv = format!("{}{}", ran.stderr, ran.stdout);
        let log = self.log_since(before);
        let object = self.live(user, doctor);
        // What -v prints is what -vv prints without what only that has.
        let v: Vec<&str> = vv.lines().filter(|line| !line.starts_with("debug2: ")).collect();
        let v = v.join("\n");
        Told {
            live: first(&object),
            v: cause_of(&v),
            vv: cause_of(&vv),
            log: cause_of(&log),
            texts: format!("{object:#}\n{v}\n--- the server:\n{log}"),
        }
    }

    /// What the Doctor says when it asks the server.
    pub(crate) fn live(&self, user: &str, words: &[&str]) -> Value {
        let target = format!("{user}@127.0.0.1:{}", self.server.port());
        let ran = self.person.run(&[&["doctor", &target, "--json"], words].concat());
        assert!(matches!(ran.status, Some(0 | 1)), "{}{}", ran.out, ran.err);
        ran.object()
    }

    /// Waits until the server has written of all visitors that it told of that they have gone.
    fn settle(&self) {
        let started = Instant::now();
        let count = |log: &str, words: &[&str]| -> usize {
            words.iter().map(|words| log.matches(words).count()).sum()
        };
        loop {
            let log = self.server.log();
            if count(&log, &["Connection from "]) <= count(&log, &ENDS)
                || started.elapsed() > Duration::from_secs(2)
            {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What the server wrote after so many bytes, once the visitor has gone.
    fn log_since(&self, before: usize) -> String {
        let started = Instant::now();
        loop {
            let log = self.server.log().get(before..).unwrap_or_default().to_owned();
            let is_over = ENDS.iter().any(|end| log.contains(end));
            if is_over || started.elapsed() > Duration::from_secs(2) {
                return log;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The first cause of an object.
pub(crate) fn first(object: &Value) -> String {
    object["verdicts"][0]["cause"]
        .as_str()
        .expect("a cause")
        .to_owned()
}

/// The first cause that a log comes to.
pub(crate) fn cause_of(text: &str) -> String {
    let found = log::examine(text.as_bytes()).expect("it can be read");
    found.verdicts[0].cause.code().to_owned()
}

impl Told {
    /// Holds all four to a cause: what the server says when it is asked, what ssh prints, and what the server writes.
    #[track_caller]
    pub(crate) fn expect(&self, live: &str, client: &str, server: &str) {
        let found = [&self.live, &self.v, &self.vv, &self.log].map(String::as_str);
        // A server's log does not tell what happens on the other side.
        let log = if server.is_empty() { found[3] } else { server };
        assert_eq!(found, [live, client, client, log], "\n{}", self.texts);
    }
}

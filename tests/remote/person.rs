//! A person with a home folder, who runs the console program against a server.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::sshd::{PASSWORD, Sshd, USER};
use crate::tools::Folder;

pub(crate) struct Person {
    pub(crate) home: Folder,
}

/// How a run ended, and what it said.
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Person {
    /// Somebody with the keys `new` and `old`, who knows the server, and whose password is in `password`.
    pub(crate) fn knowing(server: &Sshd) -> Self {
        let person = Self { home: Folder::new() };
        std::fs::create_dir(person.home.path(".ssh")).expect("a folder");
        let known = format!(
            "[127.0.0.1]:{} {}",
            server.port(),
            server.folder().get_text("host_ed25519.pub")
        );
        person.home.put(".ssh/known_hosts", known.as_bytes());
        person.home.put("password", PASSWORD.as_bytes());
        for name in ["new", "old"] {
            person.makes(name, &format!("{name}@laptop"));
        }
        person
    }

    pub(crate) fn makes(&self, name: &str, comment: &str) {
        let words = ["generate", "-o", name, "-C", comment, "--no-passphrase"];
        self.run(&words).expect_status(0);
    }

    /// The line of `NAME.pub`.
    pub(crate) fn line(&self, name: &str) -> String {
        self.home.get_text(&format!("{name}.pub"))
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keywright-cli"));
        command
            .current_dir(self.home.path(""))
            .env("HOME", self.home.path(""))
            .env_remove("SSH_AUTH_SOCK")
            .env_remove("XDG_RUNTIME_DIR")
            .env_remove("XDG_CONFIG_HOME")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        self.command().args(words).output().expect("it starts").into()
    }

    /// `COMMAND jo@server …`, with `--json`.
    pub(crate) fn asks(&self, server: &Sshd, command: &str, words: &[&str]) -> Ran {
        let target = format!("{USER}@127.0.0.1:{}", server.port());
        self.run(&[&[command, &target, "--json"], words].concat())
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

impl Ran {
    #[track_caller]
    pub(crate) fn expect_status(&self, status: i32) -> &Self {
        assert_eq!(
            self.status,
            Some(status),
            "\nout: {}\nerr: {}",
            self.out,
            self.err
        );
        self
    }

    /// The one object of a run that succeeded.
    #[track_caller]
    pub(crate) fn object(&self) -> Value {
        self.expect_status(0);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// Holds the run to an error with this code, for which the outside world is to blame; its message and hint.
    #[track_caller]
    pub(crate) fn expect_error(&self, code: &str) -> String {
        self.expect_status(4);
        let last = self.out.lines().last().unwrap_or_default();
        let object: Value = serde_json::from_str(last).expect("an object on standard output");
        assert_eq!(object["error"]["code"], code, "{}", self.err);
        let text = |field: &str| object["error"][field].as_str().expect("text").to_owned();
        assert!(!text("hint").is_empty(), "{object}");
        format!("{} {}", text("message"), text("hint"))
    }
}

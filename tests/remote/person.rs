//! A person with a home folder, who runs the console program against a server.

use std::process::Command;

use crate::console::{Ran, console_at};
use crate::sshd::{PASSWORD, Sshd, USER};
use crate::tools::Folder;

pub(crate) struct Person {
    pub(crate) home: Folder,
}

impl Person {
    /// Somebody with the keys `new` and `old`, who knows the server, and whose password is in `password`.
    pub(crate) fn knowing(server: &Sshd) -> Self {
        Self::with_known_hosts(&format!(
            "[127.0.0.1]:{} {}",
            server.port(),
            server.folder().get_text("host_ed25519.pub")
        ))
    }

    /// The same, who knows the servers of these lines.
    pub(crate) fn with_known_hosts(lines: &str) -> Self {
        let person = Self { home: Folder::new() };
        std::fs::create_dir(person.home.path(".ssh")).expect("a folder");
        person.home.put(".ssh/known_hosts", lines.as_bytes());
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
        let mut command = console_at(&self.home.path(""));
        command.env_remove("SSH_AUTH_SOCK").env_remove("XDG_RUNTIME_DIR");
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        Ran::of(self.command().args(words))
    }

    /// `COMMAND jo@server …`, with `--json`.
    pub(crate) fn asks(&self, server: &Sshd, command: &str, words: &[&str]) -> Ran {
        let target = format!("{USER}@127.0.0.1:{}", server.port());
        self.run(&[&[command, &target, "--json"], words].concat())
    }
}

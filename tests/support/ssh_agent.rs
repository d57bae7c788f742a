//! A real `ssh-agent`, started by the test and ended with it.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const INSTALL: &str = "install it: apt-get install openssh-client";

pub(crate) struct SshAgent {
    socket: PathBuf,
    process: Child,
}

impl SshAgent {
    /// One that listens at `socket`.
    pub(crate) fn at(socket: PathBuf) -> Self {
        let process = Command::new("ssh-agent")
            .args(["-D", "-a"])
            .arg(&socket)
            // What asks for confirmation; it says no.
            .env("SSH_ASKPASS", "/bin/false")
            .env("DISPLAY", "none")
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("ssh-agent: {error}; {INSTALL}"));
        let mut agent = Self { socket, process };
        let begun = Instant::now();
        // It has a socket a moment before it listens.
        while UnixStream::connect(&agent.socket).is_err() {
            let is_waiting = agent.is_alive() && begun.elapsed() < Duration::from_secs(20);
            assert!(is_waiting, "it does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        agent
    }

    /// Whether it has not come to its end.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.process.try_wait().expect("it is our child").is_none()
    }

    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    /// What `ssh-add -l` says.
    pub(crate) fn listed(&self) -> String {
        let output = Command::new("ssh-add")
            .arg("-l")
            .env("SSH_AUTH_SOCK", &self.socket)
            .output()
            .unwrap_or_else(|error| panic!("ssh-add: {error}; {INSTALL}"));
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

impl Drop for SshAgent {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

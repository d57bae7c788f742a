//! A real `ssh-agent`, started by the test and ended with it.

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
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("ssh-agent: {error}; {INSTALL}"));
        let begun = Instant::now();
        while !socket.exists() {
            assert!(begun.elapsed() < Duration::from_secs(20), "it does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { socket, process }
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

//! Servers of a library that has nothing to do with ours: one that lets everybody in, and one that means ill.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::serving::make_host_key;
use crate::tools::Folder;

/// Such a server, for as long as a test takes.
pub(crate) struct Everybody {
    server: Child,
    port: u16,
    folder: Folder,
}

impl Everybody {
    /// See `everybody.py` for the ways.
    pub(crate) fn start(way: &str) -> Self {
        Self::running(include_str!("everybody.py"), way)
    }

    /// One that means ill; see `hostile.py` for the ways.
    pub(crate) fn hostile(way: &str) -> Self {
        Self::running(include_str!("hostile.py"), way)
    }

    fn running(program: &str, way: &str) -> Self {
        let folder = Folder::new();
        std::fs::create_dir(folder.path("home")).expect("a home");
        make_host_key(&folder, "ed25519", "host");
        let mut server = Command::new("/usr/bin/python3")
            .args(["-W", "ignore", "-c", program, way])
            .args([folder.path("host"), folder.path("home")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("/usr/bin/python3 starts");
        let mut line = String::new();
        BufReader::new(server.stdout.take().expect("it was asked for"))
            .read_line(&mut line)
            .expect("it says where it listens");
        let port = line.trim().parse();
        let port = port.expect("a port: is python3-asyncssh installed?");
        Self { server, port, folder }
    }

    pub(crate) fn address(&self) -> String {
        format!("jo@127.0.0.1:{}", self.port)
    }

    /// Its line in a list of known hosts.
    pub(crate) fn known(&self) -> String {
        format!("[127.0.0.1]:{} {}", self.port, self.folder.get_text("host.pub"))
    }

    /// The list of keys.
    pub(crate) fn list(&self) -> String {
        std::fs::read_to_string(self.folder.path("home/.ssh/authorized_keys")).unwrap_or_default()
    }
}

impl Drop for Everybody {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

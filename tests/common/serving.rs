//! What every `sshd` needs that a test starts: a free port, a host key, and somebody who waits until it listens.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use crate::tools::{Folder, Running};

/// How long a server may take until it listens.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What sshd, dropbear, and what starts tinysshd write into their logs when they listen.
const LISTENING: [&str; 3] = ["Server listening on", "Not backgrounding", "Listening on"];

/// Starts a server on a port that nobody has. `start` runs one on the port that it is given, with its log in `log` of
/// the folder; what it says for want of a log is explained by `needs`.
pub(crate) fn on_a_free_port(
    folder: &Folder,
    needs: &str,
    mut start: impl FnMut(u16) -> Running,
) -> (Running, u16) {
    // Somebody else may take the port between our look and sshd's.
    for _ in 0..5 {
        let port = free_port();
        if let Some(sshd) = listening(folder, needs, start(port)) {
            return (sshd, port);
        }
    }
    panic!("sshd found no port in five tries");
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("it has an address").port()
}

/// The server once it listens; nothing if somebody else has its port.
fn listening(folder: &Folder, needs: &str, mut sshd: Running) -> Option<Running> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        // That somebody listens on the port does not mean that it is this server.
        let log = log_of(folder);
        if LISTENING.iter().any(|words| log.contains(words)) {
            return Some(sshd);
        }
        if sshd.is_over() {
            let is_taken = log.contains("Address already in use");
            assert!(is_taken, "sshd does not start{needs}: {log}{}", sshd.last_words());
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("sshd does not listen: {}", log_of(folder));
}

/// Writes the configuration of an `sshd` on this port. `lines` count before what is the same for every one: it takes
/// keys only, and as many visitors at once as there are tests.
pub(crate) fn write_config(folder: &Folder, port: u16, lines: &str) {
    let config = format!(
        "{lines}\
         ListenAddress 127.0.0.1:{port}\n\
         MaxStartups 100\n\
         PasswordAuthentication no\n\
         KbdInteractiveAuthentication no\n\
         PrintMotd no\n"
    );
    folder.put("sshd_config", config.as_bytes());
}

/// What the server of this folder wrote into its log until now.
pub(crate) fn log_of(folder: &Folder) -> String {
    // Before sshd has begun, there is none.
    let bytes = std::fs::read(folder.path("log")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A host key of this kind.
pub(crate) fn make_host_key(folder: &Folder, kind: &str, name: &str) {
    let tool = folder.tool("ssh-keygen");
    let made = tool
        .args(["-q", "-t", kind, "-N", "", "-C", "", "-f", name])
        .output();
    made.expect("a host key");
}

//! Agents of other users: no key is handed to them, whatever their sockets look like.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use keywright::format::agent::Constraints;
use keywright::key::comment::Comment;
use keywright::sys::agent::{Agent, AgentFault};

use crate::common::Kind;
use crate::sshd::as_root;
use crate::tools::Folder;

/// Nobody on this machine.
const STRANGER: &str = "61235";

/// A program that the stranger runs.
fn as_stranger(program: &str) -> std::process::Command {
    let mut command = as_root("setpriv");
    command.args([
        "--reuid",
        STRANGER,
        "--regid",
        STRANGER,
        "--clear-groups",
        program,
    ]);
    command
}

/// A real `ssh-agent` of the stranger's, at a socket that is made ours.
struct Strange(Child);

impl Strange {
    fn at(socket: &Path) -> Self {
        let agent = as_stranger("ssh-agent")
            .args(["-D", "-a"])
            .arg(socket)
            .stdout(Stdio::null())
            .spawn()
            .expect("setpriv (util-linux) and ssh-agent (openssh-client)");
        let begun = Instant::now();
        while !socket.exists() {
            assert!(begun.elapsed() < Duration::from_secs(20), "it does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        let me = rustix::process::geteuid().as_raw().to_string();
        let given = as_root("chown").arg(me).arg(socket).status();
        assert!(given.expect("chown").success(), "the socket becomes ours");
        Self(agent)
    }
}

impl Drop for Strange {
    fn drop(&mut self) {
        let ended = as_root("kill").arg(self.0.id().to_string()).status();
        assert!(ended.expect("kill").success(), "the agent ends");
        self.0.wait().expect("it is our child");
    }
}

#[test]
fn an_agent_of_another_user_is_given_no_key_though_its_socket_is_ours() {
    let folder = Folder::new();
    crate::sshd::set_mode(&folder.path(""), 0o777);
    let (socket, link) = (folder.path("agent"), folder.path("link"));
    let _strange = Strange::at(&socket);
    symlink(&socket, &link).expect("a link");
    for place in [&socket, &link] {
        let key = Kind::Ed25519.key();
        let added = Agent::at(place).add(key, None, &Comment::default(), Constraints::default());
        assert!(matches!(added, Err(AgentFault::NotYours { .. })), "{added:?}");
    }
    // Root alone may ask: the stranger cannot open what is ours by now.
    let held = as_root("env")
        .arg(format!("SSH_AUTH_SOCK={}", socket.display()))
        .args(["ssh-add", "-l"])
        .output()
        .expect("ssh-add");
    assert_eq!(
        String::from_utf8_lossy(&held.stdout),
        "The agent has no identities.\n"
    );
}

//! A real `sshd` on this machine for as long as one test takes.

use crate::serving::{log_of, make_host_key, on_a_free_port, write_config};
use crate::tools::{Folder, Running, Tool, found, is_root};

/// A server that lets nobody in but the owners of the keys in `authorized_keys`.
pub(crate) struct Server {
    sshd: Running,
    port: u16,
    user: String,
    folder: Folder,
}

impl Server {
    /// Starts one that admits the keys of these public key lines.
    pub(crate) fn admitting(lines: &[String]) -> Self {
        let folder = Folder::new();
        make_separation_folder();
        make_host_key(&folder, "ed25519", "host_key");
        folder.put("authorized_keys", (lines.join("\n") + "\n").as_bytes());
        let user = folder.tool("id").arg("-un").output().expect("a user's name");
        let user = user.trim().to_owned();
        let (sshd, port) = on_a_free_port(&folder, "", |port| start(&folder, port));
        Self {
            sshd,
            port,
            user,
            folder,
        }
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The public key that it shows.
    pub(crate) fn host_key(&self) -> String {
        self.folder.get_text("host_key.pub")
    }

    /// `ssh`, about to run a command here as the only thing it can do; the key is still to be named.
    pub(crate) fn ssh(&self, folder: &Folder) -> Tool {
        folder.put(
            "known_hosts",
            format!("[127.0.0.1]:{} {}", self.port, self.host_key()).as_bytes(),
        );
        self.ssh_knowing(folder, "known_hosts")
    }

    /// The same, with a file of known hosts that may or may not know this one.
    pub(crate) fn ssh_knowing(&self, folder: &Folder, known_hosts: &str) -> Tool {
        folder
            .tool("ssh")
            .args(["-F", "none", "-p", &self.port.to_string()])
            .args(["-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"])
            .args(["-o", "StrictHostKeyChecking=yes"])
            .args(["-o", &format!("UserKnownHostsFile={known_hosts}")])
            .args(["-o", "GlobalKnownHostsFile=none"])
            .args(["-o", "ConnectTimeout=20"])
            .arg(format!("{}@127.0.0.1", self.user))
    }

    /// `plink`, likewise.
    pub(crate) fn plink(&self, folder: &Folder) -> Tool {
        let shown = self
            .folder
            .tool("ssh-keygen")
            .args(["-l", "-f", "host_key.pub"])
            .output()
            .expect("a fingerprint");
        let fingerprint = shown.split(' ').nth(1).expect("it is the second word");
        folder
            .tool("plink")
            .args(["-batch", "-ssh", "-noagent", "-P", &self.port.to_string()])
            .args(["-hostkey", fingerprint])
            .args(["-l", &self.user])
    }

    /// What the server wrote into its log; it does not serve any more then.
    pub(crate) fn log(mut self) -> String {
        self.sshd.last_words();
        log_of(&self.folder)
    }
}

/// sshd runs in its usual way, as a program of whoever runs the tests.
fn start(folder: &Folder, port: u16) -> Running {
    let file = |name: &str| folder.path(name).display().to_string();
    let lines = format!(
        "HostKey {}\n\
         AuthorizedKeysFile {}\n\
         PidFile none\n\
         LogLevel VERBOSE\n\
         # The folder lies below /tmp, which everybody may write to.\n\
         StrictModes no\n\
         PermitRootLogin prohibit-password\n\
         AuthenticationMethods publickey\n\
         # macOS and Debian turn it on in what they ship; only root could use it.\n\
         UsePAM no\n",
        file("host_key"),
        file("authorized_keys"),
    );
    write_config(folder, port, &lines);
    let program = found("sshd").display().to_string();
    // It calls itself again from another folder, so all paths are whole.
    folder
        .tool(&program)
        .args(["-D", "-f", &file("sshd_config"), "-E", &file("log")])
        .start()
}

/// An sshd of root's needs this folder; where no sshd has been started yet, it is missing.
fn make_separation_folder() {
    if is_root() && cfg!(target_os = "linux") {
        std::fs::create_dir_all("/run/sshd").expect("root makes /run/sshd");
    }
}

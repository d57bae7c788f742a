//! A real `sshd` on this machine for as long as one test takes, with an account that only it knows.

use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use keywright::format::ssh_config::SshConfig;
use keywright::format::{self, Parsed, PublicFile, public_line};
use keywright::key::comment::Comment;
use keywright::key::watch::Unwatched;
use keywright::key::{KeyPair, PublicKey};
use keywright::sys::remote::{Connection, Credential, Expect, Handshake, KnownHostsFiles, SignIn, Target};

use crate::serving::{self, PATIENCE, log_of, make_host_key, on_a_free_port};
use crate::tools::{Folder, Running, found, is_root};

/// The account, and what opens it.
pub(crate) const USER: &str = "jo";
pub(crate) const PASSWORD: &str = "pässword $(id) 'x'";
/// The account's number where root runs the tests; otherwise it is that of whoever does.
const UID: u32 = 61_234;

/// The one host key that all have in common: half a second goes by until such a one is made.
static RSA_KEY: LazyLock<[(&str, Vec<u8>); 2]> = LazyLock::new(|| {
    let folder = Folder::new();
    make_host_key(&folder, "rsa", "host_rsa");
    ["host_rsa", "host_rsa.pub"].map(|name| (name, folder.get(name)))
});

/// A server and its one account.
pub(crate) struct Sshd {
    running: Option<Running>,
    port: u16,
    folder: Folder,
}

impl Sshd {
    /// One that takes keys only.
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    /// One with these lines in its configuration, which count before all others. `HOME` and `FOLDER` in them stand for
    /// the account's home and the server's own folder.
    pub(crate) fn with(lines: &str) -> Self {
        Self::of(|folder, port| {
            write_config(folder, port, lines);
            let sshd = format!(
                "\"{}\" -D -f \"$1/sshd_config\" -E \"$1/log\"",
                found("sshd").display()
            );
            run(folder, &sshd)
        })
    }

    /// The same, whose log is the system's: `/var/log/auth.log`, as rsyslog writes it of what sshd says to `/dev/log`. The
    /// real sshd says it; who writes it down stands in for rsyslog.
    pub(crate) fn with_system_log(lines: &str) -> Self {
        Self::of(|folder, port| {
            write_config(folder, port, lines);
            let sshd = found("sshd");
            let started = format!("{SYSTEM_LOG}\"{}\" -D -f \"$1/sshd_config\"", sshd.display());
            let socket = folder.path("syslog");
            drop(std::fs::remove_file(&socket));
            let heard = UnixDatagram::bind(&socket).expect("a socket");
            set_mode(&socket, 0o666);
            let log = folder.path("log");
            std::thread::Builder::new()
                .name("rsyslog".to_owned())
                .spawn(move || write_down(&heard, &log))
                .expect("a thread");
            run(folder, &started)
        })
    }

    /// Another program that speaks SSH: the one of routers.
    pub(crate) fn dropbear() -> Self {
        let server = Self::of(|folder, port| {
            let converted = folder.path("host_dropbear");
            if !converted.exists() {
                let tool = folder
                    .tool("dropbearconvert")
                    .args(["openssh", "dropbear", "host_ed25519"]);
                tool.arg(&converted).output().expect("its kind of key file");
            }
            let dropbear = format!(
                "dropbear -F -E -p 127.0.0.1:{port} -r \"$1/host_dropbear\" -P \"$1/pid\" 2>>\"$1/log\""
            );
            run(folder, &dropbear)
        });
        assert!(server.log().contains("Not backgrounding"), "{}", server.log());
        server
    }

    /// One that takes Ed25519 keys only, and serves one session on a connection.
    pub(crate) fn tinysshd() -> Self {
        let server = Self::of(|folder, port| {
            let keys = folder.path("tiny");
            if !keys.exists() {
                let made = folder.tool("tinysshd-makekey").arg("-q").arg(&keys);
                made.output().expect("its host key");
            }
            // It looks at every folder above the home, and takes none that everybody may write to.
            let tinysshd = format!(
                "sh -c '
                mount -t tmpfs -o mode=755 none /mnt && mkdir /mnt/jo && mount --bind \"$1/home\" /mnt/jo
                sed \"1s|::[^:]*/home:|::/mnt/jo:|\" \"$1/passwd\" > /mnt/passwd
                cat /mnt/passwd > \"$1/passwd\"
                exec systemd-socket-activate --listen=127.0.0.1:{port} --accept --inetd tinysshd -v \"$1/tiny\"
                ' sh \"$1\" >>\"$1/log\" 2>&1"
            );
            run(folder, &tinysshd)
        });
        let printed = server
            .folder
            .tool("tinysshd-printkey")
            .arg(server.folder.path("tiny"));
        let printed = printed.output().expect("its host key");
        let line = printed.lines().find(|line| line.starts_with("ssh-ed25519 "));
        let line = format!("{}\n", line.expect("an Ed25519 key"));
        server.folder.put("host_ed25519.pub", line.as_bytes());
        server
    }

    /// A folder with an account and host keys, and the server that is started there on a port.
    fn of(mut start: impl FnMut(&Folder, u16) -> Running) -> Self {
        let folder = Folder::new();
        // The account has to come through here to its home.
        set_mode(&folder.path(""), 0o755);
        std::fs::create_dir(folder.path("home")).expect("a home");
        give(&folder.path("home"));
        set_mode(&folder.path("home"), 0o755);
        for kind in ["ed25519", "ecdsa"] {
            make_host_key(&folder, kind, &format!("host_{kind}"));
        }
        for (name, bytes) in &*RSA_KEY {
            folder.put(name, bytes);
        }
        write_accounts(&folder);
        let needs = "; it needs root, or sudo without a password, and unshare (util-linux)";
        let (running, port) = on_a_free_port(&folder, needs, |port| start(&folder, port));
        Self {
            running: Some(running),
            port,
            folder,
        }
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The account's home folder.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path("home")
    }

    /// The folder in which the server's own files lie.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The list of keys in its usual place.
    pub(crate) fn authorized_keys(&self) -> PathBuf {
        self.home().join(".ssh/authorized_keys")
    }

    /// Makes the list of keys, as `ssh-copy-id` would.
    #[allow(clippy::disallowed_methods, reason = "lays out what is there before")]
    pub(crate) fn authorize(&self, text: &str) {
        let ssh = self.home().join(".ssh");
        if !ssh.exists() {
            std::fs::create_dir(&ssh).expect("a folder");
            set_mode(&ssh, 0o700);
            give(&ssh);
        }
        std::fs::write(self.authorized_keys(), text).expect("a list");
        set_mode(&self.authorized_keys(), 0o600);
        give(&self.authorized_keys());
    }

    /// The public key of this kind that the server shows.
    pub(crate) fn host_key(&self, kind: &str) -> PublicKey {
        let line = self.folder.get(&format!("host_{kind}.pub"));
        public(&line).key
    }

    /// `jo@127.0.0.1:PORT`, with known hosts in `known_hosts` of the server's folder, where there is nothing yet.
    pub(crate) fn target(&self) -> Target {
        self.target_with("")
    }

    /// The same, with further lines in ssh's configuration.
    pub(crate) fn target_with(&self, lines: &str) -> Target {
        let known_hosts = self.folder.path("known_hosts");
        let config = format!(
            "UserKnownHostsFile {}\nGlobalKnownHostsFile none\n{lines}\n",
            known_hosts.display()
        );
        let config = SshConfig::parse(config.into_bytes()).expect("text");
        let text = format!("{USER}@127.0.0.1:{}", self.port);
        Target::parse(&text, &config.into(), "nobody").expect("a target")
    }

    /// A connection to it on which nobody has signed in.
    pub(crate) fn connect(&self) -> Connection {
        let target = self.target();
        let lists = KnownHostsFiles::read(&target).expect("lists of hosts");
        let handshake = Handshake::open(&target, Expect::Listed(&lists), &Unwatched);
        let handshake = handshake.unwrap_or_else(|fault| panic!("{fault}\n{}", self.log()));
        handshake.go_on_if_new().expect("it is new")
    }

    /// A connection to it on which the owner of the key has signed in.
    pub(crate) fn signed_in(&self, key: &KeyPair) -> Connection {
        let mut connection = self.connect();
        let answer = connection.sign_in(Credential::Key(key, None), &Unwatched);
        let answer = answer.unwrap_or_else(|fault| panic!("{fault}\n{}", self.log()));
        assert_eq!(answer, SignIn::Done, "{}", self.log());
        connection
    }

    /// Sets since when the account's password holds, and until when password and account do (the last six fields of
    /// shadow(5)).
    pub(crate) fn set_ages(&self, ages: &str) {
        let line = format!("{USER}:{}:{ages}\n", *HASH);
        // Written where it is: the server has another name for it.
        let mut tee = as_root("tee")
            .arg(self.folder.path("shadow"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("tee");
        tee.stdin
            .take()
            .expect("it reads")
            .write_all(line.as_bytes())
            .expect("it reads");
        assert!(tee.wait().expect("it ends").success());
    }

    /// Changes the account's line in the list of accounts.
    #[allow(clippy::disallowed_methods, reason = "lays out what is there before")]
    pub(crate) fn set_account(&self, change: impl Fn(&str) -> String) {
        let before = self.folder.get_text("passwd");
        let (line, others) = before.split_once('\n').expect("lines");
        let after = format!("{}\n{others}", change(line));
        // Written where it is: the server has another name for it.
        std::fs::write(self.folder.path("passwd"), after).expect("accounts");
    }

    /// The number of its process, which it writes down when it listens already.
    pub(crate) fn pid(&self) -> String {
        let started = Instant::now();
        loop {
            let bytes = std::fs::read(self.folder.path("pid")).unwrap_or_default();
            if bytes.ends_with(b"\n") {
                return String::from_utf8_lossy(&bytes).trim().to_owned();
            }
            assert!(started.elapsed() < PATIENCE, "it has no number: {}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What the server wrote into its log until now.
    pub(crate) fn log(&self) -> String {
        log_of(&self.folder)
    }

    /// Has it read its configuration and its host keys anew.
    pub(crate) fn reload(&self) {
        let pid = self.pid();
        let before = self.log().matches("Server listening on").count();
        as_root("kill").arg("-HUP").arg(pid).status().expect("kill");
        let started = Instant::now();
        while self.log().matches("Server listening on").count() == before {
            assert!(
                started.elapsed() < PATIENCE,
                "it does not come back: {}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends the server as a power cut would, and every connection with it.
    pub(crate) fn kill(&mut self) {
        // Those that serve a connection outlive the first one.
        let mut all = vec![self.pid()];
        let mut next = 0;
        while let Some(pid) = all.get(next) {
            let children = Command::new("pgrep")
                .args(["-P", pid])
                .output()
                .expect("pgrep (procps)");
            let children = String::from_utf8(children.stdout).expect("numbers");
            all.extend(children.split_whitespace().map(str::to_owned));
            next += 1;
        }
        as_root("kill").arg("-KILL").args(&all).status().expect("kill");
        self.running = None;
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        if self.running.is_some() && !is_root() {
            let pid = self.pid();
            drop(as_root("kill").arg(pid).status());
        }
    }
}

/// What a public file holds.
pub(crate) fn public(bytes: &[u8]) -> PublicFile {
    match format::parse(bytes) {
        Ok(Parsed::Public(file)) => file,
        other => panic!("no public key: {other:?}"),
    }
}

/// A line for `authorized_keys`.
pub(crate) fn line_of(key: &KeyPair) -> String {
    format!("{}\n", public_line::encode(key.public(), &Comment::default()))
}

/// Makes root the owner of a file or folder, who lets everybody read it.
pub(crate) fn take(path: &std::path::Path) {
    set_mode(path, 0o644);
    let taken = as_root("chown").arg("0:0").arg(path).status();
    assert!(taken.expect("chown").success(), "root takes {}", path.display());
}

/// Makes the account the owner of a file or folder.
pub(crate) fn give(path: &std::path::Path) {
    if is_root() {
        chown(path, Some(UID), Some(UID)).expect("root gives");
    }
}

pub(crate) fn set_mode(path: &std::path::Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("its owner may");
}

/// A program that root runs.
pub(crate) fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}

/// What opens the account, as `shadow` has it.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let made = Folder::new()
        .tool("openssl")
        .args(["passwd", "-6", PASSWORD])
        .output();
    made.expect("a hash").trim().to_owned()
});
/// Since when it does so, and for how long (shadow(5)).
const AGES: &str = "19000:0:99999:7:::";

/// Accounts as they are, and one more.
fn write_accounts(folder: &Folder) {
    let read = |path: &str| std::fs::read_to_string(path).expect("the system's accounts");
    let uid = if is_root() {
        UID
    } else {
        rustix::process::getuid().as_raw()
    };
    let home = folder.path("home");
    let entry = format!("{USER}:x:{uid}:{uid}::{}:/bin/sh\n", home.display());
    folder.put_with_mode("passwd", (entry + &read("/etc/passwd")).as_bytes(), 0o644);
    folder.put("shadow", format!("{USER}:{}:{AGES}\n", *HASH).as_bytes());
    let pam = "auth required pam_unix.so\naccount required pam_unix.so\nsession optional pam_unix.so\n";
    folder.put_with_mode("pam", pam.as_bytes(), 0o644);
}

fn write_config(folder: &Folder, port: u16, lines: &str) {
    let file = |name: &str| folder.path(name).display().to_string();
    let lines = lines
        .replace("HOME", &file("home"))
        .replace("FOLDER", folder.path("").to_string_lossy().trim_end_matches('/'));
    let sftp = if lines.contains("Subsystem") {
        ""
    } else {
        "Subsystem sftp internal-sftp\n"
    };
    let lines = format!(
        "{sftp}{lines}\n\
         HostKey {}\n\
         HostKey {}\n\
         HostKey {}\n\
         PidFile {}\n\
         LogLevel DEBUG1\n\
         UseDNS no\n",
        file("host_ed25519"),
        file("host_ecdsa"),
        file("host_rsa"),
        file("pid"),
    );
    serving::write_config(folder, port, &lines);
}

/// What root does for the server: the accounts, and what decides about passwords, are this server's alone.
const SCRIPT: &str = r#"
mkdir -p /run/sshd
mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/shadow" /etc/shadow || exit 3
if [ -e /etc/pam.d/sshd ]; then mount --bind "$1/pam" /etc/pam.d/sshd || exit 3; fi
chown 0:0 "$1/shadow"
exec "#;

/// A `/dev` whose `log` is the folder's, and the folder's log among the system's; begins behind `exec`.
const SYSTEM_LOG: &str = r#"sh -c '
mkdir -p "$1/dev" "$1/logs"
mount -t tmpfs -o mode=755 none "$1/dev" || exit 3
for name in null zero full random urandom tty ptmx; do cp -a /dev/$name "$1/dev/"; done
mkdir "$1/dev/pts" && mount --bind /dev/pts "$1/dev/pts" || exit 3
ln -s /proc/self/fd "$1/dev/fd"
ln -s "$1/syslog" "$1/dev/log"
mount --bind "$1/dev" /dev || exit 3
: > "$1/logs/auth.log"
mount --bind "$1/logs" /var/log && mount --bind "$1/log" /var/log/auth.log || exit 3
shift
exec "$@"
' sh "$1" "#;

/// Writes what is heard as rsyslog does: `<38>Dec  1 11:50:04 sshd[12]: …`, with a name of a computer.
fn write_down(heard: &UnixDatagram, log: &std::path::Path) {
    let mut bytes = [0; 8192];
    while let Ok(size) = heard.recv(&mut bytes) {
        let text = String::from_utf8_lossy(&bytes[..size]).replace(['\n', '\0'], " ");
        let text = text.split_once('>').map_or(text.as_str(), |(_, text)| text);
        let Some((day, words)) = text.split_at_checked(16) else {
            continue;
        };
        let file = std::fs::OpenOptions::new().append(true).open(log);
        // The test may be over, and its folder gone.
        let Ok(mut file) = file else { return };
        drop(file.write_all(format!("{day}web {words}\n").as_bytes()));
    }
}

/// Runs this command of a shell, for which `$1` is the folder.
fn run(folder: &Folder, command: &str) -> Running {
    let place = folder.path("");
    let place = place.to_string_lossy();
    // Where root starts the server, the log is still to be read by whoever runs the tests.
    folder.put("log", b"");
    let tool = if is_root() {
        folder.tool("unshare")
    } else {
        folder.tool("sudo").args(["-n", "unshare"])
    };
    tool.args([
        "--mount",
        "sh",
        "-c",
        &format!("{SCRIPT}{command}"),
        "sh",
        place.trim_end_matches('/'),
    ])
    .start()
}

//! Running other programs, in a folder of their own and without anybody to ask.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use crate::common::seed;

const INSTALL: &str = "sudo apt-get install openssh-client openssh-server putty-tools openssl python3-jwcrypto python3-paramiko python3-asyncssh dropbear-bin age";
/// None of these programs has more to do than this; one that waits for a person is stopped.
const DEADLINE: Duration = Duration::from_mins(1);

/// A temporary folder with the files of one test.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file that only its owner may read.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        self.put_with_mode(name, bytes, 0o600);
    }

    pub(crate) fn put_with_mode(&self, name: &str, bytes: &[u8], mode: u32) {
        put_with_mode(&self.path(name), bytes, mode);
    }

    pub(crate) fn get(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn get_text(&self, name: &str) -> String {
        String::from_utf8(self.get(name)).expect("it is text")
    }

    /// A program to be run in this folder, which is its home as well.
    pub(crate) fn tool(&self, program: &str) -> Tool {
        let mut command = Command::new(found(program));
        command
            .current_dir(self.0.path())
            .env("HOME", self.0.path())
            .env("LC_ALL", "C.UTF-8")
            // It must not ask on the terminal of whoever runs the tests.
            .env("SSH_ASKPASS", "/bin/false")
            .env("SSH_ASKPASS_REQUIRE", "force")
            .env_remove("SSH_AUTH_SOCK")
            .env_remove("DISPLAY");
        Tool {
            command,
            line: program.to_owned(),
        }
    }
}

/// Writes a file that has this mode if it is a new one, less the umask.
pub(crate) fn put_with_mode(path: &Path, bytes: &[u8], mode: u32) -> File {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(path)
        .expect("a file of one's own");
    file.write_all(bytes).expect("there is room");
    file
}

/// A program, its arguments, and how to show them in a complaint.
pub(crate) struct Tool {
    command: Command,
    line: String,
}

/// What a program left behind.
pub(crate) struct Ran {
    pub(crate) is_success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Its standard output to the byte.
    printed: Vec<u8>,
    line: String,
}

impl Tool {
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        let argument = argument.as_ref();
        let shown: String = argument.to_string_lossy().chars().take(80).collect();
        self.line.push(' ');
        self.line.push_str(&shown);
        self.command.arg(argument);
        self
    }

    pub(crate) fn args<const N: usize>(self, arguments: [&str; N]) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Starts it and leaves it running.
    pub(crate) fn start(mut self) -> Running {
        let child = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}; {INSTALL}", self.line));
        Running {
            child,
            line: self.line,
        }
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Ran {
        self.start().wait()
    }

    /// What it prints, or what it complains about.
    pub(crate) fn output(self) -> Result<String, String> {
        let ran = self.run();
        if ran.is_success {
            Ok(ran.stdout)
        } else {
            Err(ran.complaint())
        }
    }

    /// The same of a program that prints no text.
    pub(crate) fn bytes(self) -> Result<Vec<u8>, String> {
        let ran = self.run();
        if ran.is_success {
            Ok(ran.printed)
        } else {
            Err(ran.complaint())
        }
    }
}

impl Ran {
    pub(crate) fn complaint(&self) -> String {
        format!("`{}` failed: {}{}", self.line, self.stderr, self.stdout)
    }
}

/// A program that is running; it is ended with the test.
pub(crate) struct Running {
    child: std::process::Child,
    line: String,
}

impl Running {
    /// Whether it has come to its end.
    pub(crate) fn is_over(&mut self) -> bool {
        self.child.try_wait().expect("it is our child").is_some()
    }

    pub(crate) fn wait(mut self) -> Ran {
        let (stdout, stderr) = (self.child.stdout.take(), self.child.stderr.take());
        // Who prints much waits until it is read.
        let (status, printed, said) = std::thread::scope(|scope| {
            let (printed, said) = (scope.spawn(|| read(stdout)), scope.spawn(|| read(stderr)));
            let status = self.ended();
            let [printed, said] = [printed, said].map(|pipe| pipe.join().expect("a pipe is read"));
            (status, printed, said)
        });
        Ran {
            is_success: status.success(),
            stdout: text(&printed),
            stderr: text(&said),
            printed,
            line: self.line.clone(),
        }
    }

    fn ended(&mut self) -> ExitStatus {
        let started = Instant::now();
        loop {
            match self.child.try_wait().expect("it is our child") {
                Some(status) => return status,
                None if started.elapsed() > DEADLINE => {
                    self.end();
                    panic!("`{}` does not come to an end", self.line);
                }
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        }
    }

    /// Ends it and says what it had to say until then.
    pub(crate) fn last_words(&mut self) -> String {
        self.end();
        text(&read(self.child.stderr.take()))
    }

    fn end(&mut self) {
        // It may have ended by itself, and then there is nothing to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

fn read(pipe: Option<impl std::io::Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    pipe.expect("both ends were asked for")
        .read_to_end(&mut bytes)
        .expect("a pipe can be read");
    bytes
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Where a program is: on the path, or among those for the administrator.
pub(crate) fn found(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let further = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(further)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{program} is needed: {INSTALL}"))
}

/// Major and minor version of the installed `puttygen`; nothing for one that is no release.
pub(crate) fn puttygen_version() -> Option<(u32, u32)> {
    static VERSION: LazyLock<Option<(u32, u32)>> = LazyLock::new(|| {
        let printed = Folder::new().tool("puttygen").arg("--version").run().stdout;
        version_behind(&printed, "Release ")
    });
    *VERSION
}

/// Major and minor version of the installed OpenSSH.
pub(crate) fn openssh_version() -> Option<(u32, u32)> {
    let printed = Folder::new().tool("ssh").arg("-V").run().stderr;
    version_behind(&printed, "OpenSSH_")
}

fn version_behind(text: &str, label: &str) -> Option<(u32, u32)> {
    let (_, rest) = text.split_once(label)?;
    let mut numbers = rest.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Fails with everything that went wrong, and says how to see it again.
pub(crate) fn hold(results: Vec<Result<(), String>>) {
    let count = results.len();
    let complaints: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    assert!(
        complaints.is_empty(),
        "{} of {count} went wrong (KEYWRIGHT_TEST_SEED={} makes the same keys):\n{}",
        complaints.len(),
        seed(),
        complaints.join("\n")
    );
}

/// Whether two texts are the same.
pub(crate) fn same(what: &str, found: &str, expected: &str) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}:\n  found    {found:?}\n  expected {expected:?}"))
    }
}

/// Whether whoever runs the tests may do everything.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The permission bits of a file.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path)
        .expect("it was just made")
        .permissions()
        .mode()
        & 0o777
}

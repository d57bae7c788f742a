//! A folder that is also the home of whoever runs the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

pub(crate) use crate::console::Ran;
use crate::console::{at_home, console_at};

/// Key derivation that takes no time, for tests that are about something else.
pub(crate) const QUICK: [&str; 2] = ["--kdf-rounds", "1"];

pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// One with the files `key` and `key.pub`, unencrypted.
    pub(crate) fn with_key() -> Self {
        let home = Self::new();
        home.run(&["generate", "-o", "key", "-C", "me@here", "--no-passphrase"])
            .expect_status(0);
        home
    }

    /// One with the files `key` and `key.pub`, whose passphrase is `secret`.
    pub(crate) fn with_locked_key() -> Self {
        let home = Self::new();
        home.write("pass", b"secret\n");
        let words = [
            "generate",
            "-o",
            "key",
            "-C",
            "me@here",
            "--new-passphrase-file",
            "pass",
        ];
        home.run(&[&words[..], &QUICK].concat()).expect_status(0);
        home
    }

    /// One with the key `.ssh/id_old`, of which it is noted that it was installed on a server.
    #[cfg(target_os = "linux")]
    pub(crate) fn with_installed_key() -> Self {
        let home = Self::new();
        for folder in [".ssh", ".config/keywright"] {
            fs::create_dir_all(home.path(folder)).expect("a folder");
        }
        home.run(&["generate", "-o", ".ssh/id_old", "--no-passphrase"])
            .expect_status(0);
        let listed = home.object(&["keys", "list"]);
        let print = listed["fingerprint_sha256"].as_str().expect("text");
        let on = "{ server = \"jo@example.org\", date = \"2026-01-31\" }";
        let register = format!("[key.\"{print}\"]\ninstalled = [{on}]\n");
        home.write(".config/keywright/keys.toml", register.as_bytes());
        home
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    #[expect(clippy::disallowed_methods, reason = "lays out what is there before")]
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).expect("written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file of text")
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The names of all files, hidden ones too.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .collect();
        names.sort();
        names
    }

    #[cfg(unix)]
    pub(crate) fn mode(&self, name: &str) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(self.path(name))
            .expect("a file")
            .permissions()
            .mode()
            & 0o777
    }

    /// The program in this folder, without a terminal and without anything to read.
    pub(crate) fn command(&self) -> Command {
        console_at(self.0.path())
    }

    /// The program in this folder, run by somebody to whom the system denies something: root has all of it given to them.
    #[cfg(unix)]
    pub(crate) fn command_of_somebody(&self) -> Command {
        use std::os::unix::process::CommandExt as _;

        if !rustix::process::geteuid().is_root() {
            return self.command();
        }
        give_all(self.0.path());
        let mut command = at_home(program_for_all().to_str().expect("UTF-8"), self.0.path());
        command.uid(SOMEBODY).gid(SOMEBODY);
        command
    }

    /// Another program in this folder.
    pub(crate) fn other(&self, program: &str) -> Command {
        at_home(program, self.0.path())
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        Ran::of(self.command().args(words))
    }

    /// A run that must succeed, and what it printed on standard output.
    pub(crate) fn text(&self, words: &[&str]) -> String {
        let ran = self.run(words);
        ran.expect_status(0);
        ran.out
    }

    /// A run with `--json` that must succeed, and its one object.
    pub(crate) fn object(&self, words: &[&str]) -> Value {
        let ran = self.run(&[words, &["--json"]].concat());
        ran.expect_status(0);
        assert!(
            ran.err.is_empty() || ran.err.starts_with("warning: ") || ran.err.starts_with("note: "),
            "{}",
            ran.err
        );
        ran.object()
    }

    /// What `ssh-keygen` or `puttygen` prints; it must succeed.
    #[cfg(unix)]
    pub(crate) fn tool(&self, program: &str, words: &[&str]) -> String {
        let output = self.other(program).args(words).output().unwrap_or_else(|error| {
            panic!("{program}: {error}. Install it: apt-get install openssh-client putty-tools")
        });
        let ran = Ran::from(output);
        ran.expect_status(0);
        ran.out
    }
}

/// Somebody without rights.
#[cfg(unix)]
pub(crate) const SOMEBODY: u32 = 12345;

/// The program where everybody may run it.
#[cfg(unix)]
fn program_for_all() -> &'static Path {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::LazyLock;

    static PROGRAM: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        let program = folder.path().join("keywright-cli");
        fs::copy(env!("CARGO_BIN_EXE_keywright-cli"), &program).expect("copied");
        (folder, program)
    });
    &PROGRAM.1
}

#[cfg(unix)]
fn give_all(path: &Path) {
    std::os::unix::fs::lchown(path, Some(SOMEBODY), Some(SOMEBODY)).expect("root may");
    if path.is_dir() && !path.is_symlink() {
        for entry in fs::read_dir(path).expect("a folder") {
            give_all(&entry.expect("an entry").path());
        }
    }
}

/// Key files of other programs.
pub(crate) fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(name)
}

/// Whether a text holds a character that steers a terminal or hides; line ends do not count.
pub(crate) fn steers(text: &str) -> bool {
    let hides = |c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.chars().any(|c| (c.is_control() && c != '\n') || hides(c))
}

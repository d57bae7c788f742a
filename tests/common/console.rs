//! The console program in a home folder of its own, and what came of a run.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The program in a folder that is also its home, without a terminal and without anything to read.
pub(crate) fn console_at(home: &Path) -> Command {
    at_home(env!("CARGO_BIN_EXE_keywright-cli"), home)
}

/// Another program in such a folder.
pub(crate) fn at_home(program: &str, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(home)
        .env("HOME", home)
        .env("USERPROFILE", home)
        // What the person who runs the tests calls their keys is not these tests' to change.
        .env_remove("XDG_CONFIG_HOME")
        .env("APPDATA", home.join("appdata"))
        .stdin(Stdio::null());
    command
}

/// How a run ended, and what it said.
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            out: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            err: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        command.output().expect("it starts").into()
    }

    #[track_caller]
    pub(crate) fn expect_status(&self, status: i32) {
        assert_eq!(
            self.status,
            Some(status),
            "\nout: {}\nerr: {}",
            self.out,
            self.err
        );
    }

    /// Holds the run to an error with this status and code, told in two lines and in an object; message and hint.
    #[track_caller]
    pub(crate) fn expect_error(&self, status: i32, code: &str) -> String {
        self.expect_status(status);
        let lines: Vec<&str> = self.err.lines().collect();
        let at = lines.iter().position(|line| line.starts_with("error: "));
        let at = at.unwrap_or_else(|| panic!("no error in: {}", self.err));
        assert!(lines[at + 1].starts_with("hint: "), "{}", self.err);
        let last = self.out.lines().last().unwrap_or_default();
        let object: Value = serde_json::from_str(last).expect("an object on standard output");
        assert_eq!(object["error"]["code"], code, "{}", self.err);
        let [message, hint] = ["message", "hint"].map(|field| {
            let text = object["error"][field].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "no {field}: {object}");
            text
        });
        format!("{message} {hint}")
    }

    /// The one object of a run that succeeded.
    #[track_caller]
    pub(crate) fn done(&self) -> Value {
        self.expect_status(0);
        self.object()
    }

    /// The one object on standard output.
    #[track_caller]
    pub(crate) fn object(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{}", self.out);
        serde_json::from_str(&self.out).expect("JSON")
    }

    /// The objects on standard output, one a line.
    pub(crate) fn objects(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }
}

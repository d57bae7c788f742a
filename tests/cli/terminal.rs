//! Questions, in a terminal of their own.

use std::process::Command;

use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use crate::support::{Home, QUICK};

struct Terminal(PtySession);

impl Terminal {
    fn open(mut command: Command, words: &[&str]) -> Self {
        command.args(words);
        // The program gets the terminal as its standard input, output and error.
        let mut fresh = Command::new(command.get_program());
        fresh.args(command.get_args());
        if let Some(folder) = command.get_current_dir() {
            fresh.current_dir(folder);
        }
        for (name, value) in command.get_envs() {
            fresh.env(name, value.unwrap_or_default());
        }
        Self(spawn_command(fresh, Some(20_000)).expect("a terminal"))
    }

    fn run(home: &Home, words: &[&str]) -> Self {
        Self::open(home.command(), words)
    }

    #[track_caller]
    fn answer(&mut self, question: &str, answer: &str) {
        self.expect(question);
        self.0.send_line(answer).expect("typed");
    }

    #[track_caller]
    fn expect(&mut self, text: &str) -> String {
        self.0
            .exp_string(text)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    /// What is printed up to the end, which must have this status.
    #[track_caller]
    fn end(mut self, status: i32) -> String {
        let rest = self.0.exp_eof().expect("the end");
        match self.0.process().wait().expect("the end") {
            WaitStatus::Exited(_, code) => assert_eq!(code, status, "{rest}"),
            other => panic!("{other:?}: {rest}"),
        }
        rest
    }
}

#[test]
fn a_new_key_asks_where_to_lie_and_twice_for_its_passphrase() {
    let home = Home::new();
    let mut terminal = Terminal::run(&home, &[&["generate"], &QUICK[..]].concat());
    terminal.answer("/.ssh/id_ed25519): ", "");
    terminal.answer("New passphrase (empty for none): ", "geheim");
    terminal.answer("The same again: ", "gehiem");
    terminal.answer("New passphrase (empty for none): ", "geheim");
    terminal.answer("The same again: ", "geheim");
    let rest = terminal.end(0);
    assert!(
        rest.contains("id_ed25519.pub") && !rest.contains("geheim"),
        "{rest}"
    );
    assert_eq!(home.mode(".ssh"), 0o700);
    assert_eq!(home.mode(".ssh/id_ed25519"), 0o600);
    home.write("pass", b"geheim");
    home.text(&["info", ".ssh/id_ed25519", "--passphrase-file", "pass"]);
}

#[test]
fn a_place_in_the_home_folder_may_be_typed_with_a_tilde() {
    let home = Home::new();
    let mut terminal = Terminal::run(&home, &["generate", "-t", "ecdsa", "--no-passphrase"]);
    terminal.answer("/.ssh/id_ecdsa): ", "~/here");
    terminal.end(0);
    assert_eq!(home.names(), ["here", "here.pub"]);
}

#[test]
fn an_empty_new_passphrase_means_none() {
    let home = Home::new();
    let mut terminal = Terminal::run(&home, &["generate", "-o", "key"]);
    terminal.answer("New passphrase (empty for none): ", "");
    terminal.answer("The same again: ", "");
    terminal.end(0);
    assert_eq!(home.object(&["info", "key"])["encrypted"], false);
}

#[test]
fn only_a_clear_yes_replaces_a_file() {
    for (answer, status) in [("", 4), ("n", 4), ("maybe", 4), ("y", 0), ("YES", 0)] {
        let home = Home::with_key();
        let before = home.read("key");
        let mut terminal = Terminal::run(&home, &["generate", "-o", "key", "--no-passphrase"]);
        terminal.answer("key and key.pub exist already. Replace them? [y/N] ", answer);
        terminal.end(status);
        assert_eq!(home.read("key") == before, status != 0, "{answer:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_key_that_is_on_servers_is_only_moved_away_after_a_clear_yes() {
    for (answer, status) in [("", 2), ("n", 2), ("y", 0)] {
        let home = Home::with_installed_key();
        let mut terminal = Terminal::run(&home, &["keys", "remove", ".ssh/id_old"]);
        terminal.answer("Move it away all the same? [y/N] ", answer);
        terminal.end(status);
        assert_eq!(home.has(".ssh/id_old"), status != 0, "{answer:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn whoever_has_said_yes_is_not_asked_about_servers() {
    let home = Home::with_installed_key();
    Terminal::run(&home, &["keys", "remove", ".ssh/id_old", "--yes"]).end(0);
    assert!(!home.has(".ssh/id_old"));
}

#[test]
fn a_passphrase_may_be_mistyped_twice() {
    let home = Home::with_locked_key();
    let words = [
        "convert",
        "key",
        "--to",
        "openssh",
        "-o",
        "new",
        "--no-passphrase",
    ];
    let mut terminal = Terminal::run(&home, &words);
    terminal.answer("Passphrase of key: ", "wrong");
    terminal.answer("Try again.\r\nPassphrase of key: ", "wrong");
    terminal.answer("Passphrase of key: ", "secret");
    terminal.end(0);
    let mut terminal = Terminal::run(&home, &[&words[..], &["--force"]].concat());
    for _ in 0..3 {
        terminal.answer("Passphrase of key: ", "wrong");
    }
    let rest = terminal.end(3);
    assert!(
        rest.contains("error: the passphrase does not open this key"),
        "{rest}"
    );
}

#[test]
fn an_unusual_cost_is_asked_about() {
    let home = Home::with_key();
    home.write("pass", b"secret\n");
    let words = [
        "passwd",
        "key",
        "--new-passphrase-file",
        "pass",
        "--kdf-rounds",
        "1000",
    ];
    let mut terminal = Terminal::run(&home, &words);
    terminal.expect("costs about 12 s, much more than is usual.");
    terminal.answer("Go on? [y/N] ", "n");
    terminal.end(1);
    assert_eq!(home.object(&["info", "key"])["encrypted"], false);
}

#[test]
fn control_c_at_a_question_ends_the_program_and_changes_nothing() {
    let home = Home::with_locked_key();
    let before = home.read("key");
    let mut terminal = Terminal::run(&home, &["passwd", "key"]);
    terminal.expect("Passphrase of key: ");
    terminal.0.send_control('c').expect("typed");
    let rest = terminal.end(5);
    assert!(
        rest.contains("error: interrupted\r\nhint: Nothing was written."),
        "{rest}"
    );
    assert_eq!(home.read("key"), before);

    let mut terminal = Terminal::run(&home, &["generate"]);
    terminal.expect("): ");
    terminal.0.send_control('c').expect("typed");
    terminal.end(5);
    assert_eq!(home.names(), ["key", "key.pub", "pass"]);
}

#[test]
fn the_terminal_shows_again_what_is_typed_after_an_interrupted_question() {
    let home = Home::with_locked_key();
    let line = format!(
        "'{}' passwd key; stty -a; echo done",
        env!("CARGO_BIN_EXE_keywright-cli")
    );
    let mut terminal = Terminal::open(home.other("sh"), &["-c", &line]);
    terminal.expect("Passphrase of key: ");
    terminal.0.send_control('c').expect("typed");
    let settings = terminal.expect("done");
    // The terminal of this test echoes nothing from the start.
    for setting in ["isig", "icanon"] {
        assert!(
            settings.split_whitespace().any(|word| word == setting),
            "{setting}: {settings}"
        );
    }
    terminal.end(0);
}

#[test]
fn long_work_shows_a_bar_that_an_interruption_ends() {
    let home = Home::new();
    let words = [
        "generate",
        "-t",
        "rsa",
        "-b",
        "16384",
        "-o",
        "key",
        "--no-passphrase",
    ];
    let mut terminal = Terminal::run(&home, &words);
    terminal.expect("Making a key (RSA, 16384 bits)");
    terminal.expect(" [");
    terminal.0.send_control('c').expect("typed");
    terminal.end(5);
    assert!(home.names().is_empty(), "{:?}", home.names());
}

#[test]
fn prompts_are_on_the_terminal_and_not_in_a_pipe() {
    let home = Home::with_locked_key();
    let line = format!(
        "'{}' convert key --to openssh -o - --no-passphrase >out",
        env!("CARGO_BIN_EXE_keywright-cli")
    );
    let mut terminal = Terminal::open(home.other("sh"), &["-c", &line]);
    terminal.answer("Passphrase of key: ", "secret");
    terminal.end(0);
    assert!(
        home.read("out")
            .starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    );
}

#[test]
fn what_is_typed_is_in_no_log_whatever_is_asked_for() {
    let home = Home::new();
    let mut command = home.command();
    command.env("RUST_LOG", "trace");
    let mut terminal = Terminal::open(
        command,
        &["generate", "-t", "ed25519", "-o", "key", "--kdf-rounds", "1"],
    );
    terminal.answer("New passphrase (empty for none): ", "qzxj");
    terminal.answer("The same again: ", "qzxj");
    let said = terminal.end(0);
    for line in said.lines() {
        assert!(!line.contains("TRACE") && !line.contains("DEBUG"), "{line}");
    }
    assert!(!said.contains("qzxj") && !said.contains("\"q\""), "{said}");
}

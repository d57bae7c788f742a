//! What a person at a terminal is asked on the way to a server, and what they are told.

use rexpect::session::{PtySession, spawn_command};

use crate::person::Person;
use crate::sshd::{PASSWORD, Sshd, USER};

pub(crate) struct Terminal(PtySession);

impl Terminal {
    pub(crate) fn run(person: &Person, server: &Sshd, command: &str, words: &[&str]) -> Self {
        let target = format!("{USER}@127.0.0.1:{}", server.port());
        Self::run_at(person, &target, command, words)
    }

    /// The same, for a server at this address.
    pub(crate) fn run_at(person: &Person, target: &str, command: &str, words: &[&str]) -> Self {
        let quiet = person.command();
        // The program gets the terminal as its standard input, output and error.
        let mut fresh = std::process::Command::new(quiet.get_program());
        fresh.args([command, target]).args(words);
        for (name, value) in quiet.get_envs() {
            match value {
                Some(value) => fresh.env(name, value),
                None => fresh.env_remove(name),
            };
        }
        fresh.current_dir(quiet.get_current_dir().expect("a folder"));
        Self(spawn_command(fresh, Some(30_000)).expect("a terminal"))
    }

    #[track_caller]
    fn expect(&mut self, text: &str) -> String {
        let before = self.0.exp_string(text);
        before.unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[track_caller]
    pub(crate) fn answer(&mut self, question: &str, answer: &str) -> String {
        let before = self.expect(question);
        self.0.send_line(answer).expect("typed");
        before
    }

    pub(crate) fn end(mut self) -> String {
        self.0.exp_eof().expect("the end")
    }
}

#[test]
fn a_new_server_is_shown_with_fingerprint_and_picture_then_the_password_is_asked_for() {
    for lines in [
        "UsePAM yes\nPasswordAuthentication yes\n",
        "UsePAM yes\nKbdInteractiveAuthentication yes\n",
    ] {
        let server = Sshd::with(lines);
        let person = Person::knowing(&server);
        person.home.put(".ssh/known_hosts", b"");
        let mut terminal = Terminal::run(&person, &server, "install", &["-k", "new"]);
        let shown = terminal.answer("It will be remembered. [y/N] ", "y");
        assert!(
            shown.contains("SHA256:") && shown.contains("+----[SHA256]-----+"),
            "{shown}"
        );
        terminal.answer("assword", "wrong");
        terminal.answer("assword", PASSWORD);
        let told = terminal.end();
        assert!(told.contains("Added to ~/.ssh/authorized_keys on "), "{told}");
        assert!(told.contains("Works: "), "{told}");
        assert!(!told.contains(PASSWORD), "{told}");
    }
}

#[test]
fn whoever_says_no_to_the_fingerprint_has_told_the_server_nothing() {
    let server = Sshd::with("UsePAM yes\nPasswordAuthentication yes\n");
    let person = Person::knowing(&server);
    person.home.put(".ssh/known_hosts", b"");
    let mut terminal = Terminal::run(&person, &server, "install", &["-k", "new"]);
    terminal.answer("It will be remembered. [y/N] ", "");
    let told = terminal.end();
    assert!(
        told.contains("error: ") && told.contains("hint: Nothing secret was sent"),
        "{told}"
    );
    assert_eq!(person.home.get_text(".ssh/known_hosts"), "");
    assert!(!server.log().contains("userauth-request"), "{}", server.log());
}

#[test]
fn the_last_way_in_is_asked_about_and_lines_are_chosen_by_number() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&format!("# home\n{}", person.line("old")));
    let mut terminal = Terminal::run(&person, &server, "remove", &["-i", "old"]);
    let shown = terminal.answer("nothing to leave all: ", "2");
    assert!(
        shown.contains("old@laptop (ED25519)  [yours, in use now]"),
        "{shown}"
    );
    terminal.answer("Take it off all the same? [y/N] ", "n");
    assert!(terminal.end().contains("no key of yours would be left"));
    let list = || std::fs::read_to_string(server.authorized_keys()).expect("a list");
    assert_eq!(list(), format!("# home\n{}", person.line("old")));

    let mut terminal = Terminal::run(&person, &server, "remove", &["-i", "old", "--line", "2"]);
    terminal.answer("Take it off all the same? [y/N] ", "y");
    let told = terminal.end();
    assert!(told.contains("One line was taken off"), "{told}");
    assert_eq!(list(), "# home\n");
}

#[test]
fn an_interruption_where_the_last_way_in_is_asked_about_ends_it_there() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let mut terminal = Terminal::run(&person, &server, "remove", &["-i", "old", "--line", "1"]);
    terminal.expect("Take it off all the same? [y/N] ");
    terminal.0.send_control('c').expect("typed");
    let told = terminal.end();
    assert!(told.contains("Nothing was written."), "{told}");
    let list = std::fs::read_to_string(server.authorized_keys()).expect("a list");
    assert_eq!(list, person.line("old"));
}

#[test]
fn a_locked_key_is_opened_and_proved() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    person.home.put("pass", b"secret\n");
    let words = [
        "generate",
        "-o",
        "locked",
        "--new-passphrase-file",
        "pass",
        "--kdf-rounds",
        "1",
    ];
    person.run(&words).expect_status(0);
    let mut terminal = Terminal::run(&person, &server, "install", &["-k", "locked", "-i", "old"]);
    terminal.answer("Passphrase of locked: ", "secret");
    assert!(terminal.end().contains("Works: "));
    // And then it is the way in.
    let mut terminal = Terminal::run(&person, &server, "remove", &["--list", "-i", "locked"]);
    terminal.answer("Passphrase of locked (empty to go on without it): ", "wrong");
    terminal.answer("Passphrase of locked (empty to go on without it): ", "secret");
    let told = terminal.end();
    assert!(told.contains("[yours, in use now]"), "{told}");
}

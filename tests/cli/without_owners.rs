//! Keys on a disk that knows no owners, as USB sticks do: a folder that is mounted once more, where every file is open to
//! everybody and `chmod` changes nothing.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::support::{Home, Ran};

/// A home with such a disk in it.
struct Stick {
    home: Home,
    mounted: PathBuf,
}

impl Stick {
    fn new() -> Self {
        Self::with_mode("0777")
    }

    fn with_mode(mode: &str) -> Self {
        let home = Home::new();
        for name in ["disk", "stick", ".ssh"] {
            fs::create_dir(home.path(name)).expect("a folder");
        }
        let mounted = home.path("stick");
        let done = Command::new("bindfs")
            .args(["-p", mode, "--chmod-ignore", "--chown-ignore"])
            .args([home.path("disk"), mounted.clone()])
            .status();
        let done = done.unwrap_or_else(|error| panic!("bindfs: {error}; install it: apt-get install bindfs"));
        assert!(done.success(), "bindfs, which needs /dev/fuse");
        Self { home, mounted }
    }

    fn run(&self, words: &[&str]) -> Ran {
        self.home.run(words)
    }
}

impl Drop for Stick {
    fn drop(&mut self) {
        drop(Command::new("fusermount").arg("-uz").arg(&self.mounted).status());
    }
}

const SAID: &str = "its disk knows no owners";

#[test]
#[expect(clippy::disallowed_methods, reason = "lays out what is there before")]
fn a_private_key_that_its_disk_keeps_from_nobody_is_said_at_once_by_everything_that_saves_one() {
    let stick = Stick::new();
    let new = ["generate", "-o", "key", "--no-passphrase"];
    let ran = stick.run(&new);
    ran.expect_status(0);
    assert!(!ran.err.contains(SAID), "{}", ran.err);
    for words in [
        &["generate", "-o", "stick/id", "--no-passphrase"][..],
        &["convert", "key", "--to", "ppk", "-o", "stick/id.ppk"],
        &["convert", "key", "--to", "pkcs8", "-o", "stick/id.pem"],
        &["comment", "stick/id", "new words"],
        &["repair", "key", "-o", "stick/clean"],
        &[
            "puttygen",
            "key",
            "-O",
            "private-openssh",
            "-o",
            "stick/by-puttygen",
        ],
        &["puttygen", "key", "-O", "text", "-o", "stick/numbers"],
    ] {
        let ran = stick.run(words);
        ran.expect_status(0);
        assert!(
            ran.err.contains(SAID) && ran.err.contains("home folder"),
            "{words:?}: {}",
            ran.err
        );
        assert!(!ran.err.contains("chmod"), "{words:?}: {}", ran.err);
    }
    fs::write(stick.home.path("secret"), "horse battery").expect("written");
    let words = ["passwd", "stick/id", "--new-passphrase-file", "secret"];
    let ran = stick.run(&words);
    assert!(ran.status == Some(0) && ran.err.contains(SAID), "{}", ran.err);
    let told = stick
        .home
        .object(&["generate", "-o", "stick/other", "--no-passphrase"]);
    assert_eq!(told["warnings"][0]["code"], "permissions", "{told}");
}

#[test]
fn nothing_that_cannot_help_is_advised_about_a_key_on_such_a_disk() {
    let stick = Stick::new();
    stick
        .run(&["generate", "-o", "stick/id", "--no-passphrase"])
        .expect_status(0);
    for words in [
        &["info", "stick/id"][..],
        &["keys", "stick"],
        &["keys", "stick/id"],
    ] {
        let said = stick.run(words);
        let said = format!("{}{}", said.out, said.err);
        assert!(said.contains(SAID), "{said}");
        assert!(
            !said.contains("chmod") && !said.contains("can be put right"),
            "{said}"
        );
    }
    assert_eq!(
        stick.run(&["keys", "repair", "stick", "--dry-run"]).out,
        "There is nothing to repair.\n"
    );
}

#[test]
fn where_only_trying_shows_that_a_disk_knows_no_owners_trying_says_so() {
    // As it is mounted with a mask that lets nothing be run as a program.
    let stick = Stick::with_mode("0666:u+rwX");
    stick
        .run(&["generate", "-o", "stick/id", "--no-passphrase"])
        .expect_status(0);
    let ran = stick.run(&["keys", "repair", "stick/id", "--json"]);
    let told = ran.expect_error(4, "io-denied");
    assert!(told.contains("Its disk knows no owners"), "{told}");
}

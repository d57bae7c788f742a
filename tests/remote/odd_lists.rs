//! Lists that are no plain file, and keys that stand in them already.

use std::os::unix::fs::symlink;

use crate::person::Person;
use crate::sshd::{Sshd, give, set_mode};

const PASSWORDS: &str = "UsePAM no\nPasswordAuthentication yes\n";
const BY_PASSWORD: [&str; 4] = ["-k", "new", "--password-file", "password"];

fn list(server: &Sshd) -> String {
    std::fs::read_to_string(server.authorized_keys()).expect("a list")
}

#[test]
fn a_key_that_stands_there_with_another_comment_is_not_put_there_twice() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let bare = person.line("new").replace("new@laptop", "");
    for there in [
        person.line("new").replace("new@laptop", "old computer"),
        format!("  {}", bare.trim_end()),
        format!("environment=\"A=b c\" {bare}").replace("environment=\"A=b c\" ", "no-pty,no-pty "),
    ] {
        let before = format!("{}# x\n{there}", person.line("old"));
        server.authorize(&before);
        let ran = person.asks(&server, "install", &["-k", "new", "-i", "old"]);
        let told = ran.object();
        assert_eq!(
            (&told["already_there"], &told["line"], &told["proved"]),
            (&true.into(), &3.into(), &true.into()),
            "{told}"
        );
        let is_bound = there.contains("no-pty");
        assert_eq!(
            told["warnings"][0]["code"] == "other-conditions",
            is_bound,
            "{told}"
        );
        assert_eq!(list(&server), before);
    }
}

#[test]
fn a_key_within_the_comment_of_another_one_is_not_taken_for_one_that_stands_there() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    // As `>>` leaves it behind a line without its end.
    let before = format!("{}{}", person.line("old").trim_end(), person.line("new"));
    server.authorize(&before);
    let told = person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .done();
    assert_eq!(
        (&told["already_there"], &told["proved"]),
        (&false.into(), &true.into())
    );
    assert_eq!(list(&server), format!("{before}{}", person.line("new")));
    person
        .asks(&server, "remove", &["--key", "new", "-i", "old"])
        .done();
    assert_eq!(list(&server), before);
}

#[test]
fn a_link_of_the_accounts_own_stays_one_and_what_is_no_list_is_named() {
    let server = Sshd::with(PASSWORDS);
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let place = server.authorized_keys();
    let kept = server.home().join("dotfiles");
    std::fs::create_dir(&kept).expect("a folder");
    give(&kept);
    std::fs::rename(&place, kept.join("keys")).expect("moved");
    symlink("../dotfiles/keys", &place).expect("a link");
    set_mode(&kept.join("keys"), 0o400);
    assert_eq!(
        person.asks(&server, "install", &BY_PASSWORD).done()["proved"],
        true
    );
    let both = format!("{}{}", person.line("old"), person.line("new"));
    assert_eq!(list(&server), both);
    assert!(place.is_symlink());
    person
        .asks(&server, "remove", &["--key", "new", "-i", "old"])
        .done();
    assert_eq!(list(&server), person.line("old"));
    assert!(place.is_symlink());
    let mode = std::fs::metadata(&place).expect("a list").permissions();
    let mode = std::os::unix::fs::PermissionsExt::mode(&mode);
    assert_eq!(mode & 0o777, 0o400);

    std::fs::remove_file(&place).expect("it goes");
    symlink("../gone/keys", &place).expect("a link");
    let told = person
        .asks(&server, "install", &BY_PASSWORD)
        .expect_error(4, "server-not-regular");
    assert!(told.contains("a link that leads nowhere"), "{told}");
    std::fs::remove_file(&place).expect("it goes");
    std::fs::create_dir(&place).expect("a folder");
    let told = person
        .asks(&server, "install", &BY_PASSWORD)
        .expect_error(4, "server-not-regular");
    assert!(
        told.contains("~/.ssh/authorized_keys on the server is not an ordinary file"),
        "{told}"
    );
}

#[test]
fn what_keeps_a_line_from_counting_is_named() {
    let server = Sshd::with(PASSWORDS);
    let person = Person::knowing(&server);
    for (options, words) in [
        ("from=\"192.0.2.1,!127.0.0.1\"", "from 192.0.2.1,!127.0.0.1 only"),
        ("expiry-time=\"20200101\"", "until 20200101 (expiry-time)"),
        ("no-such-option", "“no-such-option”"),
    ] {
        server.authorize(&format!("{options} {}", person.line("new")));
        let ran = person.asks(&server, "install", &BY_PASSWORD);
        let told = ran.expect_error(4, "key-ignored");
        assert!(told.contains(words), "{options}: {told}");
    }
}

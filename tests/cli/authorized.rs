//! `authorized`: who may log in, judged by the real `ssh-keygen` where there is one.

use crate::support::Home;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";
const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILNG8RxQbRDga5aL3RYjaQABF93BeXhbYjPhsRrCa+JQ";
const PLACE: &str = ".ssh/authorized_keys";

fn home_with(text: &str) -> Home {
    let home = Home::with_key();
    std::fs::create_dir(home.path(".ssh")).expect("made");
    home.write(PLACE, text.as_bytes());
    home
}

#[test]
fn each_line_is_listed_with_options_marks_and_why_it_lets_nobody_in() {
    let home = home_with(&format!(
        "# who\n\nno-pty,command=\"a b\" {KEY} me\nfrom=1.2.3.4 {OTHER} wrong\nexpiry-time=\"20200101\" {OTHER}\nssh-rsa\n"
    ));
    home.write(".ssh/id.pub", format!("{KEY} me\n").as_bytes());
    let text = home.text(&["authorized", "list"]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[0].starts_with("3: 256 SHA256:"), "{text}");
    assert!(
        lines[0].ends_with("me (ED25519) [no-pty,command=\"a b\"] (yours)"),
        "{text}"
    );
    assert!(
        lines[1].contains("lets nobody in: the value of an option"),
        "{text}"
    );
    assert!(lines[2].contains("it has expired (20200101)"), "{text}");
    assert!(lines[3].starts_with("6: no key"), "{text}");
    let objects = home.run(&["authorized", "list", "--json"]).objects();
    assert_eq!(
        (&objects[0]["mine"], &objects[0]["ignored"]),
        (&true.into(), &serde_json::Value::Null)
    );
    assert_eq!(objects[0]["options"], "no-pty,command=\"a b\"");
    assert!(objects[3]["ignored"].is_string() && objects[3]["type"].is_null());
}

#[test]
fn a_key_is_added_once_and_the_missing_folder_is_made() {
    let home = Home::with_key();
    let done = home.object(&["authorized", "add", "key.pub"]);
    assert_eq!((&done["added"], &done["line"]), (&true.into(), &1.into()));
    assert_eq!(home.read(PLACE), home.read("key.pub"));
    #[cfg(unix)]
    assert_eq!((home.mode(".ssh"), home.mode(PLACE)), (0o700, 0o600));

    let again = home.object(&["authorized", "add", "key", "--restrict", "-C", "another name"]);
    assert_eq!((&again["added"], &again["line"]), (&false.into(), &1.into()));
    assert_eq!(home.read(PLACE), home.read("key.pub"));
    assert!(!home.has(".ssh/authorized_keys.bak"));
}

#[cfg(unix)]
#[test]
fn what_others_may_write_to_is_told_and_folder_and_file_are_closed_to_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = home_with(&format!("{OTHER}\n"));
    let chmod = |name: &str, mode| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(home.path(name), mode).expect("own");
    };
    chmod(".", 0o755);
    chmod(".ssh", 0o775);
    chmod(PLACE, 0o664);
    let ran = home.run(&["authorized", "list"]);
    ran.expect_status(0);
    assert_eq!(
        ran.err.matches("sshd takes none of these keys").count(),
        2,
        "{}",
        ran.err
    );
    let ran = home.run(&["authorized", "add", "key.pub"]);
    ran.expect_status(0);
    assert!(!ran.err.contains("sshd takes none"), "{}", ran.err);
    assert_eq!((home.mode(".ssh"), home.mode(PLACE)), (0o755, 0o644));
    chmod(".", 0o777);
    let ran = home.run(&["authorized", "list"]);
    assert!(ran.err.contains("sshd takes none of these keys"), "{}", ran.err);
    assert_eq!(home.mode("."), 0o777);
}

#[test]
fn the_conditions_stand_in_the_line_and_a_dry_run_only_shows_it() {
    let home = home_with(&format!("# as it was\r\n{OTHER}"));
    let before = home.read(PLACE);
    let words = [
        "authorized",
        "add",
        "key.pub",
        "--restrict",
        "--permit",
        "pty,x11-forwarding",
        "--forbid",
        "user-rc",
        "--from",
        "*.example.org, 192.0.2.0/24",
        "--command",
        "echo \"hi, $USER\"",
        "--expires",
        "2099-12-31",
    ];
    let line = home.text(&[&words[..], &["--dry-run"]].concat());
    assert_eq!(home.read(PLACE), before);
    assert!(
        line.starts_with(
            "restrict,pty,X11-forwarding,no-user-rc,from=\"*.example.org,192.0.2.0/24\",\
             command=\"echo \\\"hi, $USER\\\"\",expiry-time=\"20991231\" ssh-ed25519 "
        ),
        "{line}"
    );
    home.run(&words).expect_status(0);
    assert_eq!(home.read(PLACE), format!("{before}\r\n{}\r\n", line.trim_end()));
    assert_eq!(home.read(".ssh/authorized_keys.bak"), before);
    let listed = home.run(&["authorized", "list", "--json"]).objects();
    assert!(listed[1]["ignored"].is_null(), "{}", listed[1]);
}

#[test]
fn conditions_that_would_let_nobody_in_or_mean_nothing_are_refused() {
    let home = Home::with_key();
    for words in [
        &["--from", "10.0.0.1/8"][..],
        &["--from", ""],
        &["--command", "a\nb"],
        &["--command", "dir C:\\"],
        &["--expires", "2027-02-30"],
        &["--expires", "tomorrow"],
        &["--permit", "pty"],
        &["--forbid", "everything"],
        &["--restrict", "--permit", "pty", "--forbid", "pty"],
        &["-C", "a\nssh-ed25519 AAAA"],
    ] {
        let all = [&["authorized", "add", "key.pub", "--json"][..], words].concat();
        home.run(&all).expect_error(2, "usage");
    }
    assert!(!home.has(".ssh"));
}

#[test]
fn chosen_lines_are_removed_and_all_others_stay_byte_for_byte() {
    let home = home_with("");
    let text = format!(
        "# é\r\n{KEY} a\n\tno-pty {} \n{OTHER} b\r\n{KEY} again",
        home.read("key.pub").trim_end()
    );
    home.write(PLACE, text.as_bytes());
    let done = home.object(&["authorized", "remove", "key.pub"]);
    assert_eq!(done["removed"][0]["line"], 3);
    let left = format!("# é\r\n{KEY} a\n{OTHER} b\r\n{KEY} again");
    assert_eq!(home.read(PLACE), left);
    assert_eq!(home.read(".ssh/authorized_keys.bak"), text);

    let print = home.run(&["authorized", "list", "--json"]).objects()[0]["fingerprint_sha256"].clone();
    home.run(&["authorized", "remove", print.as_str().expect("text")])
        .expect_status(0);
    assert_eq!(home.read(PLACE), format!("# é\r\n{OTHER} b\r\n"));
    home.run(&["authorized", "remove", "key.pub", "--json"])
        .expect_error(1, "not-in-list");
}

#[test]
fn a_line_number_that_is_not_there_is_a_slip_in_the_words() {
    let home = home_with(&format!("{KEY}\n"));
    let told = home
        .run(&["authorized", "remove", "--line", "9", "--json"])
        .expect_error(2, "usage");
    assert!(told.contains("has no line 9"), "{told}");
}

#[test]
fn a_key_whose_day_is_over_is_not_added() {
    let home = Home::with_key();
    let told = home
        .run(&[
            "authorized",
            "add",
            "key.pub",
            "--expires",
            "2020-01-01",
            "--json",
        ])
        .expect_error(2, "usage");
    assert!(told.contains("2020-01-01 is over already"), "{told}");
    assert!(!home.has(".ssh"));
}

#[test]
fn the_last_way_in_is_not_taken_unasked() {
    let home = home_with(&format!("# mine\n{KEY}\nno-such-option {OTHER}\n"));
    let before = home.read(PLACE);
    home.run(&["authorized", "remove", "--line", "2", "--json"])
        .expect_error(2, "last-way-in");
    assert_eq!(home.read(PLACE), before);
    home.run(&["authorized", "remove", "--line", "3"])
        .expect_status(0);
    home.run(&["authorized", "remove", "--line", "2", "--force"])
        .expect_status(0);
    assert_eq!(home.read(PLACE), "# mine\n");
}

#[test]
fn another_list_can_be_named_and_an_absent_one_lets_nobody_in() {
    let home = Home::with_key();
    let ran = home.run(&["authorized", "list"]);
    ran.expect_status(0);
    assert!(
        ran.out.is_empty() && ran.err.contains("nobody can log in here with a key"),
        "{}",
        ran.err
    );
    home.run(&["authorized", "add", "key.pub", "--file", "deploy"])
        .expect_status(0);
    assert_eq!(
        home.run(&["authorized", "list", "deploy", "--json"]).object()["line"],
        1
    );
}

#[test]
fn no_comment_adds_a_second_line_or_steers_a_terminal() {
    let home = Home::with_key();
    for comment in [
        "a\"b' $(touch pwned) `touch pwned`",
        "\u{5d0}%h #\\",
        &"x".repeat(10_000),
    ] {
        home.run(&["authorized", "add", "key.pub", "-f", "list", "-C", comment])
            .expect_status(0);
        let text = home.read("list");
        assert_eq!(text.lines().count(), 1);
        assert!(text.ends_with(&format!(" {comment}\n")), "{comment}");
        std::fs::remove_file(home.path("list")).expect("made");
    }
    home.write("list", format!("{KEY} a\u{202e}b\u{1b}[2J\n").as_bytes());
    let ran = home.run(&["authorized", "list", "list"]);
    assert!(!crate::support::steers(&ran.out), "{:?}", ran.out);
}

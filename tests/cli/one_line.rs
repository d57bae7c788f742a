//! `public --install-line`: the line for a shell, run by the real shells.

use std::fs;
use std::process::Command;

use crate::support::{Home, Ran};

/// sh is dash on Debian and bash elsewhere; busybox is what small routers have. Those that are not installed
/// everywhere are tried where they are.
const SHELLS: [&str; 7] = ["sh", "bash", "dash", "busybox", "zsh", "fish", "tcsh"];
const ALWAYS: [&str; 2] = ["sh", "bash"];
const PLACE: &str = ".ssh/authorized_keys";
const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILNG8RxQbRDga5aL3RYjaQABF93BeXhbYjPhsRrCa+JQ other";

fn shells() -> Vec<&'static str> {
    let is_there = |shell: &&str| {
        let found = Command::new("sh")
            .args(["-c", &format!("command -v {shell}")])
            .output();
        found.is_ok_and(|found| found.status.success())
    };
    let there: Vec<&str> = SHELLS.into_iter().filter(is_there).collect();
    assert!(ALWAYS.iter().all(|shell| there.contains(shell)), "{there:?}");
    there
}

fn paste(home: &Home, shell: &str, line: &str) -> Ran {
    let mut command = home.other(shell);
    if shell == "busybox" {
        command.arg("sh");
    }
    Ran::of(command.args(["-c", line.trim_end()]))
}

fn line(home: &Home, comment: &str) -> String {
    home.run(&["comment", "key", "--", comment]).expect_status(0);
    let line = home.text(&["public", "key", "--install-line", "sh"]);
    assert_eq!(line.lines().count(), 1, "{line}");
    line
}

#[test]
fn the_line_makes_what_is_missing_and_adds_the_key_once_in_every_shell() {
    let maker = Home::with_key();
    let text = line(&maker, "me@laptop");
    for shell in shells() {
        let home = Home::new();
        let ran = paste(&home, shell, &text);
        ran.expect_status(0);
        assert!(ran.out.starts_with("The key is in "), "{shell}: {}", ran.out);
        assert_eq!(home.read(PLACE), maker.read("key.pub"), "{shell}");
        assert_eq!((home.mode(".ssh"), home.mode(PLACE)), (0o700, 0o600), "{shell}");
        let again = paste(&home, shell, &text);
        again.expect_status(0);
        assert!(again.out.ends_with(" already.\n"), "{shell}: {}", again.out);
        assert_eq!(home.read(PLACE), maker.read("key.pub"), "{shell}");
    }
}

#[test]
fn no_comment_runs_anything_or_adds_a_second_line() {
    let maker = Home::with_key();
    for comment in [
        "'; touch pwned; '",
        "\"; touch pwned; \"",
        "$(touch pwned) `touch pwned` ${HOME}",
        "\\' \\\" \\\\ \\0047 \\n \\c %s %n %%",
        "!! !-1 ^a^b ~ * ? [a-z] {a,b} # ; & | < >",
        "é汉\u{1f511}\u{5d0} \u{2018}\u{2019}",
        &"x'".repeat(5_000),
    ] {
        let text = line(&maker, comment);
        for shell in shells() {
            let home = Home::new();
            paste(&home, shell, &text).expect_status(0);
            assert_eq!(home.read(PLACE), maker.read("key.pub"), "{shell}: {comment}");
            assert!(!home.has("pwned"), "{shell}: {comment}");
        }
    }
}

#[test]
fn what_is_there_stays_and_is_looked_through_as_sshd_would() {
    let maker = Home::with_key();
    let text = line(&maker, "me");
    let key = maker.read("key.pub");
    let (bare, _) = key.trim_end().rsplit_once(' ').expect("a comment");
    for (before, after) in [
        // The last line is ended first.
        (OTHER.to_owned(), format!("{OTHER}\n{key}")),
        (format!("{OTHER}\r\n"), format!("{OTHER}\r\n{key}")),
        (String::new(), key.clone()),
        // Options and another comment make it no other key.
        (format!("no-pty,from=\"10.0.0.0/8\"\t{bare} old\n"), String::new()),
        // By these nobody could log in with it.
        (format!("  # {bare}\n"), format!("  # {bare}\n{key}")),
        (
            format!("cert-authority {bare}\n"),
            format!("cert-authority {bare}\n{key}"),
        ),
    ] {
        let home = Home::new();
        fs::create_dir(home.path(".ssh")).expect("made");
        home.write(PLACE, before.as_bytes());
        paste(&home, "sh", &text).expect_status(0);
        let expected = if after.is_empty() { &before } else { &after };
        assert_eq!(&home.read(PLACE), expected, "{before:?}");
    }
}

#[test]
fn loose_rights_are_tightened_and_a_folder_that_cannot_be_written_is_a_failure() {
    use std::os::unix::fs::PermissionsExt as _;
    let maker = Home::with_key();
    let text = line(&maker, "me");
    let home = Home::new();
    fs::create_dir(home.path(".ssh")).expect("made");
    home.write(PLACE, b"");
    for (name, mode) in [(".ssh", 0o777), (PLACE, 0o666)] {
        fs::set_permissions(home.path(name), fs::Permissions::from_mode(mode)).expect("own");
    }
    paste(&home, "sh", &text).expect_status(0);
    assert_eq!((home.mode(".ssh"), home.mode(PLACE)), (0o700, 0o600));

    let blocked = Home::new();
    blocked.write(".ssh", b"no folder");
    paste(&blocked, "sh", &text).expect_status(1);
}

#[test]
fn the_line_for_powershell_is_one_line_of_ascii_whatever_the_comment_is() {
    let home = Home::with_key();
    home.run(&["comment", "key", "--", "it's \u{2019}; $(calc) é"])
        .expect_status(0);
    let text = home.object(&["public", "key", "--install-line", "powershell"])["text"].clone();
    let text = text.as_str().expect("text");
    assert!(
        text.is_ascii() && text.starts_with("& { $t='ssh-ed25519'; ") && text.ends_with(" }\n"),
        "{text}"
    );
    assert!(
        !text.contains("calc") && text.contains("administrators_authorized_keys"),
        "{text}"
    );
    home.run(&["public", "key", "--install-line", "cmd", "--json"])
        .expect_error(2, "usage");
}

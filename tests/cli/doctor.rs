//! `doctor`: why a login does not work, from what was printed.

use std::process::Stdio;

use crate::support::{Home, Ran};

const REFUSED: &str = "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19 27 Jan 2026
debug1: Authenticating to web.example.org:22 as 'jo'
debug1: Next authentication method: publickey
debug1: Offering public key: /nowhere/id_ed25519 ED25519 SHA256:fH9tV7uC2BSk0ocnYqs4FRaQcjseBMA5qEAXGvV2NLA explicit
debug1: Authentications that can continue: publickey
jo@web.example.org: Permission denied (publickey).
";

/// What the Doctor says of a log, with `--json`.
fn of_log(home: &Home, log: &[u8]) -> Ran {
    home.write("log", log);
    home.run(&["doctor", "--log", "log", "--json"])
}

fn causes(ran: &Ran) -> Vec<String> {
    let told = ran.object();
    let verdicts = told["verdicts"].as_array().expect("a list");
    let cause = |verdict: &serde_json::Value| verdict["cause"].as_str().expect("a word").to_owned();
    verdicts.iter().map(cause).collect()
}

#[test]
fn a_log_that_shows_a_fault_ends_with_one_and_tells_all_of_the_contract() {
    let home = Home::new();
    let ran = of_log(&home, REFUSED.as_bytes());
    ran.expect_status(1);
    assert_eq!(ran.err, "");
    let told = ran.object();
    let verdict = &told["verdicts"][0];
    assert_eq!(verdict["cause"], "key-not-authorized");
    assert_eq!(verdict["certainty"], "certain");
    assert_eq!(verdict["who"], "server");
    assert_eq!(verdict["evidence"][0]["line"], 4);
    assert_eq!(verdict["fix"]["repairable"], false);
    assert!(
        verdict["message"]
            .as_str()
            .is_some_and(|message| message.contains("web.example.org"))
    );
    assert!(told["steps"].is_array(), "{told}");
}

#[test]
fn a_login_that_works_ends_with_nought() {
    let home = Home::new();
    let log = REFUSED.replace(
        "Authentications that can continue: publickey",
        "Server accepts key: /nowhere/id_ed25519 ED25519 SHA256:x",
    );
    let log = log.replace(
        "jo@web.example.org: Permission denied (publickey).",
        "Authenticated to web.example.org ([192.0.2.7]:22) using \"publickey\".",
    );
    let ran = of_log(&home, log.as_bytes());
    ran.expect_status(0);
    assert_eq!(causes(&ran), ["works"]);
}

#[test]
fn a_log_comes_from_standard_input_as_well() {
    let home = Home::new();
    home.write("log", REFUSED.as_bytes());
    let log = std::fs::File::open(home.path("log")).expect("a file");
    let ran = Ran::of(
        home.command()
            .args(["doctor", "--log", "-"])
            .stdin(Stdio::from(log)),
    );
    ran.expect_status(1);
    assert!(
        ran.out
            .starts_with("web.example.org does not take the key for jo."),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("line 4: debug1: Offering public key"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("hint: "), "{}", ran.out);
}

#[test]
fn a_log_that_is_not_there_or_is_a_folder_is_the_outside_worlds_fault() {
    let home = Home::new();
    home.run(&["doctor", "--log", "nowhere", "--json"])
        .expect_error(4, "io-not-found");
    home.run(&["doctor", "--log", ".", "--json"])
        .expect_error(4, "io-not-regular");
}

#[test]
fn what_a_log_holds_does_not_reach_the_terminal() {
    let home = Home::new();
    let hostile = REFUSED.replace("/nowhere/id_ed25519", "/nowhere/\u{1b}[2J\u{202e}\u{7}id");
    for words in [
        &["doctor", "--log", "log"][..],
        &["doctor", "--log", "log", "--json"],
    ] {
        home.write("log", hostile.as_bytes());
        let ran = home.run(words);
        ran.expect_status(1);
        assert!(
            !ran.out.contains(['\u{1b}', '\u{202e}', '\u{7}']),
            "{:?}",
            ran.out
        );
    }
}

#[test]
fn of_a_text_about_something_else_nothing_is_made_up() {
    let home = Home::new();
    let ran = of_log(&home, b"make: *** [all] Error 2\n\xff\xfe\0\0");
    ran.expect_status(1);
    assert_eq!(causes(&ran), ["not-about-keys"]);
}

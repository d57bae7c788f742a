//! What may be wrong with the list of keys on the server.

use super::Scene;
use crate::sshd::{give, set_mode};

const PASSWORDS: &str = "LogLevel DEBUG2\nUsePAM no\nPasswordAuthentication yes\n";
/// With the key that is wanted, and the account's password as a second way in.
const FROM_INSIDE: [&str; 4] = ["--key", "new", "--password-file", "password"];
const SSH: [&str; 6] = [
    "-i",
    "new",
    "-o",
    "IdentitiesOnly=yes",
    "-o",
    "PasswordAuthentication=no",
];

#[test]
fn each_fault_of_a_list_has_its_name() {
    let scene = Scene::with(PASSWORDS);
    let line = scene.person.line("new");
    let ask = || scene.asks(&SSH, &FROM_INSIDE);

    scene.server.authorize(&line);
    ask().expect("works", "works", "works");

    scene.server.authorize(&scene.person.line("old"));
    ask().expect("key-not-authorized", "key-not-authorized", "key-not-authorized");

    scene.server.authorize(&format!("no-such-option {line}"));
    ask().expect("line-options", "key-not-authorized", "line-options");

    scene
        .server
        .authorize(&format!("expiry-time=\"20200101\" {line}"));
    ask().expect("line-expired", "key-not-authorized", "line-expired");

    scene.server.authorize(&format!("from=\"192.0.2.0/24\" {line}"));
    ask().expect("line-from", "key-not-authorized", "line-from");

    let (head, tail) = line.split_at(40);
    scene.server.authorize(&format!("{head}\n{tail}"));
    ask().expect("line-damaged", "key-not-authorized", "line-damaged");

    scene.server.authorize(&format!("command=\"echo no\" {line}"));
    ask().expect("forced-command", "forced-command", "forced-command");
}

#[test]
fn what_is_found_by_the_second_way_in_is_the_verdict() {
    let scene = Scene::with(PASSWORDS);
    let found = |words: &[&str]| {
        let live = scene.live("jo", words);
        let verdict = live["verdicts"][0].clone();
        (live, verdict)
    };
    let home = &scene.person.home;
    let port = scene.server.port();
    let public = home.path("new.pub").display().to_string();
    let command = format!("keywright-cli install -p {port} jo@127.0.0.1 -k ");
    // There is no list, and then one without the key.
    for lists in [None, Some(scene.person.line("old"))] {
        if let Some(list) = &lists {
            scene.server.authorize(list);
        }
        let (live, verdict) = found(&FROM_INSIDE);
        assert_eq!(verdict["cause"], "key-not-authorized", "{live:#}");
        assert_eq!(verdict["certainty"], "certain", "{live:#}");
        let message = verdict["message"].as_str().expect("a sentence");
        assert!(
            message.contains("because it is not in the list") && message.contains("~/.ssh/authorized_keys"),
            "{message}"
        );
        let told = verdict["fix"]["command"].as_str().expect("a command");
        assert!(
            told.starts_with(&command) && told.ends_with("new.pub"),
            "{told}, {public}"
        );
        assert!(live["message_for_administrator"].is_null(), "{live:#}");
    }
    // A client alone knows the account, the server and the key as well.
    let (live, verdict) = found(&["--key", "new"]);
    let told = verdict["fix"]["command"].as_str().expect("a command");
    assert!(told.starts_with(&command) && told.ends_with("new.pub"), "{told}");
    assert!(live["message_for_administrator"].is_string(), "{live:#}");

    set_mode(&scene.server.authorized_keys(), 0o000);
    let (live, verdict) = found(&FROM_INSIDE);
    assert_eq!(verdict["cause"], "server-list-unreadable", "{live:#}");
    assert_eq!(verdict["certainty"], "certain", "{live:#}");
    assert!(live["message_for_administrator"].is_null(), "{live:#}");
}

#[test]
fn what_others_may_change_is_told_and_mended() {
    let scene = Scene::with(PASSWORDS);
    scene.server.authorize(&scene.person.line("new"));
    set_mode(&scene.server.home().join(".ssh"), 0o777);
    let told = scene.asks(&SSH, &FROM_INSIDE);
    told.expect("server-permissions", "key-not-authorized", "server-permissions");
    // Without a second way in nobody can know.
    let live = scene.live("jo", &["--key", "new"]);
    assert_eq!(super::first(&live), "key-not-authorized");
    let letter = live["message_for_administrator"].as_str().expect("a message");
    assert!(
        letter.contains("SHA256:") && letter.contains("jo at 127.0.0.1"),
        "{letter}"
    );
    let mended = scene.live("jo", &[&FROM_INSIDE[..], &["--fix"]].concat());
    assert_eq!(super::first(&mended), "works", "{mended}");
    let told = scene.asks(&SSH, &FROM_INSIDE);
    told.expect("works", "works", "works");
}

#[test]
fn a_list_elsewhere_is_told() {
    let scene = Scene::with(&format!(
        "AuthorizedKeysFile FOLDER/other\nStrictModes no\n{PASSWORDS}"
    ));
    scene.server.folder().put("other", b"");
    give(&scene.server.folder().path("other"));
    scene.server.authorize(&scene.person.line("new"));
    let told = scene.asks(&SSH, &["--key", "new"]);
    told.expect(
        "key-not-authorized",
        "key-not-authorized",
        "server-list-elsewhere",
    );
}

#[test]
fn a_list_that_the_server_may_not_read_is_told() {
    let scene = Scene::with(PASSWORDS);
    scene.server.authorize(&scene.person.line("new"));
    set_mode(&scene.server.authorized_keys(), 0o000);
    let told = scene.asks(&SSH, &["--key", "new"]);
    told.expect(
        "key-not-authorized",
        "key-not-authorized",
        "server-list-unreadable",
    );
}

//! What the server itself knows, where the account may see it: what sshd's settings come to, its log, `SELinux`'s labels.

use serde_json::Value;

use super::{Scene, first};
use crate::sshd::{USER, as_root, set_mode};

const PASSWORDS: &str = "LogLevel VERBOSE\nUsePAM no\nPasswordAuthentication yes\n";
const FROM_INSIDE: [&str; 4] = ["--key", "new", "--password-file", "password"];

/// What a step found.
#[track_caller]
fn step<'a>(live: &'a Value, what: &str) -> &'a str {
    let steps = live["steps"].as_array().expect("steps");
    let step = steps.iter().find(|step| step["what"] == what);
    step.unwrap_or_else(|| panic!("no step {what}: {live:#}"))["found"]
        .as_str()
        .expect("words")
}

fn evidence(verdict: &Value) -> Vec<&str> {
    let all = verdict["evidence"].as_array().expect("evidence").iter();
    all.filter_map(|evidence| evidence["text"].as_str()).collect()
}

/// A server that does not take the key `new`, whatever stands in its list.
fn revoking(lines: &str) -> Scene {
    let scene = Scene::with_system_log(&format!("RevokedKeys FOLDER/revoked\n{lines}{PASSWORDS}"));
    let revoked = scene.person.line("new");
    scene
        .server
        .folder()
        .put_with_mode("revoked", revoked.as_bytes(), 0o644);
    scene.server.authorize(&scene.person.line("new"));
    scene
}

#[test]
fn the_servers_log_tells_the_reason_where_the_account_may_read_it() {
    let scene = revoking("");
    let person = &scene.person;
    // Somebody else comes from the same address, and is refused for another reason.
    let others = format!("from=\"192.0.2.0/24\" {}", person.line("old"));
    scene.server.authorize(&format!("{}{others}", person.line("new")));
    let other = scene.live(USER, &["--key", "old"]);
    assert_eq!(first(&other), "key-not-authorized");
    set_mode(&scene.server.folder().path("log"), 0o644);

    let live = scene.live(USER, &FROM_INSIDE);
    let verdict = &live["verdicts"][0];
    assert_eq!(
        verdict["cause"],
        "key-revoked",
        "{live:#}\n{}",
        scene.server.log()
    );
    assert_eq!(verdict["certainty"], "certain", "{live:#}");
    let said = evidence(verdict);
    assert!(
        said.iter().all(|text| text.starts_with("the server's log: "))
            && said.iter().any(|text| text.contains("revoked by file")),
        "{said:?}"
    );
    assert!(step(&live, "the server's log").starts_with("/var/log/auth.log has "));
    assert!(!live.to_string().contains("line-from"), "{live:#}");
    assert!(live["message_for_administrator"].is_null(), "{live:#}");
}

#[test]
fn where_the_account_may_see_nothing_the_administrator_is_asked_with_all_that_is_known() {
    let scene = revoking("");
    set_mode(&scene.server.folder().path("log"), 0o600);
    let live = scene.live(USER, &FROM_INSIDE);
    assert_eq!(first(&live), "key-not-authorized", "{live:#}");
    assert_eq!(step(&live, "the server's log"), "this account may not read it");
    assert!(step(&live, "sshd's settings").contains("takes root"), "{live:#}");
    let letter = live["message_for_administrator"].as_str().expect("a message");
    let print = scene.person.run(&["fingerprint", "new.pub"]).out;
    let print = print.split_whitespace().find(|word| word.starts_with("SHA256:"));
    for words in [
        "jo at 127.0.0.1",
        print.expect("a fingerprint"),
        " UTC the server refused",
        "address 127.0.0.1, port ",
        "the key is in ~/.ssh/authorized_keys",
        "nobody but the account can change",
        "sshd -T -C user=jo,",
    ] {
        assert!(letter.contains(words), "{words}: {letter}");
    }
    // What was looked at is not asked once more.
    assert!(!letter.contains("may others change"), "{letter}");
    let alone = scene.live(USER, &["--key", "new"]);
    let letter = alone["message_for_administrator"].as_str().expect("a message");
    assert!(letter.contains("may others change"), "{letter}");
}

#[test]
fn root_hears_from_sshd_what_its_settings_come_to_for_this_address() {
    let lines = "AllowUsers root\nPermitRootLogin prohibit-password\nUsePAM yes\n\
        Match Address 127.0.0.0/8 User root\n PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256\nMatch all\n";
    let scene = Scene::with(lines);
    let (server, person) = (&scene.server, &scene.person);
    // Root of this server lives among its own files.
    let home = server.folder().path("roots");
    std::fs::create_dir_all(home.join(".ssh")).expect("a home");
    let accounts = server.folder().get_text("passwd");
    let accounts = accounts.replace(":/root:", &format!(":{}:", home.display()));
    std::fs::write(server.folder().path("passwd"), accounts).expect("accounts");
    let made = [
        "generate",
        "-t",
        "ecdsa",
        "-o",
        "second",
        "-C",
        "x",
        "--no-passphrase",
    ];
    person.run(&made).expect_status(0);
    let list = person.line("new") + &person.line("second");
    std::fs::write(home.join(".ssh/authorized_keys"), list).expect("a list");
    let own = as_root("chown").args(["-R", "0:0"]).arg(&home).status();
    assert!(own.expect("chown").success());

    let live = scene.live("root", &["--key", "new", "-i", "second"]);
    let verdict = &live["verdicts"][0];
    assert_eq!(verdict["cause"], "key-type-server", "{live:#}\n{}", server.log());
    assert_eq!(verdict["certainty"], "certain", "{live:#}");
    let said = evidence(verdict).join("\n");
    assert!(
        said.contains("“sshd -T -C user=root,host=127.0.0.1,addr=127.0.0.1,")
            && said.contains("pubkeyacceptedalgorithms ecdsa-sha2-nistp256"),
        "{said}"
    );
    assert!(
        step(&live, "sshd's settings").contains("sshd -T -C user=root"),
        "{live:#}"
    );
}

/// Programs of a server that are not there, told by stand-ins: sshd and all else are real.
fn with_programs(programs: &[(&str, &str)]) -> Scene {
    let scene = revoking("SetEnv PATH=FOLDER/programs:/usr/bin:/bin\n");
    let folder = scene.server.folder();
    std::fs::create_dir(folder.path("programs")).expect("a folder");
    set_mode(&folder.path("programs"), 0o755);
    for (name, text) in programs {
        let text = text.replace("FOLDER", folder.path("").to_string_lossy().trim_end_matches('/'));
        let text = format!("#!/bin/sh\n{text}\n");
        folder.put_with_mode(&format!("programs/{name}"), text.as_bytes(), 0o755);
    }
    scene
}

#[test]
fn a_journal_is_read_where_the_account_may_and_else_the_files() {
    // It stands in for systemd's, and has what sshd has said.
    let scene = with_programs(&[(
        "journalctl",
        "case $* in *-t?sshd-session*) cat FOLDER/journal;; esac",
    )]);
    set_mode(&scene.server.folder().path("log"), 0o600);
    let folder = scene.server.folder();
    let link = folder.path("journal");
    std::os::unix::fs::symlink(folder.path("log"), &link).expect("a link");
    let live = scene.live(USER, &FROM_INSIDE);
    assert_eq!(step(&live, "the server's log"), "this account may not read it");
    set_mode(&folder.path("log"), 0o644);
    let live = scene.live(USER, &FROM_INSIDE);
    assert_eq!(first(&live), "key-revoked", "{live:#}");
    assert!(
        step(&live, "the server's log").starts_with("journalctl has "),
        "{live:#}"
    );
}

#[test]
fn a_label_of_selinux_that_keeps_sshd_from_the_list_is_told_with_what_puts_it_right() {
    // SELinux is not on here: what would tell of it stands in.
    let ls =
        "case $1 in -dZ) echo \"unconfined_u:object_r:user_home_t:s0 $2\";; *) exec /bin/ls \"$@\";; esac";
    for (enforce, restorecon, words) in [
        (
            "Enforcing",
            "echo \"Would relabel $4 from unconfined_u:object_r:user_home_t:s0 to unconfined_u:object_r:ssh_home_t:s0\"",
            "the right label",
        ),
        ("Enforcing", "", "semanage fcontext"),
        ("Permissive", "", ""),
    ] {
        let getenforce = format!("echo {enforce}");
        let scene = with_programs(&[
            ("getenforce", &getenforce),
            ("ls", ls),
            ("restorecon", restorecon),
        ]);
        set_mode(&scene.server.folder().path("log"), 0o600);
        let live = scene.live(USER, &FROM_INSIDE);
        if words.is_empty() {
            assert_eq!(first(&live), "key-not-authorized", "{live:#}");
            continue;
        }
        let verdict = &live["verdicts"][0];
        assert_eq!(verdict["cause"], "server-list-unreadable", "{live:#}");
        assert_eq!(verdict["certainty"], "likely", "{live:#}");
        assert_eq!(verdict["fix"]["command"], "restorecon -R ~/.ssh", "{live:#}");
        let message = verdict["message"].as_str().expect("a sentence");
        assert!(
            message.contains("SELinux") && message.contains("user_home_t"),
            "{message}"
        );
        let what = verdict["fix"]["what"].as_str().expect("words");
        assert!(what.contains(words), "{what}");
    }
}

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

/// The first cause for a file, with what is told of it.
#[cfg(unix)]
fn first(home: &Home, words: &[&str], status: i32) -> serde_json::Value {
    let ran = home.run(&[&["doctor"], words, &["--json"]].concat());
    ran.expect_status(status);
    ran.object()["verdicts"][0].clone()
}

#[cfg(unix)]
fn set_mode(home: &Home, name: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(home.path(name), std::fs::Permissions::from_mode(mode)).expect("it is ours");
}

#[test]
#[cfg(unix)]
fn a_sound_key_file_is_called_that() {
    let home = Home::with_key();
    assert_eq!(first(&home, &["key"], 0)["cause"], "works");
    home.tool("puttygen", &["key", "-O", "private", "-o", "key.ppk"]);
    assert_eq!(first(&home, &["key.ppk"], 0)["cause"], "works");
}

#[test]
#[cfg(unix)]
fn of_a_key_of_puttys_it_is_said_that_ssh_cannot_read_it_and_how_weak_an_old_one_is() {
    let home = Home::with_locked_key();
    let said = |format: &str| {
        home.run(&[
            "convert",
            "key",
            "--to",
            format,
            "-o",
            format,
            "--passphrase-file",
            "pass",
        ])
        .expect_status(0);
        let ran = home.run(&["doctor", format]);
        ran.expect_status(0);
        assert!(
            ran.out.contains("ssh cannot read it")
                && ran.out.contains("--to openssh")
                && !ran.out.contains("Nothing is wrong"),
            "{}",
            ran.out
        );
        ran.out
    };
    assert!(!said("ppk").contains("try passphrases"));
    let old = said("ppk2");
    assert!(
        old.contains("lets an attacker try passphrases") && old.contains("PPK version 3"),
        "{old}"
    );
}

#[test]
#[cfg(unix)]
fn what_is_the_matter_with_a_key_file_has_its_name() {
    let home = Home::with_key();
    let key = home.read("key");
    let put = |name: &str, text: &str| {
        home.write(name, text.as_bytes());
        set_mode(&home, name, 0o600);
    };
    put("crlf", &key.replace('\n', "\r\n"));
    put("cut", &key[..key.len() / 2]);
    put("text", "This is no key.\n");
    put("other", &key);
    home.run(&["generate", "-o", "second", "--no-passphrase"])
        .expect_status(0);
    put("other.pub", &home.read("second.pub"));
    put("open", &key);
    set_mode(&home, "open", 0o644);
    home.tool("puttygen", &["key", "-O", "private", "-o", "key.ppk"]);
    let ppk = home.read("key.ppk");
    put("bad.ppk", &ppk.replace("Comment: me", "Comment: ne"));
    put("new.ppk", &ppk.replace("File-3", "File-4"));
    home.tool(
        "ssh-keygen",
        &["-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", "rsa"],
    );
    for (name, cause) in [
        ("nowhere/key", "key-file-missing"),
        ("open", "key-file-permissions"),
        ("crlf", "key-file-format"),
        ("cut", "key-file-format"),
        ("text", "key-file-format"),
        ("key.pub", "key-file-public"),
        ("other", "public-half-mismatch"),
        ("bad.ppk", "ppk-damaged"),
        ("new.ppk", "ppk-too-new"),
    ] {
        let verdict = first(&home, &[name], 1);
        assert_eq!(verdict["cause"], cause, "{name}: {verdict}");
        assert_eq!(verdict["certainty"], "certain", "{name}: {verdict}");
    }
    assert_eq!(first(&home, &["rsa"], 0)["cause"], "works");
}

#[test]
#[cfg(unix)]
fn a_wrong_passphrase_is_told_from_a_right_one() {
    let home = Home::with_locked_key();
    home.write("wrong", b"wronk\n");
    // Nothing is said of what was not seen.
    let verdict = first(&home, &["key"], 0);
    assert_eq!(verdict["cause"], "works");
    let message = verdict["message"].as_str().expect("a sentence");
    assert!(
        message.ends_with("as far as that shows without its passphrase."),
        "{message}"
    );
    assert_eq!(verdict["fix"]["command"], "keywright-cli info key", "{verdict:#}");
    let verdict = first(&home, &["key", "--passphrase-file", "pass"], 0);
    assert_eq!(verdict["cause"], "works");
    assert!(verdict["fix"].is_null(), "{verdict:#}");
    let message = verdict["message"].as_str().expect("a sentence");
    assert!(!message.contains("passphrase"), "{message}");
    let verdict = first(&home, &["key", "--passphrase-file", "wrong"], 1);
    assert_eq!(verdict["cause"], "key-file-passphrase");
}

#[test]
#[cfg(unix)]
fn certificates_that_are_over_or_not_for_the_key_are_told() {
    let home = Home::with_key();
    home.run(&["generate", "-o", "ca", "--no-passphrase"])
        .expect_status(0);
    let sign = |validity: &str, more: &[&str]| {
        home.tool(
            "ssh-keygen",
            &[
                &["-q", "-s", "ca", "-I", "me", "-n", "jo", "-V", validity],
                more,
                &["key.pub"],
            ]
            .concat(),
        );
    };
    sign("20200101:20210101", &[]);
    assert_eq!(first(&home, &["key"], 1)["cause"], "certificate-expired");
    assert_eq!(first(&home, &["key-cert.pub"], 1)["cause"], "certificate-expired");
    sign("20400101:20410101", &[]);
    assert_eq!(first(&home, &["key"], 1)["cause"], "certificate-not-yet-valid");
    sign("always:forever", &["-h"]);
    assert_eq!(first(&home, &["key"], 1)["cause"], "certificate-kind");
    sign("always:forever", &[]);
    assert_eq!(first(&home, &["key"], 0)["cause"], "works");
    home.run(&["generate", "-o", "other", "--no-passphrase"])
        .expect_status(0);
    home.write("other-cert.pub", home.read("key-cert.pub").as_bytes());
    assert_eq!(first(&home, &["other"], 1)["cause"], "certificate-mismatch");
}

#[test]
#[cfg(unix)]
fn what_can_be_mended_is_mended_when_that_is_asked_for_and_not_before() {
    let home = Home::with_key();
    let key = home.read("key");
    home.write("crlf", key.replace('\n', "\r\n").as_bytes());
    set_mode(&home, "crlf", 0o644);
    let before = home.read("crlf");
    home.run(&["doctor", "crlf"]).expect_status(1);
    let ran = home.run(&["doctor", "crlf", "--fix", "--dry-run"]);
    ran.expect_status(1);
    assert!(
        ran.out.contains("Would make") && ran.out.contains("Would put a clean file"),
        "{}",
        ran.out
    );
    assert_eq!((home.read("crlf"), home.mode("crlf")), (before, 0o644));
    let ran = home.run(&["doctor", "crlf", "--fix", "--json"]);
    ran.expect_status(0);
    let told = ran.object();
    assert_eq!(told["verdicts"][0]["cause"], "works", "{told}");
    assert_eq!(told["fixed"].as_array().map(Vec::len), Some(2), "{told}");
    assert_eq!((home.read("crlf"), home.mode("crlf")), (key, 0o600));
}

#[test]
#[cfg(unix)]
fn a_log_of_this_computer_is_held_against_its_files() {
    let home = Home::with_key();
    let path = home.path("key").display().to_string();
    let log = format!("Permissions 0644 for '{path}' are too open.\nLoad key \"{path}\": bad permissions\n");
    set_mode(&home, "key", 0o644);
    let told = of_log(&home, log.as_bytes()).object();
    let verdict = &told["verdicts"][0];
    assert_eq!(verdict["fix"]["repairable"], true, "{told}");
    let evidence = verdict["evidence"].as_array().expect("a list");
    assert!(
        evidence.iter().any(|evidence| evidence["kind"] == "file"),
        "{told}"
    );
    set_mode(&home, "key", 0o600);
    let told = of_log(&home, log.as_bytes()).object();
    let verdict = &told["verdicts"][0];
    assert_eq!(verdict["certainty"], "likely", "{told}");
    let evidence = verdict["evidence"].as_array().expect("a list");
    assert!(
        evidence.iter().any(|evidence| evidence["contradicts"] == true),
        "{told}"
    );
}

/// This computer, with a home folder of its own.
#[cfg(unix)]
fn computer() -> Home {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    std::fs::create_dir(home.path(".ssh")).expect("a folder");
    std::fs::set_permissions(home.path(".ssh"), std::fs::Permissions::from_mode(0o700)).expect("it is ours");
    home
}

#[cfg(unix)]
fn of_here(home: &Home, words: &[&str]) -> Ran {
    let mut command = home.command();
    command.env_remove("SSH_AUTH_SOCK").env_remove("XDG_RUNTIME_DIR");
    Ran::of(command.args([&["doctor", "--json"], words].concat()))
}

#[test]
#[cfg(unix)]
fn a_computer_with_sound_keys_is_called_well() {
    let home = computer();
    home.run(&["generate", "-o", ".ssh/id_ed25519", "--no-passphrase"])
        .expect_status(0);
    let ran = of_here(&home, &[]);
    ran.expect_status(0);
    assert_eq!(causes(&ran), ["works"]);
}

#[test]
#[cfg(unix)]
fn what_is_wrong_on_this_computer_is_told_and_mended() {
    let home = computer();
    home.run(&["generate", "-o", ".ssh/id_ed25519", "--no-passphrase"])
        .expect_status(0);
    home.run(&["generate", "-o", ".ssh/other", "--no-passphrase"])
        .expect_status(0);
    home.write(".ssh/id_ed25519.pub", home.read(".ssh/other.pub").as_bytes());
    set_mode(&home, ".ssh/id_ed25519", 0o644);
    home.write(".ssh/config", b"Host web\n  IdentityFile ~/.ssh/gone\n");
    set_mode(&home, ".ssh/config", 0o666);
    let ran = of_here(&home, &[]);
    ran.expect_status(1);
    let told = ran.object();
    let steps = told["steps"].as_array().expect("a list");
    for cause in [
        "key-file-permissions",
        "public-half-mismatch",
        "config-permissions",
        "key-file-missing",
    ] {
        assert!(steps.iter().any(|step| step["what"] == cause), "{cause}: {told}");
    }
    assert_eq!(causes(&ran).len(), 3, "{told}");
    let ran = of_here(&home, &["--fix"]);
    ran.expect_status(1);
    assert_eq!(causes(&ran), ["key-file-missing"], "{}", ran.out);
    assert_eq!(
        (home.mode(".ssh/id_ed25519"), home.mode(".ssh/config") & 0o22),
        (0o600, 0)
    );
}

#[test]
#[cfg(unix)]
fn names_that_this_program_wrote_for_keys_to_come_are_no_fault() {
    let home = computer();
    home.run(&["generate", "-o", ".ssh/id_ed25519", "--no-passphrase"])
        .expect_status(0);
    home.write(".ssh/config", b"Host web\n  User jo\n");
    set_mode(&home, ".ssh/config", 0o600);
    home.run(&["keys", "default", ".ssh/id_ed25519"]).expect_status(0);
    let config = home.read(".ssh/config");
    assert!(config.contains("IdentityFile ~/.ssh/id_rsa"), "{config}");
    let ran = of_here(&home, &[]);
    ran.expect_status(0);
    assert_eq!(causes(&ran), ["works"], "{}", ran.out);
    // What somebody has written is looked at all the same.
    let own = config.replace("User jo", "User jo\n  IdentityFile ~/.ssh/id_rsa");
    home.write(".ssh/config", own.as_bytes());
    assert_eq!(causes(&of_here(&home, &[])), ["key-file-missing"]);
}

#[test]
#[cfg(unix)]
fn a_computer_without_keys_and_one_whose_agent_is_gone_are_told_apart() {
    let home = computer();
    assert_eq!(causes(&of_here(&home, &[])), ["no-key-offered"]);
    home.run(&["generate", "-o", ".ssh/id_ed25519", "--no-passphrase"])
        .expect_status(0);
    let mut command = home.command();
    command
        .env("SSH_AUTH_SOCK", home.path("gone"))
        .env_remove("XDG_RUNTIME_DIR");
    assert_eq!(
        causes(&Ran::of(command.args(["doctor", "--json"]))),
        ["agent-missing"]
    );
}

#[test]
fn a_log_and_something_else_at_once_are_refused() {
    let home = Home::new();
    home.write("log", REFUSED.as_bytes());
    home.run(&["doctor", "jo@127.0.0.1", "--log", "log", "--json"])
        .expect_error(2, "usage");
    home.run(&["doctor", "--dry-run"]).expect_status(2);
}

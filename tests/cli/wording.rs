//! Errors, usage and help.

use serde_json::Value;

use crate::support::{Home, corpus};

#[test]
fn every_class_of_failure_has_its_status_and_its_word() {
    let home = Home::with_locked_key();
    home.write("empty", b"");
    home.write("junk", b"hello\n");
    home.write("two", format!("{0}{0}", home.read("key.pub")).as_bytes());
    let key = home.read("key");
    home.write("cut", &key.as_bytes()[..key.len() / 2]);
    std::fs::create_dir(home.path("folder")).unwrap();
    for (file, status, code) in [
        ("empty", 1, "empty"),
        ("junk", 1, "not-a-key-file"),
        ("two", 1, "multiple-keys"),
        ("cut", 1, "truncated"),
        ("folder", 4, "io-not-regular"),
        ("missing", 4, "io-not-found"),
    ] {
        let ran = home.run(&["info", file, "--json"]);
        ran.expect_error(status, code);
        assert_eq!(ran.object()["file"], file);
    }
    home.run(&["info", "--json"]).expect_error(2, "usage");
    let words = ["convert", "key", "--to", "ppk", "-o", "x", "--json"];
    home.run(&words).expect_error(3, "needs-passphrase");
}

#[test]
fn wrong_words_are_told_in_two_lines() {
    let home = Home::new();
    for (words, said) in [
        (&["frobnicate"][..], "frobnicate"),
        (&["generate", "-t", "rsa1"], "ed25519, rsa, ecdsa, ed448, dsa"),
        (&["generate", "--frob"], "--frob"),
        (&["convert", "x"], "--to"),
        (
            &["generate", "--no-passphrase", "--new-passphrase-env", "X"],
            "--no-passphrase",
        ),
        (&["generate", "--kdf-rounds", "0"], "--kdf-rounds"),
        (&["generate", "--ppk-param", "lanes=2"], "lanes"),
    ] {
        let ran = home.run(words);
        ran.expect_status(2);
        assert_eq!(ran.out, "");
        let lines: Vec<&str> = ran.err.lines().collect();
        assert_eq!(lines.len(), 2, "{}", ran.err);
        assert!(
            lines[0].starts_with("error: ") && lines[0].contains(said),
            "{}",
            ran.err
        );
        assert!(
            lines[1].starts_with("hint: ") && lines[1].contains("--help"),
            "{}",
            ran.err
        );
        home.run(&[words, &["--json"]].concat()).expect_error(2, "usage");
    }
}

#[test]
fn nothing_but_json_is_on_standard_output_when_json_is_asked_for() {
    let home = Home::with_key();
    for words in [
        &["info", "key"][..],
        &["fingerprint", "key", "--art"],
        &["public", "key"],
        &["convert", "key", "--to", "ppk", "-o", "key.ppk"],
        &["passwd", "key", "--no-passphrase"],
        &["comment", "key", "new"],
        &["generate", "-o", "other", "--no-passphrase"],
        &["info", "missing"],
    ] {
        let ran = home.run(&[words, &["--json"]].concat());
        assert!(ran.object().is_object(), "{words:?}");
    }
}

#[test]
fn an_error_of_one_file_of_several_names_it() {
    let home = Home::with_key();
    home.write("empty", b"");
    for command in ["info", "fingerprint"] {
        let ran = home.run(&[command, "key", "empty", "missing"]);
        ran.expect_status(1);
        assert!(
            ran.err.contains("error: empty: the file is empty\n"),
            "{}",
            ran.err
        );
        assert_eq!(ran.err.matches("missing").count(), 1, "{}", ran.err);
        let ran = home.run(&[command, "empty"]);
        assert!(ran.err.contains("error: the file is empty\n"), "{}", ran.err);
        let told = home.run(&[command, "key", "empty", "--json"]).objects();
        assert_eq!(told[1]["error"]["message"], "the file is empty");
    }
}

#[test]
fn help_is_there_for_every_command_and_fits_a_terminal() {
    let home = Home::new();
    let help = home.text(&["--help"]);
    for command in [
        "generate",
        "info",
        "fingerprint",
        "public",
        "convert",
        "repair",
        "passwd",
        "comment",
        "cert",
        "agent",
        "keys",
        "authorized",
        "known-hosts",
        "provider",
        "puttygen",
        "completions",
    ] {
        assert!(help.contains(command), "{command}");
        let text = home.text(&[command, "--help"]);
        assert!(
            text.contains("Examples:\n") && text.contains("keywright-cli"),
            "{command}"
        );
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= 100, "{command}: {widest} columns");
    }
    assert!(home.text(&["--version"]).starts_with("keywright-cli "));
}

/// The glossary in CONTRIBUTING.md says which words stand in their place.
#[test]
fn the_help_of_every_command_has_one_word_for_one_thing() {
    const OTHERS: [&str; 13] = [
        "directory",
        "directories",
        "secret key",
        "keypair",
        "remote host",
        "pass phrase",
        "passcode",
        "keyring",
        "daemon",
        "nickname",
        "recycle bin",
        "username",
        "e-mail",
    ];
    let home = Home::new();
    let mut waiting = vec![Vec::new()];
    let mut seen = 0;
    while let Some(command) = waiting.pop() {
        let words: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
        let text = home.text(&words);
        let plain = text.to_lowercase();
        for other in OTHERS {
            assert!(!plain.contains(other), "{other} in the help of {command:?}");
        }
        let below = text.lines().skip_while(|line| *line != "Commands:").skip(1);
        let below = below.take_while(|line| !line.is_empty());
        let names = below
            .filter(|line| !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next());
        for name in names.filter(|name| *name != "help") {
            waiting.push([command.clone(), vec![name.to_owned()]].concat());
        }
        seen += 1;
    }
    assert!(seen > 40, "only {seen} commands were found");
}

#[test]
fn the_commands_in_the_help_are_commands() {
    let home = Home::new();
    for command in [
        "generate",
        "info",
        "fingerprint",
        "public",
        "convert",
        "passwd",
        "comment",
        "cert",
        "puttygen",
        "man",
    ] {
        let text = home.text(&[command, "--help"]);
        for line in text.lines().filter(|line| line.starts_with("  keywright-cli ")) {
            let words: Vec<&str> = line.split_whitespace().skip(1).collect();
            assert_eq!(words[0], command, "{line}");
            let options = words
                .iter()
                .filter(|word| word.starts_with("--") && word.len() > 2);
            for option in options {
                assert!(
                    text.contains(&format!("{option} ")) || text.contains(&format!("{option}\n")),
                    "{line}"
                );
            }
        }
    }
}

#[test]
fn a_broken_private_key_is_named_by_its_fault() {
    let home = Home::new();
    for (file, code) in [
        ("real/openssl/rsapss2048.pem", "unsupported-key-type"),
        ("real/openssl/x509_cert.pem", "not-a-key-file"),
    ] {
        let path = corpus(file);
        let ran = home.run(&["info", path.to_str().unwrap(), "--json"]);
        ran.expect_status(1);
        let object: Value = ran.object();
        assert_eq!(object["error"]["code"], code);
    }
}

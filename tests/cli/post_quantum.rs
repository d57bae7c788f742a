//! ML-DSA-44 with Ed25519: under its final name, and under that of the experiment.

use serde_json::json;

use crate::support::{Home, corpus};

/// A key of the experiment, as OpenSSH 10.5 has made it.
fn home_with_old_key() -> Home {
    let home = Home::new();
    for name in ["mldsa44_ed25519", "mldsa44_ed25519.pub"] {
        let bytes = std::fs::read(corpus(&format!("real/openssh/{name}"))).expect("it is in the corpus");
        home.write(&name.replace("mldsa44_ed25519", "old"), &bytes);
    }
    home
}

fn codes(of: &serde_json::Value) -> Vec<&str> {
    let warnings = of["warnings"].as_array().expect("a list");
    warnings
        .iter()
        .filter_map(|warning| warning["code"].as_str())
        .filter(|code| *code != "permissions")
        .collect()
}

#[test]
fn a_new_key_has_the_final_name_and_says_whom_it_is_for() {
    let home = Home::new();
    let ran = home.run(&[
        "generate",
        "-t",
        "mldsa44-ed25519",
        "-o",
        "key",
        "--no-passphrase",
    ]);
    ran.expect_status(0);
    assert!(ran.err.contains("OpenSSH 10.6 and later"), "{}", ran.err);
    let key = home.object(&["info", "key"]);
    assert_eq!(key["type"], "ssh-mldsa44-ed25519");
    assert_eq!((codes(&key), &key["read_by_ssh"]), (vec![], &json!(true)));
    assert!(home.read("key.pub").starts_with("ssh-mldsa44-ed25519 AAAAE3"));
}

#[test]
fn a_key_of_the_experiment_is_read_and_warned_of() {
    let home = home_with_old_key();
    for name in ["old", "old.pub"] {
        let key = home.object(&["info", name]);
        assert_eq!(key["type"], "ssh-mldsa44-ed25519@openssh.com");
        assert_eq!(
            (codes(&key), &key["read_by_ssh"]),
            (vec!["mldsa-experiment"], &json!(false))
        );
    }
    let said = home.text(&["info", "old"]);
    assert!(said.contains("--final-name"), "{said}");
}

#[test]
fn a_key_of_the_experiment_gets_the_final_name_with_the_same_numbers() {
    let home = home_with_old_key();
    let ran = home.run(&["convert", "old", "--final-name", "-o", "new"]);
    ran.expect_status(0);
    let (old, new) = (home.object(&["info", "old"]), home.object(&["info", "new"]));
    assert_eq!(new["type"], "ssh-mldsa44-ed25519");
    assert_eq!((codes(&new), &new["read_by_ssh"]), (vec![], &json!(true)));
    assert_eq!(new["comment"], old["comment"]);
    let fingerprint = new["fingerprint_sha256"].as_str().expect("a text");
    assert!(ran.err.contains(fingerprint), "{}", ran.err);
    assert_ne!(new["fingerprint_sha256"], old["fingerprint_sha256"]);
    // The names have 19 and 31 characters: behind them stands the same.
    let number = |name: &str, key: &serde_json::Value| {
        let line = key["public_key"].as_str().expect("a text").to_owned();
        let blob = line.split(' ').nth(1).expect("a key").to_owned();
        let blob = <base64ct::Base64 as base64ct::Encoding>::decode_vec(&blob).expect("base64");
        blob[4 + name.len()..].to_vec()
    };
    assert_eq!(
        number("ssh-mldsa44-ed25519", &new),
        number("ssh-mldsa44-ed25519@openssh.com", &old)
    );
    // The public half alone comes to the same line.
    let line = home.text(&["convert", "old.pub", "--final-name"]);
    assert_eq!(
        Some(line.trim_end()),
        new["public_key"]
            .as_str()
            .map(|key| format!("{key} test@example"))
            .as_deref()
    );
}

#[test]
fn a_key_that_has_its_final_name_is_given_no_other() {
    let home = Home::with_key();
    home.run(&["convert", "key", "--final-name", "-o", "new", "--json"])
        .expect_error(2, "usage");
    assert!(!home.has("new"));
}

//! `info --json` over key files of other programs says what their manifest says.

use std::fs;

use serde_json::Value;

use crate::support::{Home, corpus};

/// The formats of the manifest that are read today.
const FORMATS: [&str; 15] = [
    "openssh-v1",
    "openssh-pub",
    "openssh-cert",
    "ppk2",
    "ppk3",
    "rfc4716",
    "pem-pkcs1",
    "pem-sec1",
    "pem-dsa",
    "pem-pkcs8",
    "pem-pkcs8-enc",
    "pem-spki",
    "pem-pkcs1-pub",
    "der-pkcs1",
    "der-pkcs8",
];

#[test]
fn info_agrees_with_the_manifest_about_files_of_other_programs() {
    let text = fs::read_to_string(corpus("real/MANIFEST.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let entries = manifest["entries"].as_array().unwrap();
    let ours = |entry: &&Value| {
        FORMATS.contains(&entry["format"].as_str().unwrap()) && entry["expected"]["outcome"] == "ok"
    };
    let home = Home::new();
    let mut looked_at = 0;
    for entry in entries.iter().filter(ours) {
        let file = entry["file"].as_str().unwrap();
        let path = corpus("real").join(file);
        let ran = home.run(&["info", "--json", path.to_str().unwrap()]);
        ran.expect_status(0);
        let told = ran.object();
        check(entry, &told, file);
        looked_at += 1;
    }
    assert!(looked_at >= 200, "only {looked_at} files");
}

fn check(entry: &Value, told: &Value, file: &str) {
    // An encrypted PEM file shows nothing of the key that is in it.
    let is_all_hidden = told["encrypted"] == true && told["type"].is_null();
    let is_pem = entry["format"]
        .as_str()
        .is_some_and(|format| format.starts_with("pem-"));
    assert!(!is_all_hidden || is_pem, "{file}");
    let is_certificate = entry["format"] == "openssh-cert" || file.contains("withcert");
    if is_certificate {
        assert!(told["certificate"]["type"].is_string(), "{file}");
        if entry["plain_fp_sha256"].is_string() {
            assert_eq!(told["fingerprint_sha256"], entry["plain_fp_sha256"], "{file}");
        }
    } else if !is_all_hidden {
        for (ours, theirs) in [
            ("type", "key_type"),
            ("fingerprint_sha256", "fp_sha256"),
            ("fingerprint_md5", "fp_md5"),
        ] {
            assert_eq!(told[ours], entry[theirs], "{file}: {ours}");
        }
    }
    if !is_all_hidden {
        assert_eq!(told["bits"], entry["bits"], "{file}: bits");
    }
    assert_eq!(told["private"], entry["has_private"], "{file}: private");
    assert_eq!(told["encrypted"], entry["encrypted"], "{file}: encrypted");
    // In a locked OpenSSH file the comment is locked as well.
    let is_hidden = told["encrypted"] == true && told["format"] == "openssh";
    let has_room = !["pem", "pkcs8"].iter().any(|format| told["format"] == *format);
    if is_hidden {
        assert!(told["comment"].is_null(), "{file}");
    } else if has_room && entry["comment"].is_string() {
        assert_eq!(told["comment"], entry["comment"], "{file}: comment");
    }
}

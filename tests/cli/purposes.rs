//! `convert --as` and `--for`: keys as parts of other files, and in the format that a program takes.

use crate::support::Home;

const CARRIERS: [&str; 5] = ["env", "json", "yaml", "base64", "github-secret"];

fn fingerprint(home: &Home, name: &str) -> (String, bool) {
    let key = home.object(&["info", name]);
    let fingerprint = key["fingerprint_sha256"].as_str().expect("a text").to_owned();
    (fingerprint, key["private"].as_bool().expect("yes or no"))
}

#[test]
fn what_is_put_into_a_carrier_is_read_again_from_it() {
    let home = Home::with_key();
    let expected = fingerprint(&home, "key").0;
    for carrier in CARRIERS {
        let printed = home.text(&["convert", "key", "--as", carrier]);
        home.write("public", printed.as_bytes());
        assert_eq!(
            fingerprint(&home, "public"),
            (expected.clone(), false),
            "{carrier}"
        );

        let words = ["convert", "key", "--as", carrier, "--private", "-o", "-"];
        home.write("private", home.text(&words).as_bytes());
        assert_eq!(
            fingerprint(&home, "private"),
            (expected.clone(), true),
            "{carrier}"
        );
    }
}

#[test]
fn the_private_half_is_carried_only_when_it_is_asked_for_by_name() {
    let home = Home::with_key();
    for carrier in CARRIERS {
        home.text(&["convert", "key", "--as", carrier, "-o", carrier]);
        assert!(!fingerprint(&home, carrier).1, "{carrier}");
    }
    for words in [
        &["convert", "key", "--for", "paramiko"][..],
        &["convert", "key", "--for", "paramiko", "--as", "json"],
    ] {
        assert!(home.text(words).contains("ssh-ed25519 AAAA"), "{words:?}");
    }
    // Nor is it printed without being told to.
    home.run(&["convert", "key", "--as", "env", "--private", "--json"])
        .expect_error(2, "usage");
}

#[test]
fn a_carried_private_key_lies_alone_and_open_to_nobody_else() {
    let home = Home::with_key();
    home.text(&["convert", "key", "--as", "env", "--private", "-o", "secrets.env"]);
    assert!(!home.has("secrets.env.pub"));
    #[cfg(unix)]
    assert_eq!(home.mode("secrets.env"), 0o600);
    assert!(
        home.read("secrets.env")
            .starts_with("SSH_PRIVATE_KEY=\"-----BEGIN OPENSSH PRIVATE KEY-----\\n")
    );
}

#[test]
fn the_line_break_that_github_takes_away_is_said() {
    let home = Home::with_key();
    let ran = home.run(&["convert", "key", "--as", "github-secret", "--private", "-o", "-"]);
    ran.expect_status(0);
    assert!(
        ran.err.contains("GitHub takes the last line break away"),
        "{}",
        ran.err
    );
}

#[test]
fn a_program_gets_the_format_that_it_takes() {
    let home = Home::with_key();
    home.text(&[
        "generate",
        "-t",
        "rsa",
        "-b",
        "2048",
        "-o",
        "rsa",
        "--no-passphrase",
    ]);
    for (key, program, format) in [
        ("key", "putty-before-0.75", "ppk2"),
        ("key", "winscp", "ppk"),
        ("key", "filezilla", "ppk"),
        ("rsa", "jsch", "pem"),
        ("key", "paramiko", "openssh"),
        ("key", "bitwarden", "openssh"),
        ("key", "1password", "openssh"),
        ("rsa", "openssh-before-6.5", "pem"),
        ("rsa", "aws", "pem"),
        ("key", "azure", "openssh"),
        ("rsa", "oci", "pkcs8"),
        ("key", "age", "openssh"),
    ] {
        home.text(&["convert", key, "--for", program, "-o", program]);
        let made = home.object(&["info", program]);
        assert_eq!(
            (&made["format"], &made["private"]),
            (&format.into(), &true.into()),
            "{program}"
        );
        assert_eq!(fingerprint(&home, program), fingerprint(&home, key));
    }
    let public = home.text(&["convert", "rsa", "--for", "oci"]);
    assert!(public.starts_with("-----BEGIN PUBLIC KEY-----\n"), "{public}");
}

#[test]
fn a_key_that_a_program_does_not_take_is_refused_with_what_it_takes() {
    let home = Home::with_key();
    for program in ["openssh-before-6.5", "oci"] {
        let words = ["convert", "key", "--for", program, "-o", "out", "--json"];
        let said = home.run(&words).expect_error(1, "unsupported-key-type");
        assert!(said.contains("RSA"), "{said}");
        assert!(!home.has("out"));
    }
    home.text(&["generate", "-t", "ecdsa", "-o", "ec", "--no-passphrase"]);
    for program in ["1password", "age"] {
        home.run(&["convert", "ec", "--for", program, "--json"])
            .expect_error(1, "unsupported-key-type");
    }
    // It has taken them since the middle of 2026.
    home.text(&["convert", "ec", "--for", "bitwarden", "-o", "managed"]);
    assert_eq!(fingerprint(&home, "managed"), fingerprint(&home, "ec"));
}

#[test]
fn an_encrypted_pem_file_keeps_its_passphrase_on_its_way_to_a_program() {
    let home = Home::new();
    home.write("pass", b"secret\n");
    home.text(&[
        "generate",
        "-t",
        "rsa",
        "-b",
        "2048",
        "-o",
        "rsa",
        "--new-passphrase-file",
        "pass",
    ]);
    let words = [
        "convert",
        "rsa",
        "--to",
        "pkcs8",
        "-o",
        "p8",
        "--passphrase-file",
        "pass",
    ];
    home.text(&words);
    let words = [
        "convert",
        "p8",
        "--for",
        "winscp",
        "-o",
        "ppk",
        "--passphrase-file",
        "pass",
    ];
    home.text(&words);
    let made = home.object(&["info", "ppk"]);
    assert_eq!(
        (&made["format"], &made["encrypted"]),
        (&"ppk".into(), &true.into())
    );
}

#[test]
fn a_public_key_has_no_private_half_to_give() {
    let home = Home::with_key();
    for words in [
        &["convert", "key.pub", "--as", "json", "--private", "--json"][..],
        &[
            "convert",
            "key.pub",
            "--for",
            "winscp",
            "--private",
            "-o",
            "x",
            "--json",
        ],
    ] {
        home.run(words).expect_error(1, "unsupported-format");
    }
}

//! Every format of `convert`, `public` and `generate`, as other programs read it.

use crate::ppk1::version_1;
#[cfg(unix)]
use crate::support::QUICK;
use crate::support::{Home, corpus};

/// The types of keys, and the formats whose files can hold them.
const ROOM: [(&[&str], &[&str]); 6] = [
    (
        &["-t", "rsa", "-b", "2048"],
        &[
            "openssh",
            "ppk",
            "ppk2",
            "pem",
            "pkcs8",
            "pkcs8-der",
            "sshcom",
            "jwk",
        ],
    ),
    (
        &["-t", "ecdsa"],
        &["openssh", "ppk", "ppk2", "pem", "pkcs8", "pkcs8-der", "jwk"],
    ),
    (
        &["-t", "ed25519"],
        &["openssh", "ppk", "ppk2", "pkcs8", "pkcs8-der", "jwk"],
    ),
    (
        &["-t", "ed448"],
        &["openssh", "ppk", "ppk2", "pkcs8", "pkcs8-der", "jwk"],
    ),
    (
        &["-t", "dsa"],
        &["openssh", "ppk", "ppk2", "pem", "pkcs8", "pkcs8-der", "sshcom"],
    ),
    (&["-t", "mldsa44-ed25519"], &["openssh"]),
];
const ALL: [&str; 8] = [
    "openssh",
    "ppk",
    "ppk2",
    "pem",
    "pkcs8",
    "pkcs8-der",
    "sshcom",
    "jwk",
];

fn made(home: &Home, kind: &[&str]) {
    let words = ["generate", "-o", "key", "-C", "me@here", "--no-passphrase"];
    home.text(&[&words[..], kind].concat());
}

#[test]
fn every_key_goes_into_every_format_that_has_room_for_it() {
    for (kind, formats) in ROOM {
        let home = Home::new();
        made(&home, kind);
        let key = home.object(&["info", "key"]);
        for format in ALL {
            let ran = home.run(&["convert", "key", "--to", format, "-o", format, "--json"]);
            if !formats.contains(&format) {
                ran.expect_error(1, "unsupported-key-type");
                assert!(!home.has(format));
                continue;
            }
            ran.expect_status(0);
            assert_eq!(ran.object()["format"], format);
            let told = home.object(&["info", format]);
            assert_eq!(told["public_key"], key["public_key"], "{kind:?} as {format}");
            // And back again.
            let back = format!("{format}.back");
            home.text(&["convert", format, "--to", "openssh", "-o", &back]);
            assert_eq!(home.object(&["info", &back])["public_key"], key["public_key"]);
        }
    }
}

#[test]
fn a_type_that_the_format_has_no_room_for_is_refused_before_a_key_is_made() {
    let home = Home::new();
    for (kind, formats) in ROOM {
        for format in ALL.into_iter().filter(|format| !formats.contains(format)) {
            let words = [
                "generate",
                "-o",
                "k",
                "--format",
                format,
                "--no-passphrase",
                "--json",
            ];
            home.run(&[&words[..], kind].concat())
                .expect_error(1, "unsupported-key-type");
        }
    }
    assert!(home.names().is_empty());
}

#[test]
fn a_passphrase_protects_every_format_but_one() {
    let home = Home::new();
    home.write("pass", b"secret\n");
    made(&home, &["-t", "rsa", "-b", "2048"]);
    for (format, cipher, kdf, warns) in [
        ("openssh", "aes256-ctr", "bcrypt", false),
        ("ppk", "aes256-cbc", "argon2id", false),
        ("ppk2", "aes256-cbc", "sha1", true),
        ("pem", "aes128-cbc", "openssl-md5", true),
        ("pkcs8", "aes256-cbc", "pbkdf2", false),
        ("pkcs8-der", "aes256-cbc", "pbkdf2", false),
        ("sshcom", "3des-cbc", "md5", true),
    ] {
        let words = ["convert", "key", "--to", format, "-o", format, "--json"];
        let ran = home.run(&[&words[..], &["--new-passphrase-file", "pass"]].concat());
        ran.expect_status(0);
        let told = ran.object();
        assert_eq!(
            (&told["cipher"], &told["kdf"]["name"]),
            (&cipher.into(), &kdf.into())
        );
        let codes = told["warnings"].as_array().unwrap();
        assert_eq!(
            codes.iter().any(|warning| warning["code"] == "weak-kdf"),
            warns,
            "{format}"
        );
        assert_eq!(ran.err.contains("warning: "), warns, "{format}: {}", ran.err);
        let opened = home.object(&["info", format, "--passphrase-file", "pass"]);
        assert_eq!(opened["public_key"], home.object(&["info", "key"])["public_key"]);
    }
}

#[test]
fn a_json_web_key_is_never_written_unprotected_unless_that_is_said() {
    let home = Home::with_locked_key();
    let words = [
        "convert",
        "key",
        "--to",
        "jwk",
        "-o",
        "jwk",
        "--passphrase-file",
        "pass",
        "--json",
    ];
    let ran = home.run(&words);
    ran.expect_error(2, "usage");
    assert!(ran.err.contains("--no-passphrase"), "{}", ran.err);
    assert!(!home.has("jwk"));
    home.run(&[&words[..], &["--no-passphrase"]].concat())
        .expect_status(0);
    assert_eq!(home.object(&["info", "jwk"])["comment"], "me@here");
    for words in [
        &["generate", "--format", "jwk", "-o", "new", "--json"][..],
        &[
            "generate",
            "--format",
            "jwk",
            "-o",
            "new",
            "--new-passphrase-file",
            "pass",
            "--json",
        ],
    ] {
        home.run(words).expect_error(2, "usage");
    }
    home.text(&["generate", "--format", "jwk", "-o", "new", "--no-passphrase"]);
    assert_eq!(home.object(&["info", "new"])["format"], "jwk");
    assert!(!home.has("new.pub"));
}

#[test]
fn a_comment_that_the_format_has_no_room_for_is_kept_beside() {
    for format in ["pem", "pkcs8", "pkcs8-der"] {
        let home = Home::new();
        made(&home, &["-t", "ecdsa"]);
        let ran = home.run(&["convert", "key", "--to", format, "-o", "new"]);
        ran.expect_status(0);
        assert!(
            ran.err.starts_with("note: ") && ran.err.contains("“me@here”, which is kept in new.pub"),
            "{}",
            ran.err
        );
        assert_eq!(home.read("new.pub"), home.read("key.pub"));
        assert!(
            home.text(&["info", "new"])
                .contains("me@here (from the file ending in .pub)")
        );
        assert_eq!(home.text(&["public", "new"]), home.read("key.pub"));
        home.text(&["convert", "new", "--to", "openssh", "-o", "back"]);
        assert_eq!(home.object(&["info", "back"])["comment"], "me@here");
        assert_eq!(home.read("back.pub"), home.read("key.pub"));
        // Once more in its own place: what lies beside it has the comment.
        home.write("ip", home.read("key").as_bytes());
        home.write("ip.pub", home.read("key.pub").as_bytes());
        let in_place = ["convert", "ip", "--to", format, "-o", "ip", "--force"];
        let ran = home.run(&in_place);
        ran.expect_status(0);
        assert!(ran.err.contains("which is in ip.pub\n"), "{}", ran.err);
        home.write("ip", home.read("key").as_bytes());
        home.write("ip.pub", b"precious");
        let ran = home.run(&in_place);
        assert!(ran.err.contains("which is lost\n"), "{}", ran.err);
        // What lies there already is not touched, and the note says so.
        let words = ["convert", "key", "--to", format, "-o", "new", "--force"];
        home.write("new.pub", b"precious");
        let ran = home.run(&words);
        ran.expect_status(0);
        assert!(ran.err.contains("stays in key alone"), "{}", ran.err);
        assert_eq!(home.read("new.pub"), "precious");
    }
}

#[test]
fn a_comment_is_not_lost_where_there_is_no_room_for_it() {
    let home = Home::new();
    made(&home, &["-t", "ecdsa"]);
    home.text(&["convert", "key", "--to", "pkcs8", "-o", "new"]);
    let before = home.read("new");
    let ran = home.run(&["comment", "new", "other"]);
    ran.expect_status(0);
    assert!(ran.err.contains("stands in new.pub alone"), "{}", ran.err);
    assert!(home.read("new.pub").ends_with(" other\n"));
    assert_eq!(home.read("new"), before);
    std::fs::remove_file(home.path("new.pub")).unwrap();
    let ran = home.run(&["comment", "new", "other", "--json"]);
    ran.expect_error(1, "unsupported-format");
    assert!(ran.err.contains("public FILE > new.pub"), "{}", ran.err);
    home.text(&["convert", "key", "--to", "spki", "-o", "spki"]);
    home.run(&["comment", "spki", "other", "--json"])
        .expect_error(1, "unsupported-format");
}

/// A file of version 1, which no program writes.
fn ppk1() -> String {
    let v2 = std::fs::read_to_string(corpus("real/putty/rsa1024_v2.ppk")).expect("a file of text");
    version_1(&v2, "", true)
}

#[test]
fn a_file_that_is_only_read_does_not_change_its_kind() {
    let home = Home::new();
    home.write("ppk1", ppk1().as_bytes());
    let told = home.object(&["info", "ppk1"]);
    assert_eq!((&told["format"], &told["bits"]), (&"ppk1".into(), &1024.into()));
    for words in [
        &["passwd", "ppk1", "--no-passphrase", "--json"][..],
        &["comment", "ppk1", "x", "--json"],
        &["cert", "attach", "ppk1", "ppk1", "--json"],
    ] {
        let ran = home.run(words);
        ran.expect_error(1, "unsupported-format");
        assert!(ran.err.contains("ppk"), "{}", ran.err);
    }
    assert_eq!(home.read("ppk1"), ppk1());
    home.text(&["convert", "ppk1", "--to", "ppk", "-o", "ppk3"]);
    assert_eq!(home.object(&["info", "ppk3"])["public_key"], told["public_key"]);
    let der = std::fs::read(corpus("real/openssl/rsa2048_pkcs1.der")).unwrap();
    home.write("der", &der);
    for words in [
        &["passwd", "der", "--no-passphrase", "--json"][..],
        &["comment", "der", "x", "--json"],
    ] {
        home.run(words).expect_error(1, "unsupported-format");
    }
    assert_eq!(std::fs::read(home.path("der")).unwrap(), der);
    home.text(&["convert", "der", "--to", "pkcs8-der", "-o", "new"]);
    home.write("pass", b"secret\n");
    home.text(&["passwd", "new", "--new-passphrase-file", "pass"]);
    assert_eq!(home.object(&["info", "new"])["format"], "pkcs8-der");
}

#[test]
fn a_json_web_key_that_says_more_is_not_written_again() {
    let home = Home::with_key();
    home.text(&["convert", "key", "--to", "jwk", "-o", "jwk"]);
    home.text(&["comment", "jwk", "other"]);
    assert_eq!(home.object(&["info", "jwk"])["comment"], "other");
    let more = home.read("jwk").replacen('{', "{ \"use\": \"sig\",", 1);
    home.write("jwk", more.as_bytes());
    let ran = home.run(&["comment", "jwk", "third", "--json"]);
    ran.expect_error(1, "unsupported-format");
    assert!(ran.err.contains("kid"), "{}", ran.err);
    assert_eq!(home.read("jwk"), more);
    home.run(&["passwd", "jwk", "--no-passphrase", "--json"])
        .expect_error(1, "unsupported-format");
}

#[test]
fn of_a_public_key_the_public_form_of_the_same_name_is_made() {
    let home = Home::new();
    made(&home, &["-t", "rsa", "-b", "2048"]);
    let line = home.read("key.pub");
    assert_eq!(home.text(&["convert", "key.pub", "--to", "openssh"]), line);
    for (to, public, start) in [
        ("pem", "pem", "-----BEGIN PUBLIC KEY-----\n"),
        ("pkcs8", "spki", "-----BEGIN PUBLIC KEY-----\n"),
        ("spki", "pem", "-----BEGIN PUBLIC KEY-----\n"),
        ("pkcs1-public", "pkcs1", "-----BEGIN RSA PUBLIC KEY-----\n"),
        ("jwk", "jwk", "{\n"),
        ("jwk-public", "jwk", "{\n"),
        ("rfc4716", "rfc4716", "---- BEGIN SSH2 PUBLIC KEY ----\n"),
    ] {
        let text = home.text(&["convert", "key.pub", "--to", to]);
        assert!(text.starts_with(start), "{to}: {text}");
        assert_eq!(home.text(&["public", "key", "--format", public]), text, "{to}");
        home.write("other", text.as_bytes());
        let told = home.object(&["info", "other"]);
        assert_eq!(told["private"], false);
        assert!(line.starts_with(told["public_key"].as_str().unwrap()), "{to}");
        std::fs::remove_file(home.path("other")).unwrap();
    }
    for to in ["ppk", "ppk2", "pkcs8-der", "sshcom"] {
        home.run(&["convert", "key.pub", "--to", to, "-o", "new", "--json"])
            .expect_error(1, "unsupported-format");
    }
    home.run(&["public", "key", "--format", "pkcs1", "--json"])
        .expect_status(0);
    home.text(&["generate", "-o", "ed", "--no-passphrase"]);
    home.run(&["public", "ed", "--format", "pkcs1", "--json"])
        .expect_error(1, "unsupported-key-type");
}

#[test]
fn the_strength_of_pkcs8_files_is_as_asked_for() {
    let home = Home::new();
    made(&home, &["-t", "rsa", "-b", "2048"]);
    home.write("pass", b"secret\n");
    let to = |format: &'static str, out: &'static str| {
        [
            "convert",
            "key",
            "--to",
            format,
            "-o",
            out,
            "--new-passphrase-file",
            "pass",
        ]
    };
    let key = home.object(
        &[
            &to("pkcs8", "a")[..],
            &["--kdf-rounds", "2000", "--cipher", "aes128-cbc"],
        ]
        .concat(),
    );
    assert_eq!(key["cipher"], "aes128-cbc");
    assert_eq!(
        key["kdf"].to_string(),
        r#"{"name":"pbkdf2","prf":"hmac-sha-256","iterations":2000}"#
    );
    let key = home.object(&[&to("pkcs8-der", "b")[..], &["--scrypt"]].concat());
    assert_eq!(
        key["kdf"].to_string(),
        r#"{"name":"scrypt","n":16384,"r":8,"p":5}"#
    );
    let key = home.object(&[&to("pkcs8", "c")[..], &["--scrypt=1024,8,1"]].concat());
    assert_eq!(key["kdf"]["n"], 1024);
    for (format, words) in [
        ("pkcs8", &["--scrypt=1000,8,1"][..]),
        ("pkcs8", &["--scrypt", "--kdf-rounds", "9"]),
        ("pkcs8", &["--cipher", "aes256-ctr"]),
        ("openssh", &["--cipher", "3des-cbc"]),
        ("openssh", &["--scrypt"]),
        ("pem", &["--kdf-rounds", "9"]),
        ("sshcom", &["--cipher", "aes256-cbc"]),
        ("jwk", &["--kdf-rounds", "9"]),
    ] {
        let convert = ["convert", "key", "--to", format, "-o", "no", "--json"];
        home.run(&[&convert[..], words].concat()).expect_error(2, "usage");
    }
    assert!(!home.has("no"));
}

#[test]
fn a_new_key_lies_beside_its_public_half_where_that_is_of_use() {
    for (format, public) in [
        ("pem", Some("ssh-rsa ")),
        ("pkcs8", Some("ssh-rsa ")),
        ("pkcs8-der", Some("ssh-rsa ")),
        ("sshcom", Some("---- BEGIN SSH2 PUBLIC KEY ----\n")),
        ("jwk", None),
        ("ppk", None),
    ] {
        let home = Home::new();
        let words = [
            "generate", "-t", "rsa", "-b", "2048", "--format", format, "-o", "key",
        ];
        let key = home.object(&[&words[..], &["--no-passphrase"]].concat());
        match public {
            Some(start) => {
                assert_eq!(key["public_file"], "key.pub");
                assert!(home.read("key.pub").starts_with(start), "{format}");
            }
            None => assert_eq!(home.names(), ["key"], "{format}"),
        }
    }
}

#[test]
fn types_that_few_programs_know_are_made_with_a_word_of_warning() {
    let home = Home::new();
    let ran = home.run(&["generate", "-t", "ed448", "-o", "a", "--no-passphrase"]);
    ran.expect_status(0);
    assert!(ran.err.starts_with("note: ssh and most servers"), "{}", ran.err);
    let ran = home.run(&["generate", "-t", "dsa", "-o", "b", "--no-passphrase", "--json"]);
    ran.expect_status(0);
    assert!(ran.err.starts_with("warning: DSA keys"), "{}", ran.err);
    assert_eq!(ran.object()["warnings"][0]["code"], "dsa");
    for (kind, bits) in [("ed448", "256"), ("dsa", "2048"), ("dsa", "512")] {
        let words = [
            "generate",
            "-t",
            kind,
            "-b",
            bits,
            "-o",
            "c",
            "--no-passphrase",
            "--json",
        ];
        home.run(&words).expect_error(2, "usage");
    }
    assert!(!home.has("c"));
}

#[cfg(unix)]
#[test]
fn openssl_reads_what_is_made_for_it() {
    let home = Home::new();
    home.write("pass", b"secret\n");
    made(&home, &["-t", "rsa", "-b", "2048"]);
    let theirs = |file: &str, form: &str| {
        let words = [
            "pkey",
            "-in",
            file,
            "-inform",
            form,
            "-passin",
            "pass:secret",
            "-pubout",
        ];
        home.tool("openssl", &words)
    };
    let public = home.text(&["public", "key", "--format", "pem"]);
    for (format, form) in [("pem", "PEM"), ("pkcs8", "PEM"), ("pkcs8-der", "DER")] {
        let bare = format!("{format}.bare");
        home.text(&["convert", "key", "--to", format, "-o", &bare]);
        assert_eq!(theirs(&bare, form), public, "{format}");
        let mut words = vec!["convert", "key", "--to", format, "-o", format];
        words.extend(["--new-passphrase-file", "pass"]);
        if format != "pem" {
            words.extend(["--kdf-rounds", "1000"]);
        }
        home.text(&words);
        assert_eq!(theirs(format, form), public, "{format}");
    }
    let words = ["convert", "key", "--to", "pkcs8", "-o", "scrypt", "--scrypt"];
    home.text(&[&words[..], &["--new-passphrase-file", "pass"]].concat());
    assert_eq!(theirs("scrypt", "PEM"), public);
    home.write(
        "pkcs1",
        home.text(&["public", "key", "--format", "pkcs1"]).as_bytes(),
    );
    let words = ["rsa", "-RSAPublicKey_in", "-in", "pkcs1", "-pubout"];
    assert_eq!(home.tool("openssl", &words), public);
}

#[cfg(unix)]
#[test]
fn ssh_keygen_reads_what_is_made_for_it() {
    let home = Home::new();
    home.write("pass", b"secret\n");
    made(&home, &["-t", "rsa", "-b", "2048"]);
    let line = home.read("key.pub");
    for format in ["openssh", "pem", "pkcs8"] {
        let words = ["convert", "key", "--to", format, "-o", format];
        home.text(&[&words[..], &["--new-passphrase-file", "pass"]].concat());
        let theirs = home.tool("ssh-keygen", &["-y", "-P", "secret", "-f", format]);
        assert!(line.starts_with(theirs.trim_end()), "{format}: {theirs}");
    }
    // Public keys, as ssh-keygen -e writes them and -i reads them.
    for (form, name) in [("PKCS8", "pem"), ("PEM", "pkcs1")] {
        let ours = home.text(&["public", "key", "--format", name]);
        let theirs = home.tool("ssh-keygen", &["-e", "-m", form, "-f", "key.pub"]);
        assert_eq!(ours, theirs, "{form}");
        home.write("other", ours.as_bytes());
        let read = home.tool("ssh-keygen", &["-i", "-m", form, "-f", "other"]);
        assert!(line.starts_with(read.trim_end()), "{form}: {read}");
        std::fs::remove_file(home.path("other")).unwrap();
    }
    let words = [
        "generate", "-t", "rsa", "-b", "2048", "--format", "sshcom", "-o", "com",
    ];
    home.text(&[&words[..], &["--no-passphrase", "-C", "c"]].concat());
    let read = home.tool("ssh-keygen", &["-i", "-f", "com"]);
    let key = home.object(&["info", "com"]);
    assert!(read.contains("BEGIN RSA PRIVATE KEY"), "{read}");
    let read = home.tool("ssh-keygen", &["-i", "-f", "com.pub"]);
    assert_eq!(read.trim_end(), key["public_key"].as_str().unwrap());
}

#[cfg(unix)]
#[test]
fn puttygen_reads_ed448_dsa_and_ssh_com_keys() {
    let home = Home::new();
    home.write("pass", b"secret\n");
    for (kind, format) in [
        ("ed448", "ppk"),
        ("ed448", "openssh"),
        ("dsa", "ppk2"),
        ("dsa", "sshcom"),
        ("dsa", "openssh"),
        ("dsa", "pem"),
    ] {
        let name = format!("{kind}.{format}");
        let mut words = vec![
            "generate", "-t", kind, "--format", format, "-o", &name, "-C", "c d",
        ];
        words.extend(["--new-passphrase-file", "pass"]);
        if format == "openssh" {
            words.extend(QUICK);
        }
        home.text(&words);
        let theirs = home.tool("puttygen", &[&name, "-L", "--old-passphrase", "pass"]);
        let ours = home.text(&["public", &name, "--passphrase-file", "pass"]);
        assert_eq!(
            theirs.split(' ').nth(1),
            ours.split(' ').nth(1),
            "{name}: {theirs} {ours}"
        );
    }
}

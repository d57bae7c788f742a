//! `convert`, `passwd`, `comment`.

use crate::support::{Home, QUICK, corpus};

#[test]
fn a_converted_key_keeps_its_passphrase() {
    let home = Home::with_locked_key();
    for (format, kdf) in [("ppk", "argon2id"), ("ppk2", "sha1"), ("openssh", "bcrypt")] {
        let key = home.object(&[
            "convert",
            "key",
            "--to",
            format,
            "-o",
            format,
            "--passphrase-file",
            "pass",
        ]);
        assert_eq!((&key["format"], &key["source"]), (&format.into(), &"key".into()));
        let told = home.object(&["info", format, "--passphrase-file", "pass"]);
        assert_eq!(told["kdf"]["name"], kdf);
        assert_eq!(told["comment"], "me@here");
        assert_eq!(told["public_key"], home.object(&["info", "key"])["public_key"]);
    }
    // The public half lies beside the one for ssh, as with a new key; PuTTY's files hold it.
    assert_eq!(
        home.names(),
        ["key", "key.pub", "openssh", "openssh.pub", "pass", "ppk", "ppk2"]
    );
    assert_eq!(home.read("openssh.pub"), home.read("key.pub"));
}

#[test]
fn a_converted_key_gets_the_passphrase_that_was_asked_for() {
    let home = Home::with_locked_key();
    home.write("new", b"other\n");
    let convert = ["convert", "key", "--to", "openssh", "--passphrase-file", "pass"];
    home.text(&[&convert[..], &["-o", "bare", "--no-passphrase"]].concat());
    assert_eq!(home.object(&["info", "bare"])["encrypted"], false);
    home.text(
        &[
            &convert[..],
            &QUICK,
            &["-o", "changed", "--new-passphrase-file", "new"],
        ]
        .concat(),
    );
    home.text(&["info", "changed", "--passphrase-file", "new"]);
    home.run(&["info", "changed", "--passphrase-file", "pass", "--json"])
        .expect_error(3, "wrong-passphrase");
}

#[test]
fn a_key_without_a_passphrase_stays_without_and_can_get_one() {
    let home = Home::with_key();
    home.write("new", b"other\n");
    home.text(&["convert", "key", "--to", "ppk", "-o", "bare.ppk"]);
    assert_eq!(home.object(&["info", "bare.ppk"])["encrypted"], false);
    home.text(&[
        "convert",
        "key",
        "--to",
        "ppk",
        "-o",
        "key.ppk",
        "--new-passphrase-file",
        "new",
    ]);
    assert_eq!(home.object(&["info", "key.ppk"])["encrypted"], true);
}

#[test]
fn a_private_key_goes_nowhere_unless_told_where() {
    let home = Home::with_key();
    let ran = home.run(&["convert", "key", "--to", "ppk", "--json"]);
    ran.expect_error(2, "usage");
    assert!(ran.err.contains("-o -"), "{}", ran.err);
    let text = home.text(&["convert", "key", "--to", "ppk", "-o", "-"]);
    assert!(text.starts_with("PuTTY-User-Key-File-3: ssh-ed25519\n"));
    home.run(&["convert", "key", "--to", "ppk", "-o", "-", "--json"])
        .expect_error(2, "usage");
    home.run(&["convert", "key", "--to", "ppk", "-o", "key", "--json"])
        .expect_error(4, "exists");
    home.text(&["convert", "key", "--to", "ppk", "-o", "key", "--force"]);
    assert_eq!(home.object(&["info", "key"])["format"], "ppk");
}

#[test]
fn a_public_key_is_printed_or_saved() {
    let home = Home::with_locked_key();
    let line = home.text(&["convert", "key", "--to", "public"]);
    assert_eq!(line, home.read("key.pub"));
    assert_eq!(home.text(&["convert", "key", "--to", "public", "-o", "-"]), line);
    let saved = home.object(&["convert", "key.pub", "--to", "rfc4716", "-o", "rfc"]);
    assert_eq!(
        (&saved["format"], &saved["private"]),
        (&"rfc4716".into(), &false.into())
    );
    assert_eq!(home.text(&["convert", "rfc", "--to", "public"]), line);
}

#[test]
fn a_private_key_never_makes_room_for_its_public_half() {
    let home = Home::with_locked_key();
    home.text(&[
        "convert",
        "key",
        "--to",
        "pkcs8",
        "-o",
        "bare",
        "--passphrase-file",
        "pass",
        "--no-passphrase",
    ]);
    let cert = corpus("real/openssh/cert_options-cert.pub");
    let other = corpus("real/openssh/ed25519");
    std::fs::copy(other, home.path("made.pub")).unwrap();
    let before = (home.read("key"), home.read("bare"), home.read("made.pub"));
    for words in [
        &["convert", "key", "--to", "public", "-o", "key"][..],
        &["convert", "key", "--to", "rfc4716", "-o", "bare"],
        &["convert", "bare", "--to", "spki", "-o", "bare"],
        &["convert", cert.to_str().unwrap(), "--to", "public", "-o", "key"],
        &["generate", "-o", "made", "--no-passphrase"],
    ] {
        let ran = home.run(&[words, &["--force", "--json"]].concat());
        ran.expect_error(4, "exists");
        assert!(ran.err.contains("the private key would be lost"), "{}", ran.err);
    }
    assert_eq!(
        before,
        (home.read("key"), home.read("bare"), home.read("made.pub"))
    );
    assert!(!home.has("made"));
}

#[test]
fn a_private_key_does_not_come_to_lie_beside_the_public_half_of_another() {
    let home = Home::with_key();
    let other = std::fs::read(corpus("real/openssh/ecdsa256.pub")).unwrap();
    let certificate = std::fs::read(corpus("real/openssh/cert_options-cert.pub")).unwrap();
    home.write("a.pub", &other);
    home.write("b-cert.pub", &certificate);
    for (words, named) in [
        (&["convert", "key", "--to", "ppk", "-o", "a"][..], "a.pub"),
        (&["convert", "key", "--to", "openssh", "-o", "a"], "a.pub"),
        (&["convert", "key", "--to", "openssh", "-o", "b"], "b-cert.pub"),
        (
            &["generate", "--format", "ppk", "-o", "a", "--no-passphrase"],
            "a.pub",
        ),
        (&["generate", "-o", "b", "--no-passphrase"], "b-cert.pub"),
    ] {
        let ran = home.run(&[words, &["--json"]].concat());
        ran.expect_error(4, "exists");
        assert!(ran.err.contains(named), "{}", ran.err);
    }
    assert_eq!(home.names(), ["a.pub", "b-cert.pub", "key", "key.pub"]);
    for (format, out, named) in [("ppk", "a", "a.pub"), ("openssh", "b", "b-cert.pub")] {
        let ran = home.run(&["convert", "key", "--to", format, "-o", out, "--force"]);
        ran.expect_status(0);
        let note = format!("note: {named} belongs to another key, and stays as it is\n");
        assert!(ran.err.contains(&note), "{}", ran.err);
    }
    assert_eq!(home.read("a.pub").as_bytes(), other);
    // What is the key's own is in nobody's way, and stays as it is.
    let told = home.object(&["convert", "key", "--to", "openssh", "-o", "key", "--force"]);
    assert!(told["public_file"].is_null());
}

#[test]
fn a_public_key_does_not_become_a_private_one() {
    let home = Home::with_key();
    let ran = home.run(&["convert", "key.pub", "--to", "ppk", "-o", "new", "--json"]);
    ran.expect_error(1, "unsupported-format");
    let ran = home.run(&["passwd", "key.pub", "--no-passphrase", "--json"]);
    ran.expect_error(1, "unsupported-format");
}

#[test]
fn a_certificate_stays_one_when_it_is_converted() {
    let home = Home::new();
    let path = corpus("real/openssh/cert_options-cert.pub");
    let path = path.to_str().unwrap();
    let line = std::fs::read_to_string(path).unwrap();
    assert_eq!(home.text(&["convert", path, "--to", "public"]), line);
    home.text(&["convert", path, "--to", "rfc4716", "-o", "rfc"]);
    assert_eq!(home.text(&["convert", "rfc", "--to", "public"]), line);
}

#[test]
fn a_new_passphrase_replaces_the_old_one_in_place() {
    for (format, quick) in [
        ("openssh", &QUICK[..]),
        ("ppk", &["--ppk-param", "passes=1"]),
        ("ppk2", &[]),
    ] {
        let home = Home::with_locked_key();
        home.write("new", b"other\n");
        let words = [
            "convert",
            "key",
            "--to",
            format,
            "-o",
            "file",
            "--passphrase-file",
            "pass",
        ];
        home.text(&[&words[..], quick].concat());
        let names = home.names();
        let words = [
            "passwd",
            "file",
            "--passphrase-file",
            "pass",
            "--new-passphrase-file",
            "new",
        ];
        let changed = home.object(&[&words[..], quick].concat());
        assert_eq!(
            (&changed["format"], &changed["encrypted"]),
            (&format.into(), &true.into())
        );
        assert_eq!(
            home.object(&["info", "file", "--passphrase-file", "new"])["comment"],
            "me@here"
        );
        home.run(&["info", "file", "--passphrase-file", "pass", "--json"])
            .expect_error(3, "wrong-passphrase");
        home.text(&["passwd", "file", "--passphrase-file", "new", "--no-passphrase"]);
        assert_eq!(home.object(&["info", "file"])["encrypted"], false);
        assert_eq!(home.names(), names);
    }
}

#[cfg(unix)]
#[test]
fn a_changed_file_stays_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::with_key();
    std::fs::set_permissions(home.path("key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    home.text(&["comment", "key", "new"]);
    assert_eq!(home.mode("key"), 0o600);
}

#[test]
fn a_new_passphrase_is_never_protected_less_than_usual() {
    let home = Home::with_locked_key();
    let words = [
        "passwd",
        "key",
        "--passphrase-file",
        "pass",
        "--new-passphrase-file",
        "pass",
    ];
    assert_eq!(home.object(&words)["kdf"]["rounds"], 24);
    assert_eq!(
        home.object(&[&words[..], &["--kdf-rounds", "2"]].concat())["kdf"]["rounds"],
        2
    );
}

#[test]
fn a_refused_change_leaves_the_file_as_it_was() {
    let home = Home::with_locked_key();
    home.write("wrong", b"wrong\n");
    let before = home.read("key");
    for (words, status, code) in [
        (
            &["passwd", "key", "--passphrase-file", "wrong", "--no-passphrase"][..],
            3,
            "wrong-passphrase",
        ),
        (&["passwd", "key", "--no-passphrase"], 3, "needs-passphrase"),
        (
            &["passwd", "key", "--passphrase-file", "pass"],
            3,
            "needs-passphrase",
        ),
        (&["comment", "key", "new"], 3, "needs-passphrase"),
        (
            &["comment", "key", "a\nb", "--passphrase-file", "pass"],
            2,
            "usage",
        ),
        (&["passwd", "-", "--no-passphrase"], 2, "usage"),
        (&["comment", "-", "new"], 2, "usage"),
    ] {
        home.run(&[words, &["--json"]].concat())
            .expect_error(status, code);
    }
    assert_eq!(home.read("key"), before);
    assert_eq!(home.names(), ["key", "key.pub", "pass", "wrong"]);
}

#[test]
fn a_new_comment_goes_into_both_files() {
    let home = Home::with_locked_key();
    let kdf = home.object(&["info", "key"])["kdf"].clone();
    let changed = home.object(&["comment", "key", "José – 汉字", "--passphrase-file", "pass"]);
    assert_eq!(
        (&changed["comment"], &changed["public_file"]),
        (&"José – 汉字".into(), &"key.pub".into())
    );
    let told = home.object(&["info", "key", "--passphrase-file", "pass"]);
    assert_eq!((&told["comment"], &told["kdf"]), (&"José – 汉字".into(), &kdf));
    assert!(home.read("key.pub").ends_with(" José – 汉字\n"));
    home.text(&["comment", "key", "", "--passphrase-file", "pass"]);
    assert_eq!(home.read("key.pub").split(' ').count(), 2);
}

#[test]
fn a_public_file_of_another_key_is_left_alone() {
    let home = Home::with_key();
    let other = std::fs::read(corpus("real/openssh/ed25519.pub")).unwrap();
    home.write("key.pub", &other);
    let ran = home.run(&["comment", "key", "new"]);
    ran.expect_status(0);
    assert!(ran.err.starts_with("note: key.pub does not hold"), "{}", ran.err);
    assert_eq!(home.read("key.pub").as_bytes(), other);
    assert_eq!(home.object(&["info", "key"])["comment"], "new");
}

#[test]
fn a_public_file_alone_gets_its_comment_in_its_own_format() {
    let home = Home::with_key();
    home.text(&["public", "key", "--format", "rfc4716"]);
    home.text(&["convert", "key", "--to", "rfc4716", "-o", "rfc"]);
    home.text(&["comment", "rfc", "new"]);
    assert!(home.read("rfc").contains("Comment: \"new\""));
    home.text(&["comment", "key.pub", "--", "-- new --"]);
    assert!(home.read("key.pub").ends_with(" -- new --\n"));
    assert_eq!(home.object(&["info", "key"])["comment"], "me@here");
}

#[cfg(unix)]
#[test]
fn ssh_keygen_and_puttygen_take_what_was_changed() {
    let home = Home::with_locked_key();
    home.write("new", b"other\n");
    home.text(&["comment", "key", "changed", "--passphrase-file", "pass"]);
    let words = [
        "passwd",
        "key",
        "--passphrase-file",
        "pass",
        "--new-passphrase-file",
        "new",
    ];
    home.text(&[&words[..], &["--cipher", "aes256-gcm@openssh.com"], &QUICK].concat());
    assert_eq!(
        home.tool("ssh-keygen", &["-y", "-P", "other", "-f", "key"]),
        home.read("key.pub")
    );
    for format in ["ppk", "ppk2"] {
        home.text(&[
            "convert",
            "key",
            "--to",
            format,
            "-o",
            format,
            "--passphrase-file",
            "new",
        ]);
        let line = home.tool("puttygen", &[format, "-L", "--old-passphrase", "new"]);
        assert_eq!(line, home.read("key.pub"));
    }
}

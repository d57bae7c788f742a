//! Where passphrases come from.

use crate::support::{Home, Ran};

#[test]
fn what_has_no_effect_without_a_passphrase_is_not_taken_in_silence() {
    let home = Home::with_key();
    home.write("pass", b"secret\n");
    let before = home.names();
    for (words, what) in [
        (
            &[
                "convert",
                "key",
                "--to",
                "ppk",
                "-o",
                "new",
                "--passphrase-file",
                "pass",
            ][..],
            "key has no passphrase",
        ),
        (
            &["passwd", "key", "--passphrase-file", "pass", "--no-passphrase"],
            "key has no passphrase",
        ),
        (
            &[
                "convert",
                "key",
                "--to",
                "openssh",
                "-o",
                "new",
                "--kdf-rounds",
                "9",
            ],
            "--kdf-rounds has no effect",
        ),
        (
            &["convert", "key", "--to", "pkcs8", "-o", "new", "--scrypt"],
            "--scrypt has no effect",
        ),
        (
            &[
                "generate",
                "-o",
                "new",
                "--no-passphrase",
                "--cipher",
                "aes256-cbc",
            ],
            "--cipher has no effect",
        ),
        (
            &["passwd", "key", "--no-passphrase", "--kdf-rounds", "9"],
            "--kdf-rounds has no effect",
        ),
    ] {
        let ran = home.run(&[words, &["--json"]].concat());
        ran.expect_error(2, "usage");
        assert!(ran.err.contains(what), "{}", ran.err);
    }
    assert_eq!(home.names(), before);
    home.text(&["info", "key", "key.pub", "--passphrase-file", "pass"]);
}

#[test]
fn a_passphrase_comes_from_a_file_or_a_variable() {
    let home = Home::with_locked_key();
    for content in ["secret", "secret\n", "secret\r\n", "secret\nmore\n"] {
        home.write("p", content.as_bytes());
        home.text(&["info", "key", "--passphrase-file", "p"]);
    }
    let ran = Ran::of(
        home.command()
            .args(["info", "key", "--passphrase-env", "PASS"])
            .env("PASS", "secret"),
    );
    ran.expect_status(0);
    assert!(ran.out.contains("me@here"), "{}", ran.out);
}

#[cfg(unix)]
#[test]
fn a_passphrase_comes_from_an_open_descriptor() {
    let home = Home::with_locked_key();
    home.write("two", b"secret\nother\n");
    let program = env!("CARGO_BIN_EXE_keywright-cli");
    let shell = |line: &str| Ran::of(home.other("sh").args(["-c", &line.replace("PROGRAM", program)]));
    shell("PROGRAM info key --passphrase-fd 3 3<pass").expect_status(0);
    shell("echo secret | PROGRAM info key --passphrase-fd 0").expect_status(0);
    shell("echo secret | PROGRAM info key --passphrase-file -").expect_status(0);
    // Both from one descriptor, a line each.
    let both = "PROGRAM passwd key --kdf-rounds 1 --passphrase-fd 3 --new-passphrase-fd 3 3<two";
    shell(both).expect_status(0);
    home.write("pass", b"other\n");
    home.text(&["info", "key", "--passphrase-file", "pass"]);
    shell("PROGRAM info key --passphrase-fd 9 --json").expect_error(2, "usage");
    shell("PROGRAM info - --passphrase-fd 0 --json <key").expect_error(2, "usage");
    shell("PROGRAM info - --passphrase-file - --json <key").expect_error(2, "usage");
}

#[cfg(unix)]
#[test]
fn a_passphrase_file_may_be_a_pipe() {
    let home = Home::with_locked_key();
    let line = format!(
        "cat pass | '{}' info key --passphrase-file /dev/stdin",
        env!("CARGO_BIN_EXE_keywright-cli")
    );
    Ran::of(home.other("sh").args(["-c", &line])).expect_status(0);
}

#[test]
fn a_passphrase_that_is_not_there_is_named() {
    let home = Home::with_locked_key();
    home.write("empty", b"\n");
    for (words, status, code) in [
        (&["--passphrase-file", "missing"][..], 4, "io-not-found"),
        (&["--passphrase-env", "NOT_SET_ANYWHERE"], 2, "usage"),
        (&["--passphrase-file", "empty"], 3, "needs-passphrase"),
        (&["--passphrase-file", "pass", "--passphrase-fd", "0"], 2, "usage"),
        (&["--passphrase", "secret"], 2, "usage"),
        (&["--passphrase=secret"], 2, "usage"),
    ] {
        let ran = home.run(&[&["info", "key", "--json"], words].concat());
        ran.expect_error(status, code);
        assert!(!ran.err.contains("secret"), "{}", ran.err);
    }
}

#[test]
fn an_empty_new_passphrase_is_taken_for_a_mistake() {
    let home = Home::new();
    home.write("empty", b"\n");
    let ran = home.run(&[
        "generate",
        "-o",
        "key",
        "--new-passphrase-file",
        "empty",
        "--json",
    ]);
    ran.expect_error(2, "usage");
    assert!(ran.err.contains("--no-passphrase"), "{}", ran.err);
    assert_eq!(home.names(), ["empty"]);
}

#[test]
fn a_passphrase_need_not_be_text() {
    let home = Home::with_key();
    home.write("pass", b"\xff\xfe p\xe4ss \n");
    home.text(&[
        "passwd",
        "key",
        "--new-passphrase-file",
        "pass",
        "--kdf-rounds",
        "1",
    ]);
    home.text(&["info", "key", "--passphrase-file", "pass"]);
}

#[test]
fn without_a_terminal_a_missing_passphrase_is_asked_for_by_option() {
    let home = Home::with_locked_key();
    let ran = home.run(&["convert", "key", "--to", "ppk", "-o", "new", "--json"]);
    ran.expect_error(3, "needs-passphrase");
    assert!(ran.err.contains("--passphrase-file"), "{}", ran.err);
    assert!(!home.has("new"));
}

#[test]
fn an_unusual_cost_is_paid_only_with_consent() {
    let home = Home::new();
    home.write("pass", b"secret\n");
    // One KiB more than is usual, gone over once: no long wait for the test.
    let param = ["--format", "ppk", "--ppk-param", "memory=262145,passes=1"];
    let words = [
        &["generate", "-o", "key", "--new-passphrase-file", "pass"],
        &param[..],
    ]
    .concat();
    home.run(&[&words[..], &["--json"]].concat())
        .expect_error(1, "limit");
    assert!(!home.has("key"));
    home.text(&[&words[..], &["--yes"]].concat());

    let words = ["info", "key", "--passphrase-file", "pass"];
    let ran = home.run(&[&words[..], &["--json"]].concat());
    ran.expect_error(1, "limit");
    assert!(ran.err.contains("--yes"), "{}", ran.err);
    home.text(&[&words[..], &["--yes"]].concat());
    // What stands in clear costs nothing.
    home.text(&["info", "key"]);
}

#[test]
fn a_passphrase_is_taken_however_an_editor_or_a_shell_has_written_it() {
    let home = Home::with_locked_key();
    let right = home.read("pass");
    let right = right.trim_end();
    let wide = |is_big: bool, text: &str| {
        let units = text.encode_utf16();
        let bytes = units.flat_map(|unit| {
            if is_big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        });
        let mark: &[u8] = if is_big { &[0xfe, 0xff] } else { &[0xff, 0xfe] };
        [mark, &bytes.collect::<Vec<u8>>()].concat()
    };
    for bytes in [
        format!("\u{feff}{right}\r\n").into_bytes(),
        wide(false, &format!("{right}\r\n")),
        wide(false, right),
        wide(true, &format!("{right}\n")),
    ] {
        home.write("given", &bytes);
        let ran = home.run(&["info", "key", "--passphrase-file", "given"]);
        ran.expect_status(0);
        assert!(ran.out.contains("me@here"), "{bytes:?}: {}", ran.out);
    }
    for end in ["\n", "\r\n"] {
        let mut command = home.command();
        command.env("PASS", format!("{right}{end}"));
        let ran = Ran::of(command.args(["info", "key", "--passphrase-env", "PASS"]));
        ran.expect_status(0);
        assert!(ran.out.contains("me@here"), "{}", ran.out);
    }
}

#[cfg(unix)]
#[test]
fn standard_input_goes_by_its_other_name_too() {
    let home = Home::with_key();
    let ran = Ran::of(home.other("sh").args([
        "-c",
        &format!(
            "cat key | '{}' info /dev/stdin",
            env!("CARGO_BIN_EXE_keywright-cli")
        ),
    ]));
    ran.expect_status(0);
    assert!(ran.out.contains("OpenSSH private key"), "{}", ran.out);
}

#[test]
fn a_passphrase_is_suggested_and_opens_the_key_that_it_protects() {
    let home = Home::new();
    let words = home.text(&["passphrase"]);
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    assert!(words.trim_end_matches('\n').bytes().all(is_word), "{words}");
    assert!(words.split('-').count() >= 6 && words.ends_with('\n'));
    home.write("words", words.as_bytes());
    home.text(&["generate", "-o", "key", "--passphrase-file", "words"]);
    let opened = home.tool("ssh-keygen", &["-y", "-P", words.trim_end(), "-f", "key"]);
    assert!(home.read("key.pub").starts_with(opened.trim_end()));
    let more = home.object(&["passphrase", "--words", "8"]);
    assert_eq!(
        (more["words"].as_u64(), more["bits"].as_u64()),
        (Some(8), Some(103))
    );
    let said = more["passphrase"].as_str().expect("a text");
    assert!(said.split('-').count() >= 8 && said != words.trim_end());
    for few in ["4", "21", "-1", "x"] {
        home.run(&["passphrase", &format!("--words={few}")])
            .expect_status(2);
    }
}

//! `generate`.

#[cfg(unix)]
use crate::support::Ran;
use crate::support::{Home, QUICK};

#[test]
fn a_new_key_lies_in_two_files_and_is_told_about() {
    let home = Home::new();
    let out = home.text(&["generate", "-o", "key", "-C", "me@here", "--no-passphrase"]);
    assert_eq!(home.names(), ["key", "key.pub"]);
    let public = home.read("key.pub");
    for said in [
        "key.pub",
        "SHA256:",
        "+--[ED25519 256]--+",
        "+----[SHA256]-----+",
        public.as_str(),
    ] {
        assert!(out.contains(said), "{said} is not in {out}");
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_a_private_key() {
    for format in ["openssh", "ppk", "ppk2"] {
        let home = Home::new();
        home.text(&["generate", "-o", "key", "--format", format, "--no-passphrase"]);
        assert_eq!(home.mode("key"), 0o600, "{format}");
    }
    assert_eq!(Home::with_key().mode("key.pub"), 0o644);
}

#[test]
fn every_type_and_size_is_made_as_asked_for() {
    let home = Home::new();
    for (at, (words, name, bits)) in [
        (&["-t", "ed25519"][..], "ssh-ed25519", 256),
        (&[], "ssh-ed25519", 256),
        (&["-t", "ecdsa"], "ecdsa-sha2-nistp256", 256),
        (&["-t", "ecdsa", "-b", "384"], "ecdsa-sha2-nistp384", 384),
        (&["-t", "ecdsa", "-b", "521"], "ecdsa-sha2-nistp521", 521),
        (&["-t", "rsa", "-b", "2048"], "ssh-rsa", 2048),
    ]
    .into_iter()
    .enumerate()
    {
        let file = format!("key{at}");
        let key = home.object(&[&["generate", "-o", &file, "--no-passphrase"], words].concat());
        assert_eq!(
            (&key["type"], &key["bits"]),
            (&name.into(), &bits.into()),
            "{words:?}"
        );
    }
}

#[test]
fn primes_and_exponent_are_as_asked_for_and_openssl_agrees() {
    let home = Home::new();
    for (at, words) in [
        &["--primes", "proven"][..],
        &["--primes", "proven-even", "--exponent", "35"],
        &["--strong-primes", "--exponent", "3"],
    ]
    .into_iter()
    .enumerate()
    {
        let file = format!("key{at}.pem");
        let always = [
            "generate",
            "-t",
            "rsa",
            "-b",
            "2048",
            "--format",
            "pem",
            "--no-passphrase",
            "-o",
            &file,
        ];
        home.text(&[&always[..], words].concat());
        let checked = std::process::Command::new("openssl")
            .args(["pkey", "-check", "-noout", "-text", "-in"])
            .arg(home.path(&file))
            .output()
            .expect("openssl is needed: apt-get install openssl");
        let said = String::from_utf8_lossy(&checked.stdout);
        assert!(
            checked.status.success() && said.contains("Key is valid"),
            "{words:?}: {said}"
        );
        let exponent = words
            .iter()
            .skip_while(|word| **word != "--exponent")
            .nth(1)
            .unwrap_or(&"65537");
        assert!(
            said.contains(&format!("publicExponent: {exponent} ")),
            "{words:?}: {said}"
        );
    }
    for words in [
        &["-t", "ecdsa", "--strong-primes"][..],
        &["-t", "rsa", "--exponent", "4"],
    ] {
        let refused = home.run(&[&["generate", "-o", "x", "--no-passphrase"], words].concat());
        refused.expect_status(2);
        assert!(refused.err.contains("hint: "), "{}", refused.err);
    }
    assert!(!home.has("x"));
}

#[test]
fn one_json_object_says_what_was_made() {
    let home = Home::new();
    home.write("pass", b"secret\n");
    let words = [
        "generate",
        "-o",
        "key",
        "-C",
        "a b",
        "--new-passphrase-file",
        "pass",
        "--kdf-rounds",
        "2",
    ];
    let key = home.object(&words);
    let public = home.read("key.pub");
    let (line, comment) = public.trim_end().rsplit_once(" a").expect("a comment");
    assert_eq!(comment, " b");
    assert_eq!(key["file"], "key");
    assert_eq!(key["public_file"], "key.pub");
    assert_eq!(key["format"], "openssh");
    assert_eq!(key["comment"], "a b");
    assert_eq!(key["encrypted"], true);
    assert_eq!(key["cipher"], "aes256-ctr");
    assert_eq!(key["kdf"]["rounds"], 2);
    assert_eq!(key["public_key"], line);
    assert!(
        key["randomart"]
            .as_str()
            .expect("a picture")
            .starts_with("+--[ED25519 256]--+\n")
    );

    let told = home.object(&["info", "key", "--passphrase-file", "pass"]);
    for field in [
        "type",
        "bits",
        "comment",
        "fingerprint_sha256",
        "fingerprint_md5",
        "kdf",
        "public_key",
    ] {
        assert_eq!(key[field], told[field], "{field}");
    }
}

#[test]
fn quiet_prints_nothing() {
    let home = Home::new();
    let ran = home.run(&["generate", "-q", "-o", "key", "--no-passphrase"]);
    ran.expect_status(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
}

#[test]
fn a_putty_file_is_one_file_exactly_where_it_was_asked_for() {
    let home = Home::new();
    for (format, version) in [("ppk", "3"), ("ppk2", "2")] {
        home.text(&["generate", "-o", format, "--format", format, "--no-passphrase"]);
        assert!(
            home.read(format)
                .starts_with(&format!("PuTTY-User-Key-File-{version}: ssh-ed25519"))
        );
    }
    assert_eq!(home.names(), ["ppk", "ppk2"]);
}

#[test]
fn standard_output_gets_the_private_key_alone() {
    let home = Home::new();
    let out = home.text(&["generate", "-o", "-", "--no-passphrase"]);
    assert!(out.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
    assert!(out.ends_with("-----END OPENSSH PRIVATE KEY-----\n"));
    assert!(home.names().is_empty());
    home.run(&["generate", "-o", "-", "--no-passphrase", "--json"])
        .expect_error(2, "usage");
}

#[test]
fn nothing_is_replaced_without_force() {
    for there in ["key", "key.pub"] {
        let home = Home::new();
        home.write(there, b"precious");
        home.run(&["generate", "-o", "key", "--no-passphrase", "--json"])
            .expect_error(4, "exists");
        assert_eq!(home.names(), [there]);
        assert_eq!(home.read(there), "precious");
        home.text(&["generate", "-o", "key", "--no-passphrase", "--force"]);
        assert_ne!(home.read(there), "precious");
    }
}

#[test]
fn without_a_terminal_what_is_missing_is_named() {
    let home = Home::new();
    let ran = home.run(&["generate", "--no-passphrase", "--json"]);
    ran.expect_error(2, "usage");
    assert!(ran.err.contains("-o FILE"), "{}", ran.err);
    let ran = home.run(&["generate", "-o", "key", "--json"]);
    ran.expect_error(3, "needs-passphrase");
    assert!(
        ran.err.contains("--new-passphrase-file") && ran.err.contains("--no-passphrase"),
        "{}",
        ran.err
    );
    assert!(home.names().is_empty());
}

#[test]
fn sizes_that_no_key_has_are_refused_before_anything_is_asked() {
    let home = Home::new();
    for words in [
        &["-t", "ed25519", "-b", "512"][..],
        &["-t", "ecdsa", "-b", "255"],
        &["-t", "rsa", "-b", "1023", "--allow-short"],
        &["-t", "rsa", "-b", "1024"],
        &["-t", "rsa", "-b", "16385"],
    ] {
        home.run(&[&["generate", "-o", "key", "--json"], words].concat())
            .expect_error(2, "usage");
    }
    assert!(home.names().is_empty());
}

#[test]
fn a_short_rsa_key_is_made_only_on_request_and_with_a_warning() {
    let home = Home::new();
    let words = [
        "generate",
        "-t",
        "rsa",
        "-b",
        "1024",
        "-o",
        "key",
        "--no-passphrase",
    ];
    let ran = home.run(&[&words[..], &["--json"]].concat());
    assert!(ran.err.contains("--allow-short"), "{}", ran.err);
    let ran = home.run(&[&words[..], &["--allow-short"]].concat());
    ran.expect_status(0);
    assert!(
        ran.err
            .starts_with("warning: an RSA key of 1024 bits can be broken\nhint: "),
        "{}",
        ran.err
    );
}

#[test]
fn a_comment_that_would_be_a_second_line_is_refused() {
    let home = Home::new();
    for comment in ["a\nssh-ed25519 AAAA", "\u{1b}[2J", "a\u{202e}b"] {
        let ran = home.run(&[
            "generate",
            "-o",
            "key",
            "--no-passphrase",
            "-C",
            comment,
            "--json",
        ]);
        ran.expect_error(2, "usage");
    }
    assert!(home.names().is_empty());
}

#[test]
fn a_private_key_is_not_given_the_name_of_a_public_one() {
    let home = Home::new();
    home.run(&["generate", "-o", "id.pub", "--no-passphrase", "--json"])
        .expect_error(2, "usage");
}

#[test]
fn a_missing_folder_is_told_before_the_work() {
    let home = Home::new();
    home.run(&["generate", "-o", "no/key", "--no-passphrase", "--json"])
        .expect_error(4, "io-not-found");
}

#[test]
fn the_default_comment_names_type_and_day_and_nobody() {
    let home = Home::new();
    let key = home.object(&["generate", "-t", "ecdsa", "-o", "key", "--no-passphrase"]);
    let comment = key["comment"].as_str().expect("a comment");
    let day = comment.strip_prefix("ecdsa-key-20").expect(comment);
    assert!(
        day.len() == 6 && day.bytes().all(|byte| byte.is_ascii_digit()),
        "{comment}"
    );
}

#[test]
fn ciphers_and_costs_are_as_asked_for() {
    let home = Home::new();
    home.write("pass", b"secret\n");
    let new = ["generate", "--new-passphrase-file", "pass"];
    let key = home.object(
        &[
            &new[..],
            &QUICK,
            &["-o", "a", "--cipher", "chacha20-poly1305@openssh.com"],
        ]
        .concat(),
    );
    assert_eq!(key["cipher"], "chacha20-poly1305@openssh.com");
    let param = [
        "-o",
        "b",
        "--format",
        "ppk",
        "--ppk-param",
        "kdf=argon2i,mem=1024,passes=2,parallelism=2",
    ];
    let kdf = &home.object(&[&new[..], &param].concat())["kdf"];
    assert_eq!(
        kdf.to_string(),
        r#"{"name":"argon2i","memory_kib":1024,"passes":2,"parallelism":2}"#
    );
    let kdf =
        &home.object(&[&new[..], &["-o", "c", "--format", "ppk", "--ppk-param", "time=1"]].concat())["kdf"];
    assert!(kdf["passes"].as_u64().expect("a number") >= 1);
}

#[test]
fn costs_that_nobody_could_pay_are_refused() {
    let home = Home::new();
    home.write("pass", b"secret\n");
    let new = ["generate", "--new-passphrase-file", "pass", "-o", "key", "--json"];
    for words in [
        &["--kdf-rounds", "100000"][..],
        &["--format", "ppk", "--ppk-param", "memory=8388608"],
        &["--format", "ppk", "--ppk-param", "memory=4,parallelism=1"],
        // Possible, but so unusual that it must be agreed to.
        &["--kdf-rounds", "1000"],
    ] {
        home.run(&[&new[..], words].concat()).expect_error(1, "limit");
    }
    assert_eq!(home.names(), ["pass"]);
}

#[test]
fn options_for_another_format_are_refused() {
    let home = Home::new();
    for words in [
        &["--format", "ppk", "--kdf-rounds", "2"][..],
        &["--format", "ppk", "--cipher", "aes256-cbc"],
        &["--format", "ppk2", "--ppk-param", "passes=2"],
        &["--ppk-param", "passes=2"],
    ] {
        let ran = home.run(&[&["generate", "-o", "key", "--no-passphrase", "--json"], words].concat());
        ran.expect_error(2, "usage");
    }
}

#[cfg(unix)]
#[test]
fn ssh_keygen_and_puttygen_take_what_was_made() {
    let home = Home::with_locked_key();
    let derived = home.tool("ssh-keygen", &["-y", "-P", "secret", "-f", "key"]);
    assert_eq!(derived, home.read("key.pub"));
    let ours = home.text(&["fingerprint", "--art", "key.pub"]);
    assert_eq!(ours, home.tool("ssh-keygen", &["-lvf", "key.pub"]));

    home.text(&[
        "generate",
        "--format",
        "ppk",
        "-o",
        "key.ppk",
        "-C",
        "p",
        "--new-passphrase-file",
        "pass",
    ]);
    let theirs = home.tool("puttygen", &["key.ppk", "-L", "--old-passphrase", "pass"]);
    assert_eq!(theirs, home.text(&["public", "key.ppk"]));
}

#[cfg(unix)]
#[test]
fn an_interruption_leaves_no_file() {
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    let home = Home::new();
    let mut command = home.command();
    command.args([
        "generate",
        "-t",
        "rsa",
        "-b",
        "16384",
        "-o",
        "key",
        "--no-passphrase",
        "--json",
    ]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    std::thread::sleep(Duration::from_millis(300));
    let start = Instant::now();
    let pid = child.id().to_string();
    assert!(
        home.other("kill")
            .args(["-INT", &pid])
            .status()
            .expect("kill")
            .success()
    );
    let ran = Ran::from(child.wait_with_output().expect("it ends"));
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    ran.expect_error(5, "cancelled");
    assert!(home.names().is_empty(), "{:?}", home.names());
}

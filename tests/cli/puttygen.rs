//! `puttygen`, beside the real one: the same arguments, and the same to the byte.
#![cfg(unix)]

use std::process::Stdio;

use crate::support::{Home, Ran, corpus};

/// What is only printed.
const SHOWN: [&[&str]; 9] = [
    &["-l"],
    &["-L"],
    &["-p"],
    &["--cert-info"],
    &["--dump"],
    &["-O", "fingerprint", "-Emd5"],
    &["-lE", "sha256-cert"],
    &["-l", "-E", "md5-cert"],
    &["-Opublic-openssh"],
];
/// Types as they are asked for, and what is to be known of them.
const KINDS: [(&[&str], &str, u64); 8] = [
    (&["-t", "rsa"], "ssh-rsa", 2048),
    (&["-t", "rsa", "-b", "3072"], "ssh-rsa", 3072),
    (&["-tdsa", "-b1024"], "ssh-dss", 1024),
    (&["-t", "ecdsa"], "ecdsa-sha2-nistp384", 384),
    (&["-t", "ecdsa", "-b", "521"], "ecdsa-sha2-nistp521", 521),
    (&["-t", "eddsa"], "ssh-ed25519", 256),
    (&["-t", "ed25519", "-b", "255"], "ssh-ed25519", 256),
    (&["-t", "ed448"], "ssh-ed448", 448),
];

fn theirs(home: &Home, words: &[&str]) -> Ran {
    Ran::of(home.other("puttygen").args(words))
}

fn ours(home: &Home, words: &[&str]) -> Ran {
    home.run(&[&["puttygen"], words].concat())
}

/// Holds ours to what theirs prints, where theirs prints anything.
#[track_caller]
fn prints_the_same(home: &Home, words: &[&str]) -> bool {
    let theirs = theirs(home, words);
    let ours = ours(home, words);
    if theirs.status == Some(0) && !theirs.out.is_empty() {
        assert_eq!(ours.out, theirs.out, "{words:?}: {}", ours.err);
        ours.expect_status(0);
        return true;
    }
    false
}

#[test]
fn every_key_is_shown_to_the_byte_as_puttygen_shows_it() {
    let home = Home::new();
    home.write("none", b"");
    for (at, (kind, ..)) in KINDS.into_iter().enumerate() {
        let ppk = format!("{at}.ppk");
        let words = [
            "-q",
            "-C",
            "me \"at\" home\\é",
            "--new-passphrase",
            "none",
            "-o",
            &ppk,
        ];
        theirs(&home, &[kind, &words].concat()).expect_status(0);
        for output in [
            "private-openssh",
            "private-openssh-new",
            "private-sshcom",
            "public",
            "public-openssh",
        ] {
            let file = format!("{at}.{output}");
            let words = [&ppk, "-O", output, "-o", &file, "--new-passphrase", "none"];
            let is_made = theirs(&home, &words).status == Some(0);
            assert!(is_made || output == "private-sshcom", "{words:?}");
            let files = if is_made { vec![&ppk, &file] } else { vec![&ppk] };
            for file in files {
                for shown in SHOWN {
                    let is_certificate = shown == ["--cert-info"];
                    let printed = prints_the_same(&home, &[&[file.as_str()], shown].concat());
                    assert_eq!(printed, !is_certificate, "{file} {shown:?}");
                }
            }
        }
    }
}

#[test]
fn certificates_are_shown_to_the_byte_as_puttygen_shows_them() {
    let home = Home::new();
    let mut compared = 0;
    let mut files = vec!["real/putty/ed25519_withcert_v3.ppk".to_owned()];
    for entry in std::fs::read_dir(corpus("real/openssh")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with("-cert.pub") {
            files.push(format!("real/openssh/{name}"));
        }
    }
    for file in files {
        let path = corpus(&file);
        let path = path.to_str().unwrap();
        for shown in SHOWN {
            // Its key ID turns the text of a terminal around, which is escaped here.
            if file.contains("keyid_utf8") && shown == ["--cert-info"] {
                continue;
            }
            compared += usize::from(prints_the_same(&home, &[&[path], shown].concat()));
        }
        prints_the_same(&home, &[path, "--remove-certificate", "-L"]);
    }
    assert!(compared >= 120, "only {compared}");
}

#[test]
fn files_of_other_programs_are_shown_as_puttygen_shows_them() {
    let home = Home::new();
    let mut compared = 0;
    for folder in ["real/openssh", "real/putty"] {
        for entry in std::fs::read_dir(corpus(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let is_cut = ["rsa8192", "comment", "ssh1"]
                .iter()
                .any(|part| name.contains(part));
            if name.ends_with("-cert.pub") || is_cut {
                continue;
            }
            for shown in [&["-l"][..], &["-L"], &["-p"], &["--dump"]] {
                let words = [&[path.to_str().unwrap()], shown].concat();
                compared += usize::from(prints_the_same(&home, &words));
            }
        }
    }
    assert!(compared >= 200, "only {compared}");
}

#[test]
fn a_comment_that_is_empty_and_one_that_is_missing_look_as_they_do_there() {
    let home = Home::new();
    home.write("none", b"");
    ours(
        &home,
        &["-t", "ed25519", "-C", "", "-o", "a", "--new-passphrase", "none"],
    )
    .expect_status(0);
    ours(&home, &["a", "-p", "-o", "pub"]).expect_status(0);
    let bare = home.read("pub").replace("Comment: \"\"\n", "");
    home.write("bare", bare.as_bytes());
    ours(&home, &["bare", "-L", "-o", "line"]).expect_status(0);
    for file in ["a", "pub", "bare", "line"] {
        for shown in [&["-L"][..], &["-p"], &["-l"]] {
            // There an empty comment of a public file is told from a missing one.
            if file != "pub" {
                assert!(
                    prints_the_same(&home, &[&[file], shown].concat()),
                    "{file} {shown:?}"
                );
            }
        }
    }
}

#[test]
fn a_key_of_ssh_1_is_shown_and_nothing_else() {
    let home = Home::new();
    for file in ["real/putty/rsa1_ssh1.pub", "real/putty/rsa1_ssh1_enc"] {
        let path = corpus(file);
        let path = path.to_str().unwrap();
        assert!(prints_the_same(&home, &[path, "-l"]), "{file}");
        let ran = ours(&home, &[path, "-L"]);
        ran.expect_status(1);
        assert!(ran.err.contains("SSH-1"), "{}", ran.err);
    }
}

#[test]
fn what_is_made_here_is_read_there() {
    let home = Home::new();
    home.write("none", b"");
    home.write("pass", b"secret\n");
    for (at, (kind, name, bits)) in KINDS.into_iter().enumerate() {
        let ppk = format!("{at}.ppk");
        let words = ["-q", "-C", "made here", "--new-passphrase", "pass", "-o", &ppk];
        let ran = ours(&home, &[kind, &words].concat());
        ran.expect_status(0);
        assert_eq!(ran.out, "");
        let told = home.object(&["info", &ppk, "--passphrase-file", "pass"]);
        assert_eq!((&told["type"], &told["bits"]), (&name.into(), &bits.into()));
        let line = home.tool("puttygen", &[&ppk, "-L"]);
        assert!(line.ends_with(" made here\n"), "{line}");
        for output in ["private-openssh", "private-openssh-new", "private-sshcom"] {
            let file = format!("{at}.{output}");
            let words = [&ppk, "-O", output, "-o", &file, "--old-passphrase", "pass"];
            let ran = ours(&home, &words);
            if output == "private-sshcom" && !["ssh-rsa", "ssh-dss"].contains(&name) {
                ran.expect_status(1);
                continue;
            }
            ran.expect_status(0);
            let read = home.tool("puttygen", &[&file, "-L", "--old-passphrase", "pass"]);
            assert_eq!(read.split(' ').nth(1), line.split(' ').nth(1), "{file}");
            // It kept its passphrase.
            let told = home.object(&["info", &file]);
            assert_eq!(told["encrypted"], true, "{file}");
        }
        let private = home.tool("puttygen", &[&ppk, "--dump", "--old-passphrase", "pass"]);
        let dumped = ours(&home, &[&ppk, "--dump", "--old-passphrase", "pass"]);
        assert_eq!(dumped.out, private);
    }
}

#[test]
fn a_file_is_changed_where_it_lies_as_puttygen_does() {
    let home = Home::new();
    home.write("none", b"");
    home.write("old", b"secret\n");
    home.write("new", b"other\n");
    let old = ["--old-passphrase", "old"];
    ours(
        &home,
        &["-t", "ed25519", "-C", "a", "-o", "key", "--new-passphrase", "old"],
    )
    .expect_status(0);
    ours(&home, &[&["key", "-C", "-b-"][..], &old].concat()).expect_status(0);
    assert!(home.tool("puttygen", &["key", "-L"]).ends_with(" -b-\n"));
    let before = home.read("key");
    ours(&home, &[&["key", "--reencrypt"][..], &old].concat()).expect_status(0);
    assert_ne!(home.read("key"), before);
    ours(
        &home,
        &[&["key", "-P", "--new-passphrase", "new"][..], &old].concat(),
    )
    .expect_status(0);
    home.tool("puttygen", &["key", "--dump", "--old-passphrase", "new"]);
    let version_2 = [
        "key",
        "-C",
        "c",
        "--ppk-param",
        "version=2",
        "--old-passphrase",
        "new",
    ];
    ours(&home, &version_2).expect_status(0);
    assert!(home.read("key").starts_with("PuTTY-User-Key-File-2"));
    let params = [
        "key",
        "--reencrypt",
        "--old-passphrase=new",
        "--ppk-param",
        "passes=3,mem=1024,kdf=argon2i",
    ];
    ours(&home, &params).expect_status(0);
    let kdf = &home.object(&["info", "key"])["kdf"];
    assert_eq!(
        kdf.to_string(),
        r#"{"name":"argon2i","memory_kib":1024,"passes":3,"parallelism":1}"#
    );
    ours(
        &home,
        &["key", "-P", "--new-passphrase", "none", "--old-passphrase", "new"],
    )
    .expect_status(0);
    assert_eq!(home.object(&["info", "key"])["encrypted"], false);
    for words in [
        &["key"][..],
        &["key", "-o", "other"],
        &["key", "--ppk-param", "version=2"],
    ] {
        let ran = ours(&home, words);
        ran.expect_status(2);
        assert!(
            ran.err.starts_with("error: nothing would change\nhint: "),
            "{}",
            ran.err
        );
    }
    assert!(!home.has("other"));
    // Not the same kind of file, so it needs a place of its own.
    let ran = ours(&home, &["key", "-O", "private-openssh-new"]);
    ran.expect_status(2);
    ours(&home, &["key", "-O", "private-openssh-new", "-o", "new-key"]).expect_status(0);
    ours(&home, &["new-key", "-O", "private-openssh-new", "-C", "d"]).expect_status(0);
    assert!(home.tool("puttygen", &["new-key", "-L"]).ends_with(" d\n"));
}

#[test]
fn certificates_go_into_putty_files_and_out_again() {
    let home = Home::new();
    let key = corpus("real/openssh/ed25519");
    let certificate = corpus("real/openssh/cert_host-cert.pub");
    let other = corpus("real/openssh/cert_user_rsa-cert.pub");
    let [key, certificate, other] = [&key, &certificate, &other].map(|path| path.to_str().unwrap());
    ours(&home, &[key, "-o", "key"]).expect_status(0);
    ours(&home, &["key", "--certificate", certificate]).expect_status(0);
    for shown in SHOWN {
        assert!(prints_the_same(&home, &[&["key"], shown].concat()), "{shown:?}");
    }
    assert!(prints_the_same(&home, &["key", "--remove-certificate", "-L"]));
    let ran = ours(&home, &["key", "--certificate", other]);
    ran.expect_status(1);
    assert!(ran.err.contains("different public key"), "{}", ran.err);
    ours(&home, &["key", "-O", "private-openssh-new", "-o", "ssh"]).expect_status(0);
    ours(&home, &["key", "--remove-certificate"]).expect_status(0);
    assert!(home.object(&["info", "key"])["certificate"].is_null());
    ours(&home, &["key", "--certificate", certificate, "-L"]).expect_status(2);
    ours(
        &home,
        &["key", "--certificate", certificate, "--remove-certificate"],
    )
    .expect_status(2);
}

#[test]
fn only_what_can_be_made_again_is_replaced_unasked() {
    let home = Home::new();
    home.write("none", b"");
    let made = |name: &str, words: &[&str]| {
        let new = ["-t", "ed25519", "--new-passphrase", "none", "-o", name];
        ours(&home, &[&new[..], words].concat())
    };
    made("a", &[]).expect_status(0);
    made("b", &[]).expect_status(0);
    let (a, b) = (home.read("a"), home.read("b"));
    // Another key is not replaced, neither by a new one nor by a converted one, nor by its public half.
    for words in [
        &["-t", "ed25519", "--new-passphrase", "none", "-o", "b"][..],
        &["a", "-O", "private-openssh", "-o", "b"],
    ] {
        let ran = ours(&home, words);
        ran.expect_status(4);
        assert!(
            ran.err.contains("exists already") && ran.err.contains("--force"),
            "{}",
            ran.err
        );
    }
    for words in [
        &["a", "-L", "-o", "b"][..],
        &["a", "-L", "-o", "a"],
        &["a", "-l", "-o", "a"],
        &["a", "--dump", "-o", "b"],
        &["--force", "a", "-L", "-o", "a"],
    ] {
        let ran = ours(&home, words);
        ran.expect_status(4);
        assert!(ran.err.contains("holds a private key"), "{}", ran.err);
    }
    assert_eq!((home.read("a"), home.read("b")), (a, b));
    // The same key in another format, an empty file and a public key make room.
    home.write("empty", b"");
    ours(&home, &["a", "-O", "private-openssh", "-o", "empty"]).expect_status(0);
    assert!(home.read("empty").starts_with("-----BEGIN OPENSSH"));
    ours(&home, &["a", "-C", "new", "-o", "empty"]).expect_status(0);
    assert!(home.read("empty").starts_with("PuTTY-User-Key-File-3"));
    for key in ["a", "b", "b"] {
        ours(&home, &[key, "-L", "-o", "pub"]).expect_status(0);
        assert_eq!(home.read("pub"), home.tool("puttygen", &[key, "-L"]));
        ours(&home, &[key, "-l", "-o", &format!("{key}.fp")]).expect_status(0);
    }
    assert_eq!(ours(&home, &["a", "-l", "-o", "b.fp"]).status, Some(4));
    ours(&home, &["--force", "a", "-l", "-o", "b.fp"]).expect_status(0);
    home.run(&["--force", "puttygen", "a", "-O", "private-openssh", "-o", "b"])
        .expect_status(0);
    assert_eq!(home.mode("b"), 0o600);
    ours(&home, &["a", "--dump", "-o", "dump"]).expect_status(0);
    assert_eq!((home.mode("dump"), home.mode("pub")), (0o600, 0o644));
}

#[test]
fn devices_and_pipes_are_written_to_as_they_are() {
    let home = Home::new();
    home.write("none", b"");
    ours(&home, &["-t", "ed25519", "--new-passphrase", "none", "-o", "a"]).expect_status(0);
    ours(&home, &["a", "-O", "private-openssh", "-o", "/dev/null"]).expect_status(0);
    ours(&home, &["a", "-L", "-o", "/dev/null"]).expect_status(0);
    for out in ["/dev/stdout", "-"] {
        let ran = ours(&home, &["a", "-O", "private-openssh", "-o", out]);
        ran.expect_status(0);
        assert!(
            ran.out.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"),
            "{}",
            ran.out
        );
        assert_eq!(
            ours(&home, &["a", "-L", "-o", out]).out,
            home.tool("puttygen", &["a", "-L"])
        );
    }
    let line = format!(
        "'{}' puttygen a -O private-openssh -o /dev/stdout > redirected && cat a | '{0}' puttygen - -L",
        env!("CARGO_BIN_EXE_keywright-cli")
    );
    let ran = Ran::of(home.other("sh").args(["-c", &line]));
    ran.expect_status(0);
    assert_eq!(ran.out, home.tool("puttygen", &["a", "-L"]));
    assert!(
        home.read("redirected")
            .ends_with("-----END OPENSSH PRIVATE KEY-----\n")
    );
    assert!(!home.has("-"));
}

#[test]
fn without_a_terminal_the_passphrase_may_come_from_standard_input() {
    let home = Home::new();
    home.write("pass", b"secret\n");
    ours(&home, &["-t", "ecdsa", "-o", "a", "--new-passphrase", "pass"]).expect_status(0);
    let mut command = home.command();
    let words = ["puttygen", "a", "-O", "private-openssh", "-o", "b"];
    let input = std::fs::File::open(home.path("pass")).unwrap();
    Ran::of(command.args(words).stdin(Stdio::from(input))).expect_status(0);
    home.tool("ssh-keygen", &["-y", "-P", "secret", "-f", "b"]);
    let ran = ours(&home, &["a", "-O", "private-openssh", "-o", "c"]);
    ran.expect_status(3);
    assert!(ran.err.contains("--old-passphrase FILE"), "{}", ran.err);
    let ran = ours(&home, &["-t", "ecdsa", "-o", "c"]);
    ran.expect_status(3);
    assert!(ran.err.contains("--new-passphrase FILE"), "{}", ran.err);
    assert!(!home.has("c"));
}

#[test]
fn what_puttygen_would_refuse_is_refused_and_what_makes_no_difference_is_said() {
    let home = Home::new();
    home.write("none", b"");
    ours(
        &home,
        &["-t", "rsa", "-b", "1024", "-o", "rsa", "--new-passphrase", "none"],
    )
    .expect_status(0);
    home.write("pub", home.tool("puttygen", &["rsa", "-L"]).as_bytes());
    for (words, status, said) in [
        (&["-t", "rsa1", "-o", "x"][..], 2, "SSH 1"),
        (&["-t", "rsa", "-L"], 2, "would be lost"),
        (&["-t", "rsa"], 2, "no place"),
        (&["rsa", "-t", "rsa", "-o", "x"], 2, "loaded and made"),
        (&["-l"], 2, "no key file"),
        (&["-t", "rsa", "-b", "512", "-o", "x"], 2, "too short"),
        (&["-t", "ecdsa", "-b", "200", "-o", "x"], 2, "200"),
        (&["-t", "foo", "-o", "x"], 2, "foo"),
        (&["rsa", "-O", "foo"], 2, "foo"),
        (&["rsa", "-l", "-L"], 2, "-L"),
        (&["rsa", "pub", "-L"], 2, "pub"),
        (&["rsa", "--frob"], 2, "--frob"),
        (&["rsa", "--cert-info"], 1, "no certificate"),
        (&["pub", "-O", "private", "-o", "x"], 1, "only a public key"),
        (&["missing", "-l"], 4, "missing"),
        (&["none", "-l"], 1, "empty"),
        (&["--pgpfp"], 2, "PuTTY"),
        (&["rsa", "-l", "--json"], 2, "JSON"),
    ] {
        let ran = ours(&home, words);
        ran.expect_status(status);
        let mut lines = ran.err.lines().skip_while(|line| !line.starts_with("error: "));
        assert!(
            lines.next().is_some_and(|line| line.contains(said)),
            "{words:?}: {}",
            ran.err
        );
        assert!(
            lines.next().is_some_and(|line| line.starts_with("hint: ")),
            "{}",
            ran.err
        );
    }
    assert!(!home.has("x"));
    let words = ["-t", "rsa", "-o", "x", "--new-passphrase", "none"];
    let more = [
        "--primes=proven",
        "--strong-rsa",
        "--random-device",
        "/dev/random",
    ];
    let ran = ours(&home, &[&words[..], &more].concat());
    ran.expect_status(0);
    assert!(
        ran.err.contains("note: --random-device makes no difference"),
        "{}",
        ran.err
    );
    assert!(ours(&home, &["-V"]).out.contains(env!("CARGO_PKG_VERSION")));
    assert!(ours(&home, &["-h"]).out.contains("Examples:"));
}

#[test]
fn the_numbers_of_a_new_key_are_printed_and_kept_nowhere() {
    let home = Home::new();
    for (kind, ..) in KINDS.into_iter().skip(3) {
        let ran = ours(&home, &[kind, &["-O", "text", "-q"]].concat());
        ran.expect_status(0);
        assert!(
            ran.out.starts_with("key_type=\"") && ran.out.contains("\nprivate_exponent=0x"),
            "{}",
            ran.out
        );
    }
    assert!(home.names().is_empty());
}

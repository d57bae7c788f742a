//! Key files that are rare, and places that are no files: what is said of them is true, and nothing is lost.

use std::process::Command;

use crate::support::{Home, Ran};

/// A shell that lets the program read what other programs print.
fn bash(home: &Home, line: &str) -> Ran {
    let program = env!("CARGO_BIN_EXE_keywright-cli");
    let mut bash = home.other("bash");
    bash.args(["-c", &line.replace("KW", program)]);
    Ran::of(&mut bash)
}

#[test]
fn what_a_shell_makes_of_a_command_is_read_wherever_a_key_is_named() {
    let home = Home::with_key();
    let line = home.read("key.pub");
    for command in [
        "KW public <(cat key)",
        "KW public /dev/stdin < key",
        "cat key | KW public /dev/stdin",
        "KW convert <(cat key.pub) --to public",
        "KW puttygen <(cat key) -L",
        "KW provider show github <(cat key.pub) -q",
        "KW repair <(cat key.pub) -o -",
        "KW authorized add <(cat key.pub) -f list > said && cat list",
    ] {
        let ran = bash(&home, command);
        ran.expect_status(0);
        assert_eq!(ran.out, line, "{command}");
    }
    let ran = bash(
        &home,
        "KW authorized add <(printf 'restrict '; cat key.pub) -f other",
    );
    ran.expect_status(2);
    assert!(ran.err.contains("options before the key"), "{}", ran.err);
    let listed = bash(&home, "KW authorized list <(cat key.pub)");
    assert!(listed.out.contains("me@here"), "{}", listed.out);
    for command in [
        "KW comment <(cat key) new",
        "KW passwd <(cat key) --no-passphrase",
        "KW repair - < key",
        "KW cert attach /dev/stdin key.pub < key",
        "KW keys default <(cat key)",
        "KW keys default /dev/fd/5 5< key",
        "KW keys add /dev/stdin < key",
        "KW keys remove - < key",
        "KW keys repair <(cat key)",
        "KW authorized add key.pub -f <(cat key.pub)",
        "KW authorized remove key.pub -f - < key.pub",
        "KW known-hosts remove example.org -f <(cat key.pub)",
    ] {
        let ran = bash(&home, command);
        ran.expect_status(2);
        assert!(
            ran.err.contains("cannot be changed in place"),
            "{command}: {}",
            ran.err
        );
    }
}

#[test]
fn keys_and_lists_from_a_pipe_are_shown_as_others_are() {
    let home = Home::with_key();
    home.write(
        "known",
        format!("example.org {}", home.read("key.pub")).as_bytes(),
    );
    for source in ["<(cat key)", "- < key", "/dev/stdin < key", "/dev/fd/5 5< key"] {
        let ran = bash(&home, &format!("KW keys {source}"));
        ran.expect_status(0);
        assert!(ran.out.contains("me@here"), "{source}: {}", ran.out);
        // What is said of a file's place would be untrue.
        assert!(!ran.out.contains("hint:"), "{source}: {}", ran.out);
        let named = bash(&home, &format!("KW keys name {source} laptop"));
        named.expect_status(0);
    }
    assert!(home.run(&["keys", "key"]).out.starts_with("laptop\n"));
    for source in ["<(cat known)", "- < known", "/dev/stdin < known"] {
        let ran = bash(&home, &format!("KW known-hosts find example.org -f {source}"));
        ran.expect_status(0);
        assert!(ran.out.starts_with("1: example.org"), "{source}: {}", ran.out);
        let ran = bash(
            &home,
            &format!("KW authorized list {}", source.replace("known", "key.pub")),
        );
        assert!(ran.out.contains("me@here"), "{source}: {}", ran.out);
    }
    let ran = bash(&home, "KW keys <(echo no key)");
    ran.expect_status(0);
    assert!(
        ran.out.contains("it does not begin as any key does"),
        "{}",
        ran.out
    );
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_leaves_nothing_behind() {
    let home = Home::with_key();
    home.write("pass", b"secret\n");
    let (key, names) = (home.read("key"), home.names());
    let ran = bash(
        &home,
        "{ (ulimit -f 0; KW passwd key --new-passphrase-file pass 2>&1; echo status $?) | cat; } 2>&1",
    );
    assert!(ran.out.contains("limit on the size of files"), "{}", ran.out);
    assert!(ran.out.contains("Nothing was changed"), "{}", ran.out);
    assert!(ran.out.contains("status 4"), "{}", ran.out);
    assert_eq!((home.read("key"), home.names()), (key, names));
}

#[test]
fn a_costly_derivation_hides_no_public_half_that_stands_in_clear() {
    use base64ct::{Base64, Encoding as _};
    let home = Home::with_locked_key();
    let text = home.read("key");
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let mut bytes = Base64::decode_vec(&body).expect("base64");
    // Behind the name of the derivation stand its options: a salt of 16 bytes, and the rounds.
    let at = bytes
        .windows(6)
        .position(|part| part == b"bcrypt")
        .expect("it is encrypted")
        + 6
        + 4
        + 4
        + 16;
    bytes[at..at + 4].copy_from_slice(&0x8000_0000_u32.to_be_bytes());
    let costly = format!(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n",
        Base64::encode_string(&bytes)
    );
    home.write("costly", costly.as_bytes());
    let expected = home.object(&["info", "key.pub"])["fingerprint_sha256"].clone();
    assert_eq!(home.object(&["info", "costly"])["fingerprint_sha256"], expected);
    assert!(home.text(&["info", "costly"]).contains("days"));
    assert!(home.text(&["public", "costly"]).starts_with("ssh-ed25519 AAAA"));
    home.write("pass", b"secret\n");
    let words = [
        "convert",
        "costly",
        "--to",
        "ppk",
        "-o",
        "out",
        "--passphrase-file",
        "pass",
        "--json",
    ];
    home.run(&words).expect_error(1, "limit");
}

#[test]
fn only_what_is_cut_off_at_the_end_is_called_truncated() {
    let home = Home::with_key();
    let line = home.read("key.pub");
    home.write("cut.pub", &line.as_bytes()[..60]);
    home.run(&["info", "cut.pub", "--json"])
        .expect_error(1, "truncated");
    for text in [
        "ssh-rsa key for my server please\n",
        "ssh-ed25519 mine\n",
        "ssh-rsa AAAAAAAAAAAAAAAA x\n",
    ] {
        home.write("bad.pub", text.as_bytes());
        home.run(&["info", "bad.pub", "--json"])
            .expect_error(1, "malformed");
    }
}

#[test]
fn headers_that_a_comment_in_place_does_not_write_again_are_kept_and_said() {
    let home = Home::with_key();
    let block = home.text(&["public", "key", "--format", "rfc4716"]);
    let (first, rest) = block.split_once('\n').expect("several lines");
    home.write("block.pub", format!("{first}\nSubject: me\n{rest}").as_bytes());
    let ran = home.run(&["comment", "block.pub", "new"]);
    ran.expect_status(0);
    assert!(ran.err.contains("the old one is kept"), "{}", ran.err);
    assert!(home.read("block.pub").contains("new"));
}

#[test]
fn a_name_that_ends_in_a_slash_is_no_file() {
    let home = Home::with_key();
    for words in [
        &["convert", "key", "--to", "ppk", "-o", "out/", "--json"][..],
        &["convert", "key", "--to", "public", "-o", "out/", "--json"],
        &["generate", "-o", "out/", "--no-passphrase", "--json"],
    ] {
        home.run(words).expect_error(2, "usage");
    }
    assert!(!home.has("out"));
}

#[test]
fn a_file_that_wants_more_memory_than_there_is_is_not_called_damaged() {
    let home = Home::with_key();
    home.write("pass", b"secret\n");
    let words = [
        "convert",
        "key",
        "--to",
        "ppk",
        "-o",
        "k.ppk",
        "--new-passphrase-file",
        "pass",
    ];
    let words = [&words[..], &["--ppk-param", "memory=262144,passes=1", "--yes"]].concat();
    home.text(&words);
    let ran = bash(
        &home,
        "ulimit -v 250000; KW convert k.ppk --to openssh -o out --passphrase-file pass --yes",
    );
    ran.expect_status(4);
    assert!(ran.err.contains("not enough memory"), "{}", ran.err);
}

#[test]
fn pbes1_is_called_what_it_is() {
    let home = Home::with_key();
    home.text(&["convert", "key", "--to", "pkcs8", "-o", "plain.pem"]);
    let mut openssl = Command::new("openssl");
    openssl
        .current_dir(home.path("."))
        .args(["pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES", "-in", "plain.pem"])
        .args(["-passout", "pass:secret", "-out", "old.pem"]);
    Ran::of(&mut openssl).expect_status(0);
    let codes = home.object(&["info", "old.pem"])["warnings"].to_string();
    assert!(codes.contains("weak-kdf"), "{codes}");
}

#[test]
fn a_certificate_beside_another_key_is_said() {
    let home = Home::with_key();
    home.text(&["generate", "-o", "other", "--no-passphrase"]);
    home.tool(
        "ssh-keygen",
        &["-q", "-s", "key", "-I", "id", "-n", "me", "other.pub"],
    );
    home.write("key-cert.pub", home.read("other-cert.pub").as_bytes());
    let codes = |name: &str| home.object(&["info", name])["warnings"].to_string();
    assert!(codes("key").contains("cert-mismatch"), "{}", codes("key"));
    assert!(!codes("other").contains("cert-mismatch"));
    let said = home.text(&["info", "key"]);
    assert!(
        said.contains("key-cert.pub is a certificate for another key"),
        "{said}"
    );
    let said = home.text(&["keys", "."]);
    assert_eq!(
        said.matches("is a certificate for another key").count(),
        1,
        "{said}"
    );
}

#[test]
fn what_azures_key_vault_answers_is_read() {
    let home = Home::new();
    home.text(&[
        "generate",
        "-t",
        "rsa",
        "-b",
        "2048",
        "-o",
        "key",
        "--no-passphrase",
    ]);
    let jwk = home.text(&["public", "key", "--format", "jwk"]);
    let mut jwk: serde_json::Value = serde_json::from_str(&jwk).expect("it is JSON");
    jwk["kty"] = "RSA-HSM".into();
    jwk["d"] = serde_json::Value::Null;
    let answer = serde_json::json!({ "attributes": { "enabled": true }, "key": jwk, "managed": null });
    home.write("answer.json", answer.to_string().as_bytes());
    let expected = home.object(&["info", "key"])["fingerprint_sha256"].clone();
    assert_eq!(
        home.object(&["info", "answer.json"])["fingerprint_sha256"],
        expected
    );
}

#[test]
fn a_long_list_has_fingerprints_too() {
    let home = Home::with_key();
    let line = home.read("key.pub");
    home.write("list", line.repeat(12_000).as_bytes());
    assert_eq!(home.text(&["fingerprint", "list"]).lines().count(), 12_000);
}

#[test]
fn the_key_in_a_pkcs12_store_becomes_a_file_of_ssh_and_its_certificates_are_said() {
    let home = Home::new();
    home.write("pass", b"secret\n");
    let made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout plain -out crt -subj /CN=x 2>&1 \
        && openssl pkcs12 -export -inkey plain -in crt -name work -passout file:pass -out key.p12 && chmod 600 plain";
    bash(&home, made).expect_status(0);
    let told = home.run(&["info", "--json", "key.p12", "--passphrase-file", "pass"]);
    let told = told.object();
    assert_eq!(told["format"], "pkcs12");
    assert_eq!(told["comment"], "work");
    assert_eq!(
        (&told["x509_certificates"], &told["read_by_ssh"]),
        (&true.into(), &false.into())
    );
    let ran = home.run(&[
        "convert",
        "key.p12",
        "--to",
        "openssh",
        "-o",
        "key",
        "--passphrase-file",
        "pass",
    ]);
    ran.expect_status(0);
    assert!(ran.err.contains("certificates of X.509"), "{}", ran.err);
    let read = bash(&home, "ssh-keygen -y -P secret -f key; ssh-keygen -y -f plain");
    let lines: Vec<&str> = read.out.lines().collect();
    assert_eq!(lines[0], format!("{} work", lines[1]));
    for (command, other) in [("passwd", "pkcs8"), ("comment", "openssh")] {
        let words = [command, "key.p12", "new"];
        let words = &words[..if command == "comment" { 3 } else { 2 }];
        let ran = home.run(&[words, &["--passphrase-file", "pass"]].concat());
        ran.expect_status(1);
        assert!(ran.err.contains("read, but not written"), "{}", ran.err);
        assert!(ran.err.contains(&format!("--to {other}")), "{}", ran.err);
    }
}

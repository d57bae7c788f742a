//! `cert`, and what the other commands do with certificates.

use crate::support::{Home, corpus};

const SAME_KEY: &str = "real/openssh/cert_options-cert.pub";
const EXPIRED: &str = "real/openssh/cert_expired-cert.pub";
const OF_ANOTHER_KEY: &str = "real/openssh/cert_user_ecdsa256-cert.pub";

/// A folder with the private key `key` that the certificates of the corpus are for, as PuTTY's
/// `key.ppk` too.
fn home() -> Home {
    let home = Home::new();
    for (name, file) in [
        ("key", "real/openssh/ed25519"),
        ("cert", SAME_KEY),
        ("expired", EXPIRED),
        ("other", OF_ANOTHER_KEY),
    ] {
        home.write(name, &std::fs::read(corpus(file)).expect("it is in the corpus"));
    }
    // Written once more, for nobody else to read.
    home.text(&["comment", "key", "test@example"]);
    home.text(&["convert", "key", "--to", "ppk", "-o", "key.ppk"]);
    home
}

#[test]
fn a_certificate_is_told_with_all_that_it_says() {
    let home = home();
    let told = home.object(&["cert", "show", "cert"]);
    let certificate = &told["certificate"];
    assert_eq!(certificate["type"], "ssh-ed25519-cert-v01@openssh.com");
    assert_eq!(
        (&certificate["kind"], &certificate["serial"]),
        (&"user".into(), &0.into())
    );
    assert_eq!(certificate["key_id"], "opts");
    assert_eq!(certificate["principals"], serde_json::json!(["a"]));
    assert!(certificate["valid_after"].is_null() && certificate["valid_before"].is_null());
    assert_eq!(certificate["valid"], "forever");
    assert_eq!(
        certificate["critical_options"].to_string(),
        concat!(
            r#"[{"name":"force-command","value":"/bin/true \"x y\""},"#,
            r#"{"name":"source-address","value":"10.0.0.0/8,::1/128"},"#,
            r#"{"name":"verify-required","value":null}]"#
        )
    );
    assert_eq!(certificate["extensions"][1]["name"], "permit-pty");
    assert_eq!(certificate["ca_type"], "ssh-ed25519");
    assert_eq!(certificate["signature_algorithm"], "ssh-ed25519");
    assert_eq!(certificate, &home.object(&["info", "cert"])["certificate"]);
    let text = home.text(&["info", "cert"]);
    for said in [
        "Key ID: \"opts\"",
        "Valid: forever",
        "force-command /bin/true",
        "Signing CA: ED25519",
    ] {
        assert!(text.contains(said), "{said} is not in {text}");
    }
    let expired = home.object(&["cert", "show", "expired"]);
    assert_eq!(expired["warnings"][0]["code"], "cert-expired");
    home.run(&["cert", "show", "key", "--json"])
        .expect_error(1, "unsupported-format");
}

#[cfg(unix)]
#[test]
fn certificates_are_shown_as_ssh_keygen_shows_them() {
    let home = Home::new();
    let mut seen = 0;
    for entry in std::fs::read_dir(corpus("real/openssh")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.to_str().unwrap();
        if !name.ends_with("-cert.pub") {
            continue;
        }
        let mut theirs = home.other("ssh-keygen");
        theirs.env("TZ", "UTC").args(["-L", "-f", name]);
        let theirs = crate::support::Ran::of(&mut theirs);
        // Ours says that its times are UTC.
        let ours = home
            .text(&["cert", "show", name])
            .replace("Z to ", " to ")
            .replace("Z\n", "\n");
        if theirs.status == Some(0) {
            // What turns text around is not printed as it is.
            assert_eq!(ours, theirs.out.replace('\u{202e}', "\\u{202e}"), "{name}");
            seen += 1;
        }
    }
    assert!(seen >= 12, "only {seen}");
}

#[test]
fn a_certificate_is_put_into_a_putty_file_and_taken_out_again() {
    let home = home();
    home.write("pass", b"secret\n");
    home.text(&["passwd", "key.ppk", "--new-passphrase-file", "pass"]);
    let pass = ["--passphrase-file", "pass"];
    home.run(&["cert", "attach", "key.ppk", "cert", "--json"])
        .expect_error(3, "needs-passphrase");
    let told = home.object(&[&["cert", "attach", "key.ppk", "cert"][..], &pass].concat());
    assert_eq!(told["certificate"]["key_id"], "opts");
    assert_eq!(
        (&told["encrypted"], &told["comment"]),
        (&true.into(), &"test@example".into())
    );
    assert_eq!(
        home.object(&["cert", "show", "key.ppk"])["certificate"]["key_id"],
        "opts"
    );
    home.text(&[&["info", "key.ppk"][..], &pass].concat());

    let ran = home.run(&[&["cert", "detach", "key.ppk", "--json"][..], &pass].concat());
    ran.expect_error(2, "usage");
    assert!(ran.err.contains("--force"), "{}", ran.err);
    home.text(&[&["cert", "detach", "key.ppk", "-o", "saved"][..], &pass].concat());
    assert_eq!(home.read("saved"), home.read("cert"));
    assert!(home.object(&["info", "key.ppk"])["certificate"].is_null());
    home.run(&["cert", "detach", "key.ppk", "--json"])
        .expect_error(1, "unsupported-format");
    home.text(&[&["cert", "attach", "key.ppk", "cert"][..], &pass].concat());
    home.text(&[&["cert", "detach", "key.ppk", "--force"][..], &pass].concat());
    assert!(home.object(&["info", "key.ppk"])["certificate"].is_null());
}

#[test]
fn for_ssh_a_certificate_lies_beside_its_key() {
    let home = home();
    let told = home.object(&["cert", "attach", "key", "cert"]);
    assert_eq!(told["certificate_file"], "key-cert.pub");
    assert_eq!(home.read("key-cert.pub"), home.read("cert"));
    assert_eq!(home.object(&["cert", "show", "key"])["file"], "key-cert.pub");
    assert!(
        home.text(&["info", "key"])
            .contains("Certificate  in key-cert.pub")
    );
    // A renewed one replaces the old one only when that is said.
    home.run(&["cert", "attach", "key", "expired", "--json"])
        .expect_error(4, "exists");
    let ran = home.run(&["cert", "attach", "key", "expired", "--force"]);
    ran.expect_status(0);
    assert!(
        ran.err.starts_with("warning: the certificate has expired"),
        "{}",
        ran.err
    );
    assert_eq!(home.read("key-cert.pub"), home.read("expired"));

    home.run(&["cert", "detach", "key", "--json"])
        .expect_error(2, "usage");
    let to_itself = ["cert", "detach", "key", "-o", "key-cert.pub", "--force", "--json"];
    home.run(&to_itself).expect_error(2, "usage");
    assert!(home.has("key-cert.pub"));
    home.text(&["cert", "detach", "key", "-o", "old"]);
    assert!(!home.has("key-cert.pub"));
    assert_eq!(home.read("old"), home.read("expired"));
}

#[test]
fn a_certificate_of_another_key_or_none_at_all_is_refused() {
    let home = home();
    for key in ["key", "key.ppk"] {
        let before = home.read(key);
        home.run(&["cert", "attach", key, "other", "--json"])
            .expect_error(1, "inconsistent");
        home.run(&["cert", "attach", key, "key", "--json"])
            .expect_error(2, "usage");
        assert_eq!(home.read(key), before);
    }
    home.run(&["cert", "attach", "cert", "cert", "--json"])
        .expect_error(1, "unsupported-format");
    home.text(&["convert", "key", "--to", "jwk", "-o", "jwk"]);
    home.run(&["cert", "attach", "jwk", "cert", "--json"])
        .expect_error(1, "unsupported-format");
    assert!(!home.has("key-cert.pub") && !home.has("jwk-cert.pub"));
}

#[test]
fn a_converted_key_takes_its_certificate_along() {
    let home = home();
    home.text(&["cert", "attach", "key.ppk", "cert"]);
    let told = home.object(&["convert", "key.ppk", "--to", "openssh", "-o", "ssh"]);
    assert_eq!(told["certificate_file"], "ssh-cert.pub");
    assert_eq!(home.read("ssh-cert.pub"), home.read("cert"));
    home.text(&["convert", "ssh", "--to", "ppk2", "-o", "back.ppk"]);
    assert_eq!(
        home.object(&["info", "back.ppk"])["certificate"]["key_id"],
        "opts"
    );
    // Once more to the same place: the certificate is there already.
    home.text(&["convert", "key.ppk", "--to", "pkcs8", "-o", "ssh", "--force"]);
    let ran = home.run(&["convert", "key.ppk", "--to", "jwk", "-o", "jwk"]);
    ran.expect_status(0);
    assert!(ran.err.contains("stays behind in key.ppk"), "{}", ran.err);
    let ran = home.run(&["convert", "ssh", "--to", "jwk", "-o", "-"]);
    ran.expect_status(0);
    assert!(
        ran.err.contains("note: the certificate stays in ssh-cert.pub\n"),
        "{}",
        ran.err
    );
    // What is in the way of the certificate stops it all.
    home.write("new-cert.pub", b"precious");
    home.run(&["convert", "key.ppk", "--to", "openssh", "-o", "new", "--json"])
        .expect_error(4, "exists");
    assert!(!home.has("new"));
    // An expired one stays where it is.
    home.write("ssh-cert.pub", home.read("expired").as_bytes());
    let ran = home.run(&["convert", "ssh", "--to", "ppk", "-o", "bare.ppk"]);
    assert!(ran.err.contains("has expired, and stays behind"), "{}", ran.err);
    assert!(home.object(&["info", "bare.ppk"])["certificate"].is_null());
}

#[cfg(unix)]
#[test]
fn puttygen_agrees_about_keys_with_certificates() {
    let home = home();
    home.text(&["cert", "attach", "key.ppk", "cert"]);
    assert_eq!(home.tool("puttygen", &["key.ppk", "-L"]), home.read("cert"));
    for (ours, theirs) in [
        (&["--certificate"][..], "sha256-cert"),
        (&["--certificate", "--md5"], "md5-cert"),
        (&[], "sha256"),
        (&["--md5"], "md5"),
    ] {
        let line = home.text(&[&["fingerprint", "key.ppk"], ours].concat());
        let print = line.split(' ').nth(1).unwrap().trim_start_matches("MD5:");
        let line = home.tool("puttygen", &["key.ppk", "-l", "-E", theirs]);
        assert_eq!(line.trim_end().rsplit(' ').next().unwrap(), print, "{theirs}");
    }
    home.write("empty", b"");
    let words = [
        "key.ppk",
        "-O",
        "private-openssh-new",
        "-o",
        "ssh",
        "--new-passphrase",
        "empty",
    ];
    home.tool("puttygen", &words);
    assert!(home.object(&["info", "ssh"])["certificate"].is_null());
    home.text(&["cert", "detach", "key.ppk", "-o", "saved"]);
    let line = home.tool("puttygen", &["key.ppk", "-L"]);
    assert!(line.starts_with("ssh-ed25519 "), "{line}");
}

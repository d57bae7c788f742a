//! `info`, `fingerprint`, `public`, `completions`, `man`.

use std::process::Stdio;

use crate::support::{Home, Ran, corpus, steers};

#[test]
fn info_tells_everything_about_an_open_key() {
    let home = Home::with_key();
    let key = home.object(&["info", "key"]);
    let fields: Vec<&String> = key.as_object().expect("an object").keys().collect();
    assert_eq!(
        fields,
        [
            "file",
            "format",
            "type",
            "bits",
            "comment",
            "encrypted",
            "cipher",
            "kdf",
            "fingerprint_sha256",
            "fingerprint_md5",
            "public_key",
            "private",
            "certificate",
            "warnings",
            "mended",
            "x509_certificates",
            "read_by_ssh",
            "read_by_ssh_why",
        ]
    );
    assert_eq!(key["format"], "openssh");
    assert_eq!(key["comment"], "me@here");
    assert_eq!(key["encrypted"], false);
    assert_eq!(key["private"], true);
    for absent in ["cipher", "kdf", "certificate"] {
        assert!(key[absent].is_null(), "{absent}");
    }
    assert_eq!(key["warnings"], serde_json::json!([]));
    let out = home.text(&["info", "key"]);
    for said in [
        "OpenSSH private key",
        "ssh-ed25519, 256 bits",
        "me@here",
        "none: whoever has the file",
    ] {
        assert!(out.contains(said), "{said} is not in {out}");
    }
}

#[test]
fn info_needs_no_passphrase_for_what_stands_in_clear() {
    let home = Home::with_locked_key();
    let key = home.object(&["info", "key"]);
    assert_eq!(key["encrypted"], true);
    assert!(key["comment"].is_null());
    assert_eq!(
        key["fingerprint_sha256"],
        home.object(&["info", "key.pub"])["fingerprint_sha256"]
    );
    let opened = home.object(&["info", "key", "--passphrase-file", "pass"]);
    assert_eq!(opened["comment"], "me@here");
    assert_eq!(opened["encrypted"], true);
}

#[test]
fn several_files_give_an_object_each_and_the_first_fault_decides() {
    let home = Home::with_key();
    home.write("junk", b"hello\n");
    let ran = home.run(&["info", "--json", "key", "junk", "missing", "key.pub"]);
    ran.expect_status(1);
    let objects = ran.objects();
    assert_eq!(objects.len(), 4);
    assert_eq!(objects[0]["file"], "key");
    assert_eq!(
        (&objects[1]["file"], &objects[1]["error"]["code"]),
        (&"junk".into(), &"not-a-key-file".into())
    );
    assert_eq!(objects[2]["error"]["code"], "io-not-found");
    assert_eq!(objects[3]["private"], false);
}

#[cfg(unix)]
#[test]
fn a_private_key_that_others_may_read_is_warned_about() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::with_key();
    std::fs::set_permissions(home.path("key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let warnings = &home.object(&["info", "key"])["warnings"];
    assert_eq!(warnings[0]["code"], "permissions");
    assert!(home.text(&["info", "key"]).contains("(0644)"));
}

#[test]
fn keys_of_ssh_1_are_shown_and_called_worthless() {
    let home = Home::new();
    for (file, print, is_private) in [
        (
            "rsa1_ssh1_enc",
            "25:06:b9:24:82:02:a9:59:87:78:96:57:6c:80:8b:ec",
            true,
        ),
        (
            "rsa1_ssh1.pub",
            "fc:f5:ae:0a:b3:40:f5:ff:0b:b0:a1:10:aa:a7:07:9b",
            false,
        ),
    ] {
        let path = corpus("real/putty").join(file);
        let path = path.to_str().unwrap();
        let key = home.object(&["info", path]);
        assert_eq!((&key["format"], &key["type"]), (&"ssh1".into(), &"rsa1".into()));
        assert_eq!(
            (&key["bits"], &key["comment"]),
            (&1024.into(), &"ssh1 key".into())
        );
        assert_eq!(
            (&key["private"], &key["encrypted"]),
            (&is_private.into(), &is_private.into())
        );
        assert_eq!(key["fingerprint_md5"], print);
        assert_eq!(key["warnings"][0]["code"], "ssh1");
        let fields =
            |object: &serde_json::Value| object.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let other = corpus("real/openssh/ed25519.pub");
        assert_eq!(
            fields(&key),
            fields(&home.object(&["info", other.to_str().unwrap()]))
        );
        let text = home.text(&["info", path]);
        assert!(
            text.contains("rsa1, 1024 bits") && text.contains("worthless"),
            "{text}"
        );
        let line = home.text(&["fingerprint", path]);
        assert_eq!(line, format!("1024 MD5:{print} ssh1 key (RSA1)\n"));
        let ran = home.run(&["public", path, "--json"]);
        ran.expect_error(1, "unsupported-key-type");
        assert!(ran.err.contains("SSH-1"), "{}", ran.err);
    }
}

#[test]
fn standard_input_is_a_file_called_minus() {
    let home = Home::with_key();
    for (words, name) in [
        (&["info", "-", "--json"][..], "key"),
        (&["fingerprint", "-", "--json"], "key.pub"),
    ] {
        let file = std::fs::File::open(home.path(name)).unwrap();
        let ran = Ran::of(home.command().args(words).stdin(Stdio::from(file)));
        ran.expect_status(0);
        assert_eq!(ran.object()["file"], "-");
        assert_eq!(ran.object()["comment"], "me@here");
    }
}

#[test]
fn an_endless_standard_input_is_given_up() {
    let home = Home::new();
    home.write("large", &vec![b'A'; (1 << 20) + 1]);
    let file = std::fs::File::open(home.path("large")).unwrap();
    let ran = Ran::of(
        home.command()
            .args(["info", "-", "--json"])
            .stdin(Stdio::from(file)),
    );
    ran.expect_error(4, "too-large");
}

#[test]
fn a_fingerprint_is_one_line_for_each_kind_of_file() {
    let home = Home::with_locked_key();
    let line = home.text(&["fingerprint", "key.pub"]);
    assert!(
        line.starts_with("256 SHA256:") && line.ends_with(" me@here (ED25519)\n"),
        "{line}"
    );
    // The comment of a locked key is that of its public half.
    assert_eq!(home.text(&["fingerprint", "key"]), line);
    std::fs::remove_file(home.path("key.pub")).unwrap();
    let line = home.text(&["fingerprint", "key"]);
    assert!(line.ends_with(" no comment (ED25519)\n"), "{line}");
    let line = home.text(&["fingerprint", "--md5", "key"]);
    assert!(line.starts_with("256 MD5:"), "{line}");
    let art = home.text(&["fingerprint", "--art", "key"]);
    assert_eq!(art.lines().count(), 12, "{art}");
}

#[test]
fn keys_are_found_in_authorized_keys_and_known_hosts() {
    let home = Home::new();
    let list = corpus("real/openssh/authorized_keys");
    let ran = home.run(&["fingerprint", list.to_str().unwrap(), "--json"]);
    ran.expect_status(0);
    let lines: Vec<u64> = ran
        .objects()
        .iter()
        .map(|key| key["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [3, 4, 5, 6]);
    // The line with a broken key is named, and does no harm.
    assert!(
        ran.err.starts_with("note: ") && ran.err.contains("line 7"),
        "{}",
        ran.err
    );

    let hosts = corpus("real/openssh/known_hosts");
    let out = home.text(&["fingerprint", hosts.to_str().unwrap()]);
    assert_eq!(out.lines().count(), 3, "{out}");
    let bare = std::fs::read_to_string(corpus("real/openssh/ed25519.pub"))
        .unwrap()
        .replace(" test@example", "");
    home.write("hosts", format!("host.example,10.0.0.1 {bare}").as_bytes());
    let out = home.text(&["fingerprint", "hosts"]);
    assert!(out.contains(" host.example,10.0.0.1 (ED25519)"), "{out}");
}

#[cfg(unix)]
#[test]
fn fingerprints_read_as_those_of_ssh_keygen() {
    let home = Home::new();
    for name in [
        "authorized_keys",
        "ecdsa521.pub",
        "rsa3071_odd_bits.pub",
        "cert_options-cert.pub",
        "cert_user_dsa-cert.pub",
        "ed25519_comment03.pub",
    ] {
        let path = corpus("real/openssh").join(name);
        let path = path.to_str().unwrap();
        for (ours, theirs) in [
            (&["--art"][..], &["-lvf"][..]),
            (&["--md5"], &["-lE", "md5", "-f"]),
        ] {
            let told = home.text(&[&["fingerprint", path], ours].concat());
            assert_eq!(
                told,
                home.tool("ssh-keygen", &[theirs, &[path]].concat()),
                "{name}"
            );
        }
    }
}

#[test]
fn a_public_key_is_printed_in_each_format_without_a_passphrase() {
    let home = Home::with_locked_key();
    let line = home.read("key.pub");
    assert_eq!(home.text(&["public", "key"]), line);
    assert_eq!(home.text(&["public", "key", "--format", "public"]), line);
    let rfc4716 = home.text(&["public", "key", "--format", "rfc4716"]);
    home.write("rfc4716", rfc4716.as_bytes());
    assert_eq!(home.text(&["public", "rfc4716"]), line);
    let object = home.object(&["public", "key"]);
    assert_eq!(object["text"], line);
    assert_eq!(
        format!("{} me@here\n", object["public_key"].as_str().unwrap()),
        line
    );
}

#[cfg(unix)]
#[test]
fn ssh_keygen_reads_our_rfc4716() {
    let home = Home::with_key();
    home.write(
        "rfc",
        home.text(&["public", "key", "--format", "rfc4716"]).as_bytes(),
    );
    let line = home.tool("ssh-keygen", &["-i", "-f", "rfc"]);
    assert!(home.read("key.pub").starts_with(line.trim_end()), "{line}");
}

#[test]
fn hostile_comments_and_names_never_reach_the_terminal_as_they_are() {
    let home = Home::new();
    let folder = corpus("malformed/hostile_comment");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let path = path.to_str().unwrap();
        for words in [
            &["info", path][..],
            &["info", "--json", path],
            &["fingerprint", path],
            &["fingerprint", "--json", path],
            &["public", path],
            &["public", "--json", path],
        ] {
            let ran = home.run(words);
            assert!(
                !steers(&ran.out) && !steers(&ran.err),
                "{words:?}: {:?} {:?}",
                ran.out,
                ran.err
            );
            let is_public = words[0] == "public" && words.len() == 2;
            assert!(!is_public || ran.out.lines().count() <= 1, "{path}: {}", ran.out);
        }
        seen += 1;
    }
    assert!(seen > 10, "only {seen} files");
    let ran = home.run(&["info", "a\u{1b}[2Jb\u{202e}", "--json"]);
    ran.expect_error(4, "io-not-found");
    assert!(!steers(&ran.out) && !steers(&ran.err), "{:?}", ran.err);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let home = Home::with_key();
    let many = vec!["key"; 3000].join(" ");
    let line = format!(
        "'{}' info {many} | head -n 1",
        env!("CARGO_BIN_EXE_keywright-cli")
    );
    let ran = Ran::of(home.other("sh").args(["-c", &line]));
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("key\n", ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_told() {
    let home = Home::with_key();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ran = Ran::of(home.command().args(["public", "key"]).stdout(Stdio::from(full)));
    ran.expect_status(4);
    assert!(
        ran.err.starts_with("error: standard output could not be written"),
        "{}",
        ran.err
    );
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let text = home.text(&["completions", shell]);
        assert!(
            text.contains("fingerprint") && text.contains("kdf-rounds"),
            "{shell}"
        );
    }
    assert!(home.text(&["man"]).contains(".TH keywright-cli"));
    std::fs::create_dir(home.path("man1")).unwrap();
    home.text(&["man", "--out", "man1"]);
    assert!(
        home.read("man1/keywright-cli-generate.1")
            .contains("allow\\-short")
    );
    for page in [
        "keywright-cli",
        "keywright-cli-cert-attach",
        "keywright-cli-puttygen",
    ] {
        assert!(home.has(&format!("man1/{page}.1")), "{page}");
    }
    home.run(&["man", "--out", "man1", "--json"])
        .expect_error(4, "exists");
}

/// Made by ssh-keygen on a computer of 32 bits, as process 5429.
const MADE_BY_SSH_KEYGEN: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAQEApmGJFZNl0ibMNALQx7M6sGGoi4KNmj6PVxpbpG70lShHQqldJkcteZZdPFSbW76IUiPR0Oh+WBV0x1c6iPL/0zUYFHyFKAz1e6/5teoweG1jr2qOffdomVhvXXvSjGaSFwwOYB8R0QxsOWWTQTYSeBa66X6e777GVkHCDLYgZSo8wWr5JXln/Tw7XotowHr8FEGvw2zW1krU3Zo9Bzp0e0ac2U+qUGIzIu/WwgztLZs5/D9IyhtRWocyQPE+kcP+Jz2mt4y1uA73KqoXfdw5oGUkxdFo9f1nu2OwkjOc+Wv8Vw7bwkf+1RgiOMgiJ5cCs4WocyVxsXovcNnbALTp3w==";

/// Made by openssl on one of 64 bits, as process 5429, with no seed file.
const OF_64_BITS: &str = "-----BEGIN RSA PRIVATE KEY-----
MIIEpQIBAAKCAQEAsBjVokBRhVnUMrXJmI2zWoME0FQX6ln0Uh1gGP8bxRXybZR5
2eF+mM2wiJ4W1bVQD6jr2ikO9KsNtVI/G+FQdetB+KV+YilYMsyFe11oIBx4yaeE
EdJrmcoqu6KE5AD3je+DzqeP+HdEQ9HiOkju6t8g1+Me7zPMN1aHd2ICp3YdaNA1
K+4+Sd7wYAL8a0Biyh3fV653qnWF6MqX24uPG0MJrtjDPwaSrCRBXuq9oiljaweC
A/0E0nSLlIGyd7qFEpb4vSQMt09euvVItrSQVNBQXUXZDRFkpFHgu7dVtjWyb9Km
MToN0VCXITDFEHdD+B9T8BvBFfYwMMKMfBDetwIDAQABAoIBAQCkRjadCqVB4h+7
QqySvLWw3QKTma9JtqreI3svNmTggW3LXbQiVmJ0B4YEnH2u1VqfkTScKqtCAYRj
PxuSValqp5G+dBwnVGxrzzFCeUuWkRj4/WWN/p7UM62TprOTw3csmGB8WwJKhnBP
WC9Tsg/3WTlZTA3ilY6PnQ/4hZz2PAReWPBOUWFzD0iZ1IwQ1vKXCT+FbMrNkRDm
hOH9YbG1w+ojPS4UIQhamt3mS47DbgsnUIAbp5njZfqw7rCjTt4wVEEOuBgQGypR
0+k7pIa3NwQc4aLZ6LD2McSsxsXyRl+ikhyK2MTacACX4KTOqXOQQYE6IID+LaxE
vUKVEyr5AoGBANbQpoBPdpsSt9WjIyAlhw0us6AmAkqhFCcOnskhIuudV9wR41L3
Uc+t5wJZLmFuMEOYzApew/zhK2rRr9+7ZjamI6kD+qSYedIVg2spYD5F587Mg+es
scqrxPMPeqv5ZVx0i9+ngCCjbO5fb/hxiQI1Zue+Lt3uxs0HQgzqoa+9AoGBANHb
3Lc66vLpKkNasrAnNf9V+0sNy1hpW7/KVNdS2Fws/fEjpYsSzZYV7h7a0WwQi4kc
HE7KAnOF6BpwQ9uyT6bzeQm9oymJNTPjQtzQEnCilnABGJI63puFS7USD/CAxUGw
prK4N30WjdGvJu3lairBuTl+ChF3U9tlH3j/LkWDAoGBAIRkbemwj9G9NI23kKN0
XYqzWMOACXODWQ9FRHmDMaly/L5GTAtLICHV9QUOf7ZOmfJfTomppDLLd93KxBEo
xzMxK9Mz/5rH2nSvC6LVClr27IoYo8b6OU1GlgiTZrBs8ZqMvdQmwKHc9vrm2PSO
zLkOvpBfNzVSvzWHnp6lUOclAoGATUvpKQgnf99H9NUUWfOnXOwDiiqDioYMCEFz
LHhUPudHhak2kVoUpUJgmbbJSj9x1cen2ZFog7p/ujU9mU89LWYiX+cckPD7yqfb
ec+d6yTHumt87GeIlMntD72eZ1xWy5JQZCWcMpO7Gs+jzB4jE6qVGcsF1FcaaQX/
KKb9GRcCgYEApbJVEUC+zj9ssz/OllD2qS5mN3/P7lthUOYU9GE5gGUEkHxcUQu4
WZ0oHztrKPBZOwqRdqWHVpodMJuZ4BaS7KaOGF8eD0Ykx4WpBmxQOg3y+KoH0pxP
jTaqXv7CuhVYEAPIAC8Byp9nrS++FN7xNqgpriMkCL7pIxpc5rc+upE=
-----END RSA PRIVATE KEY-----
";

/// Made by openssl on one of 32 bits, as process 7624, with no seed file.
const OF_32_BITS: &str = "Key created on a system affected by CVE-2008-0166

-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAwJZTDExKND/DiP+LbhTIi2F0hZZt0PdX897LLwPf3+b1GOCUj1OH
BZvVqhJPJtOPE53W68I0NgVhaJdY6bFOA/cUUIFnN0y/ZOJOJsPNle1aXQTjxAS+
FXu4CQ6a2pzcU+9+gGwed7XxAkIVCiTprfmRCI2vIKdb61S8kf5D3YdVRH/Tq977
nxyYeosEGYJFBOIT+N0mqca37S8hA9hCJyD3p0AM40dD5M5ARAxpAT7+oqOXkPzf
zLtCTaHYJK3+WAce121Br4NuQJPqYPVxniUPohT4YxFTqB7vwX2C4/gZ2ldpHtlg
JVAHT96nOsnlz+EPa5GtwxtALD43CwOlWQIDAQAB
-----END RSA PUBLIC KEY-----
";

/// In whatever file it is, also without its private half.
#[test]
fn keys_that_debians_openssl_of_2008_could_make_are_called_compromised() {
    let home = Home::new();
    home.write("keygen.pub", MADE_BY_SSH_KEYGEN.as_bytes());
    home.write("openssl.pem", OF_64_BITS.as_bytes());
    home.write("public.pem", OF_32_BITS.as_bytes());
    home.run(&[
        "convert",
        "openssl.pem",
        "-o",
        "openssh",
        "--to",
        "openssh",
        "--no-passphrase",
    ])
    .expect_status(0);
    for file in ["keygen.pub", "openssl.pem", "public.pem", "openssh"] {
        let key = home.object(&["info", file]);
        let warnings = key["warnings"].as_array().expect("a list");
        let compromised: Vec<_> = warnings
            .iter()
            .filter(|warning| warning["code"] == "known-compromised")
            .collect();
        assert_eq!(compromised.len(), 1, "{file}: {warnings:?}");
        let message = compromised[0]["message"].as_str().expect("text");
        assert!(message.contains("Debian"), "{message}");
        assert!(home.text(&["info", file]).contains("CVE-2008-0166"), "{file}");
    }
}

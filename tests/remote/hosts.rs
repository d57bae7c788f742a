//! Whether a server is who it should be, before anything secret is said.

use std::fs;
use std::path::PathBuf;

use keywright::format::certificate::HostCertificateFault;
use keywright::format::public_line;
use keywright::key::PublicKey;
use keywright::key::comment::Comment;
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};
use keywright::key::watch::Unwatched;
use keywright::sys::remote::{Expect, Handshake, HostFault, KnownHostsFiles, RemoteFault, Target, Trust};

use crate::as_ssh::AtHome;
use crate::common::Kind;
use crate::jumping::host;
use crate::person::Person;
use crate::serving::make_host_key;
use crate::sshd::{Sshd, line_of, public};
use crate::tools::Tool;

fn known_hosts(server: &Sshd) -> PathBuf {
    server.folder().path("known_hosts")
}

fn open(target: &Target) -> Handshake {
    let lists = KnownHostsFiles::read(target).expect("lists");
    Handshake::open(target, Expect::Listed(&lists), &Unwatched).unwrap_or_else(|fault| panic!("{fault}"))
}

/// A line of known hosts.
fn line(server: &Sshd, marker: &str, key: &PublicKey) -> String {
    let key = public_line::encode(key, &Comment::default());
    format!("{marker}[127.0.0.1]:{} {key}\n", server.port())
}

#[test]
fn a_new_server_is_known_once_it_is_remembered() {
    let server = Sshd::start();
    for (lines, is_hidden) in [("", false), ("HashKnownHosts yes", true)] {
        let target = server.target_with(lines);
        drop(fs::remove_file(known_hosts(&server)));
        let lists = KnownHostsFiles::read(&target).expect("lists");
        let handshake = open(&target);
        assert_eq!(*handshake.trust(), Trust::New);
        let fault = open(&target).go_on().expect_err("nobody has compared anything");
        assert!(
            matches!(fault, RemoteFault::Host(HostFault::Unknown)),
            "{fault:?}"
        );
        let file = lists
            .remember(&target, handshake.host_key())
            .expect("room")
            .expect("a file");
        assert_eq!(file, known_hosts(&server));
        let text = fs::read_to_string(&file).expect("a list");
        assert_eq!(text.starts_with("|1|"), is_hidden, "{text}");
        let known = Trust::Known { file, line: 1 };
        let handshake = open(&target);
        assert_eq!(*handshake.trust(), known);
        handshake.go_on().expect("it is known");
    }
}

#[test]
fn the_real_ssh_takes_what_is_remembered() {
    let server = Sshd::start();
    server.authorize(&line_of(Kind::Ed25519.key()));
    let target = server.target_with("HashKnownHosts yes");
    let lists = KnownHostsFiles::read(&target).expect("lists");
    lists.remember(&target, open(&target).host_key()).expect("room");
    let found = server.folder().tool("ssh-keygen").args([
        "-F",
        &format!("[127.0.0.1]:{}", server.port()),
        "-f",
        "known_hosts",
    ]);
    assert!(found.output().expect("it is found").contains("found: line 1"));
}

#[test]
fn a_server_that_shows_another_key_is_not_spoken_to() {
    let server = Sshd::start();
    let other = Kind::Ed25519.key().public();
    fs::write(known_hosts(&server), format!("# x\n{}", line(&server, "", other))).expect("a list");
    let handshake = open(&server.target());
    let (file, lines) = (known_hosts(&server), vec![2]);
    assert_eq!(*handshake.trust(), Trust::Changed { file, lines });
    let print = handshake.host_key().fingerprint().to_string();
    for fault in [open(&server.target()).go_on(), handshake.go_on_if_new()] {
        let fault = fault.expect_err("there is no way on");
        assert!(
            matches!(fault, RemoteFault::Host(HostFault::Changed { .. })),
            "{fault:?}"
        );
        assert!(fault.to_string().contains(&print), "{fault}");
    }
    assert!(!server.log().contains("userauth-request"), "{}", server.log());
}

#[test]
fn a_server_is_not_changed_for_having_several_keys() {
    let server = Sshd::start();
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let key = server.host_key(kind);
        fs::write(known_hosts(&server), line(&server, "", &key)).expect("a list");
        let handshake = open(&server.target());
        assert!(
            matches!(handshake.trust(), Trust::Known { .. }),
            "{kind}: {:?}",
            handshake.trust()
        );
        assert_eq!(*handshake.host_key().key(), key);
    }
}

#[test]
fn a_revoked_key_is_never_taken() {
    let server = Sshd::start();
    let key = server.host_key("ed25519");
    let text = format!("{}{}", line(&server, "", &key), line(&server, "@revoked ", &key));
    fs::write(known_hosts(&server), text).expect("a list");
    let fault = open(&server.target()).go_on_if_new().expect_err("it is revoked");
    assert!(
        matches!(fault, RemoteFault::Host(HostFault::Revoked { line: 2, .. })),
        "{fault:?}"
    );
}

#[test]
fn an_authority_vouches_for_a_server() {
    let server = Sshd::with("HostCertificate FOLDER/host_ed25519-cert.pub");
    let folder = server.folder();
    make_host_key(folder, "ed25519", "authority");
    let authority = public(&folder.get("authority.pub")).key;
    fs::write(
        known_hosts(&server),
        line(&server, "@cert-authority ", &authority),
    )
    .expect("a list");
    let certify = |words: &[&str]| {
        let tool = folder
            .tool("ssh-keygen")
            .args(["-q", "-s", "authority", "-I", "x"]);
        let tool = words.iter().fold(tool, Tool::arg);
        tool.arg("host_ed25519.pub").output().expect("a certificate");
        // sshd reads it when it starts, and a connection is served by a new one.
        let target = server.target();
        server.reload();
        open(&target)
    };
    let good = certify(&["-h", "-n", "127.0.0.1"]);
    assert!(
        matches!(good.trust(), Trust::ByAuthority { line: 1, .. }),
        "{:?}",
        good.trust()
    );
    assert!(good.go_on().is_ok());
    for (lines, is_taken) in [
        ("CASignatureAlgorithms rsa-sha2-512", false),
        ("CASignatureAlgorithms -ssh-ed*", false),
        ("CASignatureAlgorithms +ssh-rsa", true),
    ] {
        let trust = open(&server.target_with(lines)).trust().clone();
        let why = HostCertificateFault::RuledOut;
        let is_ruled_out = trust == Trust::BadCertificate { why };
        assert_eq!(is_ruled_out, !is_taken, "{lines}: {trust:?}");
    }
    let year = |bad: &[&str], why| {
        let handshake = certify(bad);
        assert_eq!(*handshake.trust(), Trust::BadCertificate { why }, "{bad:?}");
        let fault = handshake.go_on_if_new().expect_err("it is no good");
        assert!(
            matches!(fault, RemoteFault::Host(HostFault::Certificate { .. })),
            "{fault:?}"
        );
    };
    year(&["-h", "-n", "example.org"], HostCertificateFault::OtherHost);
    year(
        &["-h", "-n", "127.0.0.1", "-V", "20200101:20210101"],
        HostCertificateFault::Expired,
    );
    year(
        &["-h", "-n", "127.0.0.1", "-V", "20990101:21000101"],
        HostCertificateFault::NotYetValid,
    );
}

#[test]
fn a_further_connection_comes_to_the_same_server_or_to_none() {
    let server = Sshd::start();
    let target = server.target();
    let pinned = open(&target).pinned();
    let again = Handshake::open(&target, Expect::Pinned(&pinned), &Unwatched).expect("it is the same");
    assert_eq!(*again.trust(), Trust::Pinned);
    again.go_on().expect("it is expected");
    let other = Sshd::start();
    let fault =
        Handshake::open(&other.target(), Expect::Pinned(&pinned), &Unwatched).expect_err("another one");
    assert!(matches!(fault, RemoteFault::Host(HostFault::Other)), "{fault:?}");
    // Nor to one that has no key of that type any more.
    let third = Sshd::with("HostKeyAlgorithms rsa-sha2-512");
    let fault =
        Handshake::open(&third.target(), Expect::Pinned(&pinned), &Unwatched).expect_err("another one");
    assert!(matches!(fault, RemoteFault::Host(HostFault::Other)), "{fault:?}");
    assert!(!other.log().contains("userauth-request"), "{}", other.log());
}

#[test]
fn many_that_remember_at_once_lose_no_line() {
    let server = Sshd::start();
    let target = server.target();
    let key = open(&target).host_key().clone();
    std::thread::scope(|scope| {
        for port in 1..=12 {
            let key = &key;
            let known_hosts = known_hosts(&server);
            scope.spawn(move || {
                let config = format!("UserKnownHostsFile {}\n", known_hosts.display());
                let config =
                    keywright::format::ssh_config::SshConfig::parse(config.into_bytes()).expect("text");
                let target = Target::parse(&format!("host:{port}"), &config.into(), "jo").expect("a target");
                let lists = KnownHostsFiles::read(&target).expect("lists");
                lists.remember(&target, key).expect("room");
            });
        }
    });
    let text = fs::read_to_string(known_hosts(&server)).expect("a list");
    assert_eq!(text.lines().count(), 12, "{text}");
}

#[test]
fn a_server_that_nothing_can_be_agreed_on_with_is_named() {
    let server = Sshd::with("KexAlgorithms diffie-hellman-group14-sha1");
    let target = server.target();
    let fault =
        Handshake::open(&target, Expect::Listed(&KnownHostsFiles::default()), &Unwatched).expect_err("SHA-1");
    let RemoteFault::NoCommonAlgorithm { theirs, .. } = &fault else {
        panic!("{fault:?}");
    };
    assert!(theirs.contains("diffie-hellman-group14-sha1"), "{theirs}");
}

#[test]
fn what_is_advised_about_a_host_whose_key_has_changed_can_be_typed_as_it_stands() {
    let server = Sshd::start();
    let person = Person::with_known_hosts("");
    // A key of some other host.
    let key = person.line("old");
    let name = format!("[127.0.0.1]:{}", server.port());
    server.authorize(&key);
    let shown = Fingerprint::of(&server.host_key("ed25519"), FingerprintKind::Sha256).to_string();
    let both = format!("{name},other.example.org {key}");
    person.home.put(".ssh/known_hosts", both.as_bytes());
    person.home.put("other", format!("{name} {key}").as_bytes());
    for option in [
        "UserKnownHostsFile=~/.ssh/known_hosts",
        "UserKnownHostsFile=~/other",
    ] {
        let words = ["-k", "new", "-i", "old", "-o", option];
        let said = person
            .asks(&server, "install", &words)
            .expect_error(4, "host-key-changed");
        let command = said.split("by keywright-cli ").nth(1).expect("a command");
        let command = command.trim().trim_end_matches(['"', '}']);
        let command = command.split("--fix").next().expect("its options").to_owned() + "--fix";
        let command = command.replace("FINGERPRINT", &shown);
        let program = env!("CARGO_BIN_EXE_keywright-cli");
        let ran = std::process::Command::new("sh")
            .args(["-c", &format!("'{program}' {command}")])
            .current_dir(person.home.path(""))
            .env(
                "HOME",
                person.home.path("").to_string_lossy().trim_end_matches('/'),
            )
            .output()
            .expect("a shell");
        // Whether it finds something else amiss is another matter.
        let said = String::from_utf8_lossy(&ran.stderr);
        person.asks(&server, "install", &words).done();
        person
            .asks(&server, "remove", &["--key", "new", "-i", "old", "-o", option])
            .done();
        assert!(!said.contains("usage"), "{command}: {said}");
    }
    assert!(
        person
            .home
            .get_text(".ssh/known_hosts")
            .starts_with("other.example.org ")
    );
}

#[test]
fn a_fingerprint_to_accept_is_not_passed_over_where_the_server_is_known_by_another() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let words = ["-k", "new", "-i", "old", "--accept-host-key"];
    let wrong = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let ran = person.asks(&server, "install", &[&words[..], &[wrong]].concat());
    let said = ran.expect_error(4, "host-key-other");
    assert!(said.contains("known already"), "{said}");
    assert!(!server.log().contains("Accepted"), "{}", server.log());
    let right = Fingerprint::of(&server.host_key("ed25519"), FingerprintKind::Sha256).to_string();
    person
        .asks(&server, "install", &[&words[..], &[&right]].concat())
        .done();
}

#[test]
fn a_server_is_judged_as_ssh_judges_it_whatever_its_lists_hold() {
    let server = Sshd::start();
    let person = Person::with_known_hosts("");
    server.authorize(&person.line("old"));
    let port = server.port();
    let key = |kind: &str| server.folder().get_text(&format!("host_{kind}.pub"));
    let other = person.line("new");
    let [ed25519, rsa] = ["ed25519", "rsa"].map(key);
    let here = format!("[127.0.0.1]:{port}");
    for (lines, code) in [
        (format!("{here} {rsa}"), None),
        (format!("{here} {other}{here} {ed25519}"), None),
        (format!("{here} {ed25519}{here} {other}"), None),
        (
            format!("# x\n{here} broken\n\n|1|x|y {ed25519}{here} {ed25519}"),
            None,
        ),
        (format!("*,![127.0.0.1]:1 {ed25519}"), None),
        (format!("[127.0.0.*]:{port} {ed25519}"), None),
        (format!("127.0.0.1 {ed25519}"), None),
        (format!("127.0.0.1 {other}"), Some("host-unknown")),
        (format!("{here} {other}"), Some("host-key-changed")),
        (format!("!{here},* {ed25519}"), None),
        (format!("!{here},!127.0.0.1,* {ed25519}"), Some("host-unknown")),
        (
            format!("{here} {ed25519}@revoked * {ed25519}"),
            Some("host-key-revoked"),
        ),
        (format!("@cert-authority {here} {ed25519}"), Some("host-unknown")),
    ] {
        person.home.put(".ssh/known_hosts", lines.as_bytes());
        let config = host(
            "x",
            &server,
            " IdentityFile ~/old\n StrictHostKeyChecking yes\n UpdateHostKeys no\n",
        );
        person.home.put(".ssh/config", config.as_bytes());
        let (is_in, said) = AtHome(&person).ssh("x");
        assert_eq!(is_in, code.is_none(), "ssh: {lines}: {said}");
        let ran = person.run(&["remove", "x", "--list", "--json"]);
        match code {
            None => ran.expect_status(0),
            Some(code) => drop(ran.expect_error(4, code)),
        }
        assert_eq!(person.home.get_text(".ssh/known_hosts"), lines);
    }
}

#[test]
fn an_authority_vouches_for_the_hosts_that_it_is_trusted_for_and_no_others() {
    let server = Sshd::with("HostCertificate FOLDER/host_ed25519-cert.pub");
    let folder = server.folder();
    for name in ["authority", "stranger"] {
        make_host_key(folder, "ed25519", name);
    }
    let person = Person::with_known_hosts("");
    server.authorize(&person.line("old"));
    let port = server.port();
    let authority = folder.get_text("authority.pub");
    let stranger = folder.get_text("stranger.pub");
    let certify = |name: &str| {
        let tool = folder
            .tool("ssh-keygen")
            .args(["-q", "-s", "authority", "-I", "x", "-h", "-n"]);
        tool.arg(name)
            .arg("host_ed25519.pub")
            .output()
            .expect("a certificate");
        server.reload();
    };
    certify("127.0.0.1");
    for (lines, is_in) in [
        (format!("@cert-authority * {authority}"), true),
        (format!("@cert-authority 127.0.0.* {authority}"), true),
        (format!("@cert-authority [127.0.0.*]:{port} {authority}"), true),
        (format!("@cert-authority *.example.org {authority}"), false),
        (format!("@cert-authority * {stranger}"), false),
        (
            format!("@revoked * {authority}@cert-authority * {authority}"),
            false,
        ),
    ] {
        person.home.put(".ssh/known_hosts", lines.as_bytes());
        let config = host(
            "x",
            &server,
            " IdentityFile ~/old\n StrictHostKeyChecking yes\n UpdateHostKeys no\n",
        );
        person.home.put(".ssh/config", config.as_bytes());
        let (by_ssh, said) = AtHome(&person).ssh("x");
        assert_eq!(by_ssh, is_in, "ssh: {lines}: {said}");
        let ran = person.run(&["remove", "x", "--list"]);
        assert_eq!(ran.status == Some(0), is_in, "{lines}: {}", ran.err);
    }
}

//! What client and server agree on: the way of talking that ssh would take, and no other.

use keywright::engine::Problem;
use keywright::key::watch::Unwatched;
use keywright::sys::remote::{Expect, Handshake, KnownHostsFiles, Lacking, RemoteFault, Target};

use crate::as_ssh::AtHome;
use crate::jumping::host;
use crate::person::Person;
use crate::sshd::Sshd;

fn open(target: &Target) -> Result<Handshake, RemoteFault> {
    Handshake::open(target, Expect::Listed(&KnownHostsFiles::default()), &Unwatched)
}

#[test]
fn what_ssh_takes_by_itself_is_taken() {
    for only in [
        "KexAlgorithms ecdh-sha2-nistp256",
        "KexAlgorithms ecdh-sha2-nistp384",
        "KexAlgorithms ecdh-sha2-nistp521",
        "KexAlgorithms diffie-hellman-group-exchange-sha256",
        "KexAlgorithms diffie-hellman-group14-sha256",
        "MACs hmac-sha1\nCiphers aes128-ctr",
        "MACs hmac-sha1-etm@openssh.com\nCiphers aes192-ctr",
        "Ciphers aes128-gcm@openssh.com",
    ] {
        let server = Sshd::with(only);
        let opened = open(&server.target());
        assert!(opened.is_ok(), "{only}: {opened:?}");
    }
}

#[test]
fn what_the_configuration_adds_is_taken_for_this_server_and_no_other() {
    for (server, allowed) in [
        (
            "KexAlgorithms diffie-hellman-group14-sha1",
            "KexAlgorithms +*group14-sha1",
        ),
        (
            "KexAlgorithms diffie-hellman-group1-sha1",
            "KexAlgorithms +diffie-hellman-group1-sha1",
        ),
        ("Ciphers aes256-cbc\nMACs hmac-sha2-256", "Ciphers +aes256-cbc"),
        ("HostKeyAlgorithms ssh-rsa", "HostKeyAlgorithms +ssh-rsa"),
    ] {
        let server = Sshd::with(server);
        let refused = open(&server.target());
        assert!(
            matches!(
                &refused,
                Err(RemoteFault::NoCommonAlgorithm {
                    lacking: Lacking::Broken {
                        may_be_wanted: Some(_),
                        ..
                    },
                    ..
                })
            ),
            "{refused:?}"
        );
        let hint = Problem::from(refused.expect_err("it was refused")).hint;
        assert!(hint.contains(" +") && !hint.contains("newer"), "{hint}");
        let opened = open(&server.target_with(allowed));
        assert!(opened.is_ok(), "{allowed}: {opened:?}");
    }
}

#[test]
fn where_only_ssh_can_speak_with_a_server_the_command_is_told_by_which_ssh_puts_the_key_there() {
    for only in [
        "KexAlgorithms sntrup761x25519-sha512@openssh.com",
        "MACs umac-128-etm@openssh.com,umac-64@openssh.com\nCiphers aes256-ctr",
    ] {
        let server = Sshd::with(only);
        let person = Person::with_known_hosts("");
        server.authorize(&person.line("old"));
        let config = host(
            "x",
            &server,
            " IdentityFile ~/old\n StrictHostKeyChecking accept-new\n",
        );
        person.home.put(".ssh/config", config.as_bytes());
        let ran = person.run(&["install", "x", "-k", "new", "--json"]);
        let told = ran.expect_error(4, "not-spoken");
        let command = told.split("put the key there: ").nth(1).expect("a command");
        let program = env!("CARGO_BIN_EXE_keywright-cli");
        let folder = std::path::Path::new(program).parent().expect("a folder");
        let typed = format!("PATH={}:$PATH; {command}", folder.display());
        let (is_done, said) = AtHome(&person).run(&["sh", "-c", &typed]);
        assert!(is_done, "{typed}: {said}");
        let list = std::fs::read_to_string(server.authorized_keys()).expect("a list");
        assert_eq!(
            list,
            format!("{}{}", person.line("old"), person.line("new")),
            "{typed}: {said}"
        );
        // One with restrictions would come there without them.
        let ran = person.run(&["install", "x", "-k", "new", "--restrict", "--json"]);
        let told = ran.expect_error(4, "not-spoken");
        assert!(!told.contains("@x"), "{told}");
    }
}

#[test]
fn a_server_that_is_stricter_than_this_program_is_not_called_old() {
    let server = Sshd::with("KexAlgorithms sntrup761x25519-sha512@openssh.com");
    let refused = Problem::from(open(&server.target()).expect_err("it is not spoken here"));
    assert!(refused.what.contains("this program knows none"), "{refused:?}");
    assert!(
        refused.what.contains("“sntrup761x25519-sha512@openssh.com”"),
        "{refused:?}"
    );
    assert!(
        !refused.hint.contains("old") && !refused.hint.contains("up to date"),
        "{refused:?}"
    );
    let server = Sshd::start();
    let refused =
        open(&server.target_with("MACs hmac-sha2-256\nCiphers nonesuch")).expect_err("no cipher is left");
    assert!(
        matches!(
            refused,
            RemoteFault::NoCommonAlgorithm {
                lacking: Lacking::Ruled { keyword: "Ciphers" },
                ..
            }
        ),
        "{refused:?}"
    );
}

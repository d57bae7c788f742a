//! What ssh's configuration says about keys, certificates and agents counts here as it does for ssh.

use std::process::Command;

use crate::jumping::{host, known};
use crate::person::Person;
use crate::sshd::Sshd;
use crate::support::SshAgent;
use crate::tools::Tool;

/// An agent that holds the key `old` of this person.
fn agent_with_old(person: &Person, socket: &str) -> SshAgent {
    let agent = SshAgent::at(person.home.path(socket));
    let mut add = Command::new("ssh-add");
    add.arg("-q").arg(person.home.path("old"));
    let added = add.env("SSH_AUTH_SOCK", agent.socket()).status();
    assert!(added.expect("ssh-add").success());
    agent
}

fn person_of(server: &Sshd) -> Person {
    let person = Person::with_known_hosts(&known(server));
    server.authorize(&person.line("old"));
    person
}

/// How listing the keys there ends, with this agent in the environment.
fn status(person: &Person, alias: &str, agent: Option<&SshAgent>) -> Option<i32> {
    let mut command = person.command();
    if let Some(agent) = agent {
        command.env("SSH_AUTH_SOCK", agent.socket());
    }
    let ran = crate::console::Ran::of(command.args(["remove", alias, "--list"]));
    if ran.status != Some(0) {
        assert!(ran.err.contains("does not let jo in"), "{alias}: {}", ran.err);
    }
    ran.status
}

#[test]
fn the_agent_that_the_configuration_names_signs_in_and_no_other() {
    let server = Sshd::start();
    let person = person_of(&server);
    std::fs::create_dir(person.home.path("my agents")).expect("a folder");
    let agent = agent_with_old(&person, "my agents/one");
    let any = |more: &str| host("x", &server, more).replace(" IdentitiesOnly yes\n", "");
    for (said, in_environment, is_in) in [
        ("", true, true),
        ("", false, false),
        (" IdentityAgent none", true, false),
        (" IdentityAgent SSH_AUTH_SOCK", true, true),
        (" IdentityAgent $KEYWRIGHT_NO_AGENT", true, false),
        (" IdentityAgent \"~/my agents/one\"", false, true),
        (" IdentityAgent \"%d/my agents/%n\"", false, false),
        (" IdentityAgent /nonexistent", true, false),
    ] {
        person.home.put(".ssh/config", any(said).as_bytes());
        let found = status(&person, "x", in_environment.then_some(&agent));
        assert_eq!(found == Some(0), is_in, "{said}: {found:?}");
    }
    // And the commands about agents find it, for all servers or for one.
    for config in [
        "IdentityAgent \"~/my agents/one\"\n".to_owned(),
        any(" IdentityAgent \"~/my agents/one\""),
    ] {
        person.home.put(".ssh/config", config.as_bytes());
        let listed = person.run(&["agent", "list"]);
        listed.expect_status(0);
        assert!(listed.out.contains("old@laptop"), "{config}: {}", listed.out);
    }
}

#[test]
fn the_files_that_the_configuration_names_sign_in_wherever_they_are_said() {
    let server = Sshd::start();
    let person = person_of(&server);
    std::fs::create_dir(person.home.path(".ssh/config.d")).expect("a folder");
    let included = host("x", &server, " IdentityFile ~/old");
    person.home.put(".ssh/config.d/work", included.as_bytes());
    for (config, is_in) in [
        (
            "Host *\n ServerAliveInterval 60\nInclude ~/.ssh/config.d/*\n".to_owned(),
            true,
        ),
        ("Host other\nInclude ~/.ssh/config.d/*\n".to_owned(), false),
        ("Include config.d/${KEYWRIGHT_PART}\n".to_owned(), true),
        (host("x", &server, " IdentityFile ${HOME}/old"), true),
        (
            host(
                "x",
                &server,
                " IdentityFile %d/%%\n IdentityFile ~/none\n IdentityFile none",
            ),
            false,
        ),
        (
            host(
                "x",
                &server,
                " IdentityFile %d/old\n PubkeyAcceptedAlgorithms rsa-*",
            ),
            false,
        ),
        (
            host(
                "x",
                &server,
                " IdentityFile %d/old\n PubkeyAcceptedAlgorithms ssh-ed*,rsa-*",
            ),
            true,
        ),
        (
            host("x", &server, " IdentityFile %d/old\n PubkeyAuthentication no"),
            false,
        ),
        (
            host("y", &server, "")
                + "Match final user jo\n IdentityFile ~/old\nHost x\n HostName 127.0.0.1\n User jo\n Port "
                + &server.port().to_string()
                + "\n",
            true,
        ),
    ] {
        person.home.put(".ssh/config", config.as_bytes());
        let mut command = person.command();
        let ran = crate::console::Ran::of(
            command
                .env("KEYWRIGHT_PART", "work")
                .args(["remove", "x", "--list"]),
        );
        assert_eq!(ran.status == Some(0), is_in, "{config}: {}", ran.err);
    }
}

#[test]
fn a_certificate_that_the_configuration_names_signs_in_with_a_key_from_a_file_and_from_an_agent() {
    let server = Sshd::with("TrustedUserCAKeys FOLDER/authority.pub\n");
    let person = Person::with_known_hosts(&known(&server));
    server
        .folder()
        .tool("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f", "authority"])
        .output()
        .expect("a key");
    server.folder().put("user.pub", person.line("old").as_bytes());
    let sign = server.folder().tool("ssh-keygen");
    sign.args(["-q", "-s", "authority", "-I", "x", "-n", "jo", "user.pub"])
        .output()
        .expect("a certificate");
    person
        .home
        .put("given.pub", &server.folder().get("user-cert.pub"));
    let agent = agent_with_old(&person, "agent");
    for (said, in_environment, is_in) in [
        (" IdentityFile ~/old", false, false),
        (" IdentityFile ~/old\n CertificateFile ~/given.pub", false, true),
        (" CertificateFile ~/given.pub", true, true),
        ("", true, false),
    ] {
        let config = host("x", &server, said);
        let config = if in_environment {
            config.replace(" IdentitiesOnly yes\n", "")
        } else {
            config
        };
        person.home.put(".ssh/config", config.as_bytes());
        let found = status(&person, "x", in_environment.then_some(&agent));
        assert_eq!(found == Some(0), is_in, "{said}: {found:?}");
    }
}

/// The real ssh, a real sshd, and certificates that we signed.
#[test]
fn a_certificate_that_we_signed_lets_in_whom_it_names_and_nobody_else() {
    let server =
        Sshd::with("TrustedUserCAKeys FOLDER/authority.pub\nHostCertificate FOLDER/host_ed25519-cert.pub");
    let folder = server.folder();
    for name in ["authority", "user"] {
        let tool = folder
            .tool("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f", name]);
        tool.output().expect("a key");
    }
    let certify = |words: &[&str]| {
        let tool = folder.tool(env!("CARGO_BIN_EXE_keywright-cli")).args([
            "cert",
            "sign",
            "--ca",
            "authority",
            "--id",
            "x",
            "--force",
        ]);
        words
            .iter()
            .fold(tool, Tool::arg)
            .output()
            .expect("a certificate");
    };
    certify(&["host_ed25519.pub", "--host", "-n", "127.0.0.1", "--for", "1h"]);
    // Nothing else says that the server is the right one.
    let authority = folder.get_text("authority.pub");
    folder.put("hosts", format!("@cert-authority * {authority}").as_bytes());
    server.reload();
    for (words, is_in) in [
        (&["-n", "jo", "--for", "1h"][..], true),
        (
            &["-n", "jo", "--for", "1h", "--source-address", "127.0.0.0/8"],
            true,
        ),
        (
            &["-n", "jo", "--for", "1h", "--source-address", "192.0.2.0/24"],
            false,
        ),
        (&["-n", "somebody-else", "--for", "1h"], false),
        (
            &["-n", "jo", "--from", "2098-01-01", "--until", "2099-01-01"],
            false,
        ),
    ] {
        certify(&[&["user.pub"], words].concat());
        let ssh = folder.tool("ssh").args([
            "-F",
            "none",
            "-i",
            "user",
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "BatchMode=yes",
            "-o",
            "UserKnownHostsFile=hosts",
            "-o",
            "GlobalKnownHostsFile=none",
            "-o",
            "StrictHostKeyChecking=yes",
        ]);
        let port = server.port().to_string();
        let ran = ssh.args(["-p", &port, "jo@127.0.0.1", "true"]).run();
        assert_eq!(ran.is_success, is_in, "{words:?}: {}", ran.stderr);
    }
}

#[test]
fn ways_in_that_the_configuration_rules_out_are_not_gone_unless_a_password_was_given() {
    let server = Sshd::with("UsePAM yes\nPasswordAuthentication yes\nKbdInteractiveAuthentication yes\n");
    let person = person_of(&server);
    for (said, words, is_in) in [
        (" IdentityFile ~/old", &[][..], true),
        (
            " IdentityFile ~/old\n PreferredAuthentications password,keyboard-interactive",
            &[],
            false,
        ),
        (
            " IdentityFile none\n PasswordAuthentication no\n KbdInteractiveAuthentication no",
            &[],
            false,
        ),
        (
            " IdentityFile none\n PasswordAuthentication no\n KbdInteractiveAuthentication no",
            &["--password-file", "password"],
            true,
        ),
    ] {
        person
            .home
            .put(".ssh/config", host("x", &server, said).as_bytes());
        let ran = person.run(&[&["remove", "x", "--list"], words].concat());
        assert_eq!(ran.status == Some(0), is_in, "{said}: {}", ran.err);
    }
    // Asked once, and no more.
    person.home.put(
        ".ssh/config",
        host("x", &server, " IdentityFile none\n NumberOfPasswordPrompts 1").as_bytes(),
    );
    let mut terminal = crate::terminal::Terminal::run_at(&person, "x", "remove", &["--list"]);
    terminal.answer("assword", "wrong");
    terminal.answer("assword", "wrong");
    let told = terminal.end();
    assert!(told.contains("does not let jo in"), "{told}");
}

#[test]
fn a_server_whose_key_is_revoked_by_the_configuration_is_told_nothing() {
    let server = Sshd::start();
    let person = person_of(&server);
    let other = person.line("new");
    person.home.put(
        "revoked",
        format!("# stolen\n{}", server.folder().get_text("host_ed25519.pub")).as_bytes(),
    );
    person.home.put("others", other.as_bytes());
    person.home.put("krl", b"SSHKRL\n\0\0\0\0\x01");
    for (file, code) in [
        ("revoked", "host-key-revoked"),
        ("krl", "host-key-revoked"),
        ("missing", "host-key-revoked"),
    ] {
        let config = host(
            "x",
            &server,
            &format!(" IdentityFile ~/old\n RevokedHostKeys ~/{file}"),
        );
        person.home.put(".ssh/config", config.as_bytes());
        person
            .run(&["remove", "x", "--list", "--json"])
            .expect_error(4, code);
    }
    let config = host("x", &server, " IdentityFile ~/old\n RevokedHostKeys ~/others");
    person.home.put(".ssh/config", config.as_bytes());
    person.run(&["remove", "x", "--list"]).expect_status(0);
}

#[test]
fn a_server_that_cannot_be_remembered_is_gone_on_with_and_that_is_said() {
    let server = Sshd::start();
    let person = Person::with_known_hosts("");
    server.authorize(&person.line("old"));
    person.home.put("taken", b"");
    let config = host(
        "x",
        &server,
        " IdentityFile ~/old\n StrictHostKeyChecking accept-new\n UserKnownHostsFile ~/taken/hosts",
    );
    person.home.put(".ssh/config", config.as_bytes());
    let ran = person.run(&["remove", "x", "--list"]);
    ran.expect_status(0);
    assert!(ran.err.contains("it could not be remembered"), "{}", ran.err);
    // Two files behind -o, as in the file.
    let files = format!("UserKnownHostsFile=none {}", person.home.path("hosts").display());
    let known = known(&server);
    person.home.put("hosts", known.as_bytes());
    let config = host("x", &server, " IdentityFile ~/old");
    person.home.put(".ssh/config", config.as_bytes());
    person
        .run(&["remove", "x", "--list", "-o", &files])
        .expect_status(0);
}

#[test]
fn the_key_that_it_is_about_signs_in_where_no_other_does() {
    let server = Sshd::start();
    let person = person_of(&server);
    let address = format!("jo@127.0.0.1:{}", server.port());
    for words in [
        &["install", "-k", "old"][..],
        &["install", "-i", "old"],
        &["install", "-k", "old", "--undo", "--yes"],
    ] {
        let ran = person.run(&[&[words[0], &address], &words[1..]].concat());
        ran.expect_status(0);
    }
    server.authorize(&(person.line("old") + &person.line("new")));
    person
        .run(&["remove", &address, "--key", "old", "--yes"])
        .expect_status(0);
}

#[test]
fn the_command_that_is_given_is_heard_however_many_keys_the_agent_has() {
    let server = Sshd::start();
    let person = person_of(&server);
    let agent = agent_with_old(&person, "agent");
    for number in 0..4 {
        let name = format!("other{number}");
        person.makes(&name, "");
        let mut add = Command::new("ssh-add");
        add.arg("-q").arg(person.home.path(&name));
        assert!(
            add.env("SSH_AUTH_SOCK", agent.socket())
                .status()
                .expect("ssh-add")
                .success()
        );
    }
    let address = format!("jo@127.0.0.1:{}", server.port());
    let mut command = person.command();
    command.env("SSH_AUTH_SOCK", agent.socket());
    let ran = crate::console::Ran::of(command.args(["install", &address, "-k", "new", "-i", "old"]));
    ran.expect_status(0);
    assert!(
        ran.out.contains("ssh -o IdentitiesOnly=yes -i ~/new -p "),
        "{}",
        ran.out
    );
    // And a named agent that is not there is not passed over in silence.
    let mut command = person.command();
    command.env("SSH_AUTH_SOCK", person.home.path("nobody"));
    let ran = crate::console::Ran::of(command.args(["remove", &address, "--list"]));
    assert!(ran.err.contains("no key of an agent is tried"), "{}", ran.err);
}

#[test]
fn that_a_server_reads_another_list_is_seen_by_the_key_that_has_let_in() {
    let server = Sshd::with("AuthorizedKeysFile .ssh/authorized_keys .ssh/elsewhere\n");
    let person = person_of(&server);
    let address = format!("jo@127.0.0.1:{}", server.port());
    let list = || person.run(&["remove", &address, "--list", "-i", "old"]);
    assert!(!list().err.contains("another list"), "{}", list().err);
    let elsewhere = server.home().join(".ssh/elsewhere");
    std::fs::rename(server.authorized_keys(), &elsewhere).expect("moved");
    assert!(
        list().err.contains("reads another list as well"),
        "{}",
        list().err
    );
    let ran = person.run(&["install", &address, "-k", "new", "-i", "old"]);
    ran.expect_status(0);
    assert!(ran.err.contains("reads another list as well"), "{}", ran.err);
}

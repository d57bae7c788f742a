//! Servers that want several things, or a certain one: how one signs in there, and what is said of the key.

use serde_json::Value;

use crate::jumping::{host, known};
use crate::person::Person;
use crate::sshd::{PASSWORD, Sshd};
use crate::support::SshAgent;
use crate::terminal::Terminal;

const PAM: &str = "UsePAM yes\nPasswordAuthentication yes\nKbdInteractiveAuthentication yes\n";

#[test]
fn each_set_of_ways_that_servers_want_is_gone_and_told_of_the_key() {
    let keys = ["-k", "new", "-i", "old", "--password-file", "password"];
    for (methods, works) in [
        ("keyboard-interactive", false),
        ("publickey,password", false),
        ("publickey,keyboard-interactive", false),
        ("password,publickey", false),
        ("keyboard-interactive,publickey", false),
        ("publickey keyboard-interactive,publickey", true),
        ("password publickey", true),
    ] {
        let server = Sshd::with(&format!("{PAM}AuthenticationMethods {methods}\n"));
        let person = Person::knowing(&server);
        server.authorize(&person.line("old"));
        let ran = person.asks(&server, "install", &keys);
        if methods == "keyboard-interactive" {
            let told = ran.expect_error(4, "key-ignored");
            assert!(told.contains("takes no keys at all"), "{told}");
            continue;
        }
        let told = ran.done();
        let proved = if works { true.into() } else { Value::Null };
        assert_eq!(told["proved"], proved, "{methods}: {told}");
        let said = person.run(&[
            "install",
            &format!("jo@127.0.0.1:{}", server.port()),
            "-k",
            "new",
            "-i",
            "old",
            "--password-file",
            "password",
        ]);
        assert_eq!(
            said.out.contains("Works: "),
            works,
            "{methods}: {}{}",
            said.out,
            said.err
        );
        let list = std::fs::read_to_string(server.authorized_keys()).expect("a list");
        assert_eq!(
            list,
            format!("{}{}", person.line("old"), person.line("new")),
            "{methods}"
        );
    }
}

#[test]
fn a_server_that_wants_two_keys_is_given_two() {
    let server = Sshd::with("AuthenticationMethods publickey,publickey\n");
    let person = Person::knowing(&server);
    person.makes("third", "third@laptop");
    server.authorize(&format!("{}{}", person.line("old"), person.line("third")));
    let ran = person.asks(&server, "install", &["-k", "new", "-i", "old", "-i", "third"]);
    let told = ran.done();
    assert_eq!(told["proved"], Value::Null, "{told}");
    let list = std::fs::read_to_string(server.authorized_keys()).expect("a list");
    assert!(list.ends_with(&person.line("new")), "{list}");
}

#[test]
fn a_public_file_names_the_key_of_an_agent_that_signs_in() {
    let server = Sshd::with("MaxAuthTries 2\n");
    let person = Person::with_known_hosts(&known(&server));
    let agent = SshAgent::at(person.home.path("agent"));
    for number in 0..6 {
        let name = format!("other{number}");
        person.makes(&name, &name);
        let socket = agent.socket().display().to_string();
        person
            .run(&["agent", "add", &name, "--agent", &socket])
            .expect_status(0);
        std::fs::remove_file(person.home.path(&name)).expect("only the agent has it");
    }
    server.authorize(&person.line("other5"));
    person.home.put(
        ".ssh/config",
        host("x", &server, " IdentityFile ~/other5.pub\n IdentityAgent ~/agent").as_bytes(),
    );
    person.run(&["remove", "x", "--list"]).expect_status(0);
    assert!(!server.log().contains("Failed publickey"), "{}", server.log());
    let words = ["-k", "new", "-i", "other5.pub", "--agent", "agent"];
    assert_eq!(person.asks(&server, "install", &words).done()["proved"], true);
    assert!(!server.log().contains("Failed publickey"), "{}", server.log());
}

#[test]
fn a_password_costs_as_few_failures_as_can_be() {
    let server = Sshd::with(PAM);
    let person = Person::knowing(&server);
    for name in ["id_ed25519", "id_rsa"] {
        person.makes(&format!(".ssh/{name}"), name);
    }
    let words = ["-k", "new", "--password-file", "password"];
    person.asks(&server, "install", &words).done();
    let log = server.log();
    assert_eq!(log.matches("Failed ").count(), 0, "{log}");
    assert_eq!(log.matches("Connection from").count(), 2, "{log}");

    // Typed: the usual keys go first, as with ssh.
    let server = Sshd::with(PAM);
    person.home.put(".ssh/known_hosts", known(&server).as_bytes());
    let mut terminal = Terminal::run(&person, &server, "install", &["-k", "new"]);
    terminal.answer("assword", PASSWORD);
    assert!(terminal.end().contains("Works: "));
    let log = server.log();
    assert!(log.matches("Failed ").count() <= 3, "{log}");
    assert!(log.matches("Connection from").count() <= 3, "{log}");
}

//! Servers to which the way leads through others, or through a command.

use crate::person::Person;
use crate::sshd::{PASSWORD, Sshd, USER};
use crate::terminal::Terminal;

/// A `Host` of ssh's configuration.
pub(crate) fn host(name: &str, server: &Sshd, more: &str) -> String {
    format!(
        "Host {name}\n HostName 127.0.0.1\n Port {}\n User {USER}\n IdentitiesOnly yes\n{more}\n",
        server.port()
    )
}

/// A line of known hosts.
pub(crate) fn known(server: &Sshd) -> String {
    let key = server.folder().get_text("host_ed25519.pub");
    format!("[127.0.0.1]:{} {key}", server.port())
}

fn with_config(person: &Person, text: &str) {
    person.home.put(".ssh/config", text.as_bytes());
}

#[test]
fn a_third_server_is_reached_over_two_with_a_password_a_key_and_new_host_keys_on_the_way() {
    let first = Sshd::with("UsePAM yes\nPasswordAuthentication yes\nLogLevel DEBUG1\n");
    let second = Sshd::with("LogLevel DEBUG1\n");
    let inner = Sshd::with("UsePAM yes\nKbdInteractiveAuthentication yes\n");
    let person = Person::with_known_hosts("");
    second.authorize(&person.line("old"));
    let text = host("first", &first, "")
        + &host("second", &second, " IdentityFile ~/old")
        + &host("inner", &inner, " ProxyJump first,second");
    with_config(&person, &text);
    let mut terminal = Terminal::run_at(&person, "inner", "install", &["-k", "new"]);
    for server in [&first, &second, &inner] {
        let asked = terminal.answer("It will be remembered. [y/N] ", "y");
        assert!(
            asked.contains(&format!("{USER}@127.0.0.1:{}", server.port())),
            "{asked}"
        );
        if server.port() != second.port() {
            terminal.answer("assword", PASSWORD);
        }
    }
    let told = terminal.end();
    assert!(told.contains("Works: "), "{told}");
    assert!(told.contains("ssh -i ~/new jo@inner"), "{told}");
    for hop in [&first, &second] {
        assert!(hop.log().contains("direct-tcpip"), "{}", hop.log());
        assert!(!hop.authorized_keys().exists() || hop.port() == second.port());
    }
    // And it comes off again the same way, with the new key, asking nothing but the password of the first.
    let mut terminal = Terminal::run_at(
        &person,
        "inner",
        "remove",
        &["-i", "new", "--key", "new", "--yes"],
    );
    terminal.answer("assword", PASSWORD);
    let told = terminal.end();
    assert!(told.contains("Gone: "), "{told}");
    let hosts = person.home.get_text(".ssh/known_hosts");
    assert_eq!(hosts.lines().count(), 3, "{hosts}");
}

#[test]
fn a_server_in_between_that_passes_nothing_on_says_so_and_one_that_cannot_as_well() {
    let [strict, gate] = ["AllowTcpForwarding no\n", ""].map(Sshd::with);
    let inner = Sshd::start();
    let person = Person::with_known_hosts(&(known(&strict) + &known(&gate) + &known(&inner)));
    for server in [&strict, &gate] {
        server.authorize(&person.line("old"));
    }
    let text = host("strict", &strict, " IdentityFile ~/old")
        + &host("gate", &gate, " IdentityFile ~/old")
        + &host("one", &inner, " ProxyJump strict")
        + "Host two\n HostName 127.0.0.1\n Port 9\n User jo\n ProxyJump gate\nHost three\n ProxyJump three\n";
    with_config(&person, &text);
    for (alias, words, status) in [
        ("one", "does not let this account go on to other servers", 4),
        ("two", "cannot reach 127.0.0.1 at port 9", 4),
        ("three", "reached through itself", 2),
    ] {
        let ran = person.run(&["install", alias, "-k", "new", "-i", "old", "--json"]);
        let told = ran.expect_error(status, "proxy");
        assert!(told.contains(words), "{told}");
    }
}

/// A program that carries a conversation to a server, as `nc` does.
pub(crate) const CARRIER: &str = "import socket, sys, threading, os
there = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def back():
    while True:
        data = there.recv(65536)
        if not data:
            os._exit(0)
        os.write(1, data)
threading.Thread(target=back, daemon=True).start()
while True:
    data = os.read(0, 65536)
    if not data:
        os._exit(0)
    there.sendall(data)
";

#[test]
fn a_command_is_the_way_to_a_server_and_what_it_complains_of_is_told() {
    let server = Sshd::start();
    let person = Person::with_known_hosts(&known(&server));
    server.authorize(&person.line("old"));
    person.home.put("carrier.py", CARRIER.as_bytes());
    let carrier = person.home.path("carrier.py");
    let text = host(
        "far",
        &server,
        &format!(" ProxyCommand python3 \"{}\" %h %p", carrier.display()),
    ) + &host(
        "nowhere",
        &server,
        " ProxyCommand sh -c 'echo no way there >&2; exit 1'",
    ) + &host("web", &server, " ProxyCommand sh -c 'echo HTTP/1.1 400'");
    with_config(&person, &text);
    let ran = person.run(&["install", "far", "-k", "new", "-i", "old"]);
    ran.expect_status(0);
    assert!(ran.err.contains("by this command: python3 "), "{}", ran.err);
    assert!(ran.out.contains("Works: "), "{}", ran.out);
    for (alias, words) in [("nowhere", "no way there"), ("web", "HTTP/1.1 400")] {
        let ran = person.run(&["install", alias, "-k", "new", "-i", "old", "--json"]);
        let told = ran.expect_error(4, "proxy");
        assert!(told.contains(words) && told.contains("ProxyCommand"), "{told}");
    }
}

#[test]
fn a_command_on_the_way_may_ask_for_a_password_on_the_terminal() {
    let gate = Sshd::with("UsePAM yes\nPasswordAuthentication yes\n");
    let inner = Sshd::start();
    let person = Person::with_known_hosts(&(known(&gate) + &known(&inner)));
    inner.authorize(&person.line("old"));
    let apart = "-F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null";
    let command = format!(
        " ProxyCommand ssh {apart} -p {} -W %h:%p {USER}@127.0.0.1",
        gate.port()
    );
    with_config(&person, &host("inner", &inner, &command));
    let words = ["-k", "new", "-i", "old"];
    let mut terminal = Terminal::run_at(&person, "inner", "install", &words);
    // Once for each connection: to put the key there, and to try it.
    for _ in 0..2 {
        terminal.answer("'s password: ", PASSWORD);
    }
    let told = terminal.end();
    assert!(told.contains("Works: ") && !told.contains(PASSWORD), "{told}");
}

#[test]
fn what_vagrant_writes_and_what_people_set_about_new_servers_counts() {
    let server = Sshd::start();
    let person = Person::with_known_hosts("");
    server.authorize(&person.line("old"));
    let known_hosts = || person.home.get_text(".ssh/known_hosts");
    let text = host(
        "box",
        &server,
        " UserKnownHostsFile /dev/null\n StrictHostKeyChecking no\n IdentityFile \"~/old\"",
    ) + &host(
        "strict",
        &server,
        " StrictHostKeyChecking yes\n IdentityFile ~/old",
    ) + &host(
        "fresh",
        &server,
        " StrictHostKeyChecking accept-new\n HashKnownHosts no\n IdentityFile ~/old",
    );
    with_config(&person, &text);
    let ran = person.run(&["install", "box", "-k", "new"]);
    ran.expect_status(0);
    assert!(ran.err.contains("not known yet"), "{}", ran.err);
    assert_eq!(known_hosts(), "");
    let ran = person.run(&["remove", "strict", "--list", "--json"]);
    let told = ran.expect_error(4, "host-unknown");
    assert!(told.contains("StrictHostKeyChecking"), "{told}");
    assert_eq!(known_hosts(), "");
    person.run(&["remove", "fresh", "--list"]).expect_status(0);
    assert_eq!(known_hosts().lines().count(), 1);
    person.run(&["remove", "strict", "--list"]).expect_status(0);
    // One that has changed is not taken, whatever the configuration says.
    let other = Sshd::start();
    let moved = known_hosts().replace(&format!(":{}", server.port()), &format!(":{}", other.port()));
    person.home.put(".ssh/known_hosts", moved.as_bytes());
    with_config(
        &person,
        &host("fresh", &other, " StrictHostKeyChecking no\n IdentityFile ~/old"),
    );
    let ran = person.run(&["remove", "fresh", "--list", "--json"]);
    ran.expect_error(4, "host-key-changed");
}

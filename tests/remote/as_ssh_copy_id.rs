//! The options that people know from `ssh` and `ssh-copy-id`, and what is done where none is given.

use crate::person::Person;
use crate::sshd::{Sshd, USER};

const PASSWORDS: &str = "UsePAM yes\nPasswordAuthentication yes\n";

fn list(server: &Sshd) -> String {
    std::fs::read_to_string(server.authorized_keys()).expect("a list")
}

#[test]
fn port_user_and_options_are_given_as_to_ssh() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let port = server.port().to_string();
    let (option, address) = (format!("Port={port}"), format!("ssh://{USER}@127.0.0.1:{port}"));
    let known = person.home.path("elsewhere").display().to_string();
    let moved = format!("UserKnownHostsFile={known}");
    person
        .home
        .put("elsewhere", person.home.get_text(".ssh/known_hosts").as_bytes());
    let at = format!("{USER}@127.0.0.1");
    for (words, options) in [
        (&["-p", &port, &at][..], ""),
        (&["-p", &port, "-l", USER, "127.0.0.1"], ""),
        (&["-o", &option, "-o", "User jo", "127.0.0.1"], ""),
        (&[&address, "-p", &port], ""),
        (&["-o", &moved, &address], " -o userknownhostsfile="),
    ] {
        server.authorize(&person.line("old"));
        let words = [&["install", "-k", "new", "-i", "old", "--json"], words].concat();
        let told = person.run(&words).done();
        assert_eq!(told["proved"], true, "{words:?}: {told}");
        let command = told["log_in"].as_str().expect("a command");
        assert!(command.ends_with(&format!("-p {port} {at}")), "{command}");
        assert_eq!(command.contains(" -o "), !options.is_empty(), "{command}");
        assert!(command.contains(options), "{command}");
    }
    let words = [
        "remove",
        "127.0.0.1",
        "-p",
        &port,
        "--login",
        USER,
        "-k",
        "new",
        "-i",
        "old",
        "--json",
    ];
    assert_eq!(person.run(&words).done()["removed"], 1);
    assert_eq!(list(&server), person.line("old"));
}

#[test]
fn another_configuration_counts_in_the_place_of_the_usual_one() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    person
        .home
        .put(".ssh/config", b"Host web\n Port 9\n User nobody\n");
    let entry = format!(
        "Host web\n HostName 127.0.0.1\n Port {}\n User {USER}\n IdentityFile ~/old\n",
        server.port()
    );
    person.home.put(".ssh/part", entry.as_bytes());
    person.home.put("vagrant config", b"Include part\n");
    let told = person
        .run(&["install", "web", "-F", "vagrant config", "-k", "new", "--json"])
        .done();
    assert_eq!(told["proved"], true, "{told}");
    assert_eq!(
        told["log_in"],
        format!("ssh -i ~/new -F 'vagrant config' {USER}@web")
    );
    let address = format!("{USER}@127.0.0.1:{}", server.port());
    let told = person
        .run(&[
            "remove", &address, "-F", "none", "-i", "old", "--key", "new", "--json",
        ])
        .done();
    assert_eq!(told["removed"], 1, "{told}");
    for (words, status, code) in [
        (&["-F", "missing"][..], 4, "io-not-found"),
        (&["-F", "vagrant config", "--as", "web-1"], 2, "usage"),
    ] {
        let words = [&["install", "web", "-k", "new", "--json"], words].concat();
        person.run(&words).expect_error(status, code);
    }
}

#[test]
fn the_key_behind_i_is_put_there_where_no_other_is_named() {
    let server = Sshd::with(PASSWORDS);
    let person = Person::knowing(&server);
    for name in ["new.pub", "new"] {
        server.authorize("");
        let told = person.asks(&server, "install", &["-i", name, "--password-file", "password"]);
        assert_eq!(told.done()["proved"], true, "{name}");
        assert_eq!(list(&server), person.line("new"), "{name}");
    }
    let several = ["-i", "new", "-i", "old", "--password-file", "password"];
    person.asks(&server, "install", &several).expect_error(2, "usage");
}

#[test]
fn the_default_key_is_put_there_where_none_is_named() {
    let server = Sshd::with(PASSWORDS);
    let person = Person::knowing(&server);
    let install = |person: &Person| person.asks(&server, "install", &["--password-file", "password"]);
    let said = install(&person).expect_error(2, "io-not-found");
    assert!(said.contains("keywright-cli generate"), "{said}");

    for (name, expected) in [("odd", "odd"), ("id_rsa", "id_rsa"), ("id_ed25519", "id_ed25519")] {
        person.makes(&format!(".ssh/{name}"), name);
        server.authorize("");
        assert_eq!(install(&person).done()["already_there"], false);
        assert_eq!(list(&server), person.line(&format!(".ssh/{expected}")));
    }
    person
        .run(&["keys", "default", ".ssh/odd", "--yes"])
        .expect_status(0);
    server.authorize("");
    let told = install(&person);
    assert!(told.err.is_empty() || told.err.contains("odd"), "{}", told.err);
    assert_eq!(list(&server), person.line(".ssh/odd"));
}

#[test]
fn what_is_not_heeded_is_refused_by_name_and_nothing_is_asked_of_the_server() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let refuse = |words: &[&str]| {
        let ran = person.asks(&server, "install", &[&["-k", "new", "-i", "old"], words].concat());
        ran.expect_error(2, "usage")
    };
    assert!(refuse(&["-o", "ForwardAgent=yes"]).contains("ForwardAgent"));
    assert!(refuse(&["-o", "Tunnel=yes"]).contains("Tunnel"));
    assert!(refuse(&["-p", "1"]).contains("two different ports"));
    assert!(refuse(&["-l", "root"]).contains("two different users"));
    assert!(!server.log().contains("Connection from"), "{}", server.log());
    // What has no bearing on it is taken as it comes.
    let harmless = [
        "-k",
        "new",
        "-i",
        "old",
        "-o",
        "Compression=yes",
        "-o",
        "LogLevel=QUIET",
    ];
    server.authorize(&person.line("old"));
    person.asks(&server, "install", &harmless).done();
}

#[test]
fn a_password_in_the_name_of_the_server_is_never_printed() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let port = server.port();
    for target in [
        format!("{USER}:geheim@127.0.0.1:{port}"),
        format!("ssh://{USER}:geheim@127.0.0.1:{port}"),
        format!("{USER}:ge/geheim@x@127.0.0.1"),
        "https://jo:geheim@example.org/".to_owned(),
    ] {
        for command in [
            &["install", &target, "-k", "new"][..],
            &["remove", &target, "--list"],
        ] {
            let ran = person.run(&[command, &["--json"]].concat());
            let said = ran.expect_error(2, "usage");
            assert!(said.contains("password"), "{said}");
            assert!(
                !ran.err.contains("geheim") && !ran.out.contains("geheim"),
                "{}{}",
                ran.err,
                ran.out
            );
        }
    }
}

#[test]
fn nor_is_one_that_stands_wherever_else_a_user_is_named() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let at = format!("127.0.0.1:{}", server.port());
    let config = "Host x\n HostName 127.0.0.1\n User jo:geheim\nHost y\n ProxyJump gate,jo:geheim@gate\n";
    person.home.put(".ssh/config", config.as_bytes());
    for words in [
        &["install", &at, "-l", "jo:geheim"][..],
        &["remove", &at, "--login", "jo:geheim", "--list"],
        &["install", &at, "-o", "User=jo:geheim"],
        &["install", &at, "-J", "jo:geheim@gate"],
        &["install", &at, "-J", "jo:geheim@gate,gate"],
        &["install", &at, "-o", "ProxyJump=ssh://jo:geheim@gate:22"],
        &["install", "x"],
        &["install", "y"],
        &["remove", "x", "--list"],
        &["doctor", "jo:geheim@127.0.0.1"],
        &["doctor", "x"],
        &["doctor", "y"],
    ] {
        let words = match words[0] {
            "install" => [words, &["-k", "new"]].concat(),
            _ => words.to_vec(),
        };
        let ran = person.run(&words);
        assert_ne!(ran.status, Some(0), "{words:?}");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(
            !said.contains("geheim") && said.contains("password"),
            "{words:?}: {said}"
        );
    }
}

#[test]
fn conditions_before_a_key_are_not_lost_on_the_way_into_a_list() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let bound = format!("no-pty,command=\"/bin/true\" {}", person.line("new"));
    person.home.put("bound.pub", bound.as_bytes());
    let words = ["-k", "bound.pub", "-i", "old"];
    let told = person.asks(&server, "install", &words).expect_error(2, "usage");
    assert!(
        told.contains("no-pty,command=") && told.contains("--restrict"),
        "{told}"
    );
    assert_eq!(list(&server), person.line("old"));
    person
        .run(&["authorized", "add", "bound.pub", "--json"])
        .expect_error(2, "usage");
    let words = [&words[..], &["--restrict", "--command", "/bin/true"]].concat();
    person.asks(&server, "install", &words).expect_status(0);
    assert!(
        list(&server).contains("\nrestrict,command=\"/bin/true\" "),
        "{}",
        list(&server)
    );
}

#[test]
fn a_server_that_has_taken_the_key_and_wants_a_password_as_well_is_not_said_to_refuse_it() {
    let server = Sshd::with(&format!("{PASSWORDS}AuthenticationMethods publickey,password\n"));
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let words = ["-k", "new", "-i", "old"];
    let told = person
        .asks(&server, "install", &words)
        .expect_error(4, "auth-refused");
    assert!(
        told.contains("has taken what was tried, and wants more"),
        "{told}"
    );
    assert!(told.contains("--password-file"), "{told}");
}

#[test]
fn a_password_that_is_wrong_is_not_tried_by_the_way_that_was_ruled_out() {
    let server = Sshd::with("UsePAM yes\nPasswordAuthentication yes\nKbdInteractiveAuthentication yes\n");
    let person = Person::knowing(&server);
    let options = ["-k", "new", "-o", "PreferredAuthentications=password"];
    let mut terminal = crate::terminal::Terminal::run(&person, &server, "install", &options);
    for _ in 0..3 {
        terminal.answer("assword of ", "wrong");
    }
    let told = terminal.end();
    assert!(told.contains("error: ") && !told.contains("Password: "), "{told}");
    assert!(
        !server.log().contains("keyboard-interactive/pam"),
        "{}",
        server.log()
    );
}

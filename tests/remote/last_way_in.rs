//! The last way in is not taken away unasked, by whichever command, and whatever way it is.

use crate::person::Person;
use crate::sshd::Sshd;
use crate::support::SshAgent;
use crate::terminal::Terminal;

fn list(server: &Sshd) -> String {
    std::fs::read_to_string(server.authorized_keys()).expect("a list")
}

#[test]
fn undoing_on_another_day_asks_before_it_takes_the_last_way_in() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let stranger = "# somebody else's\n";
    let text = format!("{stranger}{}", person.line("new"));
    server.authorize(&text);
    let undo = ["-k", "new", "-i", "new", "--undo"];
    person
        .asks(&server, "install", &undo)
        .expect_error(4, "server-last-way-in");
    assert_eq!(list(&server), text);

    let mut terminal = Terminal::run(&person, &server, "install", &undo);
    terminal.answer("Take it off all the same? [y/N] ", "n");
    assert!(terminal.end().contains("no key of yours would be left"));
    assert_eq!(list(&server), text);

    let told = person
        .asks(&server, "install", &[&undo[..], &["--yes"]].concat())
        .object();
    assert_eq!(told["removed"], 1);
    assert_eq!(list(&server), stranger);
}

#[test]
fn a_key_that_is_half_of_the_way_in_is_the_last_one_all_the_same() {
    let server =
        Sshd::with("UsePAM yes\nPasswordAuthentication yes\nAuthenticationMethods publickey,password");
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let remove = ["--key", "old", "-i", "old", "--password-file", "password"];
    person
        .asks(&server, "remove", &remove)
        .expect_error(4, "server-last-way-in");
    assert_eq!(list(&server), person.line("old"));
}

#[test]
fn a_line_that_may_keep_its_owner_out_is_no_way_in_to_fall_back_on() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    for bound in ["command=\"/usr/bin/backup\"", "from=\"192.0.2.1\""] {
        let text = format!("{}{bound} {}", person.line("old"), person.line("new"));
        server.authorize(&text);
        let remove = ["--key", "old", "-i", "old", "-i", "new"];
        person
            .asks(&server, "remove", &remove)
            .expect_error(4, "server-last-way-in");
        assert_eq!(list(&server), text);
    }
}

impl Person {
    /// Has the key `authority` vouch for this one.
    fn certifies(&self, name: &str) {
        let tool = self.home.tool("ssh-keygen").args(["-q", "-s", "authority"]);
        let tool = tool.args(["-I", "x", "-n", crate::sshd::USER, &format!("{name}.pub")]);
        tool.output().expect("a certificate");
    }
}

#[test]
fn the_authority_of_ones_certificate_is_a_way_in_and_is_proved_gone() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    person.makes("authority", "of the house");
    person.certifies("old");
    let text = format!(
        "cert-authority {}{}",
        person.line("authority"),
        person.line("new")
    );
    server.authorize(&text);

    let told = person.asks(&server, "remove", &["--list", "-i", "old"]).object();
    let marks = |line: usize| {
        let line = &told["lines"][line];
        (line["authority"].as_bool(), line["in_use"].as_bool())
    };
    assert_eq!(marks(0), (Some(true), Some(true)));
    assert_eq!(marks(1), (Some(false), Some(false)));
    let remove = ["--line", "1", "-i", "old"];
    person
        .asks(&server, "remove", &remove)
        .expect_error(4, "server-last-way-in");
    assert_eq!(list(&server), text);

    let told = person
        .asks(&server, "remove", &[&remove[..], &["--yes"]].concat())
        .object();
    assert_eq!(
        (&told["removed"], &told["keys"][0]["gone"]),
        (&1.into(), &true.into())
    );
    assert_eq!(list(&server), person.line("new"));
}

#[test]
fn a_certificate_in_an_agent_is_known_by_its_authority_too() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    person.makes("authority", "of the house");
    person.certifies("old");
    let authority = format!("cert-authority {}", person.line("authority"));
    server.authorize(&authority);
    let agent = SshAgent::at(person.home.path("agent"));
    let socket = agent.socket().display().to_string();
    let added = person.run(&["agent", "add", "old", "--agent", &socket]);
    added.expect_status(0);
    for name in ["old", "old-cert.pub"] {
        std::fs::remove_file(person.home.path(name)).expect("only the agent has it");
    }
    let remove = ["--line", "1", "--agent", &socket];
    person
        .asks(&server, "remove", &remove)
        .expect_error(4, "server-last-way-in");
    assert_eq!(list(&server), authority);
    let told = person
        .asks(&server, "remove", &[&remove[..], &["--yes"]].concat())
        .object();
    assert_eq!(told["keys"][0]["gone"], true);
}

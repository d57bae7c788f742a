//! One way in after the other: passwords that are given, many keys, keys that are bound to a command, agents that refuse.

use keywright::format::agent::{Constraints, Lifetime};
use keywright::key::KeyPair;
use keywright::key::comment::Comment;
use keywright::sys::agent::Agent;

use crate::common::{Kind, seed};
use crate::person::Person;
use crate::sshd::{Sshd, line_of};
use crate::support::SshAgent;

const PASSWORDS: &str = "UsePAM no\nPasswordAuthentication yes\n";
const BY_PASSWORD: [&str; 4] = ["-k", "new", "--password-file", "password"];

fn list(server: &Sshd) -> String {
    std::fs::read_to_string(server.authorized_keys()).expect("a list")
}

/// A line that lets a key in for one command alone.
fn bound(line: &str) -> String {
    format!("command=\"echo No business here.\" {line}")
}

/// Somebody whose usual key is the one called `old`.
fn usually_old(server: &Sshd) -> Person {
    let person = Person::knowing(server);
    let copy =
        |from: &str, to: &str| std::fs::copy(person.home.path(from), person.home.path(to)).expect("a copy");
    copy("old", ".ssh/id_ed25519");
    copy("old.pub", ".ssh/id_ed25519.pub");
    person
}

/// An agent with so many keys, and these.
fn agent_with(person: &Person, count: u64) -> (SshAgent, Vec<KeyPair>) {
    let theirs = SshAgent::at(person.home.path("agent"));
    let agent = Agent::at(theirs.socket());
    let keys: Vec<KeyPair> = (0..count)
        .map(|number| Kind::Ed25519.new_key(seed().wrapping_add(100 + number)))
        .collect();
    for (number, key) in keys.iter().enumerate() {
        let comment = Comment::new(&format!("number {number}")).expect("a comment");
        let added = agent.add(key, None, &comment, Constraints::default());
        added.expect("it takes the key");
    }
    (theirs, keys)
}

#[test]
fn a_password_that_is_given_goes_before_keys_that_nobody_named() {
    let server = Sshd::with(PASSWORDS);
    let person = usually_old(&server);
    let before = bound(&person.line("old"));
    server.authorize(&before);
    let told = person.asks(&server, "install", &BY_PASSWORD).done();
    assert_eq!(told["proved"], true, "{told}");
    assert_eq!(list(&server), format!("{before}{}", person.line("new")));
    assert!(!server.log().contains("Failed publickey"), "{}", server.log());
    let told = person
        .asks(
            &server,
            "remove",
            &["--key", "new", "--password-file", "password"],
        )
        .done();
    assert_eq!(told["keys"][0]["gone"], true, "{told}");
}

#[test]
fn where_a_named_key_is_bound_to_a_command_the_password_is_tried_on_a_new_connection() {
    let server = Sshd::with(PASSWORDS);
    let person = Person::knowing(&server);
    server.authorize(&bound(&person.line("old")));
    let named = [&BY_PASSWORD[..], &["-i", "old"]].concat();
    let ran = person.asks(&server, "install", &named);
    assert_eq!(ran.done()["proved"], true);
    assert!(ran.err.contains("but not to the list of keys"), "{}", ran.err);
}

#[test]
fn where_one_key_of_several_is_bound_to_a_command_another_one_does_it() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&[bound(&person.line("old")), person.line("new")].concat());
    person.makes("third", "third@laptop");
    let words = ["-k", "third", "-i", "old", "-i", "new"];
    assert_eq!(person.asks(&server, "install", &words).done()["proved"], true);
}

#[test]
fn where_every_way_leads_to_a_command_its_words_are_told() {
    let server = Sshd::with(PASSWORDS);
    let person = Person::knowing(&server);
    server.authorize(&bound(&person.line("old")));
    let ran = person.asks(&server, "install", &["-k", "new", "-i", "old"]);
    let told = ran.expect_error(4, "server-no-shell");
    assert!(told.contains("“No business here.”"), "{told}");
    assert!(!told.contains("Sign in with another key"), "{told}");
    assert!(!ran.err.contains("packet"), "{}", ran.err);
}

#[test]
fn where_a_cloud_has_another_account_logged_in_as_that_is_told() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    // As cloud-init writes it for root, with a shorter pause.
    let line = format!(
        r#"no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command="echo 'Please login as the user \"ubuntu\" rather than the user \"root\".';echo;sleep 1;exit 142" {}"#,
        person.line("old")
    );
    server.authorize(&line);
    let ran = person.asks(&server, "install", &["-k", "new", "-i", "old"]);
    let told = ran.expect_error(4, "server-no-shell");
    assert!(told.contains("login as the user \"ubuntu\""), "{told}");
    assert!(told.contains("sign in as the user whom it names"), "{told}");
    assert_eq!(list(&server), line);
}

#[test]
fn all_keys_of_an_agent_are_tried_however_few_a_server_bears() {
    for most in [6, 3, 1] {
        let server = Sshd::with(&format!("MaxAuthTries {most}\n"));
        let person = Person::knowing(&server);
        let (_agent, keys) = agent_with(&person, 9);
        server.authorize(&line_of(&keys[5]));
        let told = person
            .asks(&server, "install", &["-k", "new", "--agent", "agent"])
            .done();
        assert_eq!(told["proved"], true, "{most}: {told}");
    }
}

#[test]
fn where_no_key_is_known_it_is_told_how_many_were_tried_and_which() {
    let server = Sshd::start();
    server.authorize("");
    let person = Person::knowing(&server);
    let (_agent, _) = agent_with(&person, 9);
    let ran = person.asks(&server, "install", &["-k", "new", "--agent", "agent"]);
    let told = ran.expect_error(4, "auth-refused");
    // Those of the agent, and behind them the one that is to be put there.
    assert!(
        told.contains("All 10 keys were tried: number 0 SHA256:"),
        "{told}"
    );
}

#[test]
fn a_password_is_heard_where_the_server_bears_one_attempt_and_an_agent_is_full() {
    for most in [3, 1] {
        let server = Sshd::with(&format!("{PASSWORDS}MaxAuthTries {most}\n"));
        let person = Person::knowing(&server);
        let (_agent, _) = agent_with(&person, 9);
        let words = [&BY_PASSWORD[..], &["--agent", "agent"]].concat();
        assert_eq!(person.asks(&server, "install", &words).done()["proved"], true);
    }
}

#[test]
fn a_wrong_password_does_not_keep_the_keys_from_being_tried() {
    for most in [6, 1] {
        let server = Sshd::with(&format!("{PASSWORDS}MaxAuthTries {most}\n"));
        let person = usually_old(&server);
        server.authorize(&person.line("old"));
        person.home.put("password", b"wrong");
        assert_eq!(
            person.asks(&server, "install", &BY_PASSWORD).done()["proved"],
            true
        );
    }
}

#[test]
fn an_agent_that_refuses_to_sign_is_told_apart_from_a_server_that_refuses() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let theirs = SshAgent::at(person.home.path("agent"));
    let asking = Constraints {
        confirm: true,
        lifetime: None::<Lifetime>,
    };
    let comment = Comment::new("card").expect("a comment");
    Agent::at(theirs.socket())
        .add(Kind::Ed25519.key(), None, &comment, asking)
        .expect("it takes the key");
    server.authorize(&line_of(Kind::Ed25519.key()));
    let words = ["-k", "new", "--agent", "agent"];
    let told = person
        .asks(&server, "install", &words)
        .expect_error(4, "agent-refused");
    assert!(
        told.starts_with("the server takes the key card SHA256:"),
        "{told}"
    );
    assert!(told.contains("refused to sign"), "{told}");

    // As what is to be installed: it stands there, and only could not be tried.
    let key = line_of(Kind::Ed25519.key());
    person.home.put("card.pub", key.as_bytes());
    server.authorize(&person.line("old"));
    let words = ["-k", "card.pub", "-i", "old", "--agent", "agent"];
    let told = person
        .asks(&server, "install", &words)
        .expect_error(4, "agent-refused");
    assert!(
        told.contains("refused to sign") && told.contains("only could not be tried"),
        "{told}"
    );
}

/// GnuPG's agent in a folder of its own, which ends with it.
struct GpgAgent {
    home: tempfile::TempDir,
}

impl GpgAgent {
    fn start() -> Self {
        let this = Self {
            // Sockets have short names.
            home: tempfile::tempdir().expect("a folder"),
        };
        let config = "enable-ssh-support\nallow-preset-passphrase\n";
        std::fs::write(this.home.path().join("gpg-agent.conf"), config).expect("a file");
        this.tool("gpg-connect-agent", &["/bye"]);
        this
    }

    /// Where it speaks as ssh's agents do.
    fn socket(&self) -> std::path::PathBuf {
        self.home.path().join("S.gpg-agent.ssh")
    }

    fn tool(&self, program: &str, words: &[&str]) -> std::process::Output {
        let mut command = std::process::Command::new(program);
        command.args(words).env("GNUPGHOME", self.home.path());
        let output = command.env("SSH_AUTH_SOCK", self.socket()).output();
        output.unwrap_or_else(|error| {
            panic!("{program}: {error}; install it: apt-get install gpg-agent gpgconf")
        })
    }

    /// Takes up a key for which it asks nobody anything: one that has no passphrase.
    fn take_up(&self, curve: &str) -> String {
        let name = format!("{curve} <jo@example.org>");
        let made = self.tool(
            "gpg",
            &[
                "--batch",
                "--passphrase",
                "",
                "--quick-gen-key",
                &name,
                curve,
                "auth",
                "never",
            ],
        );
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let shown = self.tool("gpg", &["--with-keygrip", "--with-colons", "-K", &name]);
        let shown = String::from_utf8(shown.stdout).expect("text");
        let grip = shown.lines().find_map(|line| line.strip_prefix("grp:::::::::"));
        let grip = grip.expect("a grip").trim_end_matches(':').to_owned();
        let control = self.home.path().join("sshcontrol");
        let before = std::fs::read_to_string(&control).unwrap_or_default();
        std::fs::write(&control, format!("{before}{grip}\n")).expect("a file");
        let line = self.tool("gpg", &["--export-ssh-key", &name]);
        String::from_utf8(line.stdout).expect("text")
    }
}

impl Drop for GpgAgent {
    fn drop(&mut self) {
        self.tool("gpgconf", &["--kill", "gpg-agent"]);
    }
}

#[test]
fn the_agent_of_gnupg_signs_in_and_is_not_said_to_have_forgotten_what_it_keeps() {
    let agent = GpgAgent::start();
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let socket = agent.socket();
    let socket = socket.to_str().expect("text");
    for curve in ["ed25519", "nistp256"] {
        let line = agent.take_up(curve);
        server.authorize(&line);
        let words = ["-k", "new", "--agent", socket];
        assert_eq!(
            person.asks(&server, "install", &words).done()["proved"],
            true,
            "{curve}"
        );
        person.home.put("gpg.pub", line.as_bytes());
        for words in [&["agent", "remove", "gpg.pub"][..], &["agent", "remove", "--all"]] {
            let ran = person.run(&[words, &["--agent", socket, "--json"]].concat());
            let told = ran.expect_error(4, "agent-error");
            assert!(told.contains("but still lists"), "{told}");
        }
    }
}

#[test]
fn where_a_server_has_one_session_at_a_time_the_next_one_waits_for_it() {
    for lines in ["", "ForceCommand internal-sftp\n"] {
        let server = Sshd::with(&format!("{PASSWORDS}MaxSessions 1\n{lines}"));
        let person = Person::knowing(&server);
        let told = person.asks(&server, "install", &BY_PASSWORD).done();
        assert_eq!(told["proved"], true, "{told}");
        let told = person
            .asks(&server, "install", &["-k", "old", "-i", "new"])
            .done();
        assert_eq!(told["proved"], true, "{told}");
        let told = person
            .asks(
                &server,
                "remove",
                &["--key", "new", "--password-file", "password"],
            )
            .done();
        assert_eq!(told["keys"][0]["gone"], true, "{told}");
        assert_eq!(list(&server), person.line("old"));
    }
}

#[test]
fn where_a_server_has_one_session_on_a_connection_the_key_opens_another_one() {
    let server = Sshd::tinysshd();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let told = person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .done();
    assert_eq!(told["proved"], true, "{told}");
    let told = person
        .asks(&server, "remove", &["--key", "new", "-i", "old"])
        .done();
    assert_eq!(told["keys"][0]["gone"], true, "{told}");
    assert_eq!(list(&server), person.line("old"));
}

#[test]
fn a_private_half_that_is_here_under_another_name_is_tried() {
    let server = Sshd::start();
    let person = usually_old(&server);
    server.authorize(&person.line("old"));
    let proved = |words: &[&str]| {
        let told = person.asks(&server, "install", words).done();
        assert_eq!(told["proved"], true, "{words:?}: {told}");
    };
    let public = |from: &str, to: &str| {
        let line = person.line(from);
        std::fs::write(person.home.path(to), line).expect("a file");
    };
    // The usual one, which has signed in.
    std::fs::create_dir(person.home.path("elsewhere")).expect("a folder");
    public("old", "elsewhere/server.pub");
    proved(&["-k", "elsewhere/server.pub"]);
    // One in the same folder.
    std::fs::rename(person.home.path("new"), person.home.path("elsewhere/of_2019")).expect("another name");
    public("new", "elsewhere/laptop.pub");
    proved(&["-k", "elsewhere/laptop.pub"]);
    // One that is named as the way in, and lies somewhere else.
    std::fs::create_dir(person.home.path("far")).expect("a folder");
    std::fs::rename(person.home.path("elsewhere/of_2019"), person.home.path("far/key"))
        .expect("another place");
    proved(&["-k", "elsewhere/laptop.pub", "-i", "far/key"]);
}

#[test]
fn of_a_locked_key_that_an_agent_holds_the_agent_is_asked() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let (agent, keys) = agent_with(&person, 1);
    server.authorize(&line_of(&keys[0]));
    let secret = ["-q", "-t", "ed25519", "-N", "secret", "-f", "sec"];
    person
        .home
        .tool("ssh-keygen")
        .args(secret)
        .output()
        .expect("a key");
    std::fs::write(person.home.path("askpass"), "#!/bin/sh\necho secret\n").expect("a file");
    crate::sshd::set_mode(&person.home.path("askpass"), 0o700);
    let added = std::process::Command::new("ssh-add")
        .arg(person.home.path("sec"))
        .env("SSH_AUTH_SOCK", agent.socket())
        .env("SSH_ASKPASS", person.home.path("askpass"))
        .env("SSH_ASKPASS_REQUIRE", "force")
        .output();
    assert!(added.expect("ssh-add").status.success());
    let told = person
        .asks(&server, "install", &["-k", "sec", "--agent", "agent"])
        .done();
    assert_eq!(told["proved"], true, "{told}");
}

#[test]
fn where_a_password_comes_before_keys_the_key_is_tried_behind_it() {
    let server = Sshd::with(&format!("{PASSWORDS}AuthenticationMethods password,publickey\n"));
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let words = [&BY_PASSWORD[..], &["-i", "old"]].concat();
    let told = person.asks(&server, "install", &words).done();
    assert_eq!(
        (&told["proved"], &told["accepted"]),
        (&serde_json::Value::Null, &true.into())
    );
    assert!(told["log_in"].is_string(), "{told}");
    // One that is nowhere here is asked about.
    std::fs::remove_file(person.home.path("new")).expect("it goes");
    let words = ["-k", "new.pub", "--password-file", "password", "-i", "old"];
    let told = person.asks(&server, "install", &words).done();
    assert_eq!(told["accepted"], true, "{told}");
}

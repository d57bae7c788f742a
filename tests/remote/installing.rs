//! `keywright-cli install` and `remove`, against a real server.

use std::os::unix::fs::PermissionsExt as _;

use crate::person::Person;
use crate::sshd::{Sshd, give, set_mode};
use crate::support::SshAgent;

const PASSWORDS: &str = "UsePAM yes\nKbdInteractiveAuthentication yes\n";

fn mode(server: &Sshd, name: &str) -> u32 {
    let path = server.home().join(name);
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}

fn list(server: &Sshd) -> String {
    String::from_utf8(std::fs::read(server.authorized_keys()).expect("a list")).expect("text")
}

/// What lies in `.ssh`.
fn names(server: &Sshd) -> Vec<String> {
    let entries = std::fs::read_dir(server.home().join(".ssh")).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().expect("text")).collect();
    names.sort();
    names
}

#[test]
fn a_first_key_is_installed_with_a_password_works_and_is_gone_again() {
    for lines in [PASSWORDS, "UsePAM yes\nPasswordAuthentication yes\n"] {
        let server = Sshd::with(lines);
        let person = Person::knowing(&server);
        let told = person
            .asks(&server, "install", &["-k", "new", "--password-file", "password"])
            .done();
        assert_eq!(told["proved"], true, "{told}");
        assert_eq!(told["already_there"], false);
        assert_eq!(told["place"], "~/.ssh/authorized_keys");
        assert_eq!(list(&server), person.line("new"));
        assert_eq!(
            (mode(&server, ".ssh"), mode(&server, ".ssh/authorized_keys")),
            (0o700, 0o600)
        );

        let known = || person.home.get_text(".config/keywright/keys.toml");
        assert!(
            known().contains(&format!("jo@127.0.0.1:{}", server.port())),
            "{}",
            known()
        );

        // From now on the key itself is the way in, and adding it again changes nothing.
        let told = person
            .asks(&server, "install", &["-k", "new", "-i", "new"])
            .done();
        assert_eq!(
            (&told["proved"], &told["already_there"]),
            (&true.into(), &true.into())
        );

        // As it stands in the answer, in a shell.
        let command = told["log_in"].as_str().expect("a command");
        let options =
            "-F none -o BatchMode=yes -o UserKnownHostsFile=.ssh/known_hosts -o GlobalKnownHostsFile=none";
        let shell = person.home.tool("sh").arg("-c");
        let said = shell.arg(format!("{command} {options} echo in")).output();
        assert_eq!(said.as_deref(), Ok("in\n"), "{command}");
        assert_eq!(list(&server), person.line("new"));

        let refused = person.asks(&server, "remove", &["--key", "new", "-i", "new"]);
        refused.expect_error(4, "server-last-way-in");
        assert_eq!(list(&server), person.line("new"));

        let told = person
            .asks(&server, "remove", &["--key", "new", "-i", "new", "--yes"])
            .done();
        assert_eq!(
            (&told["removed"], &told["keys"][0]["gone"]),
            (&1.into(), &true.into())
        );
        assert_eq!(list(&server), "");
        assert_eq!(names(&server), ["authorized_keys"]);
        assert!(!known().contains("127.0.0.1"), "{}", known());
    }
}

#[test]
fn every_odd_list_keeps_its_bytes_and_gets_the_line() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let (old, new) = (person.line("old"), person.line("new"));
    let odd = |number: i32| format!("no-pty,environment=\"X=\\\"{number}\\\"\",from=\"*\" {old}");
    let many = (0..500).map(odd).collect::<Vec<_>>().concat();
    let cases = [
        ("no newline at its end", old.trim_end().to_owned(), "\n"),
        ("CRLF", format!("# é\r\n{}\r\n", old.trim_end()), ""),
        ("a byte order mark", format!("\u{feff}# first\n{old}"), ""),
        ("500 lines and odd options", format!("{many}\n\t {old}"), ""),
        ("what is no key", format!("nonsense \"open\n{old}\0x\n"), ""),
    ];
    for (name, before, mended) in cases {
        server.authorize(&before);
        let told = person
            .asks(&server, "install", &["-k", "new", "-i", "old"])
            .done();
        assert_eq!(told["proved"], true, "{name}: {told}");
        let line = if before.contains("\r\n") {
            new.replace('\n', "\r\n")
        } else {
            new.clone()
        };
        assert_eq!(list(&server), format!("{before}{mended}{line}"), "{name}");

        person
            .asks(&server, "install", &["-k", "new", "-i", "old", "--undo"])
            .done();
        assert_eq!(list(&server), format!("{before}{mended}"), "{name}");
        assert_eq!(names(&server), ["authorized_keys"], "{name}");
    }
}

#[test]
fn no_comment_adds_a_second_line_or_runs_anything() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let stranger = person.line("old");
    let long = "x".repeat(10_000);
    for (number, comment) in [
        "'; touch HACKED; '",
        "\"$(touch HACKED)`touch HACKED`\"",
        "\\n%s %n !! \\",
        &long,
        "a\u{202e}b",
        "line\nssh-ed25519 AAAA",
    ]
    .into_iter()
    .enumerate()
    {
        server.authorize(&stranger);
        let name = format!("key{number}");
        person.makes(&name, "plain");
        // As it would stand in a file that somebody else made.
        let public = person.line(&name).replace("plain\n", comment);
        person
            .home
            .put(&format!("hostile{number}.pub"), public.as_bytes());
        let ran = person.asks(
            &server,
            "install",
            &["-k", &format!("hostile{number}.pub"), "-i", "old", "--no-prove"],
        );
        let added = list(&server);
        if ran.status == Some(0) {
            let line = added.strip_prefix(&stranger).expect("the rest is as it was");
            assert_eq!(line.matches('\n').count(), 1, "{line}");
            assert!(!line.contains('\u{202e}'), "{line}");
            assert!(line.starts_with(public.split(' ').next().unwrap()), "{line}");
        } else {
            assert_eq!(added, stranger, "{}", ran.err);
        }
        assert_eq!(names(&server), ["authorized_keys"]);
        assert!(!server.home().join("HACKED").exists(), "{comment}");
        assert!(!person.home.path("HACKED").exists(), "{comment}");
    }
}

#[test]
fn two_installs_at_once_lose_neither() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let count = 6;
    for number in 0..count {
        person.makes(&format!("k{number}"), "");
    }
    std::thread::scope(|scope| {
        for number in 0..count {
            let (person, server) = (&person, &server);
            scope.spawn(move || {
                let key = format!("k{number}");
                let told = person.asks(server, "install", &["-k", &key, "-i", "old"]).done();
                assert_eq!(told["proved"], true);
            });
        }
    });
    assert_eq!(list(&server).lines().count(), count + 1, "{}", list(&server));
    assert_eq!(names(&server), ["authorized_keys"]);
}

#[test]
fn without_a_shell_it_is_done_by_file_transfer() {
    let server = Sshd::with("ForceCommand internal-sftp\n");
    let person = Person::knowing(&server);
    server.authorize(&format!("# mine\n{}", person.line("old").trim_end()));
    let told = person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .done();
    assert_eq!(told["proved"], true);
    assert_eq!(
        list(&server),
        format!("# mine\n{}{}", person.line("old"), person.line("new"))
    );
    assert_eq!(mode(&server, ".ssh/authorized_keys"), 0o600);
    let told = person
        .asks(&server, "remove", &["--key", "new", "-i", "old"])
        .done();
    assert_eq!(told["keys"][0]["gone"], true);
    assert_eq!(list(&server), format!("# mine\n{}", person.line("old")));
    assert_eq!(names(&server), ["authorized_keys"]);
}

#[test]
fn the_list_is_shown_with_what_is_mine_and_in_use() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let text = format!(
        "# remark\n{}no-pty {}\nbroken line\n",
        person.line("old"),
        person.line("new").trim_end()
    );
    server.authorize(&text);
    let told = person.asks(&server, "remove", &["--list", "-i", "old"]).done();
    let lines = told["lines"].as_array().expect("lines");
    let numbers: Vec<_> = lines.iter().map(|line| line["line"].as_u64()).collect();
    assert_eq!(numbers, [Some(2), Some(3), Some(4)]);
    assert_eq!(
        (&lines[0]["in_use"], &lines[1]["in_use"]),
        (&true.into(), &false.into())
    );
    assert_eq!(
        (&lines[1]["options"], &lines[1]["comment"]),
        (&"no-pty".into(), &"new@laptop".into())
    );
    assert!(lines[2]["ignored"].is_string());
    assert_eq!(list(&server), text);

    let told = person
        .asks(&server, "remove", &["--line", "3", "--line", "4", "-i", "old"])
        .done();
    assert_eq!(told["removed"], 2);
    assert_eq!(list(&server), format!("# remark\n{}", person.line("old")));
}

#[test]
fn a_dry_run_changes_nothing() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let told = person
        .asks(&server, "install", &["-k", "new", "-i", "old", "--dry-run"])
        .done();
    assert_eq!(told["already_there"], false);
    assert_eq!(
        format!("{}\n", told["text"].as_str().expect("text")),
        person.line("new")
    );
    assert_eq!(list(&server), person.line("old"));
}

#[test]
fn a_key_in_a_list_that_others_could_write_is_not_called_good_and_the_folder_is_named() {
    let server = Sshd::with(PASSWORDS);
    let person = Person::knowing(&server);
    for (name, said) in [
        ("", "can be written by its group"),
        (".ssh", "~/.ssh can be written by its group"),
    ] {
        server.authorize("");
        set_mode(&server.home(), 0o755);
        set_mode(&server.home().join(".ssh"), 0o700);
        set_mode(&server.home().join(name), 0o775);
        let ran = person.asks(&server, "install", &["-k", "new", "--password-file", "password"]);
        let told = ran.expect_error(4, "key-ignored");
        assert!(told.contains(said) && told.contains("chmod go-w"), "{told}");
        give(&server.authorized_keys());
    }
}

#[test]
fn a_list_elsewhere_is_not_called_good() {
    let server = Sshd::with(&format!("{PASSWORDS}AuthorizedKeysFile FOLDER/keys\n"));
    let person = Person::knowing(&server);
    let ran = person.asks(&server, "install", &["-k", "new", "--password-file", "password"]);
    ran.expect_error(4, "key-ignored");
}

#[test]
fn a_key_is_let_in_under_conditions_and_those_that_keep_it_out_are_named() {
    let server = Sshd::with(PASSWORDS);
    let person = Person::knowing(&server);
    let password = ["--password-file", "password"];
    let words = [
        "-k",
        "new",
        "--from",
        "127.0.0.1",
        "--expires",
        "2099-01-01",
        "--restrict",
    ];
    let told = person
        .asks(&server, "install", &[&words[..], &password].concat())
        .done();
    assert_eq!(told["proved"], true);
    let options = "restrict,from=\"127.0.0.1\",expiry-time=\"20990101\" ";
    assert_eq!(list(&server), format!("{options}{}", person.line("new")));

    let words = ["-k", "old", "--from", "192.0.2.0/24"];
    let ran = person.asks(&server, "install", &[&words[..], &password].concat());
    let told = ran.expect_error(4, "key-ignored");
    assert!(told.contains("from 192.0.2.0/24 only"), "{told}");
}

#[test]
fn a_key_that_is_bound_to_one_command_works_and_says_under_which_conditions() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let bound = ["-k", "new", "-i", "old", "--command", "/usr/bin/backup"];
    let told = person.asks(&server, "install", &bound).object();
    assert_eq!(told["proved"], true);
    assert_eq!(told["options"], "command=\"/usr/bin/backup\"");
    assert_eq!(told["warnings"], serde_json::json!([]));

    // Without conditions it would be another line; the one that is there stays, and that is said.
    let before = list(&server);
    let told = person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .object();
    assert_eq!(
        (&told["proved"], &told["already_there"]),
        (&true.into(), &true.into())
    );
    assert_eq!(told["warnings"][0]["code"], "other-conditions");
    assert_eq!(list(&server), before);
}

#[test]
fn an_agent_signs_in_and_proves_a_key_whose_file_is_only_public() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let agent = SshAgent::at(person.home.path("agent"));
    let socket = agent.socket().display().to_string();
    for key in ["old", "new"] {
        person
            .run(&["agent", "add", key, "--agent", &socket])
            .expect_status(0);
        std::fs::remove_file(person.home.path(key)).expect("only the agent has it");
    }
    let words = ["-k", "new.pub", "--agent", &socket];
    let told = person.asks(&server, "install", &words).done();
    assert_eq!(told["proved"], true, "{told}");
    let words = ["--key", "new.pub", "--agent", &socket];
    let told = person.asks(&server, "remove", &words).done();
    assert_eq!(told["keys"][0]["gone"], true, "{told}");
    assert_eq!(list(&server), person.line("old"));
}

#[test]
fn a_server_that_wants_a_password_before_any_key_proves_nothing_of_a_key_alone() {
    let server =
        Sshd::with("UsePAM yes\nPasswordAuthentication yes\nAuthenticationMethods password,publickey");
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let way_in = ["-i", "old", "--password-file", "password"];
    let told = person
        .asks(&server, "install", &[&["-k", "new"], &way_in[..]].concat())
        .done();
    assert_eq!(told["proved"], serde_json::Value::Null, "{told}");
    let told = person
        .asks(&server, "remove", &[&["-k", "new"], &way_in[..]].concat())
        .done();
    assert_eq!(told["keys"][0]["gone"], serde_json::Value::Null, "{told}");
}

#[test]
fn the_key_that_the_configuration_names_is_tried_however_many_an_agent_holds() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let agent = SshAgent::at(person.home.path("agent"));
    let socket = agent.socket().display().to_string();
    for number in 0..5 {
        let name = format!("other{number}");
        person.makes(&name, &name);
        person
            .run(&["agent", "add", &name, "--agent", &socket])
            .expect_status(0);
    }
    std::fs::rename(person.home.path("old"), person.home.path("100%")).expect("a name");
    for only in ["", "IdentitiesOnly yes\n"] {
        let config = format!("Host *\nIdentityFile %d/100%%\n{only}");
        person.home.put(".ssh/config", config.as_bytes());
        let told = person
            .asks(&server, "remove", &["--list", "--agent", &socket])
            .done();
        assert_eq!(told["lines"][0]["in_use"], true, "{told}");
        // sshd tells of each key that it did not want.
        let refused = server.log().matches("Failed publickey").count();
        assert!(only.is_empty() || refused == 0, "{}", server.log());
    }
}

#[test]
fn about_a_key_whose_private_half_is_elsewhere_the_server_is_asked() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    std::fs::remove_file(person.home.path("new")).expect("it is elsewhere");
    let words = ["-k", "new.pub", "-i", "old"];
    let told = person.asks(&server, "install", &words).object();
    assert_eq!(
        (&told["proved"], &told["accepted"]),
        (&serde_json::Value::Null, &true.into())
    );
    assert_eq!(
        list(&server),
        format!("{}{}", person.line("old"), person.line("new"))
    );
    let log = server.log();
    assert!(log.contains("Postponed publickey"), "nothing was signed: {log}");

    let told = person
        .asks(&server, "remove", &["--key", "new.pub", "-i", "old"])
        .object();
    assert_eq!(told["keys"][0]["gone"], true);
    assert_eq!(list(&server), person.line("old"));

    let ran = person.asks(
        &server,
        "install",
        &[&words[..], &["--from", "192.0.2.0/24"]].concat(),
    );
    let told = ran.expect_error(4, "key-ignored");
    assert!(told.contains("from 192.0.2.0/24 only"), "{told}");
}

#[test]
fn a_key_that_another_list_still_names_is_not_called_gone_wherever_its_private_half_is() {
    let server = Sshd::with("AuthorizedKeysFile .ssh/authorized_keys HOME/elsewhere\n");
    let person = Person::knowing(&server);
    server.authorize(&format!("{}{}", person.line("old"), person.line("new")));
    server
        .folder()
        .put("home/elsewhere", person.line("new").as_bytes());
    let elsewhere = server.home().join("elsewhere");
    set_mode(&elsewhere, 0o600);
    give(&elsewhere);
    std::fs::remove_file(person.home.path("new")).expect("it is elsewhere");
    let ran = person.asks(&server, "remove", &["--key", "new.pub", "-i", "old"]);
    ran.expect_error(4, "key-still-let-in");
    assert_eq!(list(&server), person.line("old"));
}

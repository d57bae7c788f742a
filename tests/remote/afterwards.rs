//! After a key was installed: the command that is given works as it stands, and so does the short name.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::person::Person;
use crate::sshd::{Sshd, USER, set_mode};
use crate::support::SshAgent;
use crate::tools::Folder;

/// What keeps a test's ssh away from the files of whoever runs the tests.
const APART: [&str; 6] = [
    "-o",
    "BatchMode=yes",
    "-o",
    "UserKnownHostsFile=.ssh/known_hosts",
    "-o",
    "GlobalKnownHostsFile=none",
];

/// A key outside of the home folder: the real ssh takes its user's home from the system.
fn key_elsewhere(person: &Person) -> (Folder, String) {
    let folder = Folder::new();
    let key = folder.path("key").display().to_string();
    person.makes(&key, "elsewhere");
    (folder, key)
}

/// What the real ssh says when it is to run `echo in` there.
fn ssh(person: &Person, agent: Option<&SshAgent>, words: &[&str]) -> (bool, String) {
    let mut command = Command::new("ssh");
    command
        .current_dir(person.home.path(""))
        .env_remove("SSH_AUTH_SOCK");
    if let Some(agent) = agent {
        command.env("SSH_AUTH_SOCK", agent.socket());
    }
    let output = command
        .args(APART)
        .args(words)
        .arg("echo in")
        .output()
        .expect("ssh");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).expect("text"))
}

#[test]
fn a_short_name_ends_too_many_authentication_failures() {
    let server = Sshd::with("MaxAuthTries 2\n");
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let (_folder, key) = key_elsewhere(&person);
    let agent = SshAgent::at(person.home.path("agent"));
    for number in 0..3 {
        let name = format!("other{number}");
        person.makes(&name, "");
        let mut add = Command::new("ssh-add");
        add.arg("-q")
            .arg(person.home.path(&name))
            .env("SSH_AUTH_SOCK", agent.socket());
        assert!(add.status().expect("ssh-add").success());
    }
    let before = "User nobody\nHost *\n    IdentitiesOnly no\n";
    person.home.put(".ssh/config", before.as_bytes());
    let words = ["-k", &key, "-i", "old", "--as", "web-1"];
    let told = person.asks(&server, "install", &words).done();
    assert_eq!(
        (&told["log_in"], &told["proved"]),
        (&"ssh web-1".into(), &true.into()),
        "{told}"
    );
    assert_eq!(told["host_entry"]["already_there"], false);
    let entry = format!(
        "Host web-1\n    HostName 127.0.0.1\n    User jo\n    Port {}\n    IdentityFile {key}\n    IdentitiesOnly yes\n\nHost *\n{before}",
        server.port()
    );
    assert_eq!(person.home.get_text(".ssh/config"), entry);
    let mode = std::fs::metadata(person.home.path(".ssh/config"))
        .expect("a file")
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);

    let plain = [
        &format!("-p{}", server.port()),
        "-F",
        "none",
        &format!("{USER}@127.0.0.1"),
    ];
    let (is_in, said) = ssh(&person, Some(&agent), &plain);
    assert!(
        !is_in && said.contains("Too many authentication failures"),
        "{said}"
    );
    let (is_in, said) = ssh(&person, Some(&agent), &["-F", ".ssh/config", "web-1"]);
    assert!(is_in && said.trim() == "in", "{said}");

    // Once more, and nothing is written twice; by the name itself as well.
    let told = person.asks(&server, "install", &words).done();
    assert_eq!(told["host_entry"]["already_there"], true);
    assert_eq!(person.home.get_text(".ssh/config"), entry);

    // The same words with --undo take both away, and what is left means what it meant.
    let told = person
        .asks(&server, "install", &[&words[..], &["--undo"]].concat())
        .done();
    assert_eq!(told["removed"], 1, "{told}");
    assert_eq!(person.home.get_text(".ssh/config"), format!("Host *\n{before}"));
    // A name that is not there is no reason to leave the line.
    person.asks(&server, "install", &words[..4]).done();
    let again = [&words[..], &["--undo"]].concat();
    let told = person
        .asks(&server, "install", &again)
        .expect_error(2, "not-in-list");
    assert!(
        told.contains("was taken off") && told.contains("no entry web-1"),
        "{told}"
    );
}

#[test]
fn a_short_name_that_means_something_else_is_refused_before_anything_is_done() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    person.makes("locked", "");
    for (config, name, code) in [
        ("Host db web-1\n  HostName db.example.org\n", "web-1", "exists"),
        ("Host web-1\n  Port 1\n", "WEB-1", "exists"),
        ("Host web-*\n  HostKeyAlias pool\n", "web-1", "exists"),
        ("", "a b", "usage"),
        ("", "-oProxyCommand=x", "usage"),
        ("", "web*", "usage"),
    ] {
        person.home.put(".ssh/config", config.as_bytes());
        let name = format!("--as={name}");
        let ran = person.asks(&server, "install", &["-k", "new", "-i", "old", &name]);
        ran.expect_error(2, code);
        assert_eq!(person.home.get_text(".ssh/config"), config);
        assert_eq!(server.log().matches("Accepted").count(), 0);
    }
}

#[test]
fn what_led_to_the_server_stands_in_the_entry_as_well() {
    let server = Sshd::start();
    let person = Person::with_known_hosts(&format!("pool {}", server.folder().get_text("host_ed25519.pub")));
    server.authorize(&person.line("old"));
    let (_folder, key) = key_elsewhere(&person);
    let config = format!(
        "Host pool\n HostName 127.0.0.1\n Port {}\n User {USER}\n HostKeyAlias pool\n",
        server.port()
    );
    person.home.put(".ssh/config", config.as_bytes());
    let words = [
        "install", "pool", "-k", &key, "-i", "old", "--as", "web-1", "--json",
    ];
    person.run(&words).done();
    let (is_in, said) = ssh(&person, None, &["-F", ".ssh/config", "web-1"]);
    assert!(is_in && said.trim() == "in", "{said}");
}

#[test]
fn no_command_is_given_that_ssh_would_refuse() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let key = person.home.path("new");
    let config = person.home.path(".ssh/config");
    person.home.put(".ssh/config", b"# nothing\n");
    for (file, loose, code, advice) in [
        (
            &config,
            0o666,
            "configuration-permissions",
            "chmod go-w ~/.ssh/config",
        ),
        (
            &config,
            0o620,
            "configuration-permissions",
            "chmod go-w ~/.ssh/config",
        ),
        (&key, 0o777, "permissions", "chmod 600"),
    ] {
        set_mode(file, loose);
        let told = person
            .asks(&server, "install", &["-k", "new", "-i", "old"])
            .object();
        assert_eq!(
            (&told["proved"], &told["log_in"]),
            (&true.into(), &serde_json::Value::Null),
            "{told}"
        );
        let warnings = told["warnings"].as_array().expect("warnings");
        assert!(warnings.iter().any(|warning| warning["code"] == code), "{told}");
        let target = format!("{USER}@127.0.0.1:{}", server.port());
        let said = person.run(&["install", &target, "-k", "new", "-i", "old"]);
        assert!(
            said.out.contains("Before you can log in with it") && said.out.contains(advice),
            "{}",
            said.out
        );
        assert!(!said.out.contains("From now on"), "{}", said.out);

        set_mode(file, 0o600);
    }
    let told = person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .done();
    let command = told["log_in"].as_str().expect("a command");
    assert!(command.starts_with("ssh -i ~/new"), "{told}");
    person.home.put(".ssh/config", b"Port\n");
    let told = person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .object();
    assert_eq!(told["warnings"][0]["code"], "configuration-line", "{told}");
}

#[test]
fn what_ssh_would_keep_from_offering_is_told_to_it_by_the_command_and_by_the_short_name() {
    let server = Sshd::with("UsePAM yes\nPasswordAuthentication yes\n");
    let person = Person::knowing(&server);
    let (_folder, key) = key_elsewhere(&person);
    let port = server.port().to_string();
    let entry = format!("Host far\n HostName 127.0.0.1\n Port {port}\n User {USER}\n");
    let far = [
        &["far", "-k", &key, "--password-file", "password", "--json"][..],
        &[],
    ]
    .concat();
    for (lines, words, expected) in [
        (
            " PubkeyAuthentication no\n",
            &[][..],
            "-o PubkeyAuthentication=yes ",
        ),
        (
            " PubkeyAcceptedAlgorithms -ssh-ed25519*\n",
            &[],
            "-o PubkeyAcceptedAlgorithms=+ssh-ed25519 ",
        ),
        (
            " PreferredAuthentications password\n",
            &[],
            "-o PreferredAuthentications=publickey ",
        ),
        ("", &["-o", "PreferredAuthentications=password"], ""),
    ] {
        person
            .home
            .put(".ssh/config", format!("{entry}{lines}").as_bytes());
        let words = [&["install"], &far[..], words].concat();
        let told = person.run(&words).done();
        let command = told["log_in"].as_str().expect("a command");
        assert_eq!(command, format!("ssh {expected}-i {key} {USER}@far"), "{lines}");
        let script = command.replacen("ssh ", &format!("ssh -F .ssh/config {} ", APART.join(" ")), 1);
        let script = format!("{script} echo in");
        let said = person.home.tool("sh").arg("-c").arg(&script).output();
        assert_eq!(said.as_deref(), Ok("in\n"), "{script}");

        let named = [&words[..], &["--as", "web-1"]].concat();
        assert_eq!(person.run(&named).done()["log_in"], "ssh web-1", "{lines}");
        let (is_in, said) = ssh(&person, None, &["-F", ".ssh/config", "web-1"]);
        assert!(is_in && said.trim() == "in", "{lines}: {said}");
    }
}

#[test]
fn where_no_shell_answers_to_commands_there_may_be_one_all_the_same() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    // As an account behaves whose .bashrc ends itself for commands.
    let shell = server.folder().path("shell");
    server.folder().put_with_mode(
        "shell",
        b"#!/bin/sh\n[ \"$1\" = -c ] && exit 0\nexec /bin/sh\n",
        0o755,
    );
    let accounts = server.folder().get_text("passwd");
    let changed = accounts.replacen(":/bin/sh\n", &format!(":{}\n", shell.display()), 1);
    std::fs::write(server.folder().path("passwd"), changed).expect("the accounts");
    let told = person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .done();
    let command = told["log_in"].as_str().expect("a command");
    assert!(
        command.starts_with("ssh ") && told["log_in_to_files"].as_str().is_some(),
        "{told}"
    );
    let script = format!("echo 'echo in' | {command} -T -F none {}", APART.join(" "));
    let said = person.home.tool("sh").arg("-c").arg(script).output();
    assert_eq!(said.as_deref(), Ok("in\n"), "{command}");
    let files = told["log_in_to_files"].as_str().expect("a command");
    let script = format!(
        "echo 'ls -1 .ssh/authorized_keys' | {} -b - {}",
        "sftp -F none",
        files.trim_start_matches("sftp ")
    );
    let script = script.replace("sftp -F none", &format!("sftp -F none {}", APART.join(" ")));
    let said = person.home.tool("sh").arg("-c").arg(script).output();
    assert!(
        said.as_ref().is_ok_and(|said| said.contains("authorized_keys")),
        "{said:?}"
    );
}

#[test]
fn a_server_is_not_remembered_for_a_key_that_it_does_not_let_in() {
    let server = Sshd::with("AuthorizedKeysFile FOLDER/keys\nUsePAM yes\nPasswordAuthentication yes\n");
    let person = Person::knowing(&server);
    let words = ["-k", "new", "--password-file", "password"];
    person
        .asks(&server, "install", &words)
        .expect_error(4, "key-ignored");
    let known = person.home.path(".config/keywright/keys.toml");
    let known = std::fs::read_to_string(known).unwrap_or_default();
    assert!(!known.contains("127.0.0.1"), "{known}");
}

#[test]
fn nor_is_one_where_ssh_refuses_what_its_configuration_includes() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let part = crate::jumping::host("x", &server, "");
    person.home.put(".ssh/config", b"Include part\n");
    person.home.put(".ssh/part", part.as_bytes());
    set_mode(&person.home.path(".ssh/part"), 0o666);
    let home = crate::as_ssh::AtHome(&person);
    let (is_in, said) = home.ssh("x");
    assert!(!is_in && said.contains("Bad owner or permissions"), "{said}");
    let program = env!("CARGO_BIN_EXE_keywright-cli");
    let (is_done, said) = home.run(&[program, "install", "x", "-k", "new", "-i", "old"]);
    assert!(is_done && said.contains("Works: "), "{said}");
    assert!(
        said.contains("Before you can log in with it") && said.contains("Bad owner or permissions on"),
        "{said}"
    );
    assert!(!said.contains("From now on"), "{said}");
}

//! Other programs that put keys into the same list, and signals and files of other accounts.

use std::os::unix::fs::MetadataExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::as_ssh::AtHome;
use crate::jumping::host;
use crate::person::Person;
use crate::serving::PATIENCE;
use crate::sshd::{Sshd, USER, as_root, set_mode};

fn list(server: &Sshd) -> String {
    std::fs::read_to_string(server.authorized_keys()).expect("a list")
}

fn names(server: &Sshd) -> Vec<String> {
    let entries = std::fs::read_dir(server.home().join(".ssh")).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    names
}

#[test]
fn beside_ssh_copy_id_no_key_is_lost_and_none_is_there_twice() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let config = host("x", &server, " IdentityFile ~/old\n");
    person.home.put(".ssh/config", config.as_bytes());
    let count = 6;
    for number in 0..count {
        person.makes(&format!("ours{number}"), &format!("ours{number}"));
        person.makes(&format!("theirs{number}"), &format!("theirs{number}"));
    }
    std::thread::scope(|scope| {
        for number in 0..count {
            let (person, server) = (&person, &server);
            scope.spawn(move || {
                let key = format!("ours{number}");
                let told = person.asks(server, "install", &["-k", &key, "-i", "old"]).done();
                assert_eq!(told["proved"], true);
            });
            scope.spawn(move || {
                let (is_done, said) =
                    AtHome(person).run(&["ssh-copy-id", "-f", "-i", &format!("theirs{number}.pub"), "x"]);
                assert!(is_done, "{said}");
            });
        }
    });
    let list = list(&server);
    assert_eq!(list.lines().count(), 1 + 2 * count, "{list}");
    for number in 0..count {
        for name in ["ours", "theirs"] {
            let line = person.line(&format!("{name}{number}"));
            assert_eq!(list.matches(&line).count(), 1, "{name}{number}: {list}");
        }
    }
    assert_eq!(names(&server), ["authorized_keys"]);
}

/// A server whose account has these programs come to a stop for a moment, and leaves a mark when it does.
fn stopping(program: &str) -> Sshd {
    let server = Sshd::start();
    let shell = server.folder().path("shell");
    let programs = server.folder().path("programs");
    std::fs::create_dir(&programs).expect("a folder");
    set_mode(&programs, 0o755);
    let real = crate::tools::found(program);
    server.folder().put_with_mode(
        &format!("programs/{program}"),
        format!(
            "#!/bin/sh\n: >\"$HOME/begun\"; sleep 2\nexec {} \"$@\"\n",
            real.display()
        )
        .as_bytes(),
        0o755,
    );
    let script = format!(
        "#!/bin/sh\nPATH={}:/usr/bin:/bin exec /bin/sh \"$@\"\n",
        programs.display()
    );
    server.folder().put_with_mode("shell", script.as_bytes(), 0o755);
    server.set_account(|line| line.replace(":/bin/sh", &format!(":{}", shell.display())));
    server
}

#[test]
fn whoever_is_ended_in_any_step_leaves_a_whole_list_and_what_the_next_one_clears_away() {
    for (program, signal) in [
        ("wc", Signal::HUP),
        ("cp", Signal::KILL),
        ("cp", Signal::HUP),
        ("sync", Signal::KILL),
        ("cmp", Signal::KILL),
        ("tail", Signal::TERM),
    ] {
        let server = stopping(program);
        let person = Person::knowing(&server);
        let before = format!("# é\n{}", person.line("old"));
        server.authorize(&before);
        let mut child = person
            .command()
            .args(["install", &format!("{USER}@127.0.0.1:{}", server.port())])
            .args(["-k", "new", "-i", "old"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let since = Instant::now();
        while !server.home().join("begun").exists() {
            assert!(since.elapsed() < PATIENCE, "{program}: nothing has begun");
            std::thread::sleep(Duration::from_millis(5));
        }
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a number")).expect("not 0");
        kill_process(pid, signal).expect("it is ours");
        child.wait().expect("it ends");
        // What runs on the server goes on, or finds that nobody listens.
        let since = Instant::now();
        while names(&server) != ["authorized_keys"] {
            assert!(since.elapsed() < PATIENCE, "{program}: {:?}", names(&server));
            std::thread::sleep(Duration::from_millis(20));
        }
        let after = list(&server);
        let both = format!("{before}{}", person.line("new"));
        assert!(after == before || after == both, "{program}: {after}");
    }
}

#[test]
fn root_with_the_home_of_somebody_leaves_their_files_to_them() {
    let server = Sshd::start();
    let person = Person::with_known_hosts("");
    server.authorize(&person.line("old"));
    let config = host(
        "x",
        &server,
        " StrictHostKeyChecking accept-new\n IdentityFile ~/old\n",
    );
    person.home.put(".ssh/config", config.as_bytes());
    person.run(&["keys", "name", "old", "Laptop"]).expect_status(0);
    let home = person.home.path("");
    let theirs = 61_235_u32;
    let owned = format!("{theirs}:{theirs}");
    let chown = as_root("chown").args(["-R", &owned]).arg(&home).status();
    assert!(chown.expect("chown").success());
    let mut command = person.command();
    let ran = crate::console::Ran::of(command.args(["install", "x", "-k", "new", "--as", "web-1"]));
    ran.expect_status(0);
    for name in [".ssh/known_hosts", ".ssh/config", ".config/keywright/keys.toml"] {
        let found = std::fs::metadata(person.home.path(name)).expect(name);
        assert_eq!((found.uid(), found.gid()), (theirs, theirs), "{name}");
    }
}

#[test]
fn the_list_of_root_on_a_router_is_where_its_server_reads_it() {
    let server = Sshd::dropbear();
    server.set_account(|line| {
        let mut fields: Vec<&str> = line.split(':').collect();
        (fields[2], fields[3]) = ("0", "0");
        fields.join(":")
    });
    let person = Person::knowing(&server);
    as_root("chown")
        .args(["-R", "0:0"])
        .arg(server.home())
        .status()
        .expect("chown");
    let told = person
        .asks(&server, "install", &["-k", "new", "--password-file", "password"])
        .done();
    assert_eq!(told["proved"], true, "{told}");
    assert_eq!(told["place"], "~/.ssh/authorized_keys");
}

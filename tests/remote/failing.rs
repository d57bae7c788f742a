//! After every failure the list on the server is byte for byte what it was, and the cause has its name.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

use crate::person::Person;
use crate::serving::make_host_key;
use crate::sshd::{Sshd, USER, as_root, give, set_mode, take};

fn list(server: &Sshd) -> String {
    std::fs::read_to_string(server.authorized_keys()).expect("a list")
}

fn names(server: &Sshd) -> Vec<String> {
    let entries = std::fs::read_dir(server.home().join(".ssh")).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .collect()
}

/// Runs a program as root among the disks that the server sees.
pub(crate) fn among_the_servers_disks(server: &Sshd, words: &[&str]) {
    let namespace = format!("--mount=/proc/{}/ns/mnt", server.pid());
    let mut command = as_root("nsenter");
    let status = command
        .arg(namespace)
        .args(words)
        .status()
        .expect("nsenter (util-linux)");
    assert!(status.success(), "{words:?}");
}

/// Ends the server and all that runs by it, as a power cut would.
fn cut_the_power(server: &mut Sshd) {
    let mut all = vec![server.pid()];
    let mut next = 0;
    while let Some(pid) = all.get(next).cloned() {
        let children = Command::new("pgrep").args(["-P", &pid]).output();
        let children = String::from_utf8(children.expect("pgrep (procps)").stdout).expect("numbers");
        all.extend(children.split_whitespace().map(str::to_owned));
        next += 1;
    }
    // Those that have ended meanwhile are named in vain.
    let killed = as_root("kill").arg("-KILL").args(&all).output();
    killed.expect("kill");
    server.kill();
}

#[test]
fn a_folder_that_the_account_may_not_write_to() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    // Otherwise the line is appended where it lies.
    set_mode(&server.authorized_keys(), 0o400);
    set_mode(&server.home().join(".ssh"), 0o500);
    let told = person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .expect_error(4, "server-denied");
    assert!(told.contains("~/.ssh"), "{told}");
    assert_eq!(list(&server), person.line("old"));
    assert_eq!(names(&server), ["authorized_keys"]);
}

#[test]
fn a_full_disk_and_one_that_is_read_only() {
    let server = Sshd::with("StrictModes no\nAuthorizedKeysFile FOLDER/other\n");
    let person = Person::knowing(&server);
    server.folder().put("other", person.line("old").as_bytes());
    give(&server.folder().path("other"));
    server.authorize(&person.line("old"));
    let ssh = server.home().join(".ssh").display().to_string();
    let fill = format!(
        "cp -p {ssh}/authorized_keys {ssh}.kept && mount -t tmpfs -o size=16k,mode=700 none {ssh} && \
         cp -p {ssh}.kept {ssh}/authorized_keys && chown --reference={ssh}.kept {ssh} && \
         {{ cat /dev/zero > {ssh}/zero; true; }} 2> /dev/null"
    );
    among_the_servers_disks(&server, &["sh", "-c", &fill]);
    person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .expect_error(4, "server-full");
    let same = format!("cmp {ssh}/authorized_keys {ssh}.kept && [ \"$(ls -A {ssh} | wc -l)\" = 2 ]");
    among_the_servers_disks(&server, &["sh", "-c", &same]);

    let protect = format!("rm {ssh}/zero && mount -o remount,ro {ssh}");
    among_the_servers_disks(&server, &["sh", "-c", &protect]);
    person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .expect_error(4, "server-read-only");
    let same = format!("cmp {ssh}/authorized_keys {ssh}.kept && [ \"$(ls -A {ssh} | wc -l)\" = 1 ]");
    among_the_servers_disks(&server, &["sh", "-c", &same]);
}

#[test]
fn a_disk_with_room_for_lines_but_for_no_other_file() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    person.makes("third", "third@laptop");
    server.authorize(&(person.line("old") + &person.line("new")));
    let ssh = server.home().join(".ssh").display().to_string();
    let fill = format!(
        "cp -p {ssh}/authorized_keys {ssh}.kept && mount -t tmpfs -o nr_inodes=4,mode=700 none {ssh} && \
         cp -p {ssh}.kept {ssh}/authorized_keys && chown --reference={ssh}.kept {ssh} && \
         touch {ssh}/1 {ssh}/2 && ! touch {ssh}/3 2> /dev/null"
    );
    among_the_servers_disks(&server, &["sh", "-c", &fill]);
    let told = person
        .asks(&server, "install", &["-k", "third", "-i", "old"])
        .done();
    assert_eq!(told["proved"], true, "{told}");
    let told = person
        .asks(&server, "remove", &["--key", "new", "-i", "old"])
        .done();
    assert_eq!(told["keys"][0]["gone"], true, "{told}");
    let left = person.line("old") + &person.line("third");
    server.folder().put("left", left.as_bytes());
    let left = server.folder().path("left");
    let same = format!(
        "cmp {ssh}/authorized_keys {} && [ \"$(ls -A {ssh})\" = \"1\n2\nauthorized_keys\" ]",
        left.display()
    );
    among_the_servers_disks(&server, &["sh", "-c", &same]);
}

#[test]
fn a_key_that_is_bound_to_one_command() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let bound = format!("command=\"cat\",no-pty {}", person.line("old"));
    server.authorize(&bound);
    person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .expect_error(4, "server-no-shell");
    assert_eq!(list(&server), bound);
    assert_eq!(names(&server), ["authorized_keys"]);
}

#[test]
fn nobody_is_let_in_without_key_or_password() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let told = person
        .asks(&server, "install", &["-k", "new", "-i", "new"])
        .expect_error(4, "auth-refused");
    assert!(told.contains("takes no password"), "{told}");
    assert_eq!(list(&server), person.line("old"));

    let server = Sshd::with("UsePAM yes\nPasswordAuthentication yes\n");
    let person = Person::knowing(&server);
    person.home.put("password", b"wrong");
    let told = person
        .asks(&server, "install", &["-k", "new", "--password-file", "password"])
        .expect_error(4, "auth-refused");
    assert!(told.contains("Check the name of the account"), "{told}");
}

#[test]
fn a_changed_host_key_stops_before_any_secret() {
    let server = Sshd::with("UsePAM yes\nPasswordAuthentication yes\n");
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    std::fs::remove_file(server.folder().path("host_ed25519")).expect("removed");
    make_host_key(server.folder(), "ed25519", "host_ed25519");
    server.reload();
    for words in [["-i", "old"], ["--password-file", "password"]] {
        let words = [&["-k", "new", "--yes", "--force"], &words[..]].concat();
        let told = person
            .asks(&server, "install", &words)
            .expect_error(4, "host-key-changed");
        assert!(told.contains("line 1"), "{told}");
    }
    assert!(!server.log().contains("Failed password"), "{}", server.log());
    assert_eq!(list(&server), person.line("old"));
}

#[test]
fn an_unknown_server_is_told_nothing_until_its_fingerprint_is_accepted() {
    let server = Sshd::with("UsePAM yes\nPasswordAuthentication yes\n");
    let person = Person::knowing(&server);
    person.home.put(".ssh/known_hosts", b"");
    let words = ["-k", "new", "--password-file", "password"];
    let told = person
        .asks(&server, "install", &words)
        .expect_error(4, "host-unknown");
    let fingerprint = told
        .split(' ')
        .find(|word| word.starts_with("SHA256:"))
        .expect("it is told");
    let other = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (wrong, status, code) in [("SHA256:x", 2, "usage"), (other, 4, "host-key-other")] {
        let words = [&words[..], &["--accept-host-key", wrong]].concat();
        let told = person.asks(&server, "install", &words).expect_error(status, code);
        assert!(!told.contains("To go on"), "{told}");
    }
    assert_eq!(person.home.get_text(".ssh/known_hosts"), "");

    let right = [&words[..], &["--accept-host-key", fingerprint]].concat();
    assert_eq!(person.asks(&server, "install", &right).done()["proved"], true);
    // It is known from now on.
    let words = ["-k", "new", "-i", "new"];
    assert_eq!(person.asks(&server, "install", &words).done()["proved"], true);
}

#[test]
fn a_server_that_dies_in_the_middle_leaves_the_list_whole() {
    let mut server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    // The command waits for this lock, and the server is killed meanwhile.
    let lock = server.home().join(".ssh/.authorized_keys.lock");
    std::fs::create_dir(&lock).expect("a lock");
    give(&lock);
    let target = format!("jo@127.0.0.1:{}", server.port());
    let child = person
        .command()
        .args(["install", &target, "--json", "-k", "new", "-i", "old"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let started = std::time::Instant::now();
    while names(&server).len() < 3 && started.elapsed().as_secs() < 20 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    cut_the_power(&mut server);
    let ran: crate::console::Ran = child.wait_with_output().expect("an end").into();
    ran.expect_error(4, "connection-closed");
    assert_eq!(list(&server), person.line("old"));
}

/// A port that leads one caller to the server, and nobody after them.
fn port_for_one(server: &Sshd) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let behind = server.port();
    std::thread::spawn(move || {
        let (mut caller, _) = listener.accept().expect("a caller");
        drop(listener);
        let mut there = TcpStream::connect((Ipv4Addr::LOCALHOST, behind)).expect("a server");
        let (mut back, mut forth) = (
            there.try_clone().expect("a hand"),
            caller.try_clone().expect("a hand"),
        );
        // They end when one of the two hangs up.
        std::thread::spawn(move || drop(std::io::copy(&mut back, &mut forth)));
        drop(std::io::copy(&mut caller, &mut there));
    });
    port
}

#[test]
fn what_was_done_is_said_although_it_could_not_be_tried() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    let run = |words: &[&str]| {
        let port = port_for_one(&server);
        let known = format!(
            "[127.0.0.1]:{port} {}",
            server.folder().get_text("host_ed25519.pub")
        );
        person.home.put(".ssh/known_hosts", known.as_bytes());
        let target = format!("{USER}@127.0.0.1:{port}");
        person.run(&[&[words[0], &target, "--json", "-i", "old"], &words[1..]].concat())
    };
    let told = run(&["install", "-k", "new"]).expect_error(4, "connect-refused");
    assert!(told.contains("in line 2 of ~/.ssh/authorized_keys"), "{told}");
    assert_eq!(list(&server), person.line("old") + &person.line("new"));
    let told = run(&["remove", "-k", "new"]).expect_error(4, "connect-refused");
    assert!(told.contains("taken off ~/.ssh/authorized_keys"), "{told}");
    assert_eq!(list(&server), person.line("old"));
}

#[test]
fn a_list_that_belongs_to_somebody_else_is_left_to_them() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    take(&server.authorized_keys());
    person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .expect_error(4, "server-other-owner");
    assert_eq!(list(&server), person.line("old"));
    assert_eq!(names(&server), ["authorized_keys"]);
}

#[test]
fn without_a_shell_a_lock_that_was_left_behind_is_broken_and_a_young_one_is_not() {
    let server = Sshd::with("ForceCommand internal-sftp\n");
    let person = Person::knowing(&server);
    let lock = server.home().join(".ssh/.authorized_keys.lock");
    let install = ["-k", "new", "-i", "old"];
    // The shell's command locks by a folder, file transfer by a file.
    for make in [
        |lock: &Path| std::fs::create_dir(lock),
        |lock: &Path| std::fs::File::create(lock).map(drop),
    ] {
        server.authorize(&person.line("old"));
        make(&lock).expect("a lock");
        give(&lock);
        let young = person.asks(&server, "install", &install);
        young.expect_error(4, "server-busy");
        assert!(lock.exists());
        assert_eq!(list(&server), person.line("old"));
        assert_eq!(names(&server).len(), 2, "{:?}", names(&server));

        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(90);
        let held = std::fs::File::open(&lock).expect("a lock");
        held.set_modified(old).expect("it is older");
        let told = person.asks(&server, "install", &install).object();
        assert_eq!(told["proved"], true);
        assert_eq!(
            list(&server),
            format!("{}{}", person.line("old"), person.line("new"))
        );
        assert_eq!(names(&server), ["authorized_keys"]);
    }
}

#[test]
fn a_named_key_that_stays_locked_is_named_with_the_way_to_open_it() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    person.home.put("pass", b"secret\n");
    person.home.put("wrong", b"other\n");
    let words = ["generate", "-o", "locked", "--new-passphrase-file", "pass"];
    person
        .run(&[&words[..], &["--kdf-rounds", "1"]].concat())
        .expect_status(0);
    server.authorize(&person.line("locked"));
    let told = person
        .asks(&server, "remove", &["--list", "-i", "locked"])
        .expect_error(3, "needs-passphrase");
    assert!(
        told.contains("locked: the private key is protected") && told.contains("--passphrase-file"),
        "{told}"
    );
    let wrong = ["--list", "-i", "locked", "--passphrase-file", "wrong"];
    person
        .asks(&server, "remove", &wrong)
        .expect_error(3, "wrong-passphrase");
}

#[test]
fn a_named_key_that_stays_locked_does_not_bar_another_one() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    person.home.put("pass", b"secret\n");
    let words = ["generate", "-o", "locked", "--new-passphrase-file", "pass"];
    person
        .run(&[&words[..], &["--kdf-rounds", "1"]].concat())
        .expect_status(0);
    server.authorize(&person.line("old"));
    person
        .asks(&server, "remove", &["--list", "-i", "locked", "-i", "old"])
        .expect_status(0);
}

#[test]
fn undoing_tells_of_a_line_with_other_conditions_and_how_it_goes() {
    let server = Sshd::start();
    let person = Person::knowing(&server);
    let lines = format!("{}no-pty {}", person.line("old"), person.line("new"));
    server.authorize(&lines);
    let told = person
        .asks(&server, "install", &["-k", "new", "-i", "old", "--undo"])
        .expect_error(4, "server-no-such-key");
    assert!(
        told.contains("line 2 of ~/.ssh/authorized_keys") && told.contains("--key FILE"),
        "{told}"
    );
    assert_eq!(list(&server), lines);
}

//! Lists in places where nothing can take theirs, and places that are none.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use crate::failing::among_the_servers_disks;
use crate::person::Person;
use crate::sshd::{Sshd, as_root, give, set_mode, take};

const PASSWORDS: &str = "UsePAM no\nPasswordAuthentication yes\n";
const BY_PASSWORD: [&str; 4] = ["-k", "new", "--password-file", "password"];

/// Puts a key into a list of two, and takes it and another one off again; the list is what it should be each time.
fn add_and_remove(server: &Sshd, person: &Person, list: impl Fn() -> String) {
    let by_old = |command: &str, words: &[&str]| {
        let words = [words, &["-i", "old"]].concat();
        person.asks(server, command, &words).done()
    };
    let before = list();
    let told = by_old("install", &["-k", "new"]);
    assert_eq!(
        (&told["proved"], &told["already_there"]),
        (&true.into(), &false.into())
    );
    assert_eq!(list(), format!("{before}{}", person.line("new")));
    assert_eq!(by_old("remove", &["--key", "third"])["keys"][0]["gone"], true);
    by_old("remove", &["--key", "new"]);
    assert_eq!(list(), before.replace(&person.line("third"), ""));
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    names
}

/// A list of two keys: somebody's, and the one that they come in with.
fn with_two_keys(server: &Sshd) -> Person {
    let person = Person::knowing(server);
    person.makes("third", "third@laptop");
    server.authorize(&format!("# mine\n{}{}", person.line("third"), person.line("old")));
    person
}

/// Makes a folder root's, into which everybody may look.
fn give_to_root(path: &std::path::Path) {
    take(path);
    as_root("chmod").arg("755").arg(path).status().expect("chmod");
}

#[test]
fn a_list_that_is_mounted_by_itself_is_written_where_it_lies() {
    let server = Sshd::start();
    let person = with_two_keys(&server);
    let (list, elsewhere) = (server.authorized_keys(), server.folder().path("volume"));
    std::fs::copy(&list, &elsewhere).expect("a copy");
    give(&elsewhere);
    let [from, to] = [&elsewhere, &list].map(|path| path.to_str().expect("text"));
    among_the_servers_disks(&server, &["mount", "--bind", from, to]);
    add_and_remove(&server, &person, || {
        std::fs::read_to_string(&elsewhere).expect("a list")
    });
    assert_eq!(names(&server.home().join(".ssh")), ["authorized_keys"]);
}

#[test]
fn in_a_folder_that_takes_no_new_files_the_list_is_written_where_it_lies() {
    let read_only = |server: &Sshd| set_mode(&server.home().join(".ssh"), 0o500);
    let of_root = |server: &Sshd| {
        take(&server.home().join(".ssh"));
        as_root("chmod")
            .arg("755")
            .arg(server.home().join(".ssh"))
            .status()
            .expect("chmod");
    };
    let all_of_root = |server: &Sshd| {
        of_root(server);
        give_to_root(&server.home());
    };
    let shut: [&dyn Fn(&Sshd); 3] = [&read_only, &of_root, &all_of_root];
    for shut in shut {
        let server = Sshd::start();
        let person = with_two_keys(&server);
        shut(&server);
        let list = server.authorized_keys();
        add_and_remove(&server, &person, || {
            std::fs::read_to_string(&list).expect("a list")
        });
        assert_eq!(names(&server.home().join(".ssh")), ["authorized_keys"]);
        assert_eq!(names(&server.home()), [".ssh"]);
    }
}

#[test]
fn a_list_that_leads_to_one_of_roots_is_called_that() {
    let server = Sshd::with(PASSWORDS);
    let person = Person::knowing(&server);
    server.authorize("");
    let store = server.folder().path("store");
    std::fs::create_dir(&store).expect("a folder");
    let there = store.join("jo keys");
    std::fs::write(&there, person.line("old")).expect("a list");
    set_mode(&there, 0o644);
    take(&there);
    give_to_root(&store);
    std::fs::remove_file(server.authorized_keys()).expect("it goes");
    symlink(&there, server.authorized_keys()).expect("a link");
    let told = person
        .asks(&server, "install", &BY_PASSWORD)
        .expect_error(4, "server-elsewhere");
    let words = format!(
        "leads to {}, which the account may not write; it belongs to root",
        there.display()
    );
    assert!(told.contains(&words), "{told}");
}

#[test]
fn whose_a_folder_is_that_may_not_be_written_is_said() {
    let server = Sshd::with(PASSWORDS);
    let person = Person::knowing(&server);
    give_to_root(&server.home());
    let told = person
        .asks(&server, "install", &BY_PASSWORD)
        .expect_error(4, "server-denied");
    assert!(
        told.contains("may not write ~ on the server; it belongs to root"),
        "{told}"
    );
}

#[test]
fn a_list_that_is_locked_against_changes_is_called_that() {
    let server = Sshd::start();
    let person = with_two_keys(&server);
    let list = server.authorized_keys();
    let lock = |how: &str| {
        let locked = as_root("chattr").arg(how).arg(&list).status();
        assert!(
            locked.expect("chattr (e2fsprogs)").success(),
            "a disk that knows {how}"
        );
    };
    let before = std::fs::read_to_string(&list).expect("a list");
    for (how, back, words) in [
        ("+i", "-i", &["install", "-k", "new"][..]),
        ("+a", "-a", &["remove", "--key", "third"]),
    ] {
        lock(how);
        let ran = person.asks(&server, words[0], &[&words[1..], &["-i", "old"]].concat());
        lock(back);
        let told = ran.expect_error(4, "server-locked");
        assert!(
            told.contains("chattr -i") && told.contains("~/.ssh/authorized_keys"),
            "{told}"
        );
        assert_eq!(std::fs::read_to_string(&list).expect("a list"), before);
    }
}

#[test]
fn what_is_no_folder_and_what_may_not_be_entered_are_called_that() {
    let server = Sshd::with(PASSWORDS);
    let person = Person::knowing(&server);
    let ssh = server.home().join(".ssh");
    std::fs::write(&ssh, "x").expect("a file");
    give(&ssh);
    let told = person
        .asks(&server, "install", &BY_PASSWORD)
        .expect_error(4, "server-not-regular");
    assert!(
        told.contains("~/.ssh on the server is a file, and should be a folder"),
        "{told}"
    );
    std::fs::remove_file(&ssh).expect("it goes");

    set_mode(&server.home(), 0o000);
    let ran = person.asks(&server, "install", &BY_PASSWORD);
    set_mode(&server.home(), 0o755);
    let told = ran.expect_error(4, "server-denied");
    assert!(told.contains("may not enter its home folder"), "{told}");
}

#[test]
fn a_start_file_that_reads_what_is_meant_for_commands_bars_no_file_transfer() {
    let server = Sshd::start();
    let accounts = server.folder().get_text("passwd");
    let changed = accounts.replacen(":/bin/sh\n", ":/bin/bash\n", 1);
    std::fs::write(server.folder().path("passwd"), changed).expect("the accounts");
    let person = with_two_keys(&server);
    let before = std::fs::read_to_string(server.authorized_keys()).expect("a list");
    // One line, all of it, so much that a look gets past it, and what a program in the background takes.
    for script in [
        "read -r line",
        "cat > /dev/null",
        "read -r -t 1 -n 60 -u 0 x < /dev/null; (sleep 0.2; head -c 50) & ",
    ] {
        std::fs::write(server.home().join(".bashrc"), format!("{script}\n")).expect("a file");
        server.authorize(&before);
        let list = server.authorized_keys();
        add_and_remove(&server, &person, || {
            std::fs::read_to_string(&list).expect("a list")
        });
    }
}

#[test]
fn a_start_file_that_waits_for_ever_bars_no_file_transfer_to_whoever_came_in_by_a_password() {
    let server = Sshd::with(PASSWORDS);
    let person = Person::knowing(&server);
    let old = person.line("old");
    server.authorize(&old);
    let script = "exec >/dev/null 2>&1 </dev/null; sleep 300\n";
    std::fs::write(server.home().join(".ssh/rc"), script).expect("a file");
    let told = person.asks(&server, "install", &BY_PASSWORD).done();
    assert_eq!(told["proved"], true, "{told}");
    assert!(told["log_in_to_files"].is_string(), "{told}");
    let list = std::fs::read_to_string(server.authorized_keys()).expect("a list");
    assert_eq!(list, format!("{old}{}", person.line("new")));
}

#[test]
fn an_account_that_is_shut_into_a_folder_is_told_that_its_list_lies_outside() {
    let shut = "ChrootDirectory /usr/share\nForceCommand internal-sftp\n";
    let server = Sshd::with(&format!("{PASSWORDS}{shut}"));
    let person = Person::knowing(&server);
    server.authorize(&person.line("old"));
    for by in [&BY_PASSWORD[..], &["-k", "new", "-i", "old"]] {
        let told = person
            .asks(&server, "install", by)
            .expect_error(4, "server-denied");
        assert!(told.contains("sees a part of the server only"), "{told}");
        assert!(
            told.contains("whoever runs the server has to add the line"),
            "{told}"
        );
    }
    let told = person.asks(&server, "remove", &["--list", "-i", "old"]);
    assert!(told.err.contains("reads another list as well"), "{}", told.err);
}

#[test]
fn a_list_of_somebody_elses_that_the_account_may_write_to_stays_theirs() {
    let server = Sshd::with("StrictModes no\n");
    let person = with_two_keys(&server);
    let list = server.authorized_keys();
    let owner = || std::fs::metadata(&list).expect("a list").uid();
    take(&list);
    as_root("chmod").arg("666").arg(&list).status().expect("chmod");
    let theirs = owner();
    let before = std::fs::read_to_string(&list).expect("a list");
    add_and_remove(&server, &person, || {
        std::fs::read_to_string(&list).expect("a list")
    });
    assert_eq!(owner(), theirs);
    assert_eq!(mode_of(&list), 0o666);
    // Where it may not, it is left as it is.
    std::fs::write(&list, &before).expect("the list");
    as_root("chmod").arg("644").arg(&list).status().expect("chmod");
    let ran = person.asks(&server, "install", &["-k", "new", "-i", "old"]);
    ran.expect_error(4, "server-other-owner");
    assert_eq!(std::fs::read_to_string(&list).expect("a list"), before);
    assert_eq!(names(&server.home().join(".ssh")), ["authorized_keys"]);
}

fn mode_of(path: &Path) -> u32 {
    std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[test]
fn what_stands_in_the_place_of_a_list_its_folder_or_the_home_is_called_that_with_and_without_a_shell() {
    for lines in ["", "ForceCommand internal-sftp\n"] {
        let server = Sshd::with(&format!("{PASSWORDS}{lines}"));
        let person = Person::knowing(&server);
        let has_shell = lines.is_empty();
        let refused = |code: &str, words: &str| {
            let told = person.asks(&server, "install", &BY_PASSWORD);
            let told = told.expect_error(4, code);
            assert!(told.contains(words), "{lines}{told}");
        };
        let ssh = server.home().join(".ssh");
        let file = server.home().join("file");
        std::fs::write(&file, "x").expect("a file");
        symlink("gone", &ssh).expect("a link");
        refused(
            "server-not-regular",
            "~/.ssh on the server is a link that leads nowhere",
        );
        std::fs::remove_file(&ssh).expect("it goes");
        symlink("file", &ssh).expect("a link");
        refused(
            "server-not-regular",
            "~/.ssh on the server is a file, and should be a folder",
        );
        std::fs::remove_file(&ssh).expect("it goes");

        server.authorize("");
        let list = server.authorized_keys();
        std::fs::remove_file(&list).expect("it goes");
        symlink("../gone/keys", &list).expect("a link");
        let words = "~/.ssh/authorized_keys on the server is a link that leads nowhere";
        refused("server-not-regular", words);
        assert!(list.is_symlink());
        std::fs::remove_file(&list).expect("it goes");
        symlink("/dev/null", &list).expect("a link");
        refused("server-not-regular", "is not an ordinary file");

        let at = |from: &str, to: &str| server.set_account(|line| line.replace(from, to));
        at("/home:", "/home/file:");
        let (code, words) = if has_shell {
            ("server-not-regular", "/home/file on the server is a file")
        } else {
            (
                "server-no-home",
                "is not there on the server, or the account may not enter it",
            )
        };
        refused(code, words);
        at("/home/file:", "/home/nowhere:");
        refused("server-no-home", "is not there on the server");
    }
}

#[test]
fn a_list_that_comes_from_a_read_only_volume_is_called_that() {
    // As Kubernetes lays out what is secret.
    let server = Sshd::with("StrictModes no\n");
    let person = Person::knowing(&server);
    let before = person.line("old");
    server.authorize(&before);
    let ssh = server.home().join(".ssh").display().to_string();
    let lay_out = format!(
        "cp -p {ssh}/authorized_keys {ssh}.kept && mount -t tmpfs -o mode=755 none {ssh} && mkdir {ssh}/..2026 && \
         cp -p {ssh}.kept {ssh}/..2026/authorized_keys && ln -s ..2026 {ssh}/..data && \
         ln -s ..data/authorized_keys {ssh}/authorized_keys && chown -R --reference={ssh}.kept {ssh} && \
         mount -o remount,ro {ssh}"
    );
    among_the_servers_disks(&server, &["sh", "-c", &lay_out]);
    let told = person
        .asks(&server, "install", &["-k", "new", "-i", "old"])
        .expect_error(4, "server-read-only");
    assert!(told.contains("read-only"), "{told}");
}

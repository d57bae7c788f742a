//! Servers that read keys from another list than the usual one, and lists that others could have changed.

use crate::failing::among_the_servers_disks;
use crate::person::Person;
use crate::sshd::{Sshd, give, set_mode};

const PASSWORDS: &str = "UsePAM no\nPasswordAuthentication yes\n";
const BY_PASSWORD: [&str; 4] = ["-k", "new", "--password-file", "password"];

/// A server with these lines behind all others, whose settings the account may read, as most may.
pub(crate) fn with_readable_settings(lines: &str) -> Sshd {
    let server = Sshd::with(PASSWORDS);
    let place = server.folder().path("sshd_config");
    let before = server.folder().get_text("sshd_config");
    let folder = server.folder().path("");
    let lines = lines.replace("FOLDER", folder.to_string_lossy().trim_end_matches('/'));
    std::fs::write(&place, format!("{before}{lines}")).expect("settings");
    server.reload();
    set_mode(&place, 0o644);
    let place = place.to_str().expect("text");
    among_the_servers_disks(&server, &["mount", "--bind", place, "/etc/ssh/sshd_config"]);
    server
}

#[test]
fn a_list_elsewhere_that_is_the_accounts_own_is_given_the_line() {
    for lines in [
        "AuthorizedKeysFile %h/.keys/ssh\n",
        "Match User nobody\nAuthorizedKeysFile /nowhere/%u\nMatch User j*\nAuthorizedKeysFile .keys/ssh\n",
        "AuthorizedKeysFile FOLDER/home/%u/list\n",
        "AuthorizedKeysFile %h/.keys/ssh\nMatch User jo\nForceCommand internal-sftp\n",
    ] {
        let server = with_readable_settings(lines);
        let person = Person::knowing(&server);
        server.authorize("# mine\n");
        if lines.contains("%u/list") {
            std::fs::create_dir(server.home().join("jo")).expect("a folder");
            give(&server.home().join("jo"));
        }
        let ran = person.asks(&server, "install", &BY_PASSWORD);
        if lines.contains("internal-sftp") {
            // Nobody tells where it is read from.
            ran.expect_error(4, "key-ignored");
            continue;
        }
        let told = ran.done();
        assert_eq!(told["proved"], true, "{lines}: {told}");
        let place = told["place"].as_str().expect("a place");
        assert!(!place.contains("authorized_keys"), "{place}");
        assert!(
            ran.err.contains(&format!("the server reads keys from {place}")),
            "{}",
            ran.err
        );
        let usual = || std::fs::read_to_string(server.authorized_keys()).expect("a list");
        assert_eq!(usual(), "# mine\n");
        // From there it is taken off as well.
        let by_password = ["--password-file", "password"];
        let told = if lines.contains("Match") {
            person.asks(&server, "remove", &[&["--key", "new"], &by_password[..]].concat())
        } else {
            person.asks(&server, "install", &[&BY_PASSWORD[..], &["--undo"]].concat())
        };
        assert_eq!(told.done()["place"], place);
        assert_eq!(usual(), "# mine\n");
    }
}

#[test]
fn a_list_elsewhere_that_is_not_the_accounts_own_is_named_and_no_line_about_others_is() {
    let lines = "AuthorizedKeysFile FOLDER/all\nMatch User nobody\nAuthorizedKeysFile /nowhere/%u\n";
    let server = with_readable_settings(lines);
    let person = Person::knowing(&server);
    let told = person
        .asks(&server, "install", &BY_PASSWORD)
        .expect_error(4, "key-ignored");
    let all = server.folder().path("all");
    let words = format!("reads the keys of this account from {}", all.display());
    assert!(told.contains(&words) && !told.contains("/nowhere"), "{told}");
    let usual = std::fs::read_to_string(server.authorized_keys()).expect("a list");
    assert_eq!(usual, person.line("new"), "it can be taken off by --undo");
}

#[test]
fn settings_that_only_root_may_read_are_not_guessed_at() {
    let server = with_readable_settings("AuthorizedKeysFile /nowhere/%u\n");
    set_mode(&server.folder().path("sshd_config"), 0o600);
    let root = ["chown", "root:root", "/etc/ssh/sshd_config"];
    among_the_servers_disks(&server, &root);
    let person = Person::knowing(&server);
    let told = person
        .asks(&server, "install", &BY_PASSWORD)
        .expect_error(4, "key-ignored");
    for words in [
        "Nothing that can be seen from here explains it",
        "AuthorizedKeysFile",
        "journalctl -u ssh",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(!told.contains("/nowhere"), "{told}");
}

#[test]
fn a_server_that_reads_no_list_but_asks_a_program_is_called_that() {
    for (program, words) in [
        (
            "/usr/bin/true",
            "asks a program which of them let in: /usr/bin/true",
        ),
        (
            "none",
            "reads no list of keys for this account (AuthorizedKeysFile none)",
        ),
    ] {
        let server = with_readable_settings(&format!(
            "AuthorizedKeysFile none\nAuthorizedKeysCommand {program}\nAuthorizedKeysCommandUser nobody\n"
        ));
        let person = Person::knowing(&server);
        let told = person
            .asks(&server, "install", &BY_PASSWORD)
            .expect_error(4, "key-ignored");
        assert!(told.contains(words) && !told.contains("settings say"), "{told}");
    }
}

#[test]
fn what_others_could_change_is_put_right_where_that_is_agreed_to() {
    let server = Sshd::with(PASSWORDS);
    let person = Person::knowing(&server);
    server.authorize("");
    let parts = [
        (server.home(), 0o777, 0o755),
        (server.home().join(".ssh"), 0o775, 0o755),
        (server.authorized_keys(), 0o666, 0o644),
    ];
    for (path, mode, _) in &parts {
        set_mode(path, *mode);
    }
    let told = person
        .asks(&server, "install", &BY_PASSWORD)
        .expect_error(4, "key-ignored");
    assert!(told.contains("--repair"), "{told}");
    let ran = person.asks(&server, "install", &[&BY_PASSWORD[..], &["--repair"]].concat());
    assert_eq!(ran.done()["proved"], true);
    assert!(ran.err.contains("put right on the server"), "{}", ran.err);
    for (path, _, mode) in &parts {
        use std::os::unix::fs::PermissionsExt as _;
        let now = std::fs::metadata(path).expect("it is there").permissions().mode();
        assert_eq!(now & 0o7777, *mode, "{}", path.display());
    }
}

#[test]
fn where_files_are_all_there_is_they_are_put_right_by_those() {
    let server = Sshd::with(&format!("{PASSWORDS}ForceCommand internal-sftp\n"));
    let person = Person::knowing(&server);
    server.authorize("");
    set_mode(&server.authorized_keys(), 0o666);
    let ran = person.asks(&server, "install", &[&BY_PASSWORD[..], &["--repair"]].concat());
    assert_eq!(ran.done()["proved"], true);
}

/// What an administrator's account on a Windows answers to commands.
const CMD: &[u8] = br"#!/bin/sh
case $2 in
    *whoami*) echo 'BUILTIN\Administrators Alias S-1-5-32-544 Group used for deny';;
    *ProgramData%) echo 'C:\ProgramData';;
    *icacls*) ;;
    *) exit 1;;
esac
";

#[test]
fn an_administrator_of_windows_whose_server_reads_their_own_list_is_put_there() {
    // As the advice has it that most follow: the block about administrators is commented out.
    for is_own in [true, false] {
        let list = if is_own {
            "/mnt/C:/Users/jo/.ssh/authorized_keys"
        } else {
            "/mnt/C:/ProgramData/ssh/administrators_authorized_keys"
        };
        let server = Sshd::with(&format!(
            "{PASSWORDS}StrictModes no\nAuthorizedKeysFile {list}\nChrootDirectory /mnt\n"
        ));
        server.folder().put_with_mode("cmd", CMD, 0o755);
        let accounts = server.folder().get_text("passwd");
        let (line, rest) = accounts.split_once('\n').expect("lines");
        let line = line
            .replace(&*server.home().to_string_lossy(), "/jo")
            .replace(":/bin/sh", ":/cmd");
        std::fs::write(server.folder().path("passwd"), format!("{line}\n{rest}")).expect("the accounts");
        let lay_out = format!(
            "mount -t tmpfs -o mode=755 none /mnt && mkdir -p /mnt/C:/Users/jo /mnt/C:/ProgramData/ssh /mnt/usr && \
             mount --bind /usr /mnt/usr && for name in bin lib lib64; do ln -s usr/$name /mnt/$name; done && \
             ln -s C:/Users/jo /mnt/jo && cp {} /mnt/cmd && chown -R --reference={} /mnt/C:",
            server.folder().path("cmd").display(),
            server.home().display()
        );
        among_the_servers_disks(&server, &["sh", "-c", &lay_out]);
        let person = Person::knowing(&server);
        let told = person.asks(&server, "install", &BY_PASSWORD).done();
        assert_eq!(told["proved"], true, "{told}");
        let place = if is_own {
            "~/.ssh/authorized_keys"
        } else {
            "C:/ProgramData/ssh/administrators_authorized_keys"
        };
        assert_eq!(told["place"], place);
        let others = if is_own {
            "/mnt/C:/ProgramData/ssh/administrators_authorized_keys"
        } else {
            "/mnt/C:/Users/jo/.ssh/authorized_keys"
        };
        let is_empty =
            format!("[ -e {list} ] && {{ [ -e {others} ] && [ -s {others} ]; }} && exit 1; exit 0");
        among_the_servers_disks(&server, &["sh", "-c", &is_empty]);
    }
}

#[test]
fn a_list_in_utf_16_is_named_with_its_place() {
    let server = Sshd::with(PASSWORDS);
    let person = Person::knowing(&server);
    server.authorize("");
    let line = person.line("old");
    let little: Vec<u8> = line.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = line.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        [&[0xff, 0xfe], &little[..]].concat(),
        little,
        [&[0xfe, 0xff], &big[..]].concat(),
        big,
    ] {
        std::fs::write(server.authorized_keys(), &bytes).expect("a list");
        let told = person
            .asks(&server, "install", &BY_PASSWORD)
            .expect_error(1, "malformed");
        assert!(told.contains("~/.ssh/authorized_keys on the server"), "{told}");
        assert_eq!(std::fs::read(server.authorized_keys()).expect("a list"), bytes);
    }
    // One line of it, as PowerShell's >> leaves it, and a name in Latin-1 are lines that sshd passes over, and stay.
    for bytes in [
        [line.as_bytes(), &[0xff, 0xfe, b's', 0, b's', 0, b'\n', 0, b'\n']].concat(),
        [line.trim_end().as_bytes(), b" M\xfcller\n"].concat(),
    ] {
        std::fs::write(server.authorized_keys(), &bytes).expect("a list");
        assert_eq!(
            person.asks(&server, "install", &BY_PASSWORD).done()["proved"],
            true
        );
        let after = std::fs::read(server.authorized_keys()).expect("a list");
        assert_eq!(after, [&bytes[..], person.line("new").as_bytes()].concat());
    }
}

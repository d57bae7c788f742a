//! What accounts are like: their login shells, what these run at each login, and where their homes lie.

use serde_json::Value;

use crate::failing::among_the_servers_disks;
use crate::person::Person;
use crate::sshd::{Sshd, give};

const PASSWORDS: &str = "UsePAM no\nPasswordAuthentication yes\n";

fn list(server: &Sshd) -> String {
    std::fs::read_to_string(server.authorized_keys()).expect("a list")
}

/// Gives the account this login shell.
fn with_shell(server: &Sshd, shell: &str) {
    server.set_account(|line| line.replace(":/bin/sh", &format!(":{shell}")));
}

/// Puts a key into a list of one and takes it off again; what was told of installing.
fn on_and_off(server: &Sshd, person: &Person) -> Value {
    let before = list(server);
    let told = person.asks(server, "install", &["-k", "new", "-i", "old"]).done();
    assert_eq!(
        (&told["proved"], &told["already_there"]),
        (&true.into(), &false.into()),
        "{told}"
    );
    assert_eq!(list(server), format!("{before}{}", person.line("new")));
    let gone = person
        .asks(server, "remove", &["--key", "new", "-i", "old"])
        .done();
    assert_eq!(gone["keys"][0]["gone"], true, "{gone}");
    assert_eq!(list(server), before);
    told
}

fn log_in(told: &Value) -> &str {
    told["log_in"].as_str().unwrap_or_default()
}

/// A server on which `old` lets in.
fn letting_in_old(lines: &str) -> (Sshd, Person) {
    let server = Sshd::with(lines);
    let person = Person::knowing(&server);
    server.authorize(&format!("# mine\n{}", person.line("old")));
    (server, person)
}

#[test]
fn every_login_shell_does_the_same() {
    for shell in ["fish", "tcsh", "csh", "zsh", "mksh", "ksh", "bash"] {
        let (server, person) = letting_in_old("");
        with_shell(&server, &crate::tools::found(shell).display().to_string());
        let told = on_and_off(&server, &person);
        assert!(log_in(&told).starts_with("ssh "), "{shell}: {told}");
    }
}

/// What people have in their start files, so that nothing goes as it does without them.
const START_FILES: [&str; 7] = [
    "echo Welcome; head -c 3000000 /dev/zero | tr '\\0' x; echo",
    "echo; echo keywright-look; echo keywright-done; echo 'keywright-failed 0123456789abcdef0123456789abcdef x'",
    "cd /; set -e -u -o noclobber -o pipefail; export SHELLOPTS",
    "shopt -s expand_aliases; alias cat='echo no' sh='echo no' exec='echo no'; rm() { echo no; }; mv() { echo no; }; export -f rm mv",
    "export CDPATH=/tmp:. LC_ALL=tr_TR.UTF-8 GREP_OPTIONS=-v POSIXLY_CORRECT=1 TMPDIR=/nowhere IFS=k; umask 000",
    "trap 'echo bye' EXIT DEBUG; exec 2>&1",
    "PATH=/nowhere",
];

#[test]
fn nothing_that_a_start_file_says_or_sets_comes_between() {
    for script in START_FILES {
        let (server, person) = letting_in_old("");
        with_shell(&server, "/bin/bash");
        std::fs::write(server.home().join(".bashrc"), format!("{script}\n")).expect("a file");
        let told = on_and_off(&server, &person);
        assert!(log_in(&told).starts_with("ssh "), "{script}: {told}");
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(server.authorized_keys())
                .expect("a list")
                .permissions(),
        );
        assert_eq!(mode & 0o777, 0o600, "{script}");
    }
}

#[test]
fn a_start_file_that_ends_itself_for_commands_leaves_ssh_the_way_to_log_in() {
    for (shell, script) in [
        ("/bin/bash", "case $- in *i*) ;; *) exit;; esac"),
        ("/bin/bash", "exec zsh -l"),
        ("/bin/bash", "exec bash --login -i"),
        (
            "/bin/bash",
            "echo open terminal failed: not a terminal >&2; exit 1",
        ),
        ("/bin/bash", "kill -9 $$"),
        ("/bin/rbash", "PATH=/nowhere"),
    ] {
        let (server, person) = letting_in_old("");
        with_shell(&server, shell);
        std::fs::write(server.home().join(".bashrc"), format!("{script}\n")).expect("a file");
        let told = on_and_off(&server, &person);
        assert!(log_in(&told).starts_with("ssh "), "{script}: {told}");
    }
}

#[test]
fn an_account_that_has_something_else_in_place_of_a_shell_is_reached_by_file_transfer() {
    let menu = "#!/bin/sh\necho 'Main menu'; echo '1) Quit'; read -r choice; exit 1\n";
    for shell in ["/usr/sbin/nologin", "/bin/false", "git-shell", "menu"] {
        let (server, person) = letting_in_old("");
        let place = match shell {
            "menu" => {
                server.folder().put_with_mode("menu", menu.as_bytes(), 0o755);
                server.folder().path("menu")
            }
            shell => crate::tools::found(shell),
        };
        with_shell(&server, &place.display().to_string());
        let told = on_and_off(&server, &person);
        // Where it is said that there is no shell, no command promises one.
        let is_said = shell == "/usr/sbin/nologin";
        assert_eq!(told["log_in"].is_null(), is_said, "{shell}: {told}");
        let files = told["log_in_to_files"].as_str().unwrap_or_default();
        assert!(files.starts_with("sftp "), "{shell}: {told}");
    }
    let (server, person) = letting_in_old("ChrootDirectory /mnt\nForceCommand internal-sftp\n");
    jail(&server);
    let told = on_and_off(&server, &person);
    assert!(told["log_in"].is_null(), "{told}");
    let ran = person.run(&[
        "install",
        &format!("jo@127.0.0.1:{}", server.port()),
        "-k",
        "new",
        "-i",
        "old",
    ]);
    assert!(
        ran.out
            .contains("The account has no shell; from now on you reach its files with: sftp "),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("log in with"), "{}", ran.out);
}

/// Lays out a folder in which the account is shut, and in which its home lies as well.
fn jail(server: &Sshd) {
    let home = server.home().display().to_string();
    let lay_out = format!(
        "mount -t tmpfs -o mode=755 none /mnt && mkdir -p '/mnt{home}' && mount --bind '{home}' '/mnt{home}'"
    );
    among_the_servers_disks(server, &["sh", "-c", &lay_out]);
}

#[test]
fn where_neither_a_shell_nor_files_are_given_no_words_of_a_library_are_told() {
    for lines in [
        "Subsystem sftp /bin/false\nForceCommand echo This account is for backups.\n",
        "Subsystem x /bin/false\nForceCommand echo This account is for backups.\n",
    ] {
        let (server, person) = letting_in_old(&format!("{PASSWORDS}{lines}"));
        for words in [&["-i", "old"][..], &["--password-file", "password"]] {
            let ran = person.asks(&server, "install", &[&["-k", "new"], words].concat());
            let told = ran.expect_error(4, "server-no-shell");
            assert!(told.contains("This account is for backups."), "{told}");
            assert!(
                !ran.err.contains("packet") && !ran.err.contains("warning"),
                "{}",
                ran.err
            );
        }
        assert_eq!(list(&server), format!("# mine\n{}", person.line("old")));
    }
}

#[test]
fn a_home_with_an_odd_name_is_a_home() {
    for name in ["my home", "o'home", "$HOME", "a\"b`c`", "-rf", "é*?[x]"] {
        let (server, person) = letting_in_old("StrictModes no\n");
        let home = server.folder().path(name);
        std::fs::create_dir(&home).expect("a folder");
        give(&home);
        std::fs::rename(server.home().join(".ssh"), home.join(".ssh")).expect("moved");
        server.set_account(|line| line.replace(&*server.home().to_string_lossy(), &home.to_string_lossy()));
        let told = person
            .asks(&server, "install", &["-k", "new", "-i", "old"])
            .done();
        assert_eq!(told["proved"], true, "{name}: {told}");
        let list = std::fs::read_to_string(home.join(".ssh/authorized_keys")).expect("a list");
        assert_eq!(
            list,
            format!("# mine\n{}{}", person.line("old"), person.line("new"))
        );
    }
}

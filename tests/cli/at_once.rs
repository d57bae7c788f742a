//! Several programs at one file: nothing that one has written is lost to another, and what is refused says so.

use std::process::{Child, Command, Stdio};
#[cfg(unix)]
use std::{
    fs,
    io::Write as _,
    thread,
    time::{Duration, Instant},
};

#[cfg(unix)]
use crate::support::QUICK;
use crate::support::{Home, Ran};

/// A run that has read the key, and waits for a passphrase that comes in a pipe.
#[cfg(unix)]
struct Waiting {
    child: Child,
    answer: fs::File,
}

#[cfg(unix)]
impl Waiting {
    /// The program is given `words`, and the passphrase that `option` asks for will come in a pipe.
    fn start(home: &Home, words: &[&str], option: &str) -> Self {
        let made = home.other("mkfifo").arg("pipe").status();
        assert!(made.expect("mkfifo, of coreutils").success());
        let child = home
            .command()
            .args(words)
            .args([option, "pipe", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let answer = Self::opened(home);
        Self { child, answer }
    }

    /// A pipe can be opened for writing once somebody waits for what comes; and it waits after it has read the key.
    fn opened(home: &Home) -> fs::File {
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
        let start = Instant::now();
        loop {
            let pipe = fs::OpenOptions::new()
                .write(true)
                .custom_flags(flags)
                .open(home.path("pipe"));
            match pipe {
                Ok(pipe) => return pipe,
                Err(_) if start.elapsed() < Duration::from_mins(1) => {
                    thread::sleep(Duration::from_millis(5));
                }
                Err(error) => panic!("it does not ask: {error}"),
            }
        }
    }

    fn answer(mut self, passphrase: &str) -> Ran {
        self.answer
            .write_all(format!("{passphrase}\n").as_bytes())
            .expect("it reads");
        drop(self.answer);
        self.child.wait_with_output().expect("it ends").into()
    }
}

#[cfg(unix)]
fn opens_with(home: &Home, passphrase: &str) -> bool {
    home.write("tried", format!("{passphrase}\n").as_bytes());
    let ran = home.run(&["info", "key", "--passphrase-file", "tried"]);
    assert!([Some(0), Some(3)].contains(&ran.status), "{}", ran.err);
    ran.status == Some(0)
}

#[cfg(unix)]
#[test]
fn a_new_passphrase_is_not_undone_by_a_change_that_began_before_it() {
    let home = Home::with_locked_key();
    home.write("new", b"another\n");
    let comment = Waiting::start(&home, &["comment", "key", "new comment"], "--passphrase-file");
    let passwd = [
        "passwd",
        "key",
        "--passphrase-file",
        "pass",
        "--new-passphrase-file",
        "new",
    ];
    home.run(&[&passwd[..], &QUICK].concat()).expect_status(0);
    let told = comment.answer("secret").expect_error(4, "io-changed");
    assert!(told.contains("Nothing was changed."), "{told}");
    assert!(opens_with(&home, "another") && !opens_with(&home, "secret"));
}

#[cfg(unix)]
#[test]
fn what_ssh_keygen_has_changed_meanwhile_is_kept() {
    let home = Home::with_locked_key();
    let words = ["passwd", "key", "--passphrase-file", "pass"];
    let passwd = Waiting::start(&home, &[&words[..], &QUICK].concat(), "--new-passphrase-file");
    home.tool(
        "ssh-keygen",
        &["-p", "-P", "secret", "-N", "another", "-f", "key"],
    );
    passwd.answer("mine").expect_error(4, "io-changed");
    assert!(opens_with(&home, "another") && !opens_with(&home, "mine"));
}

#[test]
fn of_keys_that_are_added_to_a_list_at_once_none_is_refused_or_lost() {
    const MANY: usize = 12;
    let home = Home::new();
    let names: Vec<String> = (0..MANY).map(|number| format!("key{number}")).collect();
    for name in &names {
        home.run(&["generate", "-o", name, "--no-passphrase"])
            .expect_status(0);
    }
    home.write("list", b"# mine\n");
    let all_at_once = |commands: Vec<Command>| {
        let running: Vec<Child> = commands
            .into_iter()
            .map(|mut command| {
                let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
                command.spawn().expect("it starts")
            })
            .collect();
        for child in running {
            Ran::from(child.wait_with_output().expect("it ends")).expect_status(0);
        }
    };
    let command = |words: &[&str]| {
        let mut command = home.command();
        command.args(words);
        command
    };
    let public = |name: &String| format!("{name}.pub");
    all_at_once(
        names
            .iter()
            .map(|name| command(&["authorized", "add", &public(name), "-f", "list"]))
            .collect(),
    );
    assert_eq!(home.read("list").lines().count(), MANY + 1);
    all_at_once(
        names
            .iter()
            .map(|name| command(&["authorized", "remove", &public(name), "-f", "list", "--force"]))
            .collect(),
    );
    assert_eq!(home.read("list"), "# mine\n");
}

#[test]
fn of_hosts_that_are_forgotten_at_once_none_is_refused_or_comes_back() {
    const MANY: usize = 12;
    let home = Home::with_key();
    let public = home.read("key.pub");
    let key: Vec<&str> = public.split(' ').take(2).collect();
    let lines: Vec<String> = (0..MANY)
        .map(|host| format!("host{host}.example {}\n", key.join(" ")))
        .collect();
    home.write("hosts", format!("# mine\n{}", lines.concat()).as_bytes());
    let running: Vec<Child> = (0..MANY)
        .map(|host| {
            let mut command = home.command();
            command.args([
                "known-hosts",
                "remove",
                &format!("host{host}.example"),
                "-f",
                "hosts",
            ]);
            let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().expect("it starts")
        })
        .collect();
    for child in running {
        Ran::from(child.wait_with_output().expect("it ends")).expect_status(0);
    }
    assert_eq!(home.read("hosts"), "# mine\n");
}

#[cfg(unix)]
fn has_other_names(told: &serde_json::Value) -> bool {
    let warnings = told["warnings"].as_array().expect("a list");
    warnings.iter().any(|warning| warning["code"] == "other-names")
}

#[cfg(unix)]
#[test]
fn an_old_passphrase_that_lives_on_under_another_name_is_said() {
    let home = Home::with_locked_key();
    home.write("new", b"another\n");
    fs::hard_link(home.path("key"), home.path("other")).expect("linked");
    let words = [
        "passwd",
        "key",
        "--passphrase-file",
        "pass",
        "--new-passphrase-file",
        "new",
    ];
    let told = home.object(&[&words[..], &QUICK].concat());
    assert!(has_other_names(&told), "{told}");
    home.run(&["info", "other", "--passphrase-file", "pass"])
        .expect_status(0);
    // Afterwards they are two files, and there is nothing to say.
    home.write("third", b"a third\n");
    let words = [
        "passwd",
        "key",
        "--passphrase-file",
        "new",
        "--new-passphrase-file",
        "third",
    ];
    let told = home.object(&[&words[..], &QUICK].concat());
    assert!(!has_other_names(&told), "{told}");
}

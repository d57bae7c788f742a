//! What `--fix` puts right: after that the real ssh gets in, and what was changed is what was said.

use std::collections::BTreeMap;
use std::path::Path;

use keywright::format::agent::Constraints;
use keywright::format::{self, Parsed};
use keywright::key::comment::Comment;
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};
use keywright::sys::agent::Agent;
use serde_json::Value;

use super::{Scene, first};
use crate::as_ssh::AtHome;
use crate::common::{Kind, seed};
use crate::person::Person;
use crate::sshd::{USER, set_mode};
use crate::support::SshAgent;

const PASSWORDS: &str = "UsePAM no\nPasswordAuthentication yes\n";
/// The account's password, to look from inside.
const INSIDE: [&str; 2] = ["--password-file", "password"];

/// Files and folders: each with its mode and what is in it.
type Tree = BTreeMap<String, (u32, Vec<u8>)>;

fn tree(tree: &mut Tree, prefix: &str, folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let metadata = entry.metadata().expect("it is there");
        let bytes = if metadata.is_file() {
            std::fs::read(entry.path()).unwrap_or_default()
        } else {
            Vec::new()
        };
        let mode = metadata.permissions().mode() & 0o7777;
        tree.insert(name.clone(), (mode, bytes));
        if metadata.is_dir() {
            self::tree(tree, &format!("{name}/"), &entry.path());
        }
    }
}

impl Scene {
    /// What lies at the person's home, and at the account's on the server.
    fn trees(&self) -> Tree {
        let mut all = Tree::new();
        tree(&mut all, "~/", &self.person.home.path(""));
        tree(&mut all, "server:~/", &self.server.home());
        all.remove("~/passwd");
        all
    }

    /// ssh's configuration: the server as `web`.
    fn configured(&self, lines: &str) {
        let port = self.server.port();
        let text =
            format!("Host web\n HostName 127.0.0.1\n Port {port}\n User {USER}\n UpdateHostKeys no\n{lines}");
        self.person.home.put(".ssh/config", text.as_bytes());
        set_mode(&self.person.home.path(".ssh/config"), 0o600);
    }

    /// Takes a key to a name in `~/.ssh`.
    fn keyed(&self, name: &str) {
        let home = &self.person.home;
        home.put(&format!(".ssh/{name}"), &home.get("new"));
        set_mode(&home.path(&format!(".ssh/{name}")), 0o600);
    }

    fn doctor(&self, words: &[&str]) -> Value {
        let program = env!("CARGO_BIN_EXE_keywright-cli");
        let words = [&[program, "doctor", "web", "--json"], words].concat();
        let (_, said) = AtHome(&self.person).run(&words);
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
    }

    /// Holds that ssh does not get in for this cause, that the Doctor mends it, and that ssh gets in then. `changed` is all
    /// that is changed.
    #[track_caller]
    fn mends(&self, cause: &str, words: &[&str], changed: &[&str]) {
        let home = AtHome(&self.person);
        let (is_in, said) = home.ssh("web");
        assert!(!is_in, "{cause}: ssh gets in: {said}");
        let found = self.doctor(words);
        assert_eq!(first(&found), cause, "{found:#}");
        if cause == "too-many-keys" {
            let command = found["verdicts"][0]["fix"]["command"].as_str();
            assert!(
                command.is_some_and(|command| command.contains(" -i ~/.ssh/work ")),
                "{found:#}"
            );
        }
        let before = self.trees();
        let would = self.doctor(&[words, &["--fix", "--dry-run"]].concat());
        assert_eq!(
            before,
            self.trees(),
            "{cause}: looking changes nothing: {would:#}"
        );
        assert!(
            would["fixed"].as_array().is_some_and(|would| !would.is_empty()),
            "{cause}: {would:#}"
        );
        let mended = self.doctor(&[words, &["--fix"]].concat());
        assert_eq!(first(&mended), "works", "{cause}: {mended:#}");
        let (is_in, said) = home.ssh("web");
        assert!(is_in, "{cause}: {said}\n{mended:#}");
        let after = self.trees();
        let differs = |name: &&String| before.get(*name) != after.get(*name);
        let names = before
            .keys()
            .chain(after.keys().filter(|name| !before.contains_key(*name)));
        let differing: Vec<&str> = names.filter(differs).map(String::as_str).collect();
        let (mut expected, mut found) = (changed.to_vec(), differing.clone());
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{cause}: {mended:#}");
        let told = mended["fixed"].to_string();
        for name in differing {
            let name = name.trim_start_matches("server:");
            assert!(told.contains(name), "{cause}: {name} is not in {told}");
        }
    }
}

#[test]
fn what_keeps_a_key_of_this_computer_out_is_put_right_and_ssh_gets_in() {
    let scene = Scene::with("");
    let home = &scene.person.home;
    scene.server.authorize(&scene.person.line("new"));
    scene.configured("");

    scene.keyed("id_ed25519");
    set_mode(&home.path(".ssh/id_ed25519"), 0o644);
    scene.mends("key-file-permissions", &[], &["~/.ssh/id_ed25519"]);

    set_mode(&home.path(".ssh/config"), 0o666);
    scene.mends("config-permissions", &[], &["~/.ssh/config"]);

    // Only a key without a usual name is there.
    std::fs::remove_file(home.path(".ssh/id_ed25519")).expect("it was there");
    scene.keyed("work");
    scene.mends("no-key-offered", &[], &["~/.ssh/config"]);
    assert!(
        home.get_text(".ssh/config")
            .starts_with("Host web\n    IdentityFile ~/.ssh/work\n    IdentitiesOnly yes\n")
    );

    let agent = SshAgent::at(home.path("agent"));
    let asks_it = format!(" IdentityAgent {}\n", agent.socket().display());
    scene.configured(&asks_it);
    scene.mends("agent-empty", &[], &["~/.ssh/config"]);

    let there = Agent::at(agent.socket());
    let Ok(Parsed::Private(file)) = format::parse(&home.get("new")) else {
        panic!("it is a key");
    };
    let added = there.add(&file.key, None, &Comment::default(), Constraints::default());
    added.expect("it takes the key");
    scene.configured(&format!("{asks_it} IdentitiesOnly yes\n"));
    scene.mends("identities-only", &[], &["~/.ssh/config"]);

    let print = Fingerprint::of(file.key.public(), FingerprintKind::Sha256).to_string();
    assert!(there.remove(&print_blob(&there, &print)).is_ok());
    for number in 0..9 {
        let key = Kind::Ed25519.new_key(seed().wrapping_add(900 + number));
        let added = there.add(&key, None, &Comment::default(), Constraints::default());
        added.expect("it takes the key");
    }
    scene.configured(&format!("{asks_it} IdentityFile ~/.ssh/work\n"));
    scene.mends("too-many-keys", &[], &["~/.ssh/config"]);
}

fn print_blob(agent: &Agent, print: &str) -> Vec<u8> {
    let listed = agent.list().expect("it answers");
    let is_it =
        |key: &keywright::key::PublicKey| Fingerprint::of(key, FingerprintKind::Sha256).to_string() == print;
    let found = listed.into_iter().find(|listed| listed.key().is_some_and(is_it));
    found.expect("it has the key").blob
}

#[test]
fn a_key_that_cannot_be_read_gets_a_clean_file_and_the_old_one_is_kept() {
    let scene = Scene::with("");
    let home = &scene.person.home;
    scene.server.authorize(&scene.person.line("new"));
    scene.configured("");
    scene.keyed("id_ed25519");
    let clean = home.get_text(".ssh/id_ed25519");
    home.put(".ssh/id_ed25519", clean.replace('\n', "\r\n").as_bytes());
    let kept = |scene: &Scene| {
        let all = scene.trees();
        let kept = all.keys().filter(|name| name.starts_with("~/.ssh/removed"));
        kept.cloned().collect::<Vec<_>>()
    };
    assert!(kept(&scene).is_empty());
    let before = scene.trees();
    let mended = scene.doctor(&["--fix"]);
    assert_eq!(first(&mended), "works", "{mended:#}");
    assert!(AtHome(&scene.person).ssh("web").0);
    assert_eq!(home.get_text(".ssh/id_ed25519"), clean);
    let after = scene.trees();
    let new: Vec<&String> = after.keys().filter(|name| !before.contains_key(*name)).collect();
    let told = mended["fixed"].to_string();
    assert!(
        new.iter()
            .filter(|name| after[**name].1.contains(&b'\r'))
            .any(|name| told.contains(name.as_str())),
        "the old one is kept where that was said: {new:?} {told}"
    );

    // The public half of another key.
    home.put(".ssh/id_ed25519.pub", &home.get("old.pub"));
    let (is_in, _) = AtHome(&scene.person).ssh("web");
    assert!(!is_in);
    assert_eq!(first(&scene.doctor(&[])), "public-half-mismatch");
    let mended = scene.doctor(&["--fix"]);
    assert_eq!(first(&mended), "works", "{mended:#}");
    assert!(AtHome(&scene.person).ssh("web").0);
}

#[test]
fn what_keeps_a_key_out_on_the_server_is_put_right_and_ssh_gets_in() {
    let scene = Scene::with(PASSWORDS);
    let line = scene.person.line("new");
    scene.configured("");
    scene.keyed("id_ed25519");
    let server = &scene.server;

    server.authorize(&line);
    set_mode(&server.home().join(".ssh"), 0o777);
    scene.mends("server-permissions", &INSIDE, &["server:~/.ssh"]);
    set_mode(&server.authorized_keys(), 0o666);
    let list = "server:~/.ssh/authorized_keys";
    scene.mends("server-permissions", &INSIDE, &[list]);

    let (head, tail) = line.split_at(40);
    let others = scene.person.line("old");
    server.authorize(&format!("# ours\n{others}{head}\n{tail}"));
    scene.mends("line-damaged", &INSIDE, &[list]);
    let text = std::fs::read_to_string(server.authorized_keys()).expect("a list");
    assert_eq!(text, format!("# ours\n{others}{line}"));
}

#[test]
fn a_key_in_the_wrong_list_is_put_into_the_one_that_the_server_reads() {
    let server = crate::read_elsewhere::with_readable_settings("AuthorizedKeysFile .keys/list\n");
    let person = Person::knowing(&server);
    let scene = Scene { server, person };
    scene.configured("");
    scene.keyed("id_ed25519");
    scene.server.authorize(&scene.person.line("new"));
    scene.mends(
        "server-list-elsewhere",
        &INSIDE,
        &["server:~/.keys", "server:~/.keys/list"],
    );
}

#[test]
fn a_new_host_key_takes_the_place_of_the_old_one_once_its_fingerprint_was_named() {
    let scene = Scene::with("");
    let home = &scene.person.home;
    scene.server.authorize(&scene.person.line("new"));
    scene.configured("");
    scene.keyed("id_ed25519");
    let known = home.get_text(".ssh/known_hosts");
    let host = known.split(' ').next().expect("a name");
    let others =
        "example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8GD2UUNt2hzXZfjn9VQ8nR3ZQkTy1o8l0mO4RC4rJE\n";
    let print =
        |kind: &str| Fingerprint::of(&scene.server.host_key(kind), FingerprintKind::Sha256).to_string();
    let right = print("ed25519");
    let old = format!("{others}{host} {}", scene.person.line("old"));
    home.put(".ssh/known_hosts", old.as_bytes());

    // Not with another fingerprint, and not without one.
    for words in [&["--fix"][..], &["--fix", "--accept-host-key", &print("ecdsa")]] {
        let found = scene.doctor(words);
        assert_eq!(first(&found), "host-key-changed", "{found:#}");
        assert!(found.to_string().contains(&right), "{found:#}");
        assert_eq!(home.get_text(".ssh/known_hosts"), old);
    }
    let accept = ["--accept-host-key", right.as_str()];
    scene.mends(
        "host-key-changed",
        &accept,
        &["~/.ssh/known_hosts", "~/.ssh/known_hosts.old"],
    );
    assert!(home.get_text(".ssh/known_hosts").starts_with(others));
}

#[test]
fn a_key_of_puttys_that_the_configuration_names_gets_a_copy_that_ssh_reads() {
    let scene = Scene::with("");
    let home = &scene.person.home;
    scene.server.authorize(&scene.person.line("new"));
    let puttygen = home.tool("puttygen");
    let made = puttygen.args(["new", "-O", "private", "-o", ".ssh/work.ppk"]);
    made.output().expect("a key of PuTTY's");
    set_mode(&home.path(".ssh/work.ppk"), 0o600);
    scene.configured(" IdentityFile ~/.ssh/work.ppk\n");
    // This computer has the same to say, and a log of ssh's, too.
    let here = scene.person.run(&["doctor", "--json"]).object();
    let of_putty = here["verdicts"].as_array().expect("a list").iter();
    let mut of_putty = of_putty.filter(|verdict| verdict["cause"] == "key-file-format");
    let message = of_putty.next().map(|verdict| verdict["message"].to_string());
    assert!(
        message.is_some_and(|message| message.contains("PuTTY")),
        "{here:#}"
    );
    let path = home.path(".ssh/work.ppk").display().to_string();
    let log = format!(
        "debug1: Authenticating to web:22 as 'jo'\nLoad key \"{path}\": error in libcrypto\njo@web: Permission denied (publickey).\n"
    );
    home.put("log", log.as_bytes());
    let told = scene.person.run(&["doctor", "--log", "log", "--json"]).object();
    assert_eq!(told["verdicts"][0]["certainty"], "certain", "{told:#}");
    assert!(!told.to_string().contains("is sound by now"), "{told:#}");

    let copy = ["~/.ssh/config", "~/.ssh/work", "~/.ssh/work.pub"];
    scene.mends("key-file-format", &[], &copy);
    let read = home.tool("ssh-keygen").args(["-y", "-f", ".ssh/work"]).output();
    assert!(
        scene
            .person
            .line("new")
            .starts_with(read.expect("ssh reads it").trim())
    );
}

#[test]
fn a_key_with_a_passphrase_goes_into_the_agent_and_ssh_gets_in_without_being_asked() {
    let scene = Scene::with("");
    let home = &scene.person.home;
    home.put("pass", b"correct horse\n");
    let words = [
        "generate",
        "-o",
        ".ssh/id_ed25519",
        "--new-passphrase-file",
        "pass",
        "-C",
        "me",
    ];
    scene.person.run(&words).expect_status(0);
    scene.server.authorize(&home.get_text(".ssh/id_ed25519.pub"));
    scene.configured("");
    let agent = SshAgent::at(home.path("agent"));
    let place = format!("SSH_AUTH_SOCK={}", agent.socket().display());
    let at_home = AtHome(&scene.person);
    let ssh = |v: &str| at_home.run(&["env", &place, "ssh", v, "-o", "BatchMode=yes", "web", "true"]);
    let (is_in, said) = ssh("-v");
    assert!(!is_in, "{said}");
    home.put("log", said.as_bytes());
    let doctor = |words: &[&str]| {
        let program = env!("CARGO_BIN_EXE_keywright-cli");
        let all = [
            &["env", &place, program, "doctor", "--log", "log", "--json"],
            words,
        ]
        .concat();
        let (_, said) = at_home.run(&all);
        let told: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
        told
    };
    // Nobody is asked, and without its passphrase the agent cannot be given the key.
    let told = doctor(&["--fix"]);
    assert_eq!(first(&told), "key-file-passphrase", "{told:#}");
    assert_eq!(told["verdicts"][0]["fix"]["repairable"], false, "{told:#}");
    let there = Agent::at(agent.socket());
    assert!(there.list().expect("it answers").is_empty());
    let given = ["--passphrase-file", "pass", "--fix"];
    let told = doctor(&[&given[..], &["--dry-run"]].concat());
    assert!(
        there.list().expect("it answers").is_empty(),
        "looking changes nothing"
    );
    let would = told["fixed"][0].as_str().expect("a sentence");
    assert!(
        would.starts_with("Would put ~/.ssh/id_ed25519 into the agent"),
        "{would}"
    );
    let told = doctor(&given);
    assert_eq!(there.list().expect("it answers").len(), 1, "{told:#}");
    assert!(
        told.to_string().contains("your agent has the key by now"),
        "{told:#}"
    );
    let (is_in, said) = ssh("-q");
    assert!(is_in, "{said}");
}

#[test]
fn an_agent_is_started_where_ssh_looks_for_one_and_none_answers() {
    let scene = Scene::with("");
    let home = &scene.person.home;
    scene.configured("");
    let place = home.path("dead");
    // Its socket outlives an agent that was killed.
    drop(std::os::unix::net::UnixListener::bind(&place).expect("a socket"));
    let named = format!("SSH_AUTH_SOCK={}", place.display());
    let at_home = AtHome(&scene.person);
    let doctor = |words: &[&str]| {
        let program = env!("CARGO_BIN_EXE_keywright-cli");
        let (_, said) = at_home.run(&[&["env", &named, program, "doctor", "--json"], words].concat());
        let told: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
        told
    };
    let told = doctor(&[]);
    let verdicts = told["verdicts"].as_array().expect("a list");
    let missing = verdicts
        .iter()
        .find(|verdict| verdict["cause"] == "agent-missing");
    let command = missing.map(|verdict| verdict["fix"]["command"].clone());
    let command = command.unwrap_or_else(|| panic!("{told:#}"));
    let command = command.as_str().expect("a command");
    assert_eq!(command, format!("ssh-agent -a {}", place.display()));
    let told = doctor(&["--fix", "--dry-run"]);
    assert!(
        told["fixed"].to_string().contains("start an agent with"),
        "{told:#}"
    );
    let ask = || at_home.run(&["env", &named, "ssh-add", "-l"]).1;
    assert!(
        ask().contains("Error connecting to agent"),
        "looking changes nothing"
    );

    let told = doctor(&["--fix"]);
    let (said, fixed) = (ask(), told["fixed"].to_string());
    let started = std::process::Command::new("pgrep").args(["-f", command]).output();
    let started = String::from_utf8(started.expect("pgrep (procps)").stdout).expect("numbers");
    let mut kill = crate::sshd::as_root("kill");
    assert!(
        kill.args(started.split_whitespace())
            .status()
            .expect("kill")
            .success()
    );
    assert!(said.contains("The agent has no identities"), "{said}\n{told:#}");
    assert!(
        fixed.contains("An agent answers at") && fixed.contains("ssh-agent -a"),
        "{fixed}"
    );
    assert!(!told.to_string().contains("agent-missing"), "{told:#}");
}

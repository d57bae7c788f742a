//! Other programs on either side: dropbear, plink, an agent that refuses, a configuration that ssh refuses.

use keywright::format::agent::Constraints;
use keywright::format::{self, Parsed};
use keywright::key::comment::Comment;
use keywright::sys::agent::Agent;

use super::{Scene, cause_of, first};
use crate::person::Person;
use crate::sshd::{Sshd, set_mode};
use crate::support::SshAgent;

const SSH: [&str; 4] = ["-i", "new", "-o", "IdentitiesOnly=yes"];

#[test]
fn dropbear_and_its_log_are_understood() {
    let server = Sshd::dropbear();
    let person = Person::knowing(&server);
    let scene = Scene { server, person };
    scene.server.authorize(&scene.person.line("new"));
    scene
        .asks(&SSH, &["--key", "new"])
        .expect("works", "works", "works");
    set_mode(&scene.server.home().join(".ssh"), 0o777);
    let told = scene.asks(&SSH, &["--key", "new"]);
    told.expect("key-not-authorized", "key-not-authorized", "server-permissions");
    let told = scene.asks_as("nobody-of-this-name", &SSH, &["--key", "new"]);
    told.expect("key-not-authorized", "key-not-authorized", "account-unknown");
}

#[test]
fn what_plink_prints_is_understood() {
    let scene = Scene::with("");
    let home = &scene.person.home;
    for (from, to) in [("new", "new.ppk"), ("old", "old.ppk")] {
        let tool = home.tool("puttygen").args([from, "-O", "private", "-o", to]);
        tool.output().expect("a PuTTY key");
    }
    scene.server.authorize(&scene.person.line("new"));
    let port = scene.server.port().to_string();
    let print = home
        .tool("ssh-keygen")
        .arg("-lf")
        .arg(scene.server.folder().path("host_ed25519.pub"));
    let print = print.output().expect("a fingerprint");
    let print = print.split(' ').nth(1).expect("SHA256:…").to_owned();
    let ask = |key: &str| {
        let tool = home
            .tool("plink")
            .args(["-v", "-batch", "-ssh", "-hostkey", &print, "-P", &port, "-i", key]);
        let ran = tool.args(["jo@127.0.0.1", "true"]).run();
        (cause_of(&ran.stderr), ran.stderr)
    };
    home.put(
        "broken.ppk",
        home.get_text("new.ppk")
            .replace("Comment: new", "Comment: mew")
            .as_bytes(),
    );
    home.put(
        "newer.ppk",
        home.get_text("new.ppk").replace("File-3", "File-9").as_bytes(),
    );
    for (key, cause) in [
        ("new.ppk", "works"),
        ("old.ppk", "key-not-authorized"),
        ("new", "ppk-wanted"),
        ("new.pub", "key-file-public"),
        ("nowhere.ppk", "key-file-missing"),
        ("broken.ppk", "ppk-damaged"),
        ("newer.ppk", "ppk-too-new"),
    ] {
        let (found, text) = ask(key);
        assert_eq!(found, cause, "{key}: {text}");
    }
}

#[test]
fn an_agent_that_refuses_to_sign_is_told() {
    let scene = Scene::with("");
    let home = &scene.person.home;
    scene.server.authorize(&scene.person.line("new"));
    let theirs = SshAgent::at(home.path("agent"));
    let Ok(Parsed::Private(file)) = format::parse(&home.get("new")) else {
        panic!("it is a key");
    };
    // It asks before each use, and nobody is there to answer.
    let asks = Constraints {
        confirm: true,
        ..Constraints::default()
    };
    let added = Agent::at(theirs.socket()).add(&file.key, None, &Comment::default(), asks);
    added.expect("it takes the key");
    let agent = format!("IdentityAgent={}", theirs.socket().display());
    home.put(
        ".ssh/config",
        format!("IdentityFile none\n{}\n", agent.replace('=', " ")).as_bytes(),
    );
    let told = scene.asks(&["-o", "IdentityFile=none", "-o", &agent], &[]);
    told.expect("agent-refused", "agent-refused", "");
}

#[test]
fn a_configuration_that_ssh_refuses_is_told() {
    let scene = Scene::with("");
    let home = &scene.person.home;
    home.put("bad", b"Host *\n  NoSuchOption yes\n");
    let ran = home.tool("ssh").args(["-v", "-F", "bad", "jo@127.0.0.1"]).run();
    assert_eq!(cause_of(&ran.stderr), "config-error", "{}", ran.stderr);
    let live = scene.live("jo", &["--key", "new"]);
    assert_eq!(first(&live), "key-not-authorized", "{live}");
}

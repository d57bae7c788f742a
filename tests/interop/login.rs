//! Keys of ours log in to a real server, and others do not.

use keywright::engine::saving::{Choice, Plan, Strength};
use keywright::format::{Outgoing, public_line};
use keywright::key::KeyPair;
use keywright::key::comment::Comment;
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};
use keywright::secret::Passphrase;

use crate::common::{Kind, seed};
use crate::matrix::{FEW_ROUNDS, argon2, secrets};
use crate::server::Server;
use crate::ssh_agent::SshAgent;
use crate::tools::{Folder, Tool, hold, mode, same};

fn comment() -> Comment {
    Comment::new("logs in").expect("it is a comment")
}

fn line(key: &KeyPair) -> String {
    public_line::encode(key.public(), &comment())
}

/// Saves a key as the program does, and the modes are the ones that ssh insists on.
fn save(folder: &Folder, choice: Choice, name: &str, key: &KeyPair, passphrase: Option<&str>) {
    let strength = Strength {
        rounds: FEW_ROUNDS,
        argon2: argon2()[0],
        ..Strength::default()
    };
    let plan = Plan::private(choice, &folder.path(name), strength);
    let outgoing = Outgoing {
        key,
        comment: &comment(),
        certificate: None,
    };
    let passphrase = passphrase.map(|text| Passphrase::new(text.to_owned()));
    let stored = plan
        .write(outgoing, passphrase.as_ref())
        .unwrap_or_else(|problem| panic!("{problem:?}"));
    assert!(stored.warnings.is_empty(), "{:?}", stored.warnings);
    for path in plan.paths() {
        let is_public = path.extension().is_some_and(|extension| extension == "pub");
        let allowed = if is_public { 0o644 } else { 0o600 };
        assert_eq!(mode(path) & !allowed, 0, "{}", path.display());
    }
}

/// Runs a command that only a shell on the server can have answered.
fn logs_in(name: &str, tool: Tool) -> Result<(), String> {
    let printed = tool
        .arg("echo $((6 * 7)) $SSH_CONNECTION")
        .output()
        .map_err(|complaint| format!("{name}: {complaint}"))?;
    let is_answer = printed.starts_with("42 127.0.0.1 ");
    is_answer.then_some(()).ok_or(format!("{name}: {printed}"))
}

fn is_refused(name: &str, tool: Tool) -> Result<(), String> {
    let ran = tool.arg("echo in").run();
    let words = [
        "Permission denied",
        "No supported authentication methods available",
    ];
    let is_refused = !ran.is_success && words.iter().any(|words| ran.stderr.contains(words));
    is_refused
        .then_some(())
        .ok_or_else(|| format!("{name} was not refused: {}", ran.complaint()))
}

#[test]
fn ssh_logs_in_with_every_key_that_we_make() {
    let server = Server::admitting(&Kind::MADE.map(|kind| line(kind.key())));
    let folder = Folder::new();
    let check = |kind: Kind| {
        let name = format!("{kind:?}");
        save(&folder, Choice::OpenSsh, &name, kind.key(), None);
        logs_in(&name, server.ssh(&folder).args(["-i", &name]))
    };
    let results: Vec<_> = Kind::MADE.map(check).into();
    let log = server.log();
    hold(results);
    for kind in Kind::MADE {
        let fingerprint = Fingerprint::of(kind.key().public(), FingerprintKind::Sha256);
        let accepted = format!("{} {fingerprint}", kind.key().algorithm().title());
        let is_logged = log
            .lines()
            .any(|line| line.starts_with("Accepted publickey") && line.ends_with(&accepted));
        assert!(is_logged, "the server did not accept {accepted}:\n{log}");
    }
}

#[test]
fn plink_logs_in_with_every_key_that_we_make() {
    let server = Server::admitting(&Kind::MADE.map(|kind| line(kind.key())));
    let folder = Folder::new();
    let mut results = Vec::new();
    for kind in Kind::MADE {
        for (choice, version) in [(Choice::Ppk, 3), (Choice::Ppk2, 2)] {
            let name = format!("{kind:?}_v{version}.ppk");
            save(&folder, choice, &name, kind.key(), None);
            let tool = server.plink(&folder).args(["-i", &name, "127.0.0.1"]);
            results.push(logs_in(&name, tool));
        }
    }
    hold(results);
}

#[test]
fn encrypted_keys_log_in_through_the_agent() {
    let server = Server::admitting(&Kind::MADE.map(|kind| line(kind.key())));
    let folder = Folder::new();
    let mut agent = SshAgent::at(folder.path("agent"));
    let mut results = Vec::new();
    for (kind, secret) in Kind::MADE.into_iter().zip(secrets().into_iter().cycle()) {
        let name = format!("{kind:?}");
        save(&folder, Choice::OpenSsh, &name, kind.key(), Some(secret.text));
        // Where the passphrase is asked for, this answers.
        folder.put("passphrase", secret.text.as_bytes());
        folder.put_with_mode("askpass", b"#!/bin/sh\ncat passphrase\n", 0o700);
        let added = folder
            .tool("ssh-add")
            .env("SSH_AUTH_SOCK", agent.socket())
            .env("SSH_ASKPASS", folder.path("askpass"))
            .arg(&name)
            .output();
        results.push(added.and_then(|_| {
            // Only the public half is named, so that it is the agent that signs.
            let ssh = server.ssh(&folder).args(["-i", &format!("{name}.pub")]);
            logs_in(&name, ssh.env("SSH_AUTH_SOCK", agent.socket()))
        }));
    }
    let listed = folder
        .tool("ssh-add")
        .env("SSH_AUTH_SOCK", agent.socket())
        .arg("-l")
        .output();
    results.push(listed.and_then(|listed| {
        let expected = Kind::MADE
            .into_iter()
            .map(|kind| {
                let key = kind.key().public();
                let fingerprint = Fingerprint::of(key, FingerprintKind::Sha256);
                let title = key.algorithm().title();
                format!("{} {fingerprint} {} ({title})", key.bits(), comment())
            })
            .collect::<Vec<_>>()
            .join("\n");
        same("ssh-add -l", listed.trim_end(), &expected)
    }));
    hold(results);
    assert!(agent.is_alive());
}

#[test]
fn a_key_that_the_server_does_not_know_is_refused() {
    let server = Server::admitting(&[line(Kind::Ed25519.key())]);
    let folder = Folder::new();
    let stranger = Kind::Ed25519.new_key(seed().wrapping_add(1));
    save(&folder, Choice::Both, "stranger", &stranger, None);
    hold(vec![
        is_refused("ssh", server.ssh(&folder).args(["-i", "stranger"])),
        is_refused(
            "plink",
            server.plink(&folder).args(["-i", "stranger.ppk", "127.0.0.1"]),
        ),
    ]);
}

#[test]
fn an_encrypted_key_without_its_passphrase_does_not_log_in() {
    let key = Kind::Ed25519.key();
    let server = Server::admitting(&[line(key)]);
    let folder = Folder::new();
    save(&folder, Choice::OpenSsh, "locked", key, Some("secret"));
    hold(vec![is_refused(
        "ssh",
        server.ssh(&folder).args(["-i", "locked"]),
    )]);
}

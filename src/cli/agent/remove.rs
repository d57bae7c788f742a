//! `agent remove`: has an agent forget keys.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::{Which, entry, name};
use crate::cli::console::{Console, print_object};
use crate::cli::key_file::KeyFile;
use crate::cli::passphrases::OldPassphrase;
use crate::cli::work;
use crate::engine::agents::{entries_of, entries_with, line_of};
use crate::engine::{Blame, Problem};
use crate::format::DecodeError;
use crate::format::agent::ListedKey;
use crate::key::comment::escaped;
use crate::key::fingerprint::{FingerprintKind, is_fingerprint};
use crate::sys::agent::Agent;

/// Have an agent forget keys
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli agent remove ~/.ssh/id_ed25519.pub
  keywright-cli agent remove SHA256:Bkl1…
  keywright-cli agent remove --all

A key goes with its certificates. The file may be the private key, for which no passphrase is needed \
as a rule, or the public one; nothing is changed in it.")]
pub(super) struct Remove {
    /// Key files, or fingerprints as `agent list` shows them
    #[arg(required_unless_present = "all", value_name = "FILE|FINGERPRINT")]
    keys: Vec<OsString>,
    /// Have every key forgotten
    #[arg(long, conflicts_with = "keys")]
    all: bool,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

impl Remove {
    pub(super) fn run(self, console: Console) -> ExitCode {
        let agent = match self.which.one(console) {
            Ok(agent) => agent,
            Err(problem) => return console.end(Err(problem)),
        };
        if self.all {
            return console.end(remove_all(&agent, console));
        }
        let named = |word: &OsString| escaped(word.as_encoded_bytes());
        console.for_each(&self.keys, named, |word| self.remove(word, &agent, console))
    }

    fn remove(&self, word: &OsString, agent: &Agent, console: Console) -> Result<(), Problem> {
        let fingerprint = word.to_str().filter(|word| is_fingerprint(word));
        let keys = list(agent, console)?;
        let meant = if let Some(fingerprint) = fingerprint {
            entries_with(&keys, fingerprint)
        } else {
            let file = KeyFile::from(word.clone());
            file.check_input(self.passphrase.takes_standard_input())?;
            let parsed = file.with_public(file.parse()?, &self.passphrase, console)?;
            entries_of(&keys, parsed.public().ok_or(DecodeError::NeedsPassphrase)?)
        };
        if meant.is_empty() {
            return Err(Problem::new(
                "not-in-agent",
                Blame::Key,
                format!("the key agent at {} does not hold this key", name(agent)),
                "“keywright-cli agent list” shows the keys that it holds. Another agent may have it: name that with --agent.",
            ));
        }
        for listed in &meant {
            let (there, blob) = (agent.clone(), listed.blob.clone());
            work::run(console, "Removing the key", move |_| there.remove(&blob))??;
        }
        tell(agent, meant, console)
    }
}

fn list(agent: &Agent, console: Console) -> Result<Vec<ListedKey>, Problem> {
    let there = agent.clone();
    Ok(work::run(console, "Asking the agent", move |_| there.list())??)
}

fn remove_all(agent: &Agent, console: Console) -> Result<(), Problem> {
    let keys = list(agent, console)?;
    let there = agent.clone();
    work::run(console, "Removing the keys", move |_| there.remove_all())??;
    tell(agent, keys.iter().collect(), console)
}

fn tell(agent: &Agent, removed: Vec<&ListedKey>, console: Console) -> Result<(), Problem> {
    if console.is_json() {
        let removed: Vec<_> = removed.into_iter().map(entry).collect();
        return print_object(&json!({ "agent": name(agent), "removed": removed }));
    }
    if removed.is_empty() {
        return console.say("The agent held no keys");
    }
    removed.into_iter().try_for_each(|listed| {
        console.say(&format!(
            "Removed from the agent: {}",
            line_of(listed, FingerprintKind::Sha256)
        ))
    })
}

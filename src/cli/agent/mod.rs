//! `agent`: the keys that agents hold, listed, added and removed.

mod add;
mod list;
mod remove;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::console::{Console, shown};
use super::{json as shape, work};
use crate::engine::agents::{description_of, fingerprint_of};
use crate::engine::describe::Description;
use crate::engine::{Problem, agents};
use crate::format::agent::{Held, ListedKey};
use crate::key::fingerprint::FingerprintKind;
use crate::sys::agent::Agent as KeyAgent;

/// List, add and remove the keys that agents hold
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Examples:
  keywright-cli agent list
  keywright-cli agent add ~/.ssh/id_ed25519 --lifetime 8h
  keywright-cli agent add key.ppk --confirm
  keywright-cli agent remove ~/.ssh/id_ed25519
  keywright-cli agent remove --all

An agent holds opened keys, so that a passphrase is typed once. It is found by SSH_AUTH_SOCK; on \
Windows, OpenSSH's service and Pageant are found by themselves."
)]
pub(super) struct Agent {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(list::List),
    Add(add::Add),
    Remove(remove::Remove),
}

/// Which agent is meant.
#[derive(Args, Debug)]
struct Which {
    /// The agent's socket or pipe, instead of the one that ssh would use
    #[arg(id = "agent", long = "agent", value_name = "SOCKET")]
    place: Option<PathBuf>,
}

impl Agent {
    pub(super) fn run(self, console: Console) -> ExitCode {
        match self.action {
            Action::List(action) => action.run(console),
            Action::Add(action) => action.run(console),
            Action::Remove(action) => action.run(console),
        }
    }
}

impl Which {
    fn one(&self, console: Console) -> Result<KeyAgent, Problem> {
        let place = self.place.clone();
        work::run(console, "Asking the agent", move |_| {
            agents::chosen(place.as_deref())
        })?
    }
}

fn name(agent: &KeyAgent) -> String {
    shown(agent.place())
}

/// What is told about an entry; of a type that is not known, no more than its name and fingerprints.
fn entry(listed: &ListedKey) -> Value {
    let described = description_of(listed);
    let certificate = described.as_ref().and_then(|key| key.certificate.as_ref());
    let name = match &listed.held {
        Held::Unknown(name) => Some(name.as_str()),
        Held::Certificate(certificate) => Some(certificate.name()),
        Held::Key(key) => Some(key.algorithm().name()),
    };
    json!({
        "type": name,
        "bits": listed.key().map(crate::key::PublicKey::bits),
        "comment": shape::comment(&listed.comment),
        "fingerprint_sha256": fingerprint_of(listed, FingerprintKind::Sha256).to_string(),
        "fingerprint_md5": fingerprint_of(listed, FingerprintKind::Md5).bare(),
        "public_key": described.as_ref().and_then(Description::public_line),
        "certificate": certificate.map_or(Value::Null, shape::certificate),
        "warnings": shape::warnings(&described.map(|key| key.warnings).unwrap_or_default()),
    })
}

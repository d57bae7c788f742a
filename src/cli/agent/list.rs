//! `agent list`: what `ssh-add -l` prints, of every agent.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::{Which, entry, name};
use crate::cli::console::{Console, print, print_object};
use crate::cli::work;
use crate::engine::Problem;
use crate::engine::agents::{self, View, line_of};
use crate::format::agent::ListedKey;
use crate::key::fingerprint::FingerprintKind;

/// List the keys that agents hold
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli agent list
  keywright-cli agent list --json
  keywright-cli agent list --agent /run/user/1000/ssh-agent.socket

The lines are those of ssh-add -l, below the name of each agent. A key of a type that is not known is \
shown by its name and fingerprint. Agents do not tell how long they keep a key, nor whether they ask.")]
pub(super) struct List {
    #[command(flatten)]
    which: Which,
    /// Show the older MD5 fingerprints
    #[arg(long)]
    md5: bool,
}

impl List {
    pub(super) fn run(self, console: Console) -> ExitCode {
        let place = self.which.place.clone();
        let views = work::run(console, "Asking the agents", move |_| {
            agents::look(agents::all(place.as_deref()))
        });
        let mut views = match views.and_then(|views| views) {
            Ok(views) => views,
            Err(problem) => return console.end(Err(problem)),
        };
        let mut agents: Vec<(String, View)> = views.drain(..).map(|view| (name(&view.agent), view)).collect();
        // Whichever answers is told before those that do not.
        agents.sort_by_key(|(_, view)| view.keys.is_err());
        console.for_each(
            &agents,
            |(name, _)| name.clone(),
            |(name, view)| match &view.keys {
                Ok(keys) => self.tell(name, view, keys, console),
                Err(fault) => Err(Problem::from(fault)),
            },
        )
    }

    fn tell(&self, name: &str, view: &View, keys: &[ListedKey], console: Console) -> Result<(), Problem> {
        if console.is_json() {
            return print_object(&json!({
                "agent": name,
                "kind": view.agent.kind().code(),
                "keys": keys.iter().map(entry).collect::<Vec<Value>>(),
            }));
        }
        let kind = if self.md5 {
            FingerprintKind::Md5
        } else {
            FingerprintKind::Sha256
        };
        let mut text = format!("{name}:\n");
        if keys.is_empty() {
            text.push_str("  no keys\n");
        }
        for key in keys {
            text.extend(["  ", &line_of(key, kind), "\n"]);
        }
        print(text.as_bytes())
    }
}

//! `known-hosts remove`: has ssh forget hosts.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use clap::Args;
use serde_json::{Value, json};

use super::{Which, entry, line};
use crate::cli::console::{Console, print_object, shown};
use crate::cli::interrupt;
use crate::engine::Problem;
use crate::engine::known_hosts::{Forgotten, NOT_YOUR_KEY};
use crate::format::known_hosts::HostName;
use crate::key::fingerprint::FingerprintKind;

/// Have ssh forget a host
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli known-hosts remove example.org
  keywright-cli known-hosts remove example.org:2222
  keywright-cli known-hosts remove --line 12 --line 14

ssh asks about the host anew when you next connect; compare the fingerprint then. Every other line stays as \
it is, byte for byte, and the list as it was is kept in FILE.old. Lines marked @revoked or @cert-authority \
go by their number only. This does not take your own key off the server.")]
pub(super) struct Remove {
    /// The host, with its port where that is not 22: host, host:2222, an address
    #[arg(required_unless_present = "lines", conflicts_with = "lines")]
    host: Option<String>,
    /// A line by its number, as `list` shows it; can be given several times
    #[arg(id = "lines", long = "line", value_name = "NUMBER")]
    lines: Vec<NonZeroUsize>,
    #[command(flatten)]
    which: Which,
}

impl Remove {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        let book = self.which.open()?;
        let forgotten = if let Some(host) = &self.host {
            let host = HostName::parse(host)?;
            interrupt::uninterrupted(|| book.forget(&host))?
        } else {
            let lines: BTreeSet<usize> = self.lines.iter().map(|line| line.get()).collect();
            interrupt::uninterrupted(|| book.forget_lines(&lines))?
        };
        tell(&forgotten, console)
    }
}

fn tell(forgotten: &Forgotten, console: Console) -> Result<(), Problem> {
    let path = forgotten.change.path();
    let file = shown(path);
    let backup = forgotten.change.backup.as_deref().map(shown);
    if console.is_json() {
        let all = |hosts: &[_]| {
            hosts
                .iter()
                .map(|host| entry(&file, host))
                .collect::<Vec<Value>>()
        };
        return print_object(&json!({
            "file": file,
            "removed": all(&forgotten.hosts),
            "kept": all(&forgotten.kept),
            "backup": backup,
        }));
    }
    for host in &forgotten.hosts {
        console.say(&format!("Removed line {}", line(host, FingerprintKind::Sha256)))?;
    }
    if forgotten.hosts.is_empty() {
        console.say("Removed lines that held no host")?;
    }
    for host in &forgotten.kept {
        console.note(&format!(
            "line {} stays, because it is marked: {}",
            host.line,
            host.title()
        ));
    }
    if let Some(backup) = backup {
        console.say(&format!("The list as it was is in {backup}"))?;
    }
    console.note(NOT_YOUR_KEY);
    Ok(())
}

//! `known-hosts remove`: has ssh forget hosts.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use clap::Args;
use serde_json::{Value, json};

use super::{Which, entry, line};
use crate::cli::console::{Console, print_object, shown};
use crate::cli::{interrupt, terminal};
use crate::engine::known_hosts::{Book, Forgotten, NOT_YOUR_KEY};
use crate::engine::{Blame, Problem};
use crate::format::known_hosts::{ByPattern, HostName};
use crate::key::fingerprint::FingerprintKind;

/// Have ssh forget a host
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli known-hosts remove example.org
  keywright-cli known-hosts remove example.org:2222
  keywright-cli known-hosts remove --line 12 --line 14

Of a line with several names only this one goes. A line that knows it by a pattern, and others with it, is asked about: \
with --yes it goes whole, with --only it stays for the others. ssh asks about the host anew when you next connect; compare the fingerprint then. Every other line stays as \
it is, byte for byte, and the list as it was is kept in FILE.old. Lines marked @revoked or @cert-authority \
go by their number only. This does not take your own key off the server.")]
pub(super) struct Remove {
    /// The host, with its port where that is not 22: host, host:2222, an address
    #[arg(required_unless_present = "lines", conflicts_with = "lines")]
    host: Option<String>,
    /// A line by its number, as `list` shows it; can be given several times
    #[arg(id = "lines", long = "line", value_name = "NUMBER")]
    lines: Vec<NonZeroUsize>,
    /// Where a line knows the host by a pattern, except this host (!host) and keep the line for the others
    #[arg(long, conflicts_with = "lines")]
    only: bool,
    #[command(flatten)]
    which: Which,
}

impl Remove {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        let book = self.which.open_to_change()?;
        let forgotten = if let Some(host) = &self.host {
            let host = HostName::parse(host)?;
            let by_pattern = self.by_pattern(&book, &host, console)?;
            interrupt::uninterrupted(|| book.forget(&host, by_pattern))?
        } else {
            let lines: BTreeSet<usize> = self.lines.iter().map(|line| line.get()).collect();
            interrupt::uninterrupted(|| book.forget_lines(&lines))?
        };
        tell(&forgotten, console)
    }

    /// What becomes of lines that know other hosts as well.
    fn by_pattern(&self, book: &Book, host: &HostName, console: Console) -> Result<ByPattern, Problem> {
        if self.only {
            return Ok(ByPattern::Excepts);
        }
        let wide = book.patterns_for(host);
        let Some(first) = wide.first() else {
            return Ok(ByPattern::Stays);
        };
        if console.has_agreed() {
            return Ok(ByPattern::Goes);
        }
        let lines: Vec<String> = wide
            .iter()
            .map(|host| format!("line {} ({})", host.line, host.title()))
            .collect();
        let lines = lines.join(" and ");
        if terminal::is_there() {
            let it = if wide.len() == 1 { "it" } else { "them" };
            if terminal::ask_yes(&format!(
                "Other hosts are known by {lines} as well. Take {it} away for all of them?"
            ))? {
                return Ok(ByPattern::Goes);
            }
            if terminal::ask_yes(&format!("Keep {it} for the others, and except {host}?"))? {
                return Ok(ByPattern::Excepts);
            }
        }
        Err(Problem::new(
            "other-hosts",
            Blame::Usage,
            format!("other hosts are known by {lines} as well"),
            format!(
                "Nothing was changed. --only excepts {host} and keeps the line for the others; --yes takes it away for all of them; --line {} does so, too.",
                first.line
            ),
        ))
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
            "changed": all(&forgotten.changed),
            "kept": all(&forgotten.kept),
            "backup": backup,
        }));
    }
    for host in &forgotten.hosts {
        console.say(&format!("Removed line {}", line(host, FingerprintKind::Sha256)))?;
    }
    for host in &forgotten.changed {
        console.say(&format!(
            "Taken out of line {}, which stays for the others",
            line(host, FingerprintKind::Sha256)
        ))?;
    }
    if forgotten.hosts.is_empty() && forgotten.changed.is_empty() {
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

//! `known-hosts`: the hosts that ssh knows, shown, found and forgotten.

mod remove;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::console::Console;
use super::json as shape;
use super::streams::{placed, source};
use crate::engine::Problem;
use crate::engine::describe::Description;
use crate::engine::known_hosts::{Book, FILE_NAME, Host};
use crate::engine::lists;
use crate::format::known_hosts::Marker;
use crate::key::fingerprint::FingerprintKind;

/// Show, find and forget the hosts that ssh knows
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Examples:
  keywright-cli known-hosts list
  keywright-cli known-hosts find example.org --art
  keywright-cli known-hosts remove example.org:2222

ssh notes the key of every host that it meets in ~/.ssh/known_hosts, to notice when another one answers \
in its place. This list does not say who may log in, and forgetting a host takes no key of yours off it."
)]
pub(super) struct KnownHosts {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(show::List),
    Find(show::Find),
    Remove(remove::Remove),
}

/// Which file is meant.
#[derive(Args, Debug)]
struct Which {
    /// The list, instead of `~/.ssh/known_hosts`
    #[arg(id = "list_file", short = 'f', long = "file", value_name = "FILE")]
    place: Option<PathBuf>,
}

impl KnownHosts {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        match self.action {
            Action::List(action) => action.run(console),
            Action::Find(action) => action.run(console),
            Action::Remove(action) => action.run(console),
        }
    }
}

impl Which {
    /// For showing it.
    fn open(&self) -> Result<Book, Problem> {
        let place = self.place.as_deref().map(source);
        Book::open(&lists::place(place.as_deref(), FILE_NAME)?)
    }

    /// For changing it.
    fn open_to_change(&self) -> Result<Book, Problem> {
        let place = self.place.as_deref().map(placed).transpose()?;
        Book::open(&lists::place(place, FILE_NAME)?)
    }
}

/// What is told about a line.
fn entry(file: &str, host: &Host) -> Value {
    let key = host.key.as_ref().ok();
    let print = |kind| key.and_then(|key| key.fingerprint(kind));
    json!({
        "file": file,
        "line": host.line,
        "hosts": host.names,
        "hashed": host.is_hidden(),
        "marker": match host.marker {
            Marker::None => Value::Null,
            Marker::CertAuthority => "cert-authority".into(),
            Marker::Revoked => "revoked".into(),
        },
        "type": host.key_type,
        "bits": key.and_then(|key| key.public.as_ref()).map(crate::key::PublicKey::bits),
        "comment": key.and_then(|key| key.comment.as_deref()).map(shape::comment),
        "fingerprint_sha256": print(FingerprintKind::Sha256).map(|print| print.to_string()),
        "fingerprint_md5": print(FingerprintKind::Md5).map(|print| print.bare()),
        "public_key": key.and_then(Description::public_line),
    })
}

/// The same in a line: number, hosts, and what `ssh-keygen -l` says of the key.
fn line(host: &Host, kind: FingerprintKind) -> String {
    format!("{}: {} {}", host.line, host.title(), host.key_line(kind))
}

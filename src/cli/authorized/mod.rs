//! `authorized`: who may log in to this account, listed, added and removed.

mod add;
mod list;
mod remove;

use std::path::PathBuf;

pub(super) use add::Conditions;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::console::Console;
use super::json as shape;
use super::streams::placed;
use crate::engine::authorized::{FILE_NAME, Roll, Row, keys_in};
use crate::engine::{Problem, lists};
use crate::key::PublicKey;
use crate::sys::home;

/// List, add and remove the keys that may log in here
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Examples:
  keywright-cli authorized list
  keywright-cli authorized add laptop.pub
  keywright-cli authorized add backup.pub --from 192.0.2.0/24 --restrict --command /usr/bin/backup
  keywright-cli authorized remove laptop.pub
  keywright-cli authorized remove --line 3

These commands edit ~/.ssh/authorized_keys of this account on this computer, or another such file. What is \
not asked for stays as it is, byte for byte, and the list as it was is kept in FILE.bak. sshd reads the list \
at each login: it need not be restarted."
)]
pub(super) struct Authorized {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(list::List),
    Add(Box<add::Add>),
    Remove(remove::Remove),
}

/// Which file is meant.
#[derive(Args, Debug)]
struct Which {
    /// The list, instead of `~/.ssh/authorized_keys`
    #[arg(id = "list_file", short = 'f', long = "file", value_name = "FILE")]
    place: Option<PathBuf>,
}

impl Authorized {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        match self.action {
            Action::List(action) => action.run(console),
            Action::Add(action) => action.run(console),
            Action::Remove(action) => action.run(console),
        }
    }
}

impl Which {
    fn place(&self) -> Result<PathBuf, Problem> {
        let place = self.place.as_deref().map(placed).transpose()?;
        lists::place(place, FILE_NAME)
    }

    fn open(&self) -> Result<Roll, Problem> {
        Roll::open(&self.place()?)
    }
}

/// The keys that lie where this user's usually do.
fn mine() -> Vec<PublicKey> {
    home::ssh_folder()
        .map(|folder| keys_in(&folder))
        .unwrap_or_default()
}

/// What is told about a line.
fn entry(file: &str, row: &Row) -> Value {
    let mut object = match &row.key {
        Some(key) => shape::identity(file, key),
        None => json!({ "file": file, "type": null, "bits": null, "comment": null,
            "fingerprint_sha256": null, "fingerprint_md5": null }),
    };
    let key = row.key.as_ref();
    object["line"] = row.line.into();
    object["options"] = row.options.as_str().into();
    object["authority"] = row.is_authority.into();
    object["mine"] = row.is_mine.into();
    object["ignored"] = row.ignored.as_deref().into();
    object["public_key"] = key
        .and_then(crate::engine::describe::Description::public_line)
        .into();
    object["warnings"] = shape::warnings(key.map(|key| key.warnings.as_slice()).unwrap_or_default());
    object
}

/// The same in a line: number, what `ssh-keygen -l` says of the key, options and marks.
fn line(row: &Row) -> String {
    let mut line = format!("{}: {}", row.line, row.title());
    if !row.options.is_empty() {
        line.extend([" [", &row.options, "]"]);
    }
    if row.is_mine {
        line.push_str(" (yours)");
    }
    if let Some(why) = &row.ignored {
        line.extend([" – lets nobody in: ", why]);
    }
    line
}

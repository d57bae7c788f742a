//! `keys`: the keys in `~/.ssh` and elsewhere, listed, named, repaired, taken away and put back.

mod add;
mod default;
mod list;
mod name;
mod remove;
mod repair;
mod restore;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::console::Console;
use super::{streams, work};
use crate::engine::keys::{Inventory, Whose};
use crate::engine::{Problem, told_by_disk};

/// List your keys, name them, and put right what is wrong with them
#[derive(Args, Debug)]
#[command(
    disable_help_subcommand = true,
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  keywright-cli keys
  keywright-cli keys --json /media/stick/keys
  keywright-cli keys name ~/.ssh/id_ed25519 'Laptop, 2026'
  keywright-cli keys default ~/.ssh/work --dry-run
  keywright-cli keys repair --dry-run
  keywright-cli keys add ~/keys

Names, the default key, and on which servers a key was installed are kept in a file beside the settings \
of Keywright's window, never in the keys' own files; they follow a key when its files are moved."
)]
pub(super) struct Keys {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    list: list::List,
}

#[derive(Debug, Subcommand)]
enum Action {
    List(list::List),
    Name(name::Name),
    Default(default::Default),
    Repair(repair::Repair),
    Remove(remove::Remove),
    Restore(restore::Restore),
    Add(add::Add),
    Forget(add::Forget),
}

impl Keys {
    pub(super) fn run(self, console: Console) -> ExitCode {
        let whose = Whose::of_user();
        match self.action {
            None => self.list.run(&whose, console),
            Some(Action::List(action)) => action.run(&whose, console),
            Some(Action::Name(action)) => console.end(told_by_disk(|| action.run(&whose, console))),
            Some(Action::Default(action)) => console.end(told_by_disk(|| action.run(&whose, console))),
            Some(Action::Repair(action)) => action.run(&whose, console),
            Some(Action::Remove(action)) => console.end(told_by_disk(|| action.run(&whose, console))),
            Some(Action::Restore(action)) => console.end(told_by_disk(|| action.run(&whose, console))),
            Some(Action::Add(action)) => console.end(told_by_disk(|| action.run(&whose, console))),
            Some(Action::Forget(action)) => console.end(told_by_disk(|| action.run(&whose, console))),
        }
    }
}

/// Looks at the keys in `folders`, or in the usual places.
fn read(whose: &Whose, folders: &[PathBuf], console: Console) -> Result<Inventory, Problem> {
    let whose = whose.clone();
    let folders: Vec<PathBuf> = folders
        .iter()
        .map(|folder| absolute(&streams::source(folder)))
        .collect();
    work::run(console, "Looking at the keys", move |pulse| {
        Inventory::read(&whose, &folders, pulse)
    })
}

/// The same path from wherever the program is started.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

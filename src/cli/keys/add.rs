//! `keys add` and `keys forget`: where keys are looked for.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::absolute;
use crate::app::keys::{Edit, Whose};
use crate::app::{Blame, Problem, opening};
use crate::cli::console::{Console, print_object, shown};
use crate::cli::usage;

/// Have a folder, or one key file, among your keys
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli keys add ~/keys
  keywright-cli keys add colleague.pub

The files stay where they are; only their place is remembered.")]
pub(super) struct Add {
    /// A folder, or a private or public key
    #[arg(value_name = "PLACE")]
    place: PathBuf,
}

/// Have a folder or a file no longer among your keys
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli keys forget ~/keys

The files stay where they are.")]
pub(super) struct Forget {
    /// What was added
    #[arg(value_name = "PLACE")]
    place: PathBuf,
}

impl Add {
    pub(super) fn run(self, whose: &Whose, console: Console) -> Result<(), Problem> {
        let path = absolute(&self.place);
        if path.to_str().is_none() {
            return Err(usage::problem(
                format!("{} has a name that is not text", shown(&path)),
                "Rename it, and add it then.",
            ));
        }
        let edit = if path.is_dir() {
            Edit::AddFolder(path.clone())
        } else {
            opening::open_file(&path)?;
            Edit::AddFile(path.clone())
        };
        whose.store.change(&[edit])?;
        tell(&path, true, console)
    }
}

impl Forget {
    pub(super) fn run(self, whose: &Whose, console: Console) -> Result<(), Problem> {
        let path = absolute(&self.place);
        let register = whose.store.read().register;
        if !register.folders().contains(&path) && !register.files().contains(&path) {
            return Err(Problem::new(
                "io-not-found",
                Blame::World,
                format!("{} was not added", shown(&path)),
                "~/.ssh is always looked into. “keywright-cli keys” shows where keys were found.",
            ));
        }
        let edits = [Edit::ForgetFolder(path.clone()), Edit::ForgetFile(path.clone())];
        whose.store.change(&edits)?;
        tell(&path, false, console)
    }
}

fn tell(path: &Path, is_added: bool, console: Console) -> Result<(), Problem> {
    if console.is_json() {
        return print_object(&json!({ "place": shown(path), "added": is_added }));
    }
    console.say(&if is_added {
        format!("{} is among your keys now", shown(path))
    } else {
        format!("{} is no longer among your keys", shown(path))
    })
}

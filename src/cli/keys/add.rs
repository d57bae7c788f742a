//! `keys add` and `keys forget`: where keys are looked for.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::cli::console::{Console, print_object, shown};
use crate::cli::streams::placed;
use crate::engine::Problem;
use crate::engine::keys::{Whose, added};

/// Look for your keys in one more folder, or add one key file
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

/// Look there no longer
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
        let place = added::add(whose, placed(&self.place)?)?;
        tell(&place, true, console)
    }
}

impl Forget {
    pub(super) fn run(self, whose: &Whose, console: Console) -> Result<(), Problem> {
        let place = added::forget(whose, &self.place)?;
        tell(&place, false, console)
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

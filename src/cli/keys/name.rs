//! `keys name`: what a key is called.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::console::{Console, print_object, shown};
use crate::cli::streams;
use crate::engine::Problem;
use crate::engine::key_name::KeyName;
use crate::engine::keys::{Edit, Whose, identify};

/// Give a key a name of your own
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli keys name ~/.ssh/id_ed25519 'Laptop, 2026'
  keywright-cli keys name ~/.ssh/id_ed25519 --none

The key's files stay as they are; their comment is changed by “keywright-cli comment”.")]
pub(super) struct Name {
    /// Any file of the key
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The name
    #[arg(
        value_name = "NAME",
        required_unless_present = "none",
        conflicts_with = "none"
    )]
    text: Option<String>,
    /// Remove the name
    #[arg(long)]
    none: bool,
}

impl Name {
    pub(super) fn run(self, whose: &Whose, console: Console) -> Result<(), Problem> {
        let name = self.text.as_deref().map(KeyName::new).transpose()?;
        let key = identify(&streams::source(&self.file))?;
        let edit = Edit::Name {
            key: key.clone(),
            name: name.clone(),
        };
        whose.store.change(&[edit])?;
        if console.is_json() {
            return print_object(&json!({
                "file": shown(&self.file),
                "fingerprint_sha256": key.to_string(),
                "name": name.as_ref().map(KeyName::as_str),
            }));
        }
        console.say(&match name {
            Some(name) => format!("{} is called “{}” now", shown(&self.file), name.as_str()),
            None => format!("{} has no name any more", shown(&self.file)),
        })
    }
}

//! `keys remove`: takes a key away so that it can come back.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::{absolute, read};
use crate::cli::console::{Console, print, print_object, shown};
use crate::cli::streams::placed;
use crate::cli::{interrupt, terminal};
use crate::engine::keys::Whose;
use crate::engine::keys::removal::Removal;
use crate::engine::{Blame, Problem};

/// Move a key's files to a folder “removed” beside them
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli keys remove ~/.ssh/id_old --dry-run
  keywright-cli keys remove ~/.ssh/id_old

FILE.pub and FILE-cert.pub go along where they belong to the same key. Nothing is deleted: “keys restore” \
puts them back. It is not taken off any server by this: where it is installed on some, it is asked first at a \
terminal; --yes goes on unasked.")]
pub(super) struct Remove {
    /// A private key, or a public one by itself
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Say what would be moved, and move nothing
    #[arg(long)]
    dry_run: bool,
}

impl Remove {
    pub(super) fn run(self, whose: &Whose, console: Console) -> Result<(), Problem> {
        let path = absolute(placed(&self.file)?);
        let folder: Vec<PathBuf> = path.parent().map(Path::to_owned).into_iter().collect();
        let inventory = read(whose, &folder, console)?;
        if let Some(trouble) = &inventory.trouble {
            console.note(trouble);
        }
        let removal = Removal::of_file(inventory.key_in(&path), &path)?;
        for caution in &removal.cautions {
            console.note(caution);
        }
        if !self.dry_run && !removal.cautions.is_empty() && !console.has_agreed() {
            ask()?;
        }
        let removed = if self.dry_run {
            None
        } else {
            Some(interrupt::uninterrupted(|| removal.make())?)
        };
        let files: Vec<String> = removal.files.iter().map(|file| shown(file)).collect();
        if console.is_json() {
            let now: Option<Vec<Value>> = removed
                .as_ref()
                .map(|removed| removed.files().iter().map(|file| shown(file).into()).collect());
            return print_object(&json!({
                "file": shown(&self.file),
                "removed": removed.is_some(),
                "files": files,
                "now": now,
            }));
        }
        let files = files.join(" and ");
        if let Some(removed) = removed {
            return console.say(&format!(
                "{} “keywright-cli keys restore {}” puts it back.",
                removed.sentence(&files, whose),
                shown(&self.file)
            ));
        }
        let folders: Vec<String> = removal
            .folders()
            .iter()
            .map(|folder| whose.short(folder))
            .collect();
        print(format!("Would move {files} to {}.\n", folders.join(" and ")).as_bytes())
    }
}

/// Asks, where somebody is there to answer; a script has been told.
fn ask() -> Result<(), Problem> {
    if !terminal::is_there() || terminal::ask_yes("It is installed on servers. Move it away all the same?")? {
        return Ok(());
    }
    Err(Problem::new(
        "still-installed",
        Blame::Usage,
        "the key is installed on servers, and was left where it is",
        "Take it off the servers first (keywright-cli remove), or say that it is meant (--yes).",
    )
    .unchanged())
}

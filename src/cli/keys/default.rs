//! `keys default`: the key that ssh tries first.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::{absolute, read};
use crate::cli::console::{Console, print, print_object, shown};
use crate::cli::streams::placed;
use crate::cli::{interrupt, usage};
use crate::engine::keys::default_key::{Fate, Plan, not_for_ssh};
use crate::engine::keys::key::is_for_ssh;
use crate::engine::keys::{Key, Whose, identify};
use crate::engine::{Blame, Problem, opening};
use crate::format::Parsed;
use crate::key::comment::escaped;

/// Choose the key that ssh tries first
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli keys default
  keywright-cli keys default ~/.ssh/work --dry-run
  keywright-cli keys default ~/.ssh/work
  keywright-cli keys default --none

Some lines at the end of ~/.ssh/config do this; the lines are shown, every other byte stays as it is, and \
the file as it was is kept as config.bak. Keys with usual names, such as id_ed25519, go on being tried; \
a key that the lines named before is tried no longer, and is told. \
What the configuration says about a host comes first.")]
pub(super) struct Default {
    /// The private key; without it, the default key is shown
    #[arg(value_name = "FILE", conflicts_with = "none")]
    file: Option<PathBuf>,
    /// Have no default key any more
    #[arg(long)]
    none: bool,
    /// Have ssh offer no other keys of its agent (`IdentitiesOnly`)
    #[arg(long, requires = "file")]
    only: bool,
    /// Show what would be changed, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Default {
    pub(super) fn run(self, whose: &Whose, console: Console) -> Result<(), Problem> {
        let plan = match &self.file {
            Some(file) => {
                let path = absolute(placed(file)?);
                let parsed = opening::open_file(&path)?;
                if !is_for_ssh(parsed.format()) && !matches!(parsed, Parsed::Public(_)) {
                    return Err(not_for_ssh(&shown(file)));
                }
                if matches!(parsed, Parsed::Public(_)) {
                    return Err(usage::problem(
                        format!("{} holds only a public key", shown(file)),
                        "Name the file with the private key; often it has the same name without .pub.",
                    ));
                }
                Plan::set(whose, &path, &identify(&path)?, self.only)?
            }
            None if self.none => Plan::clear(whose)?,
            None => return show(whose, console),
        };
        let path = plan.path().to_owned();
        let (lines, meaning, changes) = (
            plan.lines.clone(),
            plan.meaning.clone(),
            plan.changes_configuration(),
        );
        let mut backup = None;
        if !self.dry_run {
            backup = interrupt::uninterrupted(|| plan.make(whose))?.backup;
        }
        if console.is_json() {
            let told = |fate: Fate| -> Vec<&str> {
                let wanted = lines.iter().filter(|(each, _)| *each == fate);
                wanted.map(|(_, line)| line.as_str()).collect()
            };
            return print_object(&json!({
                "file": self.file.as_deref().map(shown),
                "config": shown(&path),
                "changed": changes && !self.dry_run,
                "added": told(Fate::Added),
                "removed": told(Fate::Removed),
                "backup": backup.as_deref().map(shown),
            }));
        }
        let mut told = vec![format!("In {}:", whose.short(&path))];
        if changes {
            told.extend(lines.iter().map(|(fate, line)| {
                let sign = match fate {
                    Fate::Kept => ' ',
                    Fate::Added => '+',
                    Fate::Removed => '-',
                };
                format!("{sign} {}", escaped(line.as_bytes()))
            }));
        } else {
            told.push("  nothing has to be changed".to_owned());
        }
        told.extend(meaning);
        if let Some(backup) = &backup {
            told.push(format!("The file as it was is kept as {}.", whose.short(backup)));
        }
        let text = told.join("\n");
        if self.dry_run {
            // What was asked for is what would be done, so it is told in any case.
            print(format!("{text}\n").as_bytes())
        } else {
            console.say(&text)
        }
    }
}

/// Which key is the default one.
fn show(whose: &Whose, console: Console) -> Result<(), Problem> {
    let inventory = read(whose, &[], console)?;
    let key = inventory.default_key();
    let file = key.and_then(Key::private_file).map(|file| shown(&file.path));
    if console.is_json() {
        let print_of = key.and_then(Key::fingerprint).map(ToString::to_string);
        return print_object(&json!({
            "file": file,
            "name": key.and_then(|key| key.name.as_ref()).map_or(Value::Null, |name| name.as_str().into()),
            "fingerprint_sha256": print_of,
        }));
    }
    match (key, file) {
        (Some(key), Some(file)) => print(format!("{file} ({})\n", key.title()).as_bytes()),
        (Some(key), None) => print(format!("{}, without its private half\n", key.title()).as_bytes()),
        (None, _) if whose.store.read().register.has_default() => Err(Problem::new(
            "io-not-found",
            Blame::World,
            "the default key is in none of the folders that are looked into",
            "Add the folder that it lies in (keywright-cli keys add FOLDER), or make another one the default key.",
        )),
        (None, _) => console.say("There is no default key: ssh tries those with usual names."),
    }
}

//! `keys repair`: puts right what can be put right without a question.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::read;
use crate::cli::console::{Console, print, print_object, shown};
use crate::cli::interrupt;
use crate::cli::streams::placed;
use crate::engine::keys::repair::{announcement, apply, subject};
use crate::engine::keys::{Remedy, Whose};
use crate::engine::{Problem, told_by_disk};

/// Put right what is wrong with the keys' files
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli keys repair --dry-run
  keywright-cli keys repair
  keywright-cli keys repair ~/.ssh/id_ed25519

Private keys become readable by you alone; nobody else may change ~/.ssh, your home folder, or what ssh \
goes by; a missing FILE.pub is written; a FILE.pub of another key is moved to a folder “removed”, and the \
right one written. A private key that ssh does not read as it is, for its line ends say, becomes a clean file, and the \
old one is kept in a folder “removed”. Lines about the default key that an earlier version wrote name the keys with usual \
names as well. What was left when the program was ended in the middle is taken back or cleared away. No key is \
deleted.")]
pub(super) struct Repair {
    /// Keys' files, or folders to look into, instead of ~/.ssh and those that were added
    #[arg(value_name = "FILE|FOLDER")]
    folders: Vec<PathBuf>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

impl Repair {
    pub(super) fn run(self, whose: &Whose, console: Console) -> ExitCode {
        if let Err(problem) = self.folders.iter().try_for_each(|place| placed(place).map(drop)) {
            return console.end(Err(problem));
        }
        let mut inventory = match read(whose, &self.folders, console) {
            Ok(inventory) => inventory,
            Err(problem) => return console.end(Err(problem)),
        };
        let mut finished = ExitCode::SUCCESS;
        let unfinished: Vec<Remedy> = inventory.remedies_of_unfinished();
        if !unfinished.is_empty() && !self.dry_run {
            finished = self.all(&unfinished, whose, console);
            // What was broken off may have been what was the matter with the others.
            inventory = match read(whose, &self.folders, console) {
                Ok(inventory) => inventory,
                Err(problem) => return console.end(Err(problem)),
            };
        }
        let remedies: Vec<Remedy> = inventory.remedies().into_iter().cloned().collect();
        // What could not be mended has said why.
        let is_left = |remedy: &Remedy| self.dry_run || !unfinished.contains(remedy);
        let remedies: Vec<Remedy> = remedies.into_iter().filter(is_left).collect();
        let unseen: Vec<&Problem> = inventory.unseen().collect();
        if unfinished.is_empty() && remedies.is_empty() && unseen.is_empty() {
            return console.end(console.say("There is nothing to repair."));
        }
        let repaired = self.all(&remedies, whose, console);
        let seen = console.for_each(&unseen, |_| String::new(), |problem| Err((*problem).clone()));
        // The first failure decides.
        let mut all = [finished, repaired, seen].into_iter();
        all.find(|one| *one != ExitCode::SUCCESS)
            .unwrap_or(ExitCode::SUCCESS)
    }

    fn all(&self, remedies: &[Remedy], whose: &Whose, console: Console) -> ExitCode {
        console.for_each(
            remedies,
            |remedy| shown(subject(remedy)),
            |remedy| told_by_disk(|| self.one(remedy, whose, console)),
        )
    }

    fn one(&self, remedy: &Remedy, whose: &Whose, console: Console) -> Result<(), Problem> {
        let done = if self.dry_run {
            format!("Would {}.", announcement(remedy, whose))
        } else {
            interrupt::uninterrupted(|| apply(remedy, whose))?
        };
        if console.is_json() {
            return print_object(&json!({
                "file": shown(subject(remedy)),
                "repaired": !self.dry_run,
                "what": done,
            }));
        }
        if self.dry_run {
            print(format!("{done}\n").as_bytes())
        } else {
            console.say(&done)
        }
    }
}

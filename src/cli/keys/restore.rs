//! `keys restore`: what `keys remove` took away comes back.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::absolute;
use crate::cli::console::{Console, print, print_object, shown};
use crate::cli::interrupt;
use crate::engine::Problem;
use crate::engine::keys::Whose;
use crate::engine::keys::restoring::{Restorable, find, restorable, usual_folders};

/// List what was removed, and put it back
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli keys restore
  keywright-cli keys restore ~/.ssh/id_old
  keywright-cli keys restore id_old-2026-11-26

A key goes back to where it was removed from, with all files that were moved with it, and never over a \
file that lies there by now.")]
pub(super) struct Restore {
    /// A file that was removed, or what its removal is called in the list; without it, the list is shown
    #[arg(value_name = "NAME")]
    name: Option<PathBuf>,
    /// The folder of keys to look beside, instead of ~/.ssh and those that were added
    #[arg(long = "in", value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Say what would be put back, and move nothing
    #[arg(long, requires = "name")]
    dry_run: bool,
}

impl Restore {
    pub(super) fn run(self, whose: &Whose, console: Console) -> Result<(), Problem> {
        let folders = self.folders(whose);
        if folders.is_empty() {
            whose.check_home()?;
        }
        let (all, unread) = restorable(&folders);
        if let Some(name) = self.name.as_deref().and_then(Path::file_name) {
            for problem in &unread {
                console.note(&problem.what);
            }
            return self.restore(find(all, name, whose)?, whose, console);
        }
        if !all.is_empty() || unread.is_empty() {
            list(&all, whose, console)?;
        }
        unread.into_iter().next().map_or(Ok(()), Err)
    }

    /// The folders to look beside.
    fn folders(&self, whose: &Whose) -> Vec<PathBuf> {
        if let Some(folder) = &self.folder {
            return vec![absolute(folder)];
        }
        let named = self.name.as_deref().map(absolute);
        let named = named.as_deref().and_then(Path::parent).map(Path::to_owned);
        let has_folder = |name: &Path| name.components().count() > 1;
        match named {
            Some(named) if self.name.as_deref().is_some_and(has_folder) => vec![named],
            // A name alone can be of a file in the present folder, as for every other command.
            named => {
                let mut folders = usual_folders(whose);
                folders.extend(named.filter(|named| !folders.contains(named)));
                folders
            }
        }
    }

    fn restore(&self, removed: Restorable, whose: &Whose, console: Console) -> Result<(), Problem> {
        let name = removed.name();
        let places = removed.places();
        let result = if self.dry_run {
            removed.check()
        } else {
            interrupt::uninterrupted(|| removed.put_back())
        };
        result.map_err(free_the_place)?;
        if console.is_json() {
            return print_object(&json!({
                "name": name,
                "restored": !self.dry_run,
                "files": paths(&places),
            }));
        }
        let places: Vec<String> = places.iter().map(|place| whose.short(place)).collect();
        let places = places.join(" and ");
        if self.dry_run {
            return print(format!("Would put back {places}.\n").as_bytes());
        }
        console.say(&format!("Put back {places}."))
    }
}

/// Says what helps where another file lies in the way; --force does not.
fn free_the_place(problem: Problem) -> Problem {
    if problem.code != "exists" {
        return problem;
    }
    let hint = "Rename the file that lies there now, or move it elsewhere, and try again.";
    Problem::new(problem.code, problem.blame, problem.what, hint).unchanged()
}

fn list(all: &[Restorable], whose: &Whose, console: Console) -> Result<(), Problem> {
    if console.is_json() {
        return all.iter().try_for_each(|removed| {
            print_object(&json!({
                "name": removed.name(),
                "folder": shown(removed.folder()),
                "files": paths(&removed.places()),
                "taken": paths(removed.taken()),
            }))
        });
    }
    if all.is_empty() {
        return console.say("Nothing was removed that could be put back.");
    }
    let mut lines = Vec::new();
    for removed in all {
        let taken = removed.taken();
        lines.push(removed.name());
        lines.extend(removed.places().iter().map(|place| {
            let mark = if taken.contains(place) {
                " (another file lies there now)"
            } else {
                ""
            };
            format!("  {}{mark}", whose.short(place))
        }));
    }
    lines.push("Each can be put back by: keywright-cli keys restore NAME".to_owned());
    print(format!("{}\n", lines.join("\n")).as_bytes())
}

fn paths(paths: &[PathBuf]) -> Vec<Value> {
    paths.iter().map(|path| shown(path).into()).collect()
}

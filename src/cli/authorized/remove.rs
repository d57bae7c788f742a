//! `authorized remove`: keeps keys from logging in.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::num::NonZeroUsize;

use clap::Args;
use serde_json::{Value, json};

use super::{Which, entry, line, mine};
use crate::cli::console::{Console, print_object, shown};
use crate::cli::key_file::KeyFile;
use crate::cli::passphrases::OldPassphrase;
use crate::cli::{interrupt, terminal, usage};
use crate::engine::authorized::{LastWayIn, NO_RESTART, Roll, Row, is_last_way_in};
use crate::engine::describe::Description;
use crate::engine::{Blame, Problem};
use crate::key::comment::escaped;
use crate::key::fingerprint::{FingerprintKind, is_fingerprint};

/// Keep a key from logging in here
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli authorized remove laptop.pub
  keywright-cli authorized remove SHA256:Bkl1…
  keywright-cli authorized remove --line 3 --line 5

Every line with the key goes, whatever its options are; all others stay, byte for byte. Where nobody could log \
in with a key afterwards, it is asked first, or refused without --force (on a server, “remove” wants --yes for \
that). Who is logged in already stays so.")]
pub(super) struct Remove {
    /// Keys: their files, or fingerprints as `list` shows them
    #[arg(required_unless_present = "lines", value_name = "KEY|FINGERPRINT")]
    keys: Vec<OsString>,
    /// A line by its number, as `list` shows it; can be given several times
    #[arg(id = "lines", long = "line", value_name = "NUMBER")]
    lines: Vec<NonZeroUsize>,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

impl Remove {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        let roll = self.which.open()?;
        let rows = roll.rows(&mine());
        let mut numbers: BTreeSet<usize> = self.lines.iter().map(|line| line.get()).collect();
        for word in &self.keys {
            let found = self.lines_of(word, &rows, console)?;
            if found.is_empty() {
                return Err(not_there(&roll, word));
            }
            numbers.extend(found);
        }
        // It fails by a number alone, and that was typed.
        roll.check_lines(&numbers)
            .map_err(|problem| usage::problem(problem.what, problem.hint))?;
        let mut last = LastWayIn::Stays;
        if console.is_forced() {
            last = LastWayIn::MayGo;
        } else if is_last_way_in(&rows, &numbers) {
            may_lock_out(&roll)?;
            last = LastWayIn::MayGo;
        }
        let change = interrupt::uninterrupted(|| roll.take_out(&numbers, last))?;

        let file = shown(change.path());
        let backup = change.backup.as_deref().map(shown);
        let removed = rows.iter().filter(|row| numbers.contains(&row.line));
        if console.is_json() {
            let removed: Vec<Value> = removed.map(|row| entry(&file, row)).collect();
            return print_object(&json!({ "file": file, "removed": removed, "backup": backup }));
        }
        for row in removed {
            console.say(&format!("Removed line {}", line(row)))?;
        }
        if let Some(backup) = backup {
            console.say(&format!("The list as it was is in {backup}"))?;
        }
        console.say(NO_RESTART)
    }

    /// The lines with the key that a word names.
    fn lines_of(&self, word: &OsString, rows: &[Row], console: Console) -> Result<Vec<usize>, Problem> {
        let print = word.to_str().filter(|word| is_fingerprint(word));
        let key = if print.is_some() {
            None
        } else {
            let file = KeyFile::from(word.clone());
            file.check_input(self.passphrase.takes_standard_input())?;
            let parsed = file.with_public(file.parse()?, &self.passphrase, console)?;
            Some(Description::of(&parsed, None).known_public()?.clone())
        };
        let has_print = |described: &Description| {
            [FingerprintKind::Sha256, FingerprintKind::Md5]
                .into_iter()
                .any(|kind| {
                    described
                        .fingerprint(kind)
                        .is_some_and(|own| print.is_some_and(|print| own.is_typed(print)))
                })
        };
        let is_meant = |described: &Description| match &key {
            Some(key) => described.public.as_ref() == Some(key),
            None => has_print(described),
        };
        let meant = rows.iter().filter(|row| row.key.as_ref().is_some_and(is_meant));
        Ok(meant.map(|row| row.line).collect())
    }
}

fn not_there(roll: &Roll, word: &OsString) -> Problem {
    Problem::new(
        "not-in-list",
        Blame::Key,
        format!(
            "{} is not in {}",
            escaped(word.as_encoded_bytes()),
            shown(roll.path())
        ),
        "“keywright-cli authorized list” shows the keys that are there.",
    )
    .unchanged()
}

/// Asks, where somebody is there to answer.
fn may_lock_out(roll: &Roll) -> Result<(), Problem> {
    let what = format!(
        "afterwards nobody could log in with a key by {}",
        shown(roll.path())
    );
    if terminal::is_there()
        && terminal::ask_yes("Afterwards nobody can log in here with a key. Remove it all the same?")?
    {
        return Ok(());
    }
    Err(Problem::new(
        "last-way-in",
        Blame::Usage,
        what,
        "Add another key first, or say that it is meant (--force).",
    )
    .unchanged())
}

//! `authorized add`: lets a key log in, under conditions.

use clap::Args;
use serde_json::json;

use super::{Which, entry};
use crate::cli::console::{Console, print, print_object, shown};
use crate::cli::key_file::KeyFile;
use crate::cli::passphrases::OldPassphrase;
use crate::cli::public::public_comment;
use crate::cli::{interrupt, usage};
use crate::engine::Problem;
use crate::engine::authorized::{self, Addition, NO_RESTART, Roll, open_to_others, openness};
use crate::engine::describe::Description;
use crate::format::authorized_keys::{Command, Expiry, FromList, NewLine, NewOptions, Right};
use crate::key::comment::Comment;

/// Let a key log in here
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli authorized add laptop.pub
  keywright-cli authorized add laptop.pub --dry-run --from '*.example.org,192.0.2.0/24'
  keywright-cli authorized add backup.pub --restrict --command '/usr/bin/rsync --server …'
  keywright-cli authorized add guest.pub --expires 2027-01-31 --forbid port-forwarding,agent-forwarding

The key is added once, whatever its options and its comment are. The file and its folder are made where they \
are missing, open to you alone. --dry-run shows the line and changes nothing.")]
pub(super) struct Add {
    /// The key, public or private; - is standard input
    #[arg(value_name = "KEY")]
    key: KeyFile,
    /// The comment in its line, instead of its own
    #[arg(short = 'C', long, value_name = "TEXT")]
    comment: Option<String>,
    #[command(flatten)]
    conditions: Conditions,
    /// Show the line, and change nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

/// The options of the line.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Restrictions")]
pub(in crate::cli) struct Conditions {
    /// From these hosts, addresses and networks only, with commas between them; ! means all but
    #[arg(long, value_name = "LIST", value_parser = |text: &str| FromList::new(text))]
    from: Option<FromList>,
    /// Run this, whatever is asked for
    #[arg(long, value_name = "COMMAND", value_parser = |text: &str| Command::new(text))]
    command: Option<Command>,
    /// Until the beginning of this day, by the server's clock: 2027-01-31, or as sshd writes it
    #[arg(long, value_name = "DATE", value_parser = expiry)]
    expires: Option<Expiry>,
    /// No terminal, no forwarding, no ~/.ssh/rc, and nothing that sshd may learn later
    #[arg(long)]
    restrict: bool,
    /// Allow this although --restrict forbids it
    #[arg(long, value_name = "RIGHT", value_delimiter = ',', value_parser = right, requires = "restrict")]
    permit: Vec<Right>,
    /// Forbid this: pty, port-forwarding, agent-forwarding, X11-forwarding, user-rc
    #[arg(long, value_name = "RIGHT", value_delimiter = ',', value_parser = right)]
    forbid: Vec<Right>,
}

impl Conditions {
    /// Sees to it that a new key would let somebody in. A line that is there may well be over.
    pub(in crate::cli) fn check_to_come(&self) -> Result<(), Problem> {
        self.expires.map_or(Ok(()), authorized::check_to_come)
    }

    pub(in crate::cli) fn options(self) -> Result<NewOptions, Problem> {
        if let Some(both) = self.permit.iter().find(|right| self.forbid.contains(right)) {
            return Err(usage::problem(
                format!("{} is both permitted and forbidden", both.name()),
                "Leave one of the two out.",
            ));
        }
        let permitted = self.permit.into_iter().map(|right| (right, true));
        let forbidden = self.forbid.into_iter().map(|right| (right, false));
        Ok(NewOptions {
            restrict: self.restrict,
            rights: permitted.chain(forbidden).collect(),
            from: self.from,
            command: self.command,
            expiry: self.expires,
        })
    }
}

fn expiry(text: &str) -> Result<Expiry, String> {
    authorized::expiry(text).map_err(|problem| format!("{}; write it as 2027-01-31", problem.what))
}

fn right(text: &str) -> Result<Right, &'static str> {
    let is_meant = |right: &Right| right.name().eq_ignore_ascii_case(text);
    Right::ALL
        .into_iter()
        .find(is_meant)
        .ok_or("choose among pty, port-forwarding, agent-forwarding, X11-forwarding and user-rc")
}

impl Add {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        self.conditions.check_to_come()?;
        self.key.check_input(self.passphrase.takes_standard_input())?;
        let options = self.conditions.options()?;
        self.key.refuse_lost_options(&options)?;
        let parsed = self
            .key
            .with_public(self.key.parse()?, &self.passphrase, console)?;
        let described = Description::of(&parsed, None);
        let comment = match &self.comment {
            Some(comment) => Comment::new(comment)?,
            None => public_comment(&self.key, &described),
        };
        let line = NewLine::new(described.known_public()?, &options, &comment);
        for warning in &described.warnings {
            console.warn(warning);
        }
        if self.dry_run {
            return preview(&line, console);
        }
        let place = self.which.place()?;
        match interrupt::uninterrupted(|| Roll::add(&place, &line))? {
            Addition::There(number) => there_already(&Roll::open(&place)?, number, console),
            Addition::Added { line: number, change } => {
                let file = shown(change.path());
                let backup = change.backup.as_deref().map(shown);
                if console.is_json() {
                    return print_object(&json!({
                        "file": file, "added": true, "line": number, "text": line.as_str(), "backup": backup,
                    }));
                }
                for path in open_to_others(change.path()) {
                    console.warn(&openness(&path));
                }
                console.say(&format!("Added to {file} as line {number}: {line}"))?;
                console.say(NO_RESTART)
            }
        }
    }
}

fn preview(line: &NewLine, console: Console) -> Result<(), Problem> {
    if console.is_json() {
        return print_object(&json!({ "added": false, "text": line.as_str() }));
    }
    print(format!("{line}\n").as_bytes())
}

fn there_already(roll: &Roll, number: usize, console: Console) -> Result<(), Problem> {
    let file = shown(roll.path());
    if console.is_json() {
        let rows = roll.rows(&[]);
        let row = rows
            .iter()
            .find(|row| row.line == number)
            .map(|row| entry(&file, row));
        return print_object(&json!({ "file": file, "added": false, "line": number, "there": row }));
    }
    console.say(&format!(
        "The key is in {file} already, in line {number}; nothing was changed"
    ))?;
    console.say("To give it other restrictions, remove that line first.")
}

//! `man`: the manual pages.

use std::io;
use std::path::PathBuf;

use clap::Args;

use super::console::{Console, print, shown};
use super::interrupt;
use crate::engine::{Blame, Problem};
use crate::sys::files::{Existing, Save, Secrecy, write_together};

/// Print the manual page, or save those of all commands
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli man | man -l -
  keywright-cli man --out ~/.local/share/man/man1")]
pub(super) struct Man {
    /// Save a page for each command in this folder, which must exist
    #[arg(short, long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

struct Page {
    name: String,
    text: Vec<u8>,
}

impl Man {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        let mut words = super::words().disable_help_subcommand(true);
        words.build();
        let Some(folder) = self.out else {
            return print(&page(words)?.text);
        };
        let mut pages = Vec::new();
        pages_of(words, &mut pages)?;
        let existing = if console.is_forced() {
            Existing::Replace
        } else {
            Existing::Refuse
        };
        let saves: Vec<Save<'_>> = pages
            .iter()
            .map(|page| Save {
                path: folder.join(&page.name),
                bytes: &page.text,
                secrecy: Secrecy::Public,
                existing,
            })
            .collect();
        let _written = interrupt::uninterrupted(|| write_together(&saves))?;
        console.say(&format!("Saved {} pages in {}", saves.len(), shown(&folder)))
    }
}

/// The page of a command, and those of its own commands.
fn pages_of(command: clap::Command, pages: &mut Vec<Page>) -> Result<(), Problem> {
    let commands: Vec<clap::Command> = command.get_subcommands().cloned().collect();
    pages.push(page(command)?);
    for command in commands {
        pages_of(command, pages)?;
    }
    Ok(())
}

fn page(command: clap::Command) -> Result<Page, Problem> {
    let man = clap_mangen::Man::new(command);
    let mut text = Vec::new();
    man.render(&mut text).map_err(|error: io::Error| {
        Problem::new(
            "internal",
            Blame::World,
            format!("the manual page could not be made: {error}"),
            "Please tell us.",
        )
    })?;
    Ok(Page {
        name: man.get_filename(),
        text,
    })
}

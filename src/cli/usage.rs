//! Wrong words on the command line, told like every other error.

use std::process::ExitCode;

use clap::error::ErrorKind;

use super::console::{Console, exit_code};
use crate::engine::{Blame, Problem};

/// A problem that only a command line can have.
pub(super) fn problem(what: impl Into<String>, hint: impl Into<String>) -> Problem {
    Problem::new("usage", Blame::Usage, what, hint)
}

/// Prints what clap has to say: help and versions as they are, errors in two lines.
pub(super) fn explain(error: &clap::Error) -> ExitCode {
    let json = std::env::args_os().any(|word| word == "--json");
    let console = Console::before_parsing(json);
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            if let Err(unprinted) = error.print() {
                log::debug!("the help was not read: {unprinted}");
            }
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if !json => {
            if let Err(unprinted) = error.print() {
                log::debug!("the help was not read: {unprinted}");
            }
            exit_code(Blame::Usage)
        }
        _ => console.end(Err(in_two_lines(&error.render().to_string()))),
    }
}

/// Clap's message in several paragraphs, as what happened and what to do.
fn in_two_lines(message: &str) -> Problem {
    let mut what = String::new();
    let mut hints = Vec::new();
    for paragraph in message.split("\n\n") {
        let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(error) = line.strip_prefix("error: ") {
            error.trim_end_matches('.').clone_into(&mut what);
        } else if let Some(tip) = line.strip_prefix("tip: ") {
            hints.push(format!("There is this: {}.", tip.replace(" tip: ", "; ")));
        } else if line.starts_with("Usage: ") {
            hints.push(format!("{line}."));
        }
    }
    if what.is_empty() {
        "a command is missing".clone_into(&mut what);
    }
    hints.push("All options are listed by --help.".to_owned());
    problem(what, hints.join(" "))
}

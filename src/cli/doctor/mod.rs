//! `doctor`: why it does not work, and the mend.

mod told;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::console::{Console, exit_code};
use super::standard_input::standard_input;
use super::work;
use crate::engine::doctor::{Examination, log};
use crate::engine::{Blame, Problem};
use crate::sys::files::ReadError;

/// Say why a login does not work
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ssh -v jo@example.org 2>&1 | keywright-cli doctor --log -
  keywright-cli doctor --log build.log

A log may be what ssh -v, git, PuTTY, a build server or sshd has written, as it was copied from anywhere. It is only read.

Exit status: 0 nothing is wrong, 1 something was found, 4 what was to be looked at could not be read.")]
pub(super) struct Doctor {
    /// The log to look through; - is standard input
    #[arg(long, value_name = "FILE")]
    log: PathBuf,
}

impl Doctor {
    pub(super) fn run(self, console: Console) -> ExitCode {
        match examined(self.log, console) {
            Ok(examination) => end(&examination, console),
            Err(problem) => console.end(Err(problem)),
        }
    }
}

/// Tells what was found; that decides the exit status.
fn end(examination: &Examination, console: Console) -> ExitCode {
    if let Err(problem) = told::tell(examination, console) {
        return console.end(Err(problem));
    }
    if examination.is_well() {
        ExitCode::SUCCESS
    } else {
        exit_code(Blame::Key)
    }
}

/// Looks through a log.
fn examined(path: PathBuf, console: Console) -> Result<Examination, Problem> {
    work::run(console, "Reading the log", move |_| {
        let failed = |error| Problem::from(ReadError::new(&path, error));
        let file = open(&path).map_err(failed)?;
        log::examine(BufReader::with_capacity(1 << 18, file)).map_err(failed)
    })?
}

fn open(path: &Path) -> std::io::Result<File> {
    if path == Path::new("-") {
        return standard_input();
    }
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    Ok(file)
}

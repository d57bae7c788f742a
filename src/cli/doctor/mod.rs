//! `doctor`: why it does not work, and the mend.

mod told;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::console::{Console, exit_code};
use super::passphrases::OldPassphrase;
use super::standard_input::standard_input;
use super::{interrupt, usage, work};
use crate::engine::doctor::{Examination, confirm, file, here, log, mend};
use crate::engine::keys::repair::subject;
use crate::engine::keys::{Remedy, Whose};
use crate::engine::{Blame, Problem, told_by_disk};
use crate::sys::files::ReadError;
use crate::sys::home::expand_tilde;

/// Say why a login does not work
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ssh -v jo@example.org 2>&1 | keywright-cli doctor --log -
  keywright-cli doctor --log build.log
  keywright-cli doctor ~/.ssh/id_ed25519
  keywright-cli doctor --fix --dry-run

A log may be what ssh -v, git, PuTTY, a build server or sshd has written, as it was copied from anywhere. A file is a key \
that some program does not take. Without either, this computer is examined: the keys, ssh's configuration, the agents.

Nothing is changed without --fix, and with it only what can be put right without losing anything: permissions of your own files, a \
FILE.pub of another key, a clean file in the place of one that ssh does not read, which is kept.

Exit status: 0 nothing is wrong, 1 something was found, 4 what was to be looked at could not be read.")]
pub(super) struct Doctor {
    /// The key file to examine; without it, this computer
    #[arg(value_name = "FILE")]
    what: Option<PathBuf>,
    /// The log to look through; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "what")]
    log: Option<PathBuf>,
    /// Put right what can be put right without losing anything
    #[arg(long)]
    fix: bool,
    /// Say what --fix would do, and do nothing
    #[arg(long, requires = "fix")]
    dry_run: bool,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

/// What was found, and what can be done about it.
struct Found {
    examination: Examination,
    remedies: Vec<Remedy>,
    is_unseen: bool,
}

impl From<Examination> for Found {
    fn from(examination: Examination) -> Self {
        Self {
            remedies: mend::remedies(&examination),
            examination,
            is_unseen: false,
        }
    }
}

impl Doctor {
    pub(super) fn run(self, console: Console) -> ExitCode {
        match self.examined_and_mended(console) {
            Ok(status) => status,
            Err(problem) => console.end(Err(problem)),
        }
    }

    fn examined_and_mended(&self, console: Console) -> Result<ExitCode, Problem> {
        let whose = Whose::of_user();
        let mut found = self.examined(&whose, console)?;
        let mut done = Vec::new();
        let mut failed = ExitCode::SUCCESS;
        if self.dry_run {
            done.extend(found.remedies.iter().map(|remedy| mend::would(remedy, &whose)));
        } else if self.fix && !found.remedies.is_empty() {
            failed = console.for_each(
                &found.remedies,
                |remedy| super::console::shown(subject(remedy)),
                |remedy| {
                    let sentence = told_by_disk(|| interrupt::uninterrupted(|| mend::mend(remedy, &whose)))?;
                    done.push(sentence);
                    Ok(())
                },
            );
            // Only what is seen then is told to be well.
            found = self.examined(&whose, console)?;
        }
        told::tell(&found.examination, &done, self.fix, console)?;
        if failed != ExitCode::SUCCESS {
            return Ok(failed);
        }
        if found.examination.is_well() {
            return Ok(ExitCode::SUCCESS);
        }
        let is_seen = found
            .examination
            .verdicts
            .iter()
            .any(|verdict| verdict.who.is_some());
        Ok(exit_code(if found.is_unseen && !is_seen {
            Blame::World
        } else {
            Blame::Key
        }))
    }

    fn examined(&self, whose: &Whose, console: Console) -> Result<Found, Problem> {
        if let Some(path) = &self.log {
            let path = path.clone();
            let examination = looked_through(path, console)?;
            return Ok(confirm::confirmed(examination, whose).into());
        }
        if let Some(path) = &self.what {
            let text = path.to_str().unwrap_or("?");
            if !file::is_meant(text)? {
                return Err(usage::problem(
                    format!("there is no file of the name {}", super::console::shown(path)),
                    "Name a key file, or a log (--log FILE).",
                ));
            }
            let passphrase = self.passphrase.given()?;
            let path = expand_tilde(path);
            let whose = whose.clone();
            let examination = work::run(console, "Examining the file", move |_| {
                file::examine(&path, passphrase.as_ref(), &whose)
            })??;
            return Ok(examination.into());
        }
        let whose = whose.clone();
        let here = work::run(console, "Examining this computer", move |pulse| {
            here::examine(&whose, pulse)
        })?;
        Ok(Found {
            examination: here.examination,
            remedies: here.remedies,
            is_unseen: here.is_unseen,
        })
    }
}

/// Looks through a log.
fn looked_through(path: PathBuf, console: Console) -> Result<Examination, Problem> {
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

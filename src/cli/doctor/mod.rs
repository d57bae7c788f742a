//! `doctor`: why it does not work, and the mend.

mod server;
mod told;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::console::{Console, exit_code, shown};
use super::passphrases::OldPassphrase;
use super::server::Connect;
use super::standard_input::standard_input;
use super::{interrupt, usage, work};
use crate::engine::doctor::{Examination, confirm, file, here, log, mend};
use crate::engine::keys::repair::subject as subject_of;
use crate::engine::keys::{Remedy, Whose};
use crate::engine::{Blame, Problem, told_by_disk};
use crate::sys::files::ReadError;
use crate::sys::home::expand_tilde;

use server::{Answer, Asking};

/// Say why a login does not work
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ssh -v jo@example.org 2>&1 | keywright-cli doctor --log -
  keywright-cli doctor --log build.log
  keywright-cli doctor jo@example.org
  keywright-cli doctor jo@example.org --key ~/.ssh/new -i ~/.ssh/old
  keywright-cli doctor ~/.ssh/id_ed25519
  keywright-cli doctor --fix --dry-run

A log may be what ssh -v, git, PuTTY, a build server or sshd has written, as it was copied from anywhere. A file is a key \
that some program does not take. A server is asked about each key as ssh would ask it; with a second way in (-i, \
--password-file) the reason is looked for there. Without anything, this computer is examined: the keys, ssh's configuration, the agents.

Nothing is changed without --fix, and with it only what can be put right without losing anything: permissions of your own files, a \
FILE.pub of another key, a clean file in the place of one that ssh does not read, which is kept, and on a server the right of \
others to change the list of keys.

Exit status: 0 nothing is wrong, 1 something was found, 4 what was to be looked at could not be read.")]
pub(super) struct Doctor {
    #[command(flatten)]
    connect: Connect,
    /// The log to look through; - is standard input
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// The key that should let you in on the server, instead of those that ssh would try
    #[arg(short, long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Put right what can be put right without losing anything
    #[arg(long)]
    fix: bool,
    /// Say what --fix would do, and do nothing
    #[arg(long, requires = "fix")]
    dry_run: bool,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

/// What there is to examine.
enum Subject {
    Log(PathBuf),
    File(PathBuf),
    Computer,
    Server,
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

    fn subject(&self) -> Result<Subject, Problem> {
        let typed = self.connect.typed();
        match (&self.log, typed) {
            (Some(path), "") => Ok(Subject::Log(path.clone())),
            (Some(_), _) => Err(usage::problem(
                "a log and something else cannot be examined at once",
                "Name one of them.",
            )),
            (None, "") => Ok(Subject::Computer),
            (None, typed) if file::is_meant(typed)? => Ok(Subject::File(expand_tilde(Path::new(typed)))),
            (None, _) => Ok(Subject::Server),
        }
    }

    fn examined_and_mended(&self, console: Console) -> Result<ExitCode, Problem> {
        let whose = Whose::of_user();
        let subject = self.subject()?;
        let mut answer = self.examined(&subject, &whose, console)?;
        let mut done = Vec::new();
        let mut failed = ExitCode::SUCCESS;
        if self.dry_run {
            let remedies = &answer.found.remedies;
            done.extend(remedies.iter().map(|remedy| mend::would(remedy, &whose)));
            let loose = answer.loose.iter().flat_map(|(_, loose)| loose);
            done.extend(loose.map(|loose| format!("Would put right on the server: {loose}.")));
        } else if self.fix && (!answer.found.remedies.is_empty() || answer.loose.is_some()) {
            failed = console.for_each(
                &answer.found.remedies,
                |remedy| shown(subject_of(remedy)),
                |remedy| {
                    let sentence = told_by_disk(|| interrupt::uninterrupted(|| mend::mend(remedy, &whose)))?;
                    done.push(sentence);
                    Ok(())
                },
            );
            if let Some((session, loose)) = answer.loose.take() {
                done.push(server::tightened(session, loose, console)?);
            }
            // Only what is seen then is told to be well.
            answer = self.examined(&subject, &whose, console)?;
        }
        let found = &answer.found;
        let said = told::Said {
            done: self.fix.then_some(done.as_slice()),
            letter: answer.letter.as_deref(),
            shows_steps: matches!(subject, Subject::Server),
        };
        told::tell(&found.examination, &said, console)?;
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

    fn examined(&self, subject: &Subject, whose: &Whose, console: Console) -> Result<Answer, Problem> {
        let alone = |found: Found| Answer {
            found,
            letter: None,
            loose: None,
        };
        match subject {
            Subject::Log(path) => {
                let examination = looked_through(path.clone(), console)?;
                Ok(alone(confirm::confirmed(examination, whose).into()))
            }
            Subject::File(path) => {
                let passphrase = self.passphrase.given()?;
                let (path, whose) = (path.clone(), whose.clone());
                let examination = work::run(console, "Examining the file", move |_| {
                    file::examine(&path, passphrase.as_ref(), &whose)
                })??;
                Ok(alone(examination.into()))
            }
            Subject::Computer => {
                let whose = whose.clone();
                let here = work::run(console, "Examining this computer", move |pulse| {
                    here::examine(&whose, pulse)
                })?;
                Ok(alone(Found {
                    examination: here.examination,
                    remedies: here.remedies,
                    is_unseen: here.is_unseen,
                }))
            }
            Subject::Server => {
                let asking = Asking {
                    connect: &self.connect,
                    key: self.key.as_deref(),
                    passphrase: &self.passphrase,
                };
                asking.examined(whose, console)
            }
        }
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
    // Windows would only say that it is denied.
    if path.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    File::open(path)
}

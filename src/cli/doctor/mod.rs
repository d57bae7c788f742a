//! `doctor`: why it does not work, and the mend.

mod server;
mod told;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::console::{Console, exit_code, shown};
use super::passphrases::OldPassphrase;
use super::server::Connect;
use super::standard_input::standard_input;
use super::{interrupt, usage, work};
use crate::engine::doctor::mend::{self, Mend};
use crate::engine::doctor::{Examination, confirm, file, here, log};
use crate::engine::keys::Whose;
use crate::engine::servers::Reached;
use crate::engine::{Blame, Problem, told_by_disk};
use crate::secret::Passphrase;
use crate::sys::files::ReadError;
use crate::sys::home::expand_tilde;

use server::{Answer, Asking};
use told::Steps;

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
FILE.pub of another key, a clean file in the place of one that ssh does not read, which is kept, lines in ssh's configuration by \
which one key is tried on a server, a copy of one of PuTTY's keys that ssh reads, a key into the agent (with its passphrase), an \
agent at the place where ssh looks for one; and on the server, with a second way in, the right of others to change the list of keys, keys that \
were cut into several lines, and a key's line in the list that the server reads. A server's new key takes the place of the one that is known \
only where --accept-host-key names its fingerprint. Whatever is done is said, and then it is looked at once more.

Exit status: 0 nothing is wrong, 1 something was found, or what was given does not tell what is wrong or is not about keys, 4 what was to be \
looked at could not be read.")]
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
    mends: Vec<Mend>,
    is_unseen: bool,
}

impl From<Examination> for Found {
    fn from(examination: Examination) -> Self {
        Self {
            mends: examination.mends(),
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
        let steps = Steps::new(console);
        // What comes through a pipe comes once; for a server it is read where it is needed.
        let passphrase = match subject {
            Subject::Server => None,
            Subject::Log(_) | Subject::File(_) | Subject::Computer => self.passphrase.given()?.map(Arc::new),
        };
        let mut answer = self.examined(&subject, passphrase.as_ref(), &whose, &steps, console)?;
        steps.end()?;
        let mut done = Vec::new();
        let mut failed = ExitCode::SUCCESS;
        let mut is_told = false;
        if self.dry_run {
            let mends = &answer.found.mends;
            done.extend(mends.iter().map(|mend| mend::would(mend, &whose)));
            let there = answer.there.iter().flat_map(|(_, mends)| mends);
            done.extend(there.map(|mend| format!("Would {}.", mend.announcement())));
            if let Some(reached) = &answer.new_host {
                done.push(would_take(reached));
            }
        } else if self.fix && answer.can_be_mended() {
            failed = console.for_each(
                &answer.found.mends,
                |mend| shown(mend::subject(mend)),
                |mend| {
                    let sentence = told_by_disk(|| {
                        interrupt::uninterrupted(|| mend::mend(mend, passphrase.as_deref(), &whose))
                    })?;
                    done.push(sentence);
                    Ok(())
                },
            );
            if let Some((session, mends)) = answer.there.take() {
                for mended in server::mended(session, mends, console)? {
                    done.push(mended?);
                }
            }
            if let Some(reached) = answer.new_host.take() {
                done.push(told_by_disk(|| {
                    interrupt::uninterrupted(|| reached.take_new_key())
                })?);
            }
            is_told = !done.is_empty();
            if is_told {
                console.say(&format!("{}\n", done.join("\n")))?;
            }
            // Only what is seen then is told to be well.
            answer = self.examined(&subject, passphrase.as_ref(), &whose, &steps, console)?;
            steps.end()?;
        }
        let found = &answer.found;
        let said = told::Said {
            done: self.fix.then_some(done.as_slice()),
            is_done_told: is_told,
            letter: answer.letter.as_deref(),
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

    fn examined(
        &self,
        subject: &Subject,
        passphrase: Option<&Arc<Passphrase>>,
        whose: &Whose,
        steps: &Steps,
        console: Console,
    ) -> Result<Answer, Problem> {
        let alone = |found: Found| Answer {
            found,
            letter: None,
            there: None,
            new_host: None,
        };
        match subject {
            Subject::Log(path) => {
                let examination = looked_through(path.clone(), console)?;
                let confirmed = confirm::confirmed(examination, whose);
                let confirmed = match passphrase {
                    Some(_) => confirmed,
                    None => confirmed.without_passphrase(),
                };
                Ok(alone(confirmed.into()))
            }
            Subject::File(path) => {
                let (path, whose) = (path.clone(), whose.clone());
                let passphrase = passphrase.cloned();
                let examination = work::run(console, "Examining the file", move |_| {
                    file::examine(&path, passphrase.as_deref(), &whose)
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
                    mends: here.mends,
                    is_unseen: here.is_unseen,
                }))
            }
            Subject::Server => {
                let asking = Asking {
                    connect: &self.connect,
                    key: self.key.as_deref(),
                    passphrase: &self.passphrase,
                    steps,
                };
                asking.examined(whose, console)
            }
        }
    }
}

/// What would be done about a server that shows another key than before.
fn would_take(reached: &Reached) -> String {
    format!(
        "Would forget the key by which {} was known, and remember its new key {}.",
        reached.target(),
        reached.host_key().fingerprint()
    )
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

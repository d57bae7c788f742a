//! What the Doctor is asked: each in a job that looks and changes nothing, but where it is told to repair.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use crate::app::desktop::{Desktop, PickRequest};
use crate::app::dialog::Purpose;
use crate::app::doctor::{Doctor, DoctorCommand, Found, Subject};
use crate::app::errand::{Now, Visit};
use crate::app::flow::open::clipboard_problem;
use crate::app::{App, Page};
use crate::engine::doctor::mend::{self, Mend};
use crate::engine::doctor::{Cause, Examination, confirm, file, here, log};
use crate::engine::job::{Job, Poll, Pulse};
use crate::engine::keys::Whose;
use crate::engine::{Blame, Problem, lost, told_by_disk};
use crate::sys::files::ReadError;

/// As much of a pasted log as is taken; a longer one is given as a file.
const LONGEST_LOG: usize = 4 << 20;

impl App {
    pub(in crate::app) fn apply_to_doctor(&mut self, command: DoctorCommand, desktop: &dyn Desktop) {
        use DoctorCommand as C;
        match command {
            C::ExamineHere => self.examine(Subject::Here, Vec::new()),
            C::ExamineLog => self.examine(Subject::Log, Vec::new()),
            C::ExamineFile(path) => self.examine(Subject::File(path), Vec::new()),
            C::Paste => match desktop.paste() {
                Ok(text) if holds_private_key(text.expose()) => {
                    self.fail("Nothing was pasted", no_log());
                }
                Ok(text) => {
                    let len = text.expose().len().min(LONGEST_LOG);
                    let text = String::from_utf8_lossy(&text.expose()[..len]).into_owned();
                    let is_long = text.len() > Doctor::FIELD;
                    (self.doctor.log, self.doctor.long_log) = if is_long {
                        (String::new(), Some(text))
                    } else {
                        (text, None)
                    };
                    self.examine(Subject::Log, Vec::new());
                }
                Err(error) => self.fail("Nothing was pasted", clipboard_problem(&error)),
            },
            C::Choose => {
                if self.task.is_none() {
                    let request = PickRequest {
                        title: "Examine a file",
                        folder: self.folder_to_open(),
                        file_name: String::new(),
                    };
                    self.pick(Purpose::Examine, desktop.pick_to_open(request));
                }
            }
            C::Repair => {
                if let Some(found) = &self.doctor.found {
                    let (subject, mends) = (found.subject.clone(), found.mends.clone());
                    self.examine(subject, mends);
                }
            }
            C::CopyCommand(index) => {
                let examination = self.doctor.found.as_ref().map(|found| &found.examination);
                let verdict =
                    examination.and_then(|examination| examination.as_ref().ok()?.verdicts.get(index));
                let fix = verdict.and_then(|verdict| verdict.fix.as_ref());
                if let Some(command) = fix.and_then(|fix| fix.command.clone()) {
                    self.copy(&command, "Copied the command.", desktop);
                }
            }
            C::Close => {
                self.doctor.long_log = None;
                self.doctor.found = None;
                self.doctor.job.take_if(|_| !self.doctor.is_repairing);
            }
        }
    }

    /// Who chooses the page while it is shown, or means another server by now, wants no old report.
    pub(in crate::app) fn begin_doctor_anew(&mut self) {
        let is_shown = self.page == Page::Doctor;
        let address = self.servers.address.trim();
        let is_old = |visit: &Visit| is_shown || visit.address.trim() != address;
        let taken = self.servers.visit.take_if(|visit| {
            let has_ended = matches!(visit.now, Now::Examined(_) | Now::Stopped { .. });
            visit.is_examination() && has_ended && is_old(visit)
        });
        if is_shown && taken.is_none() {
            self.put_report_away();
        }
    }

    /// Puts away what was found, but not while something is looked at or put right.
    pub(in crate::app) fn put_report_away(&mut self) {
        if self.doctor.job.is_none() {
            self.doctor.found = None;
        }
    }

    /// Does what the mends say, and looks then; what was asked before that is given up.
    pub(in crate::app) fn examine(&mut self, subject: Subject, mends: Vec<Mend>) {
        // A repair that has begun is never given up half way.
        if self.doctor.is_repairing {
            return;
        }
        self.doctor.is_repairing = !mends.is_empty();
        let whose = self.my_keys.whose().clone();
        let text = self.doctor.long_log.as_ref().unwrap_or(&self.doctor.log).clone();
        let examined = subject.clone();
        let job = Job::start("doctor", &self.wake.0, move |pulse| {
            let (mut done, mut failed) = (Vec::new(), Vec::new());
            for remedy in &mends {
                match told_by_disk(|| mend::mend(remedy, None, &whose)) {
                    Ok(sentence) => done.push(sentence),
                    Err(problem) => failed.push(problem),
                }
            }
            let (examination, mends) = match looked(&examined, &text, &whose, pulse) {
                Ok((examination, mends)) => (Ok(examination), mends),
                Err(problem) => (Err(problem), Vec::new()),
            };
            Found {
                subject: examined,
                examination,
                mends,
                done,
                failed,
            }
        });
        self.doctor.job = Some((subject, job));
    }

    pub(in crate::app) fn poll_doctor(&mut self) {
        let Some((subject, job)) = &mut self.doctor.job else {
            return;
        };
        let found = match job.poll() {
            Poll::Running => return,
            Poll::Done(found) => found,
            Poll::Lost => Found {
                subject: subject.clone(),
                examination: Err(lost()),
                mends: Vec::new(),
                done: Vec::new(),
                failed: Vec::new(),
            },
        };
        self.doctor.job = None;
        self.doctor.is_repairing = false;
        self.doctor.found = Some(found);
    }
}

/// Whether somebody has a private key on the clipboard, which is not to stand in a field for all to see.
fn holds_private_key(text: &[u8]) -> bool {
    let start = text.trim_ascii_start();
    let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_block = first.starts_with(b"-----BEGIN ") && first.trim_ascii_end().ends_with(b"PRIVATE KEY-----");
    is_block || first.starts_with(b"PuTTY-User-Key-File-")
}

fn no_log() -> Problem {
    Problem::new(
        "usage",
        Blame::Usage,
        "there is a private key on the clipboard, and nothing that a program has printed",
        "To open the key, choose “Paste a key” in the menu File. Here, paste what ssh, git or PuTTY has printed.",
    )
}

type Looked = (Examination, Vec<Mend>);

/// Looks, and changes nothing.
fn looked(subject: &Subject, text: &str, whose: &Whose, pulse: &Pulse) -> Result<Looked, Problem> {
    let examination = match subject {
        Subject::Here => {
            let here = here::examine(whose, pulse);
            return Ok((here.examination, here.mends));
        }
        Subject::Log if text.trim().is_empty() => {
            return Err(Problem::new(
                "usage",
                Blame::Usage,
                "there is nothing to examine yet",
                "Paste what ssh has printed; with -v it prints more: ssh -v you@server",
            ));
        }
        Subject::Log => {
            let read = log::examine(text.as_bytes());
            let read = read.map_err(|error| ReadError::new(Path::new("the log"), error))?;
            confirm::confirmed(read, whose)
        }
        Subject::File(path) => of_file(path, whose)?,
    };
    // Nobody is asked for a passphrase there.
    let examination = examination.without_passphrase();
    let mends = examination.mends();
    Ok((examination, mends))
}

/// What a file comes to: as a key, or where it is none as a log.
fn of_file(path: &Path, whose: &Whose) -> Result<Examination, Problem> {
    let key = file::examine(path, None, whose)?;
    let is_no_key = key
        .verdicts
        .iter()
        .any(|verdict| verdict.cause == Cause::KeyFileFormat);
    // What is no file, a pipe say, might never end.
    if is_no_key && path.is_file() {
        let failed = |error| Problem::from(ReadError::new(path, error));
        let file = File::open(path).map_err(failed)?;
        let log = log::examine(BufReader::new(file)).map_err(failed)?;
        let says_nothing = |cause: Cause| matches!(cause, Cause::NotAboutKeys | Cause::Unknown);
        if log.verdicts.iter().any(|verdict| !says_nothing(verdict.cause)) {
            return Ok(confirm::confirmed(log, whose));
        }
    }
    Ok(key)
}

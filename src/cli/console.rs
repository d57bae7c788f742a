//! What is printed, where, and in which shape.

use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use clap::Args;
use serde_json::{Value, json};

use super::{json as shape, terminal};
use crate::engine::describe::Warning;
use crate::engine::{Blame, Problem};
use crate::format::{Consent, Cost, DecodeError};
use crate::key::comment::escaped;

/// Taken while something is written to standard output, so that an interruption can tell.
static PRINTING: Mutex<()> = Mutex::new(());

/// The options that every command has.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Common options")]
#[expect(clippy::struct_excessive_bools, reason = "one for each switch")]
pub(super) struct Console {
    /// Print one JSON object, or one a line for several files, and nothing else
    #[arg(long, global = true)]
    json: bool,
    /// Print nothing but what was asked for, and errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Replace files that exist
    #[arg(long, global = true)]
    force: bool,
    /// Go on where it would be asked: with a file that is unusually slow to open, or the last way into a server
    #[arg(long, global = true)]
    yes: bool,
    #[arg(skip)]
    is_shared: bool,
}

impl Console {
    /// For errors in the words themselves, when nothing else is known yet.
    pub(super) fn before_parsing(json: bool) -> Self {
        Self {
            json,
            quiet: false,
            force: false,
            yes: false,
            is_shared: false,
        }
    }

    pub(super) fn is_json(self) -> bool {
        self.json
    }

    /// Whether what is lost by it has been agreed to.
    pub(super) fn is_forced(self) -> bool {
        self.force
    }

    /// Whether a stated cost has been agreed to.
    pub(super) fn has_agreed(self) -> bool {
        self.yes
    }

    /// The same without a bar, where somebody else may ask on the terminal meanwhile.
    pub(super) fn without_progress(self) -> Self {
        Self {
            is_shared: true,
            ..self
        }
    }

    pub(super) fn shows_progress(self) -> bool {
        !self.quiet && !self.is_shared && io::IsTerminal::is_terminal(&io::stderr())
    }

    /// Tells what was done.
    pub(super) fn say(self, text: &str) -> Result<(), Problem> {
        if self.json || self.quiet {
            return Ok(());
        }
        print(format!("{text}\n").as_bytes())
    }

    /// Tells something by the way.
    pub(super) fn note(self, text: &str) {
        if !self.quiet {
            complain(&format!("note: {text}\n"));
        }
    }

    /// Passes on what a server says; each line is marked as its own.
    pub(super) fn pass_on(self, said: &str) {
        if !self.quiet && !said.is_empty() {
            complain(&format!("{said}\n"));
        }
    }

    pub(super) fn warn(self, warning: &Warning) {
        if !self.quiet {
            complain(&format!(
                "warning: {}\nhint: {}\n",
                escaped(warning.message.as_bytes()),
                warning.hint
            ));
        }
    }

    pub(super) fn warn_all(self, warnings: &[Warning]) {
        for warning in warnings {
            self.warn(warning);
        }
    }

    /// Says what went wrong and what to do.
    pub(super) fn report(self, problem: &Problem) {
        complain_about(problem);
        self.print_error(problem, None);
    }

    /// The same for `file`, which is named in front where it is one of several.
    fn report_about(self, problem: &Problem, file: &str, is_one_of_several: bool) {
        // What could not be read is named already.
        let is_named = problem.blame == Blame::World
            || escaped(problem.what.as_bytes()).starts_with(&format!("{file} "));
        complain_of(
            problem,
            Some(file).filter(|file| is_one_of_several && !is_named && !file.is_empty()),
        );
        self.print_error(problem, Some(file));
    }

    fn print_error(self, problem: &Problem, file: Option<&str>) {
        if self.json {
            let mut object = json!({ "error": shape::error(problem) });
            if let Some(file) = file {
                object["file"] = file.into();
            }
            if let Err(unprinted) = print_object(&object) {
                complain_about(&unprinted);
            }
        }
    }

    /// Says that the program was interrupted. Waits for nobody, for it is the last thing that is done.
    pub(super) fn report_interruption(self, problem: &Problem) {
        let is_printing = PRINTING.try_lock().is_err();
        if is_printing {
            complain_about(problem);
        } else {
            self.report(problem);
        }
    }

    /// The exit status for how a command ended, told where it ended badly.
    pub(super) fn end(self, result: Result<(), Problem>) -> ExitCode {
        match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(problem) => {
                self.report(&problem);
                exit_code(problem.blame)
            }
        }
    }

    /// Does `work` for each of `files`, tells what fails, and goes on; the first failure decides.
    pub(super) fn for_each<T>(
        self,
        files: &[T],
        name: impl Fn(&T) -> String,
        mut work: impl FnMut(&T) -> Result<(), Problem>,
    ) -> ExitCode {
        let mut first = None;
        for file in files {
            if let Err(problem) = work(file) {
                self.report_about(&problem, &name(file), files.len() > 1);
                first.get_or_insert(problem.blame);
            }
        }
        first.map_or(ExitCode::SUCCESS, exit_code)
    }

    /// Whether an unusual cost is accepted: by `--yes`, or by the person at the terminal.
    ///
    /// # Errors
    /// It is not.
    pub(super) fn accept_cost(self, cost: Cost) -> Result<Consent, Problem> {
        match cost.check(Consent::NotGiven) {
            Ok(()) => Ok(Consent::NotGiven),
            Err(DecodeError::CostsMuch(_)) if self.yes => Ok(Consent::Given),
            Err(error @ DecodeError::CostsMuch(_)) => {
                let question = format!("Opening this file costs {cost}, much more than is usual. Go on?");
                if terminal::is_there() && terminal::ask_yes(&question)? {
                    Ok(Consent::Given)
                } else {
                    Err(error.into())
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Lets the lower floors' warnings be read, such as of a file that could not be tidied away.
    pub(super) fn log_warnings(self) {
        static WARNINGS: Warnings = Warnings;
        // Setting it fails only where there is one already.
        if !self.quiet && log::set_logger(&WARNINGS).is_ok() {
            log::set_max_level(log::LevelFilter::Warn);
        }
    }
}

struct Warnings;

impl log::Log for Warnings {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        // What libraries say to those who wrote them is nothing for a person.
        metadata.level() <= log::Level::Warn && metadata.target().starts_with(env!("CARGO_CRATE_NAME"))
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            complain(&format!(
                "warning: {}\n",
                escaped(record.args().to_string().as_bytes())
            ));
        }
    }

    fn flush(&self) {}
}

pub(super) fn exit_code(blame: Blame) -> ExitCode {
    ExitCode::from(status(blame))
}

pub(super) fn status(blame: Blame) -> u8 {
    match blame {
        Blame::Key => 1,
        Blame::Usage => 2,
        Blame::Passphrase => 3,
        Blame::World => 4,
        Blame::Interrupted => 5,
    }
}

/// A path as it may be printed.
pub(super) fn shown(path: &Path) -> String {
    escaped(path.as_os_str().as_encoded_bytes())
}

/// Hands over what was asked for, as JSON.
pub(super) fn print_object(object: &Value) -> Result<(), Problem> {
    print(format!("{}\n", shape::printable(object)).as_bytes())
}

/// Hands over what was asked for, on standard output. A reader that has gone away has read enough: that is no error.
pub(super) fn print(bytes: &[u8]) -> Result<(), Problem> {
    let _printing = PRINTING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Problem::new(
            "io-error",
            Blame::World,
            format!("standard output could not be written: {error}"),
            "Make room where it is redirected to.",
        )),
        _ => Ok(()),
    }
}

fn complain_about(problem: &Problem) {
    complain_of(problem, None);
}

/// The same, with the name of the file in front that it is about.
fn complain_of(problem: &Problem, file: Option<&str>) {
    let what = escaped(problem.what.as_bytes());
    let what = file.map_or(what.clone(), |file| format!("{file}: {what}"));
    let hint = escaped(problem.hint.as_bytes());
    complain(&if hint.is_empty() {
        format!("error: {what}\n")
    } else {
        format!("error: {what}\nhint: {hint}\n")
    });
}

pub(super) fn complain(text: &str) {
    // Where standard error is gone, there is nobody left to tell.
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

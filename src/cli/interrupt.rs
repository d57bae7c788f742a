//! Control-C, and the signals that ask a program to end.

use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::console::{Console, status};
use super::{terminal, work};
use crate::engine::{Blame, Problem};

/// How far the files have come that this program was started for.
#[derive(PartialEq)]
enum Files {
    Untouched,
    /// In place; only the telling is left.
    Written,
    /// In place, and it was asked once already to end the telling.
    Passed,
}

/// Held while files are written, so that they are written whole or not at all.
static FILES: Mutex<Files> = Mutex::new(Files::Untouched);

fn files() -> MutexGuard<'static, Files> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on an interruption ends the program at once with status 5, nothing written. Once files
/// are in place the first one comes too late, and is passed over; the next one ends the telling.
pub(super) fn install(console: Console) {
    let end = move || {
        let mut files = files();
        let hint = match *files {
            Files::Written => {
                *files = Files::Passed;
                return;
            }
            Files::Passed => "What had been done by then stays done.",
            Files::Untouched => "Nothing was written.",
        };
        terminal::restore();
        work::leave_bar();
        let problem = Problem::new("cancelled", Blame::Interrupted, "interrupted", hint);
        console.report_interruption(&problem);
        process::exit(status(problem.blame).into());
    };
    if let Err(error) = ctrlc::set_handler(end) {
        log::debug!("an interruption ends the program the hard way: {error}");
    }
}

/// Runs `write`, which an interruption waits for.
pub(super) fn uninterrupted<T, E>(write: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let mut files = files();
    let written = write()?;
    *files = Files::Written;
    Ok(written)
}

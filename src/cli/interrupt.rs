//! Control-C, and the signals that ask a program to end.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use super::console::{Console, complain, status};
use super::{terminal, work};
use crate::engine::job::Pulse;
use crate::engine::{Blame, Problem};
use crate::key::watch::{Progress, Watch};

/// How far the files have come that this program was started for.
#[derive(PartialEq)]
enum Files {
    Untouched,
    /// In place; only the telling is left.
    Written,
    /// In place, and it was asked once already to end the telling.
    Passed,
    /// A list on a server was changed, and is whole.
    Listed,
}

/// Held while files are written, so that they are written whole or not at all.
static FILES: Mutex<Files> = Mutex::new(Files::Untouched);

/// Whether it is a list on a server that is being written, which may take long.
static IS_LIST: AtomicBool = AtomicBool::new(false);

fn files() -> MutexGuard<'static, Files> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on an interruption ends the program at once with status 5, nothing written. Once files
/// are in place the first one comes too late, and is passed over; the next one ends the telling.
pub(super) fn install(console: Console) {
    let end = move || {
        let mut files = files_in_the_end();
        let hint = match *files {
            Files::Listed => {
                "The list of keys on the server was changed, and is whole; what was to come after that was left out."
            }
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

/// Waits until nothing is being written, and says so where that may take long.
fn files_in_the_end() -> MutexGuard<'static, Files> {
    match FILES.try_lock() {
        Ok(files) => files,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => {
            if IS_LIST.load(Ordering::Relaxed) {
                work::leave_bar();
                complain("note: this ends as soon as the list on the server is whole\n");
            }
            files()
        }
    }
}

/// Work on a server, which an interruption ends at once while it reads; it waits for what must be written whole.
pub(super) struct Ending<'a>(pub(super) &'a Pulse);

impl Watch for Ending<'_> {
    fn progress(&self, progress: Progress) {
        self.0.progress(progress);
    }

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    fn whole(&self, part: &mut dyn FnMut() -> bool) {
        let mut files = files();
        IS_LIST.store(true, Ordering::Relaxed);
        if part() {
            *files = Files::Listed;
        }
        IS_LIST.store(false, Ordering::Relaxed);
    }
}

/// Runs `write`, which an interruption waits for.
pub(super) fn uninterrupted<T, E>(write: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let mut files = files();
    let written = write()?;
    *files = Files::Written;
    Ok(written)
}

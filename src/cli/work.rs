//! Work that may take long: with a bar on the terminal, and nothing at all in a pipe.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::console::Console;
use crate::app::job::{Job, Poll, Pulse};
use crate::app::{Problem, lost};

/// How often the bar is drawn.
const BEAT: Duration = Duration::from_millis(80);
/// Work that is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_millis(400);
const STEPS: u64 = 1000;

/// Runs `work` on a thread of its own and waits for it. `doing` says what is going on: “Making an RSA
/// key”.
pub(super) fn run<T: Send + 'static>(
    console: Console,
    doing: &str,
    work: impl FnOnce(&Pulse) -> T + Send + 'static,
) -> Result<T, Problem> {
    let mut job = Job::start("work", &(Arc::new(|| {}) as _), work);
    let mut bar = None;
    loop {
        match job.wait(BEAT) {
            Poll::Running => {}
            Poll::Done(result) => return Ok(result),
            Poll::Lost => return Err(lost()),
        }
        if console.shows_progress() && job.elapsed() > PATIENCE {
            bar.get_or_insert_with(|| Bar::new(doing)).draw(job.progress());
        }
    }
}

/// A line that is taken away again when the work is done.
struct Bar(ProgressBar);

impl Bar {
    fn new(doing: &str) -> Self {
        let bar = ProgressBar::new(STEPS);
        bar.set_message(doing.to_owned());
        Self(bar)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a fraction of a thousand"
    )]
    fn draw(&self, done: Option<f32>) {
        let template = match done {
            Some(_) => "{msg}… [{bar:30}] {elapsed}",
            None => "{spinner} {msg}… {elapsed}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style.progress_chars("=> "));
        }
        match done {
            Some(done) => self.0.set_position((done * STEPS as f32) as u64),
            None => self.0.tick(),
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

//! Work that may take long: with a bar on the terminal, and nothing at all in a pipe.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::console::{Console, complain, print};
use crate::engine::duration::in_words;
use crate::engine::job::{Job, Poll, Pulse};
use crate::engine::{Problem, lost};

/// How often the bar is drawn.
const BEAT: Duration = Duration::from_millis(80);
/// Work that is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_millis(400);
const STEPS: u64 = 1000;

static IS_DRAWN: AtomicBool = AtomicBool::new(false);

/// Runs `work` on a thread of its own and waits for it. `doing` says what is going on: “Making an RSA
/// key”.
pub(super) fn run<T: Send + 'static>(
    console: Console,
    doing: &str,
    work: impl FnOnce(&Pulse) -> T + Send + 'static,
) -> Result<T, Problem> {
    let (_, nothing) = channel();
    run_and_tell(console, doing, &nothing, work)
}

/// The same; the lines that come meanwhile are printed as they come.
pub(super) fn run_and_tell<T: Send + 'static>(
    console: Console,
    doing: &str,
    lines: &Receiver<String>,
    work: impl FnOnce(&Pulse) -> T + Send + 'static,
) -> Result<T, Problem> {
    let mut job = Job::start("work", &(Arc::new(|| {}) as _), work);
    let mut bar: Option<Bar> = None;
    loop {
        let how_far = job.wait(BEAT);
        let told: String = lines.try_iter().map(|line| line + "\n").collect();
        match &bar {
            _ if told.is_empty() => {}
            Some(bar) => bar.0.suspend(|| print(told.as_bytes()))?,
            None => print(told.as_bytes())?,
        }
        match how_far {
            Poll::Running => {}
            Poll::Done(result) => return Ok(result),
            Poll::Lost => return Err(lost()),
        }
        if console.shows_progress() && job.elapsed() > PATIENCE {
            bar.get_or_insert_with(|| Bar::new(doing))
                .draw(job.progress(), job.left(), job.words());
        }
    }
}

/// Ends the line that the bar stands on, where there is one, before the program ends.
pub(super) fn leave_bar() {
    if IS_DRAWN.load(Ordering::Relaxed) {
        complain("\n");
    }
}

/// A line that is taken away again when the work is done.
struct Bar(ProgressBar);

impl Bar {
    fn new(doing: &str) -> Self {
        let bar = ProgressBar::new(STEPS).with_style(style(false));
        IS_DRAWN.store(true, Ordering::Relaxed);
        bar.set_message(doing.to_owned());
        Self(bar)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a fraction of a thousand"
    )]
    fn draw(&self, done: Option<f32>, left: Option<Duration>, words: String) {
        self.0.set_style(style(done.is_some()));
        let left = left.map(|left| format!(", on average another {}", in_words(left)));
        self.0.set_prefix(left.unwrap_or_default());
        if !words.is_empty() {
            self.0.set_message(words);
        }
        match done {
            Some(done) => self.0.set_position((done * STEPS as f32) as u64),
            None => self.0.tick(),
        }
    }
}

fn style(is_measured: bool) -> ProgressStyle {
    let template = if is_measured {
        "{msg}… [{bar:30}] {elapsed}{prefix}"
    } else {
        "{spinner} {msg}… {elapsed}"
    };
    let style = ProgressStyle::with_template(template);
    style.map_or_else(
        |_| ProgressStyle::default_bar(),
        |style| style.progress_chars("=> "),
    )
}

impl Drop for Bar {
    fn drop(&mut self) {
        IS_DRAWN.store(false, Ordering::Relaxed);
        self.0.finish_and_clear();
    }
}

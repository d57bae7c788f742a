//! Work that takes longer than a frame: a named thread that can be watched and cancelled.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::key::watch::{Progress, Watch};
use crate::secret::forgetting;

/// Called from any thread when there is something new to look at: all that ties jobs to a window.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Progress is told in so many steps, so that the window is not woken for less.
const STEPS: f32 = 1000.0;

/// The working side of a job: says how far it is, hears whether to stop.
pub struct Pulse {
    cancelled: AtomicBool,
    /// Thousandths done; [`UNKNOWN`] until the work says something.
    done: AtomicU32,
    /// How much work is to be expected for what has been done: the bits of an `f32`.
    left: AtomicU32,
    /// The same in words, where the work has some.
    words: Mutex<String>,
    wake: Wake,
}

const UNKNOWN: u32 = u32::MAX;

/// Work that takes no longer needs no word about it, and after less nothing can be said.
const WORTH_AN_ESTIMATE: Duration = Duration::from_secs(1);

impl fmt::Debug for Pulse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pulse")
            .field("cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}

impl Watch for Pulse {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a fraction of a thousand"
    )]
    fn progress(&self, progress: Progress) {
        let left = match progress {
            Progress::Searching { left, .. } => left,
            Progress::Checking => 0.0,
        };
        self.left.store(left.to_bits(), Ordering::Relaxed);
        let done = (progress.fraction() * STEPS) as u32;
        if self.done.swap(done, Ordering::Relaxed) != done {
            (self.wake)();
        }
    }

    fn tell(&self, words: &str) {
        words.clone_into(&mut self.words.lock().unwrap_or_else(PoisonError::into_inner));
        (self.wake)();
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// How a job stands.
#[derive(Debug)]
pub enum Poll<T> {
    /// Still at it.
    Running,
    /// Finished, with this.
    Done(T),
    /// The thread panicked; there is no result.
    Lost,
}

/// Work on a thread of its own. Dropping it cancels it.
pub struct Job<T> {
    result: Receiver<T>,
    pulse: Arc<Pulse>,
    started: Instant,
}

impl<T: Send + 'static> Job<T> {
    /// Starts `work` on a thread called `name`, which wakes the window when it is finished.
    #[must_use]
    pub fn start(name: &str, wake: &Wake, work: impl FnOnce(&Pulse) -> T + Send + 'static) -> Self {
        let pulse = Arc::new(Pulse {
            cancelled: AtomicBool::new(false),
            done: AtomicU32::new(UNKNOWN),
            left: AtomicU32::new(f32::INFINITY.to_bits()),
            words: Mutex::default(),
            wake: Arc::clone(wake),
        });
        let (sender, result) = channel();
        let theirs = Arc::clone(&pulse);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            /// Wakes the window even when the work panics, so that it sees the job is lost.
            struct WakeAtEnd(Arc<Pulse>);
            impl Drop for WakeAtEnd {
                fn drop(&mut self) {
                    (self.0.wake)();
                }
            }
            let at_end = WakeAtEnd(theirs);
            // Somebody may look at the memory as soon as the result is there.
            let result = forgetting(|| work(&at_end.0));
            // Nobody listens any more when the job was dropped.
            drop(sender.send(result));
        });
        if let Err(error) = thread {
            // The sender went down with the closure, so the job reads as lost.
            log::error!("no thread for {name}: {error}");
        }
        Self {
            result,
            pulse,
            started: Instant::now(),
        }
    }
}

impl<T> Job<T> {
    /// Asks how it stands; never waits. After `Done` or `Lost` the job has nothing more to say.
    pub fn poll(&mut self) -> Poll<T> {
        match self.result.try_recv() {
            Ok(result) => Poll::Done(result),
            Err(TryRecvError::Empty) => Poll::Running,
            Err(TryRecvError::Disconnected) => Poll::Lost,
        }
    }

    /// Waits for the end, at most `limit`: for the console program, which has nothing else to do.
    pub fn wait(&mut self, limit: Duration) -> Poll<T> {
        use std::sync::mpsc::RecvTimeoutError;
        match self.result.recv_timeout(limit) {
            Ok(result) => Poll::Done(result),
            Err(RecvTimeoutError::Timeout) => Poll::Running,
            Err(RecvTimeoutError::Disconnected) => Poll::Lost,
        }
    }

    /// How far it is, in words; empty where it has none.
    #[must_use]
    pub fn words(&self) -> String {
        let words = self.pulse.words.lock();
        words.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How much is done, `0.0..=1.0`; nothing while it cannot be told.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "at most a thousand")]
    pub fn progress(&self) -> Option<f32> {
        match self.pulse.done.load(Ordering::Relaxed) {
            UNKNOWN => None,
            done => Some(done as f32 / STEPS),
        }
    }

    /// How long it has been running.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// How much longer it will take on average; nothing while that cannot be told, or is not worth it.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        let elapsed = self.elapsed();
        let left = f32::from_bits(self.pulse.left.load(Ordering::Relaxed));
        if elapsed < WORTH_AN_ESTIMATE {
            return None;
        }
        let left = Duration::try_from_secs_f32(elapsed.as_secs_f32() * left).ok()?;
        (left >= WORTH_AN_ESTIMATE).then_some(left)
    }

    /// Asks it to stop. It may still finish.
    pub fn cancel(&self) {
        self.pulse.cancelled.store(true, Ordering::Relaxed);
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl<T> fmt::Debug for Job<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("progress", &self.progress())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet() -> Wake {
        Arc::new(|| {})
    }

    const LONG: Duration = Duration::from_secs(10);

    #[test]
    fn a_job_hands_over_what_it_made() {
        let mut job = Job::start("test", &quiet(), |_| 7);
        assert!(matches!(job.wait(LONG), Poll::Done(7)));
    }

    #[test]
    fn a_panic_is_a_lost_job_and_not_a_hang() {
        let mut job: Job<()> = Job::start("test-that-panics", &quiet(), |_| panic!("on purpose"));
        assert!(matches!(job.wait(LONG), Poll::Lost));
    }

    #[test]
    fn dropping_a_job_cancels_it() {
        let (sender, heard) = channel();
        let job = Job::start("test", &quiet(), move |pulse| {
            while !pulse.is_cancelled() {
                std::thread::sleep(Duration::from_millis(1));
            }
            sender.send(()).unwrap();
        });
        drop(job);
        heard.recv_timeout(LONG).unwrap();
    }

    #[test]
    fn the_window_is_woken_at_the_end_and_when_progress_moves() {
        let (sender, woken) = channel();
        let wake: Wake = Arc::new(move || sender.send(()).unwrap_or_default());
        let mut job = Job::start("test", &wake, |pulse| {
            for done in [0.1, 0.1, 0.9] {
                pulse.progress(Progress::Searching { done, left: 1.0 });
            }
        });
        assert!(matches!(job.wait(LONG), Poll::Done(())));
        for _ in 0..3 {
            woken.recv_timeout(LONG).unwrap();
        }
        assert!((job.progress().unwrap() - 0.9).abs() < 0.01);
    }

    #[test]
    fn what_is_left_is_told_after_a_second() {
        let work = |pulse: &Pulse| {
            pulse.progress(Progress::Searching { done: 0.1, left: 9.0 });
            while !pulse.is_cancelled() {
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        let mut job = Job::start("test", &quiet(), work);
        job.started = Instant::now()
            .checked_sub(Duration::from_secs(10))
            .expect("the machine runs for longer");
        let mut left = None;
        while left.is_none() {
            left = job.left();
        }
        let left = left.expect("it was told").as_secs();
        assert!((90..99).contains(&left), "{left}");
    }
}

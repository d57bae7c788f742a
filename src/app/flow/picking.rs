//! File dialogs of the system, awaited on a thread of their own, and closed when nobody wants their answer any more.

use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::app::App;
use crate::app::desktop::{Picked, Picking};
use crate::app::dialog::{Choosing, Dialog};
use crate::app::task::Task;
use crate::engine::job::{Job, Pulse};
use crate::key::watch::Watch as _;

/// How long after it is no longer wanted a dialog may stay.
const GLANCE: Duration = Duration::from_millis(50);

/// Wakes the thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits until the dialog is answered. When the job is cancelled before, the dialog is dropped, and that closes it.
fn answer(mut picking: Picking, pulse: &Pulse) -> Picked {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(picked) = picking.as_mut().poll(&mut context) {
            return picked;
        }
        if pulse.is_cancelled() {
            return Picked::Cancelled;
        }
        thread::park_timeout(GLANCE);
    }
}

impl App {
    /// A job that waits for the answer; the window goes on drawing.
    pub(in crate::app::flow) fn start_picking(&self, picking: Picking) -> Job<Picked> {
        Job::start("pick", &self.wake.0, move |pulse| answer(picking, pulse))
    }

    /// Closes the dialogs of the system that are open; called when the window closes. What does not close is waited for
    /// no longer than `limit`.
    pub fn close_file_dialogs(&mut self, limit: Duration) {
        let mut jobs = Vec::new();
        if let Some(Task::Picking { job, .. }) =
            self.task.take_if(|task| matches!(task, Task::Picking { .. }))
        {
            jobs.push(job);
        }
        if let Some(Dialog::AddPlace(adding)) = &mut self.dialog
            && let Choosing::Open(job) = std::mem::take(&mut adding.choosing)
        {
            jobs.push(job);
        }
        for mut job in jobs {
            job.cancel();
            job.wait(limit);
        }
    }
}

//! Logging in on a server that a key was put on, in the person's terminal.

use std::path::PathBuf;

use crate::app::desktop::Desktop;
use crate::app::{App, Status};
use crate::engine::job::{Job, Poll};
use crate::engine::keys::default_key::not_for_ssh;
use crate::engine::log_in::{Held, LogIn};
use crate::engine::servers::{Shell, find};
use crate::engine::{Blame, Problem, lost};
use crate::key::PublicKey;

impl App {
    /// With the key that is open.
    pub(in crate::app) fn log_in_with_document(&mut self, server: String, desktop: &dyn Desktop) {
        if let Some(document) = self.document()
            && let Some(path) = document.path.clone()
        {
            let key = document.public().clone();
            self.log_in(server, (key, path), desktop);
        }
    }

    /// With the key that is chosen.
    pub(in crate::app) fn log_in_with_chosen(&mut self, server: String, desktop: &dyn Desktop) {
        let Some(key) = self.my_keys.chosen() else { return };
        let (Some(file), Some(public)) = (key.file_for_ssh(), key.described.public.clone()) else {
            let problem = not_for_ssh(&key.title());
            return self.fail("You are not logged in", problem);
        };
        let path = file.path.clone();
        self.log_in(server, (public, path), desktop);
    }

    fn log_in(&mut self, server: String, (key, path): (PublicKey, PathBuf), desktop: &dyn Desktop) {
        let open = desktop.terminal();
        let job = Job::start("log in", &self.wake.0, move |_| {
            let target = find(&server, &[], None)?;
            match LogIn::of(&target, &key, &Held::at(&path), Shell::Answers, false) {
                LogIn::Command { words, .. } => Ok(open(&words)),
                LogIn::Refused(warning) => Err(Problem::new(
                    warning.code,
                    Blame::World,
                    warning.message,
                    warning.hint,
                )),
                LogIn::OtherFile | LogIn::Elsewhere => Err(not_for_ssh(&path.display().to_string())),
            }
        });
        self.logging_in = Some(job);
    }

    pub(in crate::app) fn poll_log_in(&mut self) {
        let Some(job) = &mut self.logging_in else { return };
        let came = match job.poll() {
            Poll::Running => return,
            Poll::Done(came) => came,
            Poll::Lost => Err(lost()),
        };
        self.logging_in = None;
        match came {
            Ok(is_open) => self.terminal_opened(is_open),
            Err(problem) => self.fail("You are not logged in", problem),
        }
    }

    pub(in crate::app::flow) fn terminal_opened(&mut self, is_open: bool) {
        self.status = Status::say(if is_open {
            "A terminal is being opened, with ssh in it."
        } else {
            "No terminal was found that takes this command. Copy it, and paste it into one."
        });
    }
}

//! The keys in agents: shown, added and removed, each in a job that ends with a new look at them.

use std::sync::Arc;

use crate::app::desktop::Desktop;
use crate::app::dialog::{Agents, AgentsResult, Keep};
use crate::app::{App, Status};
use crate::engine::job::{Job, Poll};
use crate::engine::{Problem, agents, lost};
use crate::format::agent::Constraints;
use crate::sys::agent::Agent;

impl App {
    pub(in crate::app) fn show_agents(&mut self, desktop: &dyn Desktop) {
        let find = desktop.agents();
        let job = Job::start("agents", &self.wake.0, |_| {
            (Ok(String::new()), agents::show(agents::with_configured(find())))
        });
        // What was chosen and is shown stays until they have answered.
        let agents = self.agents.get_or_insert_default();
        agents.problem = None;
        agents.job = Some(job);
    }

    pub(in crate::app) fn add_to_agent(&mut self, index: usize) {
        let Some((agent, constraints, done)) = self.agents.as_ref().and_then(|dialog| {
            let constraints = Constraints {
                lifetime: dialog.keep.lifetime(),
                confirm: dialog.confirm,
            };
            let keep = match dialog.keep {
                Keep::UntilRemoved => String::new(),
                Keep::Hours(_) => format!(" for {}", dialog.keep.title()),
            };
            let done = format!("Added the key to the agent{keep}.");
            Some((dialog.agent(index)?, constraints, done))
        }) else {
            return;
        };
        let Some((document, key)) = self
            .document()
            .and_then(|document| Some((document, document.key()?)))
        else {
            return;
        };
        let (key, certificate) = (Arc::clone(key), document.certificate().cloned());
        let comment = match document.draft.checked_comment() {
            Ok(comment) => agents::comment_for(comment.as_str().as_bytes(), document.path.as_deref()),
            Err(problem) => return self.agents_fail(problem),
        };
        self.ask_agent(move || {
            agent.add(&key, certificate.as_ref(), &comment, constraints)?;
            Ok(done)
        });
    }

    pub(in crate::app) fn remove_from_agent(&mut self, index: usize, entry: usize) {
        let Some((agent, blob)) = self.agents.as_ref().and_then(|dialog| {
            let entries = dialog.shown.as_ref()?.as_ref().ok()?.get(index)?.entries.as_ref();
            Some((dialog.agent(index)?, entries.ok()?.get(entry)?.blob.clone()))
        }) else {
            return;
        };
        self.ask_agent(move || {
            agent.remove(&blob)?;
            Ok("Removed the key from the agent.".to_owned())
        });
    }

    /// Does `work` in a job, one at a time, and looks at the agents again.
    fn ask_agent(&mut self, work: impl FnOnce() -> Result<String, Problem> + Send + 'static) {
        let wake = Arc::clone(&self.wake.0);
        if let Some(dialog) = &mut self.agents
            && dialog.job.is_none()
        {
            let asked = dialog.all();
            dialog.problem = None;
            dialog.job = Some(Job::start("agents", &wake, |_| (work(), agents::show(asked))));
        }
    }

    pub(in crate::app) fn poll_agents(&mut self) {
        let Some(dialog) = &mut self.agents else {
            return;
        };
        let Some(job) = &mut dialog.job else { return };
        let (done, shown): AgentsResult = match job.poll() {
            Poll::Running => return,
            Poll::Done(result) => result,
            Poll::Lost => (Err(lost()), Err(lost())),
        };
        dialog.job = None;
        dialog.shown = Some(shown);
        match done {
            Ok(done) if done.is_empty() => {}
            Ok(done) => self.status = Status::say(done),
            Err(problem) => dialog.problem = Some(problem),
        }
    }

    fn agents_fail(&mut self, problem: Problem) {
        if let Some(dialog) = &mut self.agents {
            dialog.problem = Some(problem);
        }
    }
}

impl Agents {
    fn all(&self) -> Vec<Agent> {
        let shown = self.shown.iter().flatten().flatten();
        shown.map(|shown| shown.agent.clone()).collect()
    }

    fn agent(&self, index: usize) -> Option<Agent> {
        Some(self.shown.as_ref()?.as_ref().ok()?.get(index)?.agent.clone())
    }
}

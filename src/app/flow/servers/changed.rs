//! A server that shows another key than the one by which it is known: its new key is taken once its fingerprint was compared.

use super::work::working;
use crate::app::App;
use crate::app::errand::{Came, ChangedHost, Now, Visit};
use crate::engine::job::Wake;
use crate::engine::servers::Reached;
use crate::engine::told_by_disk;
use crate::sys::remote::Target;

impl App {
    /// Takes the new key of a server, if its fingerprint is the one that was typed. Otherwise that is said, and nothing is changed.
    pub(in crate::app) fn replace_host_key(&mut self) {
        self.go_on(|now, visit, wake| match now {
            Now::Changed(mut host) => match host.reached.is_the_one(&host.typed) {
                Ok(()) => {
                    let target = visit.route.last().cloned();
                    working(wake, move |_| {
                        let there = host.reached.target().clone();
                        let sentence = told_by_disk(|| host.reached.take_new_key())?;
                        Ok(Came::Replaced(sentence, Box::new(target.unwrap_or(there))))
                    })
                }
                Err(problem) => {
                    host.refused = Some(problem);
                    Now::Changed(host)
                }
            },
            other => other,
        });
    }
}

impl Visit {
    /// The old key is forgotten; nobody has signed in yet but on the way, so all of it is done from its beginning.
    pub(super) fn replaced(&mut self, sentence: String, target: &Target, wake: &Wake) -> Now {
        self.remarks.push(sentence);
        self.begin_again();
        self.route = target.route().into_iter().cloned().collect();
        self.reach(None, wake)
    }
}

/// What is asked where a server has another key than before.
pub(super) fn has_changed(reached: Reached) -> Now {
    Now::Changed(Box::new(ChangedHost {
        problem: reached.fault(),
        typed: String::new(),
        refused: None,
        reached,
    }))
}

//! Whether one can log in on a server, and else why not: the steps of the examination.

use super::work::{self, working};
use crate::app::desktop::Desktop;
use crate::app::errand::{After, Came, Errand, Examined, Mended, Notes, Now, Visit};
use crate::app::{App, Page};
use crate::engine::doctor::{inside, live, mend};
use crate::engine::faults::ServerFault;
use crate::engine::job::Wake;
use crate::engine::keys::Whose;
use crate::engine::servers::{Server, Session, in_order_of_ssh};
use crate::engine::{Problem, agents, told_by_disk};
use crate::key::watch::Watch;
use crate::sys::agent::Agent;
use crate::sys::remote::Target;

impl App {
    /// Begins to examine whether one can log in on the server that is typed.
    pub(in crate::app) fn examine_server(&mut self, desktop: &dyn Desktop) {
        self.visit(Errand::Examine, desktop);
        // What was found before is about something else.
        self.put_report_away();
        if self
            .servers
            .visit
            .as_ref()
            .is_some_and(|visit| visit.is_examination())
        {
            self.page = Page::Doctor;
        }
    }

    /// Looks on the server, by another way in than the key that it refuses.
    pub(in crate::app) fn look_inside(&mut self) {
        self.go_on(|now, visit, wake| match now {
            Now::Examined(examined) if examined.can_be_seen_from_inside() => {
                visit.errand = Errand::LookInside(Box::new(examined.live));
                visit.begin_again();
                visit.reach(None, wake)
            }
            other => other,
        });
    }

    /// Puts right what was found, and examines once more.
    pub(in crate::app) fn mend_server(&mut self) {
        self.go_on(|now, visit, wake| match now {
            Now::Examined(examined) if examined.can_be_mended() => {
                visit.errand = Errand::Mend;
                visit.begin_again();
                let whose = visit.means.whose.clone();
                working(wake, move |pulse| {
                    Ok(Came::Mended(mended(*examined, &whose, pulse)))
                })
            }
            other => other,
        });
    }

    pub(in crate::app) fn copy_fix(&mut self, index: usize, desktop: &dyn Desktop) {
        let verdict = self.examined().and_then(|examined| {
            let verdicts = &examined.examination().verdicts;
            verdicts.get(index)?.fix.as_ref()?.command.clone()
        });
        if let Some(command) = verdict {
            self.copy(&command, "Copied the command.", desktop);
        }
    }

    pub(in crate::app) fn copy_letter(&mut self, desktop: &dyn Desktop) {
        if let Some(letter) = self.examined().and_then(Examined::letter).map(str::to_owned) {
            self.copy(&letter, "Copied the message.", desktop);
        }
    }

    fn examined(&self) -> Option<&Examined> {
        match &self.servers.visit.as_deref()?.now {
            Now::Examined(examined) => Some(examined),
            _ => None,
        }
    }
}

fn mended(examined: Examined, whose: &Whose, watch: &dyn Watch) -> Mended {
    let mut mended = Mended::default();
    for remedy in &examined.mends {
        match told_by_disk(|| mend::mend(remedy, None, whose)) {
            Ok(sentence) => mended.done.push(sentence),
            Err(problem) => mended.failed.push(problem),
        }
    }
    if let Some(mut session) = examined.session.filter(|_| !examined.there.is_empty()) {
        for done in inside::mend(&mut session, &examined.there, watch) {
            match done {
                Ok(sentence) => mended.done.push(sentence),
                Err(problem) => mended.failed.push(problem),
            }
        }
    }
    mended
}

impl Visit {
    /// The way is gone from its beginning.
    pub(super) fn begin_again(&mut self) {
        self.done.clear();
        self.passed = 0;
    }

    /// Looks at what ssh would do, before anything is connected to.
    pub(super) fn plan(&mut self, target: Target, agents: Vec<Agent>, wake: &Wake) -> Now {
        let (whose, tell) = (self.means.whose.clone(), self.notes.taker(wake));
        working(wake, move |_| {
            let agents = agents::for_target(&target, agents);
            let plan = live::Visit::plan(target, None, &agents, &whose, tell);
            Ok(Came::Planned(Box::new(plan)))
        })
    }

    /// The examination that ends where this server cannot be reached; nothing on the way to it.
    pub(super) fn plan_here(&self) -> Option<Box<live::Visit>> {
        self.plan.clone().filter(|_| !self.is_between())
    }

    /// Where the way ends that does not lead to the server: of an examination that is what it has found.
    pub(super) fn ends_at(&mut self, fault: ServerFault) -> Now {
        let ended = match self.plan_here() {
            Some(plan) => plan.not_reached(fault),
            None => Err(fault.into()),
        };
        match ended {
            Ok(live) => Now::Examined(Box::new(Examined::of(live))),
            Err(problem) => Now::Stopped {
                problem,
                after: After::Nothing,
            },
        }
    }

    /// A server that nobody knows, and that ssh's configuration has not spoken to.
    pub(super) fn is_unknown(&mut self, problem: Problem) -> Now {
        match self.plan_here() {
            Some(plan) => Now::Examined(Box::new(Examined::of(plan.unknown(&problem)))),
            None => Now::Stopped {
                problem,
                after: After::Nothing,
            },
        }
    }

    /// Asks the server about each key.
    pub(super) fn ask_keys(&mut self, plan: Box<live::Visit>, server: Box<Server>, wake: &Wake) -> Now {
        let means = self.means.clone();
        working(wake, move |pulse| {
            let target = server.connection.target();
            let agents = agents::for_target(target, means.agents.clone());
            let keys = in_order_of_ssh(target, &agents);
            let live = plan.ask(*server, keys, pulse)?;
            Ok(Came::Examined(Box::new(Examined::of(live))))
        })
    }

    /// Looks on the server for what keeps the key out.
    pub(super) fn looks_inside(&mut self, live: live::Live, session: Box<Session>, wake: &Wake) -> Now {
        let tell = self.notes.taker(wake);
        working(wake, move |pulse| {
            let mut session = session;
            let Some(key) = live.refused.clone() else {
                return Ok(Came::Examined(Box::new(Examined::of(live))));
            };
            let looked = inside::why(&mut session, &key, &live.methods, live.attempted.as_ref(), pulse);
            let examined = match looked.map_err(Problem::from) {
                Ok(inside) => Examined::inside(live.with_inside(Ok(&inside), &tell), inside, session),
                Err(problem) => Examined::of(live.with_inside(Err(&problem.what), &tell)),
            };
            Ok(Came::Examined(Box::new(examined)))
        })
    }

    /// What was put right is told, and the examination begins anew.
    pub(super) fn examines_again(&mut self, mended: Mended, wake: &Wake) -> Now {
        self.mended = mended;
        self.errand = Errand::Examine;
        self.begin_again();
        self.notes = Notes::default();
        let (address, agents) = (self.address.clone(), self.means.agents.clone());
        working(wake, move |_| work::aim(&address, Box::new(|| agents)))
    }
}

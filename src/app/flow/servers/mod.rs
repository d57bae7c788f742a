//! A visit to a server: what is asked for there, and what is answered on the way.

mod back;
mod changed;
mod examine;
mod steps;
mod work;

use std::sync::Arc;

use work::working;

use crate::app::command::ServerCommand;
use crate::app::desktop::Desktop;
use crate::app::errand::{
    After, Came, Errand, LastWay, Means, Mended, Naming, Notes, Now, Question, Undoable, Verdict, Visit,
};
use crate::app::stage::Document;
use crate::app::{App, Page, Status};
use crate::engine::conditions::Conditions;
use crate::engine::job::{Job, Poll, Wake};
use crate::engine::keys::{Store, Whose};
use crate::engine::log_in::Held;
use crate::engine::lost;
use crate::engine::servers::{Chosen, Given, LastWayIn};
use crate::sys::remote::without_password;

impl App {
    pub(in crate::app) fn show_page(&mut self, page: Page) {
        if page == Page::Doctor {
            self.begin_doctor_anew();
        }
        self.page = page;
        if page == Page::Servers {
            self.read_server_names();
        }
    }

    /// Finds out which servers can be offered.
    pub(in crate::app) fn read_server_names(&mut self) {
        let whose = Whose {
            store: Store::beside(self.kept.place()),
            ..self.my_keys.whose.clone()
        };
        // What was begun before may not have seen what is new.
        let job = Job::start("servers", &self.wake.0, move |_| work::to_offer(&whose));
        self.servers.reading = Some(job);
    }

    /// Where keys are is told of them, and of the servers.
    fn read_where_keys_are(&mut self) {
        self.read_keys_anew();
        self.read_server_names();
    }

    pub(in crate::app) fn apply_to_server(&mut self, command: ServerCommand, desktop: &dyn Desktop) {
        use ServerCommand as C;
        match command {
            C::Install => self.install_on_server(desktop),
            C::Look => self.visit(Errand::Look, desktop),
            C::Trust => self.trust_server(),
            C::ReplaceHostKey => self.replace_host_key(),
            C::SignIn => self.sign_in(),
            C::SignInOtherwise => self.answer(|_| Given::Nothing),
            C::NameServer => self.name_server(),
            C::CopyLogIn => self.copy_log_in(desktop),
            C::CopyBySsh => self.copy_by_ssh(desktop),
            C::LogIn => self.log_in_where_it_works(desktop),
            C::Undo => self.undo_install(),
            C::Repair => self.repair_list(),
            C::ShowKeys => self.show_server_keys(desktop),
            C::Remove => self.remove_from_server(LastWayIn::Stays),
            C::RemoveLastWayIn => self.remove_from_server(LastWayIn::Goes),
            C::KeepLastWayIn => self.keep_last_way_in(),
            C::Examine => self.examine_server(desktop),
            C::LookInside => self.look_inside(),
            C::Mend => self.mend_server(),
            C::CopyFix(index) => self.copy_fix(index, desktop),
            C::CopyLetter => self.copy_letter(desktop),
            C::TryAgain => self.try_server_again(desktop),
            C::Leave => self.leave_server(),
        }
    }

    fn install_on_server(&mut self, desktop: &dyn Desktop) {
        let Some(document) = self.document().filter(|document| !document.is_in_no_file()) else {
            return;
        };
        let is_at_hand = document.key().is_some();
        if let Some(Ok(line)) = self.new_authorized_line(&self.servers.conditions) {
            self.visit(Errand::Install { line, is_at_hand }, desktop);
        }
    }

    pub(super) fn visit(&mut self, errand: Errand, desktop: &dyn Desktop) {
        let address = self.servers.address.trim().to_owned();
        if address.is_empty() {
            return;
        }
        // What only looks gives way, and what has come to nothing, or waits for an answer and has changed nothing yet.
        self.servers.visit.take_if(|visit| {
            visit.has_changed_nothing()
                && (visit.is_examination()
                    || matches!(
                        visit.now,
                        Now::Stopped { .. } | Now::NewHost(_) | Now::Changed(_) | Now::SignIn(_)
                    ))
        });
        if let Some(visit) = &self.servers.visit {
            self.status = Status::say(format!("First finish what is open with {}.", visit.server));
            self.page = Page::Servers;
            return;
        }
        let means = Means {
            held: self.document().and_then(Document::key).map(Arc::clone),
            at: self.document().map_or(Held::Elsewhere, held),
            agents: Vec::new(),
            store: Store::beside(self.kept.place()),
            whose: self.my_keys.whose().clone(),
        };
        let (find, typed) = (desktop.agents(), address.clone());
        let now = working(&self.wake.0, move |_| work::aim(&typed, find));
        self.page = Page::Servers;
        self.status = Status::default();
        self.servers.visit = Some(Box::new(Visit {
            errand,
            server: without_password(&address),
            not_followed: None,
            remarks: Vec::new(),
            banner: String::new(),
            done: Vec::new(),
            now,
            notes: Notes::default(),
            mended: Mended::default(),
            plan: None,
            route: Vec::new(),
            passed: 0,
            address,
            means,
        }));
    }

    /// Ends the visit; while something is being done on the server, as soon as it is known how that ended.
    fn leave_server(&mut self) {
        let Some(visit) = &mut self.servers.visit else {
            return;
        };
        if let Now::Working { job, is_stopping } = &mut visit.now {
            job.cancel();
            *is_stopping = true;
        } else {
            self.servers.visit = None;
        }
    }

    /// Shows where a server is chosen; a visit in which work is being done comes first.
    pub(in crate::app) fn choose_server(&mut self) {
        self.servers
            .visit
            .take_if(|visit| !matches!(visit.now, Now::Working { .. }));
        self.show_page(Page::Servers);
    }

    fn try_server_again(&mut self, desktop: &dyn Desktop) {
        if let Some(visit) = self.servers.visit.take() {
            self.servers.address = visit.address;
            match visit.errand {
                errand @ Errand::Install { .. } => self.visit(errand, desktop),
                Errand::Look | Errand::Remove | Errand::Undo | Errand::PutBack => {
                    self.visit(Errand::Look, desktop);
                }
                Errand::Examine | Errand::LookInside(_) | Errand::Mend => self.examine_server(desktop),
            }
        }
    }

    fn trust_server(&mut self) {
        self.go_on(|now, _, wake| match now {
            Now::NewHost(host) => working(wake, move |_| work::remember(host.reached)),
            other => other,
        });
    }

    /// Hands over what was typed.
    fn sign_in(&mut self) {
        self.answer(|question| match question {
            Question::Passphrase { typed, .. } | Question::Password { typed, .. } => {
                Given::Secret(typed.to_passphrase())
            }
            Question::Answers { prompts, .. } => {
                let answers = prompts.iter().map(|prompt| prompt.typed.to_passphrase());
                Given::Answers(answers.collect())
            }
        });
    }

    fn answer(&mut self, given: impl FnOnce(&Question) -> Given) {
        self.go_on(|now, _, wake| match now {
            Now::SignIn(sign_in) => {
                let given = given(&sign_in.question);
                let waiting = sign_in.waiting;
                working(wake, move |pulse| Ok(Came::SignIn(waiting.go_on(given, pulse)?)))
            }
            other => other,
        });
    }

    fn name_server(&mut self) {
        self.go_on(|now, visit, wake| match now {
            Now::Works(mut works) => {
                let Held::File(file) = visit.means.at.clone() else {
                    return Now::Works(works);
                };
                let Naming::Offered { typed, .. } = &mut works.naming else {
                    return Now::Works(works);
                };
                let (typed, means) = (std::mem::take(typed), visit.means.clone());
                working(wake, move |_| {
                    Ok(Came::Named(work::name(works, &typed, &file, &means)))
                })
            }
            other => other,
        });
    }

    fn copy_log_in(&mut self, desktop: &dyn Desktop) {
        if let Some(visit) = &self.servers.visit
            && let Now::Works(works) = &visit.now
            && let Some(command) = works.log_in.command().map(str::to_owned)
        {
            self.copy(&command, "Copied the command.", desktop);
        }
    }

    fn copy_by_ssh(&mut self, desktop: &dyn Desktop) {
        if let Some(visit) = &self.servers.visit
            && let Now::Stopped {
                after: After::BySsh(command),
                ..
            } = &visit.now
        {
            let command = command.clone();
            self.copy(&command, "Copied the command.", desktop);
        }
    }

    fn log_in_where_it_works(&mut self, desktop: &dyn Desktop) {
        if let Some(visit) = &self.servers.visit
            && let Now::Works(works) = &visit.now
            && let Some(words) = works.log_in.words()
        {
            let is_open = (desktop.terminal())(words);
            self.terminal_opened(is_open);
        }
    }

    fn undo_install(&mut self) {
        self.go_on(|now, visit, wake| {
            let undoable = match now {
                Now::Works(works) => match works.undo {
                    Some(undo) => Box::new(Undoable {
                        session: works.session,
                        undo,
                        named: match works.naming {
                            Naming::Named { change, .. } => change,
                            Naming::None | Naming::Offered { .. } => None,
                        },
                    }),
                    None => return Now::Works(works),
                },
                Now::Stopped { problem, after } => match after.undoable() {
                    Ok(undoable) => undoable,
                    Err(after) => return Now::Stopped { problem, after },
                },
                Now::Gone { undo: Some(back), .. } => return visit.put_back(*back, wake),
                other => return other,
            };
            visit.take_off(undoable, LastWayIn::Stays, wake)
        });
    }

    /// Takes from others the right to change the list, and tries the key once more.
    fn repair_list(&mut self) {
        self.go_on(|now, visit, wake| match now {
            Now::Stopped {
                after: After::Repair(repairable),
                ..
            } => {
                let means = visit.means.clone();
                working(wake, move |pulse| work::repair(*repairable, &means, pulse))
            }
            other => other,
        });
    }

    /// The list of the server where this visit is.
    fn show_server_keys(&mut self, desktop: &dyn Desktop) {
        if let Some(visit) = self.servers.visit.take() {
            self.servers.address = visit.address;
            self.visit(Errand::Look, desktop);
        }
    }

    fn remove_from_server(&mut self, last: LastWayIn) {
        self.go_on(|now, visit, wake| match now {
            Now::LastWayIn(LastWay::Added { undo, .. }) => visit.take_off(undo, last, wake),
            Now::Listed(listed) | Now::LastWayIn(LastWay::Chosen(listed)) if !listed.chosen.is_empty() => {
                visit.errand = Errand::Remove;
                let lines = listed
                    .lines
                    .iter()
                    .filter(|line| listed.chosen.contains(&line.number));
                let chosen = Chosen::Lines(lines.cloned().collect());
                working(wake, move |pulse| work::remove(listed, &chosen, last, pulse))
            }
            other => other,
        });
    }

    fn keep_last_way_in(&mut self) {
        let is_of_undo = |visit: &mut Box<Visit>| matches!(visit.now, Now::LastWayIn(LastWay::Added { .. }));
        if self.servers.visit.take_if(is_of_undo).is_some() {
            self.status = Status::say("Nothing was changed on the server.");
        }
        self.go_on(|now, visit, _| match now {
            Now::LastWayIn(LastWay::Chosen(listed)) => {
                visit.errand = Errand::Look;
                Now::Listed(listed)
            }
            other => other,
        });
    }

    /// From what is asked to what comes of the answer.
    pub(super) fn go_on(&mut self, next: impl FnOnce(Now, &mut Visit, &Wake) -> Now) {
        if let Some(visit) = self.servers.visit.take() {
            let visit = visit.then(next, &self.wake.0);
            self.servers.visit = Some(Box::new(visit));
        }
    }

    pub(in crate::app) fn poll_servers(&mut self) {
        if let Some(job) = &mut self.servers.reading
            && let Poll::Done(known) = job.poll()
        {
            self.servers.known = known;
            self.servers.reading = None;
        }
        let Some(visit) = &mut self.servers.visit else {
            return;
        };
        let Now::Working { job, is_stopping } = &mut visit.now else {
            return;
        };
        let came = match job.poll() {
            Poll::Running => return,
            Poll::Done(came) => came,
            Poll::Lost => Err(lost()),
        };
        let has_changed = matches!(
            came,
            Ok(Came::Installed(..) | Came::Removed { .. } | Came::PutBack { .. })
        );
        if *is_stopping && !has_changed && visit.has_changed_nothing() {
            self.servers.visit = None;
            self.status = Status::say("Stopped. Nothing was changed on the server.");
            return;
        }
        self.go_on(|_, visit, wake| match came {
            Ok(came) => visit.take_up(came, wake),
            Err(problem) => visit.stopped(problem),
        });
        if let Some(visit) = &self.servers.visit {
            let server = &visit.server;
            if let Some(met) = visit.met() {
                self.servers.met.insert(visit.server.clone(), met);
            }
            match &visit.now {
                Now::Works(works) => {
                    self.status = Status::say(match works.verdict {
                        Verdict::Works | Verdict::AsksForMore(_) => format!("The key works on {server}."),
                        Verdict::Accepted | Verdict::Unasked | Verdict::Untried => {
                            format!("The key is on the list of {server}.")
                        }
                    });
                    if works.warning.is_none() {
                        // They were meant for this key there.
                        self.servers.conditions = Conditions::default();
                    }
                }
                Now::Back(_) => {
                    self.status = Status::say(format!("The key is back on the list of {server}."));
                }
                Now::Gone { .. } => self.status = Status::say(format!("The key is gone from {server}.")),
                // What was noted may have been wrong.
                Now::Stopped { .. } => {}
                _ => return,
            }
            self.read_where_keys_are();
        }
    }
}

/// Where ssh finds the private half of the key that is open.
fn held(document: &Document) -> Held {
    match (document.key(), &document.path, document.format) {
        (None, ..) => Held::Elsewhere,
        (Some(_), Some(path), Some(format)) => Held::in_file(path, format, &document.warnings),
        (Some(_), ..) => Held::OtherFile,
    }
}

//! A visit to a server: every step is a job, and what it brings leads to the next one, to a question or to the end.

mod work;

use std::sync::Arc;

use crate::app::command::ServerCommand;
use crate::app::conditions::Conditions;
use crate::app::desktop::Desktop;
use crate::app::errand::{
    Came, Errand, LastWay, Means, NewHost, Now, Prompt, Question, SignIn, Step, Undoable, Verdict, Visit,
    Works,
};
use crate::app::job::{Job, Poll, Pulse, Wake};
use crate::app::keys::Store;
use crate::app::servers::{
    self, Chosen, Given, Installed, Lack, LastWayIn, Proof, Reached, Session, SignedInBy, SigningIn,
    Step as SignInStep, not_followed,
};
use crate::app::stage::Document;
use crate::app::{App, Page, Problem, Status, lost, problem};
use crate::key::PublicKey;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::secret::TypedPassphrase;
use crate::sys::remote::{Questions, Trust};

impl App {
    pub(in crate::app) fn show_page(&mut self, page: Page) {
        self.page = page;
        if page == Page::Servers && self.servers.reading.is_none() {
            let store = Store::beside(self.kept.place());
            let job = Job::start("server names", &self.wake.0, move |_| work::names(&store));
            self.servers.reading = Some(job);
        }
    }

    pub(in crate::app) fn apply_to_server(&mut self, command: ServerCommand, desktop: &dyn Desktop) {
        use ServerCommand as C;
        match command {
            C::Install => self.install_on_server(desktop),
            C::Look => self.visit(Errand::Look, desktop),
            C::Trust => self.trust_server(),
            C::SignIn => self.sign_in(),
            C::SignInOtherwise => self.answer(|_| Given::Nothing),
            C::Undo => self.undo_install(),
            C::ShowKeys => self.show_server_keys(desktop),
            C::Remove => self.remove_from_server(LastWayIn::Stays),
            C::RemoveLastWayIn => self.remove_from_server(LastWayIn::Goes),
            C::KeepLastWayIn => self.keep_last_way_in(),
            C::TryAgain => self.try_server_again(desktop),
            C::Leave => self.leave_server(),
        }
    }

    fn install_on_server(&mut self, desktop: &dyn Desktop) {
        let Some(document) = self.document().filter(|document| !document.is_new()) else {
            return;
        };
        let is_at_hand = document.key().is_some();
        if let Some(Ok(line)) = self.new_authorized_line(&self.servers.conditions) {
            self.visit(Errand::Install { line, is_at_hand }, desktop);
        }
    }

    fn visit(&mut self, errand: Errand, desktop: &dyn Desktop) {
        let address = self.servers.address.trim().to_owned();
        if address.is_empty() || self.servers.visit.is_some() {
            return;
        }
        let means = Means {
            held: self.document().and_then(Document::key).map(Arc::clone),
            agents: Vec::new(),
            store: Store::beside(self.kept.place()),
        };
        let (find, typed) = (desktop.agents(), address.clone());
        let now = working(&self.wake.0, move |_| work::aim(&typed, find));
        self.page = Page::Servers;
        self.status = Status::default();
        self.servers.visit = Some(Box::new(Visit {
            errand,
            server: address.clone(),
            not_followed: None,
            done: Vec::new(),
            now,
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
                Errand::Look | Errand::Remove | Errand::Undo => self.visit(Errand::Look, desktop),
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

    fn undo_install(&mut self) {
        self.go_on(|now, visit, wake| {
            let (session, undo) = match now {
                Now::Works(works) => match works.undo {
                    Some(undo) => (works.session, undo),
                    None => return Now::Works(works),
                },
                Now::Stopped {
                    undo: Some(undoable), ..
                } => (undoable.session, undoable.undo),
                other => return other,
            };
            visit.take_off(Box::new(Undoable { session, undo }), LastWayIn::Stays, wake)
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
                working(wake, move |_| work::remove(listed, &chosen, last))
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
    fn go_on(&mut self, next: impl FnOnce(Now, &mut Visit, &Wake) -> Now) {
        if let Some(visit) = self.servers.visit.take() {
            let visit = visit.then(next, &self.wake.0);
            self.servers.visit = Some(Box::new(visit));
        }
    }

    pub(in crate::app) fn poll_servers(&mut self) {
        if let Some(job) = &mut self.servers.reading
            && let Poll::Done(names) = job.poll()
        {
            self.servers.names = names;
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
        if *is_stopping && visit.has_changed_nothing() {
            self.servers.visit = None;
            self.status = Status::say("Stopped. Nothing was changed on the server.");
            return;
        }
        self.go_on(|_, visit, wake| match came {
            Ok(came) => visit.take_up(came, wake),
            Err(problem) => Now::Stopped { problem, undo: None },
        });
        if let Some(visit) = &self.servers.visit {
            let server = &visit.server;
            match &visit.now {
                Now::Works(works) => {
                    self.status = Status::say(match works.verdict {
                        Verdict::Works | Verdict::AsksForMore(_) => format!("The key works on {server}."),
                        Verdict::Accepted | Verdict::Untried => {
                            format!("The key is on the list of {server}.")
                        }
                    });
                    if works.warning.is_none() {
                        // They were meant for this key there.
                        self.servers.conditions = Conditions::default();
                    }
                }
                Now::Gone { .. } => self.status = Status::say(format!("The key is gone from {server}.")),
                _ => {}
            }
        }
    }
}

fn working(wake: &Wake, work: impl FnOnce(&Pulse) -> Result<Came, Problem> + Send + 'static) -> Now {
    Now::Working {
        job: Job::start("server", wake, work),
        is_stopping: false,
    }
}

impl Errand {
    /// How many steps come before this one.
    fn before(&self, step: Step) -> usize {
        self.steps().iter().take_while(|each| **each != step).count()
    }
}

impl Visit {
    fn then(mut self: Box<Self>, next: impl FnOnce(Now, &mut Self, &Wake) -> Now, wake: &Wake) -> Self {
        let placeholder = Now::Stopped {
            problem: lost(),
            undo: None,
        };
        let now = std::mem::replace(&mut self.now, placeholder);
        self.now = next(now, &mut self, wake);
        *self
    }

    /// Whether nothing can have been changed on the server yet.
    fn has_changed_nothing(&self) -> bool {
        let changes = |step: &Step| matches!(step, Step::Install | Step::Remove);
        let steps = self.errand.steps();
        let first = steps.iter().position(changes).unwrap_or(steps.len());
        self.done.len() < first
    }

    /// Takes off what was added in this visit.
    fn take_off(&mut self, undo: Box<Undoable>, last: LastWayIn, wake: &Wake) -> Now {
        self.errand = Errand::Undo;
        self.done.truncate(Errand::Undo.before(Step::Remove));
        let means = self.means.clone();
        working(wake, move |_| work::undo(undo, &means, last))
    }

    /// From what a job has brought to what comes next.
    fn take_up(&mut self, came: Came, wake: &Wake) -> Now {
        match came {
            Came::Aimed(target, agents) => {
                self.server = target.to_string();
                self.not_followed = not_followed(&target).map(problem::sentence);
                self.means.agents = agents;
                working(wake, move |pulse| {
                    let reached = servers::reach(&target, pulse)?;
                    Ok(Came::Reached(Box::new(reached)))
                })
            }
            Came::Reached(reached) => self.reached(*reached, wake),
            Came::Known(server) => {
                if self.done.len() == Errand::Look.before(Step::Recognise) {
                    self.say("You have said that it is the right server. It is remembered in known_hosts.");
                }
                let means = self.means.clone();
                let is_new_key = matches!(self.errand, Errand::Install { .. });
                working(wake, move |pulse| {
                    let keys = work::identities(server.connection.target(), &means, is_new_key);
                    Ok(Came::SignIn(SigningIn::begin(*server, keys, pulse)?))
                })
            }
            Came::SignIn(SignInStep::Lacks(lack, waiting)) => {
                let question = question(lack);
                Now::SignIn(Box::new(SignIn { question, waiting }))
            }
            Came::SignIn(SignInStep::In(session)) => self.signed_in(session, wake),
            Came::Installed(session, installed) => self.installed(session, installed, wake),
            Came::Proved(session, installed, proof) => self.proved(session, *installed, proof),
            Came::Listed(listed) => {
                self.say(format!("Read {}.", listed.place));
                Now::Listed(listed)
            }
            Came::IsLast(last) => Now::LastWayIn(last),
            Came::Removed {
                place,
                count,
                keys,
                session,
            } => {
                let lines = if count == 1 {
                    "1 line".to_owned()
                } else {
                    format!("{count} lines")
                };
                self.say(format!(
                    "Took {lines} off {place}, and read it back: all others are as they were."
                ));
                let means = self.means.clone();
                working(wake, move |pulse| {
                    work::prove_gone(&session, &place, &keys, &means, pulse)
                })
            }
            Came::Gone { tried, untried } => {
                self.say(gone(tried, untried));
                Now::Gone {
                    is_proved: untried == 0,
                }
            }
        }
    }

    fn reached(&mut self, reached: Reached, wake: &Wake) -> Now {
        self.say(format!("Connected to {}.", self.server));
        let list = |file: &std::path::Path, line| format!("line {line} of {}", file.display());
        match reached.trust() {
            Trust::New => {
                let host_key = reached.host_key();
                let (art, title) = host_key.art();
                return Now::NewHost(Box::new(NewHost {
                    kind: host_key.key().algorithm().title(),
                    fingerprint: host_key.fingerprint().to_string(),
                    art_text: art.to_text(&title, FingerprintKind::Sha256.name()),
                    art,
                    reached,
                }));
            }
            Trust::Known { file, line } => {
                self.say(format!(
                    "It is the server that you know: its key is in {}.",
                    list(file, *line)
                ));
            }
            Trust::ByAuthority { file, line } => self.say(format!(
                "It is the right server: the authority in {} vouches for it.",
                list(file, *line)
            )),
            // There is no way on, and `go_on` says why.
            Trust::Pinned | Trust::Changed { .. } | Trust::Revoked { .. } | Trust::BadCertificate { .. } => {}
        }
        match reached.go_on() {
            Ok(server) => self.take_up(Came::Known(Box::new(server)), wake),
            Err(fault) => Now::Stopped {
                problem: fault.into(),
                undo: None,
            },
        }
    }

    fn signed_in(&mut self, session: Box<Session>, wake: &Wake) -> Now {
        let user = session.connection.target().user();
        self.say(match &session.by {
            SignedInBy::Key(key) => format!("Signed in as {user} with your key {}.", named(key)),
            SignedInBy::Certificate { key, .. } => {
                format!(
                    "Signed in as {user} with the certificate of your key {}.",
                    named(key)
                )
            }
            SignedInBy::Password => format!("Signed in as {user} with what you have typed."),
            SignedInBy::Nothing => format!("Signed in as {user}. The server asks nobody who they are."),
        });
        match &self.errand {
            Errand::Install { line, .. } => {
                let line = line.clone();
                working(wake, move |_| work::install(session, &line))
            }
            Errand::Look | Errand::Remove | Errand::Undo => {
                let means = self.means.clone();
                working(wake, move |pulse| work::look(session, &means, pulse))
            }
        }
    }

    fn installed(&mut self, session: Box<Session>, installed: Box<Installed>, wake: &Wake) -> Now {
        let line = installed.line;
        let place = &installed.found.place;
        self.say(if installed.undo.is_some() {
            format!("Added the key as line {line} of {place}, and read it back: all others are as they were.")
        } else {
            format!("The key stands in line {line} of {place} already. Nothing was changed.")
        });
        let means = self.means.clone();
        working(wake, move |pulse| {
            Ok(work::prove(session, installed, &means, pulse))
        })
    }

    fn proved(
        &mut self,
        session: Box<Session>,
        installed: Installed,
        proof: Result<Option<Proof>, Problem>,
    ) -> Now {
        let Installed {
            options,
            warning,
            undo,
            ..
        } = installed;
        let verdict = match proof {
            Ok(proof) => verdict(proof),
            Err(problem) => {
                let undo = undo.map(|undo| Box::new(Undoable { session, undo }));
                return Now::Stopped { problem, undo };
            }
        };
        self.say(match &verdict {
            Verdict::Works => "Logged in once more with this key alone: the server lets it in.".to_owned(),
            Verdict::AsksForMore(more) => format!(
                "Tried the key alone: the server takes it, and wants {more} besides, as it always does."
            ),
            Verdict::Accepted => {
                "Asked the server: it would let this key in. Whoever holds it was not tried.".to_owned()
            }
            Verdict::Untried => "The server cannot be asked about this type of key.".to_owned(),
        });
        Now::Works(Box::new(Works {
            verdict,
            options,
            warning,
            session,
            undo,
        }))
    }

    fn say(&mut self, sentence: impl Into<String>) {
        self.done.push(sentence.into());
    }
}

/// What is asked of a person.
fn question(lack: Lack) -> Question {
    let typed = TypedPassphrase::new();
    match lack {
        Lack::Passphrase { path, is_again } => Question::Passphrase {
            file: path.display().to_string(),
            is_again,
            typed,
        },
        Lack::Password { is_again } => Question::Password { is_again, typed },
        Lack::Answers { asked, is_first } => {
            let Questions {
                name,
                instruction,
                questions,
            } = asked;
            let says: Vec<String> = [name, instruction]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect();
            let prompts = questions.into_iter().map(|question| Prompt {
                text: question.text,
                is_visible: question.is_visible,
                typed: TypedPassphrase::new(),
            });
            Question::Answers {
                says: says.join("\n"),
                is_again: !is_first,
                prompts: prompts.collect(),
            }
        }
    }
}

/// How far it was seen that a key lets in.
fn verdict(proof: Option<Proof>) -> Verdict {
    match proof {
        Some(Proof::Works) => Verdict::Works,
        Some(Proof::AsksForMore(methods)) => {
            let names: Vec<String> = methods.iter().map(ToString::to_string).collect();
            Verdict::AsksForMore(names.join(" or "))
        }
        Some(Proof::WouldWork) => Verdict::Accepted,
        // A refusal comes as a problem.
        Some(Proof::Refused(_)) | None => Verdict::Untried,
    }
}

/// A key in a sentence: “ED25519 SHA256:…”.
fn named(key: &PublicKey) -> String {
    let fingerprint = Fingerprint::of(key, FingerprintKind::Sha256);
    format!("{} {fingerprint}", key.algorithm().title())
}

/// What was seen of keys that went.
fn gone(tried: usize, untried: usize) -> &'static str {
    match (tried, untried) {
        (1, 0) => "Tried the key once more: the server does not let it in any more.",
        (_, 0) => "Tried the keys once more: the server lets none of them in any more.",
        (0, _) => "Could not try it: nothing on this computer can.",
        (_, _) => {
            "Tried what could be tried: the server does not let it in any more. The rest nothing on this computer can try."
        }
    }
}

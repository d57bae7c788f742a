//! Every step of a visit is a job, and what it brings leads to the next one, to a question or to the end.

use std::path::Path;

use super::changed::has_changed;
use super::work::{self, working};
use crate::app::errand::{
    After, Came, Errand, Naming, NewHost, Now, Prompt, Question, Repairable, SignIn, Step, Undoable, Verdict,
    Visit, Works,
};
use crate::engine::command_line::install_by_ssh;
use crate::engine::faults::ServerFault;
use crate::engine::job::Wake;
use crate::engine::log_in::{Held, LogIn};
use crate::engine::plural::counted;
use crate::engine::servers::{
    self, Installed, Lack, LastWayIn, Proof, Purpose, Reached, Remembered, Server, Session, SignedInBy,
    SigningIn, Step as SignInStep, Ways, Welcome, not_followed,
};
use crate::engine::{Problem, lost, problem};
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::secret::TypedPassphrase;
use crate::sys::agent::Agent;
use crate::sys::home::with_tilde;
use crate::sys::remote::{Hop, Questions, Target, Trust, Way};

impl Visit {
    /// How many steps come before this one.
    pub(super) fn before(&self, step: Step) -> usize {
        self.steps().iter().take_while(|each| **each != step).count()
    }

    pub(super) fn then(
        mut self: Box<Self>,
        next: impl FnOnce(Now, &mut Self, &Wake) -> Now,
        wake: &Wake,
    ) -> Self {
        let placeholder = Now::Stopped {
            problem: lost(),
            after: After::Nothing,
        };
        let now = std::mem::replace(&mut self.now, placeholder);
        self.now = next(now, &mut self, wake);
        *self
    }

    /// It has come to an end before its time.
    pub(super) fn stopped(&self, problem: Problem) -> Now {
        if let (Some(target), Errand::Install { line, .. }, Held::File(file)) =
            (self.route.last(), &self.errand, &self.means.at)
            && problem.may_be_done_by_ssh()
            // What a shell puts there has no restrictions.
            && line.options().is_empty()
        {
            let command = install_by_ssh(target, file);
            return Now::Stopped {
                problem: problem.with_key_put_by_ssh(&command),
                after: After::BySsh(command),
            };
        }
        Now::Stopped {
            problem,
            after: After::Nothing,
        }
    }

    /// Whether nothing can have been changed on the server yet.
    pub(super) fn has_changed_nothing(&self) -> bool {
        let steps = self.steps();
        let first = steps.iter().position(|step| step.is_change());
        let first = first.unwrap_or(steps.len());
        self.done.len() < first
    }

    /// Takes off what was added in this visit.
    pub(super) fn take_off(&mut self, undo: Box<Undoable>, last: LastWayIn, wake: &Wake) -> Now {
        self.errand = Errand::Undo;
        self.done.truncate(self.before(Step::Remove));
        let means = self.means.clone();
        working(wake, move |pulse| work::undo(undo, &means, last, pulse))
    }

    /// From what a job has brought to what comes next.
    pub(super) fn take_up(&mut self, came: Came, wake: &Wake) -> Now {
        match came {
            Came::Aimed(target, agents) => self.aimed(*target, agents, wake),
            Came::Planned(plan) => {
                self.plan = Some(plan);
                self.reach(None, wake)
            }
            Came::Examined(examined) => {
                self.plan = None;
                Now::Examined(examined)
            }
            Came::Mended(mended) => self.examines_again(mended, wake),
            Came::Replaced(sentence, target) => self.replaced(sentence, &target, wake),
            Came::Reached(reached) => self.reached(*reached, wake),
            Came::Known(server) => self.known(server, wake),
            Came::SignIn(SignInStep::Lacks(lack, mut waiting)) => {
                self.remark(&waiting.remarks());
                self.banner = waiting.banner();
                let question = question(lack);
                Now::SignIn(Box::new(SignIn { question, waiting }))
            }
            Came::SignIn(SignInStep::In(session)) if self.is_between() => self.passes_through(*session, wake),
            Came::SignIn(SignInStep::In(session)) => self.signed_in(session, wake),
            Came::Installed(session, installed) => self.installed(session, installed, wake),
            Came::Proved {
                session,
                installed,
                proof,
                is_crowded,
            } => self.proved(session, installed, proof, is_crowded),
            Came::Listed(mut listed) => {
                self.remark(&std::mem::take(&mut listed.session.remarks));
                self.say(format!("Read {}.", listed.place));
                Now::Listed(listed)
            }
            Came::Named(works) => Now::Works(works),
            Came::IsLast(last) => Now::LastWayIn(last),
            Came::Removed {
                place,
                count,
                is_all,
                has_others,
                keys,
                taken,
                managed,
                session,
            } => {
                let lines = counted(count, "line");
                self.say(format!(
                    "Took {lines} off {place}, and read it back{}",
                    others(is_all, has_others)
                ));
                let means = self.means.clone();
                working(wake, move |pulse| {
                    work::prove_gone(session, (&place, taken, managed), keys, &means, pulse)
                })
            }
            Came::PutBack {
                back,
                count,
                keys,
                session,
            } => self.is_put_back(&back, count, keys, session, wake),
            Came::Back(keys) => self.proved_back(keys),
            Came::Gone {
                tried,
                untried,
                managed,
                undo,
            } => {
                self.say(gone(tried, untried));
                Now::Gone {
                    is_proved: untried == 0,
                    managed,
                    undo,
                }
            }
        }
    }

    /// It is known which server is meant.
    fn aimed(&mut self, target: Target, agents: Vec<Agent>, wake: &Wake) -> Now {
        self.server = target.to_string();
        self.not_followed = not_followed(&target).map(|note| problem::sentence(&note));
        self.means.agents = agents;
        self.route = target.route().into_iter().cloned().collect();
        if let Some((first, Way::Command(command))) = self.route.first().map(|first| (first, first.way())) {
            let command = escaped(command.as_bytes());
            self.remarks
                .push(format!("ssh reaches {first} by this command: {command}"));
        }
        if matches!(self.errand, Errand::Examine) {
            let agents = self.means.agents.clone();
            return self.plan(target, agents, wake);
        }
        self.reach(None, wake)
    }

    /// The server is known: now it may be told who comes.
    fn known(&mut self, server: Box<Server>, wake: &Wake) -> Now {
        if self.done.len() == self.before(Step::Recognise) {
            self.say(recognised(&server));
        }
        if let Some(plan) = self.plan.take_if(|_| self.passed + 1 >= self.route.len()) {
            return self.ask_keys(plan, server, wake);
        }
        let means = self.means.clone();
        let is_new_key = matches!(self.errand, Errand::Install { .. });
        let refused = match &self.errand {
            Errand::LookInside(live) => Some(live.clone()),
            _ => None,
        };
        let is_between = self.is_between();
        working(wake, move |pulse| {
            let target = server.connection.target();
            let ways = if is_between {
                Ways {
                    keys: work::to_pass_through(target, &means),
                    purpose: Purpose::PassThrough,
                    ..Ways::default()
                }
            } else {
                let keys = work::identities(target, &means, is_new_key);
                Ways {
                    keys: match &refused {
                        Some(live) => work::other_ways(keys, live),
                        None => keys,
                    },
                    ..Ways::default()
                }
            };
            Ok(Came::SignIn(SigningIn::begin(*server, ways, pulse)?))
        })
    }

    /// Whether one talks to a server on the way.
    pub(super) fn is_between(&self) -> bool {
        self.passed < self.between()
    }

    /// Goes on to the next server of the route.
    pub(super) fn reach(&mut self, hop: Option<Hop>, wake: &Wake) -> Now {
        let Some(target) = self.route.get(self.passed).cloned() else {
            return Now::Stopped {
                problem: lost(),
                after: After::Nothing,
            };
        };
        let plan = self.plan_here();
        working(wake, move |pulse| {
            work::reached(servers::reach(&target, hop, pulse), plan)
        })
    }

    /// One has signed in on a server on the way.
    fn passes_through(&mut self, session: Session, wake: &Wake) -> Now {
        self.remark(&session.remarks);
        let hop = session.connection.target().to_string();
        let by = match &session.by {
            SignedInBy::Key(key) | SignedInBy::Certificate { key, .. } => {
                format!("with your key {}", named(key))
            }
            SignedInBy::Password => "with your password".to_owned(),
            SignedInBy::Answers => "with your answers to its questions".to_owned(),
            SignedInBy::Nothing => "without being asked".to_owned(),
        };
        match session.connection.into_hop() {
            Ok(hop_itself) => {
                self.say(format!("Signed in on {hop} {by}; the way leads on from there."));
                self.passed += 1;
                self.reach(Some(hop_itself), wake)
            }
            Err(fault) => Now::Stopped {
                problem: Problem::from(&fault),
                after: After::Nothing,
            },
        }
    }

    fn reached(&mut self, reached: Reached, wake: &Wake) -> Now {
        if !self.is_between() {
            self.say(format!("Connected to {}.", self.server));
            if let Some(plan) = &mut self.plan {
                plan.reached(&reached);
            }
        }
        let list = |file: &Path, line| format!("line {line} of {}", with_tilde(file).display());
        match reached.trust() {
            Trust::New if reached.welcome() == Welcome::Taken => {
                return working(wake, move |_| work::remember(reached));
            }
            Trust::New if reached.welcome() == Welcome::Refused => {
                return self.is_unknown(servers::unknown(&reached));
            }
            Trust::New => {
                let host_key = reached.host_key();
                let (art, title) = host_key.art();
                return Now::NewHost(Box::new(NewHost {
                    kind: host_key.key().algorithm().title(),
                    fingerprint: host_key.fingerprint().to_string(),
                    art_text: art.to_text(&title, FingerprintKind::Sha256.name()),
                    art,
                    is_remembered: reached.can_be_remembered(),
                    reached,
                }));
            }
            // Its step ends with the signing in.
            _ if self.is_between() => {}
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
            // There is no way on as it is.
            Trust::Pinned | Trust::Changed { .. } | Trust::Revoked { .. } | Trust::BadCertificate { .. } => {}
        }
        if matches!(reached.trust(), Trust::Changed { .. }) && self.plan_here().is_none() {
            return has_changed(reached);
        }
        match reached.go_on() {
            Ok(server) => self.take_up(Came::Known(Box::new(server)), wake),
            Err(fault) => self.ends_at(fault),
        }
    }

    fn signed_in(&mut self, mut session: Box<Session>, wake: &Wake) -> Now {
        self.remark(&std::mem::take(&mut session.remarks));
        self.banner = session.connection.banner();
        let user = session.connection.target().user();
        self.say(match &session.by {
            SignedInBy::Key(key) => format!("Signed in as {user} with your key {}.", named(key)),
            SignedInBy::Certificate { key, .. } => {
                format!(
                    "Signed in as {user} with the certificate of your key {}.",
                    named(key)
                )
            }
            SignedInBy::Password => format!("Signed in as {user} with your password."),
            SignedInBy::Answers => {
                format!("Signed in as {user} with your answers to the server's questions.")
            }
            SignedInBy::Nothing => format!("Signed in as {user}. The server asks nobody who they are."),
        });
        match &self.errand {
            Errand::LookInside(live) => {
                let live = (**live).clone();
                self.looks_inside(live, session, wake)
            }
            Errand::Install { line, .. } => {
                let line = line.clone();
                working(wake, move |pulse| work::install(session, &line, pulse))
            }
            Errand::Look
            | Errand::Remove
            | Errand::Undo
            | Errand::PutBack
            | Errand::Examine
            | Errand::Mend => {
                let means = self.means.clone();
                working(wake, move |pulse| work::look(session, &means, pulse))
            }
        }
    }

    fn installed(&mut self, session: Box<Session>, installed: Box<Installed>, wake: &Wake) -> Now {
        let line = installed.line;
        let place = &installed.found.place;
        self.say(if installed.undo.is_some() {
            let others = others(installed.is_all(), installed.has_others());
            format!("Added the key as line {line} of {place}, and read it back{others}")
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
        mut session: Box<Session>,
        installed: Box<Installed>,
        proof: Result<Option<Proof>, ServerFault>,
        is_crowded: bool,
    ) -> Now {
        self.remark(&std::mem::take(&mut session.remarks));
        let proof = match proof {
            Ok(proof) => proof,
            Err(fault) => return stopped_at(session, installed, &fault),
        };
        let Installed {
            options,
            warning,
            managed,
            undo,
            found,
            key,
            ..
        } = *installed;
        let verdict = verdict(proof);
        let connection = &session.connection;
        let shell = found.shell(&connection.software());
        let log_in = LogIn::of(connection.target(), &key, &self.means.at, shell, is_crowded);
        let may_be_named = matches!(self.means.at, Held::File(_)) && verdict != Verdict::Unasked;
        let naming = if may_be_named {
            Naming::Offered {
                typed: String::new(),
                problem: None,
            }
        } else {
            Naming::None
        };
        self.say(match &verdict {
            Verdict::Works => "Logged in once more with this key alone: the server lets it in.".to_owned(),
            Verdict::AsksForMore(more) => format!(
                "Tried the key alone: the server takes it, and wants {more} besides, as it always does."
            ),
            Verdict::Accepted => {
                "Asked the server: it would let this key in. Whoever holds it was not tried.".to_owned()
            }
            Verdict::Unasked => {
                "Tried the key alone: the server let in without looking at it, as it lets everybody in."
                    .to_owned()
            }
            Verdict::Untried => {
                "The key could not be tried alone, and the server not be asked about it.".to_owned()
            }
        });
        Now::Works(Box::new(Works {
            verdict,
            options,
            warning,
            managed,
            log_in,
            naming,
            key,
            session,
            undo,
        }))
    }

    fn remark(&mut self, remarks: &[String]) {
        self.remarks
            .extend(remarks.iter().map(|remark| problem::sentence(remark)));
    }

    pub(super) fn say(&mut self, sentence: impl Into<String>) {
        self.done.push(sentence.into());
    }
}

/// How a server that nobody knew is known by now.
fn recognised(server: &Server) -> String {
    let how = match server.welcome {
        Welcome::Taken => {
            "It was not known yet; ssh's configuration has such servers taken (StrictHostKeyChecking)."
        }
        Welcome::Asked | Welcome::Refused => "You have said that it is the right server.",
    };
    match &server.remembered {
        Remembered::In(file) => format!("{how} It is remembered in {}.", with_tilde(file).display()),
        Remembered::Nowhere => {
            format!("{how} It is not remembered: ssh's configuration has no file for that.")
        }
        Remembered::Failed(problem) => format!("{how} It could not be remembered: {}.", problem.what),
        Remembered::NotNow => how.to_owned(),
    }
}

/// What is asked of a person.
fn question(lack: Lack) -> Question {
    let typed = TypedPassphrase::new();
    match lack {
        Lack::Passphrase { path, is_again } => Question::Passphrase {
            file: with_tilde(&path).display().to_string(),
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

/// What can be done about a key that is on the list and is not let in.
fn stopped_at(session: Box<Session>, installed: Box<Installed>, fault: &ServerFault) -> Now {
    let loose = fault.repairable();
    let after = if loose.is_empty() {
        let undo = installed.undo;
        undo.map_or(After::Nothing, |undo| {
            After::Undo(Box::new(Undoable {
                session,
                undo,
                named: None,
            }))
        })
    } else {
        After::Repair(Box::new(Repairable {
            session,
            installed,
            loose,
        }))
    };
    let problem = fault.into();
    Now::Stopped { problem, after }
}

/// How far it was seen that a key lets in.
pub(super) fn verdict(proof: Option<Proof>) -> Verdict {
    match proof {
        Some(Proof::Works) => Verdict::Works,
        Some(Proof::AsksForMore(methods)) => {
            let names: Vec<String> = methods.iter().map(ToString::to_string).collect();
            Verdict::AsksForMore(names.join(" or "))
        }
        Some(Proof::WouldWork) => Verdict::Accepted,
        Some(Proof::Unasked) => Verdict::Unasked,
        // A refusal comes as a problem.
        Some(Proof::Refused(_)) | None => Verdict::Untried,
    }
}

/// A key in a sentence: “ED25519 SHA256:…”.
pub(super) fn named(key: &PublicKey) -> String {
    let fingerprint = Fingerprint::of(key, FingerprintKind::Sha256);
    format!("{} {fingerprint}", key.algorithm().title())
}

/// What was seen of the other lines of a list, behind the words that it was read back.
pub(super) fn others(is_all: bool, has_others: bool) -> &'static str {
    match (is_all, has_others) {
        (true, true) => ": all others are as they were.",
        (true, false) => ".",
        (false, _) => ". Somebody else has changed other lines since.",
    }
}

/// What was seen of keys that went.
fn gone(tried: usize, untried: usize) -> &'static str {
    match (tried, untried) {
        (0, 0) => "There was nothing to try: no key stood in what went.",
        (1, 0) => "Tried the key once more: the server does not let it in any more.",
        (_, 0) => "Tried the keys once more: the server lets none of them in any more.",
        (0, _) => "Could not try it: nothing on this computer can.",
        (_, _) => {
            "Tried what could be tried: the server does not let it in any more. The rest nothing on this computer can try."
        }
    }
}

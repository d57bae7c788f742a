//! A server that is asked: the steps that ssh would go, none of which changes anything.
//!
//! A client is told whether a key is taken, and never why it is not. With a second way in the reasons are looked for on the
//! server; without one there is a message for whoever runs it.

use std::path::Path;

use super::about::About;
use super::cause::Cause;
use super::causes_of_faults::{cause_of, is_no_shell, of_hanging_up, of_key_fault, said_instead};
use super::confirm;
use super::file;
use super::here::refused_configuration;
use super::inside::Inside;
use super::log;
use super::mend::Mend;
use super::steps::{Steps, Tell};
use super::verdict::{Certainty, Evidence, Examination, Source, Step, Verdict};
use crate::engine::Problem;
use crate::engine::faults::ServerFault;
use crate::engine::keys::{Inventory, Key, Whose};
use crate::engine::servers::{
    Answers, Asked, Heard, Identity, Reached, Server, Way, ask_each, file_name, look, said_without_shell,
    tried_by_ssh,
};
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::key::watch::{Unwatched, Watch};
use crate::sys::agent::Agent;
use crate::sys::clock::utc_moment;
use crate::sys::home::with_tilde;
use crate::sys::remote::{Connection, Method, RemoteFault, Target, Trust};

/// The port that need not be typed.
const USUAL_PORT: u16 = 22;
/// As many keys are asked about that ssh would not offer: each may count as an attempt.
const MOST_OTHERS: usize = 5;

/// What a server came to say.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// What was found, and the steps.
    pub examination: Examination,
    /// The key that should let its owner in, and does not.
    pub refused: Option<PublicKey>,
    /// What the server would take.
    pub methods: Vec<Method>,
    /// What to ask whoever runs the server, ready to be sent.
    pub letter: Option<String>,
}

impl Live {
    /// With what was seen on the server by a second way in, or that nothing could be.
    #[must_use]
    pub fn with_inside(self, looked: Result<&Inside, &str>, tell: &Tell) -> Self {
        let mut live = self;
        let inside = match looked {
            Ok(inside) => inside,
            Err(why) => {
                let step = Step::ill("second way in", why);
                tell(&step);
                live.examination.steps.push(step);
                return live;
            }
        };
        let mut steps = live.examination.steps;
        let in_by = Step::well("second way in", "the server lets you in by another way");
        let seen = inside.verdicts.iter().map(|verdict| {
            let found = verdict.evidence.first().map(|evidence| evidence.text.clone());
            Step::ill("on the server", found.unwrap_or_default())
        });
        for step in std::iter::once(in_by).chain(seen) {
            tell(&step);
            steps.push(step);
        }
        // What was seen there takes the place of what a client can tell.
        let is_explained = inside
            .verdicts
            .iter()
            .any(|verdict| verdict.cause != Cause::KeyNotAuthorized);
        let is_seen = !inside.verdicts.is_empty();
        let before = live.examination.verdicts.into_iter();
        let before = before.filter(|verdict| verdict.cause != Cause::KeyNotAuthorized || !is_seen);
        let all = inside.verdicts.iter().cloned().chain(before).collect();
        live.examination = Examination::of(all, steps);
        if is_explained {
            live.letter = None;
        }
        live
    }
}

/// What is found on the way to a server.
#[derive(Clone, Debug)]
pub struct Visit {
    target: Target,
    /// The files that ssh does not use as they are.
    unusable: Vec<String>,
    verdicts: Vec<Verdict>,
    steps: Steps,
    /// This computer's address at its end of the connection.
    own_address: Option<String>,
    whose: Whose,
    agents: Vec<Agent>,
    /// Whether the configuration counts that ssh reads unless it is told another one.
    is_usual_config: bool,
}

impl Visit {
    /// Begins with what ssh would do: as whom it comes, and what keeps it from its files; or from the one that is meant.
    /// Each step is told when it is made.
    #[must_use]
    pub fn plan(target: Target, key: Option<&Path>, agents: &[Agent], whose: &Whose, tell: Tell) -> Self {
        let mut this = Self {
            target,
            unusable: Vec::new(),
            verdicts: Vec::new(),
            steps: Steps::told_to(tell),
            own_address: None,
            whose: whose.clone(),
            agents: agents.to_vec(),
            is_usual_config: true,
        };
        let is_only = this.target.settings().identities_only();
        if let Some(said) = this.target.settings().refused.clone() {
            let verdict = refused_configuration(&said);
            // Its file lies here.
            let looked = confirm::confirmed(Examination::of(vec![verdict], Vec::new()), whose);
            for verdict in looked.verdicts {
                this.put(verdict, &format!("ssh -G says: {said}"));
            }
        }
        this.steps.push(Step::well(
            "login",
            format!(
                "{} at {}, port {}",
                escaped(this.target.user().as_bytes()),
                escaped(this.target.host().as_bytes()),
                this.target.port()
            ),
        ));
        this.plan_files(key, whose);
        for agent in agents {
            let place = escaped(agent.place().as_os_str().as_encoded_bytes());
            match agent.list() {
                Ok(keys) => {
                    let only = if is_only && !keys.is_empty() {
                        ", of which only those are offered that are named (IdentitiesOnly)"
                    } else {
                        ""
                    };
                    let found = format!("{place} has {} keys{only}", keys.len());
                    this.steps.push(Step::well("agent", found));
                }
                Err(fault) => this.steps.push(Step::ill("agent", fault.to_string())),
            }
        }
        this
    }

    fn plan_files(&mut self, key: Option<&Path>, whose: &Whose) {
        let are_named = key.is_some() || !self.target.settings().identity_files().is_empty();
        let files = key.map_or_else(|| tried_by_ssh(&self.target), |key| vec![key.to_owned()]);
        for path in files {
            if !are_named && !path.exists() {
                continue;
            }
            let Ok(found) = file::examine(&path, None, whose) else {
                continue;
            };
            let name = whose.short(&path);
            if found.is_well() {
                self.steps.push(Step::well("key", name));
                continue;
            }
            for verdict in found.verdicts {
                self.steps
                    .push(Step::ill("key", format!("{name}: {}", verdict.cause)));
                // A public half may be named where an agent has the private one, and a key is offered without its
                // certificate.
                let is_certificates = verdict.cause.code().starts_with("certificate-");
                if verdict.cause != Cause::KeyFilePublic && !is_certificates {
                    self.unusable.push(file_name(&path));
                }
                if verdict.cause != Cause::KeyFilePublic {
                    self.verdicts.push(verdict);
                }
            }
        }
    }

    fn put(&mut self, verdict: Verdict, evidence: &str) {
        self.steps.push(Step::ill(verdict.cause.code(), evidence));
        self.verdicts
            .push(verdict.seen(Evidence::new(Source::Step, evidence)));
    }

    fn about(&self) -> About {
        About {
            user: Some(escaped(self.target.user().as_bytes())),
            host: Some(escaped(self.target.alias().as_bytes())),
            port: Some(self.target.port()).filter(|port| *port != USUAL_PORT),
            ..About::default()
        }
    }

    /// Another configuration was named than the one that ssh reads: nothing is to be added to that.
    pub fn leaves_configuration(&mut self) {
        self.is_usual_config = false;
    }

    /// The server answers, and shows a key.
    pub fn reached(&mut self, reached: &Reached) {
        self.steps.push(Step::well("way there", "the server answers"));
        let found = match reached.trust() {
            Trust::Known { file, line } => {
                format!(
                    "it is the known one, in line {line} of {}",
                    with_tilde(file).display()
                )
            }
            Trust::ByAuthority { .. } => "an authority that is known vouches for it".to_owned(),
            // Of these comes more than a step.
            Trust::New
            | Trust::Pinned
            | Trust::Changed { .. }
            | Trust::Revoked { .. }
            | Trust::BadCertificate { .. } => return,
        };
        self.steps.push(Step::well("host key", escaped(found.as_bytes())));
    }

    /// The server could not be reached, or is not who it should be.
    ///
    /// # Errors
    /// That is no finding: somebody has stopped it, say.
    pub fn not_reached(mut self, fault: ServerFault) -> Result<Live, Problem> {
        let Some(cause) = cause_of(&fault) else {
            return Err(fault.into());
        };
        let verdict = Verdict::new(cause, Certainty::Certain, &self.about());
        self.put(verdict, &fault.to_string());
        // What ended it goes before what would have.
        self.verdicts.rotate_right(1);
        Ok(Live {
            examination: Examination::of(self.verdicts, self.steps.into_all()),
            ..Live::default()
        })
    }

    /// The server shows this key, and is known by another one.
    #[must_use]
    pub fn changed(mut self, shown: &Fingerprint) -> Live {
        let verdict = Verdict::new(Cause::HostKeyChanged, Certainty::Certain, &self.about());
        let evidence =
            format!("its key has the fingerprint {shown} now; known_hosts knows it by another one");
        self.put(verdict, &evidence);
        self.verdicts.rotate_right(1);
        Live {
            examination: Examination::of(self.verdicts, self.steps.into_all()),
            ..Live::default()
        }
    }

    /// The server is not known, and nobody has said that it may be trusted.
    #[must_use]
    pub fn unknown(mut self, problem: &Problem) -> Live {
        let verdict = Verdict::new(Cause::HostKeyUnknown, Certainty::Certain, &self.about());
        self.put(verdict, &problem.what);
        self.verdicts.rotate_right(1);
        Live {
            examination: Examination::of(self.verdicts, self.steps.into_all()),
            ..Live::default()
        }
    }

    /// Asks the server about each key, in ssh's order.
    ///
    /// # Errors
    /// The connection fails in a manner that says nothing about keys.
    pub fn ask(mut self, server: Server, keys: Vec<Identity>, watch: &dyn Watch) -> Result<Live, Problem> {
        self.own_address = server.connection.own_address();
        self.steps
            .push(Step::well("server", server.connection.software()));
        let count = keys.len();
        // What ssh would not offer there may be what the server takes.
        let keys = if keys.is_empty() { self.others() } else { keys };
        let steps = &mut self.steps;
        let mut heard = |name: &str, asked: &Asked| steps.push(step_of(name, asked));
        let answers = match ask_each(server, keys, &mut heard, watch) {
            Ok(answers) => answers,
            Err(fault) => return self.not_reached(fault),
        };
        let mut live = Live {
            methods: answers.methods.clone(),
            ..Live::default()
        };
        let mut letter = None;
        let mut end = self.ends(&answers, count);
        // By a file that ssh does not take nobody gets in but here.
        let is_in = |heard: &&Heard| matches!(heard.asked, Asked::In);
        let is_by_ssh =
            |heard: &Heard| !self.unusable.contains(&heard.name) && (count > 0 || heard.public.is_none());
        let is_in_by_ssh = answers.asked.iter().filter(is_in).any(is_by_ssh);
        let is_in = answers.asked.iter().any(|heard| is_in(&heard));
        let is_refused = self.target.settings().refused.is_some();
        if is_in_by_ssh && end.is_empty() && !is_refused {
            return Ok(self.inside(answers.connection, watch));
        }
        let takes_keys = answers.first_methods.contains(&Method::Key);
        if !takes_keys && !answers.first_methods.is_empty() {
            let methods: Vec<String> = answers.first_methods.iter().map(ToString::to_string).collect();
            let mut about = self.about();
            about.said = Some(format!(" ({})", methods.join(", ")));
            let verdict = Verdict::new(Cause::KeysDisabled, Certainty::Likely, &about);
            let evidence = "the server does not offer to take a key";
            end.insert(0, verdict.seen(Evidence::new(Source::Step, evidence)));
        } else if count == 0 {
            end = Vec::from_iter(self.nothing_to_offer(&answers));
        } else if let Some((name, key)) = first_refused(&answers).filter(|_| end.is_empty() && !is_in) {
            let print = Fingerprint::of(key, FingerprintKind::Sha256).to_string();
            let verdict = Verdict::new(Cause::KeyNotAuthorized, Certainty::Certain, &self.about());
            let evidence = format!("{name} ({print}) was refused");
            if let Some(wanted) = log::wanted_user(&self.about()) {
                let about = About::said(&format!(": this server wants the name “{wanted}”"));
                let verdict = Verdict::new(Cause::WrongUser, Certainty::Likely, &about);
                end.push(verdict.seen(Evidence::new(Source::Step, &evidence)));
            }
            end.push(verdict.seen(Evidence::new(Source::Step, &evidence)));
            live.refused = Some(key.clone());
            letter = Some(self.letter(&print, count));
        }
        // A fault of a file here explains more than that another key was refused.
        let is_general =
            |verdict: &Verdict| matches!(verdict.cause, Cause::KeyNotAuthorized | Cause::NoKeyOffered);
        let local = std::mem::take(&mut self.verdicts);
        let all: Vec<Verdict> = if end.iter().all(is_general) {
            local.into_iter().chain(end).collect()
        } else {
            end.into_iter().chain(local).collect()
        };
        live.examination = Examination::of(all, self.steps.into_all());
        live.letter = letter;
        Ok(live)
    }

    /// What ended it with this key or that, other than that it was refused.
    fn ends(&self, answers: &Answers, count: usize) -> Vec<Verdict> {
        let hung = answers
            .asked
            .iter()
            .position(|heard| matches!(heard.asked, Asked::HungUp(_)));
        let mut end: Vec<Verdict> = Vec::new();
        for (index, heard) in answers.asked.iter().enumerate() {
            let Heard { name, asked, .. } = heard;
            let mut about = self.about();
            about.file = Some(name.clone());
            let verdict = |cause, certainty, evidence: &str| {
                Verdict::new(cause, certainty, &about).seen(Evidence::new(Source::Step, evidence))
            };
            match asked {
                Asked::In if hung.is_some_and(|hung| hung < index) => {
                    let evidence = format!(
                        "{name} is number {} of {count}, and the server takes it",
                        index + 1
                    );
                    let verdict = verdict(Cause::TooManyKeys, Certainty::Certain, &evidence);
                    end.insert(0, self.with_one_key(verdict, heard));
                }
                Asked::Partial => {
                    let methods: Vec<String> = answers.methods.iter().map(ToString::to_string).collect();
                    about.said = Some(format!(" ({})", methods.join(", ")));
                    let evidence = format!("{name} was taken");
                    end.push(
                        Verdict::new(Cause::MoreWanted, Certainty::Certain, &about)
                            .seen(Evidence::new(Source::Step, &evidence)),
                    );
                }
                Asked::WouldDo => {
                    let evidence = format!("the server takes {name}, and its file was not opened");
                    end.push(verdict(Cause::KeyFilePassphrase, Certainty::Certain, &evidence));
                }
                Asked::In | Asked::Refused => {}
                Asked::Fault(fault) => {
                    let (cause, certainty) = of_key_fault(fault);
                    end.push(verdict(cause, certainty, &format!("{name}: {fault}")));
                }
                Asked::HungUp(said) => {
                    let cause = of_hanging_up(said.as_deref(), index);
                    let said = said.clone().unwrap_or_else(|| "it said nothing".to_owned());
                    let evidence = format!("at {name}, number {} of {count}: {said}", index + 1);
                    end.push(verdict(cause, Certainty::Certain, &evidence));
                }
            }
        }
        end
    }

    fn nothing_to_offer(&self, answers: &Answers) -> Option<Verdict> {
        // A file that cannot be used says it better.
        if !self.verdicts.is_empty() {
            return None;
        }
        let has_agent = |words: &str| {
            self.steps
                .iter()
                .any(|step| step.what == "agent" && step.found.contains(words))
        };
        let cause = if has_agent("IdentitiesOnly") {
            Cause::IdentitiesOnly
        } else if has_agent("has 0 keys") {
            Cause::AgentEmpty
        } else if has_agent("no key agent listens") {
            Cause::AgentMissing
        } else {
            Cause::NoKeyOffered
        };
        let verdict = Verdict::new(cause, Certainty::Certain, &self.about());
        let verdict = verdict.seen(Evidence::new(Source::Step, "ssh has no key to offer there"));
        let is_taken = |heard: &&Heard| matches!(heard.asked, Asked::In | Asked::WouldDo | Asked::Partial);
        let Some(heard) = answers
            .asked
            .iter()
            .find(|heard| is_taken(heard) && heard.public.is_some())
        else {
            return Some(verdict);
        };
        let evidence = format!("the server takes {}, which ssh does not offer there", heard.name);
        let verdict = verdict.seen(Evidence::new(Source::Step, &evidence));
        Some(self.with_one_key(verdict, heard))
    }

    /// With the mend that this key is named for the server, and no other one is tried there.
    fn with_one_key(&self, verdict: Verdict, heard: &Heard) -> Verdict {
        let mut verdict = verdict;
        let file = heard.file.clone().or_else(|| {
            let inventory = Inventory::read(&self.whose, &[], &Unwatched);
            let mut keys = inventory.keys.iter();
            let key = keys.find(|key| key.described.public.is_some() && key.described.public == heard.public);
            key.and_then(Key::main_file).map(Path::to_owned)
        });
        if let (Some(file), Some(fix)) = (file, &mut verdict.fix) {
            let alias = self.target.alias().to_owned();
            fix.mend = Some(Mend::OneKey { alias, file }).filter(|_| self.is_usual_config);
        }
        verdict
    }

    /// Keys that are here, and that ssh would not offer there.
    fn others(&self) -> Vec<Identity> {
        let inventory = Inventory::read(&self.whose, &[], &Unwatched);
        let files = inventory.keys.iter().filter_map(Key::main_file);
        let named = files.filter_map(|path| Identity::named(path, &self.agents).ok().flatten());
        named.take(MOST_OTHERS).collect()
    }

    /// Somebody is in: whether anything can be done there.
    fn inside(mut self, connection: Option<Connection>, watch: &dyn Watch) -> Live {
        let mut connection = connection;
        let looked = connection.as_mut().map(|connection| look(connection, watch));
        let said = match (&looked, &mut connection) {
            (Some(Err(ServerFault::NoShell { said })), _) => said.clone(),
            // Files can be had, and a shell may refuse whoever comes.
            (Some(Ok(found)), Some(connection)) if found.way == Way::Files => {
                said_without_shell(connection, watch).unwrap_or_default()
            }
            _ => String::new(),
        };
        if let Some(verdict) = said_instead(&said) {
            self.put(verdict, &said);
            self.verdicts.rotate_right(1);
            return Live {
                examination: Examination::of(self.verdicts, self.steps.into_all()),
                ..Live::default()
            };
        }
        let Some(Err(fault)) = looked else {
            return self.works();
        };
        let cause = match &fault {
            ServerFault::NoShell { said } if is_no_shell(said) => Cause::AccountShell,
            ServerFault::NoShell { .. } | ServerFault::StartFile => Cause::ForcedCommand,
            ServerFault::NoHome(_) | ServerFault::NotAtHome | ServerFault::HomeShut(_) => Cause::HomeMissing,
            ServerFault::PasswordExpired(_) => Cause::PasswordExpired,
            ServerFault::Remote(RemoteFault::Closed { .. } | RemoteFault::NoSession) => {
                Cause::ConnectionClosed
            }
            // What else is wrong with the list of keys keeps nobody out.
            _ => return self.works(),
        };
        let mut about = self.about();
        about.said = Some(said)
            .filter(|said| !said.is_empty())
            .map(|said| format!(" (it said: “{said}”)"));
        let mut verdict = Verdict::new(cause, Certainty::Likely, &about);
        if cause == Cause::ConnectionClosed {
            "The key is taken, and the server ends the connection afterwards. Its log tells why."
                .clone_into(&mut verdict.message);
        }
        self.put(verdict, &fault.to_string());
        self.verdicts.rotate_right(1);
        Live {
            examination: Examination::of(self.verdicts, self.steps.into_all()),
            ..Live::default()
        }
    }

    fn works(self) -> Live {
        let evidence = self
            .steps
            .iter()
            .rev()
            .find(|step| step.found.contains("lets its owner in"));
        let evidence = evidence
            .map(|step| format!("{}: {}", step.what, step.found))
            .unwrap_or_default();
        let verdict = Verdict::new(Cause::Works, Certainty::Certain, &About::default());
        Live {
            examination: Examination::of(
                vec![verdict.seen(Evidence::new(Source::Step, &evidence))],
                self.steps.into_all(),
            ),
            ..Live::default()
        }
    }

    /// What to ask whoever runs the server.
    fn letter(&self, fingerprint: &str, count: usize) -> String {
        let ((year, month, day), (hour, minute, second)) = utc_moment();
        let moment = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
        let others = if count > 1 {
            format!(" (the first of {count} keys that were offered)")
        } else {
            String::new()
        };
        let from = match &self.own_address {
            Some(own) => {
                format!(", offered from the address {own} (behind a router the server sees another one)")
            }
            None => String::new(),
        };
        format!(
            "I cannot log in as {} at {}, port {}. At {moment} UTC the server refused the key {fingerprint}{others}{from}. \
             The server can be reached, its host key is the known one, and it offers to take keys. Please look into its log at \
             that time: is the key in the list that counts for the account (AuthorizedKeysFile), may others change the list or a \
             folder above it, and do AllowUsers, Match blocks or the account itself keep it out?",
            escaped(self.target.user().as_bytes()),
            escaped(self.target.host().as_bytes()),
            self.target.port(),
        )
    }
}

/// The first key that the server does not take.
fn first_refused(answers: &Answers) -> Option<(&str, &PublicKey)> {
    let mut all = answers.asked.iter();
    all.find_map(|heard| match heard.asked {
        Asked::Refused => Some((heard.name.as_str(), heard.public.as_ref()?)),
        _ => None,
    })
}

/// What came of a key, as a step.
fn step_of(name: &str, asked: &Asked) -> Step {
    let found = match asked {
        Asked::In => return Step::well(name, "the server lets its owner in"),
        Asked::Partial => "the server takes it, and wants something more",
        Asked::WouldDo => "the server takes it; the file needs its passphrase",
        Asked::Refused => "the server does not take it",
        Asked::Fault(_) => "it could not be used",
        Asked::HungUp(_) => "the server ended the connection",
    };
    Step::ill(name, found)
}

//! A server that is asked: the steps that ssh would go, none of which changes anything.
//!
//! A client is told whether a key is taken, and never why it is not. With a second way in the reasons are looked for on the
//! server; without one there is a message for whoever runs it.

mod mends;

use std::path::Path;
use std::time::Instant;

use super::about::About;
use super::cause::Cause;
use super::causes_of_faults::{cause_of, is_no_shell, of_hanging_up, of_key_fault, said_instead};
use super::confirm;
use super::file;
use super::here::refused_configuration;
use super::log;
use super::mend::Mend;
pub use super::outcome::Live;
use super::outcome::ask_administrator;
use super::steps::{Steps, Tell};
use super::verdict::{Certainty, Evidence, Examination, Fix, Source, Step, Verdict};
use crate::engine::Problem;
use crate::engine::faults::ServerFault;
use crate::engine::keys::Whose;
use crate::engine::plural::counted;
use crate::engine::servers::{
    Answers, Asked, Attempted, Heard, Identity, Reached, Server, Way, ask_each, file_name, look,
    said_without_shell, tried_by_ssh,
};
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::key::watch::Watch;
use crate::sys::agent::Agent;
use crate::sys::home::with_tilde;
use crate::sys::remote::{Connection, Method, OwnEnd, RemoteFault, Target, Trust};

/// The port that need not be typed.
const USUAL_PORT: u16 = 22;

/// What is found on the way to a server.
#[derive(Clone, Debug)]
pub struct Visit {
    target: Target,
    /// The files that ssh does not use as they are.
    unusable: Vec<String>,
    verdicts: Vec<Verdict>,
    steps: Steps,
    /// This computer's end of the connection.
    own_end: Option<OwnEnd>,
    whose: Whose,
    agents: Vec<Agent>,
    /// Whether the configuration counts that ssh reads unless it is told another one.
    is_usual_config: bool,
    /// Whether a passphrase was tried at the keys that are locked still.
    has_tried_passphrase: bool,
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
            own_end: None,
            whose: whose.clone(),
            agents: agents.to_vec(),
            is_usual_config: true,
            has_tried_passphrase: false,
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
                    let found = format!("{place} has {}{only}", counted(keys.len(), "key"));
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
            let Ok(found) = file::examine_for_ssh(&path, whose) else {
                continue;
            };
            let name = whose.short(&path);
            if found.is_well() {
                self.steps.push(Step::well("key", name));
                continue;
            }
            for mut verdict in found.verdicts {
                if let Some(Fix {
                    mend: Some(Mend::ForSsh { alias, .. }),
                    ..
                }) = &mut verdict.fix
                {
                    *alias = Some(self.target.alias().to_owned());
                }
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
        let fixes = self
            .verdicts
            .iter_mut()
            .filter_map(|verdict| verdict.fix.as_mut());
        for fix in fixes {
            fix.mend.take_if(|mend| matches!(mend, Mend::ForSsh { .. }));
        }
    }

    /// A passphrase was tried, and the keys that are locked still are not opened by it.
    pub fn has_tried_passphrase(&mut self) {
        self.has_tried_passphrase = true;
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
        self.own_end = server.connection.own_end();
        let at = Instant::now();
        self.steps
            .push(Step::well("server", server.connection.software()));
        let count = keys.len();
        // What ssh would not offer there may be what the server takes.
        let keys = if keys.is_empty() { self.others() } else { keys };
        let steps = &mut self.steps;
        let mut heard = |heard: &Heard| steps.push(step_of(heard));
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
        // ssh would ask for the passphrase, and nobody has been asked here.
        let is_asked_for = !self.has_tried_passphrase && !is_in && !is_refused && count > 0;
        if let Some(heard) = self.locked_and_taken(&answers).filter(|_| is_asked_for) {
            return Ok(self.takes(heard));
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
        } else if let Some((heard, key)) = first_refused(&answers).filter(|_| end.is_empty() && !is_in) {
            let name = &heard.name;
            let print = Fingerprint::of(key, FingerprintKind::Sha256).to_string();
            let mut verdict = Verdict::new(Cause::KeyNotAuthorized, Certainty::Certain, &self.about());
            live.install = self.install(heard);
            if let (Some(fix), Some(install)) = (&mut verdict.fix, &live.install) {
                fix.command = Some(install.clone());
            }
            let evidence = format!("{name} ({print}) was refused");
            if let Some(wanted) = log::wanted_user(&self.about()) {
                let about = About::said(&format!(": this server wants the name “{wanted}”"));
                let verdict = Verdict::new(Cause::WrongUser, Certainty::Likely, &about);
                end.push(verdict.seen(Evidence::new(Source::Step, &evidence)));
            }
            end.push(verdict.seen(Evidence::new(Source::Step, &evidence)));
            live.refused = Some(key.clone());
            live.attempted = Some(Attempted {
                at,
                own_end: self.own_end.clone(),
                keys: answers.asked.len(),
            });
            letter = Some(ask_administrator(
                &self.target,
                self.own_end.as_ref(),
                &print,
                count,
            ));
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
                Asked::In | Asked::WouldDo if hung.is_some_and(|hung| hung < index) => {
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
                Asked::WouldDo if self.has_tried_passphrase => {
                    let evidence = format!("{name} is not opened by the passphrase that was given");
                    end.push(verdict(Cause::KeyFilePassphrase, Certainty::Certain, &evidence));
                }
                Asked::WouldDo if heard.public.is_none() => {
                    let evidence = format!("{name} does not show without its passphrase which key it holds");
                    end.push(verdict(Cause::KeyFilePassphrase, Certainty::Possible, &evidence));
                }
                Asked::In | Asked::WouldDo | Asked::Refused => {}
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

    /// The first key that the server takes and whose file was not opened, where nothing ends it before.
    fn locked_and_taken<'a>(&self, answers: &'a Answers) -> Option<&'a Heard> {
        let mut up_to_end = answers
            .asked
            .iter()
            .take_while(|heard| matches!(heard.asked, Asked::Refused | Asked::WouldDo));
        up_to_end.find(|heard| {
            matches!(heard.asked, Asked::WouldDo)
                && heard.public.is_some()
                && !self.unusable.contains(&heard.name)
        })
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

    /// The server takes a key whose file needs its passphrase still.
    fn takes(self, heard: &Heard) -> Live {
        let file = heard.file.as_deref().map(|file| self.whose.short(file));
        let mut about = self.about();
        about.file = About::file(file.as_deref().unwrap_or(&heard.name)).file;
        let evidence = format!(
            "{} was offered, and the server takes it; nobody has logged in with it yet",
            heard.name
        );
        let verdict = Verdict::new(Cause::TakesTheKey, Certainty::Certain, &about);
        Live {
            examination: Examination::of(
                vec![verdict.seen(Evidence::new(Source::Step, &evidence))],
                self.steps.into_all(),
            ),
            ..Live::default()
        }
    }
}

/// The first key that the server does not take.
fn first_refused(answers: &Answers) -> Option<(&Heard, &PublicKey)> {
    let mut all = answers.asked.iter();
    all.find_map(|heard| match heard.asked {
        Asked::Refused => Some((heard, heard.public.as_ref()?)),
        _ => None,
    })
}

/// What came of a key, as a step.
fn step_of(heard: &Heard) -> Step {
    let Heard { name, asked, .. } = heard;
    let found = match asked {
        Asked::In => return Step::well(name.as_str(), "the server lets its owner in"),
        Asked::WouldDo if heard.public.is_some() => {
            return Step::well(name.as_str(), "the server takes it; ssh asks for its passphrase");
        }
        Asked::Partial => "the server takes it, and wants something more",
        Asked::WouldDo => "only its passphrase shows which key it is",
        Asked::Refused => "the server does not take it",
        Asked::Fault(_) => "it could not be used",
        Asked::HungUp(_) => "the server ended the connection",
    };
    Step::ill(name.as_str(), found)
}

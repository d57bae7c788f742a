//! The way to a server: which one, whether it is known, and who signs in. Shared by the commands that change something
//! there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::console::{Console, shown};
use super::interrupt::Ending;
use super::passphrases::{OldPassphrase, ServerPassword, lacking};
use super::{terminal, work};
use crate::engine::faults::ServerFault;
use crate::engine::servers::{
    Found, Given, Identity, Known, Lack, LastWayIn, Purpose, Reached, Remembered, Server, Session, SigningIn,
    Step, Ways, Welcome, all_public, find, look, no_fingerprint, not_followed, reach, to_try, told, unknown,
};
use crate::engine::{Blame, Problem, agents, keys};
use crate::format::DecodeError;
use crate::format::ssh_config::Directive;
use crate::key::PublicKey;
use crate::key::comment::escaped;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::key::watch::Watch;
use crate::secret::Passphrase;
use crate::sys::agent::{self, Agent};
use crate::sys::remote::{Hop, Question, Target, Trust, Way};

/// Which server, and how to get in.
#[derive(Args, Debug)]
pub(super) struct Connect {
    /// The server: user@host, user@host:port, ssh://user@host:port, or a Host of ssh's configuration
    #[arg(value_name = "TARGET")]
    target: String,
    /// The port, which may also stand behind the name of the server
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Signing in")]
    port: Option<u16>,
    /// The servers on the way there, as ssh takes them: user@host:port, several with commas between
    #[arg(
        short = 'J',
        long = "jump",
        value_name = "SERVERS",
        help_heading = "Signing in"
    )]
    jump: Option<String>,
    /// The file to read in the place of ssh's configuration, as ssh takes it; none for no file
    #[arg(
        short = 'F',
        long = "config",
        value_name = "FILE",
        help_heading = "Signing in"
    )]
    config: Option<String>,
    /// An option as ssh takes it, which counts before its configuration: -o IdentitiesOnly=yes
    #[arg(
        short = 'o',
        long = "option",
        value_name = "KEY=VALUE",
        help_heading = "Signing in"
    )]
    options: Vec<String>,
    /// Sign in with this key, instead of those that ssh would try
    #[arg(short, long = "identity", value_name = "FILE", help_heading = "Signing in")]
    identity: Vec<PathBuf>,
    /// Trust a server that is not known yet, if its key has this fingerprint (SHA256:…), and remember it; once more for
    /// each server on the way
    #[arg(long, value_name = "FINGERPRINT", help_heading = "Signing in")]
    accept_host_key: Vec<String>,
    /// The key agent's socket or pipe, instead of the one that ssh would use
    #[arg(long = "agent", value_name = "SOCKET", help_heading = "Signing in")]
    agent: Option<PathBuf>,
    #[command(flatten)]
    password: ServerPassword,
}

impl Connect {
    /// What is told beside its name, as whom to log in among it.
    pub(super) fn told(&self, login: Option<&str>) -> Result<Vec<Directive>, Problem> {
        for typed in &self.accept_host_key {
            check_fingerprint(typed)?;
        }
        let mut options: Vec<String> = Vec::new();
        options.extend(self.jump.iter().map(|jump| format!("ProxyJump={jump}")));
        options.extend(self.options.iter().cloned());
        told(self.port, login, &options)
    }

    /// The server that is meant.
    pub(super) fn target(&self, login: Option<&str>) -> Result<Target, Problem> {
        find(&self.target, &self.told(login)?, self.config.as_deref())
    }

    /// The name as it was typed.
    pub(super) fn typed(&self) -> &str {
        &self.target
    }

    /// Whether a way to sign in was named: a key, or a password.
    pub(super) fn has_named_way(&self) -> bool {
        !self.identity.is_empty() || self.password.is_given()
    }

    /// Whether somebody has said that a server with this key may be trusted.
    pub(super) fn accepts(&self, fingerprint: &Fingerprint) -> bool {
        self.accept_host_key
            .iter()
            .any(|typed| fingerprint.is_typed(typed))
    }

    /// Whether another configuration was named than the one that ssh reads.
    pub(super) fn has_named_config(&self) -> bool {
        self.config.is_some()
    }

    /// The keys that were named to sign in with; they are not used for that any more.
    pub(super) fn take_identities(&mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.identity)
    }

    /// Whether the account's password is to come from the same place as a key in `-`.
    pub(super) fn takes_standard_input(&self) -> bool {
        self.password.takes_standard_input()
    }

    /// The agents in which a key may be that was named.
    pub(super) fn agents(&self) -> Vec<Agent> {
        agents::all(self.agent.as_deref())
    }

    /// Those that ssh itself would ask, whatever was named here.
    pub(super) fn agents_of_ssh() -> Vec<Agent> {
        agent::agents()
    }

    /// Those whose keys ssh would offer there.
    pub(super) fn agents_for(&self, target: &Target) -> Vec<Agent> {
        match self.agent.as_deref() {
            Some(place) => agents::all(Some(place)),
            None => agents::for_target(target, agent::agents()),
        }
    }

    /// Reaches the server, has it known or accepted, and signs in; and before that on each server on the way. The key in `also`, which
    /// this is about, is tried as well, behind all others.
    pub(super) fn sign_in(
        &self,
        target: &Target,
        also: Option<&Path>,
        passphrase: &OldPassphrase,
        console: Console,
    ) -> Result<Session, Problem> {
        if let Some(words) = not_followed(target) {
            console.note(&words);
        }
        if let Some((first, Way::Command(command))) = target.route().first().map(|first| (first, first.way()))
        {
            console.note(&format!(
                "ssh reaches {first} by this command: {}",
                escaped(command.as_bytes())
            ));
        }
        let hop = self.hop(target, passphrase, console)?;
        // One that does not answer is waited for once.
        let mut silent: Vec<Agent> = Vec::new();
        let mut agents = self.agents_for(target);
        agents.retain(|agent| match agent.list() {
            Err(fault) if agent.is_named() => {
                console.note(&format!("no key of an agent is tried: {fault}"));
                silent.push(agent.clone());
                false
            }
            _ => true,
        });
        let mut keys = self.keys(target, &agents)?;
        let also = also.and_then(|path| {
            let mut agents = self.agents();
            agents.retain(|agent| !silent.contains(agent));
            Identity::named(path, &agents).ok().flatten()
        });
        keys.extend(also.filter(|also| keys.iter().all(|key| key.public() != also.public())));
        let ways = Ways {
            keys,
            are_named: !self.identity.is_empty(),
            password: self.password.given()?,
            purpose: Purpose::Work,
        };
        self.sign_in_on(target, hop, ways, passphrase, console)
    }

    /// Signs in on each server on the way, and stands on the last of them.
    pub(super) fn hop(
        &self,
        target: &Target,
        passphrase: &OldPassphrase,
        console: Console,
    ) -> Result<Option<Hop>, Problem> {
        let mut hop = None;
        for between in target.route() {
            if between == target {
                break;
            }
            console.note(&format!("the way to {target} leads through {between}"));
            let ways = Ways {
                keys: to_try(between, &self.agents_for(between)),
                purpose: Purpose::PassThrough,
                ..Ways::default()
            };
            let session = self.sign_in_on(between, hop, ways, passphrase, console);
            let session = session.map_err(|problem| on_the_way(between, problem))?;
            hop = Some(session.connection.into_hop()?);
        }
        Ok(hop)
    }

    /// The same on one server. The password that was given is for the last of them.
    fn sign_in_on(
        &self,
        target: &Target,
        hop: Option<Hop>,
        ways: Ways,
        passphrase: &OldPassphrase,
        console: Console,
    ) -> Result<Session, Problem> {
        // The command by which it is reached may ask on the terminal, as ssh's own does.
        let by_command = target
            .route()
            .first()
            .is_some_and(|first| matches!(first.way(), Way::Command(_)));
        let console = if by_command {
            console.without_progress()
        } else {
            console
        };
        let there = target.clone();
        let reached = work::run(console, "Reaching the server", move |pulse| {
            reach(&there, hop, pulse)
        })??;
        // There is no other one that a key could have been accepted for.
        let is_alone = ways.purpose == Purpose::Work && target.route().len() == 1;
        let server = self.known(reached, target, is_alone, console)?;
        let mut step = work::run(console, "Signing in", move |pulse| {
            SigningIn::begin(server, ways, pulse)
        })??;
        let mut locked = None;
        let mut banner = String::new();
        let mut heard = |now: String| {
            console.pass_on(now.strip_prefix(&banner).unwrap_or(&now).trim_start_matches('\n'));
            banner = now;
        };
        loop {
            match step {
                Step::In(mut session) => {
                    heard(session.connection.banner());
                    for remark in std::mem::take(&mut session.remarks) {
                        console.note(&remark);
                    }
                    if let Some(warning) = session.warning() {
                        console.warn(&warning);
                    }
                    return Ok(*session);
                }
                Step::Lacks(lack, mut waiting) => {
                    heard(waiting.banner());
                    for remark in waiting.remarks() {
                        console.note(&remark);
                    }
                    let given = answer(&lack, target, passphrase)?;
                    if matches!(given, Given::Nothing) && locked.is_none() {
                        locked = self.stays_locked(&lack);
                    }
                    let gone_on = work::run(console, "Signing in", move |pulse| waiting.go_on(given, pulse))?;
                    step = gone_on.map_err(|fault| match (fault, locked.take()) {
                        (ServerFault::NotLetIn { .. }, Some(problem)) => problem,
                        (fault, _) => fault.into(),
                    })?;
                }
            }
        }
    }

    /// Why a key that was named stays locked, where nobody could be asked. It is only told where nothing else lets in.
    fn stays_locked(&self, lack: &Lack) -> Option<Problem> {
        let Lack::Passphrase { path, is_again } = lack else {
            return None;
        };
        if self.identity.is_empty() || self.password.is_given() || terminal::is_there() {
            return None;
        }
        let mut problem = if *is_again {
            Problem::from(DecodeError::WrongPassphrase)
        } else {
            lacking()
        };
        problem.what = format!("{}: {}", shown(path), problem.what);
        Some(problem)
    }

    /// Whose the keys are in the list that was found.
    pub(super) fn whose(&self, session: &Session, found: &Found, console: Console) -> Result<Known, Problem> {
        let agents = self.agents();
        let mine = work::run(console, "Looking for your keys", move |_| all_public(&agents))?;
        Ok(Known::of(mine, session.by.clone(), found.list.as_deref())?)
    }

    /// The keys to sign in with: those that were named, or else those of the agents and the usual ones.
    fn keys(&self, target: &Target, agents: &[Agent]) -> Result<Vec<Identity>, Problem> {
        if self.identity.is_empty() {
            return Ok(to_try(target, agents));
        }
        let named = self.identity.iter().map(|path| {
            let found = Identity::named(path, agents)?;
            found.ok_or_else(|| {
                Problem::new(
                    "unsupported-format",
                    Blame::Key,
                    format!(
                        "the private half of {} is neither beside it nor in an agent",
                        shown(path)
                    ),
                    "Name the file with the private key; often it has the same name without .pub.",
                )
            })
        });
        named.collect()
    }

    /// All keys that are here, those that were named among them.
    pub(super) fn all_keys(&self, target: &Target) -> Result<Vec<Identity>, Problem> {
        let agents = self.agents_for(target);
        let mut keys = self.keys(target, &agents)?;
        if !self.identity.is_empty() {
            keys.extend(to_try(target, &agents));
        }
        Ok(keys)
    }

    /// A key was named by which to accept a server, and this one is known by another. It may have been meant for a server
    /// on the way to it, or behind it.
    fn is_known_otherwise(
        &self,
        target: &Target,
        is_alone: bool,
        fingerprint: &str,
        console: Console,
    ) -> Result<(), Problem> {
        let what = format!(
            "{target} is known already, by a key with the fingerprint {fingerprint}, and not by the one of --accept-host-key"
        );
        if self.accept_host_key.len() > 1 || !is_alone {
            console.note(&what);
            return Ok(());
        }
        Err(Problem::new(
            "host-key-other",
            Blame::World,
            what,
            "Nothing secret was sent. Ask whoever runs the server which key it has. If it is the one that is known, leave --accept-host-key out.",
        ))
    }

    /// Goes on with a server that is known, or that is accepted now.
    fn known(
        &self,
        reached: Reached,
        target: &Target,
        is_alone: bool,
        console: Console,
    ) -> Result<Server, Problem> {
        let shown_key = reached.host_key().fingerprint();
        let is_accepted = self.accepts(&shown_key);
        let fingerprint = shown_key.to_string();
        if *reached.trust() != Trust::New {
            let is_other = !self.accept_host_key.is_empty() && !is_accepted;
            let server = reached.go_on()?;
            if is_other {
                self.is_known_otherwise(target, is_alone, &fingerprint, console)?;
            }
            return Ok(server);
        }
        let taken = |reached: Reached, why: &str| -> Result<Server, Problem> {
            let server = reached.go_on_and_remember()?;
            let ending = match &server.remembered {
                Remembered::In(file) => format!(", and is remembered in {}", shown(file)),
                Remembered::Failed(problem) => format!("; it could not be remembered: {}", problem.what),
                Remembered::Nowhere | Remembered::NotNow => String::new(),
            };
            console.note(&format!(
                "{why}{target} is taken by its key {fingerprint}{ending}"
            ));
            Ok(server)
        };
        if is_accepted {
            return taken(reached, "");
        }
        let refused = unknown(&reached);
        match reached.welcome() {
            Welcome::Taken => taken(
                reached,
                "ssh's configuration has servers taken that are not known yet (StrictHostKeyChecking): ",
            ),
            Welcome::Asked if self.accept_host_key.is_empty() && terminal::is_there() => {
                let (art, title) = reached.host_key().art();
                let kind = reached.host_key().key().algorithm().title();
                terminal::tell(&format!(
                    "This computer does not know {target} yet. It shows this {kind} key:\n{fingerprint}\n{}",
                    art.to_text(&title, &format!("[{}]", FingerprintKind::Sha256.name()))
                ))?;
                let question = if reached.can_be_remembered() {
                    "Is that what whoever runs the server says its key is? It will be remembered."
                } else {
                    "Is that what whoever runs the server says its key is? It will not be remembered: ssh's configuration has no file for that."
                };
                if terminal::ask_yes(question)? {
                    let server = reached.go_on_and_remember()?;
                    if let Remembered::Failed(problem) = &server.remembered {
                        console.note(&format!("{target} could not be remembered: {}", problem.what));
                    }
                    return Ok(server);
                }
                Err(refused)
            }
            Welcome::Asked if is_alone && !self.accept_host_key.is_empty() => Err(Problem::new(
                "host-key-other",
                Blame::World,
                format!(
                    "{target} shows another key than the one of --accept-host-key: its fingerprint is {fingerprint}"
                ),
                "Nothing secret was sent. Either somebody else answers there, or the fingerprint that you have is of another of its keys. Ask whoever runs the server.",
            )),
            Welcome::Asked | Welcome::Refused => Err(refused),
        }
    }
}

/// Whether a fingerprint was typed that there can be.
pub(super) fn check_fingerprint(typed: &str) -> Result<(), Problem> {
    if Fingerprint::typed(typed).is_some() {
        return Ok(());
    }
    Err(no_fingerprint(typed))
}

/// What went wrong on a server through which the way leads. A password that was given is not for that one.
fn on_the_way(between: &Target, problem: Problem) -> Problem {
    let mut problem = problem;
    problem.what = format!("on the way, at {between}: {}", problem.what);
    if problem.code == "auth-refused" {
        problem.hint = format!(
            "{} A password that is given by an option is for the last server alone: at a terminal, this one's is asked for.",
            problem.hint
        );
    }
    problem
}

/// What is lacking, from the options or from the person at the terminal.
fn answer(lack: &Lack, target: &Target, passphrase: &OldPassphrase) -> Result<Given, Problem> {
    let is_there = terminal::is_there();
    match lack {
        Lack::Passphrase { path, is_again } => match passphrase.given()? {
            Some(_) if *is_again && !is_there => Ok(Given::Nothing),
            Some(given) if !is_again => Ok(Given::Secret(given)),
            _ if is_there => {
                if *is_again {
                    terminal::tell("That is not the passphrase. Try again.")?;
                }
                let question = format!("Passphrase of {} (empty to go on without it)", shown(path));
                Ok(secret_or_nothing(terminal::ask_secret(&question)?))
            }
            _ => Ok(Given::Nothing),
        },
        Lack::Password { is_again } if is_there => {
            if *is_again {
                terminal::tell("The server does not take this password. Try again.")?;
            }
            Ok(secret_or_nothing(terminal::ask_secret(&format!(
                "Password of {target}"
            ))?))
        }
        Lack::Answers { asked, .. } if is_there => {
            // All of it is marked as the server's, line by line.
            for text in [&asked.name, &asked.instruction] {
                if !text.is_empty() {
                    terminal::tell(text)?;
                }
            }
            let answers = asked.questions.iter().map(ask);
            Ok(Given::Answers(answers.collect::<Result<_, _>>()?))
        }
        Lack::Password { .. } | Lack::Answers { .. } => Ok(Given::Nothing),
    }
}

/// Reads the list of keys.
pub(super) fn looked(mut session: Session, console: Console) -> Result<(Session, Found), Problem> {
    let (session, found) = work::run(console, "Reading the list of keys", move |pulse| {
        let found = look(&mut session, pulse)?;
        Ok::<_, ServerFault>((session, found))
    })??;
    if let Some(remark) = session.another_list(&found.place, found.list.as_deref()) {
        console.note(&remark);
    }
    Ok((session, found))
}

/// Takes something off the list; the last way in after a plain question.
pub(super) fn take_off<T: Send + 'static>(
    mut session: Session,
    doing: &str,
    console: Console,
    take: impl Fn(&mut Session, LastWayIn, &dyn Watch) -> Result<T, ServerFault> + Send + Sync + 'static,
) -> Result<(Session, T), Problem> {
    let take = Arc::new(take);
    let mut last = if console.has_agreed() {
        LastWayIn::Goes
    } else {
        LastWayIn::Stays
    };
    loop {
        let take = Arc::clone(&take);
        let (back, taken) = work::run(console, doing, move |pulse| {
            let taken = take(&mut session, last, &Ending(pulse));
            (session, taken)
        })?;
        let fault = match taken {
            Ok(taken) => return Ok((back, taken)),
            Err(fault) => fault,
        };
        let ServerFault::LastWayIn(place) = &fault else {
            return Err(fault.into());
        };
        if last == LastWayIn::Goes || !terminal::is_there() {
            return Err(fault.into());
        }
        let question = format!(
            "No key of yours would be left in {place}, and you may be locked out. Take it off all the same?"
        );
        if !terminal::ask_yes(&question)? {
            return Err(fault.into());
        }
        session = back;
        last = LastWayIn::Goes;
    }
}

/// Remembers with the key where it lies. What cannot be written down is told, and nothing is lost by it.
pub(super) fn remember_installed(key: &PublicKey, target: &Target, console: Console) {
    note(
        keys::note_installed(&keys::Store::of_user(), key, &target.to_string()),
        console,
    );
}

/// Forgets with the key that it lay there.
pub(super) fn remember_taken_off(key: &PublicKey, target: &Target, console: Console) {
    note(
        keys::note_taken_off(&keys::Store::of_user(), key, &target.to_string()),
        console,
    );
}

/// Tells what could not be written down.
pub(super) fn note(written: Result<(), Problem>, console: Console) {
    if let Err(problem) = written {
        console.note(&format!(
            "where this key lies will not be remembered here: {}",
            escaped(problem.what.as_bytes())
        ));
    }
}

/// Nothing typed means: go on without it.
fn secret_or_nothing(typed: Passphrase) -> Given {
    if typed.is_empty() {
        Given::Nothing
    } else {
        Given::Secret(typed)
    }
}

fn ask(question: &Question) -> Result<Passphrase, Problem> {
    let text = question.text.trim_end_matches([' ', ':']);
    if question.is_visible {
        Ok(Passphrase::new(terminal::ask_line(&format!("{text}: "))?))
    } else {
        terminal::ask_secret(text)
    }
}

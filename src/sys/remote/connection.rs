//! A connection to a server that is known: signing in, and what every step on it has in common (RFC 4252, RFC 4254).

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use russh::client::{Handle, Msg};
use russh::keys::{Certificate as TheirCertificate, HashAlg, PublicKey as TheirKey};
use russh::{Channel, ChannelMsg, ChannelOpenFailure};
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use super::client::{End, Listener, OwnEnd, Shared, named, wait};
use super::endless::Endless;
use super::fault::WayFault;
use super::sign_in::after_questions;
use super::signer::{Hand, NoSignature, Signing};
use super::{Credential, RemoteFault, SignIn, Step, Target, text};
use crate::format::Certificate;
use crate::format::agent::Held;
use crate::key::sign::{self, SignError};
use crate::key::watch::Watch;
use crate::key::{Algorithm, KeyPair, PublicKey};
use crate::secret::Passphrase;

/// How long one step may take.
pub(super) const STEP_SECS: u64 = 30;
/// How long signing in with an agent may take: it may ask the person first.
const AGENT_SECS: u64 = 90;
/// How long it may take until it is known how a connection ended.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long a session that is over may keep another one from being opened, and how often that is tried.
const OTHER_SESSION: Duration = Duration::from_secs(2);
const BETWEEN_SESSIONS: Duration = Duration::from_millis(20);
/// How often a server may have something read without asking anything, or ask what is not answered.
const MOST_NOTICES: usize = 10;
/// How often it may ask on one connection. Three attempts of a password, a new password twice and a code are fewer.
const MOST_ROUNDS: usize = 20;

/// A connection to a server that is known.
///
/// After an error of the connection itself it is over, and each call says so. A command that comes to no end does not end it:
/// other commands are not begun then, and files can still be had.
pub struct Connection {
    // The runtime goes last: the others belong to it.
    handle: Handle<Listener>,
    shared: Shared,
    target: Target,
    state: State,
    /// How often the server has asked.
    rounds: usize,
    /// Whether it has opened a way for commands or files before.
    has_served: bool,
    /// Whether it has opened one, and then no other.
    is_spent: bool,
    /// What became of a command that came to no end: other ones would not, either, where a start file of the account waits.
    pub(super) endless: Option<Endless>,
    /// The server by which it is reached, where it is not reached straight.
    behind: Option<Hop>,
    runtime: Arc<Runtime>,
}

/// A server that one has signed in to, and from which others are reached. It is there for as long as one of these
/// connections is.
#[derive(Clone, Debug)]
pub struct Hop(Arc<Connection>);

impl Hop {
    /// What runs the conversation with it, and all that go through it.
    pub(super) fn runtime(&self) -> &Arc<Runtime> {
        &self.0.runtime
    }

    /// The server.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.0.target
    }

    /// A way to another server from there (RFC 4254, section 7.2).
    pub(super) async fn way_to(&self, host: &str, port: u16) -> Result<Channel<Msg>, RemoteFault> {
        let opened = self
            .0
            .handle
            .channel_open_direct_tcpip(host, port.into(), "127.0.0.1", 0)
            .await;
        opened.map_err(|error| match error {
            russh::Error::ChannelOpenFailure(ChannelOpenFailure::ConnectFailed) => WayFault::Unreached {
                hop: self.target().to_string(),
                host: host.to_owned(),
                port,
            }
            .into(),
            russh::Error::ChannelOpenFailure(_) => WayFault::Forbidden {
                hop: self.target().to_string(),
            }
            .into(),
            error => named(Step::Connect, error),
        })
    }
}

/// How far one has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not signed in.
    Outside,
    /// The server waits for as many answers.
    Asked(usize),
    /// Signed in.
    Inside,
    /// Nothing more can be said.
    Over,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("target", &self.target)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Connection {
    pub(super) fn new(
        runtime: Arc<Runtime>,
        handle: Handle<Listener>,
        shared: Shared,
        target: Target,
        behind: Option<Hop>,
    ) -> Self {
        Self {
            handle,
            shared,
            target,
            state: State::Outside,
            rounds: 0,
            has_served: false,
            is_spent: false,
            endless: None,
            behind,
            runtime,
        }
    }

    /// The server, from where others are reached.
    ///
    /// # Errors
    /// One has not signed in.
    pub fn into_hop(self) -> Result<Hop, RemoteFault> {
        self.check_inside(Step::Connect)?;
        Ok(Hop(Arc::new(self)))
    }

    /// The server by which it is reached.
    #[must_use]
    pub fn behind(&self) -> Option<&Hop> {
        self.behind.as_ref()
    }

    /// Where it leads.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Whether one has signed in, and the connection is not over.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.state == State::Inside
    }

    /// Whether the server has served one command, or one way to the files, and did not begin another one: all it does on one
    /// connection.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.is_spent
    }

    /// What the server has everybody told who signs in, cleaned for showing, each line marked as the server's; often
    /// nothing.
    #[must_use]
    pub fn banner(&self) -> String {
        text::said(&self.target, &self.shared.look().banner)
    }

    /// The same in one line, for a sentence.
    #[must_use]
    pub fn banner_line(&self) -> String {
        self.shared.told_since(0).unwrap_or_default()
    }

    /// This computer's address and port at this end of the connection; nothing where the way leads through another server or
    /// a command.
    #[must_use]
    pub fn own_end(&self) -> Option<OwnEnd> {
        self.shared.look().own_end.clone()
    }

    /// The program that the server says it is, cleaned for showing: `OpenSSH_9.2p1`, `dropbear_2022.83`, …
    #[must_use]
    pub fn software(&self) -> String {
        self.shared.software()
    }

    /// Shows the server who one is. Where it refuses, another credential may be tried on the same connection, as often
    /// as the server bears it.
    ///
    /// The copies of a password that russh makes are wiped but for one, in the buffer in which it is encrypted.
    ///
    /// # Errors
    /// The connection fails, or the key, the agent or the password cannot be used at all. That the server refuses is no
    /// error.
    pub fn sign_in(&mut self, credential: Credential<'_>, watch: &dyn Watch) -> Result<SignIn, RemoteFault> {
        for _ in 0..MOST_NOTICES {
            let State::Asked(questions) = self.state else {
                break;
            };
            // russh waits for answers and hears nothing else; empty ones are nobody's.
            self.answer_with(vec![String::new(); questions], watch)?;
        }
        if let State::Asked(_) = self.state {
            self.state = State::Over;
            let step = Step::Questions;
            return Err(RemoteFault::Nonsense { step });
        }
        if self.state == State::Inside {
            return Ok(SignIn::Unasked);
        }
        let user = self.target.user().to_owned();
        let answered = match credential {
            Credential::None => self.step((Step::Methods, STEP_SECS), watch, async |handle, _| {
                let result = handle.authenticate_none(user).await;
                Ok(result.map_err(|error| named(Step::Methods, error))?.into())
            }),
            Credential::Key(key, certificate) => self.with_key(key, certificate, watch),
            Credential::Public(key) => self.with_hand(Hand::Nobody, key, None, STEP_SECS, watch),
            Credential::Agent(agent, listed) => {
                let (key, certificate) = match &listed.held {
                    Held::Key(key) => (key, None),
                    Held::Certificate(certificate) => (certificate.key(), Some(&**certificate)),
                    Held::Unknown(name) => return Err(RemoteFault::UnknownAgentKey { name: name.clone() }),
                };
                let (agent, blob) = (agent.clone(), listed.blob.clone());
                let hand = Hand::Agent { agent, blob, key };
                self.with_hand(hand, key, certificate, AGENT_SECS, watch)
            }
            Credential::Password(password) => {
                let password = text_of(password)?;
                self.step((Step::Password, STEP_SECS), watch, async |handle, _| {
                    let result = handle.authenticate_password(user, password.as_str()).await;
                    Ok(result.map_err(|error| named(Step::Password, error))?.into())
                })
            }
            Credential::Questions => {
                let target = self.target.clone();
                let answered = self.step((Step::Questions, STEP_SECS), watch, async |handle, _| {
                    let result = handle.authenticate_keyboard_interactive_start(user, None).await;
                    let answered = result.map_err(|error| named(Step::Questions, error))?;
                    after_questions(answered, &target).ok_or(RemoteFault::Nonsense {
                        step: Step::Questions,
                    })
                });
                self.past_notices(answered, watch)
            }
        };
        Ok(self.settle(answered?))
    }

    /// Answers what the server asked, one answer to a question.
    ///
    /// russh does not wipe its copies of the answers.
    ///
    /// # Errors
    /// The connection fails, or the answers do not belong to the questions.
    pub fn answer(&mut self, answers: &[Passphrase], watch: &dyn Watch) -> Result<SignIn, RemoteFault> {
        if self.state != State::Asked(answers.len()) {
            return Err(RemoteFault::NoQuestions);
        }
        let answers = answers.iter().map(|answer| Ok(text_of(answer)?.to_string()));
        let answers = answers.collect::<Result<_, RemoteFault>>()?;
        self.answer_with(answers, watch)
    }

    fn answer_with(&mut self, answers: Vec<String>, watch: &dyn Watch) -> Result<SignIn, RemoteFault> {
        let answered = self.respond(answers, watch);
        let answered = self.past_notices(answered, watch)?;
        Ok(self.settle(answered))
    }

    fn respond(&mut self, answers: Vec<String>, watch: &dyn Watch) -> Result<SignIn, RemoteFault> {
        let target = self.target.clone();
        self.step((Step::Questions, STEP_SECS), watch, async |handle, _| {
            let result = handle.authenticate_keyboard_interactive_respond(answers).await;
            let answered = result.map_err(|error| named(Step::Questions, error))?;
            after_questions(answered, &target).ok_or(RemoteFault::Nonsense {
                step: Step::Questions,
            })
        })
    }

    /// A list of no questions is answered by no answers. What it says is shown with the questions that follow.
    fn past_notices(
        &mut self,
        mut answered: Result<SignIn, RemoteFault>,
        watch: &dyn Watch,
    ) -> Result<SignIn, RemoteFault> {
        let mut notices = Vec::new();
        for _ in 0..MOST_NOTICES {
            let mut asked = match answered? {
                SignIn::Questions(asked) => asked,
                other => return Ok(other),
            };
            if asked.questions.is_empty() {
                notices.extend([asked.name, asked.instruction]);
                answered = self.respond(Vec::new(), watch);
                continue;
            }
            self.rounds += 1;
            if self.rounds > MOST_ROUNDS {
                self.state = State::Over;
                return Err(RemoteFault::EndlessQuestions);
            }
            notices.push(asked.instruction);
            notices.retain(|notice| !notice.is_empty());
            let lines = notices.iter().flat_map(|notice| notice.lines());
            asked.instruction = lines.take(text::MOST_LINES).collect::<Vec<_>>().join("\n");
            return Ok(SignIn::Questions(asked));
        }
        self.state = State::Over;
        Err(RemoteFault::Nonsense {
            step: Step::Questions,
        })
    }

    fn settle(&mut self, answer: SignIn) -> SignIn {
        self.state = match &answer {
            SignIn::Done | SignIn::Unasked => State::Inside,
            SignIn::Questions(asked) => State::Asked(asked.questions.len()),
            // What is left is the end of the connection.
            SignIn::Refused { methods, .. } if methods.is_empty() => State::Over,
            SignIn::Refused { .. } | SignIn::WouldDo => State::Outside,
        };
        answer
    }

    fn with_key(
        &mut self,
        key: &KeyPair,
        certificate: Option<&Certificate>,
        watch: &dyn Watch,
    ) -> Result<SignIn, RemoteFault> {
        if !sign::can_sign(key) {
            return Err(SignError::Unsupported(key.algorithm()).into());
        }
        if let Some(certificate) = certificate {
            let fits = certificate.certifies(key.public());
            fits.map_err(|_| RemoteFault::OtherCertificate)?;
        }
        self.with_hand(Hand::Key(key), key.public(), certificate, STEP_SECS, watch)
    }

    fn with_hand(
        &mut self,
        hand: Hand<'_>,
        key: &PublicKey,
        certificate: Option<&Certificate>,
        secs: u64,
        watch: &dyn Watch,
    ) -> Result<SignIn, RemoteFault> {
        let unknown = |_| RemoteFault::CannotSign(SignError::Unsupported(key.algorithm()));
        let shown = match certificate {
            Some(certificate) => Err(TheirCertificate::from_bytes(certificate.blob()).map_err(unknown)?),
            None => Ok(TheirKey::from_bytes(&key.to_wire()).map_err(unknown)?),
        };
        let is_rsa = key.algorithm() == Algorithm::Rsa;
        let mut signing = Signing {
            hand,
            has_signed: false,
        };
        let user = self.target.user().to_owned();
        let step = Step::Key;
        self.step((step, secs), watch, async |handle, _| {
            let hash = if is_rsa {
                Some(rsa_hash(handle).await?)
            } else {
                None
            };
            let result = match shown {
                Ok(key) => {
                    handle
                        .authenticate_publickey_with(user, key, hash, &mut signing)
                        .await
                }
                Err(certificate) => {
                    handle
                        .authenticate_certificate_with(user, certificate, hash, &mut signing)
                        .await
                }
            };
            match result {
                Ok(result) => Ok(SignIn::to_key(result, signing.has_signed)),
                Err(NoSignature::Wanted) => Ok(SignIn::WouldDo),
                Err(NoSignature::Gone) => Err(RemoteFault::Closed { step, said: None }),
                Err(NoSignature::Fault(fault)) => Err(fault),
            }
        })
    }

    /// A server that says good-bye without a word may have said why just before, where everybody is told something.
    fn with_last_words(&self, fault: RemoteFault, known: usize) -> RemoteFault {
        match fault {
            RemoteFault::Closed { step, said: None } => RemoteFault::Closed {
                step,
                said: self.shared.told_since(known),
            },
            fault => fault,
        }
    }

    /// Opens a session, for one command or one way to the files, and does `work` in it.
    ///
    /// Some servers have one at a time (`MaxSessions 1`), and some have one for each connection (tinysshd). A session that
    /// has ended here ends there a moment later.
    pub(super) fn in_session<T: Outcome>(
        &mut self,
        step: Step,
        watch: &dyn Watch,
        work: impl AsyncFnOnce(Channel<Msg>) -> Result<T, RemoteFault>,
    ) -> Result<T, RemoteFault> {
        if let Err(fault) = self.check_inside(step) {
            self.is_spent = self.has_served && self.state == State::Over;
            return Err(fault);
        }
        let patience = if self.has_served {
            OTHER_SESSION
        } else {
            Duration::ZERO
        };
        let mut has_begun = false;
        let begun = &mut has_begun;
        let done = self.step((step, STEP_SECS), watch, async |handle, _| {
            let channel = session(handle, step, patience).await?;
            *begun = true;
            work(channel).await
        });
        self.is_spent = self.has_served && !has_begun;
        self.has_served |= has_begun;
        let endless = done.as_ref().err().and_then(Endless::of);
        if has_begun && endless.is_some() && step == Step::Command {
            // Another session may be had beside it.
            self.state = State::Inside;
            self.endless = endless;
        }
        done
    }

    /// Before one has signed in, russh would end the connection.
    fn check_inside(&self, step: Step) -> Result<(), RemoteFault> {
        match self.state {
            State::Inside => Ok(()),
            State::Over => Err(RemoteFault::Closed { step, said: None }),
            State::Outside | State::Asked(_) => Err(RemoteFault::NoSession),
        }
    }

    /// One step of the conversation, and the end of it where the step tells that there is nobody any more.
    pub(super) fn step<T>(
        &mut self,
        limit: (Step, u64),
        watch: &dyn Watch,
        work: impl AsyncFnOnce(&mut Handle<Listener>, &Shared) -> Result<T, RemoteFault>,
    ) -> Result<T, RemoteFault>
    where
        T: Outcome,
    {
        let (step, _) = limit;
        if self.state == State::Over {
            return Err(RemoteFault::Closed { step, said: None });
        }
        let heard = self.shared.heard();
        let known = self.shared.look().banner.len();
        let result = wait(&self.runtime, limit, watch, work(&mut self.handle, &self.shared));
        let result = result.map_err(|fault| self.shared.judged(fault, heard));
        let is_gone = match &result {
            Ok(done) => done.is_end(),
            Err(fault) => matches!(fault, RemoteFault::Closed { said: None, .. }),
        };
        if is_gone {
            self.state = State::Over;
            let handle = &mut self.handle;
            self.runtime.block_on(async {
                // Where it takes longer, nobody knows more either.
                drop(tokio::time::timeout(LAST_WORDS, handle).await);
            });
            let end = self.shared.look().end.take();
            return match end {
                // The last thing that it said was no.
                Some(End::Failed(russh::Error::NoAuthMethod)) => result,
                Some(End::Failed(error)) => Err(self.with_last_words(named(step, error), known)),
                Some(End::Told(said)) => Err(self.with_last_words(RemoteFault::Closed { step, said }, known)),
                None => Err(self.with_last_words(RemoteFault::Closed { step, said: None }, known)),
            };
        }
        if let Err(
            RemoteFault::Cancelled { .. }
            | RemoteFault::TimedOut { .. }
            | RemoteFault::Unfinished { .. }
            | RemoteFault::Nonsense { .. },
        ) = &result
        {
            self.state = State::Over;
        }
        result
    }
}

/// What a step comes to.
pub(super) trait Outcome {
    /// Whether it may be russh's way to say that the connection has ended.
    fn is_end(&self) -> bool {
        false
    }
}

impl Outcome for SignIn {
    fn is_end(&self) -> bool {
        matches!(self, Self::Refused { methods, .. } if methods.is_empty())
    }
}

impl<T> Outcome for Opened<T> {}

/// A way that was opened, or something that came by it.
pub(super) struct Opened<T>(pub(super) T);

/// Opens a session; where that is refused, again for so long.
async fn session(
    handle: &Handle<Listener>,
    step: Step,
    patience: Duration,
) -> Result<Channel<Msg>, RemoteFault> {
    let until = Instant::now() + patience;
    loop {
        match handle.channel_open_session().await {
            Err(russh::Error::ChannelOpenFailure(_)) if Instant::now() < until => {
                tokio::time::sleep(BETWEEN_SESSIONS).await;
            }
            opened => return opened.map_err(|error| named(step, error)),
        }
    }
}

/// Whether what was asked for is granted.
pub(super) async fn is_granted(channel: &mut Channel<Msg>, step: Step) -> Result<bool, RemoteFault> {
    loop {
        match channel.wait().await {
            Some(ChannelMsg::Success) => return Ok(true),
            Some(ChannelMsg::Failure | ChannelMsg::Close) => return Ok(false),
            Some(_) => {}
            None => return Err(RemoteFault::Closed { step, said: None }),
        }
    }
}

/// The better hash of the two that the server takes. Where it does not say, nearly every one takes this one.
async fn rsa_hash(handle: &Handle<Listener>) -> Result<HashAlg, RemoteFault> {
    let best = handle.best_supported_rsa_hash().await;
    match best.map_err(|error| named(Step::Key, error))? {
        Some(Some(hash)) => Ok(hash),
        Some(None) => Err(RemoteFault::OnlySha1),
        None => Ok(HashAlg::Sha256),
    }
}

fn text_of(password: &Passphrase) -> Result<Zeroizing<String>, RemoteFault> {
    let text = std::str::from_utf8(password.expose());
    let text = text.map_err(|_| RemoteFault::PasswordNotText)?;
    Ok(Zeroizing::new(text.to_owned()))
}

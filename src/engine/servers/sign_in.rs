//! Signing in, by one way after the other: the keys that are here, a password, the server's questions.
//!
//! It never asks. It comes back with what it lacks, together with the open connection, and goes on from there when it
//! is given that.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use super::identity::{Identity, OpenKey, has_certificate_for};
use super::visit::Server;
use crate::engine::describe::Warning;
use crate::engine::faults::ServerFault;
use crate::engine::saving::certificate_beside;
use crate::format::{Certificate, Consent, DecodeError, LockedFile};
use crate::key::PublicKey;
use crate::key::watch::Watch;
use crate::secret::Passphrase;
use crate::sys::remote::{Connection, Credential, Method, PinnedKey, Questions, RemoteFault, SignIn};

/// As many keys as are offered. Servers end the connection after six refusals as a rule, and a password needs some.
const MOST_KEYS: usize = 4;
/// How often a passphrase or password is asked for.
const ATTEMPTS: usize = 3;

/// A connection that is signed in.
#[derive(Debug)]
pub struct Session {
    /// The way to the server.
    pub connection: Connection,
    /// For further connections, which must come to the same server.
    pub pinned: PinnedKey,
    /// By what it came in.
    pub by: SignedInBy,
}

/// By what somebody has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedInBy {
    /// This key.
    Key(PublicKey),
    /// A certificate.
    Certificate {
        /// The key that it is for.
        key: PublicKey,
        /// The key of whoever gave it, which the server trusts.
        authority: PublicKey,
    },
    /// A password, or answers to questions.
    Password,
    /// Nothing: the server lets everybody in.
    Nothing,
}

impl Session {
    /// That the server lets everybody in, where it does.
    #[must_use]
    pub fn warning(&self) -> Option<Warning> {
        (self.by == SignedInBy::Nothing).then(lets_everybody_in)
    }

    /// The key that it came in by, if it was one.
    #[must_use]
    pub fn key(&self) -> Option<&PublicKey> {
        self.by.key()
    }
}

impl SignedInBy {
    /// The key of whoever is in, if it was one.
    #[must_use]
    pub fn key(&self) -> Option<&PublicKey> {
        match self {
            Self::Key(key) | Self::Certificate { key, .. } => Some(key),
            Self::Password | Self::Nothing => None,
        }
    }

    fn certificate(certificate: &Certificate) -> Self {
        Self::Certificate {
            key: certificate.key().clone(),
            authority: certificate.authority().clone(),
        }
    }
}

/// What is said of a server that asks nobody who they are.
#[must_use]
pub fn lets_everybody_in() -> Warning {
    Warning {
        code: "lets-everybody-in",
        message: "the server lets everybody in, without looking at who they are".to_owned(),
        hint: "No key keeps anybody out there, and what lies there is not yours alone. Tell whoever runs it.",
    }
}

/// How far it has come.
#[derive(Debug)]
pub enum Step {
    /// In.
    In(Box<Session>),
    /// Something is lacking.
    Lacks(Lack, Box<SigningIn>),
}

/// What is lacking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The passphrase of a key file.
    Passphrase {
        /// The file.
        path: PathBuf,
        /// Whether one was given that is wrong.
        is_again: bool,
    },
    /// The account's password.
    Password {
        /// Whether one was given that is wrong.
        is_again: bool,
    },
    /// Answers to what the server asks.
    Answers {
        /// What it asks.
        asked: Questions,
        /// Whether nothing has been asked before on this connection.
        is_first: bool,
    },
}

/// What was lacking, or that it is not to be had.
#[derive(Debug)]
pub enum Given {
    /// A passphrase or password.
    Secret(Passphrase),
    /// One answer to a question.
    Answers(Vec<Passphrase>),
    /// Go on without it.
    Nothing,
}

/// A connection on the way to being signed in.
#[derive(Debug)]
pub struct SigningIn {
    connection: Connection,
    pinned: PinnedKey,
    keys: VecDeque<Identity>,
    offered: usize,
    methods: Vec<Method>,
    was_half: bool,
    /// The key that the server has taken, where it wants something more besides.
    first: Option<SignedInBy>,
    has_asked: bool,
    waiting: Waiting,
}

/// For what it waits, and how often it did.
#[derive(Debug)]
enum Waiting {
    Nothing,
    Passphrase(PathBuf, Box<LockedFile>, usize),
    Password(usize),
    Questions(usize),
    Over,
}

impl SigningIn {
    /// Begins with a server that is known: asks which ways in there are, and goes the first ones.
    ///
    /// # Errors
    /// The connection fails, or no way is left.
    pub fn begin(server: Server, keys: Vec<Identity>, watch: &dyn Watch) -> Result<Step, ServerFault> {
        let mut this = Self {
            connection: server.connection,
            pinned: server.pinned,
            keys: keys.into(),
            offered: 0,
            methods: Vec::new(),
            was_half: false,
            first: None,
            has_asked: false,
            waiting: Waiting::Nothing,
        };
        let answer = this.connection.sign_in(Credential::None, watch)?;
        if this.is_in(answer) {
            return Ok(this.inside(SignedInBy::Nothing));
        }
        this.next(watch)
    }

    /// Goes on with what it lacked.
    ///
    /// # Errors
    /// The connection fails, or no way is left.
    pub fn go_on(mut self, given: Given, watch: &dyn Watch) -> Result<Step, ServerFault> {
        match (std::mem::replace(&mut self.waiting, Waiting::Nothing), given) {
            (Waiting::Passphrase(path, file, attempt), Given::Secret(passphrase)) => {
                match file.unlock(&passphrase, Consent::NotGiven) {
                    Ok(file) => {
                        let opened = Identity::open(&path, file).certified_for(self.connection.target());
                        self.keys.push_front(opened);
                    }
                    Err(DecodeError::WrongPassphrase) if attempt < ATTEMPTS => {
                        return Ok(self.lacks_passphrase(path, file, attempt + 1));
                    }
                    Err(error) => log::warn!("{} is passed over: {error}", path.display()),
                }
            }
            (Waiting::Password(attempt), Given::Secret(password)) => {
                let answer = self.connection.sign_in(Credential::Password(&password), watch)?;
                if self.is_in(answer) {
                    return Ok(self.inside(SignedInBy::Password));
                }
                if attempt < ATTEMPTS && self.methods.contains(&Method::Password) && !self.was_half {
                    self.waiting = Waiting::Password(attempt + 1);
                    return Ok(Step::Lacks(Lack::Password { is_again: true }, Box::new(self)));
                }
                self.waiting = Waiting::Password(ATTEMPTS);
            }
            (Waiting::Questions(attempt), Given::Answers(answers)) => {
                let answer = self.connection.answer(&answers, watch)?;
                return self.after_answers(answer, attempt, watch);
            }
            (Waiting::Password(_), _) => self.waiting = Waiting::Password(ATTEMPTS),
            (Waiting::Questions(_) | Waiting::Over, _) => self.waiting = Waiting::Over,
            (Waiting::Nothing | Waiting::Passphrase(..), _) => {}
        }
        self.next(watch)
    }

    /// The next way that the server takes and that was not gone yet.
    fn next(mut self, watch: &dyn Watch) -> Result<Step, ServerFault> {
        while self.methods.contains(&Method::Key) && self.offered < MOST_KEYS {
            let Some(identity) = self.keys.pop_front() else {
                break;
            };
            let key = match identity {
                Identity::Locked(path, file) if self.may_let_in(&path, &file, watch)? => {
                    return Ok(self.lacks_passphrase(path, file, 1));
                }
                // It has let in whoever asks.
                Identity::Locked(..) if self.connection.is_signed_in() => {
                    return Ok(self.inside(SignedInBy::Nothing));
                }
                Identity::Locked(..) => continue,
                Identity::Open(key) => key,
            };
            if let Some(by) = self.offer(&key, watch)? {
                return Ok(self.inside(by));
            }
        }
        let (may_ask_password, may_ask) = match self.waiting {
            Waiting::Nothing | Waiting::Passphrase(..) => (true, true),
            Waiting::Password(_) => (false, true),
            Waiting::Questions(_) | Waiting::Over => (false, false),
        };
        // Where both are offered they mostly ask for the same password; the questions come second.
        if may_ask_password && self.methods.contains(&Method::Password) {
            self.waiting = Waiting::Password(1);
            return Ok(Step::Lacks(Lack::Password { is_again: false }, Box::new(self)));
        }
        if may_ask && self.methods.contains(&Method::Questions) {
            let answer = self.connection.sign_in(Credential::Questions, watch)?;
            return self.after_answers(answer, 1, watch);
        }
        Err(ServerFault::NotLetIn {
            user: self.connection.target().user().to_owned(),
            methods: self.methods,
        })
    }

    /// Whether a passphrase is worth asking for: not where the server says that it would not take the key.
    fn may_let_in(&mut self, path: &Path, file: &LockedFile, watch: &dyn Watch) -> Result<bool, ServerFault> {
        let Some(public) = file.public.as_ref() else {
            return Ok(true);
        };
        if certificate_beside(path).exists() || has_certificate_for(self.connection.target(), public) {
            // It may let in where the key alone does not, and that is seen with both.
            return Ok(true);
        }
        let answer = match self.connection.sign_in(Credential::Public(public), watch) {
            Err(RemoteFault::CannotSign(_) | RemoteFault::OnlySha1) => return Ok(true),
            answer => answer?,
        };
        if answer == SignIn::WouldDo {
            return Ok(true);
        }
        self.offered += 1;
        self.is_in(answer);
        Ok(false)
    }

    fn after_answers(
        mut self,
        answer: SignIn,
        attempt: usize,
        watch: &dyn Watch,
    ) -> Result<Step, ServerFault> {
        if let SignIn::Questions(asked) = answer {
            self.waiting = Waiting::Questions(attempt);
            let is_first = !std::mem::replace(&mut self.has_asked, true);
            return Ok(Step::Lacks(Lack::Answers { asked, is_first }, Box::new(self)));
        }
        if self.is_in(answer) {
            return Ok(self.inside(SignedInBy::Password));
        }
        if attempt < ATTEMPTS && self.methods.contains(&Method::Questions) {
            let answer = self.connection.sign_in(Credential::Questions, watch)?;
            return self.after_answers(answer, attempt + 1, watch);
        }
        self.waiting = Waiting::Over;
        self.next(watch)
    }

    /// Offers a key; says by what one is in where the server takes it.
    fn offer(&mut self, key: &OpenKey, watch: &dyn Watch) -> Result<Option<SignedInBy>, ServerFault> {
        let (answer, mut by) = match offer(&mut self.connection, key, watch) {
            // Such a key cannot be used; another one may.
            Err(
                RemoteFault::CannotSign(_)
                | RemoteFault::Agent(_)
                | RemoteFault::AgentSignature
                | RemoteFault::UnknownAgentKey { .. }
                | RemoteFault::OnlySha1,
            ) => {
                return Ok(None);
            }
            answer => answer?,
        };
        self.offered += 1;
        if answer == SignIn::Unasked {
            by = Some(SignedInBy::Nothing);
        }
        if self.is_in(answer) {
            return Ok(by);
        }
        if self.was_half {
            self.first = by;
        }
        Ok(None)
    }

    fn is_in(&mut self, answer: SignIn) -> bool {
        if let SignIn::Refused { methods, is_partial } = answer {
            self.was_half = is_partial;
            self.methods = methods;
            return false;
        }
        matches!(answer, SignIn::Done | SignIn::Unasked)
    }

    fn lacks_passphrase(mut self, path: PathBuf, file: Box<LockedFile>, attempt: usize) -> Step {
        let lack = Lack::Passphrase {
            path: path.clone(),
            is_again: attempt > 1,
        };
        self.waiting = Waiting::Passphrase(path, file, attempt);
        Step::Lacks(lack, Box::new(self))
    }

    fn inside(self, by: SignedInBy) -> Step {
        // Without that key the password that came behind it is no way in.
        let by = self.first.unwrap_or(by);
        Step::In(Box::new(Session {
            connection: self.connection,
            pinned: self.pinned,
            by,
        }))
    }
}

/// Offers a key, and then, where it is not taken as it is, its certificate; and which of them was offered last.
fn offer(
    connection: &mut Connection,
    key: &OpenKey,
    watch: &dyn Watch,
) -> Result<(SignIn, Option<SignedInBy>), RemoteFault> {
    let certificate = key.certificate();
    if key.is_bare() {
        let answer = offer_bare(connection, key, watch)?;
        let is_over = match &answer {
            SignIn::Refused { methods, is_partial } => *is_partial || methods.is_empty(),
            SignIn::Done | SignIn::Unasked | SignIn::WouldDo | SignIn::Questions(_) => true,
        };
        if is_over || certificate.is_none() {
            return Ok((answer, key.public().cloned().map(SignedInBy::Key)));
        }
    }
    let answer = offer_certified(connection, key, watch)?;
    Ok((answer, certificate.map(SignedInBy::certificate)))
}

/// Offers a key as it is, without the certificate that may go with it.
pub(super) fn offer_bare(
    connection: &mut Connection,
    key: &OpenKey,
    watch: &dyn Watch,
) -> Result<SignIn, RemoteFault> {
    offer_with(connection, key, None, watch)
}

/// Offers a key by the certificate that goes with it.
pub(super) fn offer_certified(
    connection: &mut Connection,
    key: &OpenKey,
    watch: &dyn Watch,
) -> Result<SignIn, RemoteFault> {
    offer_with(connection, key, key.certificate(), watch)
}

fn offer_with(
    connection: &mut Connection,
    key: &OpenKey,
    certificate: Option<&Certificate>,
    watch: &dyn Watch,
) -> Result<SignIn, RemoteFault> {
    let credential = match key {
        // Its entry says whether it is a certificate.
        OpenKey::Agent(agent, listed) => Credential::Agent(agent, listed),
        OpenKey::File(_, file) => Credential::Key(&file.key, certificate),
        OpenKey::Held(key) => Credential::Key(key, certificate),
    };
    connection.sign_in(credential, watch)
}

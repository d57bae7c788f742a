//! Signing in, by one way after the other: the keys that are here, a password, the server's questions.
//!
//! It never asks. It comes back with what it lacks, together with the open connection, and goes on from there when it
//! is given that. A password that was given before anybody asked goes before keys that nobody has named.
//!
//! Servers end a connection after some refusals, six as a rule (`MaxAuthTries` in `sshd_config(5)`): so many keys are
//! offered on several connections, a few on each, and fewer where the server shows that it bears less. A key that lets in
//! for one command only (`command=` in its line) is no way to the list: then it is gone on by another way, on a new
//! connection.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use super::edit::look;
use super::identity::{Identity, OpenKey, file_name, has_certificate_for};
use super::offer::{self, Shown};
use super::session::{Session, SignedInBy, connect_again};
use super::visit::Server;
use crate::engine::faults::{ServerFault, Tried};
use crate::engine::saving::certificate_beside;
use crate::format::{Consent, DecodeError, LockedFile};
use crate::key::watch::Watch;
use crate::secret::Passphrase;
use crate::sys::remote::{
    Connection, Credential, Method, PinnedKey, Questions, Refusal, RemoteFault, SignIn, Step as At,
};

/// As many keys as are offered on one connection. Servers end it after six refusals as a rule, and a password needs some.
const MOST_KEYS: usize = 4;
/// As many connections as are opened for keys.
const MOST_CONNECTIONS: usize = 16;
/// How often a passphrase is asked for.
const ATTEMPTS: usize = 3;

/// With what somebody would sign in.
#[derive(Debug, Default)]
pub struct Ways {
    /// The keys, the likeliest first.
    pub keys: Vec<Identity>,
    /// Whether a person has named them: then they go before a password.
    pub are_named: bool,
    /// The account's password, where it was given before anybody asked.
    pub password: Option<Passphrase>,
    /// What for.
    pub purpose: Purpose,
}

/// For what somebody signs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// To work with the list of keys.
    #[default]
    Work,
    /// To pass through to another server: it does not matter what is run there.
    PassThrough,
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
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct SigningIn {
    connection: Connection,
    pinned: PinnedKey,
    keys: VecDeque<Identity>,
    /// One that was given before anybody asked, until it is used.
    password: Option<Passphrase>,
    are_keys_named: bool,
    /// Whether a password was given before anybody asked.
    is_password_given: bool,
    purpose: Purpose,
    /// How many keys this connection has heard of, and how many one is to hear of at most.
    offered: usize,
    most: usize,
    connections: usize,
    methods: Vec<Method>,
    /// Whether the server has taken something on this connection, and wants more besides.
    is_half: bool,
    /// The key that it has taken then.
    first: Option<SignedInBy>,
    /// The password that it has taken then.
    before_keys: Option<Passphrase>,
    /// What came to nothing, for telling where all does.
    tried: Tried,
    /// That a key lets in for one command only, or that its agent does not sign.
    setback: Option<ServerFault>,
    remarks: Vec<String>,
    /// Which ways ssh's configuration rules out that the server takes; told once.
    ruled_out: Vec<Method>,
    has_asked: bool,
    waiting: Waiting,
}

/// What a server says to a key.
enum Taken {
    /// No.
    No,
    /// Yes, and one is in.
    In(SignedInBy),
    /// Yes, and it wants something more.
    Half(SignedInBy),
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
    pub fn begin(server: Server, ways: Ways, watch: &dyn Watch) -> Result<Step, ServerFault> {
        let mut this = Self {
            connection: server.connection,
            pinned: server.pinned,
            tried: Tried {
                all: ways.keys.len(),
                has_password: ways.password.is_some(),
                ..Tried::default()
            },
            keys: ways.keys.into(),
            is_password_given: ways.password.is_some(),
            password: ways.password,
            are_keys_named: ways.are_named,
            purpose: ways.purpose,
            offered: 0,
            most: MOST_KEYS,
            connections: 1,
            methods: Vec::new(),
            is_half: false,
            first: None,
            before_keys: None,
            setback: None,
            remarks: Vec::new(),
            ruled_out: Vec::new(),
            has_asked: false,
            waiting: Waiting::Nothing,
        };
        if this.asks_nobody(watch)? {
            return Ok(this.inside(SignedInBy::Nothing, None));
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
                    // It was counted when the server was asked about it.
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
                let was_half = self.is_half;
                if self.takes_password(password, watch)? {
                    return Ok(self.inside(SignedInBy::Password, None));
                }
                if attempt < self.connection.target().password_prompts()
                    && self.methods.contains(&Method::Password)
                    && self.is_half == was_half
                {
                    self.waiting = Waiting::Password(attempt + 1);
                    return Ok(Step::Lacks(Lack::Password { is_again: true }, Box::new(self)));
                }
                self.waiting = Waiting::Password(usize::MAX);
            }
            (Waiting::Questions(attempt), Given::Answers(answers)) => {
                let answer = self.connection.answer(&answers, watch)?;
                return self.after_answers(answer, attempt, watch);
            }
            (Waiting::Password(_), _) => self.waiting = Waiting::Password(usize::MAX),
            (Waiting::Questions(_) | Waiting::Over, _) => self.waiting = Waiting::Over,
            (Waiting::Nothing | Waiting::Passphrase(..), _) => {}
        }
        self.next(watch)
    }

    /// What happened on the way that a person should know, in sentences; each is told once.
    pub fn remarks(&mut self) -> Vec<String> {
        std::mem::take(&mut self.remarks)
    }

    /// What the server has had everybody told who signs in, each line marked as its own.
    #[must_use]
    pub fn banner(&self) -> String {
        self.connection.banner()
    }

    /// The next way that the server takes and that was not gone yet.
    fn next(mut self, watch: &dyn Watch) -> Result<Step, ServerFault> {
        loop {
            if self.is_passwords_turn() {
                if !self.methods.contains(&Method::Password) {
                    return self.ask_questions(1, watch);
                }
                if let Some(password) = self.password.take()
                    && self.takes_password(password, watch)?
                {
                    return Ok(self.inside(SignedInBy::Password, None));
                }
                continue;
            }
            if !self.methods.contains(&Method::Key) || self.keys.is_empty() {
                break;
            }
            if self.offered >= self.most && !self.is_half {
                if self.connections == MOST_CONNECTIONS {
                    break;
                }
                if self.connects_anew(watch)? {
                    return Ok(self.inside(SignedInBy::Nothing, None));
                }
                continue;
            }
            let Some(identity) = self.keys.pop_front() else {
                break;
            };
            let key = match identity {
                Identity::Locked(path, file) if self.may_let_in(&path, &file, watch)? => {
                    return Ok(self.lacks_passphrase(path, file, 1));
                }
                // It has let in whoever asks.
                Identity::Locked(..) if self.connection.is_signed_in() => {
                    return Ok(self.inside(SignedInBy::Nothing, None));
                }
                Identity::Locked(..) => continue,
                Identity::Open(key) => key,
            };
            match self.takes_key(&key, watch)? {
                Taken::No => {}
                Taken::Half(by) => self.first = Some(by),
                Taken::In(by) => match self.beyond_a_command(&by, watch) {
                    None => return Ok(self.inside(by, Some(key))),
                    Some(fault) => {
                        self.remarks.push(format!(
                            "the server lets {} in by its key, but not to the list of keys; going on by another way",
                            key.name()
                        ));
                        self.setback.get_or_insert(fault);
                        if self.connects_anew(watch)? {
                            return Ok(self.inside(SignedInBy::Nothing, None));
                        }
                    }
                },
            }
        }
        self.ask(watch)
    }

    /// Leaves out the ways that ssh would not go there. A password that was given on purpose counts before that.
    fn heed_configuration(&mut self) {
        let target = self.connection.target();
        let has_password = self.is_password_given;
        let is_allowed = |method: &Method| match method {
            Method::Key | Method::Host | Method::Ticket => target.allows(*method),
            Method::Password | Method::Questions => has_password || target.allows(*method),
        };
        let (allowed, ruled_out): (Vec<Method>, Vec<Method>) = std::mem::take(&mut self.methods)
            .into_iter()
            .partition(is_allowed);
        self.methods = allowed;
        if !ruled_out.is_empty() && self.ruled_out.is_empty() {
            let names: Vec<String> = ruled_out.iter().map(ToString::to_string).collect();
            self.remarks.push(format!(
                "the server takes {} as well, which ssh's configuration rules out there",
                names.join(" or ")
            ));
            self.ruled_out = ruled_out;
        }
    }

    /// Whether the password that was given is what comes next.
    fn is_passwords_turn(&self) -> bool {
        let can_answer = self.methods.contains(&Method::Questions)
            && matches!(self.waiting, Waiting::Nothing | Waiting::Passphrase(..));
        let are_keys_over = self.keys.is_empty() || !self.methods.contains(&Method::Key);
        self.password.is_some()
            && (self.methods.contains(&Method::Password) || can_answer)
            && (are_keys_over || !self.are_keys_named)
    }

    /// Comes back for what a person knows, or says that no way is left.
    fn ask(mut self, watch: &dyn Watch) -> Result<Step, ServerFault> {
        let (may_ask_password, may_ask) = match self.waiting {
            Waiting::Nothing | Waiting::Passphrase(..) => (!self.tried.has_password, true),
            Waiting::Password(_) => (false, true),
            Waiting::Questions(_) | Waiting::Over => (false, false),
        };
        let can = |method| self.methods.contains(&method);
        let is_to_ask = may_ask_password && can(Method::Password) || may_ask && can(Method::Questions);
        // A password is to have its three attempts.
        if is_to_ask && self.offered >= self.most && !self.is_half && self.connects_anew(watch)? {
            return Ok(self.inside(SignedInBy::Nothing, None));
        }
        // Where both are offered they mostly ask for the same password; the questions come second.
        if may_ask_password && self.methods.contains(&Method::Password) {
            self.waiting = Waiting::Password(1);
            return Ok(Step::Lacks(Lack::Password { is_again: false }, Box::new(self)));
        }
        if may_ask && self.methods.contains(&Method::Questions) {
            return self.ask_questions(1, watch);
        }
        self.tried.banner = self.connection.banner_line();
        Err(self.setback.unwrap_or_else(|| ServerFault::NotLetIn {
            user: self.connection.target().user().to_owned(),
            methods: self.methods,
            tried: self.tried,
        }))
    }

    /// Asks a server with nothing in hand: few let in for that, and the others say what they take.
    fn asks_nobody(&mut self, watch: &dyn Watch) -> Result<bool, ServerFault> {
        let answer = self.connection.sign_in(Credential::None, watch)?;
        Ok(self.is_in(answer))
    }

    /// Begins again on a new connection; says whether that is let in for nothing.
    fn connects_anew(&mut self, watch: &dyn Watch) -> Result<bool, ServerFault> {
        self.connection = connect_again(self.connection.target(), &self.pinned, watch)?;
        self.connections += 1;
        self.offered = 0;
        self.is_half = false;
        self.first = None;
        // It was right, and is asked for again.
        self.password = self.before_keys.take().or(self.password.take());
        self.asks_nobody(watch)
    }

    /// After a key at which the server has ended the connection: goes on with a new one, and offers less on each, where it
    /// has heard as many as it bears; otherwise that is the end.
    fn after_limit(&mut self, fault: RemoteFault, watch: &dyn Watch) -> Result<bool, ServerFault> {
        let is_limit = match &fault {
            RemoteFault::Closed {
                step: At::Key,
                said: Some(said),
            } => Refusal::of(said) == Some(Refusal::TooManyTries),
            RemoteFault::Closed {
                step: At::Key,
                said: None,
            } => self.offered > 1,
            _ => false,
        };
        if !is_limit || self.connections == MOST_CONNECTIONS {
            return Err(fault.into());
        }
        self.most = self.offered.saturating_sub(1).max(1);
        self.connects_anew(watch)
    }

    /// Whether a password lets in.
    fn takes_password(&mut self, password: Passphrase, watch: &dyn Watch) -> Result<bool, ServerFault> {
        self.tried.has_password = true;
        let answer = match self.connection.sign_in(Credential::Password(&password), watch) {
            // One attempt is all that this server bears.
            Err(RemoteFault::Closed { said: Some(said), .. })
                if Refusal::of(&said) == Some(Refusal::TooManyTries) && !self.keys.is_empty() =>
            {
                return self.connects_anew(watch);
            }
            answer => answer?,
        };
        let is_in = self.is_in(answer);
        if !is_in && self.is_half {
            self.before_keys = Some(password);
        }
        Ok(is_in)
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
        self.offered += 1;
        let answer = match self.connection.sign_in(Credential::Public(public), watch) {
            Err(RemoteFault::CannotSign(_) | RemoteFault::OnlySha1) => {
                self.offered -= 1;
                return Ok(true);
            }
            Err(fault) => {
                self.count(file_name(path), watch);
                return self.after_limit(fault, watch).map(|_| false);
            }
            Ok(answer) => answer,
        };
        if answer == SignIn::WouldDo {
            // It is offered once more when it is open.
            self.offered -= 1;
            return Ok(true);
        }
        self.count(file_name(path), watch);
        self.is_in(answer);
        Ok(false)
    }

    fn ask_questions(mut self, attempt: usize, watch: &dyn Watch) -> Result<Step, ServerFault> {
        let answer = self.connection.sign_in(Credential::Questions, watch)?;
        self.after_answers(answer, attempt, watch)
    }

    fn after_answers(
        mut self,
        mut answer: SignIn,
        attempt: usize,
        watch: &dyn Watch,
    ) -> Result<Step, ServerFault> {
        if let SignIn::Questions(asked) = answer {
            let is_password = matches!(&asked.questions[..], [question] if !question.is_visible);
            let is_first = !std::mem::replace(&mut self.has_asked, true);
            let Some(password) = self.password.take().filter(|_| is_password && is_first) else {
                self.waiting = Waiting::Questions(attempt);
                return Ok(Step::Lacks(Lack::Answers { asked, is_first }, Box::new(self)));
            };
            answer = self.connection.answer(&[password], watch)?;
            if let SignIn::Questions(_) = answer {
                return self.after_answers(answer, attempt, watch);
            }
        }
        if self.is_in(answer) {
            return Ok(self.inside(SignedInBy::Answers, None));
        }
        if attempt < self.connection.target().password_prompts() && self.methods.contains(&Method::Questions)
        {
            return self.ask_questions(attempt + 1, watch);
        }
        self.waiting = Waiting::Over;
        self.next(watch)
    }

    /// Offers a key.
    fn takes_key(&mut self, key: &OpenKey, watch: &dyn Watch) -> Result<Taken, ServerFault> {
        self.offered += 1;
        let (answer, shown) = match offer::offer(&mut self.connection, key, watch) {
            // Such a key cannot be used; another one may.
            Err(RemoteFault::CannotSign(_) | RemoteFault::UnknownAgentKey { .. } | RemoteFault::OnlySha1) => {
                self.offered -= 1;
                return Ok(Taken::No);
            }
            // It was asked to sign, so the server takes the key.
            Err(why @ (RemoteFault::Agent(_) | RemoteFault::AgentSignature)) => {
                self.count(key.name(), watch);
                let key = key.name();
                self.setback.get_or_insert(ServerFault::Unsigned { key, why });
                return Ok(Taken::No);
            }
            Err(fault) => {
                self.count(key.name(), watch);
                return Ok(if self.after_limit(fault, watch)? {
                    Taken::In(SignedInBy::Nothing)
                } else {
                    Taken::No
                });
            }
            Ok(offered) => offered,
        };
        self.count(key.name(), watch);
        if shown == Shown::Certificate && key.is_bare() {
            self.offered += 1;
        }
        let by = match &answer {
            SignIn::Unasked => Some(SignedInBy::Nothing),
            _ => SignedInBy::shown(key, shown),
        };
        let is_partial = matches!(answer, SignIn::Refused { is_partial: true, .. });
        let is_in = self.is_in(answer);
        Ok(match by {
            Some(by) if is_in => Taken::In(by),
            Some(by) if is_partial && self.first.is_none() => Taken::Half(by),
            _ => Taken::No,
        })
    }

    fn count(&mut self, name: String, watch: &dyn Watch) {
        self.tried.keys.push(name);
        let (all, count) = (self.tried.all, self.tried.keys.len());
        if all > 1 {
            watch.tell(&format!("{all} keys, {count} tried so far"));
        }
    }

    /// Why there is no way to the list for whoever has come in by a key, if there is none and another way is left.
    fn beyond_a_command(&mut self, by: &SignedInBy, watch: &dyn Watch) -> Option<ServerFault> {
        let asks = |method: &Method| matches!(method, Method::Password | Method::Questions);
        let has_another = !self.keys.is_empty() || self.methods.iter().any(asks);
        if self.purpose == Purpose::PassThrough || by.key().is_none() || self.first.is_some() || !has_another
        {
            return None;
        }
        match look(&mut self.connection, watch) {
            // It may be the account's doing, and a person be asked for a password in vain.
            Err(ServerFault::StartFile) if self.keys.is_empty() && self.password.is_none() => None,
            Err(fault) if fault.bars_all_work() => Some(fault),
            // What else is wrong with the list is told when it is worked with.
            Ok(_) | Err(_) => None,
        }
    }

    fn is_in(&mut self, answer: SignIn) -> bool {
        if let SignIn::Refused { methods, is_partial } = answer {
            self.is_half |= is_partial;
            self.tried.is_half |= is_partial;
            self.methods = methods;
            self.heed_configuration();
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

    fn inside(self, by: SignedInBy, key: Option<OpenKey>) -> Step {
        // Without that key the password that came behind it is no way in, and with the key alone nobody comes back.
        let key = key.filter(|_| self.first.is_none());
        Step::In(Box::new(Session {
            by: self.first.unwrap_or(by),
            connection: self.connection,
            pinned: self.pinned,
            key,
            before_keys: self.before_keys,
            remarks: self.remarks,
        }))
    }
}

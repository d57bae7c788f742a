//! What is being done on a server: the steps, what each has brought, and what is asked on the way.

mod examined;
mod steps;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::Problem;
use crate::engine::conditions::Conditions;
use crate::engine::describe::Warning;
use crate::engine::doctor::live;
use crate::engine::faults::{Loose, ServerFault};
use crate::engine::job::Job;
use crate::engine::keys::{Store, Whose};
use crate::engine::lists::Change;
use crate::engine::log_in::{Held, LogIn};
use crate::engine::servers::{
    self, Installed, Known, ListedLine, Proof, Reached, RemovedKey, Server, Session, SigningIn,
    Step as SignInStep, TakenOff, Undo, lets_everybody_in,
};
use crate::key::randomart::Randomart;
use crate::key::{KeyPair, PublicKey};
use crate::secret::TypedPassphrase;
use crate::sys::agent::Agent;
use crate::sys::remote::Target;

pub use examined::{Examined, Mended, Notes};
pub use steps::{Errand, Step};

/// What the page about servers shows.
#[derive(Debug, Default)]
pub struct Servers {
    /// Which server, as it is being typed: `user@host`, `user@host:port` or a name from ssh's configuration.
    pub address: String,
    /// Servers that can be offered: where keys were installed, and those of ssh's configuration.
    pub known: Vec<KnownServer>,
    /// How it went with the accounts while this window was open; nothing of that is written down.
    pub met: BTreeMap<String, Met>,
    /// Under which conditions the key is to log in there.
    pub conditions: Conditions,
    /// What is being done there; nothing while it is being chosen.
    pub visit: Option<Box<Visit>>,
    pub(super) reading: Option<Job<Vec<KnownServer>>>,
}

/// A server that can be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownServer {
    /// What is typed to go there: its short name, where ssh's configuration has one.
    pub name: String,
    /// The account that is meant: `user@host`, and the port where it is not the usual one.
    pub account: String,
    /// The days on which keys were last seen to work there, one for each key.
    pub dates: Vec<String>,
    /// How ssh calls it in its list of known hosts.
    pub host: String,
    /// The keys by which ssh knows it: of what kind, and the fingerprint.
    pub own_keys: Vec<(String, String)>,
}

impl KnownServer {
    /// Whether this is a name for it: the short one, or the account.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.account == name
    }
}

/// How it went with a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// It let one in.
    LetIn,
    /// Keys were taken off it.
    TakenOff,
    /// It was not reached, or did not let one in.
    Stopped,
}

/// Something that is being done on a server.
#[derive(Debug)]
pub struct Visit {
    /// For what.
    pub errand: Errand,
    /// The server as people write it: `someone@example.org`.
    pub server: String,
    /// What ssh's configuration says about it in a way that this program does not follow; a sentence.
    pub not_followed: Option<String>,
    /// What happened on the way that should be known, a sentence each.
    pub remarks: Vec<String>,
    /// What the server has everybody told who signs in, each line marked as its own; often nothing.
    pub banner: String,
    /// What has been done, a sentence for each step.
    pub done: Vec<String>,
    /// What is going on, or is being asked.
    pub now: Now,
    /// The steps of an examination.
    pub notes: Notes,
    /// What was put right before it.
    pub mended: Mended,
    /// An examination that has not come to an end.
    pub(super) plan: Option<Box<live::Visit>>,
    /// The servers on the way there, in their order, and then it itself; nothing before that is known.
    pub(super) route: Vec<Target>,
    /// How many of them one has come past.
    pub(super) passed: usize,
    /// What was typed, to do all of it once more.
    pub(super) address: String,
    pub(super) means: Means,
}

/// What a visit can make use of.
#[derive(Clone, Debug)]
pub(super) struct Means {
    /// The key that is open in the window.
    pub(super) held: Option<Arc<KeyPair>>,
    /// Where ssh finds it.
    pub(super) at: Held,
    /// The agents that are there, once that is known.
    pub(super) agents: Vec<Agent>,
    /// Where it is written down on which servers a key is.
    pub(super) store: Store,
    /// Whose keys they are.
    pub(super) whose: Whose,
}

/// What is going on, or is being asked.
#[derive(Debug)]
pub enum Now {
    /// Work.
    Working {
        /// It.
        job: Job<Result<Came, Problem>>,
        /// Whether it was asked to stop.
        is_stopping: bool,
    },
    /// Nobody here has met the server before. Is it the right one?
    NewHost(Box<NewHost>),
    /// The server shows another key than the one by which it is known.
    Changed(Box<ChangedHost>),
    /// The server wants to know who this is, or a key wants its passphrase.
    SignIn(Box<SignIn>),
    /// The key is on the list, and is not refused.
    Works(Box<Works>),
    /// The keys that may log in.
    Listed(Box<Listed>),
    /// Take it away, although no other way in is known?
    LastWayIn(LastWay),
    /// What was taken off is on the list no more.
    Gone {
        /// Whether all of it was tried, and let nobody in.
        is_proved: bool,
        /// That another program writes the list, and what becomes of it.
        managed: Option<Warning>,
        /// What can be put back.
        undo: Option<Box<PutBack>>,
    },
    /// What was taken off stands on the list again.
    Back(Vec<Back>),
    /// It is known whether one can log in, or why not.
    Examined(Box<Examined>),
    /// It cannot go on.
    Stopped {
        /// Why.
        problem: Problem,
        /// What can be done about it there.
        after: After,
    },
}

/// A key whose line was put back.
#[derive(Debug)]
pub struct Back {
    /// What it is called.
    pub name: String,
    /// How far it was seen that it lets its owner in; nothing where the server refuses it.
    pub verdict: Option<Verdict>,
}

/// What can be done where it cannot go on.
#[derive(Debug)]
pub enum After {
    /// Nothing there.
    Nothing,
    /// This command has ssh do it, which may speak as the server does.
    BySsh(String),
    /// What was added can be taken off again.
    Undo(Box<Undoable>),
    /// Others can lose the right to change the list; and what was added can be taken off, if anything was.
    Repair(Box<Repairable>),
}

impl After {
    /// Whether something was added that can be taken off again.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        match self {
            Self::Nothing | Self::BySsh(_) => false,
            Self::Undo(_) => true,
            Self::Repair(repairable) => repairable.installed.undo.is_some(),
        }
    }

    /// What can be taken off again; otherwise what was there.
    pub(super) fn undoable(self) -> Result<Box<Undoable>, Self> {
        match self {
            Self::Undo(undo) => Ok(undo),
            Self::Repair(mut repairable) => match repairable.installed.undo.take() {
                Some(undo) => {
                    let session = repairable.session;
                    Ok(Box::new(Undoable {
                        session,
                        undo,
                        named: None,
                    }))
                }
                None => Err(Self::Repair(repairable)),
            },
            Self::Nothing | Self::BySsh(_) => Err(self),
        }
    }
}

/// A list that others could change, so that the server passes over it.
#[derive(Debug)]
pub struct Repairable {
    pub(super) session: Box<Session>,
    pub(super) installed: Box<Installed>,
    pub(super) loose: Vec<Loose>,
}

/// What a job on a server has brought.
#[derive(Debug)]
pub enum Came {
    /// Which server is meant, and which agents are there.
    Aimed(Box<Target>, Vec<Agent>),
    /// What ssh would do was looked at.
    Planned(Box<live::Visit>),
    /// An examination has come to an end.
    Examined(Box<Examined>),
    /// What an examination has found was put right, or could not be.
    Mended(Mended),
    /// A server that has said nothing but who it is.
    Reached(Box<Reached>),
    /// The key of a server took the place of the old one, in a sentence; the way there begins anew.
    Replaced(String, Box<Target>),
    /// A server that is known.
    Known(Box<Server>),
    /// A step of signing in.
    SignIn(SignInStep),
    /// The key's line stands in the list.
    Installed(Box<Session>, Box<Installed>),
    /// The key was tried.
    Proved {
        /// For what comes next.
        session: Box<Session>,
        /// What was added.
        installed: Box<Installed>,
        /// What came of it.
        proof: Result<Option<Proof>, ServerFault>,
        /// Whether ssh would offer too many other keys before it.
        is_crowded: bool,
    },
    /// The server has a short name, or cannot have that one.
    Named(Box<Works>),
    /// The list was read.
    Listed(Box<Listed>),
    /// No other way in is known.
    IsLast(LastWay),
    /// Lines were taken off.
    Removed {
        /// The list.
        place: String,
        /// How many.
        count: usize,
        /// Whether nobody else has changed the list since.
        is_all: bool,
        /// Whether other lines stand there.
        has_others: bool,
        /// The keys that stood there.
        keys: Vec<RemovedKey>,
        /// The lines, where they can be put back.
        taken: Option<TakenOff>,
        /// That another program writes the list, and what becomes of it.
        managed: Option<Warning>,
        /// For trying them.
        session: Box<Session>,
    },
    /// Lines were put back.
    PutBack {
        /// How that went.
        back: servers::PutBack,
        /// How many.
        count: usize,
        /// The keys that stand there.
        keys: Vec<RemovedKey>,
        /// For trying them.
        session: Box<Session>,
    },
    /// It was tried whether they let somebody in.
    Back(Vec<Back>),
    /// It was tried whether they let anybody in; how many could be tried.
    Gone {
        /// How many keys were refused.
        tried: usize,
        /// Of how many the private half is not here.
        untried: usize,
        /// That another program writes the list, and what becomes of it.
        managed: Option<Warning>,
        /// What can be put back.
        undo: Option<Box<PutBack>>,
    },
}

/// A server that nobody here has met before.
#[derive(Debug)]
pub struct NewHost {
    /// “ED25519”.
    pub kind: &'static str,
    /// Of its key, with SHA-256.
    pub fingerprint: String,
    /// The picture of it.
    pub art: Randomart,
    /// The same as text, for screen readers.
    pub art_text: String,
    /// Whether it will be known the next time.
    pub is_remembered: bool,
    pub(super) reached: Reached,
}

/// A server that shows another key than before.
#[derive(Debug)]
pub struct ChangedHost {
    /// What is known by which lines, and what it shows now.
    pub problem: Problem,
    /// The fingerprint that whoever runs it has told, as it is being typed.
    pub typed: String,
    /// Why the one that was typed before does not do.
    pub refused: Option<Problem>,
    pub(super) reached: Reached,
}

/// What the server, or a key, wants to know.
#[derive(Debug)]
pub struct SignIn {
    /// What is asked.
    pub question: Question,
    pub(super) waiting: Box<SigningIn>,
}

/// How somebody proves who they are.
#[derive(Debug)]
pub enum Question {
    /// With a key whose file is locked.
    Passphrase {
        /// The file.
        file: String,
        /// Whether a wrong one was given before.
        is_again: bool,
        /// What is being typed.
        typed: TypedPassphrase,
    },
    /// By the password of the account.
    Password {
        /// Whether a wrong one was given before.
        is_again: bool,
        /// What is being typed.
        typed: TypedPassphrase,
    },
    /// By answers to what the server asks.
    Answers {
        /// What the server says before it asks; often nothing.
        says: String,
        /// Whether it did not take what was answered before.
        is_again: bool,
        /// Its questions.
        prompts: Vec<Prompt>,
    },
}

/// One question of the server's.
#[derive(Debug)]
pub struct Prompt {
    /// In the server's words.
    pub text: String,
    /// Whether the answer may be seen.
    pub is_visible: bool,
    /// The answer.
    pub typed: TypedPassphrase,
}

/// How far it was seen that a key on the list lets its owner in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Works,
    /// It does, and the server asks for this besides.
    AsksForMore(String),
    /// The server says that it would; whoever holds the key was not tried.
    Accepted,
    /// The server lets everybody in, and has not looked at the key.
    Unasked,
    /// It could neither be tried nor asked.
    Untried,
}

/// A key that is on the list, and not refused.
#[derive(Debug)]
pub struct Works {
    /// How far that was seen.
    pub verdict: Verdict,
    /// Under which conditions its line lets it in, safe to show; empty where there are none.
    pub options: String,
    /// That these are not the ones that were asked for.
    pub warning: Option<Warning>,
    /// That another program writes the list, and what becomes of the line.
    pub managed: Option<Warning>,
    /// How to log in with it.
    pub log_in: LogIn,
    /// A short name for the server, by which one logs in with this key alone.
    pub naming: Naming,
    pub(super) key: PublicKey,
    pub(super) session: Box<Session>,
    pub(super) undo: Option<Undo>,
}

impl Works {
    /// That the server lets everybody in, where it does.
    #[must_use]
    pub fn lets_everybody_in(&self) -> Option<Warning> {
        let is_unasked = self.verdict == Verdict::Unasked;
        self.session
            .warning()
            .or_else(|| is_unasked.then(lets_everybody_in))
    }

    /// Whether the key was added just now, and can be taken off again.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        self.undo.is_some()
    }
}

/// A short name for a server, in ssh's configuration.
#[derive(Debug)]
pub enum Naming {
    /// It cannot have one: ssh would not find the key.
    None,
    /// It can have one.
    Offered {
        /// As it is being typed.
        typed: String,
        /// Why the one that was typed before cannot be it.
        problem: Option<Problem>,
    },
    /// It has one.
    Named {
        /// The name.
        name: String,
        /// ssh's configuration.
        place: String,
        /// How it is taken back; nothing where it stood there already.
        change: Option<Change>,
    },
}

/// A line that was added and can be taken off again.
#[derive(Debug)]
pub struct Undoable {
    pub(super) session: Box<Session>,
    pub(super) undo: Undo,
    /// The short name that was given meanwhile.
    pub(super) named: Option<Change>,
}

/// Lines that were taken off and can be put back.
#[derive(Debug)]
pub struct PutBack {
    pub(super) session: Box<Session>,
    pub(super) taken: TakenOff,
    pub(super) keys: Vec<RemovedKey>,
}

/// What would go with the last way in that is known.
#[derive(Debug)]
pub enum LastWay {
    /// The lines that are chosen.
    Chosen(Box<Listed>),
    /// The line that was added.
    Added {
        /// The file on the server.
        place: String,
        /// How it is taken off.
        undo: Box<Undoable>,
    },
}

impl LastWay {
    /// The file on the server.
    #[must_use]
    pub fn place(&self) -> &str {
        match self {
            Self::Chosen(listed) => &listed.place,
            Self::Added { place, .. } => place,
        }
    }
}

/// The keys that may log in.
#[derive(Debug)]
pub struct Listed {
    /// The file on the server.
    pub place: String,
    /// Its lines that hold keys, or were meant to.
    pub lines: Vec<ListedLine>,
    /// The numbers of the lines that are chosen.
    pub chosen: BTreeSet<usize>,
    pub(super) known: Known,
    pub(super) session: Box<Session>,
}

impl Listed {
    /// That the server lets everybody in, where it does.
    #[must_use]
    pub fn lets_everybody_in(&self) -> Option<Warning> {
        self.session.warning()
    }
}

impl Visit {
    /// Whether it is an examination: the page Doctor shows it.
    #[must_use]
    pub fn is_examination(&self) -> bool {
        matches!(
            self.errand,
            Errand::Examine | Errand::LookInside(_) | Errand::Mend
        )
    }

    /// How it went with the server, once that is known.
    pub(super) fn met(&self) -> Option<Met> {
        match &self.now {
            Now::Listed(_) | Now::Works(_) | Now::Back(_) => Some(Met::LetIn),
            Now::Gone { .. } => Some(Met::TakenOff),
            Now::Stopped { .. } | Now::Changed(_) => Some(Met::Stopped),
            Now::Examined(examined) => examined.met(),
            Now::Working { .. } | Now::NewHost(_) | Now::SignIn(_) | Now::LastWayIn(_) => None,
        }
    }

    /// All that will happen, in order.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let between = std::iter::repeat_n(Step::PassThrough, self.between());
        between.chain(self.errand.steps().iter().copied()).collect()
    }

    /// How many servers there are on the way.
    pub(super) fn between(&self) -> usize {
        self.route.len().saturating_sub(1)
    }

    /// The steps that are not done yet; the first of them is the one that goes on.
    pub fn to_come(&self) -> impl Iterator<Item = Step> + use<> {
        self.steps().into_iter().skip(self.done.len())
    }

    /// The same in words.
    #[must_use]
    pub fn sentences_to_come(&self) -> Vec<String> {
        let hops = self.route.iter().map(ToString::to_string);
        let mut hops = hops.skip(self.done.len());
        let sentence = |step: Step| match (step, hops.next()) {
            (Step::PassThrough, Some(hop)) => format!("Sign in on {hop}, through which the way leads."),
            (step, _) => step.title().to_owned(),
        };
        self.to_come().map(sentence).collect()
    }

    /// The server with which one is talking: the one that is meant, or one on the way to it.
    #[must_use]
    pub fn talks_to(&self) -> String {
        match self.route.get(self.passed) {
            Some(hop) => hop.to_string(),
            None => self.server.clone(),
        }
    }
}

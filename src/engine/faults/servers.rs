//! What can go wrong with a list of keys on a server, and what may be behind it that a key in it lets nobody in.

use std::fmt;

use crate::format::ListError;
use crate::format::authorized_keys::Expiry;
use crate::key::Algorithm;
use crate::sys::agent::AgentFault;
use crate::sys::randomness::OsRandomError;
use crate::sys::remote::{KnownHostsError, Method, RemoteFault};

/// Why something on a server was not done. After each of these the list there is what it was before, but for those of
/// a connection that ended in the middle, and the last ones.
#[derive(Debug, thiserror::Error)]
pub enum ServerFault {
    /// The connection is at fault.
    #[error(transparent)]
    Remote(#[from] RemoteFault),
    /// ssh's lists of known hosts are.
    #[error(transparent)]
    KnownHosts(#[from] KnownHostsError),
    /// No way in is left.
    #[error("{}{}", not_let_in(user, tried), wanted(methods))]
    NotLetIn {
        /// The account.
        user: String,
        /// What the server would take.
        methods: Vec<Method>,
        /// What that was.
        tried: Tried,
    },
    /// The server would let in who holds a key, and whoever holds it does not sign.
    #[error("the server takes the key {key}, but your agent {}", unsigned(why))]
    Unsigned {
        /// The key, as people know it, safe to show.
        key: String,
        /// What the agent has done instead.
        why: RemoteFault,
    },
    /// There is a list, but none of keys.
    #[error("{place} on the server cannot be edited: {source}")]
    List {
        /// What was taken for one.
        place: String,
        /// What is wrong with it.
        source: ListError,
    },
    /// No random name for a temporary file.
    #[error(transparent)]
    Random(#[from] OsRandomError),
    /// Neither a shell answers nor SFTP.
    #[error(
        "the server lets this account in, but runs neither commands nor file transfers for it as asked{}",
        in_brackets(said)
    )]
    NoShell {
        /// What it said instead, cleaned for showing; often nothing.
        said: String,
    },
    /// What the account has run at each login keeps commands from their input, or from their end.
    #[error(
        "no command can be run on the server: a start file of the account, or what its key is bound to, reads its input or does not end"
    )]
    StartFile,
    /// Nothing can be done there before the password is changed.
    #[error("the account’s password has expired on the server{}", in_brackets(.0))]
    PasswordExpired(String),
    /// A program that no such server lacks.
    #[error("the server has no program {0}, which a safe change needs")]
    MissingTool(String),
    /// There is no home folder.
    #[error("the account's home folder {0} is not there on the server")]
    NoHome(String),
    /// There is none, or the account may not go there: file transfers begin elsewhere.
    #[error("the account's home folder is not there on the server, or the account may not enter it")]
    NotAtHome,
    /// There is one, and the account may not go there.
    #[error("the account may not enter its home folder {0} on the server")]
    HomeShut(String),
    /// What should be the folder of the list is a file.
    #[error("{0} on the server is a file, and should be a folder")]
    NotFolder(String),
    /// The list is no ordinary file.
    #[error("{0} on the server is not an ordinary file")]
    NotRegular(String),
    /// The list is a link that leads nowhere.
    #[error("{0} on the server is a link that leads nowhere")]
    DanglingLink(String),
    /// The list is there and cannot be read.
    #[error("the account may not read {0} on the server")]
    Unreadable(String),
    /// The list is much longer than any.
    #[error("{place} on the server has {size} bytes or more, far more than a list of keys")]
    TooLarge {
        /// The list.
        place: String,
        /// As much as it has at least.
        size: u64,
    },
    /// The server says one thing about it and does another.
    #[error("what the server says about {0} contradicts itself")]
    Contradiction(String),
    /// Rights are lacking.
    #[error("the account may not write {place} on the server{}", belonging(owner.as_deref()))]
    Denied {
        /// To what.
        place: String,
        /// Whose it is, safe to print, where it is known to be somebody else's.
        owner: Option<String>,
    },
    /// Rights are lacking where the account sees a part of the server only.
    #[error("the account sees a part of the server only, and may not write {0} there")]
    Shut(String),
    /// The list is a link to one that is somebody else's.
    #[error(
        "{place} on the server leads to {leads_to}, which the account may not write{}",
        belonging(owner.as_deref())
    )]
    Elsewhere {
        /// The list.
        place: String,
        /// Where the link leads, safe to print.
        leads_to: String,
        /// Whose that is, safe to print, where it is known to be somebody else's.
        owner: Option<String>,
    },
    /// The rights are there, and all the same it may not be changed: `chattr +i`.
    #[error("{place} on the server is locked against changes{}", in_brackets(said))]
    Locked {
        /// The list.
        place: String,
        /// What the server said, safe to print.
        said: String,
    },
    /// The list would change hands.
    #[error("{0} on the server belongs to another account, and would not if it were replaced")]
    OtherOwner(String),
    /// No room.
    #[error("the server's disk is full")]
    Full,
    /// No room for this account.
    #[error("the account has used up its share of the server's disk")]
    Quota,
    /// The disk takes no writing.
    #[error("the disk with {0} on the server is read-only")]
    ReadOnly(String),
    /// Somebody else is changing it, or died while doing so.
    #[error("another program holds {0} on the server, as it does while it changes the list of keys")]
    Busy(String),
    /// Each time that it was to be written it was another one.
    #[error("other programs keep changing {0} on the server")]
    KeepsChanging(String),
    /// The line that was chosen is another one by now.
    #[error("line {line} of {place} on the server is not the one that was shown any more")]
    OtherLine {
        /// The list.
        place: String,
        /// Which one, counted from 1.
        line: usize,
    },
    /// What is to be taken off is not there.
    #[error("{0} on the server has no such line")]
    NoSuchLine(String),
    /// Nobody who is here could log in any more.
    #[error("no key of yours would be left in {0} on the server")]
    LastWayIn(String),
    /// Servers have one answer for all of these where there is no shell.
    #[error(
        "the server could not write {0}: its disk is full or read-only, or the account's share is used up"
    )]
    Unwritten(String),
    /// The key is in the list, and lets nobody in.
    #[error("the key stands in {place} on the server, but the server does not let it in")]
    Ignored {
        /// The list.
        place: String,
        /// What may be behind that.
        reasons: Vec<Reason>,
        /// Whether its line stood there before.
        was_there: bool,
    },
    /// A line with the key went, and it has another one.
    #[error("what was chosen was taken off {0} on the server, but another line there has the key as well")]
    AnotherLine(String),
    /// The key is not in the list any more, and lets its owner in.
    #[error("the key is not in {0} on the server any more, but the server still lets it in")]
    StillLetIn(String),
    /// The key is not in the list any more, and nobody needs one.
    #[error(
        "the key is not in {0} on the server any more, but the server lets everybody in, with or without a key"
    )]
    LetsEverybodyIn(String),
    /// The command that changes the list ended without saying how.
    #[error("the server did not say whether it has changed its list of keys{}", in_brackets(.0))]
    Unanswered(String),
    /// The list was moved aside, and could be neither replaced nor put back.
    #[error("{place} on the server may be missing now: the list may lie in {aside}")]
    LeftAside {
        /// Where it belongs.
        place: String,
        /// Where it may lie.
        aside: String,
    },
    /// Something that has no name here.
    #[error("the server could not change its list of keys (it said: “{0}”)")]
    Other(String),
}

impl ServerFault {
    /// What the account itself can put right where the server passes over its list, all of it; otherwise nothing.
    #[must_use]
    pub fn repairable(&self) -> Vec<Loose> {
        let Self::Ignored { reasons, .. } = self else {
            return Vec::new();
        };
        let loose = reasons.iter().filter_map(|reason| match reason {
            Reason::Loose(loose) => Some(loose.clone()),
            _ => None,
        });
        let loose: Vec<Loose> = loose.collect();
        let is_own = loose.iter().all(|loose| !matches!(loose.by, By::Owner(_)));
        if is_own { loose } else { Vec::new() }
    }

    /// Whether whoever has come in like this can do nothing at all there, whatever is asked for.
    #[must_use]
    pub fn bars_all_work(&self) -> bool {
        matches!(self, Self::NoShell { .. } | Self::StartFile)
    }
}

/// What was offered to a server in vain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// The keys, as people know them, safe to show.
    pub keys: Vec<String>,
    /// How many keys there were.
    pub all: usize,
    /// Whether a password was among it.
    pub has_password: bool,
    /// Whether the server has taken some of it, and wants more besides.
    pub is_half: bool,
    /// What the server has had everybody told, in one line that is safe to show; often nothing.
    pub banner: String,
}

fn not_let_in(user: &str, tried: &Tried) -> String {
    if tried.is_half {
        return format!("the server has taken what was tried, and wants more before it lets {user} in");
    }
    format!("the server does not let {user} in with what was tried")
}

fn unsigned(why: &RemoteFault) -> String {
    match why {
        RemoteFault::Agent(AgentFault::Refused { .. }) => "refused to sign with it".to_owned(),
        why => format!("has not signed with it: {why}"),
    }
}

fn belonging(owner: Option<&str>) -> String {
    owner
        .map(|owner| format!("; it belongs to {owner}"))
        .unwrap_or_default()
}

fn in_brackets(said: &str) -> String {
    if said.is_empty() {
        return String::new();
    }
    format!(" (it said: “{said}”)")
}

fn wanted(methods: &[Method]) -> String {
    let names: Vec<String> = methods.iter().map(ToString::to_string).collect();
    if names.is_empty() {
        return String::new();
    }
    format!("; it takes {}", names.join(" or "))
}

/// Why sshd may pass over a key that stands in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Others could have tampered with the list.
    Loose(Loose),
    /// The options of its line do not count as written; why.
    BadOptions(String),
    /// Its line lets it in from some places only: these.
    From(String),
    /// Its line lets it in until this day, which may be over.
    Expires(Expiry),
    /// The server takes no keys at all.
    NoKeys,
    /// The account sees a part of the server only, and the list may not be there.
    Shut,
    /// Newer servers do not take this type any more, or no server does.
    KeyType(Algorithm),
    /// The server's settings name other files to read keys from: these.
    OtherFiles(String),
    /// The server reads no list, but asks this program, where there is one; safe to show.
    ByProgram(String),
    /// It stands in the one list of all administrators of a Windows, which its settings may pass over.
    OfAdministrators,
    /// The server's own settings say something about it: this line.
    Setting(String),
}

/// A file or folder that others could have tampered with (`StrictModes` in `sshd_config(5)`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loose {
    /// Which one.
    pub part: Part,
    /// Where it lies, safe to print.
    pub place: String,
    /// Who could.
    pub by: By,
}

/// What sshd looks at before it trusts a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The home folder.
    Home,
    /// `.ssh`.
    Folder,
    /// The list.
    File,
}

/// Who could have tampered with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Everybody in its group.
    Group,
    /// Everybody.
    Everybody,
    /// Its owner, who is somebody else; the number of the user.
    Owner(u32),
}

impl fmt::Display for Loose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = &self.place;
        match self.by {
            By::Group => write!(f, "{place} can be written by its group"),
            By::Everybody => write!(f, "{place} can be written by everybody"),
            By::Owner(id) => write!(f, "{place} belongs to the user with the number {id}"),
        }
    }
}

//! What can go wrong with an agent.

use std::io;
use std::path::PathBuf;

use crate::format::agent::{AnswerError, MAX_MESSAGE};

/// What an agent was asked for when it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To list its keys.
    List,
    /// To take a key.
    Add,
    /// To take a key for a time, or for confirmed use.
    AddWithConstraints,
    /// To take a certificate of a key that it has taken.
    AddCertificate,
    /// To forget keys.
    Remove,
    /// To sign.
    Sign,
}

/// What can go wrong with an agent.
#[derive(Debug, thiserror::Error)]
pub enum AgentFault {
    /// There is none, and nothing names one.
    #[error("no key agent was found")]
    NoneFound,
    /// One is named, and nobody listens there.
    #[error("no key agent listens at {}", place.display())]
    NotRunning {
        /// Where it should be.
        place: PathBuf,
    },
    /// Its socket or pipe belongs to somebody else.
    #[error("the key agent at {} belongs to another user", place.display())]
    NotYours {
        /// Where it is.
        place: PathBuf,
    },
    /// It lets the time pass.
    #[error("the key agent at {} did not answer within {secs} s", place.display())]
    TimedOut {
        /// Where it is.
        place: PathBuf,
        /// How long it was waited for.
        secs: u64,
    },
    /// It ended the connection instead of answering.
    #[error("the key agent at {} ended the connection without an answer", place.display())]
    HungUp {
        /// Where it is.
        place: PathBuf,
    },
    /// It said no; agents do not say why.
    #[error("the key agent at {} {}", place.display(), refusal(*asked))]
    Refused {
        /// Where it is.
        place: PathBuf,
        /// What it was asked for.
        asked: Asked,
    },
    /// It said that it has taken a key, and does not list it.
    #[error("the key agent at {} says that it has taken the key, but does not list it", place.display())]
    NotKept {
        /// Where it is.
        place: PathBuf,
    },
    /// It said that it has forgotten keys, and lists them as before.
    #[error("the key agent at {} says that it has removed {}, but still lists {}", place.display(), keys(*count), them(*count))]
    StillHeld {
        /// Where it is.
        place: PathBuf,
        /// How many.
        count: usize,
    },
    /// Its answer cannot be read.
    #[error("the answer of the key agent at {} makes no sense: {source}", place.display())]
    Nonsense {
        /// Where it is.
        place: PathBuf,
        /// What is wrong with it.
        source: AnswerError,
    },
    /// Its answer belongs to another question.
    #[error("the key agent at {} answered another question than it was asked", place.display())]
    OtherAnswer {
        /// Where it is.
        place: PathBuf,
    },
    /// Its answer is longer than any may be.
    #[error("the answer of the key agent at {} would have {len} bytes; {MAX_MESSAGE} are allowed", place.display())]
    TooLong {
        /// Where it is.
        place: PathBuf,
        /// As many as it announced.
        len: u32,
    },
    /// The key with its certificate does not fit into a request.
    #[error("this key is too large for a key agent")]
    TooLarge,
    /// The system could not do it.
    #[error("the key agent at {} cannot be reached: {source}", place.display())]
    Io {
        /// Where it is.
        place: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn keys(count: usize) -> String {
    match count {
        1 => "a key".to_owned(),
        count => format!("{count} keys"),
    }
}

fn them(count: usize) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

fn refusal(asked: Asked) -> &'static str {
    match asked {
        Asked::List => "refused to list its keys",
        Asked::Add => "refused the key",
        Asked::AddWithConstraints => "refused to hold the key for a limited time or with confirmation",
        Asked::AddCertificate => "took the key, but refused its certificate",
        Asked::Remove => "refused to remove the key",
        Asked::Sign => "refused to sign with the key",
    }
}

//! What can go wrong between here and a server, each by its own name.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::format::certificate::HostCertificateFault;
use crate::key::Algorithm;
use crate::key::fingerprint::Fingerprint;
use crate::key::sign::SignError;
use crate::sys::agent::AgentFault;
use crate::sys::randomness::OsRandomError;

/// What was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Looking for the server's address.
    Resolve,
    /// Reaching it.
    Connect,
    /// Agreeing on how to talk, and hearing who it is.
    Handshake,
    /// Asking which ways in there are.
    Methods,
    /// Signing in with a key.
    Key,
    /// Signing in with a password.
    Password,
    /// Answering the server's questions.
    Questions,
    /// Running a command.
    Command,
    /// Reading and writing files.
    Files,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "looking for the server's address",
            Self::Connect => "connecting to the server",
            Self::Handshake => "agreeing with the server on how to talk",
            Self::Methods => "asking the server how to sign in",
            Self::Key => "signing in with a key",
            Self::Password => "signing in with a password",
            Self::Questions => "answering the server's questions",
            Self::Command => "running a command on the server",
            Self::Files => "working with files on the server",
        })
    }
}

/// What both sides have to agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Agreement {
    /// How a common secret is found.
    #[error("key exchange")]
    KeyExchange,
    /// What kind of key the server shows.
    #[error("type of host key")]
    HostKey,
    /// How what is said is hidden.
    #[error("cipher")]
    Cipher,
    /// How what is said is kept from being changed.
    #[error("checksum (MAC)")]
    Mac,
    /// How what is said is made shorter.
    #[error("compression")]
    Compression,
}

/// What keeps two sides from agreeing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// This program knows none of it.
    Unknown,
    /// All of it can be broken today, and is offered by nobody unasked.
    Broken {
        /// The keyword of ssh's configuration by which it is allowed.
        keyword: &'static str,
        /// What would be taken if it were.
        may_be_wanted: Option<&'static str>,
    },
    /// ssh's configuration rules out what both could do.
    Ruled {
        /// By this keyword.
        keyword: &'static str,
    },
}

/// What a server said about a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileTrouble {
    /// There is none.
    #[error("there is no such file or folder")]
    NotThere,
    /// The account may not.
    #[error("the account is not allowed to")]
    Denied,
    /// It has more than so many bytes.
    #[error("it has more than {max} bytes")]
    TooLarge {
        /// So many were allowed.
        max: usize,
    },
    /// The server does not do that.
    #[error("the server cannot do that")]
    Unsupported,
    /// It failed; servers give one answer to a full disk, a read-only one and a name that is taken.
    #[error("the server only says that it failed")]
    Failed,
}

/// How a server is named to a program of ssh's kind, word by word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words(pub Vec<String>);

/// Why a server is not taken for who it should be. Nothing secret was sent to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what its name says")]
pub enum HostFault {
    /// The server does not have the key that it shows.
    #[error("the server could not prove that it has the key that it shows")]
    False,
    /// The server's key cannot be read here.
    #[error("the key that the server shows cannot be read")]
    Unreadable,
    /// Nobody knows the server, and nobody was asked.
    #[error("the server is not known yet")]
    Unknown,
    /// The server is known by other keys, in these lines. It shows one with this fingerprint.
    #[error(
        "the server shows another key than the one in {}, {}; the key that it shows now has the fingerprint {shown}",
        file.display(),
        lines_in_words(lines)
    )]
    Changed {
        file: PathBuf,
        lines: Vec<usize>,
        shown: Fingerprint,
        words: Box<Words>,
    },
    /// The key that it shows must not be trusted, says this line.
    #[error("the key that the server shows is marked as stolen or given up in {}, line {line}", file.display())]
    Revoked { file: PathBuf, line: usize },
    /// Its authority is known, and its certificate is not good.
    #[error("the certificate that the server shows does not vouch for it: {why}")]
    Certificate { why: HostCertificateFault },
    /// A second connection came to somebody else.
    #[error("the server shows another key than it did a moment ago")]
    Other,
}

/// Why the way to a server that leads through something else leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what its name says")]
pub enum WayFault {
    /// The server in between lets nobody go on.
    #[error("{hop} does not let this account go on to other servers")]
    Forbidden { hop: String },
    /// The server in between does not reach it.
    #[error("{hop} cannot reach {host} at port {port}")]
    Unreached { hop: String, host: String, port: u16 },
    /// It is only reached by way of another server, and nobody has signed in there.
    #[error("{host} is reached by way of {hop}, where nobody has signed in yet")]
    NoHop { host: String, hop: String },
    /// The command by which ssh's configuration has it reached came to an end, or said what is no SSH; both are cleaned
    /// for showing.
    #[error("the command by which ssh reaches {host} (ProxyCommand) leads nowhere{}", in_brackets(said.as_deref()))]
    Command { host: String, said: Option<String> },
}

/// What can go wrong between here and a server.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what its name says")]
pub enum RemoteFault {
    /// The name of the server has no address.
    #[error("no server of the name {host} was found")]
    Resolve { host: String },
    /// It has addresses, but none of the kind that is allowed.
    #[error("{host} has no address of the kind that ssh's configuration allows (AddressFamily)")]
    NoFamily { host: String },
    /// The computer is there, and nothing listens.
    #[error("{host} refuses connections at port {port}")]
    Refused { host: String, port: u16 },
    /// There is no way to it.
    #[error("{host} cannot be reached from here")]
    Unreachable { host: String },
    /// The way to it leads nowhere.
    #[error(transparent)]
    Way(#[from] WayFault),
    /// It lets the time pass.
    #[error("nothing came within {secs} s while {step}")]
    TimedOut { step: Step, secs: u64 },
    /// It says something all the time, and does not come to an end.
    #[error("the server answered, but came to no end within {secs} s while {step}")]
    Unfinished { step: Step, secs: u64 },
    /// What listens speaks something else than SSH; it said this, cleaned for showing.
    #[error(
        "what listens at {host}, port {port}, is no SSH server{}",
        in_brackets(Some(said))
    )]
    NotSsh { host: String, port: u16, said: String },
    /// It serves nobody, or not this computer, for a while; it said this before it said that it speaks SSH, cleaned for
    /// showing.
    #[error("the server turns this computer away for now{}", in_brackets(Some(said)))]
    TurnedAway { said: String },
    /// Server and program have no way of talking in common; `theirs` is cleaned for showing.
    #[error("{}", no_agreement(*what, theirs, *lacking))]
    NoCommonAlgorithm {
        what: Agreement,
        theirs: String,
        lacking: Lacking,
    },
    /// The server is not, or may not be, who it should be.
    #[error(transparent)]
    Host(#[from] HostFault),
    /// The connection ended; the server may have said why, cleaned for showing.
    #[error("the server ended the connection while {step}{}", in_brackets(said.as_deref()))]
    Closed { step: Step, said: Option<String> },
    /// What it sends makes no sense.
    #[error("what the server sent while {step} makes no sense")]
    Nonsense { step: Step },
    /// It says something that is no UTF-8, as its banner must be, and the conversation is over with that (RFC 4252, section 5.4).
    #[error(
        "the server has everybody told something that is no UTF-8 text, which this program cannot read, while {step}"
    )]
    NotText { step: Step },
    /// The person stopped it.
    #[error("it was stopped while {step}")]
    Cancelled { step: Step },
    /// A key that this program cannot sign in with.
    #[error(transparent)]
    CannotSign(#[from] SignError),
    /// No randomness to sign with.
    #[error(transparent)]
    Random(#[from] OsRandomError),
    /// The agent has a key of a type that is not known here.
    #[error("the agent's key is of a type that this program does not know: {name}")]
    UnknownAgentKey { name: String },
    /// The certificate is for another key.
    #[error("the certificate is for a different public key")]
    OtherCertificate,
    /// The agent does not sign.
    #[error(transparent)]
    Agent(AgentFault),
    /// What the agent gave is not the signature that it was asked for.
    #[error("the signature that the key agent gave does not fit the key")]
    AgentSignature,
    /// The server takes RSA keys with SHA-1 only.
    #[error("the server takes {} keys only with signatures that can be forged (SHA-1)", Algorithm::Rsa.title())]
    OnlySha1,
    /// The password is not UTF-8, as SSH wants it.
    #[error("the password has bytes that are no text")]
    PasswordNotText,
    /// There are more or fewer answers than questions, or no questions.
    #[error("the answers do not belong to the server's questions")]
    NoQuestions,
    /// It goes on asking, whatever it is answered.
    #[error("the server goes on asking, whatever it is answered")]
    EndlessQuestions,
    /// It is not signed in, or the server allows no more than it has.
    #[error("the server opens no session for commands or files")]
    NoSession,
    /// It does not run commands.
    #[error("the server does not run commands for this account")]
    NoCommands,
    /// It has no SFTP.
    #[error("the server gives no access to files (SFTP) for this account")]
    NoFiles,
    /// A command said more than it may.
    #[error("the answer of the server has more than {} MB, and it goes on sending", max >> 20)]
    TooMuchOutput { max: usize },
    /// A file on the server; the path is cleaned for showing.
    #[error("{path} on the server: {trouble}")]
    File { path: String, trouble: FileTrouble },
    /// The network failed in some other way.
    #[error("the connection failed while {step}: {source}")]
    Io { step: Step, source: io::Error },
}

fn no_agreement(what: Agreement, theirs: &str, lacking: Lacking) -> String {
    match lacking {
        Lacking::Unknown => {
            format!("this program knows none of what the server offers as {what}: “{theirs}”")
        }
        Lacking::Broken { .. } => {
            format!("what the server offers as {what} can be broken today: “{theirs}”")
        }
        Lacking::Ruled { keyword } => format!(
            "the configuration of ssh rules out every {what} that the server offers ({keyword}); it has “{theirs}”"
        ),
    }
}

fn in_brackets(said: Option<&str>) -> String {
    said.map(|said| format!(" (it said: “{said}”)"))
        .unwrap_or_default()
}

fn lines_in_words(lines: &[usize]) -> String {
    let numbers: Vec<_> = lines.iter().map(ToString::to_string).collect();
    match &numbers[..] {
        [all @ .., last] if !all.is_empty() => format!("lines {} and {last}", all.join(", ")),
        _ => format!("line {}", numbers.join("")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_lines_are_told_as_several() {
        let said = [&[3][..], &[1, 2], &[1, 2, 7]].map(lines_in_words);
        assert_eq!(said, ["line 3", "lines 1 and 2", "lines 1, 2 and 7"]);
    }
}

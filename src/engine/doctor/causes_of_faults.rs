//! Which cause a fault on the way to a server is.

use super::cause::Cause;
use super::log;
use super::verdict::{Certainty, Verdict};
use crate::engine::faults::ServerFault;
use crate::sys::remote::{HostFault, Refusal, RemoteFault, WayFault};

/// The cause; nothing where the fault says nothing about why somebody does not get in.
pub(super) fn cause_of(fault: &ServerFault) -> Option<Cause> {
    match fault {
        ServerFault::Remote(fault) => of_remote(fault),
        _ => None,
    }
}

fn of_remote(fault: &RemoteFault) -> Option<Cause> {
    use RemoteFault as F;
    Some(match fault {
        F::Resolve { .. } | F::NoFamily { .. } => Cause::NameUnknown,
        F::Refused { .. } => Cause::ConnectionRefused,
        F::Unreachable { .. } | F::Way(WayFault::Unreached { .. }) => Cause::NetworkUnreachable,
        F::TimedOut { .. } | F::Unfinished { .. } => Cause::TimedOut,
        F::NotSsh { .. } => Cause::NotSsh,
        F::TurnedAway { .. } => Cause::TurnedAway,
        F::NoCommonAlgorithm { .. } => Cause::NoCommonAlgorithm,
        F::Host(HostFault::Changed { .. } | HostFault::Other | HostFault::False) => Cause::HostKeyChanged,
        F::Host(HostFault::Revoked { .. }) => Cause::HostKeyRevoked,
        F::Host(HostFault::Unknown | HostFault::Unreadable | HostFault::Certificate { .. }) => {
            Cause::HostKeyUnknown
        }
        F::Closed { said, .. } => match said.as_deref().and_then(Refusal::of) {
            Some(Refusal::TooManyTries) => Cause::TooManyKeys,
            Some(Refusal::PasswordExpired) => Cause::PasswordExpired,
            Some(Refusal::AccountExpired) => Cause::AccountExpired,
            Some(Refusal::ForNow) => Cause::TurnedAway,
            Some(Refusal::OtherAccount) => Cause::WrongUser,
            None => Cause::ConnectionClosed,
        },
        F::Way(_) | F::Nonsense { .. } | F::NotText { .. } | F::Io { .. } => Cause::ConnectionClosed,
        _ => return None,
    })
}

/// The verdict on what a server says in the place of a shell, where its words are known ones.
pub(super) fn said_instead(said: &str) -> Option<Verdict> {
    let judged = log::examine(said.as_bytes()).ok()?;
    let is_told = |verdict: &&Verdict| {
        matches!(
            verdict.cause,
            Cause::WrongUser | Cause::AccountShell | Cause::AccountExpired | Cause::PasswordExpired
        )
    };
    let verdict = judged.verdicts.iter().find(is_told)?.clone();
    Some(Verdict {
        evidence: Vec::new(),
        ..verdict
    })
}

/// Whether these are the words in the place of a shell that lets nobody in.
pub(super) fn is_no_shell(said: &str) -> bool {
    let said = said.to_lowercase();
    ["not available", "nologin", "no such file"]
        .iter()
        .any(|words| said.contains(words))
}

/// Why a key could not be used with which the server has, or had, nothing against.
pub(super) fn of_key_fault(fault: &RemoteFault) -> (Cause, Certainty) {
    match fault {
        RemoteFault::Agent(_) => (Cause::AgentRefused, Certainty::Certain),
        RemoteFault::AgentSignature => (Cause::AgentCannot, Certainty::Certain),
        RemoteFault::OnlySha1 => (Cause::RsaSha1, Certainty::Certain),
        RemoteFault::OtherCertificate => (Cause::CertificateMismatch, Certainty::Certain),
        _ => (Cause::KeyTypeClient, Certainty::Likely),
    }
}

/// Why a server has ended the connection, from what it said, and behind so many other keys.
pub(super) fn of_hanging_up(said: Option<&str>, before: usize) -> Cause {
    match said.and_then(Refusal::of) {
        Some(Refusal::TooManyTries) => Cause::TooManyKeys,
        Some(Refusal::PasswordExpired) => Cause::PasswordExpired,
        Some(Refusal::AccountExpired) => Cause::AccountExpired,
        Some(Refusal::ForNow) => Cause::TurnedAway,
        Some(Refusal::OtherAccount) => Cause::WrongUser,
        None if before > 1 => Cause::TooManyKeys,
        None => Cause::ConnectionClosed,
    }
}

//! Which cause a fault on the way to a server is.

use super::cause::Cause;
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
            None => Cause::ConnectionClosed,
        },
        F::Way(_) | F::Nonsense { .. } | F::NotText { .. } | F::Io { .. } => Cause::ConnectionClosed,
        _ => return None,
    })
}

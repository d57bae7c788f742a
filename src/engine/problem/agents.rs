//! Advice about key agents.

use super::{Blame, Problem};
use crate::sys::agent::{AgentFault, Asked};

impl From<&AgentFault> for Problem {
    fn from(error: &AgentFault) -> Self {
        use AgentFault as E;
        let (code, hint) = match error {
            E::NoneFound | E::NotRunning { .. } => ("agent-none", START_AN_AGENT),
            E::NotYours { .. } => (
                "agent-denied",
                "Its owner could use every key that it is given. Start one of your own, and have SSH_AUTH_SOCK name its socket.",
            ),
            E::TimedOut { .. } => (
                "agent-timeout",
                "Perhaps it waits for an answer in a window of its own: look for one. Otherwise end it, and start it again.",
            ),
            E::HungUp { .. } => (
                "agent-error",
                "It may not know such a request, or is no key agent at all. Check what SSH_AUTH_SOCK names, or start the agent again.",
            ),
            E::Refused { asked, .. } => ("agent-refused", after_refusal(*asked)),
            E::NotKept { .. } => (
                "agent-error",
                "Look with “ssh-add -l” whether it is there. The agent may be locked or faulty, or be no key agent at all: check what SSH_AUTH_SOCK names.",
            ),
            E::StillHeld { .. } => (
                "agent-error",
                "gpg-agent does so: it offers what lies in its own folder, or on a card. Take the key’s line out of ~/.gnupg/sshcontrol, or delete it there with “gpg-connect-agent”; take the card out. Other agents may be locked.",
            ),
            E::Nonsense { .. } | E::OtherAnswer { .. } | E::TooLong { .. } => (
                "agent-error",
                "What listens there may be no key agent. Check what SSH_AUTH_SOCK names, or start the agent again.",
            ),
            E::TooLarge => (
                "limit",
                "Agents take requests of at most 256 KiB. Use the key from its file (ssh -i FILE).",
            ),
            E::Io { .. } => (
                "agent-error",
                "Check what SSH_AUTH_SOCK names, or start the agent again.",
            ),
        };
        Self::new(code, Blame::World, error.to_string(), hint)
    }
}

/// How to have an agent on this system.
const START_AN_AGENT: &str = if cfg!(windows) {
    "Start the one that comes with Windows, in PowerShell as administrator: “Set-Service ssh-agent -StartupType Automatic; Start-Service ssh-agent”. Or start PuTTY's Pageant."
} else if cfg!(target_os = "macos") {
    "macOS has one for every login: open a new window of Terminal, and try there. Or start one with “eval \"$(ssh-agent -s)\"”."
} else {
    "Start one in a terminal with “eval \"$(ssh-agent -s)\"”, and this program from the same terminal; many desktops start one when you log in."
};

/// What may be behind a refusal, for agents do not say.
fn after_refusal(asked: Asked) -> &'static str {
    match asked {
        Asked::List => "It may be locked; “ssh-add -X” or its own window unlocks it.",
        Asked::Add => {
            "It may be locked (“ssh-add -X” unlocks it), or not know this type of key: few agents take Ed448 and DSA keys, and some take no keys from outside."
        }
        Asked::AddWithConstraints => {
            "The agent of Windows, and some others, cannot do that, and the key was not handed over. Leave out the time and the confirmation, or use another agent, such as Pageant or OpenSSH's on Linux. A locked agent refuses as well."
        }
        Asked::AddCertificate => {
            "Logging in with the key alone works. Name the certificate to ssh with CertificateFile, or check that it has not expired."
        }
        Asked::Remove => "It may be locked (“ssh-add -X” unlocks it), or no longer have the key.",
        Asked::Sign => {
            "Perhaps its own window asked, and the answer was no; or it is locked (“ssh-add -X” unlocks it), or the device that holds the key is not plugged in."
        }
    }
}

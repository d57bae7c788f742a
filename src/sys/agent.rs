//! Key agents: programs that hold opened keys, so that a passphrase is typed once.
//!
//! On Unix an agent listens at a socket, on Windows at a named pipe: that of OpenSSH's service, and that
//! of PuTTY's Pageant. (Pageant's older way, through a hidden window, is not spoken here; it has had a
//! pipe since PuTTY 0.75.) Each request has a connection and a thread of its own, so that an agent which
//! does not answer costs no more than the time it was given.

mod fault;
mod talk;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

pub use fault::{AgentFault, Asked};
pub use platform::{agents, start};
use talk::Peer;

use crate::format::Certificate;
use crate::format::agent::{
    Answer, Constraints, ListedKey, MAX_MESSAGE, add_certificate_request, add_request, list_request,
    read_answer, remove_all_request, remove_request, sign_request,
};
use crate::key::KeyPair;
use crate::key::comment::Comment;
use crate::key::sign::RsaHash;
use crate::secret::SecretBytes;

/// How long an agent may take to list its keys.
const LISTING: Duration = Duration::from_secs(5);
/// How long it may take for a change: some ask the person first.
const CHANGING: Duration = Duration::from_mins(1);

/// What kind of agent is listening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AgentKind {
    /// One at a Unix socket, or at a pipe that nothing is known about.
    Other,
    /// The service that comes with Windows.
    WindowsService,
    /// PuTTY's.
    Pageant,
}

impl AgentKind {
    /// The word for it in `--json`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::WindowsService => "windows-service",
            Self::Pageant => "pageant",
        }
    }
}

/// An agent, which may have gone away since it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    place: PathBuf,
    kind: AgentKind,
    /// Whether the person or the environment names it; one that was only found need not be alive.
    is_named: bool,
    listing: Duration,
    changing: Duration,
}

impl Agent {
    /// The agent at a socket or pipe that somebody named.
    #[must_use]
    pub fn at(place: impl Into<PathBuf>) -> Self {
        let place = place.into();
        Self {
            kind: platform::kind_of(&place),
            place,
            is_named: true,
            listing: LISTING,
            changing: CHANGING,
        }
    }

    /// The same, where nobody is told if it is not there.
    #[must_use]
    pub fn found(place: PathBuf) -> Self {
        Self {
            is_named: false,
            ..Self::at(place)
        }
    }

    /// The same agent, with so much time for each answer.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self {
            listing: patience,
            changing: patience,
            ..self
        }
    }

    /// Its socket or pipe.
    #[must_use]
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// What kind of agent it is.
    #[must_use]
    pub fn kind(&self) -> AgentKind {
        self.kind
    }

    /// Whether the person or the environment names it.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.is_named
    }

    /// The keys that it holds.
    ///
    /// # Errors
    /// It cannot be reached, does not answer in time, refuses, or talks nonsense.
    pub fn list(&self) -> Result<Vec<ListedKey>, AgentFault> {
        match self.ask(list_request(), self.listing, Peer::Anybody)? {
            Answer::Keys(keys) => Ok(keys),
            Answer::Failure => Err(self.refused(Asked::List)),
            Answer::Success | Answer::Signature(_) => Err(self.other_answer()),
        }
    }

    /// Has `message` signed by the key or certificate that was listed with this wire form: scheme and blob. An
    /// RSA key is asked for this hash; not every agent heeds that.
    ///
    /// # Errors
    /// As [`list`](Self::list). Some agents ask the person first, who may say no.
    pub fn sign(&self, blob: &[u8], message: &[u8], hash: RsaHash) -> Result<Vec<u8>, AgentFault> {
        match self.ask(sign_request(blob, message, hash), self.changing, Peer::Anybody)? {
            Answer::Signature(signature) => Ok(signature),
            Answer::Failure => Err(self.refused(Asked::Sign)),
            Answer::Success | Answer::Keys(_) => Err(self.other_answer()),
        }
    }

    /// Hands over a key, and its certificate as a second entry. Both are held under `constraints`, and are looked for in
    /// its list afterwards.
    ///
    /// # Errors
    /// As [`list`](Self::list); the agent belongs to somebody else; it is known to ignore constraints; it does not list
    /// what it says that it has taken; or the key is too large for any agent. After [`Asked::AddCertificate`] it holds the
    /// key alone.
    pub fn add(
        &self,
        key: &KeyPair,
        certificate: Option<&Certificate>,
        comment: &Comment,
        constraints: Constraints,
    ) -> Result<(), AgentFault> {
        if self.kind == AgentKind::WindowsService && !constraints.is_none() {
            // It keeps keys on the disk; versions up to 8.1 take constraints and forget them.
            return Err(self.refused(Asked::AddWithConstraints));
        }
        let begun = Instant::now();
        let comment = comment.as_str().as_bytes();
        let asked = if constraints.is_none() {
            Asked::Add
        } else {
            Asked::AddWithConstraints
        };
        self.change(add_request(key, comment, constraints), asked, Peer::Own)?;
        let mut given = vec![key.public().to_wire()];
        if let Some(certificate) = certificate {
            let request = add_certificate_request(key, certificate, comment, constraints);
            self.change(request, Asked::AddCertificate, Peer::Own)?;
            given.push(certificate.blob().to_vec());
        }
        let listed = self.list()?;
        let is_listed = |blob: &Vec<u8>| listed.iter().any(|entry| entry.blob == *blob);
        // An agent counts in whole seconds.
        let may_be_over = constraints.lifetime.is_some_and(|lifetime| {
            let lasts = Duration::from_secs(u64::from(lifetime.secs()) - 1);
            begun.elapsed() >= lasts
        });
        if given.iter().all(is_listed) || may_be_over {
            Ok(())
        } else {
            Err(AgentFault::NotKept {
                place: self.place.clone(),
            })
        }
    }

    /// Has the key or certificate forgotten that was listed with this wire form, and looks whether it was: gpg-agent says
    /// yes and keeps it.
    ///
    /// # Errors
    /// As [`list`](Self::list); or it lists the key as before.
    pub fn remove(&self, blob: &[u8]) -> Result<(), AgentFault> {
        self.change(remove_request(blob), Asked::Remove, Peer::Anybody)?;
        self.check_gone(|listed| listed.blob == blob)
    }

    /// Has every key forgotten, and looks whether it was so.
    ///
    /// # Errors
    /// As [`list`](Self::list); or it lists some as before.
    pub fn remove_all(&self) -> Result<(), AgentFault> {
        self.change(remove_all_request(), Asked::Remove, Peer::Anybody)?;
        self.check_gone(|_| true)
    }

    fn check_gone(&self, is_meant: impl Fn(&ListedKey) -> bool) -> Result<(), AgentFault> {
        let count = self.list()?.into_iter().filter(is_meant).count();
        if count == 0 {
            return Ok(());
        }
        let place = self.place.clone();
        Err(AgentFault::StillHeld { place, count })
    }

    fn change(&self, request: SecretBytes, asked: Asked, peer: Peer) -> Result<(), AgentFault> {
        match self.ask(request, self.changing, peer)? {
            Answer::Success => Ok(()),
            Answer::Failure => Err(self.refused(asked)),
            Answer::Keys(_) | Answer::Signature(_) => Err(self.other_answer()),
        }
    }

    fn ask(&self, request: SecretBytes, patience: Duration, peer: Peer) -> Result<Answer, AgentFault> {
        if request.len() > 4 + MAX_MESSAGE {
            return Err(AgentFault::TooLarge);
        }
        let answer = talk::exchange(&self.place, request, patience, peer)?;
        read_answer(&answer).map_err(|source| AgentFault::Nonsense {
            place: self.place.clone(),
            source,
        })
    }

    fn other_answer(&self) -> AgentFault {
        AgentFault::OtherAnswer {
            place: self.place.clone(),
        }
    }

    fn refused(&self, asked: Asked) -> AgentFault {
        AgentFault::Refused {
            place: self.place.clone(),
            asked,
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests;

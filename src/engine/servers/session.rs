//! A connection that is signed in, and by what.
//!
//! What is done on a server goes through the session: where a server serves one session on a connection and no second
//! one, it comes back on a new connection with the key that let it in.

use super::identity::OpenKey;
use super::offer::{self, Shown};
use crate::engine::describe::Warning;
use crate::format::Certificate;
use crate::format::authorized_keys::AuthorizedKeys;
use crate::key::PublicKey;
use crate::key::watch::Watch;
use crate::secret::Passphrase;
use crate::sys::remote::{
    Connection, Credential, Expect, Files, Handshake, Output, PinnedKey, Remote, RemoteFault, SftpFiles,
    SignIn, Step, Target,
};

/// A connection that is signed in.
#[derive(Debug)]
pub struct Session {
    /// The way to the server.
    pub connection: Connection,
    /// For further connections, which must come to the same server.
    pub pinned: PinnedKey,
    /// By what it came in.
    pub by: SignedInBy,
    /// The key that opens a further connection.
    pub(super) key: Option<OpenKey>,
    /// The password that the server wants before it hears of a key; kept only where it does.
    pub(super) before_keys: Option<Passphrase>,
    /// What happened on the way in that a person should know, in sentences without a full stop.
    pub remarks: Vec<String>,
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
    /// The password of the account.
    Password,
    /// Answers to what the server has asked, a password or a code.
    Answers,
    /// Nothing: the server lets everybody in.
    Nothing,
}

impl Session {
    /// That the server has let in by a key that does not stand in this list, so that it reads another one as well; nothing where
    /// that was not seen.
    #[must_use]
    pub fn another_list(&self, place: &str, list: Option<&[u8]>) -> Option<String> {
        let SignedInBy::Key(key) = &self.by else {
            return None;
        };
        let keys = AuthorizedKeys::parse(list.unwrap_or_default().to_vec()).ok()?;
        let is_there = keys.entries().any(|(_, entry)| entry.is_for(key));
        (!is_there).then(|| {
            format!(
                "the server has let you in by a key that is not in {place}, so it reads another list as well (AuthorizedKeysFile or AuthorizedKeysCommand in its settings): more keys may get in than this list has"
            )
        })
    }

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

    /// Whether a command or a way to the files failed because the server has served one on this connection and serves
    /// no other, and the key can open a new one.
    fn can_come_back(&self) -> bool {
        self.connection.is_spent() && self.key.is_some()
    }

    fn come_back(&mut self, watch: &dyn Watch) -> Result<(), RemoteFault> {
        let step = Step::Key;
        let key = self
            .key
            .as_ref()
            .ok_or(RemoteFault::Closed { step, said: None })?;
        let mut connection = connect_again(self.connection.target(), &self.pinned, watch)?;
        if let Some(password) = &self.before_keys {
            connection.sign_in(Credential::Password(password), watch)?;
        }
        match offer::offer(&mut connection, key, watch)?.0 {
            SignIn::Done | SignIn::Unasked => {
                self.connection = connection;
                Ok(())
            }
            SignIn::Refused { .. } | SignIn::WouldDo | SignIn::Questions(_) => {
                Err(RemoteFault::Closed { step, said: None })
            }
        }
    }
}

/// A further connection to the same server, on which nobody has signed in yet.
pub(super) fn connect_again(
    target: &Target,
    pinned: &PinnedKey,
    watch: &dyn Watch,
) -> Result<Connection, RemoteFault> {
    Handshake::open(target, Expect::Pinned(pinned), watch)?.go_on()
}

impl Remote for Session {
    fn run(&mut self, command: &'static str, input: &[u8], watch: &dyn Watch) -> Result<Output, RemoteFault> {
        match self.connection.run(command, input, watch) {
            Err(_) if self.can_come_back() => {
                self.come_back(watch)?;
                self.connection.run(command, input, watch)
            }
            ran => ran,
        }
    }

    fn files<'a>(&'a mut self, watch: &'a dyn Watch) -> Result<Box<dyn Files + 'a>, RemoteFault> {
        let opened = match self.connection.open_files(watch) {
            Err(_) if self.can_come_back() => {
                self.come_back(watch)?;
                self.connection.open_files(watch)?
            }
            opened => opened?,
        };
        Ok(Box::new(SftpFiles::on(&mut self.connection, opened, watch)))
    }
}

impl SignedInBy {
    /// The key of whoever is in, if it was one.
    #[must_use]
    pub fn key(&self) -> Option<&PublicKey> {
        match self {
            Self::Key(key) | Self::Certificate { key, .. } => Some(key),
            Self::Password | Self::Answers | Self::Nothing => None,
        }
    }

    /// What it is where a key, or its certificate, was what was shown.
    pub(super) fn shown(key: &OpenKey, shown: Shown) -> Option<Self> {
        match shown {
            Shown::Key => key.public().cloned().map(Self::Key),
            Shown::Certificate => key.certificate().map(Self::certificate),
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

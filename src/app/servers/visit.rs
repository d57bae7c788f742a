//! A server is reached, and known or not, before anything secret is offered to it.

use super::fault::ServerFault;
use crate::key::watch::Watch;
use crate::sys::remote::{Connection, Expect, Handshake, HostKey, KnownHostsFiles, PinnedKey, Target, Trust};

/// A server that has proved to have a key, and has been told nothing yet.
#[derive(Debug)]
pub struct Reached {
    handshake: Handshake,
    lists: KnownHostsFiles,
    target: Target,
}

/// A server that is known, and not yet signed in to.
#[derive(Debug)]
pub struct Server {
    /// The way to it.
    pub connection: Connection,
    /// For further connections, which must come to the same server.
    pub pinned: PinnedKey,
}

/// Connects to a server and learns who it is. Nothing secret is offered.
///
/// # Errors
/// It cannot be reached, or ssh's lists of known hosts cannot be read.
pub fn reach(target: &Target, watch: &dyn Watch) -> Result<Reached, ServerFault> {
    let lists = KnownHostsFiles::read(target)?;
    let handshake = Handshake::open(target, Expect::Listed(&lists), watch)?;
    Ok(Reached {
        handshake,
        lists,
        target: target.clone(),
    })
}

impl Reached {
    /// What the lists say about the key that it shows.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        self.handshake.trust()
    }

    /// The key that it shows.
    #[must_use]
    pub fn host_key(&self) -> &HostKey {
        self.handshake.host_key()
    }

    /// Goes on with a server that is known.
    ///
    /// # Errors
    /// It is not, or it has changed.
    pub fn go_on(self) -> Result<Server, ServerFault> {
        let pinned = self.host_key().pinned();
        let connection = self.handshake.go_on()?;
        Ok(Server { connection, pinned })
    }

    /// Goes on with a server whose fingerprint a person has compared, and remembers it as ssh does.
    ///
    /// # Errors
    /// It has changed, for which there is no way on; or it cannot be remembered.
    pub fn go_on_and_remember(self) -> Result<Server, ServerFault> {
        let host_key = self.host_key().clone();
        let is_new = *self.trust() == Trust::New;
        let connection = self.handshake.go_on_if_new()?;
        if is_new {
            self.lists.remember(&self.target, &host_key)?;
        }
        let pinned = host_key.pinned();
        Ok(Server { connection, pinned })
    }
}

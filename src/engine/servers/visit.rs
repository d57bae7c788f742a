//! A server is reached, and known or not, before anything secret is offered to it.

use crate::engine::faults::ServerFault;
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

/// What ssh's configuration says about the server in a way that this program does not follow; nothing where it does.
#[must_use]
pub fn not_followed(target: &Target) -> Option<&'static str> {
    let settings = target.settings();
    if !settings.faults.is_empty() {
        Some("the configuration of ssh has lines that ssh refuses; they were passed over")
    } else if !settings.undecided.is_empty() {
        Some(
            "the configuration of ssh has conditions that only ssh can decide (Match); they were taken for not met",
        )
    } else if !settings.includes.is_empty() {
        Some(
            "the configuration of ssh includes files about other hosts among its lines about some; they were not read",
        )
    } else {
        None
    }
}

impl Reached {
    /// Where it was.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::ssh_config::SshConfig;

    #[test]
    fn what_is_not_followed_is_said() {
        for (config, words) in [
            ("Host *\n Port 2222\n", None),
            ("Port\n", Some("refuses")),
            ("Match exec true\n User x\n", Some("only ssh can decide")),
            ("Host h\n Include other\n", Some("were not read")),
        ] {
            let config = SshConfig::parse(config.as_bytes().to_vec()).expect("text");
            let target = Target::parse("h", &config.into(), "jo").expect("a target");
            let said = not_followed(&target);
            assert_eq!(said.is_some(), words.is_some(), "{said:?}");
            assert!(
                said.unwrap_or_default().contains(words.unwrap_or_default()),
                "{said:?}"
            );
        }
    }
}

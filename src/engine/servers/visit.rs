//! A server is reached, and known or not, before anything secret is offered to it.

use std::path::PathBuf;

use crate::engine::faults::ServerFault;
use crate::engine::known_hosts::Book;
use crate::engine::{Blame, Problem};
use crate::format::known_hosts::ByPattern;
use crate::format::ssh_config::Directive;
use crate::key::comment::escaped;
use crate::key::fingerprint::Fingerprint;
use crate::key::watch::Watch;
use crate::sys::home::{user_name, with_tilde};
use crate::sys::remote::{
    Connection, Expect, Handshake, Hop, HostFault, HostKey, KnownHostsError, KnownHostsFiles, PinnedKey,
    Target, Trust, read_config, read_config_named,
};

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
    /// How it came that it is known.
    pub welcome: Welcome,
    /// Whether it was remembered just now.
    pub remembered: Remembered,
}

/// What became of remembering a server.
#[derive(Debug)]
pub enum Remembered {
    /// It was known already.
    NotNow,
    /// In this file.
    In(PathBuf),
    /// ssh's configuration has servers remembered nowhere.
    Nowhere,
    /// It could not be, for this reason; ssh goes on all the same.
    Failed(Box<Problem>),
}

/// What becomes of a server that nobody knows yet (`ssh_config(5)`, `StrictHostKeyChecking`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Welcome {
    /// A person compares its fingerprint.
    Asked,
    /// It is taken for who it says it is, and remembered: ssh's configuration wants it so.
    Taken,
    /// It is not spoken to: ssh's configuration wants it so.
    Refused,
}

/// Connects to a server and learns who it is, from `hop` where the way leads through another one. Nothing secret is
/// offered.
///
/// # Errors
/// It cannot be reached, or ssh's lists of known hosts cannot be read.
pub fn reach(target: &Target, hop: Option<Hop>, watch: &dyn Watch) -> Result<Reached, ServerFault> {
    let lists = KnownHostsFiles::read(target)?;
    let expect = Expect::Listed(&lists);
    let handshake = match hop {
        Some(hop) => Handshake::open_behind(hop, target, expect, watch)?,
        None => Handshake::open(target, expect, watch)?,
    };
    Ok(Reached {
        handshake,
        lists,
        target: target.clone(),
    })
}

/// Which server is meant, and how ssh would go there. `told` is what counts before ssh's configuration, as behind `-o`;
/// `named` is the file that is read in its place, as behind `-F`.
///
/// # Errors
/// It is no name of a server, or ssh's configuration cannot be read.
pub fn find(text: &str, told: &[Directive], named: Option<&str>) -> Result<Target, Problem> {
    let config = named.map_or_else(read_config, read_config_named)?;
    Ok(Target::find(text, told, &config, &user_name())?)
}

/// What ssh heeds and this program does not, although it could matter; but not where it says no.
const UNHEEDED: [&str; 8] = [
    "BindInterface",
    "ProxyUseFdpass",
    "KnownHostsCommand",
    "PKCS11Provider",
    "HostbasedAuthentication",
    "VerifyHostKeyDNS",
    "NoHostAuthenticationForLocalhost",
    "SecurityKeyProvider",
];

/// What ssh's configuration says about the servers on the way in a manner that this program does not follow; nothing
/// where it follows all of it.
#[must_use]
pub fn not_followed(target: &Target) -> Option<String> {
    let mut notes: Vec<String> = Vec::new();
    for hop in target.route() {
        for note in not_followed_for(hop) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    (!notes.is_empty()).then(|| notes.join("; "))
}

fn not_followed_for(target: &Target) -> Vec<String> {
    let settings = target.settings();
    let mut notes = Vec::new();
    if let Some(why) = &settings.refused {
        notes.push(format!("ssh refuses its own configuration, and says: “{why}”"));
    } else if !settings.faults.is_empty() {
        notes.push("the configuration of ssh has lines that ssh refuses; they were passed over".to_owned());
    }
    let may_be_elsewhere = settings.says_yes("CanonicalizeHostname")
        || settings
            .first("CanonicalizeHostname")
            .is_some_and(|value| value.eq_ignore_ascii_case(b"always"));
    // Where ssh was asked, it has decided all of these.
    if !settings.is_effective() {
        if !settings.undecided.is_empty() {
            notes.push(
                "the configuration of ssh has conditions that only ssh can decide (Match), and ssh could not be asked; they were taken for not met"
                    .to_owned(),
            );
        }
        if may_be_elsewhere {
            notes.push("CanonicalizeHostname in the configuration of ssh is not heeded".to_owned());
        }
    }
    if target.has_open_connection() {
        notes.push(format!(
            "ssh has a connection to {target} open and gets in by that (ControlPath in its configuration); this program does not go through it, and signs in by itself"
        ));
    }
    let is_no = |value: &[u8]| {
        [&b"no"[..], b"false", b"none", b"internal"]
            .iter()
            .any(|no| value.eq_ignore_ascii_case(no))
    };
    let unheeded = UNHEEDED
        .into_iter()
        .filter(|keyword| settings.first(keyword).is_some_and(|value| !is_no(value)));
    let unheeded: Vec<&str> = unheeded.collect();
    if !unheeded.is_empty() {
        notes.push(format!(
            "{} in the configuration of ssh {} not heeded",
            unheeded.join(" and "),
            if unheeded.len() == 1 { "is" } else { "are" }
        ));
    }
    notes
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

    /// What becomes of it where nobody knows it yet.
    #[must_use]
    pub fn welcome(&self) -> Welcome {
        let said = self.target.settings().first("StrictHostKeyChecking");
        match said.map(<[u8]>::to_ascii_lowercase).as_deref() {
            Some(b"yes" | b"true") => Welcome::Refused,
            // A server that has changed is never taken, whatever the configuration says.
            Some(b"accept-new" | b"no" | b"false" | b"off") => Welcome::Taken,
            _ => Welcome::Asked,
        }
    }

    /// Whether it will be known the next time.
    #[must_use]
    pub fn can_be_remembered(&self) -> bool {
        self.lists.own_file().is_some()
    }

    /// Why there is no way on with it as it is; of one that may be gone on with, that it is not known.
    #[must_use]
    pub fn fault(&self) -> Problem {
        match self.handshake.check_if_new() {
            Ok(()) => Problem::from(&HostFault::Unknown),
            Err(fault) => (&fault).into(),
        }
    }

    /// Goes on with a server that is known.
    ///
    /// # Errors
    /// It is not, or it has changed.
    pub fn go_on(self) -> Result<Server, ServerFault> {
        let pinned = self.handshake.pinned();
        let welcome = self.welcome();
        let connection = self.handshake.go_on()?;
        Ok(Server {
            connection,
            pinned,
            welcome,
            remembered: Remembered::NotNow,
        })
    }

    /// Whether the key that it shows has the fingerprint that somebody typed.
    ///
    /// # Errors
    /// It is none, or that of another key.
    pub fn is_the_one(&self, typed: &str) -> Result<(), Problem> {
        let told = Fingerprint::typed(typed).ok_or_else(|| no_fingerprint(typed))?;
        if told.is_of(self.host_key().key()) {
            return Ok(());
        }
        Err(Problem::new(
            "host-key-other",
            Blame::World,
            "the server shows a key with another fingerprint than this",
            "Nothing was changed. Either somebody else answers there, or this is the fingerprint of another of its keys: ask once more, for all of them. Do not sign in before it is clear.",
        ))
    }

    /// Forgets the keys by which the server was known, and remembers the one that it shows, whose fingerprint a person has
    /// compared; what was done, in a sentence.
    ///
    /// # Errors
    /// The server is not one that was known by others, or the lists cannot be changed.
    pub fn take_new_key(self) -> Result<String, Problem> {
        let Trust::Changed { file, .. } = self.trust().clone() else {
            return Err(Problem::from(&HostFault::Other));
        };
        let host_key = self.host_key().clone();
        let name = self.target.host_name();
        let forgotten = Book::open(&file)?.forget(name, ByPattern::Stays)?;
        let lists = KnownHostsFiles::read(&self.target).map_err(ServerFault::from)?;
        let remembered = lists.remember(&self.target, &host_key).map_err(ServerFault::from);
        let into = match remembered {
            Ok(Some(file)) => format!("remembered in {}", with_tilde(&file).display()),
            Ok(None) => "remembered nowhere, as ssh's configuration has it".to_owned(),
            Err(fault) => {
                forgotten.change.undo()?;
                return Err(fault.into());
            }
        };
        let kept = match &forgotten.change.backup {
            Some(backup) => format!(", which is kept as it was in {}", with_tilde(backup).display()),
            None => String::new(),
        };
        Ok(format!(
            "{} is forgotten as it was known in {}{kept}; its new key {} is {into}.",
            self.target,
            with_tilde(&file).display(),
            host_key.fingerprint(),
        ))
    }

    fn remember(&self, host_key: &HostKey) -> Result<Remembered, ServerFault> {
        match self.lists.remember(&self.target, host_key) {
            Ok(Some(file)) => Ok(Remembered::In(file)),
            Ok(None) => Ok(Remembered::Nowhere),
            // By now the server is known there by another key.
            Err(error @ KnownHostsError::Changed { .. }) => Err(error.into()),
            Err(error) => Ok(Remembered::Failed(Box::new(error.into()))),
        }
    }

    /// Goes on with a server whose fingerprint a person has compared, and remembers it as ssh does.
    ///
    /// # Errors
    /// It has changed, for which there is no way on.
    pub fn go_on_and_remember(self) -> Result<Server, ServerFault> {
        let host_key = self.host_key().clone();
        let is_new = *self.trust() == Trust::New;
        let pinned = self.handshake.pinned();
        let welcome = self.welcome();
        // What cannot be gone on with is not remembered.
        self.handshake.check_if_new()?;
        let remembered = if is_new {
            self.remember(&host_key)?
        } else {
            Remembered::NotNow
        };
        let connection = self.handshake.go_on_if_new()?;
        Ok(Server {
            connection,
            pinned,
            welcome,
            remembered,
        })
    }
}

/// That what was typed is no fingerprint.
#[must_use]
pub fn no_fingerprint(typed: &str) -> Problem {
    Problem::new(
        "usage",
        Blame::Usage,
        if typed.trim().is_empty() {
            "the fingerprint is missing".to_owned()
        } else {
            format!("“{}” is no fingerprint", escaped(typed.as_bytes()))
        },
        "One looks like SHA256: and 43 characters behind it, or like MD5: and 16 pairs of digits; copy all of it.",
    )
}

/// That a server is not known, and what can be done about it.
#[must_use]
pub fn unknown(reached: &Reached) -> Problem {
    let fingerprint = reached.host_key().fingerprint();
    let mut problem = Problem::from(&HostFault::Unknown);
    problem.what = format!(
        "{} is not known yet; its key has the fingerprint {fingerprint}",
        reached.target()
    );
    let why = if reached.welcome() == Welcome::Refused {
        " ssh's configuration has servers refused that known_hosts does not name (StrictHostKeyChecking)."
    } else {
        ""
    };
    problem.hint = format!(
        "{}{why} To go on without being asked: --accept-host-key {fingerprint}",
        problem.hint
    );
    problem
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
            ("Match final all\n User x\n", None),
            ("Match host other exec true\n User x\n", None),
            (
                "BindInterface eth7\nProxyUseFdpass yes\n",
                Some("BindInterface and ProxyUseFdpass in"),
            ),
            ("VerifyHostKeyDNS no\n", None),
            (
                "Host g\n KnownHostsCommand /x\nHost h\n ProxyJump g\n",
                Some("KnownHostsCommand"),
            ),
            ("CanonicalizeHostname always\n", Some("CanonicalizeHostname")),
        ] {
            let config = SshConfig::parse(config.as_bytes().to_vec()).expect("text");
            let target = Target::parse("h", &config.into(), "jo").expect("a target");
            let said = not_followed(&target);
            assert_eq!(said.is_some(), words.is_some(), "{said:?}");
            assert!(
                said.clone()
                    .unwrap_or_default()
                    .contains(words.unwrap_or_default()),
                "{said:?}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn that_ssh_has_a_connection_open_is_said_while_somebody_listens_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().display();
        let said = |value: &str| {
            let config = format!("Host h\n ControlMaster auto\n ControlPath {value}\n");
            let config = SshConfig::parse(config.into_bytes()).expect("text");
            let target = Target::parse("h", &config.into(), "jo").expect("a target");
            not_followed(&target).unwrap_or_default()
        };
        let place = format!("{path}/%r@%h:%p");
        assert_eq!(said(&place), "", "there is none");
        let open = std::os::unix::net::UnixListener::bind(folder.path().join("jo@h:22")).expect("a socket");
        assert!(said(&place).contains("ssh has a connection to jo@h open"));
        assert_eq!(said("none"), "");
        drop(open);
        assert_eq!(said(&place), "", "what is left of one is no connection");
    }
}

//! Where to connect to, and as whom: what a person types, made complete by ssh's configuration.

mod finding;
mod typed;

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use super::algorithms::may_be_offered;
use super::sign_in::Method;
use crate::format::known_hosts::{HostName, HostNameError};
use crate::format::ssh_config::{Configuration, Directive, Settings, with_tokens};
use crate::key::{Algorithm, PublicKey};
use crate::sys::home::{expand_tilde, home, user_name, with_environment};
use finding::{Reader, token_of};

pub use typed::without_password;

/// The port that goes without saying.
const PORT: u16 = 22;
/// Longer names than these nobody has.
const LONGEST_USER: usize = 256;
const LONGEST_HOST: usize = 255;
/// As many servers may stand in the way to one.
const MOST_HOPS: usize = 8;

/// A user on a server. None of its words can be taken for an option or for a shell's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    alias: String,
    user: String,
    host: String,
    port: u16,
    host_name: HostName,
    settings: Settings,
    way: Way,
    /// Whether the port has to be told to ssh, for its configuration does not say it.
    is_port_told: bool,
    /// What else was told before ssh's configuration, but for user and port.
    told: Vec<Directive>,
    /// The configuration that was named in the place of the usual one.
    config: Option<String>,
}

const PUBKEY_AUTHENTICATION: &str = "PubkeyAuthentication";
const PREFERRED: &str = "PreferredAuthentications";
/// What is told for signing in this once, and says nothing about the next time.
pub const FOR_ONCE: [&str; 5] = [
    PREFERRED,
    "KbdInteractiveAuthentication",
    PUBKEY_AUTHENTICATION,
    "NumberOfPasswordPrompts",
    "PasswordAuthentication",
];

/// Which agent may sign in on a server (`ssh_config(5)`, `IdentityAgent`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentPlace {
    /// The one that goes without saying.
    Usual,
    /// None.
    Nowhere,
    /// The one that listens there, and no other.
    At(PathBuf),
}

/// The way to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Straight through the network.
    Direct,
    /// Through another server, which makes the connection from where it is (`ProxyJump`).
    Jump(Box<Target>),
    /// Through what this command writes and reads (`ProxyCommand`).
    Command(String),
}

/// Why a text is no place to connect to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// There is nothing, or nothing behind the `@`.
    #[error("the name of the server is missing")]
    NoHost,
    /// Nothing before the `@`.
    #[error("the user's name before the @ is missing")]
    NoUser,
    /// No number from 1 to 65535 behind the colon, or a bracket that is not closed.
    #[error("the port after the server's name must be a number from 1 to 65535")]
    Port,
    /// A password, which is not repeated.
    #[error("a password has no place in the name of a server")]
    Password,
    /// The user or the port is given in two places, and differs.
    #[error("two different {0} are given")]
    Twice(&'static str),
    /// A path or something else that no target has.
    #[error("only a user, a server and a port can be given, and nothing else")]
    More,
    /// A character or a beginning that no server's name has.
    #[error("“{}” is no name of a server", crate::key::comment::escaped(.0.as_bytes()))]
    Host(String),
    /// A character or a beginning that would be dangerous in a user's name.
    #[error("“{}” is no name of a user", crate::key::comment::escaped(.0.as_bytes()))]
    User(String),
    /// The way to this host leads through itself, or through more servers than anybody has.
    #[error("ssh's configuration has {0} reached through itself, or through too many others (ProxyJump)")]
    Loop(String),
    /// What ssh's configuration says about the way to this host is nothing that ssh could do.
    #[error("“{}” in ssh's configuration is no way to {alias} ({keyword})", crate::key::comment::escaped(value.as_bytes()))]
    Way {
        /// The name in the configuration.
        alias: String,
        /// `ProxyJump` or `ProxyCommand`.
        keyword: &'static str,
        /// What it says.
        value: String,
    },
}

impl From<HostNameError> for TargetError {
    fn from(error: HostNameError) -> Self {
        match error {
            HostNameError::Empty => Self::NoHost,
            HostNameError::Character(character) => Self::Host(character.into()),
            HostNameError::Port => Self::Port,
            HostNameError::TooLong => Self::Host("…".to_owned()),
        }
    }
}

impl Target {
    /// Reads `host`, `user@host`, `user@host:port`, `[address]:port`, `ssh://user@host:port`, or the name of a host
    /// in ssh's configuration. What is not said comes from there, and the user otherwise is `local_user`.
    ///
    /// # Errors
    /// See [`TargetError`].
    pub fn parse(text: &str, config: &Configuration, local_user: &str) -> Result<Self, TargetError> {
        let reader = Reader {
            config,
            local_user,
            asks_ssh: false,
        };
        reader.target(text, &[], 0)
    }

    /// The same as ssh would go there: where one is installed, it is asked what its configuration comes to. `told` is what
    /// counts before the configuration, as behind `-o`.
    ///
    /// # Errors
    /// See [`TargetError`].
    pub fn find(
        text: &str,
        told: &[Directive],
        config: &Configuration,
        local_user: &str,
    ) -> Result<Self, TargetError> {
        let reader = Reader {
            config,
            local_user,
            asks_ssh: true,
        };
        reader.target(text, told, 0)
    }

    /// The name on the server.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The server's name or address, as the network knows it.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server as the person called it.
    #[must_use]
    pub fn alias(&self) -> &str {
        &self.alias
    }

    /// The name under which `known_hosts` knows it.
    #[must_use]
    pub fn host_name(&self) -> &HostName {
        &self.host_name
    }

    /// What else ssh's configuration says about it.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The way to it.
    #[must_use]
    pub fn way(&self) -> &Way {
        &self.way
    }

    /// The servers on the way to it, from here on, and it itself at the end.
    #[must_use]
    pub fn route(&self) -> Vec<&Self> {
        let mut route = match &self.way {
            Way::Jump(hop) => hop.route(),
            Way::Direct | Way::Command(_) => Vec::new(),
        };
        route.push(self);
        route
    }

    /// Whether ssh's configuration lets keys of this type be offered there, with a certificate or without.
    #[must_use]
    pub fn takes_keys(&self, algorithm: Algorithm) -> bool {
        !self.settings.says_no(PUBKEY_AUTHENTICATION) && self.takes_names(algorithm)
    }

    fn takes_names(&self, algorithm: Algorithm) -> bool {
        let settings = &self.settings;
        let (own, certified) = ([algorithm.name()], algorithm.certificate_name());
        let names = match algorithm {
            Algorithm::Rsa => &["rsa-sha2-512", "rsa-sha2-256"][..],
            _ => &own,
        };
        let certified = match algorithm {
            Algorithm::Rsa => names
                .iter()
                .map(|name| format!("{name}-cert-v01@openssh.com"))
                .collect(),
            _ => vec![certified],
        };
        let certified = certified.iter().map(String::as_str);
        names
            .iter()
            .copied()
            .chain(certified)
            .any(|name| may_be_offered(settings, name))
    }

    /// What ssh has to be told so that it offers this key there, where its configuration rules that out.
    #[must_use]
    pub fn to_offer(&self, key: &PublicKey) -> Vec<(&'static str, String)> {
        let settings = &self.settings;
        let is_told = |keyword: &str| {
            self.told
                .iter()
                .any(|told| told.keyword.eq_ignore_ascii_case(keyword))
        };
        let mut told = Vec::new();
        let mut tell = |keyword: &'static str, value: String| {
            // What was told for this once is not told again.
            if !is_told(keyword) {
                told.push((keyword, value));
            }
        };
        if settings.says_no(PUBKEY_AUTHENTICATION) {
            tell(PUBKEY_AUTHENTICATION, "yes".to_owned());
        }
        let ways = settings.first(PREFERRED).unwrap_or(b"publickey");
        if !ways.split(|byte| *byte == b',').any(|way| way == b"publickey") {
            tell(PREFERRED, "publickey".to_owned());
        }
        let algorithm = key.algorithm();
        if !self.takes_names(algorithm) {
            let name = match algorithm {
                Algorithm::Rsa => "rsa-sha2-512",
                _ => algorithm.name(),
            };
            tell("PubkeyAcceptedAlgorithms", format!("+{name}"));
        }
        let least = settings.first("RequiredRSASize");
        let least: Option<u32> = least.and_then(|least| std::str::from_utf8(least).ok()?.parse().ok());
        if algorithm == Algorithm::Rsa && least.is_some_and(|least| least > key.bits()) {
            tell("RequiredRSASize", key.bits().to_string());
        }
        told
    }

    /// Whether ssh's configuration lets one sign in there in this way.
    #[must_use]
    pub fn allows(&self, method: Method) -> bool {
        let (name, keywords): (&str, &[&str]) = match method {
            Method::Key => ("publickey", &[PUBKEY_AUTHENTICATION]),
            Method::Password => ("password", &["PasswordAuthentication"]),
            Method::Questions => (
                "keyboard-interactive",
                &["KbdInteractiveAuthentication", "ChallengeResponseAuthentication"],
            ),
            Method::Host | Method::Ticket => return true,
        };
        let preferred = self.settings.first(PREFERRED);
        let is_preferred = preferred.is_none_or(|list| {
            list.split(|byte| *byte == b',')
                .any(|each| each == name.as_bytes())
        });
        is_preferred && !keywords.iter().any(|keyword| self.settings.says_no(keyword))
    }

    /// How often a password is asked for there (`NumberOfPasswordPrompts`).
    #[must_use]
    pub fn password_prompts(&self) -> usize {
        let said = self.settings.first("NumberOfPasswordPrompts");
        let said = said.and_then(|said| std::str::from_utf8(said).ok()?.parse().ok());
        said.map_or(3, |prompts: usize| prompts.clamp(1, 10))
    }

    /// Which agent may sign in there.
    #[must_use]
    pub fn agent(&self) -> AgentPlace {
        let said = self.settings.first("identityagent");
        let said = said.map(|said| String::from_utf8_lossy(said).into_owned());
        match said.as_deref() {
            None | Some("SSH_AUTH_SOCK") => AgentPlace::Usual,
            Some(none) if none.eq_ignore_ascii_case("none") => AgentPlace::Nowhere,
            Some(word) => match word.strip_prefix('$') {
                // A variable that is not set names no agent, and ssh goes on without one.
                Some(name) if !name.starts_with('{') => env::var_os(name)
                    .filter(|place| !place.is_empty())
                    .map_or(AgentPlace::Nowhere, |place| AgentPlace::At(place.into())),
                _ => self.file(word).map_or(AgentPlace::Nowhere, AgentPlace::At),
            },
        }
    }

    /// The file that a word of ssh's configuration means for this server; nothing where only ssh could tell.
    #[must_use]
    pub fn file(&self, word: &str) -> Option<PathBuf> {
        let path = with_tokens(&with_environment(word)?, |token| match token {
            'd' => Some(home()?.to_str()?.to_owned()),
            'k' => {
                let alias = self.settings.first("hostkeyalias");
                let alias = alias.map(|alias| String::from_utf8_lossy(alias).into_owned());
                Some(alias.unwrap_or_else(|| self.alias.clone()))
            }
            'u' => Some(user_name()),
            #[cfg(unix)]
            'i' => Some(rustix::process::getuid().as_raw().to_string()),
            #[cfg(unix)]
            'l' | 'L' => {
                let name = rustix::system::uname().nodename().to_str().ok()?.to_owned();
                let short = name.split('.').next().unwrap_or_default().to_owned();
                Some(if token == 'L' { short } else { name })
            }
            token => token_of(token, (&self.alias, &self.host, self.port, &self.user)),
        });
        path.map(|path| expand_tilde(Path::new(&path)))
    }

    /// Whether ssh has a connection to this server open, through which it gets in without signing in once more
    /// (`ssh_config(5)`, `ControlPath`): somebody listens there.
    #[must_use]
    pub fn has_open_connection(&self) -> bool {
        let Some(said) = self.settings.first("ControlPath") else {
            return false;
        };
        let said = String::from_utf8_lossy(said);
        let place = (!said.eq_ignore_ascii_case("none")).then(|| self.file(&said));
        place.flatten().is_some_and(|place| is_listening(&place))
    }

    /// The words behind `ssh` that lead there, or behind a program of its kind whose option for the port is this one.
    /// They need no quotes in any shell, but for a blank in a user's name and what stands behind `-o`.
    #[must_use]
    pub fn words(&self, port_option: &str) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(config) = &self.config {
            words.extend(["-F".to_owned(), config.clone()]);
        }
        let lasting = |told: &&Directive| {
            !FOR_ONCE
                .iter()
                .any(|keyword| told.keyword.eq_ignore_ascii_case(keyword))
        };
        for told in self.told.iter().filter(lasting) {
            let value = String::from_utf8_lossy(&told.rest);
            words.extend(["-o".to_owned(), format!("{}={value}", told.keyword)]);
        }
        if self.is_port_told {
            words.extend([port_option.to_owned(), self.port.to_string()]);
        }
        words.push(format!("{}@{}", self.user, self.alias));
        words
    }
}

/// Whether somebody listens at a socket.
#[cfg(unix)]
fn is_listening(place: &Path) -> bool {
    std::os::unix::net::UnixStream::connect(place).is_ok()
}

/// OpenSSH for Windows shares no connections.
#[cfg(not(unix))]
fn is_listening(_: &Path) -> bool {
    false
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@", self.user)?;
        match self.port {
            PORT => f.write_str(&self.host),
            port if self.host.contains(':') => write!(f, "[{}]:{port}", self.host),
            port => write!(f, "{}:{port}", self.host),
        }
    }
}

#[cfg(test)]
mod tests;

//! Where to connect to, and as whom: what a person types, made complete by ssh's configuration.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::format::known_hosts::{HostName, HostNameError};
use crate::format::ssh_config::{Configuration, Directive, Settings, with_tokens};
use crate::key::comment::is_forbidden;
use crate::sys::home::{expand_tilde, home, user_name};

/// The port that goes without saying.
const PORT: u16 = 22;
/// Longer names than these nobody has.
const LONGEST_USER: usize = 256;
const LONGEST_HOST: usize = 255;

/// A user on a server. None of its words can be taken for an option or for a shell's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    alias: String,
    user: String,
    host: String,
    port: u16,
    host_name: HostName,
    settings: Settings,
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
    /// A path, a password or something else that no target has.
    #[error("only a user, a server and a port can be given, and nothing else")]
    More,
    /// A character or a beginning that no server's name has.
    #[error("“{}” is no name of a server", crate::key::comment::escaped(.0.as_bytes()))]
    Host(String),
    /// A character or a beginning that would be dangerous in a user's name.
    #[error("“{}” is no name of a user", crate::key::comment::escaped(.0.as_bytes()))]
    User(String),
    /// ssh's configuration has this host reached by way of another one.
    #[error(
        "ssh reaches {alias} through something else ({keyword} in its configuration), which this program does not do"
    )]
    Proxy {
        /// The name in the configuration.
        alias: String,
        /// `ProxyJump` or `ProxyCommand`.
        keyword: &'static str,
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
        let typed = Typed::read(text.trim())?;
        let told: Vec<Directive> = typed
            .user
            .map(|user| Directive::new("user", user))
            .into_iter()
            .collect();
        let settings = config.lookup_as(&told, typed.host, local_user);
        match settings.first_of(&["ProxyJump", "ProxyCommand"]) {
            Some((keyword, value)) if !value.eq_ignore_ascii_case(b"none") => {
                let alias = typed.host.to_owned();
                return Err(TargetError::Proxy { alias, keyword });
            }
            Some(_) | None => {}
        }
        let user = settings.user().unwrap_or_else(|| local_user.to_owned());
        check_user(&user)?;
        check_host(typed.host)?;
        let host = settings.host_name(typed.host);
        check_host(&host)?;
        let port = typed.port.or_else(|| settings.port()).unwrap_or(PORT);
        let host_name = match settings.first("hostkeyalias") {
            Some(alias) => HostName::new(&String::from_utf8_lossy(alias), PORT)?,
            None => HostName::new(&host, port)?,
        };
        Ok(Self {
            alias: typed.host.to_owned(),
            user,
            host,
            port,
            host_name,
            settings,
        })
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

    /// The file that a word of ssh's configuration means for this server; nothing where only ssh could tell.
    #[must_use]
    pub fn file(&self, word: &str) -> Option<PathBuf> {
        let path = with_tokens(word, |token| match token {
            'd' => Some(home()?.to_str()?.to_owned()),
            'h' => Some(self.host.clone()),
            'n' => Some(self.alias.clone()),
            'p' => Some(self.port.to_string()),
            'r' => Some(self.user.clone()),
            'u' => Some(user_name()),
            _ => None,
        });
        path.map(|path| expand_tilde(Path::new(&path)))
    }

    /// The words behind `ssh` that lead there, or behind a program of its kind whose option for the port is this one.
    /// They need no quotes in any shell, but for a blank in a user's name.
    #[must_use]
    pub fn words(&self, port_option: &str) -> Vec<String> {
        let mut words = Vec::new();
        if self.settings.port().unwrap_or(PORT) != self.port {
            words.extend([port_option.to_owned(), self.port.to_string()]);
        }
        words.push(format!("{}@{}", self.user, self.alias));
        words
    }
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

/// The parts of a text, not yet looked at.
struct Typed<'a> {
    user: Option<&'a str>,
    host: &'a str,
    port: Option<u16>,
}

impl<'a> Typed<'a> {
    fn read(text: &'a str) -> Result<Self, TargetError> {
        let text = match text.strip_prefix("ssh://") {
            Some(rest) => rest.strip_suffix('/').unwrap_or(rest),
            None => text,
        };
        if text.contains('/') {
            return Err(TargetError::More);
        }
        // A user's name may have an @ of its own, a host's may not.
        let (user, place) = match text.rsplit_once('@') {
            Some(("", _)) => return Err(TargetError::NoUser),
            Some((user, place)) => (Some(user), place),
            None => (None, text),
        };
        let (host, port) = if let Some(rest) = place.strip_prefix('[') {
            let (host, behind) = rest.split_once(']').ok_or(TargetError::Port)?;
            match behind.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if behind.is_empty() => (host, None),
                None => return Err(TargetError::Port),
            }
        } else {
            match place.split_once(':') {
                // More than one colon, and it is an address of IPv6.
                Some((_, behind)) if behind.contains(':') => (place, None),
                Some((host, port)) => (host, Some(port)),
                None => (place, None),
            }
        };
        if host.is_empty() {
            return Err(TargetError::NoHost);
        }
        let port = port.map(|port| {
            let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
            let port = port.parse().ok().filter(|port| *port > 0 && is_number);
            port.ok_or(TargetError::Port)
        });
        Ok(Self {
            user,
            host,
            port: port.transpose()?,
        })
    }
}

/// Names and addresses need no more than this, and none of it means anything to a shell.
fn check_host(host: &str) -> Result<(), TargetError> {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || "._-:%".contains(c);
    if host.is_empty() {
        return Err(TargetError::NoHost);
    }
    if host.starts_with('-') || host.len() > LONGEST_HOST || !host.chars().all(is_fine) {
        return Err(TargetError::Host(host.to_owned()));
    }
    Ok(())
}

/// Windows has users with a domain before their name and with blanks in it; what a shell would act on, no user has.
fn check_user(user: &str) -> Result<(), TargetError> {
    let is_dangerous = |c: char| is_forbidden(c) || "'\"`$;&<>|(){}[]*?!#~:/,".contains(c);
    let is_odd = user.starts_with(['-', ' ']) || user.ends_with([' ', '\\']) || user.contains(" -");
    if user.is_empty() {
        return Err(TargetError::NoUser);
    }
    if is_odd || user.len() > LONGEST_USER || user.chars().any(is_dangerous) {
        return Err(TargetError::User(user.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::ssh_config::SshConfig;

    fn config(text: &str) -> Configuration {
        SshConfig::parse(text.as_bytes().to_vec()).unwrap().into()
    }

    fn target(text: &str) -> Result<Target, TargetError> {
        Target::parse(text, &config(""), "me")
    }

    #[test]
    fn a_target_is_read_in_each_of_its_spellings() {
        for (text, user, host, port) in [
            ("example.org", "me", "example.org", 22),
            (" root@example.org ", "root", "example.org", 22),
            ("root@example.org:2222", "root", "example.org", 2222),
            ("ssh://root@example.org:2222/", "root", "example.org", 2222),
            ("a@b@example.org", "a@b", "example.org", 22),
            (r"CORP\jo@example.org", r"CORP\jo", "example.org", 22),
            ("root@::1", "root", "::1", 22),
            ("root@[fe80::1%eth0]:2222", "root", "fe80::1%eth0", 2222),
            ("[::1]", "me", "::1", 22),
        ] {
            let found = target(text).unwrap();
            assert_eq!(
                (found.user(), found.host(), found.port()),
                (user, host, port),
                "{text}"
            );
        }
    }

    #[test]
    fn what_could_be_an_option_or_a_command_is_no_target() {
        use TargetError as E;
        for (text, fault) in [
            ("", E::NoHost),
            ("root@", E::NoHost),
            ("@example.org", E::NoUser),
            ("-oProxyCommand=x", E::Host("-oProxyCommand=x".to_owned())),
            ("root@-oProxyCommand=x", E::Host("-oProxyCommand=x".to_owned())),
            ("-l@example.org", E::User("-l".to_owned())),
            ("a -l@example.org", E::User("a -l".to_owned())),
            ("$(id)@example.org", E::User("$(id)".to_owned())),
            ("root@a;id", E::Host("a;id".to_owned())),
            ("root@a b", E::Host("a b".to_owned())),
            ("root@exämple.org", E::Host("exämple.org".to_owned())),
            ("root\u{202e}@example.org", E::User("root\u{202e}".to_owned())),
            ("root@host:0", E::Port),
            ("root@host:65536", E::Port),
            ("root@host:+22", E::Port),
            ("root@[::1", E::Port),
            ("root@[::1]22", E::Port),
            ("root@host/path", E::More),
            ("root@host:/etc", E::More),
            ("http://host", E::More),
        ] {
            assert_eq!(target(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn the_configuration_says_what_was_not_typed() {
        let config = config(
            "Host web\n HostName web.example.org\n User deploy\n Port 2222\nHost old\n HostKeyAlias web\n",
        );
        let found = Target::parse("web", &config, "me").unwrap();
        assert_eq!(found.to_string(), "deploy@web.example.org:2222");
        assert_eq!(found.host_name().as_str(), "[web.example.org]:2222");
        assert_eq!(found.words("-p"), ["deploy@web"]);
        let found = Target::parse("root@web:22", &config, "me").unwrap();
        assert_eq!(found.to_string(), "root@web.example.org");
        assert_eq!(found.words("-P"), ["-P", "22", "root@web"]);
        let found = Target::parse("old:99", &config, "me").unwrap();
        assert_eq!(found.host_name().as_str(), "web");
    }

    #[test]
    fn what_the_configuration_says_about_a_user_counts_for_the_one_that_was_typed() {
        let config = config("Match user root\n Port 2222\nMatch host web\n User deploy\n");
        for (text, shown) in [
            ("root@web", "root@web:2222"),
            ("jo@web", "jo@web"),
            ("web", "deploy@web"),
        ] {
            assert_eq!(Target::parse(text, &config, "me").unwrap().to_string(), shown);
        }
    }

    #[test]
    fn a_file_may_have_another_name_for_each_server() {
        let target = Target::parse(
            "jo@web:99",
            &config("Host web\n HostName web.example.org\n"),
            "me",
        );
        let file = |word: &str| target.as_ref().unwrap().file(word);
        let named = PathBuf::from("/k/web.example.org-web-99-jo%");
        assert_eq!(file("/k/%h-%n-%p-%r%%"), Some(named));
        assert_eq!(file("/k/%C"), None);
        assert_eq!(file("%d/x"), file("~/x"));
    }

    #[test]
    fn a_configuration_cannot_smuggle_in_what_could_not_be_typed() {
        let config = config("Host a\n HostName -oX\nHost b\n User $(id)\n");
        let host = Target::parse("a", &config, "me");
        assert_eq!(host, Err(TargetError::Host("-oX".to_owned())));
        let user = Target::parse("b", &config, "me");
        assert_eq!(user, Err(TargetError::User("$(id)".to_owned())));
    }

    #[test]
    fn a_host_behind_another_one_is_refused_by_name() {
        let config = config(
            "Host in*\n ProxyJump gate\nHost x\n ProxyCommand nc %h %p\nHost y\n ProxyJump none\nHost *\n ProxyCommand nc\n",
        );
        for (alias, keyword) in [("inner", "ProxyJump"), ("x", "ProxyCommand")] {
            let refused = Target::parse(alias, &config, "me");
            let alias = alias.to_owned();
            assert_eq!(refused, Err(TargetError::Proxy { alias, keyword }));
        }
        assert!(Target::parse("y", &config, "me").is_ok());
    }

    #[test]
    fn a_target_is_shown_so_that_it_can_be_typed_again() {
        for text in ["me@example.org", "me@example.org:99", "me@[::1]:99", "me@::1"] {
            let shown = target(text).unwrap().to_string();
            assert_eq!(shown, text);
            assert_eq!(target(&shown), target(text));
        }
    }
}

//! Where to connect to, and as whom: what a person types, made complete by ssh's configuration.

use std::fmt;
use std::path::{Path, PathBuf};

use super::config::with_environment;
use super::effective::{Answer, effective};
use crate::format::known_hosts::{HostName, HostNameError};
use crate::format::ssh_config::{Configuration, Directive, Settings, with_tokens};
use crate::key::comment::is_forbidden;
use crate::sys::home::{expand_tilde, home, user_name};

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
            token => token_of(token, (&self.alias, &self.host, self.port, &self.user)),
        });
        path.map(|path| expand_tilde(Path::new(&path)))
    }

    /// The words behind `ssh` that lead there, or behind a program of its kind whose option for the port is this one.
    /// They need no quotes in any shell, but for a blank in a user's name and what stands behind `-o`.
    #[must_use]
    pub fn words(&self, port_option: &str) -> Vec<String> {
        let mut words = Vec::new();
        for told in &self.told {
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

/// What a token stands for in the whole of ssh's configuration.
fn token_of(token: char, (alias, host, port, user): (&str, &str, u16, &str)) -> Option<String> {
    match token {
        'h' => Some(host.to_owned()),
        'n' => Some(alias.to_owned()),
        'p' => Some(port.to_string()),
        'r' => Some(user.to_owned()),
        _ => None,
    }
}

/// What makes a target of a text.
struct Reader<'a> {
    config: &'a Configuration,
    local_user: &'a str,
    asks_ssh: bool,
}

impl Reader<'_> {
    fn target(&self, text: &str, told: &[Directive], depth: usize) -> Result<Target, TargetError> {
        let typed = Typed::read(text.trim())?;
        check_host(typed.host)?;
        let mut told = told.to_vec();
        let is_other = |keyword: &str, typed: Option<&str>| {
            let mut told = told.iter().filter(|told| told.keyword == keyword);
            typed.is_some_and(|typed| told.any(|told| told.rest != typed.as_bytes()))
        };
        if is_other("user", typed.user) {
            return Err(TargetError::Twice("users"));
        }
        if is_other("port", typed.port.map(|port| port.to_string()).as_deref()) {
            return Err(TargetError::Twice("ports"));
        }
        let is_for_words = |told: &&Directive| !matches!(told.keyword.as_str(), "user" | "port");
        let other: Vec<Directive> = told.iter().filter(is_for_words).cloned().collect();
        if let Some(user) = typed.user {
            check_user(user)?;
            told.push(Directive::new("user", user));
        }
        if let Some(port) = typed.port {
            told.push(Directive::new("port", &port.to_string()));
        }
        let mut ours = self.config.lookup_as(&told, typed.host, self.local_user);
        let said = ours.port().unwrap_or(PORT);
        let is_port = |directive: &Directive| directive.keyword == "port";
        let untold: Vec<Directive> = told.iter().filter(|told| !is_port(told)).cloned().collect();
        let of_itself = self.config.lookup_as(&untold, typed.host, self.local_user).port();
        let is_port_told = told.iter().any(is_port) && of_itself.unwrap_or(PORT) != said;
        let settings = if self.asks_ssh {
            match effective(typed.host, &told, &ours) {
                Answer::Settings(settings) => settings,
                Answer::Refused(why) => {
                    ours.refused = Some(why);
                    ours
                }
                Answer::Nobody => ours,
            }
        } else {
            ours
        };
        let user = settings.user().unwrap_or_else(|| self.local_user.to_owned());
        check_user(&user)?;
        let host = settings.host_name(typed.host);
        check_host(&host)?;
        let port = settings.port().unwrap_or(PORT);
        let host_name = match settings.first("hostkeyalias") {
            Some(alias) => HostName::new(&String::from_utf8_lossy(alias), PORT)?,
            None => HostName::new(&host, port)?,
        };
        let way = self.way(&settings, (typed.host, &host, port, &user), depth)?;
        Ok(Target {
            alias: typed.host.to_owned(),
            user,
            host,
            port,
            host_name,
            settings,
            way,
            is_port_told,
            told: other,
        })
    }

    /// `ProxyJump` or `ProxyCommand`, whichever comes first.
    fn way(
        &self,
        settings: &Settings,
        tokens: (&str, &str, u16, &str),
        depth: usize,
    ) -> Result<Way, TargetError> {
        let alias = tokens.0.to_owned();
        let Some((keyword, _)) = settings.first_of(&["ProxyJump", "ProxyCommand"]) else {
            return Ok(Way::Direct);
        };
        let value = String::from_utf8_lossy(settings.rest(keyword).unwrap_or_default()).into_owned();
        if value.eq_ignore_ascii_case("none") {
            return Ok(Way::Direct);
        }
        let expanded = with_tokens(&value, |token| token_of(token, tokens));
        let no_way = || TargetError::Way {
            alias: alias.clone(),
            keyword,
            value: value.clone(),
        };
        let expanded = expanded.ok_or_else(no_way)?;
        if keyword == "ProxyCommand" {
            // A dash stands for the standard input of ssh, which is nobody's here.
            return if expanded == "-" {
                Err(no_way())
            } else {
                Ok(Way::Command(expanded))
            };
        }
        if depth >= MOST_HOPS {
            return Err(TargetError::Loop(alias));
        }
        // ssh is told the way to the last of them; to the first its own configuration knows one.
        let (before, last) = match expanded.rsplit_once(',') {
            Some((before, last)) => (Some(Directive::new("proxyjump", before)), last),
            None => (None, expanded.as_str()),
        };
        let told: Vec<Directive> = before.into_iter().collect();
        let hop = self.target(last, &told, depth + 1).map_err(|error| match error {
            TargetError::Loop(_) => TargetError::Loop(alias.clone()),
            _ => no_way(),
        })?;
        Ok(Way::Jump(Box::new(hop)))
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
        if has_password(text) {
            return Err(TargetError::Password);
        }
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

/// Whether a password stands behind the user's name, as browsers take it.
fn has_password(text: &str) -> bool {
    let text = text.rsplit_once("://").map_or(text, |(_, text)| text);
    text.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

/// A text that was typed as a target, as it may be shown: without the password that it has no place for.
#[must_use]
pub fn without_password(text: &str) -> String {
    match (has_password(text), text.split_once(':'), text.rsplit_once('@')) {
        (true, Some((user, _)), Some((_, place))) if !text.contains("://") => format!("{user}@{place}"),
        (true, _, Some((_, place))) => place.to_owned(),
        _ => text.to_owned(),
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
            ("jo:geheim@host", E::Password),
            ("ssh://jo:geheim@host:22/", E::Password),
            ("jo:a/b@c@host", E::Password),
            ("jo:geheim@", E::Password),
            (":geheim@host", E::Password),
        ] {
            assert_eq!(target(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_password_that_was_typed_is_not_shown() {
        for (text, shown) in [
            ("jo:geheim@host:22", "jo@host:22"),
            ("ssh://jo:geheim@host", "host"),
            ("jo:a@b:c@host", "jo@host"),
            ("jo@host:22", "jo@host:22"),
            ("::1", "::1"),
        ] {
            assert_eq!(without_password(text), shown);
        }
    }

    #[test]
    fn what_is_told_counts_before_the_configuration_and_goes_along() {
        let config = config("Host web\n User deploy\n Port 2222\n IdentityFile ~/a\n");
        let told = [
            Directive::new("Port", "99"),
            Directive::new("User", "jo"),
            Directive::new("IdentityFile", "/b"),
        ];
        let reader = Reader {
            config: &config,
            local_user: "me",
            asks_ssh: false,
        };
        let found = reader.target("web", &told, 0).unwrap();
        assert_eq!(found.to_string(), "jo@web:99");
        assert_eq!(found.settings().identity_files(), ["/b", "~/a"]);
        assert_eq!(found.words("-p"), ["-o", "identityfile=/b", "-p", "99", "jo@web"]);
        assert!(reader.target("jo@web:99", &told, 0).is_ok());
        let twice = |text| reader.target(text, &told, 0);
        assert_eq!(twice("root@web"), Err(TargetError::Twice("users")));
        assert_eq!(twice("jo@web:22"), Err(TargetError::Twice("ports")));
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
    fn the_way_to_a_host_leads_where_ssh_would_go() {
        let config = config(
            "Host inner\n ProxyJump jo@gate:99,second\nHost x\n ProxyCommand nc \"%h\" %p %%\nHost y\n ProxyJump none\n\
            Host gate\n ProxyJump first\nHost second\n ProxyJump elsewhere\n User two\nHost loop\n ProxyJump loop\n\
            Host odd\n ProxyJump a;b\nHost token\n ProxyCommand nc %Q\nHost *\n HostName %h.example.org\n",
        );
        let route = |alias: &str| -> Result<Vec<String>, TargetError> {
            let target = Target::parse(alias, &config, "me")?;
            Ok(target.route().iter().map(ToString::to_string).collect())
        };
        assert_eq!(
            route("inner").unwrap(),
            [
                "me@first.example.org",
                "jo@gate.example.org:99",
                "two@second.example.org",
                "me@inner.example.org"
            ]
        );
        let x = Target::parse("x", &config, "me").unwrap();
        assert_eq!(*x.way(), Way::Command("nc \"x.example.org\" 22 %".to_owned()));
        assert_eq!(*Target::parse("y", &config, "me").unwrap().way(), Way::Direct);
        assert_eq!(route("loop"), Err(TargetError::Loop("loop".to_owned())));
        for (alias, keyword) in [("odd", "ProxyJump"), ("token", "ProxyCommand")] {
            let refused = route(alias);
            assert!(
                matches!(&refused, Err(TargetError::Way { keyword: found, .. }) if *found == keyword),
                "{refused:?}"
            );
        }
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

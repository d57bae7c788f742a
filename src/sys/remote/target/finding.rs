//! From what was typed to where ssh would go, and by which way.

use super::typed::{self, Typed, check_host, check_user};
use super::{MOST_HOPS, PORT, Target, TargetError, Way};
use crate::format::known_hosts::HostName;
use crate::format::ssh_config::{Configuration, Directive, Settings, with_tokens};
use crate::sys::remote::effective::{Answer, effective};

/// What a token stands for in the whole of ssh's configuration.
pub(super) fn token_of(token: char, (alias, host, port, user): (&str, &str, u16, &str)) -> Option<String> {
    match token {
        'h' => Some(host.to_owned()),
        'n' => Some(alias.to_owned()),
        'p' => Some(port.to_string()),
        'r' => Some(user.to_owned()),
        _ => None,
    }
}

/// What makes a target of a text.
pub(super) struct Reader<'a> {
    pub(super) config: &'a Configuration,
    pub(super) local_user: &'a str,
    pub(super) asks_ssh: bool,
}

impl Reader<'_> {
    pub(super) fn target(&self, text: &str, told: &[Directive], depth: usize) -> Result<Target, TargetError> {
        let text = typed::decoded(text.trim())?;
        let typed = Typed::read(&text)?;
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
            match effective(typed.host, self.config.named(), &told, &ours) {
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
            Some(alias) => HostName::alias(&String::from_utf8_lossy(alias))?,
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
            config: self.config.named().map(str::to_owned),
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
        let Some((keyword, value)) = settings.proxy() else {
            return Ok(Way::Direct);
        };
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
            // Nor is what it says repeated.
            TargetError::Password => TargetError::Password,
            _ => no_way(),
        })?;
        Ok(Way::Jump(Box::new(hop)))
    }
}

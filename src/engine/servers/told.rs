//! What is told beside the name of a server and counts before ssh's configuration, as ssh's own `-p`, `-l` and `-o` do.

use crate::engine::{Blame, Problem};
use crate::format::ssh_config::Directive;
use crate::key::comment::escaped;

/// What this program heeds of it (`ssh_config(5)`).
const HEEDED: [&str; 29] = [
    "AddressFamily",
    "BindAddress",
    "CASignatureAlgorithms",
    "CertificateFile",
    "Ciphers",
    "ConnectTimeout",
    "GlobalKnownHostsFile",
    "HashKnownHosts",
    "HostKeyAlgorithms",
    "HostKeyAlias",
    "HostName",
    "IdentitiesOnly",
    "IdentityAgent",
    "IdentityFile",
    "KbdInteractiveAuthentication",
    "KexAlgorithms",
    "MACs",
    "NumberOfPasswordPrompts",
    "PasswordAuthentication",
    "Port",
    "PreferredAuthentications",
    "ProxyCommand",
    "ProxyJump",
    "PubkeyAcceptedAlgorithms",
    "PubkeyAuthentication",
    "RevokedHostKeys",
    "StrictHostKeyChecking",
    "User",
    "UserKnownHostsFile",
];

/// What has no bearing on what is done here, and is taken for being in so many people's fingers.
const WITHOUT_BEARING: [&str; 11] = [
    "Compression",
    "ConnectionAttempts",
    "ControlMaster",
    "ControlPath",
    "ControlPersist",
    "IPQoS",
    "LogLevel",
    "ServerAliveCountMax",
    "ServerAliveInterval",
    "TCPKeepAlive",
    "VisualHostKey",
];

/// Options as they are given to ssh: a port, a user, and further ones as `Keyword=value`.
///
/// # Errors
/// One is none, or this program does not heed it.
pub fn told(port: Option<u16>, user: Option<&str>, options: &[String]) -> Result<Vec<Directive>, Problem> {
    let mut told = Vec::new();
    told.extend(port.map(|port| Directive::new("port", &port.to_string())));
    told.extend(user.map(|user| Directive::new("user", user)));
    for option in options {
        told.push(read(option)?);
    }
    Ok(told)
}

fn read(option: &str) -> Result<Directive, Problem> {
    let option = option.trim();
    let end = option.find(|c: char| c == '=' || c.is_ascii_whitespace());
    let (keyword, rest) = option.split_at(end.unwrap_or(option.len()));
    let rest = rest.trim_start();
    let value = rest.strip_prefix('=').unwrap_or(rest).trim();
    if keyword.is_empty() || value.is_empty() {
        return Err(Problem::new(
            "usage",
            Blame::Usage,
            format!("“{}” is no option of ssh", escaped(option.as_bytes())),
            "Give it as ssh takes it: -o Port=2222, or -o 'Port 2222'.",
        ));
    }
    let mut known = HEEDED.iter().chain(&WITHOUT_BEARING);
    let Some(keyword) = known.find(|known| known.eq_ignore_ascii_case(keyword)) else {
        return Err(Problem::new(
            "usage",
            Blame::Usage,
            format!(
                "the option {} of ssh is not heeded by this program",
                escaped(keyword.as_bytes())
            ),
            format!("Leave it out. What is heeded: {}.", HEEDED.join(", ")),
        ));
    };
    if *keyword == "Port" && !value.parse().is_ok_and(|port: u16| port > 0) {
        return Err(Problem::new(
            "usage",
            Blame::Usage,
            "a port is a number from 1 to 65535",
            "The usual port is 22 and can be left out.",
        ));
    }
    let told = Directive::told(keyword, value).map(|told| match told.words.len() {
        // A file whose name has a blank; ssh takes it in quotes only.
        2.. if !keyword.ends_with("KnownHostsFile") => Directive::new(keyword, value),
        _ => told,
    });
    told.ok_or_else(|| {
        Problem::new(
            "usage",
            Blame::Usage,
            format!("“{}” is no value that ssh could read", escaped(value.as_bytes())),
            "A quotation mark in it is not closed.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_as_ssh_reads_them_and_those_that_are_not_heeded_refused_by_name() {
        for (text, keyword, value) in [
            ("Port=22", "port", "22"),
            ("identityfile ~/a b", "identityfile", "~/a b"),
            ("USER = jo", "user", "jo"),
            ("compression yes", "compression", "yes"),
            ("ProxyCommand=nc -X 5 %h=%p", "proxycommand", "nc -X 5 %h=%p"),
        ] {
            let found = told(None, None, &[text.to_owned()]).expect("it is heeded");
            assert_eq!(found, [Directive::new(keyword, value)], "{text}");
        }
        let refused = |text: &str| told(None, None, &[text.to_owned()]).expect_err("it is not").what;
        assert!(refused("ForwardAgent=yes").contains("ForwardAgent"));
        assert!(refused("Port=0").contains("65535"));
        assert!(refused("Port").contains("no option"));
    }
}

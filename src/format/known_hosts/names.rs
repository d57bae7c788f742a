//! The names of hosts: as somebody connects to them, and as they stand in a line.

use std::fmt;

use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit as _, Mac as _};
use rand_core::CryptoRng;
use sha1::Sha1;

use crate::format::pattern::{Verdict, list_matches};
use crate::key::comment::is_forbidden;

/// The port that goes without saying.
const PORT: u16 = 22;
const HASHED: &str = "|1|";
const SALT_LEN: usize = 20;
/// Longer names than this no resolver knows.
const LONGEST: usize = 1025;

/// A host and a port, under the one name that `known_hosts` has for them: `host`, or `[host]:port`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostName {
    name: String,
    /// Where the host's own name stands in it.
    len_of_host: Option<usize>,
}

/// Why a text is no host's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostNameError {
    /// There is nothing.
    #[error("the name of the host is missing")]
    Empty,
    /// A character that would end or change a line of `known_hosts`.
    #[error("the name of the host has a character that no name has: {}", .0.escape_default())]
    Character(char),
    /// Longer than any.
    #[error("the name of the host is too long")]
    TooLong,
    /// What stands behind the colon is none.
    #[error("the port is no number from 1 to 65535")]
    Port,
}

fn check(name: &str, special: &str) -> Result<(), HostNameError> {
    if name.is_empty() {
        return Err(HostNameError::Empty);
    }
    if name.len() > LONGEST {
        return Err(HostNameError::TooLong);
    }
    let is_special = |c: char| c.is_whitespace() || is_forbidden(c) || special.contains(c);
    match name.chars().find(|c| is_special(*c)) {
        Some(character) => Err(HostNameError::Character(character)),
        None => Ok(()),
    }
}

impl HostName {
    /// The name of a host or its address, with or without brackets, and the port.
    ///
    /// # Errors
    /// It is empty, too long, or has a character that no name has.
    pub fn new(host: &str, port: u16) -> Result<Self, HostNameError> {
        let inside = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let host = inside.unwrap_or(host).to_ascii_lowercase();
        check(&host, ",*?!|#@[]")?;
        Ok(if port == PORT {
            Self {
                name: host,
                len_of_host: None,
            }
        } else {
            Self {
                name: format!("[{host}]:{port}"),
                len_of_host: Some(host.len()),
            }
        })
    }

    /// A name under which a host is known whatever it is called (`ssh_config(5)`, `HostKeyAlias`): it is looked for as it is,
    /// and may look like a name with a port.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn alias(name: &str) -> Result<Self, HostNameError> {
        let name = name.to_ascii_lowercase();
        check(&name, ",*?!|#@")?;
        Ok(Self {
            name,
            len_of_host: None,
        })
    }

    /// As people write it: `host`, `host:port`, `[host]:port`, an IPv6 address with or without brackets.
    ///
    /// # Errors
    /// Those of [`new`](Self::new), and a port that is none.
    pub fn parse(text: &str) -> Result<Self, HostNameError> {
        let text = text.trim();
        let in_brackets = text.strip_prefix('[').and_then(|rest| rest.split_once("]:"));
        // An address of IPv6 has colons of its own, and then no port.
        let with_port = || text.split_once(':').filter(|(_, port)| !port.contains(':'));
        match in_brackets.or_else(with_port) {
            None => Self::new(text, PORT),
            Some((host, port)) => match port.parse() {
                Ok(0) | Err(_) => Err(HostNameError::Port),
                Ok(port) => Self::new(host, port),
            },
        }
    }

    /// As it stands in the file.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The name of the host alone, where a port stands behind it.
    #[must_use]
    pub fn without_port(&self) -> Option<&str> {
        self.len_of_host.map(|len| &self.name[1..=len])
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The hosts of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names<'a> {
    text: &'a [u8],
    salt: Option<[u8; SALT_LEN]>,
}

impl<'a> Names<'a> {
    /// Nothing where a hidden name is broken.
    pub(super) fn new(text: &'a [u8]) -> Option<Self> {
        let salt = if text.starts_with(b"|") {
            Some(salt_of(text)?)
        } else {
            None
        };
        Some(Self { text, salt })
    }

    /// As they stand there.
    #[must_use]
    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// Whether the name is hidden: it can be tried, but not read.
    #[must_use]
    pub fn is_hashed(&self) -> bool {
        self.salt.is_some()
    }

    /// The names and patterns; of a hidden name none.
    pub fn patterns(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let text = if self.is_hashed() { None } else { Some(self.text) };
        text.into_iter().flat_map(|text| text.split(|byte| *byte == b','))
    }

    /// Whether one of them is a pattern, or excepts a host.
    #[must_use]
    pub fn has_pattern(&self) -> bool {
        self.patterns()
            .any(|name| name.iter().any(|byte| b"*?!".contains(byte)))
    }

    /// The others; nothing where this is the only one.
    pub(super) fn without(&self, name: &str) -> Option<Vec<u8>> {
        let is_other = |other: &&[u8]| !other.eq_ignore_ascii_case(name.as_bytes());
        let others: Vec<&[u8]> = self.patterns().filter(is_other).collect();
        (!others.is_empty()).then(|| others.join(&b','))
    }

    /// Whether the line is about a host of this lower-case name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self.salt {
            Some(salt) => self.text == written(name, &salt).as_bytes(),
            None => list_matches(name.as_bytes(), self.text) == Verdict::Yes,
        }
    }
}

/// A name that can be tried, but not read.
pub(super) fn hidden(name: &str, rng: &mut impl CryptoRng) -> String {
    let mut salt = [0; SALT_LEN];
    rng.fill_bytes(&mut salt);
    written(name, &salt)
}

/// `|1|salt|HMAC-SHA1 of the name under the salt`.
fn written(name: &str, salt: &[u8; SALT_LEN]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(salt).expect("HMAC takes keys of any length");
    mac.update(name.as_bytes());
    let hash = Base64::encode_string(&mac.finalize().into_bytes());
    format!("{HASHED}{}|{hash}", Base64::encode_string(salt))
}

fn salt_of(text: &[u8]) -> Option<[u8; SALT_LEN]> {
    let text = std::str::from_utf8(text).ok()?;
    let (salt, _) = text.strip_prefix(HASHED)?.split_once('|')?;
    let mut bytes = [0; SALT_LEN];
    let len = Base64::decode(salt, &mut bytes).ok()?.len();
    (len == SALT_LEN).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_one_name() {
        for (host, port, name, bare) in [
            ("Example.ORG", 22, "example.org", None),
            ("example.org", 2222, "[example.org]:2222", Some("example.org")),
            ("::1", 22, "::1", None),
            ("[::1]", 22, "::1", None),
            ("[FE80::1%eth0]", 443, "[fe80::1%eth0]:443", Some("fe80::1%eth0")),
        ] {
            let found = HostName::new(host, port).unwrap();
            assert_eq!((found.as_str(), found.without_port()), (name, bare));
        }
    }

    #[test]
    fn a_host_is_read_as_people_write_it() {
        for (text, name) in [
            (" Example.org ", "example.org"),
            ("example.org:22", "example.org"),
            ("example.org:2222", "[example.org]:2222"),
            ("[example.org]:2222", "[example.org]:2222"),
            ("::1", "::1"),
            ("[::1]", "::1"),
            ("[::1]:2222", "[::1]:2222"),
        ] {
            assert_eq!(HostName::parse(text).unwrap().as_str(), name, "{text}");
        }
        for text in ["a:", "a:0", "a:65536", "a:ssh", "[::1]:x"] {
            assert_eq!(HostName::parse(text), Err(HostNameError::Port), "{text}");
        }
    }

    #[test]
    fn a_name_that_would_be_more_than_a_name_is_refused() {
        for text in [
            "a b",
            "a,b",
            "*",
            "!a",
            "|1|",
            "a\n",
            "#a",
            "@revoked",
            "a\u{202e}",
            "[a",
        ] {
            let refused = HostName::new(text, 22);
            assert!(matches!(refused, Err(HostNameError::Character(_))), "{text:?}");
        }
        assert_eq!(HostName::new("[]", 22), Err(HostNameError::Empty));
        let long = "a".repeat(LONGEST + 1);
        assert_eq!(HostName::new(&long, 22), Err(HostNameError::TooLong));
    }

    #[test]
    fn a_hidden_name_is_found_only_by_the_whole_name() {
        let hidden = written("example.org", &[7; SALT_LEN]);
        let names = Names::new(hidden.as_bytes()).unwrap();
        assert!(names.is_hashed() && names.patterns().next().is_none());
        assert!(names.matches("example.org"));
        assert!(!names.matches("example.or") && !names.matches("[example.org]:22"));
        for broken in [
            "|2|AAAA|AAAA",
            "|1|AAAA|AAAA",
            "|1|",
            "|",
            "|1|BwcHBwcHBwcHBwcHBwcHBwcHBwc=",
            "|1|*|",
        ] {
            assert_eq!(Names::new(broken.as_bytes()), None, "{broken}");
        }
    }
}

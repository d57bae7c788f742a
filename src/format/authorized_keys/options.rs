//! The options before a key, read as sshd reads them: names in any case, values in quotes.

use std::borrow::Cow;
use std::fmt;

use time::{Date, Month};

use crate::key::comment::escaped;

/// As many bytes are shown of an option that nobody knows; the longest that is known has fewer.
const SHOWN: usize = 40;

/// What stands before a key: nothing, or options with commas between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options<'a> {
    text: &'a [u8],
}

/// One option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyOption<'a> {
    /// Not this key may log in, but certificates that it signed.
    CertAuthority,
    /// None of the [`Right`]s but those that are granted behind it.
    Restrict,
    /// `pty`, `no-pty` and their like.
    Right {
        /// What.
        right: Right,
        /// Whether it may be done.
        is_granted: bool,
    },
    /// Whether a security key must be touched: `no-touch-required`.
    TouchRequired(bool),
    /// Whether a security key must have asked for its PIN.
    VerifyRequired(bool),
    /// What is run in place of whatever was asked for.
    Command(Cow<'a, [u8]>),
    /// From which hosts and addresses.
    From(Cow<'a, [u8]>),
    /// Of an authority, which names in a certificate count.
    Principals(Cow<'a, [u8]>),
    /// Until when.
    ExpiryTime(Expiry),
    /// A variable, `NAME=value`.
    Environment(Cow<'a, [u8]>),
    /// Where `ssh -L` may lead to.
    PermitOpen(Cow<'a, [u8]>),
    /// Where `ssh -R` may listen.
    PermitListen(Cow<'a, [u8]>),
    /// Which tunnel device.
    Tunnel(Cow<'a, [u8]>),
}

/// What an option takes or gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// A terminal.
    Pty,
    /// Forwarding of ports.
    PortForwarding,
    /// Use of the agent at home.
    AgentForwarding,
    /// Windows of programs on the server.
    X11Forwarding,
    /// The file `~/.ssh/rc`.
    UserRc,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Pty,
        Self::PortForwarding,
        Self::AgentForwarding,
        Self::X11Forwarding,
        Self::UserRc,
    ];

    /// The option that grants it; `no-` before it takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pty => "pty",
            Self::PortForwarding => "port-forwarding",
            Self::AgentForwarding => "agent-forwarding",
            Self::X11Forwarding => "X11-forwarding",
            Self::UserRc => "user-rc",
        }
    }
}

/// The day and time from which on a key lets nobody in any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    date: Date,
    time: (u8, u8, u8),
    is_utc: bool,
}

impl Expiry {
    /// Midnight at the beginning of a day, by the server's clock.
    ///
    /// # Errors
    /// Nothing where there is no such day.
    #[must_use]
    pub fn at_start_of(year: u16, month: u8, day: u8) -> Option<Self> {
        Self::read(format!("{year:04}{month:02}{day:02}").as_bytes())
    }

    /// `YYYYMMDD[HHMM[SS]]`, and `Z` for UTC, which servers before OpenSSH 9.1 do not know.
    #[must_use]
    pub fn read(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let bare = text.strip_suffix(['Z', 'z']);
        let bare = bare.or_else(|| {
            let (digits, zone) = text.split_at_checked(text.len().checked_sub(3)?)?;
            zone.eq_ignore_ascii_case("UTC").then_some(digits)
        });
        let digits = bare.unwrap_or(text);
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || !matches!(digits.len(), 8 | 12 | 14) {
            return None;
        }
        let part = |from: usize| digits.get(from..from + 2).map_or(Ok(0), str::parse::<u8>).ok();
        let month = Month::try_from(part(4)?).ok()?;
        let date = Date::from_calendar_date(digits[..4].parse().ok()?, month, part(6)?).ok()?;
        let time = (part(8)?, part(10)?, part(12)?);
        // Seconds may leap.
        let is_time = time.0 < 24 && time.1 < 60 && time.2 <= 60;
        (is_time && date.year() >= 1970).then_some(Self {
            date,
            time,
            is_utc: bare.is_some(),
        })
    }

    /// Year, month and day.
    #[must_use]
    pub fn date(self) -> (i32, u8, u8) {
        (self.date.year(), self.date.month().into(), self.date.day())
    }

    /// Hour, minute and second.
    #[must_use]
    pub fn time(self) -> (u8, u8, u8) {
        self.time
    }

    /// Day and time, to be compared with others of the same clock.
    #[must_use]
    pub fn moment(self) -> ((i32, u8, u8), (u8, u8, u8)) {
        (self.date(), self.time)
    }

    /// Whether it is told in UTC and not by the server's clock.
    #[must_use]
    pub fn is_utc(self) -> bool {
        self.is_utc
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let (hour, minute, second) = self.time;
        write!(f, "{year:04}{month:02}{day:02}")?;
        if self.time != (0, 0, 0) {
            write!(f, "{hour:02}{minute:02}")?;
        }
        if second != 0 {
            write!(f, "{second:02}")?;
        }
        f.write_str(if self.is_utc { "Z" } else { "" })
    }
}

/// Why sshd ignores a line for its options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionFault {
    /// No such option, or something behind it that does not belong there; the beginning of it, safe to show.
    #[error("there is an option that sshd does not know: “{0}”")]
    Unknown(String),
    /// A value must stand in quotation marks.
    #[error("the value of an option does not stand in quotation marks")]
    NoQuote,
    /// The quotation mark at the end of a value is missing.
    #[error("a quotation mark in the options is not closed")]
    OpenQuote,
    /// `command`, `from` or `principals` for the second time.
    #[error("the option “{0}” stands there twice")]
    Twice(&'static str),
    /// `principals` means something beside `cert-authority` alone, and so sshd does not take a key with it.
    #[error("the option “principals” stands before a key that is no authority for certificates")]
    Principals,
    /// A value that makes no sense.
    #[error("the value of “{0}” cannot be right")]
    Value(&'static str),
}

impl<'a> Options<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text }
    }

    /// As they stand there.
    #[must_use]
    pub fn text(&self) -> &'a [u8] {
        self.text
    }

    /// One after the other, up to the first fault.
    pub fn iter(&self) -> impl Iterator<Item = Result<KeyOption<'a>, OptionFault>> + use<'a> {
        Reader {
            rest: self.text,
            ..Reader::default()
        }
    }

    /// Whether sshd takes them; if not, the line lets nobody in.
    ///
    /// # Errors
    /// The first fault.
    pub fn check(&self) -> Result<(), OptionFault> {
        let (mut names_principals, mut is_authority) = (false, false);
        for option in self.iter() {
            match option? {
                KeyOption::Principals(_) => names_principals = true,
                KeyOption::CertAuthority => is_authority = true,
                _ => {}
            }
        }
        if names_principals && !is_authority {
            return Err(OptionFault::Principals);
        }
        Ok(())
    }

    /// Whether the key is an authority for certificates.
    #[must_use]
    pub fn is_authority(&self) -> bool {
        self.iter().any(|option| option == Ok(KeyOption::CertAuthority))
    }
}

/// An option with a value, and what becomes of it.
type Valued = (&'static str, for<'a> fn(Cow<'a, [u8]>) -> Option<KeyOption<'a>>);

const VALUED: [Valued; 8] = [
    ("command", |value| Some(KeyOption::Command(value))),
    ("from", |value| Some(KeyOption::From(value))),
    ("principals", |value| Some(KeyOption::Principals(value))),
    ("expiry-time", |value| {
        Expiry::read(&value).map(KeyOption::ExpiryTime)
    }),
    ("environment", |value| {
        is_variable(&value).then_some(KeyOption::Environment(value))
    }),
    ("permitopen", |value| {
        is_host_and_port(&value).then_some(KeyOption::PermitOpen(value))
    }),
    ("permitlisten", |value| {
        let is_port_alone = !value.contains(&b':') && is_port(&value);
        (is_port_alone || is_host_and_port(&value)).then_some(KeyOption::PermitListen(value))
    }),
    ("tunnel", |value| {
        is_tunnel(&value).then_some(KeyOption::Tunnel(value))
    }),
];

#[derive(Debug, Default)]
struct Reader<'a> {
    rest: &'a [u8],
    /// Which of the options were there that may stand there once.
    seen: [bool; 3],
    is_over: bool,
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<KeyOption<'a>, OptionFault>;

    fn next(&mut self) -> Option<Self::Item> {
        // sshd does not mind that nothing stands between two commas.
        while let [b',', behind @ ..] = self.rest {
            self.rest = behind;
        }
        if self.is_over || self.rest.is_empty() {
            return None;
        }
        let option = self.read();
        self.is_over = option.is_err();
        Some(option)
    }
}

impl<'a> Reader<'a> {
    fn read(&mut self) -> Result<KeyOption<'a>, OptionFault> {
        let whole = self.rest;
        let option = match self.flag() {
            Some(flag) => flag,
            None => self.valued()?,
        };
        if !matches!(self.rest, [] | [b',', ..]) {
            let behind = self.rest.iter().position(|byte| *byte == b',');
            let end = whole.len() - self.rest.len() + behind.unwrap_or(self.rest.len());
            return Err(unknown(&whole[..end]));
        }
        Ok(option)
    }

    /// An option without a value. sshd takes the first name that fits, and complains of what is left.
    fn flag(&mut self) -> Option<KeyOption<'a>> {
        if self.takes("restrict") {
            return Some(KeyOption::Restrict);
        }
        if self.takes("cert-authority") {
            return Some(KeyOption::CertAuthority);
        }
        let whole = self.rest;
        let is_granted = !self.takes("no-");
        if let Some(right) = Right::ALL.into_iter().find(|right| self.takes(right.name())) {
            return Some(KeyOption::Right { right, is_granted });
        }
        if self.takes("touch-required") {
            return Some(KeyOption::TouchRequired(is_granted));
        }
        if self.takes("verify-required") {
            return Some(KeyOption::VerifyRequired(is_granted));
        }
        self.rest = whole;
        None
    }

    fn takes(&mut self, name: &str) -> bool {
        let found = self.rest.get(..name.len());
        let is_it = found.is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()));
        if is_it {
            self.rest = &self.rest[name.len()..];
        }
        is_it
    }

    fn valued(&mut self) -> Result<KeyOption<'a>, OptionFault> {
        let end = self.rest.iter().position(|byte| b",=".contains(byte));
        let name = &self.rest[..end.unwrap_or(self.rest.len())];
        let (index, (name, read)) = VALUED
            .iter()
            .enumerate()
            .find(|(_, (known, _))| name.eq_ignore_ascii_case(known.as_bytes()))
            .filter(|_| self.rest.get(name.len()) == Some(&b'='))
            .ok_or_else(|| unknown(name))?;
        if let Some(seen) = self.seen.get_mut(index)
            && std::mem::replace(seen, true)
        {
            return Err(OptionFault::Twice(name));
        }
        self.rest = &self.rest[name.len() + 1..];
        let value = self.quoted()?;
        read(value).ok_or(OptionFault::Value(name))
    }

    /// A value: between quotation marks, with a backslash before each one that belongs to it.
    fn quoted(&mut self) -> Result<Cow<'a, [u8]>, OptionFault> {
        let text = self.rest.strip_prefix(b"\"").ok_or(OptionFault::NoQuote)?;
        let mut at = 0;
        let mut is_escaped = false;
        loop {
            match &text[at..] {
                [] => return Err(OptionFault::OpenQuote),
                [b'\\', b'"', ..] => {
                    is_escaped = true;
                    at += 2;
                }
                [b'"', ..] => break,
                _ => at += 1,
            }
        }
        self.rest = &text[at + 1..];
        Ok(if is_escaped {
            unescaped(&text[..at]).into()
        } else {
            Cow::Borrowed(&text[..at])
        })
    }
}

fn unknown(option: &[u8]) -> OptionFault {
    OptionFault::Unknown(escaped(&option[..option.len().min(SHOWN)]))
}

fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter().peekable();
    while let Some(byte) = bytes.next() {
        if !(*byte == b'\\' && bytes.peek() == Some(&&b'"')) {
            plain.push(*byte);
        }
    }
    plain
}

fn is_variable(text: &[u8]) -> bool {
    let end = text.iter().position(|byte| *byte == b'=');
    end.is_some_and(|end| {
        let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        end > 0 && text[..end].iter().all(is_letter)
    })
}

fn is_host_and_port(text: &[u8]) -> bool {
    let bracketed = text.strip_prefix(b"[").and_then(|inside| {
        let end = inside.iter().position(|byte| *byte == b']')?;
        Some(&inside[end + 1..])
    });
    let port = match bracketed {
        Some(behind) => behind,
        None if text.starts_with(b"[") => return false,
        None => {
            let end = text.iter().position(|byte| b":/".contains(byte));
            &text[end.unwrap_or(text.len())..]
        }
    };
    // The longest name that the system's resolver takes.
    let is_short = text.len() - port.len() < 1025;
    is_short && matches!(port, [b':' | b'/', port @ ..] if is_port(port))
}

/// A number, `*`, or the name of a service, of which the server has a list.
fn is_port(text: &[u8]) -> bool {
    if text == b"*" {
        return true;
    }
    let text = std::str::from_utf8(text).unwrap_or_default();
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_name || (is_number && text.parse().is_ok_and(|port: u16| port > 0))
}

fn is_tunnel(text: &[u8]) -> bool {
    let number = || std::str::from_utf8(text).ok()?.parse::<u32>().ok();
    text.eq_ignore_ascii_case(b"any") || number().is_some_and(|number| number < 0x7fff_fffe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<KeyOption<'_>>, OptionFault> {
        Options::new(text.as_bytes()).iter().collect()
    }

    fn value(text: &str) -> Cow<'_, [u8]> {
        Cow::Borrowed(text.as_bytes())
    }

    #[test]
    fn every_option_is_read_whatever_its_case() {
        let text = concat!(
            r#"restrict,PTY,no-x11-forwarding,no-touch-required,verify-required,cert-authority,"#,
            r#"command="echo \"a, b\" \n",from="*.example.org,!10.0.0.0/8",principals="a,b","#,
            r#"expiry-time="20300102",environment="A_1==x",environment="B=",permitopen="[::1]:22","#,
            r#"permitopen="host:*",permitlisten="8080",permitlisten="localhost:http",Tunnel="0""#
        );
        let right = |right, is_granted| KeyOption::Right { right, is_granted };
        assert_eq!(
            read(text),
            Ok(vec![
                KeyOption::Restrict,
                right(Right::Pty, true),
                right(Right::X11Forwarding, false),
                KeyOption::TouchRequired(false),
                KeyOption::VerifyRequired(true),
                KeyOption::CertAuthority,
                KeyOption::Command(value("echo \"a, b\" \\n")),
                KeyOption::From(value("*.example.org,!10.0.0.0/8")),
                KeyOption::Principals(value("a,b")),
                KeyOption::ExpiryTime(Expiry::at_start_of(2030, 1, 2).unwrap()),
                KeyOption::Environment(value("A_1==x")),
                KeyOption::Environment(value("B=")),
                KeyOption::PermitOpen(value("[::1]:22")),
                KeyOption::PermitOpen(value("host:*")),
                KeyOption::PermitListen(value("8080")),
                KeyOption::PermitListen(value("localhost:http")),
                KeyOption::Tunnel(value("0")),
            ])
        );
        assert_eq!(read(""), Ok(Vec::new()));
        assert_eq!(
            read(",pty,,restrict,"),
            Ok(vec![right(Right::Pty, true), KeyOption::Restrict])
        );
    }

    #[test]
    fn each_fault_of_the_options_is_named() {
        for (text, fault) in [
            ("no-ptty", unknown(b"no-ptty")),
            ("ptyx", unknown(b"ptyx")),
            ("colour=\"red\"", unknown(b"colour")),
            ("=\"\"", unknown(b"")),
            ("no-restrict", unknown(b"no-restrict")),
            ("command=\"a\"b", unknown(b"command=\"a\"b")),
            ("command=ls", OptionFault::NoQuote),
            ("command=\"ls", OptionFault::OpenQuote),
            ("command=\"ls\\\"", OptionFault::OpenQuote),
            ("from=\"a\",from=\"b\"", OptionFault::Twice("from")),
            ("expiry-time=\"20301301\"", OptionFault::Value("expiry-time")),
            ("expiry-time=\"2030\"", OptionFault::Value("expiry-time")),
            ("environment=\"A\"", OptionFault::Value("environment")),
            ("environment=\"A-B=c\"", OptionFault::Value("environment")),
            ("permitopen=\"host\"", OptionFault::Value("permitopen")),
            ("permitopen=\"host:0\"", OptionFault::Value("permitopen")),
            ("permitlisten=\"65536\"", OptionFault::Value("permitlisten")),
            ("tunnel=\"x\"", OptionFault::Value("tunnel")),
        ] {
            assert_eq!(read(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn principals_are_for_authorities_alone() {
        let check = |text: &str| Options::new(text.as_bytes()).check();
        assert_eq!(check("principals=\"a\""), Err(OptionFault::Principals));
        assert_eq!(check("principals=\"a\",cert-authority"), Ok(()));
    }

    #[test]
    fn a_time_is_read_in_each_of_its_lengths_and_written_in_the_shortest() {
        for (text, written) in [
            ("20300102", "20300102"),
            ("203001020000", "20300102"),
            ("203001021530", "203001021530"),
            ("20300102153059", "20300102153059"),
            ("20300102153000z", "203001021530Z"),
            ("20300102UTC", "20300102Z"),
        ] {
            assert_eq!(Expiry::read(text.as_bytes()).unwrap().to_string(), written);
        }
        for text in ["", "Z", "UTC", "2030010", "20300230", "203001022400", "203001021"] {
            assert_eq!(Expiry::read(text.as_bytes()), None, "{text}");
        }
    }
}

//! Files with a key in each line: `authorized_keys`, `known_hosts`, several `.pub` files in one
//! (sshd(8), “Authorized keys file format” and “Ssh known hosts file format”).

use std::fmt;

use super::armour::{Lines, lines, without_byte_order_mark};
use super::line_file::is_blank;
use super::{DecodeError, Foreign, Parsed, PublicFile, public_line};

/// A line with a key in it, or with what should have been one.
#[derive(Debug)]
pub struct KeyLine {
    /// Which line of the file, counted from 1.
    pub number: usize,
    /// What stands before the key: the options of an authorized key, the names of a host, a marker.
    pub lead: Vec<u8>,
    /// The key and its comment.
    pub key: Result<PublicFile, DecodeError>,
}

/// What a file of public keys, or a file with one key of any kind, turned out to be.
#[derive(Debug)]
pub enum Listing<'a> {
    /// A key file.
    One(Box<Parsed>),
    /// A key in each line.
    Lines(KeyLines<'a>),
}

/// Reads a key file of any kind, or else a list of keys.
///
/// # Errors
/// Those of [`super::parse`], when no line holds a key either.
pub fn parse(bytes: &[u8]) -> Result<Listing<'_>, DecodeError> {
    let error = match super::parse(bytes) {
        Ok(parsed) => return Ok(Listing::One(Box::new(parsed))),
        Err(error) => error,
    };
    let lines = KeyLines::new(without_byte_order_mark(bytes)?);
    if lines.clone().any(|line| line.key.is_ok()) {
        Ok(Listing::Lines(lines))
    } else {
        Err(error)
    }
}

/// Whether more than one line holds a key.
pub(super) fn holds_several(text: &[u8]) -> bool {
    KeyLines::new(text)
        .filter(|line| line.key.is_ok())
        .nth(1)
        .is_some()
}

/// The lines of a file that are neither blank nor a remark. Each is read when it is asked for: a file of
/// a million broken lines would else take many times its own size.
#[derive(Clone)]
pub struct KeyLines<'a> {
    rest: Lines<'a>,
    number: usize,
}

impl<'a> KeyLines<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self {
            rest: lines(text),
            number: 0,
        }
    }
}

impl fmt::Debug for KeyLines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyLines").finish_non_exhaustive()
    }
}

impl Iterator for KeyLines<'_> {
    type Item = KeyLine;

    fn next(&mut self) -> Option<KeyLine> {
        loop {
            let line = self.rest.next()?.trim_ascii();
            self.number += 1;
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let start = key_start(line, 2);
            let key = start.map_or(Err(DecodeError::NotAKeyFile(Foreign::Text)), |start| {
                public_line::parse(&line[start..])
            });
            return Some(KeyLine {
                number: self.number,
                lead: line[..start.unwrap_or_default()].trim_ascii_end().to_vec(),
                key,
            });
        }
    }
}

/// Where the key begins: behind no field (`.pub`), one (options or hosts) or two (a marker and hosts), and
/// no more than `most`.
pub(super) fn key_start(line: &[u8], most: usize) -> Option<usize> {
    let mut start = 0;
    for _ in 0..=most {
        if public_line::candidate(&line[start..]).is_some() {
            return Some(start);
        }
        start += field_len(&line[start..]);
        start += line[start..].iter().take_while(|byte| is_blank(**byte)).count();
    }
    None
}

/// The length of the field that `text` begins with; blanks within quotes belong to it.
pub(super) fn field_len(text: &[u8]) -> usize {
    let (mut is_quoted, mut at) = (false, 0);
    while at < text.len() {
        match &text[at..] {
            // Only a quote is escaped: two backslashes before one are a backslash and an escaped quote.
            [b'\\', b'"', ..] => at += 1,
            [b'"', ..] => is_quoted = !is_quoted,
            [byte, ..] if is_blank(*byte) && !is_quoted => return at,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";

    fn leads(text: &str) -> Vec<(usize, String, bool)> {
        KeyLines::new(text.as_bytes())
            .map(|line| {
                (
                    line.number,
                    String::from_utf8(line.lead).unwrap(),
                    line.key.is_ok(),
                )
            })
            .collect()
    }

    fn found(number: usize, lead: &str) -> (usize, String, bool) {
        (number, lead.to_owned(), true)
    }

    #[test]
    fn a_key_is_found_behind_options_hosts_and_markers() {
        let options = r#"from="10.0.0.0/8",command="echo \"hi, there\" ssh-rsa",no-pty"#;
        for (lead, line) in [
            ("", KEY.to_owned()),
            (options, format!("{options} {KEY} me@host")),
            (r#"command="a\\" b""#, format!(r#"command="a\\" b" {KEY}"#)),
            ("host,10.0.0.1", format!("host,10.0.0.1 {KEY}")),
            ("|1|c2FsdA==|aGFzaA==", format!("\t|1|c2FsdA==|aGFzaA==  {KEY}")),
            ("@revoked *", format!("@revoked * {KEY} gone")),
        ] {
            assert_eq!(leads(&line), [found(1, lead)], "{line}");
        }
    }

    #[test]
    fn comments_and_blank_lines_are_passed_over_but_counted() {
        let text = format!("# {KEY}\r\n\r\n{KEY} a\r\n   # x\r\n{KEY} b");
        assert_eq!(leads(&text), [found(3, ""), found(5, "")]);
    }

    #[test]
    fn a_line_without_a_key_does_not_hide_its_neighbours() {
        let text = format!("ssh-ed25519 bad\nwhat is this\n{KEY}\n");
        let found = leads(&text);
        assert_eq!(
            found.iter().map(|line| line.2).collect::<Vec<_>>(),
            [false, false, true]
        );
    }

    #[test]
    fn a_list_is_no_single_key_whatever_stands_before_its_keys() {
        for text in [
            format!("{KEY}\n{KEY}\n"),
            format!("no-pty {KEY}\nwhat is this\nno-pty {KEY}\n"),
            format!("# hosts\nhost {KEY}\nother {KEY}\n"),
        ] {
            assert_eq!(
                super::super::parse(text.as_bytes()).err(),
                Some(DecodeError::MultipleKeys)
            );
        }
    }

    #[test]
    fn a_file_without_any_key_is_refused_for_its_own_reason() {
        assert!(matches!(
            parse(b"hello\nworld\n"),
            Err(DecodeError::NotAKeyFile(Foreign::Text))
        ));
        assert!(matches!(parse(b""), Err(DecodeError::Empty)));
        assert!(matches!(parse(KEY.as_bytes()), Ok(Listing::One(_))));
        let two = format!("{KEY}\n{KEY}\n");
        assert!(matches!(parse(two.as_bytes()), Ok(Listing::Lines(lines)) if lines.clone().count() == 2));
    }
}

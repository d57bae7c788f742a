//! `allowed_signers`: whose signatures of files count (ssh-keygen(1), “ALLOWED SIGNERS”).
//!
//! A line is read as ssh-keygen reads it, and one bad line says nothing about the others. Edits add or take away whole lines;
//! every other byte of the file stays what it was.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::authorized_keys::Expiry;
use super::key_lines::{field_len, key_start};
use super::line_file::{self, MAX_LIST_FILE, RawLines, raw_lines, trim_start};
use super::pattern::{self, Verdict};
use super::{DecodeError, Foreign, PublicFile, public_line};
use crate::key::PublicKey;
use crate::key::comment::Comment;

/// The file, as text that can be read and edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedSigners {
    text: Vec<u8>,
}

line_file::whole_file!(AllowedSigners, MAX_LIST_FILE);

/// One line of the file that says something.
#[derive(Debug)]
pub struct Line<'a> {
    /// Which one, counted from 1.
    pub number: usize,
    /// Who may sign with what, or why ssh-keygen passes over it.
    pub content: Result<Box<Signer<'a>>, LineFault>,
}

/// Who may sign, with what, and when.
#[derive(Debug)]
pub struct Signer<'a> {
    /// Names, or patterns of names, with commas between them.
    pub principals: Cow<'a, [u8]>,
    /// Whether not this key signs, but whoever has a certificate by it.
    pub is_authority: bool,
    /// What for, as patterns with commas between them; for anything where nothing is said.
    pub namespaces: Option<Vec<u8>>,
    /// From when on.
    pub valid_after: Option<Expiry>,
    /// Until when.
    pub valid_before: Option<Expiry>,
    /// The key, and the comment.
    pub key: PublicFile,
}

impl Signer<'_> {
    /// Whether the line is for somebody of this name.
    #[must_use]
    pub fn is_for(&self, name: &[u8]) -> bool {
        pattern::case_list_matches(name, &self.principals) == Verdict::Yes
    }

    /// Whether the line is for signatures of this kind.
    #[must_use]
    pub fn covers(&self, namespace: &[u8]) -> bool {
        let list = self.namespaces.as_deref();
        list.is_none_or(|list| pattern::case_list_matches(namespace, list) == Verdict::Yes)
    }

    /// Those names of a certificate that the line lets count.
    #[must_use]
    pub fn of_certificate<'a>(&self, names: &'a [Vec<u8>]) -> Vec<&'a [u8]> {
        let patterns = self.principals.split(|byte| *byte == b',');
        let matches = |pattern: &[u8]| {
            let pattern = pattern.to_vec();
            names
                .iter()
                .map(Vec::as_slice)
                .filter(move |name| pattern::matches(name, &pattern))
        };
        patterns.flat_map(matches).collect()
    }
}

/// Why ssh-keygen passes over a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// There is no key behind the names, or a broken one.
    #[error("{0}")]
    Key(DecodeError),
    /// Something else than an option stands where options do.
    #[error("there is an option that ssh-keygen does not know")]
    UnknownOption,
    /// A value must stand in quotation marks.
    #[error("the value of “{0}” does not stand in quotation marks")]
    NoQuote(&'static str),
    /// `namespaces`, `valid-after` or `valid-before` for the second time.
    #[error("the option “{0}” stands there twice")]
    Twice(&'static str),
    /// A value that makes no sense.
    #[error("the value of “{0}” is no day")]
    NoDay(&'static str),
    /// The end comes before the beginning.
    #[error("it ends before it begins")]
    Never,
}

impl AllowedSigners {
    /// The lines that say something. Each is read when it is asked for.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        Lines(raw_lines(&self.text))
    }

    /// Adds a line behind all others; ends the line before where nothing does.
    pub fn add(&mut self, line: &NewSigner) {
        line_file::append(&mut self.text, line.0.as_bytes());
    }

    /// Takes lines away; numbers that there are none of do nothing. How many went is returned.
    pub fn remove(&mut self, numbers: &BTreeSet<usize>) -> usize {
        line_file::remove(&mut self.text, numbers)
    }
}

struct Lines<'a>(RawLines<'a>);

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        loop {
            let line = self.0.next()?;
            let text = trim_start(line.seen());
            if !text.trim_ascii().is_empty() && !text.starts_with(b"#") {
                return Some(Line {
                    number: line.number,
                    content: signer(text).map(Box::new),
                });
            }
        }
    }
}

fn signer(text: &[u8]) -> Result<Signer<'_>, LineFault> {
    let no_key = || LineFault::Key(DecodeError::NotAKeyFile(Foreign::Text));
    let (principals, rest) = names(text).ok_or_else(no_key)?;
    let start = key_start(rest, 1).ok_or_else(no_key)?;
    let options = options(&rest[..field_len(&rest[..start])])?;
    Ok(Signer {
        principals,
        is_authority: options.is_authority,
        namespaces: options.namespaces,
        valid_after: options.valid_after,
        valid_before: options.valid_before,
        key: public_line::parse(&rest[start..]).map_err(LineFault::Key)?,
    })
}

/// The names at the beginning of a line, and what stands behind them; in quotation marks there may be blanks in them.
fn names(text: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    let (names, rest) = match text.strip_prefix(b"\"") {
        Some(quoted) => {
            let end = quoted.iter().position(|byte| *byte == b'"')?;
            (&quoted[..end], &quoted[end + 1..])
        }
        None => text.split_at(text.iter().position(|byte| b" \t".contains(byte))?),
    };
    Some((Cow::Borrowed(names), trim_start(rest)))
}

#[derive(Default)]
struct Options {
    is_authority: bool,
    namespaces: Option<Vec<u8>>,
    valid_after: Option<Expiry>,
    valid_before: Option<Expiry>,
}

fn options(mut rest: &[u8]) -> Result<Options, LineFault> {
    let mut found = Options::default();
    while !rest.is_empty() {
        if let Some(behind) = without_name(rest, "cert-authority") {
            found.is_authority = true;
            rest = behind;
        } else if let Some(behind) = without_name(rest, "namespaces=") {
            let (value, behind) = quoted(behind, "namespaces")?;
            once(&mut found.namespaces, value, "namespaces")?;
            rest = behind;
        } else if let Some(behind) = without_name(rest, "valid-after=") {
            rest = day(behind, &mut found.valid_after, "valid-after")?;
        } else if let Some(behind) = without_name(rest, "valid-before=") {
            rest = day(behind, &mut found.valid_before, "valid-before")?;
        }
        rest = match rest {
            [] => break,
            [b',', behind @ ..] if !behind.is_empty() => behind,
            _ => return Err(LineFault::UnknownOption),
        };
    }
    let is_never = (found.valid_after.zip(found.valid_before)).is_some_and(|(after, before)| {
        after.is_utc() == before.is_utc() && before.moment() <= after.moment()
    });
    if is_never {
        return Err(LineFault::Never);
    }
    Ok(found)
}

fn without_name<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let (found, behind) = text.split_at_checked(name.len())?;
    found.eq_ignore_ascii_case(name.as_bytes()).then_some(behind)
}

/// A value in quotation marks, in which a quotation mark stands behind a backslash; and what follows it.
fn quoted<'a>(text: &'a [u8], name: &'static str) -> Result<(Vec<u8>, &'a [u8]), LineFault> {
    let mut rest = text.strip_prefix(b"\"").ok_or(LineFault::NoQuote(name))?;
    let mut value = Vec::new();
    loop {
        rest = match rest {
            [b'\\', b'"', behind @ ..] => {
                value.push(b'"');
                behind
            }
            [b'"', behind @ ..] => return Ok((value, behind)),
            [byte, behind @ ..] => {
                value.push(*byte);
                behind
            }
            [] => return Err(LineFault::NoQuote(name)),
        };
    }
}

fn once<T>(place: &mut Option<T>, value: T, name: &'static str) -> Result<(), LineFault> {
    match place.replace(value) {
        Some(_) => Err(LineFault::Twice(name)),
        None => Ok(()),
    }
}

fn day<'a>(text: &'a [u8], place: &mut Option<Expiry>, name: &'static str) -> Result<&'a [u8], LineFault> {
    let (value, behind) = quoted(text, name)?;
    let day = Expiry::read(&value).ok_or(LineFault::NoDay(name))?;
    once(place, day, name)?;
    Ok(behind)
}

/// A line to be added, of which nothing can make two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSigner(String);

/// A name that cannot stand in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name in the list is not empty, and has no quotation marks and no characters that cannot be printed"
)]
pub struct NameError;

impl NewSigner {
    /// The line for somebody of these names (patterns, with commas between them), who signs with this key: for these
    /// namespaces, and in this time.
    ///
    /// # Errors
    /// The names or the namespaces cannot stand there.
    pub fn new(
        principals: &str,
        key: &PublicKey,
        comment: &Comment,
        namespaces: Option<&str>,
        [valid_after, valid_before]: [Option<Expiry>; 2],
    ) -> Result<Self, NameError> {
        let is_fit =
            |text: &str| !text.is_empty() && !text.chars().any(|letter| letter == '"' || letter.is_control());
        if !is_fit(principals) || !namespaces.is_none_or(is_fit) || principals.starts_with('#') {
            return Err(NameError);
        }
        let mut options = Vec::new();
        if let Some(namespaces) = namespaces {
            options.push(format!("namespaces=\"{namespaces}\""));
        }
        for (name, day) in [("valid-after", valid_after), ("valid-before", valid_before)] {
            options.extend(day.map(|day| format!("{name}=\"{day}\"")));
        }
        let names = if principals.contains([' ', '\t']) {
            format!("\"{principals}\"")
        } else {
            principals.to_owned()
        };
        let mut text = names;
        for part in [options.join(","), public_line::encode(key, comment)] {
            if !part.is_empty() {
                text.push(' ');
                text.push_str(&part);
            }
        }
        Ok(Self(text))
    }

    /// The line without an end, as it will stand in the file.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";

    fn list(text: &str) -> AllowedSigners {
        AllowedSigners::parse(text.as_bytes().to_vec()).unwrap()
    }

    fn told(text: &str) -> Vec<String> {
        let tell = |line: Line<'_>| match line.content {
            Ok(signer) => format!(
                "{} {} {:?} {}{}{} {}",
                line.number,
                String::from_utf8_lossy(&signer.principals),
                signer.namespaces.as_deref().map(String::from_utf8_lossy),
                signer.is_authority,
                signer
                    .valid_after
                    .map(|day| format!(" from {day}"))
                    .unwrap_or_default(),
                signer
                    .valid_before
                    .map(|day| format!(" until {day}"))
                    .unwrap_or_default(),
                String::from_utf8_lossy(&signer.key.comment),
            ),
            Err(fault) => format!("{} {fault}", line.number),
        };
        list(text).lines().map(tell).collect()
    }

    #[test]
    fn lines_are_read_as_ssh_keygen_reads_them() {
        let text = format!(
            "# who\n\na@b,c@d {KEY} me\n*@b cert-authority,namespaces=\"git,file\" {KEY}\r\n\
             \"two words\" VALID-AFTER=\"20260101\",valid-before=\"202701012359Z\" {KEY} x y\n\
             a@b {KEY}\0junk\na@b\na@b nonsense {KEY}\na@b namespaces=git {KEY}\n\
             a@b namespaces=\"a\",namespaces=\"b\" {KEY}\na@b valid-after=\"soon\" {KEY}\n\
             a@b valid-after=\"20270101\",valid-before=\"20260101\" {KEY}\na@b cert-authority, {KEY}\na@b ssh-ed25519 AAAA\n"
        );
        assert_eq!(
            told(&text),
            [
                "3 a@b,c@d None false me",
                "4 *@b Some(\"git,file\") true ",
                "5 two words None false from 20260101 until 202701012359Z x y",
                "6 a@b None false ",
                "7 this is not a key file: it does not begin as any key does",
                "8 there is an option that ssh-keygen does not know",
                "9 the value of “namespaces” does not stand in quotation marks",
                "10 the option “namespaces” stands there twice",
                "11 the value of “valid-after” is no day",
                "12 it ends before it begins",
                "13 there is an option that ssh-keygen does not know",
                "14 the file ends before the key does",
            ]
        );
    }

    #[test]
    fn names_and_namespaces_are_patterns() {
        let text = format!("*@example.org,!root@example.org namespaces=\"git*,!git-x\" {KEY}\n");
        let list = list(&text);
        let line = list.lines().next().unwrap();
        let signer = line.content.unwrap();
        assert!(signer.is_for(b"me@example.org") && !signer.is_for(b"root@example.org"));
        assert!(!signer.is_for(b"me@example.net") && !signer.is_for(b"ME@EXAMPLE.ORG"));
        assert!(signer.covers(b"git") && !signer.covers(b"git-x") && !signer.covers(b"file"));
    }

    #[test]
    fn a_line_that_is_added_is_read_as_it_was_meant_and_leaves_the_others() {
        let key = public_line::parse(KEY.as_bytes()).unwrap().key;
        let comment = Comment::new("me@laptop").unwrap();
        let day = |text: &str| Expiry::read(text.as_bytes());
        let before = "# mine\r\nother nonsense";
        let mut list = list(before);
        for names in ["a@b", "a@b,c d"] {
            let times = [day("20260101"), day("20270101120000Z")];
            list.add(&NewSigner::new(names, &key, &comment, Some("git,file"), times).unwrap());
        }
        let text = String::from_utf8(list.into_bytes()).unwrap();
        assert!(text.starts_with(before), "{text}");
        assert_eq!(
            told(&text)[1..],
            [
                "3 a@b Some(\"git,file\") false from 20260101 until 202701011200Z me@laptop",
                "4 a@b,c d Some(\"git,file\") false from 20260101 until 202701011200Z me@laptop",
            ]
        );
        for names in ["", "a\"b", "a\nb", "#a"] {
            assert_eq!(
                NewSigner::new(names, &key, &comment, None, [None, None]),
                Err(NameError)
            );
        }
    }
}

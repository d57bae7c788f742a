//! `authorized_keys`: who may log in, and what each may do (sshd(8), “Authorized keys file format”).
//!
//! A line is read as sshd reads it, and one bad line says nothing about the others. Edits add or take away
//! whole lines; every other byte of the file stays what it was.

mod new_options;
mod options;
mod tidy;

use std::collections::BTreeSet;
use std::fmt;

use super::key_lines::{field_len, key_start};
use super::line_file::{self, BYTE_ORDER_MARK, MAX_LIST_FILE, RawLine, RawLines, raw_lines, trim_start};
use super::{DecodeError, Foreign, PublicFile, public_line};
use crate::key::PublicKey;
use crate::key::comment::Comment;

pub use new_options::{Command, CommandError, FromList, FromListError, NewOptions};
pub use options::{Expiry, KeyOption, OptionFault, Options, Right};
pub use tidy::{ListAccident, Tidied, tidy};

/// The file, as text that can be read and edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthorizedKeys {
    text: Vec<u8>,
}

/// What became of a key that was to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It has a line of its own now: the last one.
    Added,
    /// It stood there already, in this line, whatever its options and its comment; nothing was changed.
    AlreadyThere(usize),
}

/// One line of the file.
#[derive(Debug)]
pub struct Line<'a> {
    /// Which one, counted from 1.
    pub number: usize,
    /// All of it, without what ends it.
    pub text: &'a [u8],
    /// What it holds.
    pub content: Content<'a>,
}

/// What a line holds.
#[derive(Debug)]
pub enum Content<'a> {
    /// Nothing.
    Blank,
    /// A remark behind `#`.
    Remark,
    /// A key.
    Key(Box<Entry<'a>>),
    /// Something that lets nobody in.
    Unreadable(LineFault),
}

/// A key with its options.
#[derive(Debug)]
pub struct Entry<'a> {
    /// What stands before the key. Where [`Options::check`] complains, sshd ignores the line.
    pub options: Options<'a>,
    /// The key, or the certificate, and the comment.
    pub key: PublicFile,
}

impl Entry<'_> {
    /// Whether the owner of this very key may log in by this line, as far as the line says: it holds no
    /// authority for certificates, and no certificate.
    #[must_use]
    pub fn is_for(&self, key: &PublicKey) -> bool {
        self.key.key == *key && self.key.certificate.is_none() && !self.options.is_authority()
    }
}

/// Why a line lets nobody in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// sshd takes the mark for a part of the first word.
    #[error("a byte order mark stands before it, and so sshd does not read the line")]
    ByteOrderMark,
    /// Each character has two bytes, of which sshd sees the first letter or none.
    #[error("it was written with two bytes a character (UTF-16), and so sshd does not read the line")]
    Utf16,
    /// A quote in the options is never closed.
    #[error("a quotation mark in its options is not closed")]
    OpenQuote,
    /// There is no key, or a broken one.
    #[error("{0}")]
    Key(DecodeError),
}

line_file::whole_file!(AuthorizedKeys, MAX_LIST_FILE);

impl AuthorizedKeys {
    /// Its lines. Each is read when it is asked for.
    #[must_use]
    pub fn lines(&self) -> Lines<'_> {
        Lines(raw_lines(&self.text))
    }

    /// The keys in it, with the numbers of their lines.
    pub fn entries(&self) -> impl Iterator<Item = (usize, Box<Entry<'_>>)> {
        self.lines().filter_map(|line| match line.content {
            Content::Key(entry) => Some((line.number, entry)),
            Content::Blank | Content::Remark | Content::Unreadable(_) => None,
        })
    }

    /// The lines that let the owner of this key in, by type and key alone.
    pub fn lines_of(&self, key: &PublicKey) -> impl Iterator<Item = usize> {
        self.entries()
            .filter(|(_, entry)| entry.is_for(key))
            .map(|(number, _)| number)
    }

    /// Adds a line, unless its key has one; ends the line before where nothing does.
    pub fn add(&mut self, line: &NewLine) -> Added {
        if let Some(number) = self.lines_of(&line.key).next() {
            return Added::AlreadyThere(number);
        }
        line_file::append(&mut self.text, line.text.as_bytes());
        Added::Added
    }

    /// Puts a line back that stood here, behind all others. A line break in it would make it two, and so it is left out then.
    pub fn put_back(&mut self, line: &[u8]) {
        if is_one_line(line) {
            line_file::append(&mut self.text, line);
        }
    }

    /// Puts lines back to where they stood: they have these numbers then. The lowest comes first.
    pub fn put_back_at(&mut self, lines: &[(usize, &[u8])]) {
        let whole: Vec<(usize, &[u8])> = lines
            .iter()
            .copied()
            .filter(|(_, line)| is_one_line(line))
            .collect();
        line_file::insert(&mut self.text, &whole);
    }

    /// How many lines there are that are just like this one.
    #[must_use]
    pub fn count(&self, line: &[u8]) -> usize {
        self.lines().filter(|there| there.text == line).count()
    }

    /// Takes lines away; numbers that there are none of do nothing. How many went is returned.
    pub fn remove(&mut self, numbers: &BTreeSet<usize>) -> usize {
        line_file::remove(&mut self.text, numbers)
    }
}

fn is_one_line(line: &[u8]) -> bool {
    !line.iter().any(|byte| b"\r\n".contains(byte))
}

/// The lines of a file.
#[derive(Clone, Debug)]
pub struct Lines<'a>(RawLines<'a>);

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let line = self.0.next()?;
        Some(Line {
            number: line.number,
            text: line.text(),
            content: content(&line),
        })
    }
}

fn content<'a>(line: &RawLine<'a>) -> Content<'a> {
    if is_wide(line.text()) {
        return Content::Unreadable(LineFault::Utf16);
    }
    let text = trim_start(line.seen());
    if line.start == 0
        && let Some(behind) = text.strip_prefix(BYTE_ORDER_MARK)
    {
        return match trim_start(behind).first() {
            None => Content::Blank,
            Some(b'#') => Content::Remark,
            Some(_) => Content::Unreadable(LineFault::ByteOrderMark),
        };
    }
    match text.first() {
        // A CR that does not belong to the end of the line is as little of a key as a blank is.
        _ if text.trim_ascii().is_empty() => return Content::Blank,
        Some(b'#') => return Content::Remark,
        _ => {}
    }
    let Some(start) = key_start(text, 1) else {
        let is_open = field_len(text) == text.len() && text.contains(&b'"');
        return Content::Unreadable(if is_open {
            LineFault::OpenQuote
        } else {
            LineFault::Key(DecodeError::NotAKeyFile(Foreign::Text))
        });
    };
    match public_line::parse(&text[start..]) {
        Ok(key) => Content::Key(Box::new(Entry {
            options: Options::new(&text[..field_len(&text[..start])]),
            key,
        })),
        Err(error) => Content::Unreadable(LineFault::Key(error)),
    }
}

/// Whether every second byte of a line is zero, or nearly; the LF that ends the line before has left one here.
fn is_wide(text: &[u8]) -> bool {
    let parts = text.split(|byte| *byte == 0).count();
    text.len() > 4 && parts * 2 + 2 > text.len()
}

/// A line to be added, of which nothing can make two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLine {
    key: PublicKey,
    options: String,
    text: String,
}

impl NewLine {
    /// The line of a key with these options and this comment.
    #[must_use]
    pub fn new(key: &PublicKey, options: &NewOptions, comment: &Comment) -> Self {
        let options = options.to_string();
        let blank = if options.is_empty() { "" } else { " " };
        Self {
            key: key.clone(),
            text: format!("{options}{blank}{}", public_line::encode(key, comment)),
            options,
        }
    }

    /// Whose it is.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// What stands before the key; empty where nothing does.
    #[must_use]
    pub fn options(&self) -> &str {
        &self.options
    }

    /// The line without an end, as it will stand in the file.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for NewLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";
    const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILNG8RxQbRDga5aL3RYjaQABF93BeXhbYjPhsRrCa+JQ";

    fn file(text: &str) -> AuthorizedKeys {
        AuthorizedKeys::parse(text.as_bytes().to_vec()).unwrap()
    }

    fn new_line(key: &str) -> NewLine {
        let key = public_line::parse(key.as_bytes()).unwrap().key;
        NewLine::new(&key, &NewOptions::default(), &Comment::new("me@laptop").unwrap())
    }

    #[test]
    fn each_kind_of_line_is_told_apart_and_none_spoils_another() {
        let text = format!(
            "# who\r\n\n \t\r\n{KEY} a b\r\n\tno-pty,command=\"a \\\"b\\\" #c\"\t {KEY}\nssh-ed25519 AAAA\nwhat is this\n\
             command=\"open {KEY}\n{KEY}\0junk\ncert-authority {KEY} é汉\nssh-future@example.org AAAAFnNzaC1mdXR1cmVAZXhhbXBsZS5vcmcAAAABeA==\n"
        );
        let shown: Vec<String> = file(&text)
            .lines()
            .map(|line| match line.content {
                Content::Blank => "blank".to_owned(),
                Content::Remark => "remark".to_owned(),
                Content::Key(entry) => format!(
                    "[{}] {}",
                    String::from_utf8_lossy(entry.options.text()),
                    String::from_utf8_lossy(&entry.key.comment)
                ),
                Content::Unreadable(fault) => fault.to_string(),
            })
            .collect();
        assert_eq!(
            shown,
            [
                "remark",
                "blank",
                "blank",
                "[] a b",
                r#"[no-pty,command="a \"b\" #c"] "#,
                "the file ends before the key does",
                "this is not a key file: it does not begin as any key does",
                "a quotation mark in its options is not closed",
                "[] ",
                "[cert-authority] é汉",
                "keys of type ssh-future@example.org are not supported",
            ]
        );
    }

    #[test]
    fn a_key_is_added_once_whatever_stands_around_it() {
        let line = new_line(KEY);
        for there in [
            format!("{KEY}\n"),
            format!("# x\n no-pty,from=\"a,b\"  {KEY} another name\r\n"),
            format!("{OTHER}\n{KEY}"),
        ] {
            let mut keys = file(&there);
            let number = there.lines().count();
            assert_eq!(keys.add(&line), Added::AlreadyThere(number), "{there}");
            assert_eq!(keys.as_bytes(), there.as_bytes());
        }
        let mut keys = file("");
        assert_eq!(keys.add(&line), Added::Added);
        assert_eq!(keys.add(&line), Added::AlreadyThere(1));
    }

    #[test]
    fn a_line_by_which_its_owner_could_not_log_in_does_not_count() {
        for there in [
            format!("cert-authority {KEY}\n"),
            format!("# {KEY}\n"),
            format!("\u{feff}{KEY}\n"),
            format!("from=\"a {KEY}\n"),
        ] {
            assert_eq!(file(&there).add(&new_line(KEY)), Added::Added, "{there}");
        }
    }

    #[test]
    fn the_last_line_is_ended_as_the_file_ends_its_lines() {
        let line = new_line(KEY);
        for (before, after) in [
            (OTHER.to_owned(), format!("{OTHER}\n{line}\n")),
            (format!("#\r\n{OTHER}"), format!("#\r\n{OTHER}\r\n{line}\r\n")),
            (format!("{OTHER}\r\n"), format!("{OTHER}\r\n{line}\r\n")),
            ("\u{feff}".to_owned(), format!("\u{feff}\n{line}\n")),
        ] {
            let mut keys = file(&before);
            assert_eq!(keys.add(&line), Added::Added);
            assert_eq!(String::from_utf8_lossy(keys.as_bytes()), after);
        }
    }

    #[test]
    fn lines_are_taken_away_and_nothing_else() {
        let text = format!("a\r\n{KEY}\n\n# é\r{KEY} x\r\nlast");
        let mut keys = file(&text);
        assert_eq!(keys.remove(&BTreeSet::from([2, 5, 77])), 2);
        assert_eq!(keys.as_bytes(), format!("a\r\n\n# é\r{KEY} x\r\n").as_bytes());
    }

    #[test]
    fn no_comment_makes_a_second_line() {
        let long = "x".repeat(10_000);
        let key = public_line::parse(KEY.as_bytes()).unwrap().key;
        for text in ["a\"b", "$(reboot)`id`;", "\u{5d0}\\n", "%h #", &long] {
            let comment = Comment::new(text).unwrap();
            let line = NewLine::new(&key, &NewOptions::default(), &comment);
            let mut keys = AuthorizedKeys::default();
            assert_eq!(keys.add(&line), Added::Added);
            let entries: Vec<_> = keys.entries().collect();
            assert_eq!((keys.lines().count(), entries.len()), (1, 1));
            assert_eq!(entries[0].1.key.comment, text.as_bytes());
        }
        assert!(Comment::new(&format!("a\n{OTHER}")).is_err());
    }
}

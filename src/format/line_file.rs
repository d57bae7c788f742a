//! Text files that are edited line by line, with every byte kept that was not asked to change.
//!
//! Lines end in LF, as for OpenSSH; a CR before it belongs to the end of the line, one elsewhere does not end
//! anything.

use std::collections::BTreeSet;

use super::armour::without_byte_order_mark;

/// The largest list of keys or hosts that is taken on, in bytes: a known_hosts of thirty thousand hosts.
pub const MAX_LIST_FILE: usize = 16 << 20;
/// The largest configuration that is taken on, in bytes.
pub const MAX_CONFIG_FILE: usize = 1 << 20;

pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Why a file is not taken for a list at all. One bad line is no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// It is larger than any such file; sizes are in bytes.
    #[error("the file has {size} bytes, more than the {max} that such a file may have")]
    TooLarge {
        /// What it has.
        size: usize,
        /// What it may have.
        max: usize,
    },
    /// Two bytes a character, of which OpenSSH reads nothing.
    #[error("the file was saved as UTF-16 text")]
    Utf16,
}

/// Holds a file to what can be edited.
pub(super) fn check(bytes: &[u8], max: usize) -> Result<(), ListError> {
    if bytes.len() > max {
        let size = bytes.len();
        return Err(ListError::TooLarge { size, max });
    }
    without_byte_order_mark(bytes).map_err(|_| ListError::Utf16)?;
    Ok(())
}

/// How a list comes from the bytes of a file and goes back to them: `$list` has them as `text`, `$max` at most.
macro_rules! whole_file {
    ($list:ident, $max:expr) => {
        impl $list {
            /// Takes on the bytes of a file.
            ///
            /// # Errors
            /// Of the file as a whole: it is too large, or UTF-16.
            pub fn parse(text: Vec<u8>) -> Result<Self, $crate::format::ListError> {
                $crate::format::line_file::check(&text, $max)?;
                Ok(Self { text })
            }

            /// The file as it is now.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                &self.text
            }

            /// The file as it is now.
            #[must_use]
            pub fn into_bytes(self) -> Vec<u8> {
                self.text
            }
        }
    };
}

pub(super) use whole_file;

/// One line of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawLine<'a> {
    /// Counted from 1.
    pub(super) number: usize,
    /// Where it begins, in bytes.
    pub(super) start: usize,
    /// With what ends it.
    pub(super) whole: &'a [u8],
}

impl<'a> RawLine<'a> {
    /// Without what ends it.
    pub(super) fn text(&self) -> &'a [u8] {
        let text = self.whole.strip_suffix(b"\n").unwrap_or(self.whole);
        text.strip_suffix(b"\r").unwrap_or(text)
    }

    /// What OpenSSH sees of it: for it a NUL ends the line.
    pub(super) fn seen(&self) -> &'a [u8] {
        let text = self.text();
        let end = text.iter().position(|byte| *byte == 0);
        &text[..end.unwrap_or(text.len())]
    }
}

/// The lines of a file.
#[derive(Clone, Debug)]
pub(super) struct RawLines<'a> {
    text: &'a [u8],
    start: usize,
    number: usize,
}

pub(super) fn raw_lines(text: &[u8]) -> RawLines<'_> {
    RawLines {
        text,
        start: 0,
        number: 0,
    }
}

impl<'a> Iterator for RawLines<'a> {
    type Item = RawLine<'a>;

    fn next(&mut self) -> Option<RawLine<'a>> {
        let rest = &self.text[self.start..];
        if rest.is_empty() {
            return None;
        }
        let end = rest.iter().position(|byte| *byte == b'\n');
        let whole = &rest[..end.map_or(rest.len(), |end| end + 1)];
        let start = self.start;
        self.start += whole.len();
        self.number += 1;
        Some(RawLine {
            number: self.number,
            start,
            whole,
        })
    }
}

/// How the file ends its lines: as its last one that is ended.
pub(super) fn ending(text: &[u8]) -> &'static str {
    let last = text.iter().rposition(|byte| *byte == b'\n');
    if last.is_some_and(|at| text[..at].ends_with(b"\r")) {
        "\r\n"
    } else {
        "\n"
    }
}

/// Puts a line behind the last one, and ends that one first where nothing does.
///
/// A line that is not ended would take the new one for its comment, and neither key would be what it was. A lone
/// byte order mark is such a line: OpenSSH takes it for the first letter of what follows, which nothing then matches.
pub(super) fn append(text: &mut Vec<u8>, line: &[u8]) {
    let end = ending(text);
    let is_open = !text.is_empty() && !text.ends_with(b"\n");
    if is_open {
        text.extend(end.as_bytes());
    }
    text.extend(line);
    text.extend(end.as_bytes());
}

/// Puts lines in so that they have these numbers afterwards; the lowest first. Behind the end they come as if appended.
pub(super) fn insert(text: &mut Vec<u8>, lines: &[(usize, &[u8])]) {
    for (number, line) in lines {
        let place = raw_lines(text).find(|there| there.number == *number);
        match place.map(|there| there.start) {
            Some(start) => {
                let whole = [line, ending(text).as_bytes()].concat();
                text.splice(start..start, whole);
            }
            None => append(text, line),
        }
    }
}

/// Takes lines away; numbers that there are none of do nothing. How many went is returned.
pub(super) fn remove(text: &mut Vec<u8>, numbers: &BTreeSet<usize>) -> usize {
    let mut kept = Vec::with_capacity(text.len());
    let mut count = 0;
    for line in raw_lines(text) {
        if numbers.contains(&line.number) {
            count += 1;
        } else {
            kept.extend(line.whole);
        }
    }
    *text = kept;
    count
}

/// Finds lines of `before` again in `now`, where others may have come or gone since: by what stands in them. Nothing where one
/// of them is there no longer, or it cannot be told which of several alike it is.
#[must_use]
pub fn find_again(before: &[u8], now: &[u8], numbers: &BTreeSet<usize>) -> Option<BTreeSet<usize>> {
    let mut found = BTreeSet::new();
    let lines: Vec<RawLine<'_>> = raw_lines(before).collect();
    for number in numbers {
        let text = lines.iter().find(|line| line.number == *number)?.text();
        let alike = |line: &RawLine<'_>| line.text() == text;
        let then: Vec<usize> = lines
            .iter()
            .filter(|line| alike(line))
            .map(|line| line.number)
            .collect();
        let now: Vec<usize> = raw_lines(now).filter(alike).map(|line| line.number).collect();
        let place = then.iter().position(|other| other == number)?;
        if then.len() != now.len() {
            return None;
        }
        found.extend(now.get(place));
    }
    Some(found)
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Without blanks at its beginning.
pub(super) fn trim_start(text: &[u8]) -> &[u8] {
    let count = text.iter().take_while(|byte| is_blank(**byte)).count();
    &text[count..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_put_together_are_the_file() {
        for text in ["", "a", "a\n", "\n\n", "a\r\nb", "a\rb\r\r\n\0c\n"] {
            let lines: Vec<_> = raw_lines(text.as_bytes()).collect();
            let whole: Vec<u8> = lines.iter().flat_map(|line| line.whole).copied().collect();
            assert_eq!(whole, text.as_bytes());
            assert!(
                lines
                    .iter()
                    .all(|line| text.as_bytes()[line.start..].starts_with(line.whole))
            );
        }
        let line = raw_lines(b"a\0b\r\n").next().unwrap();
        assert_eq!((line.text(), line.seen()), (&b"a\0b"[..], &b"a"[..]));
    }

    #[test]
    fn a_new_line_stands_by_itself_and_ends_as_its_neighbours_do() {
        for (text, expected) in [
            ("", "x\n"),
            ("a", "a\nx\n"),
            ("a\n", "a\nx\n"),
            ("a\r\nb", "a\r\nb\r\nx\r\n"),
            ("a\r\n", "a\r\nx\r\n"),
            ("\u{feff}", "\u{feff}\nx\n"),
        ] {
            let mut bytes = text.as_bytes().to_vec();
            append(&mut bytes, b"x");
            assert_eq!(bytes, expected.as_bytes(), "{text:?}");
        }
    }

    #[test]
    fn a_line_is_found_again_by_what_stands_in_it() {
        for (before, now, numbers, expected) in [
            ("a\nb\nc\n", "a\nb\nc\n", &[2, 3][..], Some(&[2, 3][..])),
            ("a\nb\n", "x\na\nb", &[1, 2], Some(&[2, 3])),
            ("a\nb\n", "b\r\n", &[2], Some(&[1])),
            ("a\na\nb\n", "x\na\na\nb\n", &[2], Some(&[3])),
            ("a\na\nb\n", "a\nb\n", &[2], None),
            ("a\n", "b\n", &[1], None),
            ("a\n", "a\n", &[2], None),
        ] {
            let found = find_again(
                before.as_bytes(),
                now.as_bytes(),
                &numbers.iter().copied().collect(),
            );
            let expected = expected.map(|numbers: &[usize]| numbers.iter().copied().collect());
            assert_eq!(found, expected, "{before:?} {now:?} {numbers:?}");
        }
    }

    #[test]
    fn what_is_no_list_is_refused_as_a_whole() {
        assert_eq!(check(b"anything\xff at \0 all", 20), Ok(()));
        let utf16: Vec<u8> = "\u{feff}ssh-ed25519"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(check(&utf16, 100), Err(ListError::Utf16));
        assert_eq!(check(b"abc", 2), Err(ListError::TooLarge { size: 3, max: 2 }));
    }
}

//! A list that an editor, a shell or a paste has spoiled, put right: what sshd passes over as it is, and what is plainly
//! one key. Nothing is guessed: a line that was cut up counts only if the key in it says that it is whole, and every byte
//! that none of this is about stays what it was.

use std::fmt;

use super::{Content, content};
use crate::format::line_file::{BYTE_ORDER_MARK, RawLine, RawLines, ending, raw_lines};
use crate::format::{self, Certificate, Parsed, public_line};
use crate::key::Algorithm;
use crate::key::comment::Comment;

/// Into how many lines a key may have been cut: one of RSA with 16384 bits, at 64 characters a line, has 45.
const MOST_PIECES: usize = 80;
/// How long the line may be that comes of it: a certificate of the largest key is shorter.
const MOST_JOINED: usize = 1 << 16;
/// How many lines a pasted block may have.
const MOST_BLOCK: usize = 400;

/// What had happened to a part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListAccident {
    /// It was written with two bytes a character, as PowerShell's `>>` does.
    Utf16,
    /// A byte order mark stood before it.
    ByteOrderMark,
    /// A key stood there in several lines, as PuTTYgen or OpenSSL saves it.
    Block,
    /// The line of a key was cut into several.
    Wrapped,
}

impl ListAccident {
    /// The stable word for it in `--json`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Utf16 => "utf-16",
            Self::ByteOrderMark => "byte-order-mark",
            Self::Block => "list-block",
            Self::Wrapped => "list-wrapped",
        }
    }
}

impl fmt::Display for ListAccident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf16 => "it was written with two bytes a character (UTF-16), as by PowerShell’s “>>”",
            Self::ByteOrderMark => "a byte order mark stood before it",
            Self::Block => "the key stood there as a block of several lines",
            Self::Wrapped => "the line of the key was cut into several",
        })
    }
}

/// What happened, each with its line.
type Places = Vec<(usize, ListAccident)>;

/// A list that was put right.
#[derive(Debug, PartialEq, Eq)]
pub struct Tidied {
    /// The whole file.
    pub text: Vec<u8>,
    /// What was put right, each with the line of the new file that it is about, counted from 1; where several lines in a row
    /// had the same, the first.
    pub mended: Vec<(usize, ListAccident)>,
}

/// Puts right what can be put right in the bytes of a list; nothing where there is nothing.
#[must_use]
pub fn tidy(bytes: &[u8]) -> Option<Tidied> {
    let (text, encoded) = decoded(bytes)?;
    let mut out = Vec::with_capacity(text.len());
    let mut mended = Vec::new();
    let mut encoded = encoded.into_iter().peekable();
    let mut lines = raw_lines(&text);
    let mut number = 0;
    loop {
        let here = lines.clone();
        let Some(line) = lines.next() else { break };
        number += 1;
        while let Some((_, accident)) = encoded.next_if(|(place, _)| *place <= line.number) {
            mended.push((number, accident));
        }
        let found = match block(here.clone()) {
            Some(found) => Some((ListAccident::Block, found)),
            None => wrapped(here).map(|found| (ListAccident::Wrapped, found)),
        };
        let Some((accident, (count, key))) = found else {
            out.extend(line.whole);
            continue;
        };
        mended.push((number, accident));
        let last = count
            .checked_sub(2)
            .and_then(|behind| lines.nth(behind))
            .unwrap_or(line);
        out.extend(key);
        let end = &last.whole[last.text().len()..];
        out.extend(if end.is_empty() {
            ending(&text).as_bytes()
        } else {
            end
        });
    }
    (!mended.is_empty()).then_some(Tidied { text: out, mended })
}

/// The file in one byte a character, and which of its lines were not, the first of each run; nothing where what looks like
/// two bytes a character is no text.
fn decoded(bytes: &[u8]) -> Option<(Vec<u8>, Places)> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut found = Vec::new();
    let (mut at, mut number, mut is_wide_before) = (0, 0, false);
    while at < bytes.len() {
        number += 1;
        let rest = &bytes[at..];
        if let Some((len, line)) = wide_line(rest) {
            if !is_wide_before {
                found.push((number, ListAccident::Utf16));
            }
            is_wide_before = true;
            out.extend(line?.as_bytes());
            at += len;
            continue;
        }
        is_wide_before = false;
        let rest = match rest.strip_prefix(BYTE_ORDER_MARK) {
            Some(behind) if !behind.is_empty() => {
                found.push((number, ListAccident::ByteOrderMark));
                at += BYTE_ORDER_MARK.len();
                behind
            }
            _ => rest,
        };
        let len = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(rest.len(), |end| end + 1);
        out.extend(&rest[..len]);
        at += len;
    }
    Some((out, found))
}

/// A line in UTF-16 that `bytes` begin with: its length there, and what it says, with its end and without a mark; `Some` of
/// nothing where it is no text.
fn wide_line(bytes: &[u8]) -> Option<(usize, Option<String>)> {
    let is_letter = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let (mark, from_bytes): (usize, fn([u8; 2]) -> u16) = match bytes {
        [0xff, 0xfe, ..] => (2, u16::from_le_bytes),
        [0xfe, 0xff, ..] => (2, u16::from_be_bytes),
        [letter, 0, ..] if is_letter(*letter) => (0, u16::from_le_bytes),
        [0, letter, ..] if is_letter(*letter) => (0, u16::from_be_bytes),
        _ => return None,
    };
    let (pairs, odd) = bytes[mark..].as_chunks::<2>();
    let units = pairs.iter().copied().map(from_bytes);
    let end = units.clone().position(|unit| unit == u16::from(b'\n'));
    let count = end.map_or(pairs.len(), |end| end + 1);
    let is_cut = end.is_none() && !odd.is_empty();
    let text: Result<String, _> = char::decode_utf16(units.take(count)).collect();
    // A line in one byte a character must not be taken for a part of this one.
    let ends = pairs[..count]
        .as_flattened()
        .iter()
        .filter(|byte| **byte == b'\n');
    let is_one_line = ends.take(2).count() == usize::from(end.is_some());
    let is_text = |text: &String| is_one_line && !is_cut && !text.contains('\0');
    Some((mark + count * 2, text.ok().filter(is_text)))
}

/// A public key as a block of lines that these begin with: how many they are, and the key in one line.
fn block(lines: RawLines<'_>) -> Option<(usize, Vec<u8>)> {
    let begin = lines.clone().next()?;
    let first = begin.text().trim_ascii();
    let is_begin = first.starts_with(b"---- BEGIN SSH2 PUBLIC KEY")
        || first.starts_with(b"-----BEGIN ") && first.ends_with(b"PUBLIC KEY-----");
    if !is_begin {
        return None;
    }
    let ends = |line: &RawLine<'_>| {
        let text = line.text().trim_ascii();
        text.starts_with(b"---- END ") || text.starts_with(b"-----END ")
    };
    let count = lines.clone().take(MOST_BLOCK).position(|line| ends(&line))? + 1;
    let text: Vec<u8> = lines.take(count).flat_map(|line| line.whole).copied().collect();
    let Ok(Parsed::Public(file)) = format::parse(&text) else {
        return None;
    };
    let (comment, _) = Comment::cleaned(&file.comment);
    let line = match &file.certificate {
        Some(certificate) => public_line::encode_certificate(certificate, &comment),
        None => public_line::encode(&file.key, &comment),
    };
    Some((count, line.into_bytes()))
}

/// The line of a key that was cut into several, which these begin with: how many they are, and the line.
fn wrapped(mut lines: RawLines<'_>) -> Option<(usize, Vec<u8>)> {
    let first = lines.next()?;
    let names_type = |text: &[u8]| {
        let mut words = text.split(u8::is_ascii_whitespace);
        words.any(|word| {
            std::str::from_utf8(word)
                .is_ok_and(|word| Algorithm::from_name(word).is_some() || Certificate::is_name(word))
        })
    };
    let is_key = |text: &[u8]| matches!(content(&whole(text)), Content::Key(_));
    if first.text().trim_ascii().starts_with(b"#") || !names_type(first.text()) || is_key(first.text()) {
        return None;
    }
    let mut joined = first.text().trim_ascii_end().to_vec();
    for (line, count) in lines.zip(2..MOST_PIECES) {
        let piece = line.text().trim_ascii();
        let word = piece.split(u8::is_ascii_whitespace).next().unwrap_or_default();
        let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
        if word.is_empty() || !word.iter().all(is_base64) || is_key(piece) {
            return None;
        }
        let last = joined.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
        if names_type(last) {
            joined.push(b' ');
        }
        joined.extend(piece);
        if joined.len() > MOST_JOINED {
            return None;
        }
        if is_key(&joined) {
            return Some((count, joined));
        }
        if piece.len() > word.len() {
            return None;
        }
    }
    None
}

fn whole(text: &[u8]) -> RawLine<'_> {
    RawLine {
        number: 1,
        start: 1,
        whole: text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv me@here";
    const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILNG8RxQbRDga5aL3RYjaQABF93BeXhbYjPhsRrCa+JQ";
    const BLOCK: &str = "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"me@here\"\n\
        AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4F\naWZv\n---- END SSH2 PUBLIC KEY ----\n";

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn check(bytes: &[u8], expected: &str, mended: &[(usize, ListAccident)]) {
        let tidied = tidy(bytes).unwrap();
        assert_eq!(String::from_utf8(tidied.text.clone()).unwrap(), expected);
        assert_eq!(tidied.mended, mended);
        assert_eq!(tidy(&tidied.text), None, "a second time there is nothing to do");
    }

    #[test]
    fn lines_of_two_bytes_a_character_become_lines_like_the_others() {
        use ListAccident::{ByteOrderMark, Utf16};
        let all = format!("# né\r\n{KEY}\r\n");
        check(&wide(&all), &all, &[(1, Utf16)]);
        check(&wide(&format!("\u{feff}{all}")), &all, &[(1, Utf16)]);
        let big: Vec<u8> = all.encode_utf16().flat_map(u16::to_be_bytes).collect();
        check(&big, &all, &[(1, Utf16)]);
        let mixed = [
            format!("{OTHER}\n").as_bytes(),
            &wide(&all),
            format!("{OTHER} x\n").as_bytes(),
        ]
        .concat();
        check(&mixed, &format!("{OTHER}\n{all}{OTHER} x\n"), &[(2, Utf16)]);
        check(
            format!("\u{feff}{KEY}\n").as_bytes(),
            &format!("{KEY}\n"),
            &[(1, ByteOrderMark)],
        );
    }

    #[test]
    fn pasted_blocks_become_lines() {
        let list = format!("{OTHER}\r\n{BLOCK}# end\n");
        check(
            list.as_bytes(),
            &format!("{OTHER}\r\n{KEY}\n# end\n"),
            &[(2, ListAccident::Block)],
        );
        let spki = "-----BEGIN PUBLIC KEY-----\r\nMCowBQYDK2VwAyEAezv3PskrFcE2v8CtVHBTw8uUmzQ7lxlf8ai8zgVpZm8=\r\n-----END PUBLIC KEY-----";
        let bare = KEY.trim_end_matches(" me@here");
        check(
            spki.as_bytes(),
            &format!("{bare}\r\n"),
            &[(1, ListAccident::Block)],
        );
    }

    #[test]
    fn a_line_that_was_cut_up_is_put_together() {
        let (start, end) = KEY.split_at(40);
        for cut in [
            format!("no-pty,from=\"a b\" {start}\n{end}\n"),
            format!("no-pty,from=\"a b\" {start} \r\n  {end}\n"),
            format!("no-pty,from=\"a b\" ssh-ed25519\n{}\n", &KEY[12..]),
        ] {
            check(
                format!("{cut}{OTHER}\n").as_bytes(),
                &format!("no-pty,from=\"a b\" {KEY}\n{OTHER}\n"),
                &[(1, ListAccident::Wrapped)],
            );
        }
    }

    #[test]
    fn nothing_is_guessed() {
        let (start, end) = KEY.split_at(40);
        let odd = [&wide(KEY)[..], b"\0"].concat();
        for untouched in [
            format!("{KEY}\n{OTHER}\n").as_bytes(),
            // A part is missing.
            format!("{start}\n{}\n{OTHER}\n", &end[5..]).as_bytes(),
            format!("{start}\n").as_bytes(),
            format!("{start}\n{OTHER}\n").as_bytes(),
            format!("# {start}\n{end}\n").as_bytes(),
            BLOCK.replace("aWZv", "aWZw=").as_bytes(),
            BLOCK
                .trim_end_matches("---- END SSH2 PUBLIC KEY ----\n")
                .as_bytes(),
            b"\xff\xfe\x00\xd8\n\0",
            format!("a\0b\n{KEY}\n").as_bytes(),
            &odd,
            b"",
            b"\xef\xbb\xbf",
        ] {
            assert_eq!(tidy(untouched), None, "{}", String::from_utf8_lossy(untouched));
        }
    }
}

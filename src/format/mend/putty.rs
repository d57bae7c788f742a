//! PuTTY's files, put together again from their headers, which stand in a fixed order.

use std::ops::Range;

use super::accident::{Accident, Accidents};
use super::around::{Place, layout, line_start, surroundings};
use super::block::Catch;
use super::body::{Extent, readings};
use super::court::Court;
use super::letters::{blank_len, find, is_tidy, lines, space_len, trim, trim_end, trim_space};
use super::prefix::{Ends, Rule, stripped};
use crate::format::armour::wrapped_base64;
use crate::format::{DecodeError, ppk};
use crate::secret::SecretBytes;

/// Characters in a line, as `puttygen` writes them.
const WIDTH: usize = 64;
/// What can stand in front of the lines; a rule that looks for base64 would lose the headers.
const WAYS: [&[Rule]; 10] = [
    &[],
    &[Rule::Quotes],
    &[Rule::Numbers],
    &[Rule::List],
    &[Rule::Remarks],
    &[Rule::Numbers, Rule::Quotes],
    &[Rule::Column],
    &[Rule::Signs],
    &[Rule::List, Rule::Signs],
    &[Rule::Changes],
];
/// The headers between the first one and the last, those of the key derivation being there in some files only.
const HEADERS: [&str; 9] = [
    "Encryption",
    "Comment",
    "Public-Lines",
    "Key-Derivation",
    "Argon2-Memory",
    "Argon2-Passes",
    "Argon2-Parallelism",
    "Argon2-Salt",
    "Private-Lines",
];
/// Those of them that every file has.
const IN_EVERY_FILE: [&str; 4] = ["Encryption", "Comment", "Public-Lines", "Private-Lines"];
/// The last header, and what it was in version 1.
const CHECKS: [&str; 2] = ["Private-MAC", "Private-Hash"];
/// What a shell leaves of line breaks that were spelled out.
const ENDS: [&[u8]; 3] = [b"", b"n", b"rn"];
/// More files than this in one text are none.
const MOST_FILES: usize = 16;
/// More characters than any file has.
const LONGEST: usize = 256 << 10;

/// Where files begin in a text, each with its length up to where the next one begins.
pub(super) fn places(text: &[u8]) -> Vec<Range<usize>> {
    let mut starts = Vec::new();
    let mut from = 0;
    while let Some(at) = find(&text[from..], ppk::MAGIC).filter(|_| starts.len() < MOST_FILES) {
        starts.push(from + at);
        from += at + ppk::MAGIC.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let range = |(start, end): (&usize, usize)| *start..end.min(*start + LONGEST);
    starts.iter().zip(ends).map(range).collect()
}

/// Reads the file that begins where `range` does.
pub(super) fn search(text: &[u8], range: &Range<usize>, court: &mut Court) -> Option<Catch> {
    let end = check_end(text, range);
    let span = range.start..end.unwrap_or(range.end);
    // What stands before the first line is in front of the others too.
    let start = line_start(text, range.start);
    let raw: Vec<&[u8]> = lines(&text[start..span.end]).map(|line| line.text).collect();
    let is_one_line = raw.len() == 1;
    let mut fault = None;
    for way in WAYS {
        let column = range.start - start;
        let mut raw = raw.clone();
        if way.is_empty() {
            raw[0] = &raw[0][column..];
        }
        let ends = Ends {
            are_of_marks: false,
            column,
        };
        let Some(stripped) = stripped(&raw, way, ends) else {
            continue;
        };
        let accidents = stripped.accidents;
        let joined = joined(&stripped.lines, if way.is_empty() { column } else { 0 });
        let Some(at) = find(joined.expose(), ppk::MAGIC) else {
            continue;
        };
        for ends in ENDS {
            let Some(fields) = Fields::of(&joined.expose()[at..], is_one_line, ends) else {
                continue;
            };
            for (file, repairs) in fields.files() {
                match court.judge(&file) {
                    Ok(verdict) => {
                        let place = Place { span, way };
                        let mut found = repairs.and(accidents).and(surroundings(text, &place));
                        found = if is_one_line {
                            found.with(Accident::OneLine).without(Accident::BlanksInBase64)
                        } else {
                            found.and(own_layout(text, &place))
                        };
                        return Some(Catch {
                            verdict,
                            span: place.span,
                            accidents: found.with_if(!ends.is_empty(), Accident::Escaped),
                            is_tidy: fields.value("Comment").is_none_or(is_tidy),
                        });
                    }
                    Err(error) => fault = fault.or(Some(error)),
                }
            }
        }
    }
    // A file without its end was cut off, whatever its lines look like.
    if let Some(error) = fault.or_else(|| end.is_none().then_some(DecodeError::Truncated)) {
        court.miss(4, error);
    }
    None
}

/// PuTTYgen on Windows writes CRLF, and PuTTY reads what has it.
fn own_layout(text: &[u8], place: &Place) -> Accidents {
    let found = layout(text, place, false);
    let has_only_crlf =
        lines(&text[place.span.clone()]).all(|line| matches!(line.end, b"\r\n" | b"\n" | b""));
    if has_only_crlf {
        found.without(Accident::LineEnds)
    } else {
        found
    }
}

/// Behind the check at the end of a file.
fn check_end(text: &[u8], range: &Range<usize>) -> Option<usize> {
    let file = &text[range.clone()];
    let (name, at) = CHECKS
        .iter()
        .find_map(|name| Some((name, find(file, name.as_bytes())?)))?;
    let behind = &file[at + name.len()..];
    let behind = behind.strip_prefix(b":")?;
    let digits = &behind[space_len(behind)..];
    let (hex, len) = check_digits(digits);
    (!hex.is_empty()).then(|| range.end - digits.len() + len)
}

/// The hexadecimal digits of a check, which may be broken into two lines; and how far they reach.
fn check_digits(text: &[u8]) -> (Vec<u8>, usize) {
    let mut digits = Vec::new();
    let (mut at, mut end) = (0, 0);
    // SHA-256 has 64 digits, SHA-1 has 40.
    while at < text.len() && digits.len() < 64 {
        match text[at] {
            digit if digit.is_ascii_hexdigit() => {
                digits.push(digit);
                end = at + 1;
            }
            b'\n' | b'\r' if digits.len() < 40 || digits.len() > 40 => {}
            b' ' | b'\t' | b'>' if !digits.is_empty() && digits.len() != 40 => {}
            _ => break,
        }
        at += 1;
    }
    (digits, end)
}

/// The lines one behind the other, each ended by LF. Blanks in front of headers are left out, and of others as many as
/// stand in front of the first line: what is more may have been a plus.
fn joined(lines: &[&[u8]], column: usize) -> SecretBytes {
    let mut text = SecretBytes::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let blanks = blank_len(line);
        let is_header = line.contains(&b':');
        text.extend(&line[if is_header { blanks } else { blanks.min(column) }..]);
        text.extend(b"\n");
    }
    text
}

/// What stands in a file, behind which header.
struct Fields<'a> {
    /// Version and type of key.
    first: &'a [u8],
    /// Each header that is there, with what stands behind it up to the next one.
    values: Vec<(&'static str, &'a [u8])>,
    check: (&'static str, &'a [u8]),
    is_one_line: bool,
    /// What a shell has left of each line break.
    ends: &'static [u8],
    /// Whether most lines have blanks at their end.
    is_trailed: bool,
}

impl<'a> Fields<'a> {
    fn of(file: &'a [u8], is_one_line: bool, ends: &'static [u8]) -> Option<Self> {
        if !is_one_line && !ends.is_empty() {
            return None;
        }
        let trailed = lines(file)
            .filter(|line| trim_end(line.text).len() < line.text.len())
            .count();
        let is_trailed = trailed * 2 > lines(file).count();
        let mut found: Vec<(&'static str, usize)> = Vec::new();
        let mut from = ppk::MAGIC.len();
        for name in HEADERS {
            if let Some(at) = header_at(file, from, name, is_one_line) {
                found.push((name, at));
                from = at + name.len();
            } else if IN_EVERY_FILE.contains(&name) {
                return None;
            }
        }
        let (check, at) = CHECKS
            .into_iter()
            .find_map(|name| Some((name, header_at(file, from, name, is_one_line)?)))?;
        found.push((check, at));
        let first = &file[ppk::MAGIC.len()..found[0].1];
        let value = |(name, at): &(&'static str, usize), end: usize| &file[at + name.len() + 1..end];
        let values = found
            .windows(2)
            .map(|pair| (pair[0].0, value(&pair[0], pair[1].1)))
            .collect();
        Some(Self {
            first,
            values,
            check: (check, value(found.last()?, file.len())),
            is_one_line,
            ends,
            is_trailed,
        })
    }

    /// The files that can be made of it, the likeliest first, with what was undone for them.
    fn files(&self) -> impl Iterator<Item = (SecretBytes, Accidents)> + '_ {
        let comments = self.comments();
        // Both parts came to grief in the same way.
        (0..4).flat_map(move |way| {
            let comments = comments.clone();
            comments
                .into_iter()
                .filter_map(move |comment| self.file(way, comment))
        })
    }

    /// The comment as it stands there, and without the blanks at its end, which may have come along.
    fn comments(&self) -> Vec<&'a [u8]> {
        let value = self.value("Comment").unwrap_or_default();
        let mut value = value.strip_prefix(b" ").unwrap_or(value);
        value = value.strip_suffix(b"\n").unwrap_or(value);
        value = value.strip_suffix(self.ends).unwrap_or(value);
        if self.is_one_line {
            value = value.strip_suffix(b" ").unwrap_or(value);
        } else {
            // Empty lines behind it.
            value = lines(value).next().map_or(value, |line| line.text);
        }
        let trimmed = trim_end(value);
        match (trimmed.len() == value.len(), self.is_trailed) {
            (true, _) => vec![value],
            (false, true) => vec![trimmed, value],
            (false, false) => vec![value, trimmed],
        }
    }

    fn value(&self, name: &str) -> Option<&'a [u8]> {
        self.values
            .iter()
            .find(|(header, _)| *header == name)
            .map(|(_, value)| *value)
    }

    fn file(&self, way: usize, comment: &[u8]) -> Option<(SecretBytes, Accidents)> {
        let mut text = SecretBytes::copy_of(ppk::MAGIC);
        let mut accidents = Accidents::NONE;
        text.extend(self.bare(self.first));
        text.extend(b"\n");
        for (name, value) in &self.values {
            text.extend(name.as_bytes());
            text.extend(b": ");
            match *name {
                "Comment" => text.extend(comment),
                "Public-Lines" | "Private-Lines" => {
                    let (count, body, repairs) =
                        counted(value, self.is_one_line).find_map(|(stated, body)| {
                            let there = lines(body).filter(|line| !trim(line.text).is_empty()).count();
                            let (body, repairs) = part(body, way)?;
                            let count = lines(body.expose()).count();
                            // Only the number of its lines says that nothing of an encrypted part is missing.
                            (stated == count || stated == there).then_some((count, body, repairs))
                        })?;
                    accidents = accidents.and(repairs);
                    text.extend(format!("{count}\n").as_bytes());
                    text.extend(body.expose());
                    continue;
                }
                _ => text.extend(self.bare(value)),
            }
            text.extend(b"\n");
        }
        let (name, value) = self.check;
        text.extend(name.as_bytes());
        text.extend(b": ");
        text.extend(&check_digits(trim_space(value)).0);
        text.extend(b"\n");
        Some((text, accidents))
    }

    fn bare(&self, value: &'a [u8]) -> &'a [u8] {
        let value = trim_space(value);
        value.strip_suffix(self.ends).unwrap_or(value)
    }
}

/// Where a header stands behind `from`: at the beginning of a line or behind a blank; where there is but one line, its
/// blanks may be lost as well.
fn header_at(file: &[u8], mut from: usize, name: &str, is_one_line: bool) -> Option<usize> {
    let name = [name.as_bytes(), b":"].concat();
    while let Some(at) = find(&file[from..], &name) {
        let at = from + at;
        if is_one_line || matches!(file[..at].last(), Some(b'\n' | b' ' | b'\t')) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// The number of lines, and the lines. Where those follow without a blank, the number may have fewer digits than
/// stand there.
fn counted(value: &[u8], is_one_line: bool) -> impl Iterator<Item = (usize, &[u8])> {
    let value = &value[space_len(value)..];
    let most = value
        .iter()
        .take(4)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let is_glued = is_one_line && !matches!(value.get(most), Some(b' ' | b'\n' | b'\t'));
    let least = if is_glued { 1 } else { most.max(1) };
    (least..=most).rev().filter_map(move |digits| {
        let number = std::str::from_utf8(&value[..digits]).ok()?.parse().ok()?;
        Some((number, &value[digits..]))
    })
}

/// A part in lines of the usual length, read in one of the ways in which base64 can be.
fn part(body: &[u8], way: usize) -> Option<(SecretBytes, Accidents)> {
    let body: Vec<&[u8]> = lines(body)
        .map(|line| line.text)
        .filter(|line| !trim(line).is_empty())
        .collect();
    let (blob, accidents) = match readings(&body, Extent::Whole).nth(way) {
        Some(reading) => reading.blob()?,
        // What has no blanks is read in one way only, whatever the other part was.
        None => readings(&body, Extent::Whole).next()?.blob()?,
    };
    Some((wrapped_base64(blob.expose(), WIDTH), accidents))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a  b \nPublic-Lines: 1\n\
        AAAAC3NzaC1lZDI1NTE5AAAAIAAA\nPrivate-Lines: 1\nAAEC\nPrivate-MAC: 00ff\n";

    fn made(file: &str, is_one_line: bool) -> Vec<String> {
        let fields = Fields::of(file.as_bytes(), is_one_line, b"").unwrap();
        fields
            .files()
            .map(|(text, _)| String::from_utf8(text.expose().to_vec()).unwrap())
            .collect()
    }

    #[test]
    fn the_headers_stand_each_in_its_line_again_and_the_comment_keeps_its_blanks() {
        assert_eq!(made(FILE, false)[0], FILE);
        assert_eq!(made(&FILE.trim_end().replace('\n', " "), true)[0], FILE);
        assert_eq!(made(&FILE.replace("IAAA", "IA\nAA"), false)[0], FILE);
        assert_eq!(made(FILE, false)[1], FILE.replace("b \n", "b\n"));
    }

    #[test]
    fn a_part_with_another_number_of_lines_than_it_says_is_not_put_together() {
        assert!(made(&FILE.replace("Private-Lines: 1", "Private-Lines: 2"), false).is_empty());
    }

    #[test]
    fn each_file_of_a_text_has_its_place() {
        let text = format!("a\n{FILE}{FILE}");
        let places = places(text.as_bytes());
        assert_eq!(places, [2..2 + FILE.len(), 2 + FILE.len()..text.len()]);
        assert_eq!(check_end(text.as_bytes(), &places[0]), Some(2 + FILE.len() - 1));
    }
}

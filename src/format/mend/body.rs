//! The base64 of a key, in each way in which its lines can be read.

use super::accident::{Accident, Accidents};
use super::blob::{MOST_PLUSES, chars_needed, decoded};
use super::letters::{Letter, letter, trim};
use crate::secret::SecretBytes;

/// How many characters programs put into a line.
const WIDTHS: [usize; 7] = [64, 70, 76, 72, 68, 60, 48];
/// What is left of a line break where a shell has eaten the backslash before the `n`.
const EATEN: [&[u8]; 2] = [b"n", b"rn"];

/// One way to read the lines.
#[derive(Debug)]
pub(super) struct Reading {
    /// The characters of base64 without `=`.
    text: SecretBytes,
    /// How many `=` stand behind them.
    pads: usize,
    /// What had to be undone to read them so.
    accidents: Accidents,
    /// Whether all lines but the last one are of one length, as every program writes them.
    pub(super) is_regular: bool,
    /// How many bytes from the end of the last line were left out, for they are no base64 any more.
    pub(super) is_cut: bool,
    /// How many blanks within lines were left out.
    dropped: usize,
}

impl Reading {
    /// The bytes, and what had to be undone; nothing where the number of characters is impossible.
    pub(super) fn blob(&self) -> Option<(SecretBytes, Accidents)> {
        let len = self.text.len();
        let needed = (4 - len % 4) % 4;
        if self.pads > needed || self.pads > 2 {
            return None;
        }
        let blob = decoded(self.text.expose())?;
        Some((
            blob,
            self.accidents.with_if(self.pads < needed, Accident::PaddingLost),
        ))
    }

    /// As [`may_end_before`] has it.
    pub(super) fn may_end_before(&self) -> bool {
        may_end_before(self.text.expose(), self.dropped)
    }

    /// How many characters there are.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The same with what stands behind the key left out, for it says itself how long it is.
    fn cut_to_length(mut self) -> Self {
        if let Some(needed) = chars_needed(self.text.expose())
            && needed < self.text.len()
        {
            self.text.truncate(needed);
            self.pads = (4 - needed % 4) % 4;
            self.is_cut = true;
        }
        self
    }
}

/// Whether as many blanks were left out of a key as there are characters at its end that may be no part of it, but what is left
/// of a line break where a shell has eaten its backslash: each blank may have been a `+`, and nobody knows.
pub(super) fn may_end_before(text: &[u8], dropped: usize) -> bool {
    EATEN
        .into_iter()
        .any(|end| dropped == end.len() && text.ends_with(end))
}

/// Where the base64 ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// With the last line.
    Whole,
    /// Where the key ends, which says itself how long it is; something else may follow.
    AsLongAsItSays,
}

/// Each way to read the lines, the likeliest first. They are made when they are asked for.
pub(super) fn readings<'a>(lines: &'a [&'a [u8]], extent: Extent) -> impl Iterator<Item = Reading> + 'a {
    let cut = move |reading: Reading| match extent {
        Extent::Whole => reading,
        Extent::AsLongAsItSays => reading.cut_to_length(),
    };
    let plain = std::iter::once_with(move || joined(lines, extent)).flatten();
    let mut widths = WIDTHS.to_vec();
    // In a single line without line breaks every blank may have been a plus.
    widths.push(usize::MAX);
    let pluses = widths
        .into_iter()
        .filter_map(move |width| with_pluses(lines, width, extent));
    let eaten = EATEN.into_iter().filter_map(move |end| without_ends(lines, end));
    plain.chain(pluses).chain(eaten).map(cut)
}

/// The lines one behind the other, without blanks. Where something may follow, only as far as there is base64.
fn joined(lines: &[&[u8]], extent: Extent) -> Option<Reading> {
    let mut text = SecretBytes::with_capacity(lines.iter().map(|line| line.len()).sum());
    let (mut pads, mut is_cut, mut has_blanks, mut dropped) = (0, false, false, 0);
    let mut lens = Vec::with_capacity(lines.len());
    'lines: for line in lines {
        let line = trim(line);
        let before = text.len();
        let mut at = 0;
        while at < line.len() {
            let (kind, len) = letter(&line[at..]);
            match kind {
                Letter::Base64 if pads == 0 => text.extend(&line[at..at + len]),
                Letter::Pad => pads += 1,
                Letter::Blank | Letter::Nothing => {
                    has_blanks = true;
                    dropped += usize::from(kind == Letter::Blank);
                }
                _ if extent == Extent::AsLongAsItSays => {
                    is_cut = true;
                    break 'lines;
                }
                _ => return None,
            }
            at += len;
        }
        if text.len() > before {
            lens.push(text.len() - before + pads);
        }
    }
    (!text.is_empty()).then(|| Reading {
        text,
        pads,
        accidents: Accidents::NONE.with_if(has_blanks, Accident::BlanksInBase64),
        is_regular: is_regular(&lens),
        is_cut,
        dropped,
    })
}

fn is_regular(lens: &[usize]) -> bool {
    match lens {
        [] => false,
        [first, .., last] => lens[..lens.len() - 1].iter().all(|len| len == first) && last <= first,
        [_] => true,
    }
}

/// The lines with a `+` for each blank that does not stand where a line of `width` characters ends; nothing where
/// that does not come out even, or no `+` came of it. Where something may follow, only as far as the key says that it goes.
fn with_pluses(lines: &[&[u8]], width: usize, extent: Extent) -> Option<Reading> {
    let mut text = SecretBytes::with_capacity(lines.iter().map(|line| line.len()).sum());
    let (mut pads, mut pluses, mut here, mut run) = (0, 0, 0, 0);
    let last = lines.len().checked_sub(1)?;
    let (mut needed, mut is_cut) = (None, false);
    'lines: for (number, line) in lines.iter().enumerate() {
        // Blanks behind the last character stand for nothing.
        let line = if number == last {
            line.trim_ascii_end()
        } else {
            line
        };
        for (at, byte) in line.iter().enumerate() {
            let kind = letter(&[*byte]).0;
            // What goes on is no key of this length.
            let may_end = kind != Letter::Pad && (at == 0 || kind != Letter::Base64);
            if may_end && needed == Some(text.len()) {
                is_cut = true;
                break 'lines;
            }
            let is_full = here == width;
            match kind {
                Letter::Base64 if pads == 0 && !is_full => {
                    text.extend(&[*byte]);
                    here += 1;
                    run = 0;
                }
                Letter::Blank if is_full => here = 0,
                Letter::Blank if pads == 0 && *byte == b' ' => {
                    text.extend(b"+");
                    here += 1;
                    pluses += 1;
                    run += 1;
                    if run > MOST_PLUSES {
                        return None;
                    }
                }
                Letter::Blank => {}
                Letter::Pad => {
                    pads += 1;
                    here += 1;
                }
                _ => return None,
            }
            // What says how long a key is stands within its first characters.
            let is_asked = extent == Extent::AsLongAsItSays && needed.is_none();
            if is_asked && matches!(text.len(), 64 | 256 | 1024 | 4096) {
                needed = chars_needed(text.expose());
            }
        }
        if here == width || here == 0 {
            here = 0;
        } else if needed == Some(text.len()) {
            is_cut = number != last;
            break;
        } else if number != last {
            return None;
        }
    }
    (pluses > 0).then(|| Reading {
        text,
        pads,
        accidents: Accidents::of(&[Accident::PlusBecameBlank]),
        is_regular: true,
        is_cut,
        dropped: 0,
    })
}

/// A single line in which `end` stands for each line break.
fn without_ends(lines: &[&[u8]], end: &[u8]) -> Option<Reading> {
    let [line] = lines else { return None };
    let line = trim(line).strip_prefix(end)?;
    WIDTHS.into_iter().find_map(|width| {
        let mut text = SecretBytes::with_capacity(line.len());
        let mut rest = line;
        while rest.len() > width {
            let (part, behind) = rest.split_at(width);
            text.extend(part);
            rest = behind.strip_prefix(end)?;
        }
        let rest = rest.strip_suffix(end).unwrap_or(rest);
        let pads = rest.iter().rev().take_while(|byte| **byte == b'=').count();
        text.extend(&rest[..rest.len() - pads]);
        let is_base64 = text
            .expose()
            .iter()
            .all(|byte| letter(&[*byte]).0 == Letter::Base64);
        is_base64.then_some(Reading {
            text,
            pads,
            accidents: Accidents::of(&[Accident::Escaped]),
            is_regular: true,
            is_cut: false,
            dropped: 0,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str], extent: Extent) -> Vec<(String, Accidents, bool)> {
        let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
        readings(&lines, extent)
            .map(|reading| {
                let text = String::from_utf8(reading.text.expose().to_vec()).unwrap();
                (text, reading.accidents, reading.is_regular)
            })
            .collect()
    }

    fn lines_of(width: usize, text: &str) -> Vec<&str> {
        (0..text.len())
            .step_by(width)
            .map(|at| &text[at..text.len().min(at + width)])
            .collect()
    }

    /// 200 characters with a plus at the beginning, in the middle and at the end of lines of 64.
    fn sample() -> String {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/";
        let mut text: Vec<u8> = letters.bytes().cycle().take(200).collect();
        for place in [5, 63, 64, 100, 127, 130] {
            text[place] = b'+';
        }
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn lines_are_joined_and_their_blanks_left_out() {
        let found = read(&["AAEC", "  AAEC ", "A A\u{a0}E="], Extent::Whole);
        assert_eq!(
            found[0],
            (
                "AAECAAECAAE".to_owned(),
                Accidents::of(&[Accident::BlanksInBase64]),
                true
            )
        );
        assert!(read(&["AA*C"], Extent::Whole).is_empty());
        assert!(read(&["AA=C"], Extent::Whole).is_empty());
    }

    #[test]
    fn a_plus_comes_back_where_a_blank_stands_within_a_line() {
        let text = sample();
        let whole = lines_of(64, &text);
        let blank: Vec<String> = whole.iter().map(|line| line.replace('+', " ")).collect();
        let blank: Vec<&str> = blank.iter().map(String::as_str).collect();
        let plus = Accidents::of(&[Accident::PlusBecameBlank]);
        assert!(read(&blank, Extent::Whole).contains(&(text.clone(), plus, true)));
        // The line breaks have become blanks as well.
        let one_line = blank.join(" ");
        assert!(read(&[&one_line], Extent::Whole).contains(&(text.clone(), plus, true)));
        let unbroken = text.replace('+', " ");
        assert!(read(&[&unbroken], Extent::Whole).contains(&(text, plus, true)));
    }

    #[test]
    fn an_n_is_taken_out_where_every_line_has_one() {
        let text = sample();
        let eaten = format!("n{}n", lines_of(64, &text).join("n"));
        let found = read(&[&eaten], Extent::Whole);
        assert!(found.contains(&(text, Accidents::of(&[Accident::Escaped]), true)));
    }

    #[test]
    fn what_stands_behind_a_key_is_left_out_by_its_own_length() {
        let key = "AAAAC3NzaC1lZDI1NTE5AAAAIAsIZCADdQ60Iiu4lwVXB8NdXK0QK+J4Nt6YOAlz4Y8u";
        let found = read(&[&key[..40], &key[40..], "Regards", "A."], Extent::AsLongAsItSays);
        assert_eq!(found[0].0, key);
    }
}

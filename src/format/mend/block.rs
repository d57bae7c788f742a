//! A key between two marks, or with one of them, or with none, put together again.

use std::ops::Range;

use super::accident::{Accident, Accidents};
use super::around::{Place, layout, line_start, surroundings};
use super::blob::{self, Content};
use super::body::{Extent, Reading, readings};
use super::court::{Court, Verdict};
use super::headers::{Parts, parts};
use super::letters::{Letter, is_blank, is_tidy, letter, lines, offset, trim_end, trim_start};
use super::marks::{Label, Mark, Word};
use super::place::{end_within, is_unbroken, odd_line};
use super::prefix::{Ends, Rule, Stripped, WAYS, longest, may_be_payload, stripped};
use super::structure;
use crate::format::armour::{pem, wrapped_base64};
use crate::format::{DecodeError, Fault};
use crate::secret::SecretBytes;

/// Characters in a line of what OpenSSH and ssh.com write.
const SSH_WIDTH: usize = 70;
/// How near to a key a block comes in which nothing but a character is amiss; see [`Block::miss`].
const FOREIGN: u8 = 5;
/// More lines than any key has.
const MOST_LINES: usize = 8192;

/// A place in a text where a key may be.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The mark before it.
    pub(super) begin: Option<Mark>,
    /// The mark behind it.
    pub(super) end: Option<Mark>,
    /// What is between.
    pub(super) region: Range<usize>,
}

/// A key that was found in a block.
#[derive(Debug)]
pub(super) struct Catch {
    pub(super) verdict: Verdict,
    pub(super) span: Range<usize>,
    pub(super) accidents: Accidents,
    /// Whether its headers have nothing in them that may belong to what is around it.
    pub(super) is_tidy: bool,
}

impl Block {
    /// Reads the block in every way until there is a key. `is_whole_file` says that nothing was undone before but
    /// the encoding.
    pub(super) fn search(&self, text: &[u8], is_whole_file: bool, court: &mut Court) -> Vec<Catch> {
        let region = &text[self.region.clone()];
        let raw: Vec<&[u8]> = lines(region).map(|line| line.text).take(MOST_LINES).collect();
        let is_one_line = self.is_one_line(region);
        let first = self.begin.as_ref().map_or(self.region.start, |mark| mark.start);
        let column = first - line_start(text, first);
        let mut caught: Vec<Catch> = Vec::new();
        // In a single line the blanks may have been line breaks, behind which something stood in front of the others.
        let words = is_one_line.then(|| words(region)).flatten();
        let of_words = words.into_iter().map(|stripped| (&WAYS[0], stripped));
        let of_lines = WAYS
            .iter()
            .filter_map(|way| Some((way, self.stripped(&raw, way, column)?)));
        for (way, stripped) in of_lines.chain(of_words) {
            let parts = parts(&stripped.lines, self.label());
            let mut is_settled = false;
            for reading in readings(&parts.lines, self.extent()) {
                let Some(found) = self.judge(text, &parts, &reading, court) else {
                    continue;
                };
                // Nothing but its length speaks for a public key, so nothing may have been passed over in it.
                let is_sure = || is_unbroken(text, &parts.lines, reading.len()) && !reading.may_end_before();
                if found.label.is_public() && !is_sure() {
                    continue;
                }
                let mut accidents = found.accidents.and(stripped.accidents);
                let place = Place {
                    span: found.span.clone(),
                    way,
                };
                if is_one_line {
                    accidents = accidents
                        .with(Accident::OneLine)
                        .without(Accident::BlanksInBase64);
                } else {
                    accidents = accidents.and(layout(text, &place, parts.encryption.is_some()));
                }
                accidents = accidents
                    .and(self.damage(found.label))
                    .and(surroundings(text, &place));
                let is_unended = is_whole_file && found.label == Label::OpenSsh && self.end.is_some();
                accidents = accidents.with_if(is_unended && self.ends_text(text), Accident::FinalNewline);
                is_settled = found.verdict.is_weak || !found.is_doubtful;
                let is_new = !caught
                    .iter()
                    .any(|known| court.is_same(known.verdict, found.verdict));
                if is_new {
                    caught.push(Catch {
                        verdict: found.verdict,
                        span: found.span,
                        accidents,
                        is_tidy: is_tidy(parts.headers.expose()) && !way.iter().any(|rule| rule.is_crude()),
                    });
                }
                if is_settled {
                    break;
                }
            }
            if is_settled || !caught.is_empty() {
                break;
            }
        }
        if caught.is_empty() && self.begin.is_some() && self.end.is_some() && self.label().is_some() {
            let foreign = odd_line(region).filter(|fault| matches!(fault, Fault::ForeignCharacter { .. }));
            if let Some(fault) = foreign {
                court.miss(FOREIGN, fault.into());
            }
        }
        caught
    }

    fn label(&self) -> Option<Label> {
        let known = |mark: &Mark| Some(mark.label).filter(|label| *label != Label::Unknown);
        self.begin
            .as_ref()
            .and_then(known)
            .or_else(|| self.end.as_ref().and_then(known))
    }

    fn extent(&self) -> Extent {
        if self.end.is_some() {
            Extent::Whole
        } else {
            Extent::AsLongAsItSays
        }
    }

    /// The lines without what stands in front of them. Where nothing says where the key ends, only as many lines
    /// as there are of the kind.
    fn stripped<'a>(&self, raw: &[&'a [u8]], way: &'static [Rule], column: usize) -> Option<Stripped<'a>> {
        let ends = Ends {
            are_of_marks: false,
            column,
        };
        if self.begin.is_some() && self.end.is_some() {
            let are_of_marks = raw.len() > 1;
            return stripped(raw, way, Ends { are_of_marks, column });
        }
        // The first line is the rest of one, and what stands in front of it was passed over.
        let (first, others) = raw.split_first()?;
        let fitting = if self.end.is_some() {
            others.len()
        } else {
            others
                .iter()
                .take_while(|line| stripped(&[line], way, ends).is_some())
                .count()
        };
        let mut found = stripped(&others[..fitting], way, ends).or_else(|| {
            // What stands in front of the last mark need not be the same.
            let (_, others) = others.split_last()?;
            stripped(others, way, ends)
        })?;
        if self.begin.is_none() || may_be_payload(first) {
            found.lines.insert(0, first);
        }
        Some(found)
    }

    fn is_one_line(&self, region: &[u8]) -> bool {
        // A part of the key stands in the line of a mark.
        let is_payload = |line: &[u8]| may_be_payload(line) && longest(line).len() >= 16;
        let mut all = lines(region);
        let first = all.next().map(|line| line.text);
        let last = all.last();
        match last {
            None => self.begin.is_some() && self.end.is_some(),
            Some(last) => {
                let is_begun = self.begin.is_some() && first.is_some_and(is_payload);
                is_begun || (self.end.is_some() && last.end.is_empty() && is_payload(last.text))
            }
        }
    }

    fn ends_text(&self, text: &[u8]) -> bool {
        self.end
            .as_ref()
            .is_some_and(|mark| mark.end == trim_end(text).len())
    }

    /// What became of the marks of a key that should have this label.
    fn damage(&self, label: Label) -> Accidents {
        let marks = [self.begin.as_ref(), self.end.as_ref()];
        let is_missing = marks.iter().any(Option::is_none);
        let is_damaged = |mark: &&Mark| !mark.is_sound;
        let is_other = |mark: &&Mark| mark.label != label && mark.label != Label::Unknown;
        let there = || marks.into_iter().flatten();
        Accidents::NONE
            .with_if(is_missing, Accident::MarksMissing)
            .with_if(there().any(|mark| is_damaged(&mark)), Accident::MarksDamaged)
            .with_if(there().any(|mark| is_other(&mark)), Accident::LabelExchanged)
    }

    /// Puts the file together that a reading stands for, and has it judged.
    fn judge(&self, text: &[u8], parts: &Parts<'_>, reading: &Reading, court: &mut Court) -> Option<Found> {
        let Some((blob, accidents)) = reading.blob() else {
            if self.begin.is_some() && self.end.is_some() && self.label().is_some() {
                self.miss(text, Fault::Base64Length.into(), reading, court);
            }
            return None;
        };
        let (label, whole) = if let Some((cipher, iv)) = parts.encryption {
            // Nothing inside says that all lines are there, so they have to look as if they were.
            if !reading.is_regular {
                self.miss(text, Fault::BlockLength.into(), reading, court);
                return None;
            }
            let label = self
                .label()
                .filter(|label| matches!(label, Label::Rsa | Label::Ec | Label::Dsa));
            let label = label.unwrap_or(Label::Rsa);
            let headers = format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: {cipher},{iv}\n");
            (label, pem(label.words(), &headers, blob.expose()))
        } else {
            let content = Content::of(blob.expose());
            let Some(label) = content.and_then(Content::label) else {
                let is_cut = blob::length(blob.expose()).is_some_and(|len| len > blob.len());
                if is_cut {
                    self.miss(text, DecodeError::Truncated, reading, court);
                }
                return None;
            };
            let is_loose = self.begin.is_none() && self.end.is_none() && parts.headers.is_empty();
            if is_loose && !content.is_some_and(Content::is_private) {
                return None;
            }
            (label, written(label, &parts.headers, blob.expose()))
        };
        let judged = match court.judge_by(&whole, blob.expose()) {
            Ok(verdict) => Ok((verdict, accidents)),
            Err(error) => match judge_regular(blob.expose(), &parts.headers, court) {
                Some(Ok((verdict, odd))) => {
                    court.was_irregular(verdict, whole);
                    Ok((verdict, accidents.and(odd)))
                }
                Some(Err(error)) => Err(error),
                None => Err(error),
            },
        };
        match judged {
            Ok((verdict, accidents)) => Some(Found {
                verdict,
                label,
                is_doubtful: accidents.has(Accident::BlanksInBase64)
                    || accidents.has(Accident::PlusBecameBlank),
                accidents,
                span: self.span(text, parts, reading),
            }),
            Err(error) => {
                self.miss(text, error, reading, court);
                None
            }
        }
    }

    /// Takes down why the block is no key, which it was plainly meant to be.
    fn miss(&self, text: &[u8], error: DecodeError, reading: &Reading, court: &mut Court) {
        // How near it came: a whole block is nearer than loose base64, the plain reading nearer than a repaired one.
        let marks = u8::from(self.begin.is_some()) + u8::from(self.end.is_some());
        let is_of_lines = matches!(error, DecodeError::Truncated | DecodeError::Malformed(_));
        let odd = odd_line(&text[self.region.clone()]).filter(|_| is_of_lines);
        court.miss(
            1 + 2 * marks + u8::from(reading.is_regular),
            odd.map_or(error, DecodeError::from),
        );
    }

    /// From the first character of the key to behind its last.
    fn span(&self, text: &[u8], parts: &Parts<'_>, reading: &Reading) -> Range<usize> {
        let start = self.begin.as_ref().map_or(self.region.start, |mark| mark.start);
        let end = match &self.end {
            Some(mark) => mark.end,
            None => parts
                .lines
                .iter()
                .scan(reading.len(), |left, line| Some((*line, end_within(line, left))))
                .fold(self.region.start, |end, (line, within)| {
                    within.map_or(end, |within| offset(text, line) + within)
                }),
        };
        start..end.max(start)
    }
}

/// The words of a line without those that stand in front of lines.
fn words(line: &[u8]) -> Option<Stripped<'_>> {
    let mut words = Vec::new();
    let mut accidents = Accidents::NONE;
    for word in line
        .split(|byte| matches!(byte, b' ' | b'\t'))
        .filter(|word| !word.is_empty())
    {
        let quotes = word
            .iter()
            .rev()
            .take_while(|byte| matches!(byte, b'>' | b'|'))
            .count();
        let word = if quotes < word.len() {
            &word[..word.len() - quotes]
        } else {
            word
        };
        accidents = accidents.with_if(quotes > 0, Accident::QuoteMarks);
        let digits = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let is_number = digits > 0 && digits < 8 && word[digits..].iter().all(|byte| b":.|)".contains(byte));
        let is_quote = word.iter().all(|byte| matches!(byte, b'>' | b'|'));
        let is_remark = word.len() <= 3 && word.iter().all(|byte| *byte == b'/');
        let is_other = word.len() < 32 && !is_number && (!may_be_payload(word) || is_remark);
        accidents = accidents
            .with_if(is_number, Accident::LineNumbers)
            .with_if(is_quote, Accident::QuoteMarks);
        accidents = accidents.with_if(is_other && !is_quote, Accident::InsideText);
        if !is_number && !is_quote && !is_other {
            words.push(word);
        }
    }
    (!accidents.is_empty() && words.len() < MOST_LINES).then_some(Stripped {
        lines: words,
        accidents,
    })
}

struct Found {
    verdict: Verdict,
    label: Label,
    is_doubtful: bool,
    accidents: Accidents,
    span: Range<usize>,
}

/// Where in a part of a text base64 begins as that of private keys does.
pub(super) fn bare_starts(text: &[u8], range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
    let is_char = |at: usize| matches!(letter(&text[at..=at]).0, Letter::Base64);
    let starts = range
        .clone()
        .filter(move |at| is_char(*at) && (*at == 0 || !is_char(*at - 1)));
    starts.filter(move |at| {
        let word = &text[*at..range.end];
        if word.starts_with(b"Proc-Type") || word.starts_with(b"DEK-Info") || is_ssh2_header(word) {
            return true;
        }
        // A sequence of DER that is long enough for a key, OpenSSH's magic word, or ssh.com's; blanks may have got in.
        let start = first_chars(word);
        start.starts_with(b"b3BlbnNzaC1rZXktdjEA")
            || start.starts_with(b"P2/56w")
            || (start.starts_with(b"M") && blob::chars_needed(&start).is_some())
    })
}

/// Whether a public key of SSH 2 begins here with its comment (RFC 4716 §3.3), and no other header, such as PuTTY's.
fn is_ssh2_header(text: &[u8]) -> bool {
    let mut all = lines(text).map(|line| line.text).filter(|line| !is_blank(line));
    let is_comment = text.starts_with(b"Comment:") && all.next().is_some_and(|line| !line.ends_with(b"\\"));
    is_comment
        && all
            .next()
            .is_some_and(|line| trim_start(line).starts_with(b"AAAA"))
}

/// The first characters of base64 without the blanks between them.
fn first_chars(text: &[u8]) -> Vec<u8> {
    let mut chars = Vec::with_capacity(24);
    let mut at = 0;
    while at < text.len().min(96) && chars.len() < 24 {
        let (kind, len) = letter(&text[at..]);
        match kind {
            Letter::Base64 => chars.push(text[at]),
            Letter::Blank | Letter::Nothing if chars.len() >= 4 => {}
            _ => break,
        }
        at += len;
    }
    chars
}

/// Has a key judged that is written otherwise than its format says; nothing where none of what is known is odd.
fn judge_regular(
    blob: &[u8],
    headers: &SecretBytes,
    court: &mut Court,
) -> Option<Result<(Verdict, Accidents), DecodeError>> {
    let content = Content::of(blob)?;
    let (regular, odd) = structure::regular(content, blob, &mut || court.may_compute(blob.len()))?;
    let whole = written(content.label()?, headers, regular.expose());
    Some(
        court
            .judge_by(&whole, regular.expose())
            .map(|verdict| (verdict, odd)),
    )
}

/// A file of this kind.
fn written(label: Label, headers: &SecretBytes, blob: &[u8]) -> SecretBytes {
    if !matches!(label, Label::OpenSsh | Label::SshCom | Label::SshPublic) {
        return pem(label.words(), "", blob);
    }
    let body = wrapped_base64(blob, SSH_WIDTH);
    let mut text = SecretBytes::with_capacity(body.len() + headers.len() + 120);
    text.extend(label.line(Word::Begin).as_bytes());
    text.extend(b"\n");
    if label != Label::OpenSsh {
        text.extend(headers.expose());
    }
    text.extend(body.expose());
    text.extend(label.line(Word::End).as_bytes());
    text.extend(b"\n");
    text
}

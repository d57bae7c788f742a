//! What happens to key files on their way, undone without guessing: the key itself proves that it is whole.
//!
//! A text is looked at in layers: how it is encoded, what it is carried in, what is spelled out in it, the marks
//! around the key, its base64. Each layer that fits is taken off, and what is left is looked at again. Whatever comes
//! of it is read as strictly as any file; nothing else makes it a key. If two different keys come out, none is taken.

mod accident;
mod again;
mod around;
mod blob;
mod block;
mod body;
mod court;
mod curve;
mod encoding;
mod escapes;
mod headers;
mod json;
mod letters;
mod marks;
mod place;
mod prefix;
mod public;
mod putty;
mod structure;
mod web;

use std::ops::Range;

pub use accident::{Accident, Accidents};

use super::{DecodeError, Parsed, jwk};
use crate::secret::SecretBytes;
use blob::Content;
use block::Block;
use court::Court;
use letters::{find, find_any_case, trim_space};
use marks::{Mark, Word, marks};

/// How deep layers may lie in each other.
const DEEPEST: u32 = 7;
/// How many texts are looked at in all.
const MOST_TEXTS: u32 = 2000;
/// How many bytes are looked at, for each byte of the file and besides.
const MOST_WORK: (usize, usize) = (6, 1 << 20);
/// How many bytes may be held at once, for each byte of the file and besides.
const MOST_HELD: (usize, usize) = (2, 1 << 18);
/// More places than this where a key may begin are not looked at.
const MOST_STARTS: usize = 200;

/// A key that was put together again.
#[derive(Debug)]
pub struct Mended {
    /// The clean file: the key as its format writes it, and nothing else.
    pub text: SecretBytes,
    /// What it is.
    pub parsed: Parsed,
    /// What had to be undone.
    pub accidents: Accidents,
    /// The file as its format writes it, but with the bytes of the key as they were, where these are written otherwise
    /// than the format says.
    pub(super) irregular: Option<SecretBytes>,
}

/// Looks for the one key in a file, whatever happened to it.
///
/// # Errors
/// Why there is none: [`DecodeError::MultipleKeys`], or what is wrong with what comes nearest to one; nothing where
/// nothing looks like a key.
pub fn mend(bytes: &[u8]) -> Result<Mended, Option<DecodeError>> {
    let mut search = Search {
        court: Court::default(),
        texts_left: MOST_TEXTS,
        work_left: bytes.len() * MOST_WORK.0 + MOST_WORK.1,
        room_left: bytes.len() * MOST_HELD.0 + MOST_HELD.1,
    };
    search.look(bytes, &View::FILE);
    let chosen = search.court.decide()?;
    Ok(Mended {
        text: chosen.text,
        parsed: chosen.parsed,
        accidents: chosen.accidents,
        irregular: chosen.irregular,
    })
}

/// How a text came about.
#[derive(Clone, Copy, Debug)]
struct View {
    accidents: Accidents,
    /// Whether it is the whole file, be it in another encoding.
    is_file: bool,
    depth: u32,
}

impl View {
    const FILE: Self = Self {
        accidents: Accidents::NONE,
        is_file: true,
        depth: 0,
    };

    /// What is within it.
    fn within(self, accidents: Accidents) -> Self {
        Self {
            accidents: self.accidents.and(accidents),
            is_file: false,
            depth: self.depth + 1,
        }
    }
}

struct Search {
    court: Court,
    texts_left: u32,
    work_left: usize,
    room_left: usize,
}

impl Search {
    fn look(&mut self, text: &[u8], view: &View) {
        let work = text.len() + 64;
        if view.depth > DEEPEST || self.texts_left == 0 || self.work_left < work || self.court.has_several() {
            return;
        }
        self.texts_left -= 1;
        self.work_left -= work;
        if view.is_file && self.look_at_der(text) {
            return;
        }
        if let Some((text, accidents)) = encoding::from_utf16(text) {
            let view = View {
                is_file: view.is_file,
                ..view.within(accidents)
            };
            return self.hold(&text, |search, text| search.look(text, &view));
        }
        let (text, is_marked) = encoding::without_mark(text);
        let view = View {
            accidents: view.accidents.with_if(is_marked, Accident::ByteOrderMark),
            ..*view
        };
        if let Some(store) = again::store(text) {
            match self.court.judge(&store) {
                Ok(verdict) => {
                    let accidents = view.accidents.with(Accident::Base64Again);
                    self.court.see(verdict, accidents, true, false);
                }
                Err(error) => self.court.miss(3, error),
            }
            return;
        }
        if let Some(found) = web::from_rtf(text) {
            let view = view.within(Accidents::of(&[Accident::InsideText]));
            return self.hold(&found, |search, text| search.look(text, &view));
        }
        if self.look_into_json(text, &view) {
            return;
        }
        let (spans, is_tidy) = self.harvest(text, &view);
        if is_tidy && !gaps(text.len(), &spans).any(|gap| is_worth_it(&text[gap])) {
            return;
        }
        if spans.is_empty() && !is_worth_it(text) {
            return;
        }
        self.look_behind_spelling(text, &view);
    }

    /// Looks at a text that was made of another one, as long as there is room for it.
    fn hold(&mut self, text: &SecretBytes, look: impl FnOnce(&mut Self, &[u8])) {
        if let Some(left) = self.room_left.checked_sub(text.len()) {
            self.room_left = left;
            look(self, text.expose());
            self.room_left += text.len();
        }
    }

    /// Looks at a file that is no text; says whether it is a key written otherwise than its format says.
    fn look_at_der(&mut self, bytes: &[u8]) -> bool {
        let content = Content::of(bytes).filter(|content| matches!(content, Content::Der(_)));
        let court = &mut self.court;
        let mut may_compute = || court.may_compute(bytes.len());
        let Some((regular, odd)) =
            content.and_then(|content| structure::regular(content, bytes, &mut may_compute))
        else {
            return false;
        };
        match self.court.judge(&regular) {
            Ok(verdict) => {
                self.court.was_irregular(verdict, SecretBytes::copy_of(bytes));
                self.court.see(verdict, odd, true, false);
            }
            Err(error) => self.court.miss(3, error),
        }
        true
    }

    /// Looks into the strings of a text that is JSON; says whether it is.
    fn look_into_json(&mut self, text: &[u8], view: &View) -> bool {
        let Some(shape) = json::shape(text) else {
            return false;
        };
        let carrier = match shape {
            json::Shape::Value => Accidents::of(&[Accident::InsideJson]),
            json::Shape::String => Accidents::of(&[Accident::Quoted]),
        };
        let spelled = if shape == json::Shape::String {
            Accident::Escaped
        } else {
            Accident::InsideJson
        };
        json::strings(text, |string, is_spelled| {
            if is_worth_it(string.expose()) {
                let view = view.within(carrier.with_if(is_spelled, spelled));
                self.hold(string, |search, text| search.look(text, &view));
            }
        });
        // A JSON Web Key is no string, but the text itself.
        if jwk::is_candidate(trim_space(text)) {
            let text = SecretBytes::copy_of(trim_space(text));
            match self.court.judge(&text) {
                Ok(verdict) => self.court.see(verdict, view.accidents, true, false),
                Err(error) => self.look_at_short_jwk(&text, view, error),
            }
        }
        true
    }

    /// A JSON Web Key in which numbers are left out that can be computed.
    fn look_at_short_jwk(&mut self, text: &SecretBytes, view: &View, error: DecodeError) {
        let whole = jwk::with_all_numbers(text.expose());
        match whole.map(|whole| self.court.judge(&whole)) {
            Some(Ok(verdict)) => {
                let accidents = view.accidents.with(Accident::MissingNumbers);
                self.court.see(verdict, accidents, true, false);
            }
            Some(Err(_)) | None => self.court.miss(3, error),
        }
    }

    /// Looks at what is left when one kind of spelling is undone.
    fn look_behind_spelling(&mut self, text: &[u8], view: &View) {
        if let Some(found) = escapes::from_quoted_printable(text) {
            let view = view.within(Accidents::of(&[Accident::InsideText]));
            self.hold(&found, |search, text| search.look(text, &view));
        }
        if let Some(found) = escapes::from_echoes(text) {
            let view = view.within(Accidents::of(&[Accident::InsideText]));
            self.hold(&found, |search, text| search.look(text, &view));
        }
        if let Some((found, accidents)) = web::page_decoded(text) {
            let view = view.within(accidents);
            self.hold(&found, |search, text| search.look(text, &view));
        }
        for found in web::url_decoded(text) {
            let view = view.within(Accidents::of(&[Accident::UrlEncoded]));
            self.hold(&found, |search, text| search.look(text, &view));
        }
        if let Some(found) = escapes::unescaped(text) {
            let view = view.within(Accidents::of(&[Accident::Escaped]));
            self.hold(&found, |search, text| search.look(text, &view));
        }
        let view = view.within(Accidents::of(&[Accident::Base64Again]));
        again::decoded_texts(text, |found| {
            if is_worth_it(found.expose()) {
                self.hold(found, |search, text| search.look(text, &view));
            }
        });
    }

    /// Takes down every key that stands in a text as it is; says where, and whether nothing of what is around a key
    /// may have got into its comment.
    fn harvest(&mut self, text: &[u8], view: &View) -> (Vec<Range<usize>>, bool) {
        let mut spans: Vec<Range<usize>> = Vec::new();
        let mut is_tidy = true;
        for range in putty::places(text) {
            if let Some(found) = putty::search(text, &range, &mut self.court) {
                self.court.see(
                    found.verdict,
                    view.accidents.and(found.accidents),
                    found.is_tidy,
                    false,
                );
                is_tidy &= found.is_tidy;
                spans.push(found.span);
            }
        }
        let marks = marks(text);
        for block in blocks(text, &marks) {
            let is_taken = spans.iter().any(|span| span.contains(&block.region.start));
            if is_taken || self.court.has_several() {
                continue;
            }
            for found in block.search(text, view.is_file, &mut self.court) {
                self.court.see(
                    found.verdict,
                    view.accidents.and(found.accidents),
                    found.is_tidy,
                    false,
                );
                is_tidy &= found.is_tidy;
                spans.push(found.span);
            }
        }
        for gap in gaps(text.len(), &spans).collect::<Vec<_>>() {
            public::search(text, gap, &mut self.court, |court, sight| {
                let accidents = view.accidents.and(sight.accidents);
                court.see(sight.verdict, accidents, sight.is_tidy, sight.has_lead);
                is_tidy &= sight.is_tidy;
                spans.push(sight.span);
                !court.has_several()
            });
        }
        if spans.is_empty()
            && let Some(sight) = public::bare(text, &mut self.court)
        {
            self.court.see(
                sight.verdict,
                view.accidents.and(sight.accidents),
                sight.is_tidy,
                false,
            );
            spans.push(sight.span);
        }
        (spans, is_tidy)
    }
}

/// The places where keys may be: between two marks, beside one, or where something begins as keys do.
fn blocks(text: &[u8], marks: &[Mark]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut from = 0;
    for (number, mark) in marks.iter().enumerate() {
        let next = marks.get(number + 1);
        match mark.word {
            Word::Begin => {
                blocks.extend(bare_blocks(text, from..mark.start, None));
                let end = next.filter(|next| next.word == Word::End).copied();
                blocks.push(Block {
                    begin: Some(*mark),
                    end,
                    region: mark.end..next.map_or(text.len(), |next| next.start),
                });
            }
            Word::End => {
                let has_begin = number > 0 && marks[number - 1].word == Word::Begin;
                if !has_begin {
                    blocks.extend(bare_blocks(text, from..mark.start, Some(*mark)));
                }
            }
        }
        from = mark.end;
    }
    blocks.extend(bare_blocks(text, from..text.len(), None));
    blocks
}

/// The places in a part of a text where base64 begins as that of private keys does.
fn bare_blocks(text: &[u8], range: Range<usize>, end: Option<Mark>) -> Vec<Block> {
    let starts = block::bare_starts(text, range.clone());
    let block = |start| Block {
        begin: None,
        end,
        region: start..range.end,
    };
    starts.take(MOST_STARTS).map(block).collect()
}

/// What is between the spans.
fn gaps(len: usize, spans: &[Range<usize>]) -> impl Iterator<Item = Range<usize>> {
    let mut sorted = spans.to_vec();
    sorted.sort_by_key(|span| span.start);
    let ends = sorted.clone().into_iter().map(|span| span.end);
    let starts: Vec<usize> = sorted.into_iter().map(|span| span.start).chain([len]).collect();
    std::iter::once(0)
        .chain(ends)
        .zip(starts)
        .filter(|(from, to)| from < to)
        .map(|(from, to)| from..to)
}

/// Whether a key may be in a text: there is a word that keys have, or a long word that may be base64.
fn is_worth_it(text: &[u8]) -> bool {
    const LONG: usize = 40;
    let has_word = [&b"PuTTY-User-Key-File"[..], b"ssh-", b"ecdsa-sha2-", b"\"kty\""]
        .iter()
        .any(|word| find(text, word).is_some());
    let mut words = text.split(|byte| !(byte.is_ascii_alphanumeric() || b"+/-_%".contains(byte)));
    has_word || words.any(|word| word.len() >= LONG) || find_any_case(text, b"begin").is_some()
}

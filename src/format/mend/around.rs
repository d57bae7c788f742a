//! What stands around a key in its text, and how its lines are laid out.

use std::ops::Range;

use super::accident::{Accident, Accidents};
use super::letters::{find, is_blank, lines, space_len, trim, trim_end, trim_space, trim_start};
use super::prefix::{Ends, Rule, is_indented, stripped};

/// Quotation marks, and what closes each.
const QUOTES: [(&str, &str); 9] = [
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("\u{201c}", "\u{201d}"),
    ("\u{201d}", "\u{201d}"),
    ("\u{201e}", "\u{201c}"),
    ("\u{2018}", "\u{2019}"),
    ("\u{2019}", "\u{2019}"),
    ("\u{ab}", "\u{bb}"),
];

/// What closes the quotation mark that `text` ends with, and how long that is.
pub(super) fn open_quote(text: &[u8]) -> Option<(&'static [u8], usize)> {
    let quote = |(open, close): &(&'static str, &'static str)| {
        text.ends_with(open.as_bytes())
            .then_some((close.as_bytes(), open.len()))
    };
    QUOTES.iter().find_map(quote)
}

/// A key's place in a text.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// From its first character to behind its last.
    pub(super) span: Range<usize>,
    /// What had to be taken off each line to read it.
    pub(super) way: &'static [Rule],
}

/// Everything but the key: the rest of its first and last line, and the lines before and behind.
struct Around<'a> {
    lead: &'a [u8],
    before: &'a [u8],
    tail: &'a [u8],
    behind: &'a [u8],
}

impl<'a> Around<'a> {
    fn of(text: &'a [u8], place: &Place) -> Self {
        let line_start = line_start(text, place.span.start);
        let rest = &text[place.span.end..];
        let tail_len = lines(rest).next().map_or(0, |line| line.text.len());
        let (tail, behind) = rest.split_at(tail_len);
        let mut around = Self {
            lead: &text[line_start..place.span.start],
            before: without_parameters(&text[..line_start]),
            tail: trim(tail),
            behind,
        };
        // What stands before each line stands before the first one as well.
        if let Some(left) =
            stripped(&[around.lead], place.way, Ends::default()).and_then(|left| left.lines.first().copied())
        {
            around.lead = left;
        }
        if place
            .way
            .iter()
            .any(|rule| matches!(rule, Rule::LastWord | Rule::Column))
        {
            around.lead = &[];
        }
        around.lead = trim_end(around.lead);
        around
    }

    fn has_nothing_before(&self, way: &'static [Rule]) -> bool {
        is_nothing(self.before, way)
    }

    /// Takes quotation marks off both sides.
    fn unquoted(&mut self) -> bool {
        let is_fence =
            |text: &[u8]| text.ends_with(b"\"\"\"") || text.ends_with(b"'''") || text.ends_with(b"```");
        let opening = if is_blank(self.lead) {
            trim_space(self.before)
        } else {
            self.lead
        };
        let Some((close, len)) = open_quote(opening).filter(|_| !is_fence(opening)) else {
            return false;
        };
        let closing = if self.tail.is_empty() {
            &self.behind[space_len(self.behind)..]
        } else {
            self.tail
        };
        let Some(left) = closing.strip_prefix(close) else {
            return false;
        };
        let opened = trim_end(&opening[..opening.len() - len]);
        if is_blank(self.lead) {
            self.before = opened;
        } else {
            self.lead = opened;
        }
        if self.tail.is_empty() {
            self.behind = left;
        } else {
            self.tail = trim(left);
        }
        true
    }
}

/// The text without the parameters of a curve at its end, which `openssl ecparam` writes before the key: the key has them too.
fn without_parameters(before: &[u8]) -> &[u8] {
    const BEGIN: &[u8] = b"-----BEGIN EC PARAMETERS-----";
    const END: &[u8] = b"-----END EC PARAMETERS-----";
    match find(before, BEGIN) {
        Some(at) if trim_space(&before[at..]).ends_with(END) => &before[..at],
        _ => before,
    }
}

/// Where the line begins in which `at` is.
pub(super) fn line_start(text: &[u8], at: usize) -> usize {
    let mut start = 0;
    for line in lines(&text[..at]) {
        if line.end.is_empty() {
            break;
        }
        start += line.text.len() + line.end.len();
    }
    start
}

/// Whether nothing is in these lines but what stands in front of each.
fn is_nothing(text: &[u8], way: &'static [Rule]) -> bool {
    lines(text).all(|line| {
        is_blank(line.text)
            || stripped(&[line.text], way, Ends::default())
                .is_some_and(|left| !way.is_empty() && left.lines.iter().all(|rest| is_blank(rest)))
    })
}

/// What a key stands in, and what stands around it.
pub(super) fn surroundings(text: &[u8], place: &Place) -> Accidents {
    // What the lines of a program's text have around them is known already.
    if place.way.iter().any(|rule| rule.is_crude()) {
        return Accidents::NONE;
    }
    let mut around = Around::of(text, place);
    let mut found = Accidents::NONE.with_if(around.unquoted(), Accident::Quoted);
    let carrier = if is_blank(around.lead) {
        let is_deeper = is_indented(&text[line_start(text, place.span.start)..=place.span.start]);
        carrier_above(around.before, is_deeper)
    } else {
        carrier_of_lead(around.lead)
    };
    if let Some(carrier) = carrier {
        return found.with(carrier);
    }
    let is_led = !is_blank(around.lead) || !around.has_nothing_before(place.way);
    found = found.with_if(is_led, Accident::TextBefore);
    found = found.with_if(
        !is_led && !around.before.is_empty() && place.way.is_empty(),
        Accident::BlankLines,
    );
    let is_followed = !around.tail.is_empty() || !is_nothing(around.behind, place.way);
    found.with_if(is_followed, Accident::TextBehind)
}

/// What says of the text before a key in the same line that it is a part of something.
fn carrier_of_lead(lead: &[u8]) -> Option<Accident> {
    let lead = trim(lead);
    match lead.last()? {
        b':' => {
            let name = trim(&lead[..lead.len() - 1]);
            if let Some((_, _)) = open_quote(name).filter(|_| name.len() > 2) {
                return Some(Accident::InsideJson);
            }
            let name = name.strip_prefix(b"-").map_or(name, trim_start);
            let is_name = !name.is_empty()
                && name
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(byte));
            is_name.then_some(Accident::InsideYaml)
        }
        b'-' if lead == b"-" => Some(Accident::InsideYaml),
        b'=' | b'>' | b'[' | b'(' | b'{' | b',' | b'|' | b'*' => Some(Accident::InsideText),
        _ => None,
    }
}

/// The same of the line above.
fn carrier_above(before: &[u8], is_deeper: bool) -> Option<Accident> {
    let above = trim(
        lines(before)
            .map(|line| line.text)
            .filter(|line| !is_blank(line))
            .last()?,
    );
    // A remark may stand behind what opens a block of YAML.
    let bare = find(above, b" #").map_or(above, |remark| trim_end(&above[..remark]));
    let style = bare
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+'))
        .count();
    let opener = &bare[..bare.len() - style];
    let is_block = opener
        .strip_suffix(b"|")
        .or_else(|| opener.strip_suffix(b">"))
        .is_some_and(|rest| {
            let rest = trim_end(rest);
            rest.ends_with(b":") || rest == b"-" || rest.ends_with(b" -")
        });
    let is_name = bare
        .strip_suffix(b":")
        .is_some_and(|_| carrier_of_lead(bare) == Some(Accident::InsideYaml));
    let is_fence = above.starts_with(b"```")
        || above.starts_with(b"~~~")
        || above.ends_with(b"\"\"\"")
        || above.ends_with(b"'''")
        || above.ends_with(b"=")
        || above.ends_with(b"= \\")
        || above.ends_with(b"(")
        || above.ends_with(b"[")
        || above.ends_with(b"{")
        || (above.starts_with(b"<") && above.ends_with(b">"))
        || find(above, b"<<").is_some()
        || above.ends_with(b"{code}");
    if is_block || (is_name && is_deeper) {
        Some(Accident::InsideYaml)
    } else {
        is_fence.then_some(Accident::InsideText)
    }
}

/// How the lines of a key are laid out that has several.
pub(super) fn layout(text: &[u8], place: &Place, has_headers: bool) -> Accidents {
    let start = line_start(text, place.span.start);
    let rest = &text[place.span.end..];
    let tail_len = lines(rest)
        .next()
        .map_or(0, |line| line.text.len() + line.end.len());
    let region = &text[start..place.span.end + tail_len];
    let last = lines(region).count().saturating_sub(1);
    let mut blank_lines = 0;
    let mut found = Accidents::NONE;
    for (number, line) in lines(region).enumerate() {
        let is_inside = number > 0 && number < last;
        found = found.with_if(!matches!(line.end, b"" | b"\n"), Accident::LineEnds);
        if is_blank(line.text) {
            blank_lines += usize::from(is_inside);
            continue;
        }
        if place.way.is_empty() {
            found = found.with_if(is_indented(line.text), Accident::Indented);
            let is_trailed = trim_end(line.text).len() < line.text.len();
            found = found.with_if(is_trailed, Accident::TrailingBlanks);
        }
    }
    if has_headers && place.way.is_empty() {
        found = found.and(folds(region));
    }
    // One is due behind the headers of an encrypted PEM file.
    found.with_if(
        place.way.is_empty() && blank_lines != usize::from(has_headers),
        Accident::BlankLines,
    )
}

/// The characters of a line in PEM, which OpenSSL wants exactly where headers stand before them (RFC 1421 §4.3.2.4).
const PEM_WIDTH: usize = 64;

/// How the base64 of an encrypted PEM file is folded, where that is not as it should be.
fn folds(region: &[u8]) -> Accidents {
    let is_payload = |line: &&[u8]| !is_blank(line) && !line.contains(&b':');
    let mut all: Vec<&[u8]> = lines(region).skip(1).map(|line| trim(line.text)).collect();
    // The marks stand in the first and the last one.
    all.pop();
    let lens: Vec<usize> = all.into_iter().filter(is_payload).map(<[u8]>::len).collect();
    let Some((last, others)) = lens.split_last() else {
        return Accidents::NONE;
    };
    let is_long = *last > PEM_WIDTH;
    let is_other = is_long || others.iter().any(|len| *len != PEM_WIDTH);
    let is_one_line = others.is_empty() && is_long;
    Accidents::NONE
        .with_if(is_one_line, Accident::OneLine)
        .with_if(is_other && !is_one_line, Accident::BlanksInBase64)
}

#[cfg(test)]
mod tests {
    use super::super::prefix::WAYS;
    use super::*;

    const KEY: &str = "-----BEGIN X-----\nAAEC\n-----END X-----";

    fn around(before: &str, behind: &str) -> Accidents {
        let text = format!("{before}{KEY}{behind}");
        let place = Place {
            span: before.len()..before.len() + KEY.len(),
            way: WAYS[0],
        };
        surroundings(text.as_bytes(), &place)
    }

    #[test]
    fn what_a_key_stands_in_is_named() {
        use Accident as A;
        for (before, behind, expected) in [
            ("", "\n", &[][..]),
            ("\n \n", "\n", &[A::BlankLines]),
            ("Here is the key:\n\n", "\n", &[A::TextBefore]),
            ("# key of the build server\n", "\n", &[A::TextBefore]),
            ("", "\n\nRegards\n", &[A::TextBehind]),
            ("", "%", &[A::TextBehind]),
            ("", "\n\0", &[A::TextBehind]),
            ("\"", "\"\n", &[A::Quoted]),
            ("\u{201c}\n", "\n\u{201d}\n", &[A::Quoted]),
            ("KEY=\"", "\n\"\nPORT=22\n", &[A::Quoted, A::InsideText]),
            ("PORT=22\nKEY=", "\n", &[A::InsideText]),
            ("The key:\n\n```\n", "\n```\n", &[A::InsideText]),
            ("key = \"\"\"\n", "\n\"\"\"\n", &[A::InsideText]),
            ("<key><![CDATA[", "\n]]></key>\n", &[A::InsideText]),
            ("<a>\n<key>", "</key>\n</a>", &[A::InsideText]),
            ("cat <<EOF\n", "\nEOF\n", &[A::InsideText]),
            ("host: web\nkey: |\n  ", "\n", &[A::InsideYaml]),
            ("keys:\n  - >-\n    ", "\n", &[A::InsideYaml]),
            ("key: |2- # the key\n", "\nuser: u\n", &[A::InsideYaml]),
            ("key: ", "\n", &[A::InsideYaml]),
            ("{\"private_key\": \"", "\"}", &[A::Quoted, A::InsideJson]),
        ] {
            assert_eq!(
                around(before, behind),
                Accidents::of(expected),
                "{before:?} {behind:?}"
            );
        }
    }

    #[test]
    fn what_stands_before_every_line_is_no_text_before_the_key() {
        let text = "> hello\n>\n> AAEC\n> AAEC\n> \n";
        let place = Place {
            span: 12..25,
            way: &[Rule::Quotes],
        };
        let found = surroundings(text.as_bytes(), &place);
        assert_eq!(found, Accidents::of(&[Accident::TextBefore]));
        let alone = &text[8..];
        let place = Place {
            span: 4..17,
            way: &[Rule::Quotes],
        };
        assert_eq!(surroundings(alone.as_bytes(), &place), Accidents::NONE);
    }

    #[test]
    fn the_layout_of_lines_is_named() {
        use Accident as A;
        for (text, expected) in [
            ("a\nb\nc", &[][..]),
            ("a\r\nb\r\nc\r\n", &[A::LineEnds]),
            ("a\n  b\nc\n", &[A::Indented]),
            ("a\nb \nc\n", &[A::TrailingBlanks]),
            ("a\n\nb\nc\n", &[A::BlankLines]),
        ] {
            let end = text.trim_end().len();
            let place = Place {
                span: 0..end,
                way: WAYS[0],
            };
            assert_eq!(
                layout(text.as_bytes(), &place, false),
                Accidents::of(expected),
                "{text:?}"
            );
        }
        let place = Place {
            span: 0..4,
            way: WAYS[0],
        };
        assert_eq!(layout(b"a\n\nb", &place, true), Accidents::NONE);
        assert_eq!(
            layout(b"a\nbb", &place, true),
            Accidents::of(&[Accident::BlankLines])
        );
    }
}

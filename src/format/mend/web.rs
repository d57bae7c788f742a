//! Characters as web addresses and web pages spell them, and the tags of pages, of XML and of RTF.

use super::accident::{Accident, Accidents};
use super::escapes::byte_of;
use super::letters::{find, find_any_case};
use crate::secret::SecretBytes;

/// The characters that pages name, as far as they stand in keys.
const NAMES: [(&str, &str); 22] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", "\u{a0}"),
    ("plus", "+"),
    ("sol", "/"),
    ("equals", "="),
    ("NewLine", "\n"),
    ("Tab", "\t"),
    ("shy", "\u{ad}"),
    ("dash", "\u{2010}"),
    ("hyphen", "\u{2010}"),
    ("minus", "\u{2212}"),
    ("ndash", "\u{2013}"),
    ("mdash", "\u{2014}"),
    ("ZeroWidthSpace", "\u{200b}"),
    ("ensp", "\u{2002}"),
    ("emsp", "\u{2003}"),
    ("colon", ":"),
    ("comma", ","),
];
/// Tags that a line ends at.
const BLOCKS: [&str; 14] = [
    "br",
    "p",
    "div",
    "pre",
    "li",
    "tr",
    "td",
    "h1",
    "h2",
    "h3",
    "blockquote",
    "ul",
    "table",
    "body",
];
/// Other tags of pages; what has tags beside these is XML.
const INLINE: [&str; 14] = [
    "span", "code", "b", "i", "a", "html", "font", "tt", "em", "strong", "wbr", "samp", "textarea", "center",
];

/// `text` with `%2B` and the like read, in each way in which a blank may be spelled; nothing where there is none.
pub(super) fn url_decoded(text: &[u8]) -> Vec<SecretBytes> {
    let is_hex = |pair: &[u8]| pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit);
    let has_any = (0..text.len()).any(|at| text[at] == b'%' && text.get(at + 1..at + 3).is_some_and(is_hex));
    if !has_any {
        return Vec::new();
    }
    let read = |blank: u8| {
        let mut found = SecretBytes::with_capacity(text.len());
        let mut rest = text;
        while let [first, behind @ ..] = rest {
            rest = match (first, behind) {
                (b'%', [high, low, further @ ..]) if is_hex(&[*high, *low]) => {
                    found.extend(&[byte_of([*high, *low])]);
                    further
                }
                (b'+', _) => {
                    found.extend(&[blank]);
                    behind
                }
                _ => {
                    found.extend(&[*first]);
                    behind
                }
            };
        }
        found
    };
    // In what a form sends, a plus is a blank, and a plus is spelled out.
    let has = |part: &[u8]| find_any_case(text, part).is_some();
    match (text.contains(&b'+'), has(b"%2b")) {
        (false, _) => vec![read(b'+')],
        (true, true) => vec![read(b' '), read(b'+')],
        (true, false) => vec![read(b'+'), read(b' ')],
    }
}

/// `text` without tags, with the characters that are named or numbered; and what it was.
pub(super) fn page_decoded(text: &[u8]) -> Option<(SecretBytes, Accidents)> {
    let has_entity = find(text, b"&").is_some_and(|at| text[at..].contains(&b';'));
    let has_tag = find(text, b"<").is_some_and(|at| text[at..].contains(&b'>'));
    if !has_entity && !has_tag {
        return None;
    }
    let mut found = SecretBytes::with_capacity(text.len());
    let (mut is_page, mut is_markup, mut has_entities) = (false, false, false);
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        if *first == b'<'
            && let Some((tag, further)) = tag(behind)
        {
            if tag == "![CDATA[" {
                is_markup = true;
            } else {
                let is_block = BLOCKS.iter().any(|name| tag.eq_ignore_ascii_case(name));
                let is_of_pages = is_block || INLINE.iter().any(|name| tag.eq_ignore_ascii_case(name));
                is_page |= is_of_pages;
                is_markup |= !is_of_pages || !tag.eq_ignore_ascii_case("br");
                if is_block {
                    found.extend(b"\n");
                }
            }
            rest = further;
            continue;
        }
        if *first == b'&'
            && let Some(further) = entity(behind, &mut found)
        {
            has_entities = true;
            rest = further;
            continue;
        }
        if let Some(further) = rest.strip_prefix(b"]]>") {
            rest = further;
            continue;
        }
        found.extend(&[*first]);
        rest = behind;
    }
    // XML has its own characters spelled so: that is no accident beside it.
    let is_xml = is_markup && !is_page;
    let is_spelled = (has_entities || is_page) && !is_xml;
    (is_page || is_markup || has_entities).then(|| {
        let accidents = Accidents::NONE
            .with_if(is_spelled, Accident::HtmlEntities)
            .with_if(is_markup, Accident::InsideText);
        (found, accidents)
    })
}

/// The name of the tag behind `<`, and what stands behind its `>`.
fn tag(behind: &[u8]) -> Option<(&str, &[u8])> {
    if let Some(further) = behind.strip_prefix(b"![CDATA[") {
        return Some(("![CDATA[", further));
    }
    let name_start = behind
        .iter()
        .take_while(|byte| matches!(byte, b'/' | b'!' | b'?'))
        .count();
    let name_len = behind[name_start..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(byte))
        .count();
    let end = behind.iter().take(512).position(|byte| *byte == b'>')?;
    if name_len == 0 || behind[..end].contains(&b'<') {
        return None;
    }
    let name = std::str::from_utf8(&behind[name_start..name_start + name_len]).ok()?;
    Some((name, &behind[end + 1..]))
}

/// Writes the character that is named behind `&`; returns what stands behind its `;`.
fn entity<'a>(behind: &'a [u8], found: &mut SecretBytes) -> Option<&'a [u8]> {
    let end = behind.iter().take(16).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&behind[..end]).ok()?;
    let number = name
        .strip_prefix('#')
        .map(|number| match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        });
    if let Some(number) = number {
        let character = number.ok().and_then(char::from_u32)?;
        found.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
    } else {
        let (_, character) = NAMES.iter().find(|(known, _)| *known == name)?;
        found.extend(character.as_bytes());
    }
    Some(&behind[end + 1..])
}

/// The text of an RTF file; nothing where it is none.
pub(super) fn from_rtf(text: &[u8]) -> Option<SecretBytes> {
    if !text.starts_with(b"{\\rtf") {
        return None;
    }
    let mut found = SecretBytes::with_capacity(text.len());
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        rest = match (first, behind) {
            (b'{' | b'}' | b'\r' | b'\n', _) => behind,
            (b'\\', [b'\'', high, low, further @ ..]) => {
                found.extend(&[byte_of([*high, *low])]);
                further
            }
            (b'\\', [sign @ (b'\\' | b'{' | b'}'), further @ ..]) => {
                found.extend(&[*sign]);
                further
            }
            (b'\\', [b'\r' | b'\n', further @ ..]) => {
                found.extend(b"\n");
                further
            }
            (b'\\', _) => control_word(behind, &mut found),
            _ => {
                found.extend(&[*first]);
                behind
            }
        };
    }
    Some(found)
}

/// Reads a control word: what it stands for goes to `found`, what stands behind it is returned.
fn control_word<'a>(behind: &'a [u8], found: &mut SecretBytes) -> &'a [u8] {
    let name_len = behind
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    if name_len == 0 {
        return behind.get(1..).unwrap_or_default();
    }
    let (name, mut rest) = behind.split_at(name_len);
    match name {
        b"par" | b"line" => found.extend(b"\n"),
        b"tab" => found.extend(b"\t"),
        b"emdash" | b"endash" => found.extend("\u{2014}".as_bytes()),
        b"lquote" | b"rquote" => found.extend(b"'"),
        b"ldblquote" | b"rdblquote" => found.extend(b"\""),
        _ => {}
    }
    let number = rest
        .iter()
        .take_while(|byte| byte.is_ascii_digit() || **byte == b'-')
        .count();
    rest = &rest[number..];
    rest.strip_prefix(b" ").unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &SecretBytes) -> String {
        String::from_utf8(bytes.expose().to_vec()).unwrap()
    }

    #[test]
    fn a_web_address_is_read_with_its_pluses_as_blanks_first_where_it_spells_them_out() {
        let read = |part: &str| url_decoded(part.as_bytes()).iter().map(text).collect::<Vec<_>>();
        assert_eq!(read("ssh-rsa%20AA+A%3D"), ["ssh-rsa AA+A=", "ssh-rsa AA A="]);
        assert_eq!(read("ssh-rsa+AA%2BA"), ["ssh-rsa AA+A", "ssh-rsa+AA+A"]);
        assert!(read("100%").is_empty() && read("a%zzb").is_empty());
    }

    #[test]
    fn a_page_is_read_as_a_browser_shows_it() {
        use Accident::{HtmlEntities, InsideText};
        for (page, expected, accidents) in [
            ("AA&#43;A&#x2B;&amp;&quot;", "AA+A+&\"", &[HtmlEntities][..]),
            ("AA<br/>AA<BR>", "AA\nAA\n", &[HtmlEntities]),
            ("<p>a</p><p>AA</p>", "\na\n\nAA\n", &[HtmlEntities, InsideText]),
            ("<key>&gt; AA</key>", "> AA", &[InsideText]),
            ("<k><![CDATA[AA]]></k>", "AA", &[InsideText]),
        ] {
            let (found, kinds) = page_decoded(page.as_bytes()).unwrap();
            assert_eq!(
                (text(&found).as_str(), kinds),
                (expected, Accidents::of(accidents)),
                "{page}"
            );
        }
        for page in ["a & b", "1 < 2 > 0", "&nothing;", "plain"] {
            assert!(page_decoded(page.as_bytes()).is_none(), "{page}");
        }
    }

    #[test]
    fn rich_text_is_read_without_its_commands() {
        let rtf = "{\\rtf1\\ansi{\\fonttbl\\f0 Courier;}\\f0\\fs20 -----BEGIN X-----\\par\r\nAA\\'2bC\\line\n\\{AAEC\\}\\par}";
        let found = from_rtf(rtf.as_bytes()).unwrap();
        assert!(
            text(&found).ends_with("-----BEGIN X-----\nAA+C\n{AAEC}\n"),
            "{}",
            text(&found)
        );
        assert!(from_rtf(b"{rtf").is_none());
    }
}

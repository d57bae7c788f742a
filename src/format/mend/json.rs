//! The strings of a JSON text, found by what they hold and not by the names of their members.

use serde::de::IgnoredAny;

use super::escapes::unescaped;
use super::letters::trim_space;
use crate::secret::SecretBytes;

/// What a JSON text is as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// An object or a list.
    Value,
    /// A single string.
    String,
}

/// Whether all of `text` is JSON, perhaps one value behind the other.
pub(super) fn shape(text: &[u8]) -> Option<Shape> {
    let text = trim_space(text);
    let shape = match text.first()? {
        b'{' | b'[' => Shape::Value,
        b'"' => Shape::String,
        _ => return None,
    };
    let values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
    let mut count = 0;
    for value in values {
        value.ok()?;
        count += 1;
    }
    (shape == Shape::Value || count == 1).then_some(shape)
}

/// Hands out each string of a text that is JSON, and whether it had something spelled out behind a backslash; and
/// the strings of a list that has nothing else as the lines of a text.
pub(super) fn strings(text: &[u8], mut each: impl FnMut(&SecretBytes, bool)) {
    let mut lines = Lines::default();
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        if *first != b'"' {
            match first {
                b'[' => {
                    lines = Lines {
                        is_open: true,
                        ..Lines::default()
                    }
                }
                b']' => lines.hand_out(&mut each),
                b',' | b' ' | b'\t' | b'\r' | b'\n' => {}
                _ => lines.is_open = false,
            }
            rest = behind;
            continue;
        }
        let len = string_len(behind);
        let raw = &behind[..len];
        let read = unescaped(raw);
        let is_spelled = read.is_some();
        let read = read.unwrap_or_else(|| SecretBytes::copy_of(raw));
        each(&read, is_spelled);
        lines.add(&read);
        rest = behind.get(len + 1..).unwrap_or_default();
    }
}

/// How long a string is, up to its closing quotation mark.
fn string_len(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => break,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at.min(text.len())
}

/// The strings of a list.
#[derive(Default)]
struct Lines {
    text: SecretBytes,
    count: usize,
    is_open: bool,
}

impl Lines {
    fn add(&mut self, line: &SecretBytes) {
        if self.is_open {
            self.text.extend(line.expose());
            self.text.extend(b"\n");
            self.count += 1;
        }
    }

    fn hand_out(&mut self, each: &mut impl FnMut(&SecretBytes, bool)) {
        if self.is_open && self.count > 1 {
            each(&self.text, false);
        }
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, bool)> {
        let mut found = Vec::new();
        strings(text.as_bytes(), |string, is_spelled| {
            found.push((String::from_utf8(string.expose().to_vec()).unwrap(), is_spelled));
        });
        found
    }

    #[test]
    fn json_is_told_from_what_only_begins_so() {
        for (text, expected) in [
            ("{\"a\": [1, \"b\"]}\n", Some(Shape::Value)),
            ("\u{feff}[]", Some(Shape::Value)),
            ("{}\n{}\n", Some(Shape::Value)),
            ("\"a\\n\"", Some(Shape::String)),
            ("\"a\" b", None),
            ("\"a\"\"b\"", None),
            ("{a: 1}", None),
            ("[ssh]\nkey = 1", None),
            ("a", None),
            ("", None),
        ] {
            assert_eq!(shape(text.as_bytes()), expected, "{text}");
        }
        // Nesting leads nowhere.
        assert_eq!(shape("[".repeat(100_000).as_bytes()), None);
    }

    #[test]
    fn every_string_is_handed_out_at_any_depth_and_lists_of_them_as_lines() {
        let text = r#"{"a": {"b\"c": ["x", {"d": "e\nf"}]}, "g": ["h", "i"], "j": "\\"}"#;
        let expected = [
            ("a", false),
            ("b\"c", true),
            ("x", false),
            ("d", false),
            ("e\nf", true),
            ("g", false),
            ("h", false),
            ("i", false),
            ("h\ni\n", false),
            ("j", false),
            ("\\", true),
        ];
        let expected: Vec<_> = expected
            .iter()
            .map(|(text, spelled)| ((*text).to_owned(), *spelled))
            .collect();
        assert_eq!(found(text), expected);
    }
}

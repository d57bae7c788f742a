//! The lines of a log, without what terminals, build servers and mail programs have put around and into them.
//!
//! Everything is bounded: a line is kept up to a length and a log read up to a size, whatever is given.

use std::borrow::Cow;
use std::io::{self, BufRead};

use crate::key::comment::is_forbidden;

/// As much of a line as is kept, in bytes.
const LONGEST_LINE: usize = 16 << 10;
/// As much of a log as is read.
const MOST_BYTES: u64 = 1 << 30;

/// How the bytes stand for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    Narrow,
    /// UTF-16, as PowerShell's `>` writes it.
    Wide {
        is_big_endian: bool,
    },
}

/// Reads lines one by one.
pub(super) struct Lines<R> {
    source: R,
    line: Vec<u8>,
    width: Option<Width>,
    half: Option<u8>,
    read: u64,
    /// Whether there was more than is read.
    pub(super) is_cut: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn of(source: R) -> Self {
        Self {
            source,
            line: Vec::new(),
            width: None,
            half: None,
            read: 0,
            is_cut: false,
        }
    }

    /// The next line, without its end.
    pub(super) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        let mut has_any = false;
        loop {
            if self.read >= MOST_BYTES {
                self.is_cut = true;
                return Ok(has_any.then_some(self.line.as_slice()));
            }
            let chunk = match self.source.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                return Ok(has_any.then_some(self.line.as_slice()));
            }
            has_any = true;
            let width = *self.width.get_or_insert_with(|| width_of(chunk));
            let (used, is_end) = match width {
                Width::Narrow => narrow(chunk, &mut self.line),
                Width::Wide { is_big_endian } => wide(chunk, is_big_endian, &mut self.half, &mut self.line),
            };
            self.source.consume(used);
            self.read += used as u64;
            if is_end {
                return Ok(Some(self.line.as_slice()));
            }
        }
    }
}

fn width_of(start: &[u8]) -> Width {
    match start {
        [0xff, 0xfe, ..] => Width::Wide { is_big_endian: false },
        [0xfe, 0xff, ..] => Width::Wide { is_big_endian: true },
        [letter, 0, other, 0, ..] if *letter != 0 && *other != 0 => Width::Wide { is_big_endian: false },
        _ => Width::Narrow,
    }
}

/// Takes bytes up to the end of the line; how many, and whether it ended.
fn narrow(chunk: &[u8], line: &mut Vec<u8>) -> (usize, bool) {
    let end = chunk.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    let bytes = &chunk[..end.unwrap_or(chunk.len())];
    let room = LONGEST_LINE.saturating_sub(line.len());
    line.extend_from_slice(&bytes[..bytes.len().min(room)]);
    (end.map_or(chunk.len(), |end| end + 1), end.is_some())
}

fn wide(chunk: &[u8], is_big_endian: bool, half: &mut Option<u8>, line: &mut Vec<u8>) -> (usize, bool) {
    for (index, byte) in chunk.iter().enumerate() {
        let Some(first) = half.take() else {
            *half = Some(*byte);
            continue;
        };
        let unit = if is_big_endian {
            u16::from_be_bytes([first, *byte])
        } else {
            u16::from_le_bytes([first, *byte])
        };
        if matches!(unit, 0x0a | 0x0d) {
            return (index + 1, true);
        }
        let letter = char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER);
        if line.len() < LONGEST_LINE {
            line.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    (chunk.len(), false)
}

/// The line as it was printed: without colours, invisible characters and the codes of web pages.
pub(super) fn cleaned(line: &[u8]) -> Cow<'_, str> {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'\\' | b'^' | b'#');
    if line.iter().all(is_plain) {
        // It is ASCII.
        return String::from_utf8_lossy(line);
    }
    let text = String::from_utf8_lossy(line);
    let text = without_escapes(&text);
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\t' | '\u{a0}' | '\u{2007}' | '\u{202f}' => clean.push(' '),
            '“' | '”' | '„' | '«' | '»' => clean.push('"'),
            '‘' | '’' | '‚' => clean.push('\''),
            letter if is_forbidden(letter) || letter == '\u{ad}' => {}
            letter => clean.push(letter),
        }
    }
    if clean.contains('&') {
        for (code, letter) in [
            ("&quot;", "\""),
            ("&#34;", "\""),
            ("&#39;", "'"),
            ("&apos;", "'"),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&nbsp;", " "),
            ("&amp;", "&"),
        ] {
            clean = clean.replace(code, letter);
        }
    }
    Cow::Owned(clean)
}

/// What stands for the character that begins a command to a terminal: itself, and how logs write it.
const ESCAPES: [&str; 8] = [
    "\u{1b}", "\u{9b}", "^[", "\\u001b", "\\u001B", "\\x1b", "\\033", "#033",
];

/// Takes out what steers a terminal (ECMA-48): colours, titles, movements.
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, escape)) = first_escape(rest) {
        plain.push_str(&rest[..at]);
        let behind = &rest[at + escape.len()..];
        let is_one_byte = escape == "\u{9b}";
        rest = match behind.chars().next() {
            _ if is_one_byte => behind
                .trim_start_matches(is_parameter)
                .get(1..)
                .unwrap_or_default(),
            Some('[') => {
                let sequence = behind[1..].trim_start_matches(is_parameter);
                let end = sequence.chars().next().map_or(0, char::len_utf8);
                &sequence[end..]
            }
            // A title, up to a bell.
            Some(']') => behind
                .split_once(['\u{7}', '\u{9c}'])
                .map_or(behind, |(_, behind)| behind),
            // How logs write it may be meant as it stands.
            Some(_) if escape != "\u{1b}" => {
                plain.push_str(escape);
                behind
            }
            Some(letter) => &behind[letter.len_utf8()..],
            None => "",
        };
    }
    plain.push_str(rest);
    plain
}

fn first_escape(text: &str) -> Option<(usize, &'static str)> {
    let firsts = ['\u{1b}', '\u{9b}', '^', '\\', '#'];
    text.match_indices(firsts).find_map(|(at, _)| {
        let escape = ESCAPES.iter().find(|escape| text[at..].starts_with(**escape));
        Some((at, *escape?))
    })
}

fn is_parameter(letter: char) -> bool {
    matches!(letter, '0'..='9' | ';' | ':' | '<'..='?' | ' '..='/')
}

/// What was printed as one string with its line ends spelled out, as Ansible's and Docker's logs have it, line by line.
pub(super) fn spelled_out(line: &str) -> Vec<String> {
    let is_string = [
        "\\r\\n",
        "\"msg\"",
        "\"log\"",
        "\"stderr\"",
        "\"message\"",
        "\"MESSAGE\"",
        "=> {",
    ]
    .iter()
    .any(|mark| line.contains(mark));
    if !is_string || !line.contains('\\') {
        return vec![line.to_owned()];
    }
    let line = line
        .replace("\\r\\n", "\n")
        .replace("\\n", "\n")
        .replace("\\r", "\n");
    let line = line
        .replace("\\\"", "\"")
        .replace("\\t", " ")
        .replace("\\u0027", "'");
    line.split('\n').map(str::to_owned).collect()
}

/// What mail programs, chats and containers put before each line, taken off.
pub(super) fn without_quoting(line: &str) -> &str {
    line.trim_start_matches(['>', '|', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Lines::of(bytes);
        let mut all = Vec::new();
        while let Some(line) = lines.next().expect("it is there") {
            all.push(line.to_vec());
        }
        all
    }

    #[test]
    fn lines_end_as_every_system_ends_them() {
        assert_eq!(lines(b"a\nb\r\nc"), [&b"a"[..], b"b", b"", b"c"]);
        assert_eq!(lines(b""), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn what_powershell_writes_is_read() {
        for (mark, is_big_endian) in [
            (&[0xff, 0xfe][..], false),
            (&[][..], false),
            (&[0xfe, 0xff][..], true),
        ] {
            let mut bytes = mark.to_vec();
            for unit in "ab\ncé".encode_utf16() {
                let pair = if is_big_endian {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                };
                bytes.extend(pair);
            }
            let found = lines(&bytes);
            let texts: Vec<_> = found.iter().map(|line| cleaned(line).into_owned()).collect();
            assert_eq!(texts, ["ab", "cé"]);
        }
    }

    #[test]
    fn a_line_without_end_is_kept_up_to_a_length() {
        let long = vec![b'x'; LONGEST_LINE * 3];
        assert_eq!(lines(&long)[0].len(), LONGEST_LINE);
    }

    #[test]
    fn what_steers_terminals_is_taken_out() {
        for (line, expected) in [
            ("\u{1b}[31mPermission\u{1b}[0m denied", "Permission denied"),
            ("^[[1;31mred^[[m", "red"),
            ("\\u001b[31mred\\u001b[0m", "red"),
            ("\u{1b}]0;title\u{7}text", "text"),
            ("#033[33myellow", "yellow"),
            ("\u{202e}left\u{200b}", "left"),
            ("“quoted” &quot;too&quot;", "\"quoted\" \"too\""),
            ("\u{1b}", ""),
            ("\u{1b}[", ""),
            ("a \\x1b b", "a \\x1b b"),
        ] {
            assert_eq!(cleaned(line.as_bytes()), expected, "{line:?}");
        }
        assert_eq!(cleaned(b"\xff\xfe\x00"), "\u{fffd}\u{fffd}");
    }

    #[test]
    fn a_string_of_several_lines_is_taken_apart_and_a_path_of_windows_is_not() {
        let ansible = r#"fatal: [web]: UNREACHABLE! => {"msg": "a\r\nLoad key \"/k\": b"}"#;
        let found = spelled_out(ansible);
        assert_eq!(found[1], "Load key \"/k\": b\"}");
        assert_eq!(spelled_out(r"C:\new\rest").len(), 1);
    }
}

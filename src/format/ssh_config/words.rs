//! One line of ssh's configuration: a keyword and its words (`ssh_config(5)`).

use crate::key::comment::{Comment, CommentError};

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// In lower case.
    pub keyword: String,
    /// Without quotes and escapes.
    pub words: Vec<Vec<u8>>,
    /// All of it as it stands there, for keywords whose value is a command.
    pub rest: Vec<u8>,
}

impl Directive {
    /// A keyword and what stands behind it in a line or behind `-o`; nothing where a quotation mark is not closed.
    #[must_use]
    pub fn told(keyword: &str, value: &str) -> Option<Self> {
        Some(Self {
            keyword: keyword.to_ascii_lowercase(),
            words: words(value.as_bytes()).ok()?,
            rest: value.as_bytes().to_vec(),
        })
    }

    /// A keyword with one value.
    #[must_use]
    pub fn new(keyword: &str, value: &str) -> Self {
        Self {
            keyword: keyword.to_ascii_lowercase(),
            words: vec![value.as_bytes().to_vec()],
            rest: value.as_bytes().to_vec(),
        }
    }
}

/// Why ssh refuses a line, and with it the whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// Nothing behind the keyword.
    #[error("there is no value behind the keyword")]
    NoValue,
    /// A quotation mark is not closed.
    #[error("a quotation mark is not closed")]
    OpenQuote,
}

/// What a line says; nothing where it is blank or a remark.
pub(super) fn read(line: &[u8]) -> Result<Option<Directive>, LineFault> {
    let end = line.iter().rposition(|byte| !is_space(*byte) && *byte != b'\x0c');
    let line = trim_start(&line[..end.map_or(0, |end| end + 1)]);
    if line.is_empty() || line.starts_with(b"#") {
        return Ok(None);
    }
    let (keyword, behind) = keyword(line)?;
    if keyword.is_empty() || keyword.starts_with(b"#") {
        return Ok(None);
    }
    if behind.is_empty() {
        return Err(LineFault::NoValue);
    }
    Ok(Some(Directive {
        keyword: String::from_utf8_lossy(&keyword).to_ascii_lowercase(),
        words: words(behind)?,
        rest: behind.to_vec(),
    }))
}

/// The keyword, and what stands behind it: blanks, or one `=`, or both part them.
fn keyword(line: &[u8]) -> Result<(Vec<u8>, &[u8]), LineFault> {
    let is_end = |byte: &u8| is_space(*byte) || b"\"=".contains(byte);
    let end = line.iter().position(is_end).unwrap_or(line.len());
    let (word, behind) = line.split_at(end);
    match behind {
        [b'"', quoted @ ..] => {
            let close = quoted.iter().position(|byte| *byte == b'"');
            let close = close.ok_or(LineFault::OpenQuote)?;
            Ok((
                [word, &quoted[..close]].concat(),
                trim_start(&quoted[close + 1..]),
            ))
        }
        [b'=', value @ ..] => Ok((word.to_vec(), trim_start(value))),
        _ => {
            let value = trim_start(behind);
            Ok((
                word.to_vec(),
                trim_start(value.strip_prefix(b"=").unwrap_or(value)),
            ))
        }
    }
}

/// The words of a value: in quotes of either kind, with a backslash before a quote, a backslash or, outside of
/// quotes, a blank; up to a remark.
fn words(text: &[u8]) -> Result<Vec<Vec<u8>>, LineFault> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        rest = &rest[rest.iter().take_while(|byte| is_blank(**byte)).count()..];
        if matches!(rest, [] | [b'#', ..]) {
            return Ok(words);
        }
        let (word, behind) = word(rest)?;
        words.push(word);
        rest = behind;
    }
}

fn word(text: &[u8]) -> Result<(Vec<u8>, &[u8]), LineFault> {
    let mut word = Vec::new();
    let mut quote = None;
    let mut rest = text;
    while let [byte, behind @ ..] = rest {
        rest = behind;
        match (byte, quote) {
            (b'\\', _)
                if matches!(behind, [b'\'' | b'"' | b'\\', ..])
                    || (quote.is_none() && behind.starts_with(b" ")) =>
            {
                word.push(behind[0]);
                rest = &behind[1..];
            }
            (b' ' | b'\t', None) => return Ok((word, rest)),
            (b'"' | b'\'', None) => quote = Some(*byte),
            (byte, Some(quote_byte)) if *byte == quote_byte => quote = None,
            (byte, _) => word.push(*byte),
        }
    }
    if quote.is_some() {
        return Err(LineFault::OpenQuote);
    }
    Ok((word, rest))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn trim_start(text: &[u8]) -> &[u8] {
    let count = text.iter().take_while(|byte| is_space(**byte)).count();
    &text[count..]
}

/// Why a text cannot be a word of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordError {
    /// Nothing.
    #[error("there is no text")]
    Empty,
    /// A line break, or what cannot be seen.
    #[error("the text has U+{:04X} as its character {}", u32::from(.0.character), .0.position)]
    Character(CommentError),
}

/// One word of a line to be written, quoted so that ssh reads it as it was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word(String);

impl Word {
    pub(super) fn new(text: &str) -> Result<Self, WordError> {
        if text.is_empty() {
            return Err(WordError::Empty);
        }
        Comment::new(text).map_err(WordError::Character)?;
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
        // The plainest first: ssh before 8.7 knows no escapes.
        let spellings = [text.to_owned(), format!("\"{text}\""), format!("\"{escaped}\"")];
        let is_read_back = |spelling: &String| {
            words(spelling.as_bytes()).is_ok_and(|words| words == [text.as_bytes().to_vec()])
        };
        let [plain, quoted, last] = spellings;
        // A word that begins with `=` would be taken for the sign behind the keyword, and a backslash at its end
        // for an escape of the blank behind it.
        let is_apart = |plain: &String| !plain.starts_with('=') && !plain.ends_with('\\');
        let plain = Some(plain).filter(|plain| is_apart(plain) && is_read_back(plain));
        let chosen = plain.or_else(|| Some(quoted).filter(is_read_back));
        Ok(Self(chosen.unwrap_or(last)))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> Result<Option<(String, Vec<String>)>, LineFault> {
        let text = |word: Vec<u8>| String::from_utf8(word).unwrap();
        Ok(read(line.as_bytes())?.map(|found| (found.keyword, found.words.into_iter().map(text).collect())))
    }

    #[test]
    fn a_line_is_a_keyword_and_words() {
        for (line, keyword, words) in [
            ("Host a b", "host", &["a", "b"][..]),
            ("\t HostName=x \x0c\r", "hostname", &["x"]),
            ("Port = 22", "port", &["22"]),
            ("Port  =22 # why", "port", &["22"]),
            ("User a=b", "user", &["a=b"]),
            ("IdentityFile \"~/my key\"", "identityfile", &["~/my key"]),
            ("IdentityFile='a b'c", "identityfile", &["a bc"]),
            (r"IdentityFile a\ b\\c\n", "identityfile", &[r"a b\c\n"]),
            (r#"IdentityFile "a\"b\ c""#, "identityfile", &[r#"a"b\ c"#]),
            ("\"Host\" a#b #c", "host", &["a#b"]),
            ("Host \"\"", "host", &[""]),
            ("Host # x", "host", &[]),
        ] {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(shown(line), Ok(Some((keyword.to_owned(), words))), "{line}");
        }
        for line in ["", " \t\r", "# x", "  # x"] {
            assert_eq!(shown(line), Ok(None));
        }
        assert_eq!(shown("Host"), Err(LineFault::NoValue));
        assert_eq!(shown("Host="), Err(LineFault::NoValue));
        assert_eq!(shown("Host \"a"), Err(LineFault::OpenQuote));
        assert_eq!(shown("\"Host a"), Err(LineFault::OpenQuote));
    }

    #[test]
    fn a_word_is_written_as_it_is_read_and_no_fancier_than_it_must() {
        for (text, written) in [
            ("~/.ssh/id", "~/.ssh/id"),
            (r"C:\Users\me\id", r"C:\Users\me\id"),
            (r"C:\Users\my name\id", r#""C:\Users\my name\id""#),
            (r"\\server\a b", r#""\\\\server\\a b""#),
            ("a\"b", r#""a\"b""#),
            ("it's", "\"it's\""),
            ("#a", "\"#a\""),
            ("a#b", "a#b"),
            ("=a", "\"=a\""),
            (r"a\", r#""a\\""#),
            (r"a b\", r#""a b\\""#),
        ] {
            let word = Word::new(text).unwrap();
            assert_eq!(word.as_str(), written);
            assert_eq!(words(written.as_bytes()).unwrap(), [text.as_bytes()]);
        }
        assert_eq!(Word::new(""), Err(WordError::Empty));
        assert!(matches!(Word::new("a\nHost *"), Err(WordError::Character(_))));
    }
}

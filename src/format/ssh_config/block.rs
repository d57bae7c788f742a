//! The block of lines in ssh's configuration that this program keeps, and nobody else.
//!
//! It stands between two remarks. All other lines stay as they are, byte for byte, and mean what they meant:
//! the block ends in `Host *`, so that what stands behind it is not taken for a part of its last host.

use std::ops::Range;

use super::SshConfig;
use super::words::{self, Directive, Word, WordError};
use crate::format::line_file::{BYTE_ORDER_MARK, RawLine, ending, raw_lines};

const BEGIN: &str = "# >>> Keywright looks after the lines from here";
const END: &str = "# <<< Keywright: to here";

/// Where a block goes that is not there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockPlace {
    /// Before all else: for ssh the first value counts, so this one does.
    Top,
    /// Behind all else: it says what holds where nothing else was said.
    End,
}

/// Lines about some hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stanza {
    hosts: Vec<Word>,
    lines: Vec<(String, Vec<Word>)>,
}

impl Stanza {
    /// Lines about all hosts.
    #[must_use]
    pub fn for_all() -> Self {
        Self {
            hosts: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// Lines about the hosts that one of the patterns matches.
    ///
    /// # Errors
    /// A pattern cannot be written.
    pub fn for_hosts<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, WordError> {
        let hosts: Vec<Word> = patterns.into_iter().map(Word::new).collect::<Result<_, _>>()?;
        if hosts.is_empty() {
            return Err(WordError::Empty);
        }
        Ok(Self {
            hosts,
            lines: Vec::new(),
        })
    }

    /// One more line. A `%` in a file's name must come doubled, as ssh asks for it.
    ///
    /// # Errors
    /// The keyword is no word of letters and digits, or the value cannot be written.
    pub fn with(self, keyword: &str, value: &str) -> Result<Self, WordError> {
        self.with_words(keyword, [value])
    }

    /// One more line with several values, as `UserKnownHostsFile` may have them.
    ///
    /// # Errors
    /// See [`with`](Self::with); or there is no value.
    pub fn with_words<'a>(
        mut self,
        keyword: &str,
        values: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, WordError> {
        let is_keyword = !keyword.is_empty() && keyword.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let values: Vec<Word> = values.into_iter().map(Word::new).collect::<Result<_, _>>()?;
        if !is_keyword || values.is_empty() {
            return Err(WordError::Empty);
        }
        self.lines.push((keyword.to_owned(), values));
        Ok(self)
    }

    /// The lines as they will stand in the file, with those that say for which hosts they are.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = "Host".to_owned();
        if self.hosts.is_empty() {
            text.push_str(" *");
        }
        for host in &self.hosts {
            text.push(' ');
            text.push_str(host.as_str());
        }
        text.push('\n');
        for (keyword, values) in &self.lines {
            text.extend(["    ", keyword]);
            for value in values {
                text.extend([" ", value.as_str()]);
            }
            text.push('\n');
        }
        text
    }
}

/// What the block says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManagedBlock {
    /// One after the other.
    pub stanzas: Vec<Stanza>,
}

impl ManagedBlock {
    /// The lines as they will stand in the file, with the two that mark them.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{BEGIN}\n");
        for stanza in &self.stanzas {
            text.push_str(&stanza.text());
        }
        if self.stanzas.last().is_some_and(|stanza| !stanza.hosts.is_empty()) {
            text.push_str("Host *\n");
        }
        text.push_str(END);
        text.push('\n');
        text
    }
}

/// Why the block is left alone: what stands between its marks is no longer known to be ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// It begins, and does not end.
    #[error("the block that begins in line {line} has lost its last line")]
    NoEnd {
        /// Where it begins.
        line: usize,
    },
    /// It ends, but did not begin.
    #[error("the block that ends in line {line} has lost its first line")]
    NoBeginning {
        /// Where it ends.
        line: usize,
    },
    /// There are two.
    #[error("a second block begins in line {line}")]
    Second {
        /// Where the second begins.
        line: usize,
    },
}

impl SshConfig {
    /// The lines of the block, with the two that mark them.
    ///
    /// # Errors
    /// Its marks are damaged.
    pub fn block(&self) -> Result<Option<&[u8]>, BlockError> {
        Ok(self.block_range()?.map(|range| &self.text[range]))
    }

    /// Puts the block in; where there is one already it is replaced where it stands.
    ///
    /// # Errors
    /// The marks of the block that is there are damaged; nothing was changed.
    pub fn set_block(&mut self, block: &ManagedBlock, place: BlockPlace) -> Result<(), BlockError> {
        let end = ending(&self.text);
        let mut new = block.text().replace('\n', end);
        let range = if let Some(range) = self.block_range()? {
            if !self.text[range.clone()].ends_with(b"\n") {
                new.truncate(new.len() - end.len());
            }
            range
        } else if place == BlockPlace::Top {
            self.top()..self.top()
        } else {
            let is_open = !self.text.is_empty() && !self.text.ends_with(b"\n");
            if is_open {
                new.insert_str(0, end);
            }
            self.text.len()..self.text.len()
        };
        self.text.splice(range, new.into_bytes());
        Ok(())
    }

    /// Puts lines about some hosts before all others, where they win: for ssh the first value counts. They belong to the
    /// person from then on, and stand between no marks. All that follows means what it meant.
    pub fn add_host(&mut self, stanza: &Stanza) {
        let mut new = stanza.text();
        if !self.text[self.top()..].is_empty() {
            new.push('\n');
        }
        // What holds for all hosts because no `Host` stood above it.
        let first = self.lines().find_map(|line| line.directive.ok());
        if first.is_some_and(|first| !matches!(first.keyword.as_str(), "host" | "match")) {
            new.push_str("Host *\n");
        }
        let new = new.replace('\n', ending(&self.text));
        self.text.splice(self.top()..self.top(), new.into_bytes());
    }

    /// Takes out the lines about one host alone, and one blank line behind them. That is only done where they say nothing but
    /// what belongs to these keywords; returns whether it was. All else means what it meant.
    pub fn remove_host(&mut self, name: &str, keywords: &[&str]) -> bool {
        let range = self.host_range(name, keywords);
        if let Some(range) = range.clone() {
            self.text.drain(range);
        }
        range.is_some()
    }

    fn host_range(&self, name: &str, keywords: &[&str]) -> Option<Range<usize>> {
        let seen = |line: &RawLine<'_>| {
            let seen = line.seen();
            words::read(seen.strip_prefix(BYTE_ORDER_MARK).unwrap_or(seen))
        };
        let is_head = |line: &RawLine<'_>| {
            matches!(seen(line), Ok(Some(Directive { keyword, words, .. }))
                if keyword == "host" && matches!(&words[..], [word] if word.eq_ignore_ascii_case(name.as_bytes())))
        };
        let is_of_it = |line: &RawLine<'_>| {
            matches!(seen(line), Ok(Some(Directive { keyword, .. }))
                if keywords.iter().any(|known| known.eq_ignore_ascii_case(&keyword)))
        };
        let mut lines = raw_lines(&self.text).skip_while(|line| !is_head(line));
        let start = lines.next()?.start.max(self.top());
        let mut lines = lines.skip_while(is_of_it).peekable();
        let is_blank = |line: &RawLine<'_>| line.text().trim_ascii().is_empty();
        let blank = lines.next_if(is_blank).map(|line| line.start + line.whole.len());
        let next = lines.peek().map_or(self.text.len(), |line| line.start);
        // What stands there belongs to it as well, if it is not about others.
        let following = lines.find_map(|line| seen(&line).transpose());
        let is_all = following.is_none_or(|following| {
            following.is_ok_and(|following| matches!(following.keyword.as_str(), "host" | "match"))
        });
        is_all.then_some(start..blank.unwrap_or(next))
    }

    /// Where its first line begins.
    fn top(&self) -> usize {
        if self.text.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        }
    }

    /// Takes the block out; returns whether there was one.
    ///
    /// # Errors
    /// Its marks are damaged; nothing was changed.
    pub fn remove_block(&mut self) -> Result<bool, BlockError> {
        let range = self.block_range()?;
        if let Some(range) = range.clone() {
            self.text.drain(range);
        }
        Ok(range.is_some())
    }

    fn block_range(&self) -> Result<Option<Range<usize>>, BlockError> {
        let mut begin: Option<RawLine<'_>> = None;
        let mut found = None;
        for line in raw_lines(&self.text) {
            let text = line.text().trim_ascii();
            let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
            let number = line.number;
            if text == BEGIN.as_bytes() {
                if begin.is_some() || found.is_some() {
                    return Err(BlockError::Second { line: number });
                }
                begin = Some(line);
            } else if text == END.as_bytes() {
                let begin = begin.take().ok_or(BlockError::NoBeginning { line: number })?;
                // What stands before the mark in its line, such as a byte order mark, is not ours.
                let indent = begin
                    .whole
                    .iter()
                    .position(|byte| *byte == b'#')
                    .unwrap_or_default();
                found = Some(begin.start + indent..line.start + line.whole.len());
            }
        }
        match begin {
            Some(begin) => Err(BlockError::NoEnd { line: begin.number }),
            None => Ok(found),
        }
    }
}

//! ssh's configuration, `~/.ssh/config`: what it says about a host, and a block of lines that this program
//! keeps in it (`ssh_config(5)`).

mod block;
mod configuration;
mod matching;
mod settings;
mod words;

use super::line_file::{self, MAX_CONFIG_FILE, raw_lines};

pub use block::{BlockError, BlockPlace, ManagedBlock, Stanza};
pub use configuration::Configuration;
pub use settings::{Settings, with_tokens};
pub use words::{Directive, LineFault, WordError};

/// The file, as text that can be read and edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SshConfig {
    text: Vec<u8>,
}

/// One line that is neither blank nor a remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which one, counted from 1.
    pub number: usize,
    /// What it says. ssh refuses a file in which one line is at fault.
    pub directive: Result<Directive, LineFault>,
}

line_file::whole_file!(SshConfig, MAX_CONFIG_FILE);

impl SshConfig {
    /// Its lines, without blank ones and remarks. Each is read when it is asked for.
    pub fn lines(&self) -> impl Iterator<Item = Line> {
        raw_lines(&self.text).filter_map(|line| {
            let seen = line.seen();
            let seen = seen.strip_prefix(line_file::BYTE_ORDER_MARK).unwrap_or(seen);
            let directive = words::read(seen).transpose()?;
            Some(Line {
                number: line.number,
                directive,
            })
        })
    }
}

#[cfg(test)]
mod tests;

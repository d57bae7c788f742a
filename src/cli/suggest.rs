//! `passphrase`: random words for somebody who needs a passphrase.

use clap::Args;
use serde_json::json;

use super::console::{Console, print, print_object};
use crate::engine::Problem;
use crate::engine::suggesting::{WordCount, suggested};

/// Suggest a passphrase of random words
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli passphrase
  keywright-cli passphrase --words 8

The words come from the large list of the Electronic Frontier Foundation, drawn by the operating system's randomness. \
Six are worth 77 bits: nobody can guess them, though the list is public. Nothing is kept: put the passphrase into your \
password manager or write it down.")]
pub(super) struct Suggest {
    /// How many words, from 5 to 20
    #[arg(long, value_name = "NUMBER", default_value = "6", value_parser = count)]
    words: WordCount,
}

fn count(text: &str) -> Result<WordCount, String> {
    text.parse()
        .ok()
        .and_then(WordCount::new)
        .ok_or_else(|| format!("choose from {} to {}", WordCount::MIN, WordCount::MAX))
}

impl Suggest {
    pub(super) fn run(&self, console: Console) -> Result<(), Problem> {
        let passphrase = suggested(self.words)?;
        if console.is_json() {
            return print_object(&json!({
                "passphrase": passphrase.expose(),
                "words": self.words.get(),
                "bits": self.words.bits(),
            }));
        }
        print(passphrase.expose().as_bytes())?;
        print(b"\n")
    }
}

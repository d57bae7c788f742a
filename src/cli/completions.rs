//! `completions`: what lets a shell complete commands and options.

use clap::Args;
use clap_complete::Shell;

use super::console::print;
use crate::engine::Problem;

/// Print the completions for a shell
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli completions bash > ~/.local/share/bash-completion/completions/keywright-cli
  keywright-cli completions zsh > ~/.zfunc/_keywright-cli
  keywright-cli completions fish > ~/.config/fish/completions/keywright-cli.fish")]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Result<(), Problem> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut super::words(), "keywright-cli", &mut text);
        print(&text)
    }
}

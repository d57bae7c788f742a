//! `keywright-cli`: SSH keys in a terminal and in scripts.

use std::process::ExitCode;

fn main() -> ExitCode {
    keywright::cli::run()
}

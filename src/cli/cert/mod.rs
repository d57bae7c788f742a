//! `cert`: certificates of keys, made, shown, put to them and taken away.

mod attach;
mod detach;
mod show;
mod sign;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::console::Console;
use crate::engine::told_by_disk;
use crate::format::Format;

/// Make and show certificates, add them to keys and remove them
#[derive(Args, Debug)]
#[command(
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Examples:
  keywright-cli cert show id_ed25519-cert.pub
  keywright-cli cert attach key.ppk id_ed25519-cert.pub
  keywright-cli cert attach ~/.ssh/id_ed25519 from-the-authority.pub
  keywright-cli cert detach key.ppk -o key-cert.pub
  keywright-cli cert sign jo.pub --ca ca_key --id jo@laptop -n jo --for 8h

A PuTTY file has its certificate inside; ssh looks for that of FILE in FILE-cert.pub."
)]
pub(super) struct Cert {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Show(show::Show),
    Attach(attach::Attach),
    Detach(detach::Detach),
    Sign(Box<sign::Sign>),
}

impl Cert {
    pub(super) fn run(self, console: Console) -> ExitCode {
        match self.action {
            Action::Show(action) => action.run(console),
            Action::Sign(action) => action.run(console),
            Action::Attach(action) => console.end(told_by_disk(|| action.run(console))),
            Action::Detach(action) => console.end(told_by_disk(|| action.run(console))),
        }
    }
}

/// Whether ssh reads private keys of this format, and so looks for a certificate beside them.
fn is_read_by_ssh(format: Format) -> bool {
    matches!(format, Format::OpenSsh | Format::Pem | Format::Pkcs8)
}

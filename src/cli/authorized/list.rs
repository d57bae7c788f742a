//! `authorized list`: who may log in.

use std::path::PathBuf;

use clap::Args;

use super::{entry, line, mine};
use crate::cli::console::{Console, print, print_object, shown};
use crate::cli::streams::source;
use crate::engine::authorized::{FILE_NAME, Roll, open_to_others, openness};
use crate::engine::{Problem, lists};
use crate::key::fingerprint::FingerprintKind;

/// List the keys that may log in here
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli authorized list
  keywright-cli authorized list /etc/ssh/keys/deploy --json

Each line is told by its number: bits, fingerprint, comment and type of the key, its options in brackets, \
whether its public half lies in your ~/.ssh, and why sshd lets nobody in by it, where that is so.")]
pub(super) struct List {
    /// The list, instead of `~/.ssh/authorized_keys`
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Draw the picture of each fingerprint
    #[arg(long)]
    art: bool,
}

impl List {
    pub(super) fn run(&self, console: Console) -> Result<(), Problem> {
        let file = self.file.as_deref().map(source);
        let roll = Roll::open(&lists::place(file.as_deref(), FILE_NAME)?)?;
        let file = shown(roll.path());
        if !roll.is_there() {
            console.note(&format!(
                "there is no file {file}, and so nobody can log in here with a key"
            ));
        }
        for path in open_to_others(roll.path()) {
            console.warn(&openness(&path));
        }
        for row in roll.rows(&mine()) {
            let key = row.key.as_ref().filter(|_| self.art);
            let art = key.and_then(|key| key.randomart(FingerprintKind::Sha256));
            if console.is_json() {
                let mut object = entry(&file, &row);
                if self.art {
                    object["randomart"] = art.into();
                }
                print_object(&object)?;
                continue;
            }
            let art = art.map(|art| format!("{art}\n")).unwrap_or_default();
            print(format!("{}\n{art}", line(&row)).as_bytes())?;
            for warning in row.key.iter().flat_map(|key| &key.warnings) {
                console.warn(warning);
            }
        }
        Ok(())
    }
}

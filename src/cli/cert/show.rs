//! `cert show`: what `ssh-keygen -L` prints.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::cli::console::{Console, print, print_object, shown};
use crate::cli::json;
use crate::cli::key_file::{FoundCertificate, KeyFile};
use crate::engine::describe::certificate_warnings;
use crate::engine::{Blame, Problem};
use crate::sys::clock::unix_seconds;

/// Show what a certificate says
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli cert show id_ed25519-cert.pub
  keywright-cli cert show key.ppk ~/.ssh/id_ed25519 --json

The lines are those of ssh-keygen -L, with times in UTC. Its authority's signature has been verified. \
Of a private key that has none inside, the certificate in FILE-cert.pub is shown.")]
pub(super) struct Show {
    /// Certificates, or keys that have one; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<KeyFile>,
}

impl Show {
    pub(super) fn run(self, console: Console) -> ExitCode {
        console.for_each(&self.files, KeyFile::name, |file| show(file, console))
    }
}

fn show(file: &KeyFile, console: Console) -> Result<(), Problem> {
    let parsed = file.parse()?;
    let (certificate, name) = match file.certificate(&parsed)? {
        Some(FoundCertificate::Inside(certificate)) => (certificate, file.name()),
        Some(FoundCertificate::Beside(certificate, path)) => (certificate, shown(&path)),
        None => {
            return Err(Problem::new(
                "unsupported-format",
                Blame::Key,
                format!("{} has no certificate", file.name()),
                "Name the certificate, often a file ending in -cert.pub; an authority makes one with ssh-keygen -s.",
            ));
        }
    };
    let warnings = certificate_warnings(&certificate, unix_seconds());
    if console.is_json() {
        return print_object(&json!({
            "file": name,
            "certificate": json::certificate(&certificate),
            "warnings": json::warnings(&warnings),
        }));
    }
    print(format!("{name}:\n{certificate}").as_bytes())?;
    for warning in &warnings {
        console.warn(warning);
    }
    Ok(())
}

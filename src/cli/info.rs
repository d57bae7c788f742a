//! `info`: what a file holds.

use std::process::ExitCode;

use clap::Args;

use super::console::{Console, print, print_object};
use super::json;
use super::key_file::KeyFile;
use super::passphrases::OldPassphrase;
use crate::app::Problem;
use crate::app::describe::{Description, protection_text};
use crate::app::opening::Beside;
use crate::key::comment::escaped;
use crate::key::fingerprint::FingerprintKind;

/// Show what key files hold
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli info ~/.ssh/id_ed25519
  keywright-cli info --json *.ppk
  ssh-add -L | head -1 | keywright-cli info -

No passphrase is asked for. An OpenSSH file keeps its comment in the encrypted part, and PEM and \
PKCS#8 everything, so that is shown only if a passphrase is given by one of the options.")]
pub(super) struct Info {
    /// The files; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<KeyFile>,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

impl Info {
    pub(super) fn run(self, console: Console) -> ExitCode {
        let mut is_first = true;
        console.for_each(&self.files, KeyFile::name, |file| {
            let parsed = file.parse_or_unlock(&self.passphrase, console)?;
            let described = Description::of(&parsed, file.path());
            if console.is_json() {
                return print_object(&json::key(&file.name(), &described));
            }
            if !std::mem::take(&mut is_first) {
                print(b"\n")?;
            }
            tell(file, &described)
        })
    }
}

fn tell(file: &KeyFile, key: &Description) -> Result<(), Problem> {
    let mut lines = vec![file.name()];
    let mut line = |label: &str, text: &str| lines.push(format!("  {label:<12} {text}"));
    if let Some(format) = key.format {
        line("Kind", format.title());
    }
    match &key.public {
        Some(public) => line(
            "Type",
            &format!("{}, {} bits", public.algorithm().name(), public.bits()),
        ),
        None => line("Type", "(in the encrypted part, as is the public key)"),
    }
    match (key.shown_comment().as_deref(), file.beside(key.public.as_ref())) {
        (Some(""), _) => line("Comment", "(none)"),
        (Some(comment), _) => line("Comment", comment),
        (None, Beside::SameKey(public)) => line(
            "Comment",
            &format!("{} (from the file ending in .pub)", escaped(&public.comment)),
        ),
        (None, _) => line("Comment", "(in the encrypted part)"),
    }
    if let Some(protection) = &key.protection {
        line("Protection", &protection_text(protection));
    }
    if let Some(certificate) = &key.certificate {
        line("Certificate", certificate.name());
    }
    if let Some(sha256) = key.fingerprint(FingerprintKind::Sha256) {
        line("Fingerprint", &sha256.to_string());
    }
    if let Some(md5) = key.fingerprint(FingerprintKind::Md5) {
        line("", &md5.to_string());
    }
    if let Some(public) = key.public_line() {
        line("Public key", &public);
    }
    for warning in &key.warnings {
        line("Warning", &escaped(warning.message.as_bytes()));
        line("", warning.hint);
    }
    print(format!("{}\n", lines.join("\n")).as_bytes())
}

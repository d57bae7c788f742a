//! `info`: what a file holds.

use std::iter::{once, repeat};
use std::process::ExitCode;

use clap::Args;

use super::console::{Console, print, print_object, shown};
use super::json;
use super::key_file::KeyFile;
use super::passphrases::OldPassphrase;
use crate::engine::Problem;
use crate::engine::describe::{Description, X509_BESIDE, protection_text, ssh1_warning};
use crate::engine::opening::Found;
use crate::format::Ssh1Key;
use crate::format::reading::Reading;
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
            let found = file.look_or_unlock(&self.passphrase, console)?;
            let describe = |reading: &Reading| {
                let mut described = Description::of_reading(reading, file.path());
                described.warnings.extend(file.stray_certificate(&described));
                described
            };
            if console.is_json() {
                return print_object(&match &found {
                    Found::Key(reading) => {
                        let described = describe(reading);
                        let mut object = json::key(&file.name(), &described);
                        json::reading(&mut object, &described);
                        object
                    }
                    Found::Ssh1(key) => json::ssh1(&file.name(), key),
                });
            }
            if !std::mem::take(&mut is_first) {
                print(b"\n")?;
            }
            match &found {
                Found::Key(reading) => tell(file, &describe(reading)),
                Found::Ssh1(key) => tell_ssh1(file, key),
            }
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
    let comment = match (file.comment_beside(key), key.shown_comment()) {
        (Some(comment), _) => format!("{} (from the file ending in .pub)", escaped(&comment)),
        (None, None) => "(in the encrypted part)".to_owned(),
        (None, Some(none)) if none.is_empty() => "(none)".to_owned(),
        (None, Some(comment)) => comment,
    };
    line("Comment", &comment);
    if let Some(protection) = &key.protection {
        line("Protection", &protection_text(protection));
    }
    if let Some(certificate) = &key.certificate {
        let text = certificate.to_string();
        for (label, text) in once("Certificate").chain(repeat("")).zip(text.lines()) {
            line(label, text.strip_prefix("        ").unwrap_or(text).trim_end());
        }
    } else if let Some(place) = file.certificate_beside(key) {
        line("Certificate", &format!("in {}", shown(&place)));
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
    for (label, accident) in once("Mended").chain(repeat("")).zip(key.mended.iter()) {
        line(label, &accident.to_string());
    }
    if key.has_x509 {
        line("Beside it", X509_BESIDE);
    }
    for warning in &key.warnings {
        line("Warning", &escaped(warning.message.as_bytes()));
        line("", warning.hint);
    }
    print(format!("{}\n", lines.join("\n")).as_bytes())
}

fn tell_ssh1(file: &KeyFile, key: &Ssh1Key) -> Result<(), Problem> {
    let half = if key.is_private { "private" } else { "public" };
    let comment = match escaped(&key.comment) {
        none if none.is_empty() => "(none)".to_owned(),
        comment => comment,
    };
    let warning = ssh1_warning();
    let mut lines = vec![
        file.name(),
        format!("  {:<12} SSH-1 {half} key", "Kind"),
        format!("  {:<12} rsa1, {} bits", "Type", key.bits),
        format!("  {:<12} {comment}", "Comment"),
    ];
    if key.is_private {
        let protection = if key.is_encrypted { "passphrase" } else { "none" };
        lines.push(format!("  {:<12} {protection}", "Protection"));
    }
    lines.extend([
        format!("  {:<12} MD5:{}", "Fingerprint", key.fingerprint),
        format!("  {:<12} {}", "Warning", warning.message),
        format!("  {:<12} {}", "", warning.hint),
    ]);
    print(format!("{}\n", lines.join("\n")).as_bytes())
}

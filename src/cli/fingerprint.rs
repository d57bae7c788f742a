//! `fingerprint`: what `ssh-keygen -l` prints.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::console::{Console, print, print_object};
use super::json;
use super::key_file::KeyFile;
use super::passphrases::OldPassphrase;
use crate::engine::Problem;
use crate::engine::describe::Description;
use crate::engine::opening::{self, Found};
use crate::format::key_lines::{KeyLine, Listing};
use crate::format::{DecodeError, Parsed};
use crate::key::comment::escaped;
use crate::key::fingerprint::FingerprintKind;

/// Show the fingerprints of keys
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli fingerprint ~/.ssh/id_ed25519.pub
  keywright-cli fingerprint --art ~/.ssh/authorized_keys ~/.ssh/known_hosts
  ssh-keyscan example.org | keywright-cli fingerprint -

Each key is told in one line, as ssh-keygen -l does: bits, fingerprint, comment, type. Private keys \
need no passphrase for this, unless they are encrypted PEM or PKCS#8; their comment is taken from \
FILE.pub where it is encrypted.")]
pub(super) struct Fingerprint {
    /// Key files of any kind, or lists such as `authorized_keys`; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<KeyFile>,
    /// Show the older MD5 fingerprint, which some web forms ask for
    #[arg(long)]
    md5: bool,
    /// Draw the picture of each fingerprint, as ssh-keygen -lv does
    #[arg(long, conflicts_with = "certificate")]
    art: bool,
    /// Of a key with a certificate, the fingerprint that counts the certificate in; PuTTY calls it
    /// sha256-cert
    #[arg(long)]
    certificate: bool,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

impl Fingerprint {
    pub(super) fn run(self, console: Console) -> ExitCode {
        console.for_each(&self.files, KeyFile::name, |file| self.tell_file(file, console))
    }

    fn tell_file(&self, file: &KeyFile, console: Console) -> Result<(), Problem> {
        file.check_input(self.passphrase.takes_standard_input())?;
        let bytes = file.read_list()?;
        match opening::look_through(bytes.expose())? {
            Found::Key(Listing::Lines(mut lines)) => {
                lines.try_for_each(|line| self.tell_line(file, line, console))
            }
            Found::Key(Listing::One(parsed)) => {
                let parsed = file.with_public(*parsed, &self.passphrase, console)?;
                let mut described = Description::of(&parsed, file.path());
                if let Some(comment) = file.comment_beside(&described) {
                    described.comment = Some(comment);
                }
                self.tell(file, None, &described, console)
            }
            Found::Ssh1(key) if console.is_json() => {
                let mut object = json::ssh1(&file.name(), &key);
                object["line"] = Value::Null;
                print_object(&object)
            }
            Found::Ssh1(key) => {
                let comment = match escaped(&key.comment) {
                    none if none.is_empty() => "no comment".to_owned(),
                    comment => comment,
                };
                print(format!("{} MD5:{} {comment} (RSA1)\n", key.bits, key.fingerprint).as_bytes())
            }
        }
    }

    fn tell_line(&self, file: &KeyFile, line: KeyLine, console: Console) -> Result<(), Problem> {
        match line.key {
            Ok(key) => {
                let mut described = Description::of(&Parsed::Public(key), None);
                // A host's key has no comment of its own, so the host's name says whose it is.
                if described.comment.as_ref().is_some_and(Vec::is_empty) {
                    described.comment = Some(line.lead);
                }
                self.tell(file, Some(line.number), &described, console)
            }
            Err(error) => {
                console.note(&format!("{}, line {}: {error}", file.name(), line.number));
                Ok(())
            }
        }
    }

    fn tell(
        &self,
        file: &KeyFile,
        line: Option<usize>,
        key: &Description,
        console: Console,
    ) -> Result<(), Problem> {
        let kind = if self.md5 {
            FingerprintKind::Md5
        } else {
            FingerprintKind::Sha256
        };
        if console.is_json() {
            let mut object = json::identity(&file.name(), key);
            object["line"] = line.into();
            if self.certificate {
                let of = |kind| key.certificate_fingerprint(kind);
                object["fingerprint_sha256"] =
                    of(FingerprintKind::Sha256).map(|print| print.to_string()).into();
                object["fingerprint_md5"] = of(FingerprintKind::Md5).map(|print| print.bare()).into();
            }
            if self.art {
                object["randomart"] = key.randomart(kind).into();
            }
            return print_object(&object);
        }
        let fingerprint = if self.certificate {
            key.certificate_fingerprint(kind)
        } else {
            key.fingerprint(kind)
        };
        let line = fingerprint.and_then(|fingerprint| key.line_with(&fingerprint));
        let line = line.ok_or(DecodeError::NeedsPassphrase)?;
        let art = key.randomart(kind).filter(|_| self.art);
        let art = art.map(|art| format!("{art}\n")).unwrap_or_default();
        print(format!("{line}\n{art}").as_bytes())
    }
}

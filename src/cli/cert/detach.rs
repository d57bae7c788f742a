//! `cert detach`: a key without its certificate, which goes to a file of its own.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use crate::cli::console::{Console, print_object, shown};
use crate::cli::key_file::{FoundCertificate, KeyFile};
use crate::cli::passphrases::OldPassphrase;
use crate::cli::private_file::{Place, Private, is_same_file, may_write, save};
use crate::cli::protection::Protect;
use crate::cli::{interrupt, usage};
use crate::engine::saving::{Encoded, OutgoingPublic, Plan, Strength};
use crate::engine::{Blame, Problem};
use crate::format::{Certificate, Parsed};
use crate::key::comment::Comment;
use crate::sys::files::{Seen, remove};

/// Remove the certificate from a key
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli cert detach key.ppk -o key-cert.pub
  keywright-cli cert detach ~/.ssh/id_ed25519 -o old-cert.pub
  keywright-cli cert detach key.ppk --force

The certificate is saved with -o, or thrown away with --force. Out of a PuTTY file it is taken, for \
which the passphrase is needed; of a key for ssh, KEY-cert.pub is removed.")]
pub(super) struct Detach {
    /// The private key
    #[arg(value_name = "KEY")]
    key: KeyFile,
    /// Where to save the certificate
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

impl Detach {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        let path = self.key.place()?;
        let (mut parsed, seen) = self.key.parse_to_change()?;
        if let Parsed::Public(file) = &parsed {
            return Err(self.key.no_private_half(file.certificate.as_ref()));
        }
        if parsed.public().is_none() {
            parsed = self.key.with_public(parsed, &self.passphrase, console)?;
        }
        match self.key.certificate(&parsed)? {
            None => Err(Problem::new(
                "unsupported-format",
                Blame::Key,
                format!("{} has no certificate", self.key.name()),
                "There is nothing to do.",
            )),
            Some(FoundCertificate::Inside(certificate)) => {
                let kept = self.kept(&certificate, &comment_of(&parsed), console)?;
                self.take_out(path, (parsed, seen), kept, console)
            }
            Some(FoundCertificate::Beside(certificate, place)) => {
                if self.out.as_deref().is_some_and(|out| is_same_file(out, &place)) {
                    return Err(usage::problem(
                        format!("the certificate is in {} already", shown(&place)),
                        "Give it another name with -o.",
                    ));
                }
                let (beside, seen) = KeyFile::At(place.clone()).parse_to_change()?;
                let kept = self.kept(&certificate, &comment_of(&beside), console)?;
                interrupt::uninterrupted(|| {
                    if let Some(kept) = &kept {
                        let _stored = kept.write()?;
                    }
                    Ok::<_, Problem>(remove(&place, &seen)?)
                })?;
                self.tell(path, &format!("Removed {}", shown(&place)), console)
            }
        }
    }

    /// The certificate in a file of its own, to be written before it is taken away.
    fn kept(
        &self,
        certificate: &Certificate,
        comment: &Comment,
        console: Console,
    ) -> Result<Option<Encoded>, Problem> {
        let Some(out) = &self.out else {
            if console.is_forced() {
                return Ok(None);
            }
            return Err(usage::problem(
                "there is no place given for the certificate, and it would be lost",
                "Give one with -o FILE, or say --force to throw it away.",
            ));
        };
        let plan = may_write(Plan::certificate(out), console)?;
        let encoded = plan.encode_public(OutgoingPublic {
            key: certificate.key(),
            certificate: Some(certificate),
            comment,
        })?;
        Ok(Some(encoded))
    }

    fn take_out(
        &self,
        path: &Path,
        (parsed, seen): (Parsed, Seen),
        kept: Option<Encoded>,
        console: Console,
    ) -> Result<(), Problem> {
        let opened = self.key.open_private(parsed, &self.passphrase, console)?;
        let passphrase = opened.passphrase_as_it_was();
        let mut file = opened.file;
        file.detach();
        let strength = Strength::of(&file.protection);
        let encoding = Protect::default().encoding(file.format, strength, console)?;
        let place = Place::in_place(Plan::single(path, encoding).changing(seen)).with(kept);
        let private = self.key.keeping_company(console, || {
            save(console, "Saving the key", place, move |_| {
                Ok(Private::of(file, encoding, passphrase, console))
            })
        })?;
        private.warn_of_files(console);
        let done = format!("{} has no certificate now", shown(path));
        self.tell(path, &done, console)
    }

    fn tell(&self, path: &Path, done: &str, console: Console) -> Result<(), Problem> {
        let saved = self.out.as_deref().map(shown);
        if console.is_json() {
            return print_object(&serde_json::json!({
                "file": shown(path),
                "certificate": Value::Null,
                "certificate_file": saved,
            }));
        }
        console.say(&match saved {
            Some(saved) => format!("{done}; it is in {saved}"),
            None => done.to_owned(),
        })
    }
}

/// The comment of the key, as far as it stands in clear.
fn comment_of(parsed: &Parsed) -> Comment {
    let comment = match parsed {
        Parsed::Private(file) => Some(&file.comment),
        Parsed::Locked(file) => file.comment.as_ref(),
        Parsed::Public(file) => Some(&file.comment),
    };
    comment
        .map(|comment| Comment::cleaned(comment).0)
        .unwrap_or_default()
}

//! `cert attach`: a certificate for a key, to where the programs that read the key look for it.

use std::path::Path;

use clap::Args;

use super::is_read_by_ssh;
use crate::cli::console::{Console, print_object, shown};
use crate::cli::key_file::KeyFile;
use crate::cli::passphrases::OldPassphrase;
use crate::cli::private_file::{Place, Private, cleaned, may_write, save};
use crate::cli::protection::{Protect, is_written};
use crate::cli::{interrupt, json, usage};
use crate::engine::describe::certificate_warnings;
use crate::engine::saving::{OutgoingPublic, Plan, Strength, certificate_beside};
use crate::engine::{Blame, Problem};
use crate::format::{Certificate, EncodeError, Format, Parsed, PublicFile};
use crate::key::PublicKey;
use crate::sys::clock::unix_seconds;
use crate::sys::files::Seen;

/// Add a certificate to its key
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli cert attach key.ppk id_ed25519-cert.pub
  keywright-cli cert attach ~/.ssh/id_ed25519 from-the-authority.pub

It must be for this key, and its authority's signature must stand. Into a PuTTY file it is written, in \
place of the one that may be there, for which the passphrase is needed; for ssh it is saved in \
KEY-cert.pub.")]
pub(super) struct Attach {
    /// The private key
    #[arg(value_name = "KEY")]
    key: KeyFile,
    /// The certificate; - is standard input
    #[arg(value_name = "CERT")]
    certificate: KeyFile,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

impl Attach {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        let path = self.key.place()?;
        self.certificate
            .check_input(self.passphrase.takes_standard_input())?;
        let (parsed, seen) = self.key.parse_to_change()?;
        let format = parsed.format();
        if let Parsed::Public(file) = &parsed {
            return Err(self.key.no_private_half(file.certificate.as_ref()));
        }
        if !has_place(format) {
            return Err(Problem::new(
                "unsupported-format",
                Blame::Key,
                format!(
                    "private keys of the format {} go with no certificate",
                    format.code()
                ),
                "Convert the key to openssh or ppk first.",
            ));
        }
        let (public, certificate) = self.read_certificate()?;
        if let Some(key) = parsed.public() {
            certifies(&certificate, key)?;
        }
        for warning in &certificate_warnings(&certificate, unix_seconds()) {
            console.warn(warning);
        }
        if format.holds_certificate() {
            return self.put_inside(path, (parsed, seen), certificate, console);
        }
        let parsed = self.key.with_public(parsed, &self.passphrase, console)?;
        if let Some(key) = parsed.public() {
            certifies(&certificate, key)?;
        }
        put_beside(path, &public, &certificate, console)
    }

    fn read_certificate(&self) -> Result<(PublicFile, Certificate), Problem> {
        match self.certificate.parse()? {
            Parsed::Public(mut file) if file.certificate.is_some() => {
                let certificate = file.certificate.take();
                certificate
                    .map(|certificate| (file, certificate))
                    .ok_or_else(|| no_certificate(&self.certificate))
            }
            _ => Err(no_certificate(&self.certificate)),
        }
    }

    fn put_inside(
        &self,
        path: &Path,
        (parsed, seen): (Parsed, Seen),
        certificate: Certificate,
        console: Console,
    ) -> Result<(), Problem> {
        let opened = self.key.open_private(parsed, &self.passphrase, console)?;
        let passphrase = opened.passphrase_as_it_was();
        let mut file = opened.file;
        if file.certificate.as_ref() == Some(&certificate) {
            console.note(&format!("{} has this certificate already", shown(path)));
        }
        file.attach(certificate)
            .map_err(|_| EncodeError::OtherCertificate)?;
        let strength = Strength::of(&file.protection);
        let encoding = Protect::default().encoding(file.format, strength, console)?;
        let place = Place::in_place(Plan::single(path, encoding).changing(seen));
        let private = self.key.keeping_company(console, || {
            save(console, "Saving the key", place, move |_| {
                Ok(Private::of(file, encoding, passphrase, console))
            })
        })?;
        private.warn_of_files(console);
        if console.is_json() {
            return print_object(&json::key(&shown(path), &private.described()));
        }
        console.say(&format!("{} has the certificate now", shown(path)))
    }
}

fn put_beside(
    path: &Path,
    public: &PublicFile,
    certificate: &Certificate,
    console: Console,
) -> Result<(), Problem> {
    let place = certificate_beside(path);
    let plan = may_write(Plan::certificate(&place), console)?;
    let comment = cleaned(&public.comment, console);
    let encoded = plan.encode_public(OutgoingPublic {
        key: certificate.key(),
        certificate: Some(certificate),
        comment: &comment,
    })?;
    let stored = interrupt::uninterrupted(|| encoded.write())?;
    console.warn_all(&stored.warnings);
    if console.is_json() {
        return print_object(&serde_json::json!({
            "file": shown(path),
            "certificate_file": shown(&place),
            "certificate": json::certificate(certificate),
            "warnings": json::warnings(&certificate_warnings(certificate, unix_seconds())),
        }));
    }
    console.say(&format!(
        "Saved the certificate in {}, where ssh looks for it",
        shown(&place)
    ))
}

/// Whether a certificate can go with private keys of this format, in the file or beside it.
fn has_place(format: Format) -> bool {
    (format.holds_certificate() && is_written(format)) || is_read_by_ssh(format)
}

fn certifies(certificate: &Certificate, key: &PublicKey) -> Result<(), EncodeError> {
    certificate
        .certifies(key)
        .map_err(|_| EncodeError::OtherCertificate)
}

fn no_certificate(file: &KeyFile) -> Problem {
    usage::problem(
        format!("{} is no certificate", file.name()),
        "The key comes first, then its certificate: often a file ending in -cert.pub.",
    )
}

//! `convert`: the same key in another kind of file.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::console::{Console, print, print_object, shown};
use super::formats::{AnyFormat, Half, PrivateFormat, PublicFormat};
use super::key_file::{KeyFile, Opened};
use super::passphrases::{NewPassphrase, OldPassphrase};
use super::private_file::{Place, Private, may_write};
use super::protection::Protect;
use super::public::public_comment;
use super::{interrupt, json, usage, work};
use crate::app::Problem;
use crate::app::describe::Description;
use crate::app::saving::{OutgoingPublic, Plan, Strength};
use crate::key::comment::Comment;

/// Save a key in another format
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli convert key.ppk --to openssh -o ~/.ssh/id_key
  keywright-cli convert ~/.ssh/id_rsa --to ppk -o id_rsa.ppk
  keywright-cli convert key.ppk --to ppk2 -o old.ppk
  keywright-cli convert key.ppk --to rfc4716

The new file has the passphrase of the old one, unless another is given or --no-passphrase. A \
private key needs -o; -o - prints it. A public key is printed where no -o is given.")]
pub(super) struct Convert {
    /// The key; - is standard input
    #[arg(value_name = "FILE")]
    file: KeyFile,
    /// The format of the new file
    #[arg(long, value_name = "FORMAT")]
    to: AnyFormat,
    /// The new file; - is standard output
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    old: OldPassphrase,
    #[command(flatten)]
    new: NewPassphrase,
    #[command(flatten)]
    protect: Protect,
}

impl Convert {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        let takes_standard_input = self.old.takes_standard_input() || self.new.takes_standard_input();
        self.file.check_input(takes_standard_input)?;
        match self.to.half() {
            Half::Private(format) => self.write_private(format, console),
            Half::Public(format) => self.write_public(format, console),
        }
    }

    fn write_private(self, format: PrivateFormat, console: Console) -> Result<(), Problem> {
        let Some(out) = self.out else {
            return Err(usage::problem(
                "there is no place given for the private key",
                "Give a file with -o FILE, or -o - to print the key.",
            ));
        };
        let parsed = self.file.parse()?;
        let described = Description::of(&parsed, None);
        let now = described
            .protection
            .as_ref()
            .map(Strength::of)
            .unwrap_or_default();
        let encoding = self.protect.encoding(format.format(), now.or_usual(), console)?;
        let place = Place::new(&out, None, encoding, console)?;
        let Opened { file, passphrase } = self.file.open_private(parsed, &self.old, console)?;
        let passphrase = self.new.or_keep(passphrase)?;

        if file.certificate.is_some() && format == PrivateFormat::Openssh {
            console.note("the certificate stays behind, for OpenSSH keeps it in a file of its own");
        }
        let (private, prepared) = work::run(console, "Saving the key", move |_| {
            let private = Private {
                comment: cleaned(&file.comment, console),
                key: file.key,
                certificate: file.certificate,
                encoding,
                passphrase,
            };
            let prepared = place.prepare(&private)?;
            Ok::<_, Problem>((private, prepared))
        })??;
        prepared.deliver()?;
        private.warn_of_protection(console);
        if prepared.is_for_standard_output() {
            return Ok(());
        }
        if console.is_json() {
            return print_object(&with_source(
                json::key(&shown(&out), &private.described()),
                &self.file,
            ));
        }
        let protected = match private.passphrase {
            Some(_) => "with a passphrase",
            None => "without a passphrase",
        };
        console.say(&format!("Saved the private key in {}, {protected}", shown(&out)))
    }

    fn write_public(self, format: PublicFormat, console: Console) -> Result<(), Problem> {
        let parsed = self.file.parse_with_public(&self.old, console)?;
        let mut described = Description::of(&parsed, None);
        let comment = public_comment(&self.file, &described);
        let form = format.form();
        // A certificate in a file of its own is what is converted; one that rides along with a private
        // key is not the public key.
        let certificate = described.certificate.take_if(|_| !described.has_private);
        let outgoing = OutgoingPublic {
            key: described.known_public()?,
            certificate: certificate.as_ref(),
            comment: &comment,
        };
        let out = match self.out {
            Some(out) if out.as_os_str() != "-" => out,
            _ if console.is_json() => {
                return Err(usage::problem(
                    "the key and the JSON object cannot both go to standard output",
                    "Give a file with -o, or use the command public.",
                ));
            }
            _ => return print(form.text(outgoing)?.as_bytes()),
        };
        let plan = Plan::public(&out, form);
        let existing = may_write(&plan, console)?;
        let encoded = plan.encode_public(outgoing)?;
        interrupt::uninterrupted(|| encoded.write(existing))?;
        if console.is_json() {
            let written = Description {
                format: Some(form.format()),
                comment: Some(comment.as_str().as_bytes().to_vec()),
                protection: None,
                has_private: false,
                certificate,
                ..described
            };
            return print_object(&with_source(json::key(&shown(&out), &written), &self.file));
        }
        console.say(&format!("Saved the public key in {}", shown(&out)))
    }
}

/// The comment from a file, as it may be written to another; says so where something was taken out.
pub(super) fn cleaned(comment: &[u8], console: Console) -> Comment {
    let (comment, is_changed) = Comment::cleaned(comment);
    if is_changed {
        console.note("the comment had characters that cannot be seen or break lines; they were replaced");
    }
    comment
}

fn with_source(mut object: Value, source: &KeyFile) -> Value {
    object["source"] = source.name().into();
    object
}

//! `passwd`: another passphrase for the same file.

use clap::Args;

use super::console::{Console, print_object, shown};
use super::json;
use super::key_file::{KeyFile, Opened};
use super::passphrases::{NewPassphrase, OldPassphrase};
use super::private_file::{Place, Private, save};
use super::protection::{Protect, is_written};
use crate::engine::saving::{Plan, Strength};
use crate::engine::{Blame, Problem};
use crate::format::{Format, Parsed};

/// Change the passphrase of a private key
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli passwd ~/.ssh/id_ed25519
  keywright-cli passwd key.ppk --ppk-param time=500
  keywright-cli passwd id_rsa --passphrase-file old --new-passphrase-file new
  keywright-cli passwd id_rsa --no-passphrase

The file keeps its format. It is replaced only when the new one is complete, has been read back and \
opens; until then the old one stays as it is.")]
pub(super) struct Passwd {
    /// The private key
    #[arg(value_name = "FILE")]
    file: KeyFile,
    #[command(flatten)]
    old: OldPassphrase,
    #[command(flatten)]
    new: NewPassphrase,
    #[command(flatten)]
    protect: Protect,
}

impl Passwd {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        let path = self.file.place()?;
        let (parsed, seen) = self.file.parse_to_change()?;
        refuse_another_format(&parsed)?;
        self.file.check_passphrase(&parsed, &self.old)?;
        let Opened { file, .. } = self.file.open_private(parsed, &self.old, console)?;
        let strength = Strength::of(&file.protection).or_usual();
        let encoding = self.protect.encoding(file.format, strength, console)?;
        let passphrase = self.new.or_ask()?;
        self.protect.check_use(passphrase.is_some())?;

        let place = Place::in_place(Plan::single(path, encoding).changing(seen));
        let private = self.file.keeping_company(console, || {
            save(console, "Saving the key", place, move |_| {
                Ok(Private::of(file, encoding, passphrase, console))
            })
        })?;
        private.warn_of_protection(console);
        if console.is_json() {
            return print_object(&json::key(&shown(path), &private.described()));
        }
        console.say(&match private.passphrase {
            Some(_) => format!("{} has a new passphrase", shown(path)),
            None => format!("{} has no passphrase now", shown(path)),
        })
    }
}

/// Some formats are only read, or know no passphrase: a file of one would silently become another kind
/// of file.
fn refuse_another_format(parsed: &Parsed) -> Result<(), Problem> {
    let (what, other) = match parsed.format() {
        _ if matches!(parsed, Parsed::Public(_)) => return Ok(()),
        Format::Ppk1 => ("PPK version 1 is read, but not written", "ppk"),
        Format::Pkcs12 => ("a PKCS#12 store is read, but not written", "pkcs8"),
        Format::Jwk => ("a JSON Web Key has no passphrase that could be changed", "pkcs8"),
        format if is_written(format) => return Ok(()),
        _ => (
            "a DER file of this kind has no room for a passphrase",
            "pkcs8-der",
        ),
    };
    Err(Problem::new(
        "unsupported-format",
        Blame::Key,
        what,
        format!("Make a new file of it: keywright-cli convert FILE --to {other} -o NEW."),
    ))
}

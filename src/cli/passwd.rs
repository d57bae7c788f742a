//! `passwd`: another passphrase for the same file.

use clap::Args;

use super::console::{Console, print_object, shown};
use super::convert::cleaned;
use super::key_file::{KeyFile, Opened};
use super::passphrases::{NewPassphrase, OldPassphrase};
use super::private_file::{Place, Private};
use super::protection::Protect;
use super::{json, work};
use crate::app::Problem;
use crate::app::saving::{Plan, Strength};

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
        let opened = self.file.open_private(self.file.parse()?, &self.old, console)?;
        let Opened { file, .. } = opened;
        let strength = Strength::of(&file.protection).or_usual();
        let encoding = self.protect.encoding(file.format, strength, console)?;
        let passphrase = self.new.or_ask()?;

        let place = Place::in_place(Plan::single(path, encoding));
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
        if console.is_json() {
            return print_object(&json::key(&shown(path), &private.described()));
        }
        console.say(&match private.passphrase {
            Some(_) => format!("{} has a new passphrase", shown(path)),
            None => format!("{} has no passphrase now", shown(path)),
        })
    }
}

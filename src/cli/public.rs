//! `public`: the half to give away.

use clap::Args;

use super::console::{Console, print, print_object};
use super::formats::PublicFormat;
use super::json;
use super::key_file::KeyFile;
use super::passphrases::OldPassphrase;
use crate::app::Problem;
use crate::app::describe::Description;
use crate::app::opening::Beside;
use crate::app::saving::OutgoingPublic;
use crate::key::comment::Comment;

/// Print the public key
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli public key.ppk >> ~/.ssh/authorized_keys
  keywright-cli public ~/.ssh/id_ed25519 --format rfc4716

No passphrase is asked for, except where the file shows its public key to nobody without it: PEM and \
PKCS#8. Where the comment is encrypted, it is taken from FILE.pub; else the key \
is printed without one.")]
pub(super) struct Public {
    /// A private or public key; - is standard input
    #[arg(value_name = "FILE")]
    file: KeyFile,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "openssh")]
    format: PublicFormat,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

impl Public {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        let parsed = self.file.parse_with_public(&self.passphrase, console)?;
        let mut described = Description::of(&parsed, None);
        let comment = public_comment(&self.file, &described);
        let text = self.format.form().text(OutgoingPublic {
            key: described.known_public()?,
            certificate: None,
            comment: &comment,
        })?;
        if console.is_json() {
            described.comment = Some(comment.as_str().as_bytes().to_vec());
            let mut object = json::identity(&self.file.name(), &described);
            object["public_key"] = described.public_line().into();
            object["text"] = text.into();
            return print_object(&object);
        }
        print(text.as_bytes())
    }
}

/// The comment that goes with a public key that is printed or written.
pub(super) fn public_comment(file: &KeyFile, key: &Description) -> Comment {
    match (&key.comment, file.beside(key.public.as_ref())) {
        (Some(comment), _) => Comment::cleaned(comment).0,
        (None, Beside::SameKey(public)) => Comment::cleaned(&public.comment).0,
        (None, _) => Comment::default(),
    }
}

//! `public`: the half to give away.

use clap::Args;

use super::console::{Console, print, print_object};
use super::formats::PublicFormat;
use super::json;
use super::key_file::KeyFile;
use super::passphrases::OldPassphrase;
use crate::engine::Problem;
use crate::engine::describe::Description;
use crate::engine::saving::OutgoingPublic;
use crate::format::one_line::{Shell, one_line};
use crate::key::comment::Comment;

/// Print the public key
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli public key.ppk >> ~/.ssh/authorized_keys
  keywright-cli public ~/.ssh/id_ed25519 --format rfc4716
  keywright-cli public ~/.ssh/id_rsa --format pem > id_rsa.pub.pem
  keywright-cli public ~/.ssh/id_ed25519 --install-line sh

--install-line prints one line for a server's own shell, to be pasted where you are logged in already, in a \
provider's web console say: it lets the key log in to that account, as often as it is pasted but once. \
“powershell” is for servers with Windows, and serves administrators as well.

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
    /// Print the one line that lets the key log in where it is pasted: sh or powershell
    #[arg(long, value_name = "SHELL", value_parser = shell, conflicts_with = "format")]
    install_line: Option<Shell>,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

fn shell(text: &str) -> Result<Shell, &'static str> {
    let is_meant = |shell: &Shell| shell.code() == text;
    Shell::ALL
        .into_iter()
        .find(is_meant)
        .ok_or("choose sh or powershell")
}

impl Public {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        self.file.check_input(self.passphrase.takes_standard_input())?;
        let parsed = self
            .file
            .with_public(self.file.parse()?, &self.passphrase, console)?;
        let mut described = Description::of(&parsed, None);
        let comment = public_comment(&self.file, &described);
        let key = described.known_public()?;
        let text = match self.install_line {
            Some(shell) => format!("{}\n", one_line(shell, key, &comment)),
            None => self.format.form().text(OutgoingPublic {
                key,
                certificate: None,
                comment: &comment,
            })?,
        };
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
    let beside = file.comment_beside(key);
    let comment = beside.as_ref().or(key.comment.as_ref());
    comment
        .map(|comment| Comment::cleaned(comment).0)
        .unwrap_or_default()
}

//! `comment`: another comment for the same key.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use super::console::{Console, print_object, shown};
use super::key_file::{KeyFile, Opened};
use super::passphrases::OldPassphrase;
use super::private_file::{Place, Private};
use super::protection::Protect;
use super::{interrupt, json, work};
use crate::app::Problem;
use crate::app::describe::Description;
use crate::app::opening::Beside;
use crate::app::saving::{OutgoingPublic, Plan, PublicForm, Strength, file_beside};
use crate::format::{Parsed, PublicFile};
use crate::key::comment::Comment;
use crate::sys::files::Existing;

/// Change the comment of a key
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli comment ~/.ssh/id_ed25519 me@laptop
  keywright-cli comment key.ppk 'backup server' --passphrase-file pass
  keywright-cli comment id.pub -- '-- work --'

A private key keeps its passphrase and how it is protected. FILE.pub is changed along with it, both \
or neither.")]
pub(super) struct CommentFile {
    /// A private or public key
    #[arg(value_name = "FILE")]
    file: KeyFile,
    /// The new comment; '' for none
    #[arg(value_name = "TEXT")]
    text: String,
    #[command(flatten)]
    passphrase: OldPassphrase,
}

impl CommentFile {
    pub(super) fn run(self, console: Console) -> Result<(), Problem> {
        let path = self.file.place()?;
        let comment = Comment::new(&self.text)?;
        match self.file.parse()? {
            Parsed::Public(file) => change_public(path, file, &comment, console),
            parsed => {
                let opened = self.file.open_private(parsed, &self.passphrase, console)?;
                self.change_private(path, opened, comment, console)
            }
        }
    }

    fn change_private(
        &self,
        path: &Path,
        opened: Opened,
        comment: Comment,
        console: Console,
    ) -> Result<(), Problem> {
        let Opened { file, passphrase } = opened;
        // The strength stays what it is, even where it is weak: that is for passwd to change.
        let strength = Strength::of(&file.protection);
        let encoding = Protect::default().encoding(file.format, strength, console)?;
        let public_path = file_beside(path);
        let mut plan = Plan::single(path, encoding);
        let mut changed = vec![path.to_owned()];
        match self.file.beside(Some(file.key.public())) {
            Beside::SameKey(public) if public.certificate.is_none() => {
                plan = plan.and(Plan::public(
                    &public_path,
                    PublicForm::of(public.format).unwrap_or(PublicForm::Line),
                ));
                changed.push(public_path.clone());
            }
            Beside::SameKey(_) | Beside::SomethingElse => console.note(&format!(
                "{} does not hold the public half of this key, and stays as it is",
                shown(&public_path)
            )),
            Beside::Nothing => {}
        }
        let place = Place::in_place(plan);
        let (private, prepared) = work::run(console, "Saving the key", move |_| {
            let private = Private {
                key: file.key,
                comment,
                certificate: file.certificate,
                encoding,
                passphrase,
            };
            let prepared = place.prepare(&private)?;
            Ok::<_, Problem>((private, prepared))
        })??;
        prepared.deliver()?;
        tell(&changed, &private.described(), console)
    }
}

fn change_public(path: &Path, file: PublicFile, comment: &Comment, console: Console) -> Result<(), Problem> {
    let plan = Plan::public(path, PublicForm::of(file.format).unwrap_or(PublicForm::Line));
    let encoded = plan.encode_public(OutgoingPublic {
        key: &file.key,
        certificate: file.certificate.as_ref(),
        comment,
    })?;
    interrupt::uninterrupted(|| encoded.write(Existing::Replace))?;
    let written = PublicFile {
        comment: comment.as_str().as_bytes().to_vec(),
        ..file
    };
    let described = Description::of(&Parsed::Public(written), None);
    tell(&[path.to_owned()], &described, console)
}

fn tell(changed: &[PathBuf], key: &Description, console: Console) -> Result<(), Problem> {
    let names: Vec<String> = changed.iter().map(|path| shown(path)).collect();
    if console.is_json() {
        let mut object = json::key(&names[0], key);
        object["public_file"] = names.get(1).map_or(Value::Null, |name| name.as_str().into());
        return print_object(&object);
    }
    let comment = key.shown_comment().unwrap_or_default();
    console.say(&match comment.as_str() {
        "" => format!("No comment any more in {}", names.join(" and ")),
        comment => format!("The comment is now “{comment}” in {}", names.join(" and ")),
    })
}

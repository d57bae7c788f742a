//! `comment`: another comment for the same key.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use super::console::{Console, print_object, shown};
use super::key_file::{KeyFile, Opened};
use super::passphrases::OldPassphrase;
use super::private_file::{Place, Private, save};
use super::protection::Protect;
use super::{interrupt, json};
use crate::engine::describe::Description;
use crate::engine::opening::Beside;
use crate::engine::saving::{OutgoingPublic, Plan, PublicForm, Strength, file_beside};
use crate::engine::{Blame, Problem};
use crate::format::{Format, Parsed, PrivateFile, PublicFile};
use crate::key::comment::Comment;
use crate::sys::files::{Seen, taken};

/// Change the comment of a key
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  keywright-cli comment ~/.ssh/id_ed25519 me@laptop
  keywright-cli comment key.ppk 'backup server' --passphrase-file pass
  keywright-cli comment id.pub -- '-- work --'

A private key keeps its passphrase and how it is protected. FILE.pub is changed along with it, both \
or neither. PEM, PKCS#8 and DER files have no room for a comment; of those only FILE.pub is changed.")]
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
        let (parsed, seen) = self.file.parse_to_change()?;
        self.refuse_what_would_be_lost(&parsed)?;
        match parsed {
            Parsed::Public(file) => {
                let change = || change_public(path, (file, seen), &comment, console);
                self.file.keeping_company(console, change)
            }
            parsed => {
                refuse_where_there_is_no_room(&parsed, path)?;
                let opened = self.file.open_private(parsed, &self.passphrase, console)?;
                if opened.file.format.holds_comment() {
                    self.change_private(path, (opened, seen), comment, console)
                } else {
                    self.change_beside(path, &opened.file, &comment, console)
                }
            }
        }
    }

    /// A JSON Web Key may also say what it is for, and that is not written again.
    fn refuse_what_would_be_lost(&self, parsed: &Parsed) -> Result<(), Problem> {
        if parsed.format() == Format::Jwk && self.file.has_other_jwk_members()? {
            return Err(Problem::new(
                "unsupported-format",
                Blame::Key,
                "this JSON Web Key has members besides the key and its comment, which would be lost",
                "Change the member “kid”, which is the comment, in a text editor.",
            ));
        }
        Ok(())
    }

    fn change_private(
        &self,
        path: &Path,
        (opened, seen): (Opened, Seen),
        comment: Comment,
        console: Console,
    ) -> Result<(), Problem> {
        let passphrase = opened.passphrase_as_it_was();
        let file = opened.file;
        // The strength stays what it is, even where it is weak: that is for passwd to change.
        let strength = Strength::of(&file.protection);
        let encoding = Protect::default().encoding(file.format, strength, console)?;
        let public_path = file_beside(path);
        let mut plan = Plan::single(path, encoding).changing(seen);
        let mut changed = vec![path.to_owned()];
        match self.file.beside(Some(file.key.public()))? {
            Beside::SameKey(public, seen) if takes_comment(&public) => {
                plan = plan.and(Plan::public(&public_path, form_of(&public)).changing(seen));
                changed.push(public_path.clone());
            }
            Beside::SameKey(..) | Beside::SomethingElse => console.note(&format!(
                "{} does not hold the public half of this key, and stays as it is",
                shown(&public_path)
            )),
            Beside::Nothing => {}
        }
        let private = self.file.keeping_company(console, || {
            save(console, "Saving the key", Place::in_place(plan), move |_| {
                Ok(Private::new(
                    file.key,
                    comment,
                    file.certificate,
                    encoding,
                    passphrase,
                ))
            })
        })?;
        private.warn_of_files(console);
        tell(&changed, &private.described(), console)
    }

    /// Changes the comment in `FILE.pub` alone, for the private file has no room for one.
    fn change_beside(
        &self,
        path: &Path,
        file: &PrivateFile,
        comment: &Comment,
        console: Console,
    ) -> Result<(), Problem> {
        let public_path = file_beside(path);
        match self.file.beside(Some(file.key.public()))? {
            Beside::SameKey(public, seen) if takes_comment(&public) => {
                console.note(&format!(
                    "files of the format {} have no room for a comment; it stands in {} alone",
                    file.format.code(),
                    shown(&public_path)
                ));
                change_public(&public_path, (*public, seen), comment, console)
            }
            _ => Err(no_room(file.format, path)),
        }
    }
}

/// Says before a passphrase is asked for that the comment has nowhere to go.
fn refuse_where_there_is_no_room(parsed: &Parsed, path: &Path) -> Result<(), Problem> {
    let format = parsed.format();
    let only_read = match format {
        Format::Ppk1 => Some(("PPK version 1 is read, but not written", "ppk")),
        Format::Pkcs12 => Some(("a PKCS#12 store is read, but not written", "openssh")),
        _ => None,
    };
    if let Some((what, other)) = only_read {
        return Err(Problem::new(
            "unsupported-format",
            Blame::Key,
            what,
            format!("Make a new file of it first: keywright-cli convert FILE --to {other} -o NEW."),
        ));
    }
    if !format.holds_comment() && taken([file_beside(path)]).is_empty() {
        return Err(no_room(format, path));
    }
    Ok(())
}

fn no_room(format: Format, path: &Path) -> Problem {
    Problem::new(
        "unsupported-format",
        Blame::Key,
        format!("files of the format {} have no room for a comment", format.code()),
        format!(
            "Save the public key beside it (keywright-cli public FILE > {}) and give that the comment; or convert the key to openssh, ppk, sshcom or jwk, which hold one.",
            shown(&file_beside(path))
        ),
    )
}

fn takes_comment(public: &PublicFile) -> bool {
    public.certificate.is_none() && public.format.holds_comment()
}

fn form_of(file: &PublicFile) -> PublicForm {
    PublicForm::of(file.format).unwrap_or(PublicForm::Line)
}

fn change_public(
    path: &Path,
    (file, seen): (PublicFile, Seen),
    comment: &Comment,
    console: Console,
) -> Result<(), Problem> {
    if !file.format.holds_comment() {
        return Err(Problem::new(
            "unsupported-format",
            Blame::Key,
            format!(
                "files of the format {} have no room for a comment",
                file.format.code()
            ),
            "Convert the key to public, rfc4716 or jwk, which hold one.",
        ));
    }
    let plan = Plan::public(path, form_of(&file)).changing(seen);
    let encoded = plan.encode_public(OutgoingPublic {
        key: &file.key,
        certificate: file.certificate.as_ref(),
        comment,
    })?;
    let changed = interrupt::uninterrupted(|| encoded.write())?;
    console.warn_all(&changed.warnings);
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

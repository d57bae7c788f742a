//! A clean file of a mangled one: the key as its format writes it, and nothing else; what was there is kept.
//!
//! The key is not opened for that, so passphrase, comment and format stay what they are.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{Whose, removal};
use crate::engine::Problem;
use crate::engine::describe::Description;
use crate::engine::saving::{OutgoingPublic, PublicForm, Strength, encode_private, file_beside};
use crate::format::mend::{self, Accident, Accidents};
use crate::format::reading::{self, Reading};
use crate::format::{DecodeError, Format, Outgoing, Parsed, PrivateFile, PublicFile, rfc4716};
use crate::key::PublicKey;
use crate::key::comment::Comment;
use crate::secret::{Passphrase, SecretBytes};
use crate::sys::files::{Existing, Kept, ReadError, Save, Secrecy, Seen, keep, read_key, write_together};

/// A file that was read, and the clean one that comes of it.
#[derive(Debug)]
pub struct Mending {
    bytes: SecretBytes,
    clean: Option<SecretBytes>,
    accidents: Accidents,
    is_private: bool,
    public: Option<PublicKey>,
    comment: Comment,
}

/// What was done to a file where it lies.
#[derive(Debug)]
#[must_use]
pub struct Mended {
    /// The folder in which what was there is kept.
    pub kept: Vec<PathBuf>,
    /// The file with the public half, where that was made anew as well.
    pub public: Option<PathBuf>,
    /// What could not be done for what lies beside it, in a sentence.
    pub note: Option<String>,
}

/// Whether something else stands in this file beside a key, or the key came to harm in it: what is written in its place
/// does not hold all that was there.
#[must_use]
pub fn has_more_than_a_key(bytes: &[u8]) -> bool {
    mend::mend(bytes).is_ok_and(|mended| mended.accidents.iter().any(Accident::has_company))
        || rfc4716::has_other_headers(bytes)
        || reading::read(bytes).is_ok_and(|reading| reading.clean.is_some())
}

/// Does `write`, which replaces files at these paths. Of those that hold more than a key a copy is kept in a folder beside
/// them; gives the copies.
///
/// # Errors
/// No copy could be made, and nothing was written; or what `write` says.
pub fn keeping_more<T>(
    paths: &[&Path],
    write: impl FnOnce() -> Result<T, Problem>,
) -> (Result<T, Problem>, Vec<PathBuf>) {
    let mut kept: Vec<Kept> = Vec::new();
    for path in paths {
        // What is not there, or cannot be read, is for those to judge who write.
        let Ok(bytes) = read_key(path) else { continue };
        if !has_more_than_a_key(bytes.expose()) {
            continue;
        }
        let copies = [(name_of(path), bytes.expose())];
        match keep(&copies, &removal::folder_for(path), &removal::name_for(path)) {
            Ok(copy) => kept.push(copy),
            Err(error) => {
                kept.into_iter().for_each(Kept::discard);
                return (Err(error.into()), Vec::new());
            }
        }
    }
    let result = write();
    if result.as_ref().is_err_and(|problem| !problem.is_done()) {
        kept.into_iter().for_each(Kept::discard);
        return (result, Vec::new());
    }
    (result, kept.iter().flat_map(Kept::files).collect())
}

impl Mended {
    /// What was done, in sentences.
    #[must_use]
    pub fn sentence(&self, path: &Path, whose: &Whose) -> String {
        let kept: Vec<String> = self.kept.iter().map(|path| whose.short(path)).collect();
        let clean = match &self.public {
            Some(public) => format!(
                "{} and {} are clean files now",
                whose.short(path),
                whose.short(public)
            ),
            None => format!("{} is a clean file now", whose.short(path)),
        };
        let note = self.note.as_deref().map(|note| format!(" {note}"));
        format!(
            "{clean}; what was there is kept as {}.{}",
            kept.join(", "),
            note.unwrap_or_default()
        )
    }
}

impl Mending {
    /// Reads a key file, whatever happened to it.
    ///
    /// # Errors
    /// It is no key, or more than one.
    pub fn of(bytes: SecretBytes) -> Result<Self, Problem> {
        let reading = reading::read(bytes.expose())?;
        Self::of_reading(bytes, reading, None)
    }

    /// The same of a file that was read, and opened with this passphrase: then comment and passphrase become UTF-8 too.
    ///
    /// # Errors
    /// The clean file could not be written.
    pub fn of_reading(
        bytes: SecretBytes,
        reading: Reading,
        passphrase: Option<&Passphrase>,
    ) -> Result<Self, Problem> {
        let accidents = Description::of_reading(&reading, None).mended;
        let (comment, is_private) = match &reading.parsed {
            Parsed::Private(file) => (file.comment.as_slice(), true),
            Parsed::Locked(file) => (file.comment.as_deref().unwrap_or_default(), true),
            Parsed::Public(file) => (file.comment.as_slice(), false),
        };
        let (comment, _) = Comment::cleaned(comment);
        let of_text = [Accident::CommentEncoding, Accident::PassphraseEncoding];
        let rewritten = if of_text.into_iter().any(|accident| accidents.has(accident)) {
            in_utf_8(&reading, &comment, passphrase)?
        } else {
            None
        };
        Ok(Self {
            public: reading.parsed.public().cloned(),
            clean: rewritten.or(reading.clean),
            bytes,
            accidents,
            is_private,
            comment,
        })
    }

    /// Whether there is anything to put right that can be put right without the passphrase.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        self.clean.is_some()
    }

    /// What happened to the file.
    #[must_use]
    pub fn accidents(&self) -> Accidents {
        self.accidents
    }

    /// Whether something other than the key stands in the file, which the clean one does not have.
    #[must_use]
    pub fn has_company(&self) -> bool {
        self.accidents.iter().any(Accident::has_company)
    }

    /// The clean file.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.clean.as_ref().unwrap_or(&self.bytes).expose()
    }

    /// Who may read the file.
    #[must_use]
    pub fn secrecy(&self) -> Secrecy {
        if self.is_private {
            Secrecy::Private
        } else {
            Secrecy::Public
        }
    }

    /// Writes the clean file to `out`.
    ///
    /// # Errors
    /// It could not be written.
    pub fn write_to(&self, out: &Path, existing: Existing) -> Result<(), Problem> {
        let save = Save {
            path: out.to_owned(),
            bytes: self.text(),
            secrecy: self.secrecy(),
            existing,
        };
        let _written = write_together(&[save])?;
        Ok(())
    }

    /// Puts the clean file in the place of the one at `path`, which this was read from, and keeps that one in a folder
    /// beside it. A file with the public half that is damaged is made anew, and kept as well.
    ///
    /// # Errors
    /// Nothing was changed.
    pub fn put_in_place(&self, path: &Path) -> Result<Mended, Problem> {
        let beside = self.beside(path)?;
        let mut saves = vec![Save {
            path: path.to_owned(),
            bytes: self.text(),
            secrecy: self.secrecy(),
            existing: Existing::Change(Seen::of(self.bytes.expose())),
        }];
        let mut copies: Vec<(&OsStr, &[u8])> = vec![(name_of(path), self.bytes.expose())];
        let mut note = None;
        let mut public = None;
        let public_path = file_beside(path);
        match &beside {
            Beside::Whole => {}
            Beside::Others(why) => note = Some(why.clone()),
            Beside::Damaged { old, new } => {
                copies.push((name_of(&public_path), old.expose()));
                saves.push(Save {
                    path: public_path.clone(),
                    bytes: new.expose(),
                    secrecy: Secrecy::Public,
                    existing: Existing::Change(Seen::of(old.expose())),
                });
                public = Some(public_path.clone());
            }
        }
        let kept = keep(&copies, &removal::folder_for(path), &removal::name_for(path))?;
        if let Err(error) = write_together(&saves) {
            kept.discard();
            return Err(error.into());
        }
        Ok(Mended {
            kept: kept.files(),
            public,
            note,
        })
    }

    /// What lies beside a private key at `path`, under the name for its public half.
    fn beside(&self, path: &Path) -> Result<Beside, Problem> {
        let Some(key) = self.public.as_ref().filter(|_| self.is_private) else {
            return Ok(Beside::Whole);
        };
        let public = file_beside(path);
        let old = match read_key(&public) {
            Ok(old) => old,
            Err(ReadError::NotFound { .. }) => return Ok(Beside::Whole),
            Err(error) => return Err(error.into()),
        };
        let others = |what: &str| {
            let name = crate::key::comment::escaped(name_of(&public).as_encoded_bytes());
            Ok(Beside::Others(format!("{name} {what}, and stays as it is.")))
        };
        let new = match reading::read(old.expose()) {
            Ok(Reading { parsed, .. }) if parsed.public() != Some(key) => {
                return others("belongs to another key");
            }
            Ok(Reading {
                parsed: Parsed::Public(_),
                clean: Some(clean),
                ..
            }) => clean,
            Ok(_) => return Ok(Beside::Whole),
            Err(DecodeError::MultipleKeys) => return others("holds several keys"),
            Err(DecodeError::Ssh1(_)) => return others("holds a key of SSH 1"),
            Err(_) => public_text(key, &self.comment, PublicForm::Line)?,
        };
        Ok(Beside::Damaged { old, new })
    }
}

/// What lies beside a private key.
enum Beside {
    /// Nothing, or a sound file with its public half.
    Whole,
    /// Something that is left alone, in a sentence.
    Others(String),
    Damaged {
        old: SecretBytes,
        new: SecretBytes,
    },
}

fn name_of(path: &Path) -> &OsStr {
    path.file_name().unwrap_or_default()
}

/// The file with comment and passphrase in UTF-8; nothing where only the passphrase lets that be written.
fn in_utf_8(
    reading: &Reading,
    comment: &Comment,
    passphrase: Option<&Passphrase>,
) -> Result<Option<SecretBytes>, Problem> {
    match &reading.parsed {
        Parsed::Private(PrivateFile {
            format,
            protection,
            key,
            certificate,
            ..
        }) => {
            let is_known = passphrase.is_some() || !protection.is_encrypted();
            let Some(encoding) = Strength::of(protection).encoding(*format).filter(|_| is_known) else {
                return Ok(None);
            };
            let outgoing = Outgoing {
                key,
                comment,
                certificate: certificate.as_ref(),
            };
            encode_private(outgoing, &encoding, passphrase).map(Some)
        }
        Parsed::Public(PublicFile {
            format,
            key,
            certificate: None,
            ..
        }) => {
            let form = match format {
                Format::PublicLine => PublicForm::Line,
                Format::Rfc4716 => PublicForm::Rfc4716,
                _ => return Ok(None),
            };
            public_text(key, comment, form).map(Some)
        }
        Parsed::Public(_) | Parsed::Locked(_) => Ok(None),
    }
}

fn public_text(key: &PublicKey, comment: &Comment, form: PublicForm) -> Result<SecretBytes, Problem> {
    let text = form.text(OutgoingPublic {
        key,
        certificate: None,
        comment,
    })?;
    Ok(SecretBytes::copy_of(text.as_bytes()))
}

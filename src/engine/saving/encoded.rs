//! What the files of a save will hold: proved to open, and written together.

use std::path::PathBuf;

use crate::engine::describe::{Warning, open_folder_warning, other_names_warning, written_without_owners};
use crate::engine::{Blame, Problem};
use crate::format::carrier::{Carrier, Half, NoText};
use crate::format::{self, Consent, DecodeError, LockedFile, Outgoing, Parsed, PrivateEncoding};
use crate::secret::{Passphrase, SecretBytes};
use crate::sys::files::{self, Existing, Save, Secrecy, Seen, WriteError};
use crate::sys::home;
use crate::sys::permissions::create_private_folder;
use crate::sys::randomness::os_rng;

/// What was written.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Stored {
    /// What is in each file now.
    pub seen: Vec<(PathBuf, Seen)>,
    /// What their owner ought to know: that an old file goes on under another name, that others may change the
    /// folder, or that its disk keeps a private file from nobody.
    pub warnings: Vec<Warning>,
}

/// Files that are ready to be written, which takes no time to speak of.
#[derive(Debug)]
pub struct Encoded {
    pub(super) files: Vec<EncodedFile>,
}

#[derive(Debug)]
pub(super) struct EncodedFile {
    pub(super) path: PathBuf,
    pub(super) bytes: SecretBytes,
    pub(super) secrecy: Secrecy,
    pub(super) existing: Existing,
}

impl Encoded {
    /// Both as one, so that all their files are written or none.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.files.extend(other.files);
        self
    }

    /// The same keys as parts of other files: what has been proved to open is what is carried.
    ///
    /// # Errors
    /// A file is in bytes, and the carrier is for text.
    pub fn carried(mut self, carrier: Carrier) -> Result<Self, NoText> {
        for file in &mut self.files {
            let half = match file.secrecy {
                Secrecy::Private => Half::Private,
                Secrecy::Public => Half::Public,
            };
            file.bytes = carrier.carry(file.bytes.expose(), half)?;
        }
        Ok(self)
    }

    /// The private file as its owner will find it, where it is encrypted.
    #[must_use]
    pub fn locked(&self) -> Option<LockedFile> {
        let private = self.files.iter().find(|file| file.secrecy == Secrecy::Private)?;
        match format::parse(private.bytes.expose()) {
            Ok(Parsed::Locked(file)) => Some(file),
            _ => None,
        }
    }

    /// Writes all files, or none, as [`Plan::write`](super::Plan::write) does.
    ///
    /// # Errors
    /// The files cannot be written; what was there is untouched.
    pub fn write(&self) -> Result<Stored, Problem> {
        self.make_ssh_folder()?;
        let saves: Vec<Save<'_>> = self
            .files
            .iter()
            .map(|file| Save {
                path: file.path.clone(),
                bytes: file.bytes.expose(),
                secrecy: file.secrecy,
                existing: file.existing,
            })
            .collect();
        let written = files::write_together(&saves)?;
        let seen = saves.iter().map(|save| (save.path.clone(), Seen::of(save.bytes)));
        let mut warnings: Vec<Warning> = written.other_names.iter().map(other_names_warning).collect();
        let private = saves.iter().filter(|save| save.secrecy == Secrecy::Private);
        warnings.extend(private.filter_map(|save| written_without_owners(&save.path)));
        for folder in saves.iter().filter_map(|save| save.path.parent()) {
            let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
            let new = open_folder_warning(&folder).filter(|warning| !warnings.contains(warning));
            warnings.extend(new);
        }
        Ok(Stored {
            seen: seen.collect(),
            warnings,
        })
    }

    /// Whether all files are there already, and hold these very bytes.
    #[must_use]
    pub fn is_there(&self) -> bool {
        let seen = |file: &EncodedFile| files::seen(&file.path).ok().flatten();
        let is_there = |file: &EncodedFile| seen(file) == Some(Seen::of(file.bytes.expose()));
        self.files.iter().all(is_there)
    }

    /// `~/.ssh` is made, open to its owner alone, when a file is to lie in it; no other folder is.
    fn make_ssh_folder(&self) -> Result<(), Problem> {
        let Some(folder) = home::ssh_folder() else {
            return Ok(());
        };
        let is_needed = self.files.iter().any(|file| file.path.parent() == Some(&folder));
        if is_needed && !folder.exists() {
            create_private_folder(&folder).map_err(|source| WriteError::Io {
                path: folder.clone(),
                source,
            })?;
        }
        Ok(())
    }
}

/// Encodes a private key file, and opens it again as its owner will: what cannot be opened must not
/// take the place of what can.
///
/// # Errors
/// The format cannot hold the key, or the cost of the key derivation is out of bounds.
pub fn encode_private(
    outgoing: Outgoing<'_>,
    encoding: &PrivateEncoding,
    passphrase: Option<&Passphrase>,
) -> Result<SecretBytes, Problem> {
    let mut rng = os_rng()?;
    let bytes = format::encode_private(outgoing, encoding, passphrase, &mut rng)?;
    match holds(&bytes, outgoing, passphrase) {
        Ok(true) => Ok(bytes),
        Ok(false) => Err(unproved("it holds something else")),
        Err(error) => Err(unproved(&error.to_string())),
    }
}

fn holds(
    bytes: &SecretBytes,
    outgoing: Outgoing<'_>,
    passphrase: Option<&Passphrase>,
) -> Result<bool, DecodeError> {
    let opened = match (format::parse(bytes.expose())?, passphrase) {
        (Parsed::Private(file), _) => file,
        (Parsed::Locked(file), Some(passphrase)) => file.unlock(passphrase, Consent::Given)?,
        (Parsed::Locked(_), None) => return Err(DecodeError::NeedsPassphrase),
        (Parsed::Public(_), _) => return Ok(false),
    };
    // The halves of what was opened fit together, so the public ones stand for both.
    let is_same_key = opened.key.public() == outgoing.key.public();
    let holds_comment =
        !opened.format.holds_comment() || opened.comment == outgoing.comment.as_str().as_bytes();
    let holds_certificate =
        !opened.format.holds_certificate() || opened.certificate.as_ref() == outgoing.certificate;
    Ok(is_same_key && holds_comment && holds_certificate)
}

fn unproved(why: &str) -> Problem {
    Problem::new(
        "internal",
        Blame::World,
        format!("the new file could not be opened again: {why}"),
        "This is a fault of this program, or of the computer's memory: please tell us, and use another format or computer.",
    )
    .unchanged()
}

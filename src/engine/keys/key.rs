//! A key as it was found: its files, its name, and what is wrong with it.

use std::path::{Path, PathBuf};

use super::finding::{Finding, Grade};
use super::register::Installed;
use crate::engine::describe::Description;
use crate::engine::key_name::KeyName;
use crate::format::{Format, public_line};
use crate::key::comment::Comment;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};

/// What a key is recognised by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyId {
    /// Its SHA-256 fingerprint.
    Fingerprint(Fingerprint),
    /// Its file, where nothing but the passphrase shows which key is in it.
    File(PathBuf),
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The private half, in whatever format.
    Private,
    /// The public half.
    Public,
    /// A certificate.
    Certificate,
}

/// A file that holds a key, or half of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What it is for.
    pub kind: Kind,
    /// The kind of file.
    pub format: Option<Format>,
    /// Whether a passphrase is needed to use it.
    pub is_encrypted: bool,
    /// When it was last written, in seconds since 1970 (UTC).
    pub modified: Option<u64>,
}

/// A key, in one file or several.
#[derive(Clone, Debug)]
pub struct Key {
    /// By what it is recognised.
    pub id: KeyId,
    /// What its owner calls it.
    pub name: Option<KeyName>,
    /// Whether it is the one to be tried first.
    pub is_default: bool,
    /// The servers that it was installed on.
    pub installed: Vec<Installed>,
    /// What can be said of it without its passphrase.
    pub described: Description,
    /// Its files: private ones first, and of these the ones that ssh reads.
    pub files: Vec<KeyFile>,
    /// What is wrong with it, the worst first.
    pub findings: Vec<Finding>,
}

impl Key {
    /// What it is called: by its owner, or else by its file.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.name {
            Some(name) => name.as_str().to_owned(),
            None => self.file_name(),
        }
    }

    /// The name of its first file, as it may be shown.
    #[must_use]
    pub fn file_name(&self) -> String {
        let name = self.files.first().and_then(|file| file.path.file_name());
        let name = name.unwrap_or_default().as_encoded_bytes();
        crate::key::comment::escaped(name)
    }

    /// The file with its private half that ssh reads, or else another program.
    #[must_use]
    pub fn private_file(&self) -> Option<&KeyFile> {
        self.files.iter().find(|file| file.kind == Kind::Private)
    }

    /// The private file that ssh can use.
    #[must_use]
    pub fn file_for_ssh(&self) -> Option<&KeyFile> {
        self.private_file()
            .filter(|file| file.format.is_some_and(is_for_ssh))
    }

    /// The file to open: the private one where there is one.
    #[must_use]
    pub fn main_file(&self) -> Option<&Path> {
        self.files.first().map(|file| file.path.as_path())
    }

    /// Its SHA-256 fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> Option<&Fingerprint> {
        match &self.id {
            KeyId::Fingerprint(fingerprint) => Some(fingerprint),
            KeyId::File(_) => None,
        }
    }

    /// The line for authorized_keys, with its comment.
    #[must_use]
    pub fn public_line(&self) -> Option<String> {
        let public = self.described.public.as_ref()?;
        let comment = self.described.comment.as_deref().unwrap_or_default();
        Some(public_line::encode(public, &Comment::cleaned(comment).0))
    }

    /// When its first file was last written, in seconds since 1970 (UTC).
    #[must_use]
    pub fn modified(&self) -> Option<u64> {
        self.files.first()?.modified
    }

    /// Whether a search for `text`, in lower case, finds it.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let has = |field: &str| field.to_lowercase().contains(text);
        has(&self.title())
            || self
                .described
                .shown_comment()
                .is_some_and(|comment| has(&comment))
            || self
                .fingerprint()
                .is_some_and(|fingerprint| has(&fingerprint.to_string()))
            || self.described.title().is_some_and(|title| has(&title))
            || self.files.iter().any(|file| has(&file.path.to_string_lossy()))
            || self.installed.iter().any(|on| has(&on.server))
    }

    /// How bad the worst of what is wrong with it is.
    #[must_use]
    pub fn worst(&self) -> Option<Grade> {
        self.findings.iter().map(|finding| finding.grade).max()
    }
}

/// Whether ssh reads private keys of this format.
#[must_use]
pub fn is_for_ssh(format: Format) -> bool {
    matches!(format, Format::OpenSsh | Format::Pem | Format::Pkcs8)
}

/// By what a key with this fingerprint is recognised.
#[must_use]
pub fn id_of(key: &crate::key::PublicKey) -> KeyId {
    KeyId::Fingerprint(Fingerprint::of(key, FingerprintKind::Sha256))
}

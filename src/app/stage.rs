//! Where the program stands, and the key that it holds.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::saving_place::SavingPlace;
use crate::engine::Problem;
use crate::engine::command_line::{self, CommandLine, OfKey};
use crate::engine::conditions::Conditions;
use crate::engine::describe::{self, Warning};
use crate::engine::job::Job;
use crate::engine::saving::{self, Choice, Doubt, ToKeep};
use crate::format::authorized_keys::NewLine;
use crate::format::{Certificate, Format, LockedFile, PrivateFile, PublicFile, public_line};
use crate::key::comment::Comment;
use crate::key::entropy::EntropyPool;
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::key::randomart::Randomart;
use crate::key::spec::KeySpec;
use crate::key::weakness::Weakness;
use crate::key::{Algorithm, KeyPair, PublicKey};
use crate::secret::{Passphrase, TypedPassphrase};
use crate::sys::clock::unix_seconds;
use crate::sys::files::{self, Seen};

/// What the key page shows.
#[derive(Debug)]
pub enum Stage {
    /// No key.
    Empty,
    /// Movements are being collected.
    Stirring(Stirring),
    /// A key is being made.
    Generating(Generating),
    /// There is a key.
    Ready(Box<Document>),
}

/// Movements are being collected.
#[derive(Debug)]
pub struct Stirring {
    /// For which key.
    pub spec: KeySpec,
    /// What has been collected.
    pub pool: Box<EntropyPool>,
    /// The key to go back to on Cancel.
    pub(super) previous: Option<Box<Document>>,
}

/// A key is being made.
#[derive(Debug)]
pub struct Generating {
    /// Which.
    pub spec: KeySpec,
    /// The work.
    pub job: Job<Result<KeyPair, Problem>>,
    /// The key to go back to on Cancel.
    pub(super) previous: Option<Box<Document>>,
}

/// A field of the key page that the focus goes back to, because of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The comment.
    Comment,
    /// A new passphrase.
    Passphrase,
    /// The passphrase once more.
    Confirmation,
}

/// Where the file of a key is, if it is not where the key came from or was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Among what was taken away here, and can come back.
    InTrash,
    /// Nobody knows.
    Gone,
}

/// What was seen of the file of a key.
#[derive(Debug)]
pub(super) struct Looked {
    /// Which file.
    pub(super) path: PathBuf,
    /// Whether it is there.
    pub(super) missing: Option<Missing>,
    /// Whether the system has told who may read it, and what there is to say of that.
    pub(super) is_access_told: bool,
    pub(super) access_warning: Option<Warning>,
}

/// What is known of a key's private half.
#[derive(Clone, Debug)]
enum Halves {
    Both(Arc<KeyPair>),
    Public(PublicKey),
}

/// Of what a fingerprint is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subject {
    /// Of the key, whatever certificate it has.
    #[default]
    Key,
    /// Of the key and its certificate together.
    WithCertificate,
}

/// A key, and what a person is doing with it.
#[derive(Debug)]
pub struct Document {
    halves: Halves,
    certificate: Option<Certificate>,
    certificate_warnings: Vec<Warning>,
    /// The file that it came from or was last saved to.
    pub path: Option<PathBuf>,
    /// Where its private half is saved; nothing where no place can be proposed, and a dialog asks.
    pub place: Option<SavingPlace>,
    /// The kind of file that it came from; nothing for a new key.
    pub format: Option<Format>,
    /// What its owner ought to know.
    pub warnings: Vec<Warning>,
    /// What is being edited.
    pub draft: Draft,
    /// The files that this window has read or written, and what was in them then.
    pub(super) known: Vec<(PathBuf, Seen)>,
    /// The encrypted file that the key was opened from or last saved in: it knows the passphrase, which is forgotten
    /// here.
    pub(super) locked: Option<Arc<LockedFile>>,
    pub(super) saved: Option<Saved>,
    pub(super) being_saved: Option<Saved>,
    missing: Option<Missing>,
    /// Where somebody goes on who was sent back.
    pub wanted: Option<Field>,
    is_made_here: bool,
    /// How often it was saved here.
    pub(super) saves: u32,
    art: Randomart,
}

/// What is being edited; nothing of it counts until it is saved.
#[derive(Debug)]
pub struct Draft {
    /// The comment.
    pub comment: String,
    /// A new passphrase.
    pub passphrase: TypedPassphrase,
    /// The passphrase once more.
    pub confirmation: TypedPassphrase,
    /// What “Save private key” writes.
    pub choice: Choice,
}

/// What the files hold.
#[derive(Debug)]
pub(super) struct Saved {
    comment: String,
    certificate: Option<Certificate>,
}

/// How passphrase and confirmation stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Both are empty.
    Empty,
    /// They are the same.
    Match,
    /// They differ so far.
    Differ,
}

impl Draft {
    fn new(comment: &Comment) -> Self {
        Self {
            comment: comment.as_str().to_owned(),
            passphrase: TypedPassphrase::new(),
            confirmation: TypedPassphrase::new(),
            choice: Choice::OpenSsh,
        }
    }

    /// How the two passphrases stand to each other.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        match (
            self.passphrase.is_same_as(&self.confirmation),
            self.passphrase.is_empty(),
        ) {
            (true, true) => Agreement::Empty,
            (true, false) => Agreement::Match,
            (false, _) => Agreement::Differ,
        }
    }

    /// The comment, if it can stand in a key file.
    ///
    /// # Errors
    /// It has a character that no line may have.
    pub fn checked_comment(&self) -> Result<Comment, Problem> {
        Ok(Comment::new(&self.comment)?)
    }
}

impl Document {
    /// A key that was just made.
    #[must_use]
    pub fn generated(key: KeyPair, comment: &Comment) -> Self {
        let mut document = Self::new(Halves::Both(Arc::new(key)), comment);
        document.is_made_here = true;
        // What only befalls keys that have been used is no news about a new one.
        document.warnings = describe::key_warnings(document.public());
        document
            .warnings
            .retain(|warning| warning.code != Weakness::P521PuttyBias.code());
        document
    }

    /// A private key from a file; `locked` is the file, if it is encrypted.
    #[must_use]
    pub fn opened(file: PrivateFile, locked: Option<Arc<LockedFile>>) -> Self {
        let (comment, _) = Comment::cleaned(&file.comment);
        let mut document = Self::new(Halves::Both(Arc::new(file.key)), &comment);
        document.set_certificate(file.certificate);
        document.format = Some(file.format);
        document.draft.choice = document.usual_choice(file.format);
        document.locked = locked;
        document.mark_saved();
        document
    }

    /// A public key from a file.
    #[must_use]
    pub fn public_only(file: PublicFile) -> Self {
        let (comment, _) = Comment::cleaned(&file.comment);
        let mut document = Self::new(Halves::Public(file.key), &comment);
        document.set_certificate(file.certificate);
        document.format = Some(file.format);
        document.mark_saved();
        document
    }

    fn new(halves: Halves, comment: &Comment) -> Self {
        let public = match &halves {
            Halves::Both(key) => key.public(),
            Halves::Public(key) => key,
        };
        let art = Randomart::new(Fingerprint::of(public, FingerprintKind::Sha256).digest());
        Self {
            halves,
            certificate: None,
            certificate_warnings: Vec::new(),
            path: None,
            place: None,
            format: None,
            warnings: Vec::new(),
            draft: Draft::new(comment),
            known: Vec::new(),
            locked: None,
            saved: None,
            being_saved: None,
            missing: None,
            wanted: None,
            is_made_here: false,
            saves: 0,
            art,
        }
    }

    /// What “Save private key” writes for a key that came from this kind of file, at first.
    fn usual_choice(&self, format: Format) -> Choice {
        match format {
            Format::OpenSsh => Choice::OpenSsh,
            Format::Ppk3 => Choice::Ppk,
            Format::Ppk1 | Format::Ppk2 => Choice::Ppk2,
            // The window saves in OpenSSH's format what came in OpenSSL's: every SSH program takes it,
            // and it protects the passphrase better.
            Format::PublicLine
            | Format::Rfc4716
            | Format::Pem
            | Format::Der
            | Format::Pkcs8
            | Format::Pkcs8Der
            | Format::Spki
            | Format::Pkcs1Public
            | Format::SshCom
            | Format::Jwk
            | Format::Dropbear
            | Format::Pkcs12 => Choice::OpenSsh.or_fitting(self.public().algorithm()),
        }
    }

    /// Whether there can be a certificate for it, and it would be kept with the key.
    #[must_use]
    pub fn takes_certificate(&self) -> bool {
        // OpenSSH knows no Ed448, and so nobody certifies it.
        self.key().is_some() && self.public().algorithm() != Algorithm::Ed448
    }

    /// Puts a certificate for this key beside it, or takes it away.
    pub(super) fn set_certificate(&mut self, certificate: Option<Certificate>) {
        self.certificate_warnings = certificate
            .as_ref()
            .map(|certificate| describe::certificate_warnings(certificate, unix_seconds()))
            .unwrap_or_default();
        self.certificate = certificate;
    }

    /// What its owner ought to know about the certificate.
    #[must_use]
    pub fn certificate_warnings(&self) -> &[Warning] {
        &self.certificate_warnings
    }

    /// The certificate in one line, with the comment as it is being edited.
    #[must_use]
    pub fn certificate_line(&self) -> Option<String> {
        let (comment, _) = Comment::cleaned(self.draft.comment.as_bytes());
        let line = |certificate| public_line::encode_certificate(certificate, &comment);
        self.certificate.as_ref().map(line)
    }

    /// That the file came in a format which saving would leave, where that is so.
    #[must_use]
    pub fn notice(&self) -> Option<String> {
        let format = self.format?;
        let (is_usual, verb, next) = if self.key().is_some() {
            let next = self.draft.choice;
            let is_usual = matches!(format, Format::OpenSsh | Format::Ppk2 | Format::Ppk3);
            (
                is_usual || next.format() == format,
                "Save private key",
                next.title(),
            )
        } else {
            let is_usual = format == Format::PublicLine;
            (is_usual, "Save public key", "one line, as OpenSSH has it")
        };
        let title = format.title();
        (!is_usual).then(|| format!("This came in another format: {title}. “{verb}” writes {next}."))
    }

    /// The certificate that goes with the key.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        match &self.halves {
            Halves::Both(key) => key.public(),
            Halves::Public(key) => key,
        }
    }

    /// Both halves, if the private one is there.
    #[must_use]
    pub fn key(&self) -> Option<&Arc<KeyPair>> {
        match &self.halves {
            Halves::Both(key) => Some(key),
            Halves::Public(_) => None,
        }
    }

    /// The public key in one line, with the comment as it is being edited.
    #[must_use]
    pub fn public_line(&self) -> String {
        let (comment, _) = Comment::cleaned(self.draft.comment.as_bytes());
        public_line::encode(self.public(), &comment)
    }

    /// Its fingerprint.
    #[must_use]
    pub fn fingerprint(&self, kind: FingerprintKind) -> Fingerprint {
        Fingerprint::of(self.public(), kind)
    }

    /// Its fingerprint, or the one that includes its certificate, if it has one.
    #[must_use]
    pub fn fingerprint_of(&self, subject: Subject, kind: FingerprintKind) -> Fingerprint {
        match (subject, &self.certificate) {
            (Subject::WithCertificate, Some(certificate)) => Fingerprint::of_wire(certificate.blob(), kind),
            _ => self.fingerprint(kind),
        }
    }

    /// The picture of its SHA-256 fingerprint.
    #[must_use]
    pub fn art(&self) -> &Randomart {
        &self.art
    }

    /// The same with its frame, as `ssh-keygen -lv` prints it.
    #[must_use]
    pub fn art_text(&self) -> String {
        describe::randomart_text(self.public(), FingerprintKind::Sha256)
    }

    /// Whether there is something that only this window holds: a new key, or a change that was not
    /// saved.
    #[must_use]
    pub fn is_unsaved(&self) -> bool {
        self.missing.is_some() || self.has_changes()
    }

    /// Whether something would be lost with this window: what lies in the trash is not.
    pub(super) fn is_lost_with_window(&self) -> bool {
        self.missing == Some(Missing::Gone) || self.has_changes()
    }

    /// Whether the key lies where it was saved, and if not, what became of it.
    #[must_use]
    pub fn missing(&self) -> Option<Missing> {
        self.missing
    }

    pub(super) fn set_missing(&mut self, missing: Option<Missing>) {
        self.missing = missing.filter(|_| self.saved.is_some());
    }

    /// Whether there is no file with it now.
    #[must_use]
    pub fn is_in_no_file(&self) -> bool {
        self.is_new() || (self.missing.is_some() && self.key().is_some())
    }

    fn has_changes(&self) -> bool {
        match &self.saved {
            None => true,
            Some(saved) => {
                saved.comment != self.draft.comment
                    || saved.certificate != self.certificate
                    || (self.key().is_some() && self.has_new_passphrase())
            }
        }
    }

    /// Those of `files` that another program has written to since this window read or wrote them.
    pub(super) fn changed_by_others(&self, files: &[PathBuf]) -> Vec<PathBuf> {
        let is_changed = |path: &&PathBuf| {
            let is_known = self.known.iter().any(|(known, _)| known == *path);
            is_known && !self.knows(path)
        };
        files.iter().filter(is_changed).cloned().collect()
    }

    /// Whether there is in the file what this window has read in it, or written to it, for this key.
    pub(super) fn knows(&self, path: &Path) -> bool {
        let known = self.known.iter().find(|(known, _)| known == path);
        known.is_some_and(|(_, seen)| matches!(files::seen(path), Ok(Some(now)) if now == *seen))
    }

    /// The comment in its files; nothing while it is in none, or has another certificate than they have.
    pub(super) fn saved_comment(&self) -> Option<Comment> {
        let saved = self.saved.as_ref()?;
        let is_same = saved.certificate == self.certificate;
        Comment::new(&saved.comment).ok().filter(|_| is_same)
    }

    /// Remembers what was written.
    pub(super) fn take_note(&mut self, written: Vec<(PathBuf, Seen)>) {
        self.known
            .retain(|(path, _)| !written.iter().any(|(new, _)| new == path));
        self.known.extend(written);
    }

    /// The line by which it could log in somewhere, under the conditions that are typed.
    ///
    /// # Errors
    /// One of them cannot be a condition, or the comment is none.
    pub fn authorized_line(&self, conditions: &Conditions) -> Result<NewLine, Problem> {
        let comment = self.draft.checked_comment()?;
        Ok(NewLine::new(self.public(), &conditions.options()?, &comment))
    }

    /// The commands that make, show and use such a key; `address` is the server that is typed, if there is one.
    #[must_use]
    pub fn command_lines(&self, address: &str) -> Vec<CommandLine> {
        let key = OfKey {
            public: self.public(),
            has_private: self.key().is_some(),
            file: self.path.as_deref(),
            stem: &self.suggested_stem(),
            comment: &self.draft.comment,
            format: self.draft.choice.format(),
        };
        command_line::for_key(key, address)
    }

    /// The doubts about saving it so.
    pub(super) fn doubts(&self, choice: Choice) -> Vec<Doubt> {
        let key = ToKeep {
            has_passphrase: self.has_passphrase(),
            has_comment: !self.draft.comment.is_empty(),
            has_certificate: self.certificate().is_some(),
        };
        saving::doubts(choice, key)
    }

    /// Whether its private file is to have a passphrase: a new one, or the one that it has.
    pub(super) fn has_passphrase(&self) -> bool {
        self.has_new_passphrase() || self.locked.is_some()
    }

    /// Whether anything is typed of a new passphrase.
    fn has_new_passphrase(&self) -> bool {
        self.draft.agreement() != Agreement::Empty
    }

    /// Whether the passphrase that its file has stays as it is; this window does not know it.
    #[must_use]
    pub fn keeps_passphrase(&self) -> bool {
        self.locked.is_some() && !self.has_new_passphrase()
    }

    /// Forgets what is typed, if that is the passphrase with which the key was saved.
    pub(super) fn forget_passphrase(&mut self, saved: &Passphrase) {
        if self.draft.passphrase.to_passphrase().is_same_as(saved) {
            self.draft.passphrase.clear();
            self.draft.confirmation.clear();
        }
    }

    /// Whether the key was made here, and not read from a file.
    #[must_use]
    pub fn is_from_here(&self) -> bool {
        self.is_made_here
    }

    /// How often the private key was saved since it is here.
    #[must_use]
    pub fn saves(&self) -> u32 {
        self.saves
    }

    /// Where the key lies, as people write it.
    #[must_use]
    pub fn shown_path(&self) -> Option<String> {
        let path = self.path.as_deref()?;
        Some(match &self.place {
            Some(place) => place.short(path),
            None => path.display().to_string(),
        })
    }

    /// Whether the private key was never saved at all.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.saved.is_none()
    }

    /// What the draft says now.
    pub(super) fn snapshot(&self) -> Saved {
        Saved {
            comment: self.draft.comment.clone(),
            certificate: self.certificate.clone(),
        }
    }

    /// A private key that came from no file is only in this window.
    pub(super) fn mark_unsaved(&mut self) {
        if self.key().is_some() {
            self.saved = None;
        }
    }

    fn mark_saved(&mut self) {
        self.saved = Some(self.snapshot());
    }

    /// What a file dialog suggests, without the extension that its format has.
    #[must_use]
    pub fn suggested_stem(&self) -> String {
        let name = self.suggested_name();
        let stem = ["pub", "ppk", "pem", "der", "p8", "ssh2", "jwk", "dropbear"]
            .iter()
            .find_map(|extension| name.strip_suffix(&format!(".{extension}")));
        let stem = stem.map(|stem| stem.strip_suffix("-cert").unwrap_or(stem));
        stem.filter(|stem| !stem.is_empty()).unwrap_or(&name).to_owned()
    }

    /// The name of its file, or the one that ssh looks for.
    #[must_use]
    pub fn suggested_name(&self) -> String {
        let current = self.path.as_ref().and_then(|path| path.file_name());
        match current {
            Some(name) => name.to_string_lossy().into_owned(),
            None => format!("id_{}", self.public().algorithm().short_name()),
        }
    }
}

//! What can be said about a key: the same facts for the window, `info` and `info --json`.

mod warnings;

use std::path::Path;

use crate::format::for_ssh::NotForSsh;
use crate::format::mend::{Accident, Accidents};
use crate::format::reading::Reading;
use crate::format::{
    Argon2Params, Certificate, Cost, DecodeError, Format, LockedFile, Outgoing, Parsed, Pbes2Kdf,
    PrivateEncoding, PrivateFile, Protection, public_line,
};
use crate::key::PublicKey;
use crate::key::comment::{self, Comment};
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::key::randomart::{self, Randomart};
use crate::sys::clock::unix_seconds;

pub(in crate::engine) use warnings::OPEN_FOLDER;
pub use warnings::{
    ENDED_BY_CLEAN_COPY, KEEP_SSH_OUT, OF_A_FILE, Warning, access_warning, certificate_warnings,
    key_warnings, mended_text_warning, mended_warning, open_folder_warning, other_names_warning,
    ssh1_warning, stray_certificate, written_without_owners,
};
use warnings::{
    carriage_returns, comment_warning, loose_permissions, not_laid_out, passphrase_encoding, weak_kdf,
};

/// A key file, or a key that is not saved yet, described.
#[derive(Clone, Debug)]
pub struct Description {
    /// The kind of file; nothing for a key that was just made.
    pub format: Option<Format>,
    /// The public key, where it can be told without the passphrase.
    pub public: Option<PublicKey>,
    /// The comment, where it can be told without the passphrase.
    pub comment: Option<Vec<u8>>,
    /// How the file is encrypted; nothing for public keys.
    pub protection: Option<Protection>,
    /// Whether there is a private half, be it locked.
    pub has_private: bool,
    /// The certificate that comes with the key.
    pub certificate: Option<Certificate>,
    /// Whether certificates of X.509 lie in the file beside the key, which SSH has no use for.
    pub has_x509: bool,
    /// What its owner ought to know.
    pub warnings: Vec<Warning>,
    /// What had to be undone to read the file.
    pub mended: Accidents,
    /// Whether ssh reads the file as it is, and if not, why; nothing for what is not read from a file.
    pub for_ssh: Option<Result<(), NotForSsh>>,
}

impl Description {
    /// Describes a file that was read. `path` is where it lies, for its permissions.
    #[must_use]
    pub fn of_reading(reading: &Reading, path: Option<&Path>) -> Self {
        let mut described = Self::of(&reading.parsed, path);
        described.mended = described.mended.and(reading.accidents);
        let is_encoded = described.mended.has(Accident::PassphraseEncoding);
        let for_passphrase = if is_encoded {
            Err(NotForSsh::Passphrase)
        } else {
            Ok(())
        };
        described.for_ssh = Some(reading.for_ssh.and(for_passphrase));
        if let (true, Some(warning)) = (described.has_private, not_laid_out(reading)) {
            described.warn(warning);
        }
        described
    }

    /// Describes what a file turned out to be. `path` is where it lies, for its permissions.
    #[must_use]
    pub fn of(parsed: &Parsed, path: Option<&Path>) -> Self {
        let mut described = match parsed {
            Parsed::Private(file) => return Self::of_private(file, path),
            Parsed::Locked(file) => Self {
                format: Some(file.format),
                public: file.public.clone(),
                comment: file.comment.clone(),
                protection: Some(file.protection.clone()),
                has_private: true,
                certificate: file.certificate.clone(),
                has_x509: false,
                warnings: Vec::new(),
                mended: Accidents::NONE,
                for_ssh: None,
            },
            Parsed::Public(file) => Self {
                format: Some(file.format),
                public: Some(file.key.clone()),
                comment: Some(file.comment.clone()),
                protection: None,
                has_private: false,
                certificate: file.certificate.clone(),
                has_x509: false,
                warnings: Vec::new(),
                mended: Accidents::NONE,
                for_ssh: None,
            },
        };
        described.tell_of_itself(path);
        if let Parsed::Locked(LockedFile { has_crlf: true, .. }) = parsed {
            described.warn_of_crlf(path);
        }
        described
    }

    /// Describes a private key file that is open.
    #[must_use]
    pub fn of_private(file: &PrivateFile, path: Option<&Path>) -> Self {
        let mut described = Self {
            format: Some(file.format),
            public: Some(file.key.public().clone()),
            comment: Some(file.comment.clone()),
            protection: Some(file.protection.clone()),
            has_private: true,
            certificate: file.certificate.clone(),
            has_x509: file.has_x509,
            warnings: Vec::new(),
            mended: Accidents::NONE,
            for_ssh: None,
        };
        described.tell_of_itself(path);
        if let Some(encoding) = file.passphrase_encoding {
            described.mended = described.mended.with(Accident::PassphraseEncoding);
            described.warn(passphrase_encoding(encoding));
        }
        if file.has_crlf {
            described.warn_of_crlf(path);
        }
        described
    }

    /// What is to be known apart from the certificate, which may come and go.
    #[must_use]
    pub fn warnings_of_key(&self) -> Vec<Warning> {
        let of_certificate = self.certificate.as_ref().map(|certificate| {
            let now = unix_seconds();
            certificate_warnings(certificate, now)
        });
        let of_certificate = of_certificate.unwrap_or_default();
        let others = self
            .warnings
            .iter()
            .filter(|warning| !of_certificate.contains(warning));
        others.cloned().collect()
    }

    /// Describes a private key file that is being written.
    #[must_use]
    pub fn of_outgoing(outgoing: Outgoing<'_>, encoding: &PrivateEncoding, is_encrypted: bool) -> Self {
        let mut described = Self {
            format: Some(encoding.format()),
            public: Some(outgoing.key.public().clone()),
            comment: Some(outgoing.comment.as_str().as_bytes().to_vec()),
            protection: Some(if is_encrypted {
                encoding.protection()
            } else {
                Protection::None
            }),
            has_private: true,
            certificate: outgoing.certificate.cloned(),
            has_x509: false,
            warnings: Vec::new(),
            mended: Accidents::NONE,
            for_ssh: None,
        };
        described.warnings = described.found_warnings(None);
        described
    }

    /// Adds what the key and the comment in a file say of themselves.
    fn tell_of_itself(&mut self, path: Option<&Path>) {
        self.warnings = self.found_warnings(path);
        let is_text = self
            .comment
            .as_deref()
            .is_none_or(|comment| std::str::from_utf8(comment).is_ok());
        if !is_text {
            self.mended = self.mended.with(Accident::CommentEncoding);
        }
    }

    fn found_warnings(&self, path: Option<&Path>) -> Vec<Warning> {
        let mut warnings = self.public.as_ref().map(key_warnings).unwrap_or_default();
        if let Some(warning) = self.protection.as_ref().and_then(weak_kdf) {
            warnings.push(warning);
        }
        warnings.extend(self.comment.as_deref().and_then(comment_warning));
        if let Some(certificate) = &self.certificate {
            warnings.extend(certificate_warnings(certificate, unix_seconds()));
        }
        if let (true, Some(path)) = (self.has_private, path) {
            warnings.extend(loose_permissions(path));
        }
        warnings
    }

    /// ssh does not read a file of its own format with the line ends of Windows, which this program does.
    fn warn_of_crlf(&mut self, path: Option<&Path>) {
        if self.format == Some(Format::OpenSsh) && path.is_some() {
            self.warn(carriage_returns());
        }
    }

    /// Adds a warning, once.
    fn warn(&mut self, warning: Warning) {
        if self.warnings.iter().all(|other| other.code != warning.code) {
            self.warnings.push(warning);
        }
    }

    /// The public key.
    ///
    /// # Errors
    /// It cannot be told without the passphrase.
    pub fn known_public(&self) -> Result<&PublicKey, DecodeError> {
        self.public.as_ref().ok_or(DecodeError::NeedsPassphrase)
    }

    /// The fingerprint, where the public key is known.
    #[must_use]
    pub fn fingerprint(&self, kind: FingerprintKind) -> Option<Fingerprint> {
        Some(Fingerprint::of(self.public.as_ref()?, kind))
    }

    /// The fingerprint that counts the certificate in, where there is one; else that of the key.
    #[must_use]
    pub fn certificate_fingerprint(&self, kind: FingerprintKind) -> Option<Fingerprint> {
        match &self.certificate {
            Some(certificate) => Some(Fingerprint::of_wire(certificate.blob(), kind)),
            None => self.fingerprint(kind),
        }
    }

    /// The word that `ssh-keygen -l` puts in brackets: `ED25519`, `RSA-CERT`.
    #[must_use]
    pub fn title(&self) -> Option<String> {
        let title = self.public.as_ref()?.algorithm().title();
        Some(match self.certificate {
            Some(_) if !self.has_private => format!("{title}-CERT"),
            _ => title.to_owned(),
        })
    }

    /// The line that `ssh-keygen -l` prints: `256 SHA256:… comment (ED25519)`.
    #[must_use]
    pub fn fingerprint_line(&self, kind: FingerprintKind) -> Option<String> {
        self.line_with(&self.fingerprint(kind)?)
    }

    /// The same line with a fingerprint that was chosen otherwise.
    #[must_use]
    pub fn line_with(&self, fingerprint: &Fingerprint) -> Option<String> {
        let comment = self.shown_comment().filter(|comment| !comment.is_empty());
        Some(format!(
            "{} {fingerprint} {} ({})",
            self.public.as_ref()?.bits(),
            comment.as_deref().unwrap_or("no comment"),
            self.title()?,
        ))
    }

    /// The picture of the fingerprint with its frame, exactly as `ssh-keygen -lv` draws it.
    #[must_use]
    pub fn randomart(&self, kind: FingerprintKind) -> Option<String> {
        Some(randomart_of(self.public.as_ref()?, &self.title()?, kind))
    }

    /// The comment as it may be shown: whatever could break a line or hide text is escaped.
    #[must_use]
    pub fn shown_comment(&self) -> Option<String> {
        self.comment
            .as_deref()
            .map(|comment| match std::str::from_utf8(comment) {
                Ok(_) => comment::escaped(comment),
                Err(_) => Comment::cleaned(comment).0.to_string(),
            })
    }

    /// Type and base64, without a comment.
    #[must_use]
    pub fn public_line(&self) -> Option<String> {
        Some(public_line::encode(self.public.as_ref()?, &Comment::default()))
    }

    /// What opening the file costs.
    #[must_use]
    pub fn cost(&self) -> Cost {
        self.protection.as_ref().map_or(Cost::Nothing, Protection::cost)
    }
}

/// What is said of certificates of X.509 that lie beside a key in its file.
pub const X509_BESIDE: &str =
    "certificates of X.509 lie in the file as well; SSH has no use for them, and they stay behind";

/// How a file is encrypted, in words: “passphrase; aes256-ctr, 24 rounds of bcrypt (about 0.3 s)”.
#[must_use]
pub fn protection_text(protection: &Protection) -> String {
    let cipher = protection.cipher_name().unwrap_or_default();
    let cost = protection.cost();
    match protection {
        Protection::None => "none: whoever has the file can use the key".to_owned(),
        Protection::OpenSsh { rounds, .. } => {
            format!("passphrase; {cipher}, {rounds} rounds of bcrypt ({cost})")
        }
        Protection::Ppk3(Argon2Params {
            variant,
            mem_kib,
            passes,
            parallelism,
        }) => format!(
            "passphrase; {cipher}, {} with {mem_kib} KiB, {passes} passes, parallelism {parallelism} ({cost})",
            variant.name()
        ),
        Protection::PpkSha1 => format!("passphrase; {cipher}, SHA-1 ({cost})"),
        Protection::SshCom | Protection::Pem(_) => format!("passphrase; {cipher}, one round of MD5 ({cost})"),
        Protection::Pbes1 { iterations, .. } => {
            format!("passphrase; {cipher}, {iterations} rounds of MD5 or SHA-1 ({cost})")
        }
        Protection::Pbes2(pbes2) => match pbes2.kdf {
            Pbes2Kdf::Pbkdf2 { prf, iterations } => format!(
                "passphrase; {cipher}, {iterations} iterations of {} ({cost})",
                prf.name()
            ),
            Pbes2Kdf::Scrypt(params) => format!(
                "passphrase; {cipher}, scrypt with N {}, r {}, p {} ({cost})",
                params.n(),
                params.r(),
                params.p()
            ),
        },
    }
}

/// The picture of a key's fingerprint with its frame.
#[must_use]
pub fn randomart_text(key: &PublicKey, kind: FingerprintKind) -> String {
    randomart_of(key, key.algorithm().title(), kind)
}

fn randomart_of(key: &PublicKey, title: &str, kind: FingerprintKind) -> String {
    let fingerprint = Fingerprint::of(key, kind);
    let title = randomart::title(title, key.bits());
    Randomart::new(fingerprint.digest()).to_text(&title, &format!("[{}]", kind.name()))
}

/// A type of key as people call it, with its size where there are several: “ED25519”, “RSA, 3072 bits”.
#[must_use]
pub fn kind_of(key: &PublicKey) -> String {
    let title = key.algorithm().title();
    if title == "RSA" || title == "DSA" {
        format!("{title}, {} bits", key.bits())
    } else {
        title.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format;

    #[test]
    fn the_line_ends_of_a_file_are_told_from_what_was_read_of_it() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/real/openssh/ed25519");
        let text = std::fs::read_to_string(corpus).expect("it is in the tree");
        let is_gone = Path::new("no folder/no key");
        let warns = |text: &str| {
            let parsed = format::parse(text.as_bytes()).expect("it is a key");
            let warnings = Description::of(&parsed, Some(is_gone)).warnings;
            warnings.iter().any(|warning| warning.code == "carriage-returns")
        };
        assert!(warns(&text.replace('\n', "\r\n")));
        assert!(!warns(&text));
    }
}

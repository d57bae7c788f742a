//! What can be said about a key: the same facts for the window, `info` and `info --json`.

use std::path::Path;

use crate::engine::problem;
use crate::format::for_ssh::NotForSsh;
use crate::format::mend::{Accident, Accidents};
use crate::format::reading::Reading;
use crate::format::{
    Argon2Params, CbcCipher, Certificate, Cost, DecodeError, Format, Outgoing, Parsed, Pbes2, Pbes2Kdf,
    PrivateEncoding, PrivateFile, Protection, Validity, public_line,
};
use crate::key::PublicKey;
use crate::key::comment::{self, Comment};
use crate::key::fingerprint::{Fingerprint, FingerprintKind};
use crate::key::randomart::{self, Randomart};
use crate::key::weakness::{Weakness, weaknesses};
use crate::sys::clock::unix_seconds;
use crate::sys::permissions::{Access, audit_private};

/// The warnings about a file that ssh therefore does not use.
pub const KEEP_SSH_OUT: [&str; 3] = ["permissions", "carriage-returns", "mangled"];

/// Something about a key that its owner ought to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// One stable word for scripts: `rsa-short`, `permissions`, …
    pub code: &'static str,
    /// What is the matter: lower case, no full stop.
    pub message: String,
    /// What to do: sentences.
    pub hint: &'static str,
}

impl Warning {
    /// What is the matter, with a capital letter and a full stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        problem::sentence(&self.message)
    }
}

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
        described.for_ssh = Some(reading.for_ssh);
        if let (true, Some(warning)) = (described.has_private, not_laid_out(reading)) {
            described.warnings.push(warning);
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
                warnings: Vec::new(),
                mended: Accidents::NONE,
                for_ssh: None,
            },
        };
        described.tell_of_itself(path);
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
            warnings: Vec::new(),
            mended: Accidents::NONE,
            for_ssh: None,
        };
        described.tell_of_itself(path);
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
        let is_text = self.comment.as_deref().is_none_or(|comment| std::str::from_utf8(comment).is_ok());
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
        self.comment.as_deref().map(|comment| match std::str::from_utf8(comment) {
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

/// What is known to be bad about a key, in words.
#[must_use]
pub fn key_warnings(key: &PublicKey) -> Vec<Warning> {
    weaknesses(key).into_iter().map(Warning::from).collect()
}

impl From<Weakness> for Warning {
    fn from(weakness: Weakness) -> Self {
        use Weakness as W;
        const REPLACE: &str = "Make a new key, put it on your servers, and remove this one there.";
        let (message, hint) = match weakness {
            W::KnownCompromised => (
                "the private half of this key is published: anybody can use it".to_owned(),
                "Remove this key from every server now, and make a new one.",
            ),
            W::RsaShort { bits } => (format!("an RSA key of {bits} bits can be broken"), REPLACE),
            W::RsaSmallFactor { factor } => (
                format!("the RSA modulus can be divided by {factor}: anybody can compute the private key"),
                "Remove this key from every server now. What made it is broken, or the file was damaged.",
            ),
            W::RsaCloseFactors { .. } => (
                "the two primes of this RSA key lie so close together that anybody can find them".to_owned(),
                "Remove this key from every server now, and do not use the program that made it (CVE-2022-26320).",
            ),
            W::RsaSmallPrivateExponent => (
                "the private exponent of this RSA key is so small that anybody can find it".to_owned(),
                "Remove this key from every server now, and make a new one.",
            ),
            W::RsaRoca => (
                "this RSA key comes from a chip whose keys can be computed (ROCA, CVE-2017-15361)".to_owned(),
                "Make a new key outside that chip, put it on your servers, and remove this one there.",
            ),
            W::RsaSmallExponent { exponent } => (
                format!("the public exponent of this RSA key is {exponent} instead of 65537"),
                "It works, but programs with faults in their padding can be fooled with it. Make a new key when you can.",
            ),
            W::RsaLargeExponent { bits } => (
                format!("the public exponent of this RSA key has {bits} bits, and many programs refuse it"),
                "Make a new key: every program uses the exponent 65537 today.",
            ),
            W::Dsa => (
                "DSA keys are no longer accepted by OpenSSH".to_owned(),
                "Make an Ed25519 key, put it on your servers, and remove this one there.",
            ),
            W::P521PuttyBias => (
                "if this P-521 key was ever used with PuTTY 0.68 to 0.80, its signatures give it away"
                    .to_owned(),
                "That holds for FileZilla, WinSCP and TortoiseGit of 2017 to 2024 too (CVE-2024-31497). If it was, replace the key by an Ed25519 one; if not, it is sound.",
            ),
        };
        Self {
            code: weakness.code(),
            message,
            hint,
        }
    }
}

/// What the owner of a key of SSH 1 ought to know.
#[must_use]
pub fn ssh1_warning() -> Warning {
    Warning {
        code: "ssh1",
        message: "keys of SSH 1 are worthless today: the protocol is broken, and no server accepts them"
            .to_owned(),
        hint: "Make an Ed25519 key, put it on your servers, and remove this one there.",
    }
}

/// What its owner ought to know about a certificate at `now`, in seconds since 1970 (UTC).
#[must_use]
pub fn certificate_warnings(certificate: &Certificate, now: u64) -> Vec<Warning> {
    const ASK: &str = "Ask whoever signs your certificates for a new one.";
    let mut warnings = Vec::new();
    let mut warn = |code, message: String, hint| warnings.push(Warning { code, message, hint });
    match certificate.validity(now) {
        Validity::Valid => {}
        Validity::Expired => warn(
            "cert-expired",
            format!(
                "the certificate has expired (valid {})",
                certificate.validity_in_words()
            ),
            ASK,
        ),
        Validity::NotYetValid => warn(
            "cert-not-yet-valid",
            format!(
                "the certificate is not valid yet (valid {})",
                certificate.validity_in_words()
            ),
            "Wait until then, or check this computer's clock.",
        ),
    }
    if certificate.principals().is_empty() {
        warn(
            "cert-no-principals",
            "the certificate names no users or hosts, so it may count for all of them or for none".to_owned(),
            "Ask for one that names those that it is for.",
        );
    }
    if certificate.signature().is_sha1 {
        warn(
            "cert-sha1",
            "the certificate is signed with SHA-1, which OpenSSH no longer accepts".to_owned(),
            "Ask for a new one, signed with rsa-sha2-512 or by an Ed25519 authority.",
        );
    }
    for option in certificate.unknown_critical_options() {
        let name = comment::escaped(option.name.as_bytes());
        warn(
            "cert-unknown-critical",
            format!("OpenSSH does not know the critical option {name} and refuses the certificate"),
            ASK,
        );
    }
    let shown =
        std::iter::once(certificate.key_id()).chain(certificate.principals().iter().map(Vec::as_slice));
    if shown.into_iter().any(|text| Comment::cleaned(text).1) {
        warn(
            "bidi-text",
            "the certificate has characters that are invisible or turn text around".to_owned(),
            "They are shown as codes here. Whoever made it may have meant to deceive.",
        );
    }
    warnings
}

fn weak_kdf(protection: &Protection) -> Option<Warning> {
    /// What OpenSSH has written since 2013.
    const LEAST_ROUNDS: u32 = 16;
    /// The least that RFC 8018 §4.2 recommends.
    const LEAST_ITERATIONS: u32 = 1000;
    let message = match protection {
        Protection::PpkSha1 => {
            "this version of the PPK format lets an attacker try passphrases millions of times a second"
                .to_owned()
        }
        Protection::OpenSsh { rounds, .. } if *rounds < LEAST_ROUNDS => {
            format!("only {rounds} rounds protect the passphrase; 24 are usual")
        }
        Protection::SshCom => {
            "the ssh.com format lets an attacker try passphrases millions of times a second".to_owned()
        }
        Protection::Pem(_) => {
            "traditional PEM lets an attacker try passphrases millions of times a second".to_owned()
        }
        Protection::Pbes1 { .. } | Protection::Pbes2(_)
            if protection.cipher_name() == Some(CbcCipher::Des.name()) =>
        {
            "the cipher of this file, DES, can be broken in days".to_owned()
        }
        Protection::Pbes1 { iterations, .. }
        | Protection::Pbes2(Pbes2 {
            kdf: Pbes2Kdf::Pbkdf2 { iterations, .. },
            ..
        }) if *iterations < LEAST_ITERATIONS => {
            format!("only {iterations} iterations protect the passphrase; 600000 are usual")
        }
        Protection::None
        | Protection::OpenSsh { .. }
        | Protection::Ppk3(_)
        | Protection::Pbes1 { .. }
        | Protection::Pbes2(_) => return None,
    };
    Some(Warning {
        code: "weak-kdf",
        message,
        hint: "Save the key again in OpenSSH format or as PPK version 3.",
    })
}

/// A comment that is not written again as it stands in the file.
fn comment_warning(comment: &[u8]) -> Option<Warning> {
    if !Comment::cleaned(comment).1 {
        return None;
    }
    let is_text = std::str::from_utf8(comment).is_ok();
    let (message, hint) = if is_text {
        (
            "the comment has characters that are invisible or break lines",
            "They are shown as codes here, and something harmless takes their place when the key is saved again.",
        )
    } else {
        (
            "the comment is not UTF-8, and is read as Windows-1252",
            "It is written as UTF-8 when the key is saved again.",
        )
    };
    Some(Warning {
        code: "comment-sanitised",
        message: message.to_owned(),
        hint,
    })
}

/// A private key that ssh would read if its text were laid out as its format wants it.
fn not_laid_out(reading: &Reading) -> Option<Warning> {
    if reading.for_ssh != Err(NotForSsh::Layout) {
        return None;
    }
    let (code, message) = if reading.accidents == Accidents::of(&[Accident::LineEnds]) {
        (
            "carriage-returns",
            "the lines of the file end as on Windows, and ssh does not read such a key",
        )
    } else {
        ("mangled", "ssh does not read the file as it is")
    };
    Some(Warning {
        code,
        message: message.to_owned(),
        hint: "Repair it: that makes a clean file, and keeps this one (keywright-cli repair FILE).",
    })
}

/// A file that others may read.
#[must_use]
pub fn access_warning(access: &Access) -> Option<Warning> {
    match access {
        Access::Loose { detail } => Some(Warning {
            code: "permissions",
            message: format!("other users of this computer may read the file ({detail})"),
            hint: "ssh refuses such a file. Save it again here, or run chmod 600 on it.",
        }),
        Access::OwnerOnly | Access::NotOwned { .. } => None,
    }
}

fn loose_permissions(path: &Path) -> Option<Warning> {
    match audit_private(path) {
        Ok(access) => access_warning(&access),
        Err(error) => {
            log::debug!("no permissions of {}: {error}", path.display());
            None
        }
    }
}

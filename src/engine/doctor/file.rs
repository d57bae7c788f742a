//! A key file: why a program does not take it.

use std::path::Path;

use super::about::About;
use super::cause::Cause;
use super::mend::{Mend, copy_beside};
use super::verdict::{Certainty, Evidence, Examination, Fix, Source, Step, Verdict};
use crate::engine::command_line::foreign_word;
use crate::engine::describe::{Description, access_warning};
use crate::engine::keys::{Remedy, Whose};
use crate::engine::opening::{self, Beside};
use crate::engine::{Blame, Problem};
use crate::format::for_ssh::NotForSsh;
use crate::format::reading::{self, Reading};
use crate::format::{
    Certificate, CertificateKind, Consent, DecodeError, Format, LockedFile, Parsed, Validity,
};
use crate::key::PublicKey;
use crate::secret::Passphrase;
use crate::sys::clock::unix_seconds;
use crate::sys::files::{ReadError, read_key};
use crate::sys::permissions::{audit_private, knows_no_owners};

/// How a file of PuTTY's begins.
const PPK: &[u8] = b"PuTTY-User-Key-File-";

/// What is found on the way.
struct Found<'a> {
    path: &'a Path,
    about: About,
    verdicts: Vec<Verdict>,
    steps: Vec<Step>,
    /// What to say of a file that is PuTTY's alone, where nothing is wrong with it.
    for_putty: Option<ForPutty>,
    /// Whether ssh is told to use it.
    is_for_ssh: bool,
    /// Whether it has a passphrase that nobody has tried.
    is_untried: bool,
}

/// What is said of a file that PuTTY reads, and ssh does not.
#[derive(Default)]
struct ForPutty {
    /// What its owner ought to know of how it is protected, and what to do.
    weakness: Option<(String, &'static str)>,
}

/// Examines the key file at `path`; with its passphrase it is opened as well.
///
/// # Errors
/// The system does not let it be read.
pub fn examine(path: &Path, passphrase: Option<&Passphrase>, whose: &Whose) -> Result<Examination, Problem> {
    examined(path, passphrase, whose, false)
}

/// The same of a file that ssh is told to use: one that only PuTTY's programs read is of no use there.
///
/// # Errors
/// The system does not let it be read.
pub(super) fn examine_for_ssh(path: &Path, whose: &Whose) -> Result<Examination, Problem> {
    examined(path, None, whose, true)
}

/// Whether it is called as a file of PuTTY's.
pub(super) fn is_ppk(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("ppk"))
        && path.is_file()
}

fn examined(
    path: &Path,
    passphrase: Option<&Passphrase>,
    whose: &Whose,
    is_for_ssh: bool,
) -> Result<Examination, Problem> {
    let mut found = Found {
        path,
        about: About::file(&whose.short(path)),
        verdicts: Vec::new(),
        steps: Vec::new(),
        for_putty: None,
        is_for_ssh,
        is_untried: false,
    };
    let bytes = match read_key(path) {
        Ok(bytes) => bytes,
        Err(error) => return found.unread(error),
    };
    match reading::read(bytes.expose()) {
        Ok(reading) => found.of_reading(&reading, passphrase),
        Err(error) => found.of_fault(error, bytes.expose().starts_with(PPK)),
    }
    Ok(found.concluded())
}

impl Found<'_> {
    fn add(&mut self, cause: Cause, evidence: &str, remedy: Option<Remedy>) -> &mut Verdict {
        self.steps.push(Step::ill("file", evidence));
        let verdict = Verdict::new(cause, Certainty::Certain, &self.about);
        let mut verdict = verdict.seen(Evidence::new(Source::File, evidence));
        if let Some(fix) = &mut verdict.fix {
            fix.mend = remedy.map(Mend::Here);
        }
        self.verdicts.push(verdict);
        let last = self.verdicts.len() - 1;
        &mut self.verdicts[last]
    }

    fn unread(mut self, error: ReadError) -> Result<Examination, Problem> {
        let cause = match error {
            ReadError::NotFound { .. } => Cause::KeyFileMissing,
            ReadError::Denied { .. } => Cause::KeyFilePermissions,
            ReadError::NotRegular { .. } | ReadError::TooLarge { .. } => Cause::KeyFileFormat,
            ReadError::Changed { .. } | ReadError::Io { .. } => return Err(error.into()),
        };
        self.add(cause, &error.to_string(), None);
        if cause == Cause::KeyFilePermissions {
            let hint = Problem::from(error).hint;
            self.advise(&hint, None);
        }
        Ok(self.concluded())
    }

    /// Gives the last verdict other advice.
    fn advise(&mut self, what: &str, command: Option<String>) {
        if let Some(fix) = self.verdicts.last_mut().and_then(|verdict| verdict.fix.as_mut()) {
            what.clone_into(&mut fix.what);
            fix.command = command;
        }
    }

    /// The file is none that can be read.
    fn of_fault(&mut self, error: DecodeError, is_ppk: bool) {
        let is_newer = matches!(&error, DecodeError::UnsupportedFormat(_));
        let cause = match &error {
            _ if is_ppk && is_newer => Cause::PpkTooNew,
            _ if is_ppk => Cause::PpkDamaged,
            DecodeError::UnsupportedKeyType(_) | DecodeError::Ssh1(_) => Cause::KeyTypeClient,
            _ => Cause::KeyFileFormat,
        };
        let problem = Problem::from(error);
        self.add(cause, &problem.what, None);
        self.advise(&problem.hint, None);
    }

    fn of_reading(&mut self, reading: &Reading, passphrase: Option<&Passphrase>) {
        match &reading.parsed {
            Parsed::Public(file) => {
                if let Some(certificate) = &file.certificate {
                    self.of_certificate(certificate);
                    return;
                }
                let evidence = format!("it holds a public key: {}", file.key.algorithm().title());
                self.add(Cause::KeyFilePublic, &evidence, None);
            }
            Parsed::Private(file) => {
                self.of_private(reading, Some(file.key.public()));
                let evidence = format!(
                    "a private key without a passphrase: {}",
                    file.key.public().algorithm().title()
                );
                self.steps.push(Step::well("key", evidence));
            }
            Parsed::Locked(file) => {
                self.of_private(reading, file.public.as_ref());
                self.of_passphrase(file, passphrase);
            }
        }
    }

    fn of_passphrase(&mut self, file: &LockedFile, passphrase: Option<&Passphrase>) {
        let Some(passphrase) = passphrase else {
            self.is_untried = true;
            self.steps
                .push(Step::well("passphrase", "it has one, which was not tried"));
            return;
        };
        match file.unlock(passphrase, Consent::NotGiven) {
            Ok(opened) if opened.passphrase_encoding.is_some() => {
                let why = NotForSsh::Passphrase.to_string();
                self.add(Cause::KeyFilePassphrase, &why, None);
            }
            Ok(_) => self.steps.push(Step::well("passphrase", "it opens the key")),
            Err(error @ (DecodeError::WrongPassphrase | DecodeError::NeedsPassphrase)) => {
                let problem = Problem::from(error);
                self.add(Cause::KeyFilePassphrase, &problem.what, None);
                self.advise(&problem.hint, None);
            }
            Err(error) => self.of_fault(error, file.format.code().starts_with("ppk")),
        }
    }

    fn of_private(&mut self, reading: &Reading, public: Option<&PublicKey>) {
        if let Err(why) = reading.for_ssh {
            let is_locked = matches!(reading.parsed, Parsed::Locked(_));
            self.not_for_ssh(why, is_locked);
        }
        if let Some(for_putty) = &mut self.for_putty {
            let warnings = Description::of_reading(reading, None).warnings.into_iter();
            let mut weak = warnings.filter(|warning| warning.code == "weak-kdf");
            for_putty.weakness = weak.next().map(|weak| (weak.sentence(), weak.hint));
        }
        self.of_access();
        let Some(public) = public else {
            return;
        };
        if let Ok(Beside::SomethingElse) = opening::public_beside(self.path, public) {
            let evidence = "the .pub file beside it holds something else than this key's public half";
            self.add(
                Cause::PublicHalfMismatch,
                evidence,
                Some(Remedy::ReplacePublic(self.path.to_owned())),
            );
        }
        if opening::has_stray_certificate(self.path, public) {
            let evidence = "the -cert.pub file beside it is for another key";
            self.add(Cause::CertificateMismatch, evidence, None);
        }
        if let Ok(Some(certificate)) = opening::certificate_of(self.path, public) {
            self.of_certificate(&certificate);
        }
    }

    fn not_for_ssh(&mut self, why: NotForSsh, is_locked: bool) {
        let evidence = why.to_string();
        match why {
            NotForSsh::Kind(Format::Ppk3 | Format::Ppk2 | Format::Ppk1) if self.is_for_ssh => {
                self.putty_for_ssh(&evidence, is_locked);
            }
            // PuTTY's own programs read it, and nobody has said that ssh should.
            NotForSsh::Kind(Format::Ppk3 | Format::Ppk2 | Format::Ppk1) => {
                self.steps.push(Step::well("format", evidence));
                self.for_putty = Some(ForPutty::default());
            }
            NotForSsh::Layout => {
                let remedy = Some(Remedy::Mend(self.path.to_owned()));
                self.add(Cause::KeyFileFormat, &evidence, remedy);
            }
            NotForSsh::Kind(_) | NotForSsh::Cipher(_) | NotForSsh::Memory => {
                self.add(Cause::KeyFileFormat, &evidence, None);
                let file = self.about.file.as_deref().and_then(foreign_word);
                self.advise(
                    "Save it in OpenSSH's own format: the key stays the same.",
                    file.map(|file| format!("keywright-cli convert {file} --to openssh -o NEW")),
                );
            }
            NotForSsh::Type(_) => {
                self.add(Cause::KeyTypeClient, &evidence, None);
            }
            NotForSsh::ShortRsa { .. } => {
                self.add(Cause::RsaTooShort, &evidence, None);
            }
            NotForSsh::Passphrase => {
                self.add(Cause::KeyFilePassphrase, &evidence, None);
            }
        }
    }

    /// ssh is told to use a file of PuTTY's.
    fn putty_for_ssh(&mut self, evidence: &str, is_locked: bool) {
        let (path, copy) = (self.path.to_owned(), copy_beside(self.path));
        let name = self.about.file.clone().unwrap_or_default();
        let verdict = self.add(Cause::KeyFileFormat, evidence, None);
        verdict.message = format!("{name} is a key of PuTTY's, which ssh cannot read.");
        if copy == path {
            return;
        }
        if let Some(fix) = &mut verdict.fix {
            fix.mend = (!is_locked).then_some(Mend::ForSsh {
                file: path,
                alias: None,
            });
        }
        let copy = copy_beside(Path::new(&name));
        let words = (foreign_word(&name), copy.to_str().and_then(foreign_word));
        let command = match words {
            (Some(file), Some(copy)) => Some(format!("keywright-cli convert {file} --to openssh -o {copy}")),
            _ => None,
        };
        self.advise(
            "Convert a copy to OpenSSH's own format, and name that in ssh's configuration: the key stays the same.",
            command,
        );
    }

    fn of_access(&mut self) {
        let Ok(access) = audit_private(self.path) else {
            return;
        };
        match access_warning(self.path, &access) {
            Some(warning) => {
                let can_be_mended = !knows_no_owners(self.path);
                let remedy = can_be_mended.then(|| Remedy::Tighten(self.path.to_owned()));
                self.add(Cause::KeyFilePermissions, &warning.message, remedy);
            }
            None => self
                .steps
                .push(Step::well("permissions", "nobody else may read it")),
        }
    }

    fn of_certificate(&mut self, certificate: &Certificate) {
        let validity = certificate.validity(unix_seconds());
        let evidence = format!("it is valid {}", certificate.validity_in_words());
        match validity {
            _ if certificate.kind() == CertificateKind::Host => {
                self.add(Cause::CertificateKind, "it is a host's certificate", None);
            }
            Validity::Expired => {
                self.add(Cause::CertificateExpired, &evidence, None);
            }
            Validity::NotYetValid => {
                self.add(Cause::CertificateNotYetValid, &evidence, None);
            }
            Validity::Valid => self.steps.push(Step::well("certificate", evidence)),
        }
    }

    fn concluded(self) -> Examination {
        if !self.verdicts.is_empty() {
            return Examination::of(self.verdicts, self.steps);
        }
        let mut verdict = Verdict::new(Cause::Works, Certainty::Certain, &About::default());
        let file = self.about.file.unwrap_or_default();
        verdict.message = format!("Nothing is wrong with {file}.");
        if self.is_untried {
            verdict.message =
                format!("Nothing is wrong with {file}, as far as that shows without its passphrase.");
            let command = foreign_word(&file);
            verdict.fix = Some(Fix {
                what: "Whether a passphrase opens it, and whether the private half is whole, was not tried. “keywright-cli \
                    info” asks for the passphrase and tells."
                    .to_owned(),
                command: command.map(|file| format!("keywright-cli info {file}")),
                mend: None,
            });
        }
        if let Some(ForPutty { weakness }) = self.for_putty {
            let (weakness, hint) = weakness.unwrap_or_default();
            let words = [
                "PuTTY's programs read it, ssh and git do not. For these save it in OpenSSH's own format: the key stays the same.",
                &weakness,
                hint,
            ];
            verdict.message = format!("{file} is in order as a key of PuTTY's, and ssh cannot read it.");
            let command = foreign_word(&file);
            verdict.fix = Some(Fix {
                what: words.join(" ").trim_end().to_owned(),
                command: command.map(|file| format!("keywright-cli convert {file} --to openssh -o NEW")),
                mend: None,
            });
        }
        for step in &self.steps {
            verdict = verdict.seen(Evidence::new(
                Source::File,
                &format!("{}: {}", step.what, step.found),
            ));
        }
        Examination::of(vec![verdict], self.steps)
    }
}

/// What stands at a path that was typed where a server or a file may be meant.
///
/// # Errors
/// It is empty.
pub fn is_meant(text: &str) -> Result<bool, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::new(
            "usage",
            Blame::Usage,
            "nothing is named that could be examined",
            "Name a key file or a server, or leave it out for this computer.",
        ));
    }
    let looks_like_path = text.starts_with(['/', '.', '~', '\\']) || text.contains(['/', '\\']);
    let is_address = text.contains('@') || text.starts_with("ssh://");
    Ok(Path::new(text).exists() || looks_like_path && !is_address)
}

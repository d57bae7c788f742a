//! The key files that commands are given: read, and opened with the passphrase where one is needed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::console::{Console, shown};
use super::passphrases::{ATTEMPTS, OldPassphrase, ask_for};
use super::standard_input::standard_input;
use super::streams::without_a_place;
use super::{terminal, usage, work};
use crate::engine::authorized::options_in;
use crate::engine::describe::{Description, Warning, X509_BESIDE, stray_certificate};
use crate::engine::keys::mending;
use crate::engine::opening::{self, Beside, Found};
use crate::engine::saving::certificate_beside;
use crate::engine::{Blame, Problem};
use crate::format::authorized_keys::NewOptions;
use crate::format::mend::Accidents;
use crate::format::reading::Reading;
use crate::format::{
    self, Certificate, DecodeError, Format, LockedFile, MAX_LIST_FILE, Parsed, PrivateFile, jwk,
    passphrase_as,
};
use crate::key::PublicKey;
use crate::secret::{Passphrase, SecretBytes};
use crate::sys::files::{ListFile, MAX_KEY_FILE, ReadError, Seen, is_stream, read_key, read_stream};

/// A file on the command line; `-` is standard input.
#[derive(Clone, Debug)]
pub(super) enum KeyFile {
    StandardInput,
    At(PathBuf),
    /// What a shell makes of `<(…)`: it can be read once.
    Given(PathBuf, Arc<OnceLock<SecretBytes>>),
}

impl From<OsString> for KeyFile {
    fn from(word: OsString) -> Self {
        let is_standard_input = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]
            .iter()
            .any(|name| word == *name);
        let path = PathBuf::from(word);
        if is_standard_input {
            Self::StandardInput
        } else if is_stream(&path) && !path.is_file() {
            Self::Given(path, Arc::default())
        } else {
            Self::At(path)
        }
    }
}

/// A private key, and the passphrase that opened its file.
pub(super) struct Opened {
    pub(super) file: PrivateFile,
    pub(super) passphrase: Option<Passphrase>,
}

/// Where the certificate of a key was found.
pub(super) enum FoundCertificate {
    /// In the key's file.
    Inside(Certificate),
    /// In this file beside it.
    Beside(Certificate, PathBuf),
}

impl Opened {
    /// The passphrase as it opened the file, for what changes in place and is to open as it did.
    pub(super) fn passphrase_as_it_was(&self) -> Option<Passphrase> {
        let passphrase = self.passphrase.as_ref()?;
        let encoding = self.file.passphrase_encoding;
        let encoded = encoding.and_then(|encoding| passphrase_as(passphrase, encoding));
        Some(encoded.unwrap_or_else(|| passphrase.duplicate()))
    }
}

/// Writes files, and keeps those in their place that hold more than a key, which is not written again.
pub(super) fn keeping_more<T>(
    console: Console,
    paths: &[&Path],
    write: impl FnOnce() -> Result<T, Problem>,
) -> Result<T, Problem> {
    let (result, kept) = mending::keeping_more(paths, write);
    if !kept.is_empty() {
        let kept: Vec<String> = kept.iter().map(|path| shown(path)).collect();
        console.note(&format!(
            "what else stood in the file is not in the new one; the old one is kept as {}",
            kept.join(", ")
        ));
    }
    result
}

impl KeyFile {
    /// Its name as it may be printed.
    pub(super) fn name(&self) -> String {
        match self {
            Self::StandardInput => "-".to_owned(),
            Self::At(path) | Self::Given(path, _) => shown(path),
        }
    }

    /// Where it lies, unless it comes from standard input.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::StandardInput | Self::Given(..) => None,
            Self::At(path) => Some(path),
        }
    }

    /// Where it lies, for commands that change it there.
    pub(super) fn place(&self) -> Result<&Path, Problem> {
        match self.path() {
            Some(path) => Ok(path),
            None => Err(without_a_place()),
        }
    }

    /// Refuses a public key before which options stand, where no others were given: in a list they would be lost, and the key
    /// would do more than they allow.
    pub(super) fn refuse_lost_options(&self, given: &NewOptions) -> Result<(), Problem> {
        if matches!(self, Self::StandardInput) || *given != NewOptions::default() {
            return Ok(());
        }
        let Some(options) = options_in(self.read()?.expose()) else {
            return Ok(());
        };
        Err(usage::problem(
            format!("{} has options before the key: {options}", self.name()),
            "They would be lost. Give them as options of this command (--restrict, --command, --from, --expires, --forbid), or name a file with the key alone.",
        ))
    }

    /// Says what the file is.
    pub(super) fn parse(&self) -> Result<Parsed, Problem> {
        Ok(opening::read(self.read()?.expose())?.parsed)
    }

    /// Says what the file is, for commands that change it: and what was in it, which must be there still when it is replaced.
    pub(super) fn parse_to_change(&self) -> Result<(Parsed, Seen), Problem> {
        let bytes = self.read()?;
        let reading = opening::read(bytes.expose())?;
        // What is mangled is mended first, and for itself: then the old file is kept.
        match format::parse(bytes.expose()) {
            Ok(parsed) => Ok((parsed, Seen::of(bytes.expose()))),
            Err(_) => Err(self.needs_repair(reading.accidents)),
        }
    }

    fn needs_repair(&self, accidents: Accidents) -> Problem {
        let what: Vec<String> = accidents.iter().map(|accident| accident.to_string()).collect();
        Problem::new(
            "malformed",
            Blame::Key,
            format!("{} has to be repaired first: {}", self.name(), what.join(", ")),
            "Run keywright-cli repair FILE; the old file is kept.",
        )
    }

    /// Changes the file, and keeps what stands in it beside the key, which is not written again.
    pub(super) fn keeping_company<T>(
        &self,
        console: Console,
        change: impl FnOnce() -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        keeping_more(console, self.path().as_slice(), change)
    }

    /// Says what the file is, for showing.
    pub(super) fn look(&self) -> Result<Found<Reading>, Problem> {
        Ok(self.look_to_change()?.0)
    }

    /// The same, and what was in it.
    pub(super) fn look_to_change(&self) -> Result<(Found<Reading>, Seen), Problem> {
        let bytes = self.read()?;
        Ok((opening::look(bytes.expose())?, Seen::of(bytes.expose())))
    }

    /// Whether a JSON Web Key says more than is written again.
    pub(super) fn has_other_jwk_members(&self) -> Result<bool, Problem> {
        Ok(jwk::has_other_members(self.read()?.expose()))
    }

    /// The certificate of the key in `parsed`: in the file itself, or beside it where ssh looks for it.
    pub(super) fn certificate(&self, parsed: &Parsed) -> Result<Option<FoundCertificate>, Problem> {
        if let Some(certificate) = parsed.certificate() {
            return Ok(Some(FoundCertificate::Inside(certificate.clone())));
        }
        let (Some(path), Some(key)) = (self.path(), parsed.public()) else {
            return Ok(None);
        };
        let certificate = opening::certificate_of(path, key)?;
        Ok(certificate.map(|certificate| FoundCertificate::Beside(certificate, certificate_beside(path))))
    }

    /// Where the certificate of a private key lies, if it lies beside it.
    pub(super) fn certificate_beside(&self, key: &Description) -> Option<PathBuf> {
        let (path, public) = (self.path()?, key.public.as_ref()?);
        let certificate = key.has_private.then(|| opening::certificate_of(path, public));
        told(certificate?)?.map(|_| certificate_beside(path))
    }

    /// What is said where the certificate beside a private key is for another one.
    pub(super) fn stray_certificate(&self, key: &Description) -> Option<Warning> {
        let (path, public) = (self.path()?, key.public.as_ref().filter(|_| key.has_private)?);
        let place = certificate_beside(path);
        opening::has_stray_certificate(path, public).then(|| stray_certificate(&shown(&place)))
    }

    /// What lies beside it in `FILE.pub`; `key` is the public half of this one, where that is known.
    pub(super) fn beside(&self, key: Option<&PublicKey>) -> Result<Beside, Problem> {
        match (self.path(), key) {
            (Some(path), Some(key)) => opening::public_beside(path, key),
            _ => Ok(Beside::Nothing),
        }
    }

    /// The comment from `FILE.pub`, where the file itself does not show one or has no room for it.
    pub(super) fn comment_beside(&self, key: &Description) -> Option<Vec<u8>> {
        let has_room = key.format.is_none_or(Format::holds_comment);
        if has_room && key.comment.is_some() {
            return None;
        }
        match told(self.beside(key.public.as_ref()))? {
            Beside::SameKey(public, _) => Some(public.comment),
            Beside::Nothing | Beside::SomethingElse => None,
        }
    }

    /// Sees to it that key and passphrase are not both read from standard input.
    pub(super) fn check_input(&self, takes_standard_input: bool) -> Result<(), Problem> {
        match self {
            Self::StandardInput if takes_standard_input => Err(usage::problem(
                "the key and the passphrase cannot both come from standard input",
                "Use another descriptor for the passphrase, or a file.",
            )),
            _ => Ok(()),
        }
    }

    /// Says what the file is, for showing, and opens it if a passphrase was given for it.
    pub(super) fn look_or_unlock(
        &self,
        old: &OldPassphrase,
        console: Console,
    ) -> Result<Found<Reading>, Problem> {
        self.check_input(old.takes_standard_input())?;
        match self.look()? {
            Found::Key(Reading {
                parsed: Parsed::Locked(file),
                accidents,
                clean,
                for_ssh,
            }) if old.is_given() => Ok(Found::Key(Reading {
                parsed: Parsed::Private(self.unlock(file, old, console)?.file),
                accidents,
                clean,
                for_ssh,
            })),
            found => Ok(found),
        }
    }

    /// What `parsed` holds once it is open, where that is needed: a passphrase was given for it, or
    /// nothing but the passphrase shows its public key.
    pub(super) fn with_public(
        &self,
        parsed: Parsed,
        old: &OldPassphrase,
        console: Console,
    ) -> Result<Parsed, Problem> {
        match parsed {
            Parsed::Locked(file) if old.is_given() || file.public.is_none() => {
                Ok(Parsed::Private(self.unlock(file, old, console)?.file))
            }
            parsed => Ok(parsed),
        }
    }

    /// Sees to it that a passphrase is not given in vain, by someone who means the new file's.
    pub(super) fn check_passphrase(&self, parsed: &Parsed, old: &OldPassphrase) -> Result<(), Problem> {
        match parsed {
            Parsed::Private(_) if old.is_given() => Err(usage::problem(
                format!("{} has no passphrase", self.name()),
                "To give the new file one, use --new-passphrase-file.",
            )),
            _ => Ok(()),
        }
    }

    /// The private key in `parsed`, which is opened where it is locked.
    pub(super) fn open_private(
        &self,
        parsed: Parsed,
        old: &OldPassphrase,
        console: Console,
    ) -> Result<Opened, Problem> {
        let opened = match parsed {
            Parsed::Private(file) => Opened {
                file,
                passphrase: None,
            },
            Parsed::Locked(file) => self.unlock(file, old, console)?,
            Parsed::Public(file) => return Err(self.no_private_half(file.certificate.as_ref())),
        };
        if opened.file.has_x509 {
            console.note(X509_BESIDE);
        }
        Ok(opened)
    }

    /// Says that there is only a public key in the file, and where the private one may be.
    pub(super) fn no_private_half(&self, certificate: Option<&Certificate>) -> Problem {
        let (held, hint) = match certificate {
            Some(_) => (
                "holds a certificate, and no private key",
                "Name the file with the private key; often it has the same name without -cert.pub.",
            ),
            None => (
                "holds only a public key",
                "Name the file with the private key; often it has the same name without .pub.",
            ),
        };
        let what = format!("{} {held}", self.name());
        Problem::new("unsupported-format", Blame::Key, what, hint)
    }

    fn unlock(&self, file: LockedFile, old: &OldPassphrase, console: Console) -> Result<Opened, Problem> {
        let consent = console.accept_cost(file.protection.cost())?;
        let given = old.given()?;
        let attempts = match given {
            None if terminal::is_there() => ATTEMPTS,
            _ => 1,
        };
        let (mut file, mut given) = (file, given);
        for attempt in 1.. {
            let passphrase = match given.take() {
                Some(passphrase) => passphrase,
                None => ask_for(&self.name())?,
            };
            let (locked, passphrase, result) = work::run(console, "Opening the key", move |_| {
                let result = file.unlock(&passphrase, consent);
                (file, passphrase, result)
            })?;
            file = locked;
            match result {
                Ok(file) => {
                    if let Some(encoding) = file.passphrase_encoding {
                        console.note(&format!(
                            "{} takes its passphrase as {encoding}, and not as it was typed (UTF-8)",
                            self.name()
                        ));
                    }
                    return Ok(Opened {
                        file,
                        passphrase: Some(passphrase),
                    });
                }
                Err(DecodeError::WrongPassphrase) if attempt < attempts => {
                    terminal::tell("That is not the passphrase. Try again.")?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(DecodeError::WrongPassphrase.into())
    }

    /// What is in it, also where it is a list, which may be longer than any key.
    pub(super) fn read_list(&self) -> Result<SecretBytes, Problem> {
        match self {
            Self::At(path) => match read_key(path) {
                Err(ReadError::TooLarge { .. }) => {
                    let list = ListFile::open(path, MAX_LIST_FILE)?;
                    Ok(SecretBytes::copy_of(list.bytes()))
                }
                read => Ok(read?),
            },
            Self::StandardInput | Self::Given(..) => self.read(),
        }
    }

    pub(super) fn read(&self) -> Result<SecretBytes, Problem> {
        match self {
            Self::At(path) => Ok(read_key(path)?),
            Self::Given(path, read) => {
                if let Some(bytes) = read.get() {
                    return Ok(SecretBytes::copy_of(bytes.expose()));
                }
                let bytes = read_key(path)?;
                let copy = SecretBytes::copy_of(bytes.expose());
                read.get_or_init(|| bytes);
                Ok(copy)
            }
            Self::StandardInput => read_standard_input().map_err(Problem::from),
        }
    }
}

/// What is only shown is shown without what cannot be read; that is said all the same.
fn told<T>(beside: Result<T, Problem>) -> Option<T> {
    beside.inspect_err(|problem| log::warn!("{}", problem.what)).ok()
}

fn read_standard_input() -> Result<SecretBytes, ReadError> {
    let name = Path::new("standard input");
    let mut input = standard_input().map_err(|source| ReadError::new(name, source))?;
    read_stream(&mut input, name, MAX_KEY_FILE)
}

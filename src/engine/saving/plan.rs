//! Which files a save makes: all are encoded and proved to open first, then written together.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::encoded::{Encoded, EncodedFile, Stored, encode_private};
use super::{Choice, OutgoingPublic, PublicForm, Strength};
use crate::engine::Problem;
use crate::format::{CbcCipher, Certificate, Format, Outgoing, PrivateEncoding, Wrapping, public_line};
use crate::secret::{Passphrase, SecretBytes};
use crate::sys::files::{self, Existing, Secrecy, Seen, WriteError};
use crate::sys::home;

/// What `ssh-keygen -m PEM` takes, and the best that PuTTY reads. That the format has one round of MD5
/// between passphrase and key matters more than the cipher.
pub const PEM_CIPHER: CbcCipher = CbcCipher::Aes128;

/// One file of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Where it will lie.
    pub path: PathBuf,
    content: Content,
    existing: Existing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Private(PrivateEncoding),
    Public(PublicForm),
    /// The certificate in one line, as ssh looks for it beside a private key.
    Certificate,
}

/// Which files will be written; nothing is yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    files: Vec<Planned>,
}

impl Plan {
    /// The files that `choice` makes at `path`. An extension that belongs to one of the files is put
    /// where it belongs: `key.ppk` saved as OpenSSH and PuTTY becomes `key`, `key.pub`, `key.ppk`.
    #[must_use]
    pub fn private(choice: Choice, path: &Path, strength: Strength) -> Self {
        let stem = without_extension(path, &["ppk", "pub"]);
        let openssh = || Self::single(&stem, strength.openssh()).and(Self::public_line(&file_beside(&stem)));
        let ppk = |encoding| Self::single(&with_extension(&stem, "ppk"), encoding);
        match choice {
            Choice::OpenSsh => openssh(),
            Choice::Ppk => ppk(strength.ppk()),
            Choice::Ppk2 => ppk(PrivateEncoding::Ppk2),
            Choice::Both => openssh().and(ppk(strength.ppk())),
            Choice::Pkcs8 => Self::single(path, strength.pkcs8(Wrapping::Pem)),
            Choice::Pem => Self::single(path, PrivateEncoding::Pem { cipher: PEM_CIPHER }),
            Choice::SshCom => Self::single(path, PrivateEncoding::SshCom),
            Choice::Jwk => Self::single(path, PrivateEncoding::Jwk),
            Choice::Dropbear => Self::single(path, PrivateEncoding::Dropbear),
        }
    }

    /// One private file, exactly at `path`.
    #[must_use]
    pub fn single(path: &Path, encoding: PrivateEncoding) -> Self {
        Self::of(path, Content::Private(encoding))
    }

    /// The public key, exactly at `path`.
    #[must_use]
    pub fn public(path: &Path, form: PublicForm) -> Self {
        Self::of(path, Content::Public(form))
    }

    /// The public key in one line, exactly at `path`.
    #[must_use]
    pub fn public_line(path: &Path) -> Self {
        Self::public(path, PublicForm::Line)
    }

    /// The certificate in one line, exactly at `path`; nothing is written for a key without one.
    #[must_use]
    pub fn certificate(path: &Path) -> Self {
        Self::of(path, Content::Certificate)
    }

    fn of(path: &Path, content: Content) -> Self {
        Self {
            files: vec![Planned {
                path: path.to_owned(),
                content,
                existing: Existing::Refuse,
            }],
        }
    }

    /// The same for a file that is there, in which this was read: it is changed, and only if nobody else has changed it since.
    #[must_use]
    pub fn changing(self, read: Seen) -> Self {
        self.on_terms(|_| Existing::Change(read))
    }

    /// The same, and what is there is replaced, whatever it is.
    #[must_use]
    pub fn replacing(self) -> Self {
        self.on_terms(|planned| match planned.existing {
            Existing::Refuse => Existing::Replace,
            agreed => agreed,
        })
    }

    /// The same for a file that is there, in which this was read, and nothing is lost with it.
    #[must_use]
    pub fn replacing_this(self, read: Seen) -> Self {
        self.on_terms(|_| Existing::Agreed(read))
    }

    /// The same, and what is there now is replaced, for a person has agreed to it; what comes there later is not. Files of
    /// which it is `known` what is in them, because this program has read or written it, are changed.
    #[must_use]
    pub fn replacing_what_is_there(self, known: &[(PathBuf, Seen)]) -> Self {
        self.on_terms(|planned| match planned.existing {
            Existing::Refuse => match files::seen(&planned.path) {
                Ok(Some(seen)) if known.contains(&(planned.path.clone(), seen)) => Existing::Change(seen),
                Ok(Some(seen)) => Existing::Agreed(seen),
                Ok(None) => Existing::Refuse,
                // What cannot be read cannot be compared.
                Err(_) => Existing::Replace,
            },
            agreed => agreed,
        })
    }

    fn on_terms(mut self, terms: impl Fn(&Planned) -> Existing) -> Self {
        for planned in &mut self.files {
            planned.existing = terms(planned);
        }
        self
    }

    /// Both plans as one, so that all their files are written or none.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.files.extend(other.files);
        self
    }

    /// The files, the most important one first.
    #[must_use]
    pub fn paths(&self) -> Vec<&Path> {
        self.files.iter().map(|file| file.path.as_path()).collect()
    }

    /// Those of the files that will hold no private key.
    #[must_use]
    pub fn public_paths(&self) -> Vec<&Path> {
        let public = |file: &&Planned| !matches!(file.content, Content::Private(_));
        let files = self.files.iter().filter(public);
        files.map(|file| file.path.as_path()).collect()
    }

    /// Of which kind the file at `path` will be.
    #[must_use]
    pub fn format_at(&self, path: &Path) -> Option<Format> {
        let planned = self.files.iter().find(|file| file.path == path)?;
        Some(match planned.content {
            Content::Private(encoding) => encoding.format(),
            Content::Public(form) => form.format(),
            Content::Certificate => Format::PublicLine,
        })
    }

    /// What becomes of each file that is there already, in the same order.
    pub fn terms(&self) -> impl Iterator<Item = Existing> {
        self.files.iter().map(|file| file.existing)
    }

    /// Those of the files that exist already.
    #[must_use]
    pub fn taken(&self) -> Vec<PathBuf> {
        files::taken(self.paths())
    }

    /// Those of them that nobody has agreed to replace.
    #[must_use]
    pub fn in_the_way(&self) -> Vec<PathBuf> {
        let refused = self.files.iter().filter(|file| file.existing == Existing::Refuse);
        files::taken(refused.map(|file| file.path.as_path()))
    }

    /// Says before long work what would stop the files from being written after it, as far as that
    /// can be told.
    ///
    /// # Errors
    /// A folder is missing, or a file is there that must not be replaced.
    pub fn check_places(&self) -> Result<(), Problem> {
        for path in self.paths() {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let is_missing =
                |folder: &&Path| !folder.is_dir() && Some(*folder) != home::ssh_folder().as_deref();
            if let Some(folder) = folder.filter(is_missing) {
                let folder = folder.to_owned();
                return Err(WriteError::NoFolder { folder }.into());
            }
        }
        match self.in_the_way().into_iter().next() {
            Some(path) => Err(WriteError::Exists { path }.into()),
            None => Ok(()),
        }
    }

    /// What the files will hold. Each private file was opened again and holds the key.
    ///
    /// # Errors
    /// The format cannot hold the key, or the cost of the key derivation is out of bounds.
    pub fn encode(
        &self,
        outgoing: Outgoing<'_>,
        passphrase: Option<&Passphrase>,
    ) -> Result<Encoded, Problem> {
        let public = OutgoingPublic {
            key: outgoing.key.public(),
            certificate: None,
            comment: outgoing.comment,
        };
        self.encode_with(public, outgoing.certificate, |encoding| {
            encode_private(outgoing, encoding, passphrase).map(Some)
        })
    }

    /// What the public files will hold, for a key whose private half is not at hand; private files of
    /// the plan are left out.
    ///
    /// # Errors
    /// A form cannot hold the key.
    pub fn encode_public(&self, outgoing: OutgoingPublic<'_>) -> Result<Encoded, Problem> {
        self.encode_with(outgoing, outgoing.certificate, |_| Ok(None))
    }

    fn encode_with(
        &self,
        public: OutgoingPublic<'_>,
        certificate: Option<&Certificate>,
        private: impl Fn(&PrivateEncoding) -> Result<Option<SecretBytes>, Problem>,
    ) -> Result<Encoded, Problem> {
        let mut files = Vec::with_capacity(self.files.len());
        for planned in &self.files {
            let Planned {
                path,
                content,
                existing,
            } = planned;
            let text = |text: String| Some(SecretBytes::new(text.into_bytes()));
            let (bytes, secrecy) = match content {
                Content::Private(encoding) => (private(encoding)?, Secrecy::Private),
                Content::Public(form) => (text(form.text(public)?), Secrecy::Public),
                Content::Certificate => {
                    let line =
                        |certificate| public_line::encode_certificate(certificate, public.comment) + "\n";
                    (certificate.map(line).and_then(text), Secrecy::Public)
                }
            };
            files.extend(bytes.map(|bytes| EncodedFile {
                path: path.clone(),
                bytes,
                secrecy,
                existing: *existing,
            }));
        }
        Ok(Encoded { files })
    }

    /// Encodes all files and writes them, or none. Private ones are open to their owner alone from the
    /// instant that they exist. `~/.ssh` is made when it is missing.
    ///
    /// # Errors
    /// The format cannot hold the key, or the files cannot be written; what was there is untouched.
    pub fn write(&self, outgoing: Outgoing<'_>, passphrase: Option<&Passphrase>) -> Result<Stored, Problem> {
        self.encode(outgoing, passphrase)?.write()
    }
}

/// Where the public half of the private key at `path` lies, as OpenSSH has it: `id.2026.pub`.
#[must_use]
pub fn file_beside(path: &Path) -> PathBuf {
    with_extension(path, "pub")
}

/// Where ssh looks for the certificate of the private key at `path`: `id_ed25519-cert.pub`.
#[must_use]
pub fn certificate_beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-cert.pub");
    PathBuf::from(name)
}

fn without_extension(path: &Path, extensions: &[&str]) -> PathBuf {
    let is_ours = path
        .extension()
        .is_some_and(|found| extensions.iter().any(|ours| found.eq_ignore_ascii_case(ours)));
    if is_ours {
        path.with_extension("")
    } else {
        path.to_owned()
    }
}

/// Appends rather than replaces: `id.2026` becomes `id.2026.pub`.
fn with_extension(path: &Path, extension: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::making::new_key;
    use crate::format;
    use crate::key::comment::Comment;
    use crate::key::entropy::EntropyPool;
    use crate::key::prime::Policy;
    use crate::key::spec::KeySpec;
    use crate::key::watch::Unwatched;

    fn names(choice: Choice, path: &str) -> Vec<String> {
        let plan = Plan::private(choice, Path::new(path), Strength::default());
        plan.paths()
            .iter()
            .map(|path| path.display().to_string())
            .collect()
    }

    #[test]
    fn every_choice_makes_its_files_whatever_extension_was_typed() {
        for typed in ["k/id", "k/id.ppk", "k/id.pub"] {
            assert_eq!(names(Choice::OpenSsh, typed), ["k/id", "k/id.pub"]);
            assert_eq!(names(Choice::Ppk, typed), ["k/id.ppk"]);
            assert_eq!(names(Choice::Both, typed), ["k/id", "k/id.pub", "k/id.ppk"]);
        }
        assert_eq!(names(Choice::OpenSsh, "id.2026"), ["id.2026", "id.2026.pub"]);
    }

    #[test]
    fn any_comment_that_may_be_typed_comes_back_from_every_private_format() {
        let key = new_key(
            KeySpec::Ed25519,
            Policy::default(),
            EntropyPool::new(),
            &Unwatched,
        )
        .expect("a key");
        for text in [
            "",
            " ",
            "  both ends  ",
            "José – 汉字 🔑",
            "Comment: x",
            "a\\b\"c",
            "#",
        ] {
            let comment = Comment::new(text).expect("harmless");
            let outgoing = Outgoing {
                key: &key,
                comment: &comment,
                certificate: None,
            };
            for encoding in [
                PrivateEncoding::OPENSSH,
                PrivateEncoding::Ppk3(format::Argon2Params::default()),
                PrivateEncoding::Ppk2,
            ] {
                let proved = encode_private(outgoing, &encoding, None);
                assert!(proved.is_ok(), "{text:?} as {encoding:?}: {:?}", proved.err());
            }
        }
    }

    #[test]
    fn a_missing_folder_and_a_file_in_the_way_are_told_before_the_work() {
        let folder = tempfile::tempdir().expect("a folder");
        let here = |name: &str| folder.path().join(name);
        let plan = |name| Plan::single(&here(name), PrivateEncoding::Ppk2);
        let code = |plan: Plan| plan.check_places().err().map(|problem| problem.code);
        assert_eq!(code(plan("no/id")), Some("io-not-found"));
        assert_eq!(code(plan("id")), None);
        files::write_public(&here("id"), b"", Existing::Refuse).expect("written");
        assert_eq!(code(plan("id")), Some("exists"));
        assert_eq!(code(plan("id").replacing()), None);
        assert_eq!(code(plan("id").replacing_what_is_there(&[])), None);
    }
}

//! Which files a save makes: all are encoded and proved to open first, then written together.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Choice, Strength};
use crate::engine::{Blame, Problem};
use crate::format::{
    self, CbcCipher, Certificate, Consent, DecodeError, EncodeError, Format, LockedFile, Outgoing, Parsed,
    PrivateEncoding, Wrapping, jwk, public_line, rfc4716, spki,
};
use crate::key::PublicKey;
use crate::key::comment::Comment;
use crate::secret::{Passphrase, SecretBytes};
use crate::sys::files::{self, Existing, Save, Secrecy, WriteError};
use crate::sys::home;
use crate::sys::permissions::create_private_folder;
use crate::sys::randomness::os_random;

/// What `ssh-keygen -m PEM` takes, and the best that PuTTY reads. That the format has one round of MD5
/// between passphrase and key matters more than the cipher.
pub const PEM_CIPHER: CbcCipher = CbcCipher::Aes128;

/// The ways in which a public key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicForm {
    /// One line, as OpenSSH has it.
    Line,
    /// As RFC 4716 has it.
    Rfc4716,
    /// As OpenSSL has it: `BEGIN PUBLIC KEY` (SubjectPublicKeyInfo, RFC 5280).
    Spki,
    /// As PKCS#1 has it, for RSA: `BEGIN RSA PUBLIC KEY`.
    Pkcs1,
    /// As a JSON Web Key (RFC 7517).
    Jwk,
}

impl PublicForm {
    /// All of them, those that every SSH program reads first.
    pub const ALL: [Self; 5] = [Self::Line, Self::Rfc4716, Self::Spki, Self::Pkcs1, Self::Jwk];

    /// The kind of file that it makes.
    #[must_use]
    pub fn format(self) -> Format {
        match self {
            Self::Line => Format::PublicLine,
            Self::Rfc4716 => Format::Rfc4716,
            Self::Spki => Format::Spki,
            Self::Pkcs1 => Format::Pkcs1Public,
            Self::Jwk => Format::Jwk,
        }
    }

    /// The form of a public key file of this kind; nothing for the kinds that hold private keys only.
    #[must_use]
    pub fn of(format: Format) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.format() == format)
    }

    /// The whole text of the file. A form that has no room for comment or certificate leaves them out.
    ///
    /// # Errors
    /// The form cannot hold this kind of key.
    pub fn text(self, outgoing: OutgoingPublic<'_>) -> Result<String, EncodeError> {
        let OutgoingPublic {
            key,
            certificate,
            comment,
        } = outgoing;
        let pem = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok(match (self, certificate) {
            (Self::Line, None) => format!("{}\n", public_line::encode(key, comment)),
            (Self::Line, Some(certificate)) => {
                format!("{}\n", public_line::encode_certificate(certificate, comment))
            }
            (Self::Rfc4716, None) => rfc4716::encode(key, comment),
            (Self::Rfc4716, Some(certificate)) => rfc4716::encode_certificate(certificate, comment),
            (Self::Spki, _) => pem(spki::encode(key, Wrapping::Pem)?),
            (Self::Pkcs1, _) => pem(spki::encode_pkcs1(key, Wrapping::Pem)?),
            (Self::Jwk, _) => jwk::encode_public(key, comment)?,
        })
    }
}

/// A public key to be written.
#[derive(Clone, Copy, Debug)]
pub struct OutgoingPublic<'a> {
    /// The key.
    pub key: &'a PublicKey,
    /// Written in place of the key that it certifies.
    pub certificate: Option<&'a Certificate>,
    /// Goes into the file as it is.
    pub comment: &'a Comment,
}

/// One file of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Where it will lie.
    pub path: PathBuf,
    content: Content,
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
            }],
        }
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

    /// Those of the files that exist already.
    #[must_use]
    pub fn taken(&self) -> Vec<PathBuf> {
        files::taken(self.paths())
    }

    /// Says before long work what would stop the files from being written after it, as far as that
    /// can be told.
    ///
    /// # Errors
    /// A folder is missing, or a file is there that must not be replaced.
    pub fn check_places(&self, existing: Existing) -> Result<(), Problem> {
        for path in self.paths() {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let is_missing =
                |folder: &&Path| !folder.is_dir() && Some(*folder) != home::ssh_folder().as_deref();
            if let Some(folder) = folder.filter(is_missing) {
                let folder = folder.to_owned();
                return Err(WriteError::NoFolder { folder }.into());
            }
        }
        match (self.taken().into_iter().next(), existing) {
            (Some(path), Existing::Refuse) => Err(WriteError::Exists { path }.into()),
            _ => Ok(()),
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
        for Planned { path, content } in &self.files {
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
            }));
        }
        Ok(Encoded { files })
    }

    /// Encodes all files and writes them, or none. Private ones are open to their owner alone from the
    /// instant that they exist. `~/.ssh` is made when it is missing.
    ///
    /// # Errors
    /// The format cannot hold the key, or the files cannot be written; what was there is untouched.
    pub fn write(
        &self,
        outgoing: Outgoing<'_>,
        passphrase: Option<&Passphrase>,
        existing: Existing,
    ) -> Result<(), Problem> {
        self.encode(outgoing, passphrase)?.write(existing)
    }
}

/// Files that are ready to be written, which takes no time to speak of.
#[derive(Debug)]
pub struct Encoded {
    files: Vec<EncodedFile>,
}

#[derive(Debug)]
struct EncodedFile {
    path: PathBuf,
    bytes: SecretBytes,
    secrecy: Secrecy,
}

impl Encoded {
    /// The private file as its owner will find it, where it is encrypted.
    #[must_use]
    pub fn locked(&self) -> Option<LockedFile> {
        let private = self.files.iter().find(|file| file.secrecy == Secrecy::Private)?;
        match format::parse(private.bytes.expose()) {
            Ok(Parsed::Locked(file)) => Some(file),
            _ => None,
        }
    }

    /// Writes all files, or none, as [`Plan::write`] does.
    ///
    /// # Errors
    /// The files cannot be written; what was there is untouched.
    pub fn write(&self, existing: Existing) -> Result<(), Problem> {
        self.make_ssh_folder()?;
        let saves: Vec<Save<'_>> = self
            .files
            .iter()
            .map(|file| Save {
                path: file.path.clone(),
                bytes: file.bytes.expose(),
                secrecy: file.secrecy,
                existing,
            })
            .collect();
        Ok(files::write_together(&saves)?)
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
    let mut rng = salt_rng()?;
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
        "Nothing was changed. This is a fault of this program, or of the computer's memory: please tell us, and use another format or computer.",
    )
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

/// A generator for salts, which are public: straight from the operating system.
fn salt_rng() -> Result<impl rand_core::CryptoRng, Problem> {
    use rand::SeedableRng;
    let seed = os_random()?;
    Ok(rand::rngs::ChaCha20Rng::from_seed(*seed))
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
        let code = |path: &Path, existing| {
            let plan = Plan::single(path, PrivateEncoding::Ppk2);
            plan.check_places(existing).err().map(|problem| problem.code)
        };
        assert_eq!(code(&here("no/id"), Existing::Refuse), Some("io-not-found"));
        assert_eq!(code(&here("id"), Existing::Refuse), None);
        files::write_public(&here("id"), b"", Existing::Refuse).expect("written");
        assert_eq!(code(&here("id"), Existing::Refuse), Some("exists"));
        assert_eq!(code(&here("id"), Existing::Replace), None);
    }
}

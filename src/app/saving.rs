//! Saving keys: which files come of it, and all of them or none.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::app::Problem;
use crate::format::{self, Outgoing, PrivateEncoding, public_line, rfc4716};
use crate::key::PublicKey;
use crate::key::comment::Comment;
use crate::secret::{Passphrase, SecretBytes};
use crate::sys::files::{self, Existing, Save, Secrecy};
use crate::sys::home;
use crate::sys::permissions::create_private_folder;
use crate::sys::randomness::os_random;

/// What “Save private key” writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// An OpenSSH file, and beside it the public key in `.pub`.
    OpenSsh,
    /// A PuTTY file.
    Ppk,
    /// OpenSSH, `.pub` and PuTTY at once.
    Both,
    /// A PuTTY file that programs older than PuTTY 0.75 read.
    Ppk2,
}

impl Choice {
    /// All of them, in the order of the window.
    pub const ALL: [Self; 4] = [Self::OpenSsh, Self::Ppk, Self::Both, Self::Ppk2];

    /// Its name in the window.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::OpenSsh => "OpenSSH + .pub",
            Self::Ppk => "PuTTY .ppk",
            Self::Both => "OpenSSH and PuTTY",
            Self::Ppk2 => "PuTTY .ppk, version 2",
        }
    }

    /// What it is good for.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::OpenSsh => "for ssh on Linux, macOS and Windows, for Git and most other programs",
            Self::Ppk => "for PuTTY, WinSCP and FileZilla",
            Self::Both => "the same key for both, in one go",
            Self::Ppk2 => "for PuTTY before 0.75 and programs that say “key format too new”",
        }
    }
}

/// How private files are protected; each format takes what it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    /// The cipher of OpenSSH files.
    pub cipher: format::Cipher,
    /// The rounds of bcrypt_pbkdf in OpenSSH files.
    pub rounds: u32,
    /// Argon2's numbers in PuTTY files.
    pub argon2: format::Argon2Params,
}

impl Default for Strength {
    /// OpenSSH's and PuTTYgen's own defaults.
    fn default() -> Self {
        Self {
            cipher: format::Cipher::Aes256Ctr,
            rounds: 24,
            argon2: format::Argon2Params::default(),
        }
    }
}

impl Strength {
    /// Says whether files could be protected so, and opened again.
    ///
    /// # Errors
    /// A number is out of bounds.
    pub fn checked(self) -> Result<(), Problem> {
        let is_possible = self.rounds >= 1 && self.argon2.is_defined();
        let costs = [self.openssh().cost(), PrivateEncoding::Ppk3(self.argon2).cost()];
        if is_possible
            && costs
                .iter()
                .all(|cost| cost.check(format::Consent::Given).is_ok())
        {
            Ok(())
        } else {
            Err(format::EncodeError::Cost.into())
        }
    }

    fn openssh(self) -> PrivateEncoding {
        PrivateEncoding::OpenSsh {
            cipher: self.cipher,
            rounds: self.rounds,
        }
    }
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
    PublicLine,
    Rfc4716,
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
        let openssh = |path: &Path| {
            let stem = without_extension(path, &["ppk", "pub"]);
            [
                Planned {
                    path: stem.clone(),
                    content: Content::Private(strength.openssh()),
                },
                Planned {
                    path: with_extension(&stem, "pub"),
                    content: Content::PublicLine,
                },
            ]
        };
        let ppk = |encoding| {
            let path = with_extension(&without_extension(path, &["ppk", "pub"]), "ppk");
            Planned {
                path,
                content: Content::Private(encoding),
            }
        };
        let files = match choice {
            Choice::OpenSsh => openssh(path).into(),
            Choice::Ppk => vec![ppk(PrivateEncoding::Ppk3(strength.argon2))],
            Choice::Ppk2 => vec![ppk(PrivateEncoding::Ppk2)],
            Choice::Both => {
                let mut files = Vec::from(openssh(path));
                files.push(ppk(PrivateEncoding::Ppk3(strength.argon2)));
                files
            }
        };
        Self { files }
    }

    /// One private file, exactly at `path`.
    #[must_use]
    pub fn single(path: &Path, encoding: PrivateEncoding) -> Self {
        Self {
            files: vec![Planned {
                path: path.to_owned(),
                content: Content::Private(encoding),
            }],
        }
    }

    /// The public key in one line, exactly at `path`.
    #[must_use]
    pub fn public_line(path: &Path) -> Self {
        Self {
            files: vec![Planned {
                path: path.to_owned(),
                content: Content::PublicLine,
            }],
        }
    }

    /// The public key as RFC 4716 has it, exactly at `path`.
    #[must_use]
    pub fn rfc4716(path: &Path) -> Self {
        Self {
            files: vec![Planned {
                path: path.to_owned(),
                content: Content::Rfc4716,
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

    /// Those of the files that exist already.
    #[must_use]
    pub fn taken(&self) -> Vec<PathBuf> {
        files::taken(self.paths())
    }

    /// Writes all files, or none. Private ones are open to their owner alone from the instant that
    /// they exist. `~/.ssh` is made when it is missing.
    ///
    /// # Errors
    /// The format cannot hold the key, or the files cannot be written; what was there is untouched.
    pub fn write(
        &self,
        outgoing: Outgoing<'_>,
        passphrase: Option<&Passphrase>,
        existing: Existing,
    ) -> Result<(), Problem> {
        let mut contents = Vec::with_capacity(self.files.len());
        for file in &self.files {
            contents.push(match &file.content {
                Content::Private(encoding) => {
                    let mut rng = salt_rng()?;
                    format::encode_private(outgoing, encoding, passphrase, &mut rng)?
                }
                public => {
                    let text = public.public_text(outgoing.key.public(), outgoing.comment);
                    SecretBytes::new(text.unwrap_or_default().into_bytes())
                }
            });
        }
        self.make_ssh_folder()?;
        let saves: Vec<Save<'_>> = self
            .files
            .iter()
            .zip(&contents)
            .map(|(file, bytes)| Save {
                path: file.path.clone(),
                bytes: bytes.expose(),
                secrecy: match file.content {
                    Content::Private(_) => Secrecy::Private,
                    Content::PublicLine | Content::Rfc4716 => Secrecy::Public,
                },
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
            create_private_folder(&folder).map_err(|source| files::WriteError::Io {
                path: folder.clone(),
                source,
            })?;
        }
        Ok(())
    }
}

/// Writes the public files of a plan, for a key whose private half is not at hand; private files of
/// the plan are left out.
///
/// # Errors
/// The files cannot be written; what was there is untouched.
pub fn write_public(
    plan: &Plan,
    key: &PublicKey,
    comment: &Comment,
    existing: Existing,
) -> Result<(), Problem> {
    let texts: Vec<(&Path, String)> = plan
        .files
        .iter()
        .filter_map(|file| Some((file.path.as_path(), file.content.public_text(key, comment)?)))
        .collect();
    let saves: Vec<Save<'_>> = texts
        .iter()
        .map(|(path, text)| Save {
            path: (*path).to_owned(),
            bytes: text.as_bytes(),
            secrecy: Secrecy::Public,
            existing,
        })
        .collect();
    Ok(files::write_together(&saves)?)
}

impl Content {
    fn public_text(&self, key: &PublicKey, comment: &Comment) -> Option<String> {
        match self {
            Self::Private(_) => None,
            Self::PublicLine => Some(format!("{}\n", public_line::encode(key, comment))),
            Self::Rfc4716 => Some(rfc4716::encode(key, comment)),
        }
    }
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
}

//! Where passphrases come from: a file, a descriptor, a variable or the terminal. Never an argument,
//! which every user of the computer could read.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;

use super::console::shown;
use super::standard_input::standard_input;
use super::{terminal, usage};
use crate::engine::{Blame, Problem};
use crate::format::{DecodeError, Format};
use crate::secret::{Passphrase, SecretBytes};
use crate::sys::files::ReadError;

/// The most bytes that a passphrase may have here.
const MAX_LEN: usize = 1 << 20;
/// How often a passphrase is asked for that was typed wrong.
pub(super) const ATTEMPTS: usize = 3;

/// Three options that say where a secret comes from, of which one may be given: `$id` and `$long` begin their names, `$what`
/// is what they give.
macro_rules! secret_options {
    ($(#[$about:meta])* $name:ident, $id:literal, $long:literal, $what:literal, $heading:literal) => {
        $(#[$about])*
        #[derive(Args, Debug, Default)]
        pub(super) struct $name {
            #[arg(
                id = concat!($id, "_file"),
                long = concat!($long, "-file"),
                value_name = "FILE",
                help = concat!("Take ", $what, " from the first line of this file; - is standard input"),
                help_heading = $heading,
                group = $id
            )]
            file: Option<PathBuf>,
            #[arg(
                id = concat!($id, "_fd"),
                long = concat!($long, "-fd"),
                value_name = "N",
                help = concat!("Take ", $what, " from this open file descriptor"),
                help_heading = $heading,
                group = $id
            )]
            fd: Option<u16>,
            #[arg(
                id = concat!($id, "_env"),
                long = concat!($long, "-env"),
                value_name = "NAME",
                help = concat!("Take ", $what, " from this environment variable"),
                help_heading = $heading,
                group = $id
            )]
            env: Option<OsString>,
        }

        impl $name {
            /// Whether an option names one.
            pub(super) fn is_given(&self) -> bool {
                self.source().is_some()
            }

            /// Whether it is to come from the same place as a key in `-`.
            pub(super) fn takes_standard_input(&self) -> bool {
                self.source().is_some_and(Source::is_standard_input)
            }

            /// The one that an option names; nothing where none does.
            pub(super) fn given(&self) -> Result<Option<Passphrase>, Problem> {
                self.source().map(Source::read).transpose()
            }

            fn source(&self) -> Option<Source<'_>> {
                Source::of(self.file.as_deref(), self.fd, self.env.as_deref())
            }
        }
    };
}

secret_options! {
    /// The passphrase that the key has.
    OldPassphrase, "passphrase", "passphrase", "the key's passphrase", "Passphrases"
}

secret_options! {
    /// Where the passphrase that the new file gets comes from.
    NewSource, "new_passphrase", "new-passphrase", "the new passphrase", "Passphrases"
}

secret_options! {
    /// The password of an account on a server.
    ServerPassword, "password", "password", "the account's password", "Signing in"
}

/// The passphrase that the new file gets.
#[derive(Args, Debug)]
pub(super) struct NewPassphrase {
    #[command(flatten)]
    source: NewSource,
    /// Write the private key without a passphrase
    #[arg(
        id = "no_passphrase",
        long = "no-passphrase",
        help_heading = "Passphrases",
        group = "new_passphrase"
    )]
    none: bool,
}

impl OldPassphrase {
    /// The one in this file, if one is named; - is standard input.
    pub(super) fn in_file(file: Option<PathBuf>) -> Self {
        Self {
            file,
            ..Self::default()
        }
    }
}

impl NewPassphrase {
    /// Sees to it that no passphrase is lost, or asked for in vain, where the format can have none.
    pub(super) fn check(&self, format: Format) -> Result<(), Problem> {
        if format == Format::Jwk && !self.none {
            return Err(usage::problem(
                "a JSON Web Key cannot be protected by a passphrase",
                "Say --no-passphrase to write it without one, and guard the file; or choose openssh, ppk or pkcs8.",
            ));
        }
        Ok(())
    }

    /// Whether an option names one.
    pub(super) fn is_given(&self) -> bool {
        self.source.is_given()
    }

    /// What was said about it; the passphrase of a file that is written anew otherwise.
    pub(super) fn or_keep(&self, kept: Option<Passphrase>) -> Result<Option<Passphrase>, Problem> {
        if self.none {
            return Ok(None);
        }
        Ok(self.given()?.or(kept))
    }

    /// What was said about it; otherwise it is asked for, twice.
    pub(super) fn or_ask(&self) -> Result<Option<Passphrase>, Problem> {
        if self.none {
            return Ok(None);
        }
        match self.given()? {
            Some(passphrase) => Ok(Some(passphrase)),
            None if terminal::is_there() => ask_twice(),
            None => Err(Problem::new(
                "needs-passphrase",
                Blame::Passphrase,
                "a new passphrase is needed, and there is no terminal to ask for it",
                "Give it with --new-passphrase-file, --new-passphrase-fd or --new-passphrase-env, or say --no-passphrase.",
            )),
        }
    }

    fn given(&self) -> Result<Option<Passphrase>, Problem> {
        match self.source.given()? {
            // An empty file where a passphrase is expected is more likely a mistake than a wish.
            Some(passphrase) if passphrase.is_empty() => Err(usage::problem(
                "the new passphrase is empty",
                "If the private key shall have none, say --no-passphrase.",
            )),
            given => Ok(given),
        }
    }

    pub(super) fn takes_standard_input(&self) -> bool {
        self.source.takes_standard_input()
    }
}

/// The first line of this file, empty or not; - is standard input.
pub(super) fn first_line_of(file: &Path) -> Result<Passphrase, Problem> {
    if file.as_os_str() == "-" {
        Source::StandardInput.read()
    } else {
        Source::File(file).read()
    }
}

/// Asks for the passphrase of the key in `file`.
pub(super) fn ask_for(file: &str) -> Result<Passphrase, Problem> {
    if terminal::is_there() {
        return terminal::ask_secret(&format!("Passphrase of {file}"));
    }
    Err(lacking())
}

/// A passphrase is needed, and nobody is there to be asked for it.
pub(super) fn lacking() -> Problem {
    let mut problem = Problem::from(DecodeError::NeedsPassphrase);
    "Give it with --passphrase-file, --passphrase-fd or --passphrase-env; in a terminal it is asked for."
        .clone_into(&mut problem.hint);
    problem
}

/// Asks for a new passphrase, twice; nothing where it is empty.
pub(super) fn ask_twice() -> Result<Option<Passphrase>, Problem> {
    for _ in 0..ATTEMPTS {
        let first = terminal::ask_secret("New passphrase (empty for none)")?;
        let second = terminal::ask_secret("The same again")?;
        if first.is_same_as(&second) {
            return Ok((!first.is_empty()).then_some(first));
        }
        terminal::tell("The two differ. Try again.")?;
    }
    Err(Problem::new(
        "wrong-passphrase",
        Blame::Passphrase,
        "the new passphrase was not typed twice alike",
        "Check the keyboard, and try again.",
    )
    .unchanged())
}

/// Where an option says that a passphrase is.
#[derive(Clone, Copy)]
enum Source<'a> {
    StandardInput,
    File(&'a Path),
    Descriptor(u16),
    Variable(&'a OsStr),
}

impl<'a> Source<'a> {
    fn of(file: Option<&'a Path>, descriptor: Option<u16>, variable: Option<&'a OsStr>) -> Option<Self> {
        match (file, descriptor) {
            (Some(file), _) if file.as_os_str() == "-" => Some(Self::StandardInput),
            (_, Some(0)) => Some(Self::StandardInput),
            (Some(file), _) => Some(Self::File(file)),
            (_, Some(number)) => Some(Self::Descriptor(number)),
            (None, None) => variable.map(Self::Variable),
        }
    }

    fn is_standard_input(self) -> bool {
        matches!(self, Self::StandardInput)
    }

    fn read(self) -> Result<Passphrase, Problem> {
        match self {
            Self::StandardInput => standard_input()
                .and_then(|mut file| first_line(&mut file))
                .map_err(|source| ReadError::new(Path::new("standard input"), source).into()),
            // A pipe is welcome here, such as a shell makes of <(pass show key).
            Self::File(path) => File::open(path)
                .and_then(|mut file| first_line(&mut file))
                .map_err(|source| ReadError::new(path, source).into()),
            Self::Descriptor(number) => open_descriptor(number)
                .and_then(|mut file| first_line(&mut file))
                .map_err(|error| {
                    usage::problem(
                        format!("file descriptor {number} cannot be read: {error}"),
                        format!("Open it for this program, as in: keywright-cli … {number}<FILE."),
                    )
                }),
            Self::Variable(name) => match env::var_os(name) {
                // Shells and services set variables with the line break of the file that they read.
                Some(value) => {
                    let mut value = SecretBytes::new(value.into_encoded_bytes());
                    if value.expose().ends_with(b"\n") {
                        value.truncate(value.len() - 1);
                    }
                    Ok(without_line_end(value))
                }
                None => Err(usage::problem(
                    format!("there is no environment variable {}", shown(Path::new(name))),
                    "Set it for this program, and export it.",
                )),
            },
        }
    }
}

#[cfg(unix)]
fn open_descriptor(number: u16) -> io::Result<File> {
    use std::os::fd::BorrowedFd;

    #[expect(
        unsafe_code,
        reason = "the only way to a descriptor that the caller has opened"
    )]
    // SAFETY: it is borrowed for this one statement, in which nothing is closed; where the caller has
    // not opened it, duplicating it fails.
    let duplicate = unsafe { BorrowedFd::borrow_raw(number.into()) }.try_clone_to_owned()?;
    Ok(duplicate.into())
}

#[cfg(windows)]
fn open_descriptor(_: u16) -> io::Result<File> {
    Err(io::Error::other(
        "Windows programs have none; use --passphrase-file",
    ))
}

/// The first line without its end. No byte behind it is taken, for a second passphrase may follow.
fn first_line(source: &mut File) -> io::Result<Passphrase> {
    let mut line = SecretBytes::default();
    let mut byte = zeroize::Zeroizing::new([0]);
    while line.len() <= MAX_LEN {
        match source.read(byte.as_mut()) {
            Ok(0) => return Ok(without_line_end(line)),
            Ok(_) if *byte == *b"\n" => return Ok(without_line_end(line)),
            Ok(_) => line.extend(byte.as_ref()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("its first line is longer than any passphrase"))
}

/// A line that an editor or PowerShell has written with a mark in front, as UTF-16 perhaps; any other as it is.
fn as_utf8(line: SecretBytes) -> SecretBytes {
    let (is_big, units) = match line.expose() {
        [0xef, 0xbb, 0xbf, text @ ..] => return SecretBytes::copy_of(text),
        [0xff, 0xfe, units @ ..] => (false, units),
        [0xfe, 0xff, units @ ..] => (true, units),
        _ => return line,
    };
    // Half of the line break is left over where the large end comes first.
    let units = units.chunks_exact(2).map(|pair| {
        let unit = u16::from_le_bytes([pair[0], pair[1]]);
        if is_big { unit.swap_bytes() } else { unit }
    });
    let mut text = SecretBytes::with_capacity(line.len() * 2);
    for letter in char::decode_utf16(units) {
        match letter {
            Ok(letter) => text.extend(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            // It is no UTF-16 after all.
            Err(_) => return line,
        }
    }
    log::warn!("the passphrase was given as UTF-16 text, and is taken as UTF-8");
    text
}

fn without_line_end(line: SecretBytes) -> Passphrase {
    let mut line = as_utf8(line);
    if line.expose().ends_with(b"\r") {
        line.truncate(line.len() - 1);
    }
    Passphrase::from_secret(line)
}

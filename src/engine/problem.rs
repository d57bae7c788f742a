//! What went wrong, why, and what to do next: the only place that gives advice.
//!
//! Window and console show these words alike. Every match here is exhaustive, so a new fault cannot
//! be forgotten.

mod agents;
mod disk;
mod files;
mod keys;
mod lists;
mod remote;
mod servers;
mod signing;

pub use disk::told_by_disk;
#[cfg(feature = "gui")]
pub(crate) use remote::CHANGED;

use crate::engine::key_name::KeyNameError;
use crate::format::authorized_keys::{CommandError, FromListError};
use crate::format::carrier::NoText;
use crate::format::known_hosts::HostNameError;
use crate::format::ssh_config::{BlockError, WordError};
use crate::format::{DecodeError, EncodeError, Fault, Foreign, ListError, OtherKey};
use crate::key::comment::CommentError;
use crate::key::generate::GenerateError;
use crate::key::spec::RsaBitsError;
use crate::sys::agent::AgentFault;
use crate::sys::files::{EditError, ReadError, StreamError, WriteError};
use crate::sys::randomness::OsRandomError;
use crate::sys::remote::{ConfigError, KnownHostsError, RemoteFault, TargetError};

/// Whose turn it is: what a script tells apart by the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The key or the file is at fault.
    Key,
    /// The words of the command are.
    Usage,
    /// A passphrase is missing or wrong.
    Passphrase,
    /// The file system, or something else outside.
    World,
    /// The person stopped it.
    Interrupted,
}

/// Something that went wrong, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// One stable word for scripts: `wrong-passphrase`, `io-not-found`, …
    pub code: &'static str,
    /// What happened and why: lower case, no full stop.
    pub what: String,
    /// What to do next: sentences. Empty only where nothing can be done.
    pub hint: String,
    /// Whose turn it is.
    pub blame: Blame,
    /// What had been done by then, as far as the fault tells.
    effect: Effect,
}

/// What a problem says of what was to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// Nothing.
    Unsaid,
    /// The hint begins by saying that nothing was changed.
    Unchanged,
    /// It was done, and something is the matter with it.
    Done,
}

/// How hints begin where that is so.
const UNCHANGED: &str = "Nothing was changed.";

impl Problem {
    /// A problem that no error type stands for.
    #[must_use]
    pub fn new(code: &'static str, blame: Blame, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            code,
            what: what.into(),
            hint: hint.into(),
            blame,
            effect: Effect::Unsaid,
        }
    }

    /// The same with other advice.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self.effect = Effect::Unsaid;
        self
    }

    /// The same for whoever knows that nothing was changed yet, which the hint says first. Whether it is so for all that was
    /// done, [`told_by_disk`] looks.
    #[must_use]
    pub(crate) fn unchanged(mut self) -> Self {
        self.begin_with(UNCHANGED);
        self.effect = Effect::Unchanged;
        self
    }

    /// The same where what was to be done is done all the same.
    #[must_use]
    pub(crate) fn done(mut self) -> Self {
        self.effect = Effect::Done;
        self
    }

    /// Whether what was to be done is done all the same.
    pub(crate) fn is_done(&self) -> bool {
        self.effect == Effect::Done
    }

    /// Puts a sentence before the hint.
    fn begin_with(&mut self, sentence: &str) {
        self.hint = if self.hint.is_empty() {
            sentence.to_owned()
        } else {
            format!("{sentence} {}", self.hint)
        };
    }

    /// Takes back that nothing was changed.
    fn without_claim(&mut self) {
        if self.effect == Effect::Unchanged {
            let rest = self.hint.strip_prefix(UNCHANGED).unwrap_or(&self.hint);
            self.hint = rest.trim_start().to_owned();
            self.effect = Effect::Unsaid;
        }
    }

    /// A file was given for a certificate that holds none.
    #[must_use]
    pub(crate) fn no_certificate() -> Self {
        Self::new(
            "not-a-certificate",
            Blame::Key,
            "this file holds a key, but no certificate",
            "Choose the file that whoever signs your certificates has sent back, often called KEY-cert.pub.",
        )
    }

    /// Both sentences as a window shows them: the first with a capital letter and a full stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        sentence(&self.what)
    }
}

/// What is written in lower case and without a full stop, with both.
pub(crate) fn sentence(text: &str) -> String {
    // The name of a program begins a sentence as it is.
    if text
        .split([' ', '\'', '’', '-'])
        .next()
        .is_some_and(|word| matches!(word, "ssh" | "sshd"))
    {
        return format!("{text}.");
    }
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

impl From<&DecodeError> for Problem {
    fn from(error: &DecodeError) -> Self {
        use DecodeError as E;
        let (blame, hint) = match error {
            E::Empty => (Blame::Key, "Copy the file again from where it came from."),
            E::NotAKeyFile(foreign) => (Blame::Key, instead_of(*foreign)),
            E::Truncated => (
                Blame::Key,
                "Part of it was lost or changed in copying. Copy the whole file again, from the first line with BEGIN or PuTTY to the last.",
            ),
            E::Malformed(Fault::Utf16) => (
                Blame::Key,
                "Save the file as UTF-8 text without changing anything else; in PowerShell use “Out-File -Encoding ascii” instead of “>”.",
            ),
            E::Malformed(Fault::Blanks) => (
                Blame::Key,
                "Copy the file again as it is; or take the blanks out that stand within its long words, and nothing else.",
            ),
            E::Malformed(Fault::BrokenLine) => (
                Blame::Key,
                "A public key is one single line. Join the lines again, without blanks between them.",
            ),
            E::Malformed(Fault::OneLine) => (
                Blame::Key,
                "Put a line break behind the words BEGIN … KEY and their dashes, and one in front of the dashes of END … KEY.",
            ),
            E::Malformed(_) | E::Corrupt(_) => (
                Blame::Key,
                "Copy the file again as it is, in binary mode or with scp; text editors and chat programs change such files.",
            ),
            E::BadMac => (
                Blame::Key,
                "Use a backup of the file. If the change was meant, such as another comment, make it with this program instead.",
            ),
            E::NeedsPassphrase => (
                Blame::Passphrase,
                "Give the passphrase that the key was saved with.",
            ),
            E::WrongPassphrase => (
                Blame::Passphrase,
                "Check capital letters and the keyboard's language, and try again. If you are sure of the passphrase, the file may be damaged: try a backup of it. Without the passphrase nobody can open the key; then make a new one.",
            ),
            E::UnsupportedFormat(_) => (
                Blame::Key,
                "Open it with the program that made it, and save it from there in OpenSSH format.",
            ),
            E::Ssh1(_) => (
                Blame::Key,
                "Nothing accepts such keys any more. Make an Ed25519 key, and put it on your servers.",
            ),
            E::UnsupportedCipher(_) | E::UnsupportedKdf(_) => (
                Blame::Key,
                "Let the program that made the file save it again with AES (aes256-ctr; with openssl: -v2 aes-256-cbc), or in PuTTY format.",
            ),
            E::UnsupportedKeyType(_) => (
                Blame::Key,
                "This version cannot handle such keys. Use the program that made it, or make an Ed25519 key.",
            ),
            E::CostsMuch(_) => (
                Blame::Key,
                "If you trust the file, agree to the cost (--yes) and wait.",
            ),
            E::CostsTooMuch(_) => (
                Blame::Key,
                "The file was damaged, or made to stall whoever opens it. Use a backup.",
            ),
            E::NoMemory(_) => (
                Blame::World,
                "The file may be sound. Close other programs, or raise the limit (“ulimit -v” shows it), and try again.",
            ),
            E::NumberTooLarge => (
                Blame::Key,
                "The file was damaged, or made to stall whoever opens it; OpenSSH takes RSA keys up to 16384 bits.",
            ),
            E::Inconsistent(_) => (
                Blame::Key,
                "Do not use this key: it could not log in, or others could. Use a backup, or make a new key.",
            ),
            E::BadSignature(_) => (
                Blame::Key,
                "No server would take it. Copy the certificate again, or ask whoever signs your certificates for a new one.",
            ),
            E::MultipleKeys => (
                Blame::Key,
                "Save each key in a file of its own, and open one of them.",
            ),
            E::TrailingData => (
                Blame::Key,
                "Copy what stands behind the key into a file of its own first, for it may be another key. Then take it out here, and keep the key's own lines as they are.",
            ),
        };
        Self::new(error.code(), blame, error.to_string(), hint)
    }
}

/// Where the key may be, when the file is something else.
fn instead_of(foreign: Foreign) -> &'static str {
    match foreign {
        Foreign::Blank | Foreign::Binary | Foreign::Text | Foreign::OtherPem => {
            "Choose the file that the key was saved in: often id_ed25519, id_rsa, or a name that ends in .ppk, .pem or .pub."
        }
        Foreign::X509Certificate | Foreign::CertificateRequest => {
            "SSH cannot use it, but the key that it was made for lies in a file of its own, often with a name that ends in .key."
        }
        Foreign::RevocationList | Foreign::RevokedKeys | Foreign::Pkcs7 => {
            "There is no private key in it. Choose the file that the key was saved in."
        }
        Foreign::Pkcs12 => {
            "SSH has no use for certificates alone. Export it again, and choose that the private key goes along."
        }
        Foreign::OpenPgp => {
            "GnuPG prints the SSH form of a public key with “gpg --export-ssh-key NAME”; the private key stays in its agent."
        }
        Foreign::OpenVpn => {
            "Put the lines between <key> and </key> into a file of their own, and open that. A static key of OpenVPN is no SSH key."
        }
        Foreign::Age => "age and SSH have different keys. Make a new key for SSH.",
        Foreign::Parameters => "Choose the file of the key that was made with them.",
        Foreign::SshSignature => "Choose the key that the signature was made with.",
        Foreign::JavaKeyStore => {
            "Turn it into PKCS#12 with “keytool -importkeystore -deststoretype PKCS12”, and open that."
        }
    }
}

impl From<&StreamError> for Problem {
    fn from(error: &StreamError) -> Self {
        let (code, hint) = match error {
            StreamError::NotYours { .. } => (
                "io-denied",
                "They would have the key. Write to a file, or to a pipe of your own, such as a shell makes of >(…).",
            ),
            StreamError::OpenToOthers { .. } => (
                "io-denied",
                "They could have the key. Take that right from them (chmod 600), or use a pipe such as a shell makes of >(…).",
            ),
            StreamError::NobodyReads { .. } => {
                ("io-error", "Start the program that is to read from it first.")
            }
            StreamError::Io { .. } => ("io-error", "Check what is at the other end, or write to a file."),
        };
        Self::new(code, Blame::World, error.to_string(), hint)
    }
}

impl From<&EncodeError> for Problem {
    fn from(error: &EncodeError) -> Self {
        let (code, hint) = match error {
            EncodeError::Unsupported { .. } => (
                "unsupported-key-type",
                "Save this key in OpenSSH format instead; PKCS#8 holds most types that are not bound to a security key.",
            ),
            EncodeError::OtherCertificate => (
                "inconsistent",
                "Choose the certificate that was made for this key, or save the key without one.",
            ),
            EncodeError::NoEncryption => (
                "usage",
                "Save it without a passphrase and guard the file, or choose OpenSSH or PKCS#8.",
            ),
            EncodeError::Cost => (
                "limit",
                "Choose fewer rounds or passes, or less memory; the defaults are good for nearly everybody.",
            ),
            EncodeError::WeakCipher(_) => (
                "unsupported-cipher",
                "Choose another cipher; aes256-cbc is the best that PEM files have.",
            ),
            EncodeError::Cipher => (
                "unsupported-cipher",
                "Choose another cipher; aes256-ctr always works.",
            ),
        };
        Self::new(code, Blame::Key, error.to_string(), hint)
    }
}

impl From<&NoText> for Problem {
    fn from(error: &NoText) -> Self {
        Self::new(
            "unsupported-format",
            Blame::Key,
            error.to_string(),
            "Choose base64, or a format that is text: pkcs8 is the same as text.",
        )
    }
}

impl From<&OtherKey> for Problem {
    fn from(error: &OtherKey) -> Self {
        Self::new(
            "inconsistent",
            Blame::Key,
            error.to_string(),
            "Choose the certificate that was made for this key, or have this key's public half signed.",
        )
    }
}

impl From<&OsRandomError> for Problem {
    fn from(error: &OsRandomError) -> Self {
        let hint = match error {
            OsRandomError::Failed(_) | OsRandomError::Constant | OsRandomError::Repeated => {
                "No key was made, for it could be guessed. Restart the computer; if it happens again, make the key on another one."
            }
        };
        Self::new("io-error", Blame::World, error.to_string(), hint)
    }
}

impl From<&GenerateError> for Problem {
    fn from(error: &GenerateError) -> Self {
        match error {
            GenerateError::Cancelled => Self::new(
                "cancelled",
                Blame::Interrupted,
                error.to_string(),
                "No key was made, and nothing was changed.",
            ),
            GenerateError::Unsound(_) | GenerateError::BadSignature => Self::new(
                "inconsistent",
                Blame::World,
                error.to_string(),
                "The key was thrown away. This computer calculates wrongly, perhaps for a fault of its memory: make the key on another one, and tell us.",
            ),
        }
    }
}

impl From<&CommentError> for Problem {
    fn from(error: &CommentError) -> Self {
        Self::new(
            "usage",
            Blame::Usage,
            error.to_string(),
            "A comment is one line of visible text. Take that character out.",
        )
    }
}

impl From<&RsaBitsError> for Problem {
    fn from(error: &RsaBitsError) -> Self {
        let hint = match error {
            RsaBitsError::TooSmall(_) | RsaBitsError::TooLarge(_) => {
                "Choose 3072, or 4096 where it is asked for."
            }
            RsaBitsError::Short(_) => {
                "Choose 3072. For a device so old that it takes nothing longer, ask for the short key explicitly (--allow-short)."
            }
        };
        Self::new("usage", Blame::Usage, error.to_string(), hint)
    }
}

/// So that `?` works with each of them.
macro_rules! from_owned {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Problem {
            fn from(error: $error) -> Self {
                Self::from(&error)
            }
        }
    )*};
}
from_owned!(
    DecodeError,
    ReadError,
    WriteError,
    StreamError,
    EncodeError,
    NoText,
    OtherKey,
    OsRandomError,
    GenerateError,
    CommentError,
    RsaBitsError,
    AgentFault,
    ListError,
    BlockError,
    HostNameError,
    CommandError,
    FromListError,
    WordError,
    KeyNameError,
    RemoteFault,
    TargetError,
    KnownHostsError,
    ConfigError,
    EditError,
);

/// A job's thread panicked, or the system gave none.
pub(crate) fn lost() -> Problem {
    Problem::new(
        "internal",
        Blame::World,
        "the work ended without a result",
        "Look at what you were about to change before you go on. If the computer is short of memory, close other programs and try again; if not, this is a fault of ours: please tell us what you did.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_begins_with_a_large_letter_but_where_ssh_does() {
        for (text, expected) in [
            ("the key is gone", "The key is gone."),
            (
                "ssh refuses its own configuration",
                "ssh refuses its own configuration.",
            ),
            (
                "ssh's configuration has no file",
                "ssh's configuration has no file.",
            ),
            ("sshd passes over it", "sshd passes over it."),
        ] {
            assert_eq!(sentence(text), expected);
        }
    }
}

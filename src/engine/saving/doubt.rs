//! What is to be said before a private key is saved: what the file will not keep, and whom it will
//! not keep out.

use super::Choice;

/// A reason to think again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// No passphrase was set.
    NoPassphrase,
    /// The format has no encryption.
    NeverEncrypted {
        /// Whether a passphrase was set, which will not be used.
        has_passphrase: bool,
    },
    /// The format protects the passphrase badly.
    ProtectsBadly,
    /// The format has no room for the comment.
    LosesComment,
    /// The format has no room for the certificate.
    LosesCertificate,
}

impl Doubt {
    /// What to say of it.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NoPassphrase => {
                "Are you sure you want to save this key without a passphrase to protect it? Whoever gets hold of the file can then log in as you."
            }
            Self::NeverEncrypted { has_passphrase: true } => {
                "This format is never encrypted: your passphrase is not used, and whoever gets hold of the file can log in as you."
            }
            Self::NeverEncrypted {
                has_passphrase: false,
            } => "This format is never encrypted: whoever gets hold of the file can log in as you.",
            Self::ProtectsBadly => {
                "This format protects the passphrase badly: whoever gets hold of the file can try millions of passphrases a second."
            }
            Self::LosesComment => "This format has no room for the comment, which will not be in the file.",
            Self::LosesCertificate => {
                "This format has no room for the certificate, which will not be in the file."
            }
        }
    }

    /// Whether something is not in the file that is in the window.
    #[must_use]
    pub fn is_loss(self) -> bool {
        match self {
            Self::NeverEncrypted { has_passphrase } => has_passphrase,
            Self::LosesComment | Self::LosesCertificate => true,
            Self::NoPassphrase | Self::ProtectsBadly => false,
        }
    }
}

/// What there is to keep of a key, besides its numbers.
#[derive(Clone, Copy, Debug)]
pub struct ToKeep {
    /// Whether a passphrase was set.
    pub has_passphrase: bool,
    /// Whether it has a comment.
    pub has_comment: bool,
    /// Whether a certificate goes with it.
    pub has_certificate: bool,
}

/// The doubts about saving a key with all that so.
#[must_use]
pub fn doubts(choice: Choice, key: ToKeep) -> Vec<Doubt> {
    let mut found = Vec::new();
    let has_passphrase = key.has_passphrase;
    match has_passphrase {
        _ if !choice.is_encrypted() => found.push(Doubt::NeverEncrypted { has_passphrase }),
        true if choice.protects_badly() => found.push(Doubt::ProtectsBadly),
        true => {}
        false => found.push(Doubt::NoPassphrase),
    }
    if key.has_comment && !choice.format().holds_comment() {
        found.push(Doubt::LosesComment);
    }
    let holds_certificate = choice.has_openssh() || choice.format().holds_certificate();
    if key.has_certificate && !holds_certificate {
        found.push(Doubt::LosesCertificate);
    }
    found
}

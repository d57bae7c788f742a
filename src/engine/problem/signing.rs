//! Advice about signatures of files.

use super::{Blame, Problem};
use crate::format::allowed_signers::NameError;
use crate::format::certificate::making::WishFault;
use crate::format::sshsig::SshSigError;
use crate::key::sign::SignError;

impl From<&SshSigError> for Problem {
    fn from(error: &SshSigError) -> Self {
        let (code, hint) = match error {
            SshSigError::NotASignature => (
                "not-a-signature",
                "Name the file that was made by signing, often called FILE.sig.",
            ),
            SshSigError::Text(fault) => {
                return Self::from(fault).with_hint("Get the signature anew, whole, from whoever made it.");
            }
            SshSigError::Wire(_) | SshSigError::Namespace => (
                "malformed",
                "Get the signature anew, whole, from whoever made it.",
            ),
            SshSigError::Version(_) => (
                "unsupported-format",
                "A newer program made it; look for a newer release of this one.",
            ),
            SshSigError::Hash(_) => (
                "unsupported-format",
                "Ask for a new signature, by ssh-keygen -Y or this program.",
            ),
            SshSigError::Key(fault) => return Self::from(fault),
        };
        Self::new(code, Blame::Key, error.to_string(), hint)
    }
}

impl From<SshSigError> for Problem {
    fn from(error: SshSigError) -> Self {
        Self::from(&error)
    }
}

impl From<SignError> for Problem {
    fn from(error: SignError) -> Self {
        let (code, what, hint) = match error {
            SignError::Unsupported(algorithm) => (
                "unsupported-key-type",
                format!(
                    "this program does not sign with keys of type {}",
                    algorithm.name()
                ),
                "Use an Ed25519, ECDSA or RSA key. A security key signs through an agent that holds it.",
            ),
            SignError::Wrong => (
                "inconsistent",
                error.to_string(),
                "Nothing was given out. The memory or the processor of this computer may be at fault: try again, and elsewhere.",
            ),
        };
        Self::new(code, Blame::Key, what, hint)
    }
}

impl From<NameError> for Problem {
    fn from(error: NameError) -> Self {
        Self::new(
            "usage",
            Blame::Usage,
            error.to_string(),
            "Write names as in an address, and several with commas between them: me@example.org,me@work.example.",
        )
    }
}

impl From<WishFault> for Problem {
    fn from(fault: WishFault) -> Self {
        let hint = match &fault {
            WishFault::NoPrincipals => {
                "Name those whom it is good for with -n: user names on the servers, or the names of the host."
            }
            WishFault::ManyPrincipals => "Make several certificates.",
            WishFault::Principal => "Give names with commas between them and nothing else: -n jo,root.",
            WishFault::KeyId => {
                "Give a short text by which its owner is told in the server’s log: --id jo@laptop."
            }
            WishFault::Never | WishFault::Over => "Choose an end that is yet to come.",
            WishFault::Twice(_) => "Say it once.",
            WishFault::Addresses(_) => {
                "Write addresses and networks with commas between them: 192.0.2.7,10.0.0.0/8. Behind its mask a network has zeros."
            }
            WishFault::Key(_) => "Certify an Ed25519, ECDSA or RSA key.",
        };
        let what = format!("nobody would take such a certificate: {fault}");
        Self::new("usage", Blame::Usage, what, hint)
    }
}

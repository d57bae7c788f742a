//! Where public keys are given away through a form: which keys each provider takes, and what is pasted where.
//!
//! What is known is in `providers/list.rs`, with its date. The program asks nobody: a page is opened in the browser,
//! by the person who wants to see it.

mod list;

pub use list::{AS_OF, PROVIDERS};

use super::{Blame, Problem};
use crate::format::one_line::{Shell, one_line};
use crate::format::public_line;
use crate::key::comment::Comment;
use crate::key::spec::Curve;
use crate::key::{Algorithm, PublicKey};

/// Somebody who takes public keys.
#[derive(Debug, PartialEq, Eq)]
pub struct Provider {
    /// The word for it on a command line.
    pub code: &'static str,
    /// Its name.
    pub title: &'static str,
    /// The keys that it takes; with RSA, from how many bits on.
    pub takes: &'static [Takes],
    /// Whether that is what it says itself. Otherwise it is what its servers usually take.
    pub is_documented: bool,
    /// What is pasted.
    pub pasted: Pasted,
    /// What to do: sentences, in order.
    pub steps: &'static [&'static str],
    /// The page with the form, or from which it is reached.
    pub page: Option<&'static str>,
    /// Where this is written down by the provider.
    pub source: &'static str,
    /// What else to know: sentences, or nothing.
    pub note: &'static str,
}

/// A kind of keys that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// RSA keys of at least so many bits.
    Rsa {
        /// How many.
        from_bits: u32,
    },
    /// ECDSA keys, on all three curves.
    Ecdsa,
    /// Ed25519 keys.
    Ed25519,
    /// Keys in security keys, of both types.
    SecurityKeys,
    /// DSA keys.
    Dsa,
}

/// In which shape a key is pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pasted {
    /// The line for `authorized_keys`.
    Line,
    /// A file for cloud-init.
    CloudConfig,
    /// A line for a shell.
    Shell(Shell),
}

impl Takes {
    pub(super) fn fits(self, key: &PublicKey) -> bool {
        match (self, key.algorithm()) {
            (Self::Rsa { from_bits }, Algorithm::Rsa) => key.bits() >= from_bits,
            (Self::Ecdsa, Algorithm::Ecdsa(_))
            | (Self::Ed25519, Algorithm::Ed25519)
            | (Self::Dsa, Algorithm::Dsa)
            | (Self::SecurityKeys, Algorithm::SkEcdsa | Algorithm::SkEd25519) => true,
            _ => false,
        }
    }

    /// Its types.
    #[must_use]
    pub fn algorithms(self) -> Vec<Algorithm> {
        match self {
            Self::Rsa { .. } => vec![Algorithm::Rsa],
            Self::Ecdsa => Curve::ALL.map(Algorithm::Ecdsa).to_vec(),
            Self::Ed25519 => vec![Algorithm::Ed25519],
            Self::SecurityKeys => vec![Algorithm::SkEcdsa, Algorithm::SkEd25519],
            Self::Dsa => vec![Algorithm::Dsa],
        }
    }

    /// Its name: “RSA from 2048 bits on”.
    #[must_use]
    pub fn title(self) -> String {
        match self {
            Self::Rsa { from_bits } => format!("RSA from {from_bits} bits on"),
            Self::Ecdsa => "ECDSA".to_owned(),
            Self::Ed25519 => "Ed25519".to_owned(),
            Self::SecurityKeys => "security keys".to_owned(),
            Self::Dsa => "DSA".to_owned(),
        }
    }
}

impl Provider {
    /// The one that is called so on a command line.
    #[must_use]
    pub fn called(code: &str) -> Option<&'static Self> {
        PROVIDERS.iter().find(|provider| provider.code == code)
    }

    /// The keys that it takes, in words: “Ed25519, RSA from 2048 bits on”.
    #[must_use]
    pub fn taken(&self) -> String {
        let titles: Vec<String> = self.takes.iter().map(|takes| takes.title()).collect();
        titles.join(", ")
    }

    /// Whether it takes `key`.
    ///
    /// # Errors
    /// It does not; says which it takes.
    pub fn check(&self, key: &PublicKey) -> Result<(), Problem> {
        if self.takes.iter().any(|takes| takes.fits(key)) {
            return Ok(());
        }
        let title = key.algorithm().title();
        let what = match key {
            PublicKey::Rsa { .. } => format!("{} does not take RSA keys of {} bits", self.title, key.bits()),
            _ => format!("{} does not take {title} keys", self.title),
        };
        let hint = format!(
            "It takes: {} (as of {AS_OF}). Make a key of that kind for it; you can have several.",
            self.taken()
        );
        Err(Problem::new("provider-refuses", Blame::Key, what, hint))
    }

    /// What is pasted there, which ends without a line break where it is one line.
    ///
    /// # Errors
    /// The key is not taken there.
    pub fn text(&self, key: &PublicKey, comment: &Comment) -> Result<String, Problem> {
        self.check(key)?;
        Ok(match self.pasted {
            Pasted::Line => public_line::encode(key, comment),
            Pasted::CloudConfig => cloud_config(&public_line::encode(key, comment)),
            Pasted::Shell(shell) => one_line(shell, key, comment),
        })
    }
}

/// A file that lets the key log in as the user whom the image comes with. A scalar in single quotation marks has no
/// escapes but their doubling (YAML 1.2, 7.3.2), and a comment has no line break.
fn cloud_config(line: &str) -> String {
    format!(
        "#cloud-config\nssh_authorized_keys:\n  - '{}'\n",
        line.replace('\'', "''")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format;

    const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";

    fn key(line: &str) -> PublicKey {
        format::parse(line.as_bytes()).unwrap().public().unwrap().clone()
    }

    #[test]
    fn each_provider_says_what_to_do_and_where_that_is_written() {
        for provider in PROVIDERS {
            let code = provider.code;
            assert_eq!(Provider::called(code), Some(provider));
            assert!(!provider.takes.is_empty() && !provider.steps.is_empty(), "{code}");
            for sentence in provider.steps {
                assert!(
                    sentence.ends_with('.') && sentence.len() > 10,
                    "{code}: {sentence}"
                );
            }
            assert!(provider.note.is_empty() || provider.note.ends_with('.'), "{code}");
            assert!(provider.source.starts_with("https://"), "{code}");
            let is_safe = |page: &str| {
                page.starts_with("https://") && page.is_ascii() && !page.contains([' ', '"', '\''])
            };
            assert!(provider.page.is_none_or(is_safe), "{code}");
        }
    }

    #[test]
    fn a_key_is_checked_before_it_is_given_away() {
        let ed25519 = key(ED25519);
        for code in ["github", "gitlab", "cloud-init", "sh"] {
            assert_eq!(Provider::called(code).unwrap().check(&ed25519), Ok(()), "{code}");
        }
        let refused = Provider::called("azure-devops")
            .unwrap()
            .text(&ed25519, &Comment::default());
        let problem = refused.unwrap_err();
        assert_eq!(problem.code, "provider-refuses");
        assert!(problem.hint.contains("RSA from 2048 bits on"), "{}", problem.hint);
        let short = PublicKey::Rsa {
            e: vec![1, 0, 1],
            n: vec![0xff; 128],
        };
        let problem = Provider::called("github").unwrap().check(&short).unwrap_err();
        assert_eq!(problem.what, "GitHub does not take RSA keys of 1024 bits");
    }

    #[test]
    fn what_is_pasted_has_the_shape_that_is_asked_for() {
        let key = key(ED25519);
        let comment = Comment::new("it's: #me").unwrap();
        let text = |code| Provider::called(code).unwrap().text(&key, &comment).unwrap();
        assert_eq!(text("github"), format!("{ED25519} it's: #me"));
        assert_eq!(
            text("cloud-init"),
            format!("#cloud-config\nssh_authorized_keys:\n  - '{ED25519} it''s: #me'\n")
        );
        assert!(text("sh").starts_with("sh -c '"));
        assert!(text("powershell").starts_with("& { "));
    }
}

//! Showing a server who one is (RFC 4252, RFC 4256): with what, and what it answers.

use std::fmt;

use russh::client::{AuthResult, KeyboardInteractiveAuthResponse as Answered};
use russh::{MethodKind, MethodSet};

use super::text;
use crate::format::Certificate;
use crate::format::agent::ListedKey;
use crate::key::{KeyPair, PublicKey};
use crate::secret::Passphrase;
use crate::sys::agent::Agent;

/// As many questions as are taken at once.
const MOST_QUESTIONS: usize = 16;

/// With what to sign in.
#[derive(Clone, Copy, Debug)]
pub enum Credential<'a> {
    /// With nothing, which few servers accept; but they answer which ways in there are.
    None,
    /// With a key, and the certificate that goes with it.
    Key(&'a KeyPair, Option<&'a Certificate>),
    /// With a key whose private half is elsewhere: the server only says whether it would take it (RFC 4252 section 7).
    Public(&'a PublicKey),
    /// With a key or certificate that an agent holds.
    Agent(&'a Agent, &'a ListedKey),
    /// With the account's password.
    Password(&'a Passphrase),
    /// By answering what the server asks: a password, a code, …
    Questions,
}

/// What the server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// One is in, by what was shown.
    Done,
    /// One is in, and what was shown was not looked at: no signature of the key was asked for.
    Unasked,
    /// Not like this, or not yet.
    Refused {
        /// What may be tried now; the server has ended the connection where there is nothing.
        methods: Vec<Method>,
        /// This was right, and the server wants one more of `methods`.
        is_partial: bool,
    },
    /// The key would be taken; nobody has shown to hold it.
    WouldDo,
    /// The server asks.
    Questions(Questions),
}

/// A way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// With a key.
    Key,
    /// With the account's password.
    Password,
    /// By answering questions.
    Questions,
    /// By the key of the computer that one comes from (`hostbased`), which this program does not do.
    Host,
    /// With a ticket of Kerberos (`gssapi-with-mic`), which this program does not do.
    Ticket,
}

/// What a server asks, all of it cleaned for showing: each line begins with `(user@host) `, so that nobody takes it for
/// a question of this program's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// A heading, often empty.
    pub name: String,
    /// What to do, often empty.
    pub instruction: String,
    /// One after the other; there may be none, where the server only wants something read.
    pub questions: Vec<Question>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// `(jo@example.org) Password:`, `(jo@example.org) Verification code:`, …; the last line is what is asked.
    pub text: String,
    /// Whether the answer may be seen while it is typed.
    pub is_visible: bool,
}

impl fmt::Display for Method {
    /// A name for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "a key",
            Self::Password => "a password",
            Self::Questions => "a typed answer to its questions",
            Self::Host => "the key of the computer that one comes from (hostbased)",
            Self::Ticket => "a ticket of Kerberos (gssapi-with-mic)",
        })
    }
}

pub(super) fn methods(set: &MethodSet) -> Vec<Method> {
    let mut methods = Vec::new();
    for kind in set.iter() {
        let method = match kind {
            MethodKind::PublicKey => Method::Key,
            MethodKind::Password => Method::Password,
            MethodKind::KeyboardInteractive => Method::Questions,
            MethodKind::HostBased => Method::Host,
            MethodKind::GssapiWithMic => Method::Ticket,
            MethodKind::None => continue,
        };
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    methods
}

impl From<AuthResult> for SignIn {
    fn from(result: AuthResult) -> Self {
        match result {
            AuthResult::Success => Self::Done,
            AuthResult::Failure {
                remaining_methods,
                partial_success,
            } => Self::Refused {
                methods: methods(&remaining_methods),
                is_partial: partial_success,
            },
        }
    }
}

impl SignIn {
    /// What an answer to a key tells: nothing about the key where its signature was not asked for.
    pub(super) fn to_key(answer: AuthResult, has_signed: bool) -> Self {
        match Self::from(answer) {
            Self::Done if !has_signed => Self::Unasked,
            Self::Refused { methods, .. } if !has_signed => Self::Refused {
                methods,
                is_partial: false,
            },
            answer => answer,
        }
    }
}

/// What the answer of this server to questions is; nothing where it asks more than any would.
pub(super) fn after_questions(answered: Answered, by: &impl fmt::Display) -> Option<SignIn> {
    Some(match answered {
        Answered::Success => SignIn::Done,
        Answered::Failure {
            remaining_methods,
            partial_success,
        } => SignIn::Refused {
            methods: methods(&remaining_methods),
            is_partial: partial_success,
        },
        Answered::InfoRequest { prompts, .. } if prompts.len() > MOST_QUESTIONS => return None,
        Answered::InfoRequest {
            name,
            instructions,
            prompts,
        } => SignIn::Questions(Questions {
            name: text::said(by, &name),
            instruction: text::said(by, &instructions),
            questions: prompts
                .iter()
                .map(|prompt| Question {
                    text: text::asked(by, &prompt.prompt),
                    is_visible: prompt.echo,
                })
                .collect(),
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_let_in_only_where_its_signature_was_asked_for() {
        let half = || AuthResult::Failure {
            remaining_methods: MethodSet::from(&[MethodKind::Password][..]),
            partial_success: true,
        };
        assert_eq!(SignIn::to_key(AuthResult::Success, true), SignIn::Done);
        assert_eq!(SignIn::to_key(AuthResult::Success, false), SignIn::Unasked);
        let refused = |is_partial| SignIn::Refused {
            methods: vec![Method::Password],
            is_partial,
        };
        assert_eq!(SignIn::to_key(half(), true), refused(true));
        assert_eq!(SignIn::to_key(half(), false), refused(false));
    }
}

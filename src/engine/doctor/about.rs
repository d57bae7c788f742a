//! Whom and what a verdict is about.

use crate::key::comment::escaped;

/// Who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever asks.
    You,
    /// Whoever asks, on the server.
    Server,
    /// Who runs the server.
    Administrator,
    /// Who runs the service.
    Provider,
}

impl Who {
    /// The stable word for it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::You => "you",
            Self::Server => "server",
            Self::Administrator => "administrator",
            Self::Provider => "provider",
        }
    }
}

/// What a verdict is about, as far as that is known. Everything is safe to print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The file.
    pub file: Option<String>,
    /// The account.
    pub user: Option<String>,
    /// The server.
    pub host: Option<String>,
    /// Its port, where that has to be typed.
    pub port: Option<u16>,
    /// What was said about it: a reason, a number, a list.
    pub said: Option<String>,
}

impl About {
    /// About a file.
    #[must_use]
    pub fn file(file: &str) -> Self {
        Self {
            file: Some(escaped(file.trim().as_bytes())),
            ..Self::default()
        }
    }

    /// About nothing but what was said.
    #[must_use]
    pub fn said(said: &str) -> Self {
        Self {
            said: Some(escaped(said.trim().as_bytes())),
            ..Self::default()
        }
    }

    /// What is lacking here, from there.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        Self {
            file: self.file.or_else(|| other.file.clone()),
            user: self.user.or_else(|| other.user.clone()),
            host: self.host.or_else(|| other.host.clone()),
            port: self.port.or(other.port),
            said: self.said.or_else(|| other.said.clone()),
        }
    }
}

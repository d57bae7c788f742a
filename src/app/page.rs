//! The pages of the window: what a person works on, one at a time.

/// A page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// One key, from making it to saving it.
    #[default]
    Key,
    /// The keys that lie on this computer.
    MyKeys,
    /// Servers, and the keys that let somebody in there.
    Servers,
    /// The hosts whose keys ssh has noted.
    KnownHosts,
    /// The keys that agents hold.
    Agent,
    /// Why a login does not work.
    Doctor,
    /// Questions and answers.
    Help,
}

impl Page {
    /// Those that somebody works on, in their order. A key that is being worked on has a page besides.
    pub const ALL: &[Self] = &[
        Self::MyKeys,
        Self::Servers,
        Self::KnownHosts,
        Self::Agent,
        Self::Doctor,
    ];

    /// Its name in the window.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Key => "New key",
            Self::MyKeys => "Keys",
            Self::Servers => "Servers",
            Self::KnownHosts => "Known hosts",
            Self::Agent => "Agent",
            Self::Doctor => "Doctor",
            Self::Help => "Help",
        }
    }
}

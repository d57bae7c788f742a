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
    /// Questions and answers.
    Help,
}

impl Page {
    /// Those that somebody works on, in their order. A page comes in here when it has something to show.
    pub const ALL: &[Self] = &[Self::Key, Self::MyKeys, Self::Servers];

    /// Its name in the window.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Key => "Key",
            Self::MyKeys => "My keys",
            Self::Servers => "Servers",
            Self::Help => "Help",
        }
    }
}

//! How the window looks: light or dark, how large its text is, and how large itself.

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl ThemeChoice {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its name in the window.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::System => "As the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }
}

/// How large text is, in percent of what the system asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextSize(u16);

impl TextSize {
    /// The sizes that can be chosen.
    pub const ALL: [Self; 5] = [Self(100), Self(125), Self(150), Self(175), Self(200)];

    /// In percent.
    #[must_use]
    pub fn percent(self) -> u16 {
        self.0
    }
}

impl Default for TextSize {
    fn default() -> Self {
        Self(100)
    }
}

/// The size of the window, as the system counts it, whatever the size of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowShape {
    /// Its width while it does not fill the screen.
    pub width: u16,
    /// Its height while it does not fill the screen.
    pub height: u16,
    /// Whether it fills the screen.
    pub is_maximized: bool,
}

impl WindowShape {
    /// The least width and height at which it can be used.
    pub const LEAST: (u16, u16) = (480, 360);
}

impl Default for WindowShape {
    fn default() -> Self {
        Self {
            width: 900,
            height: 640,
            is_maximized: false,
        }
    }
}

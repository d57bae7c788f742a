//! What a person calls a key.

use crate::key::comment::{Comment, CommentError};

/// What a person calls a key: one line of text that can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName(String);

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyNameError {
    /// Nothing, or blanks only.
    #[error("the name is empty")]
    Empty,
    /// Longer than fits in a list; in characters.
    #[error("the name has {0} characters, more than the {max} that a name may have", max = KeyName::LONGEST)]
    TooLong(usize),
    /// It has a character that breaks lines or cannot be seen.
    #[error("the name has U+{:04X} as its character {}", u32::from(.0.character), .0.position)]
    Character(CommentError),
}

impl KeyName {
    /// The most characters of a name.
    pub const LONGEST: usize = 80;

    /// A name as somebody typed it, without blanks around it.
    ///
    /// # Errors
    /// See [`KeyNameError`].
    pub fn new(text: &str) -> Result<Self, KeyNameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(KeyNameError::Empty);
        }
        Comment::new(text).map_err(KeyNameError::Character)?;
        match text.chars().count() {
            0..=Self::LONGEST => Ok(Self(text.to_owned())),
            long => Err(KeyNameError::TooLong(long)),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

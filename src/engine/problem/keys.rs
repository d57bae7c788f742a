//! Advice about what keys are called.

use super::{Blame, Problem};
use crate::engine::key_name::KeyNameError;

impl From<&KeyNameError> for Problem {
    fn from(error: &KeyNameError) -> Self {
        let hint = match error {
            KeyNameError::Empty => "Give a name, or take the old one away.",
            KeyNameError::TooLong(_) => "Choose a shorter one.",
            KeyNameError::Character(_) => "A name is one line of visible text. Take that character out.",
        };
        Self::new("usage", Blame::Usage, error.to_string(), hint)
    }
}

//! The window: panels that draw the state of [`crate::app::App`] and push commands.

//! The window: panels that draw the state of [`crate::app::App`] and push commands.

mod art;
mod native_desktop;
mod pad;
mod passphrase_field;

//! The window, found and used as a screen reader would: by roles and names.

mod cat;
mod certificates;
mod dialogs;
mod layout;
mod making;
mod opening;
mod passphrases;
mod remembering;
mod saving;
mod scene;
#[path = "../support/mod.rs"]
mod support;
mod words;

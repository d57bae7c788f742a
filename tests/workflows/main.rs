//! What the program does when it is asked to, without a window.

mod leaving;
mod making;
mod opening;
mod saving;
mod scene;
mod settings;
#[path = "../support/mod.rs"]
mod support;

//! What [`App`](super::App) does over several steps: open, save, copy, certify.

mod certificate;
mod copy;
mod folders;
mod open;
mod save;

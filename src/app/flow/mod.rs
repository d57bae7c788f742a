//! What [`App`](super::App) does over several steps: open, save, copy.

mod copy;
mod open;
mod save;

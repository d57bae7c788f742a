//! Keywright makes, shows, protects, converts and saves SSH keys.
//!
//! The library has floors, and a floor uses only what lies below it:
//!
//! | floor | modules | what lives there |
//! |---|---|---|
//! | 5 | `gui` | the window's panels and dialogs |
//! | 4 | `app`, `cli` | what the window's program is doing; the console program |
//! | 3 | [`engine`] | all that can be done with keys, lists, servers and agents, for both; what went wrong, in words |
//! | 2 | [`sys`] | the outside world: files, permissions, key agents, servers, the home folder |
//! | 1 | [`key`], [`format`](mod@format) | pure computing: keys, entropy, primes; bytes to keys and back |
//! | 0 | [`secret`] | passphrases and private numbers, wiped when dropped |
//!
//! `tests/architecture.rs` holds the arrows to that; building with `--no-default-features`
//! holds egui, winit, rfd and clap out of the lower floors.

#[cfg(feature = "app")]
pub mod app;
#[cfg(feature = "cli")]
pub mod cli;
pub mod engine;
pub mod format;
#[cfg(feature = "gui")]
pub mod gui;
pub mod key;
pub mod secret;
pub mod sys;

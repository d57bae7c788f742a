//! Keywright makes, shows, protects, converts and saves SSH keys.
//!
//! The library has four floors, and a floor uses only what lies below it:
//!
//! | floor | modules | what lives there |
//! |---|---|---|
//! | 4 | `gui`, `cli` | the window; the console program |
//! | 3 | [`app`] | what the program is doing: commands, stages, dialogs, jobs, problems |
//! | 2 | [`sys`] | the outside world: files, permissions, key agents, servers, the home folder |
//! | 1 | [`key`], [`format`](mod@format) | pure computing: keys, entropy, primes; bytes to keys and back |
//! | 0 | [`secret`] | passphrases and private numbers, wiped when dropped |
//!
//! `tests/architecture.rs` holds the arrows to that; building with `--no-default-features`
//! holds egui, winit, rfd and clap out of the lower floors.

pub mod app;
#[cfg(feature = "cli")]
pub mod cli;
pub mod format;
#[cfg(feature = "gui")]
pub mod gui;
pub mod key;
pub mod secret;
pub mod sys;

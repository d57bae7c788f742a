//! What the program is doing, without saying how it looks: window and console share every line.

pub mod describe;
pub mod job;
pub mod making;
pub mod opening;
mod problem;
pub mod saving;

pub use problem::{Blame, Problem};

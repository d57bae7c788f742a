//! What is asked of Keywright's readers, whatever bytes they are given.
//!
//! No panic; no more memory than four times the file; no more than two seconds of work; words that
//! are safe to print; and what opens is the same after it was written and read again.

#[path = "../../tests/common/allocation.rs"]
mod allocation;
pub mod check;
pub mod lists;
pub mod logs;
#[path = "../../tests/properties/mangle.rs"]
#[allow(dead_code, clippy::pedantic, reason = "the tests use all of it")]
mod mangle;
pub mod mending;
pub mod signatures;
pub mod target;
pub mod wrap;

//! Our files and the real `ssh-keygen`, `puttygen`, `openssl`, `ssh`, `ssh-agent` and `sshd`.
//!
//! Whatever we write they must read, and the other way round. A program that is not installed fails
//! the test: nothing here is skipped in silence.

#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;

mod arithmetic;
mod comments;
mod lists;
mod login;
mod matrix;
mod ours_to_theirs;
mod public;
mod refusals;
mod server;
#[path = "../common/serving.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod serving;
mod theirs_to_ours;
mod tools;

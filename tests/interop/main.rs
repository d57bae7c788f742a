//! Our files and the real `ssh-keygen`, `puttygen`, `openssl`, `ssh`, `ssh-agent` and `sshd`.
//!
//! Whatever we write they must read, and the other way round. A program that is not installed fails
//! the test: nothing here is skipped in silence.

#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;

mod arithmetic;
mod certificates;
mod comments;
mod configurations;
mod lists;
mod login;
mod matrix;
mod ours_to_theirs;
mod pem;
#[path = "../common/ppk1.rs"]
mod ppk1;
mod ppk_version_1;
mod programs;
mod public;
mod randomart;
mod refusals;
mod rsa;
mod server;
#[path = "../common/serving.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod serving;
#[path = "../support/ssh_agent.rs"]
mod ssh_agent;
mod sshcom;
mod theirs_to_ours;
mod tools;

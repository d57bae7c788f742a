//! Servers: a real `sshd` for each test, with an account, a home folder and a password of its own; and servers that do
//! what no `sshd` does.
//!
//! Whoever runs this must be root, or may run `unshare` by `sudo` without a password: the accounts are seen by nobody
//! but the server.

#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "lays out what is there before")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../interop/tools.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod tools;

#[path = "../support/ssh_agent.rs"]
mod support;

mod accounts;
mod afterwards;
mod agents;
mod agreeing;
mod as_ssh;
mod as_ssh_copy_id;
mod beside_others;
mod commands;
mod configured;
#[path = "../common/console.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod console;
mod doctor;
mod dropbear;
mod ending;
mod everybody;
mod failing;
mod files;
mod hostile;
mod hosts;
mod installing;
mod jumping;
mod last_way_in;
mod letting_in;
mod managed;
mod no;
mod odd_lists;
mod person;
mod places;
mod put_back;
mod read_elsewhere;
#[path = "../common/serving.rs"]
mod serving;
mod several_things;
mod signing_in;
mod sshd;
mod stand_in;
mod strange;
mod terminal;
mod unreachable;
mod ways_in;

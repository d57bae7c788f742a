//! All that can be done with keys, lists, servers and agents, and what went wrong, in words: window and console share
//! every line.
//!
//! Nothing here knows which of the two is above it. Slow work runs as a [`job::Job`] and never asks: it returns what it
//! lacks, and its caller asks.

pub mod agents;
pub mod authorized;
pub mod certificate_facts;
pub mod certifying;
pub mod command_line;
pub mod conditions;
pub mod describe;
pub mod doctor;
pub mod duration;
pub mod faults;
pub mod guessing;
pub mod host_entry;
pub mod job;
pub mod key_name;
pub mod keys;
pub mod known_hosts;
pub mod lists;
pub mod log_in;
pub mod making;
pub mod only_key;
pub mod opening;
pub(crate) mod own_file;
pub mod plural;
pub(crate) mod problem;
pub mod programs;
pub mod providers;
pub mod saving;
pub mod servers;
pub mod shell;
pub mod signing;
pub mod speed;
pub mod suggesting;

pub(crate) use problem::lost;
pub use problem::{Blame, Problem, told_by_disk};

//! What the program does when it is asked to, without a window.

#[cfg(unix)]
mod agents;
mod certificates;
#[path = "../common/mod.rs"]
mod common;
mod doctor;
mod formats;
#[path = "../support/key_files.rs"]
mod key_files;
mod keys;
mod leaving;
mod making;
mod opening;
mod passphrases;
mod remembering;
mod saving;
mod saving_place;
mod scene;
mod servers;
mod settings;
#[cfg(unix)]
#[path = "../support/ssh_agent.rs"]
mod ssh_agent;
#[path = "../support/mod.rs"]
mod support;

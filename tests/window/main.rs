//! The window, found and used as a screen reader would: by roles and names.

#[cfg(unix)]
mod agents;
mod cat;
mod certificates;
mod contrast;
mod dialogs;
mod doctor;
mod frames;
mod help;
#[path = "../support/key_files.rs"]
mod key_files;
mod keys;
mod layout;
mod lists;
mod making;
mod opening;
mod passphrases;
mod pictures;
mod raster;
mod remembering;
mod saving;
mod scene;
mod servers;
#[cfg(unix)]
#[path = "../support/ssh_agent.rs"]
mod ssh_agent;
#[path = "../support/mod.rs"]
mod support;
mod words;

//! The console program, run as scripts and people run it: the real binary, in a folder of its own.

#[cfg(unix)]
mod agents;
mod certificates;
mod changing;
mod corpus;
mod formats;
mod generating;
mod keys;
mod passphrases;
#[path = "../common/ppk1.rs"]
mod ppk1;
mod puttygen;
mod quiet;
mod showing;
mod support;
#[cfg(unix)]
mod terminal;
mod wording;

//! The console program, run as scripts and people run it: the real binary, in a folder of its own.

#[cfg(windows)]
mod agent_pipe;
#[cfg(unix)]
mod agents;
mod at_once;
mod authorized;
mod certificates;
#[cfg(unix)]
mod certifying;
mod changing;
#[path = "../common/console.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod console;
mod corpus;
mod doctor;
mod formats;
mod generating;
mod keys;
mod known_hosts;
mod leftovers;
#[cfg(unix)]
mod links;
#[cfg(unix)]
mod odd_files;
#[cfg(unix)]
mod one_line;
mod passphrases;
mod post_quantum;
#[path = "../common/ppk1.rs"]
mod ppk1;
mod providers;
mod purposes;
mod puttygen;
mod quiet;
#[cfg(unix)]
mod repair;
mod showing;
#[cfg(unix)]
mod signing;
#[cfg(unix)]
#[path = "../support/ssh_agent.rs"]
mod ssh_agent;
#[cfg(unix)]
mod streams;
mod support;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod truth;
#[cfg(target_os = "linux")]
mod without_owners;
mod wording;

//! The outside world: files and who may read them, key agents, servers, the home folder, the place of the settings,
//! the clock, the operating system's random generator, what the system may keep of this process, and what was touched.

pub mod agent;
pub mod clock;
mod entries;
pub mod files;
pub mod hardening;
pub mod home;
pub mod journal;
pub mod permissions;
pub mod programs;
pub mod randomness;
pub mod remote;
mod seen;
pub mod settings_place;
mod way;

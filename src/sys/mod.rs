//! The outside world: files and who may read them, key agents, servers, the home folder, the place of the settings,
//! the clock, the operating system's random generator, and what the system may keep of this process.

pub mod agent;
pub mod clock;
pub mod files;
pub mod hardening;
pub mod home;
pub mod permissions;
pub mod randomness;
pub mod remote;
pub mod settings_place;

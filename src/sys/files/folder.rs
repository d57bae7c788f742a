//! What saving needs of a folder, each step as atomic as the system can make it.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::{Folder, Found, Turn, is_in_use};
#[cfg(windows)]
pub(super) use windows::{Folder, Found, Turn, is_in_use};

//! What the program does when it is asked to, without a window.

mod certificates;
#[allow(dead_code, reason = "shared with tests that need other parts")]
#[path = "../common/mod.rs"]
mod common;
mod formats;
mod leaving;
mod making;
mod opening;
mod remembering;
mod saving;
mod scene;
mod settings;
#[path = "../support/mod.rs"]
mod support;

//! The log, for whoever looks into a fault: what `RUST_LOG` asks for, on standard error, which desktops keep in a journal.
//!
//! The crates under the window hear every key that is pressed, and their lower levels tell of it, also while a passphrase
//! is typed. So only this program's own lines come at every level; of all others warnings and errors are let through,
//! whatever `RUST_LOG` says.

use log::{Level, Log, Metadata, Record};

/// Where this program's own lines come from.
const OWN: &str = env!("CARGO_PKG_NAME");

struct Guarded(env_logger::Logger);

impl Log for Guarded {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        may_be_told(metadata) && self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if may_be_told(record.metadata()) {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

fn may_be_told(metadata: &Metadata<'_>) -> bool {
    let behind = metadata.target().strip_prefix(OWN);
    let is_own = behind.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    is_own || metadata.level() <= Level::Warn
}

/// Has the log written from now on.
pub fn log_to_stderr() {
    let logger = env_logger::Builder::from_default_env().build();
    let most = logger.filter();
    // There is no other.
    if log::set_boxed_logger(Box::new(Guarded(logger))).is_ok() {
        log::set_max_level(most);
        log::info!(
            "{} of other crates come warnings alone",
            env!("CARGO_PKG_VERSION")
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_other_crates_warnings_alone_are_told() {
        for (target, level, expected) in [
            ("keywright::gui", Level::Trace, true),
            ("keywright", Level::Debug, true),
            ("keywright_sift", Level::Debug, false),
            ("egui_winit", Level::Trace, false),
            ("winit::platform_impl::linux::x11", Level::Info, false),
            ("zbus", Level::Warn, true),
            ("", Level::Error, true),
        ] {
            let metadata = Metadata::builder().target(target).level(level).build();
            assert_eq!(may_be_told(&metadata), expected, "{target} {level}");
        }
    }
}

//! Keeps secrets in memory out of what the system writes down about this process.
//!
//! All of it is best effort: a system that refuses costs protection, not the program. None of it
//! stops another program of the same user that means harm, and none of it claims to.

/// Keeps the memory of this process out of core dumps and crash reports. For every program, first
/// thing in `main`.
///
/// | system | what is done |
/// |---|---|
/// | Linux | the core size limit becomes 1 byte: too small for a file, and the one value at which the kernel also refuses to start a crash collector, which a limit of 0 does not stop |
/// | other Unix | the core size limit becomes 0 |
/// | Windows | Windows Error Reporting leaves the heap out |
///
/// Linux could do more, see [`hide_from_debuggers`]; a program with a window must not.
pub fn harden_process() {
    platform::no_memory_in_crash_reports();
}

/// Linux: lets no other process of this user attach to this one, read its memory or look into its
/// `/proc` entry (`PR_SET_DUMPABLE`, prctl(2)). For the console program only.
///
/// A window that did this could not open a file dialog: xdg-desktop-portal looks into
/// `/proc/PID/root` to learn whether its caller is sandboxed, and turns away callers into which it
/// cannot look. Other key managers shipped that fault (portal issues 1490 and 2141).
///
/// The process keeps access to its own `/proc/self/fd`, so `/dev/stdout` and `/dev/fd/3` work as
/// before. Does nothing in debug builds, which are there to be debugged, nor on other systems.
pub fn hide_from_debuggers() {
    if !cfg!(debug_assertions) {
        platform::not_dumpable();
    }
}

#[cfg(unix)]
mod platform {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// See [`super::harden_process`] for why Linux gets 1.
    pub(super) const CORE_LIMIT_BYTES: u64 = if cfg!(target_os = "linux") { 1 } else { 0 };

    pub(super) fn no_memory_in_crash_reports() {
        let maximum = getrlimit(Resource::Core).maximum;
        // A hard limit below ours is stricter still, and ours could not be set.
        let current = Some(maximum.map_or(CORE_LIMIT_BYTES, |maximum| maximum.min(CORE_LIMIT_BYTES)));
        if let Err(error) = setrlimit(Resource::Core, Rlimit { current, maximum }) {
            log::debug!("core dumps stay as they are: {error}");
        }
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn not_dumpable() {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            log::debug!("other programs of this user may look into this one: {error}");
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(super) fn not_dumpable() {}
}

#[cfg(windows)]
mod platform {
    use windows_sys::Win32::System::ErrorReporting::{WER_FAULT_REPORTING_FLAG_NOHEAP, WerSetFlags};

    pub(super) fn no_memory_in_crash_reports() {
        #[expect(
            unsafe_code,
            reason = "a system call that takes one number and touches no memory of ours"
        )]
        // SAFETY: `WerSetFlags` has no precondition.
        let result = unsafe { WerSetFlags(WER_FAULT_REPORTING_FLAG_NOHEAP) };
        if result < 0 {
            log::debug!("crash reports may hold the heap: {result:#x}");
        }
    }

    pub(super) fn not_dumpable() {}
}

#[cfg(all(test, unix))]
mod tests {
    use rustix::process::{Resource, getrlimit};

    use super::*;

    #[test]
    fn a_hardened_process_leaves_no_core_file() {
        harden_process();
        let limit = getrlimit(Resource::Core).current;
        assert!(
            limit.is_some_and(|bytes| bytes <= platform::CORE_LIMIT_BYTES),
            "{limit:?}"
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_window_stays_visible_to_the_portal_that_opens_its_file_dialogs() {
        use rustix::process::{DumpableBehavior, dumpable_behavior};
        harden_process();
        assert_eq!(dumpable_behavior().expect("known"), DumpableBehavior::Dumpable);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_hidden_from_debuggers_still_reaches_its_own_files() {
        let test = "sys::hardening::tests::child_that_hides";
        let output = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", test, "--ignored", "--nocapture"])
            .output()
            .expect("started");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    #[cfg(target_os = "linux")]
    #[ignore = "started by a_process_hidden…, because it cannot be taken back"]
    #[test]
    fn child_that_hides() {
        use rustix::process::{DumpableBehavior, dumpable_behavior};
        platform::not_dumpable();
        assert_eq!(dumpable_behavior().expect("known"), DumpableBehavior::NotDumpable);
        std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/stdout")
            .expect("still reachable");
    }
}

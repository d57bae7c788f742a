//! Keeps secrets in memory out of what the system writes down about this process.
//!
//! All of it is best effort: a system that refuses costs protection, not the program. None of it
//! stops another program of the same user that means harm, and none of it claims to.

use std::sync::{Mutex, PoisonError};

use crate::secret::open_vault;

/// Keeps the memory of this process out of core dumps, crash reports and the reach of debuggers, and its secrets out of
/// swap files. For every program, first thing in `main`.
///
/// | system | what is done |
/// |---|---|
/// | Linux | the core size limit becomes 1 byte: too small for a file, and the one value at which the kernel also refuses to start a crash collector, which a limit of 0 does not stop |
/// | other Unix | the core size limit becomes 0 |
/// | Windows | Windows Error Reporting leaves the heap out |
///
/// What is secret for long lies in a vault ([`open_vault`]), whose pages are locked in memory as far as the system's
/// limit goes; Linux leaves them out of dumps, whoever makes them.
///
/// On Linux no other process of this user may attach to this one, read its memory or look into its `/proc` entry
/// (`PR_SET_DUMPABLE`, prctl(2)), but for one moment: see [`Visible`]. The process keeps access to its own
/// `/proc/self/fd`, so `/dev/stdout` and `/dev/fd/3` work as before. Debug builds, which are there to be debugged, may be
/// looked into.
pub fn harden_process() {
    platform::no_memory_in_crash_reports();
    platform::size_limits_are_errors();
    if !cfg!(debug_assertions) {
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        seen.is_hidden = true;
        seen.apply();
    }
    if let Some(vault) = open_vault() {
        platform::lock(vault);
    }
}

/// How many bytes are locked at once: no page is larger, so that where a limit is reached the pages before it stay
/// locked.
const LOCKED_AT_ONCE: usize = 64 << 10;

/// While one of these exists, the process may be looked into.
///
/// xdg-desktop-portal, which opens file dialogs, looks into `/proc/PID/root` to learn whether its caller is sandboxed,
/// and turns away callers into which it cannot look. Key managers that were hidden all the time shipped that fault
/// (portal issues 1490 and 2141). So a window is visible as long as a file dialog is asked for, and no longer.
#[derive(Debug)]
pub struct Visible(());

impl Visible {
    /// From now on, until it is dropped.
    #[must_use]
    pub fn now() -> Self {
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        seen.by += 1;
        seen.apply();
        Self(())
    }
}

impl Drop for Visible {
    fn drop(&mut self) {
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        seen.by -= 1;
        seen.apply();
    }
}

static SEEN: Mutex<Seen> = Mutex::new(Seen {
    is_hidden: false,
    by: 0,
});

/// Who may look into the process.
struct Seen {
    /// Nobody, but for those who have to.
    is_hidden: bool,
    /// How many have to.
    by: usize,
}

impl Seen {
    fn apply(&self) {
        if self.is_hidden {
            platform::set_dumpable(self.by > 0);
        }
    }
}

/// Says how much of the vault could not be locked, for whoever wants to know why.
fn not_locked(from: usize, of: usize, error: &dyn std::fmt::Display) {
    log::debug!("of {of} bytes for secrets only {from} are locked in memory: {error}");
}

#[cfg(unix)]
mod platform {
    use std::ptr::NonNull;

    use rustix::mm;
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

    /// A write beyond the limit on the size of files (`ulimit -f`) fails like one on a full disk, and does not end the
    /// program with half a change made.
    pub(super) fn size_limits_are_errors() {
        #[expect(unsafe_code, reason = "a system call that takes two numbers")]
        // SAFETY: ignoring a signal runs no code of ours.
        let before = unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
        if before == libc::SIG_ERR {
            log::debug!("a limit on the size of files would end this program");
        }
    }

    /// Locks these pages, which begin where a page does, and leaves them out of dumps.
    pub(super) fn lock(pages: NonNull<[u8]>) {
        let (start, len) = (pages.cast::<u8>().as_ptr(), pages.len());
        for from in (0..len).step_by(super::LOCKED_AT_ONCE) {
            let place = start.wrapping_add(from).cast();
            let size = super::LOCKED_AT_ONCE.min(len - from);
            #[expect(unsafe_code, reason = "a system call about memory that is ours")]
            // SAFETY: these pages were allocated for this, and locking changes nothing in them.
            if let Err(error) = unsafe { mm::mlock(place, size) } {
                super::not_locked(from, len, &error);
                break;
            }
        }
        #[cfg(target_os = "linux")]
        {
            #[expect(unsafe_code, reason = "a system call about memory that is ours")]
            // SAFETY: these pages were allocated for this, and the advice changes nothing in them.
            let advised = unsafe { mm::madvise(start.cast(), len, mm::Advice::LinuxDontDump) };
            if let Err(error) = advised {
                log::debug!("dumps may hold what is secret: {error}");
            }
        }
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn set_dumpable(is_dumpable: bool) {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let behavior = if is_dumpable {
            DumpableBehavior::Dumpable
        } else {
            DumpableBehavior::NotDumpable
        };
        if let Err(error) = set_dumpable_behavior(behavior) {
            log::debug!("who may look into this program stays as it is: {error}");
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(super) fn set_dumpable(_: bool) {}
}

#[cfg(windows)]
mod platform {
    use std::io;
    use std::ptr::NonNull;

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

    /// Windows has no such limit.
    pub(super) fn size_limits_are_errors() {}

    /// Locks these pages. What is on the heap, as they are, is not in crash reports.
    pub(super) fn lock(pages: NonNull<[u8]>) {
        use windows_sys::Win32::System::Memory::VirtualLock;
        let (start, len) = (pages.cast::<u8>().as_ptr(), pages.len());
        for from in (0..len).step_by(super::LOCKED_AT_ONCE) {
            let place = start.wrapping_add(from).cast();
            let size = super::LOCKED_AT_ONCE.min(len - from);
            #[expect(unsafe_code, reason = "a system call about memory that is ours")]
            // SAFETY: these pages were allocated for this, and locking changes nothing in them.
            if unsafe { VirtualLock(place, size) } == 0 {
                super::not_locked(from, len, &io::Error::last_os_error());
                break;
            }
        }
    }

    pub(super) fn set_dumpable(_: bool) {}
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
    fn is_dumpable() -> bool {
        use rustix::process::{DumpableBehavior, dumpable_behavior};
        dumpable_behavior().expect("known") == DumpableBehavior::Dumpable
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_is_hidden_only_when_it_asks_for_it() {
        harden_process();
        drop(Visible::now());
        assert!(is_dumpable());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_hidden_process_still_reaches_its_own_files_and_shows_itself_to_the_portal() {
        let test = "sys::hardening::tests::child_that_hides";
        let output = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", test, "--ignored", "--nocapture"])
            .output()
            .expect("started");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    #[cfg(target_os = "linux")]
    #[ignore = "started by a_hidden_process…, because others would be hidden with it"]
    #[test]
    fn child_that_hides() {
        let seen = || SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        seen().is_hidden = true;
        seen().apply();
        assert!(!is_dumpable());
        std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/stdout")
            .expect("still reachable");
        let one = Visible::now();
        let other = Visible::now();
        drop(one);
        assert!(is_dumpable(), "a second dialog is still open");
        drop(other);
        assert!(!is_dumpable());
    }
}

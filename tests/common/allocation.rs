//! How much memory work takes at most, counted for each thread by itself.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use keywright::format::Cost;

thread_local! {
    static USED: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator, watched. What grows is counted as moving, with both copies there at once.
struct Watched;

#[global_allocator]
static ALLOCATOR: Watched = Watched;

#[expect(unsafe_code, reason = "an allocator can be watched only in its own place")]
// SAFETY: the system's allocator does all the work; the counters hold numbers and allocate nothing.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.get().saturating_add_unsigned(layout.size());
        USED.set(used);
        PEAK.set(PEAK.get().max(used));
        // SAFETY: the caller keeps the promises of this same function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        USED.set(USED.get().saturating_sub_unsigned(layout.size()));
        // SAFETY: the caller keeps the promises of this same function.
        unsafe { System.dealloc(place, layout) }
    }
}

/// Does the work, and says how many bytes it held at its height.
pub(crate) fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    USED.set(0);
    PEAK.set(0);
    let result = work();
    (result, usize::try_from(PEAK.get()).unwrap_or(0))
}

/// What a reader may take whatever its input: the matrices of ML-DSA-44 and the tables of one power
/// modulo an RSA number of 16384 bits are of a fixed size.
const FIXED: usize = 128 << 10;

/// The most memory that reading `len` bytes may take, with a key derivation of this cost.
pub(crate) fn allowance(len: usize, cost: Cost) -> usize {
    let agreed = match cost {
        Cost::Argon2(params) => params.mem_kib as usize * 1024,
        // The blocks, one to mix them in, and the results (RFC 7914 §5, §6).
        Cost::Scrypt(params) => {
            let blocks = usize::try_from(params.n()).unwrap_or(usize::MAX);
            let blocks = blocks.saturating_add(params.p() as usize + 1);
            blocks.saturating_mul(128 * params.r() as usize)
        }
        Cost::Nothing | Cost::Bcrypt { .. } | Cost::Pbkdf2 { .. } => 0,
    };
    agreed.saturating_add(4 * len + FIXED)
}

#[test]
fn the_height_is_counted_and_not_the_sum() {
    let ((), peak) = peak_of(|| {
        for _ in 0..10 {
            drop(Vec::<u8>::with_capacity(1000));
        }
        drop((Vec::<u8>::with_capacity(500), Vec::<u8>::with_capacity(700)));
    });
    assert_eq!(peak, 1200);
}

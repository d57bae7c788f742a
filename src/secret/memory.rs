//! Memory that is wiped when it is given back, whoever used it.
//!
//! This program wipes what it holds itself. What the libraries work on it cannot reach: the copies of a prime that a test of
//! primes or the crate `rsa` makes, limbs of a signature. But all of that comes from the allocator and goes back to it, on
//! every thread. So both programs have this one, and nothing that is freed keeps what it held. What work leaves on a stack
//! it does not reach; [`forgetting`] overwrites that.

use std::alloc::{GlobalAlloc, Layout};

use zeroize::{optimization_barrier, zeroize_stack};

use super::vault::{VAULT, is_meant};

/// An allocator that wipes what it gets back, has a [vault](super::open_vault) for what is secret, and leaves the rest to
/// another one. For `#[global_allocator]`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wiped<A>(pub A);

#[expect(
    unsafe_code,
    reason = "what is freed can be reached only in the allocator's own place"
)]
// SAFETY: the other allocator does the work, and is handed each call as it came; or the vault, which hands out disjoint
// places of the memory that it has, as long and as aligned as asked for. Nothing here allocates or panics.
// None of it is put into its callers: they are everywhere, and would be half as long again.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Wiped<A> {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_meant()
            && let Some(place) = VAULT.take(layout)
        {
            return place.as_ptr();
        }
        // SAFETY: the caller keeps the promises of this same function.
        unsafe { self.0.alloc(layout) }
    }

    #[inline(never)]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if is_meant()
            && let Some(place) = VAULT.take(layout)
        {
            return place.as_ptr();
        }
        // SAFETY: the caller keeps the promises of this same function.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    // The other allocator's own way would leave the old place as it was.
    #[inline(never)]
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller promises that the new size is one of a layout with this alignment; both places are as long as
        // what is copied, and the new one is nobody else's.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(new_size, layout.align()));
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(place, layout.size().min(new_size));
                self.dealloc(place, layout);
            }
            moved
        }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller gives back `layout.size()` bytes at `place`, which nobody else uses any more; once they are
        // written they can be read.
        let freed = unsafe {
            place.write_bytes(0, layout.size());
            std::slice::from_raw_parts(place, layout.size())
        };
        // Or the compiler would leave out what nobody reads.
        optimization_barrier(freed);
        if VAULT.has(place) {
            return VAULT.give_back(place, layout.size());
        }
        // SAFETY: the caller keeps the promises of this same function.
        unsafe { self.0.dealloc(place, layout) }
    }
}

/// How much of the stack is overwritten behind work. P-521 takes 220 KiB, and nothing that touches a key here takes more.
const STACK: usize = 256 << 10;

/// Does the work, and overwrites what it has left on the stack below its caller.
///
/// What it returns and what it was given is the caller's to wipe.
pub fn forgetting<T>(work: impl FnOnce() -> T) -> T {
    let result = in_a_frame_of_its_own(work);
    forget_stack();
    result
}

/// Overwrites what the functions that its caller has called have left on the stack.
pub fn forget_stack() {
    zeroize_stack::<STACK>();
}

#[inline(never)]
fn in_a_frame_of_its_own<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[cfg(test)]
mod tests {
    use std::alloc::System;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Counts the bytes that are not wiped when they come back to it.
    #[derive(Default)]
    struct Counting {
        given_back: AtomicUsize,
        unwiped: AtomicUsize,
    }

    #[expect(unsafe_code, reason = "stands below the allocator that is tried")]
    // SAFETY: the system's allocator does the work.
    unsafe impl GlobalAlloc for Counting {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller keeps the promises of this same function.
            unsafe { System.alloc(layout) }
        }

        unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
            // SAFETY: the bytes are there until they are given back.
            let bytes = unsafe { std::slice::from_raw_parts(place, layout.size()) };
            let unwiped = bytes.iter().filter(|byte| **byte != 0).count();
            self.given_back.fetch_add(bytes.len(), Ordering::Relaxed);
            self.unwiped.fetch_add(unwiped, Ordering::Relaxed);
            // SAFETY: the caller keeps the promises of this same function.
            unsafe { System.dealloc(place, layout) }
        }
    }

    #[test]
    #[expect(unsafe_code, reason = "calls an allocator as a program does")]
    fn what_is_freed_or_outgrown_is_wiped() {
        let memory = Wiped(Counting::default());
        for size in [1, 8, 63, 4096, 100_000] {
            let layout = Layout::from_size_align(size, 8).expect("a small one");
            let doubled = Layout::from_size_align(2 * size, 8).expect("a small one");
            // SAFETY: each place is used as long and as large as it was asked for, and given back once.
            unsafe {
                let place = memory.alloc(layout);
                place.write_bytes(0xa5, size);
                let larger = memory.realloc(place, layout, 2 * size);
                larger.write_bytes(0x5a, 2 * size);
                memory.dealloc(larger, doubled);
            }
        }
        let counted = &memory.0;
        assert_eq!(
            counted.given_back.load(Ordering::Relaxed),
            3 * (1 + 8 + 63 + 4096 + 100_000)
        );
        assert_eq!(counted.unwiped.load(Ordering::Relaxed), 0);
    }
}

//! A vault for what is secret for long: passphrases, private keys, what is being typed.
//!
//! It is small and stays where it is, so that its pages can be locked: never written to a swap file, and left out of
//! dumps. That is the system's to do, which this floor does not know; `sys::hardening` is told where it is, once,
//! when a program starts. What does not fit into it lies where all else lies, and is wiped all the same.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::spin_loop;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};

/// In bytes. A usual system lets anybody lock 8 MiB, an older one 64 KiB, Windows less than 200 KiB; where not all
/// can be locked, the beginning is, which is used first.
const SIZE: usize = 256 << 10;
/// Everything begins at a multiple of so many bytes.
const UNIT: usize = 64;
/// What is larger, such as a file of many keys, would leave too little to others.
const LARGEST: usize = 32 << 10;
/// The largest pages that a usual system has.
const ALIGNMENT: usize = 64 << 10;

/// The one of the program.
pub(super) static VAULT: Vault = Vault::new();

thread_local! {
    /// Whether what is allocated belongs into the vault.
    static IS_MEANT: Cell<bool> = const { Cell::new(false) };
}

/// Makes the vault of this program, and says where it is; nothing where there is one already, or no memory for one.
pub fn open_vault() -> Option<NonNull<[u8]>> {
    VAULT.open()
}

/// Has what `make` allocates lie in the vault, where the program's allocator is [`super::Wiped`].
pub(super) fn in_vault<T>(make: impl FnOnce() -> T) -> T {
    let before = IS_MEANT.replace(true);
    let result = make();
    IS_MEANT.set(before);
    result
}

/// Whether this thread is within [`in_vault`].
pub(super) fn is_meant() -> bool {
    IS_MEANT.get()
}

/// Some memory, and which of it is taken.
pub(super) struct Vault {
    /// Where it begins; null while it has not been opened.
    start: AtomicPtr<u8>,
    /// Which units are taken, a bit each.
    taken: [AtomicU64; SIZE / UNIT / 64],
    /// Set while somebody looks for units or gives them back, which takes a few microseconds at most.
    is_busy: AtomicBool,
}

impl Vault {
    const fn new() -> Self {
        Self {
            start: AtomicPtr::new(std::ptr::null_mut()),
            taken: [const { AtomicU64::new(0) }; SIZE / UNIT / 64],
            is_busy: AtomicBool::new(false),
        }
    }

    fn open(&self) -> Option<NonNull<[u8]>> {
        let layout = Layout::from_size_align(SIZE, ALIGNMENT).ok()?;
        if !self.start.load(Ordering::Acquire).is_null() {
            return None;
        }
        #[expect(unsafe_code, reason = "the vault is made of memory that nothing else uses")]
        // SAFETY: the layout is not empty.
        let start = NonNull::new(unsafe { System.alloc_zeroed(layout) })?;
        let there = std::ptr::null_mut();
        let opened = self
            .start
            .compare_exchange(there, start.as_ptr(), Ordering::AcqRel, Ordering::Acquire);
        if opened.is_err() {
            #[expect(unsafe_code, reason = "somebody was faster, and this one was never used")]
            // SAFETY: it was allocated above, with this layout.
            unsafe {
                System.dealloc(start.as_ptr(), layout);
            }
            return None;
        }
        Some(NonNull::slice_from_raw_parts(start, SIZE))
    }

    /// A place in it, all zeros; nothing where there is none.
    pub(super) fn take(&self, layout: Layout) -> Option<NonNull<u8>> {
        let start = NonNull::new(self.start.load(Ordering::Acquire))?;
        if layout.size() > LARGEST || layout.align() > UNIT {
            return None;
        }
        let units = units(layout.size());
        let first = self.alone(|| {
            let mut run = 0;
            for unit in 0..SIZE / UNIT {
                run = if self.is_taken(unit) { 0 } else { run + 1 };
                if run == units {
                    let first = unit + 1 - units;
                    (first..=unit).for_each(|unit| self.mark(unit, true));
                    return Some(first);
                }
            }
            None
        })?;
        NonNull::new(start.as_ptr().wrapping_add(first * UNIT))
    }

    /// Whether this place is in it.
    pub(super) fn has(&self, place: *const u8) -> bool {
        self.offset(place).is_some()
    }

    /// Takes a place of so many bytes back, which has been wiped.
    pub(super) fn give_back(&self, place: *const u8, size: usize) {
        if let Some(offset) = self.offset(place) {
            let first = offset / UNIT;
            self.alone(|| (first..first + units(size)).for_each(|unit| self.mark(unit, false)));
        }
    }

    fn offset(&self, place: *const u8) -> Option<usize> {
        let start = self.start.load(Ordering::Acquire);
        if start.is_null() {
            return None;
        }
        let offset = place.addr().checked_sub(start.addr())?;
        (offset < SIZE).then_some(offset)
    }

    fn is_taken(&self, unit: usize) -> bool {
        let word = self.taken.get(unit / 64);
        word.is_none_or(|word| word.load(Ordering::Relaxed) >> (unit % 64) & 1 == 1)
    }

    fn mark(&self, unit: usize, is_taken: bool) {
        let bit = 1 << (unit % 64);
        match self.taken.get(unit / 64) {
            Some(word) if is_taken => word.fetch_or(bit, Ordering::Relaxed),
            Some(word) => word.fetch_and(!bit, Ordering::Relaxed),
            None => 0,
        };
    }

    /// Keeps other threads out meanwhile. An allocator cannot use a lock that might allocate.
    fn alone<T>(&self, work: impl FnOnce() -> T) -> T {
        while self.is_busy.swap(true, Ordering::Acquire) {
            spin_loop();
        }
        let result = work();
        self.is_busy.store(false, Ordering::Release);
        result
    }
}

/// How many units so many bytes take.
fn units(size: usize) -> usize {
    size.div_ceil(UNIT).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size, 1).expect("small")
    }

    #[test]
    fn there_is_no_place_before_it_is_opened_and_it_is_opened_once() {
        let vault = Vault::new();
        assert!(vault.take(layout(1)).is_none());
        let memory = vault.open().expect("there is memory");
        assert_eq!(memory.len(), SIZE);
        assert_eq!(memory.cast::<u8>().as_ptr().addr() % ALIGNMENT, 0);
        assert!(vault.open().is_none());
        assert!(vault.has(memory.cast().as_ptr()) && !vault.has(std::ptr::from_ref(&vault).cast()));
    }

    #[test]
    fn places_do_not_overlap_and_are_taken_again_when_they_come_back() {
        let vault = Vault::new();
        let memory = vault.open().expect("there is memory");
        let start = memory.cast::<u8>().as_ptr().addr();
        let mut places = Vec::new();
        for size in [1, 63, 64, 65, 4096, LARGEST].into_iter().cycle() {
            match vault.take(layout(size)) {
                Some(place) => places.push((place.as_ptr(), size)),
                None => break,
            }
        }
        let mut ends: Vec<_> = places
            .iter()
            .map(|(place, size)| (place.addr(), place.addr() + size))
            .collect();
        ends.sort_unstable();
        assert!(ends.windows(2).all(|two| two[0].1 <= two[1].0), "they overlap");
        assert!(
            ends.iter()
                .all(|(from, to)| from % UNIT == 0 && *from >= start && *to <= start + SIZE)
        );
        assert!(ends.len() > 20, "{}", ends.len());

        let (place, size) = places[2];
        vault.give_back(place, size);
        assert_eq!(vault.take(layout(size)).map(NonNull::as_ptr), Some(place));
        for (place, size) in places {
            vault.give_back(place, size);
        }
        assert!(vault.taken.iter().all(|word| word.load(Ordering::Relaxed) == 0));
        assert!(vault.take(layout(LARGEST + 1)).is_none());
    }
}

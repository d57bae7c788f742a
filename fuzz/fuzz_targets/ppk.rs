//! The two parts of a PPK file, with the check that fits them.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::ppk(bytes));

//! Keys of SSH 1.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::ssh1(bytes));

//! What opens, written in every other way and read again.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::roundtrip(bytes));

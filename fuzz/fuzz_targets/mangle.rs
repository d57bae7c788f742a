//! Keys that are spoiled in known ways.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::mending::mangle(bytes));

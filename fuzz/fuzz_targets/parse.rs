//! Files of any kind, told apart by their content.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::file(bytes));

//! Who may log in: read, a key added, a line taken away.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::authorized_keys(bytes));

//! Known hosts: looked up, one added, one forgotten.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::known_hosts(bytes));

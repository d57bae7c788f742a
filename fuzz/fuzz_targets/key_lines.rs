//! Lists of keys: `authorized_keys`, `known_hosts`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::key_lines(bytes));

//! Encrypted files and their passphrase.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::unlock(bytes));

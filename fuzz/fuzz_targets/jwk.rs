//! JSON Web Keys and sets of them.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::jwk(bytes));

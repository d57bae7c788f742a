//! The inside of a PKCS#8 file.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::pkcs8(bytes));

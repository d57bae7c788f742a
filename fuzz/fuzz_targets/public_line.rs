//! The base64 of a public key line.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::public_line(bytes));

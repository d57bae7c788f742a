//! The data types of RFC 4251 and the public keys made of them.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::wire(bytes));

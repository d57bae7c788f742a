//! Public keys in DER, as OpenSSL has them.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::spki(bytes));

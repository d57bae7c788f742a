//! Certificates, with a signature that fits.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::certificate(bytes));

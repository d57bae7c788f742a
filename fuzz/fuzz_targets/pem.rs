//! PEM with each of its labels and headers.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::pem(bytes));

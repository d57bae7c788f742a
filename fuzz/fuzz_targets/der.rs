//! Keys in DER, with nothing around them.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::der(bytes));

//! What the Doctor makes of what programs have printed.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::log(bytes));

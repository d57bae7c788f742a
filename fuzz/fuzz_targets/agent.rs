//! What a key agent answers.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::agent(bytes));

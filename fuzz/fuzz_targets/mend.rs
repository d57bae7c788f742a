//! Files of any kind, whatever befell them.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::mending::mend(bytes));

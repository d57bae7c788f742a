//! Whose signatures count: read, a signer added, a line taken away.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::allowed_signers(bytes));

//! The inside of an OpenSSH private key file.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::openssh(bytes));

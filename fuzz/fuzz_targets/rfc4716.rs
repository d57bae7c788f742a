//! The inside of an RFC 4716 public key file.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::rfc4716(bytes));

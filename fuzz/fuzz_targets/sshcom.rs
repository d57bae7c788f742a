//! The inside of an ssh.com private key file.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::sshcom(bytes));

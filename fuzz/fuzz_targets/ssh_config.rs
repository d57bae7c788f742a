//! ssh's configuration: looked up, a block put in and taken out.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keywright_fuzz::target::ssh_config(bytes));

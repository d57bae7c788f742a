//! `keywright-cli`: SSH keys in a terminal and in scripts.

use std::alloc::System;
use std::process::ExitCode;

use keywright::secret::Wiped;

#[global_allocator]
static MEMORY: Wiped<System> = Wiped(System);

fn main() -> ExitCode {
    keywright::cli::run()
}

//! The window program.

// A window that is started by a double click needs no console beside it.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::path::Path;
use std::process::ExitCode;

use keywright::gui;
use keywright::secret::Wiped;
use keywright::sys::hardening::harden_process;

#[global_allocator]
static MEMORY: Wiped<std::alloc::System> = Wiped(std::alloc::System);

const HELP: &str = "\
Keywright makes, shows, protects, converts and saves SSH keys.

Usage: keywright [FILE]

  FILE           a key file to open
  -h, --help     print this help
  -V, --version  print the version

Without a window: keywright-cli --help";

fn main() -> ExitCode {
    harden_process();
    gui::log_to_stderr();
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match arguments.as_slice() {
        [] => open_window(None),
        [only] => match only.to_str() {
            Some("-h" | "--help") => say(HELP),
            Some("-V" | "--version") => say(concat!("keywright ", env!("CARGO_PKG_VERSION"))),
            Some(option) if option.starts_with('-') => fail(&format!("{option} is not understood\n\n{HELP}")),
            _ => open_window(Some(Path::new(only))),
        },
        _ => fail(&format!("only one file can be opened at a time\n\n{HELP}")),
    }
}

fn open_window(file: Option<&Path>) -> ExitCode {
    match gui::run(file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{error}\nWithout a window, use keywright-cli.")),
    }
}

#[expect(clippy::print_stdout, reason = "what was asked for")]
fn say(text: &str) -> ExitCode {
    println!("{text}");
    ExitCode::SUCCESS
}

#[expect(clippy::print_stderr, reason = "there is no window to say it in")]
fn fail(text: &str) -> ExitCode {
    eprintln!("keywright: {text}");
    ExitCode::FAILURE
}

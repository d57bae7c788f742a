//! The window program.

// A window that is started by a double click needs no console beside it.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use keywright::gui;
use keywright::sys::hardening::harden_process;

const HELP: &str = "\
Keywright makes, shows, protects, converts and saves SSH keys.

Usage: keywright [FILE]

  FILE           a key file to open
  -h, --help     print this help
  -V, --version  print the version

Without a window: keywright-cli --help";

enum Asked {
    Window(Option<PathBuf>),
    Text(String),
    Unknown(String),
}

fn main() -> ExitCode {
    harden_process();
    env_logger::init();
    match asked(std::env::args_os().skip(1).collect()) {
        Asked::Window(open) => match gui::run(open.as_deref()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&format!("{error}\nWithout a window, use keywright-cli.")),
        },
        Asked::Text(text) => {
            say(&text);
            ExitCode::SUCCESS
        }
        Asked::Unknown(argument) => fail(&format!("{argument} is not understood; see keywright --help")),
    }
}

fn asked(arguments: Vec<OsString>) -> Asked {
    let mut arguments = arguments.into_iter();
    let first = arguments.next();
    if let Some(second) = arguments.next() {
        return Asked::Unknown(second.to_string_lossy().into_owned());
    }
    match first.as_ref().and_then(|first| first.to_str()) {
        Some("-h" | "--help") => Asked::Text(HELP.to_owned()),
        Some("-V" | "--version") => Asked::Text(format!("keywright {}", env!("CARGO_PKG_VERSION"))),
        Some(option) if option.starts_with('-') => Asked::Unknown(option.to_owned()),
        _ => Asked::Window(first.map(PathBuf::from)),
    }
}

#[expect(clippy::print_stdout, reason = "what was asked for")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "there is no window to say it in")]
fn fail(text: &str) -> ExitCode {
    eprintln!("keywright: {text}");
    ExitCode::FAILURE
}

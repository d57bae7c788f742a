//! The desktop as it is: file dialogs, the clipboard, the file manager.
//!
//! On X11 and Wayland what is on the clipboard is asked for from the program that put it there. So
//! one [`arboard::Clipboard`] lives as long as the window. Desktops under Wayland that let only the window with the focus
//! at the clipboard (GNOME, Weston) are asked in the window's own way, by egui: arboard would take X11 there, and what is
//! copied so reaches no other window, or fails.

mod file_dialog;
#[cfg(not(any(windows, target_os = "macos")))]
mod portal;
mod terminal;
#[cfg(not(any(windows, target_os = "macos")))]
mod zenity;

use std::cell::{OnceCell, RefCell};
#[cfg(not(any(windows, target_os = "macos")))]
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

#[cfg(target_os = "macos")]
use arboard::SetExtApple as _;
#[cfg(not(any(windows, target_os = "macos")))]
use arboard::SetExtLinux as _;
#[cfg(windows)]
use arboard::SetExtWindows as _;

use crate::app::desktop::{ClipboardError, Copied, Desktop, FindAgents, OpenTerminal, PickRequest, Picking};
use crate::secret::SecretBytes;
#[cfg(not(any(windows, target_os = "macos")))]
use crate::sys::programs::system_program;
use crate::sys::{agent, home};

/// A dialog that was gone sooner was never seen.
const TOO_QUICK: Duration = Duration::from_millis(150);

/// The system's own dialogs, clipboard and file manager.
pub(super) struct NativeDesktop {
    window: egui::Context,
    clipboard: RefCell<Option<arboard::Clipboard>>,
    /// Found out when it is first asked.
    pastes_by_window: OnceCell<bool>,
    /// What came to the window, where that is how the clipboard is read.
    pasted: RefCell<Option<SecretBytes>>,
}

impl NativeDesktop {
    pub(super) fn new(window: egui::Context) -> Self {
        Self {
            window,
            clipboard: RefCell::default(),
            pastes_by_window: OnceCell::new(),
            pasted: RefCell::default(),
        }
    }

    /// Works on the clipboard, which is opened when it is first needed and again when that failed.
    fn with_clipboard<T>(
        &self,
        work: impl FnOnce(&mut arboard::Clipboard) -> Result<T, arboard::Error>,
    ) -> Result<T, ClipboardError> {
        let mut slot = self.clipboard.borrow_mut();
        let clipboard = match &mut *slot {
            Some(clipboard) => clipboard,
            None => slot.insert(arboard::Clipboard::new().map_err(|error| why(&error))?),
        };
        work(clipboard).map_err(|error| why(&error))
    }
}

fn why(error: &arboard::Error) -> ClipboardError {
    ClipboardError(match error {
        arboard::Error::ContentNotAvailable => "there is no text on it".to_owned(),
        arboard::Error::ClipboardOccupied => "another program is using it".to_owned(),
        other => other.to_string(),
    })
}

impl Desktop for NativeDesktop {
    fn agents(&self) -> FindAgents {
        Box::new(agent::agents)
    }

    fn pick_to_open(&self, request: PickRequest) -> Picking {
        file_dialog::open(request)
    }

    fn pick_folder(&self, request: PickRequest) -> Picking {
        file_dialog::folder(request)
    }

    fn pick_to_save(&self, request: PickRequest) -> Picking {
        file_dialog::save(request)
    }

    fn copy(&self, text: &str) -> Result<Copied, ClipboardError> {
        if self.pastes_by_window() {
            self.window.copy_text(text.to_owned());
            return Ok(Copied::WhileOpen);
        }
        self.with_clipboard(|clipboard| clipboard.set_text(text))?;
        Ok(Copied::AsUsual)
    }

    fn copy_secret(&self, text: &str) -> Result<(), ClipboardError> {
        if self.pastes_by_window() {
            // There is no way to ask those desktops to keep it out of a history; they have none of their own.
            self.window.copy_text(text.to_owned());
            return Ok(());
        }
        self.with_clipboard(|clipboard| {
            #[cfg(windows)]
            let kept_out = clipboard.set().exclude_from_monitoring();
            #[cfg(not(windows))]
            let kept_out = clipboard.set().exclude_from_history();
            kept_out.text(text)
        })
    }

    fn pastes_by_window(&self) -> bool {
        *self.pastes_by_window.get_or_init(only_window_pastes)
    }

    fn hand_over(&self, pasted: Option<SecretBytes>) {
        self.pasted.replace(pasted);
    }

    fn paste(&self) -> Result<SecretBytes, ClipboardError> {
        if self.pastes_by_window() {
            let pasted = self.pasted.take();
            return pasted.ok_or_else(|| why(&arboard::Error::ContentNotAvailable));
        }
        let text = self.with_clipboard(arboard::Clipboard::get_text)?;
        Ok(SecretBytes::new(text.into_bytes()))
    }

    fn terminal(&self) -> OpenTerminal {
        Box::new(|words| {
            let command = terminal::command(words);
            let is_there = command.is_some();
            if let Some(mut command) = command {
                // On Windows a new console has streams of its own.
                if !cfg!(windows) {
                    without_streams(&mut command);
                }
                run("terminal", command);
            }
            is_there
        })
    }

    fn show_in_folder(&self, path: &Path) {
        // A relative path could be read as an option.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let _is_there = start("file manager", file_manager(&path));
    }

    fn open_page(&self, address: &'static str) -> bool {
        start("browser", opener(address))
    }

    fn takes_dropped_files(&self) -> bool {
        // Under Wayland the window hears of no files.
        cfg!(any(windows, target_os = "macos")) || !is_wayland()
    }

    fn home(&self) -> Option<PathBuf> {
        home::home()
    }
}

/// Whether there is Wayland, which what opens the window takes where it can.
fn is_wayland() -> bool {
    let is_named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    ["WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(is_named)
}

/// Whether this is Wayland without the protocols by which arboard reaches the clipboard (ext-data-control,
/// wlr-data-control).
#[cfg(not(any(windows, target_os = "macos")))]
fn only_window_pastes() -> bool {
    use wl_clipboard_rs::utils::{PrimarySelectionCheckError, is_primary_selection_supported};
    let is_missing = |error| matches!(error, PrimarySelectionCheckError::MissingProtocol);
    is_wayland() && is_primary_selection_supported().is_err_and(is_missing)
}

#[cfg(any(windows, target_os = "macos"))]
fn only_window_pastes() -> bool {
    false
}

/// Starts another program and lets it be; `name` is what it is called where that fails. Says whether there is one.
fn start(name: &'static str, command: Option<Command>) -> bool {
    let Some(mut command) = command else {
        log::warn!("the {name} was not started: xdg-open is in none of the system's own folders");
        return false;
    };
    without_streams(&mut command);
    run(name, command);
    true
}

fn without_streams(command: &mut Command) {
    for stream in [Command::stdin, Command::stdout, Command::stderr] {
        stream(command, Stdio::null());
    }
}

/// Runs another program beside this one.
fn run(name: &'static str, mut command: Command) {
    // Somebody has to wait for it, or its entry stays in the table of processes.
    let waiter = std::thread::Builder::new().name(name.replace(' ', "-"));
    let started = waiter.spawn(move || match command.status() {
        // Explorer says 1 when all went well.
        Ok(status) if status.success() || cfg!(windows) => {}
        Ok(status) => log::warn!("the {name} was not started: {status}"),
        Err(error) => log::warn!("the {name} was not started: {error}"),
    });
    if let Err(error) = started {
        log::warn!("the {name} was not started: {error}");
    }
}

/// Shows a page in the browser that the person has chosen.
#[cfg(not(any(windows, target_os = "macos")))]
fn opener(address: impl AsRef<OsStr>) -> Option<Command> {
    let mut command = Command::new(system_program("xdg-open")?);
    command.arg(address);
    Some(command)
}

#[cfg(target_os = "macos")]
#[expect(clippy::unnecessary_wraps, reason = "as where it may be missing")]
fn opener(address: &str) -> Option<Command> {
    let mut command = Command::new("/usr/bin/open");
    command.arg(address);
    Some(command)
}

#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "as where it may be missing")]
fn opener(address: &str) -> Option<Command> {
    let mut command = explorer();
    command.arg(address);
    Some(command)
}

/// Shows the folder; which file is meant cannot be said in a way that all file managers know.
#[cfg(not(any(windows, target_os = "macos")))]
fn file_manager(path: &Path) -> Option<Command> {
    opener(path.parent().unwrap_or(path))
}

#[cfg(target_os = "macos")]
#[expect(clippy::unnecessary_wraps, reason = "as where it may be missing")]
fn file_manager(path: &Path) -> Option<Command> {
    let mut command = Command::new("/usr/bin/open");
    command.arg("-R").arg(path);
    Some(command)
}

#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "as where it may be missing")]
fn file_manager(path: &Path) -> Option<Command> {
    use std::ffi::OsString;
    use std::os::windows::process::CommandExt as _;

    let mut command = explorer();
    // Explorer wants the quotes behind the comma; a path has none.
    let mut argument = OsString::from("/select,\"");
    argument.push(path);
    argument.push("\"");
    command.raw_arg(argument);
    Some(command)
}

/// Looked for in the system's own folder only, not beside the program or in the current one.
#[cfg(windows)]
fn explorer() -> Command {
    let windows = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    Command::new(Path::new(&windows).join("explorer.exe"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(any(windows, target_os = "macos")))]
    #[test]
    fn a_file_is_shown_by_opening_its_folder() {
        // Where there is no such program none is started.
        if let Some(command) = file_manager(Path::new("/home/someone/.ssh/id_ed25519")) {
            assert!(Path::new(command.get_program()).is_absolute());
            assert!(command.get_args().eq(["/home/someone/.ssh"]));
        }
    }

    #[test]
    fn the_clipboard_says_in_words_what_is_wrong() {
        let error = why(&arboard::Error::ContentNotAvailable);
        assert_eq!(
            error.to_string(),
            "the clipboard is not available: there is no text on it"
        );
    }
}

//! The window under Wayland, without X11, on a compositor that lets no other program at the clipboard (Weston, and GNOME
//! alike).

use std::process::{Command, Stdio};

use crate::screen::{Screen, not_started, until};
use crate::tools::Folder;
use crate::window::{PROGRAM, Window};
use crate::{PASSPHRASE, public_line_of};

fn open(screen: &Screen) -> Window<'_> {
    let mut command = screen.wayland_command(PROGRAM);
    command.env("PATH", screen.path("no-programs"));
    Window::of(screen, &mut command)
}

/// What another program finds on the clipboard, which opens a window of its own for that.
fn clipboard(screen: &Screen) -> String {
    let pasted = screen
        .wayland_command("timeout")
        .args(["10", "wl-paste", "--no-newline"])
        .output()
        .expect("timeout starts");
    String::from_utf8_lossy(&pasted.stdout).into_owned()
}

/// Has another program put a text on the clipboard.
fn copy(screen: &Screen, text: &str) {
    screen.put("copied", text, 0o600);
    let file = std::fs::File::open(screen.path("copied")).expect("it was just made");
    let mut command: Command = screen.wayland_command("wl-copy");
    command
        .stdin(Stdio::from(file))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // It goes on in the background.
    let status = command
        .status()
        .unwrap_or_else(|error| not_started(&command, &error));
    assert!(status.success(), "nothing was copied");
}

#[test]
fn a_key_is_made_copied_and_saved_under_wayland() {
    let screen = Screen::with_wayland("wayland", 1);
    let mut window = open(&screen);
    window.click("push button", "Generate");
    window.move_until_collected();
    window.field("Key comment");
    window.fill("Key passphrase", PASSPHRASE);
    window.fill("Confirm passphrase", PASSPHRASE);
    window.says("They match.");
    window.click("push button", "Copy public key");
    window.says("Paste it before you close this window.");
    screen.picture("copied");
    let copied = until("the public key is on the clipboard", || {
        Some(clipboard(&screen)).filter(|text| text.starts_with("ssh-ed25519 "))
    });
    window.click("push button", "Save private key");
    window.says_just("saved");
    let saved = screen.home(".ssh/id_ed25519");
    assert_eq!(public_line_of(&saved, PASSPHRASE).as_deref(), Ok(copied.trim()));

    window.press("ctrl+q");
    assert!(window.ended().success());
}

#[test]
fn a_key_that_another_program_copied_is_pasted_under_wayland() {
    let folder = Folder::new();
    folder
        .tool("ssh-keygen")
        .args([
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-C",
            "from elsewhere",
            "-f",
            "key",
        ])
        .output()
        .expect("ssh-keygen makes a key");
    let key = std::fs::read_to_string(folder.path("key")).expect("it was made");

    // At the scale that a fine display has.
    let screen = Screen::with_wayland("wayland-twice", 2);
    let mut window = open(&screen);
    window.node("push button", "Generate");
    window.click("push button", "Paste from the clipboard");
    window.says("there is no text on it");
    window.press("Escape");
    copy(&screen, &key);
    window.press("ctrl+v");
    window.says("from elsewhere");
    screen.picture("pasted");
    let is_asking = window
        .nodes()
        .iter()
        .any(|node| node.name == "Open without saving");
    assert!(!is_asking, "it is pasted once");
    window.press("ctrl+q");
    window.click("push button", "Quit without saving");
    assert!(window.ended().success());
}

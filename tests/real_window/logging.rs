//! What is typed is in no log.

use std::fs::File;

use crate::PASSPHRASE;
use crate::screen::Screen;
use crate::window::{PROGRAM, Window};

/// Letters between quotation marks, as logs show a key that was pressed, in their order.
fn quoted_letters(log: &str) -> String {
    let letters: Vec<char> = log.chars().collect();
    let quoted = letters.windows(3).filter_map(|window| match window {
        ['"', letter, '"'] | ['\'', letter, '\''] => Some(*letter),
        _ => None,
    });
    quoted.collect()
}

#[test]
fn what_is_typed_is_in_no_log_whatever_is_asked_for() {
    let screen = Screen::new("log");
    let log = screen.path("log");
    let mut command = screen.command(PROGRAM);
    command
        .env("PATH", screen.path("no-programs"))
        .env("RUST_LOG", "trace")
        .stderr(File::create(&log).expect("a file of one's own"));
    let mut window = Window::of(&screen, &mut command);
    window.generate_at_once();
    window.fill("Key passphrase", PASSPHRASE);
    window.fill("Confirm passphrase", PASSPHRASE);
    window.says("They match.");
    // Screen readers hear what can be seen.
    window.click("push button", "Show “Key passphrase”");
    window.says(PASSPHRASE);
    window.ask_to_close();
    window.click("push button", "Quit without saving");
    assert!(window.ended().success());

    let log = std::fs::read_to_string(&log).expect("it is text");
    assert!(log.contains("keywright"), "there is no log: {log}");
    assert!(!log.contains(PASSPHRASE), "{log}");
    let mut typed = PASSPHRASE.chars().peekable();
    for letter in quoted_letters(&log).chars() {
        typed.next_if_eq(&letter);
    }
    let kept = PASSPHRASE.chars().count() - typed.count();
    assert!(kept < 3, "{kept} letters of it, one after the other: {log}");
    for line in log.lines() {
        let is_low = ["[TRACE", "[DEBUG", "[INFO"]
            .iter()
            .any(|level| line.starts_with(level));
        assert!(!is_low || line.contains(" keywright"), "{line}");
    }
}

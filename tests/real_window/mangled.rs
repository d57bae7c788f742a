//! Keys that were mangled on their way: loaded, dropped and pasted, each shown with what befell it.

use std::path::Path;

use crate::screen::Screen;
use crate::window::Window;

/// A file, and what the window has to say of it.
const MANGLED: [(&str, &str); 10] = [
    ("one-line/blanks-openssh", "its line breaks were lost"),
    ("escaped/backslash-n", "line breaks were spelled out"),
    (
        "marks-missing/openssh",
        "the lines with BEGIN and END, or one of them, were missing",
    ),
    ("inside-json/k8s.json", "the key is a value in a JSON text"),
    ("base64-again/openssh", "was in base64 once more"),
    ("quoted/json-string", "there were quotation marks around the key"),
    ("indented/four", "there were blanks in front of the lines"),
    ("plus-became-blank/openssh", "had become a blank"),
    ("line-numbers/cat-n", "there were numbers in front of the lines"),
    ("html-entities/entities", "as in a web page"),
];

fn field(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("tests/corpus/field").join(name);
    std::fs::read(path).expect("it is in the tree")
}

fn says_what_befell(window: &Window, said: &str, picture: usize) {
    window.says(said);
    window.node("push button", "Save a clean copy");
    window.screen.picture(&picture.to_string());
}

/// Brings one after the other, or each so many'th of them, into a window; no two of them befell the same.
fn bring(way: &'static str, each: usize, how: impl Fn(&Window, &str)) {
    let screen = Screen::new(way);
    let window = Window::open(&screen);
    window.node("push button", "Generate");
    for (number, (name, said)) in MANGLED.into_iter().enumerate().step_by(each) {
        let place = format!("home/key-{number}");
        screen.put_bytes(&place, &field(name), 0o600);
        how(&window, &format!("key-{number}"));
        window.says("The key is whole, but its file is not as it was made");
        window.says("ssh does not read the file as it is");
        says_what_befell(&window, said, number);
    }
}

#[test]
fn a_mangled_key_is_loaded_and_it_is_said_what_befell_it() {
    bring("mangled-load", 3, |window, name| {
        window.press("ctrl+o");
        window.fill("File", &format!("~/{name}"));
        window.press("Return");
    });
}

#[test]
fn a_mangled_key_is_dropped_and_it_is_said_what_befell_it() {
    bring("mangled-drop", 1, |window, name| {
        window.drop_file(&window.screen.home(name));
    });
}

#[test]
fn a_mangled_key_is_pasted_and_it_is_said_what_befell_it() {
    let screen = Screen::new("mangled-paste");
    for (number, (name, said)) in MANGLED.into_iter().enumerate().step_by(3) {
        let window = Window::open(&screen);
        window.node("push button", "Generate");
        screen.copy(&String::from_utf8_lossy(&field(name)));
        window.press("ctrl+v");
        window.says("The key is whole, but its text is not as it was made");
        says_what_befell(&window, said, number);
        // It is in no file, and nobody has made it here.
        window.says("not saved yet");
        let nodes = window.nodes();
        assert!(!nodes.iter().any(|node| node.name.contains("new key is ready")));
    }
}

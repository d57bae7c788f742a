//! The frame of the window as a screen reader is told of it.

use std::time::Duration;

use crate::screen::Screen;
use crate::window::{Node, Window};

const PAGES: [&str; 6] = ["Servers", "Known hosts", "Agent", "Doctor", "Help", "Keys"];

#[test]
fn the_shown_page_is_told_and_behind_a_dialog_nothing_is_offered() {
    let screen = Screen::new("reading");
    let window = Window::open(&screen);
    window.wait("the frame has a name", |nodes| {
        let is_it = |node: &&Node| node.role == "frame" && node.name == "Keywright";
        nodes.iter().find(is_it).map(|_| ())
    });
    for page in PAGES {
        window.click("page tab", page);
        window.wait(&format!("{page} is the page, and no other"), |nodes| {
            let tabs = nodes.iter().filter(|node| node.role == "page tab");
            let selected: Vec<&str> = tabs
                .filter(|tab| tab.is("selected"))
                .map(|tab| &*tab.name)
                .collect();
            let is_titled = nodes
                .iter()
                .any(|node| node.role == "heading" && node.name == page);
            (selected == [page] && is_titled).then_some(())
        });
    }
    window.press("ctrl+comma");
    window.wait("the dialog alone is offered", |nodes| {
        let is_open = nodes
            .iter()
            .any(|node| node.role == "heading" && node.name == "Settings");
        let roles = [
            "push button",
            "page tab",
            "entry",
            "list item",
            "radio button",
            "check box",
        ];
        let usable = nodes
            .iter()
            .filter(|node| roles.contains(&&*node.role) && node.is("sensitive"));
        let behind = ["New key", "Keys", "Servers", "File", "Refresh", "Add…", "Search"];
        let (mut usable, mut offered) = (usable.peekable(), 0);
        let is_alone = is_open
            && usable.peek().is_some()
            && usable.all(|node| {
                offered += 1;
                !behind.contains(&&*node.name)
            });
        (is_alone && offered > 5).then_some(())
    });
    window.press("Escape");
    window.node("push button", "New key");
}

#[test]
fn a_letter_of_a_passphrase_is_one_announcement_at_most() {
    let screen = Screen::new("announcing");
    let window = Window::open(&screen);
    window.generate_at_once();
    window.click("password text", "Key passphrase");
    window.wait("the field has the focus", |nodes| {
        let is_it = |node: &&Node| node.name == "Key passphrase" && node.is("focused");
        nodes.iter().find(is_it).map(|_| ())
    });
    // What comes of the new key has been said by then.
    std::thread::sleep(Duration::from_millis(300));
    window.announced();
    let mut all = Vec::new();
    for (letter, bullets) in ["q", "z", "8", "k"].into_iter().zip(["•", "••", "•••", "••••"])
    {
        window.type_text(letter);
        window.wait("the letter is there", |nodes| {
            nodes.iter().find(|node| node.text == bullets).map(|_| ())
        });
        let said = window.announced();
        assert!(said.len() <= 1, "{letter}: {said:?}");
        all.extend(said);
    }
    assert!(!all.is_empty(), "nothing at all is said of a passphrase");
}

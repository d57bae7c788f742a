//! A slow frame: what is pressed, clicked and typed comes all at once, and still goes to whom it is meant for.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2};
use egui_kittest::kittest::Queryable as _;
use keywright::app::dialog::Dialog;
use keywright::app::stage::Draft;

use crate::scene::Scene;

fn key(key: Key, modifiers: Modifiers) -> [Event; 2] {
    [true, false].map(|pressed| Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers,
    })
}

fn press(pressed: Key) -> [Event; 2] {
    key(pressed, Modifiers::NONE)
}

fn click(pos: Pos2) -> [Event; 3] {
    let button = |pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    [Event::PointerMoved(pos), button(true), button(false)]
}

fn text(text: &str) -> [Event; 1] {
    [Event::Text(text.to_owned())]
}

impl Scene {
    /// One frame with all of these.
    fn frame<const N: usize>(&mut self, events: [&[Event]; N]) {
        self.window.input_mut().events.extend(events.concat());
        self.window.step();
    }

    fn draft(&self) -> &Draft {
        let document = self.window.state().app().document();
        &document.expect("there is a key").draft
    }

    fn typed_path(&self) -> &str {
        match self.dialog() {
            Some(Dialog::AddPlace(adding)) => &adding.text,
            other => panic!("no place is asked for: {other:?}"),
        }
    }
}

#[test]
fn letters_behind_a_mnemonic_go_into_its_field() {
    let mut scene = Scene::with_key();
    let alt_a = key(Key::A, Modifiers::ALT);
    scene.frame([&alt_a, &text("q"), &text("u")]);
    scene.frame([&text("iet")]);
    scene.steps();
    assert_eq!(scene.draft().passphrase.expose(), "quiet");
}

#[test]
fn the_letter_of_a_mnemonic_is_not_typed_and_what_came_before_it_is_kept() {
    let mut scene = Scene::with_key();
    scene.frame([&key(Key::A, Modifiers::ALT)]);
    scene.steps();
    let [pressed, released] = key(Key::O, Modifiers::ALT);
    scene.frame([&text("one"), &[pressed], &text("o"), &[released], &text("two")]);
    scene.steps();
    assert_eq!(scene.draft().passphrase.expose(), "one");
    assert_eq!(scene.draft().confirmation.expose(), "two");
}

#[test]
fn letters_behind_tab_go_into_the_next_field() {
    let mut scene = Scene::with_key();
    scene.frame([&key(Key::A, Modifiers::ALT), &text("one"), &press(Key::Tab)]);
    // Past the eye.
    scene.frame([&press(Key::Tab), &text("t"), &text("w")]);
    scene.frame([&text("o")]);
    scene.steps();
    assert_eq!(scene.draft().passphrase.expose(), "one");
    assert_eq!(scene.draft().confirmation.expose(), "two");
}

#[test]
fn letters_behind_enter_go_into_the_dialog_that_it_opens() {
    let mut scene = Scene::new();
    scene.press(Modifiers::COMMAND, Key::Num1);
    scene.wait(|scene| scene.window.state().app().my_keys.inventory.is_some());
    scene.button("Add…").focus();
    scene.steps();
    scene.frame([&press(Key::Enter), &text("~"), &text("/")]);
    scene.frame([&text("keys")]);
    scene.steps();
    assert_eq!(scene.typed_path(), "~/keys");
}

#[test]
fn letters_behind_a_space_go_into_the_dialog_and_the_space_does_not() {
    let mut scene = Scene::new();
    scene.press(Modifiers::COMMAND, Key::Num1);
    scene.wait(|scene| scene.window.state().app().my_keys.inventory.is_some());
    scene.button("Add…").focus();
    scene.steps();
    let [pressed, released] = press(Key::Space);
    scene.frame([&[pressed], &text(" "), &[released], &text("keys")]);
    scene.steps();
    assert_eq!(scene.typed_path(), "keys");
}

#[test]
fn letters_behind_a_click_go_into_the_field_that_was_clicked() {
    let mut scene = Scene::with_key();
    let field = |name| {
        scene
            .window
            .get_by_role_and_label(Role::PasswordInput, name)
            .rect()
            .center()
    };
    let [first, second] = ["Key passphrase", "Confirm passphrase"].map(field);
    scene.frame([&click(first), &text("one"), &click(second), &text("t")]);
    scene.frame([&text("wo")]);
    scene.steps();
    assert_eq!(scene.draft().passphrase.expose(), "one");
    assert_eq!(scene.draft().confirmation.expose(), "two");
}

#[test]
fn a_click_on_a_label_leads_into_its_field() {
    let mut scene = Scene::with_key();
    for (name, letters) in [
        ("Key passphrase", "one"),
        ("Confirm passphrase", "two"),
        ("Key comment", "!"),
    ] {
        let label = scene
            .window
            .get_by_role_and_label(Role::Label, name)
            .rect()
            .center();
        scene.frame([&click(label), &text(letters)]);
        scene.steps();
    }
    assert_eq!(scene.draft().passphrase.expose(), "one");
    assert_eq!(scene.draft().confirmation.expose(), "two");
    assert!(scene.draft().comment.ends_with('!'), "{}", scene.draft().comment);
}

//! Passphrases.

use std::collections::BTreeSet;

use crate::scene::Scene;
use egui::accesskit::{Live, Role};
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use keywright::app::dialog::Dialog;

#[test]
fn passphrases_that_differ_are_said_and_not_saved() {
    let mut scene = Scene::with_key();
    scene.type_passphrase("Key passphrase", "open sesame");
    scene.type_passphrase("Confirm passphrase", "open");
    scene.press(Modifiers::NONE, Key::Tab);
    assert!(scene.says("They don't match yet."));
    scene.click("Save private key");
    assert!(scene.says("do not match"));
    assert_eq!(scene.desktop.dialogs_opened(), 0);
    scene.escape();
    scene.type_passphrase("Confirm passphrase", " sesame");
    assert!(scene.says("They match."));
}

/// Whether a field of the key page has the focus.
fn has_focus(scene: &Scene, role: Role, name: &str) -> bool {
    let field = scene.window.get_by_role_and_label(role, name);
    field.accesskit_node().is_focused()
}

#[test]
fn whoever_goes_back_to_a_field_types_there_at_once() {
    let mut scene = Scene::with_key();
    scene.click("Save private key");
    scene.click("Go back and set one");
    assert!(has_focus(&scene, Role::PasswordInput, "Key passphrase"));
    // Also by the keyboard alone, and where the step is folded.
    scene.button("Save private key").focus();
    scene.steps();
    scene.press(Modifiers::NONE, Key::Enter);
    scene.press(Modifiers::NONE, Key::Enter);
    assert!(has_focus(&scene, Role::PasswordInput, "Key passphrase"));

    scene.type_passphrase("Key passphrase", "open sesame");
    scene.type_passphrase("Confirm passphrase", "open");
    scene.click("Save private key");
    assert!(scene.says("do not match"));
    scene.escape();
    assert!(has_focus(&scene, Role::PasswordInput, "Confirm passphrase"));
}

#[test]
fn who_is_still_typing_is_not_told_that_the_passphrases_differ() {
    let mut scene = Scene::with_key();
    let is_told = |scene: &Scene| {
        let field = scene
            .window
            .get_by_role_and_label(Role::PasswordInput, "Confirm passphrase");
        let is_invalid = field.accesskit_node().data().invalid().is_some();
        assert_eq!(is_invalid, scene.says("They don't match yet."));
        is_invalid
    };
    scene.type_passphrase("Key passphrase", "open");
    assert!(!is_told(&scene), "the second is still to come");
    scene.type_passphrase("Confirm passphrase", "op");
    assert!(!is_told(&scene), "it is being typed");
    scene.window.event(Event::Text("an".to_owned()));
    scene.steps();
    assert!(is_told(&scene), "it is as long");
    scene.press(Modifiers::NONE, Key::Backspace);
    assert!(!is_told(&scene));
    scene.press(Modifiers::NONE, Key::Tab);
    assert!(is_told(&scene), "it was left");
}

#[test]
fn what_is_said_of_the_passphrase_moves_nothing() {
    for (width, height) in [(900.0, 640.0), (640.0, 480.0), (450.0, 480.0)] {
        let mut scene = Scene::of_size(width, height);
        scene.make_key();
        scene.wait(|scene| scene.window.state().app().speed().is_some());
        let between = |scene: &Scene| {
            let field = scene
                .window
                .get_by_role_and_label(Role::PasswordInput, "Key passphrase");
            scene.button("Save private key").rect().top() - field.rect().top()
        };
        let before = between(&scene);
        for (field, letters) in [
            ("Key passphrase", "x"),
            ("Confirm passphrase", "yz"),
            ("Key passphrase", "open sesame"),
            ("Key passphrase", "correct horse battery staple"),
        ] {
            scene.type_passphrase(field, letters);
            let now = between(&scene);
            assert!((now - before).abs() < 0.5, "{before} became {now} at {width}");
        }
    }
}

#[test]
fn a_screen_reader_says_one_thing_a_keystroke() {
    let mut scene = Scene::with_key();
    scene.wait(|scene| scene.window.state().app().speed().is_some());
    let said = |scene: &Scene| -> BTreeSet<String> {
        let labels = scene.window.query_all_by_role(Role::Label);
        labels
            .map(|label| label.accesskit_node())
            .filter(|node| node.live() == Live::Polite)
            .filter_map(|node| node.label().or_else(|| node.value()))
            .collect()
    };
    for field in ["Key passphrase", "Confirm passphrase"] {
        scene.type_passphrase(field, "");
        for letter in "a good one".chars() {
            let before = said(&scene);
            scene.window.event(Event::Text(letter.to_string()));
            scene.steps();
            let news: Vec<String> = said(&scene).difference(&before).cloned().collect();
            assert!(news.len() <= 1, "{news:?} after {letter:?} in {field}");
        }
    }
    assert!(said(&scene).contains("They match."), "{:?}", said(&scene));
}

#[test]
fn enter_leads_from_the_first_passphrase_to_the_second_and_then_saves() {
    let mut scene = Scene::with_key();
    for _ in 0..2 {
        scene.window.event(Event::Text("open sesame".to_owned()));
        scene.steps();
        let path = scene.folder.path().join("id");
        scene.desktop.will_pick(path);
        scene.press(Modifiers::NONE, Key::Enter);
    }
    scene.settle();
    assert!(scene.folder.path().join("id").exists());
}

#[test]
fn an_empty_passphrase_is_one_plain_question() {
    let mut scene = Scene::with_key();
    scene.click("Save private key");
    assert!(scene.says("without a passphrase to protect it?"));
    scene.desktop.will_pick(scene.folder.path().join("id"));
    scene.click("Save without a passphrase");
    scene.settle();
    assert!(scene.dialog().is_none());
    assert!(scene.folder.path().join("id").exists());
    assert!(scene.is_shown("saved"));
}

#[test]
fn a_key_that_is_saved_again_asks_for_the_passphrase_that_the_window_has_forgotten() {
    let mut scene = Scene::with_key();
    let path = scene.save_with_passphrase("id", "open sesame");
    assert!(scene.says("with a passphrase."));
    scene.click("Change…");
    assert!(scene.says("It keeps its passphrase"));
    let document = scene.window.state().app().document().expect("a key");
    assert!(document.draft.passphrase.is_empty());

    scene.desktop.will_pick(path.with_file_name("copy"));
    scene.click("Save private key");
    scene.settle();
    assert!(scene.is_shown("Passphrase of this key"));
    // The field has the focus.
    scene.window.event(Event::Text("open simsim".to_owned()));
    scene.steps();
    scene.press(Modifiers::NONE, Key::Enter);
    scene.settle();
    assert!(scene.says("passphrase does not open"), "{:?}", scene.dialog());
    assert!(scene.says("Type the one that the key was opened with"));
    scene.window.event(Event::Text("open sesame".to_owned()));
    scene.steps();
    scene.press(Modifiers::NONE, Key::Enter);
    scene.settle();
    assert!(scene.dialog().is_none(), "{:?}", scene.dialog());
    assert!(path.with_file_name("copy").exists());
}

#[test]
fn undo_never_brings_an_earlier_passphrase_back() {
    let mut scene = Scene::with_key();
    scene.type_passphrase("Key passphrase", "the first one");
    scene.press(Modifiers::COMMAND, Key::A);
    scene.press(Modifiers::NONE, Key::Backspace);
    scene.type_passphrase("Key passphrase", "2nd");
    for _ in 0..10 {
        scene.press(Modifiers::COMMAND, Key::Z);
    }
    let document = scene.window.state().app().document().expect("a key");
    assert_eq!(document.draft.passphrase.expose(), "2nd");
}

#[test]
fn what_was_revealed_of_one_key_is_masked_for_the_next() {
    let mut scene = Scene::with_key();
    let path = scene.save_with_passphrase("id", "open sesame");
    scene.press(Modifiers::COMMAND, Key::N);
    scene.make_key();
    scene.type_passphrase("Key passphrase", "visible");
    scene
        .window
        .get_by_role_and_label(Role::Button, "Show “Key passphrase”")
        .click_accesskit();
    scene.steps();
    assert!(scene.is_shown("Hide “Key passphrase”"));
    scene.drop_file(&path);
    scene.click("Open without saving");
    scene.settle();
    scene.window.event(Event::Text("open sesame".to_owned()));
    scene.steps();
    scene.press(Modifiers::NONE, Key::Enter);
    scene.settle();
    assert!(!scene.is_shown("Hide “Key passphrase”"));
}

#[test]
fn alt_and_a_letter_go_to_a_field_and_type_nothing() {
    let mut scene = Scene::with_key();
    scene.press(Modifiers::ALT, Key::A);
    scene.window.event(Event::Text("one".to_owned()));
    scene.steps();
    // What a keyboard sends for Alt+O: the key, and the letter.
    scene.window.input_mut().events.extend([
        Event::Key {
            key: Key::O,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::ALT,
        },
        Event::Text("o".to_owned()),
    ]);
    scene.steps();
    scene.window.event(Event::Text("two".to_owned()));
    scene.steps();
    let draft = &scene.window.state().app().document().expect("a key").draft;
    assert_eq!(draft.passphrase.expose(), "one");
    assert_eq!(draft.confirmation.expose(), "two");
}

#[test]
fn a_wrong_passphrase_is_said_where_it_was_typed() {
    let mut scene = Scene::with_key();
    let path = scene.save_with_passphrase("id", "open sesame");
    let line = scene.public_line();
    scene.drop_file(&path);
    assert!(scene.is_shown("Enter passphrase for key"));
    scene.window.event(Event::Text("open simsim".to_owned()));
    scene.steps();
    scene.press(Modifiers::NONE, Key::Enter);
    scene.settle();
    assert!(scene.says("passphrase does not open"), "{:?}", scene.dialog());
    // The field has the focus again, and is empty: also where nothing was drawn while it was tried.
    let field = scene
        .window
        .ctx
        .memory(egui::Memory::focused)
        .expect("it has the focus");
    scene
        .window
        .ctx
        .memory_mut(|memory| memory.surrender_focus(field));
    scene.steps();
    scene.window.event(Event::Text("open sesame".to_owned()));
    scene.steps();
    scene.press(Modifiers::NONE, Key::Enter);
    scene.settle();
    assert!(scene.dialog().is_none());
    assert_eq!(scene.public_line(), line);
}

#[test]
fn a_passphrase_is_suggested_in_a_dialog_and_fills_both_fields() {
    let mut scene = Scene::with_key();
    scene
        .window
        .get_by_role_and_label(Role::Link, "Suggest one")
        .click_accesskit();
    scene.steps();
    let shown = |scene: &Scene| match &scene.window.state().app().dialog {
        Some(Dialog::Suggested(it)) => it.passphrase.expose().to_owned(),
        other => panic!("{other:?}"),
    };
    let first = shown(&scene);
    assert!(scene.says(&first), "it stands there to be read");
    scene.click("Suggest another");
    let second = shown(&scene);
    assert!(first != second && scene.says(&second) && !scene.says(&first));
    scene.click("Copy");
    assert_eq!(scene.desktop.copied_secrets(), std::slice::from_ref(&second));
    assert!(scene.says("Copied."));
    scene.click("Use this passphrase");
    assert!(scene.says("They match.") && scene.says("Strong"));
    assert!(!scene.says(&second), "it is shown once");
    let draft = &scene.window.state().app().document().expect("a key").draft;
    assert_eq!(draft.passphrase.expose(), second);
}

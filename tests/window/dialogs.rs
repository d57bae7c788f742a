//! Dialogs, and what closes the window.

use std::path::Path;

use crate::scene::{Scene, lay_out};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, ViewportEvent, ViewportId};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use keywright::app::desktop::Picked;

#[test]
fn closing_the_window_asks_about_an_unsaved_key() {
    let mut scene = Scene::with_key();
    request_close(&mut scene);
    assert!(scene.is_shown("This key is not saved"));
    assert!(!scene.window.state().app().must_quit());
    scene.click("Quit without saving");
    assert!(scene.window.state().app().must_quit());
}

#[test]
fn closing_an_empty_window_asks_nothing() {
    let mut scene = Scene::new();
    request_close(&mut scene);
    assert!(scene.window.state().app().must_quit());
}

fn request_close(scene: &mut Scene) {
    let input = scene.window.input_mut();
    let viewport = input.viewports.entry(ViewportId::ROOT).or_default();
    viewport.events.push(ViewportEvent::Close);
    scene.window.step();
    scene
        .window
        .input_mut()
        .viewports
        .entry(ViewportId::ROOT)
        .or_default()
        .events
        .clear();
    scene.steps();
}

#[test]
fn behind_a_dialog_nothing_is_offered_and_the_focus_comes_back() {
    let mut scene = Scene::with_key();
    scene.button("Copy public key").focus();
    scene.steps();
    let is_offered = |scene: &Scene, name: &str| !scene.button(name).accesskit_node().is_disabled();
    assert!(is_offered(&scene, "Copy public key"));
    scene.press(Modifiers::COMMAND, Key::Comma);
    for name in ["Copy public key", "Save private key", "New key", "File"] {
        assert!(!is_offered(&scene, name), "{name}");
    }
    assert!(is_offered(&scene, "Close"));
    scene.escape();
    assert!(scene.button("Copy public key").accesskit_node().is_focused());
}

#[test]
fn the_buttons_of_a_dialog_are_always_in_sight() {
    for (width, height) in [(900.0, 640.0), (640.0, 480.0), (450.0, 320.0)] {
        let mut scene = Scene::of_size(width, height);
        scene.make_key();
        let path = scene.save_with_passphrase("id", "open sesame");
        let dialogs: [(&str, Opens); 5] = [
            ("Close", |scene, _| scene.press(Modifiers::COMMAND, Key::Comma)),
            ("Close", |scene, _| {
                scene.menu("Help", "Commands that do the same…");
            }),
            ("OK", |scene, _| {
                scene.menu("Key", "Parameters for saving key files…");
            }),
            ("Close", |scene, _| {
                scene.menu("Key", "Where the public key goes…");
            }),
            ("Open", |scene, path| scene.drop_file(path)),
        ];
        for (button, open) in dialogs {
            open(&mut scene, &path);
            scene.steps();
            let rect = scene.button(button).rect();
            assert!(
                rect.top() >= 0.0 && rect.bottom() <= height,
                "{button} of {:?} lies at {rect:?} in {width}",
                scene.dialog().map(std::mem::discriminant)
            );
            scene.escape();
        }
    }
}

/// How a dialog is opened, with a key file at hand.
type Opens = fn(&mut Scene, &Path);

#[test]
fn esc_closes_every_dialog() {
    let mut scene = Scene::with_key();
    let path = scene.save_with_passphrase("id", "open sesame");
    let dialogs: [(&str, Opens); 10] = [
        ("Settings", |scene, _| scene.press(Modifiers::COMMAND, Key::Comma)),
        ("Keywright", |scene, _| scene.menu("Help", "About Keywright")),
        ("Commands that do the same", |scene, _| {
            scene.menu("Help", "Commands that do the same…");
        }),
        ("Parameters for saving key files", |scene, _| {
            scene.menu("Key", "Parameters for saving key files…");
        }),
        ("Enter passphrase for key", |scene, path| scene.drop_file(path)),
        ("Replace these files?", |scene, path| {
            scene.click("Change…");
            lay_out(path, "another's");
            scene.desktop.will_pick(path);
            scene.click("Save private key");
            scene.settle();
        }),
        ("Passphrase of this key", |scene, path| {
            scene.desktop.will_pick(path.with_file_name("other"));
            scene.click("Save private key");
            scene.settle();
        }),
        ("Load private key", |scene, _| {
            scene.desktop.will_answer(Picked::Unavailable);
            scene.click("Load");
            scene.settle();
        }),
        ("Could not open nothing", |scene, _| {
            scene.drop_file(Path::new("nothing"));
        }),
        ("Make such a short key?", |scene, _| {
            scene.press(Modifiers::COMMAND, Key::N);
            scene.click_radio("RSA");
            let bits = "Number of bits in a generated key";
            scene.window.get_by_role_and_label(Role::TextInput, bits).focus();
            scene.steps();
            scene.press(Modifiers::COMMAND, Key::A);
            scene.window.event(Event::Text("1024".to_owned()));
            scene.steps();
            scene.press(Modifiers::NONE, Key::Enter);
        }),
    ];
    for (title, open) in dialogs {
        open(&mut scene, &path);
        assert!(scene.dialog().is_some(), "{title} does not open");
        assert!(
            scene
                .window
                .query_by_role_and_label(Role::Dialog, title)
                .is_some(),
            "{title} is not called so"
        );
        scene.escape();
        assert!(scene.dialog().is_none(), "{title} does not close");
    }
}

//! Where things are, and that nothing moves at rest.

use crate::scene::Scene;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, ViewportId};
use egui_kittest::kittest::NodeT as _;
use egui_kittest::kittest::Queryable as _;

#[test]
fn everything_fits_without_scrolling_at_the_size_of_the_first_start() {
    let mut scene = Scene::new();
    fits(&scene, &["Generate", "Load", "Paste from the clipboard"]);
    scene.make_key();
    scene.type_passphrase("Key passphrase", "x");
    fits(
        &scene,
        &["Save private key", "Save public key", "Copy public key", "Load"],
    );
    scene.press(Modifiers::COMMAND, Key::N);
    scene.click("Put it away without saving");
    scene.click_radio("RSA");
    fits(&scene, &["Generate"]);
}

#[track_caller]
fn fits(scene: &Scene, names: &[&str]) {
    for name in names {
        let rect = scene.button(name).rect();
        assert!(
            rect.bottom() <= 640.0 - 36.0 && rect.right() <= 900.0,
            "{name} lies at {rect:?}"
        );
    }
}

#[test]
fn nothing_is_wider_than_a_small_window() {
    for (width, height) in [(640.0, 480.0), (450.0, 320.0)] {
        let mut scene = Scene::of_size(width, height);
        within(&scene, width);
        scene.make_key();
        within(&scene, width);
        scene.press(Modifiers::COMMAND, Key::Comma);
        within(&scene, width);
    }
}

#[track_caller]
fn within(scene: &Scene, width: f32) {
    for role in [Role::Button, Role::RadioButton, Role::TextInput, Role::ComboBox] {
        for node in scene.window.query_all_by_role(role) {
            let rect = node.rect();
            assert!(
                rect.left() >= 0.0 && rect.right() <= width,
                "{:?} lies at {rect:?} in a window of {width}",
                node.accesskit_node().label()
            );
        }
    }
}

#[test]
fn at_rest_nothing_is_drawn() {
    let mut scene = Scene::with_key();
    scene.wait(|scene| scene.window.state().app().speed().is_some());
    scene.window.run();
    let wait = scene.window.output().viewport_output[&ViewportId::ROOT].repaint_delay;
    assert_eq!(wait, std::time::Duration::MAX, "the next frame comes by itself");
    scene.type_passphrase("Key passphrase", "x");
    scene.window.run();
    let wait = scene.window.output().viewport_output[&ViewportId::ROOT].repaint_delay;
    assert_eq!(wait, std::time::Duration::MAX, "the cursor blinks");
}

//! Where things are, and that nothing moves at rest.

use crate::scene::{Scene, corpus_path};
use egui::accesskit::Role;
use egui::{Key, Modifiers, ViewportId};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

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
    scene.click("Discard this key");
    scene.click_radio("RSA");
    fits(&scene, &["Generate"]);
}

#[test]
fn the_place_for_the_key_fits_as_well() {
    let mut scene = Scene::at_home();
    scene.make_key();
    scene.type_passphrase("Key passphrase", "x");
    fits(&scene, &["Save private key", "Choose another private key file…"]);
    // With a hint about a place where ssh does not look as well.
    scene.type_text("Private key file", "_work");
    let hint = scene
        .window
        .get_by_label_contains("ssh does not try this file")
        .rect();
    assert!(hint.bottom() <= 640.0, "it lies at {hint:?}");
    scene.window.check_accessibility();
}

#[test]
fn the_next_step_is_there_in_every_window() {
    for (width, height) in [
        (1600.0, 1000.0),
        (900.0, 640.0),
        (640.0, 480.0),
        (450.0, 320.0),
        (320.0, 240.0),
    ] {
        let mut scene = Scene::of_size(width, height);
        scene.make_key();
        if width >= 640.0 {
            let save = scene.button("Save private key").rect();
            assert!(
                save.right() <= width && save.bottom() <= height,
                "{save:?} in {width}"
            );
        }
        scene.save_with_passphrase("id", "open sesame");
        scene.window.run_steps(30);
        let rects = ["Change…", "Put on a server…", "Copy public key"].map(|name| scene.button(name).rect());
        assert!(
            rects[1].right() <= width && rects[1].top() >= 0.0 && rects[1].bottom() <= height,
            "{rects:?} in {width}"
        );
        // As it is read, and as Tab goes.
        let order = rects.map(|rect| (rect.top().round(), rect.left().round()));
        assert!(order.is_sorted_by(|one, next| one < next), "{order:?} in {width}");
        scene.is_within(width);
    }
}

#[test]
fn a_key_with_a_certificate_fits_too() {
    let mut scene = Scene::new();
    scene.drop_file(&corpus_path("openssh/ed25519"));
    scene
        .desktop
        .will_pick(corpus_path("openssh/cert_options-cert.pub"));
    scene.menu("Key", "Add certificate to key");
    scene.settle();
    fits(&scene, &["Save private key", "Certificate info…"]);
}

#[test]
fn the_heading_never_lies_under_a_button() {
    for width in [900.0, 450.0, 320.0] {
        let mut scene = Scene::of_size(width, 480.0);
        scene.drop_file(&corpus_path("openssh/rsa1024"));
        let heading = scene
            .window
            .get_by_role_and_label(Role::Heading, "RSA key, 1024 bits");
        let heading = heading.rect();
        for name in ["Load", "New key"] {
            let button = scene.button(name).rect();
            assert!(!heading.intersects(button), "{name} at {width}: {button:?}");
        }
    }
}

#[test]
fn each_page_has_its_name_and_the_shown_one_is_told() {
    for (width, height) in [(900.0, 640.0), (640.0, 480.0)] {
        let mut scene = Scene::of_size(width, height);
        for shown in ["Keys", "Servers", "Known hosts", "Agent", "Help"] {
            scene.show_page(shown);
            scene.escape();
            for name in ["Keys", "Servers", "Known hosts", "Agent", "Help"] {
                let tab = scene.window.get_by_role_and_label(Role::Tab, name);
                let is_shown = tab.accesskit_node().is_selected() == Some(true);
                assert_eq!(
                    is_shown,
                    name == shown,
                    "{name} while {shown} is shown at {width}"
                );
            }
        }
    }
}

#[test]
fn news_stay_for_six_seconds_and_as_long_as_the_pointer_is_on_them() {
    let news = "Your new key is ready. It is not saved yet.";
    let mut scene = Scene::with_key();
    let place = scene.window.get_by_label(news).rect();
    assert!(place.right() > 800.0 && place.bottom() > 560.0, "{place:?}");
    scene.window.hover_at(place.center());
    // A frame of the test is a quarter of a second.
    scene.window.run_steps(40);
    assert!(scene.is_shown(news));
    scene.window.hover_at(egui::pos2(300.0, 100.0));
    scene.window.run_steps(12);
    assert!(scene.is_shown(news), "it has just been left");
    scene.window.run_steps(20);
    assert!(!scene.is_shown(news));
}

#[test]
fn generate_is_in_sight_in_the_smallest_window_that_is_meant_for_it() {
    let scene = Scene::of_size(640.0, 480.0);
    let rect = scene.button("Generate").rect();
    assert!(rect.bottom() <= 480.0, "it lies at {rect:?}");
}

#[test]
fn a_menu_has_ten_entries_at_most_and_all_are_in_sight() {
    let mut scene = Scene::of_size(640.0, 480.0);
    scene.make_key();
    for menu in ["File", "Key", "Conversions", "Help"] {
        scene.click(menu);
        let entries: Vec<f32> = [Role::MenuItem, Role::RadioButton, Role::Button]
            .into_iter()
            .flat_map(|role| scene.window.query_all_by_role(role).map(move |node| (role, node)))
            .filter(|(role, node)| {
                let name = node.accesskit_node().label().unwrap_or_default();
                *role == Role::MenuItem || name == "Copy for…" || name.starts_with("Show fingerprint as")
            })
            .map(|(_, node)| node.rect().bottom())
            .collect();
        assert!((2..=10).contains(&entries.len()), "{menu} has {}", entries.len());
        assert!(
            entries.iter().all(|bottom| *bottom <= 480.0),
            "{menu}: {entries:?}"
        );
        scene.escape();
    }
}

#[test]
fn left_and_right_lead_from_one_open_menu_to_the_next_and_round() {
    let mut scene = Scene::new();
    scene.press(Modifiers::ALT, Key::F);
    assert!(scene.is_shown("Load private key"));
    for (key, entry) in [
        (Key::ArrowRight, "Generate key pair"),
        (Key::ArrowRight, "Import key"),
        (Key::ArrowLeft, "Generate key pair"),
        (Key::ArrowLeft, "Load private key"),
        (Key::ArrowLeft, "About Keywright"),
        (Key::ArrowRight, "Load private key"),
    ] {
        scene.press(Modifiers::NONE, key);
        assert!(scene.is_shown(entry), "{entry}");
        let menus = [
            "Load private key",
            "Generate key pair",
            "Import key",
            "About Keywright",
        ];
        assert_eq!(menus.iter().filter(|name| scene.is_shown(name)).count(), 1);
    }
    // From an entry as well, and it is the menu that has the focus then.
    scene.press(Modifiers::NONE, Key::ArrowDown);
    scene.press(Modifiers::NONE, Key::ArrowRight);
    assert!(scene.is_shown("Generate key pair"));
    assert!(scene.button("Key").accesskit_node().is_focused());
}

#[test]
fn a_menu_that_is_higher_than_the_window_scrolls_to_what_has_the_focus() {
    let mut scene = Scene::of_size(450.0, 320.0);
    scene.click("Key");
    let last = "Show fingerprint as MD5";
    let place = |scene: &Scene| scene.window.get_by_role_and_label(Role::RadioButton, last).rect();
    assert!(place(&scene).bottom() > 320.0, "it is below the window");
    scene
        .window
        .get_by_role_and_label(Role::RadioButton, last)
        .focus();
    scene.steps();
    scene.wait(|scene| place(scene).bottom() <= 320.0);
}

#[track_caller]
fn fits(scene: &Scene, names: &[&str]) {
    for name in names {
        let rect = scene.button(name).rect();
        assert!(
            rect.bottom() <= 640.0 && rect.right() <= 900.0,
            "{name} lies at {rect:?}"
        );
    }
}

#[test]
fn nothing_is_wider_than_a_small_window() {
    for (width, height) in [(640.0, 480.0), (450.0, 320.0)] {
        let mut scene = Scene::of_size(width, height);
        scene.is_within(width);
        scene.click("More types…");
        scene.is_within(width);
        scene.make_key();
        scene.is_within(width);
        scene.menu("Key", "Parameters for saving key files…");
        scene.is_within(width);
        scene.escape();
        scene.press(Modifiers::COMMAND, Key::Comma);
        scene.is_within(width);
    }
}

/// The controls that lie under the news, as they can be pressed.
fn under_the_news(scene: &Scene, text: &str) -> Vec<String> {
    let news = scene.window.get_by_label_contains(text);
    let place = news.rect().expand(8.0);
    let ctx = &scene.window.ctx;
    let own_layer = ctx.layer_id_at(place.center()).expect("the news");
    ctx.viewport(|viewport| {
        let widgets = &viewport.prev_pass.widgets;
        let layers = widgets.layers().filter(|(layer, _)| **layer != own_layer);
        let pressed = layers
            .flat_map(|(_, widgets)| widgets)
            .filter(|widget| widget.sense.senses_click() && widget.interact_rect.intersects(place));
        pressed.map(|widget| format!("{widget:?}")).collect()
    })
}

#[test]
fn news_lie_over_nothing_that_can_be_pressed() {
    for (width, height) in [(640.0, 480.0), (900.0, 640.0)] {
        let mut scene = Scene::of_size(width, height);
        scene.make_key();
        scene.menu("File", "Copy public key");
        let text = "Copied";
        assert!(scene.says(text), "{width}");
        assert_eq!(under_the_news(&scene, text), [""; 0], "{width}");
    }
}

#[test]
fn a_press_is_not_lost_under_which_news_come_or_go() {
    let mut scene = Scene::with_key();
    let news = "Your new key is ready. It is not saved yet.";
    assert!(scene.is_shown(news));
    let called = |scene: &Scene, name: &str| scene.button(name).accesskit_node().id();
    let all = ["Save private key", "Copy public key", "Copy fingerprint"];
    let before = all.map(|name| called(&scene, name));
    scene.window.run_steps(40);
    assert!(!scene.is_shown(news));
    assert_eq!(all.map(|name| called(&scene, name)), before);
}

#[test]
fn at_rest_nothing_is_drawn() {
    let mut scene = Scene::with_key();
    scene.wait(|scene| scene.window.state().app().speed().is_some());
    // The news go first.
    scene.window.run_steps(40);
    scene.window.run();
    let wait = scene.window.output().viewport_output[&ViewportId::ROOT].repaint_delay;
    assert_eq!(wait, std::time::Duration::MAX, "the next frame comes by itself");
    scene.type_passphrase("Key passphrase", "x");
    scene.window.run();
    let wait = scene.window.output().viewport_output[&ViewportId::ROOT].repaint_delay;
    assert_eq!(wait, std::time::Duration::MAX, "the cursor blinks");
}

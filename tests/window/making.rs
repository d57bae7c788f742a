//! Making a key and using it.

use crate::scene::Scene;
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use keywright::app::Kind;
use keywright::app::stage::Stage;
use keywright::key::prime::{Policy, Proof};

#[test]
fn a_key_is_made_with_the_randomness_of_the_system_alone() {
    let scene = Scene::with_key();
    assert!(scene.is_shown("Ed25519 key"));
    assert!(scene.says("not saved yet"));
    let field = scene.window.get_by_role_and_label(
        Role::TextInput,
        "Public key for pasting into OpenSSH authorized_keys file",
    );
    assert_eq!(field.value(), Some(scene.public_line()));
}

#[test]
fn enter_makes_a_key_and_esc_returns() {
    let mut scene = Scene::new();
    scene.press(Modifiers::NONE, Key::Enter);
    assert!(matches!(scene.window.state().app().stage, Stage::Stirring(_)));
    scene.escape();
    assert!(matches!(scene.window.state().app().stage, Stage::Empty));
}

#[test]
fn the_keyboard_begins_at_generate_and_goes_on_at_the_passphrase() {
    let mut scene = Scene::new();
    assert!(scene.button("Generate").accesskit_node().is_focused());
    scene.press(Modifiers::NONE, Key::Enter);
    scene.click("Use system randomness only");
    scene.wait(|scene| matches!(scene.window.state().app().stage, Stage::Ready(_)));
    scene.window.event(Event::Text("quiet".to_owned()));
    scene.steps();
    let document = scene.window.state().app().document().expect("a key");
    assert_eq!(document.draft.passphrase.expose(), "quiet");
}

#[test]
fn the_keyboard_is_at_generate_when_the_window_has_got_its_size() {
    let mut scene = Scene::new();
    scene.window.set_size(egui::vec2(640.0, 480.0));
    scene.steps();
    assert!(scene.button("Generate").accesskit_node().is_focused());
    // It is not given back to somebody who has gone elsewhere.
    scene.press(Modifiers::NONE, Key::Tab);
    scene.window.set_size(egui::vec2(900.0, 640.0));
    scene.steps();
    assert!(!scene.button("Generate").accesskit_node().is_focused());
}

#[test]
fn the_types_of_keys_are_one_stop_and_the_arrow_keys_choose() {
    let mut scene = Scene::new();
    scene.press(Modifiers::SHIFT, Key::Tab);
    assert!(scene.button("More types…").accesskit_node().is_focused());
    scene.press(Modifiers::SHIFT, Key::Tab);
    scene.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(scene.window.state().app().next_key.kind, Kind::Rsa);
    scene.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(scene.window.state().app().next_key.kind, Kind::Ecdsa);
}

#[test]
fn letters_are_no_number_of_bits() {
    let mut scene = Scene::new();
    scene.click_radio("RSA");
    let bits = |scene: &Scene| scene.window.state().app().next_key.rsa_bits;
    let before = bits(&scene);
    let field = "Number of bits in a generated key";
    scene.type_text(field, "");
    for typed in ["abc", "4a096"] {
        scene.press(Modifiers::COMMAND, Key::A);
        scene.window.event(Event::Text(typed.to_owned()));
        scene.steps();
        let expected = if typed == "abc" { before } else { 4096 };
        assert_eq!(bits(&scene), expected, "{typed}");
    }
    scene.press(Modifiers::COMMAND, Key::A);
    scene.press(Modifiers::NONE, Key::Backspace);
    let value = scene.window.get_by_role_and_label(Role::TextInput, field).value();
    assert_eq!(value.unwrap_or_default(), "", "an empty field is empty");
}

#[test]
fn an_impossible_number_of_bits_is_a_reason_in_the_menu_too() {
    let mut scene = Scene::new();
    scene.click_radio("RSA");
    scene.type_text("Number of bits in a generated key", "");
    scene.press(Modifiers::COMMAND, Key::A);
    scene.window.event(Event::Text("7".to_owned()));
    scene.steps();
    scene.click("Key");
    let entries = scene.window.query_all_by_role(Role::MenuItem);
    let labels: Vec<_> = entries
        .filter_map(|entry| entry.accesskit_node().label())
        .collect();
    let entry = labels.iter().find(|label| label.starts_with("Generate key pair"));
    assert!(entry.is_some_and(|label| label.contains('(')), "{labels:?}");
}

#[test]
fn rare_types_are_out_of_the_way_until_they_are_asked_for() {
    let mut scene = Scene::new();
    let has_dsa = |scene: &Scene| {
        scene
            .window
            .query_by_role_and_label(Role::RadioButton, "DSA")
            .is_some()
    };
    assert!(!has_dsa(&scene));
    scene.click("More types…");
    assert!(scene.says("OpenSSH does not"), "of Ed448");
    assert!(
        scene.says("For servers with OpenSSH 10.6 and later"),
        "of ML-DSA-44"
    );
    scene.click_radio("DSA");
    scene.click("More types…");
    assert!(!has_dsa(&scene));
    assert_eq!(
        scene.window.state().app().next_key.kind,
        Kind::Ed25519,
        "what cannot be seen is not chosen"
    );
}

#[test]
fn how_primes_are_found_is_chosen_beside_the_type_while_that_is_rsa() {
    let mut scene = Scene::new();
    let strong = "Use “strong” primes as RSA key factors";
    assert!(!scene.is_shown("How the primes are found"));
    scene.click_radio("RSA");
    assert!(!scene.says("Use proven primes"));
    scene.click("How the primes are found");
    let mut choose = |role, name| {
        scene.window.get_by_role_and_label(role, name).click_accesskit();
        scene.steps();
        scene.window.state().app().next_key.primes
    };
    choose(Role::RadioButton, "Use proven primes (slower)");
    let primes = choose(Role::CheckBox, strong);
    assert_eq!((primes.proof, primes.is_strong), (Proof::Proven, true));
    choose(Role::RadioButton, "Use probable primes (fast)");
    assert_eq!(choose(Role::CheckBox, strong), Policy::default());
}

#[test]
fn a_dsa_key_is_warned_about_before_it_is_made_and_afterwards() {
    let mut scene = Scene::new();
    scene.click("More types…");
    scene.click_radio("DSA");
    scene.click("Generate");
    assert!(scene.is_shown("Make a DSA key?"));
    scene.click("Make DSA, 1024 bits all the same");
    scene.click("Use system randomness only");
    scene.wait(|scene| matches!(scene.window.state().app().stage, Stage::Ready(_)));
    assert!(scene.is_shown("DSA key, 1024 bits"));
    assert!(scene.says("DSA keys are no longer accepted by OpenSSH"));
}

#[test]
fn the_public_key_follows_the_comment_as_it_is_typed() {
    let mut scene = Scene::with_key();
    let comment = scene.window.get_by_role_and_label(Role::TextInput, "Key comment");
    comment.focus();
    scene.steps();
    scene.press(Modifiers::COMMAND, Key::A);
    scene.window.event(Event::Text("me@here".to_owned()));
    scene.steps();
    assert!(scene.public_line().ends_with(" me@here"));
    let field = scene.window.get_by_role_and_label(
        Role::TextInput,
        "Public key for pasting into OpenSSH authorized_keys file",
    );
    assert_eq!(field.value(), Some(scene.public_line()));
}

#[test]
fn the_copy_key_copies_the_public_key_unless_text_is_selected() {
    let mut scene = Scene::with_key();
    scene.window.event(Event::Copy);
    scene.steps();
    assert_eq!(scene.desktop.copied(), [scene.public_line()]);
    scene.click("Copy public key");
    assert_eq!(scene.desktop.copied().len(), 2);

    scene
        .window
        .get_by_role_and_label(Role::TextInput, "Key comment")
        .focus();
    scene.steps();
    scene.press(Modifiers::COMMAND, Key::A);
    scene.window.event(Event::Copy);
    scene.steps();
    assert_eq!(
        scene.desktop.copied().len(),
        2,
        "the selected text is copied instead"
    );
}

#[test]
fn a_key_is_pasted_where_no_field_has_the_focus() {
    let mut scene = Scene::with_key();
    let line = scene.public_line();
    scene.press(Modifiers::COMMAND, Key::N);
    scene.click("Discard this key");
    scene.desktop.has_on_clipboard(&line);
    scene.window.event(Event::Paste(line.clone()));
    scene.steps();
    scene.settle();
    assert_eq!(scene.public_line(), line);
    assert!(scene.is_shown("Ed25519 public key"));
    assert!(!scene.is_shown("Key passphrase"), "there is nothing to protect");
    assert!(!scene.is_shown("Save private key"));
}

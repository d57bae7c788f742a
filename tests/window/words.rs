//! What is written in the window, and read out.

use crate::contrast::PAGES;
use crate::raster::texts;
use crate::scene::Scene;
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

/// What the labels of the window have to be, for tutorials all over the world say so.
const EMPTY_PAGE: [&str; 4] = ["Generate", "Load", "Type of key to generate", "File"];

const READY_PAGE: [&str; 9] = [
    "Load",
    "Save public key",
    "Save private key",
    "Public key for pasting into OpenSSH authorized_keys file",
    "Key fingerprint",
    "Key comment",
    "Key passphrase",
    "Confirm passphrase",
    "Copy public key",
];

const RANDOMNESS: &str = "Please generate some randomness by moving the mouse over the blank area.";

#[test]
fn the_words_that_tutorials_say_are_the_labels() {
    let mut scene = Scene::new();
    for word in EMPTY_PAGE.into_iter().chain(["Key", "Conversions", "Help"]) {
        assert!(scene.is_shown(word), "{word}");
    }
    scene.click_radio("RSA");
    assert!(scene.is_shown("Number of bits in a generated key"));
    scene.click_radio("Ed25519");
    scene.click("Generate");
    assert!(scene.is_shown(RANDOMNESS));
    scene.click("Cancel");
    scene.make_key();
    for word in READY_PAGE {
        assert!(scene.is_shown(word), "{word}");
    }
    for (menu, word) in [
        ("Conversions", "Import key"),
        ("Conversions", "Export OpenSSH key"),
        ("Key", "Parameters for saving key files…"),
        ("File", "Load private key"),
    ] {
        scene.click(menu);
        assert!(
            scene
                .window
                .query_by_role_and_label(Role::MenuItem, word)
                .is_some(),
            "{word}"
        );
        scene.escape();
    }
}

#[test]
fn every_control_has_a_name() {
    let mut scene = Scene::new();
    scene.window.check_accessibility();
    scene.click_radio("RSA");
    scene.window.check_accessibility();
    scene.click_radio("ECDSA");
    scene.window.check_accessibility();
    scene.click("More types…");
    scene.window.check_accessibility();
    scene.make_key();
    scene.window.check_accessibility();
    for (modifiers, key) in [
        (Modifiers::COMMAND, Key::Comma),
        (Modifiers::COMMAND, Key::S),
        (Modifiers::COMMAND, Key::O),
    ] {
        scene.press(modifiers, key);
        assert!(scene.dialog().is_some());
        scene.window.check_accessibility();
        scene.escape();
    }
}

/// The glossary in CONTRIBUTING.md says which words stand in their place.
#[test]
fn the_pages_have_one_word_for_one_thing() {
    const OTHERS: [&str; 12] = [
        "directory",
        "secret key",
        "remote host",
        "keyring",
        "daemon",
        "nickname",
        "recycle bin",
        "username",
        "look again",
        "under conditions",
        "things right",
        "the matter with",
    ];
    for (page, open) in PAGES {
        let mut scene = Scene::at_home();
        open(&mut scene);
        scene.window.run_steps(4);
        let shown = texts(&scene.window);
        assert!(shown.len() > 5, "{page}");
        for text in shown {
            let plain = text.words.to_lowercase();
            for other in OTHERS {
                assert!(!plain.contains(other), "{other} on {page}: {}", text.words);
            }
        }
    }
}

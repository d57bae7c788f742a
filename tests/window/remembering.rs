//! How the window shows what it remembers.

use crate::scene::Scene;
use egui::accesskit::{Role, Toggled};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use keywright::app::settings::Kept;
use keywright::sys::settings_place::Place;

fn is_chosen(scene: &Scene, name: &str) -> bool {
    let radio = scene.window.get_by_role_and_label(Role::RadioButton, name);
    radio.accesskit_node().toggled() == Some(Toggled::True)
}

fn put(folder: &tempfile::TempDir, text: &str) -> Place {
    let path = folder.path().join("settings.toml");
    let mut file = std::fs::File::create(&path).expect("a new file");
    std::io::Write::write_all(&mut file, text.as_bytes()).expect("it can be written");
    Place::OfUser(path)
}

#[test]
fn what_was_remembered_is_chosen_and_where_it_is_kept_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "[window]\nappearance = \"dark\"\n[new_key]\ntype = \"ed448\"\n[saving]\nformat = \"ppk\"\n";
    let place = put(&folder, text);
    let expected = format!("Settings are kept in {}.", place.path().display());
    let mut scene = Scene::with_settings(900.0, 640.0, Kept::load(Some(place)));
    assert!(
        is_chosen(&scene, "Ed448"),
        "what stands behind “More types” is in sight"
    );
    scene.press(Modifiers::COMMAND, Key::Comma);
    assert!(is_chosen(&scene, "Dark"));
    assert!(is_chosen(&scene, "PuTTY .ppk"));
    assert!(scene.is_shown(&expected));
}

#[test]
fn settings_that_are_not_kept_say_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::OfUser(folder.path().to_owned());
    let mut scene = Scene::with_settings(640.0, 480.0, Kept::load(Some(place)));
    assert!(scene.says("is not an ordinary file"), "it is told once");
    scene.press(Modifiers::COMMAND, Key::Comma);
    assert!(scene.says("changes are not kept"));
    scene.is_within(640.0);
}

//! What can be read and what can be seen, measured from the pixels of each page: text at least 4.5 to 1 to what lies behind
//! it, controls and their states at least 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11).

use std::collections::HashMap;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Rect};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::raster::{Picture, texts};
use crate::scene::Scene;

const OF_TEXT: f64 = 4.5;
const OF_CONTROLS: f64 = 3.0;

/// How a page is come to.
pub(crate) type Opens = fn(&mut Scene);

pub(crate) const PAGES: [(&str, Opens); 9] = [
    ("start", |_| ()),
    ("RSA", |scene| scene.click_radio("RSA")),
    ("a key", |scene| {
        scene.make_key();
        scene.type_passphrase("Key passphrase", "a weak one");
    }),
    ("Keys", |scene| scene.show_page("Keys")),
    ("Servers", |scene| scene.show_page("Servers")),
    ("Known hosts", |scene| scene.show_page("Known hosts")),
    ("Doctor", |scene| scene.show_page("Doctor")),
    ("Help", |scene| scene.show_page("Help")),
    ("Settings", |scene| scene.press(Modifiers::COMMAND, Key::Comma)),
];

fn in_theme(theme: &str) -> Scene {
    let mut scene = Scene::at_home();
    scene.press(Modifiers::COMMAND, Key::Comma);
    scene.click_radio(theme);
    scene.escape();
    scene
}

/// How much lighter one is than the other.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let luminance = |color: [u8; 3]| {
        let linear = color.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let [one, other] = [luminance(one), luminance(other)];
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The pixels of a place, as far as they are in the picture.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is within a window"
)]
fn pixels(picture: &Picture, place: Rect) -> impl Iterator<Item = [u8; 3]> {
    let rows = place.top().max(0.0) as usize..(place.bottom().ceil() as usize).min(picture.height);
    let columns = place.left().max(0.0) as usize..(place.right().ceil() as usize).min(picture.width);
    rows.flat_map(move |y| columns.clone().map(move |x| picture.at(x, y)))
}

/// What lies behind a text, and what differs most from that.
fn ink(picture: &Picture, place: Rect) -> f64 {
    let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
    for pixel in pixels(picture, place.expand(1.0)) {
        *counts.entry(pixel).or_default() += 1;
    }
    let behind = counts.iter().max_by_key(|(color, count)| (**count, **color));
    let behind = *behind.expect("a place has pixels").0;
    let all = counts.into_keys().map(|color| contrast(behind, color));
    all.fold(1.0, f64::max)
}

/// The places of what cannot be used now, which nobody has to read.
fn disabled(scene: &Scene) -> Vec<Rect> {
    let roles = [
        Role::Button,
        Role::RadioButton,
        Role::CheckBox,
        Role::Tab,
        Role::TextInput,
    ];
    let nodes = roles
        .into_iter()
        .flat_map(|role| scene.window.query_all_by_role(role));
    nodes
        .filter(|node| node.accesskit_node().is_disabled())
        .map(|node| node.rect())
        .collect()
}

#[test]
fn every_text_can_be_read_and_every_field_and_choice_seen_in_both_themes() {
    for theme in ["Light", "Dark"] {
        let mut controls = 0;
        for (page, open) in PAGES {
            let mut scene = in_theme(theme);
            open(&mut scene);
            scene.window.run_steps(8);
            let place = format!("on {page}, {theme}");
            read_news(&scene, &place);
            // While there are news the page ends above them, in the middle of a line.
            scene.window.run_steps(40);
            let picture = Picture::of(&scene.window);
            let texts = read(&scene, &picture, &place);
            assert!(texts >= 5, "{place}: only {texts} texts were seen");
            controls += see(&scene, &picture, &place);
        }
        assert!(controls >= 20, "{theme}: only {controls} controls were seen");
    }
}

/// Measures the news, if there are any.
fn read_news(scene: &Scene, place: &str) {
    let news = &scene.window.state().app().status.text;
    let all = texts(&scene.window);
    if let Some(text) = all.iter().find(|text| !news.is_empty() && text.words == *news) {
        let found = ink(&Picture::of(&scene.window), text.place);
        assert!(found >= OF_TEXT, "“{}” {place}: {found:.2} to 1", text.words);
    }
}

/// Measures all text, and says how much there was.
fn read(scene: &Scene, picture: &Picture, place: &str) -> usize {
    let unusable = disabled(scene);
    let mut measured = 0;
    for text in texts(&scene.window) {
        let is_unusable = unusable.iter().any(|rect| rect.contains(text.place.center()));
        if is_unusable || text.words.trim().is_empty() {
            continue;
        }
        let found = ink(picture, text.place);
        assert!(found >= OF_TEXT, "“{}” {place}: {found:.2} to 1", text.words);
        measured += 1;
    }
    measured
}

/// Measures the frames of fields and the rings of choices, and says how many there were.
fn see(scene: &Scene, picture: &Picture, place: &str) -> usize {
    let window = Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(900.0, 640.0)).shrink(8.0);
    let roles = [
        Role::TextInput,
        Role::PasswordInput,
        Role::RadioButton,
        Role::CheckBox,
    ];
    let mut measured = 0;
    for node in roles
        .into_iter()
        .flat_map(|role| scene.window.query_all_by_role(role))
    {
        let rect = node.rect();
        // Behind a dialog nothing can be used.
        if !window.contains_rect(rect) || node.accesskit_node().is_disabled() {
            continue;
        }
        // Its left edge, from just outside. A ring is as thin as a pixel, and lies between two of them in places.
        let edge = Rect::from_min_max(
            egui::pos2(rect.left() - 4.0, rect.center().y - 7.0),
            egui::pos2(rect.left() + 6.0, rect.center().y + 7.0),
        );
        let outside = pixels(picture, edge).next().expect("a pixel");
        let found = pixels(picture, edge).map(|pixel| contrast(outside, pixel));
        let found = found.fold(1.0, f64::max);
        let name = node.accesskit_node().label();
        assert!(found >= OF_CONTROLS, "{name:?} {place}: {found:.2} to 1");
        measured += 1;
    }
    measured
}

#[test]
fn what_has_the_focus_and_what_is_chosen_can_be_seen_in_both_themes() {
    for theme in ["Light", "Dark"] {
        let mut scene = in_theme(theme);
        scene.show_page("Help");
        scene.window.run_steps(8);
        // The pixels of a place before and behind a change: how much any of them differs.
        let changed = |before: &Picture, after: &Picture, place: Rect| {
            let pairs = pixels(before, place).zip(pixels(after, place));
            pairs.map(|(one, other)| contrast(one, other)).fold(1.0, f64::max)
        };
        for name in ["New key", "Settings"] {
            let before = Picture::of(&scene.window);
            let place = scene.button(name).rect().expand(4.0);
            scene.button(name).focus();
            scene.window.run_steps(8);
            let found = changed(&before, &Picture::of(&scene.window), place);
            assert!(
                found >= OF_CONTROLS,
                "the focus on {name}, {theme}: {found:.2} to 1"
            );
        }
        scene.press(Modifiers::COMMAND, Key::N);
        let choice = |scene: &Scene| {
            let radio = scene.window.get_by_role_and_label(Role::RadioButton, "ECDSA");
            let rect = radio.rect();
            Rect::from_min_size(rect.min, egui::vec2(rect.height(), rect.height()))
        };
        let before = Picture::of(&scene.window);
        scene.click_radio("ECDSA");
        scene.window.run_steps(8);
        let found = changed(&before, &Picture::of(&scene.window), choice(&scene));
        assert!(found >= OF_CONTROLS, "what is chosen, {theme}: {found:.2} to 1");
    }
}

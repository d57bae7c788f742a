//! Pictures of the pages, beside those that were looked at last: so a change shows what it did to them.
//!
//! `KEYWRIGHT_PICTURES=accept cargo test --test window -- pictures` takes the new ones in the place of the old. They are half
//! as large as the window; what is compared is the mean colour of squares in them, so that a button that has moved is
//! found, and another rounding of letters is not.

use std::path::{Path, PathBuf};

use egui::{Key, Modifiers};

use crate::key_files::put_key;
use crate::raster::Picture;
use crate::scene::Scene;

/// The side of a square, in pixels of the halved picture.
const SQUARE: usize = 8;
/// How far the mean of a square may be from what it was: of 255.
const TOLERANCE: u32 = 6;

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/window/pictures")
        .join(format!("{name}.png"))
}

/// The mean of a square of a picture.
fn mean(picture: &Picture, left: usize, top: usize) -> [u32; 3] {
    let (right, bottom) = (
        (left + SQUARE).min(picture.width),
        (top + SQUARE).min(picture.height),
    );
    let mut sum = [0_u32; 3];
    let mut count = 0;
    for y in top..bottom {
        for x in left..right {
            let pixel = picture.at(x, y);
            for part in 0..3 {
                sum[part] += u32::from(pixel[part]);
            }
            count += 1;
        }
    }
    sum.map(|part| part / count)
}

/// The first square in which they differ, in points of the window.
fn difference(old: &Picture, new: &Picture) -> Option<(usize, usize)> {
    if (old.width, old.height) != (new.width, new.height) {
        return Some((0, 0));
    }
    let tops = (0..old.height).step_by(SQUARE);
    let mut squares = tops.flat_map(|top| (0..old.width).step_by(SQUARE).map(move |left| (left, top)));
    let differs = |(left, top): &(usize, usize)| {
        let pairs = mean(old, *left, *top).into_iter().zip(mean(new, *left, *top));
        pairs
            .into_iter()
            .any(|(one, other)| one.abs_diff(other) > TOLERANCE)
    };
    squares.find(differs).map(|(left, top)| (2 * left, 2 * top))
}

#[expect(
    clippy::disallowed_methods,
    reason = "pictures for whoever looks at what has changed"
)]
fn compare(scene: &mut Scene, name: &str) -> Option<String> {
    scene.window.run_steps(8);
    let new = Picture::of(&scene.window).halved();
    let name = name.to_lowercase().replace(' ', "-");
    let place = place(&name);
    if std::env::var_os("KEYWRIGHT_PICTURES").is_some_and(|value| value == "accept") {
        std::fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
        std::fs::write(&place, new.to_png()).expect("written");
        return None;
    }
    let old = std::fs::read(&place).unwrap_or_else(|error| panic!("{}: {error}", place.display()));
    let (left, top) = difference(&Picture::from_png(&old), &new)?;
    let shown = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
    std::fs::write(&shown, new.to_png()).expect("written");
    Some(format!("{name} at {left}, {top}: see {}", shown.display()))
}

#[test]
fn a_button_that_has_moved_by_two_points_is_found_and_the_same_picture_is_none() {
    let mut scene = Scene::new();
    scene.window.run_steps(8);
    let picture = || Picture::of(&scene.window).halved();
    assert_eq!(difference(&picture(), &picture()), None);
    let there = scene.button("Load").rect();
    let shifted = Picture::of(&Scene::of_size(904.0, 640.0).window);
    assert!(difference(&picture(), &shifted.halved()).is_some());
    let before = picture();
    scene.button("Load").hover();
    scene.window.run_steps(8);
    let found = difference(&before, &Picture::of(&scene.window).halved());
    assert!(found.is_some(), "not even another colour at {there:?} is found");
}

/// What is drawn elsewhere is drawn with other shortcuts.
#[cfg(target_os = "linux")]
#[test]
fn the_pages_look_as_they_did_when_they_were_looked_at() {
    let mut differences = Vec::new();
    for theme in ["Light", "Dark"] {
        let home = tempfile::TempDir::new().expect("a folder");
        put_key(home.path(), "id_ed25519", "me@laptop", 1);
        put_key(home.path(), "work", "at work", 2);
        let mut scene = Scene::at_home_in(home);
        scene.wait(|scene| scene.is_shown("Copy public key"));
        scene.press(Modifiers::COMMAND, Key::Comma);
        scene.click_radio(theme);
        differences.extend(compare(&mut scene, &format!("settings-{theme}")));
        scene.escape();
        for page in ["Keys", "Known hosts", "Doctor", "Help"] {
            scene.show_page(page);
            scene.wait(|scene| !scene.window.state().app().my_keys.is_busy());
            differences.extend(compare(&mut scene, &format!("{page}-{theme}")));
        }
        scene.press(Modifiers::COMMAND, Key::N);
        differences.extend(compare(&mut scene, &format!("New key-{theme}")));
    }
    assert!(differences.is_empty(), "they look otherwise: {differences:#?}");
}

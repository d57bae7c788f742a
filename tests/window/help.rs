//! The page with answers.

use std::fs;
use std::path::Path;

use crate::scene::Scene;
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use keywright::app::Page;
use keywright::app::help::{Piece, TOPICS};

fn search(scene: &mut Scene, text: &str) {
    scene.window.event(Event::Text(text.to_owned()));
    scene.steps();
}

#[test]
fn f1_leads_to_the_answers_and_typing_searches_them() {
    let mut scene = Scene::with_key();
    scene.press(Modifiers::NONE, Key::F1);
    assert_eq!(scene.page(), Page::Help);
    for topic in TOPICS {
        scene.button(topic.question);
    }
    search(&mut scene, "puttygen where");
    let answer = "What is different: a new key is saved for ssh unless you choose otherwise.";
    assert!(
        scene.says(answer),
        "there is one question, and its answer is shown"
    );
    search(&mut scene, " nonsense");
    assert!(scene.says("Nothing here about “puttygen where nonsense”."));
}

#[test]
fn a_question_shows_its_answer_and_puts_it_away() {
    let mut scene = Scene::with_key();
    scene.press(Modifiers::NONE, Key::F1);
    let question = "What is a passphrase for?";
    let is_open = |scene: &Scene| {
        let is_expanded = scene.button(question).accesskit_node().data().is_expanded();
        assert_eq!(
            is_expanded == Some(true),
            scene.says("It locks the private key file.")
        );
        is_expanded == Some(true)
    };
    assert!(!is_open(&scene));
    scene.click(question);
    assert!(is_open(&scene));
    scene.click("What is an agent?");
    assert!(!is_open(&scene), "one is read at a time");
    scene.click("What is an agent?");
    scene.click(question);
    scene.click(question);
    assert!(!is_open(&scene));
}

#[test]
fn help_stands_at_the_foot_of_the_pages_and_in_the_menu() {
    for (width, height) in [(900.0, 640.0), (640.0, 480.0)] {
        let mut scene = Scene::of_size(width, height);
        let tab = scene.window.get_by_role_and_label(Role::Tab, "Help");
        assert!(tab.rect().bottom() <= height && tab.rect().top() > height / 2.0);
        tab.click_accesskit();
        scene.steps();
        assert_eq!(scene.page(), Page::Help);
        let field = scene
            .window
            .get_by_role_and_label(Role::TextInput, "Search in the answers");
        assert!(field.accesskit_node().is_focused());
    }
}

/// Every text between quotation marks in the window's sources.
fn literals(folder: &Path, out: &mut String) {
    for entry in fs::read_dir(folder).expect("it is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            literals(&path, out);
        } else {
            out.push_str(&fs::read_to_string(&path).expect("a source"));
        }
    }
}

#[test]
fn what_an_answer_names_is_there_under_that_name() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut written = String::new();
    literals(&sources.join("gui"), &mut written);
    written.push_str(&fs::read_to_string(sources.join("app/page.rs")).expect("a source"));
    let mut count = 0;
    for piece in TOPICS.iter().flat_map(|topic| topic.answer) {
        let (Piece::Text(text) | Piece::Step(text)) = piece else {
            continue;
        };
        for name in text.split('*').skip(1).step_by(2) {
            assert!(written.contains(&format!("\"{name}\"")), "{name}: {text}");
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

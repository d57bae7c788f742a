//! The pages, and what the page about servers says.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::scene::Scene;
use keywright::app::Page;

impl Scene {
    fn show_servers(&mut self) {
        self.window
            .get_by_role_and_label(Role::Tab, "Servers")
            .click_accesskit();
        self.steps();
    }

    fn page(&self) -> Page {
        self.window.state().app().page
    }

    fn type_server(&mut self, address: &str) {
        self.window
            .get_by_role_and_label(Role::TextInput, "Server")
            .focus();
        self.steps();
        self.window.event(Event::Text(address.to_owned()));
        self.steps();
    }
}

#[test]
fn pages_are_chosen_in_the_rail_and_with_the_keyboard() {
    let mut scene = Scene::new();
    assert_eq!(scene.page(), Page::Key);
    scene.show_servers();
    assert_eq!(scene.page(), Page::Servers);
    assert!(scene.is_shown("Your keys on servers"));
    scene.press(Modifiers::COMMAND, Key::Num1);
    assert_eq!(scene.page(), Page::Key);
    assert!(scene.is_shown("Generate"));
}

#[test]
fn a_key_that_is_opened_is_shown_whatever_the_page() {
    let mut scene = Scene::new();
    scene.show_servers();
    scene.drop_file(&crate::scene::corpus_path("openssh/ed25519"));
    assert_eq!(scene.page(), Page::Key);
}

#[test]
fn a_key_that_is_not_saved_is_not_offered_to_a_server() {
    let mut scene = Scene::with_key();
    scene.show_servers();
    scene.type_server("jo@127.0.0.1:1");
    assert!(scene.says("This key is not saved yet."));
    scene.click("Install the key");
    assert!(scene.window.state().app().servers.visit.is_none());
}

#[test]
fn what_stops_a_visit_is_said_and_where() {
    let mut scene = Scene::new();
    scene.show_servers();
    scene.window.check_accessibility();
    scene.type_server("jo@127.0.0.1:1");
    scene.click("Show keys on this server");
    scene.wait(|scene| scene.is_shown("Try again"));
    assert!(scene.says("Stopped: Connect to the server."));
    assert!(scene.says("To come: Sign in the way you do today."));
    scene.window.check_accessibility();
    scene.click("Back");
    assert!(scene.is_shown("Your keys on servers"));
}

#[test]
fn the_page_fits_every_window() {
    for (width, height) in [(900.0, 640.0), (640.0, 480.0), (450.0, 320.0)] {
        let mut scene = Scene::of_size(width, height);
        scene.show_servers();
        scene.is_within(width);
        scene.type_server("jo@127.0.0.1:1");
        scene.click("Show keys on this server");
        scene.wait(|scene| scene.is_shown("Try again"));
        scene.is_within(width);
    }
}

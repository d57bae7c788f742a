//! The pages, and what the page about servers says.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::scene::Scene;
use keywright::app::Page;
use keywright::app::errand::Errand;

impl Scene {
    fn show_servers(&mut self) {
        self.window
            .get_by_role_and_label(Role::Tab, "Servers")
            .click_accesskit();
        self.steps();
    }

    pub(crate) fn page(&self) -> Page {
        self.window.state().app().page
    }

    fn type_server(&mut self, address: &str) {
        self.type_text("Server", address);
    }

    /// The line by which a key is being installed.
    fn installed_line(&self) -> &str {
        let visit = self.window.state().app().servers.visit.as_deref();
        match visit.map(|visit| &visit.errand) {
            Some(Errand::Install { line, .. }) => line.as_str(),
            other => panic!("no key is being installed: {other:?}"),
        }
    }
}

#[test]
fn pages_are_chosen_at_the_edge_and_with_the_keyboard() {
    let mut scene = Scene::new();
    assert_eq!(scene.page(), Page::Key);
    scene.show_servers();
    assert_eq!(scene.page(), Page::Servers);
    assert!(scene.is_shown("Server"));
    for (key, page) in [
        (Key::Num1, Page::MyKeys),
        (Key::Num2, Page::Servers),
        (Key::Num3, Page::KnownHosts),
        (Key::Num4, Page::Agent),
        (Key::Num5, Page::Doctor),
        (Key::Num6, Page::Key),
        (Key::Num3, Page::KnownHosts),
        (Key::N, Page::Key),
    ] {
        scene.press(Modifiers::COMMAND, key);
        assert_eq!(scene.page(), page);
        scene.escape();
    }
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
fn a_key_is_put_on_a_server_under_conditions_that_are_seen_before() {
    let mut scene = Scene::with_key();
    scene.save_with_passphrase("id", "horse battery");
    scene.show_servers();
    scene.type_server("jo@127.0.0.1:1");
    let preview = |scene: &Scene| {
        let field = scene
            .window
            .query_by_role_and_label(Role::MultilineTextInput, "The line will be");
        field.and_then(|field| field.value())
    };
    assert_eq!(preview(&scene), None);
    scene.click("Restrict what this key may do");
    assert_eq!(preview(&scene), Some(scene.public_line()));
    scene.type_text("Only from", "10.0.0.1/8");
    assert!(scene.says("is no network"));
    scene.click("Install the key");
    assert!(scene.window.state().app().servers.visit.is_none());

    scene.press(Modifiers::COMMAND, Key::A);
    scene.type_text("Only from", "10.0.0.0/8");
    scene.type_text("Only this command", "/usr/bin/backup");
    scene.click_check("Nothing but the login itself: no terminal, no forwarding");
    scene.window.check_accessibility();
    let line = format!(
        "restrict,from=\"10.0.0.0/8\",command=\"/usr/bin/backup\" {}",
        scene.public_line()
    );
    // Folded up or not, what was chosen holds, and is seen.
    scene.click("Restrict what this key may do");
    assert_eq!(preview(&scene).as_ref(), Some(&line));
    scene.click("Install the key");
    assert_eq!(scene.installed_line(), line);
}

#[test]
fn a_key_of_which_only_the_public_half_is_here_can_be_put_on_a_server_and_is_asked_about() {
    let mut scene = Scene::new();
    scene.drop_file(&crate::scene::corpus_path("openssh/ed25519.pub"));
    scene.show_servers();
    scene.type_server("jo@127.0.0.1:1");
    assert!(scene.says("Only the public half of this key is here."));
    scene.click("Install the key");
    assert_eq!(scene.installed_line(), scene.public_line());
    assert!(scene.says("To come: Ask the server whether it would let this key in."));
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
    assert!(scene.is_shown("Server"));
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

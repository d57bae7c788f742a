//! The hosts that ssh knows, who may log in here, and whose form a key goes into, in the window.

use std::fs;
use std::path::PathBuf;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use crate::scene::Scene;
use keywright::app::dialog::Dialog;

const HOST: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";
const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILNG8RxQbRDga5aL3RYjaQABF93BeXhbYjPhsRrCa+JQ";

impl Scene {
    /// A home with this list in it.
    #[expect(clippy::disallowed_methods, reason = "lays out what is there before")]
    fn has_list(&self, name: &str, text: &str) -> PathBuf {
        let home = self.folder.path();
        self.desktop.is_at_home_in(home);
        fs::create_dir_all(home.join(".ssh")).expect("made");
        let path = home.join(".ssh").join(name);
        fs::write(&path, text).expect("written");
        path
    }

    fn wait_for_list(&mut self) {
        self.wait(|scene| match scene.dialog() {
            None => {
                let hosts = scene.window.state().app().hosts.as_deref();
                hosts.is_none_or(|hosts| hosts.listed.job.is_none() && hosts.listed.lines.is_some())
            }
            Some(Dialog::Authorized(dialog)) => dialog.listed.job.is_none() && dialog.listed.lines.is_some(),
            _ => true,
        });
        self.steps();
    }

    fn type_into(&mut self, field: &str, text: &str) {
        self.type_text(field, text);
        self.wait_for_list();
    }
}

#[test]
fn a_picture_goes_with_its_host() {
    let mut scene = Scene::new();
    scene.has_list(
        "known_hosts",
        &format!("one.example {HOST}\ntwo.example {OTHER}\n"),
    );
    scene.show_page("Known hosts");
    scene.wait_for_list();
    scene.click("Picture of the key of one.example (line 1)");
    let is_pictured = |scene: &Scene| scene.is_shown("Picture of the key");
    assert!(is_pictured(&scene));
    scene.click("Forget one.example (line 1)");
    scene.wait_for_list();
    assert!(scene.is_shown("two.example (line 1)"));
    assert!(!is_pictured(&scene), "it moved to the next host");
}

#[test]
fn a_host_is_found_shown_forgotten_and_taken_back_in_the_window() {
    let mut scene = Scene::new();
    let text = format!("example.org {HOST}\r\n# remark\n[example.net]:2222 {OTHER}\n");
    let path = scene.has_list("known_hosts", &text);
    scene.show_page("Known hosts");
    scene.wait_for_list();
    assert!(scene.is_shown("example.org (line 1)") && scene.is_shown("[example.net]:2222 (line 3)"));
    scene.window.check_accessibility();
    scene.type_into("Find a host", "example.net:2222");
    assert!(!scene.is_shown("example.org (line 1)") && scene.is_shown("[example.net]:2222 (line 3)"));
    scene.click("Picture of the key of [example.net]:2222 (line 3)");
    assert!(
        scene
            .window
            .query_by_role_and_label(Role::MultilineTextInput, "Picture of the key")
            .is_some()
    );

    scene.click("Forget [example.net]:2222 (line 3)");
    scene.wait_for_list();
    assert_eq!(
        fs::read_to_string(&path).expect("there"),
        format!("example.org {HOST}\r\n# remark\n")
    );
    assert_eq!(
        fs::read_to_string(path.with_extension("old")).expect("kept"),
        text
    );
    assert!(scene.says("Your own key on that server was not touched"));
    assert!(scene.says("No such host."));
    scene.window.check_accessibility();
    scene.click("Undo");
    scene.wait_for_list();
    assert_eq!(fs::read_to_string(&path).expect("there"), text);
    assert!(scene.is_shown("[example.net]:2222 (line 3)"));
    scene.escape();
    assert!(scene.dialog().is_none());
}

#[test]
fn a_host_with_several_keys_is_one_row_and_forgotten_at_once() {
    let mut scene = Scene::new();
    // example.org, hidden with a salt for each line, as ssh writes it (HashKnownHosts).
    let hidden = format!(
        "|1|AQEBAQEBAQEBAQEBAQEBAQEBAQE=|BZnIZDy7LFmWT01C0tVIYmthBlY= {HOST}\n|1|AgICAgICAgICAgICAgICAgICAgI=|+EaNW6WK1ce4vK6aV2+0TyaMZF8= {OTHER}\n"
    );
    let text = format!("one.example {HOST}\ntwo.example {HOST}\none.example {OTHER}\n{hidden}");
    let path = scene.has_list("known_hosts", &text);
    scene.show_page("Known hosts");
    scene.wait_for_list();
    assert!(scene.is_shown("one.example (lines 1, 3)") && scene.is_shown("two.example (line 2)"));
    // Nobody can tell whether these are the same.
    assert!(scene.is_shown("Hidden name (line 4)") && scene.is_shown("Hidden name (line 5)"));
    assert!(
        scene.says("type the whole of its name"),
        "one of them can be asked for"
    );
    // Of what kind each key is, and its fingerprint, by themselves.
    assert!(scene.is_shown("ED25519 · line 1") && scene.is_shown("ED25519"));
    let print = keywright::format::parse(HOST.as_bytes()).expect("a key");
    let print = keywright::key::fingerprint::Fingerprint::of(
        print.public().expect("a key"),
        keywright::key::fingerprint::FingerprintKind::Sha256,
    );
    assert!(scene.is_shown(&print.to_string()));
    scene.window.check_accessibility();
    scene.click("Forget one.example (lines 1, 3)");
    scene.wait_for_list();
    let left = fs::read_to_string(&path).expect("there");
    assert_eq!(left, format!("two.example {HOST}\n{hidden}"));
    scene.type_into("Find a host", "example.org");
    assert!(
        scene.is_shown("example.org (lines 2, 3)"),
        "it is called what was searched"
    );
    scene.click("Forget example.org (lines 2, 3)");
    scene.wait_for_list();
    assert_eq!(
        fs::read_to_string(&path).expect("there"),
        format!("two.example {HOST}\n")
    );
    scene.click("Undo");
    scene.wait_for_list();
    assert_eq!(fs::read_to_string(&path).expect("there"), left);
}

#[test]
fn where_ssh_has_met_no_host_yet_that_is_no_error() {
    let mut scene = Scene::new();
    let path = scene.has_list("known_hosts", "");
    fs::remove_file(&path).expect("it was there");
    scene.show_page("Known hosts");
    scene.wait_for_list();
    assert!(scene.says("ssh knows no host yet."));
    assert!(!scene.says("there is no file") && !scene.says("There is no file"));
    assert!(!path.exists(), "looking makes none");
}

#[test]
fn a_list_that_has_changed_since_it_was_shown_is_left_alone() {
    let mut scene = Scene::new();
    let path = scene.has_list("known_hosts", &format!("example.org {HOST}\n"));
    scene.show_page("Known hosts");
    scene.wait_for_list();
    let other = format!("example.net {OTHER}\nexample.org {HOST}\n");
    scene.has_list("known_hosts", &other);
    scene.click("Forget example.org (line 1)");
    scene.wait_for_list();
    assert!(scene.says("was changed by another program meanwhile"));
    assert_eq!(fs::read_to_string(&path).expect("there"), other);
    assert!(scene.is_shown("example.org (line 2)"));
}

#[test]
fn the_open_key_is_let_in_under_conditions_that_are_seen_before() {
    let mut scene = Scene::with_key();
    let text = format!("{OTHER} other");
    let path = scene.has_list("authorized_keys", &text);
    scene.menu("Key", "Who may log in here…");
    scene.wait_for_list();
    assert!(scene.says("line 1: 256 SHA256:"));
    scene.window.check_accessibility();
    scene.click("Restrict what this key may do");
    scene.type_into("Only from", "10.0.0.1/8");
    assert!(scene.says("is no network"));
    scene.press(Modifiers::COMMAND, Key::A);
    scene.type_into("Only from", "10.0.0.0/8");
    scene.type_into("Until", "2099-12-31");
    scene.click_check("Nothing but the login itself: no terminal, no forwarding");
    scene.click_check("Terminal");
    let line = format!(
        "restrict,pty,from=\"10.0.0.0/8\",expiry-time=\"20991231\" {}",
        scene.public_line()
    );
    let preview = scene
        .window
        .get_by_role_and_label(Role::MultilineTextInput, "The line will be");
    assert_eq!(preview.value().as_deref(), Some(line.as_str()));
    scene.click("Add the open key");
    scene.wait_for_list();
    assert_eq!(
        fs::read_to_string(&path).expect("there"),
        format!("{text}\n{line}\n")
    );
    scene.click("Add the open key");
    scene.wait_for_list();
    assert!(scene.says("The key is there already, in line 2"));
    assert_eq!(
        fs::read_to_string(&path).expect("there"),
        format!("{text}\n{line}\n")
    );
}

#[test]
fn the_last_key_is_taken_out_only_after_a_question() {
    let mut scene = Scene::new();
    let path = scene.has_list("authorized_keys", &format!("# who\n{HOST} me\n{OTHER} other\n"));
    scene.menu("Key", "Who may log in here…");
    scene.wait_for_list();
    let remove = |scene: &Scene, line: usize| {
        let Some(Dialog::Authorized(dialog)) = scene.dialog() else {
            panic!("the dialog is closed");
        };
        let row = dialog
            .listed
            .lines()
            .iter()
            .find(|row| row.line == line)
            .expect("a row");
        format!("Remove line {line}: {}", row.title())
    };
    let name = remove(&scene, 2);
    scene.click(&name);
    scene.wait_for_list();
    assert_eq!(
        fs::read_to_string(&path).expect("there"),
        format!("# who\n{OTHER} other\n")
    );
    let name = remove(&scene, 2);
    scene.click(&name);
    scene.wait_for_list();
    assert!(scene.says("Afterwards nobody can log in here with a key."));
    assert_eq!(
        fs::read_to_string(&path).expect("there"),
        format!("# who\n{OTHER} other\n")
    );
    scene.window.check_accessibility();
    scene.click("Remove it all the same");
    scene.wait_for_list();
    assert_eq!(fs::read_to_string(&path).expect("there"), "# who\n");
    assert!(scene.says("Nobody can log in here with a key."));
}

#[test]
fn what_is_pasted_at_a_provider_is_checked_copied_and_its_page_opened() {
    let mut scene = Scene::with_key();
    scene.click("Where to paste it…");
    scene.window.check_accessibility();
    scene.click("Copy");
    assert_eq!(scene.desktop.copied(), [scene.public_line()]);
    scene.click("Open the page");
    assert_eq!(
        *scene.desktop.0.pages.borrow(),
        ["https://github.com/settings/ssh/new"]
    );
    assert!(!scene.says("No browser was found"));
    scene.desktop.0.has_no_browser.set(true);
    scene.click("Open the page");
    assert!(scene.says("No browser was found. The page is at https://github.com/settings/ssh/new"));
    scene.click_radio("Azure DevOps");
    assert!(scene.says("Azure DevOps does not take ED25519 keys."));
    assert!(
        scene
            .window
            .query_by_role_and_label(Role::Button, "Copy")
            .is_none()
    );
    scene.click_radio("A shell on Linux, macOS or BSD");
    scene.click("Copy");
    assert!(scene.desktop.copied()[1].starts_with("sh -c '"));
    assert!(
        scene
            .window
            .query_by_role_and_label(Role::Button, "Open the page")
            .is_none()
    );
    scene.window.check_accessibility();
}

#[test]
fn a_key_that_is_in_no_file_is_pasted_nowhere_without_a_warning() {
    let mut scene = Scene::with_key();
    scene.click("Where to paste it…");
    assert!(scene.says("This key is not saved yet."));
}

#[test]
fn a_key_that_is_saved_is_pasted_without_a_warning() {
    let mut scene = Scene::with_key();
    scene.save_with_passphrase("id", "horse battery");
    scene.click("Where to paste it…");
    assert!(!scene.says("This key is not saved yet."));
}

#[test]
fn what_is_shown_of_lists_fits_a_small_window() {
    for (entry, list) in [
        ("", "known_hosts"),
        ("Who may log in here…", "authorized_keys"),
        ("Where the public key goes…", "none"),
    ] {
        let mut scene = Scene::of_size(450.0, 320.0);
        scene.make_key();
        scene.has_list(
            list,
            &format!("a-rather-long-name.of.a.host.example.org {HOST} a comment\n"),
        );
        match entry {
            "" => scene.show_page("Known hosts"),
            entry => scene.menu("Key", entry),
        }
        scene.wait_for_list();
        scene.window.check_accessibility();
        scene.is_within(450.0);
    }
}

//! The page “Keys”.

use std::path::PathBuf;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, ViewportId};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use keywright::app::Page;
use keywright::app::dialog::Dialog;
use keywright::app::settings::Kept;
use keywright::engine::keys::Key as OwnKey;
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};
use keywright::sys::settings_place::Place;
use tempfile::TempDir;

use crate::key_files::{names, put_key};
use crate::scene::{Scene, lay_out};

/// A window on the page, with a home folder that holds some keys.
struct KeysPage {
    scene: Scene,
    home: TempDir,
}

impl KeysPage {
    fn open(width: f32, height: f32, keys: &[(&str, &str)]) -> Self {
        let home = TempDir::new().expect("a folder");
        for (seed, (name, comment)) in (1..).zip(keys) {
            put_key(home.path(), name, comment, seed);
        }
        Self::at(width, height, home)
    }

    fn at(width: f32, height: f32, home: TempDir) -> Self {
        let place = Place::OfUser(home.path().join("settings/settings.toml"));
        let scene = Scene::with_settings(width, height, Kept::load(Some(place)));
        *scene.desktop.0.home.borrow_mut() = Some(home.path().to_owned());
        let mut page = Self { scene, home };
        page.scene
            .window
            .get_by_role_and_label(Role::Tab, "Keys")
            .click_accesskit();
        page.scene.steps();
        page.settle();
        page
    }

    /// With a key that was put on this server.
    fn with_key_on(server: &str) -> Self {
        Self::with_key_on_in(server, 900.0)
    }

    fn with_key_on_in(server: &str, width: f32) -> Self {
        let home = TempDir::new().expect("a folder");
        put_key(home.path(), "work", "at work", 1);
        let key = Fingerprint::of(crate::key_files::key(1).public(), FingerprintKind::Sha256);
        let register =
            format!("[key.\"{key}\"]\ninstalled = [{{ server = \"{server}\", date = \"2026-01-01\" }}]\n");
        lay_out(&home.path().join("settings/keys.toml"), &register);
        Self::at(width, 640.0, home)
    }

    #[track_caller]
    fn settle(&mut self) {
        self.scene.wait(|scene| {
            let app = scene.window.state().app();
            app.page == Page::MyKeys && app.my_keys.inventory.is_some() && !app.my_keys.is_busy()
        });
    }

    #[track_caller]
    fn click(&mut self, name: &str) {
        self.scene.click(name);
        self.settle();
    }

    /// What stands in the menu of the chosen key.
    fn more(&mut self, name: &str) {
        self.scene.click("More for this key");
        self.scene.click(name);
    }

    fn rows(&self) -> Vec<String> {
        let rows = self.scene.window.query_all_by_role(Role::ListBoxOption);
        rows.filter_map(|row| row.accesskit_node().label()).collect()
    }

    /// The row of a key, if it is among those that are drawn.
    fn query_row(&self, name: &str) -> Option<Node<'_>> {
        let rows = self.scene.window.query_all_by_role(Role::ListBoxOption);
        let start = format!("{name}, ");
        rows.into_iter().find(|row| {
            row.accesskit_node()
                .label()
                .is_some_and(|label| label.starts_with(&start))
        })
    }

    #[track_caller]
    fn row(&self, name: &str) -> Node<'_> {
        self.query_row(name).expect("its row is drawn")
    }

    fn click_row(&mut self, name: &str) {
        self.row(name).click();
        self.scene.steps();
    }

    fn chosen(&self) -> Option<String> {
        let app = self.scene.window.state().app();
        app.my_keys.chosen().map(OwnKey::title)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(".ssh").join(name)
    }
}

const TWO: &[(&str, &str)] = &[("id_ed25519", "me@laptop"), ("work", "at work")];

#[test]
fn the_keys_are_listed_and_the_first_is_shown() {
    let page = KeysPage::open(900.0, 640.0, TWO);
    assert_eq!(
        page.rows(),
        [
            "id_ed25519, ED25519 · no passphrase · me@laptop",
            "work, ED25519 · no passphrase · at work"
        ]
    );
    assert!(page.scene.is_shown("Copy public key"));
    assert!(page.scene.says("SHA256:"));
}

#[test]
fn the_window_begins_with_the_keys_where_there_are_some() {
    let home = TempDir::new().expect("a folder");
    put_key(home.path(), "id_ed25519", "me@laptop", 1);
    let mut scene = Scene::at_home_in(home);
    scene.wait(|scene| scene.window.query_all_by_role(Role::ListBoxOption).count() == 1);
    assert_eq!(scene.window.state().app().page, Page::MyKeys);
    let keys = scene.window.get_by_role_and_label(Role::Tab, "Keys");
    assert_eq!(keys.accesskit_node().data().description(), Some("Keys, 1"));
    let nobody = Scene::at_home();
    assert_eq!(nobody.window.state().app().page, Page::Key);
}

#[test]
fn lines_of_an_earlier_version_that_pass_over_a_key_are_renewed_by_a_button() {
    let mut page = KeysPage::open(900.0, 640.0, TWO);
    let older = "# >>> Keywright looks after the lines from here\nHost *\n    IdentityFile ~/.ssh/work\n# <<< Keywright: to here\n";
    lay_out(&page.path("config"), older);
    page.scene.show_page("Known hosts");
    page.scene.show_page("Keys");
    page.settle();
    let warning = "the lines about the default key do not name it";
    page.click_row("id_ed25519");
    assert!(page.scene.says(&warning[1..]));
    page.click("Repair");
    assert!(!page.scene.says(&warning[1..]));
    let now = std::fs::read_to_string(page.path("config")).expect("it is there");
    assert!(now.contains("work\n    IdentityFile ~/.ssh/id_rsa\n"), "{now}");
}

#[test]
fn without_keys_it_is_said_what_to_do() {
    let mut page = KeysPage::open(900.0, 640.0, &[]);
    assert!(page.scene.says("There are no keys"));
    page.scene.click("Make a key");
    assert_eq!(page.scene.window.state().app().page, Page::Key);
}

#[test]
fn the_public_key_of_the_chosen_one_is_copied() {
    let mut page = KeysPage::open(900.0, 640.0, TWO);
    page.scene
        .window
        .get_by_role_and_label(Role::ListBoxOption, "work, ED25519 · no passphrase · at work")
        .click_accesskit();
    page.scene.steps();
    page.click("Copy public key");
    assert!(page.scene.says("Copied the public key of work."));
    let line = std::fs::read_to_string(page.path("work.pub")).expect("it is there");
    assert_eq!(page.scene.desktop.copied(), [line.trim_end()]);
}

#[test]
fn the_arrow_keys_go_through_the_list() {
    let mut page = KeysPage::open(900.0, 640.0, TWO);
    page.scene
        .window
        .get_by_role_and_label(
            Role::ListBoxOption,
            "id_ed25519, ED25519 · no passphrase · me@laptop",
        )
        .focus();
    page.scene.steps();
    let chosen = |page: &KeysPage| {
        page.scene
            .window
            .state()
            .app()
            .my_keys
            .chosen()
            .expect("one")
            .title()
    };
    page.scene.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(chosen(&page), "work");
    page.scene.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(chosen(&page), "work");
    page.scene.press(Modifiers::NONE, Key::ArrowUp);
    assert_eq!(chosen(&page), "id_ed25519");
}

/// A window on the page, with so many keys that the list scrolls.
fn with_many() -> KeysPage {
    let names: Vec<String> = (10..35).map(|number| format!("k{number}")).collect();
    let keys: Vec<_> = names.iter().map(|name| (name.as_str(), "me@laptop")).collect();
    KeysPage::open(900.0, 640.0, &keys)
}

#[test]
fn an_arrow_key_goes_one_key_further_however_many_there_are() {
    let mut page = with_many();
    page.click_row("k10");
    for next in ["k11", "k12", "k13"] {
        page.scene.press(Modifiers::NONE, Key::ArrowDown);
        assert_eq!(page.chosen().as_deref(), Some(next));
    }
    page.scene.press(Modifiers::NONE, Key::ArrowUp);
    assert_eq!(page.chosen().as_deref(), Some("k12"));
}

#[test]
fn home_and_end_lead_to_the_ends_of_the_list_which_are_then_in_sight() {
    let mut page = with_many();
    page.click_row("k12");
    for (key, end) in [(Key::End, "k34"), (Key::Home, "k10"), (Key::End, "k34")] {
        page.scene.press(Modifiers::NONE, key);
        assert_eq!(page.chosen().as_deref(), Some(end));
        let row = page.row(end).rect();
        assert!(row.top() > 60.0 && row.bottom() < 620.0, "{end} lies at {row:?}");
        assert!(page.row(end).accesskit_node().is_focused(), "{end}");
    }
}

#[test]
fn tab_stops_once_at_the_list_wherever_it_is_scrolled_to() {
    let mut page = with_many();
    page.click_row("k10");
    page.scene.press(Modifiers::NONE, Key::Tab);
    assert!(
        page.scene
            .button("Put on a server…")
            .accesskit_node()
            .is_focused()
    );

    let pointer = page.row("k12").rect().center();
    page.scene.window.hover_at(pointer);
    page.scene.window.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -700.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    page.scene.window.run_steps(30);
    assert!(page.query_row("k10").is_none(), "it was not scrolled");
    page.scene.press(Modifiers::SHIFT, Key::Tab);
    page.scene.steps();
    assert!(page.row("k10").accesskit_node().is_focused());
    assert!(page.row("k10").rect().top() > 60.0, "it is not in sight");
}

#[test]
fn the_chosen_row_is_told_as_selected() {
    let mut page = KeysPage::open(900.0, 640.0, TWO);
    page.click_row("work");
    let is_selected = |name| page.row(name).accesskit_node().is_selected();
    assert_eq!(is_selected("work"), Some(true));
    assert_eq!(is_selected("id_ed25519"), Some(false));
    assert_eq!(page.row("work").accesskit_node().toggled(), None);
}

#[test]
fn a_search_without_a_hit_leaves_the_list_as_wide_as_it_was() {
    let mut page = KeysPage::open(900.0, 640.0, TWO);
    let width = |page: &KeysPage| page.scene.window.get_by_role(Role::ListBox).rect().width();
    let before = width(&page);
    page.scene.type_text("Search", "nowhere");
    assert!(page.rows().is_empty());
    let now = width(&page);
    assert!((now - before).abs() < 1.0, "{before} became {now}");
}

#[test]
fn what_is_searched_for_is_left_in_the_list() {
    let mut page = KeysPage::open(900.0, 640.0, TWO);
    page.scene.type_text("Search", "AT WORK");
    assert_eq!(page.rows().len(), 1);
}

#[test]
fn a_search_that_hides_the_chosen_key_shows_the_first_one_found() {
    let mut page = KeysPage::open(900.0, 640.0, TWO);
    assert_eq!(page.chosen().as_deref(), Some("id_ed25519"));
    page.scene.type_text("Search", "at work");
    assert_eq!(page.chosen().as_deref(), Some("work"));
}

#[test]
fn a_long_name_of_a_server_pushes_nothing_out_of_the_window() {
    for width in [640.0, 900.0, 1100.0] {
        let mut page =
            KeysPage::with_key_on_in("jo.longname@build-server-17.internal.example.org:2222", width);
        page.click_row("work");
        page.settle();
        page.scene.is_within(width);
        assert!(
            page.scene
                .is_shown("Log in on jo.longname@build-server-17.internal.example.org:2222")
        );
        page.more("Open, to change or convert it");
        page.scene.settle();
        assert!(
            page.scene
                .says("ssh -p 2222 jo.longname@build-server-17.internal.example.org")
        );
        page.scene.is_within(width);
    }
}

#[test]
fn a_key_is_pasted_on_the_page_of_keys_too() {
    let mut page = KeysPage::open(900.0, 640.0, &[("work", "at work")]);
    let text = std::fs::read_to_string(page.home.path().join(".ssh/work")).expect("it is there");
    page.scene.desktop.has_on_clipboard(&text);
    page.scene.window.event(Event::Paste(text));
    page.scene.steps();
    page.scene.settle();
    assert_eq!(page.scene.window.state().app().page, Page::Key);
    assert!(page.scene.window.state().app().document().is_some());
}

#[test]
fn one_logs_in_on_a_server_that_a_key_was_put_on_in_a_terminal() {
    let mut page = KeysPage::with_key_on("me@example.org:2222");
    page.scene.click("Log in on me@example.org:2222");
    let given = page.scene.desktop.0.in_terminal.clone();
    page.scene.wait(|_| !given.lock().expect("whole").is_empty());
    let file = page.path("work").display().to_string();
    let expected = ["ssh", "-i", &file, "-p", "2222", "me@example.org"];
    assert_eq!(given.lock().expect("whole")[0], expected);
    page.scene
        .wait(|scene| scene.is_shown("A terminal is being opened, with ssh in it."));
}

#[test]
fn a_server_says_how_it_went_last_and_by_which_key_ssh_knows_it() {
    let server = "me@127.0.0.1:1";
    let mut page = KeysPage::with_key_on(server);
    let host = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHs79z7JKxXBNr/ArVRwU8PLlJs0O5cZX/GovM4FaWZv";
    lay_out(
        &page.path("known_hosts"),
        &format!("other {host}\n[127.0.0.1]:1 {host}\n"),
    );
    page.scene.show_page("Servers");
    let row = format!("{server}, 1 key · worked on 2026-01-01");
    page.scene.wait(|scene| scene.is_shown(&row));
    page.scene.window.get_by_label(&row).click_accesskit();
    page.scene.steps();
    assert!(page.scene.says("The server’s own key"));
    page.scene.click("Show keys on this server");
    page.scene.wait(|scene| scene.is_shown("Try again"));
    page.scene.click("Back");
    assert!(page.scene.says("1 key · did not let you in just now"));
    page.scene.click("Forget the own key of me@127.0.0.1:1");
    page.scene.wait(|scene| scene.is_shown("[127.0.0.1]:1 (line 2)"));
    assert!(!page.scene.is_shown("other (line 1)"));
}

#[test]
fn a_name_saves_itself_when_the_field_is_left_and_esc_brings_the_old_one_back() {
    let mut page = KeysPage::open(900.0, 640.0, TWO);
    let field = "Your name for this key";
    page.scene.type_text(field, "Laptop");
    page.scene.press(Modifiers::NONE, Key::Tab);
    page.settle();
    assert!(page.query_row("Laptop").is_some(), "{:?}", page.rows());
    page.scene.type_text(field, "top");
    page.scene.escape();
    page.settle();
    assert_eq!(page.scene.window.state().app().my_keys.name, "Laptop");
    // Another key is chosen in the same breath: the name goes to the one that it was typed for.
    page.scene.type_text(field, ", old");
    page.click_row("work");
    page.settle();
    assert!(page.query_row("Laptop, old").is_some(), "{:?}", page.rows());
    assert_eq!(page.chosen().as_deref(), Some("work"));
}

#[test]
fn a_search_that_finds_nothing_leaves_no_key_to_be_moved_to_the_trash() {
    let mut page = KeysPage::open(900.0, 640.0, TWO);
    page.scene.type_text("Search", "nowhere");
    assert_eq!(page.chosen(), None);
    assert!(!page.scene.is_shown("More for this key"));
}

#[test]
fn another_key_is_read_from_its_top() {
    let mut page = KeysPage::open(480.0, 460.0, TWO);
    let top = page.scene.button("Copy public key").rect().top();
    page.scene
        .window
        .get_by_role_and_label(Role::Button, "Picture")
        .focus();
    page.scene.window.run_steps(30);
    assert!(page.scene.button("Copy public key").rect().top() < top);
    page.scene
        .window
        .get_by_role_and_label(Role::ListBoxOption, "work, ED25519 · no passphrase · at work")
        .click_accesskit();
    // What is told of the key comes a moment later.
    page.scene
        .wait(|scene| (scene.button("Copy public key").rect().top() - top).abs() < 1.0);
}

/// A home folder in which neither of two keys has its public file.
fn without_public_files() -> TempDir {
    let home = TempDir::new().expect("a folder");
    for (seed, (name, comment)) in (1..).zip(TWO) {
        put_key(home.path(), name, comment, seed);
        let public = home.path().join(".ssh").join(format!("{name}.pub"));
        std::fs::remove_file(public).expect("removed");
    }
    home
}

#[test]
fn what_is_put_right_is_named_beside_the_button() {
    let page = KeysPage::at(900.0, 640.0, without_public_files());
    assert!(page.scene.is_shown("Fix 2 problems"));
    assert!(page.scene.says("id_ed25519.pub; write the public key to"));
}

#[test]
fn what_is_put_right_is_named_on_request_where_there_is_little_room() {
    let mut page = KeysPage::at(640.0, 480.0, without_public_files());
    assert!(!page.scene.says("write the public key to"));
    page.scene.click("What will be put right");
    assert!(page.scene.says("It will write the public key to"));
}

#[test]
fn a_default_key_is_shown_line_by_line_before_anything_changes() {
    let mut page = KeysPage::open(900.0, 640.0, &TWO[1..]);
    page.more("Make default…");
    page.scene.wait(|scene| scene.dialog().is_some());
    assert!(page.scene.is_shown("+     IdentityFile ~/.ssh/work"));
    assert!(!page.path("config").exists());
    page.scene.click("Change it");
    page.settle();
    let config = std::fs::read_to_string(page.path("config")).expect("it is there");
    assert!(config.contains("IdentityFile ~/.ssh/work"), "{config}");
    assert_eq!(
        page.rows(),
        ["work, default key · ED25519 · no passphrase · at work"]
    );
    page.scene.click("More for this key");
    assert!(page.scene.is_shown("No longer the default key…"));
}

#[test]
fn a_key_goes_to_the_trash_and_comes_back() {
    let mut page = KeysPage::open(900.0, 640.0, &TWO[1..]);
    page.more("Move to trash…");
    assert!(page.scene.says("Nothing is deleted"));
    page.scene.click("Move to trash");
    page.settle();
    assert_eq!(names(page.home.path(), ".ssh"), ["removed"]);
    page.click("Put it back");
    assert_eq!(names(page.home.path(), ".ssh"), ["work", "work.pub"]);
    assert!(!page.scene.is_shown("Put it back"));
}

#[test]
fn of_a_key_in_two_files_each_can_be_selected_for_the_trash() {
    let home = TempDir::new().expect("a folder");
    for name in ["copy", "work"] {
        put_key(home.path(), name, "me", 1);
    }
    let mut page = KeysPage::at(640.0, 480.0, home);
    page.scene.click("Move this copy to the trash…");
    let is_ticked = |page: &KeysPage, name: &str| {
        let label = format!("~/.ssh/{name} and ~/.ssh/{name}.pub");
        let ticks = page.scene.window.get_by_role_and_label(Role::CheckBox, &label);
        ticks.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
    };
    assert!(is_ticked(&page, "work") && !is_ticked(&page, "copy"));
    page.scene.click_check("~/.ssh/work and ~/.ssh/work.pub");
    assert!(page.scene.button("Move to trash").accesskit_node().is_disabled());
    page.scene.click_check("~/.ssh/copy and ~/.ssh/copy.pub");
    page.click("Move to trash");
    assert_eq!(names(page.home.path(), ".ssh"), ["removed", "work", "work.pub"]);
}

#[test]
fn what_was_removed_some_other_day_is_put_back_from_the_trash() {
    let mut page = KeysPage::open(640.0, 480.0, TWO);
    assert!(!page.scene.is_shown("Trash…"));
    page.more("Move to trash…");
    page.scene.click("Move to trash");
    page.settle();
    let KeysPage { home, .. } = page;
    put_key(home.path(), "other", "another", 3);

    let mut page = KeysPage::at(640.0, 480.0, home);
    assert!(!page.scene.is_shown("Put it back"));
    page.scene.click("Trash…");
    assert!(page.scene.says("id_ed25519.pub"));
    let folder = names(page.home.path(), ".ssh/removed").remove(0);
    page.click(&format!("Put back {folder}"));
    assert_eq!(page.rows().len(), 3);
    assert!(page.scene.says("Put back"));
    assert!(!page.scene.is_shown("Trash…"));
}

#[test]
fn what_lies_in_the_trash_is_not_put_over_another_file() {
    let mut page = KeysPage::open(900.0, 640.0, TWO);
    page.more("Move to trash…");
    page.scene.click("Move to trash");
    page.settle();
    put_key(page.home.path(), "id_ed25519", "another", 3);
    page.click("Refresh");
    page.scene.click("Trash…");
    assert!(page.scene.says("Another file lies at"));
    let folder = names(page.home.path(), ".ssh/removed").remove(0);
    let name = format!("Put back {folder}");
    let back = page.scene.button(&name);
    assert!(back.accesskit_node().is_disabled());
}

#[test]
fn what_is_the_matter_takes_one_line_of_a_low_window_and_is_told_on_request() {
    let home = TempDir::new().expect("a folder");
    put_key(home.path(), "work", "me", 1);
    let folder = home.path().join(".ssh");
    let key = std::fs::read(folder.join("work")).expect("it is there");
    for name in ["cut", "cut too"] {
        let cut = keywright::sys::files::Existing::Refuse;
        keywright::sys::files::write_private(&folder.join(name), &key[..200], cut).expect("written");
    }
    let mut page = KeysPage::at(640.0, 480.0, home);
    assert!(!page.scene.says("cut too"));
    page.scene.click("2 notes about your files");
    assert!(page.scene.says("cut too: the file ends before the key does."));
    page.scene.is_within(640.0);
}

#[test]
fn a_place_is_added_by_its_path_and_forgotten_again() {
    let mut page = KeysPage::open(900.0, 640.0, &TWO[1..]);
    let elsewhere = page.home.path().join("elsewhere");
    put_key(&elsewhere, "other", "me", 7);
    page.scene.click("Add…");
    let folder = elsewhere.join(".ssh").display().to_string();
    page.scene.window.event(egui::Event::Text(folder));
    page.scene.steps();
    page.click("Add");
    assert_eq!(page.rows().len(), 2);
    page.scene.click("Add…");
    let name = format!("Forget ~{0}elsewhere{0}.ssh", std::path::MAIN_SEPARATOR);
    page.click(&name);
    assert_eq!(page.rows().len(), 1);
}

#[test]
fn the_page_fits_the_smallest_window_and_large_text() {
    for (width, height) in [(900.0, 640.0), (640.0, 480.0), (480.0, 360.0)] {
        let page = KeysPage::open(width, height, TWO);
        page.scene.is_within(width);
    }
}

#[test]
fn where_text_is_large_the_whole_page_scrolls_to_what_has_the_focus() {
    // What is left of 640×480 at 200 %.
    let mut page = KeysPage::open(320.0, 240.0, TWO);
    page.scene.is_within(320.0);
    let place = |page: &KeysPage, name| page.scene.button(name).rect();
    assert!(place(&page, "Picture").top() > 240.0);
    page.scene.button("Picture").focus();
    page.scene.window.run_steps(30);
    let seen = place(&page, "Picture");
    assert!(seen.top() > 0.0 && seen.bottom() < 240.0, "{seen:?}");
}

#[test]
fn of_five_hundred_keys_only_those_are_drawn_that_can_be_seen() {
    let home = TempDir::new().expect("a folder");
    for seed in 0..500 {
        put_key(home.path(), &format!("key{seed:03}"), "me", seed);
    }
    let mut page = KeysPage::at(900.0, 640.0, home);
    assert!(page.rows().len() < 30, "{} rows are drawn", page.rows().len());
    let chosen = page.rows()[0].clone();
    page.scene
        .window
        .get_by_role_and_label(Role::ListBoxOption, &chosen)
        .focus();
    page.scene.steps();
    page.scene.press(Modifiers::NONE, Key::End);
    page.scene.steps();
    let last = page
        .scene
        .window
        .state()
        .app()
        .my_keys
        .chosen()
        .expect("one")
        .title();
    assert_eq!(last, "key499");
    assert!(page.rows().iter().any(|row| row.starts_with("key499,")));
}

#[test]
fn at_rest_the_page_draws_nothing() {
    let mut page = KeysPage::open(900.0, 640.0, TWO);
    page.scene.window.run();
    let wait = page.scene.window.output().viewport_output[&ViewportId::ROOT].repaint_delay;
    assert_eq!(wait, std::time::Duration::MAX, "the next frame comes by itself");
}

#[test]
fn a_key_goes_from_the_list_to_the_page_about_servers() {
    let mut page = KeysPage::open(900.0, 640.0, TWO);
    page.scene.click("Put on a server…");
    page.scene
        .wait(|scene| scene.window.state().app().page == Page::Servers);
    assert!(page.scene.is_shown("id_ed25519") && page.scene.says("SHA256:"));
    page.scene.click_link("No network, or a provider’s web page?");
    assert!(matches!(page.scene.dialog(), Some(Dialog::Providers(_))));
}

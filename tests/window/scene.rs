//! A window without a screen, and what is done with it.

use std::path::Path;
use std::time::Instant;

use crate::support::{PATIENCE, Scripted};
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, vec2};
use egui_kittest::kittest::NodeT as _;
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, Node};
use keywright::app::dialog::Dialog;
use keywright::app::settings::Kept;
use keywright::app::stage::Stage;
use keywright::gui::Window;
use tempfile::TempDir;

/// The window, its desktop, and a folder to save in.
pub(crate) struct Scene {
    pub(crate) window: Harness<'static, Window>,
    pub(crate) desktop: Scripted,
    pub(crate) folder: TempDir,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::of_size(900.0, 640.0)
    }

    pub(crate) fn of_size(width: f32, height: f32) -> Self {
        Self::with_settings(width, height, Kept::nowhere())
    }

    /// A window of somebody who has a home folder, and nothing in it.
    pub(crate) fn at_home() -> Self {
        Self::at_home_in(TempDir::new().expect("a folder"))
    }

    /// A window of somebody with this home folder.
    pub(crate) fn at_home_in(folder: TempDir) -> Self {
        let desktop = Scripted::default();
        desktop.is_at_home_in(folder.path());
        let mut scene = Self::on(desktop, 900.0, 640.0, Kept::nowhere());
        scene.folder = folder;
        scene
    }

    pub(crate) fn without_drops() -> Self {
        let desktop = Scripted::default();
        desktop.0.takes_no_drops.set(true);
        Self::on(desktop, 900.0, 640.0, Kept::nowhere())
    }

    pub(crate) fn with_settings(width: f32, height: f32, kept: Kept) -> Self {
        Self::on(Scripted::default(), width, height, kept)
    }

    fn on(desktop: Scripted, width: f32, height: f32, kept: Kept) -> Self {
        let theirs = desktop.clone();
        let window = Harness::builder()
            .with_size(vec2(width, height))
            .build_eframe(|cc| Window::new(cc, Box::new(theirs), kept, None));
        let mut scene = Self {
            window,
            desktop,
            folder: TempDir::new().expect("a folder"),
        };
        scene.steps();
        scene
    }

    /// A window with a new Ed25519 key.
    pub(crate) fn with_key() -> Self {
        let mut scene = Self::new();
        scene.make_key();
        scene
    }

    pub(crate) fn make_key(&mut self) {
        self.click("Generate");
        self.click("Use system randomness only");
        self.wait(|scene| matches!(scene.window.state().app().stage, Stage::Ready(_)));
    }

    /// Some frames, as many as a change may need to show.
    pub(crate) fn steps(&mut self) {
        self.window.run_steps(4);
    }

    #[track_caller]
    pub(crate) fn wait(&mut self, is_so: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !is_so(self) {
            assert!(
                start.elapsed() < PATIENCE,
                "it never came: {:#?}",
                self.window.state()
            );
            self.steps();
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        self.steps();
    }

    #[track_caller]
    pub(crate) fn settle(&mut self) {
        self.wait(|scene| {
            let app = scene.window.state().app();
            let is_unlocking = match &app.dialog {
                Some(Dialog::Unlock(unlock)) => unlock.job.is_some(),
                Some(Dialog::SamePassphrase(dialog)) => dialog.job.is_some(),
                _ => false,
            };
            app.busy().is_none() && !is_unlocking
        });
    }

    #[track_caller]
    pub(crate) fn button<'a>(&'a self, name: &'a str) -> Node<'a> {
        self.window.get_by_role_and_label(Role::Button, name)
    }

    #[track_caller]
    pub(crate) fn click(&mut self, name: &str) {
        self.button(name).click_accesskit();
        self.steps();
    }

    pub(crate) fn click_radio(&mut self, name: &str) {
        self.window
            .get_by_role_and_label(Role::RadioButton, name)
            .click_accesskit();
        self.steps();
    }

    pub(crate) fn open_combo_box(&mut self, name: &str) {
        self.window
            .get_by_role_and_label(Role::ComboBox, name)
            .click_accesskit();
        self.steps();
    }

    pub(crate) fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.window.key_press_modifiers(modifiers, key);
        self.steps();
    }

    pub(crate) fn escape(&mut self) {
        self.press(Modifiers::NONE, Key::Escape);
    }

    pub(crate) fn type_text(&mut self, field: &str, text: &str) {
        self.window.get_by_role_and_label(Role::TextInput, field).focus();
        self.steps();
        self.window.event(Event::Text(text.to_owned()));
        self.steps();
    }

    pub(crate) fn click_check(&mut self, name: &str) {
        self.window
            .get_by_role_and_label(Role::CheckBox, name)
            .click_accesskit();
        self.steps();
    }

    pub(crate) fn click_link(&mut self, name: &str) {
        self.window
            .get_by_role_and_label(Role::Link, name)
            .click_accesskit();
        self.steps();
    }

    pub(crate) fn type_passphrase(&mut self, field: &str, text: &str) {
        self.window
            .get_by_role_and_label(Role::PasswordInput, field)
            .focus();
        self.steps();
        self.window.event(Event::Text(text.to_owned()));
        self.steps();
    }

    pub(crate) fn is_shown(&self, name: &str) -> bool {
        self.window.query_all_by_label(name).next().is_some()
    }

    pub(crate) fn says(&self, part: &str) -> bool {
        self.window.query_all_by_label_contains(part).next().is_some()
    }

    pub(crate) fn menu(&mut self, menu: &str, entry: &str) {
        self.click(menu);
        self.window
            .get_by_role_and_label(Role::MenuItem, entry)
            .click_accesskit();
        self.steps();
    }

    pub(crate) fn show_page(&mut self, name: &str) {
        self.window
            .get_by_role_and_label(Role::Tab, name)
            .click_accesskit();
        self.steps();
    }

    pub(crate) fn dialog(&self) -> Option<&Dialog> {
        self.window.state().app().dialog.as_ref()
    }

    pub(crate) fn public_line(&self) -> String {
        let document = self.window.state().app().document();
        document.expect("there is a key").public_line()
    }

    pub(crate) fn save_with_passphrase(&mut self, name: &str, passphrase: &str) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        self.type_passphrase("Key passphrase", passphrase);
        self.type_passphrase("Confirm passphrase", passphrase);
        self.desktop.will_pick(&path);
        self.click("Save private key");
        self.settle();
        path
    }

    #[track_caller]
    pub(crate) fn is_within(&self, width: f32) {
        for role in [Role::Button, Role::RadioButton, Role::TextInput, Role::ComboBox] {
            for node in self.window.query_all_by_role(role) {
                let rect = node.rect();
                assert!(
                    rect.left() >= 0.0 && rect.right() <= width,
                    "{:?} lies at {rect:?} in a window of {width}",
                    node.accesskit_node().label()
                );
            }
        }
    }

    pub(crate) fn drop_file(&mut self, path: &Path) {
        self.window
            .input_mut()
            .dropped_files
            .push(std::sync::Arc::new(Dropped(path.to_owned())));
        self.steps();
        self.settle();
    }
}

#[derive(Debug)]
struct Dropped(std::path::PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the program reads files itself".to_owned())
    }
}

/// Lays out a file that is there before.
#[expect(clippy::disallowed_methods, reason = "this is what is there before")]
pub(crate) fn lay_out(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
    std::fs::write(path, text).expect("written");
}

/// A file that another program has made.
pub(crate) fn corpus_path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus/real")
        .join(name)
}

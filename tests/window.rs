//! The window, found and used as a screen reader would: by roles and names.

mod support;

use std::path::Path;
use std::time::Instant;

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, PointerButton, ViewportEvent, ViewportId, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use keywright::app::desktop::Picked;
use keywright::app::dialog::Dialog;
use keywright::app::stage::Stage;
use keywright::gui::Window;
use support::{PATIENCE, Scripted};
use tempfile::TempDir;

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

/// The window, its desktop, and a folder to save in.
struct Scene {
    window: Harness<'static, Window>,
    desktop: Scripted,
    folder: TempDir,
}

impl Scene {
    fn new() -> Self {
        Self::of_size(900.0, 640.0)
    }

    fn of_size(width: f32, height: f32) -> Self {
        let desktop = Scripted::default();
        let theirs = desktop.clone();
        let window = Harness::builder()
            .with_size(vec2(width, height))
            .build_eframe(|cc| Window::new(cc, Box::new(theirs), None));
        let mut scene = Self {
            window,
            desktop,
            folder: TempDir::new().expect("a folder"),
        };
        scene.steps();
        scene
    }

    /// A window with a new Ed25519 key.
    fn with_key() -> Self {
        let mut scene = Self::new();
        scene.make_key();
        scene
    }

    fn make_key(&mut self) {
        self.click("Generate");
        self.click("Use system randomness only");
        self.wait(|scene| matches!(scene.window.state().app().stage, Stage::Ready(_)));
    }

    /// Some frames, as many as a change may need to show.
    fn steps(&mut self) {
        self.window.run_steps(4);
    }

    #[track_caller]
    fn wait(&mut self, is_so: impl Fn(&Self) -> bool) {
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
    fn settle(&mut self) {
        self.wait(|scene| {
            let app = scene.window.state().app();
            let is_unlocking = matches!(&app.dialog, Some(Dialog::Unlock(unlock)) if unlock.job.is_some());
            app.busy().is_none() && !is_unlocking
        });
    }

    #[track_caller]
    fn button<'a>(&'a self, name: &'a str) -> Node<'a> {
        self.window.get_by_role_and_label(Role::Button, name)
    }

    #[track_caller]
    fn click(&mut self, name: &str) {
        self.button(name).click_accesskit();
        self.steps();
    }

    fn click_radio(&mut self, name: &str) {
        self.window
            .get_by_role_and_label(Role::RadioButton, name)
            .click_accesskit();
        self.steps();
    }

    fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.window.key_press_modifiers(modifiers, key);
        self.steps();
    }

    fn escape(&mut self) {
        self.press(Modifiers::NONE, Key::Escape);
    }

    fn type_passphrase(&mut self, field: &str, text: &str) {
        self.window
            .get_by_role_and_label(Role::PasswordInput, field)
            .focus();
        self.steps();
        self.window.event(Event::Text(text.to_owned()));
        self.steps();
    }

    fn is_shown(&self, name: &str) -> bool {
        self.window.query_all_by_label(name).next().is_some()
    }

    fn says(&self, part: &str) -> bool {
        self.window.query_all_by_label_contains(part).next().is_some()
    }

    fn menu(&mut self, menu: &str, entry: &str) {
        self.click(menu);
        self.window
            .get_by_role_and_label(Role::MenuItem, entry)
            .click_accesskit();
        self.steps();
    }

    fn dialog(&self) -> Option<&Dialog> {
        self.window.state().app().dialog.as_ref()
    }

    fn public_line(&self) -> String {
        let document = self.window.state().app().document();
        document.expect("there is a key").public_line()
    }

    fn save_with_passphrase(&mut self, name: &str, passphrase: &str) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        self.type_passphrase("Key passphrase", passphrase);
        self.type_passphrase("Confirm passphrase", passphrase);
        self.desktop.will_pick(&path);
        self.click("Save private key");
        self.settle();
        path
    }

    fn drop_file(&mut self, path: &Path) {
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

impl eframe::egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the program reads files itself".to_owned())
    }
}

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
fn a_key_is_made_with_the_randomness_of_the_system_alone() {
    let scene = Scene::with_key();
    assert!(scene.is_shown("Ed25519 key"));
    assert!(scene.says("not saved yet"));
    let field = scene.window.get_by_role_and_label(
        Role::MultilineTextInput,
        "Public key for pasting into OpenSSH authorized_keys file",
    );
    assert_eq!(field.value(), Some(scene.public_line()));
}

#[test]
fn enter_makes_a_key_and_esc_returns() {
    let mut scene = Scene::new();
    scene.press(Modifiers::NONE, Key::Enter);
    assert!(matches!(scene.window.state().app().stage, Stage::Stirring(_)));
    scene.escape();
    assert!(matches!(scene.window.state().app().stage, Stage::Empty));
}

#[test]
fn every_control_has_a_name() {
    let mut scene = Scene::new();
    scene.window.check_accessibility();
    scene.click_radio("RSA");
    scene.window.check_accessibility();
    scene.click_radio("ECDSA");
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

#[test]
fn the_public_key_follows_the_comment_as_it_is_typed() {
    let mut scene = Scene::with_key();
    let comment = scene.window.get_by_role_and_label(Role::TextInput, "Key comment");
    comment.focus();
    scene.steps();
    scene.press(Modifiers::COMMAND, Key::A);
    scene.window.event(Event::Text("me@here".to_owned()));
    scene.steps();
    assert!(scene.public_line().ends_with(" me@here"));
    let field = scene.window.get_by_role_and_label(
        Role::MultilineTextInput,
        "Public key for pasting into OpenSSH authorized_keys file",
    );
    assert_eq!(field.value(), Some(scene.public_line()));
}

#[test]
fn passphrases_that_differ_are_said_and_not_saved() {
    let mut scene = Scene::with_key();
    scene.type_passphrase("Key passphrase", "open sesame");
    scene.type_passphrase("Confirm passphrase", "open");
    assert!(scene.says("They don't match yet."));
    scene.click("Save private key");
    assert!(scene.says("do not match"));
    assert_eq!(scene.desktop.dialogs_opened(), 0);
    scene.escape();
    scene.type_passphrase("Confirm passphrase", " sesame");
    assert!(scene.says("They match."));
}

#[test]
fn an_empty_passphrase_is_one_plain_question() {
    let mut scene = Scene::with_key();
    scene.click("Save private key");
    assert!(scene.says("without a passphrase to protect it?"));
    scene.desktop.will_pick(scene.folder.path().join("id"));
    scene.click("Save without a passphrase");
    scene.settle();
    assert!(scene.dialog().is_none());
    assert!(scene.folder.path().join("id").exists());
    assert!(scene.is_shown("saved"));
}

#[test]
fn undo_never_brings_an_earlier_passphrase_back() {
    let mut scene = Scene::with_key();
    scene.type_passphrase("Key passphrase", "the first one");
    scene.press(Modifiers::COMMAND, Key::A);
    scene.press(Modifiers::NONE, Key::Backspace);
    scene.type_passphrase("Key passphrase", "2nd");
    for _ in 0..10 {
        scene.press(Modifiers::COMMAND, Key::Z);
    }
    let document = scene.window.state().app().document().expect("a key");
    assert_eq!(document.draft.passphrase.expose(), "2nd");
}

#[test]
fn what_was_revealed_of_one_key_is_masked_for_the_next() {
    let mut scene = Scene::with_key();
    let path = scene.save_with_passphrase("id", "open sesame");
    scene.press(Modifiers::COMMAND, Key::N);
    scene.make_key();
    scene.type_passphrase("Key passphrase", "visible");
    scene
        .window
        .get_all_by_role_and_label(Role::Button, "Show the passphrase")
        .next()
        .expect("the eye")
        .click_accesskit();
    scene.steps();
    assert!(scene.is_shown("Hide the passphrase"));
    scene.drop_file(&path);
    scene.click("Open without saving");
    scene.settle();
    scene.window.event(Event::Text("open sesame".to_owned()));
    scene.steps();
    scene.press(Modifiers::NONE, Key::Enter);
    scene.settle();
    assert!(!scene.is_shown("Hide the passphrase"));
}

#[test]
fn alt_and_a_letter_go_to_a_field_and_type_nothing() {
    let mut scene = Scene::with_key();
    scene.press(Modifiers::ALT, Key::A);
    scene.window.event(Event::Text("one".to_owned()));
    scene.steps();
    // What a keyboard sends for Alt+O: the key, and the letter.
    scene.window.input_mut().events.extend([
        Event::Key {
            key: Key::O,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::ALT,
        },
        Event::Text("o".to_owned()),
    ]);
    scene.steps();
    scene.window.event(Event::Text("two".to_owned()));
    scene.steps();
    let draft = &scene.window.state().app().document().expect("a key").draft;
    assert_eq!(draft.passphrase.expose(), "one");
    assert_eq!(draft.confirmation.expose(), "two");
}

#[test]
fn a_wrong_passphrase_is_said_where_it_was_typed() {
    let mut scene = Scene::with_key();
    let path = scene.save_with_passphrase("id", "open sesame");
    let line = scene.public_line();
    scene.drop_file(&path);
    assert!(scene.is_shown("Enter passphrase for key"));
    scene.window.event(Event::Text("open simsim".to_owned()));
    scene.steps();
    scene.press(Modifiers::NONE, Key::Enter);
    scene.settle();
    assert!(scene.says("passphrase does not open"), "{:?}", scene.dialog());
    // The field has the focus again, and is empty.
    scene.window.event(Event::Text("open sesame".to_owned()));
    scene.steps();
    scene.press(Modifiers::NONE, Key::Enter);
    scene.settle();
    assert!(scene.dialog().is_none());
    assert_eq!(scene.public_line(), line);
}

#[test]
fn closing_the_window_asks_about_an_unsaved_key() {
    let mut scene = Scene::with_key();
    request_close(&mut scene);
    assert!(scene.is_shown("This key is not saved"));
    assert!(!scene.window.state().app().must_quit());
    scene.click("Quit without saving");
    assert!(scene.window.state().app().must_quit());
}

#[test]
fn closing_an_empty_window_asks_nothing() {
    let mut scene = Scene::new();
    request_close(&mut scene);
    assert!(scene.window.state().app().must_quit());
}

fn request_close(scene: &mut Scene) {
    let input = scene.window.input_mut();
    let viewport = input.viewports.entry(ViewportId::ROOT).or_default();
    viewport.events.push(ViewportEvent::Close);
    scene.window.step();
    scene
        .window
        .input_mut()
        .viewports
        .entry(ViewportId::ROOT)
        .or_default()
        .events
        .clear();
    scene.steps();
}

/// How a dialog is opened, with a key file at hand.
type Opens = fn(&mut Scene, &Path);

#[test]
fn esc_closes_every_dialog() {
    let mut scene = Scene::with_key();
    let path = scene.save_with_passphrase("id", "open sesame");
    let dialogs: [(&str, Opens); 9] = [
        ("Settings", |scene, _| scene.press(Modifiers::COMMAND, Key::Comma)),
        ("Keywright", |scene, _| scene.menu("Help", "About Keywright")),
        ("Commands that do the same", |scene, _| {
            scene.menu("Help", "Commands that do the same…");
        }),
        ("Parameters for saving key files", |scene, _| {
            scene.menu("Key", "Parameters for saving key files…");
        }),
        ("Enter passphrase for key", |scene, path| scene.drop_file(path)),
        ("Replace these files?", |scene, path| {
            scene.desktop.will_pick(path);
            scene.click("Save private key");
            scene.settle();
        }),
        ("Load private key", |scene, _| {
            scene.desktop.will_answer(Picked::Unavailable);
            scene.click("Load");
            scene.settle();
        }),
        ("Could not open nothing", |scene, _| {
            scene.drop_file(Path::new("nothing"));
        }),
        ("Make such a short key?", |scene, _| {
            scene.press(Modifiers::COMMAND, Key::N);
            scene.click_radio("RSA");
            let bits = "Number of bits in a generated key";
            scene.window.get_by_role_and_label(Role::TextInput, bits).focus();
            scene.steps();
            scene.press(Modifiers::COMMAND, Key::A);
            scene.window.event(Event::Text("1024".to_owned()));
            scene.steps();
            scene.press(Modifiers::NONE, Key::Enter);
        }),
    ];
    for (title, open) in dialogs {
        open(&mut scene, &path);
        assert!(scene.dialog().is_some(), "{title} does not open");
        assert!(
            scene
                .window
                .query_by_role_and_label(Role::Dialog, title)
                .is_some(),
            "{title} is not called so"
        );
        scene.escape();
        assert!(scene.dialog().is_none(), "{title} does not close");
    }
}

#[test]
fn the_copy_key_copies_the_public_key_unless_text_is_selected() {
    let mut scene = Scene::with_key();
    scene.window.event(Event::Copy);
    scene.steps();
    assert_eq!(scene.desktop.copied(), [scene.public_line()]);
    scene.click("Copy public key");
    assert_eq!(scene.desktop.copied().len(), 2);

    scene
        .window
        .get_by_role_and_label(Role::TextInput, "Key comment")
        .focus();
    scene.steps();
    scene.press(Modifiers::COMMAND, Key::A);
    scene.window.event(Event::Copy);
    scene.steps();
    assert_eq!(
        scene.desktop.copied().len(),
        2,
        "the selected text is copied instead"
    );
}

#[test]
fn a_key_is_pasted_where_no_field_has_the_focus() {
    let mut scene = Scene::with_key();
    let line = scene.public_line();
    scene.press(Modifiers::COMMAND, Key::N);
    scene.click("Put it away without saving");
    scene.desktop.has_on_clipboard(&line);
    scene.window.event(Event::Paste(line.clone()));
    scene.steps();
    scene.settle();
    assert_eq!(scene.public_line(), line);
    assert!(scene.is_shown("Ed25519 public key"));
    assert!(!scene.is_shown("Key passphrase"), "there is nothing to protect");
    assert!(!scene.is_shown("Save private key"));
}

#[test]
fn everything_fits_without_scrolling_at_the_size_of_the_first_start() {
    let mut scene = Scene::new();
    fits(&scene, &["Generate", "Load", "Paste from the clipboard"]);
    scene.make_key();
    scene.type_passphrase("Key passphrase", "x");
    fits(
        &scene,
        &["Save private key", "Save public key", "Copy public key", "Load"],
    );
    scene.press(Modifiers::COMMAND, Key::N);
    scene.click("Put it away without saving");
    scene.click_radio("RSA");
    fits(&scene, &["Generate"]);
}

#[track_caller]
fn fits(scene: &Scene, names: &[&str]) {
    for name in names {
        let rect = scene.button(name).rect();
        assert!(
            rect.bottom() <= 640.0 - 36.0 && rect.right() <= 900.0,
            "{name} lies at {rect:?}"
        );
    }
}

#[test]
fn nothing_is_wider_than_a_small_window() {
    for (width, height) in [(640.0, 480.0), (450.0, 320.0)] {
        let mut scene = Scene::of_size(width, height);
        within(&scene, width);
        scene.make_key();
        within(&scene, width);
        scene.press(Modifiers::COMMAND, Key::Comma);
        within(&scene, width);
    }
}

#[track_caller]
fn within(scene: &Scene, width: f32) {
    for role in [Role::Button, Role::RadioButton, Role::TextInput, Role::ComboBox] {
        for node in scene.window.query_all_by_role(role) {
            let rect = node.rect();
            assert!(
                rect.left() >= 0.0 && rect.right() <= width,
                "{:?} lies at {rect:?} in a window of {width}",
                node.accesskit_node().label()
            );
        }
    }
}

#[test]
fn at_rest_nothing_is_drawn() {
    let mut scene = Scene::with_key();
    scene.wait(|scene| scene.window.state().app().speed().is_some());
    scene.window.run();
    let wait = scene.window.output().viewport_output[&ViewportId::ROOT].repaint_delay;
    assert_eq!(wait, std::time::Duration::MAX, "the next frame comes by itself");
    scene.type_passphrase("Key passphrase", "x");
    scene.window.run();
    let wait = scene.window.output().viewport_output[&ViewportId::ROOT].repaint_delay;
    assert_eq!(wait, std::time::Duration::MAX, "the cursor blinks");
}

/// Numbers that look random and are the same every time (G. Marsaglia, “Xorshift RNGs”, 2003).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).expect("it is less than `sides`")
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }
}

#[test]
fn a_cat_on_the_keyboard_does_not_end_the_program() {
    const KEYS: [Key; 16] = [
        Key::Tab,
        Key::Enter,
        Key::Escape,
        Key::Space,
        Key::ArrowDown,
        Key::ArrowUp,
        Key::A,
        Key::F,
        Key::G,
        Key::K,
        Key::H,
        Key::N,
        Key::O,
        Key::S,
        Key::Comma,
        Key::Plus,
    ];
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for (width, height) in [(900.0, 640.0), (640.0, 480.0), (450.0, 320.0), (300.0, 200.0)] {
        let mut scene = Scene::of_size(width, height);
        scene.desktop.has_on_clipboard(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEZ9iNxQK3ja9sDSQPMJCoIMpVgDxlXJTPOhpwfsO0NQ x",
        );
        for _ in 0..120 {
            scene.desktop.will_answer(Picked::Unavailable);
            match dice.roll(6) {
                0..=2 => {
                    let modifiers = [
                        Modifiers::NONE,
                        Modifiers::NONE,
                        Modifiers::ALT,
                        Modifiers::COMMAND,
                    ];
                    let (modifiers, key) = (dice.pick(&modifiers), dice.pick(&KEYS));
                    scene.window.key_press_modifiers(modifiers, key);
                }
                3 => scene.window.event(Event::Text("é1".to_owned())),
                4 => {
                    #[expect(clippy::cast_precision_loss, reason = "places in a window")]
                    let place = pos2(dice.roll(900) as f32, dice.roll(640) as f32);
                    scene.window.hover_at(place);
                    for pressed in [true, false] {
                        scene.window.event(Event::PointerButton {
                            pos: place,
                            button: PointerButton::Primary,
                            pressed,
                            modifiers: Modifiers::NONE,
                        });
                    }
                }
                _ => scene.window.event(Event::Paste("x\ny".to_owned())),
            }
            scene.window.run_steps(2);
        }
    }
}

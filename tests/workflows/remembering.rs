//! What is remembered from one day to the next, where, and what happens to a file that is no good.

use std::path::{Path, PathBuf};

use crate::scene::{Scene, corpus_path};
use crate::support::PATIENCE;
use keywright::app::command::Command as Ask;
use keywright::app::dialog::Dialog;
use keywright::app::look::WindowShape;
use keywright::app::look::{TextSize, ThemeChoice};
use keywright::app::settings::Kept;
use keywright::app::{Kind, NextKey};
use keywright::engine::saving::{Choice, Strength};
use keywright::key::prime::Proof;
use keywright::key::spec::KeySpec;
use keywright::sys::settings_place::Place;
use tempfile::TempDir;

/// A folder for settings, and a day after another.
struct Days {
    folder: TempDir,
}

impl Days {
    fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a folder"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the user's settings are; the folder does not exist at first.
    fn file(&self) -> PathBuf {
        self.path("config/keywright/settings.toml")
    }

    /// The program as it starts with the user's settings.
    fn day(&self) -> Scene {
        Scene::with_settings(Kept::load(Some(Place::OfUser(self.file()))))
    }

    fn portable_day(&self) -> Scene {
        let place = Place::Portable(self.path("keywright.toml"));
        Scene::with_settings(Kept::load(Some(place)))
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.file()).expect("it was written")
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let mut file = std::fs::File::create(path).expect("a new file");
        std::io::Write::write_all(&mut file, bytes).expect("it can be written");
    }

    fn put_settings(&self, text: &str) {
        self.put("config/keywright/settings.toml", text.as_bytes());
    }
}

/// Until all is written that is to be, while the window is open.
#[track_caller]
fn settle(scene: &mut Scene) {
    scene.app.poll();
    scene.wait(|app| !app.kept.is_busy());
}

#[track_caller]
fn close(mut scene: Scene) {
    scene.app.finish_settings(PATIENCE);
    assert!(!scene.app.kept.is_busy());
}

#[test]
fn what_was_chosen_is_there_the_next_day() {
    let days = Days::new();
    let mut first = days.day();
    let shape = WindowShape {
        width: 1200,
        height: 800,
        is_maximized: false,
    };
    first.ask(Ask::SetTheme(ThemeChoice::Dark));
    first.ask(Ask::SetTextSize(TextSize::ALL[1]));
    first.ask(Ask::Prefer(Choice::Both));
    first.ask(Ask::ShapeWindow(shape));
    first.app.next_key.kind = Kind::Rsa;
    first.app.next_key.rsa_bits = 4096;
    first.app.next_key.primes.proof = Proof::Proven;
    first.ask(Ask::EditParameters);
    match &mut first.app.dialog {
        Some(Dialog::Parameters(parameters)) => parameters.rounds = 48,
        other => panic!("{other:?}"),
    }
    first.ask(Ask::ApplyParameters);
    let (next_key, strength) = (first.app.next_key, first.app.strength);
    close(first);

    let second = days.day();
    assert_eq!(second.app.theme, ThemeChoice::Dark);
    assert_eq!(second.app.text_size, TextSize::ALL[1]);
    assert_eq!(second.app.preferred, Choice::Both);
    assert_eq!(second.app.next_key, next_key);
    assert_eq!(second.app.strength, strength);
    assert_eq!(second.app.strength.rounds, 48);
    assert_eq!(second.app.kept.settings().window, shape);
}

#[test]
fn settings_are_written_while_the_window_is_open_too() {
    let days = Days::new();
    let mut scene = days.day();
    scene.ask(Ask::SetTheme(ThemeChoice::Light));
    settle(&mut scene);
    assert!(days.text().contains("appearance = \"light\""));
    assert_eq!(scene.app.status.text, "", "nothing is said about it");
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let days = Days::new();
    let mut scene = days.day();
    scene.ask(Ask::SetTheme(ThemeChoice::Light));
    close(scene);
    for (path, expected) in [
        (days.file(), 0o600),
        (days.path("config/keywright"), 0o700),
        (days.path("config"), 0o700),
    ] {
        let mode = std::fs::metadata(&path)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, expected, "{}", path.display());
    }
}

#[test]
fn a_program_that_was_only_looked_at_leaves_nothing() {
    let days = Days::new();
    let mut scene = days.day();
    scene.ask(Ask::EditSettings);
    scene.ask(Ask::CloseDialog);
    settle(&mut scene);
    close(scene);
    assert!(!days.path("config").exists());
}

#[test]
fn what_was_measured_on_this_machine_is_nobody_s_wish() {
    let days = Days::new();
    let mut scene = days.day();
    scene.make(KeySpec::Ed25519);
    scene.wait(|app| app.speed().is_some());
    scene.app.strength.argon2.passes += 1;
    scene.ask(Ask::SetTheme(ThemeChoice::Dark));
    close(scene);
    assert!(!days.text().contains("argon2"), "{}", days.text());
}

#[test]
fn the_size_of_the_window_alone_is_written_when_it_closes() {
    let days = Days::new();
    let mut scene = days.day();
    scene.ask(Ask::ShapeWindow(WindowShape {
        width: 700,
        ..WindowShape::default()
    }));
    settle(&mut scene);
    assert!(!days.file().exists());
    close(scene);
    assert!(days.text().contains("width = 700"));
}

#[test]
fn nothing_of_a_key_is_remembered() {
    let days = Days::new();
    let mut scene = days.day();
    scene.make(KeySpec::Ed25519);
    scene.document().draft.comment = "me@secret-server".to_owned();
    scene.type_passphrases("hunter2", "hunter2");
    scene.desktop.will_pick(scene.path("id"));
    scene.ask(Ask::SavePrivate);
    scene.settle();
    scene.ask(Ask::SetTheme(ThemeChoice::Dark));
    let line = scene.document().public_line();
    close(scene);
    let text = days.text();
    let blob = line.split(' ').nth(1).expect("a public key");
    for secret in ["hunter2", "secret-server", blob, "id\""] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn a_key_that_can_be_broken_is_not_the_next_one_by_default() {
    let days = Days::new();
    for (kind, bits) in [(Kind::Dsa, 3072), (Kind::Rsa, 1024), (Kind::Rsa, 7)] {
        let mut scene = days.day();
        scene.app.next_key.kind = kind;
        scene.app.next_key.rsa_bits = bits;
        close(scene);
        assert_eq!(days.day().app.next_key, NextKey::default());
    }
}

#[test]
fn dialogs_start_in_the_folder_of_the_last_one() {
    let days = Days::new();
    days.put("stick/nothing", b"");
    let mut scene = days.day();
    let opened = corpus_path("openssh/ed25519");
    scene.desktop.will_pick(&opened);
    scene.ask(Ask::Open);
    scene.settle();
    scene.ask(Ask::NewKey);
    scene.make(KeySpec::Ed25519);
    scene.desktop.will_pick(days.path("stick/id"));
    scene.ask(Ask::SavePrivate);
    scene.ask(Ask::SaveAllTheSame);
    scene.settle();
    close(scene);

    assert_eq!(
        folders_offered(&days),
        [opened.parent().map(Path::to_owned), Some(days.path("stick"))]
    );
    std::fs::remove_dir_all(days.path("stick")).expect("it is pulled out");
    let without_stick = folders_offered(&days);
    assert_ne!(without_stick[1], Some(days.path("stick")));
    assert!(without_stick[1].as_ref().is_some_and(|folder| folder.is_dir()));
}

/// Where the dialogs begin that open a key and save a new one.
fn folders_offered(days: &Days) -> Vec<Option<PathBuf>> {
    let mut scene = days.day();
    scene.ask(Ask::Open);
    scene.ask(Ask::Cancel);
    scene.make(KeySpec::Ed25519);
    scene.ask(Ask::SavePrivate);
    scene.ask(Ask::SaveAllTheSame);
    let asked = scene.desktop.0.asked.borrow();
    asked.iter().map(|request| request.folder.clone()).collect()
}

#[test]
fn a_damaged_file_is_said_once_and_kept_beside() {
    let days = Days::new();
    let damaged = "[window]\nappearance = \"dark\n";
    days.put_settings(damaged);
    let mut scene = days.day();
    assert_eq!(scene.app.theme, ThemeChoice::System);
    settle(&mut scene);
    let said = scene.app.status.clone();
    assert!(
        said.text.contains("The settings were damaged (line 2: "),
        "{said:?}"
    );
    assert!(said.text.ends_with("settings.damaged.toml."), "{said:?}");
    let copy = said.file.expect("it can be shown");
    assert_eq!(std::fs::read_to_string(&copy).expect("kept"), damaged);
    close(scene);

    let mut next = days.day();
    settle(&mut next);
    assert_eq!(next.app.status.text, "");
    drop(next);

    // Another one takes the place of neither.
    days.put_settings("\u{0}");
    let mut third = days.day();
    settle(&mut third);
    assert_eq!(std::fs::read_to_string(&copy).expect("kept"), damaged);
    let second = days.path("config/keywright/settings.damaged-2.toml");
    assert_eq!(std::fs::read(second).expect("kept"), [0]);
}

#[test]
fn a_damaged_file_that_cannot_be_kept_stays_as_it_is() {
    let days = Days::new();
    days.put_settings("[");
    for number in 1..=20 {
        let name = if number == 1 {
            String::new()
        } else {
            format!("-{number}")
        };
        days.put(&format!("config/keywright/settings.damaged{name}.toml"), b"older");
    }
    let mut scene = days.day();
    scene.ask(Ask::SetTheme(ThemeChoice::Dark));
    settle(&mut scene);
    assert_eq!(days.text(), "[");
    let said = &scene.app.status.text;
    assert!(said.contains("The settings are damaged (line 1"), "{said}");
    assert_eq!(scene.app.kept.trouble(), Some(said.as_str()));
    assert_eq!(scene.app.theme, ThemeChoice::Dark, "it holds for now");
}

#[test]
fn what_is_no_file_is_let_be_and_the_program_starts() {
    let days = Days::new();
    std::fs::create_dir_all(days.file()).expect("a folder in its place");
    let mut scene = days.day();
    scene.ask(Ask::SetTheme(ThemeChoice::Dark));
    settle(&mut scene);
    let said = &scene.app.status.text;
    assert!(said.contains("is not an ordinary file"), "{said}");
    close(scene);
    assert!(days.file().is_dir());

    let days = Days::new();
    let huge = vec![b'#'; 2 << 20];
    days.put("config/keywright/settings.toml", &huge);
    let mut scene = days.day();
    scene.ask(Ask::SetTheme(ThemeChoice::Dark));
    close(scene);
    assert_eq!(std::fs::read(days.file()).expect("still there"), huge);
}

#[test]
fn settings_that_cannot_be_written_are_said_once() {
    let days = Days::new();
    // A file where the folder should be: not even root can write below it.
    days.put("config", b"");
    let mut scene = days.day();
    scene.ask(Ask::SetTheme(ThemeChoice::Dark));
    settle(&mut scene);
    let said = std::mem::take(&mut scene.app.status.text);
    assert!(said.starts_with("Settings are not kept: "), "{said}");
    scene.ask(Ask::SetTheme(ThemeChoice::Light));
    settle(&mut scene);
    assert_eq!(scene.app.status.text, "");
    assert_eq!(scene.app.theme, ThemeChoice::Light);
    assert_eq!(
        scene.app.kept.trouble(),
        Some(said.as_str()),
        "the settings still tell"
    );
    close(scene);
}

#[test]
fn a_portable_program_writes_beside_itself_and_nowhere_else() {
    let days = Days::new();
    days.put("keywright.toml", b"# mine\n");
    let mut scene = days.portable_day();
    assert!(scene.app.kept.explanation().contains("beside the program"));
    scene.ask(Ask::SetTheme(ThemeChoice::Dark));
    close(scene);
    let names: Vec<_> = std::fs::read_dir(days.folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names, ["keywright.toml"]);
    let text = std::fs::read_to_string(days.path("keywright.toml")).expect("it is there");
    assert!(text.contains("# mine"), "{text}");
    assert_eq!(days.portable_day().app.theme, ThemeChoice::Dark);
}

#[test]
fn a_damaged_portable_file_leaves_the_program_portable() {
    let days = Days::new();
    days.put("keywright.toml", b"=");
    let mut scene = days.portable_day();
    settle(&mut scene);
    close(scene);
    assert!(days.path("keywright.toml").is_file());
    assert_eq!(
        std::fs::read(days.path("keywright.damaged.toml")).expect("kept"),
        b"="
    );
}

#[test]
fn two_windows_do_not_undo_each_other() {
    let days = Days::new();
    let (mut one, mut other) = (days.day(), days.day());
    one.ask(Ask::SetTheme(ThemeChoice::Dark));
    settle(&mut one);
    other.ask(Ask::Prefer(Choice::Ppk));
    settle(&mut other);
    close(one);
    close(other);
    let next = days.day();
    assert_eq!(
        (next.app.theme, next.app.preferred),
        (ThemeChoice::Dark, Choice::Ppk)
    );

    let (mut one, mut other) = (days.day(), days.day());
    other.ask(Ask::SetTheme(ThemeChoice::Light));
    settle(&mut other);
    one.ask(Ask::SetTextSize(TextSize::ALL[4]));
    one.ask(Ask::SetTheme(ThemeChoice::System));
    settle(&mut one);
    assert_eq!(days.day().app.theme, ThemeChoice::System, "the last one wins");
}

#[test]
fn however_many_write_the_file_is_whole() {
    let days = Days::new();
    std::thread::scope(|threads| {
        for choice in [Choice::Ppk, Choice::Both, Choice::Ppk2] {
            let days = &days;
            threads.spawn(move || {
                let mut scene = days.day();
                for size in TextSize::ALL.into_iter().cycle().take(20) {
                    scene.ask(Ask::SetTextSize(size));
                    scene.ask(Ask::Prefer(choice));
                    settle(&mut scene);
                    let read = Kept::load(Some(Place::OfUser(days.file())));
                    // Windows may have it closed to others for a moment; it is whole all the same.
                    assert!(cfg!(windows) || read.trouble().is_none(), "{read:?}");
                }
            });
        }
    });
    let names: Vec<_> = std::fs::read_dir(days.path("config/keywright"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names, ["settings.toml"], "none was ever found damaged");
}

#[test]
fn a_setting_that_cannot_be_is_not_taken_for_another() {
    let days = Days::new();
    days.put_settings("[protection]\nopenssh_rounds = 1000000000\n[saving]\nformat = \"ppk\"\n");
    let scene = days.day();
    assert_eq!(scene.app.strength, Strength::default());
    assert_eq!(scene.app.preferred, Choice::Ppk);
    close(scene);
    assert!(
        days.text().contains("1000000000"),
        "it is left for whoever wrote it"
    );
}

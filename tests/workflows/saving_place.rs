//! Where a key is saved, that it is known from then on, and what lies there already.

use std::path::{Path, PathBuf};

use crate::key_files::{names, put_key};
use crate::scene::Scene;
use keywright::app::Page;
use keywright::app::command::Command as Ask;
use keywright::app::desktop::Picked;
use keywright::app::dialog::{Dialog, Overwrite};
use keywright::engine::keys::Key as OwnKey;
use keywright::engine::saving::{Choice, PublicForm};
use keywright::key::spec::KeySpec;
use keywright::sys::files::{Existing, write_public};
use tempfile::TempDir;

/// A program of somebody who has only a home folder yet.
struct Beginner {
    home: TempDir,
    scene: Scene,
}

impl Beginner {
    fn new() -> Self {
        let home = TempDir::new().expect("a folder");
        let scene = Scene::at_home_in(home.path());
        Self { home, scene }
    }

    fn with_key() -> Self {
        let mut beginner = Self::new();
        beginner.make_key();
        beginner
    }

    /// Somebody whose first key has the usual name, and its private file.
    fn with_key_in_the_way() -> (Self, Vec<u8>) {
        let beginner = Self::new();
        put_key(beginner.home.path(), "id_ed25519", "me@laptop", 1);
        let old = std::fs::read(beginner.path(".ssh/id_ed25519")).expect("it is there");
        (beginner, old)
    }

    fn make_key(&mut self) {
        self.scene.make(KeySpec::Ed25519);
        self.scene.type_passphrases("open sesame", "open sesame");
    }

    fn save(&mut self) {
        self.scene.ask(Ask::SavePrivate);
        self.scene.settle();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn folder(&self, name: &str) {
        std::fs::create_dir(self.path(name)).expect("a folder");
    }

    fn names(&self, folder: &str) -> Vec<String> {
        names(self.home.path(), folder)
    }

    fn type_place(&mut self, text: &str) {
        let document = self.scene.document();
        let choice = document.draft.choice;
        let place = document.place.as_mut().expect("a place");
        place.type_text(text.to_owned(), choice);
    }

    fn proposed(&mut self) -> String {
        let document = self.scene.document();
        let choice = document.draft.choice;
        document.place.as_ref().expect("a place").text(choice)
    }

    /// The titles of the keys on the page, and of the chosen one.
    fn my_keys(&mut self) -> (Vec<String>, Option<String>) {
        self.scene.ask(Ask::ShowPage(Page::MyKeys));
        self.scene
            .wait(|app| app.my_keys.inventory.is_some() && !app.my_keys.is_busy());
        let inventory = self.scene.app.my_keys.inventory.as_ref().expect("it was read");
        assert!(inventory.unread.is_empty(), "{:?}", inventory.unread);
        let chosen = self.scene.app.my_keys.chosen().map(OwnKey::title);
        (inventory.keys.iter().map(OwnKey::title).collect(), chosen)
    }

    /// What is asked about files in the way, once it is known what is in them.
    fn overwrite(&mut self) -> &Overwrite {
        self.scene.wait(|app| match &app.dialog {
            Some(Dialog::Overwrite(overwrite)) => overwrite.held.is_some(),
            other => panic!("nothing was asked: {other:?}"),
        });
        match &self.scene.app.dialog {
            Some(Dialog::Overwrite(overwrite)) => overwrite,
            other => panic!("nothing was asked: {other:?}"),
        }
    }
}

#[test]
fn a_first_key_is_saved_where_ssh_looks_and_nobody_is_asked_where() {
    let mut beginner = Beginner::with_key();
    assert_eq!(beginner.proposed(), "~/.ssh/id_ed25519");
    assert!(!beginner.path(".ssh").exists(), "nothing was saved yet");
    beginner.save();
    assert!(
        beginner.scene.app.dialog.is_none(),
        "{:?}",
        beginner.scene.app.dialog
    );
    assert_eq!(beginner.scene.desktop.dialogs_opened(), 0);
    assert_eq!(beginner.names(".ssh"), ["id_ed25519", "id_ed25519.pub"]);
    assert!(!beginner.scene.document().is_unsaved());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = std::fs::metadata(beginner.path(".ssh")).expect("it was made");
        assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    }
}

#[test]
fn a_dialog_starts_where_ssh_looks_though_nothing_was_there() {
    let mut beginner = Beginner::with_key();
    beginner.scene.desktop.will_answer(Picked::Cancelled);
    beginner.scene.ask(Ask::Export(Choice::Ppk));
    beginner.scene.settle();
    let asked = beginner.scene.desktop.0.asked.borrow().clone();
    assert_eq!(asked[0].folder, Some(beginner.path(".ssh")));
    assert_eq!(asked[0].file_name, "id_ed25519.ppk");
}

#[test]
fn the_home_folder_is_not_remembered_as_the_place_for_keys() {
    let mut beginner = Beginner::with_key();
    beginner.type_place("~/id_ed25519");
    beginner.save();
    beginner.scene.ask(Ask::NewKey);
    beginner.make_key();
    assert_eq!(beginner.proposed(), "~/.ssh/id_ed25519");
}

#[test]
fn a_second_key_takes_no_name_that_is_taken() {
    let mut beginner = Beginner::with_key();
    beginner.save();
    beginner.scene.ask(Ask::NewKey);
    beginner.make_key();
    assert_eq!(beginner.proposed(), "~/.ssh/id_ed25519_2");
    beginner.save();
    assert!(
        beginner.scene.app.dialog.is_none(),
        "{:?}",
        beginner.scene.app.dialog
    );
    let names = ["id_ed25519", "id_ed25519.pub", "id_ed25519_2", "id_ed25519_2.pub"];
    assert_eq!(beginner.names(".ssh"), names);
}

#[test]
fn another_place_is_typed_or_chosen_and_nothing_is_saved_before_it_is_asked_for() {
    let mut beginner = Beginner::with_key();
    beginner.folder("keys");
    beginner.type_place("~/keys/work");
    beginner.save();
    assert_eq!(beginner.names("keys"), ["work", "work.pub"]);

    beginner.scene.ask(Ask::NewKey);
    beginner.make_key();
    let chosen = beginner.path("keys/chosen");
    beginner.scene.desktop.will_pick(&chosen);
    beginner.scene.ask(Ask::ChooseSavingPlace);
    beginner.scene.settle();
    assert_eq!(beginner.proposed(), "~/keys/chosen");
    assert!(!chosen.exists());
    beginner.save();
    assert_eq!(
        beginner.names("keys"),
        ["chosen", "chosen.pub", "work", "work.pub"]
    );
}

#[test]
fn without_file_dialogs_it_is_said_where_the_path_is_typed() {
    let mut beginner = Beginner::with_key();
    beginner.scene.desktop.will_answer(Picked::Unavailable);
    beginner.scene.ask(Ask::ChooseSavingPlace);
    beginner.scene.settle();
    assert!(
        beginner.scene.app.dialog.is_none(),
        "{:?}",
        beginner.scene.app.dialog
    );
    let said = &beginner.scene.app.status.text;
    assert!(said.contains("Type the path"), "{said}");
}

#[test]
fn a_key_that_was_saved_or_opened_anywhere_is_among_the_keys_and_chosen() {
    let mut beginner = Beginner::with_key();
    beginner.folder("keys");
    beginner.type_place("~/keys/work");
    beginner.save();
    assert_eq!(
        beginner.my_keys(),
        (vec!["work".to_owned()], Some("work".to_owned()))
    );

    put_key(&beginner.path("keys"), "other", "somebody", 7);
    let opened = beginner.path("keys/.ssh/other");
    beginner.scene.open(&opened);
    let (keys, chosen) = beginner.my_keys();
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert_eq!(chosen.as_deref(), Some("other"));

    // Also the next day.
    beginner.scene = Scene::at_home_in(beginner.home.path());
    assert_eq!(beginner.my_keys().0.len(), 2);
    // A stick that was pulled out is not missed.
    std::fs::remove_dir_all(beginner.path("keys/.ssh")).expect("removed");
    assert_eq!(beginner.my_keys().0, ["work"]);
}

#[test]
fn a_public_key_that_is_there_already_is_no_question() {
    let mut beginner = Beginner::with_key();
    beginner.save();
    let public = beginner.path(".ssh/id_ed25519.pub");
    let written = |path: &Path| {
        let metadata = std::fs::metadata(path).expect("it is there");
        metadata.modified().expect("a time")
    };
    let before = written(&public);
    beginner.scene.ask(Ask::SavePublicBeside);
    beginner.scene.settle();
    assert_eq!(beginner.scene.desktop.dialogs_opened(), 0);
    assert!(
        beginner.scene.app.dialog.is_none(),
        "{:?}",
        beginner.scene.app.dialog
    );
    assert_eq!(
        beginner.scene.app.status.text,
        "id_ed25519.pub already holds this public key."
    );
    assert_eq!(written(&public), before, "there was nothing to write");

    // With another comment it is saved anew: this window has written what is there.
    beginner.scene.document().draft.comment = "another".to_owned();
    beginner.scene.ask(Ask::SavePublicBeside);
    beginner.scene.settle();
    assert!(beginner.scene.app.dialog.is_none());
    let saved = std::fs::read_to_string(&public).expect("it is there");
    assert!(saved.ends_with(" another\n"), "{saved}");

    // What somebody else has written there meanwhile would be lost.
    let other = saved.replace("another", "of somebody else");
    write_public(&public, other.as_bytes(), Existing::Replace).expect("it is ours");
    beginner.scene.ask(Ask::SavePublicBeside);
    beginner.scene.settle();
    assert!(beginner.overwrite().holds_this());
    beginner.scene.ask(Ask::CloseDialog);

    // In another form it is another file, and a dialog asks where.
    beginner.scene.desktop.will_pick(&public);
    beginner.scene.ask(Ask::SavePublic(PublicForm::Line));
    beginner.scene.settle();
    assert_eq!(beginner.scene.desktop.dialogs_opened(), 1);
    assert!(beginner.overwrite().holds_this());
}

#[test]
fn a_public_key_goes_beside_its_private_one_without_a_dialog() {
    let mut beginner = Beginner::with_key();
    beginner.scene.ask(Ask::SavePublicBeside);
    beginner.scene.settle();
    let public = beginner.path(".ssh/id_ed25519.pub");
    let line = std::fs::read_to_string(&public).expect("it was saved");
    assert_eq!(line.trim_end(), beginner.scene.document().public_line());
    assert!(
        beginner.scene.document().is_unsaved(),
        "its private half is in no file"
    );
    // The private half goes beside it, under the name that stood there all along.
    beginner.save();
    assert!(beginner.path(".ssh/id_ed25519").is_file());
    assert!(!beginner.scene.document().is_unsaved());
    assert_eq!(beginner.scene.desktop.dialogs_opened(), 0);

    // Another key is not lost to it.
    put_key(beginner.home.path(), "work", "somebody", 7);
    let public = beginner.path(".ssh/work.pub");
    let put = keywright::sys::files::write_public(&public, line.as_bytes(), Existing::Replace);
    put.expect("written");
    beginner.scene.open(&beginner.path(".ssh/work"));
    beginner.scene.ask(Ask::SavePublicBeside);
    beginner.scene.settle();
    assert_eq!(beginner.overwrite().taken, [public]);
    beginner.scene.ask(Ask::CloseDialog);

    // A public key alone has no place of its own.
    beginner.put("alone.pub", &line);
    beginner.scene.open(&beginner.path("alone.pub"));
    beginner.scene.ask(Ask::SavePublicBeside);
    assert_eq!(beginner.scene.desktop.dialogs_opened(), 1);
}

#[test]
fn it_is_said_which_key_would_be_lost_and_where_it_lets_its_owner_in() {
    let (mut beginner, _) = Beginner::with_key_in_the_way();
    let key = keywright::key::fingerprint::Fingerprint::of(
        crate::key_files::key(1).public(),
        keywright::key::fingerprint::FingerprintKind::Sha256,
    );
    let register = format!(
        "default = \"{key}\"\n[key.\"{key}\"]\ninstalled = [{{ server = \"me@example.org\", date = \"2026-01-01\" }}]\n"
    );
    beginner.put("settings/keys.toml", &register);
    beginner.make_key();
    beginner.type_place("~/.ssh/id_ed25519");
    beginner.save();
    let others: Vec<_> = beginner.overwrite().others().cloned().collect();
    assert_eq!(others.len(), 1, "two files, one key");
    assert_eq!(others[0].title(), format!("the ED25519 key “me@laptop”, {key}"));
    assert_eq!(
        others[0].loss().as_deref(),
        Some("It is your default key, and lets you in on me@example.org.")
    );
}

#[test]
fn a_key_in_the_way_stays_where_it_is_when_another_name_is_taken() {
    let (mut beginner, old) = Beginner::with_key_in_the_way();
    beginner.make_key();
    beginner.type_place("~/.ssh/id_ed25519");
    beginner.save();
    beginner.overwrite();
    beginner.scene.ask(Ask::SaveUnderAnotherName);
    beginner.scene.settle();
    let names = ["id_ed25519", "id_ed25519.pub", "id_ed25519_2", "id_ed25519_2.pub"];
    assert_eq!(beginner.names(".ssh"), names);
    assert_eq!(
        std::fs::read(beginner.path(".ssh/id_ed25519")).expect("it is there"),
        old
    );
}

#[test]
fn a_key_in_the_way_goes_to_the_trash_whole() {
    let (mut beginner, old) = Beginner::with_key_in_the_way();
    beginner.make_key();
    beginner.type_place("~/.ssh/id_ed25519");
    beginner.save();
    beginner.overwrite();
    beginner.scene.ask(Ask::OverwriteTrashed);
    beginner.scene.settle();
    assert!(
        beginner.scene.app.dialog.is_none(),
        "{:?}",
        beginner.scene.app.dialog
    );
    assert_eq!(
        beginner.names(".ssh"),
        ["id_ed25519", "id_ed25519.pub", "removed"]
    );
    assert_ne!(
        std::fs::read(beginner.path(".ssh/id_ed25519")).expect("it is there"),
        old
    );
    let (keys, _) = beginner.my_keys();
    assert_eq!(keys, ["id_ed25519"]);
    let trash = beginner.scene.app.my_keys.restorable();
    assert_eq!(trash.len(), 1, "{trash:?}");
}

#[test]
fn a_key_that_could_not_be_saved_costs_no_old_one() {
    let (mut beginner, old) = Beginner::with_key_in_the_way();
    beginner.make_key();
    beginner.scene.document().draft.choice = Choice::Both;
    beginner.type_place("~/.ssh/id_ed25519");
    beginner.save();
    beginner.overwrite();
    beginner.put(".ssh/id_ed25519.ppk", "another program's");
    beginner.scene.ask(Ask::OverwriteTrashed);
    beginner.scene.settle();
    assert_eq!(beginner.scene.problem(), "exists");
    assert_eq!(
        std::fs::read(beginner.path(".ssh/id_ed25519")).expect("it is back"),
        old
    );
    assert!(
        beginner.path(".ssh/id_ed25519.pub").exists(),
        "its public half as well"
    );
}

impl Beginner {
    fn put(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let mut file = std::fs::File::create_new(path).expect("a new file");
        std::io::Write::write_all(&mut file, text.as_bytes()).expect("it can be written");
    }
}

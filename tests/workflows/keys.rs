//! My keys, without a window.

use std::fs;
use std::path::Path;

use keywright::app::Page;
use keywright::app::command::Command as Ask;
use keywright::app::desktop::Picked;
use keywright::app::dialog::{Choosing, Dialog};
use keywright::app::my_keys::{KeysCommand, PlaceKind};
use keywright::app::settings::Kept;
use keywright::app::stage::Missing;
use keywright::engine::keys;
use keywright::engine::keys::{Key, KeyId, Remedy};
use keywright::key::fingerprint::{Fingerprint, FingerprintKind};
use keywright::key::spec::KeySpec;
use keywright::sys::settings_place::Place;

use crate::key_files::{key, names, put_key};
use crate::scene::{Scene, corpus};

impl Scene {
    /// A program whose home folder is that of the scene, with these keys in it.
    fn with_keys(names: &[&str]) -> Self {
        let folder = tempfile::TempDir::new().expect("a folder");
        let place = Place::OfUser(folder.path().join("settings/settings.toml"));
        let mut scene = Self::with_settings(Kept::load(Some(place)));
        scene.folder = folder;
        for (seed, name) in (1..).zip(names) {
            put_key(scene.folder.path(), name, "me", seed);
        }
        *scene.desktop.0.home.borrow_mut() = Some(scene.folder.path().to_owned());
        scene.ask(Ask::ShowPage(Page::MyKeys));
        scene.settle_keys();
        scene
    }

    #[track_caller]
    fn settle_keys(&mut self) {
        self.wait(|app| app.my_keys.inventory.is_some() && !app.my_keys.is_busy());
    }

    fn do_with_keys(&mut self, command: KeysCommand) {
        self.ask(Ask::Keys(command));
        self.settle_keys();
    }

    fn keys(&self) -> &[Key] {
        &self.app.my_keys.inventory.as_ref().expect("it was read").keys
    }

    fn titles(&self) -> Vec<String> {
        self.keys().iter().map(Key::title).collect()
    }

    fn choose(&mut self, title: &str) {
        let key = self.keys().iter().find(|key| key.title() == title);
        let id = key.expect("there is such a key").id.clone();
        self.do_with_keys(KeysCommand::Choose(id));
    }

    /// What is said of keys that the change shown now would leave untried.
    fn stops_trying(&self) -> Option<&str> {
        let Some(Dialog::DefaultKey(plan)) = &self.app.dialog else {
            panic!("nothing is shown: {:?}", self.app.dialog);
        };
        let said = plan.meaning.iter().find(|said| said.contains("stops trying"));
        said.map(String::as_str)
    }

    fn ssh(&self, name: &str) -> std::path::PathBuf {
        self.path(".ssh").join(name)
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("it is there")
}

#[test]
fn a_name_is_kept_for_the_next_window_and_for_another_file_of_the_key() {
    let mut scene = Scene::with_keys(&["id_ed25519", "work"]);
    scene.choose("work");
    scene.app.my_keys.name = "  Office  ".to_owned();
    scene.do_with_keys(KeysCommand::SaveName);
    assert_eq!(scene.titles(), ["id_ed25519", "Office"]);
    for name in ["work", "work.pub"] {
        let moved = scene.ssh(&name.replace("work", "renamed"));
        fs::rename(scene.ssh(name), moved).expect("moved");
    }
    scene.do_with_keys(KeysCommand::Read);
    assert_eq!(scene.titles(), ["id_ed25519", "Office"]);
    assert_eq!(
        scene.app.my_keys.chosen().map(Key::title).as_deref(),
        Some("Office")
    );
    scene.app.my_keys.name.clear();
    scene.do_with_keys(KeysCommand::SaveName);
    assert_eq!(scene.titles(), ["id_ed25519", "renamed"]);
}

#[test]
fn a_name_that_is_none_is_told_and_changes_nothing() {
    let mut scene = Scene::with_keys(&["work"]);
    scene.app.my_keys.name = "a\u{202e}b".to_owned();
    scene.do_with_keys(KeysCommand::SaveName);
    let problem = scene.app.my_keys.name_problem.clone().expect("it is told");
    assert_eq!(problem.code, "usage");
    assert_eq!(scene.titles(), ["work"]);
}

#[test]
fn a_default_key_can_be_looked_at_and_left_alone() {
    let mut scene = Scene::with_keys(&["id_ed25519", "work"]);
    scene.choose("work");
    scene.do_with_keys(KeysCommand::PlanDefault);
    let Some(Dialog::DefaultKey(plan)) = &scene.app.dialog else {
        panic!("nothing is shown: {:?}", scene.app.dialog);
    };
    assert!(plan.changes_configuration());
    scene.ask(Ask::CloseDialog);
    assert!(!scene.ssh("config").exists());
}

#[test]
fn a_default_key_that_another_program_got_in_the_way_of_is_not_half_made() {
    let mut scene = Scene::with_keys(&["work"]);
    scene.do_with_keys(KeysCommand::PlanDefault);
    scene.put(".ssh/config", b"# somebody else's\n");
    scene.do_with_keys(KeysCommand::MakeDefault);
    assert_eq!(scene.problem(), "io-changed");
    assert_eq!(read(&scene.ssh("config")), "# somebody else's\n");
    assert!(scene.keys().iter().all(|key| !key.is_default));
}

#[test]
fn the_default_key_is_told_from_the_others_and_taken_back() {
    let mut scene = Scene::with_keys(&["id_ed25519", "work"]);
    scene.put(".ssh/config", b"Host a\n Port 1\n");
    scene.choose("work");
    scene.do_with_keys(KeysCommand::PlanDefault);
    scene.do_with_keys(KeysCommand::MakeDefault);
    assert!(scene.keys()[0].is_default && scene.keys()[0].title() == "work");
    assert!(
        scene.app.status.text.contains("config.bak"),
        "{}",
        scene.app.status.text
    );
    scene.do_with_keys(KeysCommand::PlanRemoval);
    assert_eq!(scene.problem(), "in-use");
    scene.do_with_keys(KeysCommand::PlanNoDefault);
    scene.do_with_keys(KeysCommand::MakeDefault);
    assert_eq!(read(&scene.ssh("config")), "Host a\n Port 1\n");
    assert!(scene.keys().iter().all(|key| !key.is_default));
}

#[test]
fn a_key_that_ssh_stops_trying_with_another_default_key_is_named() {
    let mut scene = Scene::with_keys(&["id_ed25519", "other", "work"]);
    scene.choose("work");
    scene.do_with_keys(KeysCommand::PlanDefault);
    assert_eq!(scene.stops_trying(), None, "nothing stops");
    scene.do_with_keys(KeysCommand::MakeDefault);
    scene.choose("other");
    scene.do_with_keys(KeysCommand::PlanDefault);
    let said = scene.stops_trying().expect("it is said");
    assert!(said.contains("work by itself"), "{said}");
    assert!(!said.contains("id_ed25519"), "{said}");
}

#[test]
fn of_several_files_that_are_dropped_all_are_among_the_keys() {
    let mut scene = Scene::with_keys(&["id_ed25519"]);
    let elsewhere = scene.folder.path().join("elsewhere");
    for (seed, name) in (7..).zip(["one", "two", "three"]) {
        put_key(&elsewhere, name, "me", seed);
    }
    let folder = elsewhere.join(".ssh");
    scene.put("letter.txt", b"Dear reader");
    let files = ["one", "two"].map(|name| folder.join(name));
    let dropped = [&files[..], &[scene.path("letter.txt")]].concat();
    scene.ask(Ask::Dropped(dropped));
    scene.settle_keys();
    assert_eq!(scene.titles(), ["id_ed25519", "one", "two"]);
    assert_eq!(scene.app.page, Page::MyKeys);
    let said = &scene.app.status.text;
    assert_eq!(
        said,
        "2 files and folders are among your keys now. ~/letter.txt holds no key."
    );

    scene.ask(Ask::Dropped(vec![folder]));
    scene.settle_keys();
    assert_eq!(scene.titles().len(), 4, "{:?}", scene.titles());

    scene.ask(Ask::Dropped(vec![
        scene.path("letter.txt"),
        scene.path("letter.txt"),
    ]));
    scene.settle_keys();
    assert!(!scene.problem().is_empty());
}

#[test]
fn one_key_file_that_is_dropped_is_opened() {
    let mut scene = Scene::with_keys(&["id_ed25519"]);
    scene.ask(Ask::Dropped(vec![scene.ssh("id_ed25519")]));
    scene.settle();
    let path = scene.ssh("id_ed25519");
    assert_eq!(scene.document().path, Some(path));
}

#[test]
fn usual_names_are_tried_behind_an_odd_default_key_also_those_that_come_later() {
    let mut scene = Scene::with_keys(&["work"]);
    scene.choose("work");
    scene.do_with_keys(KeysCommand::PlanDefault);
    scene.do_with_keys(KeysCommand::MakeDefault);
    put_key(scene.folder.path(), "id_ed25519", "later", 9);
    scene.ask(Ask::Keys(KeysCommand::Read));
    scene.wait(|app| !app.my_keys.is_busy());
    let later = scene
        .keys()
        .iter()
        .find(|key| key.title() == "id_ed25519")
        .expect("it is there");
    let codes: Vec<_> = later
        .findings
        .iter()
        .map(|finding| finding.warning.code)
        .collect();
    assert!(!codes.contains(&"not-tried"), "{codes:?}");
}

#[test]
fn without_a_default_key_the_one_that_is_tried_no_longer_is_named() {
    let mut scene = Scene::with_keys(&["id_ed25519", "work"]);
    scene.choose("work");
    scene.do_with_keys(KeysCommand::PlanDefault);
    scene.do_with_keys(KeysCommand::MakeDefault);
    scene.do_with_keys(KeysCommand::PlanNoDefault);
    let said = scene.stops_trying().expect("it is said");
    assert!(said.contains("work by itself"), "{said}");
}

#[test]
fn a_key_that_is_put_back_over_another_one_stays_in_the_trash() {
    let mut scene = Scene::with_keys(&["work"]);
    scene.do_with_keys(KeysCommand::PlanRemoval);
    scene.do_with_keys(KeysCommand::Remove);
    assert!(scene.titles().is_empty());
    put_key(scene.folder.path(), "work", "new", 9);
    scene.do_with_keys(KeysCommand::PutBack);
    assert_eq!(scene.problem(), "exists");
    assert_eq!(
        names(scene.folder.path(), ".ssh"),
        ["removed", "work", "work.pub"]
    );
}

#[test]
fn what_is_the_matter_is_put_right_with_one_command() {
    let mut scene = Scene::with_keys(&["id_ed25519", "id_rsa"]);
    fs::remove_file(scene.ssh("id_ed25519.pub")).expect("removed");
    fs::copy(scene.ssh("id_rsa.pub"), scene.ssh("id_ed25519.pub")).expect("copied");
    fs::remove_file(scene.ssh("id_rsa.pub")).expect("removed");
    scene.do_with_keys(KeysCommand::Read);
    let count = |scene: &Scene| {
        let inventory = scene.app.my_keys.inventory.as_ref().expect("it was read");
        inventory.remedies().len()
    };
    assert_eq!(count(&scene), 2);
    scene.do_with_keys(KeysCommand::RepairAll);
    assert_eq!(count(&scene), 0);
    let said = &scene.app.status.text;
    assert!(said.starts_with("2 things were put right."), "{said}");
    assert!(said.contains("id_rsa.pub now."), "{said}");
}

#[test]
fn a_place_is_added_and_forgotten() {
    let mut scene = Scene::with_keys(&["work"]);
    put_key(&scene.path("elsewhere"), "other", "me", 7);
    let folder = scene.path("elsewhere").join(".ssh");
    scene.do_with_keys(KeysCommand::AskPlace);
    match &mut scene.app.dialog {
        Some(Dialog::AddPlace(typed)) => typed.text = folder.display().to_string(),
        other => panic!("nothing is asked: {other:?}"),
    }
    scene.do_with_keys(KeysCommand::AddPlace);
    assert_eq!(scene.titles(), ["other", "work"]);
    scene.do_with_keys(KeysCommand::ForgetPlace(folder));
    assert_eq!(scene.titles(), ["work"]);
}

/// Asks for a place, and chooses it in whatever the desktop offers.
fn choose_place(scene: &mut Scene, kind: PlaceKind) {
    scene.do_with_keys(KeysCommand::AskPlace);
    scene.do_with_keys(KeysCommand::PickPlace(kind));
    scene.wait(|app| match &app.dialog {
        Some(Dialog::AddPlace(adding)) => !matches!(adding.choosing, Choosing::Open(_)),
        _ => !app.my_keys.is_busy(),
    });
}

#[test]
fn a_folder_or_a_file_is_chosen_in_a_dialog_of_the_system() {
    let mut scene = Scene::with_keys(&["work"]);
    put_key(&scene.path("elsewhere"), "other", "me", 7);
    put_key(&scene.path("elsewhere"), "third", "me", 8);
    let folder = scene.path("elsewhere").join(".ssh");
    scene.desktop.will_pick(folder.join("third.pub"));
    choose_place(&mut scene, PlaceKind::File);
    assert!(scene.app.dialog.is_none());
    assert_eq!(scene.titles(), ["third.pub", "work"]);
    scene.desktop.will_pick(folder);
    choose_place(&mut scene, PlaceKind::Folder);
    assert_eq!(scene.titles(), ["other", "third", "work"]);
}

#[test]
fn a_closed_dialog_of_the_system_can_be_opened_again_and_a_missing_one_is_said() {
    let mut scene = Scene::with_keys(&["work"]);
    let choosing = |scene: &Scene| match &scene.app.dialog {
        Some(Dialog::AddPlace(adding)) => format!("{:?}", adding.choosing),
        other => panic!("nothing is asked: {other:?}"),
    };
    scene.desktop.will_answer(Picked::Cancelled);
    choose_place(&mut scene, PlaceKind::Folder);
    assert_eq!(choosing(&scene), "Offered");
    scene.desktop.will_answer(Picked::Unavailable);
    choose_place(&mut scene, PlaceKind::Folder);
    assert_eq!(choosing(&scene), "Unavailable");
    assert_eq!(scene.titles(), ["work"]);
}

#[test]
fn of_a_key_in_two_files_the_one_goes_that_was_chosen_and_what_is_beside_it() {
    let mut scene = Scene::with_keys(&["work"]);
    put_key(scene.folder.path(), "copy", "me", 1);
    scene.do_with_keys(KeysCommand::Read);
    let remedies = |scene: &Scene| -> Vec<Remedy> {
        let findings = scene.keys()[0].findings.iter();
        findings.filter_map(|finding| finding.remedy.clone()).collect()
    };
    let copy = scene.ssh("work");
    assert!(
        remedies(&scene).contains(&Remedy::RemoveCopy(copy.clone())),
        "{:?}",
        remedies(&scene)
    );
    scene.do_with_keys(KeysCommand::PlanRemovalOf(copy));
    scene.do_with_keys(KeysCommand::Remove);
    assert_eq!(
        names(scene.folder.path(), ".ssh"),
        ["copy", "copy.pub", "removed"]
    );
    assert_eq!(scene.titles(), ["copy"]);
    assert!(
        scene
            .app
            .status
            .text
            .contains("Moved ~/.ssh/work and ~/.ssh/work.pub to"),
        "{}",
        scene.app.status.text
    );
}

#[test]
fn of_a_default_key_in_two_files_the_one_stays_that_ssh_tries() {
    let mut scene = Scene::with_keys(&["copy"]);
    scene.do_with_keys(KeysCommand::PlanDefault);
    scene.do_with_keys(KeysCommand::MakeDefault);
    put_key(scene.folder.path(), "another", "me", 1);
    scene.do_with_keys(KeysCommand::Read);
    scene.do_with_keys(KeysCommand::PlanRemoval);
    scene.do_with_keys(KeysCommand::Remove);
    assert!(scene.ssh("copy").exists() && !scene.ssh("another").exists());
    scene.do_with_keys(KeysCommand::PlanRemovalOf(scene.ssh("copy")));
    assert_eq!(scene.problem(), "in-use");
}

#[test]
fn an_open_key_that_goes_to_the_trash_is_no_longer_called_saved() {
    let mut scene = Scene::with_keys(&["work"]);
    scene.open(&scene.ssh("work"));
    assert!(!scene.document().is_unsaved());
    scene.do_with_keys(KeysCommand::PlanRemoval);
    scene.do_with_keys(KeysCommand::Remove);
    assert_eq!(scene.document().missing(), Some(Missing::InTrash));
    assert!(scene.document().is_unsaved() && scene.document().is_in_no_file());
    scene.do_with_keys(KeysCommand::PutBack);
    assert_eq!(scene.document().missing(), None);
    assert!(!scene.document().is_unsaved());
}

#[test]
fn an_open_key_that_another_program_deleted_is_saved_again_or_asked_about() {
    let mut scene = Scene::with_keys(&["work"]);
    scene.open(&scene.ssh("work"));
    for name in ["work", "work.pub"] {
        fs::remove_file(scene.ssh(name)).expect("removed");
    }
    scene.ask(Ask::LookAgain);
    scene.settle_keys();
    assert_eq!(scene.document().missing(), Some(Missing::Gone));
    scene.ask(Ask::Quit);
    assert!(matches!(scene.app.dialog, Some(Dialog::Unsaved(_))));
    scene.ask(Ask::CloseDialog);
    scene.ask(Ask::SavePrivate);
    scene.ask(Ask::SaveAllTheSame);
    scene.settle();
    assert_eq!(scene.document().missing(), None);
    assert_eq!(names(scene.folder.path(), ".ssh"), ["work", "work.pub"]);
}

#[cfg(unix)]
#[test]
fn what_was_put_right_elsewhere_is_seen_when_the_window_is_in_front_again() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut scene = Scene::with_keys(&["work"]);
    let chmod = |scene: &Scene, mode| {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(scene.ssh("work"), mode).expect("it is ours");
    };
    let told = |scene: &Scene| -> Vec<String> {
        let findings = scene.keys()[0].findings.iter();
        let whose = scene.app.my_keys.whose();
        findings.map(|finding| finding.sentence(whose)).collect()
    };
    chmod(&scene, 0o644);
    scene.open(&scene.ssh("work"));
    scene.ask(Ask::ShowPage(Page::MyKeys));
    scene.settle_keys();
    let start = "~/.ssh/work: other users of this computer may read the file";
    assert!(told(&scene)[0].starts_with(start), "{:?}", told(&scene));
    let is_warned = |scene: &mut Scene| {
        scene
            .document()
            .warnings
            .iter()
            .any(|one| one.code == "permissions")
    };
    assert!(is_warned(&mut scene));
    chmod(&scene, 0o600);
    scene.ask(Ask::LookAgain);
    scene.settle_keys();
    assert!(
        !told(&scene).iter().any(|one| one.starts_with(start)),
        "{:?}",
        told(&scene)
    );
    assert!(!is_warned(&mut scene));
}

#[test]
fn what_lies_beside_a_key_that_was_opened_elsewhere_goes_along_with_it() {
    let mut scene = Scene::with_keys(&[]);
    let elsewhere = scene.folder.path().join("elsewhere");
    put_key(&elsewhere, "stick", "me", 1);
    scene.open(&elsewhere.join(".ssh/stick"));
    scene.do_with_keys(KeysCommand::Read);
    assert_eq!(scene.keys()[0].files.len(), 2, "{:?}", scene.keys()[0].files);
    scene.do_with_keys(KeysCommand::PlanRemoval);
    scene.do_with_keys(KeysCommand::Remove);
    assert_eq!(names(&elsewhere, ".ssh"), ["removed"]);
}

#[test]
fn where_a_key_was_installed_is_remembered_with_it() {
    let mut scene = Scene::with_keys(&["work"]);
    let store = scene.app.my_keys.whose().store.clone();
    let public = key(1).public().clone();
    keys::note_installed(&store, &public, "me@example.org:2222").expect("written");
    scene.do_with_keys(KeysCommand::Read);
    assert_eq!(scene.keys()[0].installed[0].server, "me@example.org:2222");
    let id = KeyId::Fingerprint(Fingerprint::of(&public, FingerprintKind::Sha256));
    assert_eq!(scene.keys()[0].id, id);
    scene.do_with_keys(KeysCommand::PlanRemoval);
    let Some(Dialog::RemoveKey { copies, .. }) = &scene.app.dialog else {
        panic!("nothing is asked: {:?}", scene.app.dialog);
    };
    let removal = copies.removal().expect("it may go");
    assert!(removal.cautions[0].contains("me@example.org:2222"));
    keys::note_taken_off(&store, &public, "me@example.org:2222").expect("written");
    scene.do_with_keys(KeysCommand::Read);
    assert!(scene.keys()[0].installed.is_empty());
}

#[test]
fn the_chosen_key_is_opened_on_the_page_for_keys() {
    let mut scene = Scene::with_keys(&["work"]);
    scene.ask(Ask::Keys(KeysCommand::Open));
    scene.settle();
    assert_eq!(scene.app.page, Page::Key);
    let opened = scene.document().path.clone();
    assert_eq!(opened, Some(scene.ssh("work")));
}

#[test]
fn the_chosen_key_is_opened_and_offered_to_a_server() {
    let mut scene = Scene::with_keys(&["work"]);
    scene.ask(Ask::Keys(KeysCommand::PutOnServer));
    scene.settle();
    assert_eq!(scene.app.page, Page::Servers);
    let opened = scene.document().path.clone();
    assert_eq!(opened, Some(scene.ssh("work")));
    // It is open already: nothing is read once more.
    fs::remove_file(scene.ssh("work")).expect("removed");
    scene.ask(Ask::ShowPage(Page::Key));
    scene.ask(Ask::Keys(KeysCommand::PutOnServer));
    assert_eq!(scene.app.page, Page::Servers);
    assert!(scene.app.dialog.is_none());
}

#[test]
fn a_locked_key_is_unlocked_on_its_way_to_a_server() {
    let mut scene = Scene::with_keys(&["work"]);
    scene.put(".ssh/locked", &corpus("openssh/ed25519_enc"));
    scene.do_with_keys(KeysCommand::Read);
    scene.choose("locked");
    scene.ask(Ask::Keys(KeysCommand::PutOnServer));
    scene.settle();
    assert_eq!(scene.app.page, Page::MyKeys);
    scene.type_into_unlock("edpass");
    scene.ask(Ask::Unlock);
    scene.wait(|app| app.document().is_some());
    assert_eq!(scene.app.page, Page::Servers);
}

#[test]
fn a_key_that_is_not_saved_is_asked_about_before_another_goes_to_a_server() {
    let mut scene = Scene::with_keys(&["work"]);
    scene.make(KeySpec::Ed25519);
    scene.ask(Ask::Keys(KeysCommand::PutOnServer));
    assert!(matches!(scene.app.dialog, Some(Dialog::Unsaved(_))));
    assert!(scene.document().is_new());
    scene.ask(Ask::DiscardUnsaved);
    scene.settle();
    assert_eq!(scene.app.page, Page::Servers);
    assert!(!scene.document().is_new());
}

#[test]
fn what_was_left_when_a_program_was_ended_is_shown_and_mended() {
    let mut scene = Scene::with_keys(&["id_one", "id_two"]);
    assert!(!scene.app.my_keys.has_trash());
    let old = read(&scene.ssh("id_one"));
    let group = ".keywright-0123456789abcdef";
    for (from, to) in [
        ("id_one", format!("{group}-0.old.id_one")),
        ("id_two", "id_one".to_owned()),
    ] {
        fs::rename(scene.ssh(from), scene.ssh(&to)).expect("moved");
    }
    put(&scene.ssh(&format!("{group}-1.new.id_one.pub")), "half");
    let second = read(&scene.ssh("id_one"));

    scene.do_with_keys(KeysCommand::Read);
    assert!(scene.app.my_keys.has_trash());
    let told: Vec<String> = scene
        .app
        .my_keys
        .unfinished()
        .into_iter()
        .map(|finding| finding.warning.message)
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    scene.do_with_keys(KeysCommand::RepairUnfinished);
    assert_eq!(read(&scene.ssh("id_one")), old);
    assert!(scene.app.my_keys.unfinished().is_empty());
    // The key that had taken its place comes back by name.
    let [kept] = scene.app.my_keys.restorable() else {
        panic!("one is kept: {:?}", scene.app.my_keys.restorable());
    };
    let kept = kept.folder().join("id_one");
    assert_eq!(read(&kept), second);
}

#[expect(clippy::disallowed_methods, reason = "lays out what is there before")]
fn put(path: &Path, text: &str) {
    fs::write(path, text).expect("written");
}

//! What is not saved is not lost unasked.

use crate::scene::Scene;
use keywright::app::App;
use keywright::app::command::Command as Ask;
use keywright::app::dialog::Dialog;
use keywright::app::stage::Stage;
use keywright::key::spec::KeySpec;

#[test]
fn nothing_takes_an_unsaved_key_away_without_asking() {
    for command in [
        Ask::Quit,
        Ask::NewKey,
        Ask::Open,
        Ask::Paste,
        Ask::OpenPath(std::path::absolute("elsewhere").expect("tests run in a folder")),
        Ask::Generate(KeySpec::Ed25519),
    ] {
        let mut scene = Scene::with_key();
        let line = scene.document().public_line();
        scene.ask(command.clone());
        match &scene.app.dialog {
            Some(Dialog::Unsaved(next)) => assert_eq!(**next, command),
            other => panic!("{command:?} did not ask: {other:?}"),
        }
        assert!(!scene.app.must_quit());
        scene.ask(Ask::CloseDialog);
        assert_eq!(scene.document().public_line(), line, "{command:?}");
    }
}

#[test]
fn asking_to_quit_twice_is_not_a_yes() {
    let mut scene = Scene::with_key();
    for _ in 0..3 {
        scene.ask(Ask::Quit);
        assert!(!scene.app.must_quit());
        assert!(matches!(scene.app.dialog, Some(Dialog::Unsaved(_))));
    }
    scene.ask(Ask::DiscardUnsaved);
    assert!(scene.app.must_quit());
}

#[test]
fn an_unsaved_key_goes_when_its_owner_says_so() {
    let mut scene = Scene::with_key();
    scene.ask(Ask::Quit);
    scene.ask(Ask::DiscardUnsaved);
    assert!(scene.app.must_quit());

    let mut scene = Scene::with_key();
    scene.ask(Ask::NewKey);
    scene.ask(Ask::DiscardUnsaved);
    assert!(matches!(scene.app.stage, Stage::Empty));
    assert!(scene.app.dialog.is_none());
}

#[test]
fn a_saved_key_lets_one_go_at_once() {
    let mut scene = Scene::with_saved_key();
    scene.ask(Ask::Quit);
    assert!(scene.app.must_quit());
}

#[test]
fn a_changed_passphrase_is_something_unsaved() {
    let mut scene = Scene::with_saved_key();
    scene.type_passphrases("a new one", "a new one");
    assert!(scene.document().is_unsaved());
    assert!(!scene.document().is_new());
}

#[test]
fn quitting_waits_for_files_that_are_being_written() {
    let mut scene = Scene::with_key();
    scene.type_passphrases("open sesame", "open sesame");
    scene.desktop.will_pick(scene.path("id"));
    scene.ask(Ask::SavePrivate);
    scene.wait(App::is_saving);
    scene.ask(Ask::Cancel);
    assert!(scene.app.is_saving(), "writing is not stopped half way");
    scene.ask(Ask::Quit);
    assert!(!scene.app.must_quit());
    scene.wait(App::must_quit);
    assert_eq!(scene.names(), ["id", "id.pub"]);
}

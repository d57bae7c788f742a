//! What becomes of a passphrase: it is forgotten when it has done its work, and never lost from the file.

use crate::scene::Scene;
use keywright::app::command::Command as Ask;
use keywright::app::dialog::Dialog;
use keywright::engine::saving::{Choice, Doubt};
use keywright::format::{self, Consent, Parsed};
use keywright::secret::Passphrase;

/// A key that was saved as `id` with this passphrase.
fn protected(passphrase: &str) -> Scene {
    let mut scene = Scene::with_key();
    scene.type_passphrases(passphrase, passphrase);
    save_as(&mut scene, "id");
    scene
}

/// The same, opened anew.
fn opened(passphrase: &str) -> Scene {
    let mut scene = protected(passphrase);
    scene.open(&scene.path("id"));
    scene.type_into_unlock(passphrase);
    scene.ask(Ask::Unlock);
    scene.settle();
    scene
}

fn save_as(scene: &mut Scene, name: &str) {
    scene.desktop.will_pick(scene.path(name));
    scene.ask(Ask::SavePrivate);
    scene.settle();
}

/// Whether the passphrase opens the file; `None` for one that nothing has to open.
fn opens(scene: &Scene, name: &str, passphrase: &str) -> Option<bool> {
    let bytes = std::fs::read(scene.path(name)).expect("it was saved");
    match format::parse(&bytes).expect("a key") {
        Parsed::Locked(file) => {
            let passphrase = Passphrase::new(passphrase.to_owned());
            Some(file.unlock(&passphrase, Consent::Given).is_ok())
        }
        _ => None,
    }
}

#[track_caller]
fn asked_for_it(scene: &Scene) -> bool {
    matches!(scene.app.dialog, Some(Dialog::SamePassphrase(_)))
}

#[test]
fn a_passphrase_is_forgotten_once_the_key_is_saved() {
    let mut scene = protected("open sesame");
    let document = scene.document();
    assert!(document.draft.passphrase.is_empty() && document.draft.confirmation.is_empty());
    assert!(document.keeps_passphrase() && !document.is_unsaved());
}

#[test]
fn an_opened_key_that_is_saved_again_keeps_its_passphrase_which_is_asked_for() {
    let mut scene = opened("open sesame");
    scene.document().draft.comment = "renamed".to_owned();
    save_as(&mut scene, "other");
    assert!(asked_for_it(&scene), "{:?}", scene.app.dialog);
    assert_eq!(scene.names(), ["id", "id.pub"], "nothing is written yet");

    scene.type_into_unlock("open simsim");
    scene.ask(Ask::SaveWithSamePassphrase);
    scene.settle();
    match &scene.app.dialog {
        Some(Dialog::SamePassphrase(dialog)) => {
            let problem = dialog.problem.as_ref().expect("it was wrong");
            assert_eq!(problem.code, "wrong-passphrase");
            assert!(dialog.typed.is_empty(), "the field is ready for another one");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(scene.names(), ["id", "id.pub"], "nothing is written yet");

    scene.type_into_unlock("open sesame");
    scene.ask(Ask::SaveWithSamePassphrase);
    scene.settle();
    assert!(scene.app.dialog.is_none(), "{:?}", scene.app.dialog);
    assert_eq!(opens(&scene, "other", "open sesame"), Some(true));
    assert!(!scene.document().is_unsaved());
}

/// A file of PuTTYgen's on Windows, whose passphrase has umlauts: PuTTY there goes on opening what is saved for it.
#[test]
fn a_passphrase_in_a_code_page_is_kept_so_for_putty_and_for_nobody_else() {
    let typed = "geheim123äöüß";
    let mut scene = Scene::new();
    let made = crate::scene::corpus("../field/passphrase-encoding/umlauts.ppk");
    scene.put("made.ppk", &made);
    for (choice, name, is_kept) in [
        (Choice::Ppk, "again.ppk", true),
        (Choice::OpenSsh, "again", false),
    ] {
        scene.open(&scene.path("made.ppk"));
        scene.type_into_unlock(typed);
        scene.ask(Ask::Unlock);
        scene.settle();
        scene.document().draft.choice = choice;
        save_as(&mut scene, name);
        scene.type_into_unlock(typed);
        scene.ask(Ask::SaveWithSamePassphrase);
        scene.settle();
        let bytes = std::fs::read(scene.path(name)).expect("it was saved");
        let Ok(Parsed::Locked(file)) = format::parse(&bytes) else {
            panic!("{name} has its passphrase");
        };
        let opened = file.unlock(&Passphrase::new(typed.to_owned()), Consent::Given);
        let opened = opened.expect("that is its passphrase");
        assert_eq!(opened.passphrase_encoding.is_some(), is_kept, "{name}");
    }
}

#[test]
fn a_key_that_was_just_saved_knows_its_passphrase_by_the_new_file() {
    let mut scene = opened("open sesame");
    scene.type_passphrases("a new one", "a new one");
    save_as(&mut scene, "other");
    assert!(scene.app.dialog.is_none(), "a new passphrase needs no old one");
    assert_eq!(opens(&scene, "other", "a new one"), Some(true));

    save_as(&mut scene, "third");
    assert!(asked_for_it(&scene));
    scene.type_into_unlock("open sesame");
    scene.ask(Ask::SaveWithSamePassphrase);
    scene.settle();
    assert!(asked_for_it(&scene), "that was the old one");
    scene.type_into_unlock("a new one");
    scene.ask(Ask::SaveWithSamePassphrase);
    scene.settle();
    assert_eq!(opens(&scene, "third", "a new one"), Some(true));
}

#[test]
fn a_passphrase_goes_only_when_that_is_asked_for() {
    let mut scene = opened("open sesame");
    save_as(&mut scene, "other");
    scene.ask(Ask::SaveWithoutPassphrase);
    scene.settle();
    assert_eq!(opens(&scene, "other", ""), None);
    assert!(!scene.document().keeps_passphrase() && !scene.document().is_unsaved());

    // From now on it is a key without one, and that is asked about as ever.
    scene.ask(Ask::SavePrivate);
    match &scene.app.dialog {
        Some(Dialog::Doubts { doubts, .. }) => assert_eq!(doubts, &[Doubt::NoPassphrase]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_thinks_better_of_it_has_written_nothing() {
    let mut scene = opened("open sesame");
    let before = std::fs::read(scene.path("id")).expect("it is there");
    save_as(&mut scene, "id");
    scene.ask(Ask::Overwrite);
    assert!(asked_for_it(&scene));
    scene.ask(Ask::CloseDialog);
    scene.settle();
    assert_eq!(std::fs::read(scene.path("id")).expect("it is there"), before);
    assert!(scene.document().keeps_passphrase());
}

#[test]
fn a_copy_without_protection_does_not_count_as_having_lost_the_passphrase() {
    let mut scene = opened("open sesame");
    scene.document().draft.choice = Choice::Jwk;
    scene.ask(Ask::SavePrivate);
    match &scene.app.dialog {
        Some(Dialog::Doubts { doubts, .. }) => {
            assert!(doubts.contains(&Doubt::NeverEncrypted { has_passphrase: true }));
        }
        other => panic!("{other:?}"),
    }
    scene.desktop.will_pick(scene.path("id.jwk"));
    scene.ask(Ask::SaveAllTheSame);
    scene.settle();
    assert!(scene.app.dialog.is_none(), "there is nothing to ask for");
    assert!(scene.document().keeps_passphrase());
}

#[test]
fn what_is_typed_while_a_key_is_being_saved_stays() {
    let mut scene = Scene::with_key();
    scene.type_passphrases("open sesame", "open sesame");
    scene.desktop.will_pick(scene.path("id"));
    scene.ask(Ask::SavePrivate);
    scene.wait(keywright::app::App::is_saving);
    scene.type_passphrases("another", "another");
    scene.settle();
    assert_eq!(scene.document().draft.passphrase.expose(), "another");
    assert!(scene.document().is_unsaved());
}

#[test]
fn a_suggested_passphrase_protects_the_key_and_is_copied_as_a_secret_only_when_asked_to() {
    let mut scene = Scene::with_key();
    scene.ask(Ask::SuggestPassphrase);
    let words = |scene: &Scene| match &scene.app.dialog {
        Some(Dialog::Suggested(it)) => (it.passphrase.expose().to_owned(), it.is_copied),
        other => panic!("{other:?}"),
    };
    let (first, is_copied) = words(&scene);
    assert!(!is_copied && scene.desktop.copied_secrets().is_empty());
    scene.ask(Ask::SuggestPassphrase);
    let (second, _) = words(&scene);
    assert_ne!(first, second, "each is drawn anew");
    scene.ask(Ask::CopySuggestedPassphrase);
    assert_eq!(words(&scene), (second.clone(), true));
    assert_eq!(scene.desktop.copied_secrets(), std::slice::from_ref(&second));
    assert!(
        scene.desktop.copied().is_empty(),
        "as public text it would be kept"
    );
    let told = format!("{:?}", scene.app);
    assert!(!told.contains(&second), "what is printed for developers shows it");
    scene.ask(Ask::UseSuggestedPassphrase);
    assert!(scene.app.dialog.is_none());
    save_as(&mut scene, "id");
    assert_eq!(opens(&scene, "id", &second), Some(true));
    assert_eq!(opens(&scene, "id", &first), Some(false));
}

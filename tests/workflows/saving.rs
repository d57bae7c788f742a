//! Saving keys.

use crate::scene::Scene;
use keywright::app::command::Command as Ask;
use keywright::app::desktop::Picked;
use keywright::app::dialog::Dialog;
use keywright::engine::saving::{Choice, PublicForm};
use keywright::format;
use keywright::format::Parsed;

#[test]
fn every_choice_saves_its_files_and_they_open_again() {
    for (choice, files) in [
        (Choice::OpenSsh, &["key", "key.pub"][..]),
        (Choice::Ppk, &["key.ppk"]),
        (Choice::Both, &["key", "key.ppk", "key.pub"]),
        (Choice::Ppk2, &["key.ppk"]),
    ] {
        let mut scene = Scene::with_key();
        let line = scene.document().public_line();
        scene.document().draft.choice = choice;
        scene.type_passphrases("open sesame", "open sesame");
        scene.desktop.will_pick(scene.path("key"));
        scene.ask(Ask::SavePrivate);
        scene.settle();
        assert!(scene.app.dialog.is_none(), "{:?}", scene.app.dialog);
        assert_eq!(scene.names(), files, "{choice:?}");
        assert!(!scene.document().is_unsaved());

        scene.open(&scene.path(files[0]));
        scene.type_into_unlock("open sesame");
        scene.ask(Ask::Unlock);
        scene.settle();
        assert_eq!(scene.document().public_line(), line, "{choice:?}");
        assert!(!scene.document().is_unsaved());
    }
}

#[cfg(unix)]
#[test]
fn a_saved_private_key_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = Scene::with_saved_key();
    let mode = |name| {
        let metadata = std::fs::metadata(scene.path(name)).expect("it is there");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode("id"), 0o600);
    assert_eq!(mode("id.pub") & 0o400, 0o400);
}

#[test]
fn an_empty_passphrase_is_asked_about_once() {
    let mut scene = Scene::with_key();
    scene.ask(Ask::SavePrivate);
    assert!(matches!(scene.app.dialog, Some(Dialog::Doubts { .. })));
    assert_eq!(scene.desktop.dialogs_opened(), 0);
    scene.desktop.will_pick(scene.path("id"));
    scene.ask(Ask::SaveAllTheSame);
    scene.settle();
    assert!(scene.app.dialog.is_none());
    assert_eq!(scene.names(), ["id", "id.pub"]);
}

#[test]
fn different_passphrases_are_not_saved() {
    let mut scene = Scene::with_key();
    scene.type_passphrases("open sesame", "open simsim");
    scene.ask(Ask::SavePrivate);
    assert_eq!(scene.problem(), "usage");
    assert_eq!(scene.desktop.dialogs_opened(), 0);
}

#[test]
fn a_comment_that_would_break_the_line_is_not_saved() {
    let mut scene = Scene::with_key();
    scene.document().draft.comment = "x\nssh-ed25519 AAAA attacker".to_owned();
    assert_eq!(scene.document().public_line().lines().count(), 1);
    scene.ask(Ask::SavePublic(PublicForm::Line));
    assert_eq!(scene.problem(), "usage");
    scene.ask(Ask::SavePrivate);
    assert_eq!(scene.problem(), "usage");
    assert_eq!(scene.desktop.dialogs_opened(), 0);
}

#[test]
fn files_in_the_way_are_asked_about_all_at_once() {
    let mut scene = Scene::with_saved_key();
    let before = std::fs::read(scene.path("id")).expect("it is there");
    scene.make_another();
    scene.desktop.will_pick(scene.path("id"));
    scene.ask(Ask::SavePrivate);
    scene.ask(Ask::SaveAllTheSame);
    scene.settle();
    match &scene.app.dialog {
        Some(Dialog::Overwrite(overwrite)) => {
            assert_eq!(overwrite.taken, [scene.path("id"), scene.path("id.pub")]);
        }
        other => panic!("nothing was asked: {other:?}"),
    }
    scene.ask(Ask::CloseDialog);
    scene.settle();
    assert_eq!(std::fs::read(scene.path("id")).expect("it is there"), before);
    assert!(scene.document().is_unsaved());

    scene.desktop.will_pick(scene.path("id"));
    scene.ask(Ask::SavePrivate);
    scene.ask(Ask::SaveAllTheSame);
    scene.settle();
    scene.ask(Ask::Overwrite);
    scene.settle();
    assert_ne!(std::fs::read(scene.path("id")).expect("it is there"), before);
    assert!(!scene.document().is_unsaved());
    assert_eq!(scene.names(), ["id", "id.pub"], "nothing is left beside them");
}

#[test]
fn both_formats_of_a_public_key_are_saved() {
    for (public, start) in [
        (PublicForm::Line, "ssh-ed25519 "),
        (PublicForm::Rfc4716, "---- BEGIN SSH2 PUBLIC KEY ----"),
    ] {
        let mut scene = Scene::with_key();
        scene.desktop.will_pick(scene.path("key.pub"));
        scene.ask(Ask::SavePublic(public));
        scene.settle();
        let text = std::fs::read_to_string(scene.path("key.pub")).expect("it was saved");
        assert!(text.starts_with(start), "{text}");
        assert!(
            scene.document().is_unsaved(),
            "the private half is still in this window alone"
        );
    }
}

#[test]
fn a_file_dialog_that_is_cancelled_changes_nothing() {
    let mut scene = Scene::with_key();
    scene.desktop.will_answer(Picked::Cancelled);
    scene.ask(Ask::SavePrivate);
    scene.ask(Ask::SaveAllTheSame);
    scene.settle();
    assert!(scene.app.dialog.is_none());
    assert!(scene.document().is_unsaved());
    assert!(scene.names().is_empty());
}

#[test]
fn without_file_dialogs_the_path_is_typed() {
    let mut scene = Scene::with_key();
    scene.desktop.will_answer(Picked::Unavailable);
    scene.ask(Ask::SavePrivate);
    scene.ask(Ask::SaveAllTheSame);
    scene.settle();
    let path = scene.path("typed");
    match &mut scene.app.dialog {
        Some(Dialog::TypePath(typed)) => typed.text = path.display().to_string(),
        other => panic!("no path is asked for: {other:?}"),
    }
    scene.ask(Ask::PathTyped);
    scene.settle();
    assert_eq!(scene.names(), ["typed", "typed.pub"]);
}

#[test]
fn what_is_saved_can_be_read_by_the_library_alone() {
    let scene = Scene::with_saved_key();
    let bytes = std::fs::read(scene.path("id")).expect("it was saved");
    assert!(matches!(format::parse(&bytes), Ok(Parsed::Private(_))));
}

/// Asks to save the key where it lies.
fn save_again(scene: &mut Scene) {
    scene.desktop.will_pick(scene.path("id"));
    scene.ask(Ask::SavePrivate);
    scene.ask(Ask::SaveAllTheSame);
    scene.settle();
}

#[test]
fn what_was_opened_or_saved_here_is_saved_again_without_a_question() {
    let mut scene = Scene::with_saved_key();
    save_again(&mut scene);
    assert!(scene.app.dialog.is_none(), "unchanged: {:?}", scene.app.dialog);
    scene.open(&scene.path("id"));
    scene.document().draft.comment = "renamed".to_owned();
    save_again(&mut scene);
    assert!(scene.app.dialog.is_none(), "renamed: {:?}", scene.app.dialog);
    let line = std::fs::read_to_string(scene.path("id.pub")).expect("it is there");
    assert!(line.ends_with(" renamed\n"), "{line}");
    scene.open(&scene.path("id"));
    scene.type_passphrases("open sesame", "open sesame");
    save_again(&mut scene);
    assert!(scene.app.dialog.is_none(), "protected: {:?}", scene.app.dialog);
    assert!(scene.document().keeps_passphrase());
}

#[test]
fn what_would_be_lost_with_an_own_file_is_asked_about() {
    // A public half with another comment is somebody's work.
    let mut scene = Scene::with_saved_key();
    let line = std::fs::read_to_string(scene.path("id.pub")).expect("it is there");
    scene.open(&scene.path("id"));
    scene.overwrite("id.pub", format!("no-pty {line}").as_bytes());
    save_again(&mut scene);
    assert!(
        matches!(scene.app.dialog, Some(Dialog::Overwrite(_))),
        "{:?}",
        scene.app.dialog
    );
    // Programs that read the old format may not read the new one.
    let mut scene = Scene::new();
    scene.put("id", &crate::scene::corpus("openssl/ec256_sec1.pem"));
    scene.open(&scene.path("id"));
    save_again(&mut scene);
    assert!(
        matches!(scene.app.dialog, Some(Dialog::Overwrite(_))),
        "{:?}",
        scene.app.dialog
    );
}

fn changed(scene: &Scene) -> &[std::path::PathBuf] {
    match &scene.app.dialog {
        Some(Dialog::Overwrite(overwrite)) => &overwrite.changed,
        other => panic!("nothing was asked: {other:?}"),
    }
}

#[test]
fn what_another_program_wrote_since_the_key_was_opened_is_asked_about() {
    let mut scene = Scene::with_saved_key();
    scene.open(&scene.path("id"));
    scene.document().draft.comment = "mine".to_owned();
    scene.overwrite("id", b"another's");
    save_again(&mut scene);
    assert_eq!(changed(&scene), [scene.path("id")]);
    scene.ask(Ask::Overwrite);
    scene.settle();
    assert!(scene.app.dialog.is_none(), "{:?}", scene.app.dialog);
    // What this window has written itself is no news.
    save_again(&mut scene);
    assert!(scene.app.dialog.is_none(), "{:?}", scene.app.dialog);
}

#[test]
fn what_another_program_writes_while_it_is_asked_is_not_replaced() {
    let mut scene = Scene::with_saved_key();
    scene.open(&scene.path("id"));
    scene.document().draft.comment = "mine".to_owned();
    scene.overwrite("id", b"somebody's");
    save_again(&mut scene);
    scene.overwrite("id", b"another's");
    scene.ask(Ask::Overwrite);
    scene.settle();
    assert_eq!(scene.problem(), "io-changed");
    assert_eq!(
        std::fs::read(scene.path("id")).expect("it is there"),
        b"another's"
    );
    assert_eq!(scene.names(), ["id", "id.pub"]);
}

#[cfg(unix)]
#[test]
fn an_old_file_that_lives_on_under_another_name_is_said() {
    let mut scene = Scene::with_saved_key();
    std::fs::hard_link(scene.path("id"), scene.path("other")).expect("linked");
    scene.open(&scene.path("id"));
    scene.document().draft.comment = "mine".to_owned();
    save_again(&mut scene);
    let said = &scene.app.status.text;
    assert!(said.contains("one other name (hard link)"), "{said}");
}

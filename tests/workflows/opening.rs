//! Opening keys.

use std::path::Path;

use crate::scene::{Scene, corpus, corpus_path};
use crate::support::PATIENCE;
use keywright::app::command::Command as Ask;
use keywright::app::desktop::Picked;
use keywright::app::dialog::{Dialog, WhyTyped};
use keywright::engine::saving::PublicForm;
use keywright::format;
use keywright::format::{Argon2Params, Format, Outgoing, Parsed, PrivateEncoding};
use keywright::key::comment::Comment;
use keywright::key::spec::KeySpec;
use keywright::secret::Passphrase;
use rand::SeedableRng as _;

/// A PPK file that is costly to open.
fn costly_file(path: &Path) {
    let mut rng = rand::rngs::ChaCha20Rng::from_seed([7; 32]);
    let key =
        keywright::key::generate::generate(KeySpec::Ed25519, &mut rng, &keywright::key::watch::Unwatched)
            .expect("a key");
    let comment = Comment::new("costly").expect("harmless");
    let params = Argon2Params {
        mem_kib: (256 << 10) + 8,
        passes: 1,
        ..Argon2Params::default()
    };
    let outgoing = Outgoing {
        key: &key,
        comment: &comment,
        certificate: None,
    };
    let passphrase = Passphrase::new("open sesame".to_owned());
    let bytes = format::encode_private(
        outgoing,
        &PrivateEncoding::Ppk3(params),
        Some(&passphrase),
        &mut rng,
    )
    .expect("it can be written");
    std::io::Write::write_all(
        &mut std::fs::File::create_new(path).expect("a new file"),
        bytes.expose(),
    )
    .expect("it can be written");
}

#[test]
fn a_second_file_dialog_is_not_opened_beside_the_first() {
    let mut scene = Scene::new();
    scene.ask(Ask::Open);
    assert!(scene.app.is_picking());
    scene.ask(Ask::Open);
    assert_eq!(scene.desktop.dialogs_opened(), 1);

    scene.ask(Ask::TypePathInstead);
    assert!(!scene.app.is_picking());
    assert!(matches!(scene.app.dialog, Some(Dialog::TypePath(_))));
}

#[test]
fn a_file_dialog_goes_with_what_it_was_for() {
    let goes = |scene: &Scene| {
        let start = std::time::Instant::now();
        while scene.desktop.dialogs_on_screen() > 0 {
            assert!(start.elapsed() < PATIENCE, "it is still there");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    };
    let mut scene = Scene::new();
    for leave in [Ask::Cancel, Ask::TypePathInstead] {
        scene.ask(Ask::Open);
        assert_eq!(scene.desktop.dialogs_on_screen(), 1);
        scene.ask(leave);
        goes(&scene);
        scene.ask(Ask::CloseDialog);
    }
    scene.ask(Ask::Open);
    scene.app.close_file_dialogs(PATIENCE);
    assert_eq!(scene.desktop.dialogs_on_screen(), 0, "the program has ended");
}

#[test]
fn that_there_is_no_file_dialog_is_said_only_where_there_is_none() {
    let mut scene = Scene::new();
    let why = |scene: &Scene| match &scene.app.dialog {
        Some(Dialog::TypePath(typed)) => typed.why,
        other => panic!("no path is asked for: {other:?}"),
    };
    scene.ask(Ask::Open);
    scene.ask(Ask::TypePathInstead);
    assert_eq!(why(&scene), WhyTyped::Wanted);
    scene.desktop.will_answer(Picked::Unavailable);
    scene.ask(Ask::Open);
    scene.settle();
    assert_eq!(why(&scene), WhyTyped::NoDialog);
}

#[test]
fn a_wrong_passphrase_is_said_and_can_be_tried_again() {
    let mut scene = Scene::with_key();
    scene.type_passphrases("open sesame", "open sesame");
    scene.desktop.will_pick(scene.path("id"));
    scene.ask(Ask::SavePrivate);
    scene.settle();

    scene.open(&scene.path("id"));
    scene.type_into_unlock("open simsim");
    scene.ask(Ask::Unlock);
    scene.settle();
    match &scene.app.dialog {
        Some(Dialog::Unlock(unlock)) => {
            let problem = unlock.problem.as_ref().expect("it was wrong");
            assert_eq!(problem.code, "wrong-passphrase");
            assert!(unlock.typed.is_empty(), "the field is ready for another one");
        }
        other => panic!("{other:?}"),
    }
    scene.type_into_unlock("open sesame");
    scene.ask(Ask::Unlock);
    scene.settle();
    assert!(scene.app.dialog.is_none());
    // It has done its work.
    assert_eq!(scene.document().draft.passphrase.expose(), "");
    assert_eq!(scene.document().draft.confirmation.expose(), "");
    assert!(scene.document().keeps_passphrase());
}

#[test]
fn a_file_that_costs_much_to_open_is_asked_about_first() {
    let mut scene = Scene::new();
    costly_file(&scene.path("costly.ppk"));
    scene.open(&scene.path("costly.ppk"));
    scene.type_into_unlock("open sesame");
    scene.ask(Ask::Unlock);
    scene.settle();
    match &scene.app.dialog {
        Some(Dialog::Unlock(unlock)) => assert!(unlock.asks_consent.is_some()),
        other => panic!("{other:?}"),
    }
    scene.ask(Ask::AgreeToCost);
    scene.settle();
    assert_eq!(scene.document().draft.comment, "costly");
}

#[test]
fn what_is_no_key_is_explained() {
    let mut scene = Scene::new();
    scene.open(&scene.path("nothing"));
    assert_eq!(scene.problem(), "io-not-found");
    scene.desktop.has_on_clipboard("Dear diary,\n");
    scene.ask(Ask::Paste);
    scene.settle();
    assert_eq!(scene.problem(), "not-a-key-file");
}

#[test]
fn a_public_key_is_opened_without_a_private_half() {
    let mut scene = Scene::with_saved_key();
    let line = scene.document().public_line();
    scene.open(&scene.path("id.pub"));
    assert!(scene.document().key().is_none());
    assert_eq!(scene.document().public_line(), line);
    scene.ask(Ask::SavePrivate);
    assert!(scene.app.dialog.is_none());
    assert_eq!(
        scene.desktop.dialogs_opened(),
        1,
        "there is nothing private to save"
    );
}

#[test]
fn a_public_key_with_a_new_comment_is_unsaved_until_it_is_saved() {
    let mut scene = Scene::with_saved_key();
    scene.open(&scene.path("id.pub"));
    scene.document().draft.comment = "me@here".to_owned();
    assert!(scene.document().is_unsaved());
    scene.desktop.will_pick(scene.path("other.pub"));
    scene.ask(Ask::SavePublic(PublicForm::Line));
    scene.settle();
    assert!(!scene.document().is_unsaved());
}

#[test]
fn of_a_pasted_key_nothing_is_said_about_a_file() {
    let paste = |bytes: Vec<u8>| {
        let mut scene = Scene::new();
        scene
            .desktop
            .has_on_clipboard(&String::from_utf8(bytes).expect("text"));
        scene.ask(Ask::Paste);
        scene.settle();
        scene
    };
    let text = String::from_utf8(corpus("openssh/ed25519")).expect("text");
    let of_windows = text.replace('\n', "\r\n");
    let indented = text.replace('\n', "\n    ");
    for (text, is_mended) in [(of_windows, false), (indented, true)] {
        let mut scene = paste(text.into_bytes());
        let warnings = &scene.document().warnings;
        assert_eq!(!warnings.is_empty(), is_mended, "{warnings:?}");
        assert!(
            !warnings.iter().any(|one| one.message.contains("file")),
            "{warnings:?}"
        );
    }
    let mut scene = paste(corpus("openssl/ec256_sec1_aes256.pem"));
    scene.type_into_unlock("ecpass");
    scene.ask(Ask::Unlock);
    scene.settle();
    let warnings = &scene.document().warnings;
    assert!(!warnings.iter().any(|one| one.code == "weak-kdf"), "{warnings:?}");
}

#[test]
fn a_pasted_private_key_is_in_no_file_yet() {
    let mut scene = Scene::with_saved_key();
    let text = std::fs::read_to_string(scene.path("id")).expect("it is text");
    scene.desktop.has_on_clipboard(&text);
    scene.ask(Ask::Paste);
    scene.settle();
    assert!(scene.document().path.is_none());
    assert!(scene.document().is_unsaved());
    scene.ask(Ask::Quit);
    assert!(!scene.app.must_quit());
    assert!(matches!(scene.app.dialog, Some(Dialog::Unsaved(_))));
}

#[test]
fn an_empty_clipboard_is_explained() {
    let mut scene = Scene::new();
    scene.ask(Ask::Paste);
    scene.settle();
    assert!(matches!(scene.app.dialog, Some(Dialog::Problem { .. })));
}

#[test]
fn an_answer_about_an_unsaved_key_holds_until_the_file_is_chosen() {
    let mut scene = Scene::with_key();
    scene.put("other", &corpus("openssh/ed25519"));
    scene.ask(Ask::Open);
    assert!(matches!(scene.app.dialog, Some(Dialog::Unsaved(_))));
    scene.desktop.will_pick(scene.path("other"));
    scene.ask(Ask::DiscardUnsaved);
    scene.settle();
    assert!(scene.app.dialog.is_none(), "asked twice: {:?}", scene.app.dialog);
    let path = scene.path("other");
    assert_eq!(scene.document().path, Some(path));
}

#[test]
fn an_answer_holds_for_one_file_only() {
    let mut scene = Scene::with_key();
    scene.ask(Ask::Open);
    scene.desktop.will_answer(Picked::Cancelled);
    scene.ask(Ask::DiscardUnsaved);
    scene.settle();
    let path = corpus_path("openssh/ed25519");
    scene.ask(Ask::OpenPath(path));
    assert!(matches!(scene.app.dialog, Some(Dialog::Unsaved(_))));
}

#[test]
fn an_answer_holds_for_a_path_that_is_typed_too() {
    let mut scene = Scene::with_key();
    scene.ask(Ask::Open);
    scene.desktop.will_answer(Picked::Unavailable);
    scene.ask(Ask::DiscardUnsaved);
    scene.settle();
    match &mut scene.app.dialog {
        Some(Dialog::TypePath(typed)) => typed.text = corpus_path("openssh/ed25519").display().to_string(),
        other => panic!("no path is asked for: {other:?}"),
    }
    scene.ask(Ask::PathTyped);
    scene.settle();
    assert!(scene.app.dialog.is_none(), "{:?}", scene.app.dialog);
    assert!(scene.document().path.is_some());
}

#[test]
fn a_key_of_ssh_1_is_named_and_refused() {
    for (name, is_private) in [("putty/rsa1_ssh1_enc", true), ("putty/rsa1_ssh1.pub", false)] {
        let mut scene = Scene::new();
        scene.open(&corpus_path(name));
        match &scene.app.dialog {
            Some(Dialog::Ssh1 { key, name: shown }) => {
                assert_eq!(key.is_private, is_private);
                assert!(key.bits >= 1024, "{key}");
                assert!(name.ends_with(shown.as_str()), "{shown}");
            }
            other => panic!("{other:?}"),
        }
        assert!(scene.app.document().is_none());
    }
}

#[test]
fn public_keys_of_every_form_are_shown() {
    let expected = match format::parse(&corpus("openssh/rsa2048.pub")) {
        Ok(Parsed::Public(file)) => file.key,
        other => panic!("{other:?}"),
    };
    let comment = Comment::new("me").expect("harmless");
    let jwk = keywright::format::jwk::encode_public(&expected, &comment).expect("it can be one");
    let mut scene = Scene::new();
    scene.put("public.jwk", jwk.as_bytes());
    let corpus = |name: &str| corpus_path(&format!("openssh/{name}"));
    for path in [
        corpus("rsa2048.pub"),
        corpus("rsa2048.rfc4716"),
        corpus("rsa2048.pkcs8"),
        corpus("rsa2048.pem"),
        scene.path("public.jwk"),
    ] {
        scene.open(&path);
        assert!(scene.app.dialog.is_none(), "{path:?}: {:?}", scene.app.dialog);
        assert_eq!(*scene.document().public(), expected, "{path:?}");
        assert!(scene.document().key().is_none());
        let is_line = scene.document().format == Some(Format::PublicLine);
        assert_eq!(scene.document().notice().is_none(), is_line, "{path:?}");
    }
}

#[test]
fn a_weakness_is_told_even_where_the_public_half_was_encrypted() {
    let mut scene = Scene::new();
    scene.put("dsa", &corpus("openssh/dsa1024_pkcs8_enc"));
    scene.open(&scene.path("dsa"));
    match &scene.app.dialog {
        Some(Dialog::Unlock(unlock)) => assert!(unlock.locked.public.is_none()),
        other => panic!("{other:?}"),
    }
    scene.type_into_unlock("pempass");
    scene.ask(Ask::Unlock);
    scene.settle();
    let codes: Vec<&str> = scene
        .document()
        .warnings
        .iter()
        .map(|warning| warning.code)
        .collect();
    assert!(codes.contains(&"dsa"), "{codes:?}");
}

#[test]
fn a_warning_about_a_locked_file_is_told_once() {
    let mut scene = Scene::new();
    scene.put("old", &corpus("openssl/rsa2048_pkcs1_des3.pem"));
    scene.open(&scene.path("old"));
    scene.type_into_unlock("sslpass");
    scene.ask(Ask::Unlock);
    scene.settle();
    let codes: Vec<&str> = scene
        .document()
        .warnings
        .iter()
        .map(|warning| warning.code)
        .collect();
    assert_eq!(codes, ["weak-kdf"]);
}

#[test]
fn a_foreign_format_is_named_together_with_what_saving_makes_of_it() {
    for (name, title) in [
        ("openssl/ec256_sec1.pem", "PEM private key"),
        ("openssl/ed25519_pkcs8.pem", "PKCS#8 private key"),
        ("openssl/rsa2048_pkcs1.der", "DER private key"),
    ] {
        let mut scene = Scene::new();
        scene.put("key", &corpus(name));
        scene.open(&scene.path("key"));
        let notice = scene.document().notice().expect("it is foreign");
        assert!(notice.contains(title), "{notice}");
        assert!(notice.contains("writes OpenSSH + .pub"), "{notice}");
        assert!(scene.app.status.text.contains(title), "{:?}", scene.app.status);
        scene.save_unprotected("saved");
        assert_eq!(scene.document().notice(), None, "it is OpenSSH's now");
    }
    let mut scene = Scene::with_saved_key();
    assert_eq!(scene.document().notice(), None);
}

#[test]
fn a_file_that_is_named_by_a_relative_path_is_saved_back_to_its_own_folder() {
    let mut scene = Scene::new();
    let name = Path::new("tests/corpus/real/openssh/ed25519");
    scene.open(name);
    let expected = std::path::absolute(name).expect("tests run in a folder");
    assert_eq!(scene.document().path.as_deref(), Some(expected.as_path()));
}

//! Saving in every format: what each can hold, what it loses, and when a key counts as saved.

use keywright::app::command::Command as Ask;
use keywright::app::dialog::Dialog;
use keywright::engine::saving::{Choice, Doubt, OutgoingPublic, Plan, PublicForm, Strength};
use keywright::format::{self, Format, Outgoing, Parsed};
use keywright::key::comment::Comment;
use keywright::key::spec::{KeySpec, RsaBits};
use keywright::key::{KeyPair, PublicKey};

use crate::common::Kind;
use crate::scene::{Scene, corpus};

fn rsa() -> KeySpec {
    KeySpec::Rsa(RsaBits::new(2048).expect("a size"))
}

fn doubts(scene: &Scene) -> Vec<Doubt> {
    match &scene.app.dialog {
        None => Vec::new(),
        Some(Dialog::Doubts { doubts, .. }) => doubts.clone(),
        other => panic!("something else is asked: {other:?}"),
    }
}

/// Exports to `name`, whatever is said against it; says what was.
fn export(scene: &mut Scene, choice: Choice, name: &str) -> Vec<Doubt> {
    scene.desktop.will_pick(scene.path(name));
    scene.ask(Ask::Export(choice));
    let doubts = doubts(scene);
    if !doubts.is_empty() {
        assert!(!scene.app.is_picking(), "asked before the file dialog");
        scene.ask(Ask::SaveAllTheSame);
    }
    scene.settle();
    // A key that was saved before keeps its passphrase.
    if let Some(Dialog::SamePassphrase(_)) = scene.app.dialog {
        scene.type_into_unlock("open sesame");
        scene.ask(Ask::SaveWithSamePassphrase);
        scene.settle();
    }
    assert!(scene.app.dialog.is_none(), "{:?}", scene.app.dialog);
    doubts
}

fn format_of(scene: &Scene, name: &str) -> Format {
    let bytes = std::fs::read(scene.path(name)).expect("it was saved");
    match format::parse(&bytes).expect("it is a key") {
        Parsed::Private(file) => file.format,
        Parsed::Locked(file) => file.format,
        Parsed::Public(file) => file.format,
    }
}

#[test]
fn every_format_is_exported_and_opens_again() {
    for (choice, expected) in [
        (Choice::Pkcs8, Format::Pkcs8),
        (Choice::Pem, Format::Pem),
        (Choice::SshCom, Format::SshCom),
    ] {
        let mut scene = Scene::new();
        scene.make(rsa());
        let public = scene.document().public().clone();
        scene.type_passphrases("open sesame", "open sesame");
        export(&mut scene, choice, "key");
        assert_eq!(format_of(&scene, "key"), expected);
        scene.open(&scene.path("key"));
        if matches!(scene.app.dialog, Some(Dialog::Unsaved(_))) {
            scene.ask(Ask::DiscardUnsaved);
            scene.settle();
        }
        scene.type_into_unlock("open sesame");
        scene.ask(Ask::Unlock);
        scene.settle();
        assert_eq!(*scene.document().public(), public, "{choice:?}");
    }
}

#[test]
fn an_export_without_room_for_the_comment_says_so_and_is_no_saving() {
    for choice in [Choice::Pkcs8, Choice::Pem] {
        let mut scene = Scene::new();
        scene.make(rsa());
        let doubts = export(&mut scene, choice, "key");
        assert_eq!(doubts, [Doubt::NoPassphrase, Doubt::LosesComment], "{choice:?}");
        assert!(
            scene.app.status.text.contains("comment is not in it"),
            "{:?}",
            scene.app.status
        );
        assert!(scene.document().is_unsaved());
        assert!(scene.document().is_new());
        scene.document().draft.comment.clear();
        assert_eq!(
            export(&mut scene, choice, "without comment"),
            [Doubt::NoPassphrase]
        );
        assert!(!scene.document().is_unsaved(), "there is nothing that it lacks");
    }
}

#[test]
fn a_passphrase_that_a_format_protects_badly_is_warned_about() {
    let mut scene = Scene::new();
    scene.make(rsa());
    scene.type_passphrases("open sesame", "open sesame");
    assert_eq!(
        export(&mut scene, Choice::SshCom, "sshcom"),
        [Doubt::ProtectsBadly]
    );
    assert!(!scene.document().is_unsaved(), "comment and passphrase are in it");
    scene.document().draft.comment.push('!');
    assert_eq!(
        export(&mut scene, Choice::Pem, "pem"),
        [Doubt::ProtectsBadly, Doubt::LosesComment]
    );
    assert_eq!(export(&mut scene, Choice::Pkcs8, "p8"), [Doubt::LosesComment]);
    assert!(scene.document().is_unsaved());
}

#[test]
fn a_file_of_dropbear_s_keeps_neither_passphrase_nor_comment_and_says_so() {
    let mut scene = Scene::with_key();
    scene.type_passphrases("open sesame", "open sesame");
    let has_passphrase = true;
    assert_eq!(
        export(&mut scene, Choice::Dropbear, "key.dropbear"),
        [Doubt::NeverEncrypted { has_passphrase }, Doubt::LosesComment]
    );
    assert!(scene.document().is_unsaved());
    assert_eq!(format_of(&scene, "key.dropbear"), Format::Dropbear);
}

#[test]
fn a_json_web_key_is_never_encrypted_and_says_so() {
    let mut scene = Scene::with_key();
    scene.type_passphrases("open sesame", "open sesame");
    let has_passphrase = true;
    assert_eq!(
        export(&mut scene, Choice::Jwk, "key.jwk"),
        [Doubt::NeverEncrypted { has_passphrase }]
    );
    assert!(scene.document().is_unsaved(), "the passphrase is not in it");
    scene.type_passphrases("", "");
    let has_passphrase = false;
    assert_eq!(
        export(&mut scene, Choice::Jwk, "other.jwk"),
        [Doubt::NeverEncrypted { has_passphrase }]
    );
    assert!(!scene.document().is_unsaved());
    let comment = scene.document().draft.comment.clone();
    scene.open(&scene.path("other.jwk"));
    assert_eq!(scene.document().draft.comment, comment);
}

#[test]
fn a_format_that_cannot_hold_the_key_saves_nothing() {
    let mut scene = Scene::with_key();
    for choice in [Choice::Pem, Choice::SshCom] {
        scene.ask(Ask::Export(choice));
        assert!(scene.app.dialog.is_none());
    }
    scene.ask(Ask::SavePublic(PublicForm::Pkcs1));
    scene.settle();
    assert_eq!(scene.desktop.dialogs_opened(), 0);
}

#[test]
fn an_export_beside_a_saved_key_does_not_take_its_place() {
    let mut scene = Scene::with_saved_key();
    export(&mut scene, Choice::Pkcs8, "copy.p8");
    assert!(!scene.document().is_unsaved());
    let path = scene.path("id");
    assert_eq!(scene.document().path, Some(path));
}

#[test]
fn each_format_is_suggested_a_name_of_its_own() {
    let mut scene = Scene::new();
    scene.make(rsa());
    scene.document().path = Some(scene.path("work.pem"));
    for (choice, expected) in [
        (Choice::OpenSsh, "work"),
        (Choice::Ppk, "work.ppk"),
        (Choice::Pkcs8, "work.p8"),
        (Choice::Pem, "work.pem"),
        (Choice::SshCom, "work.ssh2"),
        (Choice::Jwk, "work.jwk"),
        (Choice::Dropbear, "work.dropbear"),
    ] {
        scene
            .desktop
            .will_answer(keywright::app::desktop::Picked::Cancelled);
        scene.ask(Ask::Export(choice));
        scene.ask(Ask::SaveAllTheSame);
        scene.settle();
        let asked = scene.desktop.0.asked.borrow().last().cloned();
        assert_eq!(asked.expect("a dialog was opened").file_name, expected);
    }
}

#[test]
fn a_new_ed448_key_is_not_offered_to_openssh_first() {
    let mut scene = Scene::new();
    scene.make(KeySpec::Ed448);
    assert_eq!(scene.document().draft.choice, Choice::Ppk);
    scene.ask(Ask::Prefer(Choice::Both));
    assert_eq!(scene.document().draft.choice, Choice::Ppk);
}

/// What is greyed in the window is what could not be written, and nothing else.
#[test]
fn what_a_format_is_said_to_hold_is_what_can_be_written() {
    let mut keys: Vec<KeyPair> = Kind::ALL.into_iter().map(|kind| kind.new_key(7)).collect();
    match format::parse(&corpus("openssh/mldsa44_ed25519")).expect("it is a key") {
        Parsed::Private(file) => keys.push(file.key),
        other => panic!("{other:?}"),
    }
    let comment = Comment::new("x").expect("harmless");
    for key in &keys {
        let outgoing = Outgoing {
            key,
            comment: &comment,
            certificate: None,
        };
        for choice in Choice::ALL.into_iter().chain(Choice::MORE) {
            let plan = Plan::private(choice, "key".as_ref(), Strength::default());
            let is_written = plan.encode(outgoing, None).is_ok();
            let obstacle = choice.obstacle(key.algorithm());
            assert_eq!(
                is_written,
                obstacle.is_none(),
                "{:?} as {choice:?}",
                key.algorithm()
            );
        }
        agrees_about_public_forms(key.public());
    }
}

fn agrees_about_public_forms(key: &PublicKey) {
    let comment = Comment::new("x").expect("harmless");
    for form in PublicForm::ALL {
        let outgoing = OutgoingPublic {
            key,
            certificate: None,
            comment: &comment,
        };
        let obstacle = form.obstacle(key.algorithm());
        assert_eq!(
            form.text(outgoing).is_ok(),
            obstacle.is_none(),
            "{:?} as {form:?}",
            key.algorithm()
        );
    }
}

#[test]
fn every_form_of_a_public_key_is_saved_and_opens_again() {
    for form in PublicForm::ALL {
        let mut scene = Scene::new();
        scene.make(rsa());
        let public = scene.document().public().clone();
        scene.desktop.will_pick(scene.path("public"));
        scene.ask(Ask::SavePublic(form));
        scene.settle();
        scene.ask(Ask::NewKey);
        scene.ask(Ask::DiscardUnsaved);
        scene.open(&scene.path("public"));
        assert_eq!(*scene.document().public(), public, "{form:?}");
        assert!(scene.document().key().is_none());
    }
}

#[test]
fn a_security_key_s_public_half_is_not_offered_to_openssl() {
    let algorithm = keywright::key::Algorithm::SkEd25519;
    assert!(PublicForm::Spki.obstacle(algorithm).is_some());
    assert!(Choice::Ppk.obstacle(algorithm).is_some());
    assert!(Choice::OpenSsh.obstacle(algorithm).is_none());
    assert_eq!(Choice::Ppk.or_fitting(algorithm), Choice::OpenSsh);
}

//! What is copied, and how files are protected.

use crate::scene::Scene;
use keywright::app::command::Command as Ask;
use keywright::app::dialog::Dialog;
use keywright::app::saving::Strength;
use keywright::key::fingerprint::FingerprintKind;

#[test]
fn public_things_are_copied() {
    let mut scene = Scene::with_key();
    let line = scene.document().public_line();
    let md5 = scene.document().fingerprint(FingerprintKind::Md5).to_string();
    let art = scene.document().art_text();
    scene.ask(Ask::CopyPublicKey);
    scene.ask(Ask::ShowFingerprint(FingerprintKind::Md5));
    scene.ask(Ask::CopyFingerprint);
    scene.ask(Ask::CopyRandomart);
    assert_eq!(scene.desktop.copied(), [line, md5, art]);
    scene.ask(Ask::ShowCommandLines);
    scene.ask(Ask::CopyCommandLine(0));
    let last = scene.desktop.copied().pop().expect("it was copied");
    assert!(last.starts_with("keywright-cli generate"), "{last}");
}

#[test]
fn parameters_that_cannot_be_are_not_taken() {
    let mut scene = Scene::new();
    scene.ask(Ask::EditParameters);
    set_rounds(&mut scene, 0);
    scene.ask(Ask::ApplyParameters);
    match &scene.app.dialog {
        Some(Dialog::Parameters(parameters)) => assert!(parameters.problem.is_some()),
        other => panic!("{other:?}"),
    }
    assert_eq!(scene.app.strength, Strength::default());
    set_rounds(&mut scene, 32);
    scene.ask(Ask::ApplyParameters);
    assert!(scene.app.dialog.is_none());
    assert_eq!(scene.app.strength.rounds, 32);
}

fn set_rounds(scene: &mut Scene, rounds: u32) {
    match &mut scene.app.dialog {
        Some(Dialog::Parameters(parameters)) => parameters.rounds = rounds,
        other => panic!("{other:?}"),
    }
}

//! What is copied, and how files are protected.

use crate::scene::Scene;
use keywright::app::command::Command as Ask;
use keywright::app::dialog::{Dialog, HashTime, Parameters};
use keywright::engine::saving::{Choice, PpkVersion, Strength};
use keywright::format::Cost;
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
fn what_is_copied_says_of_which_key_it_is() {
    let mut scene = Scene::with_saved_key();
    scene.ask(Ask::CopyPublicKey);
    let said = &scene.app.status.text;
    assert_eq!(said, "Copied the public key of id. It may be given to anybody.");
}

#[test]
fn the_commands_that_make_a_key_spare_the_file_of_the_open_one() {
    let mut scene = Scene::with_saved_key();
    scene.ask(Ask::ShowCommandLines);
    let Some(Dialog::CommandLines(lines)) = &scene.app.dialog else {
        panic!("nothing is shown: {:?}", scene.app.dialog);
    };
    let make = lines
        .iter()
        .filter(|each| each.does.starts_with("Make such a key"));
    for each in make {
        assert!(each.line.contains("new_key"), "{}", each.line);
    }
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

fn edited(scene: &mut Scene) -> &mut Parameters {
    match &mut scene.app.dialog {
        Some(Dialog::Parameters(parameters)) => parameters,
        other => panic!("{other:?}"),
    }
}

#[test]
fn version_2_of_ppk_is_written_when_the_parameters_say_so() {
    let mut scene = Scene::with_key();
    scene.ask(Ask::EditParameters);
    edited(&mut scene).ppk_version = PpkVersion::V2;
    scene.ask(Ask::ApplyParameters);
    for choice in [Choice::Ppk, Choice::Both] {
        scene.document().draft.choice = choice;
        let name = format!("{choice:?}");
        scene.save_unprotected(&name);
        let text = std::fs::read_to_string(scene.path(&format!("{name}.ppk"))).expect("it was saved");
        assert!(text.starts_with("PuTTY-User-Key-File-2: "), "{text}");
    }
}

#[test]
fn the_time_of_argon2_is_said_in_milliseconds_or_passes() {
    let mut scene = Scene::new();
    scene.ask(Ask::EditParameters);
    scene.wait(|app| app.speed().is_some());
    let speed = scene.app.speed().expect("it is known");
    let parameters = edited(&mut scene);
    parameters.measure_time(speed);
    match &mut parameters.time {
        HashTime::Millis { millis, .. } => *millis = 300,
        HashTime::Passes(_) => panic!("it is still in passes"),
    }
    let argon2 = parameters.argon2();
    assert!(
        speed.estimate(Cost::Argon2(argon2)).as_millis() >= 300,
        "{argon2:?} takes as long as was asked for"
    );
    parameters.count_passes();
    assert!(matches!(parameters.time, HashTime::Passes(passes) if passes == argon2.passes));
    scene.ask(Ask::ApplyParameters);
    assert_eq!(scene.app.strength.argon2, argon2);
}

#[test]
fn pkcs8_without_any_iteration_is_not_taken() {
    let mut scene = Scene::new();
    scene.ask(Ask::EditParameters);
    edited(&mut scene).iterations = 0;
    scene.ask(Ask::ApplyParameters);
    assert!(edited(&mut scene).problem.is_some());
    edited(&mut scene).iterations = 1_000_000;
    scene.ask(Ask::ApplyParameters);
    let cost = Choice::Pkcs8.costs(scene.app.strength);
    assert_eq!(
        cost,
        [Cost::Pbkdf2 {
            iterations: 1_000_000
        }]
    );
}

//! Making keys.

use crate::scene::Scene;
use keywright::app::Kind;
use keywright::app::command::Command as Ask;
use keywright::app::dialog::Dialog;
use keywright::app::stage::Stage;
use keywright::engine::saving::Choice;
use keywright::key::entropy::{Event, Sample};
use keywright::key::spec::{Curve, KeySpec, RsaBits};

fn moved(step: u64) -> Sample {
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let (x, y) = ((step * 7 % 400) as f32, (step * 13 % 300) as f32);
    Sample {
        event: Event::Pointer { x, y },
        nanos: step * 20_000_000,
    }
}

#[test]
fn movements_become_a_key() {
    let mut scene = Scene::new();
    scene.ask(Ask::Generate(KeySpec::Ed25519));
    let mut step = 0;
    while matches!(scene.app.stage, Stage::Stirring(_)) {
        step += 1;
        assert!(step < 1000, "the pool is never full");
        scene.ask(Ask::Stir(moved(step)));
    }
    assert!(step > 100, "a few movements are not enough: {step}");
    scene.wait(|app| app.document().is_some());
    assert!(scene.document().is_new());
    assert!(scene.document().is_unsaved());
}

#[test]
fn every_kind_of_key_is_made_with_a_comment_of_its_type_and_day() {
    for (spec, start) in [
        (KeySpec::Ed25519, "ed25519-key-"),
        (KeySpec::Ecdsa(Curve::P384), "ecdsa-key-"),
        (KeySpec::Rsa(RsaBits::new(2048).expect("a size")), "rsa-key-"),
        (KeySpec::Ed448, "ed448-key-"),
        (KeySpec::MlDsa44Ed25519, "mldsa44_ed25519-key-"),
    ] {
        let mut scene = Scene::new();
        scene.make(spec);
        let comment = &scene.document().draft.comment;
        assert!(comment.starts_with(start), "{comment}");
    }
}

#[test]
fn cancelling_returns_to_where_one_was() {
    let mut scene = Scene::new();
    scene.ask(Ask::Generate(KeySpec::Ed25519));
    scene.ask(Ask::Cancel);
    assert!(matches!(scene.app.stage, Stage::Empty));
    assert!(scene.app.dialog.is_none());

    let mut scene = Scene::with_saved_key();
    let before = scene.document().public_line();
    let large = KeySpec::Rsa(RsaBits::new(16384).expect("a size"));
    scene.ask(Ask::Generate(large));
    scene.ask(Ask::UseSystemRandomnessOnly);
    assert!(matches!(scene.app.stage, Stage::Generating(_)));
    scene.ask(Ask::Cancel);
    assert_eq!(scene.document().public_line(), before);
}

#[test]
fn a_short_rsa_key_is_made_only_after_a_question() {
    let short = KeySpec::Rsa(RsaBits::new_short(1024).expect("a short size"));
    let mut scene = Scene::new();
    scene.ask(Ask::Generate(short));
    assert!(matches!(scene.app.dialog, Some(Dialog::WeakKey(spec)) if spec == short));
    assert!(matches!(scene.app.stage, Stage::Empty));
    scene.ask(Ask::Generate(short));
    assert!(scene.app.dialog.is_none());
    assert!(matches!(scene.app.stage, Stage::Stirring(_)));
}

#[test]
fn a_dsa_key_is_made_only_after_a_question_and_warned_about_for_good() {
    let mut scene = Scene::new();
    scene.ask(Ask::Generate(KeySpec::Dsa));
    assert!(matches!(scene.app.dialog, Some(Dialog::WeakKey(KeySpec::Dsa))));
    scene.make(KeySpec::Dsa);
    let document = scene.document();
    assert!(document.draft.comment.starts_with("dsa-key-"));
    let codes: Vec<&str> = document.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(codes, ["dsa"]);
}

#[test]
fn a_question_about_one_weak_key_is_no_yes_to_another() {
    let short = KeySpec::Rsa(RsaBits::new_short(1024).expect("a short size"));
    let mut scene = Scene::new();
    scene.ask(Ask::Generate(KeySpec::Dsa));
    scene.ask(Ask::Generate(short));
    assert!(matches!(scene.app.dialog, Some(Dialog::WeakKey(spec)) if spec == short));
    assert!(matches!(scene.app.stage, Stage::Empty));
}

#[test]
fn a_weak_key_in_the_place_of_an_unsaved_one_needs_both_answers() {
    let mut scene = Scene::with_key();
    let line = scene.document().public_line();
    scene.ask(Ask::Generate(KeySpec::Dsa));
    assert!(matches!(scene.app.dialog, Some(Dialog::WeakKey(_))));
    scene.ask(Ask::Generate(KeySpec::Dsa));
    assert!(matches!(scene.app.dialog, Some(Dialog::Unsaved(_))));
    assert_eq!(scene.document().public_line(), line);
    scene.ask(Ask::DiscardUnsaved);
    assert!(matches!(scene.app.stage, Stage::Stirring(_)));
    assert!(scene.app.dialog.is_none());
}

#[test]
fn a_number_of_bits_that_no_key_has_is_explained() {
    let mut scene = Scene::new();
    scene.app.next_key.kind = Kind::Rsa;
    for bits in [0, 512, 1023, 16385] {
        scene.app.next_key.rsa_bits = bits;
        let problem = scene.app.next_key.spec().expect_err("no key has so many");
        assert!(problem.what.contains(&bits.to_string()), "{problem:?}");
    }
}

#[test]
fn new_keys_start_in_the_format_that_is_preferred() {
    let mut scene = Scene::new();
    scene.ask(Ask::Prefer(Choice::Ppk));
    scene.make(KeySpec::Ed25519);
    assert_eq!(scene.document().draft.choice, Choice::Ppk);
    scene.ask(Ask::Prefer(Choice::Both));
    assert_eq!(scene.document().draft.choice, Choice::Both);
}

//! What the program does when it is asked to, without a window.

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use keywright::app::command::Command as Ask;
use keywright::app::desktop::Picked;
use keywright::app::dialog::Dialog;
use keywright::app::saving::PublicForm;
use keywright::app::saving::{Choice, Strength};
use keywright::app::stage::{Document, Stage};
use keywright::app::{App, Kind};
use keywright::format::{self, Argon2Params, Outgoing, Parsed, PrivateEncoding};
use keywright::key::comment::Comment;
use keywright::key::entropy::{Event, Sample};
use keywright::key::fingerprint::FingerprintKind;
use keywright::key::spec::{Curve, KeySpec, RsaBits};
use keywright::secret::Passphrase;
use rand::SeedableRng as _;
use support::{Scripted, wait};
use tempfile::TempDir;

/// A program, its desktop, and a folder to save in.
struct Scene {
    app: App,
    desktop: Scripted,
    folder: TempDir,
}

impl Scene {
    fn new() -> Self {
        Self {
            app: App::new(Arc::new(|| {})),
            desktop: Scripted::default(),
            folder: TempDir::new().expect("a folder"),
        }
    }

    /// A program with a new Ed25519 key.
    fn with_key() -> Self {
        let mut scene = Self::new();
        scene.make(KeySpec::Ed25519);
        scene
    }

    /// A program with a key that lies in a file.
    fn with_saved_key() -> Self {
        let mut scene = Self::with_key();
        scene.save_unprotected("id");
        scene
    }

    fn ask(&mut self, command: Ask) {
        self.app.apply(command, &self.desktop);
    }

    fn make(&mut self, spec: KeySpec) {
        self.ask(Ask::Generate(spec));
        self.ask(Ask::UseSystemRandomnessOnly);
        self.wait(|app| app.document().is_some());
    }

    fn save_unprotected(&mut self, name: &str) {
        self.desktop.will_pick(self.path(name));
        self.ask(Ask::SavePrivate);
        self.ask(Ask::SaveUnprotected);
        self.settle();
    }

    fn open(&mut self, path: &Path) {
        self.ask(Ask::OpenPath(path.to_owned()));
        self.settle();
    }

    #[track_caller]
    fn wait(&mut self, is_so: impl Fn(&App) -> bool) {
        wait(&mut self.app, is_so);
    }

    /// Until nothing goes on beside the page.
    #[track_caller]
    fn settle(&mut self) {
        self.wait(|app| {
            let is_unlocking = matches!(&app.dialog, Some(Dialog::Unlock(unlock)) if unlock.job.is_some());
            app.busy().is_none() && !is_unlocking
        });
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[track_caller]
    fn document(&mut self) -> &mut Document {
        self.app.document_mut().expect("there is a key")
    }

    fn type_passphrases(&mut self, passphrase: &str, confirmation: &str) {
        let draft = &mut self.document().draft;
        draft.passphrase.clear();
        draft.passphrase.insert(0, passphrase);
        draft.confirmation.clear();
        draft.confirmation.insert(0, confirmation);
    }

    fn type_into_unlock(&mut self, passphrase: &str) {
        match &mut self.app.dialog {
            Some(Dialog::Unlock(unlock)) => {
                unlock.typed.clear();
                unlock.typed.insert(0, passphrase);
            }
            other => panic!("no passphrase is asked for: {other:?}"),
        }
    }

    #[track_caller]
    fn problem(&self) -> &'static str {
        match &self.app.dialog {
            Some(Dialog::Problem { problem, .. }) => {
                assert!(!problem.hint.is_empty(), "{problem:?} gives no advice");
                problem.code
            }
            other => panic!("nothing went wrong: {other:?}"),
        }
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.folder.path())
            .expect("it can be read")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }
}

fn moved(step: u64) -> Sample {
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let (x, y) = ((step * 7 % 400) as f32, (step * 13 % 300) as f32);
    Sample {
        event: Event::Pointer { x, y },
        nanos: step * 20_000_000,
    }
}

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
    assert!(matches!(scene.app.dialog, Some(Dialog::ShortKey(spec)) if spec == short));
    assert!(matches!(scene.app.stage, Stage::Empty));
    scene.ask(Ask::Generate(short));
    assert!(scene.app.dialog.is_none());
    assert!(matches!(scene.app.stage, Stage::Stirring(_)));
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
    assert!(matches!(scene.app.dialog, Some(Dialog::NoPassphrase)));
    assert_eq!(scene.desktop.dialogs_opened(), 0);
    scene.desktop.will_pick(scene.path("id"));
    scene.ask(Ask::SaveUnprotected);
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
    scene.ask(Ask::SaveUnprotected);
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
    scene.ask(Ask::SaveUnprotected);
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
    scene.ask(Ask::SaveUnprotected);
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
    scene.ask(Ask::SaveUnprotected);
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
    assert_eq!(scene.document().draft.passphrase.expose(), "open sesame");
    assert_eq!(scene.document().draft.confirmation.expose(), "open sesame");
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
fn nothing_takes_an_unsaved_key_away_without_asking() {
    for command in [
        Ask::Quit,
        Ask::NewKey,
        Ask::Open,
        Ask::Paste,
        Ask::OpenPath(PathBuf::from("elsewhere")),
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

#[test]
fn new_keys_start_in_the_format_that_is_preferred() {
    let mut scene = Scene::new();
    scene.ask(Ask::Prefer(Choice::Ppk));
    scene.make(KeySpec::Ed25519);
    assert_eq!(scene.document().draft.choice, Choice::Ppk);
    scene.ask(Ask::Prefer(Choice::Both));
    assert_eq!(scene.document().draft.choice, Choice::Both);
}

#[test]
fn what_is_saved_can_be_read_by_the_library_alone() {
    let scene = Scene::with_saved_key();
    let bytes = std::fs::read(scene.path("id")).expect("it was saved");
    assert!(matches!(format::parse(&bytes), Ok(Parsed::Private(_))));
}

impl Scene {
    /// Another key in the place of one that is saved.
    fn make_another(&mut self) {
        self.ask(Ask::NewKey);
        self.make(KeySpec::Ed25519);
    }
}

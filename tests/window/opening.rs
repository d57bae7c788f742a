//! Opening files of all kinds.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use keywright::app::Page;
use keywright::app::doctor::Subject;
use keywright::app::stage::Stage;

use crate::scene::{Scene, corpus_path, lay_out};

#[test]
fn a_key_of_ssh_1_is_shown_and_the_way_on_is_a_new_key() {
    let mut scene = Scene::new();
    scene.drop_file(&corpus_path("putty/rsa1_ssh1_enc"));
    assert!(scene.is_shown("This key must be replaced"));
    assert!(scene.is_shown("rsa1_ssh1_enc"));
    assert!(scene.says("RSA for SSH-1"));
    scene.window.check_accessibility();
    scene.click("Make a new key");
    assert!(scene.dialog().is_none());
    assert!(matches!(scene.window.state().app().stage, Stage::Empty));
}

#[test]
fn a_file_that_cannot_be_opened_leads_to_the_doctor() {
    let mut scene = Scene::new();
    let path = scene.folder.path().join("id_junk");
    lay_out(&path, "-----BEGIN OPENSSH PRIVATE KEY-----\nnonsense\n");
    scene.drop_file(&path);
    assert!(scene.is_shown("Could not open id_junk"));
    scene.click("Examine this file");
    assert!(scene.dialog().is_none());
    scene.wait(|scene| scene.window.state().app().doctor.found.is_some());
    let app = scene.window.state().app();
    assert_eq!(app.page, Page::Doctor);
    let found = app.doctor.found.as_ref().expect("it was examined");
    assert_eq!(found.subject, Subject::File(path));
    // What is not there cannot be looked into.
    scene.show_page("Servers");
    let missing = scene.folder.path().join("missing");
    scene.drop_file(&missing);
    assert!(scene.is_shown("Could not open missing") && !scene.is_shown("Examine this file"));
}

#[test]
fn dropping_is_promised_only_where_the_window_hears_of_it() {
    let promise = "Drop files anywhere in this window";
    assert!(Scene::new().is_shown(promise));
    assert!(!Scene::without_drops().is_shown(promise));
}

#[test]
fn a_locked_file_shows_its_public_key_before_it_is_open() {
    let mut scene = Scene::new();
    for name in ["openssh/ed25519_enc", "putty/ed25519_v3_enc_cr.ppk"] {
        scene.drop_file(&corpus_path(name));
        let field = scene
            .window
            .get_by_role_and_label(Role::MultilineTextInput, "Public key");
        assert!(
            field
                .value()
                .is_some_and(|line| line.starts_with("ssh-ed25519 AAAA")),
            "{name}"
        );
        assert!(scene.says("SHA256:"), "{name}");
        scene.window.check_accessibility();
        scene.escape();
    }
}

#[test]
fn a_locked_file_that_hides_its_public_key_says_so() {
    let mut scene = Scene::new();
    scene.drop_file(&corpus_path("openssh/rsa2048_pem_enc"));
    assert!(scene.says("the public half is encrypted too"));
    assert!(scene.says("PEM private key"));
}

#[test]
fn a_foreign_format_and_a_weakness_are_told_on_the_page() {
    let mut scene = Scene::new();
    scene.drop_file(&corpus_path("openssh/dsa1024_pkcs8"));
    assert!(scene.says("This came in another format: PKCS#8 private key."));
    assert!(scene.says("DSA keys are no longer accepted by OpenSSH"));
}

#[test]
fn another_key_is_opened_after_one_question_about_the_unsaved_one() {
    let mut scene = Scene::with_key();
    scene.desktop.will_pick(corpus_path("openssh/ed25519"));
    scene.click("Load");
    assert!(scene.is_shown("This key is not saved"));
    scene.click("Open without saving");
    scene.settle();
    assert!(scene.dialog().is_none(), "{:?}", scene.dialog());
    assert!(scene.says("Opened "));
}

/// A key that came to harm on its way.
fn field_path(name: &str) -> std::path::PathBuf {
    corpus_path("../field").join(name)
}

/// Files of that kind, and what is said of each.
const MANGLED: [(&str, &str); 10] = [
    ("one-line/blanks-openssh", "its line breaks were lost"),
    ("escaped/backslash-n", "line breaks were spelled out"),
    (
        "marks-missing/openssh",
        "the lines with BEGIN and END, or one of them, were missing",
    ),
    ("inside-json/k8s.json", "the key is a value in a JSON text"),
    ("quoted/json-string", "there were quotation marks around the key"),
    ("utf-16/nomark", "the file is UTF-16 text"),
    ("indented/four", "there were blanks in front of the lines"),
    ("plus-became-blank/openssh", "had become a blank"),
    ("line-numbers/cat-n", "there were numbers in front of the lines"),
    ("html-entities/entities", "as in a web page"),
];

#[test]
fn a_mangled_key_is_shown_with_what_befell_it_and_saved_clean() {
    for (file, said) in MANGLED {
        let mut scene = Scene::new();
        scene.drop_file(&field_path(file));
        assert!(
            scene.says("The key is whole, but its file is not as it was made"),
            "{file}"
        );
        assert!(scene.says(said), "{file}");
        assert!(scene.says("ssh does not read the file as it is"), "{file}");
        scene.window.check_accessibility();

        let path = scene.folder.path().join("clean");
        scene.desktop.will_pick(&path);
        scene.click("Save a clean copy");
        scene.click("Save without a passphrase");
        scene.settle();
        let text = std::fs::read_to_string(&path).expect("it was saved");
        assert!(
            text.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"),
            "{file}"
        );
        assert!(!scene.says("not as it was made"), "{file}");
    }
}

#[test]
fn what_stands_beside_a_key_outlives_a_clean_copy_in_its_place() {
    let mut scene = Scene::at_home();
    let carrier = std::fs::read_to_string(field_path("inside-json/k8s.json")).expect("a file of the corpus");
    let path = scene.folder.path().join("secret.json");
    lay_out(&path, &carrier);
    scene.drop_file(&path);
    scene.click("Save a clean copy");
    scene.settle();
    if scene.is_shown("Save without a passphrase") {
        scene.click("Save without a passphrase");
        scene.settle();
    }
    scene.wait(|scene| scene.is_shown("Replace"));
    assert!(scene.says("what is there now is kept as a copy"));
    scene.click("Replace");
    scene.settle();
    assert!(scene.says("What was there is kept as"));
    let clean = std::fs::read_to_string(&path).expect("it was saved");
    assert!(clean.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
    let kept = std::fs::read_dir(scene.folder.path().join("removed")).expect("what was taken away");
    let kept: Vec<_> = kept
        .map(|folder| folder.expect("it can be read").path().join("secret.json"))
        .collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(std::fs::read_to_string(&kept[0]).expect("it is kept"), carrier);
}

#[test]
fn a_mangled_key_is_pasted_as_it_is_dropped() {
    for (file, said) in MANGLED {
        // What comes by way of the clipboard has no encoding of its own any more.
        let Ok(text) = std::fs::read_to_string(field_path(file)) else {
            continue;
        };
        if text.contains('\0') {
            continue;
        }
        let mut scene = Scene::new();
        scene.desktop.has_on_clipboard(&text);
        scene.window.event(egui::Event::Paste(text));
        scene.steps();
        scene.settle();
        assert!(scene.says(said), "{file}");
        assert!(scene.is_shown("Save a clean copy"), "{file}");
    }
}

/// What GNOME and Weston do: what lies on the clipboard comes to the window, a frame after it was asked for.
#[test]
fn where_only_the_window_reads_the_clipboard_a_paste_waits_for_it() {
    let key = std::fs::read_to_string(field_path("one-line/blanks-openssh")).expect("a file of the corpus");
    let mut scene = Scene::new();
    scene.desktop.0.pastes_by_window.set(true);
    scene.menu("File", "Paste a key");
    scene.steps();
    assert!(scene.window.state().app().document().is_none());
    scene.window.event(egui::Event::Paste(key));
    scene.settle();
    assert!(scene.window.state().app().document().is_some());
    // The key is nowhere any more but in the window's own keeping.
    assert!(scene.desktop.0.clipboard.borrow().is_none());
    scene.click("Copy public key");
    scene.steps();
    assert!(scene.says("Paste it before you close this window."));

    let mut scene = Scene::new();
    scene.desktop.0.pastes_by_window.set(true);
    scene.menu("File", "Paste a key");
    for _ in 0..12 {
        scene.steps();
    }
    assert!(scene.says("there is no text on it"));
}

#[test]
#[cfg(unix)]
fn the_key_in_a_store_is_opened_and_does_not_take_the_stores_place() {
    let mut scene = Scene::at_home();
    let folder = scene.folder.path().to_owned();
    let command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout plain -out crt -subj /CN=x \
        && openssl pkcs12 -export -inkey plain -in crt -name work -passout pass:secret -out store";
    let made = std::process::Command::new("sh")
        .args(["-c", command])
        .current_dir(&folder)
        .output()
        .expect("a shell");
    assert!(made.status.success(), "openssl makes a store");
    scene.drop_file(&folder.join("store"));
    assert!(scene.says("PKCS#12 store"));
    scene.window.event(egui::Event::Text("secret".to_owned()));
    scene.steps();
    scene.click("Open");
    scene.settle();
    assert!(scene.says("its private key alone is taken"));
    let document = scene.window.state().app().document().expect("a key");
    let place = document.place.as_ref().expect("a place is proposed");
    assert_ne!(place.path(document.draft.choice), folder.join("store"));
}

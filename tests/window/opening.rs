//! Opening files of all kinds.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use keywright::app::stage::Stage;

use crate::scene::{Scene, corpus_path};

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

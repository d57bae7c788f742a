//! Certificates in the window.

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::scene::{Scene, corpus_path};

impl Scene {
    fn has_entry(&mut self, menu: &str, entry: &str) -> bool {
        self.click(menu);
        let node = self.window.get_by_role_and_label(Role::MenuItem, entry);
        let is_enabled = !node.accesskit_node().is_disabled();
        self.escape();
        is_enabled
    }
}

#[test]
fn a_certificate_is_added_shown_and_removed_again() {
    let mut scene = Scene::new();
    assert!(!scene.has_entry("Key", "Add certificate to key"));
    scene.drop_file(&corpus_path("openssh/ed25519"));
    assert!(!scene.has_entry("Key", "Remove certificate from key"));
    assert!(!scene.is_shown("Including the certificate"));
    scene
        .desktop
        .will_pick(corpus_path("openssh/cert_options-cert.pub"));
    scene.menu("Key", "Add certificate to key");
    scene.settle();
    assert!(scene.is_shown("User certificate “opts”, valid forever"));
    assert!(scene.is_shown("changed, not saved yet"));
    assert!(scene.says("NAME-cert.pub"), "what will be written");
    scene.window.check_accessibility();

    scene.click_radio("Including the certificate");
    assert!(scene.is_shown("SHA256:0P6IhufF4HqhiTO2PKQppAzHd8ceqYrny2HTwxGJ3Mg"));

    scene.click("Certificate info…");
    assert!(
        scene
            .window
            .query_by_role_and_label(Role::Dialog, "Certificate info")
            .is_some()
    );
    for words in [
        "user authentication key",
        "Forced remote command",
        "10.0.0.0/8,::1/128",
        "Fingerprint including certificate",
    ] {
        assert!(scene.is_shown(words), "{words}");
    }
    scene.window.check_accessibility();
    scene.click("Copy certificate");
    assert!(
        scene
            .desktop
            .copied()
            .concat()
            .starts_with("ssh-ed25519-cert-v01@")
    );
    scene.escape();
    scene.menu("Key", "Remove certificate from key");
    assert!(!scene.says("User certificate"));
    assert!(scene.is_shown("saved"));
}

#[test]
fn a_certificate_that_counts_no_more_is_warned_about() {
    let mut scene = Scene::new();
    scene.drop_file(&corpus_path("openssh/cert_expired-cert.pub"));
    assert!(scene.is_shown("Ed25519 certificate"));
    assert!(scene.says("The certificate has expired"));
    assert!(!scene.is_shown("Save private key"));
}

#[test]
fn a_certificate_with_many_names_fits_a_small_window() {
    let mut scene = Scene::of_size(450.0, 320.0);
    scene.drop_file(&corpus_path("openssh/cert_many_principals-cert.pub"));
    scene.menu("Key", "Certificate info…");
    scene.window.check_accessibility();
    scene.is_within(450.0);
    scene.escape();
    assert!(scene.dialog().is_none());
}

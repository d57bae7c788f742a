//! Formats to save in.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use keywright::engine::saving::Choice;

use crate::key_files::put_key;
use crate::scene::Scene;

fn is_disabled(scene: &Scene, role: Role, name: &str) -> bool {
    let node = scene.window.get_by_role_and_label(role, name);
    node.accesskit_node().is_disabled()
}

#[test]
fn more_formats_are_offered_and_those_that_cannot_be_say_why() {
    let mut scene = Scene::with_key();
    scene.open_combo_box("Format of the private key");
    for name in [
        "OpenSSH + .pub",
        "PuTTY .ppk",
        "PKCS#8",
        "Dropbear",
        "JSON Web Key",
    ] {
        assert!(!is_disabled(&scene, Role::RadioButton, name), "{name}");
    }
    for name in [
        "PEM (PKCS#1, SEC1) (holds RSA, DSA and ECDSA only)",
        "ssh.com (holds RSA and DSA only)",
    ] {
        assert!(is_disabled(&scene, Role::RadioButton, name), "{name}");
    }
    scene.window.check_accessibility();
    scene.click_radio("PKCS#8");
    let document = scene.window.state().app().document().expect("a key");
    assert_eq!(document.draft.choice, Choice::Pkcs8);
    assert!(scene.says("for OpenSSL, Java and cloud services"));
}

#[test]
fn the_conversions_menu_exports_what_the_key_can_be() {
    let mut scene = Scene::new();
    scene.click("Conversions");
    assert!(is_disabled(&scene, Role::MenuItem, "Export OpenSSH key"));
    scene.escape();
    scene.make_key();
    scene.click("Conversions");
    scene.window.check_accessibility();
    let no = "Export ssh.com key (holds RSA and DSA only)";
    assert!(is_disabled(&scene, Role::MenuItem, no));
    assert!(!is_disabled(&scene, Role::MenuItem, "Export PuTTY key"));
    scene.escape();
    let path = scene.folder.path().join("key.p8");
    scene.desktop.will_pick(&path);
    scene.menu("Conversions", "Export PKCS#8 key");
    assert!(scene.is_shown("Save as PKCS#8?"));
    assert!(scene.says("no room for the comment"));
    assert_eq!(scene.desktop.dialogs_opened(), 0, "it is said before");
    scene.click("Save without a passphrase");
    scene.settle();
    assert!(path.exists());
    assert!(scene.is_shown("not saved yet"), "the comment is nowhere else");
}

#[test]
fn the_public_key_is_copied_as_a_program_or_a_file_takes_it() {
    let mut scene = Scene::new();
    scene.make_key();
    let line = scene.public_line();
    let choose = |scene: &mut Scene, name: &str| {
        scene
            .window
            .get_by_role_and_label(Role::MenuItem, name)
            .click_accesskit();
        scene.steps();
    };
    scene.click("File");
    scene.click("Copy for…");
    scene.window.check_accessibility();
    let no = "Oracle Cloud (API key) (takes no such keys)";
    assert!(is_disabled(&scene, Role::MenuItem, no));
    choose(&mut scene, "a .env file");
    let env = format!("SSH_PUBLIC_KEY=\"{line}\"\n");
    assert_eq!(scene.desktop.copied(), [env]);
    assert!(scene.says("Copied the public key for a .env file."));
    scene.click("File");
    scene.click("Copy for…");
    choose(&mut scene, "Dropbear");
    assert_eq!(scene.desktop.copied()[1], format!("{line}\n"));
}

#[test]
fn a_first_key_is_saved_without_a_dialog_where_the_page_says() {
    let mut scene = Scene::at_home();
    scene.make_key();
    let place = |scene: &Scene| {
        let field = scene
            .window
            .get_by_role_and_label(Role::TextInput, "Private key file");
        field.value().unwrap_or_default()
    };
    assert_eq!(place(&scene), "~/.ssh/id_ed25519");
    scene.open_combo_box("Format of the private key");
    scene.click_radio("PuTTY .ppk");
    assert_eq!(place(&scene), "~/.ssh/id_ed25519.ppk");
    scene.type_passphrase("Key passphrase", "open sesame");
    scene.type_passphrase("Confirm passphrase", "open sesame");
    scene.type_text("Private key file", "");
    scene.press(Modifiers::COMMAND, Key::A);
    scene.window.event(Event::Text("~/.ssh/work.ppk".to_owned()));
    scene.steps();
    scene.press(Modifiers::NONE, Key::Enter);
    scene.settle();
    assert!(scene.is_shown("saved"));
    assert_eq!(scene.desktop.dialogs_opened(), 0);
    assert!(scene.folder.path().join(".ssh/work.ppk").exists());
}

#[test]
fn what_ssh_does_not_try_by_itself_is_said_beside_it() {
    let mut scene = Scene::at_home();
    scene.make_key();
    let hint = "ssh does not try this file by itself";
    assert!(!scene.says(hint));
    scene.type_text("Private key file", "_work");
    assert!(scene.says(hint));
}

#[test]
fn a_key_in_the_way_is_named_and_the_first_answer_keeps_it() {
    let mut scene = Scene::at_home();
    put_key(scene.folder.path(), "id_ed25519", "me@laptop", 1);
    scene.make_key();
    scene.type_passphrase("Key passphrase", "open sesame");
    scene.type_passphrase("Confirm passphrase", "open sesame");
    scene.type_text("Private key file", "");
    scene.press(Modifiers::COMMAND, Key::A);
    scene.window.event(Event::Text("~/.ssh/id_ed25519".to_owned()));
    scene.steps();
    scene.press(Modifiers::NONE, Key::Enter);
    scene.wait(|scene| scene.is_shown("Move the old key to the trash and save"));
    assert!(scene.says("Replacing would delete the ED25519 key “me@laptop”, SHA256:"));
    assert!(!scene.is_shown("Replace"));
    scene.window.check_accessibility();
    scene.press(Modifiers::NONE, Key::Enter);
    scene.settle();
    assert!(scene.folder.path().join(".ssh/id_ed25519_2").exists());
}

#[test]
fn a_public_half_in_the_way_is_called_that() {
    let mut scene = Scene::at_home();
    put_key(scene.folder.path(), "id_ed25519", "me@laptop", 1);
    std::fs::remove_file(scene.folder.path().join(".ssh/id_ed25519")).expect("it is there");
    scene.make_key();
    scene.type_passphrase("Key passphrase", "open sesame");
    scene.type_passphrase("Confirm passphrase", "open sesame");
    scene.type_text("Private key file", "");
    scene.press(Modifiers::COMMAND, Key::A);
    scene.window.event(Event::Text("~/.ssh/id_ed25519".to_owned()));
    scene.steps();
    scene.press(Modifiers::NONE, Key::Enter);
    scene.wait(|scene| scene.says("Replacing would delete"));
    assert!(scene.says("Replacing would delete the public half of the ED25519 key “me@laptop”"));
}

#[test]
fn a_public_key_is_offered_in_the_forms_that_can_hold_it() {
    let mut scene = Scene::with_key();
    scene.click("Formats of the public key");
    let rsa = "PEM for RSA (PKCS#1); without the comment (holds RSA only)";
    assert!(is_disabled(&scene, Role::Button, rsa));
    scene.window.check_accessibility();
    let path = scene.folder.path().join("key.pub.pem");
    scene.desktop.will_pick(&path);
    scene.click("PEM, as OpenSSL has it; without the comment");
    scene.settle();
    let text = std::fs::read_to_string(path).expect("it was saved");
    assert!(text.starts_with("-----BEGIN PUBLIC KEY-----"), "{text}");
}

#[test]
fn the_parameters_have_what_puttygen_s_have() {
    let mut scene = Scene::with_key();
    scene.wait(|scene| scene.window.state().app().speed().is_some());
    scene.menu("Key", "Parameters for saving key files…");
    scene.window.check_accessibility();
    for (role, name) in [
        (Role::RadioButton, "PPK file version 3"),
        (Role::RadioButton, "PPK file version 2"),
        (Role::ComboBox, "Function"),
        (Role::TextInput, "Memory (KiB)"),
        (Role::TextInput, "Passes"),
        (Role::TextInput, "Parallelism"),
        (Role::ComboBox, "Cipher"),
        (Role::TextInput, "Rounds"),
        (Role::TextInput, "Iterations"),
    ] {
        assert!(
            scene.window.query_by_role_and_label(role, name).is_some(),
            "{name}"
        );
    }
    scene.click_radio("ms");
    assert!(scene.says("passes on this machine"));
    assert!(
        scene
            .window
            .query_by_role_and_label(Role::TextInput, "Milliseconds")
            .is_some()
    );
    scene.click_radio("PPK file version 2");
    assert!(is_disabled(&scene, Role::TextInput, "Memory (KiB)"));
    scene.click("OK");
    assert!(scene.dialog().is_none());
    scene.open_combo_box("Format of the private key");
    scene.click_radio("PuTTY .ppk");
    assert!(scene.says("NAME.ppk (version 2)"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_keeps_a_private_key_from_nobody_is_told_as_soon_as_it_is_saved_there() {
    let mut scene = Scene::with_key();
    let [disk, stick] = ["disk", "stick"].map(|name| scene.folder.path().join(name));
    for folder in [&disk, &stick] {
        std::fs::create_dir(folder).expect("a folder");
    }
    let mounted = std::process::Command::new("bindfs")
        .args(["-p", "0777", "--chmod-ignore", "--chown-ignore"])
        .args([&disk, &stick])
        .status();
    let mounted =
        mounted.unwrap_or_else(|error| panic!("bindfs: {error}; install it: apt-get install bindfs"));
    assert!(mounted.success(), "bindfs, which needs /dev/fuse");
    scene.save_with_passphrase("stick/id", "horse battery");
    let is_told = scene.says("its disk knows no owners");
    let warnings = scene
        .window
        .state()
        .app()
        .document()
        .map(|document| document.warnings.clone());
    let unmounted = std::process::Command::new("fusermount")
        .arg("-uz")
        .arg(&stick)
        .status();
    assert!(unmounted.expect("fusermount (fuse3)").success());
    assert!(is_told);
    let codes: Vec<&str> = warnings.iter().flatten().map(|warning| warning.code).collect();
    assert_eq!(codes, ["permissions"]);
}

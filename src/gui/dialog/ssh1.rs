//! A key of SSH 1 was opened: what it is, and that nothing can be done with it.

use egui::Ui;

use super::{Scene, facts_ui, paragraph_ui};
use crate::app::Command;
use crate::format::Ssh1Key;
use crate::gui::theme::{size, space};
use crate::key::comment::escaped;

pub(super) fn ssh1_ui(ui: &mut Ui, name: &str, key: &Ssh1Key, scene: &mut Scene<'_>) {
    paragraph_ui(
        ui,
        "It is a key for version 1 of SSH. That protocol has been broken since 1998, OpenSSH dropped it in 2017, and no other format can hold its keys.",
    );
    ui.add_space(space::XS);
    let half = match (key.is_private, key.is_encrypted) {
        (true, true) => "private, with a passphrase",
        (true, false) => "private, without a passphrase",
        (false, _) => "public",
    };
    let size = format!("RSA for SSH-1, {} bits, {half}", key.bits);
    let fingerprint = format!("MD5:{}", key.fingerprint);
    let comment = escaped(&key.comment);
    let facts = [
        ("File", name),
        ("Key", &size),
        ("Key fingerprint", &fingerprint),
        ("Key comment", &comment),
    ];
    ui.scope(|ui| {
        facts_ui(
            ui,
            size::LONG_FACT,
            facts.into_iter().filter(|(_, value)| !value.is_empty()),
        );
    });
    ui.add_space(space::XS);
    paragraph_ui(
        ui,
        "Make an Ed25519 key in its place, and put that on your servers.",
    );
    match scene.buttons_ui(ui, scene.is_new, &["Make a new key", "Close"]) {
        Some(0) => scene.out.extend([Command::CloseDialog, Command::NewKey]),
        Some(_) => scene.out.push(Command::CloseDialog),
        None => {}
    }
}

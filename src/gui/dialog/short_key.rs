//! An RSA key that is too short to be safe was asked for.

use eframe::egui::Ui;

use super::{Scene, buttons_ui, paragraph_ui};
use crate::app::Command;
use crate::key::spec::{KeySpec, RsaBits};

pub(super) fn short_key_ui(ui: &mut Ui, spec: KeySpec, scene: &mut Scene<'_>) {
    paragraph_ui(
        ui,
        format!(
            "Keys shorter than {} bits are not recommended: they can be broken, and OpenSSH refuses them unless it is told otherwise.",
            RsaBits::MIN
        ),
    );
    paragraph_ui(
        ui,
        "It only makes sense for a device so old that it takes nothing longer.",
    );
    let usual = format!("Make {} bits instead", RsaBits::default());
    let anyway = format!("Make {spec} all the same");
    match buttons_ui(ui, scene.is_new, &[&usual, &anyway, "Cancel"]) {
        Some(0) => scene
            .out
            .push(Command::Generate(KeySpec::Rsa(RsaBits::default()))),
        Some(1) => scene.out.push(Command::Generate(spec)),
        Some(_) => scene.out.push(Command::CloseDialog),
        None => {}
    }
}

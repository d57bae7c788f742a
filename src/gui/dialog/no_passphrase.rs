//! The one question about an empty passphrase.

use eframe::egui::Ui;

use super::{Scene, buttons_ui, paragraph_ui};
use crate::app::Command;

pub(super) fn no_passphrase_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    paragraph_ui(
        ui,
        "Are you sure you want to save this key without a passphrase to protect it? Whoever gets hold of the file can then log in as you.",
    );
    paragraph_ui(
        ui,
        "That is usual for scripts that nobody watches. For yourself, a passphrase is better.",
    );
    match buttons_ui(
        ui,
        scene.is_new,
        &["Go back and set one", "Save without a passphrase"],
    ) {
        Some(0) => scene.out.push(Command::CloseDialog),
        Some(_) => scene.out.push(Command::SaveUnprotected),
        None => {}
    }
}

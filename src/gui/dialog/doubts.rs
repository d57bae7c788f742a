//! Something speaks against saving the private key so: one question for all of it.

use egui::Ui;

use super::{Scene, paragraph_ui};
use crate::app::Command;
use crate::engine::saving::{Choice, Doubt};

pub(super) fn doubts_ui(ui: &mut Ui, doubts: &[Doubt], scene: &mut Scene<'_>) {
    for doubt in doubts {
        paragraph_ui(ui, doubt.sentence());
        if *doubt == Doubt::NoPassphrase {
            paragraph_ui(
                ui,
                "That is usual for scripts that nobody watches. For yourself, a passphrase is better.",
            );
        }
    }
    if doubts.iter().any(|doubt| doubt.is_loss()) {
        paragraph_ui(
            ui,
            "So this counts as a copy: save the key in OpenSSH's or PuTTY's format too, to keep all of it.",
        );
    }
    let (texts, back) = if doubts.contains(&Doubt::NoPassphrase) {
        let texts = ["Go back and set one", "Save without a passphrase"];
        (texts, Command::SetPassphrase)
    } else {
        (["Go back", "Save all the same"], Command::CloseDialog)
    };
    match scene.buttons_ui(ui, scene.is_new, &texts) {
        Some(0) => scene.out.push(back),
        Some(_) => scene.out.push(Command::SaveAllTheSame),
        None => {}
    }
}

pub(super) fn title(choice: Choice, doubts: &[Doubt]) -> String {
    if doubts == [Doubt::NoPassphrase] {
        "Save without a passphrase?".to_owned()
    } else {
        format!("Save as {}?", choice.title())
    }
}

//! What a certificate says.

use egui::Ui;

use super::{Scene, facts_ui};
use crate::app::Command;
use crate::engine::certificate_facts::Fact;
use crate::gui::theme::size;

pub(super) fn certificate_ui(ui: &mut Ui, facts: &[Fact], scene: &mut Scene<'_>) {
    ui.scope(|ui| {
        facts_ui(
            ui,
            size::LONGEST_FACT,
            facts.iter().map(|fact| (fact.name, fact.value.as_str())),
        );
    });
    match scene.buttons_ui(
        ui,
        scene.is_new,
        &["Close", "Copy certificate", "Save certificate…"],
    ) {
        Some(0) => scene.out.push(Command::CloseDialog),
        Some(1) => scene.out.push(Command::CopyCertificate),
        Some(_) => scene.out.push(Command::SaveCertificate),
        None => {}
    }
}

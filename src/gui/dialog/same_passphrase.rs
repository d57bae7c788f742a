//! A key is saved with the passphrase that it has, which this window does not remember.

use eframe::egui::{Key, Ui};

use super::{Scene, paragraph_ui};
use crate::app::Command;
use crate::app::dialog::SamePassphrase;
use crate::gui::passphrase_field::passphrase_field_ui;
use crate::gui::pieces::{self, Tone};

pub(super) fn same_passphrase_ui(ui: &mut Ui, dialog: &mut SamePassphrase, scene: &mut Scene<'_>) {
    paragraph_ui(
        ui,
        "The key keeps its passphrase. Type it once more: it was forgotten when the key was open or saved.",
    );
    if let Some(problem) = &dialog.problem {
        pieces::note_ui(ui, Tone::Error, &problem.sentence(), &problem.hint);
    }
    let is_working = dialog.job.is_some();
    let was_working = std::mem::replace(scene.was_opening, is_working);
    let mut is_entered = false;
    ui.add_enabled_ui(!is_working, |ui| {
        let name = "Passphrase";
        let label = pieces::field_label_ui(ui, name, None);
        ui.spacing_mut().text_edit_width = ui.available_width();
        let field = passphrase_field_ui(ui, "same", name, &mut dialog.typed, scene.is_revealed, "");
        pieces::reached_by(ui, &field, &label, None);
        is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        // A wrong passphrase leaves the field empty and ready for the next one.
        if scene.is_new || (was_working && !is_working) {
            field.request_focus();
        }
        pieces::goes_back_to(ui, &field, dialog.problem.is_some());
    });
    if is_working {
        let response = ui.label("Checking the passphrase…");
        pieces::polite(ui, &response);
        if scene.buttons_ui(ui, true, &["Cancel"]).is_some() {
            scene.out.push(Command::CloseDialog);
        }
        return;
    }
    pieces::hint_ui(
        ui,
        "For another passphrase, go back and type it in the fields. Without one, whoever gets the file can use the key.",
    );
    match scene.buttons_ui(ui, false, &["Save", "Save without a passphrase", "Cancel"]) {
        Some(0) => scene.out.push(Command::SaveWithSamePassphrase),
        Some(1) => scene.out.push(Command::SaveWithoutPassphrase),
        Some(_) => scene.out.push(Command::CloseDialog),
        None if is_entered => scene.out.push(Command::SaveWithSamePassphrase),
        None => {}
    }
}

//! A path, typed, where the system has no file dialog.

use egui::{Key, TextEdit, Ui};

use super::Scene;
use crate::app::Command;
use crate::app::dialog::{Purpose, TypePath, WhyTyped};
use crate::gui::pieces;

/// The field of a dialog in which a path is typed; says whether Enter has ended it.
pub(super) fn path_field_ui(ui: &mut Ui, label: &str, text: &mut String, is_new: bool) -> bool {
    let label = pieces::field_label_ui(ui, label, None);
    let field = TextEdit::singleline(text)
        .id_salt("path")
        .desired_width(f32::INFINITY);
    let field = ui.add(field).labelled_by(label.id);
    pieces::reached_by(ui, &field, &label, None);
    if is_new {
        field.request_focus();
    }
    field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}

pub(super) fn type_path_ui(ui: &mut Ui, typed: &mut TypePath, scene: &mut Scene<'_>) {
    let is_entered = path_field_ui(ui, "File", &mut typed.text, scene.is_new);
    pieces::hint_ui(
        ui,
        match typed.why {
            WhyTyped::Wanted => "~ stands for your home folder.",
            WhyTyped::NoDialog => {
                "~ stands for your home folder. The file dialog of this system could not be opened."
            }
        },
    );
    let verb = match typed.purpose {
        Purpose::Open(_) => "Open",
        Purpose::Examine => "Examine",
        Purpose::AddCertificate => "Add",
        Purpose::ChooseSavingPlace(_) => "Choose",
        Purpose::SavePrivate(_) | Purpose::SavePublic(_) | Purpose::SaveCertificate => "Save",
    };
    match scene.buttons_ui(ui, false, &[verb, "Cancel"]) {
        Some(0) => scene.out.push(Command::PathTyped),
        Some(_) => scene.out.push(Command::CloseDialog),
        None if is_entered => scene.out.push(Command::PathTyped),
        None => {}
    }
}

pub(super) fn title(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Open(_) => "Load private key",
        Purpose::Examine => "Examine a file",
        Purpose::AddCertificate => "Load certificate",
        Purpose::SaveCertificate => "Save certificate as",
        Purpose::SavePrivate(_) | Purpose::ChooseSavingPlace(_) => "Save private key as",
        Purpose::SavePublic(_) => "Save public key as",
    }
}

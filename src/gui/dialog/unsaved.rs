//! A key would be lost.

use eframe::egui::Ui;

use super::{Scene, buttons_ui, paragraph_ui};
use crate::app::Command;
use crate::app::saving::PublicForm;

pub(super) fn unsaved_ui(ui: &mut Ui, next: &Command, has_private: bool, scene: &mut Scene<'_>) {
    let (what, discard) = match next {
        Command::Quit => ("If you quit now", "Quit without saving"),
        Command::Generate(_) => ("If you make another key now", "Make another key without saving"),
        Command::NewKey => ("If you put it away now", "Put it away without saving"),
        _ => ("If you open another key now", "Open without saving"),
    };
    paragraph_ui(
        ui,
        format!("{what}, what you have not saved is lost: nobody can bring it back."),
    );
    match buttons_ui(ui, scene.is_new, &["Save it now", discard, "Cancel"]) {
        Some(0) => scene.out.extend([
            Command::CloseDialog,
            if has_private {
                Command::SavePrivate
            } else {
                Command::SavePublic(PublicForm::Line)
            },
        ]),
        Some(1) => scene.out.push(Command::DiscardUnsaved),
        Some(_) => scene.out.push(Command::CloseDialog),
        None => {}
    }
}

//! A key would be lost.

use egui::Ui;

use super::{Beside, Scene, paragraph_ui};
use crate::app::Command;

pub(super) fn unsaved_ui(ui: &mut Ui, next: &Command, beside: &Beside, scene: &mut Scene<'_>) {
    let is_in_no_file = beside.obstacle.is_some();
    let (what, discard) = match next {
        Command::Quit => ("If you quit now", "Quit without saving"),
        Command::Generate(_) => ("If you make another key now", "Make another key without saving"),
        Command::NewKey if is_in_no_file => ("If you discard this key now", "Discard this key"),
        Command::NewKey => ("If you go on now", "Discard the changes"),
        _ => ("If you open another key now", "Open without saving"),
    };
    paragraph_ui(
        ui,
        if is_in_no_file {
            format!("This key is in no file. {what}, it is lost: nobody can bring it back.")
        } else {
            format!("{what}, what you have not saved is lost: nobody can bring it back.")
        },
    );
    match scene.risky_buttons_ui(ui, &["Save it now", discard, "Cancel"], 1) {
        Some(0) => scene.out.extend([
            Command::CloseDialog,
            if beside.has_private {
                Command::SavePrivate
            } else {
                Command::SavePublicBeside
            },
        ]),
        Some(1) => scene.out.push(Command::DiscardUnsaved),
        Some(_) => scene.out.push(Command::CloseDialog),
        None => {}
    }
}

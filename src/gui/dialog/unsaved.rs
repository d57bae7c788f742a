//! A key would be lost.

use eframe::egui::Ui;

use super::{Scene, buttons_ui, paragraph_ui};
use crate::app::Command;

pub(super) fn unsaved_ui(ui: &mut Ui, next: &Command, scene: Scene<'_>) {
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
    match buttons_ui(ui, scene.is_new, &["Go back", discard]) {
        Some(0) => scene.out.push(Command::CloseDialog),
        Some(_) => scene.out.push(Command::DiscardUnsaved),
        None => {}
    }
}
